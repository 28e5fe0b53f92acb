"""Opening and closing, on the drawn continent."""

import pytest

import corridors as cx
from corridors.network import Network


def test_opening_a_line_opens_its_crossing_and_says_so(toy: Network) -> None:
    future = cx.Scenario("cut-off built").open("cut-off").apply(toy)
    assert future.attrs["opened"] == ["line:cut-off", "crossing:five (rail)"]
    r = cx.route(future, "Bravo", "Delta", weight="length_km")
    assert r.length_km == pytest.approx(460)
    assert list(r.crossings["name"]) == ["Five"]


def test_the_network_is_untouched(toy: Network) -> None:
    before = toy.tables["edges"]["status"].copy()
    cx.Scenario("x").open("cut-off").close("one").apply(toy)
    assert (toy.tables["edges"]["status"] == before).all()
    assert toy.attrs["scenario"] == "baseline"


def test_closing_a_crossing_lengthens_the_route(toy: Network) -> None:
    shut = cx.Scenario("One shut").close("crossing:one").apply(toy)
    r = cx.route(shut, "Alpha", "Charlie", weight="length_km", modes="rail")
    assert r.length_km == pytest.approx(1400)
    assert shut.attrs["closed"] == ["crossing:one"]


def test_closing_one_mode_leaves_the_other(toy: Network) -> None:
    shut = cx.Scenario("trucks stopped").close("three", mode="road").apply(toy)
    assert cx.route(shut, "Aleph", "Delta", modes="rail").n_crossings == 1
    with pytest.raises(cx.NoRouteError):
        cx.route(shut, "Aleph", "Coral", modes="road")


def test_a_line_in_the_air_is_refused(toy: Network) -> None:
    with pytest.raises(cx.ScenarioError, match="unconnected at Isle and Islet"):
        cx.Scenario("x").open("island").apply(toy)


def test_an_unknown_line_is_refused_with_a_hint(toy: Network) -> None:
    with pytest.raises(cx.UnknownNameError, match="did you mean 'cut-off'"):
        cx.Scenario("x").open("cutoff").apply(toy)


def test_opening_what_is_open_changes_nothing(toy: Network) -> None:
    again = cx.Scenario("x").open("north").apply(toy)
    assert again.attrs["opened"] == []


def test_a_mode_that_a_crossing_has_not_is_refused(toy: Network) -> None:
    with pytest.raises(cx.ScenarioError, match="has no road; it has rail"):
        cx.Scenario("x").close("one", mode="road").apply(toy)


def test_scenarios_on_different_things_commute(toy: Network) -> None:
    a, b = cx.Scenario("a").open("cut-off"), cx.Scenario("b").close("one")
    ab, ba = b.apply(a.apply(toy)), a.apply(b.apply(toy))
    assert (ab.tables["edges"]["status"] == ba.tables["edges"]["status"]).all()


def test_crossings_have_the_state_of_their_day(toy: Network) -> None:
    def status(network: Network) -> str:
        c = network.crossings
        return str(c.loc[(c["crossing_id"] == "four") & (c["mode"] == "road"), "status"].iloc[0])

    assert status(toy) == "closed"
    assert status(toy.as_of("2025-06-30")) == "operating"
    assert status(toy.as_of("2025-07-01")) == "closed"
    before = toy.as_of("2025-06-30")
    assert cx.route(before, "Aleph", "Coral", modes="road").length_km == pytest.approx(900)
    assert before.attrs["as_of"] == "2025-06-30"
    with pytest.raises(ValueError, match="must be 'latest' or a day"):
        toy.as_of("last summer")


def test_compare_reports_a_failed_pair_and_goes_on(toy: Network) -> None:
    plan = cx.Scenario("plan").open("cut-off").apply(toy)
    found = cx.compare(
        {"today": toy, "plan": plan}, [("Alpha", "Nowhere"), ("Bravo", "Delta")], avoid=["AAA"], modes="rail"
    )
    reasons = found.table.loc[found.table["destination"] == "Nowhere", "reason"]
    assert list(reasons.str[:18]) == ["no place 'Nowhere'", "no route that avoi"] * 2
    today, built = (
        found.table[(found.table["scenario"] == s) & (found.table["destination"] == "Delta")] for s in ("today", "plan")
    )
    assert today["length_km"].iloc[0] == pytest.approx(1200)
    assert built["length_km"].iloc[0] == pytest.approx(460)
    assert len(found.routes) == (found.table["reason"] == "").sum()
