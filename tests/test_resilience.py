"""Criticality, minimum cuts and access, on the drawn continent and on the embedded network."""

from dataclasses import replace

import numpy as np
import pytest

import corridors as cx
from corridors.network import Network
from corridors.resilience._criticality import trade_weights


def test_shutting_a_crossing_adds_the_detour_of_those_who_use_it(toy: Network) -> None:
    found = cx.criticality(toy, [("Alpha", "Charlie"), ("Bravo", "Charlie")], modes="rail")
    worst = found.table.set_index("id").loc["crossing:one"]
    # 1,000 km at 40 km/h and one border of 12 h = 37 h; round by Delta 1,400 km, two borders, a gauge change of 28 h = 87 h.
    assert worst["worst_extra_h"] == pytest.approx(50)
    assert worst["n_pairs"] == 1
    assert set(found.table["id"]) == {"crossing:one", "crossing:two"}
    assert found.losers.set_index(["id", "origin"]).loc[("crossing:one", "Alpha"), "instead"] == "via DDD"
    assert not len(found.single_points_of_failure)


def test_weights_rank_the_parts(toy: Network) -> None:
    pairs = {("Alpha", "Bravo"): 10.0, ("Aleph", "Delta"): 1.0}
    found = cx.criticality(toy, pairs, modes="rail")
    rows = found.losers.set_index("id")
    total = found.table.set_index("id")["weighted_extra_h"]
    assert total["crossing:one"] == pytest.approx(10 * rows.loc["crossing:one", "extra_h"])
    assert list(found.table["id"]) == ["crossing:one", "crossing:three"]


def test_a_single_point_of_failure_is_named(toy: Network) -> None:
    found = cx.criticality(toy, [("Alpha", "Bravo")], avoid=["CCC"], modes="rail")
    assert list(found.single_points_of_failure["id"]) == ["crossing:one"]
    assert found.table["n_cut_off"].iloc[0] == 1
    assert "no way from Alpha to Bravo without One" in found.single_points_of_failure["reason"].iloc[0]


def test_lines_ports_and_countries_can_be_shut_as_well(toy: Network) -> None:
    lines = cx.criticality(toy, [("Alpha", "Charlie")], of="lines", modes="rail")
    assert list(lines.table["id"]) == ["line:north"]
    countries = cx.criticality(toy, [("Alpha", "Charlie")], of="countries", modes="rail")
    assert list(countries.table["id"]) == ["country:BBB"]
    ports = cx.criticality(toy, [("Aleph", "Coral")], of="ports", avoid=["BBB", "DDD"], modes=["rail", "sea"])
    assert set(ports.table["id"]) == {"port:aleph-port", "port:coral-port"}
    with pytest.raises(cx.UnknownNameError, match="of is 'roads'"):
        cx.criticality(toy, [("Alpha", "Charlie")], of="roads")


def test_shutting_a_part_gives_what_a_scenario_gives(toy: Network) -> None:
    found = cx.criticality(toy, [("Alpha", "Charlie")], modes="rail").losers.set_index("id")
    shut = cx.Scenario("x").close("crossing:one").apply(toy)
    assert found.loc["crossing:one", "time_h_shut"] == pytest.approx(
        cx.route(shut, "Alpha", "Charlie", modes="rail").time_h
    )


def test_a_pair_without_route_is_listed_and_the_rest_goes_on(toy: Network) -> None:
    found = cx.criticality(toy, [("Alpha", "Atlantis"), ("Alpha", "Bravo")], modes="rail")
    assert found.attrs["failures"][0]["destination"] == "Atlantis"
    assert len(found.table)


def test_trade_is_shared_among_the_pairs_that_stand_for_it() -> None:
    weights = trade_weights(
        {("Almaty", "Dushanbe"): ("KAZ", "TJK"), ("Astana", "Khujand"): ("TJK", "KAZ"), ("A", "B"): ("KAZ", "ATA")}
    )
    assert weights == {("Almaty", "Dushanbe"): pytest.approx(720.6), ("Astana", "Khujand"): pytest.approx(720.6)}


def test_the_fewest_gates_are_found(toy: Network) -> None:
    by_rail = cx.isolation(toy, "AAA", targets=["Charlie"], modes="rail")
    assert by_rail.n == 2
    assert len(by_rail.gates) == 2
    with_sea = cx.isolation(toy, "AAA", targets=["Charlie"], modes=["rail", "sea"])
    assert with_sea.n == 3
    assert "port" in set(with_sea.gates["kind"])
    assert cx.isolation(toy, "AAA", targets=["Charlie"], modes="rail", avoid="DDD").n == 1
    assert cx.isolation(toy, "AAA", targets=["Charlie"], modes="rail", avoid=["DDD", "BBB"]).n == 0


