"""Draws of parameters: PERT between low and high, correlated in a country or sea by a Gaussian copula."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from corridors.uncertainty._terms import Parameter
from corridors.units import Floats


def draw(parameters: Sequence[Parameter], n: int, seed: int, correlation: float) -> Floats:
    """Return n draws of each parameter; shape (parameters, n).

    Every parameter and every group has its own stream of random numbers, made from the seed and its name: adding a route to
    the question changes no draw of the others.

    Parameters
    ----------
    parameters
        What to draw.
    n, seed
        How many, and from where.
    correlation
        Of two parameters of one group, on the normal scale, 0 to 1. A slow railway in a country is slow on the road and at the
        border as well; speeds are turned round for this.
    """
    from scipy.special import ndtr

    groups: dict[str, Floats] = {}
    out = np.empty((len(parameters), n))
    for row, p in enumerate(parameters):
        own = _normal(f"own {p.name}", n, seed)
        z = own
        if p.groups:
            for g in p.groups:
                if g not in groups:
                    groups[g] = _normal(f"group {g}", n, seed)
            common = np.sum([groups[g] for g in p.groups], axis=0) / np.sqrt(len(p.groups))
            z = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
        out[row] = quantile(p, ndtr(-z if p.is_inverse else z))
    return out


def quantile(parameter: Parameter, share: Floats) -> Floats:
    """Return the values below which these shares of the draws of a parameter lie: PERT, a beta distribution of mode typical."""
    from scipy.special import betaincinv

    low, typical, high = parameter.range
    if high == low:
        return np.full(len(share), typical)
    a, b = 1.0 + 4.0 * (typical - low) / (high - low), 1.0 + 4.0 * (high - typical) / (high - low)
    return np.asarray(low + (high - low) * betaincinv(a, b, share))


def _normal(name: str, n: int, seed: int) -> Any:
    return np.random.default_rng([seed, zlib.crc32(name.encode())]).standard_normal(n)
