/* The time- or cost-distance chart of UNESCAP: what has been spent over the kilometres covered, with a step at each
 * standstill. Linked with the map: pointing at a step or stretch marks it there, and the other way round.
 *
 * Only presentation attributes in the SVG, as in symbols.js: the PNG is painted from it without the style sheet.
 */
(function (cm) {
  'use strict';

  const WIDTH = 326;
  const HEIGHT = 214;
  const LEFT = 34;
  const RIGHT = 14;
  const TOP = 14;
  const BOTTOM = 30;
  const FONT = 'system-ui, "Noto Sans", "Segoe UI", sans-serif';
  const STANDING = { crossing: 'border', gauge_change: 'change of gauge', transshipment: 'change of mode' };
  const POINT_KIND = { crossing: 'crossing', gauge_change: 'gauge_break', transshipment: 'transshipment' };

  /** Round ticks from 0 to `top`, at most `n` of them. */
  function ticks(top, n) {
    const rough = top / n;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough);
    const list = [];
    for (let v = 0; v <= top + step * 1e-9; v += step) list.push(v);
    return list;
  }

  /** A route's way over the chart: for each leg the kilometres and hours (or dollars) before and after it. */
  function track(route, edges, key) {
    let km = 0;
    let spent = 0;
    return route.legs.map(function (leg) {
      const edge = edges[leg.edge];
      const from = { km, spent };
      km += edge.length_km || 0;
      spent += leg[key] || 0;
      return { leg, edge, from, km, spent, added: spent - from.spent, isStanding: edge.kind in STANDING, isKnown: leg[key] !== null };
    });
  }

  cm.chart = function (map, data, routes, cards) {
    const style = data.style;
    const symbols = cm.symbols(style);
    const hasCost = data.routes.some((r) => r.legs.some((leg) => leg.cost_usd !== null));
    const state = { key: 'time_h' };
    let markLayers = [];
    let pointer = null; // the dot on the chart
    let scales = null;
    const pencil = document.createElement('canvas').getContext('2d');
    pencil.font = '8.8px ' + FONT;

    map.createPane('cm-mark').style.zIndex = 585;
    map.getPane('cm-mark').style.pointerEvents = 'none';

    const said = cm.html('p', { class: 'cm-chart-said', dir: 'auto' });
    const place = cm.html('div', { class: 'cm-chart-place' });
    const summary = cm.html('summary', {});
    const body = cm.html('details', { class: 'cm-chart' }, summary, hasCost ? choice() : null, place, said);
    body.open = !window.matchMedia('(max-width: 720px)').matches;

    function choice() {
      const group = cm.html('fieldset', { class: 'cm-chart-choice' }, cm.html('legend', { class: 'cm-unseen', text: 'The chart shows' }));
      for (const [key, words] of [['time_h', 'Time'], ['cost_usd', 'Cost']]) {
        const input = cm.html('input', { type: 'radio', name: 'cm-chart-of', id: 'cm-chart-' + key, on: { change: () => ((state.key = key), redraw()) } });
        input.checked = key === state.key;
        group.appendChild(cm.html('label', { for: 'cm-chart-' + key }, input, cm.html('span', { text: words })));
      }
      return group;
    }

    const isTime = () => state.key === 'time_h';
    const amount = (value) => (isTime() ? cm.duration(value) : cm.quantity(value, 0, 'USD'));

    /** Where a standstill is: its sign on the map, else where the leg before it ends. */
    function whereIs(index, steps, i) {
      const { leg, edge } = steps[i];
      const sign = data.points.find((p) => p.kind === POINT_KIND[edge.kind] && p.routes.includes(index) && (p.name === leg.start || p.name === leg.end));
      if (sign) return { at: [sign.at[1], sign.at[0]], sign };
      for (let k = i; k >= 0; k--) {
        const lines = routes.linesOf(steps[k].leg);
        if (lines.length) return { at: lines[lines.length - 1].slice(-1)[0], sign: null };
      }
      return null;
    }

    function clear() {
      markLayers.forEach((layer) => layer.remove());
      markLayers = [];
      if (pointer) pointer.setAttribute('visibility', 'hidden');
      said.textContent = hint();
    }

    const hint = () => (data.routes.length > 1 ? 'Point at a step or a stretch to see it on the map.' : 'Point at a step to see it on the map.');

    function point(km, spent) {
      pointer.setAttribute('cx', scales.x(km));
      pointer.setAttribute('cy', scales.y(spent));
      pointer.setAttribute('visibility', 'visible');
    }

    function mark(layer) {
      markLayers.push(layer.addTo(map));
    }

    function showStep(index, steps, i) {
      clear();
      const step = steps[i];
      const found = whereIs(index, steps, i);
      if (found) {
        const ring = { pane: 'cm-mark', interactive: false, fill: false, radius: 17 };
        mark(L.circleMarker(found.at, Object.assign({ color: '#fff', weight: 7, opacity: 0.9 }, ring)));
        mark(L.circleMarker(found.at, Object.assign({ color: routes.looks[index].color, weight: 4 }, ring)));
        if (!map.getBounds().contains(found.at)) map.panTo(found.at, { animate: false });
      }
      point(step.km, step.spent);
      said.textContent = `${data.routes[index].letter} · ${cm.isolated(step.leg.end || step.leg.start)}: ${amount(step.added)}, ${STANDING[step.edge.kind]}, at ${cm.quantity(step.km, 0, 'km')}`;
      return found;
    }

    function showLeg(index, step) {
      clear();
      const lines = routes.linesOf(step.leg);
      if (lines.length) mark(L.polyline(lines, { pane: 'cm-mark', interactive: false, color: '#000', weight: 11, opacity: 0.4, lineCap: 'round' }));
      point(step.km, step.spent);
      said.textContent = `${data.routes[index].letter} · ${cm.isolated(step.leg.start)} → ${cm.isolated(step.leg.end)}: ${amount(step.leg[state.key])}, after it ${amount(step.spent)} and ${cm.quantity(step.km, 0, 'km')}`;
    }

    function axes(svg, top, far) {
      const inDays = isTime() && top >= 72;
      const unit = inDays ? 24 : 1;
      const word = (text, attributes) => svg.appendChild(cm.svg('text', Object.assign({ text: text, 'font-family': FONT, 'font-size': 9.5, fill: '#555' }, attributes)));
      const rule = (x1, y1, x2, y2, color) => svg.appendChild(cm.svg('line', { x1, y1, x2, y2, stroke: color, 'stroke-width': 0.7 }));
      for (const value of ticks(top / unit, 5)) {
        const y = scales.y(value * unit);
        rule(LEFT, y, WIDTH - RIGHT, y, '#ddd');
        word(cm.number(value, 1), { x: LEFT - 4, y: y + 3, 'text-anchor': 'end' });
      }
      for (const value of ticks(far, 5)) {
        const x = scales.x(value);
        rule(x, TOP, x, HEIGHT - BOTTOM, '#eee');
        word(cm.number(value), { x: x, y: HEIGHT - BOTTOM + 12, 'text-anchor': 'middle' });
      }
      rule(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, '#888');
      rule(LEFT, TOP, LEFT, HEIGHT - BOTTOM, '#888');
      word('km from the origin', { x: WIDTH - RIGHT, y: HEIGHT - 5, 'text-anchor': 'end' });
      word(isTime() ? (inDays ? 'days' : 'hours') : 'USD per ' + data.cost_unit, { x: 2, y: 9 });
    }

    function pathOf(steps) {
      return 'M' + [[0, 0], ...steps.map((s) => [s.km, s.spent])].map(([km, spent]) => scales.x(km).toFixed(1) + ' ' + scales.y(spent).toFixed(1)).join('L');
    }

    function drawLine(svg, index, steps) {
      const look = routes.looks[index];
      const way = pathOf(steps);
      const stroke = (color, width, dash) => svg.appendChild(cm.svg('path', { d: way, fill: 'none', stroke: color, 'stroke-width': width, 'stroke-linejoin': 'round', 'stroke-dasharray': dash && dash.length ? dash.join(' ') : null }));
      stroke('#fff', 4.6);
      stroke(look.color, 2.6);
      if (look.core !== 'none') stroke('#fff', 0.8, style.core[look.core].map((d) => d / 2));
      const target = stroke('#000', 11);
      target.setAttribute('stroke-opacity', 0);
      target.setAttribute('pointer-events', 'stroke');
      target.addEventListener('mousemove', function (event) {
        const box = svg.getBoundingClientRect();
        const km = scales.km(((event.clientX - box.left) / box.width) * WIDTH);
        const step = steps.find((s) => !s.isStanding && s.km >= km);
        if (step) showLeg(index, step);
      });
      target.addEventListener('mouseleave', clear);
    }

    /** A standstill: a mark that mouse, finger and keyboard reach. */
    function drawStep(svg, index, steps, i) {
      const step = steps[i];
      const [x, y] = [scales.x(step.km), scales.y(step.spent)];
      const look = { fill: '#fff', stroke: routes.looks[index].color, 'stroke-width': 1.6 };
      const shape = {
        crossing: () => cm.svg('circle', Object.assign({ r: 3.2 }, look)),
        gauge_change: () => cm.svg('path', Object.assign({ d: 'M0 -4.3L4.3 0L0 4.3L-4.3 0Z' }, look)),
        transshipment: () => cm.svg('rect', Object.assign({ x: -3, y: -3, width: 6, height: 6 }, look)),
      }[step.edge.kind]();
      const name = step.leg.end || step.leg.start;
      const group = cm.svg(
        'g',
        { class: 'cm-step', role: 'button', transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`, 'aria-label': `Route ${data.routes[index].letter}, ${name}, ${STANDING[step.edge.kind]}, ${amount(step.added)}, at ${cm.quantity(step.km, 0, 'km')}` },
        cm.svg('circle', { r: 9, fill: '#000', 'fill-opacity': 0 }),
        shape
      );
      const show = () => showStep(index, steps, i);
      group.addEventListener('mouseenter', show);
      group.addEventListener('mouseleave', clear);
      group.addEventListener('focus', show);
      group.addEventListener('blur', clear);
      const open = function (opener) {
        const found = show();
        if (found && found.sign) cards.show(found.at, cards.point(found.sign), opener);
      };
      group.addEventListener('click', () => open(null));
      group.addEventListener('cm-open', () => open(group));
      svg.appendChild(group);
      return group;
    }

    /** The names of the longest standstills, where they cover nothing. */
    function nameSteps(svg, all, taken) {
      const cut = (name) => (name.length > 17 ? name.slice(0, 16).trimEnd() + '…' : name);
      const longest = all.slice().sort((a, b) => b.step.added - a.step.added);
      const named = [];
      let n = 0;
      for (const { step, index } of longest) {
        if (n >= 8) break;
        const isNamed = (other) => other.step.leg.end === step.leg.end && Math.abs(other.step.km - step.km) < 1 && Math.abs(other.step.spent - step.spent) < 1;
        if (named.some(isNamed)) continue; // two routes at one place at one time
        named.push({ step });
        const text = cut((step.leg.end || step.leg.start).replace(/ ?\(.*?\)/g, '').split(' / ')[0]);
        const width = pencil.measureText(text).width;
        const x = scales.x(step.km);
        const y = (scales.y(step.spent) + scales.y(step.from.spent)) / 2;
        for (const [dx, dy] of [[-7 - width, 3], [7, 3], [-9 - width, -4], [9, 10], [-5 - width, -11], [6, 17]]) {
          const box = { left: x + dx, right: x + dx + width, top: y + dy - 8, bottom: y + dy + 1 };
          if (box.left < LEFT + 2 || box.right > WIDTH - 2 || box.top < 2 || box.bottom > HEIGHT - BOTTOM - 2 || taken.some((t) => cm.overlap(box, t, 0.5))) continue;
          svg.appendChild(cm.svg('text', { text: text, x: x + dx, y: y + dy, 'font-family': FONT, 'font-size': 8.8, fill: routes.looks[index].color, 'pointer-events': 'none' }));
          taken.push(box);
          n++;
          break;
        }
      }
    }

    /** Boxes along a line, for names to keep clear of. */
    function boxesOf(steps) {
      const boxes = [];
      let [x0, y0] = [scales.x(0), scales.y(0)];
      for (const s of steps) {
        const [x1, y1] = [scales.x(s.km), scales.y(s.spent)];
        const n = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / 3));
        for (let k = 1; k <= n; k++) boxes.push(cm.boxAround(x0 + ((x1 - x0) * k) / n, y0 + ((y1 - y0) * k) / n, 2, 2));
        [x0, y0] = [x1, y1];
      }
      return boxes;
    }

    function redraw() {
      const shown = data.routes.map((_, i) => i).filter((i) => routes.visible[i]);
      summary.textContent = isTime() ? 'Time over distance' : 'Cost over distance';
      const tracks = shown.map((i) => ({ index: i, steps: track(data.routes[i], data.edges, state.key) }));
      const lastOf = (t) => t.steps[t.steps.length - 1] || { km: 0, spent: 0 };
      const top = Math.max(1e-9, ...tracks.map((t) => lastOf(t).spent));
      const far = Math.max(1e-9, ...tracks.map((t) => lastOf(t).km));
      const [wide, high] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];
      scales = {
        x: (km) => LEFT + (km / far) * wide,
        y: (spent) => HEIGHT - BOTTOM - (spent / (top * 1.02)) * high,
        km: (x) => ((x - LEFT) / wide) * far,
      };
      const words = tracks.map((t) => `${data.routes[t.index].letter} ${amount(lastOf(t).spent)}`).join(', ');
      const svg = cm.svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: 'group', 'aria-label': `${summary.textContent}: ${words}` });
      axes(svg, top, far);
      const taken = [];
      for (const t of tracks.slice().reverse()) drawLine(svg, t.index, t.steps);
      tracks.forEach((t) => taken.push(...boxesOf(t.steps)));
      for (const t of tracks) {
        const badge = symbols.badge(data.routes[t.index].letter, routes.looks[t.index].color, 15);
        const [x, y] = [scales.x(lastOf(t).km), scales.y(lastOf(t).spent)];
        badge.setAttribute('x', x - 7.5);
        badge.setAttribute('y', y - 7.5);
        svg.appendChild(badge);
        taken.push(cm.boxAround(x, y, 8, 8));
      }
      const stops = [];
      const targets = [];
      for (const t of tracks) {
        t.steps.forEach(function (step, i) {
          if (!step.isStanding || step.added < 0.004 * top) return;
          stops.push({ step, index: t.index });
          targets.push(drawStep(svg, t.index, t.steps, i));
        });
      }
      nameSteps(svg, stops, taken);
      pointer = svg.appendChild(cm.svg('circle', { r: 4.5, fill: '#000', stroke: '#fff', 'stroke-width': 1.5, visibility: 'hidden', 'pointer-events': 'none' }));
      place.replaceChildren(svg);
      cm.roving(targets);
      clear();
    }

    /** The map tells which leg is pointed at; the chart shows where on the way that is. */
    map.on('cm:leg', function ({ index, leg }) {
      const step = index === null ? null : track(data.routes[index], data.edges, state.key).find((s) => s.leg === leg);
      if (!step) return clear();
      point(step.km, step.spent);
      said.textContent = `${data.routes[index].letter} · ${cm.isolated(leg.start)} → ${cm.isolated(leg.end)}: after it ${amount(step.spent)} and ${cm.quantity(step.km, 0, 'km')}`;
    });
    map.on('cm:routes', redraw);
    redraw();
    return { element: body, redraw, state };
  };
})((window.CorridorMaps = window.CorridorMaps || {}));
