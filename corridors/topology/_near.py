"""Where points come near the inside of lines: the foot of the perpendicular, metric and across the antimeridian."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from corridors.topology._arrays import EARTH_M, Ragged, on_sphere_m
from corridors.units import Floats

_METRES_A_DEGREE = EARTH_M * np.pi / 180.0


@dataclass(frozen=True)
class Feet:
    """Pairs of a point and a line that are near each other, with the nearest place on the line.

    Attributes
    ----------
    point, line
        Numbers of the point and the line.
    vertex
        The vertex of the line (row of its `Ragged`) before the foot.
    along
        Metres from that vertex to the foot.
    xy
        The foot.
    metres
        From the point to the foot.
    """

    point: Any
    line: Any
    vertex: Any
    along: Floats
    xy: Floats
    metres: Floats

    def where(self, mask: Any) -> Feet:
        """Return some of the pairs."""
        return Feet(*(getattr(self, f)[mask] for f in ("point", "line", "vertex", "along", "xy", "metres")))


def feet(points: Floats, ragged: Ragged, metres: Any, *, own: Any = None) -> Feet:
    """Return all pairs of points and lines within a distance, with the nearest place on the line.

    Parameters
    ----------
    points
        Shape (n, 2), longitude and latitude.
    ragged
        The lines.
    metres
        How near; one number, or one a point.
    own
        Two points a line, shape (n_lines, 2), that are its own ends and are not looked at; -1 for none. None: all are.
    """
    reach = np.broadcast_to(np.asarray(metres, dtype=float), len(points))
    if len(points) == 0 or len(ragged) == 0:
        none = np.empty(0, dtype=int)
        return Feet(none, none, none, np.empty(0), np.empty((0, 2)), np.empty(0))
    own = np.full((len(ragged), 2), -1) if own is None else own
    xy = _unwrapped(ragged)
    flat = ragged if xy is ragged.xy else Ragged(xy, ragged.start)
    first, last, line = _runs(flat)
    point, run = _within_reach(points, flat, float(reach.max()), first, last, own[line])
    at = points[point]
    at[:, 0] += np.round((flat.xy[first[run], 0] - at[:, 0]) / 360.0) * 360.0  # on the side of the line
    vertex, along, foot, apart, pair = _nearest_places(
        at, line[run], first[run], last[run], point, flat, reach[point]
    )  # fmt: skip
    foot[:, 0] = (foot[:, 0] + 180.0) % 360.0 - 180.0
    return Feet(point[pair], line[run[pair]], vertex, along, foot, apart)


_RUN = 8
"""So many segments of a line are in one box: whole long lines have boxes that hold half a country."""


def _runs(flat: Ragged) -> tuple[Any, Any, Any]:
    """Return the first and last vertex of short runs of segments, and the line of each run."""
    n_segments = np.diff(flat.start) - 1
    n_runs = -(-n_segments // _RUN)
    line = np.repeat(np.arange(len(flat)), n_runs)
    number = np.arange(n_runs.sum()) - np.repeat(np.concatenate([[0], np.cumsum(n_runs)[:-1]]), n_runs)
    first = flat.start[line] + number * _RUN
    return first, np.minimum(first + _RUN, flat.start[line + 1] - 1), line


def _within_reach(points: Floats, flat: Ragged, reach_m: float, first: Any, last: Any, own: Any) -> tuple[Any, Any]:
    """Return the points in a ball around each run of segments, but for the line's own ends: point and run.

    Most runs have only their own ends near: balls are counted first, and only those that hold more are opened.
    """
    from scipy.spatial import cKDTree

    around = np.column_stack([first, last + 1]).ravel()
    padded = np.vstack([flat.xy, flat.xy[-1:]])
    low, high = (f.reduceat(padded, around)[::2] for f in (np.minimum, np.maximum))
    run = np.flatnonzero(_may_hold_more(points, low, high, reach_m, own))
    low, high, mine = low[run], high[run], own[run]
    nearest_equator = np.where((low[:, 1] <= 0) & (high[:, 1] >= 0), 0.0, np.minimum(abs(low[:, 1]), abs(high[:, 1])))
    lon, lat = (np.radians(high - low) / 2).T
    # Along the meridian first and then along the parallel: no way to a corner is longer.
    radius = 1.001 * EARTH_M * (lat + lon * np.cos(np.radians(nearest_equator))) + 1.01 * reach_m
    centre, sphere = on_sphere_m((low + high) / 2), on_sphere_m(points)
    tree = cKDTree(sphere)
    is_own = [(side >= 0) & (np.linalg.norm(sphere[side] - centre, axis=1) <= radius) for side in mine.T]
    n_own = is_own[0] + (is_own[1] & (mine[:, 0] != mine[:, 1])).astype(int)
    more = tree.query_ball_point(centre, radius, return_length=True) > n_own
    found = tree.query_ball_point(centre[more], radius[more], return_sorted=True)
    run = np.repeat(run[more], [len(x) for x in found])
    point = np.fromiter(chain.from_iterable(found), dtype=int, count=len(run))
    apart = (own[run, 0] != point) & (own[run, 1] != point)
    return point[apart], run[apart]


_CELLS = 512


def _may_hold_more(points: Floats, low: Floats, high: Floats, reach_m: float, own: Any) -> Any:
    """Return a mask of the boxes that may have a point within reach which is not one of their own: a look from afar.

    Points are counted in a grid of cells whose sums run over rows and columns, so that a box is four look-ups. Boxes that
    reach the antimeridian or a pole are kept.
    """
    lat = 1.01 * reach_m / _METRES_A_DEGREE
    farthest = np.maximum(np.abs(low[:, 1]), np.abs(high[:, 1])) + lat
    wide = np.column_stack([lat / np.cos(np.radians(np.minimum(farthest, 89.0))), np.full(len(low), lat)])
    origin = points.min(axis=0)
    size = np.maximum((points.max(axis=0) - origin) / (_CELLS - 1), 1e-9)

    def cells(xy: Floats) -> Any:
        return np.clip(((xy - origin) / size), 0, _CELLS - 1).astype(int)

    of_point, first, last = cells(points), cells(low - wide), cells(high + wide)
    count = (
        np.bincount(of_point[:, 0] * _CELLS + of_point[:, 1], minlength=_CELLS**2)
        .astype(np.int32)
        .reshape(_CELLS, _CELLS)
    )
    total = np.zeros((_CELLS + 1, _CELLS + 1), dtype=np.int32)
    total[1:, 1:] = count.cumsum(axis=0).cumsum(axis=1)
    (i, j), (k, m) = first.T, last.T + 1
    n = total[k, m] - total[i, m] - total[k, j] + total[i, j]
    is_own = [(side >= 0) & ((of_point[side] >= first) & (of_point[side] <= last)).all(axis=1) for side in own.T]
    n_own = is_own[0] + (is_own[1] & (own[:, 0] != own[:, 1])).astype(int)
    at_edge = (low[:, 0] - wide[:, 0] <= -180.0) | (high[:, 0] + wide[:, 0] >= 180.0) | (farthest > 89.0)
    return (n > n_own) | at_edge


def _unwrapped(ragged: Ragged) -> Floats:
    """Return vertices so that no line jumps from 180 to -180 degrees: such lines go on beyond 180."""
    xy = ragged.xy
    step = np.diff(xy[:, 0], prepend=xy[:1, 0])
    step[ragged.start[:-1]] = 0.0
    turn = np.where(step > 180.0, -360.0, np.where(step < -180.0, 360.0, 0.0))
    if not turn.any():
        return xy
    total = np.cumsum(turn)
    return np.column_stack([xy[:, 0] + total - total[ragged.start[:-1]][ragged.owner], xy[:, 1]])


def _nearest_places(
    at: Floats, line: Any, first: Any, last: Any, point: Any, flat: Ragged, reach: Floats
) -> tuple[Any, Floats, Floats, Floats, Any]:
    """Return, for points and runs of segments: vertex before the foot, metres along, foot, distance, and which pair it is.

    Of the runs of one line only the nearest place stays.
    """
    n = last - first
    pair = np.repeat(np.arange(len(line)), n)
    vertex = np.repeat(first - np.concatenate([[0], np.cumsum(n)[:-1]]), n).astype(int) + np.arange(n.sum())
    scale = np.column_stack([np.cos(np.radians(at[:, 1])), np.ones(len(at))])[pair] * _METRES_A_DEGREE
    a = (flat.xy[vertex] - at[pair]) * scale
    step = (flat.xy[vertex + 1] - flat.xy[vertex]) * scale
    size = (step**2).sum(axis=1)
    t = np.clip(-(a * step).sum(axis=1) / np.where(size > 0, size, 1.0), 0.0, 1.0)
    distance = np.hypot(*(a + t[:, None] * step).T)
    near = np.flatnonzero(distance <= reach[pair])
    order = near[np.lexsort((vertex[near], distance[near], line[pair[near]], point[pair[near]]))]
    is_best = np.ones(len(order), dtype=bool)
    owner, who = line[pair[order]], point[pair[order]]
    is_best[1:] = (owner[1:] != owner[:-1]) | (who[1:] != who[:-1])
    best = order[is_best]
    foot = flat.xy[vertex[best]] + t[best, None] * (flat.xy[vertex[best] + 1] - flat.xy[vertex[best]])
    return vertex[best], t[best] * np.sqrt(size[best]), foot, distance[best], pair[best]
