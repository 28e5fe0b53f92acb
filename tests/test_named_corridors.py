"""Named corridors: found by any of their names, passed in order, and recognised in a route."""

import pytest

import corridors as cx
from corridors.routing._named import corridor_question, find_corridor, named_corridors
from corridors.routing._search import Search


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


@pytest.mark.parametrize(
    ("name", "corridor_id"),
    [
        ("middle", "middle"),
        ("Central Line", "middle"),
        ("TITR", "middle"),
        ("Middle Corridor", "middle"),
        ("corridor:southern", "southern"),
        ("INSTC", "instc-west"),
        ("CKU", "china-kyrgyzstan-uzbekistan"),
        ("CAREC 1", "carec-1a"),
    ],
)
def test_a_corridor_is_found_by_any_of_its_names(name: str, corridor_id: str) -> None:
    assert find_corridor(name).corridor_id == corridor_id


def test_no_two_corridors_share_a_name() -> None:
    names = [n for c in named_corridors() for n in (c.corridor_id, c.name, *c.aliases)]
    assert len(names) == len(set(names))


def test_an_unknown_corridor_is_refused_with_a_hint(network: cx.Network) -> None:
    with pytest.raises(cx.UnknownNameError, match="no corridor 'midle'; did you mean 'middle'"):
        cx.route(network, "Almaty", "Duisburg", corridor="midle")


OVER_TORKHAM = ("carec-5a", "carec-6c")
"""Corridors by a crossing that has been shut since October 2025."""


@pytest.mark.parametrize("named", named_corridors(), ids=lambda c: c.corridor_id)
def test_every_corridor_has_a_way_once_its_lines_are_open(network: cx.Network, named: object) -> None:
    opened = cx.Scenario("plan").open(*named.opens).apply(network) if named.opens else network
    if named.corridor_id in OVER_TORKHAM:
        opened = network.as_of("2025-09-30")
    found = Search(opened, corridor_question(named)).best()
    assert found.length_km > 500
    assert not set(named.avoid) & set(found.countries)


@pytest.mark.parametrize(
    ("corridor_id", "countries", "crossings"),
    [
        ("carec-1c", "RUS KAZ KGZ CHN", "kairak-bugristoye merke-chaldovar torugart"),
        ("carec-3b", "RUS KAZ KGZ TJK UZB AFG IRN", "aul-lokot korday-ak-zhol karamyk sariosiyo-dusti hairatan islam-qala"),
        ("carec-4a", "RUS MNG CHN", "tashanta-tsagaannuur takashiken-bulgan"),
        ("carec-4c", "RUS MNG CHN", "naushki-sukhbaatar bichigt-zuunkhatavch"),
        ("carec-5b", "CHN PAK", "khunjerab"),
        ("carec-6c", "RUS KAZ UZB TJK AFG PAK", "zhaisan-sagarchin kazygurt-saryagash-road oybek-fotehobod panji-poyon torkham"),
    ],
)  # fmt: skip
def test_a_carec_subcorridor_crosses_the_borders_of_its_definition(
    network: cx.Network, corridor_id: str, countries: str, crossings: str
) -> None:
    named = find_corridor(corridor_id)
    opened = network.as_of("2025-09-30") if corridor_id in OVER_TORKHAM else network
    opened = cx.Scenario("plan").open(*named.opens).apply(opened) if named.opens else opened
    found = Search(opened, corridor_question(named)).best()
    assert " ".join(found.countries) == countries
    assert " ".join(found.crossings["crossing_id"]) == crossings


def test_the_middle_corridor_passes_its_stations_and_no_country_it_avoids(network: cx.Network) -> None:
    found = cx.route(network, "Almaty", "Duisburg", corridor="middle")
    passed = [*found.legs["from_name"], found.legs["to_name"].iloc[-1]]
    assert [n for n in ("Zhezkazgan", "Shalkar", "Beyneu", "Tbilisi") if n in passed] == [
        "Zhezkazgan", "Shalkar", "Beyneu", "Tbilisi",
    ]  # fmt: skip
    assert passed.index("Zhezkazgan") < passed.index("Beyneu") < passed.index("Tbilisi")
    assert "sea" in set(found.legs["kind"])
    assert not {"RUS", "BLR", "IRN"} & set(found.countries)


