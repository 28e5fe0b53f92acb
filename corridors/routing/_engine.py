"""Shortest paths: arrays in, edges out.

Weights are integers (millimetres, milliseconds): the same call gives the same path on every machine. Every edge weighs
one unit more than its length or time, so that among equal paths the one with fewer edges wins, and after that the smaller
edge number; totals are always added up anew from the edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from corridors.units import Floats

if TYPE_CHECKING:
    from corridors.network import Network, Place

SCALE = 1e6
"""Kilometres to millimetres; hours to 3.6 milliseconds."""


@dataclass(frozen=True)
class Path:
    """A path through the network.

    Attributes
    ----------
    edges
        Positions of its edges, in order of travel.
    is_forward
        Whether each is travelled from → to.
    start_km, end_km
        Connectors from the asked origin, and to the asked destination.
    """

    edges: Any
    is_forward: Any
    start_km: float
    end_km: float


class Engine:
    """A network made ready for paths under one weight and one mask.

    Parameters
    ----------
    network
        Its nodes and edges.
    weight
        Of each edge forwards (from → to) and backwards; shape (2, n).
    usable
        Mask of edges.
    """

    def __init__(self, network: Network, weight: Floats, usable: Any) -> None:
        edges = network.tables["edges"]
        self._n = len(network.tables["nodes"]["node_id"])
        rows = np.flatnonzero(usable)
        a, b = edges["from"][rows].astype(np.int64), edges["to"][rows].astype(np.int64)
        cost = np.round(weight[:, rows] * SCALE) + 1.0
        self._tail = np.concatenate([a, b])
        self._head = np.concatenate([b, a])
        self._cost = cost.ravel()
        self._edge = np.concatenate([rows, rows])
        self._is_forward = np.concatenate([np.ones(len(rows), bool), np.zeros(len(rows), bool)])

    def path(
        self,
        origin: Place,
        destination: Place,
        *,
        via: Sequence[Place] = (),
        per_km: float,
        factor: Floats | None = None,
    ) -> Path | None:
        """Return the shortest path between two places through others in order, or None.

        The network is laid in one layer for each part of the journey; a node of a via place leads from a layer to the next.
        So the path is the shortest over all choices of station at each place, not a chain of choices made one by one.

        Parameters
        ----------
        origin, destination
            Places; each may have several nodes with a connector to each.
        via
            Places to pass in this order.
        per_km
            Weight of a kilometre of connector.
        factor
            Multiplies the weight of each edge of the network (used for penalties); None for one.
        """
        cost = self._cost if factor is None else np.round(self._cost * factor[self._edge])
        n_layers, n_arcs = len(via) + 1, len(self._tail)
        lift = np.repeat(np.arange(n_layers) * self._n, n_arcs)
        source, sink = n_layers * self._n, n_layers * self._n + 1
        tails = [np.tile(self._tail, n_layers) + lift]
        heads = [np.tile(self._head, n_layers) + lift]
        costs = [np.tile(cost, n_layers)]
        for k, place in enumerate(via):
            nodes = np.asarray(place.nodes)
            tails.append(nodes + k * self._n)
            heads.append(nodes + (k + 1) * self._n)
            costs.append(np.round(2 * np.asarray(place.connector_km) * per_km * SCALE) + 1.0)
        ends = ((origin, source, 0), (destination, sink, n_layers - 1))
        for place, node, layer in ends:
            inner = np.asarray(place.nodes) + layer * self._n
            outer = np.full(len(inner), node)
            tails.append(outer if node == source else inner)
            heads.append(inner if node == source else outer)
            costs.append(np.round(np.asarray(place.connector_km) * per_km * SCALE) + 1.0)
        tail, head, weights = np.concatenate(tails), np.concatenate(heads), np.concatenate(costs)
        keep = _cheapest(tail, head, weights)
        size = sink + 1
        matrix = csr_array((weights[keep], (tail[keep], head[keep])), shape=(size, size))
        _, before = dijkstra(matrix, indices=source, return_predecessors=True)
        if before[sink] < 0:
            return None
        walk = [sink]
        while walk[-1] != source:
            walk.append(int(before[walk[-1]]))
        walk.reverse()
        on_path = keep[np.isin(tail[keep], walk)]
        arc = {(int(tail[i]), int(head[i])): int(i) for i in on_path}
        arcs = np.array([arc[step] for step in pairwise(walk[1:-1])], dtype=int)
        arcs = arcs[arcs < n_layers * n_arcs] % n_arcs if n_arcs else arcs
        return Path(
            edges=self._edge[arcs],
            is_forward=self._is_forward[arcs],
            start_km=origin.connector_km[origin.nodes.index(walk[1])],
            end_km=destination.connector_km[destination.nodes.index(walk[-2] % self._n)],
        )

    def reachable(self, place: Place) -> Any:
        """Return a mask of the nodes that can be reached from a place."""
        matrix = csr_array((np.ones(len(self._tail)), (self._tail, self._head)), shape=(self._n, self._n))
        hops = dijkstra(matrix, indices=list(place.nodes), unweighted=True, min_only=True)
        return np.isfinite(hops)


def _cheapest(tail: Any, head: Any, weights: Any) -> Any:
    """Return positions of the cheapest of parallel arcs, the first of equal ones."""
    order = np.lexsort((np.arange(len(tail)), weights, head, tail))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (tail[order][1:] != tail[order][:-1]) | (head[order][1:] != head[order][:-1])
    return order[first]
