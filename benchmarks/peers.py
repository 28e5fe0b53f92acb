"""The peers, each asked in the way its own documentation shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from graphs import Arrays
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Query = Callable[[int, int], Any]


def adjacency(arrays: Arrays) -> list[dict[int, int]]:
    """Return the list of dictionaries that scgraph takes."""
    out: list[dict[int, int]] = [{} for _ in range(arrays.n)]
    for a, b, w in zip(arrays.a.tolist(), arrays.b.tolist(), arrays.metres.tolist(), strict=True):
        out[a][b] = w
        out[b][a] = w
    return out


def sparse(arrays: Arrays) -> Any:
    """Return a symmetric sparse matrix."""
    both = np.concatenate([arrays.a, arrays.b]), np.concatenate([arrays.b, arrays.a])
    return csr_array((np.tile(arrays.metres, 2).astype(float), both), shape=(arrays.n, arrays.n))


def hierarchy(arrays: Arrays) -> Any:
    """Return scgraph's C++ graph with its contraction hierarchy."""
    from scgraph.cpp import Graph

    graph = Graph(adjacency(arrays))
    graph.create_contraction_hierarchy()
    return graph


def igraph_of(arrays: Arrays) -> Any:
    """Return the graph in igraph."""
    import igraph

    edges = list(zip(arrays.a.tolist(), arrays.b.tolist(), strict=True))
    return igraph.Graph(n=arrays.n, edges=edges, edge_attrs={"w": arrays.metres.tolist()})


def networkx_of(arrays: Arrays) -> Any:
    """Return the graph in networkx."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(arrays.a.tolist(), arrays.b.tolist(), arrays.metres.tolist(), strict=True))
    return graph


def path_queries(arrays: Arrays) -> dict[str, Query]:
    """Return for each peer what answers a pair: the distance and a path."""
    import networkx as nx

    ch, ig, matrix, graph = hierarchy(arrays), igraph_of(arrays), sparse(arrays), networkx_of(arrays)
    weights = np.array(ig.es["w"])

    def scgraph_ch(a: int, b: int) -> float:
        return float(ch.contraction_hierarchy(origin_id=a, destination_id=b)["length"]) if a != b else 0.0

    def by_igraph(a: int, b: int) -> float:
        return float(weights[ig.get_shortest_path(a, b, weights="w", output="epath")].sum())

    def by_networkx(a: int, b: int) -> float:
        return float(nx.bidirectional_dijkstra(graph, a, b)[0])

    def by_scipy(a: int, b: int) -> float:
        distance, before = dijkstra(matrix, indices=a, return_predecessors=True)
        node = b
        while node != a:
            node = before[node]
        return float(distance[b])

    return {
        "scgraph C++ CH": scgraph_ch,
        "igraph": by_igraph,
        "networkx bidirectional": by_networkx,
        "scipy": by_scipy,
    }


def matrix_queries(arrays: Arrays, few: int) -> dict[str, tuple[Callable[[Any, Any], Any], int]]:
    """Return for each peer what answers a matrix, and how many of its rows are asked."""
    ch, ig, matrix = hierarchy(arrays), igraph_of(arrays), sparse(arrays)

    def scgraph_ch(sources: Any, targets: Any) -> Any:
        run = ch.contraction_hierarchy
        return [
            [run(origin_id=s, destination_id=t)["length"] if s != t else 0 for t in targets.tolist()]
            for s in sources.tolist()
        ]

    return {
        "scgraph C++ CH": (scgraph_ch, max(few // 10, 1)),
        "igraph": (lambda s, t: ig.distances(s.tolist(), t.tolist(), weights="w"), few),
        "scipy": (lambda s, t: dijkstra(matrix, indices=s)[:, t], few),
    }


def rebuilds(arrays: Arrays) -> dict[str, Callable[[Any, int, int], float]]:
    """Return for each peer what closes edges and answers a pair."""

    def scgraph_ch(is_shut: Any, a: int, b: int) -> float:
        try:
            return float(
                hierarchy(arrays.without(is_shut)).contraction_hierarchy(origin_id=a, destination_id=b)["length"]
            )
        except Exception as error:
            if "path" not in str(error).lower():
                raise
            return float("inf")

    def by_scipy(is_shut: Any, a: int, b: int) -> float:
        return float(dijkstra(sparse(arrays.without(is_shut)), indices=a)[b])

    return {"scgraph C++ CH": scgraph_ch, "scipy": by_scipy}


def k_shortest(arrays: Arrays) -> tuple[str, Query]:
    """Return igraph's five shortest simple paths of a pair."""
    ig = igraph_of(arrays)
    return "igraph k shortest", lambda a, b: ig.get_k_shortest_paths(a, b, k=5, weights="w", output="epath")


def trees(arrays: Arrays) -> Callable[[Any], Any]:
    """Return what gives one scipy tree for each source, one after another."""
    matrix = sparse(arrays)
    return lambda sources: [dijkstra(matrix, indices=int(s)) for s in sources]


def save_geograph(arrays: Arrays, path: Path) -> str:
    """Write the graph as scgraph reads it; return the code of a first query on ``g``."""
    from scgraph import GeoGraph

    nodes = [[float(y), float(x)] for x, y in zip(arrays.lon, arrays.lat, strict=True)]
    graph = [{k: v / 1e3 for k, v in row.items()} for row in adjacency(arrays)]
    GeoGraph(graph=graph, nodes=nodes).save_as_graphjson(str(path))
    (y0, x0), (y1, x1) = nodes[0], nodes[len(nodes) // 2]
    ends = f"{{'latitude': {y0}, 'longitude': {x0}}}, {{'latitude': {y1}, 'longitude': {x1}}}"
    return f"g.get_shortest_path(*({ends},), output_units='km')"
