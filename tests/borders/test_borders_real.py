"""Borders that a border expert knows, on the embedded data."""

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import corridors as cx
from corridors.borders import Atlas, atlas
from corridors.borders._crossings import crossing_id_of
from corridors.borders._page import page
from corridors.borders._places import TRIPOINT_KM
from corridors.schema import split_list

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


def test_the_kyrgyz_tajik_border_before_and_after_march_2025(network: cx.Network) -> None:
    b = cx.border(network, "KGZ", "TJK")
    assert {972.0, 984.0, 1006.84} <= set(b.published["length_km"])
    assert b.published_km == 984.0
    assert 0.80 < b.ratio < 0.90
    before = b.status_on("2021-06-01").set_index("status")["length_km"]
    assert before["undelimited"] / 972 > 1 / 3
    after = b.status_on("2025-03-13")
    assert after[["status", "length_km"]].to_numpy().tolist() == [["delimited", 1006.84]]
    assert {"vorukh", "western-qalacha"} <= set(b.exclaves["exclave_id"])
    assert set(b.tripoints["iso3"]) == {"CHN|KGZ|TJK", "KGZ|TJK|UZB"}
    shut = cx.border(network.as_of("2023-06-01"), "KGZ", "TJK")
    assert shut.n_crossings == 0
    assert shut.km_per_crossing != shut.km_per_crossing
    with pytest.raises(ValueError, match="day is '2025'"):
        b.status_on("2025")


@pytest.mark.parametrize(
    ("crossing_id", "mode", "shut", "open_"),
    [
        ("guliston-kyzyl-bel", "road", ["2021-06-01", "2025-03-12"], ["2021-01-01", "2025-03-13"]),
        ("karamyk", "road", ["2023-06-01", "2025-07-07"], ["2025-07-08"]),
        ("torkham", "road", ["2023-09-10", "2025-03-01", "2025-10-12"], ["2023-09-15", "2025-06-01"]),
        ("chaman", "road", ["2025-10-12"], ["2025-10-11"]),
        ("khanabad-bekabad", "road", ["2020-01-01", "2023-08-31"], ["2023-09-01"]),
        ("uchkurgan-kensay", "road", ["2020-01-01"], ["2024-09-12"]),
    ],
)
def test_crossings_are_as_they_were_on_a_day(
    network: cx.Network, crossing_id: str, mode: str, shut: list[str], open_: list[str]
) -> None:
    def status(day: str) -> str:
        table = network.crossings_at(day)
        return table.loc[(table["crossing_id"] == crossing_id) & (table["mode"] == mode), "status"].item()

    assert [status(day) for day in shut] == ["closed"] * len(shut)
    assert [status(day) for day in open_] == ["operating"] * len(open_)


def test_barak_is_an_exclave_until_april_2024(network: cx.Network) -> None:
    def is_there(day: str) -> bool:
        exclaves = cx.border(network.as_of(day), "KGZ", "UZB").exclaves.set_index("exclave_id")
        return bool(exclaves.loc["barak", "is_there"])

    assert is_there("2024-04-15")
    assert not is_there("2024-04-16")


def test_the_road_by_batken_joins_khujand_and_osh_only_while_kyzyl_bel_is_open(network: cx.Network) -> None:
    now = cx.route(network, "Khujand", "Osh", modes=["road"])
    assert (now.countries, now.crossings["crossing_id"].tolist()) == (("TJK", "KGZ"), ["guliston-kyzyl-bel"])
    before = cx.route(network.as_of("2023-06-01"), "Khujand", "Osh", modes=["road"])
    assert before.crossings["crossing_id"].tolist() == ["ravat-konibodom", "dustlik-dostuk"]


def test_kazakhstan_and_afghanistan_share_no_border_and_the_error_names_who_lies_between(network: cx.Network) -> None:
    with pytest.raises(cx.UnknownNameError, match="KAZ and AFG share no border; between them lies CHN or TKM or UZB"):
        cx.border(network, "KAZ", "AFG")
    with pytest.raises(cx.UnknownNameError, match="through POL, RUS"):
        cx.border(network, "Kazakhstan", "Germany")
    with pytest.raises(cx.UnknownNameError, match="no land joins them"):
        cx.border(network, "KAZ", "JPN")


