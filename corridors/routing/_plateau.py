"""Alternatives that are optimal in themselves: plateaus of two trees.

A *plateau* is a stretch that the tree from the origin and the tree to the destination both use. The way to its start, along it
and on from its end is the best of all ways that use it; the longer the plateau, the longer the stretches on which the way
cannot be bettered locally. Ways without a plateau of their own are detours for the sake of a detour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.routing._engine import Engine, Path
from corridors.routing._metric import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network import Place

LOCAL_SHARE = 0.05
"""Least plateau, as a share of the best route's weight: a shorter one is a yard track and not another way."""

MAX_CANDIDATES = 400
"""Candidates looked at, the lightest first."""


class Between:
    """The tree from an origin and the tree to a destination.

    Parameters
    ----------
    engine
        A network made ready.
    origin, destination
        Places.
    per_km
        Weight of a kilometre of connector.
    max_stretch
        Weight over that of the best way.

    Attributes
    ----------
    is_near
        Mask of the nodes by which a way passes that is not heavier than ``max_stretch`` times the best.
    """

    def __init__(self, engine: Engine, origin: Place, destination: Place, *, per_km: float, max_stretch: float) -> None:
        self._engine, self._places = engine, (origin, destination)
        self._starts, self._ends = engine.connectors(origin, per_km), engine.connectors(destination, per_km)
        self._there = engine.metric.tree(list(self._starts), list(self._starts.values()))
        self._best = min((self._there[n] + c for n, c in self._ends.items()), default=np.inf)
        self._limit = max_stretch * self._best
        self._back = engine.metric.tree(
            list(self._ends), list(self._ends.values()), is_reversed=True, limit=self._limit
        )  # fmt: skip
        self.is_near = self._there + self._back <= self._limit

    def candidates(self) -> Iterator[Path]:
        """Yield the ways by plateaus, lightest first."""
        metric, graph, there, back = self._engine.metric, self._engine.graph, self._there, self._back
        if not np.isfinite(self._best):
            return
        before = graph.next_arcs(metric.cost, there)
        after = graph.next_arcs(metric.reversed_cost, back)
        onward = np.where(after >= 0, graph.twin[after], -1)  # the arc by which the way from each node goes on
        before[[n for n, c in self._starts.items() if c == there[n]]] = -1
        onward[[n for n, c in self._ends.items() if c == back[n]]] = -1
        first, last = _plateaus(graph.tail, graph.head, before, onward)
        weight = there[first] + back[first]
        rows = np.flatnonzero(weight <= self._limit)  # what is left can be reached: infinite hours have no difference
        rows = rows[there[last[rows]] - there[first[rows]] >= LOCAL_SHARE * self._best]
        rows = rows[np.lexsort((first[rows], weight[rows]))][:MAX_CANDIDATES]
        for k in rows:
            to_start = walk(graph, before, there, self._starts, int(first[k]))
            from_start = _onward(graph.head, onward, int(first[k]))
            arcs = np.array([*to_start, *from_start], dtype=int)
            nodes = np.concatenate([graph.tail[arcs[:1]], graph.head[arcs]])
            if len(arcs) and len(np.unique(nodes)) == len(nodes):
                yield self._engine.as_path(arcs, *self._places, int(nodes[0]), int(nodes[-1]))


def _plateaus(tail: Any, head: Any, before: Any, onward: Any) -> tuple[Any, Any]:
    """Return the first and last node of each maximal run of arcs that are in both trees."""
    n = len(before)
    arcs = onward[onward >= 0]
    arcs = arcs[before[head[arcs]] == arcs]
    step = np.arange(n)
    step[tail[arcs]] = head[arcs]
    is_entered = np.zeros(n, dtype=bool)
    is_entered[head[arcs]] = True
    first = np.setdiff1d(tail[arcs], np.flatnonzero(is_entered))
    while not np.array_equal(step[step], step):
        step = step[step]
    return first, step[first]


def _onward(head: Any, onward: Any, node: int) -> list[int]:
    arcs: list[int] = []
    while onward[node] >= 0:
        arcs.append(int(onward[node]))
        node = int(head[arcs[-1]])
    return arcs
