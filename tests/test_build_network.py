"""Anybody's own files: what is read, joined, cut, and refused."""

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, Point

import corridors as cx
from continent import countries
from corridors.collect.files import _zipped_layers
from corridors.units import length_km

RAIL = gpd.GeoDataFrame(
    {"name": ["Trunk", "Branch", "Bridge"], "gauge": [1520, 1520, 1520]},
    geometry=[
        LineString([(2, 6), (6, 6)]),
        LineString([(3, 6), (3, 5)]),
        LineString([(5, 7), (5, 5)]),  # crosses the trunk without touching: a bridge
    ],
    crs=4326,
)
CROSSINGS = gpd.GeoDataFrame(
    {"crossing_id": ["post"], "name": ["Post"], "iso3_a": ["AAA"], "iso3_b": ["BBB"]}, geometry=[Point(4, 6)], crs=4326
)
PLACES = gpd.GeoDataFrame(
    {"name": ["West", "Fork", "East", "End"]},
    geometry=[Point(2, 6), Point(3, 6), Point(6, 6), Point(3, 5)],
    crs=4326,
)


@pytest.fixture(scope="module")
def own() -> cx.Network:
    return cx.build_network(rail=RAIL, borders=countries(), crossings=CROSSINGS, places=PLACES)


def test_lines_join_at_junctions_but_not_under_bridges(own: cx.Network) -> None:
    assert cx.route(own, "End", "West", weight="length_km").n_crossings == 0
    assert "junction" in set(own.repairs["kind"])
    bridge = own.edges[own.edges["line_name"] == "Bridge"]
    trunk = own.edges[own.edges["line_name"] == "Trunk"]
    assert not set(bridge["from_id"]) & (set(trunk["from_id"]) | set(trunk["to_id"]))


def test_lengths_are_geodesic_and_borders_cut(own: cx.Network) -> None:
    r = cx.route(own, "West", "East", weight="length_km")
    assert r.length_km == pytest.approx(length_km(np.array([[2.0, 6.0], [6.0, 6.0]])), rel=1e-5)
    assert r.countries == ("AAA", "BBB")
    assert list(r.crossings["crossing_id"]) == ["post"]


def test_any_crs_multiparts_and_z_come_in() -> None:
    with_z = MultiLineString([[(2, 6, 100), (4, 6, 100)], [(4, 6, 100), (6, 6, 50)]])
    frame = gpd.GeoDataFrame({"name": ["Trunk"]}, geometry=[with_z], crs=4326).to_crs(3857)
    n = cx.build_network(rail=frame, borders=countries(), crossings=CROSSINGS, places=PLACES)
    assert cx.route(n, "West", "East", weight="length_km").length_km == pytest.approx(442.5, abs=1)


def test_two_gauges_in_one_node_are_a_break_of_gauge() -> None:
    frame = RAIL.iloc[[0, 1]].assign(gauge=[1520, 1435])
    n = cx.build_network(rail=frame, borders=countries(), crossings=CROSSINGS, places=PLACES)
    r = cx.route(n, "End", "West", weight="length_km")
    assert r.n_gauge_breaks == 1
    assert r.gauges_mm == (1435, 1520)


def test_proposed_lines_wait_for_a_scenario() -> None:
    plan = gpd.GeoDataFrame({"name": ["Plan"], "line_id": ["plan"]}, geometry=[LineString([(6, 6), (6, 7)])], crs=4326)
    n = cx.build_network(rail=RAIL, proposed=plan, borders=countries(), crossings=CROSSINGS, places=PLACES)
    with pytest.raises(cx.NoRouteError):
        cx.route(n, "West", "n6", weight="length_km")
    end = n.nodes[n.nodes.geometry.y == 7.0]["station_id"].iloc[-1]
    assert cx.route(cx.Scenario("x").open("plan").apply(n), "West", end).length_km > 442


def test_a_shapefile_gives_the_same_network_as_its_frame(own: cx.Network, tmp_path: Path) -> None:
    for name, frame in {"rail": RAIL, "borders": countries(), "crossings": CROSSINGS, "places": PLACES}.items():
        frame.rename(columns={"crossing_id": "crossing_i"}).to_file(tmp_path / f"{name}.shp")
    read = {n: tmp_path / f"{n}.shp" for n in ("rail", "borders", "places")}
    n = cx.build_network(**read, crossings=CROSSINGS)
    assert n.edges["length_km"].sum() == pytest.approx(own.edges["length_km"].sum())


