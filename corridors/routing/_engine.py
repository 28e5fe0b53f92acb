"""Shortest paths: a network, a weight and a mask in, edges out.

Ties. Among paths of equal weight (in the units of `_graph`) the one is taken that, looking back from the destination, comes in
by the smallest edge number at each node; at the ends the node named first by the place. So the same question gives the same
path on every machine, with the extra `fast` or without. Totals are always added up anew from the edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.routing import _fast
from corridors.routing._graph import LIMIT, Graph, graph_of, in_units, units_of
from corridors.routing._through import Section
from corridors.units import Floats

if TYPE_CHECKING:
    from corridors.network import Network, Place

_KEPT_METRICS = 8
"""Metrics kept with a graph: those of the questions asked last."""

_SEARCHES_BEFORE_TOPOLOGY, _SEARCHES_BEFORE_METRIC = 48, 6
"""Searches under one metric after which a hierarchy has paid for itself, without and with a topology at hand (measured on
the embedded network and on world railways: a topology costs about 50 trees, a metric about 5)."""

_MOST_TIES = 16
"""Times that a tie may leave the path found before a tree decides."""


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
    cut
        Run-through sections that could not be used because a country is avoided.
    """

    edges: Any
    is_forward: Any
    start_km: float
    end_km: float
    cut: tuple[Section, ...] = ()


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

    @property
    def reversed_cost(self) -> Floats:
        """Cost of each arc in the graph turned round: that of its edge travelled the other way."""
        return self.cost[self.graph.twin]

    def hierarchy(self, n_searches: int = 1) -> _fast.Hierarchy | None:
        """Return the contraction hierarchy if it is installed and pays for so many searches more, else None."""
        self.n_searches += n_searches
        if self._hierarchy is None and _fast.library() is not None and self.graph.n:
            topology = vars(self.graph).get("topology")
            if self.n_searches > (_SEARCHES_BEFORE_METRIC if topology else _SEARCHES_BEFORE_TOPOLOGY):
                self.build()
        return self._hierarchy

    def build(self) -> _fast.Hierarchy:
        """Build the hierarchy now; the topology stays with the graph."""
        if "topology" not in vars(self.graph):
            vars(self.graph)["topology"] = _fast.Topology(self.graph, *self._positions)
        self._hierarchy = _fast.Hierarchy(vars(self.graph)["topology"], self.group_cost)
        return self._hierarchy

    def tree(self, nodes: Any, cost: Any, *, is_reversed: bool = False) -> Floats:
        """Return the distance of each node from the nearest of some (to it, if reversed), given the cost to be at each."""
        group_cost = self.graph.groups(self.reversed_cost) if is_reversed else self.group_cost
        distance: Floats = next(self.graph.trees(group_cost, [(np.asarray(nodes), np.asarray(cost))]))
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
        self.graph = graph_of(network)
        self.units = units_of(weight)
        self._nodes = network.tables["nodes"]
        cost = in_units(weight[self.graph.row, self.graph.edge], self.units)
        self.metric = self._kept_metric(np.where(usable[self.graph.edge], cost, np.inf))

    def _kept_metric(self, cost: Floats) -> Metric:
        """Return the metric of these costs: the one from an earlier question if it is still kept."""
        kept: dict[bytes, Metric] = vars(self.graph).setdefault("metrics", {})
        key = blake2b(cost.tobytes(), digest_size=16).digest()
        metric = kept.pop(key, None) or Metric(self.graph, cost, (self._nodes["lon"], self._nodes["lat"]))
        kept[key] = metric
        while len(kept) > _KEPT_METRICS:
            kept.pop(next(iter(kept)), None)  # another thread may have been quicker
        return metric

    def connectors(self, place: Place, per_km: float) -> dict[int, float]:
        """Return the cost in units of the connector to each node of a place, nodes in the place's order."""
        cost = np.round(np.asarray(place.connector_km, dtype=float) * per_km * self.units)
        return dict(zip((int(n) for n in place.nodes), cost.tolist(), strict=True))

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

        The distances at the stations of a via place, connectors there and back included, are what the next part of the
        journey starts with. So the path is the shortest over all choices of station at each place.

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
        metric = self.metric if factor is None else self._penalised(factor)
        if not via and factor is None and (found := self._by_hierarchy(origin, destination, per_km)) is not None:
            return found
        starts = self.connectors(origin, per_km)
        parts: list[tuple[Floats, dict[int, float], dict[int, float]]] = []
        for place, times in (*((p, 2) for p in via), (destination, 1)):
            distance = metric.tree(list(starts), list(starts.values()))
            there = {n: distance[n] + times * c for n, c in self.connectors(place, per_km).items()}
            parts.append((distance, starts, there))
            starts = {n: d for n, d in there.items() if np.isfinite(d)}
            if not starts:
                return None
        arcs: list[int] = []
        node = last = min(starts, key=lambda n: starts[n])
        for distance, begun, _ in reversed(parts):
            arcs = metric.walk(distance, begun, node) + arcs
            node = int(self.graph.tail[arcs[0]]) if arcs else node
        return self.as_path(arcs, origin, destination, node, last)

    def as_path(self, arcs: Any, origin: Place, destination: Place, first: int, last: int) -> Path:
        """Return arcs from a first to a last node as a path between places."""
        arcs = np.asarray(arcs, dtype=int)
        return Path(
            edges=self.graph.edge[arcs],
            is_forward=self.graph.row[arcs] == 0,
            start_km=origin.connector_km[origin.nodes.index(first)],
            end_km=destination.connector_km[destination.nodes.index(last)],
        )

    def _penalised(self, factor: Floats) -> Metric:
        cost = np.round(self.metric.cost * factor[self.graph.edge])
        return Metric(self.graph, cost, (self._nodes["lon"], self._nodes["lat"]))

    # With a hierarchy ------------------------------------------------------------------------------------------------

    def _by_hierarchy(self, origin: Place, destination: Place, per_km: float) -> Path | None:
        """Return the path found by a hierarchy, after the tie-break; None where a tree has to decide."""
        hierarchy = self.metric.hierarchy()
        if hierarchy is None:
            return None
        starts, ends = self.connectors(origin, per_km), self.connectors(destination, per_km)
        found = hierarchy.path([(n, int(c)) for n, c in starts.items()], [(n, int(c)) for n, c in ends.items()])
        if found is None:
            return None
        groups = np.asarray(found[1], dtype=int)
        if len(groups) == 0:
            return None
        walked = canonical(self.metric, hierarchy, groups, starts, ends)
        return None if walked is None else self.as_path(walked[0], origin, destination, *walked[1:])

    def distances(self, origins: Sequence[Place], destinations: Sequence[Place], per_km: float) -> Floats:
        """Return the weight of the best path of every pair, in kilometres, hours or dollars; infinite if there is none.

        Rounded as the search rounds: each edge to a unit, so that a pair may differ from its route by half a unit an edge.
        """
        starts = [self.connectors(p, per_km) for p in origins]
        ends = [self.connectors(p, per_km) for p in destinations]
        if not starts or not ends:
            return np.zeros((len(starts), len(ends)))
        nodes = np.array(sorted({n for end in ends for n in end}), dtype=int)
        table = self._to_nodes(starts, nodes)
        column = {int(n): i for i, n in enumerate(nodes)}
        out = [
            (table[:, [column[n] for n in end]] + np.array(list(end.values()))).min(axis=1)
            for end in ends
        ]  # fmt: skip
        return np.column_stack(out) / self.units

    def _to_nodes(self, starts: list[dict[int, float]], nodes: Any) -> Floats:
        """Return distances in units from places to nodes: by hierarchy, or by one tree a row of the shorter side."""
        hierarchy = self.metric.hierarchy(len(starts))
        if hierarchy is not None:
            table = hierarchy.distances([[(n, int(c)) for n, c in s.items()] for s in starts], nodes.tolist())
            if table[np.isfinite(table)].max(initial=0.0) < LIMIT / 2:
                return table  # else a pair without path may be one that is too long for 31 bits
        if len(starts) <= len(nodes):
            sources = [(list(s), np.array(list(s.values()))) for s in starts]
            return np.array([row[nodes] for row in self.graph.trees(self.metric.group_cost, sources)])
        turned = self.graph.groups(self.metric.reversed_cost)
        back = self.graph.trees(turned, [([n], np.zeros(1)) for n in nodes])
        return np.column_stack([[min(row[n] + c for n, c in s.items()) for s in starts] for row in back])

    def reachable(self, place: Place, *, is_reversed: bool = False) -> Any:
        """Return a mask of the nodes that can be reached from a place (from which it can be reached, if reversed)."""
        nodes = list(place.nodes)
        return np.isfinite(self.metric.tree(nodes, [0.0] * len(nodes), is_reversed=is_reversed))


