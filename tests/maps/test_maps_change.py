"""A network before and after, and what its lengths rest on."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import page_checks
import pytest

import corridors as cx
from corridors import maps
from corridors.maps import _background

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")


@pytest.fixture(scope="module")
def today() -> cx.Network:
    return cx.load_network()


@pytest.fixture(scope="module")
def future(today: cx.Network) -> cx.Network:
    return cx.Scenario("plan").open("trans-afghan-kharlachi").close("crossing:hairatan").apply(today)


def changed(data: Any, what: str) -> set[str]:
    return {line["name"] for line in data["network"]["lines"] if line["change"] == what}


def test_what_a_scenario_opens_and_shuts_is_marked(today: cx.Network, future: cx.Network) -> None:
    data = maps.draw(future, before=today).data
    opened = [i.removeprefix("line:") for i in future.attrs["opened"] if i.startswith("line:")]
    assert {str(today.lines["name"][i]) for i in opened} == changed(data, "opened")
    crossings = {p["name"]: p["change"] for p in data["network"]["crossings"] if p.get("change")}
    assert sorted(crossings.values()) == ["opened", "shut"]
    assert data["title"].startswith("plan opens ")
    assert "shuts 1 crossing" in data["title"]


def test_the_attributes_of_a_scenario_say_the_same(today: cx.Network, future: cx.Network) -> None:
    compared, told = maps.draw(future, before=today).data, maps.draw(future).data
    assert changed(compared, "opened") == changed(told, "opened")
    assert compared["title"] == told["title"]


def test_the_map_is_fitted_to_what_changes(today: cx.Network, future: cx.Network) -> None:
    (south, west), (north, east) = maps.draw(future, before=today).data["bounds"]
    assert 30 < south < north < 40
    assert 60 < west < east < 75


def test_a_network_against_itself_has_no_change(today: cx.Network) -> None:
    data = maps.draw(today, before=today).data
    assert not changed(data, "opened")
    assert not changed(data, "shut")
    assert data["title"].startswith("Transport network: ")


def test_two_dates_are_named(today: cx.Network) -> None:
    title = maps.draw(today, before=today.as_of("2025-09-30")).data["title"]
    assert title.startswith("From 2025-09-30 to ")
    assert "shuts" in title


def test_lengths_on_land_are_told_apart_by_what_they_rest_on(today: cx.Network) -> None:
    data = maps.draw(today, color_by="source").data
    edges = today.edges
    land = edges[edges["kind"].isin(("track", "road"))]
    for basis in ("published", "matched", "assumed"):
        km = sum(line["length_km"] for line in data["network"]["lines"] if line["basis"] == basis)
        expected = land.loc[land["length_source"].map(_background.basis_of) == basis, "length_km"].sum()
        assert km == pytest.approx(expected, abs=100)
        assert basis in data["title"]


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["change", "source"])
def test_the_legend_explains_the_colours_and_they_are_seen(
    browser: Any, today: cx.Network, future: cx.Network, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "map.html"
    drawn = maps.draw(future, before=today) if kind == "change" else maps.draw(today, color_by="source")
    drawn.save(path)
    with page_checks.visit(browser, path) as seen:
        style = drawn.data["style"]
        legend = seen.page.inner_text(".cm-legend")
        words = (
            ["Opened: line", "Shut: crossing"] if kind == "change" else [b["label"] for b in style["basis"].values()]
        )
        assert all(w in legend for w in words)
        colors = [c["color"] for c in style["change" if kind == "change" else "basis"].values()]
        picture = seen.page.locator(".cm-stage").screenshot()
        with Image.open(io.BytesIO(picture)) as opened:
            counts = opened.convert("RGB").getcolors(1 << 24)
        for color in colors:
            wanted = bytes.fromhex(color[1:])
            n = sum(n for n, c in counts if max(abs(a - b) for a, b in zip(c, wanted, strict=True)) < 40)
            assert n > 25, color  # thin lines are antialiased: near the colour, not on it
        assert seen.problems() == []


def test_a_report_of_one_scenario_still_draws_its_routes(today: cx.Network, future: cx.Network) -> None:
    route = cx.route(future, "Tashkent", "Karachi", avoid=["RUS"])
    data = maps.draw(route, network=future, before=today).data
    assert {line["change"] for line in data["network"]["lines"]} >= {"", "opened"}
