"""Borders on the drawn continent, where every number can be checked by hand."""

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon, box

import continent
import corridors as cx
from corridors.units import distance_km

SOUTH_NORTH_KM = float(distance_km(4, 4, 4, 8))


@pytest.fixture(scope="module")
def drawn() -> gpd.GeoDataFrame:
    return continent.countries()


def test_a_border_is_the_line_that_two_polygons_share(toy: cx.Network, drawn: gpd.GeoDataFrame) -> None:
    found = cx.border(toy, "BBB", "AAA", borders=drawn)
    assert (found.iso3_a, found.iso3_b, found.kind) == ("AAA", "BBB", "state")
    assert found.geometry.equals(LineString([(4, 4), (4, 8)]))
    assert found.length_km == pytest.approx(SOUTH_NORTH_KM)
    assert found.published.empty
    assert found.n_crossings == 1
    assert found.km_per_crossing == pytest.approx(SOUTH_NORTH_KM)
    assert found.attrs["worldview"] == "the borders layer given"
    assert "1 operating crossing points" in repr(found)


def test_countries_that_touch_in_a_corner_only_share_no_border(toy: cx.Network, drawn: gpd.GeoDataFrame) -> None:
    with pytest.raises(cx.UnknownNameError, match=r"AAA and CCC share no border; between them lies BBB or DDD"):
        cx.border(toy, "AAA", "CCC", borders=drawn)


def test_a_country_has_no_border_with_itself_and_unknown_ones_are_refused(
    toy: cx.Network, drawn: gpd.GeoDataFrame
) -> None:
    with pytest.raises(cx.UnknownNameError, match="one country"):
        cx.border(toy, "AAA", "aaa", borders=drawn)
    with pytest.raises(cx.UnknownNameError, match="no country 'AAB' in this boundary set"):
        cx.border(toy, "AAB", "AAA", borders=drawn)


def test_neighbours_and_tripoints_of_the_drawing(drawn: gpd.GeoDataFrame) -> None:
    assert cx.neighbours("AAA", borders=drawn) == ("BBB", "DDD")
    found = cx.tripoints(borders=drawn)
    assert found[["iso3", "lon", "lat"]].to_numpy().tolist() == [["AAA|BBB|DDD", 4.0, 4.0], ["BBB|CCC|DDD", 8.0, 4.0]]


def test_only_operating_crossings_count_and_a_mode_shut_does_not_shut_the_other(
    toy: cx.Network, drawn: gpd.GeoDataFrame
) -> None:
    table = cx.border_table(toy, borders=drawn).set_index(["iso3_a", "iso3_b"])
    assert table["n_crossings"].to_dict() == {
        ("AAA", "BBB"): 1, ("AAA", "DDD"): 1, ("BBB", "CCC"): 1, ("BBB", "DDD"): 0, ("CCC", "DDD"): 1,
    }  # fmt: skip
    assert table.loc[("CCC", "DDD"), ["n_rail", "n_road"]].tolist() == [1, 0]
    before = cx.border_table(toy.as_of("2025-06-30"), borders=drawn).set_index(["iso3_a", "iso3_b"])
    assert before.loc[("CCC", "DDD"), "n_road"] == 1


def test_borders_to_the_sea_are_counted_from_the_coast_inwards() -> None:
    inner, middle, outer = box(4, 4, 6, 6), box(2, 2, 8, 8), box(0, 0, 10, 10)
    rings = gpd.GeoDataFrame(
        {"iso3": ["III", "MMM", "OOO"]}, geometry=[inner, middle - inner, outer - middle], crs=4326
    )
    table = cx.landlocked(borders=rings).set_index("iso3")
    assert table["borders_to_sea"].to_dict() == {"III": 2.0, "MMM": 1.0, "OOO": 0.0}
    assert table.loc["III", "via"] == "MMM"


