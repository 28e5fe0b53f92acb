"""Results as files: whole, the same each time, opened by other programs, and with what they rest on inside."""

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings

import corridors as cx
from corridors import export
from corridors.export._antimeridian import cut
from corridors.export._frames import meaning
from corridors.export._geojson import geometry
from corridors.export._vector import short_names


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


@pytest.fixture(scope="module")
def results(network: cx.Network) -> dict[str, Any]:
    """One result of each kind that can be written."""
    pair = ("Almaty", "Tashkent")
    return {
        "route": cx.route(network, *pair),
        "alternatives": cx.alternatives(network, *pair, k=2),
        "routes": [cx.route(network, *pair), cx.route(network, *pair, modes=["road"])],
        "comparison": cx.compare(network, [pair, ("Atlantis", "Almaty")]),
        "matrix": cx.matrix(network, ["Almaty", "Tashkent"], ["Moscow"], weight=["time_h", "cost"]),
        "border": cx.border(network, "KGZ", "TJK"),
        "border_table": cx.border_table(network, countries=["KGZ"]),
        "network": network,
        "criticality": cx.criticality(network, [pair, ("Atlantis", "Almaty")]),
        "ports": cx.criticality(network, [("Almaty", "Poti")], of="ports"),
        "lines": cx.criticality(network, [pair], of="lines"),
        "isolation": cx.isolation(network, "KAZ"),
        "access": cx.access(network, ["Karachi"]),
        "simulation": cx.simulate(network, [pair], n=5, k=2),
        "sweep": cx.sweep(network, [pair], [cx.Scenario("today")]),
        "validation": cx.validate_reference(network),
        "audit": network.report(),
        "frame": pd.DataFrame({"name": ["a", "b"], "length_km": [1.5, np.nan]}),
    }


def test_every_result_has_tables_and_every_column_says_what_it_means(
    results: dict[str, Any], network: cx.Network
) -> None:
    for name, x in results.items():
        found = export.tables(x, network=network)
        assert found, name
        for table, frame in found.items():
            unknown = [c for c in frame.columns if c != "geometry" and not meaning(c, table).meaning]
            assert table == "overlaps" or not unknown, (
                f"say in geodata/schema/results.csv what {name}.{table}.{unknown} mean"
            )


