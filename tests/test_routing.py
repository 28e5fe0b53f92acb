"""Routes, avoidance and alternatives on the drawn continent."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corridors as cx
from corridors.network import Network
from corridors.units import length_km

PLACES = ["Alpha", "Aleph", "Bravo", "Charlie", "Delta", "Coral", "twin-a", "twin-c"]
places = st.sampled_from(PLACES)
COUNTRIES = ["AAA", "BBB", "CCC", "DDD"]


def km(network: Network, a: str, b: str, **options: object) -> float:
    try:
        return cx.route(network, a, b, weight="length_km", **options).length_km  # type: ignore[arg-type]
    except cx.NoRouteError:
        return float("inf")


def test_the_shortest_way_is_the_sum_of_its_legs(toy: Network) -> None:
    r = cx.route(toy, "Alpha", "Charlie", weight="length_km")
    assert r.length_km == pytest.approx(1000)
    assert r.countries == ("AAA", "BBB", "CCC")
    assert list(r.crossings["name"]) == ["One", "Two"]
    assert r.n_gauge_breaks == 0


def test_a_border_is_crossed_in_the_direction_of_travel(toy: Network) -> None:
    for ends, borders in (
        (("Alpha", "Charlie"), ["AAA|BBB", "BBB|CCC"]),
        (("Charlie", "Alpha"), ["CCC|BBB", "BBB|AAA"]),
    ):
        legs = cx.route(toy, *ends, weight="length_km").legs
        assert legs.loc[legs["kind"] == "crossing", "country"].tolist() == borders


def test_standing_still_counts_in_hours(toy: Network) -> None:
    # 1,000 km at 40 km/h, one full control (12 h), one border without control.
    r = cx.route(toy, "Alpha", "Charlie")
    assert r.time_h == pytest.approx(1000 / 40 + 12)
    assert r.swod_kph == pytest.approx(40)
    assert r.swd_kph == pytest.approx(1000 / 37)


def test_a_break_of_gauge_is_passed_where_the_table_has_one(toy: Network) -> None:
    r = cx.route(toy, "Aleph", "Coral", weight="length_km", modes="rail")
    assert r.gauges_mm == (1520, 1435)
    assert list(r.gauge_breaks["name"]) == ["Delta"]
    assert r.gauge_breaks["gauge_from_mm"].iloc[0] == 1520


def test_the_way_back_meets_the_same_gauges_in_reverse(toy: Network) -> None:
    r = cx.route(toy, "Coral", "Aleph", weight="length_km", modes="rail")
    assert r.gauges_mm == (1435, 1520)
    assert list(r.crossings["name"]) == ["Four", "Three"]


def test_passenger_high_speed_lines_carry_no_freight(toy: Network) -> None:
    r = cx.route(toy, "Alpha", "Charlie", weight="length_km")
    assert "high-speed" not in set(r.legs["line_id"])


def test_proposed_lines_carry_nothing(toy: Network) -> None:
    r = cx.route(toy, "Bravo", "Delta", weight="length_km", modes="rail")
    assert r.length_km == pytest.approx(500 + 300 + 400)


def test_legs_add_up_to_the_totals_exactly(toy: Network) -> None:
    for a, b in (("Alpha", "Coral"), ("twin-a", "twin-c"), ("Delta", "Bravo")):
        r = cx.route(toy, a, b)
        assert r.legs["length_km"].sum() == pytest.approx(r.length_km, abs=1e-9)
        assert r.legs["time_h"].sum() == pytest.approx(r.time_h, abs=1e-9)
        assert r.profile()["cumulative_km"].iloc[-1] == pytest.approx(r.length_km, abs=1e-9)


def test_shapes_run_in_the_direction_of_travel(toy: Network) -> None:
    legs = cx.route(toy, "Charlie", "Alpha").legs
    moving = legs[legs["kind"] == "track"]
    assert moving.geometry.iloc[0].coords[0] == (10.0, 6.0)
    ends = [(a.coords[-1], b.coords[0]) for a, b in zip(moving.geometry, moving.geometry.iloc[1:], strict=False)]
    assert all(a == b for a, b in ends)


def test_avoiding_a_country_goes_round_it(toy: Network) -> None:
    r = cx.route(toy, "Alpha", "Charlie", weight="length_km", avoid=["BBB"], modes="rail")
    assert r.countries == ("AAA", "DDD", "CCC")
    assert r.length_km == pytest.approx(300 + 400 + 400 + 300)


def test_avoiding_a_crossing_a_line_and_a_mode(toy: Network) -> None:
    assert "One" not in set(cx.route(toy, "Alpha", "Charlie", avoid=["crossing:one"]).crossings["name"])
    assert "west" not in set(cx.route(toy, "Alpha", "Coral", avoid=["west"]).legs["line_id"])
    assert cx.route(toy, "Aleph", "Coral", avoid=["sea"]).n_transshipments == 0


def test_avoiding_the_country_of_the_origin_says_so(toy: Network) -> None:
    with pytest.raises(cx.NoRouteError, match="Alpha is in AAA"):
        cx.route(toy, "Alpha", "Charlie", avoid="AAA")


def test_no_path_names_what_stands_in_the_way_and_what_would_help(toy: Network) -> None:
    with pytest.raises(cx.NoRouteError, match=r"Alpha one reaches AAA; .*reachable again through BBB") as error:
        cx.route(toy, "Alpha", "Charlie", avoid=["BBB", "DDD"], modes="rail")
    assert "with mode sea" in str(error.value)


def test_a_sea_leg_pays_two_transshipments(toy: Network) -> None:
    r = cx.route(toy, "Alpha", "Charlie", weight="length_km", avoid=["BBB", "DDD"])
    assert r.n_transshipments == 2
    assert r.length_km == pytest.approx(300 + 10 + 700 + 300)
    assert r.assumed_km == pytest.approx(10)


def test_via_passes_the_place(toy: Network) -> None:
    r = cx.route(toy, "Alpha", "Charlie", weight="length_km", via=["Delta"], modes="rail")
    assert "Delta" in set(r.legs["to_name"])
    assert r.length_km == pytest.approx(1400)
    out_and_back = cx.route(toy, "Alpha", "Bravo", weight="length_km", via=["Charlie"], modes="rail")
    assert out_and_back.length_km == pytest.approx(1500)


def test_one_place_to_pass_needs_no_list(toy: Network) -> None:
    listed = cx.route(toy, "Alpha", "Charlie", via=["Delta"], modes="rail")
    assert (cx.route(toy, "Alpha", "Charlie", via="Delta", modes="rail").path.edges == listed.path.edges).all()
    assert (
        cx.route(toy, "Alpha", "Charlie", via=(6.0, 2.05), modes="rail", weight="length_km").countries
        == listed.countries
    )
    assert len(cx.alternatives(toy, "Alpha", "Charlie", via="Delta", modes="rail")) >= 1


def test_of_several_origins_the_nearest_is_taken(toy: Network) -> None:
    # To Charlie: 300 km from Coral, 500 from Bravo, 1,000 from Alpha.
    r = cx.route(toy, ["Alpha", "Bravo", "Coral"], "Charlie", weight="length_km", modes="rail")
    assert (r.origin.name, r.length_km) == ("Coral", pytest.approx(300))
    there = cx.route(toy, "Charlie", ("Alpha", (6.0, 6.1)), weight="length_km", modes="rail")
    assert there.countries == ("CCC", "BBB")


def test_a_set_of_places_drops_those_without_a_path_and_says_why_none_is_left(toy: Network) -> None:
    assert cx.route(toy, ["Bravo", "Alpha"], "Charlie", avoid="BBB").origin.name == "Alpha"
    with pytest.raises(cx.NoRouteError, match="Bravo is in BBB; no path from Alpha"):
        cx.route(toy, ["Bravo", "Alpha"], "Charlie", avoid=["BBB", "DDD"], modes="rail")
    with pytest.raises(cx.NoRouteError, match="empty"):
        cx.route(toy, [], "Charlie")
    with pytest.raises(cx.PlaceError, match="Nowhere"):
        cx.route(toy, ["Alpha", "Nowhere"], "Charlie")


def test_the_error_names_the_part_of_the_way_that_has_no_path(toy: Network) -> None:
    with pytest.raises(cx.NoRouteError) as found:
        cx.route(toy, "Alpha", "Bravo", via=["Aleph", "Delta"], avoid=["crossing:three", "crossing:four"], modes="rail")
    assert str(found.value).startswith(
        "no path from Alpha to Bravo by way of Aleph, Delta by rail without four, three: there is none from Aleph to Delta: "
        "from Aleph one reaches AAA, BBB, CCC; from Delta DDD; cut: four, three; reachable again through"
    )


@pytest.mark.parametrize(
    "wrong", [{"max_overlap": 60}, {"max_overlap": -0.1}, {"max_detour": 0.5}, {"max_overlap": float("nan")}]
)
def test_shares_in_per_cent_are_refused(toy: Network, wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"max_overlap is .* they must be a share, 0 to 1"):
        cx.alternatives(toy, "Alpha", "Charlie", **wrong)
    with pytest.raises(ValueError, match=r"max_overlap is .* they must be a share, 0 to 1"):
        cx.compare(toy, [("Alpha", "Charlie")], avoid=(), **wrong)


def test_a_comparison_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no network to compare"):
        cx.compare({}, [("Alpha", "Charlie")])


def test_an_empty_name_to_avoid_is_no_hint_at_everything(toy: Network) -> None:
    with pytest.raises(cx.UnknownNameError) as found:
        cx.route(toy, "Alpha", "Bravo", avoid="")
    assert "did you mean" not in str(found.value)


def test_a_position_is_joined_by_a_connector(toy: Network) -> None:
    r = cx.route(toy, (2.0, 6.1), "Bravo", weight="length_km")
    assert r.connector_km == pytest.approx(11.06, abs=0.02)
    assert r.length_km == pytest.approx(r.network_km + r.connector_km)
    assert list(r.legs["kind"].iloc[:2]) == ["shipment", "connector"]
    assert r.legs["length_km"].sum() == pytest.approx(r.length_km)


def test_a_position_far_from_the_network_is_refused_with_the_nearest_station(toy: Network) -> None:
    with pytest.raises(cx.PlaceError, match=r"nearest is Bravo \(BBB\), 1\d\d km away"):
        cx.route(toy, (6.0, 7.2), "Alpha")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("Alfred", "no place 'Alfred'"),
        ("Twin", "ambiguous"),
        ((500.0, 1.0), "no position"),
        (3.0, "a name or"),
    ],
)
def test_a_bad_place_is_a_clear_error(toy: Network, asked: object, message: str) -> None:
    with pytest.raises(cx.PlaceError, match=message):
        cx.route(toy, asked, "Alpha")  # type: ignore[arg-type]


def test_names_fold_case_accents_and_hyphens_and_know_aliases(toy: Network) -> None:
    for name in ("ALPHA", "alfa", "alpha town", "Alpha-Town", "ålpha-town"):
        assert cx.route(toy, name, "Bravo").origin.name == "Alpha"
    assert cx.route(toy, "AAALP", "Alpha").origin.name.startswith("Aleph")


def test_a_place_owns_its_port(toy: Network) -> None:
    r = cx.route(toy, "Aleph", "Coral", weight="length_km", modes="sea")
    assert r.length_km == pytest.approx(700)


def test_bad_options_are_clear_errors(toy: Network) -> None:
    for options in ({"weight": "beauty"}, {"modes": "air"}, {"avoid": "XYZ"}, {"cost": "dear"}):
        with pytest.raises(cx.UnknownNameError):
            cx.route(toy, "Alpha", "Bravo", **options)


def test_alternatives_differ_and_begin_with_the_best(toy: Network) -> None:
    found = cx.alternatives(toy, "Alpha", "Charlie", weight="length_km", k=3, max_overlap=0.5)
    assert [round(r.length_km) for r in found] == [1000, 1310, 1400]
    assert all(a.overlap(b) <= 0.5 for a in found for b in found if a is not b)
    table = found.table()
    assert list(table["extra_km"].round()) == [0, 310, 400]
    assert {"length_km", "time_h", "countries"} <= set(table.columns)


def test_the_same_call_gives_the_same_route(toy: Network) -> None:
    a, b = (cx.route(toy, "twin-a", "twin-c") for _ in range(2))
    assert (a.path.edges == b.path.edges).all()


def test_a_route_states_what_it_rests_on(toy: Network) -> None:
    r = cx.route(toy, "Alpha", "Charlie")
    assert r.attrs["cost_model"] == "simple"
    assert r.legs.attrs["as_of"] == "2026-01-01"
    assert r.sources.loc["drawing", "length_km"] == pytest.approx(1000)


@settings(deadline=None, max_examples=40)
@given(places, places, st.sampled_from(COUNTRIES))
def test_avoid_is_never_violated(toy: Network, a: str, b: str, country: str) -> None:
    try:
        r = cx.route(toy, a, b, avoid=country, modes=["rail", "road", "sea"])
    except cx.NoRouteError:
        return
    assert country not in r.countries
    assert not any(country in c.split("|") for c in r.legs["country"])


@settings(deadline=None, max_examples=40)
@given(places, places)
def test_there_and_back_are_equally_long(toy: Network, a: str, b: str) -> None:
    assert km(toy, a, b) == pytest.approx(km(toy, b, a))


@settings(deadline=None, max_examples=40)
@given(places, places, st.sampled_from(["one", "two", "three", "four"]))
def test_a_closure_never_shortens(toy: Network, a: str, b: str, crossing: str) -> None:
    closed = cx.Scenario("shut").close(crossing).apply(toy)
    assert km(closed, a, b) >= km(toy, a, b) - 1e-9


@settings(deadline=None, max_examples=40)
@given(places, places)
def test_opening_a_line_never_lengthens(toy: Network, a: str, b: str) -> None:
    opened = cx.Scenario("plan").open("cut-off").apply(toy)
    assert km(opened, a, b) <= km(toy, a, b) + 1e-9


@settings(deadline=None, max_examples=30)
@given(places, places)
def test_the_engine_agrees_with_networkx(toy: Network, a: str, b: str) -> None:
    import networkx as nx

    rail = nx.MultiGraph()
    for u, v, data in toy.graph.edges(data=True):
        if data["status"] == "operating" and data["line_class"] != "passenger_hs":
            rail.add_edge(u, v, w=data["length_km"])
    at = toy.tables["nodes"]
    ends = {p: [n for n, s, q in zip(at["node_id"], at["station_id"], at["place_id"], strict=True)
                if p.lower() in (s, q) and n in rail and ":sea" not in n] for p in (a, b)}  # fmt: skip
    best = min(
        (nx.shortest_path_length(rail, x, y, "w") for x in ends[a] for y in ends[b] if nx.has_path(rail, x, y)),
        default=np.inf,
    )
    assert km(toy, a, b, modes=["rail", "road", "sea"]) == pytest.approx(best)


def test_a_voyage_crosses_a_border_though_no_crossing_on_land(toy: cx.Network) -> None:
    r = cx.route(toy, "Aleph", "Coral", modes=["sea"])
    assert r.countries == ("AAA", "CCC")
    assert (r.n_borders, r.n_crossings) == (1, 0)


def test_a_single_pair_that_is_not_in_a_list_is_refused_and_not_unpacked(toy: cx.Network) -> None:
    for ask in (cx.compare, cx.criticality, cx.simulate):
        with pytest.raises(ValueError, match=r"'Alpha' is no pair of places; give a list of pairs"):
            ask(toy, ("Alpha", "Coral"))
    with pytest.raises(ValueError, match=r"\('Alpha', 'Coral', 'Delta'\) is no pair of places"):
        cx.sweep(toy, [("Alpha", "Coral", "Delta")], [cx.Scenario("today")])
    with pytest.raises(ValueError, match="k is 0; it must be 1 or more routes"):
        cx.alternatives(toy, "Alpha", "Charlie", k=0)


def test_latitude_first_is_found_out(toy: cx.Network) -> None:
    with pytest.raises(cx.PlaceError, match=r"longitude comes first: was \(10, 2\) meant, near Coral \(CCC\)\?$"):
        cx.route(toy, (2.0, 10.0), "Alpha")
    with pytest.raises(
        cx.PlaceError, match=r"\(0, 20\) is farther than 25 km from the network; nearest is \S+ \(AAA\), \d+ km away$"
    ):
        cx.route(toy, (0.0, 20.0), "Alpha")


def test_detour_speeds_and_shared_kilometres_by_hand(toy: cx.Network) -> None:
    # Alpha (2, 6) to Charlie (10, 6) by Bravo: 1,000 km at 40 km/h and one border of 12 h.
    whole, half = cx.route(toy, "Alpha", "Charlie", modes=["rail"]), cx.route(toy, "Alpha", "Bravo", modes=["rail"])
    straight_km = length_km(np.array([[2.0, 6.0], [10.0, 6.0]]))
    assert whole.detour_factor == pytest.approx(1000 / straight_km, rel=1e-4)
    assert (whole.swod_kph, whole.swd_kph) == (pytest.approx(40), pytest.approx(1000 / 37))
    assert whole.shared_km(half) == half.shared_km(whole) == pytest.approx(500)
    assert whole.overlap(half) == pytest.approx(1)  # of the shorter one
    south = cx.route(toy, "Alpha", "Charlie", modes=["rail"], avoid=["BBB"])
    assert whole.shared_km(south) == south.overlap(whole) == 0


def test_lines_and_sources_are_found_by_id(toy: cx.Network) -> None:
    assert toy.line_names(["north", "nowhere", "south-broad"]).tolist() == ["North", "nowhere", "South Broad"]
    assert toy.sources["title"].to_dict() == {"drawing": "Drawn for the tests"}
