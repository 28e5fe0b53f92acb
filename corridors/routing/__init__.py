"""Which way: routes, and alternatives that really differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path as FilePath

import numpy as np

from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.errors import NoRouteError, UnknownNameError
from corridors.network import MAX_CONNECTOR_KM, Asked, Network, Place, find_place
from corridors.routing._alternatives import Alternatives, label, route_table
from corridors.routing._avoid import DEFAULT_MODES, MODES, Avoided, check_modes, read_avoid, usable
from corridors.routing._engine import Engine, Path
from corridors.routing._obstacle import obstacle
from corridors.routing._route import Route
from corridors.units import Floats

__all__ = [
    "DEFAULT_MODES",
    "MODES",
    "WEIGHTS",
    "Alternatives",
    "Route",
    "alternatives",
    "route",
    "route_table",
]

WEIGHTS = ("time_h", "length_km")

PENALTY = 1.4
"""Factor on edges of routes already found (the notes measured 1.4 against Yen: mean overlap 0.12 instead of 0.999)."""

MAX_TRIES = 40
"""Searches before alternatives gives up; each one raises the penalty of what was used."""


def route(
    network: Network,
    origin: Asked,
    destination: Asked,
    *,
    weight: str = "time_h",
    avoid: Iterable[str] | str = (),
    avoid_strict: bool = False,
    modes: Sequence[str] | str | None = None,
    via: Sequence[Asked] = (),
    cost: str | FilePath | CostModel = DEFAULT,
    max_connector_km: float = MAX_CONNECTOR_KM,
) -> Route:
    """Return the best route between two places.

    Parameters
    ----------
    network
        Where to travel.
    origin, destination
        A name, id or UN/LOCODE, or (lon, lat) in degrees.
    weight
        ``"time_h"`` or ``"length_km"``.
    avoid
        Countries (ISO alpha-3), blocs, ``crossing:…``, ``line:…`` or modes that must not be used.
    avoid_strict
        Refuse also edges whose generalised shape touches an avoided country by border noise.
    modes
        Modes that may move; None for rail and sea.
    via
        Places to pass, in this order.
    cost
        A preset, the path of a TOML file, or a `CostModel`.
    max_connector_km
        How far a position may lie from the network; farther is refused.

    Raises
    ------
    PlaceError
        A place is unknown, ambiguous, or too far from the network.
    NoRouteError
        There is no path; the message says what stands in the way.
    UnknownNameError
        A weight, mode, cost model or something to avoid that does not exist.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> cx.route(network, "Moscow", "Tashkent").countries
    ('RUS', 'KAZ', 'UZB')
    """
    search = _Search(network, origin, destination, weight, avoid, avoid_strict, modes, via, cost, max_connector_km)
    return search.best()


def alternatives(
    network: Network,
    origin: Asked,
    destination: Asked,
    *,
    k: int = 4,
    max_overlap: float = 0.6,
    max_detour: float = 2.0,
    weight: str = "time_h",
    avoid: Iterable[str] | str = (),
    avoid_strict: bool = False,
    modes: Sequence[str] | str | None = None,
    via: Sequence[Asked] = (),
    cost: str | FilePath | CostModel = DEFAULT,
    max_connector_km: float = MAX_CONNECTOR_KM,
) -> Alternatives:
    """Return up to k routes that differ, the best first.

    Found by penalty: after each search the edges used are made heavier, and a route is kept if it shares at most
    ``max_overlap`` of the shorter one's kilometres with each kept before.

    Parameters
    ----------
    network, origin, destination, weight, avoid, avoid_strict, modes, via, cost, max_connector_km
        As for `route`.
    k
        How many at most.
    max_overlap
        Shared kilometres over those of the shorter route, 0 to 1.
    max_detour
        Weight over that of the best route.

    Raises
    ------
    PlaceError, NoRouteError, UnknownNameError
        As for `route`.
    """
    search = _Search(network, origin, destination, weight, avoid, avoid_strict, modes, via, cost, max_connector_km)
    return search.alternatives(k, max_overlap, max_detour)


def edge_weights(network: Network, weight: str, model: CostModel) -> Floats:
    """Return the weight of each edge.

    Raises
    ------
    UnknownNameError
        There is no such weight.
    """
    if weight == "length_km":
        return np.asarray(network.tables["edges"]["length_km"], dtype=float)
    if weight == "time_h":
        return model.edge_hours(network)
    raise UnknownNameError(f"weight is {weight!r}; it must be {' or '.join(WEIGHTS)}")


class _Search:
    """One question: names looked up, masks and weights made."""

    def __init__(
        self, network: Network, origin: Asked, destination: Asked, weight: str, avoid: Iterable[str] | str,
        avoid_strict: bool, modes: Sequence[str] | str | None, via: Sequence[Asked], cost: str | FilePath | CostModel,
        max_connector_km: float,
    ) -> None:  # fmt: skip
        self.network = network
        self.model = cost_model(cost)
        self.modes = check_modes(modes)
        self.avoided: Avoided = read_avoid(network, avoid)
        self.weight = weight
        self.weights = edge_weights(network, weight, self.model)
        self.places = [self._place(p, max_connector_km) for p in (origin, *via, destination)]
        self.usable = usable(network, self.modes, self.avoided, avoid_strict=avoid_strict)
        self.engine = Engine(network, self.weights, self.usable)
        self.per_km = 1.0 if weight == "length_km" else self.model.connector_hours(1.0)

    def _place(self, asked: Asked, max_connector_km: float) -> Place:
        place = find_place(self.network, asked, modes=self.modes, max_connector_km=max_connector_km)
        nodes = self.network.tables["nodes"]["iso3"]
        keep = [i for i, n in enumerate(place.nodes) if nodes[n] not in self.avoided.countries]
        if not keep:
            raise NoRouteError(f"no route that avoids {place.iso3}: {place.name} is in {place.iso3}")
        return replace(
            place,
            nodes=tuple(place.nodes[i] for i in keep),
            connector_km=tuple(place.connector_km[i] for i in keep),
        )

    def _path(self, factor: Floats | None = None) -> Path | None:
        return self.engine.path(
            self.places[0], self.places[-1], via=self.places[1:-1], per_km=self.per_km, factor=factor
        )

    def best(self) -> Route:
        path = self._path()
        if path is None:
            raise NoRouteError(obstacle(self.network, self.engine, self.places, self.modes, self.avoided))
        return self._route(path)

    def _route(self, path: Path) -> Route:
        found = Route(self.network, self.model, self.places[0], self.places[-1], path, "", self.weight)
        return replace(found, name=label(found))

    def _value(self, found: Route) -> float:
        return found.time_h if self.weight == "time_h" else found.length_km

    def alternatives(self, k: int, max_overlap: float, max_detour: float) -> Alternatives:
        first = self.best()
        kept = [first]
        factor = np.ones(len(self.weights))
        used = first
        for _ in range(MAX_TRIES):
            if len(kept) >= k:
                break
            factor[used.path.edges] *= PENALTY
            path = self._path(factor)
            if path is None:
                break
            used = self._route(path)
            if self._value(used) > max_detour * self._value(first):
                continue
            if all(used.overlap(other) <= max_overlap for other in kept):
                kept.append(used)
        ordered = [first, *sorted(kept[1:], key=self._value)]
        return Alternatives(tuple(_distinct_names(ordered)))


def _distinct_names(routes: list[Route]) -> list[Route]:
    """Return the routes, numbered where they would carry one name."""
    seen: dict[str, int] = {}
    out = []
    for found in routes:
        seen[found.name] = seen.get(found.name, 0) + 1
        out.append(found if seen[found.name] == 1 else replace(found, name=f"{found.name} ({seen[found.name]})"))
    return out
