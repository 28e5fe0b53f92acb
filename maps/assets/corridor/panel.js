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
    { key: 'cost_usd', label: null, digits: 0, isLess: true },
    { key: 'n_borders', label: 'Borders', digits: 0, isLess: true },
    { key: 'n_gauge_breaks', label: 'Breaks of gauge', digits: 0, isLess: true },
    { key: 'n_transshipments', label: 'Transshipments', digits: 0, isLess: true },
    { key: 'assumed_km', label: 'Assumed, km', digits: 0 },
    { key: 'assumed_time_pct', label: 'Assumed, % of time', digits: 0, isOptional: true },
    { key: 'assumed_cost_pct', label: 'Assumed, % of cost', digits: 0, isOptional: true, needs: 'cost_usd' },
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
    const isOnePair = new Set(data.routes.map((r) => r.origin + '\n' + r.destination)).size < 2; // of two journeys none is better
    let hasBest = false;
    for (const measure of MEASURES) {
      const valueOf = (i) => data.routes[i].totals[measure.key];
      const known = columns.map(valueOf).filter((v) => v !== null);
      const seen = columns.filter((i) => routes.visible[i]).map(valueOf).filter((v) => v !== null);
      const isCost = measure.key === 'cost_usd';
      if (!known.length && (isCost || measure.isOptional)) continue;
      if (measure.needs && !columns.some((i) => data.routes[i].totals[measure.needs] !== null)) continue;
      if (measure.key === 'connector_km' && !known.some((v) => v >= 0.5)) continue;
      const isTime = measure.key === 'time_h';
      const label = isTime ? (inDays ? 'Time, days' : 'Time, hours') : isCost ? 'Cost, USD per ' + data.cost_unit : measure.label;
      const least = isOnePair && measure.isLess && seen.length > 1 && Math.min(...seen) < Math.max(...seen) ? Math.min(...seen) : null;
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
      const pair = isOnePair || route.name.includes(route.origin) ? '' : `${cm.isolated(route.origin)} – ${cm.isolated(route.destination)}`;
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

  /** A table of the payload, texts as they are. */
  function table(t) {
    const side = (i) => (t.numeric[i] ? null : 'cm-text');
    const head = cm.html('tr', {}, ...t.head.map((text, i) => cm.html('th', { scope: 'col', text: text, class: side(i) })));
    const body = t.rows.map((row) => cm.html('tr', {}, ...row.map((text, i) => cm.html('td', { text: text, dir: 'auto', class: side(i) }))));
    return cm.html(
      'div',
      { class: 'cm-scroll cm-found' },
      cm.html('table', { class: 'cm-table' }, cm.html('caption', { class: 'cm-found-caption', text: t.caption }), cm.html('thead', {}, head), cm.html('tbody', {}, ...body)),
      t.note ? cm.html('p', { class: 'cm-note', text: t.note, dir: 'auto' }) : null
    );
  }

  function sources(data) {
    const list = cm.html('ul', {});
    for (const s of data.sources) list.appendChild(cm.html('li', {}, cm.link(s.text || s.id, s.url)));
    return cm.html('details', { class: 'cm-sources' }, cm.html('summary', { text: `Sources (${data.sources.length})` }), list);
  }

  cm.panel = function (parts, data, { basemap, network, routes, points, stretches, dots, labels, chart, savePng }, map) {
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
      const fresh = cm.legend(data, { basemap, points, network, stretches, dots });
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
      const n = data.style.route.look.length;
      if (data.routes.length > n) panel.appendChild(cm.html('p', { class: 'cm-note cm-ask', text: `The first ${n} are drawn, one a colour. Tick others to see them, in grey.` }));
      tablePlace = comparison(data, routes);
      panel.appendChild(tablePlace);
    }
    data.tables.forEach((t) => panel.appendChild(table(t)));
    panel.appendChild(cm.html('h2', { text: 'Legend' }));
    legendPlace = cm.html('ul', {});
    panel.appendChild(legendPlace);
    if (chart) panel.appendChild(chart.element);
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
    for (const [kind, words] of Object.entries(data.style.sign)) {
      if (!data.points.some((p) => p.kind === kind)) continue;
      layer(kind, words.many, true, function (on) {
        points.isKindVisible[kind] = on;
        points.redraw();
      });
    }
    for (const [id, label, part] of [['stretches', 'Lines of the finding', data.stretches.length ? stretches : null], ['dots', dots ? dots.caption : '', dots]]) {
      if (!part) continue;
      layer(id, label, true, function (on) {
        part.state.isShown = on;
        part.redraw();
      });
    }
    const toggleNetwork = (key) => (on) => {
      network.state[key] = on;
      network.redraw();
      renewLegend();
    };
    if (network) {
      layer('network', network.isSubject ? 'Lines' : 'Other lines', network.state.showLines, toggleNetwork('showLines'));
      if (network.isBySource) layer('source', 'Lines coloured by source', true, toggleNetwork('bySource'));
      layer('gauge', 'Lines coloured by gauge', network.state.byGauge, toggleNetwork('byGauge'));
      if (network.crossings.length) layer('network-crossings', network.isSubject ? 'Border crossings' : 'Other crossings', network.state.showCrossings, toggleNetwork('showCrossings'));
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
    if (data.n_unplaced) panel.appendChild(cm.html('p', { class: 'cm-note', text: `Without a known position, counted in the tables and not drawn: ${data.n_unplaced}.` }));
    if (data.sources.length) panel.appendChild(sources(data));
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
