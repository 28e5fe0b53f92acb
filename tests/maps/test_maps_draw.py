"""The folium map and its file, without a browser."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import folium
import folium.plugins
import geopandas as gpd
import map_fakes
import page_checks
import pytest
from branca.element import Element
from shapely.geometry import LineString

import continent
import corridors as cx
from corridors import maps
from corridors.errors import CorridorError
from corridors.maps import _map, _offline


class TestFile:
    def test_it_is_a_folium_map(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        assert isinstance(maps.draw(four_routes), folium.Map)

    def test_nothing_is_loaded_from_outside(self, reference_page: Path) -> None:
        assert page_checks.external_references(reference_page.read_text("utf-8")) == []

    def test_four_routes_are_under_700_kb(self, reference_page: Path) -> None:
        assert reference_page.stat().st_size < 700_000

    def test_two_drawings_have_the_same_bytes(
        self, four_routes: list[map_fakes.FakeRoute], network: map_fakes.FakeNetwork
    ) -> None:
        first, second = (maps.draw(four_routes, network=network).to_html() for _ in range(2))
        assert first == second

    def test_saving_twice_writes_the_same_bytes(self, four_routes: list[map_fakes.FakeRoute], tmp_path: Path) -> None:
        drawn = maps.draw(four_routes)
        drawn.save(tmp_path / "a.html")
        drawn.save(tmp_path / "b.html")
        assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()

    def test_a_map_with_folium_layers_has_the_same_bytes_each_time(
        self, four_routes: list[map_fakes.FakeRoute]
    ) -> None:
        def drawn() -> str:
            m = maps.draw(four_routes)
            folium.Marker([43, 77], popup="Almaty", tooltip="here").add_to(m)
            folium.LayerControl().add_to(m)
            once = m.to_html()
            assert once == m.to_html()
            return once

        assert drawn() == drawn()

    def test_a_file_object_is_written_as_folium_does(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        file = io.BytesIO()
        maps.draw(four_routes[0]).save(file, close_file=False)
        assert file.getvalue().startswith(b"<!DOCTYPE html>")

    def test_a_failed_save_leaves_the_old_file_and_no_rest(
        self, four_routes: list[map_fakes.FakeRoute], tmp_path: Path
    ) -> None:
        path = tmp_path / "map.html"
        path.write_text("old")
        m = maps.draw(four_routes)
        m.get_root().html.add_child(Element('<img src="https://example.org/x.png">'))
        with pytest.raises(maps.OfflineError, match=r"example\.org"):
            m.save(path)
        assert path.read_text() == "old"
        assert [p.name for p in tmp_path.iterdir()] == ["map.html"]

    def test_the_policy_names_every_script_by_its_hash(self, reference_page: Path) -> None:
        page = reference_page.read_bytes().decode()
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        assert policy is not None
        assert "default-src 'none'" in policy[1]
        assert "script-src 'sha256-" in policy[1]
        assert "unsafe-inline" not in policy[1].partition("script-src")[2].partition(";")[0]
        for code in re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL):
            assert base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() in policy[1]

    @pytest.mark.parametrize(
        "title", ["</title><script>x</script>", "{{ 7*7 }} {% raw %} ${1}", "بندر عباس", "a\ud800b"]
    )
    def test_any_title_is_a_title(self, four_routes: list[map_fakes.FakeRoute], title: str) -> None:
        page = maps.draw(four_routes[0], title=title).to_html()
        page.encode("utf-8")
        inside = re.search(r"<title>(.*?)</title>", page, flags=re.DOTALL)
        assert inside is not None
        assert "<" not in inside[1]
        assert "49" not in inside[1]

    def test_leaflet_is_the_version_whose_private_methods_are_overridden(self) -> None:
        code = (_offline.ASSETS / "leaflet" / "leaflet.js").read_text("utf-8")
        assert 't.version="1.9.4"' in code

    def test_every_script_of_the_folder_is_in_the_page(self) -> None:
        folder = _offline.ASSETS / "corridor"
        assert sorted(p.name for p in folder.glob("*.js")) == sorted(_map._SCRIPTS)

    def test_scripts_never_set_html_or_run_text(self) -> None:
        for path in (_offline.ASSETS / "corridor").glob("*.js"):
            code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
            assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", code), (
                path
            )


class TestInternetIsRefused:
    @pytest.mark.parametrize(
        "layer",
        [
            lambda: folium.TileLayer("OpenStreetMap"),
            lambda: folium.WmsTileLayer("https://example.org/wms", "a"),
            lambda: folium.plugins.MiniMap(),
            lambda: folium.plugins.Geocoder(),
            lambda: folium.raster_layers.ImageOverlay("https://example.org/a.png", [[0, 0], [1, 1]]),
            lambda: folium.Marker([0, 0], icon=folium.CustomIcon("https://example.org/a.png")),
            lambda: folium.FeatureGroup().add_child(folium.TileLayer("OpenStreetMap")),
        ],
    )
    def test_a_layer_that_fetches(self, four_routes: list[map_fakes.FakeRoute], layer: Any) -> None:
        m = maps.draw(four_routes[0])
        assert m.add_child(folium.FeatureGroup("mine")) is m
        with pytest.raises(maps.OfflineError, match="online=True") as caught:
            m.add_child(layer())
        assert isinstance(caught.value, CorridorError)

    def test_a_layer_that_fetches_deep_in_a_group(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        m = maps.draw(four_routes[0])
        group = folium.FeatureGroup().add_to(m)
        folium.TileLayer("OpenStreetMap").add_to(group)
        with pytest.raises(maps.OfflineError, match="TileLayer"):
            m.to_html()

    def test_a_plugin_without_a_vendored_copy(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        m = maps.draw(four_routes[0])
        folium.plugins.Fullscreen().add_to(m)
        with pytest.raises(maps.OfflineError, match="no copy of it in maps/assets"):
            m.to_html()

    def test_online_brings_tiles_and_keeps_links(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        m = maps.draw(four_routes[0], online=True)
        folium.plugins.Fullscreen().add_to(m)
        page = m.to_html()
        assert "L.tileLayer(" in page
        assert page_checks.external_references(page)

    def test_an_ordinary_folium_layer_is_welcome(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        m = maps.draw(four_routes[0])
        folium.Marker([43, 77], popup="Almaty", tooltip="here").add_to(m)
        folium.GeoJson(map_fakes.make_network().nodes.to_json(), name="nodes").add_to(m)
        folium.LayerControl().add_to(m)
        assert page_checks.external_references(m.to_html()) == []

    def test_the_class_of_folium_maps_is_left_alone(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        before = list(folium.Map.default_js)
        m = maps.draw(four_routes[0], online=True)
        m.add_js_link("mine", "https://example.org/mine.js")
        assert folium.Map.default_js == before
        maps.draw(four_routes[0]).to_html()


class TestSize:
    @pytest.mark.parametrize(("n", "most_bytes"), [(10_000, 1_500_000), (50_000, 6_000_000)])
    def test_many_lines_stay_small(self, n: int, most_bytes: int) -> None:
        edges = gpd.GeoDataFrame(geometry=list(map_fakes.many_lines(n)), crs="EPSG:4326")
        edges["status"] = ["operating", "proposed"] * (n // 2)
        nodes = gpd.GeoDataFrame({"node_id": []}, geometry=[], crs="EPSG:4326")
        network = map_fakes.FakeNetwork(edges, nodes, nodes)
        page = maps.draw(network).to_html()
        assert len(page) - len(maps.draw(map_fakes.make_route("r", ["Almaty", "Shu"])).to_html()) < most_bytes


def test_junctions_of_own_lines_that_only_have_a_number_are_not_written_on_the_map() -> None:
    shapes = [LineString([(k, 1), (k + 1, 1)]) for k in range(4)]
    lines = gpd.GeoDataFrame({"name": [f"Line {k}" for k in range(4)]}, geometry=shapes, crs=4326)
    network = cx.build_network(rail=lines, borders=continent.countries())
    data = maps.draw(cx.route(network, (0, 1), (4, 1), weight="length_km")).data
    assert not [p["name"] for p in data["places"] if p["name"].startswith("node") and not p["ends"]]
