"""The extra `fast`: a customizable contraction hierarchy (RoutingKit, by the package `routingkit_cch`).

Its order and shortcuts belong to the graph and its weights to a metric, so a closure needs no new order. Nor does it need all weights anew:
a metric no longer used is given to the next question, and only what differs is updated. It is used when it is installed
and pays: after as many searches under one metric as building it costs. The answers are those of the trees: equal distances
because both count in the same integers, equal paths because of equal ones both take the smallest edge, looking back from
the destination.

Both packages may be used freely: `routingkit-cch` is BSD-2-Clause (stated by the bill of materials in its wheel, not by the metadata),
`pyroutingkit` MIT (metadata). The former is chosen: wheels for Windows, macOS and Linux on every Python from 3.9 (the other has Linux
x86-64 and Apple silicon, 3.11 to 3.13), several starts and ends in one query, and quicker paths. The latter has quicker matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from weakref import finalize

import numpy as np

from corridors.routing._graph import LIMIT, Graph
from corridors.units import Floats

Ends = Sequence[tuple[int, int]]
"""Nodes with the cost to get there, or away from there."""

_SHARE_UPDATED = 0.1
"""Share of the arcs up to which updating them is quicker than customizing all anew (measured on world railways)."""


@cache
def library() -> Any:
    """Return the package `routingkit_cch`, or None where it is not installed."""
    try:
        import routingkit_cch
    except ImportError:
        return None
    return routingkit_cch


class Topology:
    """What does not change with weights: the order of nodes and the shortcuts.

    Parameters
    ----------
    graph
        Arcs; one of each group of parallel ones is used.
    lon, lat
        Positions of the nodes, degrees.
    """

    def __init__(self, graph: Graph, lon: Any, lat: Any) -> None:
        tail, head = graph.tail[graph.starts].tolist(), graph.indices.tolist()
        order = library().compute_order_inertial(graph.n, tail, head, lat.tolist(), lon.tolist())
        self._cch = library().CCH(order, tail, head, False)
        self._idle: list[tuple[Any, Any]] = []

    @property
    def has_idle(self) -> bool:
        """Whether a metric is at hand that only needs what differs."""
        return bool(self._idle)

    def customized(self, weights: Any) -> Any:
        """Return a metric with these weights; an idle one is updated. The first comes with one in reserve."""
        try:
            metric, old = self._idle.pop()
        except IndexError:
            self.give_back(library().CCHMetric(self._cch, weights.tolist()), weights)
            return library().CCHMetric(self._cch, weights.tolist())
        differs = np.flatnonzero(weights != old)
        if len(differs) > _SHARE_UPDATED * len(weights):
            metric.reset(weights.tolist())
        elif len(differs):
            updates = dict(zip(differs.tolist(), weights[differs].tolist(), strict=True))
            library().CCHMetricPartialUpdater(self._cch).apply(metric, updates)
        return metric

    def give_back(self, metric: Any, weights: Any) -> None:
        """Take a metric that is no longer used."""
        self._idle.append((metric, weights))


class Hierarchy:
    """A topology under one set of costs.

    Parameters
    ----------
    topology
        What was built once.
    group_cost
        Cost of each group of parallel arcs; infinite is closed.
    """

    def __init__(self, topology: Topology, group_cost: Floats) -> None:
        weights = np.minimum(group_cost, LIMIT).astype(np.int64)
        self._metric = topology.customized(weights)
        finalize(self, topology.give_back, self._metric, weights).atexit = False

    def _query(self) -> Any:
        """Return a new query: it may be used by the thread alone that made it, and costs a hundredth of a path."""
        return library().CCHQuery(self._metric)

    def path(self, starts: Ends, ends: Ends) -> tuple[int, list[int]] | None:
        """Return the distance and the groups of arcs on one of the shortest paths, or None if there is none below 2³¹."""
        found = self._query().run_multi(starts, ends)
        return None if found.distance is None else (found.distance, found.arc_path)

    def distances(self, sources: Sequence[Ends], targets: Sequence[int]) -> Floats:
        """Return distances from each source to each node; infinite if there is no path below 2³¹."""
        pinned = library().CCHOneToMany(self._metric, list(targets))
        rows = [pinned.distances_from_multi(list(source)) for source in sources]
        table = np.array(rows, dtype=float).reshape(len(rows), len(targets))
        return np.where(np.isnan(table), np.inf, table)

    def pair_distances(self, pairs: Sequence[tuple[int, int]]) -> Floats:
        """Return the distance of each pair of nodes; infinite if there is no path below 2³¹."""
        run = self._query().run
        table = np.array([run(a, b).distance for a, b in pairs], dtype=float)
        return np.where(np.isnan(table), np.inf, table)