def test_lengths_of_many_pairs_are_about_15_per_cent_short(network: cx.Network) -> None:
    table = cx.border_table(network).dropna(subset="ratio")
    assert len(table) >= 40
    assert 0.82 <= table["ratio"].median() <= 0.86
    assert table.attrs["worldview"] == "de facto (Natural Earth)"


def test_every_published_length_belongs_to_a_border_and_every_status_too() -> None:
    lines = set(atlas().lines)
    for name in ("border_lengths", "border_status", "border_regimes"):
        rows = cx.load(name)
        assert set(zip(rows["iso3_a"], rows["iso3_b"], strict=True)) <= lines, name


def test_status_periods_of_a_segment_do_not_overlap() -> None:
    rows = cx.load("border_status")
    for key, part in rows.groupby(["iso3_a", "iso3_b", "segment"]):
        ordered = part.sort_values("valid_from")
        ends = ordered["valid_to"].replace("", "9999-12-31").tolist()
        assert all(end < start for end, start in zip(ends, ordered["valid_from"].tolist()[1:], strict=False)), key
    assert ((rows["valid_to"] == "") | (rows["valid_to"] >= rows["valid_from"])).all()


def test_segments_have_geometry_only_where_a_source_has_it(network: cx.Network) -> None:
    kashmir = cx.border(network, "IND", "PAK").segments.set_index("segment")
    assert 600 < kashmir.loc["Line of Control", "here_km"] < 740
    assert kashmir["here_km"].sum() == pytest.approx(cx.border(network, "IND", "PAK").length_km, rel=1e-3)
    caucasus = cx.border(network, "GEO", "RUS").segments.set_index("segment")["here_km"]
    assert caucasus["Abkhazian section"] == pytest.approx(255.4 * 0.8, rel=0.05)
    villages = cx.border(network, "ARM", "AZE").segments
    assert villages["here_km"].isna().all()
    assert villages.geometry.isna().all()


def test_regimes_by_year(network: cx.Network) -> None:
    b = cx.border(network, "KAZ", "RUS")
    assert [b.trade_regime(year) for year in (1993, 2000, 2009, 2012, 2026)] == [
        "no data",
        "free trade framework (CIS FTA of 1994)",
        "free trade (EurAsEC)",
        "customs union (Customs Union of BLR, KAZ, RUS)",
        "customs union (EAEU)",
    ]
    assert cx.border(network, "EST", "RUS").trade_regime(2026) == "trade rules (WTO)"
    assert [cx.border(network, "RUS", "UKR").trade_regime(year) for year in (2014, 2020)] == [
        "free trade (CIS FTA)",
        "trade rules (WTO)",
    ]
    assert cx.border(network, "BGR", "TUR").trade_regime(2000) == "trade rules (WTO)"
    assert cx.border(network, "BGR", "TUR").trade_regime(2020) == "customs union (EU customs union)"
    assert "EAEU-Iran FTA" not in set(b.regimes["regime"])


def test_visas_by_year_and_no_data_where_no_source_is_known(network: cx.Network) -> None:
    def visas(a: str, b: str, *years: int) -> list[str]:
        return [cx.border(network, a, b).visa_regime(year).partition(" (")[0] for year in years]

    assert visas("CHN", "KAZ", 2022, 2024) == ["no data", "visa-free"]
    assert visas("TJK", "UZB", 1995, 2010, 2020) == ["visa-free", "no data", "visa-free"]
    assert visas("KAZ", "TKM", 1995, 2020) == ["visa-free", "visa required"]
    assert visas("KGZ", "TJK", 2026) == ["visa-free"]
    assert visas("CHN", "TJK", 2026) == ["no data"]
    assert "not for drivers" in cx.border(network, "CHN", "RUS").visa_regime(2026)
    table = cx.border_table(network, countries=["KAZ"], year=2022)
    assert table.set_index("iso3_b").loc[["KAZ", "TKM"], "visa_regime"].str.partition(" (")[0].tolist() == [
        "no data",
        "visa required",
    ]


