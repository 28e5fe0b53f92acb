"""Pairs, scenarios and cost models side by side: the unrestricted route, the best that keep out of given countries, what changes."""

from corridors.comparison._basis import comparable, costs_in_words
from corridors.comparison._compare import DEFAULT_AVOID, Comparison, compare

__all__ = ["DEFAULT_AVOID", "Comparison", "comparable", "compare", "costs_in_words"]