def test_shutting_the_gates_does_isolate(toy: Network) -> None:
    found = cx.isolation(toy, "AAA", targets=["Charlie"], modes=["rail", "sea"])
    shut = cx.Scenario("x").close(*found.gates["id"]).apply(toy)
    with pytest.raises(cx.NoRouteError):
        cx.route(shut, "Alpha", "Charlie", modes=["rail", "sea"])
    for kept in found.gates["id"]:
        almost = cx.Scenario("y").close(*(g for g in found.gates["id"] if g != kept)).apply(toy)
        assert cx.route(almost, "Alpha", "Charlie", modes=["rail", "sea"]).length_km > 0


def test_a_country_without_transit_is_no_way_round_a_gate(toy: Network) -> None:
    barred = cx.Scenario("x").no_transit("BBB").apply(toy)
    assert cx.isolation(barred, "AAA", targets=["Charlie"], modes="rail").n == 1
    assert cx.isolation(barred, "AAA", targets=["Bravo"], modes="rail").n == 2
    with pytest.raises(cx.ScenarioError, match="BBB bars transit, and some targets lie there but not all"):
        cx.isolation(barred, "AAA", targets=["Bravo", "Charlie"], modes="rail")


def test_the_port_of_the_target_is_a_gate() -> None:
    assert "port:rotterdam-port" in cx.isolation(cx.load_network(), "UZB", targets=["Rotterdam"]).gates["id"].tolist()


def test_a_target_at_home_cannot_be_cut_off(toy: Network) -> None:
    with pytest.raises(cx.NoRouteError, match="AAA cannot be cut off from Alpha"):
        cx.isolation(toy, "AAA", targets=["Alpha"])
    assert cx.isolation(toy, "aaa", targets=["Charlie"], modes="rail").country == "AAA"
    with pytest.raises(cx.UnknownNameError, match="no country 'ZZZ'"):
        cx.isolation(toy, "ZZZ", targets=["Alpha"])


def test_access_is_the_route_to_the_nearest_target(toy: Network) -> None:
    found = cx.access(toy, ["Bravo", "Coral"], modes="rail").table.set_index("place_id")
    assert found.loc["alpha", "target"] == "Bravo"
    for place in ("alpha", "aleph", "charlie", "delta"):
        best = min(
            (cx.route(toy, place, target, modes="rail") for target in ("Bravo", "Coral")), key=lambda r: r.time_h
        )
        assert found.loc[place, "time_h"] == pytest.approx(best.time_h)
        assert found.loc[place, "length_km"] == pytest.approx(best.length_km)
        assert found.loc[place, "cost_usd_teu"] == pytest.approx(best.cost_usd)
        assert found.loc[place, "n_crossings"] == best.n_crossings


def test_no_target_is_not_a_target_that_cannot_be_reached(toy: Network) -> None:
    for ask in (cx.access, lambda n, t: cx.isolation(n, "AAA", targets=t)):
        with pytest.raises(cx.PlaceError, match=r"nothing to reach: targets is \[\]"):
            ask(toy, [])


def test_access_by_sea_pays_the_discharge_as_the_route_does(toy: Network) -> None:
    found = cx.access(toy, ["Coral"], markets={"Coral": 1.0}, modes=["rail", "sea"], avoid="DDD").table.set_index(
        "place_id"
    )
    best = cx.route(toy, "Aleph", "Coral", modes=["rail", "sea"], avoid="DDD")
    assert best.n_transshipments == 2
    assert found.loc["aleph", "time_h"] == pytest.approx(best.time_h)
    assert found.loc["aleph", "cost_usd_teu"] == pytest.approx(best.cost_usd)
    assert found.loc["aleph", "market_access"] == pytest.approx(np.exp(-best.time_h / 100.0))


def test_access_to_a_position_pays_the_connector(toy: Network) -> None:
    found = cx.access(toy, [(10.1, 6.0)], modes="rail").table.set_index("place_id").loc["alpha"]
    best = cx.route(toy, "Alpha", (10.1, 6.0), modes="rail")
    assert best.connector_km > 10.0
    assert (found["time_h"], found["length_km"]) == pytest.approx((best.time_h, best.length_km))
    assert found["is_lower_bound"]
    assert not cx.access(toy, ["Charlie"], modes="rail").table["is_lower_bound"].any()