def test_lorries_under_tir_cross_from_china_since_it_was_bound(network: cx.Network) -> None:
    assert [cx.border(network, "CHN", "KAZ").is_tir(year) for year in (2016, 2017)] == [False, True]
    assert not cx.border(network, "CHN", "PRK").is_tir(2026)


def test_two_countries_are_doubly_landlocked_and_the_caspian_is_no_sea() -> None:
    steps = cx.landlocked().set_index("iso3")["borders_to_sea"]
    assert sorted(steps.index[steps == 2]) == ["LIE", "UZB"]
    assert steps[["KAZ", "TKM", "AZE", "AFG", "TJK", "KGZ"]].tolist() == [1.0] * 6
    assert steps[["RUS", "IRN", "GEO", "TUR", "ROU"]].tolist() == [0.0] * 5
    assert set(steps.index[steps.isna()]) == {"XSG"}


def test_neighbours_leave_out_nobodys_land_and_parts_of_one_state() -> None:
    assert cx.neighbours("KAZ") == ("CHN", "KGZ", "RUS", "TKM", "UZB")
    assert not {"HKG", "MAC", "XSG"} & set(cx.neighbours("CHN"))
    assert cx.neighbours("UZB") == ("AFG", "KAZ", "KGZ", "TJK", "TKM")


def test_kazakhstan_needs_one_country_to_afghanistan_on_the_map_by_rail_and_by_any_mode(network: cx.Network) -> None:
    row = cx.transit_table(network, ["AFG", "KAZ"]).iloc[0]
    assert row[["n_border", "n_rail", "n_any"]].tolist() == [1.0, 1.0, 1.0]
    assert row["via_rail"] in ("UZB", "TKM")
    assert cx.transit_countries(network, "TJK", "KAZ", modes="rail") == ("UZB",)
    with pytest.raises(cx.UnknownNameError, match="no node in 'BRA'"):
        cx.transit_countries(network, "KAZ", "BRA")


def test_shutting_hairatan_cuts_northern_afghanistan_off_by_rail(network: cx.Network) -> None:
    row = cx.detour_if_shut(network, "hairatan", mode="rail").iloc[0]
    assert row["cut_off"] == ("AFG",)
    assert row["reason"] == "no path from Galaba to Hairatan by rail when it is shut"
    row = cx.detour_if_shut(network, "saryagash-keles", mode="rail").iloc[0]
    assert row["instead"] == ("oazis-karakalpakia",)
    assert row["detour_km"] > 2000


@pytest.mark.parametrize(
    ("name", "crossing_id"),
    [("Friendship Bridge", "hairatan"), ("хайратон", "hairatan"), ("حیرتان", "hairatan"), ("阿拉山口", "dostyk-alashankou"),
     ("crossing:torkham", "torkham"), ("طورخم", "torkham"), ("Сарыағаш", "saryagash-keles"), ("Кызыл-Бел", "guliston-kyzyl-bel")],
)  # fmt: skip
def test_a_crossing_goes_by_its_names_in_both_languages(network: cx.Network, name: str, crossing_id: str) -> None:
    assert crossing_id_of(network, name) == crossing_id


def test_a_name_of_two_crossings_is_refused(network: cx.Network) -> None:
    with pytest.raises(cx.UnknownNameError, match="altynkol-khorgos and nur-zholy-khorgos; give one of these ids"):
        cx.detour_if_shut(network, "Khorgos (Horgos)")
    with pytest.raises(cx.UnknownNameError, match="did you mean"):
        cx.detour_if_shut(network, "hairaton-1")


