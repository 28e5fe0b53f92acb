"""Avoid is a promise: random pairs and countries on the real network, connectors and run-through sections included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as cx
from corridors.network import Network
from corridors.routing._ends import _country_at
from corridors.routing._plateau import LOCAL_SHARE, Between
from corridors.routing._question import Question
from corridors.routing._search import Search
from corridors.routing._through import sections

NETWORK = cx.load_network()
NODES, EDGES = NETWORK.tables["nodes"], NETWORK.tables["edges"]
RAIL = np.flatnonzero((NODES["mode"] != "sea") & (NODES["station_id"] != ""))
COUNTRIES = sorted(set(NODES["iso3"]) - {""})
stations = st.integers(0, len(RAIL) - 1).map(lambda i: int(RAIL[i]))
offsets = st.floats(-0.15, 0.15)


def near(node: int, dx: float, dy: float) -> tuple[float, float]:
    return float(NODES["lon"][node]) + dx, float(NODES["lat"][node]) + dy


@settings(deadline=None, max_examples=120)
@given(stations, stations, st.sets(st.sampled_from(COUNTRIES), min_size=1, max_size=4), offsets, offsets, st.booleans())
def test_no_edge_no_end_and_no_connector_lies_in_an_avoided_country(a, b, avoid, dx, dy, has_road) -> None:
    ends = near(a, dx, dy), near(b, dy, dx)
    modes = ["rail", "road", "sea"] if has_road else None
    try:
        r = cx.route(NETWORK, *ends, avoid=sorted(avoid), modes=modes)
    except (cx.NoRouteError, cx.PlaceError):
        return
    assert not avoid & set(r.countries)
    for edge in r.path.edges:
        assert not avoid & set(EDGES["country"][edge].split("|"))
    assert not avoid & set(NODES["iso3"][np.concatenate(r.ends)])
    for place, node in ((ends[0], r.ends[0][:1]), (ends[1], r.ends[1][-1:])):
        country = _country_at(*place)
        assert country not in avoid
        if country in COUNTRIES:
            assert all(NODES["iso3"][n] == country for n in node), "a connector crosses no border"
    assert all(s.iso3 in avoid for s in r.path.cut)


CROSSINGS, LINES = (sorted(set(NETWORK.tables[t][c])) for t, c in (("crossings", "crossing_id"), ("lines", "line_id")))
BLOCS = {"EAEU": {"RUS", "BLR", "KAZ", "KGZ", "ARM"}}


@settings(deadline=None, max_examples=60)
@given(stations, stations, st.data())
def test_nothing_avoided_is_on_the_way_be_it_crossing_line_mode_or_bloc(a, b, data) -> None:
    modes = ["rail", "road", "sea"]
    ends = near(a, 0, 0), near(b, 0, 0)
    try:
        free = cx.route(NETWORK, *ends, modes=modes)
    except (cx.NoRouteError, cx.PlaceError):
        return
    # Half of the time something that the best route uses, so that avoiding it bites.
    used = sorted(
        {f"crossing:{c}" for c in free.edge("crossing_id") if c} | {f"line:{x}" for x in free.edge("line_id") if x}
    )
    anything = [*(f"crossing:{c}" for c in CROSSINGS), *(f"line:{x}" for x in LINES), *modes, "EAEU", "bloc:EAEU"]
    avoid = data.draw(st.sets(st.sampled_from(used or anything) | st.sampled_from(anything), min_size=1, max_size=3))
    try:
        r = cx.route(NETWORK, *ends, modes=modes, avoid=sorted(avoid))
    except cx.NoRouteError:
        return
    passed = {f"crossing:{c}" for c, k in zip(r.edge("crossing_id"), r.edge("kind"), strict=True) if k == "crossing"}
    passed |= {f"line:{x}" for x in r.edge("line_id")} | set(NODES["mode"][np.concatenate(r.ends)])
    assert not avoid & passed
    if {"EAEU", "bloc:EAEU"} & avoid:
        assert not BLOCS["EAEU"] & set(r.countries)
    assert r.time_h >= free.time_h - 0.01


@settings(deadline=None, max_examples=60)
@given(stations, stations, st.sampled_from(["KGZ", "KAZ", "RUS", "BLR"]))
def test_control_mode_enters_an_avoided_country_on_a_named_section_only(a, b, country) -> None:
    allowed = {i for s in sections(NETWORK) if s.iso3 == country for i in s.edges}
    try:
        r = cx.route(NETWORK, near(a, 0, 0), near(b, 0, 0), avoid=country, avoid_mode="control", weight="length_km")
    except (cx.NoRouteError, cx.PlaceError):
        return
    inside = [int(e) for e in r.path.edges if country in EDGES["country"][e].split("|")]
    assert set(inside) <= allowed
    if inside:
        table = r.run_through
        assert country in set(table.loc[table["state"] == "used", "iso3"])
    try:
        strict = cx.route(NETWORK, near(a, 0, 0), near(b, 0, 0), avoid=country, weight="length_km")
    except cx.NoRouteError:
        return
    assert r.length_km <= strict.length_km + 0.1


@settings(deadline=None, max_examples=25)
@given(stations, stations, st.sampled_from(COUNTRIES))
def test_alternatives_and_fronts_keep_the_promise_too(a, b, country) -> None:
    ends = near(a, 0, 0), near(b, 0, 0)
    try:
        found = [*cx.alternatives(NETWORK, *ends, avoid=country, k=3)]
        found += cx.pareto(NETWORK, *ends, avoid=country, objectives=("time_h", "n_crossings"), epsilon=0.05)
    except (cx.NoRouteError, cx.PlaceError):
        return
    assert not any(country in r.countries for r in found)


def test_maimak_is_cut_by_territory_and_used_by_control() -> None:
    cut = cx.route(NETWORK, "Almaty", "Tashkent", avoid="KGZ")
    used = cx.route(NETWORK, "Almaty", "Tashkent", avoid="KGZ", avoid_mode="control")
    assert list(cut.run_through["state"]) == ["cut"]
    assert list(used.run_through["state"]) == ["used"]
    assert set(used.run_through["crossings"].iloc[0].split(" - ")) == {"maimak", "maimak-burnoye"}
    assert used.time_h < cut.time_h
    assert used.countries == ("KAZ", "KGZ", "KAZ", "UZB")


def test_a_border_without_control_between_unions_is_no_run_through_section() -> None:
    pairs = {(s.iso3, s.iso3_around) for s in sections(NETWORK)}
    assert ("KGZ", "KAZ") in pairs
    assert not pairs & {("BLR", "RUS"), ("RUS", "BLR"), ("POL", "DEU"), ("DEU", "POL")}


def test_an_unknown_avoid_mode_is_refused() -> None:
    with pytest.raises(cx.UnknownNameError, match="territory or control"):
        cx.route(NETWORK, "Almaty", "Tashkent", avoid_mode="customs")


def test_a_position_in_an_avoided_country_is_refused_though_a_station_abroad_is_near() -> None:
    with pytest.raises(cx.CorridorError, match="RUS"):
        cx.route(NETWORK, (37.6, 55.7), "Almaty", avoid="RUS")


def test_the_error_names_the_cut_and_the_cheapest_concession(toy: Network) -> None:
    with pytest.raises(cx.NoRouteError) as error:
        cx.route(toy, "Alpha", "Charlie", avoid=["BBB", "DDD"], modes="rail")
    text = str(error.value)
    assert "cut: into BBB at one; into DDD at three" in text
    assert "reachable again through BBB (37 h, the cheapest concession) or with mode sea or through DDD" in text


def test_the_error_names_the_border_that_would_connect(toy: Network) -> None:
    shut = cx.Scenario("shut").close("one").close("three").apply(toy)
    with pytest.raises(cx.NoRouteError) as error:
        cx.route(shut, "Alpha", "Charlie", modes="rail")
    assert "cut: not open one (closed), three (closed)" in str(error.value)
    assert "with crossing one open (closed now) (37 h, the cheapest concession)" in str(error.value)


def test_alternatives_are_bounded_and_say_what_differs() -> None:
    found = cx.alternatives(NETWORK, "Almaty", "Duisburg", k=5, max_overlap=0.6, max_detour=2.0)
    table = found.table()
    assert len(found) == 5
    assert (table["stretch"] <= 2.0).all()
    assert table["stretch"].is_monotonic_increasing
    overlaps = found.overlaps().to_numpy()[np.triu_indices(5, 1)]
    assert (overlaps <= 0.6 + 1e-9).all()
    assert (table["differs_by"].iloc[1:] != "").all()
    assert table["differs_by"].is_unique or len(set(table["differs_by"])) >= 4


@settings(deadline=None, max_examples=20)
@given(stations, stations)
def test_a_way_by_a_plateau_is_optimal_up_to_its_end_and_on_from_its_start(a, b) -> None:
    question = Question(near(a, 0, 0), near(b, 0, 0), weight="length_km", modes=["rail", "road", "sea"])
    try:
        search = Search(NETWORK, question)
    except cx.PlaceError:  # only a line that does not operate calls at the station
        return
    engine, graph = search.engine, search.engine.graph
    between = Between(engine, *search.places, per_km=1.0, max_stretch=2.0)
    starts, ends = (engine.connectors(p, 1.0) for p in search.places)
    there = engine.metric.tree(list(starts), list(starts.values()))
    back = engine.metric.tree(list(ends), list(ends.values()), is_reversed=True)
    for path in between.candidates():
        nodes = np.where(path.is_forward, graph.a[path.edges], graph.b[path.edges])
        nodes = [*nodes, (graph.b if path.is_forward[-1] else graph.a)[path.edges[-1]]]
        cost = np.array([min(engine.metric.cost[(graph.edge == e) & (graph.row == (0 if f else 1))])
                         for e, f in zip(path.edges, path.is_forward, strict=True)])  # fmt: skip
        used = starts[nodes[0]] + np.concatenate([[0], np.cumsum(cost)])
        is_best_so_far = used == there[nodes]
        is_best_from_here = used[-1] - used + ends[nodes[-1]] == back[nodes]
        both = np.flatnonzero(is_best_so_far & is_best_from_here)
        assert is_best_so_far[: both[-1] + 1].all()
        assert is_best_from_here[both[0] :].all()
        assert used[both[-1]] - used[both[0]] >= LOCAL_SHARE * min(there[n] + c for n, c in ends.items())


def test_the_command_prints_alternatives(capsys: pytest.CaptureFixture[str]) -> None:
    import sys
    from unittest.mock import patch

    from corridors import cli

    argv = ["corridors", "alternatives", "Almaty", "Duisburg", "-k", "3", "--avoid", "RUS", "--format", "csv"]
    with patch.object(sys, "argv", argv), pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("route,length_km,time_h")
    assert len(out.splitlines()) == 4
    assert "differs_by" in out


def test_giving_up_a_mode_that_is_avoided_is_a_concession_too(toy: Network) -> None:
    with pytest.raises(cx.NoRouteError, match=r"reachable again with mode rail \(37 h, the cheapest concession\)"):
        cx.route(toy, "Alpha", "Charlie", avoid="mode:rail", modes=["rail", "road"])


def test_a_name_that_cannot_be_avoided_is_answered_with_ids_that_hold_it() -> None:
    with pytest.raises(
        cx.UnknownNameError, match=r"did you mean crossing:altynkol-khorgos, crossing:nur-zholy-khorgos\?"
    ):
        cx.route(NETWORK, "Almaty", "Duisburg", avoid="crossing:khorgos")
    with pytest.raises(cx.UnknownNameError, match=r"line:altynkol-khorgos.* or one of \d+ more\?"):
        cx.route(NETWORK, "Almaty", "Duisburg", avoid="khorgos")
    with pytest.raises(cx.UnknownNameError, match="did you mean 'EAEU'"):
        cx.route(NETWORK, "Almaty", "Duisburg", avoid="EAEUU")


def test_a_bloc_is_all_of_its_members(toy: Network) -> None:
    r = cx.route(NETWORK, "Tashkent", "Istanbul", avoid="EAEU")
    assert not {"RUS", "BLR", "KAZ", "KGZ", "ARM"} & set(r.countries)


def test_what_avoiding_costs_stands_in_a_comparison(toy: Network) -> None:
    table = cx.compare(toy, [("Alpha", "Charlie")], avoid="BBB", modes="rail", weight="length_km", k=1).table
    free, avoiding = table.to_dict("records")
    assert (free["avoiding_km"], free["avoiding_h"], free["avoiding_usd"]) == (0, 0, 0)
    assert avoiding["avoiding_km"] == pytest.approx(1400 - 1000)
    assert avoiding["avoiding_h"] == pytest.approx(avoiding["time_h"] - 37)
    assert avoiding["avoiding_usd"] == pytest.approx(avoiding["cost_usd_teu"] - free["cost_usd_teu"])


def test_routes_that_the_same_words_describe_are_told_apart_by_borders() -> None:
    table = cx.alternatives(NETWORK, "Tashkent", "Karachi", k=5, modes=["rail", "road", "sea"]).table()
    assert table["differs_by"].is_unique


def test_a_mode_as_a_concession_may_begin_at_other_stations_of_the_place() -> None:
    """By rail Herat is its unfinished station; with lorries the city itself is where the journey begins."""
    by_road_too = cx.route(NETWORK, "Herat", "Mersin", modes=["rail", "road", "sea"])
    with pytest.raises(cx.NoRouteError, match=rf"with mode road \({by_road_too.time_h:,.0f} h"):
        cx.route(NETWORK, "Herat", "Mersin")
