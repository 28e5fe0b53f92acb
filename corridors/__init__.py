"""Trade corridors and borders: which way, how far, how long, how many borders, and what changes.

>>> import corridors as cx
>>> network = cx.load_network()
>>> r = cx.route(network, "Almaty", "Duisburg", avoid=["RUS"])

Importing this package opens no data file; each name is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Alternatives": "routing",
    "Comparison": "comparison",
    "CorridorError": "errors",
    "CostModel": "cost",
    "LayerError": "errors",
    "MissingExtraError": "errors",
    "Network": "network",
    "NoRouteError": "errors",
    "PlaceError": "errors",
    "Route": "routing",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "SchemaError": "errors",
    "UnknownNameError": "errors",
    "alternatives": "routing",
    "build_network": "network",
    "catalog": "geodata",
    "compare": "comparison",
    "cost_model": "cost",
    "load": "geodata",
    "load_network": "network",
    "provenance": "geodata",
    "route": "routing",
    "save_network": "network",
}
_MODULES = ("maps",)

__all__ = [
    "Alternatives",
    "Comparison",
    "CorridorError",
    "CostModel",
    "LayerError",
    "MissingExtraError",
    "Network",
    "NoRouteError",
    "PlaceError",
    "Route",
    "Scenario",
    "ScenarioError",
    "SchemaError",
    "UnknownNameError",
    "alternatives",
    "build_network",
    "catalog",
    "compare",
    "cost_model",
    "load",
    "load_network",
    "provenance",
    "route",
    "save_network",
]

if TYPE_CHECKING:
    from corridors.comparison import Comparison, compare
    from corridors.cost import CostModel, cost_model
    from corridors.errors import (
        CorridorError,
        LayerError,
        MissingExtraError,
        NoRouteError,
        PlaceError,
        ScenarioError,
        SchemaError,
        UnknownNameError,
    )
    from corridors.geodata import catalog, load, provenance
    from corridors.network import Network, build_network, load_network, save_network
    from corridors.routing import Alternatives, Route, alternatives, route
    from corridors.scenario import Scenario


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"corridors.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"corridors.{name}")
    raise AttributeError(f"module 'corridors' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES, "__version__"])