def canonical(
    metric: Metric, hierarchy: _fast.Hierarchy, groups: Any, starts: dict[int, float], ends: dict[int, float]
) -> tuple[list[int], int, int] | None:
    """Return the arcs, first and last node that the tie-break picks, given one shortest path; None if a tree is quicker.

    A tie is another arc into a node of the path that is as short. The distances of the nodes where such arcs begin are asked
    of the hierarchy in one sweep. Where a tie leaves the path, the hierarchy is asked for a path to that node, and so on.
    """
    graph = metric.graph
    sources = [(n, int(c)) for n, c in starts.items()]
    row = hierarchy.distances([sources], list(ends))[0].tolist()
    known = {n: d for n, d in zip(ends, row, strict=True) if np.isfinite(d)}
    node = last = min(known, key=lambda n: known[n] + ends[n])
    arcs: list[int] = []
    for _ in range(_MOST_TIES):
        if len(groups) == 0 or int(graph.indices[groups[-1]]) != node:
            found = hierarchy.path(sources, [(node, 0)])
            groups = np.asarray(found[1] if found else [], dtype=int)
        before, known = _tight_arcs(metric, hierarchy, groups, sources, known)
        while starts.get(node) != known[node] and node in before:
            arcs.append(before[node])
            node = int(graph.tail[arcs[-1]])
        if starts.get(node) == known[node]:
            return arcs[::-1], node, last
    return None


