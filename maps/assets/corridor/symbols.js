/* Signs as SVG, the same on the map and in the legend.
 *
 * Only presentation attributes, no CSS classes: the PNG is made by drawing these very elements, without the style sheet.
 */
(function (cm) {
  'use strict';

  cm.symbols = function (style) {
    /** An SVG of width x height whose origin is its centre. */
    function canvas(width, height, ...children) {
      return cm.svg('svg', { width: width, height: height, viewBox: [-width / 2, -height / 2, width, height].join(' '), 'aria-hidden': 'true' }, ...children);
    }

    /** The radius for hours of dwell; area is proportional to hours. */
    function crossingRadius(hours, scale) {
      if (hours === null) return style.crossing.min_radius + 1.2;
      return Math.max(style.crossing.min_radius, scale * Math.sqrt(hours));
    }

    /** A crossing: filled for a known dwell, hollow and dashed for an unknown one, crossed out when shut. */
    function crossing(radius, hasData, isShut) {
      const size = Math.ceil(2 * radius + 4);
      const c = style.crossing;
      const circle = cm.svg('circle', {
        r: radius,
        fill: hasData ? c.color : '#ffffff',
        'fill-opacity': hasData ? 0.22 : 1,
        stroke: hasData ? c.color : c.no_data,
        'stroke-width': 1.6,
        'stroke-dasharray': hasData ? null : '2.5 2',
      });
      const d = radius * 0.7;
      const cross = isShut ? cm.svg('path', { d: `M${-d} ${-d}L${d} ${d}M${-d} ${d}L${d} ${-d}`, stroke: c.color, 'stroke-width': 1.6 }) : null;
      const dot = hasData ? cm.svg('circle', { r: 1.7, fill: c.color }) : null;
      // Where it is not known it is pale; a white rim keeps it apart from the line that it lies on.
      const rim = hasData ? null : cm.svg('circle', { r: radius + 0.6, fill: '#fff' });
      return canvas(size, size, rim, circle, dot, cross);
    }

    /** The same drawing, smaller or larger. */
    function scaled(svg, factor) {
      for (const side of ['width', 'height']) svg.setAttribute(side, svg.getAttribute(side) * factor);
      return svg;
    }

    /** A break of gauge: a white diamond with two rails close together and one apart. */
    function gaugeBreak() {
      const size = style.gauge_break.size;
      const h = size / 2 - 1.2;
      return canvas(
        size,
        size,
        cm.svg('path', { d: `M0 ${-h}L${h} 0L0 ${h}L${-h} 0Z`, fill: '#fff', stroke: '#000', 'stroke-width': 1.7 }),
        cm.svg('path', { d: 'M-3.4 -3.2V3.2M-0.6 -3.2V3.2M3.6 -3.2V3.2', stroke: '#000', 'stroke-width': 1.4 })
      );
    }

    /** A transshipment: a white square with arrows both ways. */
    function transshipment() {
      const size = style.transshipment.size;
      const h = size / 2 - 1.2;
      return canvas(
        size,
        size,
        cm.svg('rect', { x: -h, y: -h, width: 2 * h, height: 2 * h, fill: '#fff', stroke: '#000', 'stroke-width': 1.7 }),
        cm.svg('path', { d: 'M-4.2 -2.2H3.6M1.2 -4.6L3.8 -2.2M4.2 2.4H-3.6M-1.2 4.8L-3.8 2.4', fill: 'none', stroke: '#000', 'stroke-width': 1.4 })
      );
    }

    /** What shutting something adds, as a circle; dark and crossed where somebody is left without a way. */
    function closure(radius, isCutOff) {
      const size = Math.ceil(2 * radius + 4);
      const color = isCutOff ? style.closure.cut_off : style.closure.color;
      const d = Math.min(radius, 9) * 0.55;
      return canvas(
        size,
        size,
        cm.svg('circle', { r: radius, fill: color, 'fill-opacity': isCutOff ? 0.5 : 0.3, stroke: color, 'stroke-width': 1.8 }),
        isCutOff ? cm.svg('path', { d: `M${-d} ${-d}L${d} ${d}M${-d} ${d}L${d} ${-d}`, stroke: '#fff', 'stroke-width': 2 }) : cm.svg('circle', { r: 1.7, fill: color })
      );
    }

    /** Where three countries meet: a white triangle. */
    const tripoint = () => canvas(16, 16, cm.svg('path', { d: 'M0 -6L6 5H-6Z', fill: '#fff', stroke: '#000', 'stroke-width': 1.7, 'stroke-linejoin': 'round' }));

    /** A piece of one country in another: a white square with a dark one inside. */
    const exclave = () => canvas(13, 13, cm.svg('rect', { x: -5, y: -5, width: 10, height: 10, fill: '#fff', stroke: '#000', 'stroke-width': 1.4 }), cm.svg('rect', { x: -2, y: -2, width: 4, height: 4, fill: '#000' }));

    /** What is to be reached: a dark square that stands on its point. */
    const target = () => canvas(14, 14, cm.svg('path', { d: 'M0 -5.6L5.6 0L0 5.6L-5.6 0Z', fill: '#0b3d66', stroke: '#fff', 'stroke-width': 1.4 }));

    /** A route's letter in a disc of its colour. */
    function badge(letter, color, size) {
      const s = size || 18;
      return canvas(
        s,
        s,
        cm.svg('circle', { r: s / 2 - 1, fill: color, stroke: '#fff', 'stroke-width': 1.5 }),
        cm.svg('text', { text: letter, x: 0, y: s * 0.235, 'text-anchor': 'middle', 'font-family': 'system-ui, "Noto Sans", "Segoe UI", sans-serif', 'font-size': s * (letter.length > 1 ? 0.5 : 0.66), 'font-weight': 700, fill: '#fff' })
      );
    }

    /** A piece of line for the legend. */
    function swatch(look) {
      const stroke = (color, width, dash, extra) => cm.svg('line', Object.assign({ x1: -17, y1: 0, x2: 17, y2: 0, stroke: color, 'stroke-width': width, 'stroke-dasharray': dash && dash.length ? dash.join(' ') : null, 'stroke-opacity': look.opacity }, extra));
      const core = look.core && look.core !== 'none' ? stroke('#fff', style.route.core_width, style.core[look.core]) : null;
      return canvas(38, 12, stroke(look.color, look.width, look.dash), core);
    }

    function hatchSwatch() {
      const lines = [];
      for (let x = -24; x < 24; x += 5) lines.push(`M${x} 6l12 -12`);
      return canvas(
        38,
        12,
        cm.svg('rect', { x: -17, y: -5, width: 34, height: 10, fill: style.base.land, stroke: style.base.disputed, 'stroke-dasharray': '2 2' }),
        cm.svg('path', { d: lines.filter((_, i) => i > 1 && i < 8).join(''), stroke: style.base.disputed, 'stroke-width': 0.9 })
      );
    }

    const fixed = { gauge_break: gaugeBreak, transshipment, tripoint, exclave, target };
    return { crossingRadius, crossing, closure, fixed, scaled, badge, swatch, hatchSwatch };
  };

  /** How a leg or background line is drawn: the status's dash, or the mode's while the line is in operation. */
  cm.dashOf = function (style, mode, status) {
    const byStatus = cm.entry(style.status, status);
    if (status !== 'operating' && byStatus) return byStatus.dash;
    return (cm.entry(style.mode, mode) || style.mode.rail).dash;
  };

  /** A route's colour and inner pattern; beyond the last of the table, grey. */
  cm.routeLook = (style, index) => style.route.look[index] || { color: style.route.beyond, core: 'none' };
})((window.CorridorMaps = window.CorridorMaps || {}));
