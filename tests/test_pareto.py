"""Pareto fronts against brute force on small random graphs, on the drawn continent, and on the real network."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as cx
from corridors.network import Network
from corridors.routing._front import Staircase, front
from corridors.routing._graph import Graph


@st.composite
def problems(draw):
    """A random graph with one to four small whole criteria an arc, zeros included, and some arcs closed."""
    n, k = draw(st.integers(2, 7)), draw(st.integers(1, 4))
    node = st.integers(0, n - 1)
    pairs = draw(st.lists(st.tuples(node, node).filter(lambda p: p[0] != p[1]), min_size=1, max_size=11))
    a, b = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    graph = Graph(n, a, b)
    cell = st.integers(0, 6)
    costs = draw(st.lists(st.lists(cell, min_size=2 * len(a), max_size=2 * len(a)), min_size=k, max_size=k))
    is_open = np.ones(2 * len(a), dtype=bool)
    is_open[list(draw(st.sets(st.integers(0, 2 * len(a) - 1), max_size=3)))] = False
    starts = {0: (0,) * k, draw(node): tuple(draw(st.lists(cell, min_size=k, max_size=k)))}
    ends = {n - 1: (0,) * k, draw(node): tuple(draw(st.lists(cell, min_size=k, max_size=k)))}
    return graph, np.array(costs, dtype=np.int64), is_open, starts, ends


def dominates(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return a != b and all(x <= y for x, y in zip(a, b, strict=True))


def brute_force(graph: Graph, costs, is_open, starts, ends) -> set[tuple[int, ...]]:
    """Every simple path from every start to every end, and of their totals those that none dominates."""
    out_of: dict[int, list[int]] = {}
    for arc in np.flatnonzero(is_open).tolist():
        out_of.setdefault(int(graph.tail[arc]), []).append(arc)
    totals: set[tuple[int, ...]] = set()

    def extend(node: int, seen: set[int], used: tuple[int, ...]) -> None:
        if node in ends:
            totals.add(tuple(map(sum, zip(used, ends[node], strict=True))))
        for arc in out_of.get(node, []):
            head = int(graph.head[arc])
            if head not in seen:
                extend(head, seen | {head}, tuple(map(sum, zip(used, costs[:, arc].tolist(), strict=True))))

    for start, used in starts.items():
        extend(start, {start}, used)
    return {t for t in totals if not any(dominates(u, t) for u in totals)}


@settings(deadline=None, max_examples=300)
@given(problems())
def test_a_front_is_that_of_brute_force(problem) -> None:
    found = front(*problem)
    assert {total for total, _ in found} == brute_force(*problem)
    assert len({total for total, _ in found}) == len(found)


@settings(deadline=None, max_examples=200)
@given(problems())
def test_the_arcs_of_each_way_add_up_to_its_totals(problem) -> None:
    graph, costs, is_open, starts, ends = problem
    for total, arcs in front(*problem):
        assert is_open[arcs].all()
        assert (graph.head[arcs[:-1]] == graph.tail[arcs[1:]]).all()
        first = [int(graph.tail[arcs[0]])] if arcs else [n for n in starts if n in ends]
        last = int(graph.head[arcs[-1]]) if arcs else None
        own = costs[:, arcs].sum(axis=1)
        assert any(total == tuple((own + starts[a] + ends[a if last is None else last]).tolist()) for a in first)


@settings(deadline=None, max_examples=200)
@given(problems(), st.sampled_from([0.1, 0.5, 2.0]))
def test_epsilon_keeps_its_promise(problem, epsilon: float) -> None:
    exact = brute_force(*problem)
    thinned = [total for total, _ in front(*problem, epsilon=epsilon)]
    assert set(thinned) <= exact
    for total in exact:
        assert any(all(a <= (1 + epsilon) * b for a, b in zip(t, total, strict=True)) for t in thinned)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
)
def test_a_staircase_covers_what_any_of_its_points_covers(points, asked) -> None:
    stairs = Staircase()
    for point in points:
        if not stairs.covers(point):
            stairs.add(point)
    assert stairs.covers(asked) == any(p[0] <= asked[0] and p[1] <= asked[1] for p in points)


def test_a_front_on_the_continent_can_be_checked_by_hand(toy: Network) -> None:
    found = cx.pareto(toy, "Alpha", "Charlie", objectives=("length_km", "n_crossings"))
    assert [(round(r.length_km), r.n_crossings) for r in found] == [(1000, 2), (1310, 0)]
    assert found.table()["differs_by"].iloc[1] == "not through BBB; with sea"


def test_dollars_are_called_as_the_weight_is_and_fit_the_cargo(toy: Network) -> None:
    default, named = cx.pareto(toy, "Alpha", "Charlie", cargo="feu"), ("time_h", "cost_usd_feu", "n_crossings")
    assert repr(default) == repr(cx.pareto(toy, "Alpha", "Charlie", cargo="feu", objectives=named))
    for wrong in (("time_h", "cost_usd_teu"), ("cost", "cost_usd_feu")):
        with pytest.raises(cx.UnknownNameError, match=r"n_transshipments \(cost or cost_usd_feu, dollars"):
            cx.pareto(toy, "Alpha", "Charlie", cargo="feu", objectives=wrong)


def test_avoid_holds_on_a_front(toy: Network) -> None:
    found = cx.pareto(toy, "Alpha", "Charlie", avoid="BBB", modes=["rail", "road", "sea"])
    assert found.routes
    assert all("BBB" not in r.countries for r in found)


def test_each_end_of_a_real_front_is_the_best_route_and_none_beats_another() -> None:
    network = cx.load_network()
    objectives = ("time_h", "cost_usd_teu", "n_crossings")
    found = cx.pareto(network, "Almaty", "Duisburg", objectives=objectives)
    totals = [tuple(getattr(r, o) for o in objectives) for r in found]
    assert not any(
        all(x <= y + 1e-6 for x, y in zip(a, b, strict=True)) and a != b for a, b in itertools.permutations(totals, 2)
    )
    assert min(t[0] for t in totals) == pytest.approx(cx.route(network, "Almaty", "Duisburg").time_h, abs=0.1)
    cheapest = cx.route(network, "Almaty", "Duisburg", weight="cost").cost_usd_teu
    assert min(t[1] for t in totals) == pytest.approx(cheapest, abs=0.1)
    fewest = cx.route(network, "Almaty", "Duisburg", weight="n_crossings").n_crossings
    assert min(t[2] for t in totals) == fewest


def test_no_way_and_unknown_objectives_are_clear_errors(toy: Network) -> None:
    with pytest.raises(cx.NoRouteError, match="reachable again"):
        cx.pareto(toy, "Alpha", "Charlie", avoid=["BBB", "DDD"], modes="rail")
    for bad in ("beauty", (), ("time_h", "time_h")):
        with pytest.raises(cx.UnknownNameError, match="objectives"):
            cx.pareto(toy, "Alpha", "Charlie", objectives=bad)
    with pytest.raises(ValueError, match="epsilon"):
        cx.pareto(toy, "Alpha", "Charlie", epsilon=-1)
