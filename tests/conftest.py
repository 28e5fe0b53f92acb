"""Fixtures that all tests share: the drawn continent, and one Chromium for every browser test."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import continent
from corridors.network import Network
from corridors.network._build import assemble

CHROMIUM = os.environ.get("CORRIDORS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

# What a change has to pass is the same at each run; the random search is that of a plain `pytest` and of `.ci/full`.
settings.register_profile(
    "same", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A running Chromium; the test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    if not CHROMIUM:
        pytest.skip("no Chromium: install it (apt-get install chromium) or set CORRIDORS_CHROMIUM to its path")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def toy() -> Network:
    """The small continent, today."""
    attrs = {"name": "toy", "verified": "2026-01-01", "worldview": "drawn", "attribution": "none"}
    return assemble(continent.layers(), attrs)
