/* Puts the parts together. `window.corridor` is for tests and for the curious. */
(function (cm) {
  'use strict';

  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  /** Undo `compact` of _compact.py: columns to rows, words put back, and what is usual, and was not written, filled in. */
  function expanded(data) {
    const fill = function (kind, table) {
      const rows = Array.from({ length: table.n }, () => Object.assign({}, data.defaults[kind]));
      for (const [key, column] of Object.entries(table.columns)) {
        const isShared = data.shared[kind].includes(key);
        const values = Array.isArray(column) ? column : column.value;
        let at = 0;
        values.forEach(function (value, i) {
          at = values === column ? i : at + column.step[i];
          rows[at][key] = isShared ? data.words[value] : value;
        });
      }
      return rows;
    };
    data.edges = fill('edges', data.edges);
    data.points = fill('points', data.points);
    data.places = fill('places', data.places);
    if (data.dots) data.dots.items = fill('dots', data.dots.items);
    for (const route of data.routes) route.legs = fill('legs', route.legs);
    if (data.network) {
      data.network.lines = fill('lines', data.network.lines);
      data.network.crossings = fill('points', data.network.crossings);
    }
    return eastward(data);
  }

  /** Move what lies west of the seam once round the earth: a way over the antimeridian is then in one piece. */
  function eastward(data) {
    const network = data.network || { lines: [], crossings: [], precision: 0 };
    for (const [things, precision] of [[data.edges, data.precision], [data.stretches, data.precision], [network.lines, network.precision]]) {
      for (const line of things.flatMap((thing) => thing.lines)) if (line[0] / 10 ** precision < data.seam) line[0] += 360 * 10 ** precision;
    }
    for (const thing of [...data.points, ...data.places, ...network.crossings, ...(data.dots ? data.dots.items : [])]) {
      if (thing.at[0] < data.seam) thing.at[0] += 360;
    }
    return data;
  }

  cm.start = function (map) {
    const base = read('corridors-basemap');
    const data = expanded(read('corridors-data'));
    const parts = cm.page(map, data, base);
    whenSized(parts.stage, () => fill(map, base, data, parts));
  };

  /**
   * A sandboxed frame is another process, and learns its size only after its scripts have run. It is asked by a timer:
   * below the screen the browser delivers neither a resize nor an observer's call, and the map would stay blank in print.
   */
  function whenSized(stage, go) {
    const isSized = () => stage.clientWidth > 40 && stage.clientHeight > 40 && window.innerWidth > 40;
    if (isSized()) return go();
    const timer = setInterval(function () {
      if (!isSized()) return;
      clearInterval(timer);
      go();
    }, 100);
  }

  /** All of what is drawn, kept in view when the window changes, until the reader moves the map. */
  function viewOf(map, bounds) {
    let isFitting = false;
    const view = { isMoved: false, fit };
    function fit() {
      isFitting = true;
      map.fitBounds(bounds, { animate: false, padding: [34, 30], maxZoom: 12 }); // of a single point the closest zoom has no end
      isFitting = false;
    }
    map.on('movestart', () => (view.isMoved = view.isMoved || !isFitting));
    map.on('resize', () => view.isMoved || fit());
    return view;
  }

  function fill(map, base, data, parts) {
    map.invalidateSize({ animate: false });
    map.attributionControl.setPrefix(false);
    // On a phone a card needs the top of the map.
    L.control.zoom({ position: cm.shrink(map) < 1 ? 'bottomright' : 'topright' }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);

    const view = viewOf(map, data.bounds);
    view.fit();
    const basemap = cm.basemap(map, base, data.style);
    const cards = cm.cards(map, data);
    const network = cm.network(map, data, cards);
    const routes = cm.routes(map, data, cards, parts.announce);
    const points = cm.points(map, data, routes, cards);
    const stretches = cm.stretches(map, data, cards, data.precision);
    const dots = cm.dots(map, data, cards);
    const labels = cm.labels(map, data, basemap, routes, points);
    const chart = data.routes.length ? cm.chart(map, data, routes, cards) : null;
    const paper = cm.paper(map, { basemap, network, dots }, view, data.title);
    cm.panel(parts, data, { basemap, network, routes, points, stretches, dots, labels, chart, savePng: paper.savePng }, map);

    document.querySelector('.cm-undrawn').remove();
    window.corridor = { map, data, base, routes, points, stretches, dots, labels, network, chart, paper };
    document.documentElement.setAttribute('data-corridor-ready', '1');
  }
})((window.CorridorMaps = window.CorridorMaps || {}));
