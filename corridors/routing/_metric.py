"""Costs on a graph in whole units: trees and the ways along them, and what speeds up many searches.

Three things answer, each when it pays. A tree answers a search. After some dozens of searches under the same costs, a contraction
hierarchy answers paths if the extra `fast` is installed. A table of distances with as many rows is filled from labels, or by
the hierarchy. All count in the same integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.routing import _fast
from corridors.routing._graph import Graph
from corridors.units import Floats

if TYPE_CHECKING:
    from corridors.routing._labels import Labels

_SEARCHES_BEFORE_TOPOLOGY, _SEARCHES_BEFORE_METRIC = 48, 6
"""Searches under one metric after which a hierarchy has paid for itself, without and with a topology at hand (measured on
the embedded network and on world railways: a topology costs about 50 trees, a metric about 5)."""

_ROWS_BEFORE_LABELS = 128
"""Rows from which a table is quicker from labels than by trees though the order has to be found first (measured on the same)."""

_MOST_NODES_FOR_LABELS = 200_000
"""A larger graph keeps to trees: its elimination tree is deep, and labels would need gigabytes."""


class Metric:
    """Costs on a graph in whole units, and what was built for them.

    Parameters
    ----------
    graph
        Arcs.
    cost
        Of each arc; infinite is closed.
    positions
        Longitudes and latitudes of the nodes, for the hierarchy.
    """

    def __init__(self, graph: Graph, cost: Floats, positions: tuple[Any, Any]) -> None:
        self.graph, self.cost, self.group_cost = graph, cost, graph.groups(cost)
        self.n_searches = 0
        self._positions = positions
        self._hierarchy: _fast.Hierarchy | None = None
        self._labels: Labels | None = None
        self._last_tree: tuple[Any, Floats] = (None, cost)

    @property
    def reversed_cost(self) -> Floats:
        """Cost of each arc in the graph turned round: that of its edge travelled the other way."""
        return self.cost[self.graph.twin]

    def with_cost(self, cost: Floats) -> Metric:
        """Return other costs on the same graph."""
        return Metric(self.graph, cost, self._positions)

    def hierarchy(self, n_searches: int = 1) -> _fast.Hierarchy | None:
        """Return the contraction hierarchy if it is installed and pays for so many searches more, else None."""
        self.n_searches += n_searches
        if self._hierarchy is None and _fast.library() is not None and self.graph.n:
            topology = vars(self.graph).get("topology")
            if topology is None:
                pays = self.n_searches > _SEARCHES_BEFORE_TOPOLOGY
            else:
                pays = topology.has_idle or self.n_searches > _SEARCHES_BEFORE_METRIC
            if pays:
                self.build()
        return self._hierarchy

    def build(self) -> _fast.Hierarchy:
        """Build the hierarchy now; the topology stays with the graph."""
        if "topology" not in vars(self.graph):
            vars(self.graph)["topology"] = _fast.Topology(self.graph, *self._positions)
        self._hierarchy = _fast.Hierarchy(vars(self.graph)["topology"], self.group_cost)
        return self._hierarchy

    def labels(self, n_rows: int) -> Labels | None:
        """Return labels if they pay for a table with so many rows, else None; their order stays with the graph."""
        if not 0 < self.graph.n <= _MOST_NODES_FOR_LABELS:
            return None
        if self._labels is None and n_rows >= _ROWS_BEFORE_LABELS:
            from corridors.routing._labels import Labels, Order

            if "order" not in vars(self.graph):
                vars(self.graph)["order"] = Order(
                    self.graph.n, self.graph.tail[self.graph.starts], self.graph.indices
                )  # fmt: skip
            self._labels = Labels(vars(self.graph)["order"], self.group_cost)
        return self._labels

    def tree(self, nodes: Any, cost: Any, *, is_reversed: bool = False, limit: float = np.inf) -> Floats:
        """Return the distance of each node from the nearest of some (to it, if reversed), given the cost to be at each.

        Nodes farther than a limit may be left infinite. The last whole tree is kept: alternatives begin with that of the route.
        """
        key = tuple(nodes), tuple(cost), is_reversed
        last, distance = self._last_tree
        if key != last:
            group_cost = self.graph.groups(self.reversed_cost) if is_reversed else self.group_cost
            distance = next(self.graph.trees(group_cost, [(np.asarray(nodes), np.asarray(cost))], limit))
            if not np.isfinite(limit):
                self._last_tree = key, distance
        return distance

    def walk(self, distance: Floats, starts: dict[int, float], node: int, *, is_reversed: bool = False) -> list[int]:
        """Return the arcs from a start of a tree to a node, in order of travel."""
        cost = self.reversed_cost if is_reversed else self.cost
        before = self.graph.next_arcs(cost, distance)
        return walk(self.graph, before, distance, starts, node)


def walk(graph: Graph, before: Any, distance: Floats, starts: dict[int, float], node: int) -> list[int]:
    """Return arcs from a start of a tree to a node; at a start that costs as much as the way to it the walk ends."""
    arcs: list[int] = []
    while starts.get(node) != distance[node]:
        arcs.append(int(before[node]))
        node = int(graph.tail[arcs[-1]])
    return arcs[::-1]
