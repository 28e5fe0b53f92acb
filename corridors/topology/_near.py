"""Where points come near the inside of lines: the foot of the perpendicular, metric and across the antimeridian."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from corridors.topology._arrays import EARTH_M, Ragged
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


def feet(points: Floats, ragged: Ragged, metres: float) -> Feet:
    """Return all pairs of points and lines within a distance, with the nearest place on the line.

    Parameters
    ----------
    points
        Shape (n, 2), longitude and latitude.
    ragged
        The lines.
    metres
        How near.
    """
    xy = _unwrapped(ragged)
    flat = ragged if xy is ragged.xy else Ragged(xy, ragged.start)
    where, at = _copies(points, flat.xy)
    lat = metres / _METRES_A_DEGREE * 1.01
    lon = lat / np.maximum(np.cos(np.radians(np.minimum(np.abs(at[:, 1]) + lat, 89.9))), 1e-3)
    boxes = shapely.box(at[:, 0] - lon, at[:, 1] - lat, at[:, 0] + lon, at[:, 1] + lat)
    i, line = shapely.STRtree(flat.lines()).query(boxes, predicate="intersects")
    found = _nearest_places(at[i], line, flat)
    near = found[3] <= metres
    foot = found[2][near]
    foot[:, 0] = (foot[:, 0] + 180.0) % 360.0 - 180.0
    return Feet(where[i[near]], line[near], found[0][near], found[1][near], foot, found[3][near])


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


def _copies(points: Floats, xy: Floats) -> tuple[Any, Floats]:
    """Return points, and once more a turn away where lines reach there."""
    where = np.arange(len(points))
    west, east = (xy[:, 0].min(), xy[:, 0].max()) if len(xy) else (0.0, 0.0)
    wanted = [(np.ones(len(points), dtype=bool), 0.0)]
    if east > 179.0:
        wanted.append((points[:, 0] + 360.0 <= east + 1.0, 360.0))
    if west < -179.0:
        wanted.append((points[:, 0] - 360.0 >= west - 1.0, -360.0))
    return (
        np.concatenate([where[m] for m, _ in wanted]),
        np.vstack([points[m] + (turn, 0.0) for m, turn in wanted]),
    )


def _nearest_places(at: Floats, line: Any, flat: Ragged) -> tuple[Any, Floats, Floats, Floats]:
    """Return, for pairs of a point and a line: vertex before the foot, metres along, foot, distance."""
    n = flat.start[line + 1] - flat.start[line] - 1
    pair = np.repeat(np.arange(len(line)), n)
    vertex = np.repeat(flat.start[line] - np.concatenate([[0], np.cumsum(n)[:-1]]), n).astype(int) + np.arange(n.sum())
    scale = np.column_stack([np.cos(np.radians(at[:, 1])), np.ones(len(at))])[pair] * _METRES_A_DEGREE
    a = (flat.xy[vertex] - at[pair]) * scale
    step = (flat.xy[vertex + 1] - flat.xy[vertex]) * scale
    size = (step**2).sum(axis=1)
    t = np.clip(-(a * step).sum(axis=1) / np.where(size > 0, size, 1.0), 0.0, 1.0)
    distance = np.hypot(*(a + t[:, None] * step).T)
    order = np.lexsort((vertex, distance, pair))
    best = order[np.unique(pair[order], return_index=True)[1]]
    foot = flat.xy[vertex[best]] + t[best, None] * (flat.xy[vertex[best] + 1] - flat.xy[vertex[best]])
    return vertex[best], t[best] * np.sqrt(size[best]), foot, distance[best]
