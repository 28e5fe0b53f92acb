"""How sure are we: hours and dollars of corridors as distributions, and how often each corridor wins."""

from corridors.uncertainty._simulate import Simulation, simulate
from corridors.uncertainty._swings import swings

__all__ = ["Simulation", "simulate", "swings"]