def test_saved_and_loaded_is_the_same(own: cx.Network, tmp_path: Path) -> None:
    cx.save_network(own, tmp_path / "own.npz")
    again = cx.load_network(tmp_path / "own.npz")
    assert again.attrs["name"] == "own network"
    for table, columns in own.tables.items():
        for name, values in columns.items():
            if len(values) and values.dtype.kind == "f":
                assert np.array_equal(values, again.tables[table][name], equal_nan=True), (table, name)
            elif len(values) and table != "sources":
                assert list(map(str, values)) == list(map(str, again.tables[table][name])), (table, name)
    cx.save_network(own, tmp_path / "twice.npz")
    assert (tmp_path / "own.npz").read_bytes() == (tmp_path / "twice.npz").read_bytes()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p: p.with_suffix(".shp").write_bytes(p.read_bytes()[:60]), "cannot read|is empty|must hold"),
        (lambda p: p.with_suffix(".shx").unlink(), "cannot read"),
        (lambda p: p.with_suffix(".prj").unlink(), "no coordinate reference system"),
        (lambda p: p.with_suffix(".shp").write_bytes(b"not a shapefile"), "cannot read"),
        (lambda p: p.unlink(), "does not exist"),
    ],
)
def test_a_broken_shapefile_is_a_clear_error(tmp_path: Path, spoil: object, message: str) -> None:
    path = tmp_path / "rail.shp"
    RAIL.to_file(path)
    spoil(path)  # type: ignore[operator]
    with pytest.raises(cx.LayerError, match=message):
        cx.build_network(rail=path, borders=countries(), crossings=CROSSINGS, places=PLACES)


def test_wrong_layers_are_clear_errors() -> None:
    points = gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=4326)
    nowhere = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (500, 0)])], crs=4326)
    empty = RAIL.iloc[:0]
    cases = [
        ({"rail": points}, cx.LayerError, "must hold lines; it holds Point"),
        ({"rail": nowhere}, cx.LayerError, "not on Earth"),
        ({"rail": empty}, cx.LayerError, "is empty"),
        ({"rail": RAIL.set_crs(None, allow_override=True)}, cx.LayerError, "no coordinate reference system"),
        ({"borders": countries()}, cx.LayerError, "no lines given"),
        ({"rail": RAIL, "borders": countries().rename(columns={"iso3": "code"})}, cx.SchemaError, "no ISO alpha-3"),
        ({"rail": RAIL.assign(gauge=["broad"] * 3)}, cx.SchemaError, "gauge is 'broad'"),
        ({"rail": RAIL.assign(status=["opened"] * 3), "borders": countries()}, cx.SchemaError, "allowed are operating"),
    ]
    for given, error, message in cases:
        with pytest.raises(error, match=message):
            cx.build_network(**given, crossings=CROSSINGS, places=PLACES)


# Cleaning, columns, merging, audit -------------------------------------------------------------------------------------

GAP = gpd.GeoDataFrame(
    {"NAME_RU": ["Запад", None], "KOLEYA": [1520, None]},
    geometry=[LineString([(2, 6), (3.999, 6)]), LineString([(4, 6), (6, 6)])],  # 110 m between
    crs=4326,
)


def test_a_gap_is_closed_when_asked_and_counts_as_assumed() -> None:
    given = {"borders": countries(), "crossings": CROSSINGS, "places": PLACES}
    open_ = cx.build_network(rail=GAP, **given)
    with pytest.raises(cx.NoRouteError):
        cx.route(open_, "West", "East", weight="length_km")
    closed = cx.build_network(rail=GAP, gap_m=200, **given)
    found = cx.route(closed, "West", "East", weight="length_km")
    assert found.assumed_km == pytest.approx(0.1107, abs=1e-3)
    row = closed.repairs[closed.repairs["kind"] == "gap"].iloc[0]
    assert row["metres"] == pytest.approx(110.7, abs=1)
    assert (row["lon"], row["lat"]) == pytest.approx((4.0, 6.0), abs=0.01)


