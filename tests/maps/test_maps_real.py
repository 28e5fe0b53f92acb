"""The embedded network and real routes on the map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import page_checks
import pytest

import corridors as cx
from corridors import maps


@pytest.fixture(scope="module")
def network() -> Any:
    return cx.load_network()


@pytest.fixture(scope="module")
def page(network: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("real") / "almaty-duisburg.html"
    maps.draw(cx.compare(network, [("Almaty", "Duisburg")], k=3), network=network).save(path)
    return path


def test_almaty_duisburg_over_the_network_is_under_700_kb(page: Path) -> None:
    assert page.stat().st_size < 700_000


def test_the_whole_network_is_under_2_5_mb(network: Any) -> None:
    assert len(maps.draw(network).to_html().encode()) < 2_500_000


def test_the_places_of_a_route_are_called_by_their_city(network: Any) -> None:
    data = maps.draw(cx.route(network, "Almaty", "Duisburg")).data
    names = [p["name"] for p in data["places"]]
    assert {p["name"] for p in data["places"] if p["ends"]} == {"Almaty", "Duisburg"}
    assert "Moscow" in names
    assert "Moscow Belorussky" not in names


def test_totals_and_date_are_on_the_map(network: Any) -> None:
    route = cx.route(network, "Almaty", "Duisburg")
    data = maps.draw(route).data
    assert data["routes"][0]["totals"]["length_km"] == pytest.approx(route.length_km, abs=0.05)
    assert ["Data as of", str(network.attrs["as_of"])] in data["facts"]
    assert data["n_unplaced"] == 0


def test_openstreetmap_is_credited_on_the_page(network: Any) -> None:
    assert "OpenStreetMap contributors" in maps.draw(network).data["attribution"]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
def test_it_opens_without_a_request_or_complaint(browser: Any, page: Path, width: int, height: int) -> None:
    with page_checks.visit(browser, page, width=width, height=height) as seen:
        assert seen.problems() == []
        colors = seen.page.evaluate("corridor.routes.looks.map(l => l.color)")
        picture = seen.page.locator(".cm-stage").screenshot()
        assert page_checks.picture_problems(picture, colors, at_least=50) == []


def test_figures_that_measure_different_things_never_share_a_map(network: Any) -> None:
    found = cx.compare({"today": network}, [("Almaty", "Duisburg")], k=1, cost=["block-train-2024", "survey-2022"])
    data = maps.draw(found).data
    declared = [r for r in found.routes if r.cost_model.basis == "declared"]
    assert 0 < len(data["routes"]) <= len(declared) < len(found.routes)
    assert ["Costs", "block-train-2024"] in data["facts"]
    (said,) = (words for label, words in data["facts"] if label == "Not drawn")
    assert "with observed costs per TEU, which measure something else" in said
