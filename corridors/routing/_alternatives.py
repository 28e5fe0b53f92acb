"""Several routes that really differ, and their table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from corridors.routing._route import Route

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Alternatives(Sequence[Route]):
    """Routes between two places, the best first; a sequence of `Route`."""

    routes: tuple[Route, ...]

    @overload
    def __getitem__(self, index: int) -> Route: ...
    @overload
    def __getitem__(self, index: slice) -> Alternatives: ...
    def __getitem__(self, index: int | slice) -> Route | Alternatives:
        """Return one route, or some."""
        return Alternatives(self.routes[index]) if isinstance(index, slice) else self.routes[index]

    def __len__(self) -> int:
        return len(self.routes)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.routes)) or "<no routes>"

    def table(self) -> pd.DataFrame:
        """Return one row a route, the first as baseline; units are in the column names.

        ``overlap`` is with the first route, ``stretch`` the weight over that of the first.
        """
        return route_table(list(self.routes))

    def overlaps(self) -> pd.DataFrame:
        """Return the overlap of every pair of routes."""
        import pandas as pd

        names = [r.name for r in self.routes]
        return pd.DataFrame([[a.overlap(b) for b in self.routes] for a in self.routes], index=names, columns=names)


def route_table(routes: list[Route]) -> pd.DataFrame:
    """Return one row a route; the columns that every comparison shares."""
    import pandas as pd

    frame = pd.DataFrame([summary(r) for r in routes])
    if routes:
        first = routes[0]
        frame["overlap"] = [r.overlap(first) for r in routes]
        frame["extra_km"] = [r.length_km - first.length_km for r in routes]
        frame["extra_h"] = [r.time_h - first.time_h for r in routes]
        frame.attrs.update(first.attrs)
    return frame


SUMMARY: dict[str, Callable[[Route], object]] = {
    "route": lambda r: r.name,
    "length_km": lambda r: r.length_km,
    "time_h": lambda r: r.time_h,
    "days": lambda r: r.time_h / 24.0,
    "countries": lambda r: " > ".join(r.countries),
    "n_crossings": lambda r: r.n_crossings,
    "n_gauge_breaks": lambda r: r.n_gauge_breaks,
    "n_transshipments": lambda r: r.n_transshipments,
    "standing_h": lambda r: r.standing_h,
    "connector_km": lambda r: r.connector_km,
    "assumed_km": lambda r: r.assumed_km,
    "detour_factor": lambda r: r.detour_factor,
    "crossings": lambda r: " > ".join(r.crossings["name"]),
}
"""The columns that describe one route in a table, in order."""


def summary(route: Route) -> dict[str, object]:
    """Return the row of one route."""
    return {name: column(route) for name, column in SUMMARY.items()}


def label(route: Route) -> str:
    """Return a name that tells a route from others: the countries between its ends, and the sea if it takes one.

    A country that a line only runs through on its way back into the one it came from (Maimak) is left out.
    """
    order = route.countries
    loops = {b for a, b, c in zip(order, order[1:], order[2:], strict=False) if a == c}
    inner = list(dict.fromkeys(c for c in order if c not in {order[0], order[-1], *loops}))
    has_sea = bool(np.any(route.network.tables["edges"]["kind"][route.path.edges] == "sea"))
    parts = [*(["via " + "-".join(inner)] if inner else []), *(["by sea"] if has_sea else [])]
    return " and ".join(parts) or "direct"
