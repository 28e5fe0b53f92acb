"""Hours and dollars: defaults, published dwell by direction, tariffs with scope, and parts that sum to totals."""

from dataclasses import replace

import numpy as np
import pytest

import continent
import corridors as cx
from corridors.cost import CostModel, EdgeCosts, Tariff, cost_model, presets
from corridors.network import Network
from corridors.network._build import assemble

ATTRS = {"name": "toy", "verified": "2026-01-01", "worldview": "drawn", "attribution": "none"}


@pytest.fixture(scope="module")
def measured() -> Network:
    """The continent with a survey at crossing one: 30 h on side A out of AAA in 2020, 20 h in 2022, 200 USD."""
    layers = continent.layers()
    row = {"crossing_id": "one", "mode": "rail", "direction": "ab", "source_id": "drawing", "confidence": "high"}
    layers.crossing_dwell = continent.frame(
        "crossing_dwell",
        [
            row | {"side": "a", "dwell_h": 30.0, "year": 2020},
            row | {"side": "a", "dwell_h": 20.0, "year": 2022},
            row | {"crossing_id": "four", "side": "both", "dwell_h": 50.0, "year": 2022},
        ],
    )
    modes = layers.crossing_modes
    modes.loc[modes["crossing_id"] == "four", ["gauge_a_mm", "gauge_b_mm"]] = [1520, 1435]
    return assemble(layers, ATTRS)


def survey(**changes: object) -> CostModel:
    return replace(cost_model("simple"), uses_published_dwell=True, **changes)


def tariff(**changes: object) -> Tariff:
    return replace(Tariff("t", "rail", "a price list", "teu", (1.0, 1.0, 1.0)), **changes)


def test_a_published_dwell_replaces_half_of_the_default_in_its_direction_only(measured: Network) -> None:
    there = cx.route(measured, "Alpha", "Bravo", cost=survey())
    back = cx.route(measured, "Bravo", "Alpha", cost=survey())
    assert there.crossings["dwell_h"].iloc[0] == pytest.approx(
        20 + 12 / 2
    )  # the latest year; the other side is a default
    assert back.crossings["dwell_h"].iloc[0] == pytest.approx(12)
    assert there.crossings["is_default"].iloc[0]
    assert cx.route(measured, "Alpha", "Bravo", cost="simple").crossings["dwell_h"].iloc[0] == pytest.approx(12)


def test_a_dwell_at_a_gauge_break_holds_the_gauge_change(measured: Network) -> None:
    there = cx.route(measured, "Aleph", "Coral", cost=survey(), modes="rail")
    back = cx.route(measured, "Coral", "Aleph", cost=survey(), modes="rail")
    assert there.crossings.set_index("crossing_id")["dwell_h"]["four"] == pytest.approx(50)
    assert not there.crossings.set_index("crossing_id")["is_default"]["four"]
    assert list(there.gauge_breaks["time_h"]) == [0.0]
    assert list(back.gauge_breaks["time_h"]) == [28.0]


def test_without_dwell_and_transfers_only_moving_time_is_left(toy: Network) -> None:
    model = cost_model("simple")
    nothing = {k: [0, 0, 0] for k in ("none", "technical", "joint", "full")}
    still = {
        **model.parameters,
        "crossing_h": {"rail": nothing, "road": nothing},
        "gauge_change_h": {"default": [0, 0, 0]},
        "transshipment_h": {k: [0, 0, 0] for k in ("sea", "road_rail")},
    }
    for a, b in (("Alpha", "Charlie"), ("Aleph", "Coral"), ("twin-a", "twin-c")):
        r = cx.route(toy, a, b, cost=replace(model, parameters=still))
        assert r.time_h == r.moving_h
        assert r.swd_kph == r.swod_kph


def test_doubling_one_crossing_changes_only_routes_through_it(measured: Network) -> None:
    dwell = measured.tables["dwell"]
    doubled = measured.with_tables(dwell={"dwell_h": np.where(dwell["crossing_id"] == "one", 2, 1) * dwell["dwell_h"]})
    model = survey()
    for a, b in (("Alpha", "Bravo"), ("Aleph", "Coral"), ("Bravo", "Charlie"), ("Charlie", "Bravo")):
        before = cx.route(measured, a, b, cost=model, modes="rail")
        after = replace(before, network=doubled)
        passes = "one" in set(before.crossings["crossing_id"])
        assert after.time_h - before.time_h == pytest.approx(20 if passes else 0)


