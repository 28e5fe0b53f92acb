"""What ships beside the code: style table, vendored files."""

from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest

from corridors.maps import _offline
from corridors.maps._styles import styles

STYLE = styles()
LEAFLET = _offline.ASSETS / "leaflet"
SUMS = [line.split(maxsplit=1) for line in (LEAFLET / "SHA256SUMS").read_text().splitlines()]


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["land", "sea"])
@pytest.mark.parametrize("color", [*(look["color"] for look in STYLE["route"]["look"]), STYLE["route"]["beyond"]])
def test_routes_stand_out_from_land_and_sea(color: str, ground: str) -> None:
    assert contrast(color, STYLE["base"][ground]) >= 3


@pytest.mark.parametrize("color", [*STYLE["gauge"]["mm"].values(), STYLE["gauge"]["other"]])
def test_gauges_stand_out_from_land(color: str) -> None:
    assert contrast(color, STYLE["base"]["land"]) >= 3


def test_routes_differ_without_colour() -> None:
    cores = [look["core"] for look in STYLE["route"]["look"]]
    assert len(cores) == len(set(cores)) == 5
    assert set(cores) - {"none"} == set(STYLE["core"])


def test_statuses_differ_without_colour() -> None:
    dashes = [tuple(look["dash"]) for look in STYLE["status"].values()]
    assert len(dashes) == len(set(dashes))


def test_every_status_of_the_vocabulary_has_a_style() -> None:
    assert set(STYLE["status"]) == {
        *("operating", "under_construction", "proposed", "superseded", "suspended", "closed"),
    }


@pytest.mark.parametrize(("digest", "name"), SUMS)
def test_leaflet_is_as_it_was_published(digest: str, name: str) -> None:
    assert hashlib.sha256((LEAFLET / name).read_bytes()).hexdigest() == digest


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("path", sorted((_offline.ASSETS / "corridor").glob("*.js")), ids=lambda p: p.name)
def test_scripts_parse(path: str) -> None:
    subprocess.run(["node", "--check", str(path)], check=True, capture_output=True)


def test_no_python_file_is_among_the_assets() -> None:
    assert not list(_offline.ASSETS.rglob("*.py"))
