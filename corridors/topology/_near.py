"""Where points come near the inside of lines: the foot of the perpendicular, metric and across the antimeridian."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from corridors.topology._arrays import Ragged, tree_m
from corridors.topology._boxes import Boxes, Cells, Runs
from corridors.topology._sphere import EARTH_M, METRES_A_DEGREE, on_sphere_m
from corridors.units import Floats


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
    runs = ragged.runs
    point, run = _within_reach(points, runs, float(reach.max()), own)
    first, last, line = runs.first[run], runs.last[run], runs.line[run]
    at = points[point]
    at[:, 0] += np.round((runs.xy[first, 0] - at[:, 0]) / 360.0) * 360.0  # on the side of the line
    vertex, along, foot, apart, pair = _nearest_places(at, line, first, last, point, runs.xy, reach[point])
    foot[:, 0] = (foot[:, 0] + 180.0) % 360.0 - 180.0
    return Feet(point[pair], line[pair], vertex, along, foot, apart)


def feet_of_nodes(nodes: Any, ragged: Ragged, metres: Any) -> Feet:
    """Return the feet of some nodes on lines that do not end there; the points are the numbers of the nodes.

    Parameters
    ----------
    nodes
        Numbers of the ``joints`` of the lines.
    ragged
        The lines.
    metres
        How near; one number, or one a node.
    """
    ends = ragged.joints
    number = np.full(len(ends.key), -1)
    number[nodes] = np.arange(len(nodes))
    found = feet(ends.xy[nodes], ragged, metres, own=number[ends.node])
    return replace(found, point=nodes[found.point])


def _within_reach(points: Floats, runs: Runs, reach_m: float, own: Any) -> tuple[Any, Any]:
    """Return the points in a ball around each run of segments, but for the line's own ends: point and run.

    Most runs have only their own ends near: what is there is counted first, in cells and then in balls, and only what
    holds more is opened.
    """
    cells = Cells(points)
    around = cells.under(runs.boxes.widened(reach_m))
    n = cells.count(around)
    run = np.flatnonzero(n)
    around, mine = around.take(run), own[runs.line[run]]
    more = n[run] > _n_own(mine, lambda end: around.hold(cells.column[end], cells.row[end]))
    run, mine = run[more], mine[more]
    centre, radius = _balls(runs.boxes.take(run), reach_m)
    tree = tree_m(points)
    n = tree.query_ball_point(centre, radius, return_length=True)
    more = n > _n_own(mine, lambda end: np.linalg.norm(tree.data[end] - centre, axis=1) <= radius)
    found = tree.query_ball_point(centre[more], radius[more], return_sorted=True)
    run, mine = (np.repeat(x[more], n[more], axis=0) for x in (run, mine))
    point = np.fromiter(chain.from_iterable(found), dtype=int, count=len(run))
    apart = (mine[:, 0] != point) & (mine[:, 1] != point)
    return point[apart], run[apart]


def _n_own(own: Any, is_there: Callable[[Any], Any]) -> Any:
    """Return how many of the line's own ends are there, of none, one or two; a ring has one."""
    a, b = own.T
    return ((a >= 0) & is_there(a)).astype(int) + ((b >= 0) & (b != a) & is_there(b))


def _balls(boxes: Boxes, reach_m: float) -> tuple[Floats, Floats]:
    """Return the centre, on the sphere, and the radius in metres of balls that hold boxes and what is within reach."""
    w, s, e, n = boxes.west, boxes.south, boxes.east, boxes.north
    nearest_equator = np.where((s <= 0) & (n >= 0), 0.0, np.minimum(abs(s), abs(n)))
    lon, lat = np.radians(e - w) / 2, np.radians(n - s) / 2
    # Along the meridian first and then along the parallel: no way to a corner is longer.
    radius = 1.001 * EARTH_M * (lat + lon * np.cos(np.radians(nearest_equator))) + 1.01 * reach_m
    return on_sphere_m(np.column_stack([w + e, s + n]) / 2), radius


def _nearest_places(
    at: Floats, line: Any, first: Any, last: Any, point: Any, xy: Floats, reach: Floats
) -> tuple[Any, Floats, Floats, Floats, Any]:
    """Return, for points and runs of segments: vertex before the foot, metres along, foot, distance, and which pair it is.

    Of the runs of one line only the nearest place stays.
    """
    n = last - first
    pair = np.repeat(np.arange(len(line)), n)
    vertex = np.repeat(first - np.concatenate([[0], np.cumsum(n)[:-1]]), n).astype(int) + np.arange(n.sum())
    scale = np.column_stack([np.cos(np.radians(at[:, 1])), np.ones(len(at))])[pair] * METRES_A_DEGREE
    a = (xy[vertex] - at[pair]) * scale
    step = (xy[vertex + 1] - xy[vertex]) * scale
    size = (step**2).sum(axis=1)
    t = np.clip(-(a * step).sum(axis=1) / np.where(size > 0, size, 1.0), 0.0, 1.0)
    distance = np.hypot(*(a + t[:, None] * step).T)
    near = np.flatnonzero(distance <= reach[pair])
    order = near[np.lexsort((vertex[near], distance[near], line[pair[near]], point[pair[near]]))]
    is_best = np.ones(len(order), dtype=bool)
    owner, who = line[pair[order]], point[pair[order]]
    is_best[1:] = (owner[1:] != owner[:-1]) | (who[1:] != who[:-1])
    best = order[is_best]
    foot = xy[vertex[best]] + t[best, None] * (xy[vertex[best] + 1] - xy[vertex[best]])
    return vertex[best], t[best] * np.sqrt(size[best]), foot, distance[best], pair[best]
