"""The time-distance chart in the panel, linked with the map."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import map_fakes
import page_checks
import pytest

import corridors as cx
from corridors import maps

pytestmark = pytest.mark.browser

STANDING = ("crossing", "gauge_change", "transshipment")


def focus_step(page: Any, n: int) -> str:
    page.evaluate("n => document.querySelectorAll('.cm-step')[n].focus()", n)
    text: str = page.inner_text(".cm-chart-said")
    return text


def n_marks(page: Any) -> int:
    n: int = page.evaluate("document.querySelectorAll('.leaflet-cm-mark-pane path').length")
    return n


@pytest.fixture(scope="module")
def real_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    network = cx.load_network()
    path = tmp_path_factory.mktemp("chart") / "chart.html"
    maps.draw(cx.compare(network, [("Almaty", "Duisburg")], k=2)).save(path)
    return path


def test_every_standstill_with_hours_is_a_step(browser: Any, real_page: Path) -> None:
    with page_checks.visit(browser, real_page) as seen:
        n = seen.page.evaluate(
            """kinds => { const d = corridor.data; const top = Math.max(...d.routes.map(r => r.legs.reduce((t, l) => t + l.time_h, 0)));
                return d.routes.flatMap(r => r.legs.filter(l => kinds.includes(d.edges[l.edge].kind) && l.time_h >= 0.004 * top)).length; }""",
            list(STANDING),
        )
        assert seen.page.locator(".cm-step").count() == n > 5
        assert seen.problems() == []


def test_a_line_ends_at_the_total(browser: Any, real_page: Path) -> None:
    with page_checks.visit(browser, real_page) as seen:
        label = seen.page.get_attribute(".cm-chart-place > svg", "aria-label")
        totals = seen.page.evaluate("corridor.data.routes.map(r => r.totals.time_h)")
        for letter, hours in zip("ABC", totals, strict=False):
            shown = re.search(rf"{letter} ([\d.]+)", label)
            assert shown is not None
            assert float(shown[1]) == pytest.approx(hours / 24, abs=0.051)


def test_focus_on_a_step_rings_its_place_and_enter_opens_its_card(browser: Any, real_page: Path) -> None:
    with page_checks.visit(browser, real_page) as seen:
        page = seen.page
        assert n_marks(page) == 0
        said = focus_step(page, 1)
        assert "\u00a0h, " in said
        assert n_marks(page) == 2
        page.keyboard.press("ArrowRight")
        assert page.inner_text(".cm-chart-said") != said
        page.keyboard.press("Enter")
        assert page.locator(".cm-card").count() >= 1
        page.keyboard.press("Escape")
        page.evaluate("document.activeElement.blur()")
        assert n_marks(page) == 0
        assert seen.problems() == []


def test_a_ring_lies_on_the_sign_of_its_place(browser: Any, real_page: Path) -> None:
    with page_checks.visit(browser, real_page) as seen:
        page = seen.page
        for i in range(min(6, page.locator(".cm-step").count())):
            said = focus_step(page, i)
            name = said.partition(" · ")[2].rpartition(": ")[0]
            apart = page.evaluate(
                """name => { const p = corridor.data.points.find(p => p.name === name); if (!p) return null;
                    const sign = corridor.map.latLngToContainerPoint([p.at[1], p.at[0]]);
                    let ring; corridor.map.eachLayer(l => { if (l.options.pane === 'cm-mark' && l.getLatLng) ring = corridor.map.latLngToContainerPoint(l.getLatLng()); });
                    return sign.distanceTo(ring); }""",
                name,
            )
            assert apart is not None
            assert apart < 2, name


def test_pointing_at_a_leg_of_the_map_shows_it_on_the_chart(browser: Any, real_page: Path) -> None:
    with page_checks.visit(browser, real_page) as seen:
        page = seen.page
        page.evaluate(
            "corridor.map.fire('cm:leg', { index: 0, leg: corridor.data.routes[0].legs[3] })",
        )
        assert page.inner_text(".cm-chart-said").startswith("A · ")
        assert page.get_attribute(".cm-chart-place > svg > circle:last-child", "visibility") == "visible"


def test_cost_is_a_choice_and_hidden_routes_leave_the_chart(browser: Any, real_page: Path) -> None:
    with page_checks.visit(browser, real_page) as seen:
        page = seen.page
        page.check("#cm-chart-cost_usd")
        assert page.inner_text(".cm-chart summary") == "Cost over distance"
        assert "USD" in page.get_attribute(".cm-chart-place > svg", "aria-label")
        before = page.locator(".cm-step").count()
        page.uncheck("#cm-route-B")
        assert page.locator(".cm-step").count() < before
        assert "B " not in page.get_attribute(".cm-chart-place > svg", "aria-label")
        assert seen.problems() == []


def test_it_waits_folded_on_a_phone(browser: Any, real_page: Path) -> None:
    with page_checks.visit(browser, real_page, width=390, height=844) as seen:
        assert not seen.page.evaluate("document.querySelector('.cm-chart').open")
        seen.page.click(".cm-chart summary")
        assert seen.page.locator(".cm-chart-place > svg").is_visible()
        assert seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_without_prices_there_is_no_choice(browser: Any, tmp_path: Path) -> None:
    route = map_fakes.make_route("r", map_fakes.PATHS["Northern, by Moscow and Brest"], priced=False)
    route.legs["cost_usd_teu"] = None
    path = tmp_path / "free.html"
    maps.draw(route).save(path)
    with page_checks.visit(browser, path) as seen:
        assert seen.page.locator("#cm-chart-time_h").count() == 0
        assert seen.page.locator(".cm-step").count() > 0
        assert seen.problems() == []
