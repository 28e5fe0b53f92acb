"""Sets of places: the port, of several, from which a journey is best."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from numbers import Real
from typing import Any

from corridors.errors import NoRouteError
from corridors.network import Asked
from corridors.routing._route import Route
from corridors.routing._search import Search

_REASONS_SHOWN = 3


def places_of(asked: Asked | Iterable[Asked]) -> tuple[Asked, ...]:
    """Return one place or several as a tuple; two numbers are a position."""
    if isinstance(asked, str) or not isinstance(asked, Iterable):
        return (asked,)
    items: tuple[Any, ...] = tuple(asked)
    return (items,) if items and all(isinstance(x, Real) for x in items) else items


def best_of(
    search: Callable[[Asked, Asked], Search], origins: tuple[Asked, ...], destinations: tuple[Asked, ...]
) -> Route:
    """Return the best route between any origin and any destination; of equal ones that of the places named first.

    Parameters
    ----------
    search
        Makes the question of a pair ready.
    origins, destinations
        Places.

    Raises
    ------
    NoRouteError
        There is no path between any two.
    """
    best: tuple[float, Route] | None = None
    reasons = []
    for origin, destination in product(origins, destinations):
        try:
            ready = search(origin, destination)
            route = ready.best()
        except NoRouteError as error:
            reasons.append(str(error))
            continue
        weight = ready.weight_of(route.path)
        if best is None or weight < best[0]:
            best = weight, route
    if best is None:
        more = len(reasons) - _REASONS_SHOWN
        listed = [*reasons[:_REASONS_SHOWN], *([f"and {more} more pairs"] if more > 0 else [])]
        raise NoRouteError("; ".join(listed) or "no route: a set of places is empty")
    return best[1]