def test_an_enclosed_sea_is_no_coast_nor_is_an_island_in_it() -> None:
    sea, isle = box(3, 3, 5, 5), box(3.5, 3.5, 4.5, 4.5)
    shore = gpd.GeoDataFrame(
        {"iso3": ["SSS", "SSS", "CCC"]},
        geometry=[Polygon(box(2, 2, 6, 6).exterior.coords, [sea.exterior.coords]), isle, box(0, 0, 8, 8) - box(2, 2, 6, 6)],
        crs=4326,
    )  # fmt: skip
    assert cx.landlocked(borders=shore).set_index("iso3")["borders_to_sea"].to_dict() == {"CCC": 0.0, "SSS": 1.0}


def test_transit_countries_follow_the_lines_not_the_map(toy: cx.Network) -> None:
    assert cx.transit_countries(toy, "AAA", "CCC", modes="rail") == ("DDD",)
    assert cx.transit_countries(toy, "AAA", "BBB", modes="rail") == ()
    assert cx.transit_countries(toy, "BBB", "DDD", modes="rail") == ("CCC",) or cx.transit_countries(
        toy, "BBB", "DDD", modes="rail"
    ) == ("AAA",)
    assert cx.transit_countries(toy, "AAA", "CCC") == ()  # the ferry
    closed = cx.Scenario("three shut").close("three").apply(toy)
    assert cx.transit_countries(closed, "AAA", "CCC", modes="rail") == ("BBB",)
    both = cx.Scenario("one and three shut").close("one", "three").apply(toy)
    assert cx.transit_countries(both, "AAA", "CCC", modes="rail") is None


def test_shutting_a_crossing_gives_the_way_round_and_what_is_cut_off(toy: cx.Network) -> None:
    table = cx.detour_if_shut(toy, "one")
    assert len(table) == 1
    row = table.iloc[0]
    # Alpha-Bravo 500 km; round by Aleph, Delta, Coral and Charlie 300 + 400 + 400 + 300 + 500.
    assert (row["from_name"], row["to_name"], row["length_km"], row["detour_km"]) == ("Alpha", "Bravo", 500.0, 1400.0)
    assert row["instead"] == ("three", "four", "two")
    assert row["cut_off"] == ()
    half = cx.Scenario("three shut").close("three").apply(toy)
    assert cx.detour_if_shut(half, "one").iloc[0]["cut_off"] == ("AAA",)
    assert "no path" in cx.detour_if_shut(half, "one").iloc[0]["reason"]
    assert cx.detour_if_shut(toy, "one", modes="rail").equals(table)


def test_who_is_reached_through_a_crossing(toy: cx.Network) -> None:
    places = ["Alpha", "Bravo", "Coral"]
    found = cx.reached_through(toy, "one", places, modes=["rail"], weight="length_km").set_index("destination")
    assert found.loc["Bravo", ["origin", "iso3_from", "iso3_to"]].tolist() == ["Alpha", "AAA", "BBB"]
    assert found.loc["Bravo", "length_km"] == 500.0
    assert not found["is_only_way"].any()
    assert (found["time_h_shut"] > found["time_h"]).all()
    alone = cx.Scenario("three shut").close("three").apply(toy)
    only = cx.reached_through(alone, "one", places, modes=["rail"])
    assert set(only["origin"]) == {"Alpha"}
    assert only["is_only_way"].all()
    assert only["time_h_shut"].isna().all()
    with pytest.raises(cx.UnknownNameError, match="no line of this network passes 'one' by road"):
        cx.reached_through(toy, "one", places, mode="road")
    with pytest.raises(cx.PlaceError, match="no place 'Nowhere'"):
        cx.reached_through(toy, "one", [*places, "Nowhere"], modes=["rail"])


def test_a_crossing_that_is_shut_or_has_no_line_says_so(toy: cx.Network) -> None:
    road = cx.detour_if_shut(toy, "four", mode="road")
    assert road["reason"].str.contains("shut already").all()
    with pytest.raises(cx.UnknownNameError, match="no line of this network passes 'one' by road"):
        cx.detour_if_shut(toy, "one", mode="road")
    with pytest.raises(cx.UnknownNameError, match="did you mean"):
        cx.detour_if_shut(toy, "thre")