def test_a_detour_names_the_crossings_that_it_could_not_try(network: cx.Network) -> None:
    # Without the road by Uba nothing leads there: 3,547 km by Sharbakty are an upper bound only.
    row = cx.detour_if_shut(network, "aul-lokot", mode="road").iloc[0]
    assert (row["instead"], row["without_line"]) == (("uba-mikhailovka",), ())
    less = cx.Scenario("no road by Uba").close("line:oskemen-rubtsovsk-road").apply(network)
    row = cx.detour_if_shut(less, "aul-lokot", mode="road").iloc[0]
    assert (row["instead"], row["without_line"]) == (("sharbakty-kulunda",), ("uba-mikhailovka",))
    assert row["nearest_id"] == "uba-mikhailovka"
    assert cx.detour_if_shut(network, "dostyk-alashankou", mode="rail").iloc[0]["without_line"] == ()


def test_mazar_is_reached_by_rail_only_through_hairatan(network: cx.Network) -> None:
    found = cx.reached_through(network, "hairatan", ["Moscow", "Mazar-i-Sharif", "Tashkent"], modes=["rail"])
    assert found[["origin", "destination", "iso3_from", "iso3_to", "is_only_way"]].to_numpy().tolist() == [
        ["Moscow", "Mazar-i-Sharif", "RUS", "AFG", True],
        ["Mazar-i-Sharif", "Tashkent", "AFG", "UZB", True],
    ]
    assert found["time_h_shut"].isna().all()


def test_tripoints_are_found_within_3_km_or_explained() -> None:
    found = cx.tripoints()
    published = cx.load("tripoints")
    assert len(published) >= 25
    assert sorted(found.loc[found["tripoint_id"] != "", "tripoint_id"]) == sorted(published["tripoint_id"])
    far = found[found["off_km"] > TRIPOINT_KM]
    assert (far["explanation"] != "").all()
    assert (found.loc[found["off_km"] <= TRIPOINT_KM, "explanation"] == "").all()


@pytest.mark.parametrize("table", ["tripoints", "worldviews", "exclaves", "border_status", "border_regimes"])
def test_every_row_has_a_source_that_exists(table: str) -> None:
    assert set(cx.load(table)["source_id"]) <= set(cx.load("sources")["source_id"])


def test_exclaves_that_the_set_draws_are_where_they_are_said_to_be() -> None:
    rows = cx.load("exclaves")
    places = cx.hard_places().set_index("place_id")["de facto"]
    drawn = rows[(rows["is_drawn"] == "yes") & (rows["exclave_id"] != "shohimardon")]  # some kilometres off its place
    assert all(places[r.exclave_id] == r.iso3 for r in drawn.itertuples())
    undrawn = rows[rows["is_drawn"] == "no"]
    assert all(places[r.exclave_id] in split_list(r.within) for r in undrawn.itertuples())


@pytest.mark.parametrize(
    ("a", "b", "kind"), [("CHN", "HKG", "internal"), ("SRB", "XKX", "contested"), ("KAZ", "UZB", "state")]
)
def test_lines_that_are_no_ordinary_border_say_so(network: cx.Network, a: str, b: str, kind: str) -> None:
    assert cx.border(network, a, b).kind == kind


# Lines beside a border -----------------------------------------------------------------------------------------------

WOBBLING = [
    ("Chelyabinsk", "Omsk", ["Petropavl"], ("RUS", "KAZ", "RUS")),
    ("Troitsk", "Kartaly", [], ("RUS", "KAZ", "RUS")),
    ("Orenburg", "Aktobe", [], ("RUS", "KAZ")),
    ("Uralsk", "Aktobe", ["iletsk-1"], ("KAZ", "RUS", "KAZ")),
    ("Arys", "Lugovaya", [], ("KAZ", "KGZ", "KAZ")),
    ("Khujand", "Andijan", [], ("TJK", "UZB")),
    ("Bukhara", "Urgench", ["misken"], ("UZB",)),
    ("Bukhara", "Urgench", ["Turkmenabat"], ("UZB", "TKM", "UZB")),
    ("Tashkent", "Termez", [], ("UZB",)),
]


