/* Lines that the map is about and that are no legs of a route: the parts of a border, lines that are shut. */
(function (cm) {
  'use strict';

  cm.stretches = function (map, data, cards, precision) {
    const style = data.style;
    const casing = style.route.casing_width;
    map.createPane('cm-stretch-casing').style.zIndex = 400;
    map.createPane('cm-stretches').style.zIndex = 405;
    map.getPane('cm-stretch-casing').style.pointerEvents = 'none';
    const longest = Math.max(0, ...data.stretches.map((s) => s.hours || 0));
    const state = { isShown: true };
    let layers = [];

    const lookOf = (s) => cm.entry(style.stretch, s.look) || style.stretch.unknown;
    const parts = data.stretches.map((s) => s.lines.map((line) => cm.decode(line, precision)));

    /** A line's width says hours; without hours it is that of its look. */
    function widthOf(s) {
      if (s.hours === null || !longest) return lookOf(s).width;
      return Math.max(style.closure.min_width, style.closure.max_width * Math.sqrt(s.hours / longest));
    }

    function redraw() {
      layers.forEach((layer) => layer.remove());
      layers = [];
      if (!state.isShown) return;
      const under = L.svg({ pane: 'cm-stretch-casing', padding: 0.3 });
      const over = L.svg({ pane: 'cm-stretches', padding: 0.3 });
      const targets = [];
      // Narrow lines last, so that they lie on top.
      const order = data.stretches.map((_, i) => i).sort((a, b) => widthOf(data.stretches[b]) - widthOf(data.stretches[a]));
      for (const i of order) {
        const s = data.stretches[i];
        const look = lookOf(s);
        const width = widthOf(s) * cm.shrink(map);
        layers.push(L.polyline(parts[i], { renderer: under, pane: 'cm-stretch-casing', interactive: false, color: style.route.casing, weight: width + 2 * casing, opacity: 0.95 }).addTo(map));
        layers.push(L.polyline(parts[i], { renderer: over, pane: 'cm-stretches', interactive: false, color: look.color, weight: width, opacity: 1, dashArray: look.dash.join(' ') || null, lineCap: look.dash.length ? 'butt' : 'round', className: 'cm-stretch' }).addTo(map));
      }
      for (const i of order) {
        const s = data.stretches[i];
        const target = L.polyline(parts[i], { renderer: over, pane: 'cm-stretches', color: '#000', weight: style.route.hit_width, opacity: 0, className: 'cm-leg' }).addTo(map);
        target.on('click', function (event) {
          L.DomEvent.stopPropagation(event);
          cards.show(event.latlng, cards.stretch(s));
        });
        const path = target._path;
        path.setAttribute('role', 'button');
        path.setAttribute('aria-label', s.name);
        path.addEventListener('cm-open', () => cards.show(target.getCenter(), cards.stretch(s), path));
        targets.push(path);
        layers.push(target);
      }
      cm.roving(targets);
      layers.push(under, over);
    }

    redraw();
    map.on('resize', redraw);
    return { redraw, state, lookOf, widthOf, longest };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