@pytest.mark.parametrize("format_", sorted(set(export.FORMATS) - {"xlsx", "parquet"}))
def test_every_result_is_written_in_every_format_or_says_why_not(
    results: dict[str, Any], network: cx.Network, tmp_path: Path, format_: str
) -> None:
    small = {name: x for name, x in results.items() if name != "network" or format_ in ("gpkg", "csv")}
    for name, x in small.items():
        path = tmp_path / f"{name}.{format_}"
        shaped = any("geometry" in f for f in export.tables(x, network=network).values())
        if format_ in ("geojson", "shp", "shp.zip") and not shaped:
            with pytest.raises(cx.LayerError, match=r"no geometry in it; write \.csv"):
                export.write(x, path, network=network)
            assert not path.exists()
            continue
        export.write(x, path, network=network)
        assert path.stat().st_size > 20, name
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_the_same_result_gives_the_same_bytes(results: dict[str, Any], tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    formats = [f for f in export.FORMATS if f != "parquet"]
    digests = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        for format_ in formats:
            export.write(results["alternatives"], folder / f"x.{format_}")
        digests.append({p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()})
    assert digests[0] == digests[1]
    assert len(digests[0]) > len(formats)


# Round trips ---------------------------------------------------------------------------------------------------------


def test_csv_comes_back_and_a_file_beside_it_says_what_it_is(results: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "legs.csv"
    export.write(results["route"], path, table="legs")
    back = pd.read_csv(path, keep_default_na=False)
    legs = results["route"].legs
    assert back["length_km"].sum() == pytest.approx(results["route"].length_km, rel=1e-9)
    assert back["line_id"].tolist() == legs["line_id"].tolist()
    said = json.loads((tmp_path / "legs.csv.meta.json").read_text(encoding="utf-8"))
    assert said["metadata"]["scenario"] == "baseline"
    assert said["metadata"]["cost_model"] == "simple"
    assert "ODbL" in said["metadata"]["licence"]
    assert "OpenStreetMap" in said["metadata"]["attribution"]
    assert "endorsement" in said["metadata"]["disclaimer"]
    columns = {c["column"]: c for c in said["columns"]["legs"]}
    assert list(columns) == list(back.columns)
    assert columns["length_km"]["unit"] == "km"
    assert any("OpenStreetMap" in c["citation"] for c in said["citations"])


def test_json_holds_all_tables_and_null_for_what_is_not_known(results: dict[str, Any]) -> None:
    found = json.loads(export.content(results["comparison"], "json"))
    assert set(found) == {"metadata", "tables", "citations"}
    rows = found["tables"]["comparison"]
    lost = [r for r in rows if r["origin"] == "Atlantis"]
    assert lost
    assert all(r["length_km"] is None and "no place 'Atlantis'" in r["reason"] for r in lost)
    assert rows[0]["length_km"] == pytest.approx(results["comparison"].routes[0].length_km)
    assert {r["route"] for r in found["tables"]["legs"]} == {r.name for r in results["comparison"].routes}


def test_excel_has_a_sheet_a_table_with_units_and_says_what_it_rests_on(
    results: dict[str, Any], tmp_path: Path
) -> None:
    pytest.importorskip("xlsxwriter")
    path = tmp_path / "x.xlsx"
    export.write(results["route"], path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:3] == ["stages", "route", "legs"]
    assert book.sheetnames[-3:] == ["columns", "metadata", "citations"]
    heads = [c.value for c in book["legs"][1]]
    assert "length (km)" in heads
    assert "cost (USD/TEU)" in heads
    at = heads.index("length (km)")
    assert sum(row[at] for row in book["legs"].iter_rows(min_row=2, values_only=True)) == pytest.approx(
        results["route"].length_km
    )
    metadata = dict(book["metadata"].iter_rows(min_row=2, values_only=True))
    assert metadata["as_of"] == results["route"].attrs["as_of"]
    assert "ODbL" in metadata["licence"]
    assert book["citations"].max_row > 2
    assert {row[2] for row in book["columns"].iter_rows(min_row=2, values_only=True)} >= {"length_km", "time_h"}
    assert str(book.properties.created).startswith("2000-01-01")


def test_a_geopackage_comes_back_with_all_tables_and_metadata(results: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    export.write(results["comparison"], path)
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    assert layers[:3] == ["comparison", "legs", "crossings"]
    assert layers[-2:] == ["metadata", "citations"]
    back = gpd.read_file(path, layer="legs")
    assert back.crs.to_epsg() == 4326
    assert back["length_km"].sum() == pytest.approx(sum(r.length_km for r in results["comparison"].routes))
    table = gpd.read_file(path, layer="comparison")
    assert table.geometry.notna().tolist() == (table["reason"] == "").tolist()
    said = pyogrio.read_dataframe(path, layer="metadata", read_geometry=False)
    assert dict(zip(said["key"], said["value"], strict=True))["worldview"] == "de facto (Natural Earth)"


def test_a_network_in_a_geopackage_is_a_network_file(network: cx.Network, tmp_path: Path) -> None:
    path = tmp_path / "n.gpkg"
    export.write(network, path)
    back = cx.load_network(path)
    assert cx.route(back, "Almaty", "Tashkent").time_h == cx.route(network, "Almaty", "Tashkent").time_h
    assert {"metadata", "citations"} <= {str(name) for name, _ in pyogrio.list_layers(path)}


def test_shapefiles_keep_points_and_lines_apart_under_short_names(results: dict[str, Any], tmp_path: Path) -> None:
    export.write(results["border"], tmp_path / "b.shp")
    assert {p.stem for p in tmp_path.glob("*.shp")} == {"b", "b_crossings", "b_segments", "b_tripoints", "b_exclaves"}
    line, points = gpd.read_file(tmp_path / "b.shp"), gpd.read_file(tmp_path / "b_crossings.shp")
    assert set(line.geom_type) <= {"LineString", "MultiLineString"}
    assert set(points.geom_type) == {"Point"}
    assert line["length_km"][0] == pytest.approx(results["border"].length_km)
    assert points["crossing"].tolist() == results["border"].crossings["crossing_id"].tolist()
    said = json.loads((tmp_path / "b.shp.meta.json").read_text(encoding="utf-8"))
    assert {c["column"]: c["name"] for c in said["columns"]["b.shp"]}["km_per_x"] == "km_per_crossing"


def test_one_frame_of_mixed_geometry_becomes_several_shapefiles(tmp_path: Path) -> None:
    shapes = [shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)]
    export.write(gpd.GeoDataFrame({"name": list("abc")}, geometry=shapes, crs=4326), tmp_path / "m.shp.zip")
    names = zipfile.ZipFile(tmp_path / "m.shp.zip").namelist()
    assert {n for n in names if n.endswith(".shp")} == {"m.shp", "m_table.shp", "m_table_polygons.shp"}


def test_long_text_is_cut_between_letters_with_a_count(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"note": ["ж" * 200, "short", "x" * 255]}, geometry=[shapely.Point(0, 0)] * 3, crs=4326)
    with pytest.warns(UserWarning, match="254 bytes of text in a cell; 2 cells were cut"):
        export.write(frame, tmp_path / "long.shp")
    assert gpd.read_file(tmp_path / "long.shp")["note"].tolist() == ["ж" * 127, "short", "x" * 254]


def test_geoparquet_comes_back_with_metadata(results: dict[str, Any], tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    export.write(results["alternatives"], path)
    back = gpd.read_parquet(path)
    assert back.crs.to_epsg() == 4326
    assert back["length_km"].tolist() == [r.length_km for r in results["alternatives"]]
    said = json.loads(pq.read_metadata(path).metadata[b"corridors"])
    assert said["metadata"]["cost_model"] == "simple"
    assert said["citations"]
    export.write(results["matrix"], path)
    assert pd.read_parquet(path)["origin"].tolist() == ["Almaty", "Tashkent"]
    once = path.read_bytes()
    export.write(results["matrix"], path)
    assert path.read_bytes() == once


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="ogrinfo is not installed (apt-get install gdal-bin)")
@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "shp.zip", "csv"])
def test_another_gdal_opens_the_files(results: dict[str, Any], tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x.{ending}"
    export.write(results["route"], path)
    done = subprocess.run(["ogrinfo", "-ro", "-al", "-so", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr + done.stdout
    assert "Warning" not in done.stderr
    assert "Feature Count" in done.stdout


# GeoJSON -------------------------------------------------------------------------------------------------------------


def test_geojson_is_that_of_rfc_7946(results: dict[str, Any]) -> None:
    found = json.loads(export.content(results["border"], "geojson"))
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    assert found["metadata"]["border"] == "KGZ-TJK"
    assert {f["properties"]["table"] for f in found["features"]} >= {"border", "crossings", "tripoints"}
    lon, lat = next(f for f in found["features"] if f["properties"]["table"] == "crossings")["geometry"]["coordinates"]
    assert 66 < lon < 75
    assert 38 < lat < 42


def test_rings_follow_the_right_hand_rule() -> None:
    clockwise = shapely.Polygon([(0, 0), (0, 1), (1, 1), (1, 0)], [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)]])
    found = shapely.from_geojson(json.dumps(geometry(clockwise)))
    assert shapely.is_ccw(found.exterior)
    assert not shapely.is_ccw(found.interiors[0])


def test_lines_are_cut_at_the_antimeridian() -> None:
    found = cut(shapely.LineString([(170, 0), (-170, 10), (-160, 10)]))
    west, east = found.geoms
    assert list(west.coords) == [(170, 0), (180, 5)]
    assert list(east.coords) == [(-180, 5), (-170, 10), (-160, 10)]
    assert cut(shapely.LineString([(190, 0), (200, 0)])).coords[0] == (-170, 0)
    stays = shapely.LineString([(-100, 0), (70, 0)])
    assert cut(stays) is stays


def test_polygons_are_cut_at_the_antimeridian_and_keep_their_area() -> None:
    fiji = shapely.Polygon(
        [(178, -18), (-178, -18), (-178, -16), (178, -16)], [[(179, -17.5), (179.5, -17.5), (179.5, -17)]]
    )
    found = cut(fiji)
    assert found.geom_type == "MultiPolygon"
    assert found.area == pytest.approx(4 * 2 - 0.125)
    assert found.bounds == (-180, -18, 180, -16)
    pole = cut(shapely.Polygon([(0, 80), (90, 80), (180, 80), (-90, 80)]))
    assert pole.area == pytest.approx(360 * 10)
    antarctica = shapely.Polygon([(-180, -90), (-180, -70), (0, -65), (180, -70), (180, -90)])
    assert cut(antarctica) is antarctica


@given(
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-80, 80)), min_size=2, max_size=8).filter(
        lambda xy: all(abs(abs(a[0] - b[0]) - 180) > 1 and abs(a[0] - b[0]) < 359 for a, b in pairwise(xy))
    )
)
@settings(max_examples=150, deadline=None)
def test_a_cut_line_stays_in_bounds_and_keeps_its_length(xy: list[tuple[float, float]]) -> None:
    found = cut(shapely.LineString(xy))
    coordinates = shapely.get_coordinates(found)
    assert np.abs(coordinates[:, 0]).max() <= 180 + 1e-9
    steps = np.diff(np.array(xy), axis=0)
    steps[:, 0] = (steps[:, 0] + 180) % 360 - 180
    assert found.length == pytest.approx(np.hypot(*steps.T).sum(), abs=1e-6)


