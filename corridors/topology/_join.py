"""Joining plain lists of lines: node numbers for ends, and cuts where an end touches another line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from corridors.topology._arrays import Ragged, chord_m, labels, on_sphere_m, vertex_keys
from corridors.topology._near import feet
from corridors.units import Floats


def join_ends(lines: Sequence[shapely.LineString], *, snap_m: float = 50.0) -> tuple[Any, Floats]:
    """Give the ends of lines node numbers; ends within ``snap_m`` of each other are one node.

    Parameters
    ----------
    lines
        In EPSG:4326.
    snap_m
        Tolerance in metres on the ellipsoid's mean sphere; 0 joins what is exactly the same vertex.

    Returns
    -------
    numpy.ndarray
        Shape (n_lines, 2): node number of first and last end; numbers ascend with first appearance.
    numpy.ndarray
        Shape (n_nodes, 2): position of each node, that of its first end.

    Examples
    --------
    >>> a, b = shapely.LineString([(0, 0), (1, 0)]), shapely.LineString([(1.0001, 0), (2, 0)])
    >>> join_ends([a, b])[0].tolist()
    [[0, 1], [1, 2]]
    """
    from scipy.spatial import cKDTree

    geometries = np.asarray(lines, dtype=object)
    first, last = (shapely.get_coordinates(shapely.get_point(geometries, k)) for k in (0, -1))
    xy = np.stack([first, last], axis=1).reshape(-1, 2)
    if snap_m > 0:
        cluster = labels(cKDTree(on_sphere_m(xy)).query_pairs(snap_m, output_type="ndarray"), len(xy))
    else:
        cluster = vertex_keys(xy)
    _, first_row, number = np.unique(cluster, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first_row))
    return order[number].reshape(-1, 2), xy[np.sort(first_row)]


def cut_at_junctions(
    lines: Sequence[shapely.LineString], *, snap_m: float = 50.0
) -> tuple[list[shapely.LineString], list[int]]:
    """Cut lines where the end of another line touches their inside.

    Parameters
    ----------
    lines
        In EPSG:4326.
    snap_m
        How near an end must come to the inside of a line, in metres.

    Returns
    -------
    list of shapely.LineString
        The pieces, in the order of the lines.
    list of int
        For each piece the number of the line it is part of.
    """
    ragged = Ragged.of(np.asarray(lines, dtype=object))
    found = feet(ragged.xy[ragged.ends.ravel()], ragged, snap_m)
    keep = (found.point // 2 != found.line) & ~near_ends(found.xy, found.line, ragged, snap_m)
    found = found.where(keep)
    at = found.vertex + 0.0
    mask = np.zeros(len(ragged.xy) + len(at), dtype=bool)
    bigger = ragged.insert(found.vertex, found.along, found.xy)
    order = np.lexsort((found.along, at))
    mask[found.vertex[order] + 1 + np.arange(len(order))] = True
    pieces, owner = bigger.cut(mask)
    pieces = Ragged.of(pieces.lines())
    whole = pieces.lengths_m() > 0
    return list(pieces.lines()[whole]), owner[whole].tolist()


def near_ends(xy: Floats, line: Any, ragged: Ragged, metres: float) -> Any:
    """Return a mask of the places that lie within some metres of an end of their line."""
    ends = ragged.ends[line]
    return np.minimum(chord_m(xy, ragged.xy[ends[:, 0]]), chord_m(xy, ragged.xy[ends[:, 1]])) <= metres