def raw_line(network: cx.Network, origin: str, destination: str, via: list[str]) -> gpd.GeoDataFrame:
    """The edges of the rail layer between two places, whole and with nothing that says in which country they lie."""
    legs = cx.route(network, origin, destination, via=via, modes=["rail"], weight="length_km").legs
    edges = dict.fromkeys(str(e).partition("/")[0] for e in legs.loc[legs["kind"] == "track", "edge_id"])
    rail = cx.load("rail").set_index("edge_id")
    return rail.loc[list(edges)].assign(line_id="raw").reset_index()[["line_id", "geometry"]]


@pytest.mark.parametrize(("origin", "destination", "via", "countries"), WOBBLING)
def test_the_countries_of_wobbling_lines_come_out_of_the_raw_lines(
    network: cx.Network, origin: str, destination: str, via: list[str], countries: tuple[str, ...]
) -> None:
    line = raw_line(network, origin, destination, via)
    found = cx.crossings_of(line, mode="rail")
    # A line that branches in a station comes in parts: their countries one after the other are those of the line.
    assert {c for seq in found.sequences["countries"] for c in seq} == set(countries)
    if len(found.sequences) == 1:
        assert found.sequences["countries"][0] == countries
        assert (found.crossings["crossing_id"] != "").all()
        back = line.iloc[::-1].assign(geometry=line.geometry[::-1].reverse())
        assert cx.crossings_of(back, mode="rail").sequences["countries"][0] == countries[::-1]
    else:
        assert len(countries) == 1


# The worldviews ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "lon", "lat", "de_facto", "un_style"),
    [
        ("Simferopol", 34.10, 44.95, "RUS", "UKR"),
        ("Sevastopol", 33.52, 44.60, "RUS", "UKR"),
        ("Kerch", 36.40, 45.33, "RUS", "UKR"),
        ("Krasnodar", 38.98, 45.04, "RUS", "RUS"),
        ("Melitopol", 35.37, 46.85, "UKR", "UKR"),
        ("Katzrin, Golan", 35.69, 32.99, "ISR", "SYR"),
        ("Tiberias", 35.53, 32.79, "ISR", "ISR"),
        ("Damascus", 36.29, 33.51, "SYR", "SYR"),
        ("Pristina", 21.17, 42.66, "XKX", "SRB"),
        ("Taipei", 121.56, 25.04, "TWN", "CHN"),
        ("Hong Kong", 114.15, 22.40, "HKG", "HKG"),
        ("Kyrenia", 33.32, 35.30, "XNC", "CYP"),
        ("Srinagar", 74.80, 34.08, "IND", "IND"),
        ("Muzaffarabad", 73.47, 34.37, "PAK", "PAK"),
        ("Gilgit", 74.31, 35.92, "PAK", "PAK"),
        ("Aksai Chin", 79.50, 35.10, "CHN", "CHN"),
        ("Siachen", 77.10, 35.40, "XSG", "XSG"),
        ("Tawang", 91.86, 27.59, "IND", "IND"),
        ("Sukhumi", 41.02, 43.00, "GEO", "GEO"),
        ("Tskhinvali", 43.97, 42.23, "GEO", "GEO"),
        ("Khankendi", 46.75, 39.82, "AZE", "AZE"),
        ("Tiraspol", 29.63, 46.84, "MDA", "MDA"),
        ("Donetsk", 37.80, 48.00, "UKR", "UKR"),
        ("Baikonur", 63.32, 45.62, "KAZ", "KAZ"),
        ("Laayoune", -13.20, 27.15, "MAR", "ESH"),
        ("Agadir", -9.59, 30.42, "MAR", "MAR"),
        ("Hargeisa", 44.06, 9.56, "XSO", "SOM"),
        ("Kunashir", 145.90, 44.10, "RUS", "RUS"),
        ("Sokh", 71.13, 39.96, "UZB", "UZB"),
        ("Vorukh", 70.58, 39.85, "TJK", "TJK"),
        ("Kaliningrad", 20.51, 54.71, "RUS", "RUS"),
        ("The Caspian", 51.0, 41.0, "", ""),
    ],
)
def test_hard_places(place: str, lon: float, lat: float, de_facto: str, un_style: str) -> None:
    assert (cx.country_at(lon, lat), cx.country_at(lon, lat, worldview="un-style")) == (de_facto, un_style), place


