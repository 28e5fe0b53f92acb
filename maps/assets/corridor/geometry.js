/* Coordinates: decoding, and lines drawn a few pixels beside their true place. */
(function (cm) {
  'use strict';

  /** [x0, y0, dx1, dy1, …] in 10^-precision degrees -> [[lat, lon], …] */
  cm.decode = function (line, precision) {
    const scale = 10 ** precision;
    const points = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < line.length; i += 2) {
      x += line[i];
      y += line[i + 1];
      points.push([y / scale, x / scale]);
    }
    return points;
  };

  /** Join lines that follow on one another; a gap starts a new part. */
  cm.chain = function (lines) {
    const parts = [];
    for (const line of lines) {
      const last = parts.length ? parts[parts.length - 1] : null;
      const end = last ? last[last.length - 1] : null;
      // 0.02 degrees: the two sides of a station, drawn as one line
      if (end && Math.abs(end[0] - line[0][0]) < 0.02 && Math.abs(end[1] - line[0][1]) < 0.02) last.push(...line.slice(1));
      else parts.push(line.slice());
    }
    return parts;
  };

  const RAMP = 26; // px over which a line changes from one lane to another

  /** Vertices added within RAMP of both ends, so that a lane can begin and end gently. */
  function withRamps(line) {
    const along = [0];
    for (let i = 1; i < line.length; i++) along.push(along[i - 1] + line[i].distanceTo(line[i - 1]));
    const total = along[along.length - 1];
    const ramp = Math.min(RAMP, total / 2);
    const wanted = [0.2, 0.4, 0.6, 0.8, 1].flatMap((t) => [t * ramp, total - t * ramp]);
    const all = line.map((point, i) => ({ point: point, at: along[i] }));
    for (const at of wanted) {
      const i = along.findIndex((a) => a >= at);
      if (i < 1 || along[i] === at) continue;
      const t = (at - along[i - 1]) / (along[i] - along[i - 1]);
      all.push({ point: L.point(line[i - 1].x + (line[i].x - line[i - 1].x) * t, line[i - 1].y + (line[i].y - line[i - 1].y) * t), at: at });
    }
    all.sort((a, b) => a.at - b.at);
    return { line: all.map((v) => v.point), along: all.map((v) => v.at), total: total, ramp: ramp };
  }

  const smooth = (t) => t * t * (3 - 2 * t);

  /** Shift a line on the screen sideways, to the right of its direction for a positive lane; `first` and `last` are the
   *  lanes at its two ends. */
  function shifted(points, lane, first, last) {
    const simple = L.LineUtil.simplify(points, 1.5); // normals of sub-pixel segments point anywhere
    if (simple.length < 2) return points;
    const { line, along, total, ramp } = withRamps(simple);
    const full = lane * Math.min(1, total / (4 * RAMP)); // no room to spread on a short line
    const laneAt = function (at) {
      if (at < ramp) return first + (full - first) * smooth(at / ramp);
      if (total - at < ramp) return last + (full - last) * smooth((total - at) / ramp);
      return full;
    };
    const normals = [];
    for (let i = 0; i + 1 < line.length; i++) {
      const dx = line[i + 1].x - line[i].x;
      const dy = line[i + 1].y - line[i].y;
      const length = Math.hypot(dx, dy) || 1;
      normals.push([-dy / length, dx / length]);
    }
    return line.map(function (point, i) {
      const before = normals[Math.max(0, i - 1)];
      const after = normals[Math.min(normals.length - 1, i)];
      if (!before) return point;
      let nx = before[0] + after[0];
      let ny = before[1] + after[1];
      const square = nx * nx + ny * ny; // 4 on a straight, 0 at a hairpin
      if (square < 0.8) [nx, ny] = before;
      else [nx, ny] = [(nx * 2) / square, (ny * 2) / square]; // mitre: parallel on both sides of the bend
      const distance = laneAt(along[i]);
      return L.point(point.x + nx * distance, point.y + ny * distance);
    });
  }

  /** A polyline with a lane: pixels to the right of its direction; `first` and `last` are the lanes at its ends.
   *  It overrides a private method of Leaflet 1.9.4, which is vendored and whose version a test pins. */
  cm.LaneLine = L.Polyline.extend({
    options: { lane: 0, first: 0, last: 0 },
    _projectLatlngs: function (latlngs, result, bounds) {
      L.Polyline.prototype._projectLatlngs.call(this, latlngs, result, bounds);
      const { lane, first, last } = this.options;
      const isFlat = latlngs[0] instanceof L.LatLng;
      if (!isFlat || !(lane || first || last)) return;
      const part = result.length - 1;
      const nParts = this._latlngs[0] instanceof L.LatLng ? 1 : this._latlngs.length;
      result[part] = shifted(result[part], lane, part === 0 ? first : lane, part === nParts - 1 ? last : lane);
    },
  });

  /** Signs and lines are drawn smaller on a map as small as a phone's. */
  cm.shrink = (map) => (map.getSize().x < 560 ? 0.75 : 1);

  /** Do two boxes {left, top, right, bottom} overlap, with `gap` pixels between them counted as overlap? */
  cm.overlap = (a, b, gap) => a.left < b.right + gap && b.left < a.right + gap && a.top < b.bottom + gap && b.top < a.bottom + gap;

  cm.boxAround = (x, y, halfWidth, halfHeight) => ({ left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight });
})((window.CorridorMaps = window.CorridorMaps || {}));
