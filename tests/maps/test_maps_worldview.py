"""Whose map it is: a table of points that was read by a person, against the boundary set and against what the page draws."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import page_checks
import pytest

import corridors as cx

GOLDEN = list(csv.DictReader(Path(__file__).with_name("worldview.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row["place"])
def test_a_point_lies_in_the_country_that_was_agreed(row: dict[str, str]) -> None:
    at = float(row["lon"]), float(row["lat"])
    assert cx.country_at(*at) == row["de_facto"]
    assert cx.country_at(*at, worldview="un-style") == row["un_style"]


@pytest.mark.browser
def test_the_page_hatches_what_is_disputed_and_nothing_else(browser: Any, reference_page: Path) -> None:
    with page_checks.visit(browser, reference_page) as seen:
        hatched = seen.page.evaluate(
            """points => {
                const { base } = corridor;
                const rings = base.disputed.map(p => CorridorMaps.decode(p[0], base.precision));
                const holds = (ring, lat, lon) => ring.reduce((inside, [y, x], i) => {
                    const [v, u] = ring[(i + ring.length - 1) % ring.length];
                    return (y > lat) !== (v > lat) && lon < (u - x) * (lat - y) / (v - y) + x ? !inside : inside;
                }, false);
                return points.map(([lon, lat]) => rings.some(ring => holds(ring, lat, lon)));
            }""",
            [[float(r["lon"]), float(r["lat"])] for r in GOLDEN],
        )
        assert dict(zip([r["place"] for r in GOLDEN], hatched, strict=True)) == {
            r["place"]: r["is_hatched"] == "1" for r in GOLDEN
        }
        assert seen.page.evaluate("document.querySelectorAll('pattern#cm-hatch').length") == 1
        assert "Disputed or undetermined" in seen.page.inner_text(".cm-legend")
        assert "do not imply endorsement" in seen.page.inner_text(".cm-footer")


@pytest.mark.browser
def test_no_border_or_coast_has_a_segment_across_the_map(browser: Any, reference_page: Path) -> None:
    with page_checks.visit(browser, reference_page) as seen:
        longest = seen.page.evaluate(
            """() => {
                const { base } = corridor;
                const lines = [...base.borders, ...base.land.flat(), ...base.disputed.flat()];
                return Math.max(...lines.map(line => Math.max(0, ...line.slice(2).map(Math.abs)))) / 10 ** base.precision;
            }"""
        )
        assert 0 < longest < 20  # degrees
