"""Gaps: loose ends that should meet something, between components and inside one.

Assumptions
-----------
* A *loose end* is the end of one line that no other line shares.
* Components that come within ``gap_m`` of each other at a loose end belong together; the nearest places are joined first,
  and each join is one straight line of its own, marked ``repair == "gap"`` and never called surveyed.
* Inside a component, a loose end is joined only with something that it faces (within 45 degrees) and that is far away
  by rail: farther than ten gaps and than 5 km. The buffer stop of a siding faces nothing and stays loose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.topology._arrays import (
    Ends,
    Ragged,
    Repaired,
    chord_m,
    joined_rows,
    names_of,
    no_repairs,
    on_sphere_m,
    repair_rows,
    vertex_keys,
)
from corridors.topology._near import feet
from corridors.topology._repair import cut_at_feet, is_at_an_end
from corridors.units import Floats

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SIMILAR = 10.0
"""A path of up to this many gaps is no detour …"""

SIMILAR_M = 5_000.0
"""… nor is one of up to this length, in metres: the two ends of a siding are no gap in a line."""

_FACING = np.cos(np.radians(45.0))
_ROUNDS = 12


@dataclass(frozen=True)
class _Gaps:
    """Candidates: a loose node, and a node (``node`` >= 0) or the inside of a line (``line`` >= 0) near it."""

    loose: Any
    node: Any
    line: Any
    vertex: Any
    along: Floats
    xy: Floats
    metres: Floats

    def where(self, mask: Any) -> _Gaps:
        return _Gaps(*(getattr(self, f)[mask] for f in self.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.loose)


def close_gaps(frame: gpd.GeoDataFrame, *, gap_m: float) -> Repaired:
    """Join loose ends with what lies within ``gap_m``: other components, and their own where the way round is long.

    Parameters
    ----------
    frame
        Lines that are already cut where they meet.
    gap_m
        How long a gap may be, in metres; 0 closes none.

    Returns
    -------
    Repaired
        New lines have ``"gap"`` in the column ``repair`` and the attributes of the line whose end was loose.
    """
    rows: list[pd.DataFrame] = []
    for _ in range(_ROUNDS if gap_m > 0 else 0):
        frame, repairs = _close_once(frame, gap_m)
        if len(repairs) == 0:
            break
        rows.append(repairs)
    return Repaired(frame, joined_rows(rows))


def _close_once(frame: gpd.GeoDataFrame, gap_m: float) -> Repaired:
    ragged = Ragged.of(frame.geometry.array)
    ends = Ends.of(ragged)
    found = _candidates(ends, ragged, gap_m)
    if len(found) == 0:
        return Repaired(frame, no_repairs())
    label = ends.components()
    other = np.where(found.node >= 0, label[found.node], label[ends.node[found.line, 0]])
    between = label[found.loose] != other
    if between.any():
        chosen = found.where(between)
        chosen = chosen.where(_tree(label[chosen.loose], other[between]))
        note = "components joined"
    else:
        chosen = _inner(found, ends, ragged)
        note = "ends joined: the way round is far longer"
    if len(chosen) == 0:
        return Repaired(frame, no_repairs())
    return _laid(frame, ragged, ends, chosen, note)


def _candidates(ends: Ends, ragged: Ragged, gap_m: float) -> _Gaps:
    """Return everything within reach of a loose end, the nearest first, ties by position."""
    from scipy.spatial import cKDTree

    loose = np.flatnonzero(ends.degree == 1)
    if len(loose) == 0:
        loose = np.empty(0, dtype=int)
    sphere = on_sphere_m(ends.xy)
    lists = cKDTree(sphere).query_ball_point(sphere[loose], gap_m) if len(loose) else []
    i = np.repeat(loose, [len(x) for x in lists]).astype(int)
    j = np.concatenate([np.asarray(x, dtype=int) for x in lists]) if len(i) else np.empty(0, dtype=int)
    linked = _linked(i, j, ends)
    i, j = i[~linked], j[~linked]
    near = feet(ends.xy[loose], ragged, gap_m)
    own = (ends.node[near.line] == loose[near.point][:, None]).any(axis=1)
    near = near.where(~own & ~is_at_an_end(near, ragged))
    none_i, none_n = np.full(len(i), -1), np.full(len(near.point), -1)
    both = _Gaps(
        loose=np.concatenate([i, loose[near.point]]),
        node=np.concatenate([j, none_n]),
        line=np.concatenate([none_i, near.line]),
        vertex=np.concatenate([none_i, near.vertex]),
        along=np.concatenate([np.zeros(len(i)), near.along]),
        xy=np.vstack([ends.xy[j], near.xy]),
        metres=np.concatenate([np.linalg.norm(sphere[i] - sphere[j], axis=1), near.metres]),
    )
    order = np.lexsort((both.xy[:, 1], both.xy[:, 0], both.loose, np.round(both.metres, 3)))
    return both.where(order)


def _linked(i: Any, j: Any, ends: Ends) -> Any:
    """Return a mask of the pairs that are one node, or the two ends of one line."""
    n = len(ends.key)
    links = np.sort(ends.node, axis=1)
    return (i == j) | np.isin(np.minimum(i, j) * n + np.maximum(i, j), links[:, 0] * n + links[:, 1])


def _tree(a: Any, b: Any) -> Any:
    """Return which pairs of components to join, in order, so that none is joined twice (Kruskal)."""
    parent: dict[int, int] = {}

    def root(x: int) -> int:
        while parent.setdefault(x, x) != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    taken = np.zeros(len(a), dtype=bool)
    for k, (x, y) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        p, q = root(x), root(y)
        if p != q:
            parent[p] = q
            taken[k] = True
    return taken


def _inner(found: _Gaps, ends: Ends, ragged: Ragged) -> _Gaps:
    """Return for each loose end the nearest thing that it faces, if the way there is long."""
    found = found.where(_faces(found, ends, ragged))
    _, first = np.unique(found.loose, return_index=True)
    found = found.where(np.sort(first))
    limit = np.maximum(SIMILAR * found.metres, SIMILAR_M)
    found = found.where(_path_m(found, ends, ragged, limit) > limit)
    pair = np.sort(np.column_stack([found.loose, np.where(found.node >= 0, found.node, -1 - found.loose)]), axis=1)
    _, first = np.unique(pair, axis=0, return_index=True)
    return found.where(np.sort(first))


def _faces(found: _Gaps, ends: Ends, ragged: Ragged) -> Any:
    """Return a mask of the candidates that lie ahead of a loose end."""
    rows = ragged.ends.ravel()
    end_of = np.full(len(ends.key), -1)
    end_of[ends.node.ravel()] = np.arange(len(rows))
    before = np.where(np.arange(len(rows)) % 2 == 0, rows + 1, rows - 1)

    def ahead(node: Any, target: Floats) -> Any:
        e = end_of[node]
        scale = np.column_stack([np.cos(np.radians(ends.xy[node, 1])), np.ones(len(node))])
        track, gap = (ends.xy[node] - ragged.xy[before[e]]) * scale, (target - ends.xy[node]) * scale
        size = np.linalg.norm(track, axis=1) * np.linalg.norm(gap, axis=1)
        return (track * gap).sum(axis=1) >= _FACING * size

    other = np.maximum(found.node, 0)
    both = (found.node >= 0) & (ends.degree[other] == 1)
    return ahead(found.loose, found.xy) | (both & ahead(other, ends.xy[found.loose]))


def _path_m(found: _Gaps, ends: Ends, ragged: Ragged, limit: Floats) -> Floats:
    """Return the length of the way from each loose end to its candidate; infinite beyond the limit."""
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import cKDTree

    graph, length = _graph(ends, ragged)
    sphere = on_sphere_m(ends.xy)
    tree, out = cKDTree(sphere), np.full(len(found), np.inf)
    a = np.where(found.node >= 0, found.node, ends.node[found.line, 0])
    b = np.where(found.node >= 0, found.node, ends.node[found.line, 1])
    into = _along_line(found, ragged)
    extra_b = np.where(found.node >= 0, 0.0, length[found.line] - into)
    order = np.argsort(found.loose)
    for k in range(0, len(order), 40):  # what lies beyond the limit is left out, so that each search is small
        part = order[k : k + 40]
        reach = float(limit[part].max())
        near = tree.query_ball_point(sphere[found.loose[part]], reach * 1.01)
        nodes = np.unique(np.concatenate([np.asarray(x, dtype=int) for x in near] + [a[part], b[part]]))
        at = {name: np.searchsorted(nodes, v[part]) for name, v in (("s", found.loose), ("a", a), ("b", b))}
        metres = dijkstra(graph[nodes][:, nodes], directed=False, indices=at["s"], limit=reach)
        row = np.arange(len(part))
        out[part] = np.minimum(metres[row, at["a"]] + into[part], metres[row, at["b"]] + extra_b[part])
    return out


def _along_line(found: _Gaps, ragged: Ragged) -> Floats:
    """Return how far along its line each candidate lies, in metres; 0 for a node."""
    step = np.zeros(len(ragged.xy))
    step[1:] = chord_m(ragged.xy[:-1], ragged.xy[1:])
    step[ragged.start[:-1]] = 0.0
    total = np.cumsum(step)
    into = total[found.vertex] - total[ragged.start[np.maximum(found.line, 0)]] + found.along
    return np.where(found.node >= 0, 0.0, into)


def _graph(ends: Ends, ragged: Ragged) -> tuple[Any, Floats]:
    """Return the nodes as a sparse graph of metres (the shortest of parallel lines), and the length of each line."""
    from scipy.sparse import csr_array

    length = ragged.lengths_m()
    pair = np.sort(ends.node, axis=1)
    order = np.lexsort((length, pair[:, 1], pair[:, 0]))
    pair, metres = pair[order], length[order]
    first = np.ones(len(pair), dtype=bool)
    first[1:] = (pair[1:] != pair[:-1]).any(axis=1)
    n = len(ends.key)
    return csr_array((np.maximum(metres[first], 1e-6), pair[first].T), shape=(n, n)), length


def _laid(frame: gpd.GeoDataFrame, ragged: Ragged, ends: Ends, gaps: _Gaps, note: str) -> Repaired:
    """Add a straight line over each gap, and cut the lines that it meets inside."""
    import pandas as pd

    row_of = np.zeros(len(ends.key), dtype=int)
    row_of[ends.node.ravel()] = np.repeat(np.arange(len(ragged)), 2)
    target = np.where(gaps.node >= 0, row_of[np.maximum(gaps.node, 0)], gaps.line)
    row = row_of[gaps.loose]
    if "status" in frame:  # a gap before a planned line is planned too
        status = frame["status"].to_numpy(dtype=object)
        row = np.where((status[row] == "operating") & (status[target] != "operating"), target, row)
    shapes = shapely.linestrings(np.stack([ends.xy[gaps.loose], gaps.xy], axis=1))
    new = frame.take(row).reset_index(drop=True).set_geometry(shapes, crs=frame.crs).assign(repair="gap")
    new = new[vertex_keys(ends.xy[gaps.loose]) != vertex_keys(gaps.xy)]  # an end on a line needs the cut alone
    inside = gaps.line >= 0
    old = cut_at_feet(frame, ragged, gaps.where(inside)) if inside.any() else frame
    if "repair" not in old:
        old = old.assign(repair="")
    repairs = repair_rows("gap", names_of(frame)[row], ends.xy[gaps.loose], gaps.metres, note)
    return Repaired(pd.concat([old, new], ignore_index=True), repairs)
