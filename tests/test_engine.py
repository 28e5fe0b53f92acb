"""The engine against networkx, and the hierarchy of the extra `fast` against the trees, on random graphs and on the real network."""

import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph

import corridors as cx
from corridors.network import Network, Place
from corridors.routing import _fast, _graph, _metric, _ties
from corridors.routing._engine import Engine
from corridors.routing._graph import LIMIT, Graph, graph_of, units_of
from corridors.routing._labels import Labels, Order
from corridors.routing._metric import Metric, walk

needs_fast = pytest.mark.skipif(_fast.library() is None, reason="the extra `fast` is not installed")


@pytest.fixture(scope="module")
def real() -> Network:
    return cx.load_network()


@st.composite
def graphs(draw, max_nodes: int = 9, max_cost: int = 4):
    """A random multigraph with small whole costs (many ties), directions apart, some arcs closed."""
    n = draw(st.integers(2, max_nodes))
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node).filter(lambda p: p[0] != p[1]), min_size=1, max_size=2 * n))
    a, b = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    graph = Graph(n, a, b)
    cost = draw(st.lists(st.integers(1, max_cost), min_size=2 * len(a), max_size=2 * len(a)))
    shut = draw(st.sets(st.integers(0, 2 * len(a) - 1), max_size=3))
    cost = np.array(cost, dtype=float)
    cost[list(shut)] = np.inf
    return graph, cost


def directed(graph: Graph, cost: np.ndarray) -> nx.MultiDiGraph:
    out = nx.MultiDiGraph()
    out.add_nodes_from(range(graph.n))
    for i in np.flatnonzero(np.isfinite(cost)):
        out.add_edge(int(graph.tail[i]), int(graph.head[i]), w=int(cost[i]))
    return out


def metric_of(graph: Graph, cost: np.ndarray) -> Metric:
    return Metric(graph, cost, (np.arange(graph.n, dtype=float), np.arange(graph.n, dtype=float) % 3))


@settings(deadline=None, max_examples=150)
@given(graphs())
def test_trees_agree_with_networkx_in_both_directions(drawn) -> None:
    graph, cost = drawn
    metric, peer = metric_of(graph, cost), directed(graph, cost)
    for start in range(graph.n):
        for is_reversed in (False, True):
            turned = peer.reverse() if is_reversed else peer
            expected = nx.single_source_dijkstra_path_length(turned, start, weight="w")
            found = metric.tree([start], [0.0], is_reversed=is_reversed)
            assert {n: d for n, d in enumerate(found) if np.isfinite(d)} == expected


@settings(deadline=None, max_examples=150)
@given(graphs())
def test_a_walk_adds_up_to_its_distance(drawn) -> None:
    graph, cost = drawn
    distance = metric_of(graph, cost).tree([0], [0.0])
    before = graph.next_arcs(cost, distance)
    for node in np.flatnonzero(np.isfinite(distance)):
        arcs = walk(graph, before, distance, {0: 0.0}, int(node))
        assert cost[arcs].sum() == distance[node]
        assert (graph.head[arcs[:-1]] == graph.tail[arcs[1:]]).all()


@settings(deadline=None, max_examples=150)
@given(graphs(), st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), min_size=1, max_size=3))
def test_a_tree_in_plain_python_is_that_of_scipy(drawn, begun) -> None:
    graph, cost = drawn
    nodes, at = zip(*begun, strict=True)
    group_cost = graph.groups(cost)
    expected = next(graph.trees(group_cost, [(np.array(nodes), np.array(at, dtype=float))]))
    assert (graph._plain_tree(group_cost, nodes, at) == expected).all()


def test_a_first_route_needs_neither_scipy_nor_pandas() -> None:
    code = (
        "import sys, corridors as cx; r = cx.route(cx.load_network(), 'Almaty', 'Duisburg'); "
        "print(r.path.edges.sum(), [m for m in ('scipy', 'pandas', 'geopandas', 'shapely') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert out.split(maxsplit=1)[1].strip() == "[]"
    assert int(out.split()[0]) == cx.route(cx.load_network(), "Almaty", "Duisburg").path.edges.sum()


def test_plain_python_gives_way_to_scipy_after_a_few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, csgraph.__name__)  # as in a process that has not loaded it
    graph = Graph(2, np.array([0]), np.array([1]))
    monkeypatch.setattr(_graph, "_PLAIN_NODES", 2)
    calls = []
    monkeypatch.setattr(graph, "_plain_tree", lambda *given: calls.append(given) or np.zeros(2))
    for _ in range(3):
        list(graph.trees(np.ones(2), [([0], np.zeros(1))]))
    assert len(calls) == 1


