"""What an edge costs: hours and dollars of moving and of standing still."""

from corridors.cost._borders import Part, Passage
from corridors.cost._cargo import CARGOES, Cargo, unit_words
from corridors.cost._edges import EdgeCosts, Journey
from corridors.cost._model import (
    BASES,
    DEFAULT,
    FASTER_IS_LESS,
    LEVELS,
    RESTS_ON,
    Average,
    CostModel,
    Tariff,
    Value,
)
from corridors.cost._read import cost_model, presets

__all__ = [
    "BASES",
    "CARGOES",
    "DEFAULT",
    "FASTER_IS_LESS",
    "LEVELS",
    "RESTS_ON",
    "Average",
    "Cargo",
    "CostModel",
    "EdgeCosts",
    "Journey",
    "Part",
    "Passage",
    "Tariff",
    "Value",
    "cost_model",
    "presets",
    "unit_words",
]