@pytest.mark.parametrize("preset", presets())
@pytest.mark.parametrize("cargo", ["teu", "feu", "tonne", "truck"])
def test_the_parts_sum_to_the_totals_on_every_preset(toy: Network, preset: str, cargo: str) -> None:
    for a, b in (("Alpha", "Charlie"), ("Aleph", "Coral"), ("twin-a", "Delta")):
        r = cx.route(toy, a, b, cost=preset, cargo=cargo)
        assert r.legs["time_h"].sum() == pytest.approx(r.time_h, abs=1e-9)
        assert r.legs["length_km"].sum() == pytest.approx(r.length_km, abs=1e-9)
        assert np.nansum(r.legs[f"cost_usd_{cargo}"]) == pytest.approx(r.cost_usd, abs=1e-9)
        assert r.profile()[f"cumulative_usd_{cargo}"].iloc[-1] == pytest.approx(r.cost_usd)
        for by in ("country", "mode"):
            assert r.shares(by)["time_h_share"].sum() == pytest.approx(1)
        low, typical, high = r.time_range_h
        assert low <= typical <= high
        assert 0 <= r.assumed_time_share <= 1
        assert 0 <= r.assumed_cost_share <= 1


def test_low_and_high_are_those_of_the_same_way(toy: Network) -> None:
    # 1,000 km at 55, 40 and 30 km/h; one full border of 4, 12 and 36 h.
    r = cx.route(toy, "Alpha", "Charlie")
    assert r.time_range_h == pytest.approx((1000 / 55 + 4, 1000 / 40 + 12, 1000 / 30 + 36))


def test_a_tariff_says_nothing_outside_its_scope(toy: Network) -> None:
    def priced(**scope: object) -> cx.Route:
        return cx.route(toy, "Alpha", "Charlie", cost=survey(tariffs=(tariff(**scope),)), weight="length_km")

    assert priced().priced_km_share == pytest.approx(1)
    assert not priced().is_lower_bound
    assert priced(countries=("BBB",)).priced_km_share == pytest.approx(0.5)
    assert priced(countries=("BBB",)).is_lower_bound
    assert np.isnan(priced(countries=("BBB",)).legs["cost_usd_teu"]).any()
    assert priced(traffic="transit").priced_km_share == pytest.approx(0.5)  # BBB is neither origin nor destination
    assert priced(traffic="export").priced_km_share == pytest.approx(0.25)
    assert priced(cargo="feu").priced_km_share == 0
    assert priced(origins=("AAA",), destinations=("CCC",)).priced_km_share == pytest.approx(1)
    assert priced(origins=("CCC",)).priced_km_share == 0  # the other direction
    assert priced(is_loaded=False).priced_km_share == 0
    assert priced(through=(("one",), ("two",))).priced_km_share == pytest.approx(1)
    assert priced(through=(("one",), ("four",))).priced_km_share == 0


def test_dollars_are_tariff_fees_and_handling(toy: Network) -> None:
    r = cx.route(toy, "Aleph", "Coral", cost=survey(tariffs=(tariff(),)), modes="rail")
    # 800 km at one dollar, two borders with control at 215, one change of gauge at 100.
    assert r.cost_usd == pytest.approx(800 + 2 * 215 + 100)
    assert r.cost_usd_teu == r.cost_usd
    assert r.assumed_cost_share == pytest.approx(100 / r.cost_usd)


def test_weights_rank_by_what_they_say(toy: Network) -> None:
    def best(weight: object, **options: object) -> cx.Route:
        return cx.route(toy, "Aleph", "Coral", weight=weight, **options)  # type: ignore[arg-type]

    assert best("n_crossings").n_crossings == 0  # by sea
    assert best("n_transshipments").n_transshipments == 0
    assert best("cost").cost_usd <= min(best(w).cost_usd for w in ("time_h", "length_km", "generalised"))
    assert best(lambda edges: edges["length_km"]).length_km == best("length_km").length_km
    with pytest.raises(ValueError, match="one number >= 0 for each edge"):
        best(lambda edges: -edges["length_km"])


def test_a_crossing_that_is_shut_in_winter_is_passed_in_summer_only() -> None:
    layers = continent.layers()
    modes = layers.crossing_modes
    modes.loc[modes["crossing_id"] == "one", "open_months"] = "5|6|7|8|9"
    seasonal = assemble(layers, ATTRS)
    assert cx.route(seasonal, "Alpha", "Charlie", month=7).countries == ("AAA", "BBB", "CCC")
    assert "BBB" not in cx.route(seasonal, "Alpha", "Charlie", month=1).countries
    with pytest.raises(ValueError, match="month is 13"):
        cx.route(seasonal, "Alpha", "Charlie", month=13)


def test_sources_are_citations_and_assumptions_are_called_so(toy: Network) -> None:
    r = cx.route(toy, "Alpha", "Charlie")
    assert r.sources.loc["drawing", "citation"] == "Drawn for the tests (no publication: assumption)"
    assert r.bibtex() == ""


def test_both_directions_have_hours_for_every_edge(toy: Network) -> None:
    costs = EdgeCosts(toy, cost_model("survey-2022"))
    assert costs.hours.shape == (2, len(toy.edges))
    assert (costs.hours >= 0).all()
    assert (costs.standing_assumed_h <= costs.standing_h + 1e-12).all()
