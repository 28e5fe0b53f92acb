"""What real routes cost: parts that sum, seasons, published hours by direction, capacities, units."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import corridors as cx
from corridors.cost import cost_model, presets

PAIRS: list[tuple[str, str, dict[str, Any]]] = [
    ("Almaty", "Duisburg", {}),
    ("Almaty", "Duisburg", {"avoid": ["RUS", "BLR"]}),
    ("Xi'an", "Tashkent", {}),
    ("Tashkent", "Poti", {"modes": ["rail", "sea", "road"], "avoid": ["RUS"]}),
    ("Tashkent", "Karachi", {}),
    ("Tashkent", "Karachi", {"via": ["Bandar Abbas"]}),
    ("Tashkent", "Karachi", {"modes": "road"}),
    ("Islamabad", "Istanbul", {"avoid": ["RUS", "TKM"]}),
    ("Kashgar", "Islamabad", {"modes": "road"}),
    ("Rozanak", "Mashhad", {}),
    ("Almaty", "Dushanbe", {"modes": ["rail", "road"]}),
    ("Kostanay", "Kabul", {"modes": ["rail", "road"]}),
]


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


@pytest.mark.parametrize("preset", presets())
@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: f"{p[0]}-{p[1]}-{'-'.join(map(str, p[2]))}")
def test_the_parts_of_a_real_route_sum_to_its_totals(
    network: cx.Network, preset: str, pair: tuple[str, str, dict[str, Any]]
) -> None:
    origin, destination, options = pair
    r = cx.route(network, origin, destination, cost=preset, **options)
    dollars = r.legs[r.cost_column]
    assert r.legs["length_km"].sum() == pytest.approx(r.length_km, abs=1e-8)
    assert r.legs["time_h"].sum() == pytest.approx(r.time_h, abs=1e-8)
    assert np.nansum(dollars) == pytest.approx(r.cost_usd, abs=1e-8)
    last = r.profile().iloc[-1]
    assert last[["cumulative_km", "cumulative_h", "cumulative_usd_teu"]].tolist() == pytest.approx(
        [r.length_km, r.time_h, r.cost_usd], abs=1e-8
    )
    standing = r.crossings["dwell_h"].sum() + r.gauge_breaks["time_h"].sum() + r.transshipments["time_h"].sum()
    assert standing == pytest.approx(r.standing_h, abs=1e-8)
    assert sum(r.time_shares.values()) == pytest.approx(1)
    assert sum(r.cost_shares.values()) == pytest.approx(1)
    for low, typical, high in (r.time_range_h, r.cost_range_usd):
        assert low <= typical <= high
    assert r.sources["citation"].str.len().gt(0).all()


def test_doubling_one_real_crossing_changes_only_routes_through_it(network: cx.Network) -> None:
    dwell = network.tables["dwell"]
    twice = np.where(dwell["crossing_id"] == "altynkol-khorgos", 2.0, 1.0) * dwell["dwell_h"]
    doubled = network.with_tables(dwell={"dwell_h": twice})
    through = cx.route(network, "Xi'an", "Tashkent", cost="survey-2022", via=["Altynkol"])
    past = cx.route(network, "Xi'an", "Tashkent", cost="survey-2022", via=["Dostyk"])
    assert replace(through, network=doubled).time_h - through.time_h == pytest.approx(34.8)
    assert replace(past, network=doubled).time_h == past.time_h


def test_the_two_directions_of_a_surveyed_border_differ(network: cx.Network) -> None:
    out = cx.route(network, "Urumqi", "Almaty", cost="survey-2022", via=["Altynkol"]).crossings.set_index("crossing_id")
    back = cx.route(network, "Almaty", "Urumqi", cost="survey-2022", via=["Altynkol"]).crossings.set_index(
        "crossing_id"
    )
    # 34.8 h on the side of China and the mean of 78 h into Kazakhstan; back 6.8 h out of it and 53.7 h into China.
    assert out["dwell_h"]["altynkol-khorgos"] == pytest.approx(34.8 + 78.0)
    assert out["dwell_rests_on"]["altynkol-khorgos"] == "published + average"
    assert back["dwell_h"]["altynkol-khorgos"] == pytest.approx(6.8 + 53.7)
    assert back["dwell_rests_on"]["altynkol-khorgos"] == "average"
    # Without the crossing at Aivaj, which no survey covers: its assumed hours are shorter than those observed here.
    by = {"cost": "road-2022", "modes": "road", "via": ["Denau"], "avoid": "crossing:gulbahor-aivaj"}
    lorry = cx.route(network, "Termez", "Dushanbe", **by).crossings.iloc[0]
    home = cx.route(network, "Dushanbe", "Termez", **by).crossings.iloc[0]
    assert (lorry["crossing_id"], home["crossing_id"]) == ("sariosiyo-dusti", "sariosiyo-dusti")
    # Into Tajikistan 79 USD, out of it 37, and the means of Uzbekistan's side: 87 out; into it 63.
    assert (lorry["fee_usd"], home["fee_usd"]) == (79 + 87, 37 + 63)


@pytest.mark.parametrize(
    ("date", "month", "is_open"),
    [("2010-01-01", 1, False), ("2010-01-01", 7, True), ("latest", 1, True)],
)
def test_kulma_was_shut_in_winter_until_the_agreement_of_2011(
    network: cx.Network, date: str, month: int, is_open: bool
) -> None:
    r = cx.route(network.as_of(date), "Khorog", "Tashkurgan", modes="road", month=month)
    assert ("kulma-karasu" in set(r.crossings["crossing_id"])) is is_open


def test_khunjerab_was_shut_in_winter_until_december_2024(network: cx.Network) -> None:
    winter = cx.route(network.as_of("2024-01-01"), "Kashgar", "Islamabad", modes="road", month=1)
    assert "khunjerab" not in set(winter.crossings["crossing_id"])
    for date, month in (("2024-01-01", 7), ("latest", 1)):
        r = cx.route(network.as_of(date), "Kashgar", "Islamabad", modes="road", month=month)
        assert "khunjerab" in set(r.crossings["crossing_id"])


@pytest.mark.parametrize(
    ("origin", "destination", "place"),
    [
        ("Mazar-i-Sharif", "Kabul", "line:mazar-kabul-road"),
        ("Naryn", "Kashgar", "crossing:torugart"),
        ("Tbilisi", "Vladikavkaz", "crossing:upper-lars"),
        ("Murghab", "Tashkurgan", "crossing:kulma-karasu"),
    ],
)
def test_passes_that_snow_shuts_for_days_are_named_on_the_way(
    network: cx.Network, origin: str, destination: str, place: str
) -> None:
    told = cx.route(network, origin, destination, modes="road").restrictions.set_index("place")["kind"]
    assert told[place] == "season"


def test_the_line_by_kharlachi_breaks_its_gauge_where_its_table_says(network: cx.Network) -> None:
    plan = cx.Scenario("Trans-Afghan").open("trans-afghan-kharlachi").apply(network)
    r = cx.route(plan, "Tashkent", "Karachi", modes="rail", avoid=["IRN"], cost="survey-2022")
    assert r.countries == ("UZB", "AFG", "PAK")
    assert r.gauge_breaks[["name", "gauge_from_mm", "gauge_to_mm"]].to_numpy().tolist() == [["Kharlachi", 1520, 1676]]


def test_capacities_are_ranked_within_a_unit_and_never_across(network: cx.Network) -> None:
    r = cx.route(network, "Xi'an", "Duisburg", via=["Dostyk"])
    table = r.capacities
    assert not table.groupby("counts")["is_tightest"].sum().gt(1).any()
    for _, part in table.groupby("counts"):
        assert part["per_day"].is_monotonic_increasing
    assert table.set_index("unit")["per_day"]["TEU/day"] == 760
    assert "Dostyk - Alashankou 760 TEU a day (2024)" in r.tightest_capacity
    assert r.tightest_capacity.endswith("different units are not compared")
    sea = cx.route(network, "Altynkol", "Baku", avoid=["RUS", "IRN"]).capacities.set_index("place")
    assert sea["per_day"]["port:aktau-port"] == pytest.approx(140_000 / 365)
    nothing = cx.route(network, "Tashkent", "Samarkand").tightest_capacity
    assert nothing == "no capacity is published for any place on the way"


def test_units_of_cargo_pay_their_own_prices(network: cx.Network) -> None:
    usd = {
        c: cx.route(network, "Almaty", "Moscow", cargo=c, weight="length_km").cost_usd for c in ("teu", "feu", "tonne")
    }
    assert usd["teu"] < usd["feu"] < 2 * usd["teu"]  # a 40-foot container is not two 20-foot ones
    assert usd["tonne"] < usd["teu"] / 5
    lorry = cx.route(network, "Almaty", "Tashkent", modes="road", cargo="truck")
    assert not lorry.is_lower_bound
    assert cx.route(network, "Almaty", "Moscow", modes="rail", cargo="truck").is_lower_bound  # no price by rail
    payload_t = {name: unit.payload_t for name, unit in cost_model("simple").cargoes.items()}
    assert payload_t == {"teu": 18, "feu": 24, "tonne": 1, "truck": 20}


def test_the_eurasian_through_rate_holds_for_the_leg_of_a_through_train_only(network: cx.Network) -> None:
    def priced(origin: str, destination: str) -> dict[str, float]:
        r = cx.route(network, origin, destination, cost="block-train-2024", cargo="feu", modes="rail")
        moving = r.legs[r.legs["kind"] == "track"]
        return moving[moving[r.cost_column] > 0].groupby("country")["length_km"].sum().to_dict()

    assert set(priced("Xi'an", "Duisburg")) == {"KAZ", "RUS", "BLR"}
    assert priced("Almaty", "Duisburg") == {}  # does not come from China
    assert priced("Xi'an", "Moscow") == {}  # does not go through to the border of the EU


def test_the_indicators_report_tfi3_and_never_model_it(network: cx.Network) -> None:
    table = cx.route(network, "Almaty", "Tashkent", cost="survey-2022").indicators().set_index("indicator")
    assert np.isnan(table["model"]["tfi3_model"])
    assert table["published"]["tfi3_model"] == 804
    assert table["published"]["tfi1_model"] == 40.6


def test_a_vectorised_weight_of_ones_own_is_followed(network: cx.Network) -> None:
    def kilometres_outside_kazakhstan(edges: Any) -> Any:
        return edges["length_km"].where(edges["country"] != "KAZ", 0.0)

    own = cx.route(network, "Moscow", "Tashkent", weight=kilometres_outside_kazakhstan)
    short = cx.route(network, "Moscow", "Tashkent", weight="length_km")
    outside = [r.legs.loc[r.legs["country"] != "KAZ", "length_km"].sum() for r in (own, short)]
    assert outside[0] <= outside[1]
    assert own.weight == "kilometres_outside_kazakhstan"
