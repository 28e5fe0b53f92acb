/* The network behind the routes, or the network itself: many lines, few styles, one canvas. */
(function (cm) {
  'use strict';

  cm.network = function (map, data, cards) {
    const network = data.network;
    const style = data.style;
    map.createPane('cm-network').style.zIndex = 380;
    if (!network) return null;

    const lines = network.lines.map((l) => ({ about: l, parts: l.lines.map((part) => cm.decode(part, network.precision)) }));
    const state = { byGauge: network.is_subject, showLines: true, showCrossings: network.is_subject };
    let layers = [];
    let onPaper = false;

    function colorOf(l) {
      if (state.byGauge && l.mode === 'rail') return cm.entry(style.gauge.mm, l.gauge_mm) || style.gauge.other;
      const mode = cm.entry(style.mode, l.mode);
      if (network.is_subject && mode && mode.color) return mode.color;
      return l.status === 'operating' ? style.network.color : style.network.plan_color;
    }

    function redraw(useSvg) {
      if (useSvg !== undefined) onPaper = useSvg;
      layers.forEach((layer) => layer.remove());
      const options = { pane: 'cm-network', padding: onPaper ? 0.1 : 0.3 };
      const renderer = onPaper ? L.svg(options) : L.canvas(Object.assign({ tolerance: 5 }, options));
      layers = [];
      if (state.showLines) {
        for (const l of lines) {
          const dash = cm.dashOf(style, l.about.mode, l.about.status);
          const path = L.polyline(l.parts, {
            renderer: renderer,
            pane: 'cm-network',
            interactive: network.is_subject,
            color: colorOf(l.about),
            weight: state.byGauge ? style.gauge.width : style.network.width,
            opacity: (cm.entry(style.status, l.about.status) || {}).opacity || 0.95,
            dashArray: dash.length ? dash.map((d) => d * 0.7).join(' ') : null,
            lineCap: 'butt',
          });
          if (network.is_subject) path.on('click', (event) => cards.show(event.latlng, cards.line(l.about)));
          layers.push(path.addTo(map));
        }
      }
      if (state.showCrossings) {
        for (const p of network.crossings) {
          const isOpen = p.status === 'operating';
          const dot = L.circleMarker([p.at[1], p.at[0]], {
            renderer: renderer,
            pane: 'cm-network',
            radius: network.is_subject ? 3.4 : 2.6,
            color: isOpen ? style.crossing.color : style.crossing.no_data,
            weight: 1.2,
            fillColor: isOpen ? style.crossing.color : '#ffffff',
            fillOpacity: isOpen ? 0.55 : 1,
          });
          dot.on('click', (event) => cards.show(event.latlng, cards.point(p)));
          layers.push(dot.addTo(map));
        }
      }
      layers.push(renderer);
    }
    redraw(false);
    return { redraw, state, isSubject: network.is_subject, lines: network.lines, crossings: network.crossings };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