def test_access_leaves_out_prices_for_some_journeys_only(toy: Network) -> None:
    rate = replace(
        next(t for t in cx.cost_model("simple").tariffs if (t.mode, t.cargo) == ("rail", "teu")), traffic="transit"
    )
    for model in (replace(rate, traffic=""), rate, replace(rate, traffic="", through=(("one",), ("two",)))):
        priced = replace(cx.cost_model("simple"), tariffs=(model,))
        found = cx.access(toy, ["Charlie"], cost=priced, modes="rail").table.set_index("place_id").loc["alpha"]
        fees = cx.route(toy, "Alpha", "Charlie", modes="rail").crossings["fee_usd"].sum() + 150.0
        holds = not (model.traffic or model.through)
        assert found["cost_usd_teu"] == pytest.approx(fees + (1000.0 * model.usd_per_km[1] if holds else 0.0))
        assert found["is_lower_bound"] == (not holds)


def test_a_place_without_a_way_has_a_reason(toy: Network) -> None:
    found = cx.access(toy, ["Bravo"], avoid="BBB", modes="rail").table
    assert found["time_h"].isna().all()
    assert set(found["reason"]) == {"no target can be reached"}


def test_no_transit_lets_through_what_begins_or_ends_there(toy: Network) -> None:
    barred = cx.Scenario("x").no_transit("BBB").apply(toy)
    for target in ("Charlie", "Bravo"):
        found = cx.access(barred, [target], modes="rail").table.set_index("place_id")
        for place in {"alpha", "bravo", "delta"} - {target.casefold()}:
            assert found.loc[place, "time_h"] == pytest.approx(cx.route(barred, place, target, modes="rail").time_h)


def test_market_access_decays_and_a_scenario_changes_it(toy: Network) -> None:
    before = cx.access(toy, ["Bravo"], markets={"Bravo": 100.0}, decay_h=50.0, modes="rail")
    hours = before.table.set_index("place_id").loc["alpha", "time_h"]
    assert before.table.set_index("place_id").loc["alpha", "market_access"] == pytest.approx(100 * np.exp(-hours / 50))
    built = cx.Scenario("built").open("cut-off").apply(toy)
    change = cx.access(built, ["Bravo"], markets={"Bravo": 100.0}, decay_h=50.0, modes="rail").change_from(before)
    delta = change.set_index("place_id").loc["delta"]
    assert delta["extra_time_h"] < 0
    assert delta["extra_market_access"] > 0
    assert (change["extra_time_h"] <= 1e-9).all()
    with pytest.raises(ValueError, match="decay_h is 0"):
        cx.access(toy, ["Bravo"], decay_h=0)


def test_kazakhstan_has_several_gates_to_the_sea_and_central_asia_is_far_from_it() -> None:
    network = cx.load_network()
    gates = cx.isolation(network, "KAZ", avoid="RUS")
    shut = cx.Scenario("x").close(*gates.gates["id"]).apply(network)
    with pytest.raises(cx.NoRouteError):
        cx.route(shut, "Almaty", "Poti", avoid="RUS")
    found = cx.access(network)
    # Points of an alignment are no places: what is listed can be asked for.
    assert set(found.table["place_id"]) <= set(network.tables["names"]["place_id"])
    by_country = found.by_country()
    assert by_country.loc["TJK", "mean_h"] > by_country.loc["GEO", "mean_h"]


def test_a_pair_without_a_route_is_a_failure_with_its_reason(toy: Network) -> None:
    found = cx.criticality(toy, [("Alpha", "Isle"), ("Alpha", "Bravo")], modes="rail")
    assert found.failures[["origin", "destination"]].to_numpy().tolist() == [["Alpha", "Isle"]]
    assert "Isle" in found.failures["reason"][0]
    assert cx.criticality(toy, [("Alpha", "Bravo")], modes="rail").failures.empty


def test_a_country_is_shut_alike_by_avoiding_by_a_scenario_and_in_criticality() -> None:
    network, ends, how = cx.load_network(), ("Turkmenbashi", "Aktau"), {"weight": "length_km"}
    edges, is_in = network.tables["edges"], network.edges_in({"AZE"})
    assert is_in[edges["line_id"] == "ferry-alat-aktau"].all()  # at sea, in no country; but it calls at Alat
    closed = cx.Scenario("x").close("country:AZE").apply(network)
    assert set(closed.tables["edges"]["status"][is_in]) == {"closed"}
    avoiding = cx.route(network, *ends, avoid="AZE", **how)
    assert "AZE" in cx.route(network, *ends, **how).countries
    assert cx.route(closed, *ends, **how).length_km == avoiding.length_km
    row = cx.criticality(network, [ends], of="countries", **how).losers.set_index("id").loc["country:AZE"]
    assert row["time_h_shut"] == avoiding.time_h
