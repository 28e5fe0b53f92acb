"""Real corridors that a railway engineer recognises, on the embedded network."""

import pytest

import corridors as cx


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


@pytest.fixture(scope="module")
def trans_afghan(network: cx.Network) -> cx.Network:
    return cx.Scenario("Trans-Afghan").open("trans-afghan-kharlachi").apply(network)


@pytest.fixture(scope="module")
def khaf_herat(network: cx.Network) -> cx.Network:
    return cx.Scenario("Khaf-Herat").open("rozanak-rabattaryan", "rabattaryan-herat").apply(network)


@pytest.mark.parametrize(
    ("origin", "destination", "countries"),
    [
        ("Moscow", "Tashkent", ("RUS", "KAZ", "UZB")),
        ("Chelyabinsk", "Omsk", ("RUS", "KAZ", "RUS")),
        ("Orenburg", "Aktobe", ("RUS", "KAZ")),
        ("Tashkent", "Termez", ("UZB",)),
        ("Almaty", "Astana", ("KAZ",)),
        ("Mazar-i-Sharif", "Termez", ("AFG", "UZB")),
        ("Baku", "Tbilisi", ("AZE", "GEO")),
        ("Minsk", "Warsaw", ("BLR", "POL")),
        ("Irkutsk", "Beijing", ("RUS", "MNG", "CHN")),
    ],
)
def test_the_countries_of_known_lines(
    network: cx.Network, origin: str, destination: str, countries: tuple[str, ...]
) -> None:
    r = cx.route(network, origin, destination, weight="length_km", modes=["rail"])
    assert r.countries == countries
    assert r.n_crossings == len(countries) - 1


def test_almaty_to_duisburg_goes_north_and_without_russia_by_the_caspian_or_iran(network: cx.Network) -> None:
    north = cx.route(network, "Almaty", "Duisburg")
    assert "RUS" in north.countries
    assert "BLR" in north.countries
    found = cx.alternatives(network, "Almaty", "Duisburg", k=2, avoid=["RUS", "BLR"], max_detour=2.5)
    assert len(found) == 2
    for r in found:
        assert not {"RUS", "BLR"} & set(r.countries)
        has_caspian = (r.legs["kind"] == "sea").any() and "AZE" in r.countries
        assert has_caspian or "IRN" in r.countries


def test_tashkent_to_karachi_by_rail_goes_by_iran_today(network: cx.Network) -> None:
    r = cx.route(network, "Tashkent", "Karachi", modes=["rail"])
    assert r.countries == ("UZB", "TKM", "IRN", "PAK")
    assert r.gauges_mm == (1520, 1435, 1676)


def test_the_trans_afghan_line_gives_tashkent_karachi_two_gauges(trans_afghan: cx.Network) -> None:
    assert {"line:trans-afghan-kharlachi", "line:kohat-kharlachi"} <= set(trans_afghan.attrs["opened"])
    r = cx.route(trans_afghan, "Tashkent", "Karachi", modes=["rail"])
    assert r.countries == ("UZB", "AFG", "PAK")
    assert r.gauges_mm == (1520, 1676)
    assert r.assumed_km > 0


def test_herat_reaches_bandar_abbas_on_one_gauge_once_khaf_herat_is_complete(
    network: cx.Network, khaf_herat: cx.Network
) -> None:
    with pytest.raises(cx.CorridorError):
        cx.route(network, "Herat", "Bandar Abbas", modes=["rail"])
    r = cx.route(khaf_herat, "Herat", "Bandar Abbas", modes=["rail"])
    assert r.countries == ("AFG", "IRN")
    assert r.gauges_mm == (1435,)


def test_no_freight_on_high_speed_passenger_lines(network: cx.Network) -> None:
    edges = network.tables["edges"]
    fast = set(edges["edge_id"][edges["line_class"] == "passenger_hs"])
    assert fast
    for a, b in (("Urumqi", "Lanzhou"), ("Ankara", "Istanbul"), ("Beijing", "Shanghai")):
        assert not fast & set(cx.route(network, a, b).legs["edge_id"])


def test_afghan_pakistani_crossings_are_as_on_their_day(network: cx.Network) -> None:
    options = {"modes": ["road"]}
    before = cx.load_network(as_of="2025-09-30")
    assert "Torkham" in " ".join(cx.route(before, "Kabul", "Peshawar", **options).crossings["name"])
    with pytest.raises(cx.NoRouteError):
        cx.route(network, "Kabul", "Peshawar", avoid=["IRN", "CHN"], **options)


def test_a_place_in_the_sea_is_refused(network: cx.Network) -> None:
    with pytest.raises(cx.PlaceError, match=r"nearest is .* km away"):
        cx.route(network, (51.0, 38.5), "Almaty")


@pytest.mark.parametrize(
    ("name", "iso3"),
    [
        ("Nur-Sultan", "KAZ"),
        ("Kızılorda", "KAZ"),
        ("Bandar-e Abbas", "IRN"),
        ("Chah Bahar", "IRN"),
        ("Mazar Sharif", "AFG"),
        ("Saint Petersburg", "RUS"),
        ("Krasnovodsk", "TKM"),
        ("Mazar-i-Sharif", "AFG"),
        ("Herat", "AFG"),
        ("Istanbul", "TUR"),
        ("PKKHI", "PAK"),
    ],
)
def test_names_that_people_use_resolve_to_one_place(network: cx.Network, name: str, iso3: str) -> None:
    from corridors.network import find_place

    place = find_place(network, name, modes=("rail", "road", "sea"), max_connector_km=25)
    assert place.iso3 == iso3


