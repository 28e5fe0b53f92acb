"""The page in a real browser: the acceptance checks of the maps' notes, and pages broken on purpose."""

from __future__ import annotations

import base64
import dataclasses
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import map_fakes
import page_checks
import pandas as pd
import pytest
from test_maps_payload import HOSTILE

from corridors import maps
from corridors.maps import _map

pytestmark = pytest.mark.browser
Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")


def count(page: Any, selector: str) -> int:
    n: int = page.evaluate("s => document.querySelectorAll(s).length", selector)
    return n


def colors_of_shown_routes(page: Any) -> list[str]:
    colors: list[str] = page.evaluate(
        "corridor.routes.looks.filter((_, i) => corridor.routes.visible[i]).map(l => l.color)"
    )
    return colors


class TestOneFile:
    def test_one_request_and_no_complaint(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            seen.page.wait_for_timeout(300)
            assert len(seen.requests) == 1
            assert seen.problems() == []

    def test_it_works_in_a_notebook_frame(
        self, browser: Any, four_routes: list[map_fakes.FakeRoute], tmp_path: Path
    ) -> None:
        frame = html.escape(maps.draw(four_routes).to_html())
        path = tmp_path / "notebook.html"
        path.write_text(f'<!doctype html><meta charset="utf-8"><iframe srcdoc="{frame}" width=900 height=600></iframe>')
        with page_checks.visit(browser, path, wait=False) as seen:
            inner = seen.page.frames[1]
            inner.wait_for_selector("html[data-corridor-ready='1']")
            assert seen.complaints == []
            assert len(seen.requests) == 1

    def test_sandboxed_maps_below_the_first_screen_are_drawn_before_one_scrolls_there(
        self, browser: Any, four_routes: list[map_fakes.FakeRoute], tmp_path: Path
    ) -> None:
        source = html.escape(maps.draw(four_routes[:1]).to_html())
        frame = f'<iframe sandbox="allow-scripts" width=900 height=600 srcdoc="{source}"></iframe>'
        path = tmp_path / "long_notebook.html"
        path.write_text(f'<!doctype html><meta charset="utf-8">{f"<p style=height:1500px>{frame}" * 8}', "utf-8")
        with page_checks.visit(browser, path, wait=False) as seen:
            assert len(seen.page.frames) == 9
            for inner in seen.page.frames[1:]:
                inner.wait_for_selector("html[data-corridor-ready='1']")
            assert seen.complaints == []

    def test_folium_shows_it_in_a_notebook(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        assert "<iframe srcdoc=" in maps.draw(four_routes)._repr_html_()

    def test_layers_of_folium_work_beside_ours(
        self, browser: Any, four_routes: list[map_fakes.FakeRoute], tmp_path: Path
    ) -> None:
        m = maps.draw(four_routes)
        folium.Marker([60, 20], popup=folium.Popup("a popup of the user"), tooltip="here").add_to(m)
        folium.GeoJson(map_fakes.make_network().nodes.to_json(), name="nodes").add_to(m)
        folium.LayerControl().add_to(m)
        path = tmp_path / "mixed.html"
        m.save(path)
        with page_checks.visit(browser, path) as seen:
            seen.page.locator(".leaflet-marker-pane img.leaflet-marker-icon").first.click()
            assert "a popup of the user" in seen.page.inner_text(".leaflet-popup")
            assert count(seen.page, ".leaflet-control-layers") == 1
            assert seen.problems() == []


class TestDrawing:
    def test_paths_and_signs_are_those_of_the_payload(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            data = seen.page.evaluate("corridor.data")
            drawn = sum(1 for r in data["routes"] for leg in r["legs"] if data["edges"][leg["edge"]]["lines"])
            assert count(seen.page, "path.cm-leg") == drawn > 50
            assert count(seen.page, ".cm-point") == len(data["points"])
            assert count(seen.page, ".leaflet-cm-base-pane canvas") == 1

    def test_the_map_is_not_blank_and_every_route_is_seen(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            picture = seen.page.locator(".cm-stage").screenshot()
            assert page_checks.picture_problems(picture, colors_of_shown_routes(seen.page), at_least=50) == []

    def test_the_png_shows_every_route_and_the_legend(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            picture = base64.b64decode(seen.page.evaluate("corridor.paper.png()").partition(",")[2])
            assert page_checks.picture_problems(picture, colors_of_shown_routes(seen.page), at_least=200) == []
            with Image.open(io.BytesIO(picture)) as image:
                assert image.width == 2184
                panel = image.convert("L").crop((1600, 120, image.width, image.height))
            dark = sum(n for n, grey in panel.getcolors() if grey < 110)
            assert dark > 20_000, "the panel with table and legend is missing"
            assert count(seen.page, ".cm-paper") == 0, "the page does not go back to the screen's layout"
            assert seen.problems() == []

    def test_save_png_offers_a_file_named_after_the_title(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            with seen.page.expect_download() as download:
                seen.page.click("#cm-png")
            assert re.fullmatch(r"almaty-duisburg-4-routes-[\w-]+\.png", download.value.suggested_filename)

    def test_it_prints_on_one_landscape_page(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            pdf = seen.page.pdf(prefer_css_page_size=True, print_background=False)
            assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
            box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
            assert box is not None
            assert float(box[1]) > float(box[2])

    @pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
    def test_nothing_overlaps_and_nothing_is_cut(
        self, browser: Any, reference_page: Path, width: int, height: int
    ) -> None:
        with page_checks.visit(browser, reference_page, width=width, height=height) as seen:
            words = seen.page.evaluate(
                """() => {
                    const stage = document.querySelector('.cm-stage').getBoundingClientRect();
                    const boxes = [...document.querySelectorAll('.cm-place, .cm-country, .cm-letter')].map(e => {
                        const b = e.getBoundingClientRect();
                        return {text: e.textContent, left: b.left, right: b.right, top: b.top, bottom: b.bottom};
                    });
                    const clash = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
                    return {
                        n: boxes.length,
                        clashes: boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b => clash(a, b)).map(b => [a.text, b.text])),
                        cut: boxes.filter(b => b.left < stage.left || b.right > stage.right || b.top < stage.top || b.bottom > stage.bottom).map(b => b.text),
                        wide: document.documentElement.scrollWidth - window.innerWidth,
                        ends: [...document.querySelectorAll('.cm-place-end')].map(e => e.textContent),
                        letters: [...new Set([...document.querySelectorAll('.cm-letter')].map(e => e.textContent))].sort(),
                    };
                }"""
            )
            assert words["clashes"] == []
            assert words["cut"] == []
            assert words["wide"] <= 0, "the page is wider than the screen"
            assert sorted(words["ends"]) == ["Almaty", "Duisburg"]
            assert words["letters"] == ["A", "B", "C", "D"]

    def test_routes_on_shared_track_lie_side_by_side(self, browser: Any, tmp_path: Path) -> None:
        stops = ["Almaty", "Shu", "Karagandy", "Astana"]
        routes = [map_fakes.make_route(name, stops) for name in ("one", "two")]
        path = tmp_path / "shared.html"
        maps.draw(routes).save(path)
        with page_checks.visit(browser, path) as seen:
            shapes = seen.page.evaluate("[...document.querySelectorAll('path.cm-route')].map(p => p.getAttribute('d'))")
            assert len(shapes) == 2
            assert shapes[0] != shapes[1]
            seen.page.uncheck("#cm-route-A")
            alone = seen.page.evaluate("document.querySelector('path.cm-route').getAttribute('d')")
            assert alone not in shapes, "a route that is alone lies on its line"

    def test_more_routes_than_colours_are_listed_and_wait(
        self, browser: Any, four_routes: list[map_fakes.FakeRoute], tmp_path: Path
    ) -> None:
        path = tmp_path / "seven.html"
        again = [dataclasses.replace(r, name=f"{r.name}, again") for r in four_routes[:3]]
        maps.draw([*four_routes, *again]).save(path)
        with page_checks.visit(browser, path) as seen:
            assert seen.page.evaluate("corridor.routes.visible") == [True] * 5 + [False] * 2
            assert count(seen.page, ".cm-routes li") == 7
            assert count(seen.page, ".cm-table thead th") == 6
            seen.page.check("#cm-route-F")
            assert count(seen.page, ".cm-table thead th") == 7
            assert seen.problems() == []

    def test_unknown_dwell_is_hollow_and_known_dwell_is_area(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            circles = seen.page.evaluate(
                """() => Object.fromEntries([...document.querySelectorAll('.cm-point-crossing')].map(e => {
                    const c = e.querySelector('circle[stroke]');
                    return [e.getAttribute('aria-label'), [+c.getAttribute('r'), c.getAttribute('fill'), c.getAttribute('stroke-dasharray')]];
                }))"""
            )
            known = circles["Border crossing Serakhs / Sarakhs, 60\u00a0h"]
            shorter = circles["Border crossing Brest / Terespol, 21\u00a0h"]
            unknown = circles["Border crossing Shu / Tashkent, time not known"]
            assert (known[0] / shorter[0]) ** 2 == pytest.approx(60 / 21, rel=0.01)
            assert unknown[1:] == ["#ffffff", "2.5 2"]
            assert known[2] is None


class TestKeyboard:
    def test_space_on_a_check_box_hides_and_shows_a_route(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            page = seen.page
            before = count(page, "path.cm-leg-B")
            page.focus("#cm-route-B")
            page.keyboard.press("Space")
            assert count(page, "path.cm-leg-B") == 0 < before
            assert "hidden" in page.inner_text("[aria-live]")
            page.keyboard.press("Space")
            assert count(page, "path.cm-leg-B") == before
            assert "shown" in page.inner_text("[aria-live]")

    def test_enter_on_a_leg_opens_its_card_and_escape_returns(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            page = seen.page
            page.evaluate("document.querySelector('path.cm-leg-A').focus()")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")
            card = page.inner_text(".cm-card")
            assert "A · Shu → Karagandy" in card
            assert "1520\u00a0mm" in card
            assert "Tariff Manual No. 4" in card
            page.keyboard.press("Escape")
            page.wait_for_selector(".cm-card", state="detached")
            assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(
                "Route A, Shu to Karagandy"
            )

    def test_enter_on_each_sign_opens_its_card(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            page = seen.page
            cards = []
            for i in range(count(page, ".cm-point")):
                page.evaluate("i => document.querySelectorAll('.cm-point')[i].focus()", i)
                page.keyboard.press("Enter")
                cards.append(page.locator(".cm-card").last.inner_text())  # the one before fades out
            assert any("Break of gauge" in c and "1520\u00a0mm to 1435\u00a0mm" in c for c in cards)
            assert any("Transshipment" in c and "rail to sea" in c for c in cards)
            assert any("Border crossing" in c and "60\u00a0h" in c for c in cards)
            assert any("no data" in c for c in cards)
            assert seen.problems() == []

    def test_a_leg_is_one_tap_away(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            at = seen.page.evaluate(
                """() => { const p = document.querySelector('path.cm-leg-A:nth-of-type(1)') || document.querySelector('path.cm-leg-A');
                    const d = [...document.querySelectorAll('path.cm-leg-A')][6]; const q = d.getPointAtLength(d.getTotalLength() / 2).matrixTransform(d.getScreenCTM());
                    return [q.x, q.y]; }"""
            )
            seen.page.mouse.click(at[0] + 3, at[1] + 3)
            assert seen.page.inner_text(".cm-card").startswith("A · ")

    def test_every_input_has_one_label_and_tab_reaches_the_panel(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            page = seen.page
            assert page.evaluate("[...document.querySelectorAll('input')].every(i => i.labels.length === 1)")
            reached = []
            for _ in range(30):
                page.keyboard.press("Tab")
                reached.append(
                    page.evaluate("document.activeElement.id || document.activeElement.getAttribute('class')")
                )
            assert "cm-route-A" in reached
            assert "cm-png" in reached
            assert any("cm-leg-A" in (r or "") for r in reached)
            assert any("cm-point" in (r or "") for r in reached)


class TestText:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_text_is_shown_and_never_runs(self, browser: Any, tmp_path: Path, text: str) -> None:
        def spoil(frame: Any) -> None:
            for column in frame.columns:
                if (
                    column not in ("geometry", "kind", "lon", "lat", "dwell_h", "time_h")
                    and frame[column].dtype == object
                ):
                    # As objects: Arrow, which pandas takes where it is installed, cannot hold a lone surrogate.
                    frame[column] = pd.Series(text, index=frame.index, dtype=object)

        route = map_fakes.make_route(text, ["Almaty", "Shu", "Tashkent", "Bukhara", "Turkmenabat", "Mary", "Sarakhs"])
        route.origin = route.destination = text
        route.countries = [text]
        route.gauge_breaks = [b | {"name": text} for b in route.gauge_breaks]
        route.attrs = dict.fromkeys(("scenario", "cost_model", "as_of", "worldview"), text)
        for frame in (route.legs, route.crossings, route.transshipments):
            for column in frame.columns:
                frame[column] = (
                    frame[column].astype(object)
                    if frame[column].dtype.kind in "OT" and column != "geometry"
                    else frame[column]
                )
            spoil(frame)
        route.legs["edge_id"] = pd.Series([f"{text}{i}" for i in range(len(route.legs))], dtype=object)
        path = tmp_path / "hostile.html"
        maps.draw([route, dataclasses.replace(route, time_h=1.0)], title=text).save(path)
        with page_checks.visit(browser, path) as seen:
            page = seen.page
            written = json.dumps(text)  # a lone surrogate reaches the browser only when escaped
            assert page.evaluate("t => document.querySelector('h1').textContent === JSON.parse(t)", written)
            assert page.evaluate("t => document.querySelector('.cm-route-name').textContent === JSON.parse(t)", written)
            for selector in ("path.cm-leg", ".cm-point"):
                for i in range(min(3, count(page, selector))):
                    page.evaluate("([s, i]) => document.querySelectorAll(s)[i].focus()", [selector, i])
                    page.keyboard.press("Enter")
                    assert page.evaluate(
                        "t => [...document.querySelectorAll('.cm-card')].pop().textContent.includes(JSON.parse(t))",
                        written,
                    )
            page.wait_for_timeout(50)
            assert page.evaluate("window.__x === undefined")
            assert seen.problems() == []

    def test_a_persian_name_is_written_from_right_to_left(self, browser: Any, tmp_path: Path) -> None:
        route = map_fakes.make_route("route", ["Sarakhs", "Mashhad", "Tehran"])
        route.origin = "سرخس"
        path = tmp_path / "rtl.html"
        maps.draw(route).save(path)
        with page_checks.visit(browser, path) as seen:
            directions = seen.page.evaluate(
                "Object.fromEntries([...document.querySelectorAll('.cm-place-end')].map(e => [e.textContent, getComputedStyle(e).direction]))"
            )
            assert directions == {"سرخس": "rtl", "Tehran": "ltr"}


class TestSize:
    def test_fifty_thousand_lines_open_and_can_be_moved(self, browser: Any, tmp_path: Path) -> None:
        edges = gpd.GeoDataFrame(geometry=list(map_fakes.many_lines(50_000)), crs="EPSG:4326")
        nodes = gpd.GeoDataFrame({"node_id": []}, geometry=[], crs="EPSG:4326")
        path = tmp_path / "many.html"
        maps.draw(map_fakes.FakeNetwork(edges, nodes, nodes)).save(path)
        with page_checks.visit(browser, path) as seen:
            seen.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            before = seen.page.locator(".cm-stage").screenshot()
            seen.page.evaluate("void corridor.map.zoomIn(1, {animate: false})")
            seen.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert seen.page.locator(".cm-stage").screenshot() != before
            assert seen.problems() == []


class TestTheChecksThemselves:
    """Pages broken on purpose: a check that passes them checks nothing."""

    def problems(self, browser: Any, page: str, path: Path) -> list[str]:
        path.write_text(page, "utf-8")
        with page_checks.visit(browser, path, wait=False) as seen:
            return seen.problems() + page_checks.external_references(page)

    def test_the_reference_passes(self, browser: Any, reference_page: Path, tmp_path: Path) -> None:
        assert self.problems(browser, reference_page.read_text("utf-8"), tmp_path / "good.html") == []

    def test_a_plain_folium_map_fails(self, browser: Any, tmp_path: Path) -> None:
        found = self.problems(browser, folium.Map([43, 77]).get_root().render(), tmp_path / "folium.html")
        assert any("jsdelivr" in f for f in found)
        assert any("did not get ready" in f for f in found)

    @pytest.mark.parametrize(
        "link",
        [
            '<script src="https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.js"></script>',
            '<link rel="stylesheet" href="//unpkg.com/leaflet.css">',
            '<img src="https://example.org/x.png">',
            "<style>body{background:url(https://example.org/x.png)}</style>",
        ],
    )
    def test_one_link_to_a_cdn_fails(self, browser: Any, reference_page: Path, tmp_path: Path, link: str) -> None:
        page = reference_page.read_text("utf-8").replace("</head>", link + "</head>")
        assert page_checks.external_references(page)
        assert self.problems(browser, page, tmp_path / "cdn.html")

    def test_one_script_error_fails(
        self, browser: Any, four_routes: list[map_fakes.FakeRoute], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = _map._scripts().replace(
            "</script>", "\nsetTimeout(() => { throw new Error('on purpose') }, 5)</script>"
        )
        monkeypatch.setattr(_map, "_scripts", lambda: broken)
        found = self.problems(browser, maps.draw(four_routes).to_html(), tmp_path / "error.html")
        assert any("on purpose" in f for f in found)

    def test_a_changed_script_does_not_run(self, browser: Any, reference_page: Path, tmp_path: Path) -> None:
        page = reference_page.read_text("utf-8").replace("'use strict';", "'use strict'; window.__x = 1;", 1)
        found = self.problems(browser, page, tmp_path / "changed.html")
        assert any("Content Security Policy" in f for f in found)

    def test_a_route_without_ink_fails(self, browser: Any, reference_page: Path) -> None:
        with page_checks.visit(browser, reference_page) as seen:
            seen.page.uncheck("#cm-route-C")
            picture = seen.page.locator(".cm-stage").screenshot()
            colors = seen.page.evaluate("corridor.routes.looks.map(l => l.color)")
            assert len(page_checks.picture_problems(picture, colors, at_least=50)) == 1

    def test_a_blank_picture_fails(self) -> None:
        blank = io.BytesIO()
        Image.new("RGB", (200, 100), "white").save(blank, "PNG")
        assert len(page_checks.picture_problems(blank.getvalue(), ["#0072B2"], at_least=1)) == 2
