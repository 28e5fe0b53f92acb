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
    """Routes between two places, the best first; a sequence of `Route`.

    Attributes
    ----------
    routes
        The routes.
    weights
        What each was found by, in the unit of the weight asked for; empty where there is more than one (a Pareto front).
    """

    routes: tuple[Route, ...]
    weights: tuple[float, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Route: ...
    @overload
    def __getitem__(self, index: slice) -> Alternatives: ...
    def __getitem__(self, index: int | slice) -> Route | Alternatives:
        """Return one route, or some."""
        if isinstance(index, slice):
            return Alternatives(self.routes[index], self.weights[index])
        return self.routes[index]

    def __len__(self) -> int:
        return len(self.routes)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.routes)) or "<no routes>"

    def _repr_html_(self) -> str:
        from corridors import _display

        return _display.html(self, self.table().drop(columns="crossings", errors="ignore"))

    def table(self) -> pd.DataFrame:
        """Return one row a route, the first as baseline; units are in the column names.

        ``overlap`` is with the first route, ``stretch`` the weight over that of the first, and ``differs_by`` says in words
        what tells a route apart from the first, and from others that the same words would describe.

        Returns
        -------
        pandas.DataFrame
            ``length_km, time_h, cost_usd_teu``, ranges, borders, breaks of gauge, shares of assumptions,
            and what is named above.
        """
        frame = route_table(list(self.routes))
        if self.weights and self.routes:
            frame["stretch"] = [w / self.weights[0] if self.weights[0] else 1.0 for w in self.weights]
        frame["differs_by"] = differences(self.routes)
        return frame

    def overlaps(self) -> pd.DataFrame:
        """Return the overlap of every pair of routes.

        Returns
        -------
        pandas.DataFrame
            Shared kilometres over those of the shorter route, 0 to 1; rows and columns are the names of the
            routes.
        """
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


def summary(route: Route) -> dict[str, object]:
    """Return the row of one route: totals with their ranges, and how much of them is assumed."""
    low_h, _, high_h = route.time_range_h
    return {
        "route": route.name,
        "length_km": route.length_km,
        "time_h": route.time_h,
        "days": route.time_h / 24.0,
        "days_low": low_h / 24.0,
        "days_high": high_h / 24.0,
        route.cost_column: route.cost_usd,
        "is_lower_bound": route.is_lower_bound,
        "countries": " > ".join(route.countries),
        "n_borders": route.n_borders,
        "n_crossings": route.n_crossings,
        "n_gauge_breaks": route.n_gauge_breaks,
        "n_transshipments": route.n_transshipments,
        "standing_h": route.standing_h,
        "connector_km": route.connector_km,
        "assumed_km": route.assumed_km,
        "assumed_time_share": route.assumed_time_share,
        "assumed_cost_share": route.assumed_cost_share,
        "detour_factor": route.detour_factor,
        "crossings": " > ".join(route.crossings["name"]),
    }


def summary_columns(cargo: str) -> list[str]:
    """Return the columns of `summary` for routes priced for a cargo, in order."""
    return [
        "route", "length_km", "time_h", "days", "days_low", "days_high", f"cost_usd_{cargo}", "is_lower_bound", "countries",
        "n_borders", "n_crossings", "n_gauge_breaks", "n_transshipments", "standing_h", "connector_km", "assumed_km",
        "assumed_time_share", "assumed_cost_share", "detour_factor", "crossings",
    ]  # fmt: skip


def differences(routes: Sequence[Route]) -> list[str]:
    """Return what tells each route apart from the first, and from those before it that the same words would describe."""
    out: list[str] = []
    for route in routes:
        depth = 1
        text = difference(route, routes[0])
        while text in out and depth < len(_LEVELS):
            depth += 1
            text = difference(route, routes[0], depth=depth)
        out.append(text)
    return out


def difference(route: Route, other: Route, *, depth: int = 1) -> str:
    """Return what tells a route apart from another: countries and modes, else borders, else lines.

    Parameters
    ----------
    route, other
        Routes.
    depth
        How many of these that differ are told.
    """
    if route is other:
        return ""
    told = [text for level in _LEVELS if (text := level(route, other))]
    return "; ".join(told[:depth]) or "same countries, borders and lines"


def _by_country_and_mode(route: Route, other: Route) -> str:
    parts = [
        *_gained("through", [c for c in route.countries if c not in other.countries]),
        *_gained("not through", [c for c in other.countries if c not in route.countries]),
        *_gained("with", [m for m in _modes(route) if m not in _modes(other)]),
        *_gained("without", [m for m in _modes(other) if m not in _modes(route)]),
    ]
    return "; ".join(parts)


def _by_ids(column: str) -> Callable[[Route, Route], str]:
    def told(route: Route, other: Route) -> str:
        own, theirs = ([str(x) for x in r.edge(column) if x] for r in (route, other))
        parts = [
            *_gained("by", [x for x in own if x not in theirs]),
            *_gained("not by", [x for x in theirs if x not in own]),
        ]
        return "; ".join(parts)

    return told


_LEVELS = (_by_country_and_mode, _by_ids("crossing_id"), _by_ids("line_id"))


def _gained(word: str, names: list[str]) -> list[str]:
    return [f"{word} {', '.join(dict.fromkeys(names))}"] if names else []


def _modes(route: Route) -> list[str]:
    moving = np.isin(route.edge("kind"), ["track", "road", "sea"])
    return list(dict.fromkeys(str(m) for m in route.edge("mode")[moving]))


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
