"""One command, one table: routing here against scgraph, igraph, networkx and scipy, on the same graphs in the same run.

::

    python benchmarks/routing.py --railways scgraph_data-2.0.0-py3-none-any.whl

Graph (a) is what operates on the embedded network, graph (b) the largest component of the railways in the wheel, both contracted
and simplified the same way for all. Weights are whole metres. Every distance of a peer is compared with ours; a difference stops
the run. Times are medians of repeats in one process; cold starts and memory are medians over fresh processes. ``--check`` only
compares the answers, with few repeats.
"""

from __future__ import annotations

import argparse
import json
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

import peers
from graphs import Arrays, embedded, world_railways

from corridors.network import Network, Place
from corridors.routing import _fast, _ties
from corridors.routing._distinct import Chooser, distinct_paths
from corridors.routing._engine import Engine
from corridors.routing._graph import Graph, graph_of
from corridors.routing._metric import Metric, walk


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    operation: str
    graph: str
    install: str
    ours: float
    peer: str
    theirs: float
    bar: str = ""

    def __str__(self) -> str:
        own, other = (f"{x:,.3f}" if x < 10 else f"{x:,.1f}" for x in (self.ours, self.theirs))
        ratio = self.theirs / self.ours
        return f"| {self.operation} | {self.graph} | {self.install} | {own} | {self.peer} | {other} | {ratio:,.1f} | {self.bar} |"


HEAD = (
    "| operation (ms, or MB where it says so) | graph | install | ours | peer | peer's | times less | bar |\n"
    "|---|---|---|---:|---|---:|---:|---|"
)


