"""The reference network as a railway engineer knows it: countries in order, and where the gauge breaks."""

import pytest

import corridors as cx


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


def _rail(network: cx.Network, origin: str, destination: str, via: tuple[str, ...] = ()) -> cx.Route:
    return cx.route(network, origin, destination, via=via, modes=["rail"], weight="length_km")


@pytest.mark.parametrize(
    ("origin", "destination", "via", "countries"),
    [
        ("Chelyabinsk", "Omsk", ("Petropavl",), ("RUS", "KAZ", "RUS")),
        ("Troitsk", "Kartaly", (), ("RUS", "KAZ", "RUS")),
        ("Orenburg", "Aktobe", (), ("RUS", "KAZ")),
        ("Uralsk", "Aktobe", ("Sol-Iletsk",), ("KAZ", "RUS", "KAZ")),
        ("Arys", "Lugovaya", (), ("KAZ", "KGZ", "KAZ")),
        ("Khujand", "Andijan", (), ("TJK", "UZB")),
        ("Bukhara", "Urgench", ("misken",), ("UZB",)),
        ("Bukhara", "Urgench", ("turkmenabat",), ("UZB", "TKM", "UZB")),
        ("Tashkent", "Termez", (), ("UZB",)),
    ],
)
def test_countries_follow_each_other_as_on_the_ground(
    network: cx.Network, origin: str, destination: str, via: tuple[str, ...], countries: tuple[str, ...]
) -> None:
    there = _rail(network, origin, destination, via)
    assert there.countries == countries
    back = _rail(network, destination, origin, via)
    assert back.countries == countries[::-1]


@pytest.mark.parametrize(
    ("origin", "destination", "via"),
    [("Arys", "Lugovaya", ()), ("Troitsk", "Kartaly", ()), ("Chelyabinsk", "Omsk", ("Petropavl",))],
)
def test_lines_that_run_through_a_neighbour_do_not_stop(
    network: cx.Network, origin: str, destination: str, via: tuple[str, ...]
) -> None:
    crossings = _rail(network, origin, destination, via).crossings
    assert len(crossings) == 2
    assert set(crossings["control"]) == {"none"}
    assert crossings["dwell_h"].sum() == 0


BREAKS = [
    ("Aktogay", "Urumqi", ("alashankou",), {"Dostyk", "Alashankou"}),
    ("Almaty", "Urumqi", ("khorgos",), {"Altynkol", "Khorgos"}),
    ("Sainshand", "Jining South", (), {"Zamyn-Uud", "Erenhot"}),
    ("Chita", "Harbin", (), {"Zabaikalsk", "Manzhouli"}),
    ("Ussuriysk", "Mudanjiang", (), {"Grodekovo", "Suifenhe"}),
    ("Minsk", "Warsaw", ("brest",), {"Brest", "Malaszewicze"}),
    ("Minsk", "Bialystok", ("kuznica",), {"Grodno", "Kuznica", "Sokolka"}),
    ("Lviv", "Budapest", ("chop",), {"Chop", "Zahony"}),
    ("Lviv", "Kosice", ("chop",), {"Chop", "Cierna nad Tisou"}),
    ("Lviv", "Rzeszow", (), {"Mostyska", "Medyka", "Przemysl"}),
    ("Zdolbuniv", "Lublin", ("dorohusk",), {"Kovel", "Yahodyn", "Dorohusk"}),
    ("Kaunas", "Warsaw", ("mockava",), {"Kaunas", "Sestokai", "Mockava"}),
    ("Mary", "Mashhad", (), {"Sarahs", "Sarakhs (Iran)"}),
    ("Bereket", "Gorgan", (), {"Akyayla", "Incheh Borun"}),
    ("Tbilisi", "Kars", (), {"Akhalkalaki"}),
    ("Quetta", "Kerman", (), {"Zahedan"}),
    ("Nakhchivan", "Tabriz", (), {"Julfa", "Jolfa"}),
]


@pytest.mark.parametrize(("origin", "destination", "via", "where"), BREAKS, ids=[f"{b[0]}-{b[1]}" for b in BREAKS])
def test_the_gauge_breaks_once_and_where_it_does_both_ways(
    network: cx.Network, origin: str, destination: str, via: tuple[str, ...], where: set[str]
) -> None:
    there, back = _rail(network, origin, destination, via), _rail(network, destination, origin, via)
    for found in (there, back):
        assert list(found.gauge_breaks["name"]) in [[name] for name in where]
        assert found.crossings["name"].ne("").all()
    assert there.gauges_mm == back.gauges_mm[::-1]
    assert len(there.gauges_mm) == 2
    assert list(there.crossings["crossing_id"]) == list(back.crossings["crossing_id"])[::-1]


def test_kaliningrad_and_braniewo_have_a_break_of_gauge(network: cx.Network) -> None:
    stations = set(cx.load("gauge_breaks")["station_id"])
    assert stations & {"braniewo", "mamonovo", "kaliningrad"}