def test_a_corridor_is_followed_in_both_directions(network: cx.Network) -> None:
    there = cx.route(network, "Tashkent", "Istanbul", corridor="southern", weight="length_km")
    back = cx.route(network, "Istanbul", "Tashkent", corridor="southern", weight="length_km")
    assert there.countries == ("UZB", "TKM", "IRN", "TUR")
    assert back.countries == there.countries[::-1]
    assert there.length_km == pytest.approx(back.length_km)


def test_only_the_part_between_the_two_places_is_used(network: cx.Network) -> None:
    found = cx.route(network, "Aktogay", "Astana", corridor="northern")
    assert found.countries == ("KAZ",)
    assert "Moiynty" in set(found.legs["from_name"])


def test_a_corridor_that_lies_elsewhere_is_refused(network: cx.Network) -> None:
    with pytest.raises(cx.NoRouteError, match=r"no part of Northern Corridor .* lies between"):
        cx.route(network, "Duisburg", "Rotterdam", corridor="northern")


def test_via_and_corridor_do_not_mix(network: cx.Network) -> None:
    with pytest.raises(ValueError, match="give via or corridor, not both"):
        cx.route(network, "Almaty", "Duisburg", corridor="middle", via=["Baku"])


def test_a_planned_corridor_says_what_to_open(network: cx.Network) -> None:
    with pytest.raises(cx.NoRouteError, match="is proposed: open trans-afghan-kharlachi in a Scenario"):
        cx.route(network, "Tashkent", "Karachi", corridor="trans-afghan-kharlachi")
    future = cx.Scenario("plan").open("trans-afghan-kharlachi").apply(network)
    found = cx.route(future, "Tashkent", "Karachi", corridor="trans-afghan-kharlachi")
    assert found.countries == ("UZB", "AFG", "PAK")
    assert cx.follows(found)["corridor_id"].iloc[0] == "trans-afghan-kharlachi"


def test_alternatives_can_be_held_to_a_corridor(network: cx.Network) -> None:
    found = cx.alternatives(network, "Almaty", "Tbilisi", k=2, corridor="middle", max_overlap=0.9)
    assert all("RUS" not in r.countries for r in found)


@pytest.mark.parametrize(
    ("origin", "destination", "avoid", "corridor_id"),
    [
        ("Tashkent", "Berlin", (), "northern-central-asia"),
        ("Tashkent", "Istanbul", ("RUS", "AZE"), "southern"),
        ("Ulan-Ude", "Tianjin", (), "bri-china-mongolia-russia"),
    ],
)
def test_a_route_says_which_corridor_it_follows(
    network: cx.Network, origin: str, destination: str, avoid: tuple[str, ...], corridor_id: str
) -> None:
    table = cx.follows(cx.route(network, origin, destination, avoid=avoid, modes=["rail", "sea"]))
    assert corridor_id in set(table["corridor_id"].head(2))
    assert table["share"].between(0.5, 1.0).all()
    assert table["near_km"].gt(0).all()


def test_a_short_hop_off_every_corridor_follows_none(network: cx.Network) -> None:
    assert cx.follows(cx.route(network, "Hrubieszow", "Slawkow", modes=["rail"])).empty


def test_a_smaller_share_names_more_corridors(network: cx.Network) -> None:
    r = cx.route(network, "Khorgos", "Poti", corridor="middle")
    few, many = (cx.follows(r, min_share=share) for share in (0.9, 0.05))
    assert (few["share"] >= 0.9).all()
    assert (many["share"] >= 0.05).all()
    assert set(few["corridor_id"]) < set(many["corridor_id"])


def test_a_corridor_says_that_it_passes_what_is_avoided(network: cx.Network) -> None:
    with pytest.raises(cx.NoRouteError, match=r"is in AZE; Middle Corridor .* passes .*alat"):
        cx.route(network, "Almaty", "Poti", corridor="middle", avoid="AZE")