@settings(deadline=None, max_examples=200)
@given(graphs(max_nodes=12))
def test_labels_give_the_distances_of_the_trees(drawn) -> None:
    graph, cost = drawn
    metric = metric_of(graph, cost)
    labels = Labels(Order(graph.n, graph.tail[graph.starts], graph.indices), metric.group_cost)
    nodes = np.arange(graph.n)
    table = labels.distances(nodes, nodes[::-1])
    for start in nodes.tolist():
        assert (table[start, ::-1] == metric.tree([start], [0.0])).all()


def test_labels_leave_out_loops_and_serve_a_graph_without_edges() -> None:
    loop = Graph(3, np.array([0, 1]), np.array([0, 2]))
    order = Order(3, loop.tail[loop.starts], loop.indices)
    cost = loop.groups(np.full(4, 7.0))
    assert Labels(order, cost).distances([0, 1], [0, 2]).tolist() == [[0, np.inf], [np.inf, 7]]
    none = np.zeros(0, dtype=int)
    assert Labels(Order(2, none, none), np.zeros(0)).distances([0, 1], [1]).tolist() == [[np.inf], [0]]


def test_a_real_table_is_the_same_from_labels_and_from_trees(real: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Metric, "hierarchy", lambda self, n=1: None)
    rng, edges = np.random.default_rng(5), real.tables["edges"]
    nodes = rng.choice(len(real.tables["nodes"]["node_id"]), 260)
    pairs = [(int(a), int(b)) for a, b in nodes.reshape(130, 2)]
    places = [Place(str(p), p, (0.0, 3.0), 0.0, 0.0, "") for p in pairs]
    weight = np.vstack([edges["length_km"], edges["length_km"] * 1.5 + 0.1])  # the way back differs
    for usable in (edges["status"] == "operating", edges["country"] != "KAZ"):
        engine = Engine(real, weight, usable)
        by_trees = engine.distances(places[:5], places, 1.0)
        by_labels = engine.distances(places, places, 1.0)
        assert engine.metric._labels is not None
        assert (by_labels[:5] == by_trees).all()


def test_labels_are_made_for_large_tables_on_graphs_that_are_not_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    metric = metric_of(Graph(2, np.array([0]), np.array([1])), np.ones(2))
    assert metric.labels(20) is None
    monkeypatch.setattr(_metric, "_MOST_NODES_FOR_LABELS", 1)
    assert metric.labels(1000) is None
    monkeypatch.undo()
    assert metric.labels(1000) is not None


@needs_fast
@settings(deadline=None, max_examples=60)
@given(graphs(max_nodes=12), st.data())
def test_an_updated_metric_answers_as_one_built_anew(drawn, data) -> None:
    graph, cost = drawn
    metric = metric_of(graph, cost)
    metric.build()
    for _ in range(3):
        shut = data.draw(st.sets(st.integers(0, len(cost) - 1), max_size=2))
        other = cost.copy()
        other[list(shut)] = np.inf
        changed = metric.with_cost(other)
        hierarchy = changed.build()
        for start in range(graph.n):
            found = hierarchy.distances([[(start, 0)]], list(range(graph.n)))[0]
            assert (found == changed.tree([start], [0.0])).all()
        del hierarchy, changed


