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
      if (hours === null) return style.crossing.min_radius + 1.6;
      return Math.max(style.crossing.min_radius, scale * Math.sqrt(hours));
    }

    /** A crossing: filled for a known dwell, hollow and dashed for an unknown one, crossed out when shut. */
    function crossing(radius, hasData, isShut) {
      const size = Math.ceil(2 * radius + 4);
      const c = style.crossing;
      const circle = cm.svg('circle', {
        r: radius,
        fill: hasData ? c.color : '#ffffff',
        'fill-opacity': hasData ? 0.22 : 0.85,
        stroke: hasData ? c.color : c.no_data,
        'stroke-width': 1.6,
        'stroke-dasharray': hasData ? null : '2.5 2',
      });
      const d = radius * 0.7;
      const cross = isShut ? cm.svg('path', { d: `M${-d} ${-d}L${d} ${d}M${-d} ${d}L${d} ${-d}`, stroke: c.color, 'stroke-width': 1.6 }) : null;
      const dot = hasData ? cm.svg('circle', { r: 1.7, fill: c.color }) : null;
      return canvas(size, size, circle, dot, cross);
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

    return { crossingRadius, crossing, scaled, gaugeBreak, transshipment, badge, swatch, hatchSwatch };
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
