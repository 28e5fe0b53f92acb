/* Puts the parts together. `window.corridor` is for tests and for the curious. */
(function (cm) {
  'use strict';

  const read = (id) => JSON.parse(document.getElementById(id).textContent);

  cm.start = function (map) {
    const base = read('corridors-basemap');
    const data = read('corridors-data');
    const parts = cm.page(map, data, base);
    map.attributionControl.setPrefix(false);
    L.control.zoom({ position: 'topright' }).addTo(map);
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
