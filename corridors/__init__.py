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
    "Access": "resilience",
    "Alternatives": "routing",
    "Border": "borders",
    "Comparison": "comparison",
    "CorridorError": "errors",
    "CostModel": "cost",
    "Criticality": "resilience",
    "Isolation": "resilience",
    "LayerError": "errors",
    "LineCrossings": "borders",
    "MissingExtraError": "errors",
    "Network": "network",
    "NoRouteError": "errors",
    "PlaceError": "errors",
    "Route": "routing",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "SchemaError": "errors",
    "Simulation": "uncertainty",
    "Sweep": "sweeping",
    "UnknownNameError": "errors",
    "Validation": "validation",
    "WorkerError": "errors",
    "access": "resilience",
    "alternatives": "routing",
    "border": "borders",
    "border_table": "borders",
    "build_network": "network",
    "catalog": "geodata",
    "check_file": "validation",
    "compare": "comparison",
    "cost_model": "cost",
    "country_areas": "borders",
    "country_at": "borders",
    "criticality": "resilience",
    "crossing_table": "borders",
    "crossings_of": "borders",
    "detour_if_shut": "borders",
    "follows": "routing",
    "hard_places": "borders",
    "isolation": "resilience",
    "landlocked": "borders",
    "load": "geodata",
    "load_network": "network",
    "matrix": "routing",
    "merge_lines": "network",
    "neighbours": "borders",
    "pareto": "routing",
    "provenance": "geodata",
    "reached_through": "borders",
    "route": "routing",
    "save_network": "network",
    "simulate": "uncertainty",
    "sweep": "sweeping",
    "trade_weights": "resilience",
    "transit_countries": "borders",
    "transit_table": "borders",
    "tripoints": "borders",
    "validate_reference": "validation",
}
_MODULES = ("export", "figures", "maps", "report")

__all__ = [
    "Access",
    "Alternatives",
    "Border",
    "Comparison",
    "CorridorError",
    "CostModel",
    "Criticality",
    "Isolation",
    "LayerError",
    "LineCrossings",
    "MissingExtraError",
    "Network",
    "NoRouteError",
    "PlaceError",
    "Route",
    "Scenario",
    "ScenarioError",
    "SchemaError",
    "Simulation",
    "Sweep",
    "UnknownNameError",
    "Validation",
    "WorkerError",
    "access",
    "alternatives",
    "border",
    "border_table",
    "build_network",
    "catalog",
    "check_file",
    "compare",
    "cost_model",
    "country_areas",
    "country_at",
    "criticality",
    "crossing_table",
    "crossings_of",
    "detour_if_shut",
    "follows",
    "hard_places",
    "isolation",
    "landlocked",
    "load",
    "load_network",
    "matrix",
    "merge_lines",
    "neighbours",
    "pareto",
    "provenance",
    "reached_through",
    "route",
    "save_network",
    "simulate",
    "sweep",
    "trade_weights",
    "transit_countries",
    "transit_table",
    "tripoints",
    "validate_reference",
]

if TYPE_CHECKING:
    from corridors.borders import (
        Border,
        LineCrossings,
        border,
        border_table,
        country_areas,
        country_at,
        crossing_table,
        crossings_of,
        detour_if_shut,
        hard_places,
        landlocked,
        neighbours,
        reached_through,
        transit_countries,
        transit_table,
        tripoints,
    )
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
        WorkerError,
    )
    from corridors.geodata import catalog, load, provenance
    from corridors.network import Network, build_network, load_network, merge_lines, save_network
    from corridors.resilience import Access, Criticality, Isolation, access, criticality, isolation, trade_weights
    from corridors.routing import Alternatives, Route, alternatives, follows, matrix, pareto, route
    from corridors.scenario import Scenario
    from corridors.sweeping import Sweep, sweep
    from corridors.uncertainty import Simulation, simulate
    from corridors.validation import Validation, check_file, validate_reference


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"corridors.{_HOME[name]}"), name)
    if name in _MODULES:
        return import_module(f"corridors.{name}")
    raise AttributeError(f"module 'corridors' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES, "__version__"])
