"""What a figure is about: the routes in a result, and what they show in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from corridors.comparison import Comparison, comparable
from corridors.routing import Route
from corridors.uncertainty import Simulation

if TYPE_CHECKING:
    import pandas as pd

By = Literal["time", "cost"]
MAX_ROUTES = 5
"""Colours that can be told apart; a chart of more routes shows the first five and says so."""


def distinct_routes(x: Any) -> list[Route]:
    """Return the routes of a Route, a sequence of them, Alternatives, a Comparison or a Simulation, each once.

    Parameters
    ----------
    x
        What `distance_chart` and the other figures take. In a comparison the best route without restriction is often also the
        best that avoids something; it is drawn once.

    Returns
    -------
    list of Route
        In their order.

    Raises
    ------
    TypeError
        There is no route in it.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> routes = cx.alternatives(cx.load_network(), "Almaty", "Duisburg", k=2)
    >>> len(figures.distinct_routes(routes))
    2
    """
    if isinstance(x, Route):
        candidates: list[Any] = [x]
    elif isinstance(x, Comparison):
        candidates = list(x.routes)
    elif isinstance(x, Simulation):
        candidates = x.typical_routes
    else:
        candidates = list(x) if isinstance(x, Sequence) and not isinstance(x, str) else []
    if not candidates or not all(isinstance(r, Route) for r in candidates):
        raise TypeError(
            f"there is no route to draw in the {type(x).__name__} given; give a Route, Routes, Alternatives, a Comparison or a Simulation"
        )
    seen: dict[tuple[object, ...], Route] = {}
    for r in candidates:
        seen.setdefault(
            (r.name, r.origin.name, r.destination.name, tuple(r.path.edges), round(r.time_h, 6), r.cargo), r
        )
    return list(seen.values())


def on_one_axis(x: Any) -> tuple[list[Route], int]:
    """Return the routes that are comparable with the first, and how many are not."""
    shown, others = comparable(distinct_routes(x))
    return shown, len(others)


def drawable(x: Any) -> tuple[list[Route], int]:
    """Return the routes that share an axis and for which there are colours, and how many are left out."""
    routes, others = on_one_axis(x)
    return routes[:MAX_ROUTES], others + max(0, len(routes) - MAX_ROUTES)


def unit_of(hours: Iterable[float]) -> tuple[float, str]:
    """Return the hours in the unit that a reader wants, and its word: days where something takes three of them."""
    return (24.0, "days") if max(hours, default=0.0) >= 72 else (1.0, "hours")


def said(hours: Sequence[float]) -> str:
    """Return one duration or the span of several, with the unit."""
    unit, word = unit_of(hours)
    return f"{_span([h / unit for h in hours])} {word}"


MOSTLY = 0.5
"""Share of assumptions above which a title names no winner."""


def finding(x: Any, *, by: By = "time") -> str:
    """Return what routes show, in one sentence, without a winner where most of it is assumed or ranges overlap.

    Parameters
    ----------
    x
        A Route, a sequence of them, Alternatives, a Comparison or a Simulation.
    by
        ``"time"`` or ``"cost"``.

    Returns
    -------
    str
        A title.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> routes = cx.alternatives(cx.load_network(), "Almaty", "Duisburg", k=2)
    >>> figures.finding(routes)
    'Almaty – Duisburg: ... days via RUS-BLR-POL, ... the other way; most hours are assumptions'
    """
    if isinstance(x, Simulation) and len(x.draws) == 1:
        return _of_draws(x)
    routes = distinct_routes(x)
    pairs = list(dict.fromkeys(f"{r.origin.name} – {r.destination.name}" for r in routes))
    first = min(routes, key=lambda r: r.time_h)
    times = [r.time_h for r in routes]
    if len(pairs) > 1:
        return f"{len(pairs)} pairs of places: {said(times)}"
    where = pairs[0]
    models = {r.cost_model.name for r in routes}
    if len(models) > 1:  # figures of different bases never share a ranking
        return f"{where}: {said(times)}, as {len(models)} cost models have it"
    if len(routes) == 1:
        share = first.standing_h / first.time_h if first.time_h else 0.0
        return f"{where}: {first.length_km:,.0f} km in {said(times)}, {share:.0%} of them at borders and transfers"
    if by == "cost":
        return f"{where}: {_cheapest(routes)}"
    others = [r for r in routes if r is not first]
    unit, word = unit_of(times)
    span = _span([r.time_h / unit for r in others])
    one = "the other way" if len(others) == 1 else "the others"
    told = f"{where}: {first.time_h / unit:.1f} {word} {first.name}, {span} {one}"
    if any(r.assumed_time_share > MOSTLY for r in routes):
        return f"{told}; most hours are assumptions"
    if first.time_range_h[2] > min(r.time_range_h[0] for r in others):
        return f"{told}; no clear difference, the ranges overlap"
    return f"{told}; the first is clearly faster"


def _of_draws(x: Simulation) -> str:
    pair = next(iter(x.draws))
    return draws_finding(pair, x.table[x.table["reason"] == ""].sort_values(["time_h_p50", "corridor"]))


def draws_finding(pair: tuple[str, str], rows: pd.DataFrame) -> str:
    """Return what the draws of one pair show; rows of the table of a simulation, the quickest first."""
    where = f"{pair[0]} – {pair[1]}"
    if len(rows) == 1:
        r = rows.iloc[0]
        return f"{where}: {said([r['time_h_p05'], r['time_h_p95']])} in 90 % of the draws"
    if (rows["assumed_time_share"] > MOSTLY).any():
        unit, word = unit_of(rows["time_h_p50"])
        *others, last = (f"{h / unit:.1f}" for h in rows["time_h_p50"])
        return f"{where}: {', '.join(others)} and {last} {word} at the median; most hours are assumptions"
    best = rows.loc[rows["share_quickest"].idxmax()]
    return f"{where}: {best['corridor']} is the quickest in {best['share_quickest']:.0%} of the draws"


def _cheapest(routes: Sequence[Route]) -> str:
    if any(r.is_lower_bound for r in routes):
        return "costs are lower bounds, as not every kilometre has a tariff"
    first, *others = sorted(routes, key=lambda r: r.cost_usd)
    if any(r.assumed_cost_share > MOSTLY for r in routes):
        return f"{first.cost_usd:,.0f} USD {first.name}, more by others; most dollars are assumptions"
    more = f"{(others[0].cost_usd / first.cost_usd - 1):.0%}" if first.cost_usd else "?"
    return f"{first.name} is cheapest, {first.cost_usd:,.0f} USD; the next costs {more} more"


def _span(values: Sequence[float]) -> str:
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return low if low == high else f"{low} to {high}"


def names_of(routes: Sequence[Route]) -> list[str]:
    """Return the names of routes, with their ends where these differ."""
    is_one_pair = len({(r.origin, r.destination) for r in routes}) == 1
    return [r.name if is_one_pair else f"{r.origin.name} – {r.destination.name}, {r.name}" for r in routes]


def pair_words(routes: Sequence[Route]) -> str:
    pairs = list(dict.fromkeys(f"{r.origin.name} – {r.destination.name}" for r in routes))
    return pairs[0] if len(pairs) == 1 else f"{len(pairs)} pairs of places"
