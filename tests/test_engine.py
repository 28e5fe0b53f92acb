"""The engine against networkx, and the hierarchy of the extra `fast` against the trees, on random graphs and on the real network."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as cx
from corridors.network import Network, Place
from corridors.routing import _engine, _fast
from corridors.routing._engine import Engine, Metric, walk
from corridors.routing._graph import LIMIT, Graph, graph_of, units_of

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
    picked = _engine.canonical(metric, hierarchy, np.array(found[1]), starts, ends)
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
    usable = (edges["status"] == "operating") & np.isin(edges["mode"], ["rail", "sea", ""])
    for weight in (np.ones((2, 1)) * edges["length_km"], np.ones((2, 1)) * (edges["kind"] == "crossing")):
        engine = Engine(real, weight, usable)
        assert engine.metric.build()
        hits = 0
        for a, b in rng.choice(rail, (60, 2)):
            ends = [Place(str(n), (int(n),), (0.0,), 0.0, 0.0, "") for n in (a, b)]
            by_hierarchy = engine._by_hierarchy(*ends, 1.0)
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
