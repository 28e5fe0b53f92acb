"""The graphs of the benchmarks, as plain arrays: the embedded network, and world railways contracted."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Arrays:
    """An undirected graph with whole weights; one edge for each pair of nodes.

    Attributes
    ----------
    lon, lat
        Degrees.
    a, b
        Ends of each edge.
    metres
        Its length.
    """

    lon: Any
    lat: Any
    a: Any
    b: Any
    metres: Any

    @property
    def n(self) -> int:
        """Number of nodes."""
        return len(self.lon)

    def without(self, is_shut: Any) -> Arrays:
        """Return the graph without some edges, the nodes as they are."""
        return Arrays(self.lon, self.lat, self.a[~is_shut], self.b[~is_shut], self.metres[~is_shut])


def simple(lon: Any, lat: Any, a: Any, b: Any, metres: Any) -> Arrays:
    """Return a graph without loops, the shortest of parallel edges kept, unused nodes dropped."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((metres, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    keep = order[first]
    used, ends = np.unique(np.concatenate([low[keep], high[keep]]), return_inverse=True)
    m = len(keep)
    return Arrays(lon[used], lat[used], ends[:m], ends[m:], np.maximum(metres[keep], 1))


def largest_component(graph: Arrays) -> Arrays:
    """Return the part with most nodes."""
    matrix = csr_array((np.ones(len(graph.a)), (graph.a, graph.b)), shape=(graph.n, graph.n))
    part = connected_components(matrix, directed=False)[1]
    keep = part[graph.a] == np.bincount(part).argmax()
    return simple(graph.lon, graph.lat, graph.a[keep], graph.b[keep], graph.metres[keep])


def contracted(graph: Arrays) -> Arrays:
    """Return the graph with chains of nodes of degree 2 made one edge, until there are none; dead ends stay."""
    while True:
        smaller = _contracted_once(graph)
        if smaller.n == graph.n:
            return graph
        graph = smaller


def _contracted_once(graph: Arrays) -> Arrays:
    degree = np.bincount(np.concatenate([graph.a, graph.b]), minlength=graph.n)
    edges_at: list[list[int]] = [[] for _ in range(graph.n)]
    for i, (a, b) in enumerate(zip(graph.a.tolist(), graph.b.tolist(), strict=True)):
        edges_at[a].append(i)
        edges_at[b].append(i)
    ends = list(zip(graph.a.tolist(), graph.b.tolist(), strict=True))
    metres, is_done = graph.metres.tolist(), [False] * len(ends)
    rows: list[tuple[int, int, int]] = []
    for node in np.flatnonzero(degree != 2).tolist():
        for start in edges_at[node]:
            if is_done[start]:
                continue
            edge, at, total = start, node, 0
            while True:
                is_done[edge] = True
                total += metres[edge]
                at = ends[edge][0] if ends[edge][1] == at else ends[edge][1]
                if degree[at] != 2:
                    break
                edge = edges_at[at][0] if edges_at[at][1] == edge else edges_at[at][1]
            rows.append((node, at, total))
    a, b, total_m = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return simple(graph.lon, graph.lat, a, b, total_m)


def embedded() -> Arrays:
    """Return the largest component of what operates on the embedded network."""
    import corridors as cx

    network = cx.load_network()
    nodes, edges = network.tables["nodes"], network.tables["edges"]
    rows = np.flatnonzero(edges["status"] == "operating")
    metres = np.round(edges["length_km"][rows] * 1e3).astype(np.int64)
    a, b = edges["from"][rows].astype(np.int64), edges["to"][rows].astype(np.int64)
    return largest_component(simple(nodes["lon"], nodes["lat"], a, b, metres))


def world_railways(wheel: Path) -> Arrays:
    """Return the largest component of ``world_railways`` in the wheel of scgraph_data, contracted."""
    spec = importlib.util.spec_from_file_location("railgraph", ROOT / "geodata" / "build" / "railgraph.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["railgraph"] = module
    spec.loader.exec_module(module)
    rail = module.read_railways(wheel, bounds=(-180.0, -90.0, 180.0, 90.0))
    metres = np.round(rail.km * 1e3).astype(np.int64)
    return contracted(largest_component(simple(rail.lon, rail.lat, rail.u, rail.v, metres)))
