"""What an edge costs: hours and dollars of moving and of standing still."""

from corridors.cost._edges import EdgeCosts, Journey
from corridors.cost._model import (
    BASES,
    CARGOES,
    DEFAULT,
    FASTER_IS_LESS,
    LEVELS,
    CostModel,
    Tariff,
    Value,
    cost_model,
    presets,
)

__all__ = [
    "BASES",
    "CARGOES",
    "DEFAULT",
    "FASTER_IS_LESS",
    "LEVELS",
    "CostModel",
    "EdgeCosts",
    "Journey",
    "Tariff",
    "Value",
    "cost_model",
    "presets",
]
