"""The extra `fast`: a customizable contraction hierarchy (RoutingKit, by the package `routingkit_cch`).

Its topology belongs to the graph and its weights to a metric, so a closure costs one customisation and no new order. It
is used when it is installed and pays: after as many searches under one metric as building it costs. The answers are
those of the trees: equal distances because both count in the same integers, equal paths because of equal ones both take
the smallest edge, looking back from the destination.

Chosen over `pyroutingkit` (MIT, the same core, quicker matrices): several starts and ends in one query, wheels for Windows
and for every Python of the stable ABI, and quicker paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from corridors.routing._graph import LIMIT, Graph
from corridors.units import Floats

Ends = Sequence[tuple[int, int]]
"""Nodes with the cost to get there, or away from there."""


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
        self.cch = library().CCH(order, tail, head, False)
        self.graph = graph


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
        self._metric = library().CCHMetric(topology.cch, np.minimum(group_cost, LIMIT).astype(np.int64).tolist())

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
