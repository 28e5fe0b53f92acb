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

from corridors.topology._arrays import (
    Ends,
    Lines,
    Ragged,
    Repaired,
    Step,
    joined_rows,
    no_repairs,
    on_frame,
    repair_rows,
    vertex_keys,
)
from corridors.topology._near import feet_of_nodes
from corridors.topology._repair import cut_at_feet, is_at_an_end
from corridors.topology._sphere import on_sphere_m
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
    return on_frame(frame, close, gap_m=gap_m)


def close(lines: Lines, *, gap_m: float) -> Step:
    """Do the work of `close_gaps`."""
    rows: list[pd.DataFrame] = []
    for _ in range(_ROUNDS if gap_m > 0 and len(lines) else 0):
        lines, repairs = _close_once(lines, gap_m)
        if len(repairs) == 0:
            break
        rows.append(repairs)
    return lines, joined_rows(rows)


def _close_once(lines: Lines, gap_m: float) -> Step:
    ragged = lines.ragged
    ends = ragged.joints
    found = _candidates(ends, ragged, gap_m)
    if len(found) == 0:
        return lines, no_repairs()
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
        return lines, no_repairs()
    return _laid(lines, ends, chosen, note)


def _candidates(ends: Ends, ragged: Ragged, gap_m: float) -> _Gaps:
    """Return everything within reach of a loose end, the nearest first, ties by position."""
    loose = np.flatnonzero(ends.degree == 1)
    near_nodes = ends.around(loose, gap_m)
    i = np.repeat(loose, [len(x) for x in near_nodes]).astype(int)
    j = np.concatenate(near_nodes) if len(i) else np.empty(0, dtype=int)
    apart = (i != j) & ~ends.are_linked(np.column_stack([i, j]))
    i, j = i[apart], j[apart]
    near = feet_of_nodes(loose, ragged, gap_m)
    near = near.where(~is_at_an_end(near, ragged))
    none_i, none_n = np.full(len(i), -1), np.full(len(near.point), -1)
    both = _Gaps(
        loose=np.concatenate([i, near.point]),
        node=np.concatenate([j, none_n]),
        line=np.concatenate([none_i, near.line]),
        vertex=np.concatenate([none_i, near.vertex]),
        along=np.concatenate([np.zeros(len(i)), near.along]),
        xy=np.vstack([ends.xy[j], near.xy]),
        metres=np.concatenate([np.linalg.norm(on_sphere_m(ends.xy[i]) - on_sphere_m(ends.xy[j]), axis=1), near.metres]),
    )
    order = np.lexsort((both.xy[:, 1], both.xy[:, 0], both.loose, np.round(both.metres, 3)))
    return both.where(order)


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

    out = np.full(len(found), np.inf)
    if len(found) == 0:
        return out
    is_node = found.node >= 0
    a = np.where(is_node, found.node, ends.node[found.line, 0])
    b = np.where(is_node, found.node, ends.node[found.line, 1])
    into = _along_line(found, ragged)
    extra_b = np.where(is_node, 0.0, ragged.lengths_m(np.maximum(found.line, 0)) - into)
    near = ends.around(found.loose, limit * 1.01)
    graph = _graph(ends, ragged, np.concatenate([*near, a, b]))
    order = np.argsort(found.loose)
    for k in range(0, len(order), 40):  # what lies beyond the limit is left out, so that each search is small
        part = order[k : k + 40]
        nodes = np.unique(np.concatenate([*(near[i] for i in part), a[part], b[part]]))
        s, x, y = (np.searchsorted(nodes, v[part]) for v in (found.loose, a, b))
        metres = dijkstra(graph[nodes][:, nodes], directed=False, indices=s, limit=float(limit[part].max()))
        row = np.arange(len(part))
        out[part] = np.minimum(metres[row, x] + into[part], metres[row, y] + extra_b[part])
    return out


def _along_line(found: _Gaps, ragged: Ragged) -> Floats:
    """Return how far along its line each candidate lies, in metres; 0 for a node."""
    out = np.zeros(len(found))
    on_line = np.flatnonzero(found.line >= 0)
    line = found.line[on_line]
    few = ragged.take(line)
    vertex = few.start[:-1] + found.vertex[on_line] - ragged.start[line]
    out[on_line] = few.along_m[vertex] + found.along[on_line]
    return out


def _graph(ends: Ends, ragged: Ragged, nodes: Any) -> Any:
    """Return the lines between some nodes as a sparse graph of metres; of parallel lines the shortest."""
    from scipy.sparse import csr_array

    n = len(ends.key)
    lines = ends.lines_between(nodes)
    length = ragged.lengths_m(lines)
    pair = np.sort(ends.node[lines], axis=1)
    order = np.lexsort((length, pair[:, 1], pair[:, 0]))
    pair, metres = pair[order], length[order]
    first = np.ones(len(pair), dtype=bool)
    first[1:] = (pair[1:] != pair[:-1]).any(axis=1)
    return csr_array((np.maximum(metres[first], 1e-6), pair[first].T), shape=(n, n))


def _laid(lines: Lines, ends: Ends, gaps: _Gaps, note: str) -> Step:
    """Add a straight line over each gap, and cut the lines that it meets inside."""
    line_of = np.zeros(len(ends.key), dtype=int)
    line_of[ends.node.ravel()] = np.repeat(np.arange(len(lines)), 2)
    target = np.where(gaps.node >= 0, line_of[np.maximum(gaps.node, 0)], gaps.line)
    line = line_of[gaps.loose]
    if "status" in lines.of.frame:  # a gap before a planned line is planned too
        status = lines.of.frame["status"].to_numpy(dtype=object)[lines.row]
        line = np.where((status[line] == "operating") & (status[target] != "operating"), target, line)
    repairs = repair_rows("gap", lines.names(line), ends.xy[gaps.loose], gaps.metres, note)
    is_new = vertex_keys(ends.xy[gaps.loose]) != vertex_keys(gaps.xy)  # an end on a line needs the cut alone
    xy = np.stack([ends.xy[gaps.loose], gaps.xy], axis=1)[is_new].reshape(-1, 2)
    straight = Ragged(xy, np.arange(0, len(xy) + 1, 2))
    inside = gaps.line >= 0
    old = cut_at_feet(lines, gaps.where(inside)) if inside.any() else lines
    row = np.concatenate([old.row, lines.row[line[is_new]]])
    gap = np.concatenate([old.gap, np.ones(int(is_new.sum()), dtype=bool)])
    return Lines(lines.of, old.ragged.and_then(straight), row, gap), repairs