def test_the_registry_adds_up_sides_and_takes_the_last_year(toy: cx.Network) -> None:
    rows = [("three", "road", "ab", "a", 2020, 9.0, 10.0), ("three", "road", "ab", "a", 2022, 4.0, 20.0),
            ("three", "road", "ab", "b", 2021, 3.0, 5.0), ("three", "road", "ba", "both", 2022, 1.5, float("nan"))]  # fmt: skip
    dwell = continent.frame(
        "crossing_dwell",
        [dict(zip(("crossing_id", "mode", "direction", "side", "year", "dwell_h", "fee_usd"), r, strict=True)) | {"source_id": "drawing"} for r in rows],
    )  # fmt: skip
    seen = toy.with_tables(dwell={c: dwell[c].to_numpy() for c in dwell})
    row = cx.crossing_table(seen, border=("AAA", "DDD")).set_index("mode").loc["road"]
    assert (row["dwell_ab_h"], row["fee_ab_usd"], row["sides_ab"], row["year_ab"]) == (7.0, 25.0, "a+b", 2022)
    assert (row["dwell_ba_h"], row["sides_ba"], row["source_ba"]) == (1.5, "both", "drawing")
    assert row["fee_ba_usd"] != row["fee_ba_usd"]


# Somebody's own lines ------------------------------------------------------------------------------------------------


def own_crossings() -> gpd.GeoDataFrame:
    columns = {
        "crossing_id": ["one", "two"],
        "name": ["One", "Two"],
        "iso3_a": ["AAA", "BBB"],
        "iso3_b": ["BBB", "CCC"],
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy([4.0, 8.0], [6.0, 6.0]), crs=4326)


def test_a_line_in_any_crs_gets_its_crossings_in_order(drawn: gpd.GeoDataFrame) -> None:
    line = gpd.GeoDataFrame(geometry=[LineString([(2, 6), (10, 6)])], crs=4326).to_crs(3857)
    found = cx.crossings_of(line, drawn, crossings=own_crossings())
    assert found.sequences["countries"].tolist() == [("AAA", "BBB", "CCC")]
    assert found.crossings["crossing_id"].tolist() == ["one", "two"]
    assert found.crossings["at_km"].tolist() == pytest.approx(
        [float(distance_km(2, 6, 4, 6)), float(distance_km(2, 6, 8, 6))], rel=1e-3
    )
    assert found.crossings.geometry.x.tolist() == pytest.approx([4, 8], abs=1e-6)
    assert sum(found.sequences["km_by_country"][0]) == pytest.approx(found.sequences["length_km"][0])
    assert found.noise.empty


def test_a_wobble_is_noise_below_the_tolerance_and_real_above_it(drawn: gpd.GeoDataFrame) -> None:
    line = gpd.GeoDataFrame(
        geometry=[LineString([(3.9, 5), (3.99, 6), (4.02, 6.02), (3.99, 6.04), (3.9, 7)])], crs=4326
    )
    far = own_crossings().iloc[1:]
    calm = cx.crossings_of(line, drawn, crossings=far)
    assert calm.sequences["countries"].tolist() == [("AAA",)]
    assert calm.noise[["line", "iso3"]].to_numpy().tolist() == [["line 1", "BBB"]]
    assert calm.noise["km"][0] < 10
    strict = cx.crossings_of(line, drawn, crossings=far, tolerance_km=0)
    assert strict.sequences["countries"].tolist() == [("AAA", "BBB", "AAA")]
    assert strict.crossings["crossing_id"].tolist() == ["", ""]


def test_a_line_that_ends_short_of_a_generalised_border_crosses_it_where_its_end_is_known(
    drawn: gpd.GeoDataFrame,
) -> None:
    # Drawn after Serhetabat - Torghundi: the last station lies in BBB, the generalised border a little behind it.
    line = gpd.GeoDataFrame(geometry=[LineString([(3.5, 6), (3.98, 6)])], crs=4326)
    assert cx.crossings_of(line, drawn, crossings=own_crossings()).sequences["countries"].tolist() == [("AAA",)]
    found = cx.crossings_of(line.assign(iso3_from="AAA", iso3_to="BBB"), drawn, crossings=own_crossings())
    assert found.sequences["countries"].tolist() == [("AAA", "BBB")]
    assert found.crossings["crossing_id"].tolist() == ["one"]
    with pytest.raises(cx.UnknownNameError, match="ends in 'XYZ'"):
        cx.crossings_of(line.assign(iso3_from="XYZ"), drawn)


