/* Many small marks of a few classes on one canvas: places by their hours to the sea, repairs of lines. What they say is also in the
 * table beside the map, since a canvas has no keyboard. */
(function (cm) {
  'use strict';

  cm.dots = function (map, data, cards) {
    const dots = data.dots;
    map.createPane('cm-dots').style.zIndex = 408;
    if (!dots) return null;
    const state = { isShown: true };
    let layers = [];
    let onPaper = false;

    function radius() {
      const far = map.getZoom() - 4;
      return Math.max(2.2, Math.min(7, 3.4 + far * 0.8)) * (cm.shrink(map) < 1 ? 0.85 : 1);
    }

    function redraw(useSvg) {
      if (useSvg !== undefined) onPaper = useSvg;
      layers.forEach((layer) => layer.remove());
      layers = [];
      if (!state.isShown) return;
      const options = { pane: 'cm-dots', padding: onPaper ? 0.1 : 0.3 };
      const renderer = onPaper ? L.svg(options) : L.canvas(Object.assign({ tolerance: 6 }, options));
      for (const item of dots.items) {
        const look = dots.looks[item.look];
        const dot = L.circleMarker([item.at[1], item.at[0]], {
          renderer: renderer,
          pane: 'cm-dots',
          radius: radius(),
          color: look.hollow ? look.color : '#3a3a3a',
          weight: look.hollow ? 1.4 : 0.6,
          fillColor: look.hollow ? '#ffffff' : look.color,
          fillOpacity: 1,
        });
        dot.on('click', (event) => cards.show(event.latlng, cards.dot(item)));
        layers.push(dot.addTo(map));
      }
      layers.push(renderer);
    }

    redraw(false);
    map.on('zoomend', () => redraw());
    return { redraw, state, looks: dots.looks, caption: dots.caption };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
