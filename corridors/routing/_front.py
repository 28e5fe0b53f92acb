"""Exact Pareto fronts on arrays: label setting with lower bounds.

A label is a way to a node, with what it has used up of each criterion. Labels are taken in the lexicographic order of what they have
used plus the least that is still needed (a tree back from the destination for each criterion). In that order a label that
is no better than an earlier one at its node in the remaining criteria is dominated, so the front at a node is a staircase
of one dimension less: a number for two criteria, a sorted list for three.

With an epsilon, a label is given up if a way already found is at most (1 + epsilon) times its lower bound in every criterion. Bounds are
never above the true total, so each way of the exact front has one in the answer that is at most (1 + epsilon) times as
much in every criterion; the error does not add up along the way.
"""

from __future__ import annotations

from bisect import bisect_right
from heapq import heappop, heappush
from typing import Any

import numpy as np

from corridors.routing._graph import Graph
from corridors.routing._metric import walk
from corridors.units import Floats

Vector = tuple[int, ...]

_BLENDS = 6
"""Weighted sums searched first; their ways bound the search from above."""


class Staircase:
    """Points of which none is better than another in every coordinate; `covers` asks whether one is at most a given point."""

    def __init__(self) -> None:
        self._points: list[Vector] = []
        self._keys: list[float] = []

    def covers(self, point: tuple[float, ...]) -> bool:
        """Return whether a point kept is at most this one in every coordinate."""
        if len(point) == 2:
            k = bisect_right(self._keys, point[0])
            return k > 0 and self._points[k - 1][1] <= point[1]
        return any(all(p <= q for p, q in zip(kept, point, strict=True)) for kept in self._points)

    def add(self, point: Vector) -> None:
        """Keep a point that none kept covers, and drop those that it covers."""
        if len(point) != 2:
            kept = [p for p in self._points if not all(a <= b for a, b in zip(point, p, strict=True))]
            self._points = [*kept, point]
            return
        k = bisect_right(self._keys, point[0])
        if k and self._keys[k - 1] == point[0]:
            k -= 1
        end = k
        while end < len(self._points) and self._points[end][1] >= point[1]:
            end += 1
        self._points[k:end] = [point]
        self._keys[k:end] = [point[0]]


def front(
    graph: Graph,
    costs: Any,
    is_open: Any,
    starts: dict[int, Vector],
    ends: dict[int, Vector],
    *,
    epsilon: float = 0.0,
) -> list[tuple[Vector, list[int]]]:
    """Return the ways that none beats in every criterion, one for each vector of totals, sorted by totals.

    Parameters
    ----------
    graph
        Arcs.
    costs
        Whole numbers >= 0, one row a criterion, one column an arc.
    is_open
        Mask of arcs.
    starts, ends
        Nodes with what it costs to get there, and to get away.
    epsilon
        0 for the exact front.

    Returns
    -------
    list
        Totals, connectors included, and arcs in order of travel.
    """
    bounds = _bounds(graph, costs, is_open, ends)
    if not any(np.isfinite(bounds[:, n]).all() for n in starts):
        return []
    known = _blends(graph, costs, is_open, starts, ends)
    is_useful = is_open & np.isfinite(bounds[0][graph.head])
    chains = _chains(graph, costs, is_useful, {*starts, *ends})
    return _Labels(chains, bounds, starts, ends, known, epsilon).run()


def _bounds(graph: Graph, costs: Any, is_open: Any, ends: dict[int, Vector]) -> Any:
    """Return the least of each criterion from each node to the destination, infinite where there is no way."""
    out = []
    for k, cost in enumerate(costs):
        turned = np.where(is_open, cost, np.inf)[graph.twin]
        sources = [(list(ends), np.array([v[k] for v in ends.values()], dtype=float))]
        out.append(next(graph.trees(graph.groups(turned), sources)))
    return np.array(out)


def _blends(graph: Graph, costs: Any, is_open: Any, starts: dict[int, Vector], ends: dict[int, Vector]) -> list[Vector]:
    """Return the totals of the ways that are best under some weighted sums of the criteria."""
    mean = np.maximum(costs[:, is_open].sum(axis=1) / max(int(is_open.sum()), 1), 1e-9)
    rows = len(costs)
    shares = [*np.eye(rows), *np.random.default_rng(0).dirichlet(np.ones(rows), _BLENDS)]
    out = set()
    for share in shares:
        factor = (share + 1e-6) / mean
        cost = np.where(is_open, np.maximum(np.round(factor @ costs * 1e6), 1.0), np.inf)
        first = {n: float(np.round(factor @ np.array(v) * 1e6)) for n, v in starts.items()}
        distance = next(graph.trees(graph.groups(cost), [(list(first), np.array(list(first.values())))]))
        before = graph.next_arcs(cost, distance)
        for end, last in ends.items():
            if np.isfinite(distance[end]):
                out.add(_total(graph, costs, before, distance, first, end, starts, last))
    return [v for v in out if not any(w != v and all(a <= b for a, b in zip(w, v, strict=True)) for w in out)]


