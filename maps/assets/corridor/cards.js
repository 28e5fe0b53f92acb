/* The card of a leg, crossing or line: what is known about it, and from where. */
(function (cm) {
  'use strict';

  const KNOWN_BY_ROUTE = ['crossing', 'gauge_break', 'transshipment']; // the other signs bring their own rows

  cm.cards = function (map, data) {
    const style = data.style;
    const sourceWords = new Map(data.sources.map((s) => [s.id, s.text ? `${s.text} (${s.id})` : s.id]));
    let returnFocusTo = null;

    const statusLabel = (status) => (cm.entry(style.status, status) || { label: status.replace(/_/g, ' ') }).label;
    const modeLabel = (mode) => (cm.entry(style.mode, mode) || { label: mode || '–' }).label;
    const gaugeLabel = (mm) => (mm === null ? null : `${mm}\u00a0mm`);

    /** rows: [label, text]; a row whose text is null or empty is left out. A source of null is not asked for. */
    function element(title, rows, source) {
      const body = cm.html('tbody', {});
      for (const [label, text] of rows) {
        if (text === null || text === '') continue;
        body.appendChild(cm.html('tr', {}, cm.html('th', { scope: 'row', text: label }), cm.html('td', { text: text, dir: 'auto' })));
      }
      const ids = source ? source.split(/[,|] ?/) : [];
      const words = ids.length ? ids.map((id) => sourceWords.get(id) || id).join('; ') : 'not stated';
      return cm.html(
        'div',
        { class: 'cm-card', role: 'dialog', tabindex: '-1', 'aria-label': title },
        cm.html('h3', { text: title, dir: 'auto' }),
        cm.html('table', {}, body),
        source === null ? null : cm.html('p', { class: 'cm-card-source', text: 'Source: ' + words, dir: 'auto' })
      );
    }

    /** Show a card; `opener` gets the focus back when a keyboard user closes it. */
    function show(latlng, card, opener) {
      returnFocusTo = opener || null;
      const room = map.getSize();
      L.popup({ maxWidth: Math.min(320, room.x - 60), minWidth: Math.min(200, room.x - 60), maxHeight: Math.max(120, room.y - 90), autoPanPadding: [14, 14] }).setLatLng(latlng).setContent(card).openOn(map);
      if (!opener) return;
      // Leaflet hears Escape only while the map itself has the focus.
      card.addEventListener('keydown', (event) => event.key === 'Escape' && map.closePopup());
      card.focus({ preventScroll: true });
    }
    map.on('popupclose', function () {
      const opener = returnFocusTo;
      returnFocusTo = null;
      if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    });

    function leg(route, journey, edge) {
      const assumed = edge.assumed_km ? cm.quantity(edge.assumed_km, 1, 'km') : null;
      return element(
        `${route.letter} · ${journey.start || '?'} → ${journey.end || '?'}`,
        [
          ['Route', route.name],
          ['Line', edge.line],
          ['Mode', modeLabel(edge.mode)],
          ['Status', statusLabel(edge.status) + (edge.opened ? ', opened by the scenario' : '')],
          ['Gauge', gaugeLabel(edge.gauge_mm)],
          ['Country', edge.country],
          ['Length', cm.quantity(edge.length_km, 1, 'km')],
          ['Length from', edge.length_source],
          ['Of it assumed', assumed],
          ['Time', cm.duration(journey.time_h)],
          ['Cost', journey.cost_usd === null ? null : cm.quantity(journey.cost_usd, 0, 'USD per ' + data.cost_unit)],
        ],
        edge.source
      );
    }

    function point(p) {
      const kind = style.sign[p.kind].one;
      if (!KNOWN_BY_ROUTE.includes(p.kind)) return element(p.name || kind, [['What', kind], ...(p.rows || [])], p.source || null);
      const letters = p.routes.map((r) => data.routes[r].letter).join(', ');
      const known = p.hours.filter((h) => h !== null);
      const differ = new Set(p.hours).size > 1;
      const hours = differ ? p.routes.map((r, i) => `${data.routes[r].letter}: ${cm.duration(p.hours[i])}`).join(', ') : cm.duration(p.hours.length ? p.hours[0] : null);
      return element(
        p.name || kind,
        [
          ['What', kind],
          ['Between', p.countries ? p.countries.filter(Boolean).join(' and ') : null],
          ['Gauges', p.gauges_mm ? p.gauges_mm.map((mm) => gaugeLabel(mm) || '?').join(' to ') : null],
          ['Modes', p.modes && p.modes.length ? p.modes.filter(Boolean).join(p.kind === 'transshipment' ? ' to ' : '; ') : modeLabel(p.mode)],
          ['Status', p.kind === 'crossing' ? statusLabel(p.status) + (p.opened ? ', opened by the scenario' : '') : null],
          [p.kind === 'crossing' ? 'Dwell' : 'Time', known.length ? hours : p.default_h ? `no data; ${cm.duration(p.default_h)} assumed` : 'no data'],
          ...(p.rows || []),
          ['Routes', letters],
        ],
        p.source
      );
    }

    const stretch = (s) => element(s.name, s.rows, s.source || null);
    const dot = (item) => element(item.name, data.dots.fields.map((field, i) => [field, item.values[i]]), null);

    function line(l) {
      return element(
        l.name || 'Line',
        [
          ['Mode', modeLabel(l.mode)],
          ['Status', statusLabel(l.status)],
          ['Change', l.change ? style.change[l.change].label : null],
          ['Gauge', gaugeLabel(l.gauge_mm)],
          ['Rests on', l.basis ? style.basis[l.basis].label : null],
          ['Length', cm.quantity(l.length_km, 0, 'km')],
          ['Of it assumed', l.assumed_km ? cm.quantity(l.assumed_km, 0, 'km') : null],
        ],
        l.source
      );
    }

    return { show, leg, point, line, stretch, dot, statusLabel, modeLabel };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
