/* Words on the map: letters on the routes, names of places, countries. Placed anew after each move, never on top of one
 * another: what finds no room is left out, except the ends of the routes, which take the least bad place. */
(function (cm) {
  'use strict';

  const FONTS = {
    end: { size: 14.5, weight: 700, color: '#111' },
    subject: { size: 12, weight: 600, color: '#111' },
    part: { size: 11, weight: 500, color: '#222' },
    transshipment: { size: 12, weight: 600, color: '#222' },
    gauge_break: { size: 12, weight: 600, color: '#222' },
    junction: { size: 12, weight: 500, color: '#333' },
    turn: { size: 11, weight: 400, color: '#444' },
    crossing: { size: 11, weight: 400, color: '#333' },
    stop: { size: 11, weight: 400, color: '#555' },
  };
  const BY_RANK = ['subject', 'part', 'transshipment', 'gauge_break', 'junction', 'turn', 'crossing', 'stop', 'stop']; // as in _places.py
  const SIDES = [[1, 0], [-1, 0], [1, -1], [1, 1], [-1, -1], [-1, 1], [0, -1], [0, 1]];
  const NEAR = [1, 1.9]; // multiples of the distance that a name keeps
  const FAR = [1, 1.9, 3.2, 4.8, 6.5, 8.5];
  const STOPS_FROM_ZOOM = 6.5;
  const CELL = 7; // px, of the grid that remembers where routes run

  cm.labels = function (map, data, basemap, routes, points) {
    const pane = map.createPane('cm-labels');
    pane.style.zIndex = 620;
    pane.style.pointerEvents = 'none';
    pane.classList.add('leaflet-zoom-hide');
    const pencil = document.createElement('canvas').getContext('2d');
    const family = getComputedStyle(map.getContainer()).fontFamily;
    const state = { showPlaces: true, showCountries: true };
    let taken = [];
    let words = []; // of them, the boxes of names
    let routeCells = new Set();

    const isInside = (box, inset) => {
      const size = map.getSize();
      return box.left >= inset && box.top >= inset && box.right <= size.x - inset && box.bottom <= size.y - inset;
    };
    /** Scale bar, buttons and whatever controls a user has added. */
    function controlBoxes() {
      const origin = map.getContainer().getBoundingClientRect();
      return Array.from(map.getContainer().querySelectorAll('.leaflet-control'), function (control) {
        const box = control.getBoundingClientRect();
        return { left: box.left - origin.left, top: box.top - origin.top, right: box.right - origin.left, bottom: box.bottom - origin.top };
      });
    }
    const collides = (box, gap) => taken.some((other) => cm.overlap(box, other, gap));

    function routeCover(box) {
      let n = 0;
      for (let x = Math.floor(box.left / CELL); x <= box.right / CELL; x++) {
        for (let y = Math.floor(box.top / CELL); y <= box.bottom / CELL; y++) if (routeCells.has(x + ',' + y)) n++;
      }
      return n;
    }

    /** A line's points on the screen, at most `step` pixels apart, in its lane. */
    function walk(part, lane, step) {
      const corners = L.LineUtil.simplify(part.map((p) => map.latLngToContainerPoint(p)), 1);
      const dots = [];
      for (let i = 0; i + 1 < corners.length; i++) {
        const a = corners[i];
        const b = corners[i + 1];
        const length = a.distanceTo(b);
        if (!length) continue;
        const nx = -(b.y - a.y) / length;
        const ny = (b.x - a.x) / length;
        for (let d = 0; d < length; d += step) dots.push(L.point(a.x + ((b.x - a.x) * d) / length + nx * lane, a.y + ((b.y - a.y) * d) / length + ny * lane));
      }
      return dots;
    }

    function add(element, x, y) {
      element.classList.add('cm-word');
      L.DomUtil.setPosition(element, map.containerPointToLayerPoint([x, y]).round());
      pane.appendChild(element);
    }

    /** Put each route's letter on its longest stretches, those of its own first. */
    function placeLetters(stretches) {
      const half = 9;
      for (const { index, list } of stretches) {
        const letter = data.routes[index].letter;
        const color = routes.looks[index].color;
        const size = map.getSize();
        const inView = (p) => p.x > 16 && p.y > 16 && p.x < size.x - 16 && p.y < size.y - 16;
        const candidates = list
          .map(({ isShared, dots }) => ({ isShared: isShared, dots: dots.filter(inView) }))
          .filter((c) => c.dots.length > 3)
          .sort((a, b) => a.isShared - b.isShared || b.dots.length - a.dots.length);
        let n = 0;
        for (const { isShared, dots } of candidates) {
          // One letter at least; more on long stretches of the route's own.
          if (n >= 4 || (n > 0 && (isShared || dots.length < 12))) break;
          const middle = Math.floor(dots.length / 2);
          const order = dots.map((_, i) => i).sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
          const best = order.find((i) => !collides(cm.boxAround(dots[i].x, dots[i].y, half, half), 2));
          if (best === undefined) continue;
          const { x, y } = dots[best];
          taken.push(cm.boxAround(x, y, half, half));
          const host = cm.html('span', { class: 'cm-letter', 'aria-hidden': 'true' }, points.symbols.badge(letter, color));
          add(host, x - half, y - half);
          n++;
        }
      }
    }

    /** A thin line from a place to its name that stands far off. */
    function addLeader(at, box) {
      const x = Math.min(Math.max(at.x, box.left), box.right);
      const y = Math.min(Math.max(at.y, box.top), box.bottom);
      const [left, top] = [Math.min(x, at.x) - 1, Math.min(y, at.y) - 1];
      const [width, height] = [Math.abs(x - at.x) + 2, Math.abs(y - at.y) + 2];
      const line = cm.svg('line', { x1: at.x - left, y1: at.y - top, x2: x - left, y2: y - top, stroke: '#111', 'stroke-width': 1 });
      add(cm.html('span', { class: 'cm-leader' }, cm.svg('svg', { width: width, height: height, 'aria-hidden': 'true' }, line)), left, top);
    }

    function placeName(text, at, font, options) {
      pencil.font = `${font.weight} ${font.size}px ${family}`;
      const width = pencil.measureText(text).width + (font.spacing || 0) * text.length;
      const height = font.size * 1.2;
      let best = null;
      const reach = options.reach;
      const sides = options.centre
        ? [[0, 0]]
        : (options.always ? FAR : NEAR).flatMap((far) => SIDES.map(([sx, sy]) => [sx, sy, far]));
      for (const [sx, sy, far] of sides) {
        const away = reach * (far || 1);
        const x = at.x + sx * (away + width / 2) * (sx && sy ? 0.94 : 1);
        const y = at.y + sy * (away + height / 2) * (sx && sy ? 0.8 : 1);
        const box = cm.boxAround(x, y, width / 2, height / 2);
        const cost = (isInside(box, 3) ? 0 : 1000) + (collides(box, options.centre ? 7 : 2) ? 500 : 0) + routeCover(box) * 3 + ((far || 1) - 1) * 4 + (sx === 0 ? 1 : 0);
        if (!best || cost < best.cost) best = { cost: cost, box: box, isFar: !options.centre && away > reach + 8 };
      }
      if (best.cost >= 500 && !options.always) return false;
      if (best.cost >= options.maxCost && !options.always) return false;
      taken.push(best.box);
      words.push(best.box);
      if (best.isFar) addLeader(at, best.box);
      const element = cm.html('span', { class: options.className, text: text, dir: 'auto' });
      element.style.font = `${font.weight} ${font.size}px/1.2 ${family}`;
      element.style.color = font.color;
      if (font.spacing) element.style.letterSpacing = font.spacing + 'px';
      add(element, best.box.left, best.box.top);
      return true;
    }

    function placePlaces() {
      const zoom = map.getZoom();
      const size = map.getSize();
      const room = Math.round((size.x * size.y) / 15000); // more names than that is a list, not a map
      let n = 0;
      const named = []; // what has a name by now
      const isSame = (a, b) => Math.hypot(a.at.x - b.at.x, a.at.y - b.at.y) < 60 && a.word === b.word;
      const isEndOfShown = (place) => place.ends.some((r) => routes.visible[r]);
      const order = data.places.filter(isEndOfShown).concat(data.places.filter((place) => !isEndOfShown(place)));
      for (const place of order) {
        if (place.routes.length && !place.routes.some((r) => routes.visible[r])) continue;
        const kind = isEndOfShown(place) ? 'end' : BY_RANK[place.rank];
        if (kind === 'stop' && zoom < STOPS_FROM_ZOOM) continue;
        if (kind !== 'end' && n >= room) break;
        const at = map.latLngToContainerPoint([place.at[1], place.at[0]]);
        if (!isInside(cm.boxAround(at.x, at.y, 1, 1), 0)) continue;
        const isEnd = kind === 'end';
        const dotBox = cm.boxAround(at.x, at.y, 4, 4);
        if (!isEnd && words.some((other) => cm.overlap(dotBox, other, 0))) continue; // its dot would hide letters
        // "Brest" and "Brest / Terespol" side by side are one place
        const self = { at: at, word: place.name.split(/[\s/(]/)[0] };
        if (named.some((other) => isSame(self, other))) continue;
        if (isEnd) taken.push(cm.boxAround(at.x, at.y, 6, 6));
        const sign = signRadiusAt(at);
        const done = placeName(place.name, at, Object.assign({}, FONTS[kind], { size: FONTS[kind].size * (cm.shrink(map) < 1 ? 0.88 : 1) }), { reach: Math.max(7, sign + 3), always: isEnd, maxCost: isEnd ? Infinity : kind === 'crossing' || kind === 'turn' || kind === 'stop' ? 10 : 40, className: 'cm-place cm-place-' + kind });
        if (done) {
          n++;
          named.push(self);
        }
        if (isEnd || (done && (kind === 'junction' || kind === 'turn'))) {
          taken.push(dotBox);
          const dot = cm.svg('svg', { width: 12, height: 12, viewBox: '-6 -6 12 12', 'aria-hidden': 'true' }, cm.svg('circle', { r: isEnd ? 4.6 : 3, fill: '#fff', stroke: '#111', 'stroke-width': isEnd ? 2.4 : 1.5 }));
          add(cm.html('span', { class: 'cm-dot' }, dot), at.x - 6, at.y - 6);
        }
      }
    }

    /** How far a sign at this place reaches, so that its name stands outside. */
    function signRadiusAt(at) {
      let radius = 0;
      for (const box of points.boxes()) {
        const isHere = Math.abs((box.left + box.right) / 2 - at.x) < 6 && Math.abs((box.top + box.bottom) / 2 - at.y) < 6;
        if (isHere) radius = Math.max(radius, (box.right - box.left) / 2);
      }
      return radius;
    }

    function placeCountries() {
      const isSmall = cm.shrink(map) < 1;
      const font = { size: isSmall ? 9.5 : 11, weight: 500, color: data.style.base.country_label, spacing: isSmall ? 1 : 2 };
      const passed = new Set(data.routes.filter((_, i) => routes.visible[i]).flatMap((r) => r.countries));
      // Countries on the way first; on a phone no others.
      const own = new Set(data.countries.map((c) => c.iso3)); // named where this map shows them
      const all = data.countries.concat(basemap.countries.filter((c) => !own.has(c.iso3)));
      const list = all.filter((c) => passed.has(c.iso3)).concat(isSmall && passed.size ? [] : all.filter((c) => !passed.has(c.iso3)));
      for (const country of list) {
        const at = map.latLngToContainerPoint([country.at[1], country.at[0]]);
        placeName(country.name.toUpperCase(), at, font, { reach: 0, centre: true, maxCost: 40, className: 'cm-country' });
      }
    }

    function redraw() {
      pane.textContent = '';
      words = [];
      taken = points.boxes().concat(controlBoxes());
      routeCells = new Set();
      const stretches = [];
      data.routes.forEach(function (_, index) {
        if (!routes.visible[index]) return;
        const list = [];
        for (const { isShared, lane, parts } of routes.shares(index)) {
          const dots = parts.flatMap((part) => walk(part, lane, CELL));
          dots.forEach((p) => routeCells.add(Math.floor(p.x / CELL) + ',' + Math.floor(p.y / CELL)));
          list.push({ isShared, dots });
        }
        stretches.push({ index, list });
      });
      if (data.routes.length > 1) placeLetters(stretches);
      if (state.showPlaces) placePlaces();
      if (state.showCountries) placeCountries();
    }

    redraw();
    map.on('moveend cm:points', redraw);
    return { redraw, state };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