def test_a_line_along_a_border_river_stays_at_home_where_its_ends_are_known(drawn: gpd.GeoDataFrame) -> None:
    # Drawn after Ordubad - Julfa - Nakhchivan: the border stands one to three kilometres on the wrong side of the track.
    wobble = [(4.02, 7.7), (4.02, 7.6), (3.99, 7.5), (4.01, 7.4), (3.98, 7.3), (3.5, 7.0)]
    line = gpd.GeoDataFrame(geometry=[LineString(wobble)], crs=4326)
    far = own_crossings().iloc[1:]
    assert cx.crossings_of(line, drawn, crossings=far).sequences["countries"].tolist() == [("BBB", "AAA")]
    known = line.assign(iso3_from="AAA", iso3_to="AAA")
    found = cx.crossings_of(known, drawn, crossings=far, tolerance_km=30)
    assert found.sequences["countries"].tolist() == [("AAA",)]
    assert set(found.noise["iso3"]) == {"BBB"}


def test_pieces_of_one_line_are_joined_whatever_their_order(drawn: gpd.GeoDataFrame) -> None:
    pieces = [LineString([(2, 6), (5, 6)]), LineString([(10, 6), (5, 6)])]
    frame = gpd.GeoDataFrame({"line_id": ["x", "x"]}, geometry=pieces, crs=4326)
    found = cx.crossings_of(frame, drawn, crossings=own_crossings())
    assert found.sequences[["line", "countries"]].to_numpy().tolist() == [["x", ("AAA", "BBB", "CCC")]]


def test_a_line_at_home_has_one_country_and_no_crossing(drawn: gpd.GeoDataFrame) -> None:
    frame = gpd.GeoDataFrame({"name": ["home"]}, geometry=[LineString([(1, 1), (2, 2)])], crs=4326)
    found = cx.crossings_of(frame, drawn)
    assert found.sequences[["line", "countries", "n_crossings"]].to_numpy().tolist() == [["home", ("AAA",), 0]]
    assert found.crossings.empty
    assert "0 crossings" in repr(found)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 11.9), st.floats(0.1, 7.9)), min_size=2, max_size=6, unique=True))
def test_the_way_back_passes_the_same_countries_and_lengths_add_up(points: list[tuple[float, float]]) -> None:
    line = gpd.GeoDataFrame(geometry=[LineString(points)], crs=4326)
    there = cx.crossings_of(line, continent.countries(), crossings=own_crossings(), tolerance_km=0).sequences.iloc[0]
    back = cx.crossings_of(
        line.reverse().to_frame("geometry"), continent.countries(), crossings=own_crossings(), tolerance_km=0
    )
    assert back.sequences.iloc[0]["countries"] == there["countries"][::-1]
    assert sum(there["km_by_country"]) == pytest.approx(there["length_km"])


def test_bad_input_is_a_clear_error(drawn: gpd.GeoDataFrame, tmp_path) -> None:
    frame = gpd.GeoDataFrame(geometry=[LineString([(1, 1), (2, 2)])], crs=4326)
    with pytest.raises(cx.LayerError, match="does not exist"):
        cx.crossings_of(tmp_path / "none.shp", drawn)
    with pytest.raises(cx.SchemaError, match="column 'iso3_b' is missing"):
        cx.crossings_of(frame, drawn, crossings=own_crossings().drop(columns="iso3_b"))
    with pytest.raises(cx.UnknownNameError, match="mode is 'air'"):
        cx.crossings_of(frame, drawn, mode="air")
    with pytest.raises(cx.SchemaError, match="no ISO alpha-3 column"):
        cx.crossings_of(frame, drawn.rename(columns={"iso3": "country"}))
    with pytest.raises(cx.UnknownNameError, match=r"no worldview 'un'.*'de facto', 'un-style'"):
        cx.crossings_of(frame, worldview="un")
