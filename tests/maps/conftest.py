"""Pages made once for the browser tests of maps."""

from __future__ import annotations

from pathlib import Path

import map_fakes
import pytest

from corridors import maps


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
