"""What readers do with a page besides opening it once on a large screen: other windows, paper, no scripts, odd places."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import geopandas as gpd
import map_fakes
import page_checks
import pytest
from shapely.geometry import LineString, Point, box

import corridors as cx
from corridors import maps

# Boxes of words, of the dots of places and of the square signs, in pixels of the window.
_BOXES = """selector => [...document.querySelectorAll(selector)].map(e => {
    const b = e.getBoundingClientRect();
    return {text: e.textContent, left: b.left, right: b.right, top: b.top, bottom: b.bottom};
})"""
_SQUARE_SIGNS = ".cm-point-gauge_break svg, .cm-point-transshipment svg"


def clashes(some: list[dict[str, Any]], others: list[dict[str, Any]], by: float = 2.0) -> list[str]:
    return [
        a["text"]
        for a in some
        for b in others
        if min(a["right"], b["right"]) - max(a["left"], b["left"]) > by
        and min(a["bottom"], b["bottom"]) - max(a["top"], b["top"]) > by
    ]


def until(page: Any, claim: str) -> None:
    """Wait for a claim to be true; the page's policy forbids the browser's own way of waiting."""
    for _ in range(100):
        if page.evaluate(claim):
            return
        page.wait_for_timeout(50)
    raise AssertionError(claim)


@pytest.mark.browser
class TestWindows:
    def test_a_changed_window_still_shows_all(self, browser: Any, reference_page: Path) -> None:
        ends = "() => ['Almaty', 'Duisburg'].map(n => corridor.data.places.find(p => p.name === n).at).every(([x, y]) => corridor.map.getBounds().contains([y, x]))"
        with page_checks.visit(browser, reference_page) as seen:
            wide = seen.page.evaluate("corridor.map.getZoom()")
            seen.page.set_viewport_size({"width": 420, "height": 800})
            until(seen.page, "corridor.map.getSize().x < 500")
            assert seen.page.evaluate(ends)
            seen.page.set_viewport_size({"width": 1280, "height": 800})
            until(seen.page, "corridor.map.getSize().x > 800")
            assert seen.page.evaluate("corridor.map.getZoom()") == wide

    def test_what_a_reader_has_chosen_to_see_stays(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            seen.page.evaluate("void corridor.map.setZoom(6.5, {animate: false})")
            seen.page.set_viewport_size({"width": 900, "height": 700})
            until(seen.page, "corridor.map.getSize().x < 600")
            assert seen.page.evaluate("corridor.map.getZoom()") == 6.5

    @pytest.mark.parametrize(("width", "height"), [(1280, 800), (844, 390)])
    def test_no_empty_room_below_the_page(self, browser: Any, reference_page: Path, width: int, height: int) -> None:
        with page_checks.visit(browser, reference_page, width=width, height=height) as seen:
            bottom = seen.page.evaluate("document.querySelector('.cm-footer').getBoundingClientRect().bottom")
            assert seen.page.evaluate("document.documentElement.scrollHeight") <= max(bottom + 1, height)

    def test_a_low_window_hides_no_heading_under_the_map(self, browser: Any, reference_page: Path) -> None:
        # 1280 x 800 at 200 %.
        with page_checks.visit(browser, reference_page, width=640, height=400) as seen:
            [stage] = seen.page.evaluate(_BOXES, ".cm-stage")
            assert seen.page.evaluate(_BOXES, ".cm-panel h2")[0]["top"] >= stage["bottom"]

    def test_names_keep_clear_of_signs_after_the_map_has_moved(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            for x, y in ((0, 0), (57, 31), (-83, 44)):
                seen.page.evaluate("([x, y]) => void corridor.map.panBy([x, y], {animate: false})", [x, y])
                words = seen.page.evaluate(_BOXES, ".cm-place:not(.cm-place-end)")
                assert len(words) > 5
                assert clashes(words, seen.page.evaluate(_BOXES, _SQUARE_SIGNS)) == []
                assert clashes(words, seen.page.evaluate(_BOXES, ".cm-dot")) == []


@pytest.mark.browser
class TestWithoutScripts:
    WORDS = "This map is drawn by scripts"

    @pytest.mark.parametrize("how", ["switched off", "sandbox", "policy"])
    def test_the_page_says_why_it_is_empty(self, browser: Any, reference_page: Path, tmp_path: Path, how: str) -> None:
        page = reference_page.read_text("utf-8")
        if how == "sandbox":
            page = f'<!doctype html><meta charset="utf-8"><iframe sandbox width=900 height=500 srcdoc="{html.escape(page)}"></iframe>'
        if how == "policy":
            policy = "default-src 'none'"
            page = page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy}">', 1)
        path = tmp_path / "page.html"
        path.write_text(page, "utf-8")
        context = browser.new_context(java_script_enabled=how != "switched off")
        try:
            seen = context.new_page()
            seen.goto(path.as_uri())
            shown = seen.frames[-1].get_by_text(self.WORDS)
            shown.wait_for(state="visible", timeout=5_000)
            place = shown.bounding_box()
            assert 0 <= place["y"] < 200
        finally:
            context.close()

    def test_it_goes_when_the_map_is_drawn(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            assert self.WORDS not in seen.page.inner_text("body")


@pytest.mark.browser
def test_a_map_in_a_report_is_printed_whole(
    browser: Any, four_routes: list[map_fakes.FakeRoute], tmp_path: Path
) -> None:
    frame = html.escape(maps.draw(four_routes).to_html())
    path = tmp_path / "report.html"
    path.write_text(
        f'<!doctype html><meta charset="utf-8"><iframe sandbox="allow-scripts" width=1044 height=588 srcdoc="{frame}"></iframe>'
    )
    with page_checks.visit(browser, path, wait=False) as seen:
        inner = seen.page.frames[1]
        inner.wait_for_selector("html[data-corridor-ready='1']", timeout=15_000)
        inner.evaluate("void window.dispatchEvent(new Event('beforeprint'))")
        for part in (".cm-stage", ".cm-panel", ".cm-panel .cm-table", ".cm-chart", ".cm-footer"):
            [place] = inner.evaluate(_BOXES, part)
            assert place["right"] <= 1044, part
            assert place["bottom"] <= 588, part


class TestOddPlaces:
    @pytest.fixture
    def over_the_strait(self, tmp_path: Path) -> tuple[cx.Network, cx.Route]:
        """From Chukotka to Alaska, over the antimeridian and then over the border."""
        shapes = [LineString([(170, 66), (178, 66.5), (-176, 65.9), (-170, 66)]), LineString([(-170, 66), (-165, 65)])]
        lines = {"line_id": ["a", "b"], "gauge_mm": 1520}
        gpd.GeoDataFrame(lines, geometry=shapes, crs=4326).to_file(tmp_path / "lines.gpkg")
        areas = [box(150, 60, 180, 70).union(box(-180, 60, -169, 70)), box(-169, 60, -140, 70)]
        gpd.GeoDataFrame({"iso3": ["RUS", "USA"]}, geometry=areas, crs=4326).to_file(tmp_path / "countries.gpkg")
        network = cx.build_network(rail=tmp_path / "lines.gpkg", borders=tmp_path / "countries.gpkg")
        return network, cx.route(network, (170, 66), (-165, 65))

    @pytest.mark.browser
    def test_a_way_over_the_antimeridian_is_in_one_piece(
        self, browser: Any, over_the_strait: tuple[cx.Network, cx.Route], tmp_path: Path
    ) -> None:
        network, route = over_the_strait
        m = maps.draw(route, network=network)
        assert m.data["bounds"] == [[65.0, 170.0], [66.5, 195.0]]
        path = tmp_path / "strait.html"
        m.save(path)
        with page_checks.visit(browser, path) as seen:
            [a, b] = sorted(p["at"][0] for p in seen.page.evaluate("corridor.data.places") if p["ends"])
            assert (a, b) == (170, 195)
            starts = seen.page.evaluate("corridor.data.edges.flatMap(e => e.lines.map(l => l[0] / 1000))")
            assert min(starts) == 170
            assert max(starts) == 191  # the border, at 169 west
            assert seen.problems() == []

    def test_what_keeps_to_one_side_is_not_moved(self) -> None:
        route = map_fakes.make_route("route", ["Almaty", "Shu"])
        assert maps.draw(route).data["seam"] == -168.0

    @pytest.mark.browser
    def test_a_single_point_is_a_map(self, browser: Any, tmp_path: Path) -> None:
        columns = {"kind": ["gap"], "what": ["line"], "place": ["AAA"], "km": [0.004], "note": [""], "metres": [4.0]}
        repairs = gpd.GeoDataFrame({**columns, "lon": [64.0], "lat": [50.75]}, geometry=[Point(64, 50.75)], crs=4326)
        path = tmp_path / "point.html"
        maps.draw(repairs).save(path)
        with page_checks.visit(browser, path) as seen:
            assert seen.problems() == []
            assert seen.page.evaluate("corridor.map.getZoom()") == 12

    def test_a_journey_between_two_positions_near_one_station_is_drawn(self, network: map_fakes.FakeNetwork) -> None:
        real = cx.load_network()
        route = cx.route(real, (76.95, 43.30), (77.05, 43.35), modes=["rail", "road"])
        assert route.legs["kind"].tolist() == ["connector", "connector"]
        assert route.legs["length_km"].sum() == pytest.approx(route.length_km)
        data = maps.draw(route, network=real).data
        [[south, west], [north, east]] = data["bounds"]
        assert (west, east) == (pytest.approx(76.9, abs=0.1), pytest.approx(77.05, abs=0.01))
        assert (south, north) == (pytest.approx(43.3, abs=0.01), pytest.approx(43.35, abs=0.01))

    def test_names_from_right_to_left_stay_apart_in_a_title(self) -> None:
        route = map_fakes.make_route("route", ["Sarakhs", "Mashhad", "Tehran"])
        route.origin, route.destination = "سرخس", "تهران"
        assert maps.draw(route).data["title"].startswith("\u2068سرخس\u2069 – \u2068تهران\u2069: ")

    def test_a_crossing_without_a_name_is_on_the_map_of_a_network(
        self, over_the_strait: tuple[cx.Network, cx.Route]
    ) -> None:
        drawn = maps.draw(over_the_strait[0]).data["network"]
        assert drawn is not None
        [found] = [p for p in drawn["crossings"] if p["countries"] == ["RUS", "USA"]]
        assert found["name"] == "RUS-USA border, no crossing point known"
        assert found["at"] == [pytest.approx(191.0), pytest.approx(65.8)]


@pytest.mark.browser
def test_a_long_border_names_its_crossings_and_its_legend_has_no_two_circles_alike(
    browser: Any, tmp_path: Path
) -> None:
    network = cx.load_network()
    path = tmp_path / "border.html"
    maps.draw(cx.border(network, "KAZ", "RUS"), network=network).save(path)
    with page_checks.visit(browser, path) as seen:
        assert seen.page.evaluate("document.querySelectorAll('.cm-place-part').length") > 10
        radii = seen.page.evaluate(
            "[...document.querySelectorAll('.cm-circle circle:first-child')].map(c => +c.getAttribute('r'))"
        )
        assert radii
        assert len(set(radii)) == len(radii)
        assert seen.problems() == []
