"""Sobol's indices: which parameter decides, as shares of variance, interactions included. Computed by SALib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import missing_extra
from corridors.routing import Route
from corridors.uncertainty._draw import quantile
from corridors.uncertainty._terms import terms_of, total

if TYPE_CHECKING:
    import pandas as pd


def sobol_indices(corridors: Sequence[tuple[str, tuple[Route, ...]]], n: int, seed: int) -> pd.DataFrame:
    """Return Sobol's indices of the hours of the first corridor less those of the second, if there is one.

    Parameters
    ----------
    corridors
        Name and candidate routes of the quickest corridor, and of the second.
    n
        Base samples, a power of two.
    seed
        Of the scrambled sequence and of the intervals.
    """
    try:
        from SALib.analyze import sobol as analyze
        from SALib.sample import sobol as sample
    except ImportError:
        raise missing_extra("a table of Sobol's indices", "SALib", "analysis") from None
    import pandas as pd

    if n < 2 or n & (n - 1):
        raise ValueError(f"n is {n!r}; it must be a power of two, such as 512")
    hours = [[terms_of(r).hours for r in routes] for _, routes in corridors]
    every = {p for of in hours for sums in of for term in sums for p in term}
    ordered = sorted(every, key=lambda p: (p.name, p.range))
    drawn = [p for p in ordered if p.range[0] < p.range[2]]
    problem = {"num_vars": len(drawn), "names": [p.name for p in drawn], "bounds": [[0.0, 1.0]] * len(drawn)}
    shares = sample.sample(problem, n, calc_second_order=False, seed=seed)
    values = {p: np.full(len(shares), p.range[1]) for p in ordered}
    values |= {p: quantile(p, shares[:, j]) for j, p in enumerate(drawn)}
    quickest = [np.min([total(sums, values, len(shares)) for sums in of], axis=0) for of in hours]
    lead = quickest[0] - quickest[1] if len(quickest) > 1 else quickest[0]
    found = analyze.analyze(problem, lead, calc_second_order=False, seed=seed)
    table = pd.DataFrame({
        "parameter": [p.name for p in drawn], "first_order": found["S1"], "first_order_95": found["S1_conf"],
        "total_order": found["ST"], "total_order_95": found["ST_conf"],
    })  # fmt: skip
    return table.sort_values(["total_order", "parameter"], ascending=[False, True], ignore_index=True)
