"""The countries of the nodes of a network, where a generalised border wobbles over its lines.

Assumptions
-----------
* A *patch* is a connected part of the network whose nodes lie in one country. One that is smaller than the tolerance and that
  leads nowhere but back to one other country is an excursion that no train makes: its nodes belong to that other country.
* A patch where lines end, reached at one place, is no excursion but the last station before the end of the line.
* An excursion between two different known crossing points of the two countries is real.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from corridors.topology._arrays import labels
from corridors.topology._borders import EXCURSION_TOLERANCE_KM, CrossingPoints
from corridors.units import Floats, distance_km

ONE_PLACE_KM = 1.0
"""Tracks that pass the border this near to each other pass it at one place."""

_ROUNDS = 100


@dataclass(frozen=True)
class Patch:
    """Nodes whose country was changed: from that of the polygon, to that of what surrounds them."""

    iso3_by_polygon: str
    iso3_in: str
    n_nodes: int
    lon: float
    lat: float
    spread_km: float


def settle_countries(
    iso3: Any,
    ends: Any,
    xy: Floats,
    *,
    crossings: CrossingPoints,
    fixed: Any,
    tolerance_km: float = EXCURSION_TOLERANCE_KM,
) -> tuple[Any, list[Patch]]:
    """Return the country of each node without excursions over a wobbling border, and the patches that were changed.

    Parameters
    ----------
    iso3
        The country of each node by the polygons.
    ends
        The two nodes of each edge, shape (n_edges, 2).
    xy
        Positions of the nodes, lon and lat.
    crossings
        Known border crossing points.
    fixed
        Mask of the nodes whose country is known better than by the polygons; a patch with one of them is real.
    tolerance_km
        Patches that are as wide are real.
    """
    iso3, changed = np.array(iso3, dtype=object), []
    for _ in range(_ROUNDS):
        found = _excursions(iso3, ends, xy, crossings, fixed, tolerance_km)
        if not found:
            break
        touched: set[int] = set()
        for nodes, beside, patch in found:
            if not touched & {
                *nodes.tolist(),
                *beside.tolist(),
            }:
                iso3[nodes] = patch.iso3_in
                changed.append(patch)
                touched |= {*nodes.tolist(), *beside.tolist()}
    return iso3, changed


def _excursions(
    iso3: Any, ends: Any, xy: Floats, crossings: CrossingPoints, fixed: Any, tolerance_km: float
) -> list[Any]:
    """Return patches to change, those beside the widest first: their nodes, the nodes beside them, and what is said about them."""
    same = iso3[ends[:, 0]] == iso3[ends[:, 1]]
    over = ends[~same]
    if len(over) == 0:
        return []
    patch = labels(ends[same], len(xy))
    order = np.argsort(patch, kind="stable")
    first = np.searchsorted(patch[order], np.arange(patch.max() + 2))
    degree = np.bincount(ends.ravel(), minlength=len(xy))
    both = np.vstack([over, over[:, ::-1]])
    out = []
    at_border = np.unique(patch[both[:, 0]]).tolist()
    nodes_of = {k: order[first[k] : first[k + 1]] for k in at_border}
    spread = {k: _spread_km(xy[nodes]) for k, nodes in nodes_of.items()}
    for k, nodes in nodes_of.items():
        if fixed[nodes].any() or spread[k] >= tolerance_km:
            continue
        beside = both[patch[both[:, 0]] == k, 1]
        around = set(iso3[beside])
        if len(around) != 1 or len(beside) < 2:
            continue
        other, mine = around.pop(), iso3[nodes[0]]
        apart = _spread_km(xy[beside])
        ends_here = (degree[nodes] == 1).any() and apart < ONE_PLACE_KM
        if ends_here or _n_crossings(xy[beside], frozenset((mine, other)), crossings, tolerance_km) > 1:
            continue
        lon, lat = xy[nodes].mean(axis=0)
        said = Patch(str(mine), str(other), len(nodes), float(lon), float(lat), spread[k])
        out.append((max(spread[p] for p in patch[beside]), nodes, beside, said))
    # Of two that lie side by side the one beside the widest gives way: a line that wobbles stays where it came from.
    out.sort(key=lambda x: (-x[0], x[3].spread_km, x[3].lon, x[3].lat))
    return [x[1:] for x in out if x[0] > x[3].spread_km] or [x[1:] for x in out[:1]]


def _n_crossings(xy: Floats, pair: frozenset[str], crossings: CrossingPoints, radius_km: float) -> int:
    near = (crossings.near(float(x), float(y), pair, radius_km) for x, y in xy)
    return len({found[0] for found in near if found})


def _spread_km(xy: Floats) -> float:
    """Return the diagonal of the box around some points."""
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    return float(distance_km(west, south, east, north))
