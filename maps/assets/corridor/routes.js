/* Routes: legs of one look joined into runs, side by side where routes share track, each leg a target for mouse,
 * finger and keyboard. */
(function (cm) {
  'use strict';

  cm.routes = function (map, data, cards, announce) {
    const style = data.style;
    const width = style.route;
    map.createPane('cm-casing').style.zIndex = 410;
    map.createPane('cm-routes').style.zIndex = 420;
    map.getPane('cm-casing').style.pointerEvents = 'none';
    const casingRenderer = L.svg({ pane: 'cm-casing', padding: 0.3 });
    const renderer = L.svg({ pane: 'cm-routes', padding: 0.3 });

    const edgeLines = data.edges.map((edge) => edge.lines.map((line) => cm.decode(line, data.precision)));
    const looks = data.routes.map((_, i) => cm.routeLook(style, i));
    // Beyond the colours there are, routes are listed but wait to be asked for.
    const visible = data.routes.map((_, i) => i < style.route.look.length);
    let layers = [];
    let usersOfEdge = new Map();

    /** Lines of a leg in its direction of travel. */
    function linesOf(leg) {
      const lines = edgeLines[leg.edge];
      return leg.reversed ? lines.map((line) => line.slice().reverse()).reverse() : lines;
    }

    /** Pixels beside the true line: visible routes on one edge lie in the order of their letters. */
    function laneOf(routeIndex, leg) {
      const users = usersOfEdge.get(leg.edge);
      const lane = (users.indexOf(routeIndex) - (users.length - 1) / 2) * width.lane * cm.shrink(map);
      return leg.reversed ? -lane : lane;
    }

    const isAssumed = (edge) => Boolean(edge.length_km) && edge.assumed_km >= edge.length_km / 2;

    function widthOf(edge) {
      const full = edge.kind === 'connector' ? width.connector_width : isAssumed(edge) ? width.assumed_width : width.width;
      return full * cm.shrink(map);
    }

    /** Neighbouring legs that look the same and lie in the same lane, as one line. */
    function runsOf(routeIndex) {
      const runs = [];
      for (const leg of data.routes[routeIndex].legs) {
        const edge = data.edges[leg.edge];
        if (!edge.lines.length) continue;
        const dash = edge.kind === 'connector' ? [2, 4] : cm.dashOf(style, edge.mode, edge.status);
        const lane = laneOf(routeIndex, leg);
        const look = [dash.join(' '), lane, widthOf(edge)].join('|');
        const isShared = usersOfEdge.get(leg.edge).length > 1;
        let run = runs[runs.length - 1];
        if (!run || run.look !== look || run.isShared !== isShared) {
          run = { look: look, dash: dash, lane: lane, width: widthOf(edge), isThin: edge.kind === 'connector' || isAssumed(edge), isShared: isShared, lines: [] };
          runs.push(run);
        }
        run.lines.push(...linesOf(leg));
      }
      // Runs meet half-way between their lanes; the routes come together at their ends.
      runs.forEach(function (run, i) {
        run.first = i ? (runs[i - 1].lane + run.lane) / 2 : 0;
        run.last = i + 1 < runs.length ? (runs[i + 1].lane + run.lane) / 2 : 0;
      });
      return runs;
    }

    function drawRoute(routeIndex) {
      const route = data.routes[routeIndex];
      const color = looks[routeIndex].color;
      const core = looks[routeIndex].core;
      const strokes = [];
      for (const run of runsOf(routeIndex)) {
        const parts = cm.chain(run.lines);
        const base = { lane: run.lane, first: run.first, last: run.last, interactive: false, smoothFactor: 1 };
        layers.push(new cm.LaneLine(parts, Object.assign({}, base, { pane: 'cm-casing', renderer: casingRenderer, color: width.casing, weight: run.width + 2 * width.casing_width, opacity: 0.95 })));
        const stroke = new cm.LaneLine(parts, Object.assign({}, base, { pane: 'cm-routes', renderer: renderer, color: color, weight: run.width, opacity: 1, dashArray: run.dash.join(' ') || null, lineCap: run.dash.length ? 'butt' : 'round', className: 'cm-route cm-route-' + route.letter }));
        stroke.cmWidth = run.width;
        strokes.push(stroke);
        layers.push(stroke);
        if (core !== 'none' && !run.dash.length && !run.isThin) {
          const dash = style.core[core];
          layers.push(new cm.LaneLine(parts, Object.assign({}, base, { pane: 'cm-routes', renderer: renderer, color: '#fff', weight: width.core_width * cm.shrink(map), opacity: 1, dashArray: dash.join(' ') || null, lineCap: 'round', className: 'cm-core' })));
        }
      }
      const thicken = (by) => strokes.forEach((stroke) => stroke.setStyle({ weight: stroke.cmWidth + by }));
      return { routeIndex, thicken };
    }

    /** One invisible, wide line a leg: what is clicked, touched and focused. */
    function drawTargets({ routeIndex, thicken }) {
      const route = data.routes[routeIndex];
      const targets = [];
      for (const leg of route.legs) {
        const edge = data.edges[leg.edge];
        if (!edge.lines.length) continue;
        const target = new cm.LaneLine(cm.chain(linesOf(leg)), { lane: laneOf(routeIndex, leg), pane: 'cm-routes', renderer: renderer, color: '#000', weight: Math.min(width.hit_width, width.lane * 2), opacity: 0, className: 'cm-leg cm-leg-' + route.letter });
        target.on('mouseover', function () {
          thicken(2);
          map.fire('cm:leg', { index: routeIndex, leg: leg });
        });
        target.on('mouseout', function () {
          thicken(0);
          map.fire('cm:leg', { index: null, leg: null });
        });
        target.on('click', function (event) {
          L.DomEvent.stopPropagation(event);
          cards.show(event.latlng, cards.leg(route, leg, edge));
        });
        targets.push({ target, leg, edge });
        layers.push(target);
      }
      return function finish() {
        const paths = targets.map((t) => t.target._path);
        targets.forEach(function ({ target, leg, edge }) {
          const path = target._path;
          path.setAttribute('role', 'button');
          path.setAttribute('aria-label', `Route ${route.letter}, ${leg.start} to ${leg.end}, ${cards.modeLabel(edge.mode)}, ${cm.quantity(edge.length_km, 0, 'km')}`);
          path.addEventListener('cm-open', () => cards.show(target.getCenter(), cards.leg(route, leg, edge), path));
          path.addEventListener('focus', () => thicken(2));
          path.addEventListener('blur', () => thicken(0));
        });
        cm.roving(paths);
      };
    }

    function redraw() {
      layers.forEach((layer) => layer.remove());
      layers = [];
      usersOfEdge = new Map();
      data.routes.forEach(function (route, i) {
        if (!visible[i]) return;
        for (const leg of route.legs) {
          const users = usersOfEdge.get(leg.edge) || [];
          if (!users.includes(i)) users.push(i);
          usersOfEdge.set(leg.edge, users);
        }
      });
      const shown = data.routes.map((_, i) => i).filter((i) => visible[i]);
      // Later letters below earlier ones; all targets above all strokes.
      const drawn = shown.slice().reverse().map(drawRoute);
      const finishers = drawn.reverse().map(drawTargets);
      layers.forEach((layer) => layer.addTo(map));
      finishers.forEach((finish) => finish());
      map.fire('cm:routes');
    }

    function setVisible(index, isVisible) {
      visible[index] = isVisible;
      redraw();
      announce(`Route ${data.routes[index].letter}, ${data.routes[index].name}, ${isVisible ? 'shown' : 'hidden'}`);
    }

    redraw();
    let shrunk = cm.shrink(map);
    map.on('resize', function () {
      if (cm.shrink(map) === shrunk) return;
      shrunk = cm.shrink(map);
      redraw();
    });
    const shares = (routeIndex) => runsOf(routeIndex).map((run) => ({ isShared: run.isShared, lane: run.lane, parts: cm.chain(run.lines) }));
    return { visible, looks, setVisible, redraw, shares, linesOf };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
