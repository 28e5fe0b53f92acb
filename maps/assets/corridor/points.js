/* Signs: crossings, breaks of gauge and transshipments of the routes; tripoints, exclaves, targets and closures. */
(function (cm) {
  'use strict';

  cm.points = function (map, data, routes, cards) {
    const style = data.style;
    const symbols = cm.symbols(style);
    const isKindVisible = Object.fromEntries(Object.keys(style.sign).map((kind) => [kind, true]));
    map.createPane('cm-points').style.zIndex = 590; // below the markers that a user adds
    let markers = [];
    let boxes = []; // where signs are, for the labels to keep clear of, in container pixels when they were drawn
    let anchor = null; // a place, and where in the container it was then

    /** Pixels of radius a square root of an hour, for the two kinds whose area says hours: the legend must use the same. */
    function fullScale(kind) {
      const longest = Math.max(0, ...data.points.filter((p) => p.kind === kind).flatMap((p) => p.hours.filter((h) => h !== null)));
      return Math.min(style[kind].radius_per_sqrt_hour, longest > 0 ? style[kind].max_radius / Math.sqrt(longest) : Infinity);
    }
    const full = { crossing: fullScale('crossing'), closure: fullScale('closure') };
    const scale = (kind) => full[kind] * cm.shrink(map);

    // What belongs to no route is shown with any.
    const isVisible = (p) => isKindVisible[p.kind] && (!p.routes.length || p.routes.some((r) => routes.visible[r]));

    /** The longest known time among the visible routes; null if none is known. */
    function hoursOf(p) {
      const known = p.hours.filter((h, i) => h !== null && (!p.routes.length || routes.visible[p.routes[i]]));
      return known.length ? Math.max(...known) : null;
    }

    function signOf(p) {
      const shrink = cm.shrink(map);
      const hours = hoursOf(p);
      if (p.kind === 'closure') {
        const radius = Math.max(p.n_cut_off ? 9 : style.closure.min_radius, scale('closure') * Math.sqrt(hours));
        return { svg: symbols.closure(radius, p.n_cut_off > 0), half: radius };
      }
      if (p.kind !== 'crossing') {
        const svg = symbols.scaled(symbols.fixed[p.kind](), shrink);
        return { svg: svg, half: svg.getAttribute('width') / 2 };
      }
      const radius = Math.max(p.status === 'operating' ? 0 : 6, symbols.crossingRadius(hours, scale('crossing')));
      return { svg: symbols.crossing(radius, hours !== null, p.status !== 'operating'), half: radius };
    }

    /** Where to put a sign whose place is taken: beside what is there, on the nearest free side. */
    function freePlace(at, half, placed) {
      const box = (p) => cm.boxAround(p.x, p.y, half, half);
      const collisions = (p) => placed.filter((other) => cm.overlap(box(p), other.core, -1)).length;
      if (!collisions(at)) return at;
      const near = placed.filter((other) => cm.overlap(box(at), other.core, 0));
      const away = Math.max(...near.map((other) => other.half)) + half;
      const candidates = [];
      for (const distance of [away, away * 1.5, away * 2.1]) {
        for (const angle of [-45, 45, -135, 135, 0, 180, 90, -90]) {
          const radians = (angle * Math.PI) / 180;
          candidates.push(L.point(at.x + distance * Math.cos(radians), at.y + distance * Math.sin(radians)));
        }
      }
      return candidates.find((c) => !collisions(c)) || candidates[0];
    }

    function redraw() {
      markers.forEach((marker) => marker.remove());
      markers = [];
      boxes = [];
      anchor = { at: map.getCenter(), point: map.latLngToContainerPoint(map.getCenter()) };
      const order = { exclave: 0, tripoint: 0, target: 0, closure: 1, crossing: 1, gauge_break: 2, transshipment: 3 };
      const shown = data.points.filter(isVisible).map((p) => ({ p: p, sign: signOf(p) }));
      // Large circles first, so that small ones lie on top and stay within reach.
      shown.sort((a, b) => order[a.p.kind] - order[b.p.kind] || b.sign.half - a.sign.half);
      const placed = [];
      for (const { p, sign } of shown) {
        const at = map.latLngToContainerPoint([p.at[1], p.at[0]]);
        const isCircle = p.kind === 'crossing' || p.kind === 'closure';
        const place = isCircle ? at : freePlace(at, sign.half, placed);
        // A sign may lie on a large circle, beside its middle; it must not hide the middle, or another sign.
        const reserved = isCircle ? Math.min(sign.half, 8) : sign.half;
        placed.push({ core: cm.boxAround(place.x, place.y, reserved, reserved), half: reserved });
        boxes.push(cm.boxAround(place.x, place.y, sign.half, sign.half));
        const size = Math.max(24, 2 * sign.half); // WCAG 2.2, 2.5.8: a target of 24 px
        const host = cm.html('div', { class: 'cm-point-box' }, sign.svg);
        const icon = L.divIcon({ className: 'cm-point cm-point-' + p.kind, iconSize: [size, size], iconAnchor: [size / 2 + at.x - place.x, size / 2 + at.y - place.y], html: host });
        // `new L.Marker`, not the factory: keyboard and title are set below
        const marker = new L.Marker([p.at[1], p.at[0]], { icon: icon, pane: 'cm-points', keyboard: false, zIndexOffset: order[p.kind] * 1000 + (p.n_cut_off ? 500 : 0) - Math.round(sign.half) }).addTo(map);
        const element = marker.getElement();
        const hours = hoursOf(p);
        const time = hours !== null ? `, ${cm.duration(hours)}` : p.kind === 'crossing' || p.routes.length ? ', time not known' : '';
        element.setAttribute('role', 'button');
        element.setAttribute('aria-label', `${style.sign[p.kind].one} ${p.name}${time}`);
        element.addEventListener('cm-open', () => cards.show(marker.getLatLng(), cards.point(p), element));
        marker.on('click', () => cards.show(marker.getLatLng(), cards.point(p)));
        markers.push(marker);
      }
      cm.roving(markers.map((m) => m.getElement()));
      map.fire('cm:points');
    }

    /** Where signs are now: a map that is moved without being zoomed keeps its signs. */
    function boxesNow() {
      const moved = map.latLngToContainerPoint(anchor.at).subtract(anchor.point);
      return boxes.map((b) => ({ left: b.left + moved.x, right: b.right + moved.x, top: b.top + moved.y, bottom: b.bottom + moved.y }));
    }

    redraw();
    map.on('zoomend resize cm:routes', redraw);
    return { redraw, isKindVisible, scale, symbols, boxes: boxesNow, visiblePoints: () => data.points.filter(isVisible) };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
