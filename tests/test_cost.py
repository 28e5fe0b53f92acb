"""Hours and dollars: defaults, published dwell by direction, tariffs with scope, and parts that sum to totals."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import continent
import corridors as cx
from corridors._files import GEODATA
from corridors.cost import Average, CostModel, EdgeCosts, Tariff, cost_model, presets
from corridors.cost._read import _content, refuse_unread
from corridors.network import Network
from corridors.network._build import assemble

ATTRS = {"name": "toy", "verified": "2026-01-01", "worldview": "drawn", "attribution": "none"}


@pytest.fixture(scope="module", params=["a", "b"])
def measured(request: pytest.FixtureRequest) -> Network:
    """The continent with a survey at crossing one: 30 h on the side of AAA out of it in 2020, 20 h and 200 USD in 2022.

    Once AAA and DDD are called side A, once side B of their crossings: nothing may depend on it.
    """
    layers = continent.layers()
    near = request.param
    ends, gauges = ["iso3_a", "iso3_b"], [1520, 1435]
    if near == "b":
        swapped = layers.crossings["crossing_id"].isin(["one", "four"])
        layers.crossings.loc[swapped, ends] = layers.crossings.loc[swapped, ends[::-1]].to_numpy()
        gauges = gauges[::-1]
    direction = "ab" if near == "a" else "ba"
    row = {"crossing_id": "one", "mode": "rail", "direction": direction, "source_id": "drawing", "confidence": "high"}
    layers.crossing_dwell = continent.frame(
        "crossing_dwell",
        [
            row | {"side": near, "dwell_h": 30.0, "year": 2020},
            row | {"side": near, "dwell_h": 20.0, "fee_usd": 200.0, "year": 2022},
            row | {"crossing_id": "four", "side": "both", "dwell_h": 50.0, "year": 2022},
        ],
    )
    modes = layers.crossing_modes
    modes.loc[modes["crossing_id"] == "four", ["gauge_a_mm", "gauge_b_mm"]] = gauges
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


SIMPLE = (GEODATA / "costs" / "simple.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("PAK = [15", "pak = [15", "nothing reads speed_kph.rail.pak; did you mean 'PAK'"),
        ("source_TUR", "source_TRU", "nothing reads speed_kph.rail.source_TRU"),
        (
            "[connector]",
            "[speed_kph.raod]\ndefault = [1, 2, 3]\n[connector]",
            "nothing reads speed_kph.raod; did you mean 'road'",
        ),
        ("[connector]", "[tarif]\n[connector]", "nothing reads tarif"),
        ("default = [30, 40, 55]", "default = [true, 40, 55]", r"default is \[True, 40, 55\]"),
        (
            'unit = "km/h, technical',
            'unit = "m/s, technical',
            "the unit of speed_kph.rail is 'm/s, .*its values are read in km/h",
        ),
        ("dwell = false", 'dwell = "false"', "uses_published_dwell is 'false'; it must be true or false"),
        ("year = 2022", 'year = "2022"', "year is '2022'; it must be a whole number"),
    ],
)
def test_what_nobody_would_read_in_a_cost_model_is_refused(
    tmp_path: Path, written: str, instead: str, message: str
) -> None:
    path = tmp_path / "own.toml"
    assert written in SIMPLE
    path.write_text(SIMPLE.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(cx.SchemaError, match=message):
        cost_model(path)


def test_a_cost_model_may_name_countries_seas_and_classes_that_the_default_has_not(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = SIMPLE.replace("PAK = [15, 25, 40]", "NPL = [15, 25, 40]\nnote = 'one line'", 1)
    text = text.replace("[transshipment_h]", "[transshipment_h]\nbaltic = [1, 2, 3]\nblack_roro = [1, 2, 3]", 1)
    path.write_text("\ufeff" + text, encoding="utf-8")  # as Notepad writes it
    assert cost_model(path).value("speed_kph", "rail", "NPL").value == 25
    path.write_text(SIMPLE.replace("PAK =", "PKA =", 1), encoding="utf-8")
    with pytest.warns(UserWarning, match="PKA is for no country of the world"):
        cost_model(path)


@pytest.mark.parametrize("preset", presets())
def test_a_preset_holds_nothing_that_nobody_reads(preset: str) -> None:
    refuse_unread(_content(preset, ())[0], preset)


def test_a_tariff_for_a_word_in_place_of_a_list_is_refused(tmp_path: Path) -> None:
    """tuple("KAZ") would be three countries that there are not."""
    path = tmp_path / "own.toml"
    row = '[[tariff]]\nid = "t"\nmode = "rail"\ncargo = "teu"\nyear = 2024\nsource = "x"\nusd_per_km = [1, 2, 3]\n'
    for wrong, message in (
        ('countries = "KAZ"', "countries is 'KAZ'; it must be a list of texts"),
        ('is_loaded = "no"', "is_loaded is 'no'; it must be true or false"),
    ):
        path.write_text(f"{SIMPLE}\n{row}{wrong}\n", encoding="utf-8")
        with pytest.raises(cx.SchemaError, match=message):
            cost_model(path)


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
            assert r.shares(by)[f"cost_usd_{cargo}_share"].sum() == pytest.approx(1 if r.cost_usd else 0)
            assert r.shares(by)[f"cost_usd_{cargo}"].sum() == pytest.approx(r.cost_usd)
        low, typical, high = r.time_range_h
        assert low <= typical <= high
        assert 0 <= r.assumed_time_share <= 1
        assert 0 <= r.assumed_cost_share <= 1
        assert sum(r.time_shares.values()) == pytest.approx(1)
        assert sum(r.cost_shares.values()) == pytest.approx(1)


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
    # 800 km at one dollar, two borders with control at 430, one change of gauge at 225, the shipment itself 150.
    assert r.cost_usd == pytest.approx(800 + 2 * 430 + 225 + 150)
    assert r.cost_usd_teu == r.cost_usd
    assert r.cost_shares == pytest.approx({"published": 800 / 2035, "average": 225 / 2035, "assumption": 1010 / 2035})


def test_a_shipment_costs_once_whatever_the_way_and_has_a_row_of_its_own(toy: Network) -> None:
    near, far = cx.route(toy, "Alpha", "Bravo"), cx.route(toy, "Alpha", "Charlie")
    for r in (near, far):
        assert r.shipment_usd == 150
        first = r.legs.iloc[0]
        assert (first["kind"], first["length_km"], first["time_h"], first["cost_usd_teu"]) == ("shipment", 0, 0, 150)
        assert r.profile()["cumulative_usd_teu"].iloc[0] == 150
        assert r.cost_range_usd[0] - r.dollars.sum() < r.shipment_usd
    # 500 km at 0.35 USD more, and no border with control between them.
    assert far.cost_usd - near.cost_usd == pytest.approx(500 * 0.35)
    assert cx.route(toy, "Alpha", "Bravo", cargo="feu").shipment_usd == 180
    nowhere = cx.route(toy, "Alpha", "Alpha")
    assert (nowhere.shipment_usd, nowhere.cost_usd, len(nowhere.legs)) == (0, 0, 0)
    table = cx.matrix(toy, ["Alpha"], ["Bravo", "Charlie", "Alpha"], weight="cost", modes="rail")
    assert table["cost_usd_teu"].tolist() == pytest.approx([near.cost_usd, far.cost_usd, 0], abs=0.01)


def test_a_published_fee_replaces_half_of_the_default_in_its_direction_and_mode_only(measured: Network) -> None:
    def fee(origin: str, destination: str, **options: object) -> float:
        return float(cx.route(measured, origin, destination, modes="rail", **options).crossings["fee_usd"].iloc[0])

    assert fee("Alpha", "Bravo", cost=survey()) == pytest.approx(200 + 430 / 2)
    assert fee("Bravo", "Alpha", cost=survey()) == pytest.approx(430)
    assert fee("Alpha", "Bravo") == pytest.approx(430)  # a preset that does not use what is published
    # A tonne of bulk bears a twentieth of a vehicle's fee.
    assert fee("Alpha", "Bravo", cost=survey(), cargo="tonne") == pytest.approx((200 + 430 / 2) / 20)
    there = cx.route(measured, "Alpha", "Bravo", cost=survey())
    assert there.crossings["fee_rests_on"].iloc[0] == "published + assumption"


def test_low_and_high_of_a_published_dwell_are_those_of_its_years(measured: Network) -> None:
    r = cx.route(measured, "Alpha", "Bravo", cost=survey())
    low, typical, high = (r.cost_model.at(level) for level in ("low", "typical", "high"))
    hours = [replace(r, cost_model=m).crossings["dwell_h"].iloc[0] for m in (low, typical, high)]
    assert hours == pytest.approx([20 + 4 / 2, 20 + 12 / 2, 30 + 36 / 2])


def average(**changes: object) -> Average:
    return replace(Average(("AAA",), "rail", "a survey", 2022, h=(8.0, 9.0, 10.0)), **changes)


def test_the_mean_of_a_country_stands_between_the_crossing_and_the_default(measured: Network) -> None:
    def border(*means: Average, origin: str = "Alpha", destination: str = "Bravo") -> tuple[float, str]:
        row = cx.route(measured, origin, destination, cost=survey(averages=means), modes="rail").crossings.iloc[0]
        return row["dwell_h"], row["dwell_rests_on"]

    out, into = average(direction="out"), average(countries=("BBB",), direction="in")
    # Side A out of AAA is measured (20 h), side B into BBB is a mean, or half of the default of 12 h.
    assert border(out, into) == (29.0, "published + average")
    assert border(out) == (26.0, "published + assumption")
    # The other way nothing is measured: BBB's side is no mean of ``in``, AAA's is none of ``out``.
    assert border(out, into, origin="Bravo", destination="Alpha") == (12.0, "assumption")
    assert border(average(), origin="Bravo", destination="Alpha") == (15.0, "average + assumption")
    assert border(average(beside=("CCC",)), origin="Bravo", destination="Alpha") == (12.0, "assumption")
    assert border(average(gauge_break=True), origin="Bravo", destination="Alpha") == (12.0, "assumption")
    # The first that holds counts.
    assert border(average(h=(1.0, 2.0, 3.0)), average(), origin="Bravo", destination="Alpha")[0] == 8.0
    back = cx.route(measured, "Bravo", "Alpha", cost=survey(averages=(average(),)), modes="rail")
    hours = [replace(back, cost_model=back.cost_model.at(x)).standing_h for x in ("low", "high")]
    assert hours == pytest.approx([2 + 2, 18 + 18])  # the range stays that of the default, which is wider


def test_a_mean_where_the_gauge_changes_holds_the_change(measured: Network) -> None:
    mean = average(countries=("CCC",), gauge_break=True, h=(30.0, 50.0, 90.0), usd=(100.0, 300.0, 300.0))
    back = cx.route(measured, "Coral", "Aleph", cost=survey(averages=(mean,)), modes="rail", avoid="BBB")
    assert list(back.gauge_breaks["time_h"]) == [0.0]
    assert back.crossings.set_index("crossing_id")["dwell_h"]["four"] == pytest.approx(50 + 12 / 2)
    legs = back.legs.set_index("kind")["cost_usd_teu"]
    assert legs["gauge_change"] == 0.0
    assert back.crossings.set_index("crossing_id")["fee_usd"]["four"] == pytest.approx(300 + 430 / 2)


def test_shares_of_what_the_hours_rest_on_are_told_apart(measured: Network) -> None:
    r = cx.route(measured, "Alpha", "Bravo", cost=survey(averages=(average(countries=("BBB",)),)), modes="rail")
    hours = 500 / 40 + 20 + 9
    assert r.time_h == pytest.approx(hours)
    assert r.time_shares == pytest.approx({"published": 20 / hours, "average": 9 / hours, "assumption": 12.5 / hours})
    assert r.assumed_time_share == r.time_shares["assumption"]


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
    with pytest.raises(cx.NoRouteError) as winter:
        cx.route(seasonal, "Alpha", "Charlie", month=1, avoid="DDD", modes="rail")
    assert "by rail without DDD in month 1" in str(winter.value)
    assert cx.isolation(seasonal, "AAA", targets=["Charlie"], modes="rail", month=1).gates["id"].tolist() == [
        "crossing:three"
    ]
    assert "cut: into DDD at three; shut in month 1 one; reachable again in another month than 1 (37 h" in str(
        winter.value
    )
    with pytest.raises(ValueError, match="month is 13"):
        cx.route(seasonal, "Alpha", "Charlie", month=13)


def test_sources_are_citations_and_assumptions_are_called_so(toy: Network) -> None:
    r = cx.route(toy, "Alpha", "Charlie")
    assert r.sources.loc["drawing", "citation"] == "Drawn for the tests (no publication: assumption)"
    assert r.bibtex() == ""


def test_pricing_some_edges_gives_what_pricing_all_gives_for_them(measured: Network) -> None:
    rows = np.array([5, 0, 12])
    for preset in presets():
        whole, some = (EdgeCosts(measured, cost_model(preset), rows=r) for r in (None, rows))
        assert some.hours == pytest.approx(whole.hours[:, rows])
        assert some.usd == pytest.approx(whole.usd[:, rows])
        assert (some.has_price == whole.has_price[rows]).all()


def test_a_file_has_the_tables_of_the_preset_it_is_based_on_but_not_its_prices(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    head = 'title = "Own"\nmeasures = "x"\nbasis = "assumed"\nyear = 2024\nuses_published_dwell = false\n'
    path.write_text(f'name = "own"\nbased_on = "simple"\n{head}[gauge_change_h]\ndefault = [1, 2, 3]\n')
    model = cost_model(path)
    assert model.value("gauge_change_h", "default").value == 2
    assert model.value("speed_kph", "rail", "KAZ").value == 40
    assert model.tariffs == ()
    price = '[[tariff]]\nid = "t"\nmode = "rail"\ncargo = "teu"\nyear = 2024\nsource = "a price list"\n'
    path.write_text(f'name = "own"\nbased_on = "simple"\n{head}{price}price_per_km = [1, 2, 3]\n')
    with pytest.raises(cx.SchemaError, match="needs currency, and usd_per_unit"):
        cost_model(path)
    path.write_text(
        f'name = "own"\nbased_on = "simple"\n{head}{price}price_per_km = [1, 2, 3]\ncurrency = "CHF"\nusd_per_unit = 1.5\n'
    )
    assert cost_model(path).tariffs[0].usd_per_km == (1.5, 3.0, 4.5)
    path.write_text(f'name = "own"\nbased_on = "simple"\n{head}{price}usd_per_km = [1, 2, 3]\ntrafic = "transit"\n')
    with pytest.raises(cx.SchemaError, match="knows no trafic"):
        cost_model(path)


@pytest.mark.parametrize("preset", presets())
def test_every_source_of_a_preset_is_a_known_source_or_called_an_assumption(preset: str) -> None:
    model, known = cost_model(preset), set(cx.load("sources")["source_id"])
    texts = [*_texts(model.parameters), *(t.source for t in model.tariffs), *(a.source for a in model.averages)]
    assert texts
    for text in texts:
        assert text.startswith("assumption") or text.partition(":")[0] in known, text


def _texts(table: Any) -> list[str]:
    out = []
    for key, value in table.items():
        if isinstance(value, dict):
            out += _texts(value)
        elif key.startswith("source"):
            out.append(value)
    return out


def test_both_directions_have_hours_for_every_edge(toy: Network) -> None:
    costs = EdgeCosts(toy, cost_model("survey-2022"))
    assert costs.hours.shape == (2, len(toy.edges))
    assert (costs.hours >= 0).all()
    assert costs.standing_parts.shape == (3, 2, len(toy.edges))
    assert (costs.standing_parts >= 0).all()


def test_shares_by_what_there_is_not_are_refused(toy: Network) -> None:
    with pytest.raises(cx.UnknownNameError, match="cannot share a route by 'modes'; it must be 'country' or 'mode'"):
        cx.route(toy, "Alpha", "Charlie").shares("modes")


@pytest.mark.parametrize("ask", [
    lambda n, **o: cx.route(n, "Alpha", "Charlie", weight="cost", **o),
    lambda n, **o: cx.alternatives(n, "Alpha", "Charlie", weight="generalised", **o),
    lambda n, **o: cx.matrix(n, ["Alpha"], ["Charlie"], weight=["time_h", "cost"], **o),
    lambda n, **o: cx.pareto(n, "Alpha", "Charlie", objectives=("time_h", "cost_usd_teu"), **o),
    lambda n, **o: cx.criticality(n, [("Alpha", "Charlie")], weight="cost", **o),
    lambda n, **o: cx.access(n, ["Charlie"], weight="cost", **o),
])  # fmt: skip
def test_dollars_that_decide_without_a_tariff_are_warned_of(toy: cx.Network, ask: Any) -> None:
    ask(toy, modes="rail")
    with pytest.warns(
        UserWarning, match=r"cost model 'survey-2022' has no tariff for 2,700 of 2,700 km open to a 20-foot"
    ) as said:
        ask(toy, modes="rail", cost="survey-2022")
    assert {w.filename for w in said} == {__file__}, "the line is the caller's"


def test_a_model_says_the_years_whose_dollars_it_adds_up() -> None:
    assert cost_model("simple").price_years == "2022 to 2024"
    assert cost_model("simple", cargo="truck").price_years == "2022"
    assert cost_model("survey-2022").price_years == "2020 to 2022"
