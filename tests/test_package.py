"""The face of the package, its laziness, and its tables."""

import subprocess
import sys

import pandas as pd
import pytest

import corridors as cx
from corridors import schema
from corridors._files import write_whole
from corridors.cost import cost_model, presets


def test_every_public_name_exists_and_no_other_is_promised() -> None:
    assert cx.__all__ == sorted(cx._HOME)
    for name in cx.__all__:
        assert getattr(cx, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        cx.nonsense  # noqa: B018


def test_import_opens_no_data_file_and_pulls_no_heavy_library() -> None:
    code = (
        "import sys, builtins; opened = []; real = builtins.open\n"
        "import corridors\n"
        "heavy = {'pandas', 'geopandas', 'folium', 'osmnx', 'scipy', 'networkx', 'shapely', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_first_route_does_not_load_pandas_or_folium() -> None:
    code = (
        "import sys, corridors as cx\n"
        "r = cx.route(cx.load_network(), 'Almaty', 'Tashkent'); r.length_km, r.time_h, r.countries\n"
        "heavy = {'pandas', 'geopandas', 'folium', 'osmnx', 'networkx'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_schema_is_well_formed() -> None:
    for kind in schema.kinds():
        names = [c.name for c in schema.columns(kind)]
        assert len(names) == len(set(names)), kind
        for column in schema.columns(kind):
            assert column.dtype in ("str", "int", "float", "bool", "date", "list"), (kind, column.name)
            assert len(column.shp_name) <= 10, (kind, column.name)
            assert column.meaning, (kind, column.name)


def test_a_table_that_breaks_its_schema_is_refused_with_row_and_value() -> None:
    good = {"source_id": "a", "title": "A", "kind": "web"}
    for row, message in (
        ({**good, "kind": "hearsay"}, "row 2, column 'kind' is 'hearsay'; allowed are report"),
        ({**good, "title": ""}, "row 2, column 'title' is ''; it must not be empty"),
    ):
        with pytest.raises(cx.SchemaError, match=message):
            schema.validate(pd.DataFrame([good, row]), "sources")
    with pytest.raises(cx.SchemaError, match="column 'title' is missing; given are source_id, kind"):
        schema.validate(pd.DataFrame([good]).drop(columns="title"), "sources")
    with pytest.raises(cx.SchemaError, match=r"'seq' is '1.5'; it must be a whole number"):
        schema.validate(pd.DataFrame([{"line_id": "a", "seq": "1.5", "station_id": "b"}]), "line_stops")


def test_a_row_with_more_values_than_columns_is_refused_and_not_shifted(tmp_path) -> None:
    path = tmp_path / "sources.csv"
    path.write_text("source_id,title,kind\na,A,web,lost\n")
    with pytest.raises(cx.LayerError, match="cannot read"):
        schema.read_table(path, "sources")


def test_names_travel_to_a_shapefile_and_back() -> None:
    frame = pd.DataFrame([{c.name: "" for c in schema.columns("edges")}])
    short = schema.to_shapefile_names(frame, "edges")
    assert "len_source" in short
    filled = schema.to_shapefile_names(frame.assign(edge_id="north.1", length_source="matched", other=1), "edges")
    assert filled[["edge_id", "len_source"]].iloc[0].tolist() == ["north.1", "matched"]
    assert "other" not in filled
    assert set(schema.from_shapefile_names(short, "edges").columns) == set(frame.columns)


def test_unknown_layers_and_schemas_are_refused_with_a_hint() -> None:
    with pytest.raises(cx.UnknownNameError, match=r"no layer 'rial'; did you mean 'rail'.*there are borders"):
        cx.load("rial")
    with pytest.raises(cx.UnknownNameError, match=r"no schema 'sorces'; did you mean 'sources'"):
        schema.columns("sorces")


def test_every_cost_model_reads_and_levels_are_ordered() -> None:
    for name in presets():
        low, typical, high = (cost_model(name, level=x) for x in ("low", "typical", "high"))
        for path in (("gauge_change_h", "default"), ("crossing_h", "rail", "full")):
            assert low.value(*path).value <= typical.value(*path).value <= high.value(*path).value
        speed = [m.value("speed_kph", "rail", "KAZ").value for m in (low, typical, high)]
        assert speed == sorted(speed, reverse=True)  # few hours want a high speed


def test_a_broken_cost_model_is_a_clear_error(tmp_path) -> None:
    text = (cx._files.GEODATA / "costs" / "simple.toml").read_text()
    bad = tmp_path / "bad.toml"
    for spoiled, error, message in (
        (text.replace("default = [8, 28, 54]", "default = [28, 8, 54]"), cx.SchemaError, "gauge_change_h.default"),
        (text.replace("[connector]", "[connectors]"), cx.SchemaError, "connector.speed_kph missing"),
        ("name = ", cx.LayerError, "cannot read the cost model"),
        (text.replace("28, 54]", f"28, {10**400}]"), cx.LayerError, "a whole number of 1329 bits; 64 are the most"),
    ):
        bad.write_text(spoiled)
        with pytest.raises(error, match=message):
            cost_model(bad)
    with pytest.raises(cx.UnknownNameError, match="did you mean 'simple'"):
        cost_model("simpel")


@pytest.mark.parametrize("ending", ["npz", "gpkg", "toml", "html", "csv", "shp.zip", "md", "png"])
def test_a_file_that_cannot_be_written_is_named_as_it_was_given(toy: cx.Network, tmp_path, ending: str) -> None:
    (tmp_path / "file").write_text("in the way of a folder")
    path, r = tmp_path / "file" / f"x.{ending}", cx.route(toy, "Alpha", "Bravo")
    write = {
        "npz": lambda: cx.save_network(toy, path),
        "gpkg": lambda: cx.save_network(toy, path),
        "toml": lambda: cx.Scenario("x").save(path),
        "html": lambda: cx.maps.draw(r).save(path),
        "png": lambda: cx.figures.save(cx.figures.hours_chart(r), path),
    }.get(ending, lambda: cx.export.write(r, path))
    with pytest.raises(cx.LayerError, match=rf"^cannot write '.*file/x\.{ending}': (File exists|Not a directory)$"):
        write()
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_whole(path, b"one")
    with pytest.raises(TypeError):
        write_whole(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"one"
    assert [p.name for p in path.parent.iterdir()] == ["b.txt"]