@needs_fast
@settings(deadline=None, max_examples=200)
@given(graphs(), st.integers(0, 3), st.integers(0, 3))
def test_a_hierarchy_gives_the_distances_and_the_paths_of_the_trees(drawn, extra: int, more: int) -> None:
    graph, cost = drawn
    metric = metric_of(graph, cost)
    hierarchy = metric.build()
    starts, ends = {0: 0.0, graph.n - 1: float(extra)}, {1: 0.0, graph.n // 2: float(more)}
    distance = metric.tree(list(starts), list(starts.values()))
    nodes = list(range(graph.n))
    as_ends = [[(n, int(c)) for n, c in side.items()] for side in (starts, ends)]
    assert (hierarchy.distances([as_ends[0]], nodes)[0] == distance).all()
    best = min(distance[n] + c for n, c in ends.items())
    found = hierarchy.path(*as_ends)
    assert (np.inf if found is None else found[0]) == best
    if found is None or not found[1]:
        return
    picked = _ties.canonical(metric, hierarchy, np.array(found[1]), starts, ends)
    if picked is None:
        raise AssertionError("a small graph has few ties")
    last = min(ends, key=lambda n: distance[n] + ends[n])
    assert picked[2] == last
    assert picked[0] == metric.walk(distance, starts, last)


@needs_fast
def test_routes_and_tables_are_the_same_with_a_hierarchy_and_without(
    real: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(7)
    nodes = real.tables["nodes"]
    rail = np.flatnonzero((nodes["mode"] == "rail") & (nodes["station_id"] != ""))
    edges = real.tables["edges"]
    runs = np.isin(edges["mode"], ["rail", "sea", ""]) | (edges["kind"] == "gauge_change")
    usable = (edges["status"] == "operating") & runs
    for weight in (np.ones((2, 1)) * edges["length_km"], np.ones((2, 1)) * (edges["kind"] == "crossing")):
        engine = Engine(real, weight, usable)
        assert engine.metric.build()
        hits = 0
        for a, b in rng.choice(rail, (60, 2)):
            ends = [Place(str(n), (int(n),), (0.0,), 0.0, 0.0, "") for n in (a, b)]
            by_hierarchy = engine._by_hierarchy(engine.metric, *ends, 1.0)
            with monkeypatch.context() as patch:
                patch.setattr(Metric, "hierarchy", lambda self, n=1: None)
                by_tree = engine.path(*ends, per_km=1.0)
            assert (by_tree is None) or (engine.path(*ends, per_km=1.0).edges == by_tree.edges).all()
            if by_hierarchy is not None:
                hits += 1
                assert (by_hierarchy.edges == by_tree.edges).all()
        assert hits > 20
        places = [Place(str(n), (int(n),), (0.0,), 0.0, 0.0, "") for n in rng.choice(rail, 25)]
        fast = engine.distances(places, places[:7], 1.0)
        with monkeypatch.context() as patch:
            patch.setattr(Metric, "hierarchy", lambda self, n=1: None)
            assert (engine.distances(places, places[:7], 1.0) == fast).all()
            assert (engine.distances(places[:7], places, 1.0) == engine.distances(places, places[:7], 1.0).T).all()


@needs_fast
def test_a_hierarchy_is_built_after_enough_searches_and_changes_nothing(toy: Network) -> None:
    answers = {tuple(cx.route(toy, "twin-a", "Coral").path.edges.tolist()) for _ in range(60)}
    assert len(answers) == 1
    assert any(m._hierarchy is not None for m in vars(graph_of(toy))["metrics"].values())


def test_a_graph_is_laid_once_and_shared_with_scenarios(toy: Network) -> None:
    other = cx.Scenario("shut").close("one").apply(toy)
    assert graph_of(other) is graph_of(toy)


def test_parallel_edges_are_both_searched_and_the_smaller_wins_a_tie() -> None:
    graph = Graph(2, np.array([0, 0, 1]), np.array([1, 1, 0]))
    cost = np.array([5.0, 3.0, 3.0])[graph.edge]
    distance = metric_of(graph, cost).tree([0], [0.0])
    assert distance[1] == 3
    assert graph.edge[graph.next_arcs(cost, distance)[1]] == 1


def test_units_leave_room_for_any_journey(real: Network, toy: Network) -> None:
    km = np.ones((2, 1)) * real.tables["edges"]["length_km"]
    assert km[0].sum() / 4 * units_of(km) < LIMIT
    assert units_of(km) >= 1e3
    assert units_of(np.ones((2, 1)) * toy.tables["edges"]["length_km"]) >= 1e5
