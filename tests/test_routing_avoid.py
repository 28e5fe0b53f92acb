"""Avoid is a promise: random pairs and countries on the real network, connectors and run-through sections included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as cx
from corridors.network import Network
from corridors.routing._ends import _country_at
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
    assert used.run_through["crossings"].iloc[0] == "maimak - maimak-burnoye"
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
