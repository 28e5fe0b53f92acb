"""Node numbers for the ends of a plain list of lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from corridors.topology._arrays import Ragged, labels, vertex_keys
from corridors.topology._sphere import chord_m, on_sphere_m
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
    n = shapely.get_num_coordinates(geometries)
    behind = np.cumsum(n)
    xy = shapely.get_coordinates(geometries)[np.column_stack([behind - n, behind - 1]).ravel()]
    if snap_m > 0:
        cluster = labels(cKDTree(on_sphere_m(xy)).query_pairs(snap_m, output_type="ndarray"), len(xy))
    else:
        cluster = vertex_keys(xy)
    _, first_row, number = np.unique(cluster, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first_row))
    return order[number].reshape(-1, 2), xy[np.sort(first_row)]


def near_ends(xy: Floats, line: Any, ragged: Ragged, metres: float) -> Any:
    """Return a mask of the places that lie within some metres of an end of their line."""
    ends = ragged.ends[line]
    return np.minimum(chord_m(xy, ragged.xy[ends[:, 0]]), chord_m(xy, ragged.xy[ends[:, 1]])) <= metres