def test_without_repair_the_lines_stay_and_what_was_found_is_listed() -> None:
    n = cx.build_network(rail=RAIL, repair=False, borders=countries(), crossings=CROSSINGS, places=PLACES)
    found = n.repairs[n.repairs["note"].str.startswith("found, not done")]
    assert "junction" in set(found["kind"])
    with pytest.raises(cx.NoRouteError):
        cx.route(n, "End", "West", weight="length_km")


def test_columns_and_defaults_fill_what_a_file_calls_otherwise(tmp_path: Path) -> None:
    GAP.to_file(tmp_path / "gap.shp", encoding="cp1251")
    (tmp_path / "gap.cpg").unlink()
    given = {"borders": countries(), "crossings": CROSSINGS, "places": PLACES}
    options = {
        "columns": {"name": "NAME_RU", "gauge_mm": "KOLEYA"},
        "defaults": {"gauge_mm": 1435},
        "encoding": "cp1251",
    }
    n = cx.build_network(rail=tmp_path / "gap.shp", **given, **options)
    assert sorted(n.lines["name"]) == ["rail 2", "Запад"]
    assert sorted(n.lines["gauge_mm"]) == ["1435", "1520"]
    ruled = cx.build_network(rail=GAP, columns={"gauge_mm": lambda f: f["KOLEYA"].fillna(1000)}, **given)
    assert sorted(ruled.lines["gauge_mm"]) == ["1000", "1520"]
    for bad, message in (
        ({"columns": {"name": "NAME"}}, "did you mean 'NAME_RU'"),
        ({"defaults": {"gage": 1}}, "no column 'gage'"),
    ):
        with pytest.raises(cx.SchemaError, match=message):
            cx.build_network(rail=GAP, **bad)


