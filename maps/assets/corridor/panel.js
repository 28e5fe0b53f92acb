/* The page around the map: title, facts, routes with their check boxes, comparison table, layers, legend, sources. */
(function (cm) {
  'use strict';

  /** Put the map's element into the page's layout; returns the parts to fill. */
  cm.page = function (map, data, base) {
    const facts = cm.html('p', { class: 'cm-facts' });
    data.facts.forEach(([label, value], i) => {
      if (i) facts.appendChild(cm.html('span', { class: 'cm-facts-gap', text: ' · ' }));
      facts.appendChild(cm.html('span', { text: `${label}: ${value}`, dir: 'auto' }));
    });
    const header = cm.html('header', { class: 'cm-header' }, cm.html('h1', { text: data.title, dir: 'auto' }), facts);
    const stage = cm.html('div', { class: 'cm-stage' });
    const panel = cm.html('section', { class: 'cm-panel', 'aria-label': 'Routes, layers and legend' });
    const live = cm.html('p', { class: 'cm-unseen', 'aria-live': 'polite' });
    const notes = [data.disclaimer, base.disclaimer, data.attribution, base.attribution ? 'Base map: ' + base.attribution : ''].filter(Boolean).join(' ');
    const footer = cm.html('footer', { class: 'cm-footer' }, cm.html('p', { class: 'cm-note', text: notes, dir: 'auto' }));
    const page = cm.html('div', { class: 'cm-page' }, header, panel, stage, footer, live);
    const container = map.getContainer();
    container.parentNode.insertBefore(page, container);
    stage.appendChild(container);
    container.setAttribute('role', 'region');
    container.setAttribute('aria-label', `Map: ${data.title}. The table beside it says the same in numbers.`);
    map.invalidateSize({ animate: false });
    return { page, panel, stage, footer, announce: (text) => (live.textContent = text) };
  };

  const MEASURES = [
    { key: 'length_km', label: 'Length, km', digits: 0, isLess: true },
    { key: 'time_h', label: null, digits: 1, isLess: true },
    { key: 'cost_usd_teu', label: 'Cost, USD per TEU', digits: 0, isLess: true },
    { key: 'n_crossings', label: 'Border crossings', digits: 0, isLess: true },
    { key: 'n_gauge_breaks', label: 'Breaks of gauge', digits: 0, isLess: true },
    { key: 'n_transshipments', label: 'Transshipments', digits: 0, isLess: true },
    { key: 'assumed_km', label: 'Assumed, km', digits: 0 },
    { key: 'assumed_time_pct', label: 'Assumed, % of time', digits: 0, isOptional: true },
    { key: 'assumed_cost_pct', label: 'Assumed, % of cost', digits: 0, isOptional: true, needs: 'cost_usd_teu' },
    { key: 'connector_km', label: 'To the network, km', digits: 0 },
  ];

  /** Measures as rows and routes as columns: a phone is narrow and has room below. */
  function comparison(data, routes) {
    // A few routes keep their columns when hidden, faint; of many, only what is on the map.
    const isMany = data.routes.length > data.style.route.look.length;
    const columns = data.routes.map((_, i) => i).filter((i) => routes.visible[i] || !isMany);
    const off = (i) => (routes.visible[i] ? null : 'cm-off');
    const hours = data.routes.map((r) => r.totals.time_h).filter((h) => h !== null);
    const inDays = hours.length > 0 && Math.max(...hours) >= 72;
    const head = cm.html('tr', {}, cm.html('th', { scope: 'col', text: 'Route' }));
    const symbols = cm.symbols(data.style);
    columns.forEach(function (i) {
      const letter = data.routes[i].letter;
      const badge = cm.html('span', { class: 'cm-table-letter' }, symbols.badge(letter, routes.looks[i].color, 18), cm.html('span', { class: 'cm-unseen', text: letter }));
      head.appendChild(cm.html('th', { scope: 'col', class: off(i) }, badge));
    });
    const body = cm.html('tbody', {});
    let hasBest = false;
    for (const measure of MEASURES) {
      const valueOf = (i) => data.routes[i].totals[measure.key];
      const known = columns.map(valueOf).filter((v) => v !== null);
      const seen = columns.filter((i) => routes.visible[i]).map(valueOf).filter((v) => v !== null);
      const isCost = measure.key === 'cost_usd_teu';
      if (!known.length && (isCost || measure.isOptional)) continue;
      if (measure.needs && !columns.some((i) => data.routes[i].totals[measure.needs] !== null)) continue;
      if (measure.key === 'connector_km' && !known.some((v) => v >= 0.5)) continue;
      const isTime = measure.key === 'time_h';
      const label = isTime ? (inDays ? 'Time, days' : 'Time, hours') : measure.label;
      const least = measure.isLess && seen.length > 1 && Math.min(...seen) < Math.max(...seen) ? Math.min(...seen) : null;
      const row = cm.html('tr', {}, cm.html('th', { scope: 'row', text: label }));
      columns.forEach(function (i) {
        const value = valueOf(i);
        const shown = isTime && inDays && value !== null ? value / 24 : value;
        const isBest = least !== null && value === least && routes.visible[i];
        hasBest = hasBest || isBest;
        // Kilometres without a tariff make a cost a lower bound, which must not look like a price.
        const sign = isCost && value !== null && data.routes[i].totals.is_lower_bound ? '≥ ' : '';
        row.appendChild(cm.html('td', { text: sign + cm.aligned(shown, measure.digits), class: isBest ? 'cm-best' : off(i) }));
      });
      body.appendChild(row);
    }
    const caption = cm.html('caption', { text: hasBest ? 'Comparison (lowest in bold, – not known)' : 'Totals (– not known)' });
    return cm.html('div', { class: 'cm-scroll', tabindex: columns.length > 5 ? '0' : null }, cm.html('table', { class: 'cm-table' }, caption, cm.html('thead', {}, head), body));
  }

  function checkbox(id, label, isOn, onChange, ...before) {
    const input = cm.html('input', { type: 'checkbox', id: id, on: { change: (event) => onChange(event.target.checked) } });
    input.checked = isOn;
    return cm.html('label', { for: id, class: 'cm-check' }, input, ...before, typeof label === 'string' ? cm.html('span', { text: label }) : label);
  }

  function routeList(data, routes, onChange) {
    const symbols = cm.symbols(data.style);
    const list = cm.html('ul', { class: 'cm-routes' });
    data.routes.forEach(function (route, i) {
      const look = routes.looks[i];
      const hasNamesake = data.routes.some((r) => r !== route && r.name === route.name && r.scenario !== route.scenario);
      const isOnePair = new Set(data.routes.map((r) => r.origin + '\n' + r.destination)).size < 2;
      const pair = isOnePair || route.name.includes(route.origin) ? '' : `${route.origin} – ${route.destination}`;
      const under = [pair, route.countries.join(' '), hasNamesake ? route.scenario : ''].filter(Boolean).join(' · ');
      const words = cm.html('span', { class: 'cm-route-words' }, cm.html('span', { class: 'cm-route-name', text: route.name, dir: 'auto' }), cm.html('span', { class: 'cm-route-under', text: under, dir: 'auto' }));
      const swatch = symbols.swatch({ color: look.color, width: data.style.route.width, core: look.core });
      const badge = symbols.badge(route.letter, look.color, 18);
      const item = cm.html('li', { class: routes.visible[i] ? null : 'cm-off', 'data-route': i });
      item.appendChild(
        checkbox('cm-route-' + route.letter, words, routes.visible[i], function (isOn) {
          item.classList.toggle('cm-off', !isOn);
          onChange(i, isOn);
        }, badge, swatch)
      );
      list.appendChild(item);
    });
    return list;
  }

  /** Only what is on this map; the same style table as the lines. */
  function legend(data, basemap, points, network, routes) {
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

    const kinds = new Set(data.points.map((p) => p.kind));
    if (kinds.has('gauge_break')) add(symbols.gaugeBreak(), 'Break of gauge');
    if (kinds.has('transshipment')) add(symbols.transshipment(), 'Transshipment');
    const crossings = data.points.filter((p) => p.kind === 'crossing');
    const hours = crossings.flatMap((p) => p.hours.filter((h) => h !== null));
    if (hours.length) {
      const circles = cm.html('span', { class: 'cm-circles' });
      for (const h of niceHours(Math.max(...hours))) {
        circles.appendChild(cm.html('span', { class: 'cm-circle' }, symbols.crossing(symbols.crossingRadius(h, points.scale()), true, false), cm.html('span', { text: cm.duration(h) })));
      }
      list.appendChild(cm.html('li', { class: 'cm-wide' }, cm.html('span', { text: 'Border crossing: area is dwell' }), circles));
    }
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
        if (status !== 'operating' && isThere) add(symbols.swatch({ color: style.network.plan_color, width: 2, dash: look.dash.map((d) => d * 0.7), opacity: look.opacity }), `${network.isSubject ? 'Line' : 'Other line'}, ${look.label}`);
      }
      if (network.state.showCrossings && network.crossings.length) {
        const dot = (color, fill) => cm.svg('svg', { width: 12, height: 12, viewBox: '-6 -6 12 12', 'aria-hidden': 'true' }, cm.svg('circle', { r: 3.4, fill: fill, stroke: color, 'stroke-width': 1.2 }));
        add(dot(style.crossing.color, '#777'), 'Crossing in operation');
        if (network.crossings.some((p) => p.status !== 'operating')) add(dot(style.crossing.no_data, '#fff'), 'Crossing not in operation');
      }
    }
    if (basemap.hasDisputed) add(symbols.hatchSwatch(), 'Disputed or undetermined');
    return list;
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

  function sources(data) {
    const list = cm.html('ul', {});
    for (const s of data.sources) list.appendChild(cm.html('li', {}, cm.link(s.text || s.id, s.url)));
    return cm.html('details', { class: 'cm-sources' }, cm.html('summary', { text: `Sources (${data.sources.length})` }), list);
  }

  cm.panel = function (parts, data, { basemap, network, routes, points, labels, chart, savePng }, map) {
    const panel = parts.panel;
    const hasRoutes = data.routes.length > 0;
    let legendPlace = null;
    let tablePlace = null;
    function renewTable() {
      const fresh = comparison(data, routes);
      tablePlace.replaceWith(fresh);
      tablePlace = fresh;
    }
    function renewLegend() {
      const fresh = legend(data, basemap, points, network, routes);
      legendPlace.replaceWith(fresh);
      legendPlace = fresh;
    }
    if (hasRoutes) {
      panel.appendChild(cm.html('h2', { text: data.routes.length === 1 ? 'Route' : 'Routes' }));
      panel.appendChild(
        routeList(data, routes, function (i, isOn) {
          routes.setVisible(i, isOn);
          renewTable();
        })
      );
      tablePlace = comparison(data, routes);
      panel.appendChild(tablePlace);
    }
    if (chart) panel.appendChild(chart.element);
    panel.appendChild(cm.html('h2', { text: 'Legend' }));
    legendPlace = cm.html('ul', {});
    panel.appendChild(legendPlace);
    renewLegend();
    map.on('resize', renewLegend); // signs shrink on a small map

    const layers = cm.html('fieldset', { class: 'cm-layers' }, cm.html('legend', { text: 'Show' }));
    const layer = (id, label, isOn, change) =>
      layers.appendChild(
        checkbox('cm-layer-' + id, label, isOn, function (on) {
          change(on);
          parts.announce(`${label} ${on ? 'shown' : 'hidden'}`);
        })
      );
    const kindLabels = { crossing: 'Border crossings', gauge_break: 'Breaks of gauge', transshipment: 'Transshipments' };
    for (const [kind, label] of Object.entries(kindLabels)) {
      if (!data.points.some((p) => p.kind === kind)) continue;
      layer(kind, label, true, function (on) {
        points.isKindVisible[kind] = on;
        points.redraw();
      });
    }
    const toggleNetwork = (key) => (on) => {
      network.state[key] = on;
      network.redraw();
      renewLegend();
    };
    if (network) {
      layer('network', hasRoutes ? 'Other lines' : 'Lines', network.state.showLines, toggleNetwork('showLines'));
      if (network.isBySource) layer('source', 'Lines coloured by source', true, toggleNetwork('bySource'));
      layer('gauge', 'Lines coloured by gauge', network.state.byGauge, toggleNetwork('byGauge'));
      if (network.crossings.length) layer('network-crossings', hasRoutes ? 'Other crossings' : 'Border crossings', network.state.showCrossings, toggleNetwork('showCrossings'));
    }
    if (data.places.length) {
      layer('places', 'Names of places', true, function (on) {
        labels.state.showPlaces = on;
        labels.redraw();
      });
    }
    if (basemap.countries.length) {
      layer('countries', 'Names of countries', true, function (on) {
        labels.state.showCountries = on;
        labels.redraw();
      });
    }
    if (basemap.hasDisputed) layer('disputed', 'Disputed areas', true, (on) => (on ? basemap.disputed.addTo(map) : basemap.disputed.remove()));
    panel.appendChild(layers);

    const png = cm.html('button', { type: 'button', id: 'cm-png', text: 'Save PNG', on: { click: () => savePng() } });
    const print = cm.html('button', { type: 'button', id: 'cm-print', text: 'Print or PDF', on: { click: () => window.print() } });
    panel.appendChild(cm.html('p', { class: 'cm-actions' }, png, print));
    if (data.n_unplaced) panel.appendChild(cm.html('p', { class: 'cm-note', text: `${data.n_unplaced} stops of the routes have no known position; they are counted in the table and not drawn.` }));
    if (data.sources.length) panel.appendChild(sources(data));
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