# Hostile and awkward cells -------------------------------------------------------------------------------------------

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "https://x.y",
    "a\x00b\x07",
    "\ud800",
    'x,"y"\nz',
    "",
]


def test_cells_that_look_like_formulas_are_defused(tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    frame = pd.DataFrame({"=name": pd.Series(HOSTILE, dtype=object), "length_km": [-1.5] * len(HOSTILE)})
    export.write(frame, tmp_path / "h.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "h.csv").read_text(encoding="utf-8"))))
    assert rows[0][0] == "'=name"
    assert all(not row[0].startswith(("=", "+", "-", "@", "\t")) for row in rows)
    assert {row[1] for row in rows[1:]} == {"-1.5"}  # a number stays a number
    export.write(frame, tmp_path / "h.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "h.xlsx")["table"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert all(cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
    assert b"<f>" not in zipfile.ZipFile(tmp_path / "h.xlsx").read("xl/worksheets/sheet1.xml")


def test_hostile_text_goes_through_every_format(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"name": pd.Series(HOSTILE, dtype=object)}, geometry=[shapely.Point(0, 0)] * len(HOSTILE), crs=4326
    )
    for format_ in set(export.FORMATS) - {"xlsx", "parquet"}:
        export.write(frame, tmp_path / f"h.{format_}")
    assert gpd.read_file(tmp_path / "h.gpkg", layer="table")["name"][0] == HOSTILE[0]
    assert "\\_" not in export.content(frame, "md").decode()
    assert "<script>" not in export.content(pd.DataFrame({"x": ["<script>"]}), "md").decode().replace("\\<", "")
    assert r"50\% \& \_\{" in export.content(pd.DataFrame({"x": ["50% & _{"]}), "tex").decode()


@given(st.dictionaries(st.text(min_size=1, max_size=30), st.text(max_size=20), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_text_and_any_column_name_is_written(columns: dict[str, str]) -> None:
    frame = pd.DataFrame({name: [value] for name, value in columns.items()})
    for format_ in ("csv", "json", "md", "tex"):
        assert export.content(frame, format_).decode("utf-8")
    short = short_names(list(columns))
    assert all(0 < len(s) <= 10 and s.isascii() for s in short.values())
    assert len({s.lower() for s in short.values()}) == len(columns)


# Refusals ------------------------------------------------------------------------------------------------------------


def test_what_cannot_be_written_says_why_and_writes_nothing(
    results: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, options, error, message in (
        ("x.xslx", {}, cx.LayerError, r"cannot write 'x.xslx'; did you mean 'xlsx'\?; the ending must be .csv"),
        ("x", {}, cx.LayerError, "cannot write 'x'; the ending must be"),
        ("x.csv", {"table": "leg"}, cx.LayerError, r"no table 'leg' in it; did you mean 'legs'\?; there are stages"),
    ):
        with pytest.raises(error, match=message):
            export.write(results["route"], tmp_path / name, **options)
    with pytest.raises(TypeError, match="there is no table in the int given"):
        export.write(3, tmp_path / "x.csv")
    with pytest.raises(cx.LayerError, match="no coordinate system"):
        export.write(gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)]), tmp_path / "x.csv")
    with pytest.raises(cx.SchemaError, match="two columns 'a'"):
        export.write(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "x.csv")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(cx.LayerError, match="cannot write"):
        export.write(results["route"], tmp_path / "file" / "x.csv")
    for module, name in (("xlsxwriter", "x.xlsx"), ("pyarrow.parquet", "x.parquet")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(cx.MissingExtraError, match=r"pip install 'corridors\[io\]', or '.\[io\]' in a checkout"):
            export.write(results["route"], tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_failure_in_the_middle_leaves_what_was_there(
    results: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export.write(results["route"], tmp_path / "x.shp")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    calls = 0

    def full(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(cx.LayerError, match="No space left on device"):
        export.write(results["alternatives"], tmp_path / "x.shp")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