def test_zipped_shapefiles_come_in_and_files_that_boast_do_not(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    RAIL.to_file(tmp_path / "in" / "rail.shp")
    zipped = shutil.make_archive(str(tmp_path / "rail"), "zip", tmp_path / "in")
    given = {"borders": countries(), "crossings": CROSSINGS, "places": PLACES}
    assert len(cx.build_network(rail=zipped, **given).lines) == 3
    shp = tmp_path / "in" / "rail.shp"
    whole = shp.read_bytes()
    shp.write_bytes(whole[:24] + (5 * 1024**3 % 2**31).to_bytes(4, "big") + whole[28:])
    with pytest.raises(cx.LayerError, match="claims 2,147,483,648 bytes, the file has"):
        cx.build_network(rail=shp, **given)
    (tmp_path / "empty.gpkg").write_bytes(b"")
    (tmp_path / "none.parquet").write_bytes(b"PAR1 and then nothing")
    RAIL.to_file(tmp_path / "cut.fgb", driver="FlatGeobuf")
    (tmp_path / "cut.fgb").write_bytes((tmp_path / "cut.fgb").read_bytes()[:400])
    for name, message in (
        ("empty.gpkg", "0 bytes"),
        ("none.parquet", "no Parquet file"),
        ("cut.fgb", "cannot read the rail layer"),
    ):
        with pytest.raises(cx.LayerError, match=message):
            cx.build_network(rail=tmp_path / name, **given)


def test_a_shapefile_in_a_folder_of_a_zip_is_found(tmp_path: Path) -> None:
    """As most downloads are, and as a Mac packs it."""
    folder = tmp_path / "in" / "railways (2024)"
    folder.mkdir(parents=True)
    RAIL.to_file(folder / "rail.shp")
    (tmp_path / "in" / "__MACOSX").mkdir()
    (tmp_path / "in" / "__MACOSX" / "._rail.shp").write_bytes(b"x")
    (folder / "metadata.json").write_text('{"title": "Railways"}')
    zipped = shutil.make_archive(str(tmp_path / "rail"), "zip", tmp_path / "in")
    assert len(cx.build_network(rail=zipped, borders=countries()).lines) == 3


def test_a_geodatabase_in_a_zip_is_one_layer_however_it_is_written() -> None:
    assert _zipped_layers(["Rail.GDB/", "Rail.GDB/a0001.gdbtable", "Rail.GDB/info.json"]) == ["Rail.GDB"]


def test_a_file_with_several_layers_is_refused_by_name_and_not_read_in_part(tmp_path: Path) -> None:
    for name in ("rail", "road"):
        (tmp_path / "in").mkdir(exist_ok=True)
        RAIL.to_file(tmp_path / "in" / f"{name}.shp")
        RAIL.to_file(tmp_path / "both.gpkg", layer=name)
    zipped = shutil.make_archive(str(tmp_path / "both"), "zip", tmp_path / "in")
    with pytest.raises(cx.LayerError, match=r"several layers \(r[oa][ai][ld]\.shp, r[oa][ai][ld]\.shp\); unpack it"):
        cx.build_network(rail=zipped)
    with pytest.raises(
        cx.LayerError, match=r"several layers \(rail, road\); give one of them, as 'both.gpkg\|layername=rail'"
    ):
        cx.build_network(rail=tmp_path / "both.gpkg")


@pytest.mark.parametrize(
    ("tolerance", "metres"), [("snap_m", -3.0), ("gap_m", float("nan")), ("parallels_m", float("inf"))]
)
def test_a_tolerance_that_is_no_distance_is_refused(tolerance: str, metres: float) -> None:
    with pytest.raises(ValueError, match=f"{tolerance} is .*; it must be metres, zero or more"):
        cx.build_network(rail=RAIL, **{tolerance: metres})


def test_the_audit_counts_pieces_loose_ends_chords_and_nameless_crossings(own: cx.Network, toy: cx.Network) -> None:
    report = own.report()
    assert len(report.components) == 2
    assert len(report.islands) == 1  # the bridge
    assert report.components["length_km"].is_monotonic_decreasing
    assert len(report.dangling) == 5
    assert len(report.unnamed_crossings) == 0
    assert "1 islands" in str(report)
    changes = toy.report().gauge_changes
    assert changes.set_index("name").loc["Delta", ["gauges_mm", "joined"]].tolist() == ["1435|1520", True]


def along_the_border() -> gpd.GeoDataFrame:
    """Ways of 5 km along lon 4, the border of AAA and BBB, now on this side of it and now on that, as OpenStreetMap has them."""
    xy = [(3.9, 5.0)] + [(4.0 + (0.01 if k % 2 else -0.01), 5.05 + 0.05 * k) for k in range(9)] + [(3.9, 5.6)]
    ways = [LineString(xy[k : k + 2]) for k in range(len(xy) - 1)]
    return gpd.GeoDataFrame({"name": "Along", "gauge": 1520}, index=range(len(ways)), geometry=ways, crs=4326)


def test_ways_along_a_wobbling_border_do_not_cross_it_at_every_way() -> None:
    ends = gpd.GeoDataFrame({"name": ["South", "North"]}, geometry=[Point(3.9, 5.0), Point(3.9, 5.6)], crs=4326)
    n = cx.build_network(rail=along_the_border(), borders=countries(), crossings=CROSSINGS, places=ends)
    assert cx.route(n, "South", "North", weight="length_km").countries == ("AAA",)
    wobbles = n.repairs[n.repairs["kind"] == "border wobble"]
    assert len(wobbles) == 4
    assert (wobbles["what"] == "AAA in BBB").all()
    assert wobbles[["lon", "lat"]].notna().all(axis=None)


def test_the_last_station_behind_a_border_is_no_wobble() -> None:
    stub = gpd.GeoDataFrame({"gauge": [1520] * 3}, crs=4326, geometry=[
        LineString([(3.0, 6.5), (3.99, 6.5)]), LineString([(3.99, 6.5), (4.02, 6.5)]), LineString([(4.02, 6.5), (4.03, 6.5)])])  # fmt: skip
    ends = gpd.GeoDataFrame({"name": ["Start", "Stop"]}, geometry=[Point(3.0, 6.5), Point(4.03, 6.5)], crs=4326)
    n = cx.build_network(rail=stub, borders=countries(), crossings=CROSSINGS, places=ends)
    assert cx.route(n, "Start", "Stop", weight="length_km").countries == ("AAA", "BBB")


def test_a_place_knows_its_country_better_than_a_coarse_border() -> None:
    # The drawn border is at lon 4; the last station stands 1 km before it and belongs to BBB all the same.
    line = gpd.GeoDataFrame({"gauge": [1520]}, geometry=[LineString([(3.0, 6.5), (3.99, 6.5)])], crs=4326)
    ends = gpd.GeoDataFrame(
        {"name": ["Start", "Stop"], "iso3": ["", "BBB"]}, geometry=[Point(3.0, 6.5), Point(3.99, 6.5)], crs=4326
    )
    n = cx.build_network(rail=line, borders=countries(), crossings=CROSSINGS, places=ends)
    assert cx.route(n, "Start", "Stop", weight="length_km").countries == ("AAA", "BBB")


def test_noise_at_a_border_is_listed_and_only_strict_avoidance_refuses_it() -> None:
    # The trunk pokes 2 km over the border at lon 4 and comes back; nothing crosses there. Far away a line of BBB.
    trunk = LineString([(3.5, 5.0), (4.02, 5.2), (3.5, 5.4)])
    rail = gpd.GeoDataFrame({"gauge": [1520] * 2}, geometry=[trunk, LineString([(5, 7), (6, 7)])], crs=4326)
    ends = gpd.GeoDataFrame(
        {"name": ["South", "North", "Far"]}, geometry=[Point(3.5, 5), Point(3.5, 5.4), Point(5, 7)], crs=4326
    )
    n = cx.build_network(rail=rail, borders=countries(), crossings=CROSSINGS, places=ends)
    r = cx.route(n, "South", "North", avoid=["BBB"])
    assert r.countries == ("AAA",)
    assert r.border_noise["iso3"].tolist() == ["BBB"]
    # Of 0.52 degrees to the east and back, 0.02 lie beyond the border, on a slope of 0.2 to 0.52.
    assert r.border_noise["km"][0] == pytest.approx(
        2 * 0.02 / 0.52 * length_km(np.array([[3.5, 5.0], [4.02, 5.2]])), rel=0.3
    )
    assert cx.route(n, "Far", (6.0, 7.0)).border_noise.empty
    for ask in (cx.route, cx.alternatives, cx.pareto):
        with pytest.raises(cx.NoRouteError, match="without BBB"):
            ask(n, "South", "North", avoid=["BBB"], avoid_strict=True)
    strict, lax = (
        cx.matrix(n, ["South"], ["North"], avoid=["BBB"], avoid_strict=s)["time_h"][0] for s in (True, False)
    )
    assert np.isnan(strict)
    assert lax == pytest.approx(r.time_h)


def test_a_line_over_the_antimeridian_passes_no_country_on_the_other_side_of_the_earth() -> None:
    strait = gpd.GeoDataFrame({"name": ["Strait"]}, geometry=[LineString([(170, 66), (-165, 66)])], crs=4326)
    network = cx.build_network(rail=strait, defaults={"gauge_mm": 1520})
    assert set(network.edges["country"]) == {"RUS", "RUS|USA", "USA"}
    west, east = (
        length_km(np.array([[170.0, 66.0], [180.0, 66.0]])),
        length_km(np.array([[-180.0, 66.0], [-165.0, 66.0]])),
    )
    assert network.edges["length_km"].sum() == pytest.approx(west + east, rel=1e-4)
    assert len(network.report().components) == 1
    assert network.repairs["kind"].tolist()[0] == "antimeridian"


# What people really have ------------------------------------------------------------------------------------------------

CYRILLIC = gpd.GeoDataFrame({"NAME": ["Запад"]}, geometry=[LineString([(2, 6), (3, 6)])], crs=4326)


def built(rail: object, **options: object) -> cx.Network:
    return cx.build_network(rail=rail, **({"borders": countries(), "crossings": CROSSINGS, "places": PLACES} | options))


def test_rows_that_are_dropped_or_taken_apart_are_said_and_lines_are_called_by_their_row() -> None:
    parts = MultiLineString([[(2, 6), (3, 6)], [(3, 6), (6, 6)]])
    rail = gpd.GeoDataFrame(
        {"name": ["none", "empty", "two parts", "last"]},
        geometry=[None, LineString(), parts, LineString([(3, 6), (3, 5)])],
        crs=4326,
    )
    n = built(rail)
    assert n.repairs[["kind", "what"]].to_numpy().tolist() == [
        ["no geometry", "rail-1"], ["no geometry", "rail-2"], ["multi-part", "rail-3"]
    ]  # fmt: skip
    assert n.lines["name"].to_dict() == {"rail-3": "two parts", "rail-4": "last"}
    only_found = built(rail, repair=False).repairs
    assert only_found["note"].iloc[0] == "dropped"


@pytest.mark.parametrize("gauge", [1.52, 152, 15200, -1520, np.inf, "1520;1435", "5 ft", 1519.7])
def test_a_gauge_in_another_unit_is_refused_with_its_row(gauge: object) -> None:
    with pytest.raises(
        cx.SchemaError, match=r"the rail layer: row 2: gauge is '.*'; it must be a number of millimetres"
    ):
        built(RAIL.assign(gauge=[1520, gauge, None]))
    with pytest.raises(cx.SchemaError, match="defaults: row 1"):
        built(RAIL.drop(columns="gauge"), defaults={"gauge_mm": gauge})


def test_a_gauge_may_be_written_as_text_and_nothing_is_unknown() -> None:
    n = built(RAIL.assign(gauge=["1520 mm", " 1520.0", ""]), defaults={"gauge_mm": "1000"})
    assert n.lines["gauge_mm"].tolist() == ["1520", "1520", "1000"]


def test_names_of_columns_and_words_in_them_are_read_in_any_case() -> None:
    rail = RAIL.rename(columns=str.upper).set_geometry("GEOMETRY").assign(LINE_ID=[1.0, 2.0, None], STATUS="Operating ")
    n = built(rail)
    assert n.lines[["name", "gauge_mm", "status"]].reset_index().to_numpy().tolist() == [
        ["1", "Trunk", "1520", "operating"], ["2", "Branch", "1520", "operating"], ["rail-3", "Bridge", "1520", "operating"]
    ]  # fmt: skip
    with pytest.raises(cx.SchemaError, match=r"the rail layer: row 3: status is 'open'; allowed are operating"):
        built(RAIL.assign(status=["operating", "", "open"]))


def test_a_line_of_two_gauges_says_both_and_a_prefix_is_no_part_of_its_id() -> None:
    n = built(RAIL.assign(line_id=["line:a", "line:a", "b"], gauge=[1520, 1435, 1520]))
    assert n.lines["gauge_mm"].to_dict() == {"a": "1435|1520", "b": "1520"}


def test_text_that_no_file_explains_is_read_as_utf_8_or_said(tmp_path: Path) -> None:
    for name in ("cp1251", "utf-8"):
        CYRILLIC.to_file(tmp_path / f"{name}.shp", encoding=name)
        (tmp_path / f"{name}.cpg").unlink()
    assert built(tmp_path / "utf-8.shp").lines["name"].tolist() == ["Запад"]
    assert built(tmp_path / "utf-8.shp", encoding="cp1251").lines["name"].tolist() == ["Запад"]
    assert built(tmp_path / "cp1251.shp", encoding="cp1251").lines["name"].tolist() == ["Запад"]
    with pytest.warns(UserWarning, match="nothing says how the text of the rail layer 'cp1251.shp' is encoded"):
        built(tmp_path / "cp1251.shp")
    with pytest.raises(cx.LayerError, match="there is no encoding 'cp9999'"):
        built(tmp_path / "cp1251.shp", encoding="cp9999")


def test_stations_have_columns_and_an_encoding_too(tmp_path: Path) -> None:
    stations = PLACES.rename(columns={"name": "NAZVANIE"}).assign(NAZVANIE=["Запад", "Узел", None, "Тупик"])
    stations.to_file(tmp_path / "stations.shp", encoding="cp1251")
    (tmp_path / "stations.cpg").unlink()
    given = {"places": tmp_path / "stations.shp", "encoding": "cp1251"}
    n = built(RAIL, columns={"places.name": "NAZVANIE"}, **given)
    assert {"Запад", "Узел", "Тупик"} <= set(n.nodes["name"])
    assert cx.route(n, "Тупик", "Запад", weight="length_km").n_crossings == 0
    with pytest.raises(
        cx.SchemaError, match=r"no column 'name'; it has NAZVANIE; say which with columns={'places.name'"
    ):
        built(RAIL, **given)
    with pytest.raises(cx.SchemaError, match=r"no column 'places\.gauge' to fill"):
        built(RAIL, columns={"places.gauge": "NAZVANIE"})


def test_stations_come_from_a_table_of_lon_and_lat(tmp_path: Path) -> None:
    table = "Name;Lon;Lat\r\nWest;2;6\r\nFork;3;6\r\n"
    (tmp_path / "stations.csv").write_text(table, encoding="utf-8")
    assert {"West", "Fork"} <= set(built(RAIL, places=tmp_path / "stations.csv").nodes["name"])
    (tmp_path / "stations.csv").write_text("name,x_coord\nWest,2\n", encoding="utf-8")
    with pytest.raises(cx.LayerError, match="has no geometry; a CSV file needs the columns lon and lat"):
        built(RAIL, places=tmp_path / "stations.csv")


def test_the_nearest_place_names_a_node_and_two_far_ones_may_have_one_name() -> None:
    near_west = [Point(2, 6.01), Point(2, 6), Point(6, 6)]
    n = built(RAIL, places=gpd.GeoDataFrame({"name": ["Yard", "Halt", "Halt"]}, geometry=near_west, crs=4326))
    named = n.nodes[n.nodes["name"] == "Halt"]
    assert sorted(named.geometry.x) == [2.0, 6.0]
    assert "Yard" not in set(n.nodes["name"])
    with pytest.raises(cx.PlaceError, match="Halt"):
        cx.route(n, "Halt", "n1")


def test_one_layer_of_several_is_read_by_its_name(tmp_path: Path) -> None:
    RAIL.to_file(tmp_path / "both.gpkg", layer="rail")
    PLACES.to_file(tmp_path / "both.gpkg", layer="stations")
    both = {layer: f"{tmp_path / 'both.gpkg'}|layername={layer}" for layer in ("rail", "stations", "roads")}
    assert len(built(both["rail"], places=both["stations"]).lines) == 3
    with pytest.raises(cx.LayerError, match="there is no layer 'roads' in it; there are rail, stations"):
        built(both["roads"])


def test_codes_of_countries_are_taken_from_the_column_that_has_them_all() -> None:
    natural_earth = (
        countries().rename(columns={"iso3": "ADM0_A3"}).assign(ISO_A3=["-99"] + ["AAA"] * (len(countries()) - 1))
    )
    assert cx.route(built(RAIL, borders=natural_earth), "West", "East").countries == ("AAA", "BBB")
    small = countries().assign(iso3=lambda f: f["iso3"].str.lower())
    posts = CROSSINGS.assign(iso3_a="aaa", iso3_b="bbb", mode="Rail")
    r = cx.route(built(RAIL, borders=small, crossings=posts), "West", "East")
    assert (r.countries, r.crossings["crossing_id"].tolist()) == (("AAA", "BBB"), ["post"])
    with pytest.raises(cx.SchemaError, match=r"the borders layer: row 1 \(and .* more\): ISO_A3 is '-99'"):
        built(RAIL, borders=natural_earth.drop(columns="ADM0_A3").assign(ISO_A3="-99"))
    with pytest.raises(cx.SchemaError, match="crossings layer: row 1: iso3_a is 'Kazakhstan'"):
        built(RAIL, crossings=CROSSINGS.assign(iso3_a="Kazakhstan"))
    with pytest.raises(cx.SchemaError, match=r"the places layer: row 1 .*: iso3 is 'uz'"):
        built(RAIL, places=PLACES.assign(iso3="uz"))


def test_what_is_not_read_or_looks_misplaced_is_a_warning() -> None:
    with pytest.warns(UserWarning, match="dwell_h, which is not read"):
        built(RAIL, crossings=CROSSINGS.assign(dwell_h=12.0))
    swapped = RAIL.set_geometry(RAIL.geometry.translate(0, -60))
    with pytest.warns(UserWarning, match=r"6 of 6 ends of lines lie in no country.*longitude and latitude"):
        built(swapped)


def test_any_name_of_the_geometry_column_will_do() -> None:
    assert len(built(RAIL.rename_geometry("geom")).lines) == 3


def test_a_place_that_names_no_node_is_said() -> None:
    places = gpd.GeoDataFrame(
        {"name": ["West", "On the way", "Yard", None]},
        geometry=[Point(2, 6), Point(5.5, 6), Point(2, 6.01), Point(6, 6)],
        crs=4326,
    )
    said = built(RAIL, places=places, contract=True).repairs.set_index("what")["note"]
    assert said["On the way"] == "no node within 5 km"
    assert said["Yard"].startswith("another place is nearer")
    assert said[""] == "it has no name"
    assert "West" not in said


def test_a_line_drawn_past_its_stations_has_them() -> None:
    line = gpd.GeoDataFrame({"name": ["Trunk"], "gauge": [1520]}, geometry=[LineString([(2, 6), (6, 6)])], crs=4326)
    halts = [Point(2, 6), Point(2.5, 6.005), Point(3.5, 5.992), Point(5, 6.05), Point(6, 6)]
    places = gpd.GeoDataFrame({"name": ["West", "Halt", "Post", "Far", "East"]}, geometry=halts, crs=4326)
    n = built(line, places=places)
    r = cx.route(n, "Halt", "Post", weight="length_km")
    assert r.length_km == pytest.approx(length_km(np.array([[2.5, 6.0], [3.5, 6.0]])), rel=1e-4)
    whole = length_km(np.array([[2.0, 6.0], [6.0, 6.0]]))
    assert cx.route(n, "West", "East", weight="length_km").length_km == pytest.approx(whole, rel=1e-5)
    with pytest.raises(cx.PlaceError, match="Far"):  # 5.5 km from the line
        cx.route(n, "West", "Far")
    assert n.repairs["kind"].tolist().count("place on a line") == 2
    found = built(line, places=places, repair=False)
    assert "Halt" not in set(found.nodes["name"])
    note = found.repairs.set_index("kind")["note"]["place on a line"]
    assert set(note) == {"found, not done: cut where a place lies"}


def test_the_audit_names_countries_and_gauges_so_that_a_misplaced_file_shows() -> None:
    report = built(RAIL.assign(gauge=[1520, 1435, 1520])).report()
    assert "in AAA, BBB\n" in str(report)
    km = report.gauges.set_index("gauge_mm")["length_km"]
    assert km[1435] == pytest.approx(length_km(np.array([[3.0, 6.0], [3.0, 5.0]])), rel=1e-5)
    unknown = built(RAIL.drop(columns="gauge")).report()
    assert f"rail: unknown gauge {unknown.gauges['length_km'].sum():,.0f} km" in str(unknown)


def test_values_of_every_kind_of_column_are_read() -> None:
    rail = RAIL.assign(
        name=pd.array(["Trunk", None, "Bridge"], dtype="string"),
        gauge=pd.array([1520, None, 1435], dtype="Int64"),
        status=pd.Categorical(["operating"] * 3),
        NAME="of another language",
    )
    n = built(rail, defaults={"gauge_mm": 1000})
    assert n.lines[["name", "gauge_mm"]].to_numpy().tolist() == [
        ["Trunk", "1520"], ["rail 2", "1000"], ["Bridge", "1435"]
    ]  # fmt: skip
    twice = RAIL.rename(columns={"name": "NAME"}).assign(Name="another")
    assert built(twice).lines["name"].tolist() == ["Trunk", "Branch", "Bridge"]
    assert len(built(RAIL.geometry).lines) == 3


def test_what_is_no_layer_is_a_clear_error() -> None:
    for wrong in ([[(2, 6), (3, 6)]], {"type": "FeatureCollection"}, 5):
        with pytest.raises(cx.LayerError, match=f"the rail layer is a {type(wrong).__name__}; give the path of a file"):
            built(wrong)
    with pytest.raises(cx.SchemaError, match="two layers have a line 'x'"):
        built(RAIL.assign(line_id=["x", "y", "z"]), proposed=RAIL.iloc[:1].assign(line_id="x"))


def test_crossings_that_were_written_as_a_shapefile_come_back(own: cx.Network, tmp_path: Path) -> None:
    cx.export.write(own, tmp_path / "own.shp")
    n = built(RAIL, crossings=tmp_path / "own_crossings.shp")
    assert cx.route(n, "West", "East").crossings["crossing_id"].tolist() == ["post"]
