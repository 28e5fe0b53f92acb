"""Simulation: sums of terms, draws, shares."""

import sys

import numpy as np
import pytest

import corridors as cx
from corridors.network import Network
from corridors.uncertainty._draw import draw
from corridors.uncertainty._terms import Parameter, terms_of

WAYS = {"north": {}, "south": {"avoid": ["BBB"]}}


def at_level(sums: dict, level: int) -> float:
    def value(p: Parameter) -> float:
        return 1.0 / p.range[2 - level] if p.is_inverse else p.range[level]

    return float(sum(c * np.prod([value(p) for p in term]) for term, c in sums.items()))


@pytest.mark.parametrize("model", ["simple", "titr-2024", "block-train-2024"])
def test_the_terms_of_a_route_add_up_to_its_totals_at_every_level(model: str) -> None:
    network = cx.load_network()
    for origin, destination, modes in (("Almaty", "Duisburg", ["rail"]), ("Tashkent", "Poti", ["rail", "sea", "road"])):
        found = cx.route(network, origin, destination, avoid=["RUS"] if "sea" in modes else [], modes=modes, cost=model)
        terms = terms_of(found)
        for level in range(3):
            assert at_level(terms.hours, level) == pytest.approx(found.time_range_h[level])
            assert at_level(terms.usd, level) == pytest.approx(found.cost_range_usd[level])


def test_published_dwell_and_changed_costs_are_in_the_terms(toy: Network) -> None:
    network = cx.load_network()
    surveyed = cx.route(network, "Tashkent", "Karachi", modes="road", cost="survey-2022")
    assert at_level(terms_of(surveyed).hours, 1) == pytest.approx(surveyed.time_h)
    plan = (
        cx.Scenario("x")
        .change("speed", "line:north", factor=0.5)
        .change("dwell", "one", to=48)
        .change("tariff", to=1.0)
    )
    plan = plan.change("fee", factor=3).change("gauge_change", to=5).change("transshipment", factor=2)
    for origin, destination in (("Alpha", "Bravo"), ("Aleph", "Coral")):
        edited = cx.route(plan.apply(toy), origin, destination, modes=["rail", "sea"])
        assert at_level(terms_of(edited).hours, 1) == pytest.approx(edited.time_h)
        assert at_level(terms_of(edited).usd, 1) == pytest.approx(edited.cost_usd)


def test_a_connector_counts(toy: Network) -> None:
    found = cx.route(toy, (2.0, 6.1), "Bravo", modes="rail")
    assert found.connector_km > 0
    assert at_level(terms_of(found).hours, 1) == pytest.approx(found.time_h)


def test_draws_keep_to_their_range_and_move_together_in_a_country() -> None:
    speed = Parameter("speed_kph.rail.KAZ", "KAZ", (20.0, 40.0, 50.0), ("KAZ",))
    dwell = Parameter("crossing_h.rail.full", "x", (4.0, 12.0, 36.0), ("KAZ",))
    other = Parameter("crossing_h.rail.full", "y", (4.0, 12.0, 36.0), ("UZB",))
    fixed = Parameter("class_speed_factor.main", "", (1.0, 1.0, 1.0), ())
    v, d, o, f = draw([speed, dwell, other, fixed], 4000, 1, 0.5)
    assert v.min() >= 20
    assert v.max() <= 50
    assert v.mean() == pytest.approx((20 + 4 * 40 + 50) / 6, rel=0.02)
    assert set(f) == {1.0}
    assert np.corrcoef(1 / v, d)[0, 1] > 0.35
    assert abs(np.corrcoef(d, o)[0, 1]) < 0.06
    assert (draw([dwell], 4000, 1, 0.5)[0] == d).all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(toy: Network) -> None:
    def run(seed: int) -> bytes:
        found = cx.simulate(toy, [("Alpha", "Charlie")], corridors=WAYS, n=200, seed=seed, modes="rail")
        return bytes(found.table.to_csv().encode() + found.drivers.to_csv().encode())

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_shares_add_up_and_percentiles_hold_the_typical_value(toy: Network) -> None:
    found = cx.simulate(toy, [("Alpha", "Charlie"), ("Aleph", "Coral")], corridors=WAYS, n=500, modes="rail")
    table = found.table
    assert table.groupby("origin")[["share_quickest", "share_cheapest"]].sum().to_numpy() == pytest.approx(1.0)
    assert (table["time_h_p05"] < table["time_h"]).all()
    assert (table["time_h"] < table["time_h_p95"]).all()
    north = table.set_index(["origin", "corridor"]).loc[("Alpha", "north")]
    assert north["share_quickest"] > 0.95
    assert found.share_quicker(("Alpha", "Charlie"), "north", "south") == pytest.approx(north["share_quickest"])


def test_what_decides_is_named(toy: Network) -> None:
    found = cx.simulate(toy, [("Alpha", "Charlie")], corridors=WAYS, n=500, modes="rail", correlation=0.0)
    top = found.drivers.iloc[0]
    assert top["hours_of"] == "north less south"
    assert top["parameter"].startswith(("gauge_change_h", "crossing_h"))
    assert abs(top["rank_correlation"]) > 0.3


