"""The tie-break where a hierarchy found the path: of equal paths the one that the trees would give."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridors.routing._fast import Hierarchy
from corridors.routing._metric import Metric
from corridors.units import Floats

_MOST_STEPS_OFF = 200
"""Nodes that ties may lead off the path found before a tree decides."""


def canonical(
    metric: Metric, hierarchy: Hierarchy, groups: Any, starts: dict[int, float], ends: dict[int, float]
) -> tuple[list[int], int, int] | None:
    """Return the arcs, first and last node that the tie-break picks, given one shortest path; None if a tree is quicker.

    A tie is another arc into a node of the path that is as short. The distances of the nodes where such arcs begin are asked
    of the hierarchy in one sweep; where a tie leads off the path, node by node, until it comes back.
    """
    graph = metric.graph
    sources = [(n, int(c)) for n, c in starts.items()]
    distance: Floats = np.full(graph.n, np.nan)
    distance[list(ends)] = hierarchy.distances([sources], list(ends))[0]
    last = min(ends, key=lambda n: distance[n] + ends[n])
    if len(groups) == 0 or int(graph.indices[groups[-1]]) != last:
        found = hierarchy.path(sources, [(last, 0)])
        groups = np.asarray(found[1] if found else [], dtype=int)
    nodes = np.array([last])
    if len(groups):
        nodes = np.concatenate([[graph.tail[graph.starts[groups[0]]]], graph.indices[groups]]).astype(int)
        begun = starts[int(nodes[0])]
        distance[nodes] = begun + np.concatenate([[0.0], np.cumsum(metric.group_cost[groups])])
    before = _tight_arcs(metric, hierarchy, nodes, sources, distance)
    arcs: list[int] = []
    node, n_off = last, 0
    while starts.get(node) != distance[node]:
        if node not in before:
            n_off += 1
            if n_off > _MOST_STEPS_OFF:
                return None
            before |= _tight_arcs(metric, hierarchy, np.array([node]), sources, distance)
        arcs.append(before[node])
        node = int(graph.tail[arcs[-1]])
    return arcs[::-1], node, last


def _tight_arcs(
    metric: Metric, hierarchy: Hierarchy, nodes: Any, sources: list[tuple[int, int]], distance: Floats
) -> dict[int, int]:
    """Return for each node the arc that the tie-break takes into it; distances not known yet are asked for and noted."""
    graph = metric.graph
    low, count = graph.first_arc[nodes], graph.first_arc[nodes + 1] - graph.first_arc[nodes]
    into = graph.twin[np.repeat(low - (np.cumsum(count) - count), count) + np.arange(count.sum())]
    into = into[np.isfinite(metric.cost[into])]
    tail, head = graph.tail[into], graph.head[into]
    unknown = list(set(tail[np.isnan(distance[tail])].tolist()))
    if unknown:
        distance[unknown] = hierarchy.distances([sources], unknown)[0]
    tight = into[distance[tail] + metric.cost[into] == distance[head]]
    tight = tight[np.argsort(graph.edge[tight], kind="stable")][::-1]
    return dict(zip(graph.head[tight].tolist(), tight.tolist(), strict=True))
