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

from corridors.routing._graph import LIMIT, graph_of, in_units, units_of
from corridors.routing._metric import Metric
from corridors.routing._through import Section
from corridors.routing._ties import canonical
from corridors.units import Floats

if TYPE_CHECKING:
    from corridors.network import Network, Place

_KEPT_METRICS = 8
"""Metrics kept with a graph: those of the questions asked last."""


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
        metric: Metric | None = None,
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
        metric
            Other costs than those of the engine (used for penalties), or None.
        """
        metric = metric or self.metric
        if not via and (found := self._by_hierarchy(metric, origin, destination, per_km)) is not None:
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

    def penalised(self, factor: Floats, is_near: Any) -> Metric:
        """Return the costs with a factor for each edge of the network, closed outside some nodes (None for all)."""
        graph = self.graph
        cost = np.round(self.metric.cost * factor[graph.edge])
        if is_near is not None:
            cost[~(is_near[graph.tail] & is_near[graph.head])] = np.inf
        return self.metric.with_cost(cost)

    # With a hierarchy ------------------------------------------------------------------------------------------------

    def _by_hierarchy(self, metric: Metric, origin: Place, destination: Place, per_km: float) -> Path | None:
        """Return the path found by a hierarchy, after the tie-break; None where a tree has to decide."""
        hierarchy = metric.hierarchy()
        if hierarchy is None:
            return None
        starts, ends = self.connectors(origin, per_km), self.connectors(destination, per_km)
        found = hierarchy.path([(n, int(c)) for n, c in starts.items()], [(n, int(c)) for n, c in ends.items()])
        if found is None:
            return None
        groups = np.asarray(found[1], dtype=int)
        if len(groups) == 0:
            return None
        walked = canonical(metric, hierarchy, groups, starts, ends)
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
        """Return distances in units from places to nodes: by hierarchy, by labels, or by one tree a row of the shorter side."""
        hierarchy = self.metric.hierarchy(len(starts))
        if hierarchy is not None:
            table = hierarchy.distances([[(n, int(c)) for n, c in s.items()] for s in starts], nodes.tolist())
            if table[np.isfinite(table)].max(initial=0.0) < LIMIT / 2:
                return table  # else a pair without path may be one that is too long for 31 bits
        labels = self.metric.labels(min(len(starts), len(nodes)))
        if labels is not None:
            begun = np.array(sorted({n for start in starts for n in start}), dtype=int)
            between, row = labels.distances(begun, nodes), {int(n): i for i, n in enumerate(begun)}
            ways = [between[[row[n] for n in s]] + np.array(list(s.values()))[:, None] for s in starts]
            return np.array([way.min(axis=0) for way in ways])
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
