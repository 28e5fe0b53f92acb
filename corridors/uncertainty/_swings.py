"""One parameter at a time: how far each one alone moves the hours of a route between its low and its high value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.routing import Route
from corridors.uncertainty._terms import terms_of, total

if TYPE_CHECKING:
    import pandas as pd


def swings(route: Route) -> pd.DataFrame:
    """Return what each parameter of the cost model does to the hours of a route, all others at typical values.

    Parameters
    ----------
    route
        It stays the way that it is, also where another one would become quicker.

    Returns
    -------
    pandas.DataFrame
        One row a parameter, the widest swing first: ``parameter, low, typical, high`` (in the parameter's own unit),
        ``time_h_low, time_h_high`` (hours of the route at its low and its high value), ``swing_h``. A higher speed makes fewer
        hours. Parameters that are known, or are not on the way, are left out.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors.uncertainty import swings
    >>> r = cx.route(cx.load_network(), "Almaty", "Tashkent")
    >>> table = swings(r)
    >>> bool((table["swing_h"] > 0).all())
    True
    """
    import pandas as pd

    sums = terms_of(route).hours
    every = sorted({p for term in sums for p in term}, key=lambda p: (p.name, p.range))
    moved = [p for p in every if p.range[0] < p.range[2]]
    n = 2 * len(moved)
    values = {p: np.full(n, p.range[1]) for p in every}
    for j, p in enumerate(moved):
        values[p][2 * j], values[p][2 * j + 1] = p.range[0], p.range[2]
    hours = total(sums, values, n)
    table = pd.DataFrame({
        "parameter": [p.name for p in moved], "low": [p.range[0] for p in moved], "typical": [p.range[1] for p in moved],
        "high": [p.range[2] for p in moved], "time_h_low": hours[0::2], "time_h_high": hours[1::2],
        "swing_h": np.abs(hours[1::2] - hours[0::2]),
    })  # fmt: skip
    table = table[table["swing_h"] > 0]
    table.attrs.update({**route.attrs, "time_h": route.time_h})
    return table.sort_values(["swing_h", "parameter"], ascending=[False, True], kind="stable", ignore_index=True)
