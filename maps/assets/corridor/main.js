/* Puts the parts together. `window.corridor` is for tests and for the curious. */
(function (cm) {
  'use strict';

  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  /** Undo `compact` of payload.py: put back the words, and fill in what is usual and was therefore not written. */
  function expanded(data) {
    const fill = (kind, rows) =>
      rows.map(function (row) {
        for (const key of data.shared[kind]) if (key in row) row[key] = data.words[row[key]];
        return Object.assign({}, data.defaults[kind], row);
      });
    data.edges = fill('edges', data.edges);
    data.points = fill('points', data.points);
    data.places = fill('places', data.places);
    for (const route of data.routes) route.legs = fill('legs', route.legs);
    if (data.network) {
      data.network.lines = fill('lines', data.network.lines);
      data.network.crossings = fill('points', data.network.crossings);
    }
    return data;
  }

  cm.start = function (map) {
    const base = read('corridors-basemap');
    const data = expanded(read('corridors-data'));
    const parts = cm.page(map, data, base);
    map.attributionControl.setPrefix(false);
    // On a phone a card needs the top of the map.
    L.control.zoom({ position: cm.shrink(map) < 1 ? 'bottomright' : 'topright' }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);

    const fit = () => map.fitBounds(data.bounds, { animate: false, padding: [34, 30] });
    fit();
    const basemap = cm.basemap(map, base, data.style);
    const cards = cm.cards(map, data);
    const network = cm.network(map, data, cards);
    const routes = cm.routes(map, data, cards, parts.announce);
    const points = cm.points(map, data, routes, cards);
    const labels = cm.labels(map, data, basemap, routes, points);
    const paper = cm.paper(map, data, { basemap, network, fit });
    cm.panel(parts, data, { basemap, network, routes, points, labels, savePng: paper.savePng }, map);

    window.corridor = { map, data, base, routes, points, labels, network, paper };
    document.documentElement.setAttribute('data-corridor-ready', '1');
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