def _tight_arcs(
    metric: Metric, hierarchy: _fast.Hierarchy, groups: Any, sources: list[tuple[int, int]], known: dict[int, float]
) -> tuple[dict[int, int], dict[int, float]]:
    """Return for each node of a shortest path the arc that the tie-break takes into it, and all distances it needed."""
    graph = metric.graph
    heads = graph.indices[groups].astype(int)
    first = int(graph.tail[graph.starts[groups[0]]]) if len(groups) else sources[0][0]
    nodes = np.concatenate([[first], heads])
    low, high = graph.first_arc[nodes], graph.first_arc[nodes + 1]
    count = high - low
    into = graph.twin[np.repeat(low - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(count.sum())]
    into = into[np.isfinite(metric.cost[into])]
    distance = dict(known)
    start = dict(sources)[first]
    on_path = np.concatenate([[start], start + np.cumsum(metric.group_cost[groups])])
    distance |= dict(zip(nodes.tolist(), on_path.tolist(), strict=True))
    around = [n for n in np.unique(graph.tail[into]).tolist() if n not in distance]
    if around:
        distance |= dict(zip(around, hierarchy.distances([sources], around)[0].tolist(), strict=True))
    at_tail = np.array([distance[n] for n in graph.tail[into].tolist()])
    at_head = np.array([distance[n] for n in graph.head[into].tolist()])
    tight = into[at_tail + metric.cost[into] == at_head]
    tight = tight[np.lexsort((graph.edge[tight],))][::-1]
    return dict(zip(graph.head[tight].tolist(), tight.tolist(), strict=True)), distance
