/* The legend: only what is on this map, from the same style table as the lines and signs. */
(function (cm) {
  'use strict';

  /** Only what is on this map; the same style table as the lines. */
  cm.legend = function (data, { basemap, points, network, stretches, dots }) {
    const style = data.style;
    const symbols = points.symbols;
    const list = cm.html('ul', { class: 'cm-legend' });
    const add = (sign, words, isWide) => list.appendChild(cm.html('li', { class: isWide ? 'cm-wide' : null }, cm.html('span', { class: 'cm-sign' }, sign), cm.html('span', { text: words })));

    const edges = data.edges.filter((e) => e.lines.length);
    const isSeen = (test) => edges.some(test);
    const dark = '#444';
    for (const [mode, look] of Object.entries(style.mode)) {
      if (isSeen((e) => e.mode === mode && e.status === 'operating' && e.kind !== 'connector')) add(symbols.swatch({ color: dark, width: style.route.width, dash: look.dash }), look.label);
    }
    for (const [status, look] of Object.entries(style.status)) {
      if (status !== 'operating' && isSeen((e) => e.status === status)) add(symbols.swatch({ color: dark, width: style.route.width, dash: look.dash }), upper(look.label));
    }
    if (isSeen((e) => e.length_km && e.assumed_km >= e.length_km / 2 && e.kind !== 'connector')) add(symbols.swatch({ color: dark, width: style.route.assumed_width }), 'Assumed alignment');
    if (isSeen((e) => e.kind === 'connector')) add(symbols.swatch({ color: dark, width: style.route.connector_width, dash: [2, 4] }), 'To the network');

    for (const [look, s] of new Map(data.stretches.map((s) => [stretches.lookOf(s), s]))) add(symbols.swatch({ color: look.color, width: stretches.widthOf(s), dash: look.dash }), look.label);
    if (dots) {
      list.appendChild(cm.html('li', { class: 'cm-wide cm-legend-caption' }, cm.html('span', { text: dots.caption })));
      const seen = new Set(data.dots.items.map((item) => item.look));
      dots.looks.forEach((look, i) => seen.has(i) && add(dot(look.hollow ? look.color : '#3a3a3a', look.hollow ? '#fff' : look.color, 5), look.label));
    }
    const kinds = new Set(data.points.map((p) => p.kind));
    for (const [kind, sign] of Object.entries(symbols.fixed)) if (kinds.has(kind)) add(sign(), style.sign[kind].one);
    const closures = data.points.filter((p) => p.kind === 'closure');
    if (closures.length) {
      list.appendChild(circles('Shut: area is hours added, all pairs', closures, style.closure, points.scale('closure'), (h) => symbols.closure(Math.max(style.closure.min_radius, points.scale('closure') * Math.sqrt(h)), false)));
      if (closures.some((p) => p.n_cut_off)) add(symbols.closure(8, true), 'Some pair has no way left');
    }
    const crossings = data.points.filter((p) => p.kind === 'crossing');
    const hours = crossings.flatMap((p) => p.hours.filter((h) => h !== null));
    if (hours.length) list.appendChild(circles('Border crossing: area is dwell', crossings, style.crossing, points.scale('crossing'), (h) => symbols.crossing(symbols.crossingRadius(h, points.scale('crossing')), true, false)));
    if (crossings.some((p) => p.hours.some((h) => h === null))) add(symbols.crossing(symbols.crossingRadius(null), false, false), 'Crossing, dwell not known');
    if (crossings.some((p) => p.status !== 'operating')) add(symbols.crossing(6, true, true), 'Crossing, not in operation');

    if (network) {
      const gauges = Array.from(new Set(network.lines.filter((l) => l.mode === 'rail' && l.gauge_mm !== null).map((l) => l.gauge_mm))).sort((a, b) => a - b);
      for (const [change, look] of Object.entries(style.change)) {
        if (network.lines.some((l) => l.change === change)) add(symbols.swatch({ color: look.color, width: look.width, dash: look.dash }), `${look.label}: line`);
        if (network.state.showCrossings && network.crossings.some((p) => p.change === change)) add(cm.svg('svg', { width: 16, height: 16, viewBox: '-8 -8 16 16', 'aria-hidden': 'true' }, cm.svg('circle', { r: 6, fill: '#fff', stroke: look.color, 'stroke-width': 3 })), `${look.label}: crossing`);
      }
      if (network.state.bySource) {
        for (const [basis, look] of Object.entries(style.basis)) {
          if (network.lines.some((l) => l.basis === basis)) add(symbols.swatch({ color: look.color, width: look.width + 1, dash: look.dash }), look.label);
        }
      } else if (network.state.byGauge) {
        for (const mm of gauges) add(symbols.swatch({ color: style.gauge.mm[mm] || style.gauge.other, width: 2.5 }), `Gauge ${mm} mm`);
      } else add(symbols.swatch({ color: style.network.color, width: 2 }), network.isSubject ? 'Lines' : 'Other lines');
      for (const [mode, look] of Object.entries(style.mode)) {
        if (network.isSubject && !network.state.bySource && mode !== 'rail' && network.lines.some((l) => l.mode === mode)) add(symbols.swatch({ color: look.color || style.network.color, width: 2, dash: look.dash }), look.label);
      }
      for (const [status, look] of Object.entries(style.status)) {
        const isThere = network.lines.some((l) => l.status === status);
        if (network.isSubject && status !== 'operating' && isThere) add(symbols.swatch({ color: style.network.plan_color, width: 2, dash: look.dash.map((d) => d * 0.7), opacity: look.opacity }), `Line, ${look.label}`);
      }
      // Behind something else, one entry for all that carries no traffic.
      const idle = network.isSubject ? undefined : network.lines.find((l) => l.status !== 'operating');
      if (idle) add(symbols.swatch({ color: style.network.plan_color, width: 2, dash: style.status.proposed.dash.map((d) => d * 0.7) }), 'Other line, not in operation');
      if (network.state.showCrossings && network.crossings.length) {
        add(dot(style.crossing.color, '#777'), 'Crossing in operation');
        if (network.crossings.some((p) => p.status !== 'operating')) add(dot(style.crossing.no_data, '#fff'), 'Crossing not in operation');
      }
    }
    if (basemap.hasDisputed) add(symbols.hatchSwatch(), 'Disputed or undetermined');
    return list;
  };

  const dot = (color, fill, radius) => cm.svg('svg', { width: 12, height: 12, viewBox: '-6 -6 12 12', 'aria-hidden': 'true' }, cm.svg('circle', { r: radius || 3.4, fill: fill, stroke: color, 'stroke-width': 1.2 }));

  /** A line of the legend with circles of round hours, as large as on the map; of those too short to differ, the longest. */
  function circles(words, signs, look, scale, circleOf) {
    const row = cm.html('span', { class: 'cm-circles' });
    const nice = niceHours(Math.max(...signs.flatMap((p) => p.hours.filter((h) => h !== null))));
    const differs = (h) => scale * Math.sqrt(h) > look.min_radius;
    for (const h of nice.filter((h, i) => differs(h) || i === nice.length - 1)) row.appendChild(cm.html('span', { class: 'cm-circle' }, circleOf(h), cm.html('span', { text: cm.duration(h) })));
    return cm.html('li', { class: 'cm-wide' }, cm.html('span', { text: words }), row);
  }

  const upper = (words) => words.charAt(0).toUpperCase() + words.slice(1);

  /** Three round numbers of hours up to the longest. */
  function niceHours(longest) {
    const steps = [0.5, 1, 2, 4, 8, 12, 24, 48, 72, 120, 240, 480];
    const top = steps.filter((s) => s <= longest * 1.05).pop() || steps[0];
    const small = steps.filter((s) => s <= top / 3.5).pop();
    const middle = steps.filter((s) => s < top && (!small || s > small) && s <= top / 1.7).pop();
    return [small, middle, top].filter((h) => h !== undefined);
  }
})((window.CorridorMaps = window.CorridorMaps || {}));
