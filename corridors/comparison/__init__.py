"""Pairs, scenarios and cost models side by side: the unrestricted route, the best that keep out of given countries, what changes."""

from corridors.comparison._basis import basis_of, of_one_basis
from corridors.comparison._compare import DEFAULT_AVOID, Comparison, compare

__all__ = ["DEFAULT_AVOID", "Comparison", "basis_of", "compare", "of_one_basis"]
