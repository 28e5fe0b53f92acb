"""What travels in the wheel: every catalogue entry, and the compiled network against the layers it was made from."""

import numpy as np
import pytest

import corridors as cx
from catalog import checksum  # geodata/build, on the path of pytest only
from corridors import geodata
from corridors._files import GEODATA

ENTRIES = list(geodata._entries())


@pytest.mark.parametrize("name", ENTRIES)
def test_every_layer_reads_and_has_licence_source_and_checksum(name: str) -> None:
    entry = cx.provenance(name)
    for key in ("source", "licence", "vintage", "kind"):
        assert entry[key], (name, key)
    assert checksum(GEODATA / entry["path"]) == entry["sha256"], f"{name}: run geodata/build/catalog.py"
    frame = cx.load(name)
    assert len(frame) > 0 or name in ("gauge_exceptions",)
    if entry["path"].endswith(".shp"):
        assert frame.crs == "EPSG:4326"
        for ending in (".prj", ".cpg", ".shx"):
            assert (GEODATA / entry["path"]).with_suffix(ending).is_file()


def test_the_compiled_network_is_that_of_the_layers() -> None:
    shipped, built = cx.load_network(), cx.build_network()
    assert dict(shipped.attrs) == dict(built.attrs)
    assert set(shipped.tables) == set(built.tables)
    for table, columns in built.tables.items():
        for name, values in columns.items():
            other = shipped.tables[table][name]
            if values.dtype.kind == "f":
                same = np.array_equal(values, other, equal_nan=True)
            else:
                same = list(map(str, values)) == list(map(str, other))
            assert same, f"{table}.{name} differs: run geodata/build/network.py"


def test_the_graph_holds_the_same_data() -> None:
    network = cx.load_network()
    graph = network.graph
    assert graph.number_of_nodes() == len(network.nodes)
    assert graph.number_of_edges() == 2 * len(network.edges)
    edge = network.edges.iloc[100]
    assert graph[edge["from_id"]][edge["to_id"]][edge["edge_id"]]["length_km"] == edge["length_km"]
    assert graph[edge["to_id"]][edge["from_id"]][edge["edge_id"]]["length_km"] == edge["length_km"]


def test_repairs_say_what_was_matched_laid_and_dropped() -> None:
    network = cx.load_network()
    repairs = network.repairs
    assert {"matched", "laid", "gap closed", "bend dropped"} <= set(repairs["kind"])
    laid = repairs[repairs["kind"] == "laid"]
    rail = cx.load("rail")
    straight = rail[rail["shape_source"] == "stops"]
    assert set(straight["edge_id"]) <= set(laid["what"])
    assert repairs["km"].ge(0).all()
