"""Fixtures that all tests share."""

import pytest

import continent
from corridors.network import Network
from corridors.network._build import assemble


@pytest.fixture(scope="session")
def toy() -> Network:
    """The small continent, today."""
    attrs = {"name": "toy", "verified": "2026-01-01", "worldview": "drawn", "attribution": "none"}
    return assemble(continent.layers(), attrs)
