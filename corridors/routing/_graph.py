"""The arrays under every search: laid once for a network, given weights and masks without being laid again.

Weights are integers. One unit is the power of ten of a kilometre, an hour or a dollar that keeps four times the longest journey
conceivable, a quarter of all edges one after another, below 2³¹, and never less than a millionth: a decimetre and a third
of a second on the embedded network, a millimetre on a small one. 31 bits are what contraction hierarchies count in; with the
same integers everywhere the answers with and without them are the same, not nearly the same.
"""

from __future__ import annotations

import sys
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np

from corridors.units import Floats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.network import Network

LIMIT = 2**31 - 1
"""What a contraction hierarchy takes for "no path"."""

_FINEST = 6
"""Digits after the point that are enough for anybody: a millimetre."""

_PLAIN_NODES = 40_000
"""Nodes that plain Python reaches in the time that importing `scipy.sparse` takes."""

_TREE_BYTES = 64_000_000
"""Memory for the trees of one batch."""


class Graph:
    """Arcs in compressed rows; both directions of each edge, parallel edges kept apart but searched as one.

    Parameters
    ----------
    n
        Number of nodes.
    a, b
        Ends of each edge.
    """

    def __init__(self, n: int, a: Any, b: Any) -> None:
        self.n, self.a, self.b = n, a, b
        self._n_plain = 0
        m = len(a)
        tail, head = np.concatenate([a, b]).astype(np.int64), np.concatenate([b, a]).astype(np.int64)
        edge, row = np.tile(np.arange(m), 2), np.repeat([0, 1], m)
        order = np.lexsort((row, edge, head, tail))
        self.tail, self.head, self.edge, self.row = tail[order], head[order], edge[order], row[order]
        """Of each arc: the node it leaves and reaches, its edge, and 0 from → to or 1 back."""
        first = np.ones(2 * m, dtype=bool)
        first[1:] = (np.diff(self.tail) != 0) | (np.diff(self.head) != 0)
        self.starts = np.flatnonzero(first)
        """First arc of each group of parallel ones."""
        self.indices = self.head[self.starts].astype(np.int32)
        self.indptr = np.searchsorted(self.tail[self.starts], np.arange(n + 1)).astype(np.int32)
        self.first_arc = np.searchsorted(self.tail, np.arange(n + 1))
        """First arc that leaves each node."""
        position = np.empty(2 * m, dtype=np.int64)
        position[order] = np.arange(2 * m)
        self.twin = position[(order + m) % (2 * m)] if m else position
        """Of each arc: the arc of the same edge the other way."""
        self.into = np.lexsort((self.tail, self.edge, self.head))
        """Arcs by the node they reach, then by edge: the order in which ties are broken."""

    def groups(self, cost: Floats) -> Floats:
        """Return the cheapest cost of each group of parallel arcs."""
        return np.minimum.reduceat(cost, self.starts) if len(cost) else cost

    def trees(self, group_cost: Floats, sources: list[tuple[Any, Floats]], limit: float = np.inf) -> Iterator[Floats]:
        """Yield a row of distances to all nodes for each source; a source is nodes with the cost to be there.

        Infinite costs are closed arcs; nodes farther than a limit may be left infinite. Rows come in batches that fit into 64 MB. In a
        process that has not loaded scipy yet, the first few are searched in plain Python: a short answer need not wait for it.
        """
        self._n_plain += self.n * len(sources)
        if self._n_plain <= _PLAIN_NODES and "scipy.sparse.csgraph" not in sys.modules:
            for nodes, cost in sources:
                yield self._plain_tree(group_cost, nodes, cost)
            return
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        size = max(1, _TREE_BYTES // (8 * (self.n + 1)))
        if all(len(nodes) == 1 and not any(cost) for nodes, cost in sources):
            matrix = csr_array((group_cost, self.indices, self.indptr), shape=(self.n, self.n))
            for begin in range(0, len(sources), size):
                part = [nodes[0] for nodes, _ in sources[begin : begin + size]]
                yield from dijkstra(matrix, indices=part, limit=limit)
            return
        for begin in range(0, len(sources), size):
            part = sources[begin : begin + size]
            ends = len(group_cost) + np.cumsum([len(nodes) for nodes, _ in part])
            matrix = csr_array(
                (
                    np.concatenate([group_cost, *(np.asarray(c, dtype=float) for _, c in part)]),
                    np.concatenate([self.indices, *(np.asarray(nodes, dtype=np.int32) for nodes, _ in part)]),
                    np.concatenate([self.indptr, ends.astype(np.int32)]),
                ),
                shape=(self.n + len(part), self.n + len(part)),
            )
            found = dijkstra(matrix, indices=np.arange(self.n, self.n + len(part)), limit=limit)
            yield from found[:, : self.n]

    def _plain_tree(self, group_cost: Floats, nodes: Any, cost: Any) -> Floats:
        """Return the distance of each node from the nearest of some, without scipy."""
        first, heads, costs = self.indptr.tolist(), self.indices.tolist(), group_cost.tolist()
        best = [np.inf] * self.n
        rim: list[tuple[float, int]] = []
        for node, begun in zip(np.asarray(nodes).tolist(), np.asarray(cost, dtype=float).tolist(), strict=True):
            best[node] = min(best[node], begun)
            rim.append((begun, node))
        heapify(rim)
        while rim:
            distance, node = heappop(rim)
            if distance > best[node]:
                continue
            for group in range(first[node], first[node + 1]):
                farther, head = distance + costs[group], heads[group]
                if farther < best[head]:
                    best[head] = farther
                    heappush(rim, (farther, head))
        return np.array(best)

    def next_arcs(self, cost: Floats, distance: Floats) -> Any:
        """Return the arc by which each node is reached in a tree, -1 for none: of equal ones that of the smallest edge."""
        is_tight = (distance[self.tail] + cost == distance[self.head]) & np.isfinite(cost)
        arcs = self.into[is_tight[self.into]][::-1]
        out = np.full(self.n, -1, dtype=np.int64)
        out[self.head[arcs]] = arcs
        return out


_SHARED: WeakValueDictionary[int, Graph] = WeakValueDictionary()
"""Graphs alive, by the identity of the array they were laid from: a scenario keeps the arrays of its baseline, so its graph too."""


def graph_of(network: Network) -> Graph:
    """Return the graph of a network; laid at the first call, kept with the network, shared with its scenarios."""
    kept = vars(network).get("_graph")
    if isinstance(kept, Graph):
        return kept
    edges = network.tables["edges"]
    a, b = edges["from"], edges["to"]
    graph = _SHARED.get(id(a))
    n = len(network.tables["nodes"]["node_id"])
    if graph is None or graph.a is not a or graph.b is not b or graph.n != n:
        graph = _SHARED[id(a)] = Graph(n, a, b)
    vars(network)["_graph"] = graph
    return graph


def units_of(weight: Floats) -> float:
    """Return how many units are one kilometre, hour or dollar of these weights; shape (2, n), masks not considered."""
    total = float(weight[np.isfinite(weight)].sum()) / 2
    digits = np.floor(np.log10(4.0 * LIMIT / total)) if total > 0 else _FINEST
    return float(10.0 ** min(digits, _FINEST))


def in_units(weight: Any, units: float) -> Floats:
    """Return weights as whole units, none less than one: a path with a ring in it is never as short as one without."""
    return np.maximum(np.round(np.asarray(weight, dtype=float) * units), 1.0)
