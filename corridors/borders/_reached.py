"""Who is reached through a border crossing point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from corridors.borders._shut import edges_of
from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.errors import PlaceError
from corridors.network import Asked, Network, name_of
from corridors.routing import Route
from corridors.routing._many import routes_of
from corridors.routing._nearest import places_of
from corridors.routing._question import Question, Weight
from corridors.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def reached_through(
    network: Network,
    crossing: str,
    places: Iterable[Asked],
    *,
    mode: str = "",
    modes: Sequence[str] | str | None = None,
    weight: Weight = "time_h",
    cost: str | Path | CostModel = DEFAULT,
) -> pd.DataFrame:
    """Return who is reached through a crossing point: the pairs of places whose best way passes it.

    Parameters
    ----------
    network
        Where the crossing is.
    crossing
        Its id, bare or as ``crossing:…``, or any of its names (``"Friendship Bridge"``, ``"حیرتان"``).
    places
        Two or more; each pair is asked once, from the earlier to the later.
    mode
        Only what passes it by this mode; any if empty.
    modes, weight, cost
        As for `corridors.route`.

    Returns
    -------
    pandas.DataFrame
        ``origin, destination, iso3_from, iso3_to, length_km, time_h``, ``time_h_shut`` (by the best way when it is shut, NaN
        if there is none), ``is_only_way``. Pairs that have no way at all, or pass elsewhere, are not in it.

    Raises
    ------
    UnknownNameError
        There is no such crossing, or no line of the network passes it.
    PlaceError
        A place is unknown, or not served by the modes.

    Examples
    --------
    >>> import corridors as cx
    >>> found = cx.reached_through(cx.load_network(), "hairatan", ["Tashkent", "Mazar-i-Sharif", "Moscow"], modes=["rail"])
    >>> found[["origin", "destination", "is_only_way"]].values.tolist()
    [['Tashkent', 'Mazar-i-Sharif', True], ['Mazar-i-Sharif', 'Moscow', True]]
    """
    import pandas as pd

    crossing_id, here = edges_of(network, crossing, mode)
    question = Question(modes=modes, weight=weight, cost=cost)
    pairs = list(combinations(places_of(places), 2))
    found = {}
    for k, one in routes_of(network, pairs, question):
        if isinstance(one, PlaceError):
            raise one
        if isinstance(one, Route) and here[one.path.edges].any():
            found[k] = one
    passing = sorted(found)
    closed = Scenario(f"{crossing_id} shut").close(f"crossing:{crossing_id}", mode=mode).apply(network)
    shut = dict(routes_of(closed, [pairs[k] for k in passing], question))
    rows = []
    for i, k in enumerate(passing):
        best, instead = found[k], shut[i]
        rows.append(
            {
                "origin": name_of(pairs[k][0]),
                "destination": name_of(pairs[k][1]),
                "iso3_from": best.origin.iso3,
                "iso3_to": best.destination.iso3,
                "length_km": best.length_km,
                "time_h": best.time_h,
                "time_h_shut": instead.time_h if isinstance(instead, Route) else np.nan,
                "is_only_way": not isinstance(instead, Route),
            }
        )
    names = ["origin", "destination", "iso3_from", "iso3_to", "length_km", "time_h", "time_h_shut", "is_only_way"]
    table = pd.DataFrame(rows, columns=names)
    table.attrs.update({**network.attrs, "crossing": crossing_id, "cost_model": cost_model(cost).name})
    return table
