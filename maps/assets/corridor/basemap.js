/* Sea, land, borders, disputed areas: vectors that the page holds. */
(function (cm) {
  'use strict';

  /** Draw the base map. Returns {redraw(useSvg)}: canvas on the screen, vectors on paper. */
  cm.basemap = function (map, base, style) {
    const colors = style.base;
    const decode = (line) => cm.decode(line, base.precision);
    const polygons = (list) => list.map((rings) => rings.map(decode));
    const land = polygons(base.land);
    const borders = (base.borders || []).map(decode);
    // A disputed entry is a polygon (list of rings) or a line (list of numbers).
    const disputedAreas = polygons((base.disputed || []).filter((entry) => Array.isArray(entry[0])));
    const disputedLines = (base.disputed || []).filter((entry) => !Array.isArray(entry[0])).map(decode);

    map.createPane('cm-base').style.zIndex = 150; // below tiles, should the map have any
    map.createPane('cm-disputed').style.zIndex = 350;

    let layers = [];
    function redraw(useSvg) {
      layers.forEach((layer) => layer.remove());
      const renderer = useSvg ? L.svg({ pane: 'cm-base', padding: 0.1 }) : L.canvas({ pane: 'cm-base', padding: 0.5 });
      const still = { renderer: renderer, pane: 'cm-base', interactive: false };
      layers = [
        // The sea is drawn, not a background: browsers leave backgrounds out when they print.
        L.rectangle([[-85, -400], [85.05, 500]], Object.assign({ stroke: false, fillColor: colors.sea, fillOpacity: 1 }, still)),
        L.polygon(land, Object.assign({ color: colors.coast, weight: 0.7, fillColor: colors.land, fillOpacity: 1 }, still)),
        L.polyline(borders, Object.assign({ color: colors.border, weight: 1, dashArray: '7 2 1.5 2' }, still)),
        L.polyline(disputedLines, Object.assign({ color: colors.disputed, weight: 1.2, dashArray: '1.5 3.5' }, still)),
      ];
      layers.forEach((layer) => layer.addTo(map));
      layers.push(renderer);
    }
    redraw(false);

    const disputed = L.layerGroup();
    if (disputedAreas.length) {
      const renderer = L.svg({ pane: 'cm-disputed', padding: 0.2 }).addTo(map);
      const line = cm.svg('line', { x1: 0, y1: 0, x2: 0, y2: 6, stroke: colors.disputed, 'stroke-width': 1.3 });
      const pattern = cm.svg('pattern', { id: 'cm-hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' }, line);
      renderer._container.insertBefore(cm.svg('defs', {}, pattern), renderer._container.firstChild);
      L.polygon(disputedAreas, { renderer: renderer, pane: 'cm-disputed', interactive: false, color: colors.disputed, weight: 1, dashArray: '1.5 3.5', fillColor: 'url(#cm-hatch)', fillOpacity: 0.8 }).addTo(disputed);
      disputed.addTo(map);
    }
    const hasDisputed = disputedAreas.length + disputedLines.length > 0;
    return { redraw: redraw, disputed: disputed, hasDisputed: hasDisputed, countries: base.labels || [] };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
