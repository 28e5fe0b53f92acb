/* The network behind the routes, or the network itself: many lines, few styles, one canvas. */
(function (cm) {
  'use strict';

  cm.network = function (map, data, cards) {
    const network = data.network;
    const style = data.style;
    map.createPane('cm-network').style.zIndex = 380;
    if (!network) return null;

    const lines = network.lines.map((l) => ({ about: l, parts: l.lines.map((part) => cm.decode(part, network.precision)) }));
    const isBySource = network.color_by === 'source';
    const changeOf = (l) => cm.entry(style.change, l.change);
    // What has changed lies on top.
    lines.sort((a, b) => (a.about.change ? 1 : 0) - (b.about.change ? 1 : 0));
    const hasChange = lines.some((l) => l.about.change) || network.crossings.some((p) => p.change);
    const state = { byGauge: network.is_subject && !isBySource && !hasChange, bySource: isBySource, showLines: true, showCrossings: network.is_subject && !isBySource };
    let layers = [];
    let onPaper = false;

    function colorOf(l) {
      if (l.change && changeOf(l)) return changeOf(l).color;
      if (state.bySource && cm.entry(style.basis, l.basis)) return style.basis[l.basis].color;
      if (state.byGauge && l.mode === 'rail') return cm.entry(style.gauge.mm, l.gauge_mm) || style.gauge.other;
      const mode = cm.entry(style.mode, l.mode);
      if (network.is_subject && mode && mode.color) return mode.color;
      return l.status === 'operating' ? style.network.color : style.network.plan_color;
    }

    function widthOf(l) {
      if (l.change && changeOf(l)) return changeOf(l).width;
      if (state.bySource && cm.entry(style.basis, l.basis)) return style.basis[l.basis].width;
      return state.byGauge ? style.gauge.width : style.network.width * (network.is_subject ? 1 : cm.shrink(map));
    }

    function dashOf(l) {
      const own = (l.change && changeOf(l)) || (state.bySource && cm.entry(style.basis, l.basis));
      if (own && own.dash) return own.dash;
      return cm.dashOf(style, l.mode, l.status).map((d) => d * (l.change ? 1.7 : 0.7));
    }

    function redraw(useSvg) {
      if (useSvg !== undefined) onPaper = useSvg;
      layers.forEach((layer) => layer.remove());
      const options = { pane: 'cm-network', padding: onPaper ? 0.1 : 0.3 };
      const renderer = onPaper ? L.svg(options) : L.canvas(Object.assign({ tolerance: 5 }, options));
      layers = [];
      if (state.showLines) {
        for (const l of lines) {
          const dash = dashOf(l.about);
          if (l.about.change) layers.push(L.polyline(l.parts, { renderer: renderer, pane: 'cm-network', interactive: false, color: '#fff', weight: widthOf(l.about) + 3, opacity: 0.95 }).addTo(map));
          const path = L.polyline(l.parts, {
            renderer: renderer,
            pane: 'cm-network',
            interactive: network.is_subject,
            color: colorOf(l.about),
            weight: widthOf(l.about),
            opacity: l.about.change || state.bySource ? 1 : (cm.entry(style.status, l.about.status) || {}).opacity || 0.95,
            dashArray: dash.length ? dash.join(' ') : null,
            lineCap: 'butt',
          });
          if (network.is_subject) path.on('click', (event) => cards.show(event.latlng, cards.line(l.about)));
          layers.push(path.addTo(map));
        }
      }
      if (state.showCrossings) {
        const drawn = hasChange ? network.crossings.slice().sort((a, b) => (a.change ? 1 : 0) - (b.change ? 1 : 0)) : network.crossings;
        for (const p of drawn) {
          const isOpen = p.status === 'operating';
          const dot = L.circleMarker([p.at[1], p.at[0]], {
            renderer: renderer,
            pane: 'cm-network',
            radius: p.change ? 6 : network.is_subject && !hasChange ? 3.4 : 2.6,
            color: p.change ? style.change[p.change].color : isOpen ? style.crossing.color : style.crossing.no_data,
            weight: p.change ? 3 : 1.2,
            fillColor: p.change ? '#ffffff' : isOpen ? style.crossing.color : '#ffffff',
            fillOpacity: isOpen && !p.change ? 0.55 : 1,
          });
          dot.on('click', (event) => cards.show(event.latlng, cards.point(p)));
          layers.push(dot.addTo(map));
        }
      }
      layers.push(renderer);
    }
    redraw(false);
    return { redraw, state, hasChange, isBySource, isSubject: network.is_subject, lines: network.lines, crossings: network.crossings };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