def _total(
    graph: Graph,
    costs: Any,
    before: Any,
    distance: Floats,
    first: dict[int, float],
    node: int,
    starts: dict[int, Vector],
    last: Vector,
) -> Vector:
    arcs = walk(graph, before, distance, first, node)
    begun = int(graph.tail[arcs[0]]) if arcs else node
    total = costs[:, arcs].sum(axis=1) + np.array(starts[begun]) + np.array(last)
    return tuple(int(x) for x in total)


def _chains(graph: Graph, costs: Any, is_open: Any, kept: set[int]) -> dict[int, list[tuple[int, Vector, list[int]]]]:
    """Return for each junction the chains of arcs that leave it: where they lead, what they use up, their arcs.

    Dead ends are peeled off and nodes with two neighbours passed through, the kept ones excepted.
    """
    fixed = np.zeros(graph.n, dtype=bool)
    fixed[list(kept)] = True
    while True:
        is_either_way = is_open | is_open[graph.twin]
        degree = np.bincount(graph.tail[is_either_way], minlength=graph.n)
        is_leaf = (degree == 1) & ~fixed
        is_dead = is_open & (is_leaf[graph.tail] | is_leaf[graph.head])
        if not is_dead.any():
            break
        is_open = is_open & ~is_dead
    rows = np.flatnonzero(is_open)
    out_of: list[list[int]] = [[] for _ in range(graph.n)]
    for arc, node in zip(rows.tolist(), graph.tail[rows].tolist(), strict=True):
        out_of[node].append(arc)
    n_out, n_in = (np.bincount(side[rows], minlength=graph.n) for side in (graph.tail, graph.head))
    is_passed = ((degree == 2) & (n_out == 2) & (n_in == 2) & ~fixed).tolist()
    head, twin = graph.head.tolist(), graph.twin.tolist()
    columns = list(zip(*costs.tolist(), strict=True))
    out: dict[int, list[tuple[int, Vector, list[int]]]] = {}
    for node in np.flatnonzero((degree > 0) & ~np.array(is_passed, dtype=bool)).tolist():
        chains = out[node] = []
        for arc in out_of[node]:
            chain, at = [arc], head[arc]
            while is_passed[at]:
                onward = [a for a in out_of[at] if a != twin[chain[-1]]]
                if len(onward) != 1:
                    break
                chain.append(onward[0])
                at = head[chain[-1]]
            if at != node and not is_passed[at]:
                total = tuple(map(sum, zip(*(columns[a] for a in chain), strict=True)))
                chains.append((at, total, chain))
    return out


class _Labels:
    """The search itself."""

    def __init__(
        self,
        chains: dict[int, list[tuple[int, Vector, list[int]]]],
        bounds: Any,
        starts: dict[int, Vector],
        ends: dict[int, Vector],
        known: list[Vector],
        epsilon: float,
    ) -> None:
        self._chains, self._ends, self._known, self._factor = chains, ends, known, 1.0 + epsilon
        finite = np.isfinite(bounds).all(axis=0)
        self._bounds = {int(n): tuple(int(x) for x in bounds[:, n]) for n in np.flatnonzero(finite)}
        self._at: dict[int, Staircase] = {}
        self._found = Staircase()
        self._heap: list[tuple[Vector, int, int, Vector]] = []
        self._steps: list[tuple[int, list[int]]] = []
        for node, cost in starts.items():
            if node in self._bounds:
                self._push(node, cost, -1, [])

    def _push(self, node: int, used: Vector, parent: int, chain: list[int]) -> None:
        """Add a label unless a way that is known or found shows that none through it is in the front."""
        bound = self._bounds.get(node)
        if bound is None:
            return
        total = tuple(map(int.__add__, used, bound))
        if self._is_beaten(total):
            return
        stairs = self._at.get(node)
        if stairs is not None and stairs.covers(used[1:]):
            return
        self._steps.append((parent, chain))
        heappush(self._heap, (total, len(self._steps) - 1, node, used))

    def _is_beaten(self, total: Vector) -> bool:
        for other in self._known:
            for a, b in zip(other, total, strict=True):
                if a > b:
                    break
            else:
                if other != total:
                    return True
        return self._is_found(total)

    def _is_found(self, total: Vector) -> bool:
        return self._found.covers(tuple(x * self._factor for x in total[1:]))

    def run(self) -> list[tuple[Vector, list[int]]]:
        """Return totals and arcs of the front."""
        out: list[tuple[Vector, list[int]]] = []
        target = -1
        while self._heap:
            total, step, node, used = heappop(self._heap)
            if self._is_found(total):
                continue
            if node == target:
                self._found.add(total[1:])
                out.append((total, self._arcs(step)))
                continue
            stairs = self._at.setdefault(node, Staircase())
            if stairs.covers(used[1:]):
                continue
            stairs.add(used[1:])
            if node in self._ends:
                self._steps.append((step, []))
                done = tuple(map(int.__add__, used, self._ends[node]))
                heappush(self._heap, (done, len(self._steps) - 1, target, done))
            for onward, cost, chain in self._chains.get(node, ()):
                self._push(onward, tuple(map(int.__add__, used, cost)), step, chain)
        return sorted(out)

    def _arcs(self, step: int) -> list[int]:
        chains = []
        while step >= 0:
            step, chain = self._steps[step]
            chains.append(chain)
        return [arc for chain in reversed(chains) for arc in chain]