def test_a_worldview_moves_areas_and_neither_loses_nor_doubles_land() -> None:
    seen, moved = cx.country_areas(), cx.country_areas(worldview="un-style")
    areas = [float(shapely.area(frame.geometry.array).sum()) for frame in (seen, moved)]
    assert areas[1] == pytest.approx(areas[0], rel=1e-6)
    assert moved.geometry.is_valid.all()
    assert "un-style" in moved.attrs["worldview"]
    assert set(seen["iso3"]) - set(moved["iso3"]) == {"TWN", "XKX", "XNC", "XSO", "XUN"}


def test_lines_move_with_the_areas(network: cx.Network) -> None:
    def km(view: Atlas, a: str, b: str) -> float:
        from corridors.borders._atlas import line_km

        return line_km(view.lines[a, b])

    before, after = atlas(), atlas(worldview="un-style")
    assert km(before, "RUS", "UKR") - km(after, "RUS", "UKR") == pytest.approx(147, abs=2)
    assert km(after, "ALB", "SRB") == pytest.approx(km(before, "ALB", "XKX"))
    assert ("SRB", "XKX") not in after.lines
    assert km(after, "ISR", "JOR") + km(after, "JOR", "SYR") == pytest.approx(
        km(before, "ISR", "JOR") + km(before, "JOR", "SYR"), rel=1e-3
    )
    unmoved = ("KAZ", "UZB")
    assert km(after, *unmoved) == km(before, *unmoved)
    crimea = cx.border(network, "RUS", "UKR", worldview="un-style")
    assert "Crimea" not in set(crimea.segments["segment"])
    assert crimea.attrs["worldview"].startswith("un-style")
    with pytest.raises(cx.UnknownNameError, match="no area of its own in the worldview 'un-style"):
        cx.border(network, "SRB", "XKX", worldview="un-style")


def test_the_table_of_worldviews_agrees_with_what_the_polygons_say() -> None:
    rows, places = cx.load("worldviews"), cx.hard_places().set_index("place_id")
    for row in rows.itertuples():
        assert places.loc[row.area_id, "de facto"] == row.iso3_de_facto, row.area_id
        assert places.loc[row.area_id, "un-style"] == row.iso3_un, row.area_id
    assert (
        rows.loc[rows["extent"] == "undrawn", "iso3_de_facto"] == rows.loc[rows["extent"] == "undrawn", "iso3_un"]
    ).all()


# The page and the examples -------------------------------------------------------------------------------------------


def test_the_docs_page_is_what_the_command_writes() -> None:
    assert (ROOT / "docs" / "borders.md").read_text(encoding="utf-8") == page() + "\n"


@pytest.mark.parametrize(
    ("script", "said"),
    [("05_kyrgyz_tajik_border.py", "1,006.8"), ("06_kazakhstan_borders.py", "KAZ and AFG share no border")],
)
def test_the_border_examples_run(script: str, said: str) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "examples" / script)], capture_output=True, text=True, check=True
    )
    assert said in run.stdout
    assert "de facto (Natural Earth)" in run.stdout


def test_the_regimes_of_a_year_are_those_that_held_in_it(network: cx.Network) -> None:
    b = cx.border(network, "KAZ", "RUS")
    held = {year: set(b.regimes_in(year)["regime"]) for year in (1990, 2012, 2026)}
    assert held[1990] == set()
    assert "EAEU" not in held[2012]
    assert "Customs Union of BLR, KAZ, RUS" in held[2012]
    assert "EAEU" in held[2026]
