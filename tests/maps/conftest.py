"""A browser for the tests marked ``browser``, and pages made once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import map_fakes
import pytest

from corridors import maps

CHROMIUM = os.environ.get("CORRIDORS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs Chromium and playwright; skipped with a message without them")


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
def four_routes() -> list[map_fakes.FakeRoute]:
    return map_fakes.almaty_duisburg()


@pytest.fixture(scope="session")
def network() -> map_fakes.FakeNetwork:
    return map_fakes.make_network()


@pytest.fixture(scope="session")
def reference_page(
    four_routes: list[map_fakes.FakeRoute], network: map_fakes.FakeNetwork, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Almaty to Duisburg, four routes over the network, in a file whose name would break a careless URL."""
    path = tmp_path_factory.mktemp("pages") / "sub dir é #1.html"
    maps.draw(four_routes, network=network).save(path)
    return path
