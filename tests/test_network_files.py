"""A network in one file: the same when it comes back, whole or not at all, and clear about what it cannot read."""

import copy
import pickle
import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from shapely.geometry import LineString

import corridors as cx
from corridors.network._store import FORMAT


def same(a: cx.Network, b: cx.Network) -> None:
    assert dict(a.attrs) == dict(b.attrs)
    for table, columns in a.tables.items():
        for name, values in columns.items():
            other = b.tables[table][name]
            assert values.dtype == other.dtype, (table, name)
            if values.dtype == object:
                assert list(map(str, values)) == list(other), (table, name)
            else:
                assert np.array_equal(values, other, equal_nan=values.dtype.kind == "f"), (table, name)


def test_a_geopackage_gives_back_the_network_and_the_same_bytes(toy: cx.Network, tmp_path: Path) -> None:
    cx.save_network(toy, tmp_path / "toy.gpkg")
    again = cx.load_network(tmp_path / "toy.gpkg")
    same(toy, again)
    cx.save_network(again, tmp_path / "twice.gpkg")
    assert (tmp_path / "toy.gpkg").read_bytes() == (tmp_path / "twice.gpkg").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["toy.gpkg", "twice.gpkg"]
    a, b = (cx.route(n, "Alpha", "Coral", weight="length_km").length_km for n in (toy, again))
    assert a == b


def test_the_embedded_network_survives_a_geopackage(tmp_path: Path) -> None:
    network = cx.load_network()
    cx.save_network(network, tmp_path / "all.gpkg")
    same(network, cx.load_network(tmp_path / "all.gpkg"))


@pytest.mark.parametrize("copied", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy, copy.copy])
def test_a_network_and_what_was_found_on_it_can_be_copied_and_pickled(toy: cx.Network, copied: Any) -> None:
    found = cx.alternatives(toy, "Alpha", "Charlie", k=2, modes="rail")
    assert repr(toy)
    toy.edges  # noqa: B018  views are worked out before copying
    again = copied(toy)
    same(toy, again)
    assert cx.route(again, "Alpha", "Charlie").time_h == cx.route(toy, "Alpha", "Charlie").time_h
    assert copied(found[0]).legs.drop(columns="geometry").equals(found[0].legs.drop(columns="geometry"))
    assert repr(copied(found)) == repr(found)
    with pytest.raises(TypeError):
        again.tables["edges"] = {}  # type: ignore[index]


def test_any_gis_finds_the_layers(toy: cx.Network, tmp_path: Path) -> None:
    cx.save_network(toy, tmp_path / "toy.gpkg")
    kinds = {str(n): k for n, k in pyogrio.list_layers(tmp_path / "toy.gpkg")}
    assert kinds["nodes"] == kinds["crossings"] == "Point"
    assert kinds["edges"] == "LineString"
    assert {"repairs", "corridors_metadata"} <= set(kinds)
    edges = gpd.read_file(tmp_path / "toy.gpkg", layer="edges")
    assert edges.crs == 4326
    assert {"edge_id", "from_id", "to_id", "length_km"} <= set(edges.columns)


@pytest.mark.parametrize(("version", "todo"), [(FORMAT - 1, "build it again"), (FORMAT + 1, "update corridors")])
def test_another_format_is_a_clear_error(toy: cx.Network, tmp_path: Path, version: int, todo: str) -> None:
    path = tmp_path / "toy.gpkg"
    cx.save_network(toy, path)
    with sqlite3.connect(path) as file:
        file.execute("update corridors_metadata set value = ? where key = 'format'", (str(version),))
    file.close()
    with pytest.raises(cx.LayerError, match=f"has format {version}, this version reads {FORMAT}; {todo}"):
        cx.load_network(path)


def test_what_is_no_network_is_refused(toy: cx.Network, tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1, 1)])], crs=4326).to_file(tmp_path / "lines.gpkg")
    cx.save_network(toy, tmp_path / "cut.gpkg")
    whole = (tmp_path / "cut.gpkg").read_bytes()
    (tmp_path / "cut.gpkg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.gpkg").write_text("no")
    for name, message in (
        ("lines.gpkg", "but no network"), ("cut.gpkg", "it is cut off"), ("text.gpkg", "no GeoPackage"),
        ("none.gpkg", "no such file"), ("none.npz", "there is no network file"),
    ):  # fmt: skip
        with pytest.raises(cx.LayerError, match=message):
            cx.load_network(tmp_path / name)
    with pytest.raises(cx.LayerError, match=r"must be \.gpkg or \.npz"):
        cx.save_network(toy, tmp_path / "toy.zip")


def test_a_file_that_cannot_be_written_leaves_nothing(toy: cx.Network, tmp_path: Path) -> None:
    (tmp_path / "toy.gpkg").mkdir()
    with pytest.raises((cx.LayerError, OSError)):
        cx.save_network(toy, tmp_path / "toy.gpkg")
    assert [p.name for p in tmp_path.iterdir()] == ["toy.gpkg"]