def test_without_corridors_each_alternative_is_one_and_a_failure_is_a_row(toy: Network) -> None:
    found = cx.simulate(toy, [("Alpha", "Charlie"), ("Alpha", "Nowhere")], n=50, modes="rail")
    assert set(found.table["corridor"]) >= {"via BBB", ""}
    failed = found.table[found.table["destination"] == "Nowhere"].iloc[0]
    assert "no place 'Nowhere'" in failed["reason"]
    assert "nothing to compare" in found.sentences()[1]


def test_a_winner_is_not_named_where_hours_are_defaults(toy: Network) -> None:
    found = cx.simulate(toy, [("Alpha", "Charlie")], corridors=WAYS, n=50, modes="rail")
    assert "no winner is named" in found.sentences()[0]
    assert found.sentences()[0].startswith("Alpha to Charlie, simple (assumed), crossings as of 2026-01-01, 50 draws")


def test_an_impossible_question_is_refused(toy: Network) -> None:
    for options in ({"n": 0}, {"correlation": 1.5}):
        with pytest.raises(ValueError, match="they must be above zero, and 0 to 1"):
            cx.simulate(toy, [("Alpha", "Charlie")], **options)


def test_sobol_shares_out_the_variance_of_the_lead(toy: Network) -> None:
    pytest.importorskip("SALib", reason="SALib is not installed: pip install corridors[analysis]")
    pair = ("Alpha", "Charlie")
    found = cx.simulate(toy, [pair], corridors=WAYS, n=2000, modes="rail", correlation=0.0)
    shares = found.sobol(pair, n=256)
    assert shares["hours_of"].iloc[0] == "north less south"
    assert shares["parameter"].iloc[0] == found.drivers["parameter"].iloc[0]
    # Hours are nearly a sum, so that first orders add up to one and interactions to nothing.
    assert shares["first_order"].sum() == pytest.approx(1.0, abs=0.1)
    assert (shares["total_order"] - shares["first_order"]).abs().max() < 0.1
    assert shares.to_csv() == found.sobol(pair, n=256).to_csv()
    with pytest.raises(ValueError, match="a power of two"):
        found.sobol(pair, n=100)
    with pytest.raises(cx.UnknownNameError, match="no draws of Alpha - Nowhere; there are Alpha - Charlie"):
        found.sobol(("Alpha", "Nowhere"))


def test_without_salib_the_way_to_it_is_said(toy: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.analyze", None)
    found = cx.simulate(toy, [("Alpha", "Charlie")], n=10, modes="rail")
    with pytest.raises(cx.MissingExtraError, match=r"needs SALib: pip install 'corridors\[analysis\]'"):
        found.sobol(("Alpha", "Charlie"))


def test_two_seas_are_two_draws_of_one_parameter() -> None:
    ferry = cx.route(cx.load_network(), "Almaty", "Istanbul", avoid=["RUS", "IRN"])
    names = {p.name for term in terms_of(ferry).hours for p in term if p.path == "speed_kph.sea.ferry"}
    assert "speed_kph.sea.ferry at ferry on caspian" in names


def test_the_winner_of_the_draws_is_the_winner_of_the_comparison() -> None:
    network = cx.load_network()
    ways = {"unrestricted": {}, "avoiding RUS, BLR": {"avoid": ["RUS", "BLR"]}}
    pairs = [("Almaty", "Duisburg"), ("Tashkent", "Moscow"), ("Ashgabat", "Mersin")]
    compared = cx.compare(network, pairs, cost="survey-2022", k=1).table.query("reason == ''")
    drawn = cx.simulate(network, pairs, corridors=ways, n=200, cost="survey-2022").table.query("reason == ''")
    ends = ["origin", "destination"]
    for pair in pairs:
        hours = compared.set_index(ends).loc[[pair]].set_index("role")["time_h"]
        found = drawn.set_index(ends).loc[[pair]].set_index("corridor")
        assert found["time_h"].to_dict() == pytest.approx(hours.to_dict())
        if len(found) > 1 and hours.max() > 1.3 * hours.min():
            assert found["share_quickest"].idxmax() == hours.idxmin()


def test_a_corridor_takes_its_quickest_candidate_whatever_it_was_found_by(toy: Network) -> None:
    ways = {"quick": {}, "short": {"weight": "length_km"}}
    found = cx.simulate(toy, [("Alpha", "Coral")], corridors=ways, n=10, modes=["rail", "sea"]).table.set_index(
        "corridor"
    )
    best = cx.route(toy, "Alpha", "Coral", modes=["rail", "sea"])
    assert found["n_routes"].tolist() == [3, 3]
    assert found["time_h"].tolist() == pytest.approx([best.time_h, best.time_h])


@pytest.mark.parametrize("own", [{"cargo": "feu"}, {"cost": "survey-2022"}, {"k": 2}, {"bogus": 1}])
def test_a_corridor_cannot_have_what_would_be_ignored(toy: Network, own: dict) -> None:
    with pytest.raises(
        TypeError, match=f"a corridor has no option {next(iter(own))} of its own; there are weight, avoid"
    ):
        cx.simulate(toy, [("Alpha", "Charlie")], corridors={"x": own}, n=10)


def test_a_simulation_says_what_it_was_asked(toy: Network) -> None:
    found = cx.simulate(toy, [("Alpha", "Coral")], n=10, modes="rail", avoid="BBB", cargo="feu", month=2)
    said = {"cost_model": "simple", "cargo": "feu", "modes": ["rail"], "avoid": ["BBB"], "month": 2, "n": 10, "seed": 1}
    assert said.items() <= found.table.attrs.items()