def test_legs_are_never_shorter_than_the_great_circle_between_their_stations() -> None:
    import pandas as pd

    from corridors.network._build import chord_km

    for name in ("rail", "road", "sea", "proposed"):
        edges = cx.load(name)
        ratio = pd.Series(edges["length_km"].to_numpy() / chord_km(edges), index=edges["edge_id"])
        assert ratio.min() >= 0.999, ratio.nsmallest(3)


def test_tashkent_karachi_by_lorry_went_by_kabul_and_torkham_before_the_closure(network: cx.Network) -> None:
    before = cx.load_network(as_of="2025-09-30")
    lorry = cx.route(
        before, "Tashkent", "Karachi", modes="road", cost="road-2022", via=["Kabul", "Peshawar"], avoid="TJK"
    )
    assert lorry.countries == ("UZB", "AFG", "PAK")
    by_panji = cx.route(before, "Tashkent", "Karachi", modes="road", cost="road-2022", via=["Kabul", "Peshawar"])
    assert "TJK" in by_panji.countries  # a shorter queue at another bridge; the two are within an hour of ten days
    assert by_panji.time_h == pytest.approx(lorry.time_h, rel=0.02)
    assert {"hairatan", "torkham"} <= set(lorry.crossings["crossing_id"])
    today = cx.route(network, "Tashkent", "Karachi", modes="road", cost="road-2022")
    assert "IRN" in today.countries
    assert "AFG" not in today.countries
    karakoram = cx.route(network, "Tashkent", "Karachi", modes="road", avoid=["IRN"])
    assert "CHN" in karakoram.countries
    assert "khunjerab" in set(karakoram.crossings["crossing_id"])


def test_tashkent_karachi_may_change_to_a_ship_at_bandar_abbas(network: cx.Network) -> None:
    r = cx.route(network, "Tashkent", "Karachi", via=["Bandar Abbas"])
    assert r.n_transshipments == 2
    assert (r.legs["kind"] == "sea").any()


@pytest.mark.parametrize("port", ["Chabahar", "Gwadar", "Karachi", "Bandar Abbas", "Poti", "Mersin"])
def test_ports_are_destinations_and_transfer_points(network: cx.Network, port: str) -> None:
    r = cx.route(network, "Tashkent", port, modes=["rail", "road", "sea"])
    assert r.destination.name
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    here = {i for i, p in enumerate(nodes["place_id"]) if p == nodes["place_id"][r.destination.nodes[0]]}
    transfers = [
        i for i, k in enumerate(edges["kind"])
        if k == "transshipment" and (edges["from"][i] in here or edges["to"][i] in here)
    ]  # fmt: skip
    assert transfers


def test_middle_over_northern_takes_one_and_a_half_to_three_times_as_long(network: cx.Network) -> None:
    ratio = {}
    for preset in ("titr-2024", "block-train-2024"):
        north = cx.route(network, "Altynkol", "Duisburg", cost=preset)
        middle = cx.route(
            network,
            "Altynkol",
            "Duisburg",
            cost=preset,
            via=["aktau-port", "Poti", "constanta-port"],
            avoid=["RUS", "BLR", "TUR", "UKR"],
        )
        ratio[preset] = middle.time_h / north.time_h
    assert all(1.5 <= r <= 3.0 for r in ratio.values()), ratio


def test_surveyed_and_declared_trains_are_within_their_ranges(network: cx.Network) -> None:
    iti = cx.route(network, "Islamabad", "Istanbul", cost="survey-2022", avoid=["RUS", "TKM"])
    low, _, high = (h / 24 for h in iti.time_range_h)
    assert low <= 10
    assert high >= 16
    for place, days, via in (("Baku", 9, []), ("Poti", 12, []), ("constanta-port", 20, ["aktau-port", "Poti"])):
        r = cx.route(network, "Altynkol", place, cost="titr-2024", via=via, avoid=["RUS", "TUR", "UKR", "IRN"])
        least, typical, _ = (h / 24 for h in r.time_range_h)
        assert least <= days <= typical, (place, least, typical)


def test_countries_answer_to_their_codes_and_names(network: cx.Network) -> None:
    by_code = cx.route(network, "Almaty", "Istanbul", avoid=["RUS", "IRN"])
    by_name = cx.route(network, "Almaty", "Istanbul", avoid=["russia", "country:Iran"])
    assert by_name.countries == by_code.countries == ("KAZ", "KGZ", "KAZ", "AZE", "GEO", "TUR")
    for name in ("TKM", "Turkmenistan", "country:turkmenistan"):
        assert cx.Scenario("shut").close(name).apply(network).attrs["closed"] == ["country:TKM"]
    assert cx.isolation(network, "Uzbekistan").country == "UZB"
    assert cx.transit_countries(network, "Tajikistan", "Kazakhstan", modes="rail") == ("UZB",)
    with pytest.raises(cx.UnknownNameError, match="no country of this network"):
        cx.route(network, "Almaty", "Istanbul", avoid=["Atlantis"])
    with pytest.raises(cx.UnknownNameError, match="no country 'Atlantis' in this network"):
        cx.Scenario("shut").close("country:Atlantis").apply(network)