def clock(run: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """Return the median milliseconds of a call, and what it returned last."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        out = run()
        times.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(times), out


def each(run: Callable[[int, int], Any], pairs: list[list[int]]) -> tuple[float, list[Any]]:
    """Return the median milliseconds over pairs, and the answers."""
    times, out = [], []
    for a, b in pairs:
        begin = time.perf_counter()
        out.append(run(a, b))
        times.append((time.perf_counter() - begin) * 1e3)
    return statistics.median(times), out


def same(what: str, ours: Any, theirs: Any) -> None:
    """Stop if two lists of distances are not equal."""
    a, b = (np.nan_to_num(np.asarray(x, dtype=float), posinf=-1.0) for x in (ours, theirs))
    if not np.array_equal(a, b):
        raise SystemExit(f"{what}: answers differ, e.g. {a[a != b][:3]} and {b[a != b][:3]}")


class Ours:
    """A graph of the benchmark in the engine of this package."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.graph = Graph(arrays.n, arrays.a, arrays.b)
        self.cost = arrays.metres[self.graph.edge].astype(float)
        self.metric = Metric(self.graph, self.cost, (arrays.lon, arrays.lat))

    def by_tree(self, a: int, b: int) -> tuple[float, Any]:
        """Return distance and edge ids by the default install."""
        distance = self.metric.tree([a], [0.0])
        before = self.graph.next_arcs(self.cost, distance)
        arcs = walk(self.graph, before, distance, {a: 0.0}, b)
        return distance[b], self.graph.edge[arcs]

    def by_hierarchy(self, a: int, b: int) -> tuple[float, Any]:
        """Return distance and edge ids of any shortest path, by `fast`."""
        found = self.metric.hierarchy().path([(a, 0)], [(b, 0)])
        return found[0], self.graph.edge[self.graph.starts[found[1]]]

    def tie_broken(self, a: int, b: int) -> tuple[float, Any]:
        """Return distance and edge ids of the path that the tie-break picks, by `fast`."""
        hierarchy = self.metric.hierarchy()
        found = hierarchy.path([(a, 0)], [(b, 0)])
        if not found[1]:
            return found[0], self.graph.edge[:0]
        picked = _ties.canonical(self.metric, hierarchy, np.asarray(found[1]), {a: 0.0}, {b: 0.0})
        return self.by_tree(a, b) if picked is None else (found[0], self.graph.edge[picked[0]])

    def closed(self, is_shut: Any) -> Metric:
        """Return a metric with some edges closed."""
        cost = np.where(is_shut[self.graph.edge], np.inf, self.cost)
        return Metric(self.graph, cost, (self.arrays.lon, self.arrays.lat))


def paths(ours: Ours, name: str, pairs: list[list[int]], has_fast: bool) -> list[Row]:
    """One path: distance and edge ids."""
    arrays = ours.arrays
    answers = {"default": each(ours.by_tree, pairs)}
    if has_fast:
        ours.metric.build()
        answers["fast"] = each(ours.by_hierarchy, pairs)
        answers["fast, tie-break"] = each(ours.tie_broken, pairs)
        same("hierarchy", [d for d, _ in answers["default"][1]], [d for d, _ in answers["fast"][1]])
        for (_, one), (_, other) in zip(answers["default"][1], answers["fast, tie-break"][1], strict=True):
            assert np.array_equal(one, other), "the tie-break gives other edges"
    rows = []
    for peer, query in peers.path_queries(arrays).items():
        few = pairs if "scgraph" in peer or "scipy" in peer else pairs[:30]
        peer_ms, found = each(query, few)
        same(peer, [d for d, _ in answers["default"][1]][: len(few)], found)
        for install, (ms, _) in answers.items():
            bar = {("fast", "scgraph C++ CH"): "2", ("default", "networkx bidirectional"): "3"}.get((install, peer), "")
            rows.append(
                Row("distance and edges of a path", name, install, ms, peer, peer_ms, bar if name == "b" else "")
            )
    return rows


def matrices(ours: Ours, name: str, size: int, has_fast: bool) -> list[Row]:
    """A square matrix of distances; slow peers are sampled by rows and scaled up."""
    arrays, rng = ours.arrays, np.random.default_rng(2)
    sources, targets = (rng.choice(arrays.n, size, replace=False) for _ in range(2))
    few = max(size // 25, 1)

    def from_labels() -> Any:
        return ours.metric.with_cost(ours.cost).labels(len(arrays.lon)).distances(sources, targets)

    def from_nothing() -> Any:
        vars(ours.graph).pop("order", None)
        return from_labels()

    installs = {"default, first ever": clock(from_nothing), "default": clock(from_labels, 5)}
    if has_fast:
        hierarchy = ours.metric.build()
        starts = [[(int(s), 0)] for s in sources]
        installs["fast"] = clock(lambda: hierarchy.distances(starts, targets.tolist()))
    rows = []
    for peer, (matrix, n_rows) in peers.matrix_queries(arrays, few).items():
        ms, table = clock(lambda run=matrix, n=n_rows: run(sources[:n], targets), 5 if peer == "scipy" else 1)
        for install, (own, answer) in installs.items():
            same(f"{peer}, {install}", answer[:n_rows], table)
            bar = {("fast", "scgraph C++ CH"): "100", ("default, first ever", "scipy"): "1"}.get((install, peer), "")
            bar = bar if name == "b" else ""
            rows.append(Row(f"{size}x{size} matrix", name, install, own, peer, ms * size / n_rows, bar))
    return rows


BOXES = {
    "Kazakhstan": (47, 87, 41, 55),
    "Iran": (44, 63, 25, 39),
    "Ukraine": (22, 40, 44, 52),
    "Mongolia": (88, 119, 42, 52),
}
"""Boxes on the map, closed one after another: west, east, south, north."""


def closures(ours: Ours, name: str, pairs: list[list[int]], has_fast: bool) -> list[Row]:
    """Countries closed by turns, each reopened when the next one shuts: from the mask to the first answer."""
    arrays = ours.arrays
    masks = []
    for west, east, south, north in BOXES.values():
        inside = (arrays.lon > west) & (arrays.lon < east) & (arrays.lat > south) & (arrays.lat < north)
        masks.append(inside[arrays.a] & inside[arrays.b])
    a, b = pairs[0]

    def by_tree(is_shut: Any) -> float:
        return float(ours.closed(is_shut).tree([a], [0.0])[b])

    def by_hierarchy(is_shut: Any) -> float:
        found = ours.closed(is_shut).build().path([(a, 0)], [(b, 0)])
        return np.inf if found is None else float(found[0])

    runs = {"default": by_tree}
    if has_fast:
        ours.metric.build()
        runs["fast"] = by_hierarchy
    rebuilt = peers.rebuilds(arrays)
    times: dict[str, list[float]] = {who: [] for who in (*runs, *rebuilt)}
    for _ in range(5):
        for is_shut in masks:
            answers = {}
            for who, run in runs.items():
                ms, answers[who] = clock(lambda run=run, m=is_shut: run(m), 1)
                times[who].append(ms)
            for who, run in rebuilt.items():
                if who == "scipy" or len(times[who]) < 2:
                    ms, answers[who] = clock(lambda run=run, m=is_shut: run(m, a, b), 1)
                    times[who].append(ms)
            same("closed", list(answers.values()), [answers["default"]] * len(answers))
    rows = []
    for peer in rebuilt:
        for install in runs:
            bar = {("fast", "scgraph C++ CH"): "50", ("fast", "scipy"): "2"}.get((install, peer), "")
            shares = f"{min(m.mean() for m in masks):.1%} to {max(m.mean() for m in masks):.1%}"
            own, other = (statistics.median(times[who]) for who in (install, peer))
            rows.append(
                Row(
                    f"{shares} of edges closed, first answer",
                    name,
                    install,
                    own,
                    peer,
                    other,
                    bar if name == "b" else "",
                )
            )
    return rows


def alternatives(ours: Ours, name: str, pairs: list[list[int]], has_fast: bool) -> list[Row]:
    """Five paths that overlap by at most 0.6, against five shortest simple paths."""
    arrays = ours.arrays
    tables = {
        "nodes": {"node_id": np.arange(arrays.n), "lon": arrays.lon, "lat": arrays.lat},
        "edges": {"from": arrays.a, "to": arrays.b},
    }
    network = Network(tables, {})
    weight = np.ones((2, 1)) * arrays.metres / 1e3
    km = weight[0]

    def five(a: int, b: int) -> Any:
        vars(ours.graph).pop("metrics", None)  # no tree of an earlier question
        engine = Engine(network, weight, np.ones(len(arrays.a), dtype=bool))
        ends = [Place(str(n), (n,), (0.0,), 0.0, 0.0, "") for n in (a, b)]
        first = engine.path(*ends, per_km=1.0)
        chooser = Chooser(km, lambda p: float(km[p.edges].sum()), 0.6, 2.0 * float(km[first.edges].sum()))
        return chooser, distinct_paths(engine, first, ends, chooser, k=5, per_km=1.0, max_stretch=2.0)

    topology = vars(ours.graph).pop("topology", None)
    vars(network)["_graph"] = ours.graph
    assert graph_of(network) is ours.graph
    installs = {"default": each(five, pairs)}
    if has_fast:
        vars(ours.graph)["topology"] = topology
        installs["fast"] = each(five, pairs)
    peer, k_shortest = peers.k_shortest(arrays)
    theirs, _ = each(k_shortest, pairs)
    rows = []
    for install, (ms, found) in installs.items():
        overlaps = [c.overlap(p, q) for c, kept in found for i, p in enumerate(kept) for q in kept[:i]]
        label = f"{np.mean([len(kept) for _, kept in found]):.1f} alternatives of 5 (overlap {np.mean(overlaps):.2f})"
        rows.append(Row(label, name, install, ms, peer, theirs, "30" if name == "b" else ""))
    return rows


def fronts() -> list[Row]:
    """The exact front of three criteria on the embedded network, against 20 networkx trees; and a route with all its columns."""
    import networkx as nx

    import corridors as cx

    network = cx.load_network()
    objectives = ("time_h", "cost_usd_teu", "n_crossings")
    ms, found = clock(lambda: cx.pareto(network, "Almaty", "Duisburg", objectives=objectives), 7)
    arrays = embedded()
    graph = peers.networkx_of(arrays)
    tree_ms, _ = clock(lambda: nx.single_source_dijkstra(graph, 0), 7)
    print(f"  front: {len(found)} routes in {ms / tree_ms:.1f} networkx trees", file=sys.stderr)
    route = found[0]
    columns = [c for c in network.tables["edges"] if c not in ("first_vertex", "n_vertices")]
    route_ms, _ = clock(lambda: [route.edge(c) for c in columns], 20)
    label = f"exact 3-criteria front ({len(found)} routes)"
    return [
        Row(label, "a", "default", ms, "networkx, 20 trees", 20 * tree_ms, "1"),
        Row("every edge column of a route found", "a", "default", route_ms, "1 ms", 1.0, "1"),
    ]


def many_closures(ours: Ours, n_pairs: int, n_closures: int) -> list[Row]:
    """Many pairs under many closures: hierarchy against one scipy tree for each distinct origin and closure (sampled)."""
    arrays, rng = ours.arrays, np.random.default_rng(3)
    pairs = rng.integers(0, arrays.n, (n_pairs, 2))
    masks = [rng.random(len(arrays.a)) < 0.02 for _ in range(n_closures)]
    as_list = [(int(a), int(b)) for a, b in pairs]
    ours.metric.build()

    ms, tables = clock(
        lambda: [ours.closed(m).build().pair_distances(as_list) for m in masks], 1 if n_pairs < 10_000 else 3
    )
    origins = np.unique(pairs[:, 0])
    sample = origins[:100]
    tree = peers.trees(arrays.without(masks[0]))
    peer_ms, rows = clock(lambda: tree(sample), 1)
    for k, origin in enumerate(sample):
        mine = pairs[:, 0] == origin
        same("closure batch", tables[0][mine], rows[k][pairs[mine, 1]])
    total = peer_ms / len(sample) * len(origins) * n_closures
    return [Row(f"{n_pairs:,} pairs x {n_closures} closures", "a", "fast", ms, "scipy tree each", total, "20")]


OURS_COLD = "import corridors as cx; r = cx.route(cx.load_network(), 'Almaty', 'Duisburg'); r.length_km"
PEER_COLD = "from scgraph import GeoGraph; g = GeoGraph.load_from_graphjson({path!r}); {query}"
MEASURE = "\nprint(next(x.split()[1] for x in open('/proc/self/status') if x.startswith('VmHWM')))"


def cold_starts(arrays: Arrays, repeats: int) -> list[Row]:
    """Import, load and first answer in a fresh process; memory is the peak of the process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b.graphjson"
        query = peers.save_geograph(arrays, path)
        codes = {"ours": OURS_COLD, "peer": PEER_COLD.format(path=str(path), query=query)}
        times: dict[str, list[float]] = {"ours": [], "peer": []}
        memory: dict[str, float] = {}
        for _ in range(repeats):
            for who, code in codes.items():
                begin = time.perf_counter()
                out = subprocess.run([sys.executable, "-c", code + MEASURE], check=True, capture_output=True, text=True)
                times[who].append((time.perf_counter() - begin) * 1e3)
                memory[who] = int(out.stdout.split()[-1]) / 1024
    print(f"  cold start: ours {memory['ours']:.0f} MB (bar 150), scgraph {memory['peer']:.0f} MB", file=sys.stderr)
    own, other = (statistics.median(times[who]) for who in ("ours", "peer"))
    label = f"cold start ({memory['ours']:.0f} MB, peer {memory['peer']:.0f} MB)"
    return [Row(label, "a, peer b", "default", own, "scgraph load and answer", other, "0.67")]


READY = """
import pickle, sys
sys.path[:0] = {folders!r}
import peers, routing
arrays = pickle.load(open({path!r}, "rb"))
rss = lambda: int(next(x.split()[1] for x in open("/proc/self/status") if x.startswith("VmRSS"))) / 1024
before = rss()
kept = {code}
print(rss() - before)
"""
BUILDS = {
    "default, labels": "(o := routing.Ours(arrays), o.metric.labels(999))",
    "fast": "(o := routing.Ours(arrays), o.metric.build())",
    "scgraph C++ CH": "peers.hierarchy(arrays)",
    "igraph": "peers.igraph_of(arrays)",
    "networkx": "peers.networkx_of(arrays)",
    "scipy": "peers.sparse(arrays)",
}


def memory(arrays: Arrays, name: str, has_fast: bool) -> list[Row]:
    """What a process grows by when a graph in arrays is made ready to answer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "arrays.pkl"
        path.write_bytes(pickle.dumps(arrays))
        here = Path(__file__).parent
        grown = {}
        for who, code in BUILDS.items():
            if who != "fast" or has_fast:
                text = READY.format(folders=[str(here), str(here.parent)], path=str(path), code=code)
                out = subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True)
                grown[who] = float(out.stdout)
    ours = [who for who in grown if who in ("default, labels", "fast")]
    return [
        Row("memory when ready, MB", name, install, grown[install], peer, grown[peer])
        for peer in grown
        if peer not in ours
        for install in ours
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--railways", type=Path, help="wheel of scgraph_data 2.0.0; without it only graph (a)")
    parser.add_argument("--check", action="store_true", help="few repeats: compare answers, not times")
    parser.add_argument("--json", type=Path, help="write the rows to a file too")
    given = parser.parse_args()
    has_fast = _fast.library() is not None
    rows: list[Row] = []
    graphs = {"a": embedded()} | ({"b": world_railways(given.railways)} if given.railways else {})
    for name, arrays in graphs.items():
        print(f"graph ({name}): {arrays.n:,} nodes, {len(arrays.a):,} edges", file=sys.stderr)
        ours = Ours(arrays)
        pairs = np.random.default_rng(1).integers(0, arrays.n, (20 if given.check else 200, 2)).tolist()
        rows += paths(ours, name, pairs, has_fast)
        rows += matrices(ours, name, 50 if given.check else 500, has_fast)
        rows += closures(ours, name, pairs, has_fast)
        rows += alternatives(ours, name, pairs[: 2 if given.check else 7], has_fast)
        if name == "a" and has_fast:
            rows += many_closures(ours, 1000 if given.check else 10_000, 2 if given.check else 20)
    rows += fronts()
    if "b" in graphs:
        rows += memory(graphs["b"], "b", has_fast)
        rows += cold_starts(graphs["b"], 1 if given.check else 9)
    print(HEAD)
    print("\n".join(map(str, rows)))
    if given.json:
        given.json.write_text(json.dumps([vars(row) for row in rows], indent=1))


if __name__ == "__main__":
    main()
