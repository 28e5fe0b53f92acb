"""The report and what a notebook shows: complete, offline, safe with any text."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString

import corridors as cx
from corridors import _display, figures, maps, report
from corridors.errors import missing_extra

HOSTILE = [
    '<img src=x onerror="window.__x=1">',
    "</script><script>window.__x=1</script>",
    '" onload="window.__x=1',
    "${1}",
    "a\ud800b",
]


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


@pytest.fixture(scope="module")
def found(network: cx.Network) -> cx.Comparison:
    return cx.compare(network, [("Almaty", "Duisburg")], k=1)


@pytest.fixture(scope="module")
def page(network: cx.Network, found: cx.Comparison) -> str:
    return report.to_html(found, network=network)


def without_frame(page: str) -> str:
    return re.sub(r"<iframe.*?</iframe>", "", page, flags=re.DOTALL)


def network_of_hostile_shapefile(folder: Path) -> cx.Network:
    """A network of two lines whose texts in the file are all hostile."""
    texts = {"line_id": [HOSTILE[0], HOSTILE[1]], "name": [HOSTILE[0], HOSTILE[1]], "source_id": [HOSTILE[2]] * 2}
    lines = gpd.GeoDataFrame(
        {**texts, "gauge_mm": [1520, 1520]},
        geometry=[LineString([(69.0, 41.0), (70.0, 41.2)]), LineString([(70.0, 41.2), (71.0, 41.0)])],
        crs=4326,
    )
    lines.to_file(folder / "lines.shp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it assumes about gauge and lengths is not the matter here
        return cx.build_network(rail=folder / "lines.shp")


def test_a_report_of_a_simulation_shows_draws_and_tornado(network: cx.Network) -> None:
    ways = {HOSTILE[0]: {}, "Middle": {"via": ["Baku"], "avoid": ["RUS"]}}
    found = cx.simulate(network, [("Almaty", "Istanbul")], corridors=ways, n=60)
    text = without_frame(report.to_html(found, network=network))
    assert "How sure the hours are" in text
    assert "Draws, Almaty – Istanbul" in text
    assert "One parameter at a time, Almaty – Istanbul" in text
    assert "quickest in, %" in text
    assert "so no winner is named" in text
    assert HOSTILE[0] not in text
    assert html.escape(HOSTILE[0], quote=True) in text


class TestReport:
    def test_it_has_all_its_parts(self, page: str, found: cx.Comparison) -> None:
        for part in (
            "The routes in numbers",
            "What is assumed",
            "Restrictions on the way",
            "Sources",
            "<iframe",
            "<img",
        ):
            assert part in page
        best = min(found.routes, key=lambda r: r.time_h)
        assert f"<h1>Almaty – Duisburg: {best.time_h / 24:.1f} days {best.name}" in page
        for r in found.routes:
            assert f"{r.length_km:,.0f}" in without_frame(page)
            for name in r.crossings["name"]:
                assert html.escape(name) in without_frame(page)

    def test_it_says_how_much_is_assumed_and_which_values_were_used(self, page: str, found: cx.Comparison) -> None:
        text = without_frame(page)
        for r in found.routes:
            assert f">{round(100 * r.assumed_time_share)}<" in text
        assert "speed_kph.rail.default" in text
        assert "assumption:" in text
        assert "speed_kph.rail.PAK" not in text, "no route passes Pakistan"
        assert "handling_usd.feu" not in text, "a TEU is priced"

    def test_every_published_source_is_cited(self, page: str, found: cx.Comparison) -> None:
        for r in found.routes:
            for url in r.sources["url"]:
                assert html.escape(url) in page

    def test_restrictions_are_listed_once(self, page: str, found: cx.Comparison) -> None:
        concerned = pd.concat([r.restrictions for r in found.routes])
        assert len(concerned)
        for scope in concerned["scope"].unique():
            assert html.escape(scope) in page

    def test_nothing_is_loaded_from_outside(self, page: str) -> None:
        assert not re.search(
            r"<(?:script|img|iframe|link)[^>]*\s(?:src|href)\s*=\s*[\"']?(?!data:)[a-z/]", without_frame(page)
        )
        assert "default-src 'none'" in page

    def test_the_same_report_has_the_same_bytes(self, page: str, network: cx.Network, found: cx.Comparison) -> None:
        assert report.to_html(found, network=network) == page

    def test_it_stays_below_two_megabytes(self, page: str) -> None:
        assert len(page.encode()) < 2_000_000

    @pytest.mark.parametrize("kind", ["route", "alternatives", "list"])
    def test_each_kind_of_subject(self, network: cx.Network, kind: str, tmp_path: Path) -> None:
        r = cx.route(network, "Tashkent", "Moscow")
        x = {"route": r, "list": [r], "alternatives": cx.alternatives(network, "Tashkent", "Moscow", k=2)}[kind]
        report.report(x, tmp_path / "report.html")
        assert "<h1>Tashkent – Moscow" in (tmp_path / "report.html").read_text("utf-8")

    def test_two_scenarios_and_a_pair_without_route(self, network: cx.Network) -> None:
        future = cx.Scenario("plan").open("trans-afghan-kharlachi").apply(network)
        found = cx.compare(
            {"today": network, "plan": future}, [("Tashkent", "Karachi")], avoid=["TKM"], k=1, modes=["rail"]
        )
        page = report.to_html(found)
        assert "plan" in page
        assert "<th" in page

    def test_cost_models_are_not_ranked_against_each_other(self, network: cx.Network) -> None:
        found = cx.compare(network, [("Tashkent", "Moscow")], avoid=[], k=1, cost=["simple", "survey-2022"])
        page = report.to_html(found)
        assert "as 2 cost models have it" in page
        assert "fastest" not in without_frame(page)
        assert "Values of the cost model survey-2022" in page

    def test_what_holds_no_route_is_refused_and_nothing_is_written(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError, match="no route"):
            report.report([], tmp_path / "report.html")
        assert not list(tmp_path.iterdir())

    def test_without_matplotlib_the_page_says_so(self, network: cx.Network, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(*_: Any, **__: Any) -> Any:
            raise missing_extra("a figure", "matplotlib", "plot")

        monkeypatch.setattr(figures, "distance_chart", missing)
        page = report.to_html(cx.route(network, "Tashkent", "Moscow"))
        assert "The charts are left out: a figure needs matplotlib" in page
        assert "<img" not in without_frame(page)

    def test_the_command_line_writes_it(self, tmp_path: Path) -> None:
        from typer.testing import CliRunner

        from corridors.cli import app

        path = tmp_path / "report.html"
        result = CliRunner().invoke(app, ["report", "Tashkent", "Moscow", "-o", str(path), "--avoid", "IRN", "-k", "1"])
        assert result.exit_code == 0, result.output
        assert "<h1>Tashkent – Moscow" in path.read_text("utf-8")

    @pytest.mark.browser
    def test_it_opens_without_complaint_and_draws_its_map(self, browser: Any, page: str, tmp_path: Path) -> None:
        path = tmp_path / "report.html"
        path.write_text(page, "utf-8")
        tab = browser.new_page(viewport={"width": 1200, "height": 900})
        complaints: list[str] = []
        tab.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        tab.on("pageerror", lambda e: complaints.append(str(e)))
        tab.goto(path.as_uri())
        tab.frames[1].wait_for_selector("html[data-corridor-ready='1']")
        assert tab.frames[1].evaluate("document.querySelectorAll('path.cm-route').length") > 1
        assert tab.evaluate("[...document.images].every(i => i.naturalWidth > 300)")
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert complaints == []
        tab.close()

    @pytest.mark.browser
    @pytest.mark.filterwarnings("ignore:Glyph:UserWarning")
    def test_hostile_text_is_shown_and_never_runs(self, browser: Any, network: cx.Network, tmp_path: Path) -> None:
        r = cx.route(network, "Tashkent", "Moscow")
        spoilt = [replace(r, name=text, origin=replace(r.origin, name=text)) for text in HOSTILE[:4]]
        path = tmp_path / "hostile.html"
        report.report(spoilt, path, title=HOSTILE[1])
        tab = browser.new_page()
        tab.goto(path.as_uri())
        tab.frames[1].wait_for_selector("html[data-corridor-ready='1']")
        assert tab.evaluate("window.__x === undefined")
        assert tab.frames[1].evaluate("window.__x === undefined")
        said = tab.inner_text("body")
        assert all(text in said for text in HOSTILE[:4])
        tab.close()


class TestNotebook:
    def test_each_result_shows_its_table_and_a_map(self, network: cx.Network, found: cx.Comparison) -> None:
        results = (
            *(found.routes[0], cx.alternatives(network, "Tashkent", "Moscow", k=1), found, network),
            *(
                cx.border(network, "KGZ", "TJK"),
                cx.access(network),
                cx.simulate(network, [("Tashkent", "Moscow")], n=9),
            ),
        )
        for result in results:
            shown = result._repr_html_()
            assert shown.startswith("<div")
            assert "<table" in shown
            assert shown.count("<iframe") == 1
            assert "allow-same-origin" not in shown

    def test_closures_are_a_table_that_says_what_their_map_needs(self, network: cx.Network) -> None:
        shown = cx.criticality(network, [("Tashkent", "Moscow")])._repr_html_()
        assert "<table" in shown
        assert "network=" in shown

    @pytest.mark.browser
    def test_texts_of_a_shapefile_never_run_in_a_notebook_map_or_report(self, browser: Any, tmp_path: Path) -> None:
        network = network_of_hostile_shapefile(tmp_path)
        r = cx.route(network, (69.0, 41.0), (71.0, 41.0))
        border = replace(cx.border(cx.load_network(), "KGZ", "TJK"), name=HOSTILE[1])
        page = tmp_path / "notebook.html"
        cells = "".join(result._repr_html_() for result in (network, r, border))
        page.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{cells}</body>", "utf-8", "replace")
        report.report(r, tmp_path / "report.html", network=network)
        for path in (page, tmp_path / "report.html"):
            tab = browser.new_page()
            tab.goto(path.as_uri())
            assert len(tab.frames) >= 2
            for frame in tab.frames[1:]:
                frame.wait_for_selector("html[data-corridor-ready='1']")
            said = ""
            for frame in tab.frames[1:]:
                if frame.locator("path.cm-leg").count():
                    frame.evaluate("document.querySelector('path.cm-leg').focus()")
                    frame.locator("path.cm-leg").first.press("Enter")
                said += frame.evaluate("document.querySelector('.cm-page').textContent")
            assert any(text in said for text in HOSTILE[:2])
            assert all(frame.evaluate("window.__x === undefined") for frame in tab.frames)
            tab.close()

    def test_a_comparison_without_route_is_its_table(self, network: cx.Network) -> None:
        nothing = cx.compare(network, [("Almaty", "nowhere at all")])
        shown = nothing._repr_html_()
        assert "<iframe" not in shown
        assert "nowhere at all" in shown

    def test_without_maps_it_is_a_table_and_maps_is_not_imported(self) -> None:
        code = (
            "import sys, corridors as cx\n"
            "shown = cx.route(cx.load_network(), 'Tashkent', 'Moscow')._repr_html_()\n"
            "assert '<table' in shown and '<iframe' not in shown and 'corridors.maps' in shown\n"
            "assert 'folium' not in sys.modules and 'corridors.maps' not in sys.modules\n"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_cells_are_escaped(self, text: str) -> None:
        # Arrow strings, which pandas makes where pyarrow is installed, cannot hold half a surrogate pair.
        columns = pd.Index([text], dtype=object)
        shown = _display.table_html(pd.DataFrame([[text]], columns=columns, dtype=object))
        assert "<img" not in shown
        assert "<script" not in shown
        assert '" onload' not in shown
        shown.encode("utf-8")

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (float("nan"), "–"),
            (None, "–"),
            (1234.5, "1,234"),
            (0.1234, "0.12"),
            (12.34, "12.3"),
            (True, "yes"),
            (7, "7"),
        ],
    )
    def test_numbers_are_rounded_for_reading(self, value: Any, text: str) -> None:
        assert _display.shown(value) == text

    def test_importing_maps_registers_it_once(self) -> None:
        assert len(_display._DRAWERS) == 1
        assert "<html" in maps._page(cx.route(cx.load_network(), "Tashkent", "Moscow"))
