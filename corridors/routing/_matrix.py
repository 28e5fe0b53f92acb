"""Every origin to every destination, as one tidy table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors._workers import do_all
from corridors.errors import NoRouteError, PlaceError
from corridors.network import Asked, Network, Place, name_of
from corridors.routing._many import depends_on_ends
from corridors.routing._nearest import places_of
from corridors.routing._question import DOLLARS, Question, Weight, described
from corridors.routing._search import Search

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

_COUNTS = ("n_crossings", "n_transshipments")


_ORIGINS_A_TASK = 64
"""Origins that a worker is given at a time: enough that what they share is worth its making."""


def cost_matrix(
    network: Network,
    origins: Asked | Iterable[Asked],
    destinations: Asked | Iterable[Asked],
    weights: Sequence[Weight],
    question: Question,
    executor: Executor | None,
) -> pd.DataFrame:
    """Return the table of `corridors.matrix`."""
    import pandas as pd

    every, others = list(places_of(origins)), list(places_of(destinations))
    if executor is None:
        return _block(network, (every, others, weights, question))
    starts = range(0, max(len(every), 1), _ORIGINS_A_TASK)
    tasks = [(every[k : k + _ORIGINS_A_TASK], others, weights, question) for k in starts]
    blocks = do_all(network, _block, tasks, executor, "filling the matrix")
    table = pd.concat(blocks, ignore_index=True)
    table.attrs = dict(blocks[0].attrs)
    return table


def _block(network: Network, task: tuple[list[Asked], list[Asked], Sequence[Weight], Question]) -> pd.DataFrame:
    """Return the rows of some origins."""
    import pandas as pd

    rows, columns, weights, question = task
    starts, ends = (_Side(network, asked, question) for asked in (rows, columns))
    names = [column_name(w, question) for w in weights]
    values = {name: np.full((len(rows), len(columns)), np.nan) for name in names}
    reasons = np.full((len(rows), len(columns)), "", dtype=object)
    for weight, name in zip(weights, names, strict=True):
        for some, others, search in _groups(network, starts, ends, replace(question, weight=weight)):
            places = [starts.places[i] for i in some], [ends.places[j] for j in others]
            found = search.engine.distances(*places, search.per_km)
            found = np.floor(found + 1e-9) if weight in _COUNTS else found
            if weight in DOLLARS:
                found = found + search.costs.shipment.value * _apart(*places)
            values[name][np.ix_(some, others)] = np.where(np.isfinite(found), found, np.nan)
            reason = f"no path {search.conditions()}"
            reasons[np.ix_(some, others)] = np.where(np.isfinite(found), "", reason)
    for side, axis in ((ends, 1), (starts, 0)):
        for k, error in side.errors.items():
            reasons[(slice(None), k) if axis else k] = error
    table = pd.DataFrame(
        {
            "origin": np.repeat([name_of(a) for a in rows], len(columns)),
            "destination": np.tile([name_of(a) for a in columns], len(rows)),
            **{name: table.ravel() for name, table in values.items()},
            "reason": reasons.ravel(),
        }
    )
    table.attrs.update({**described(network, question), "weight": ", ".join(names)})
    return table


class _Side:
    """The places of one side of a matrix; one that cannot be found is an error text in place of the place."""

    def __init__(self, network: Network, asked: Sequence[Asked], question: Question) -> None:
        self.places: dict[int, Place] = {}
        self.errors: dict[int, str] = {}
        finder = Search.finder(network, question)
        for k, one in enumerate(asked):
            try:
                self.places[k] = finder(one)
            except (PlaceError, NoRouteError) as error:
                self.errors[k] = str(error)

    def by_country(self) -> dict[str, list[int]]:
        """Return the places found, by country."""
        out: dict[str, list[int]] = {}
        for k, place in self.places.items():
            out.setdefault(place.iso3, []).append(k)
        return out


def _groups(network: Network, starts: _Side, ends: _Side, question: Question) -> Any:
    """Yield origins, destinations and the search that serves them all.

    Dollars, and who may pass where a scenario bars transit, depend on the countries of the two ends; nothing else does.
    """
    depends = depends_on_ends(network, question)
    if not starts.places or not ends.places:
        return
    one = [list(starts.places)], [list(ends.places)]
    first, second = (list(s.by_country().values()) for s in (starts, ends)) if depends else one
    for some in first:
        for others in second:
            places = starts.places[some[0]], ends.places[others[0]]
            yield some, others, Search(network, question, places=places)


def _apart(starts: Sequence[Place], ends: Sequence[Place]) -> Any:
    """Return 1 where two places differ, 0 where they are one: nothing is carried, and no shipment is paid for."""
    nodes = [set(p.nodes) for p in ends]
    return np.array([[nodes_b.isdisjoint(a.nodes) for nodes_b in nodes] for a in starts], dtype=float)


def column_name(weight: Weight, question: Question) -> str:
    """Return the column of a weight, with its unit."""
    from corridors.cost import cost_model

    if callable(weight):
        return str(getattr(weight, "__name__", "custom"))
    cargo = cost_model(question.cost, cargo=question.cargo).cargo
    return {"cost": f"cost_usd_{cargo}", "generalised": f"generalised_usd_{cargo}"}.get(weight, weight)
