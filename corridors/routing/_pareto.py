"""Routes none beats on every criterion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from corridors.errors import NoRouteError, UnknownNameError
from corridors.network import Place
from corridors.routing._alternatives import Alternatives
from corridors.routing._front import Vector, front
from corridors.routing._obstacle import obstacle
from corridors.routing._question import warn_of_unpriced
from corridors.routing._route import Route
from corridors.routing._search import Search, distinct_names
from corridors.units import Floats

OBJECTIVES = ("time_h", "cost", "n_crossings", "length_km", "n_gauge_breaks", "n_transshipments")

_KIND = {"n_crossings": "crossing", "n_gauge_breaks": "gauge_change", "n_transshipments": "transshipment"}

_UNITS = 1e4
"""Whole units of an hour, kilometre or dollar: a decimetre, a third of a second, a hundredth of a cent."""


def check_objectives(objectives: Sequence[str], cargo: str) -> tuple[str, ...]:
    """Return objectives as a tuple, ``"cost"`` by the name of its column.

    Raises
    ------
    UnknownNameError
        One that does not exist, one twice, or none; or one in dollars of another cargo than the one priced.
    """
    column = f"cost_usd_{cargo}"
    asked = (objectives,) if isinstance(objectives, str) else tuple(objectives)
    given = tuple(column if name == "cost" else name for name in asked)
    if not given or len(set(given)) != len(given) or set(given) - {column, *OBJECTIVES}:
        raise UnknownNameError(
            f"objectives is {objectives!r}; name each once, out of {', '.join(OBJECTIVES)} (cost or {column}, dollars for one unit "
            "of the cargo)"
        )
    return given


def objective_weights(search: Search, name: str) -> Floats:
    """Return one criterion of each edge forwards and backwards; shape (2, n)."""
    edges = search.network.tables["edges"]
    if name in _KIND:
        return np.ones((2, 1)) * (edges["kind"] == _KIND[name])
    if name == "time_h":
        return search.costs.hours
    return np.ones((2, 1)) * (edges["length_km"] if name == "length_km" else search.costs.usd)


def pareto_front(search: Search, objectives: tuple[str, ...], epsilon: float) -> Alternatives:
    """Return the front of a question; see `corridors.pareto`."""
    if not epsilon >= 0:
        raise ValueError(f"epsilon is {epsilon!r}; it must be 0 or more")
    if any(name.startswith("cost_usd") for name in objectives):
        warn_of_unpriced(search.costs, search.usable)
    graph = search.engine.graph
    units = np.array([1 if name in _KIND else _UNITS for name in objectives])
    costs = np.array([objective_weights(search, name)[graph.row, graph.edge] for name in objectives])
    whole = np.round(costs * units[:, None]).astype(np.int64)
    ends = search.places[0], search.places[-1]
    speed = search.model.value("connector", "speed_kph").value
    per_km = {"length_km": _UNITS, "time_h": _UNITS / speed}
    rates = np.array([per_km.get(name, 0.0) for name in objectives])
    found = front(
        graph,
        whole,
        search.usable[graph.edge],
        _connectors(ends[0], rates),
        _connectors(ends[1], rates),
        epsilon=epsilon,
    )
    if not found:
        raise NoRouteError(obstacle(search))
    routes = [_route(search, arcs, objectives) for _, arcs in found]
    return Alternatives(tuple(distinct_names(_priced_front(routes, objectives))))


def _connectors(place: Place, rates: Any) -> dict[int, Vector]:
    return {
        int(n): tuple(int(x) for x in np.round(km * rates))
        for n, km in zip(place.nodes, place.connector_km, strict=True)
    }


def _route(search: Search, arcs: list[int], objectives: tuple[str, ...]) -> Route:
    graph, (origin, destination) = search.engine.graph, (search.places[0], search.places[-1])
    if arcs:
        first, last = int(graph.tail[arcs[0]]), int(graph.head[arcs[-1]])
    else:
        first = last = min(set(origin.nodes) & set(destination.nodes))
    return search.as_route(search.engine.as_path(arcs, origin, destination, first, last), ", ".join(objectives))


def _priced_front(routes: list[Route], objectives: tuple[str, ...]) -> list[Route]:
    """Return the routes that none beats after pricing: a through tariff asks for the borders that a route passes.

    The search grants such a tariff wherever it could hold; a route that does not earn it costs more in the end.
    """
    if not any(name.startswith("cost_usd") for name in objectives):
        return routes
    totals = [tuple(_total(r, name) for name in objectives) for r in routes]
    return [
        r
        for r, own in zip(routes, totals, strict=True)
        if not any(_beats(other, own) for other in totals)
    ]  # fmt: skip


def _total(route: Route, name: str) -> float:
    return float(route.cost_usd if name.startswith("cost_usd") else getattr(route, name))


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Return whether one is at most the other everywhere and clearly less somewhere; rounding is no difference."""
    slack = [max(1e-6 * abs(b), 1e-2) for b in other]
    is_nowhere_more = all(a <= b for a, b in zip(one, other, strict=True))
    return is_nowhere_more and any(a < b - s for a, b, s in zip(one, other, slack, strict=True))