@pytest.mark.parametrize(
    ("lines", "origin", "destination", "via", "where"),
    [
        (("cku-kyrgyz-1435",), "Kashgar", "Andijan", (), {"Makmal"}),
        (("rozanak-rabattaryan", "sanobar-robat-paryan", "torghundi-sanobar"), "Mary", "Mashhad", ("rabat-i-paryan",),
         {"Rabat-i-Paryan"}),
    ],
)  # fmt: skip
def test_planned_lines_break_the_gauge_where_they_are_planned_to(
    network: cx.Network, lines: tuple[str, ...], origin: str, destination: str, via: tuple[str, ...], where: set[str]
) -> None:
    future = cx.Scenario("plan").open(*lines).apply(network)
    assert set(_rail(future, origin, destination, via).gauge_breaks["name"]) == where
    assert set(_rail(future, destination, origin, via).gauge_breaks["name"]) == where


@pytest.mark.parametrize(
    ("line", "where"), [("trans-afghan-kharlachi", "Kharlachi"), ("trans-afghan-torkham", "Landi Kotal")]
)
def test_the_afghan_pakistani_lines_break_the_gauge_at_the_border_of_1676_mm(
    network: cx.Network, line: str, where: str
) -> None:
    future = cx.Scenario("plan").open(line).apply(network)
    found = cx.route(future, "Tashkent", "Karachi", modes=["rail"], avoid=["IRN"])
    assert list(found.gauge_breaks["name"]) == [where]
    assert found.gauges_mm == (1520, 1676)


def test_the_caspian_changes_mode_twice_and_never_the_gauge(network: cx.Network) -> None:
    found = cx.route(network, "Beyneu", "Tbilisi", avoid=["RUS", "TKM", "IRN"])
    assert "sea" in set(found.legs["kind"])
    assert found.n_gauge_breaks == 0
    assert found.n_transshipments == 2


def test_the_broad_gauge_line_reaches_slawkow_without_a_break(network: cx.Network) -> None:
    assert _rail(network, "Hrubieszow", "Slawkow").gauges_mm == (1520,)


@pytest.mark.parametrize(
    ("origin", "destination", "crossings"),
    [
        ("Arys", "Lugovaya", ["maimak-burnoye", "maimak"]),
        ("Troitsk", "Kartaly", ["buskul-north", "buskul-south"]),
        ("Kostanay", "Troitsk", ["zolotaya-sopka"]),
    ],
)
def test_lines_that_meet_one_border_near_each_other_keep_their_own_crossings(
    network: cx.Network, origin: str, destination: str, crossings: list[str]
) -> None:
    assert list(_rail(network, origin, destination).crossings["crossing_id"]) == crossings


def test_the_posts_of_the_trans_siberian_are_its_lengths(network: cx.Network) -> None:
    # Posts 5,185 and 5,640: the path in the rail graph is 20 km shorter.
    assert _rail(network, "Irkutsk", "Ulan-Ude").length_km == pytest.approx(455, abs=1)


WITHOUT_ROAD = {
    "bedel": "no position is known between Kyzyl-Suu and the pass",
    "derekoy-malko-tarnovo": "whether lorries pass is not known",
    "ishkashim": "local traffic",
    "kaplanbek-navoi": "lorries only after a later agreement",
    "khanoba-novo-filya": "the road Baku - Makhachkala is suspended",
    "kokul-ai-khanum": "local traffic",
    "psou-adler": "Abkhazia: no transit",
    "savay-kara-suu": "whether lorries pass is not known",
    "tem-demogan": "local traffic",
}
"""Operating road crossings through which no line runs, and why."""


@pytest.mark.parametrize(("mode", "without"), [("road", set(WITHOUT_ROAD)), ("rail", set())])
def test_every_open_crossing_has_a_line_or_a_reason(network: cx.Network, mode: str, without: set[str]) -> None:
    rows, edges = network.crossings.reset_index(), network.edges
    is_open = (rows["mode"] == mode) & (rows["status"] == "operating")
    crossed = edges.loc[(edges["kind"] == "crossing") & (edges["mode"] == mode), "crossing_id"]
    assert set(rows.loc[is_open, "crossing_id"]) - set(crossed) == without


@pytest.mark.parametrize(
    ("origin", "destination", "crossing_id"),
    [
        ("Tbilisi", "Zaqatala", "lagodekhi-balakan"),
        ("Gyumri", "Akhaltsikhe", "bavra-ninotsminda"),
        ("Talas", "Taraz", "aisha-bibi-chon-kapka"),
        ("Tokmok", "Korday", "karasu-tokmok"),
        ("Dargaz", "Ashgabat", "lotfabad-artyk"),
        ("Dashoguz", "Urgench", "shavat-dashoguz"),
        ("Van", "Khoy", "razi-kapikoy-road"),
        ("Nakhchivan", "Igdir", "dilucu"),
        ("Kermanshah", "Baghdad", "khosravi-munthiriya"),
    ],
)
def test_neighbours_reach_each_other_by_the_road_between_them(
    network: cx.Network, origin: str, destination: str, crossing_id: str
) -> None:
    found = cx.route(network, origin, destination, modes=["road"], weight="length_km")
    assert list(found.crossings["crossing_id"]) == [crossing_id]


def test_a_road_of_published_parts_has_their_length(network: cx.Network) -> None:
    # S5 Tbilisi - border 160 km, M5 border - Yevlakh 155 km.
    found = cx.route(network, "Tbilisi", "Yevlakh", via=["Lagodekhi"], modes=["road"], weight="length_km")
    assert found.length_km == pytest.approx(315, abs=0.1)
    assert found.assumed_km == 0
