"""One question about a way: names looked up, masks and weights made, answers found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from corridors.cost import CostModel, EdgeCosts, Journey, cost_model
from corridors.errors import NoRouteError, UnknownNameError
from corridors.network import Asked, Network, Place, find_place
from corridors.routing._alternatives import Alternatives, label
from corridors.routing._avoid import Avoided, check_modes, open_in_month, read_avoid, usable
from corridors.routing._engine import Engine, Path
from corridors.routing._obstacle import obstacle
from corridors.routing._route import Route
from corridors.units import Floats

Weight = str | Callable[[Any], Any]

WEIGHTS = ("time_h", "length_km", "cost", "generalised", "n_crossings", "n_transshipments")

PENALTY = 1.4
"""Factor on edges of routes already found (the notes measured 1.4 against Yen: mean overlap 0.12 instead of 0.999)."""

MAX_TRIES = 40
"""Searches before alternatives gives up; each one raises the penalty of what was used."""

_TIE_BREAK_H = 1e-3
"""Hours that count as one unit of a counted weight: among routes of as many crossings the quicker one wins."""


@dataclass(frozen=True)
class Question:
    """What was asked; see `corridors.route` for the meaning of each."""

    origin: Asked
    destination: Asked
    via: Sequence[Asked]
    weight: Weight
    avoid: Iterable[str] | str
    avoid_strict: bool
    modes: Sequence[str] | str | None
    cost: str | FilePath | CostModel
    cargo: str | None
    month: int | None
    max_connector_km: float


class Search:
    """A question on a network, ready to be answered."""

    def __init__(self, network: Network, question: Question) -> None:
        self.network = network
        self.question = question
        self.model = cost_model(question.cost, cargo=question.cargo)
        self.modes = check_modes(question.modes)
        self.avoided: Avoided = read_avoid(network, question.avoid)
        self.places = [self._place(p) for p in (question.origin, *question.via, question.destination)]
        self.costs = EdgeCosts(network, self.model, Journey(self.places[0].iso3, self.places[-1].iso3))
        self.weights = edge_weights(self.costs, question.weight)
        mask = usable(network, self.modes, self.avoided, avoid_strict=question.avoid_strict)
        self.engine = Engine(network, self.weights, mask & open_in_month(network, question.month))
        is_length = question.weight in ("length_km", "n_crossings", "n_transshipments")
        self.per_km = 1.0 if is_length else 1.0 / self.model.value("connector", "speed_kph").value

    def _place(self, asked: Asked) -> Place:
        place = find_place(self.network, asked, modes=self.modes, max_connector_km=self.question.max_connector_km)
        nodes = self.network.tables["nodes"]
        # Cargo begins and ends on land: a place with rail or road is not served at its quay alone, so that loading counts.
        has_land = any(nodes["mode"][n] != "sea" for n in place.nodes)
        keep = [
            i
            for i, n in enumerate(place.nodes)
            if nodes["iso3"][n] not in self.avoided.countries and not (has_land and nodes["mode"][n] == "sea")
        ]
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

    def _route(self, path: Path) -> Route:
        weight = self.question.weight
        name = weight if isinstance(weight, str) else getattr(weight, "__name__", "custom")
        found = Route(self.network, self.model, self.places[0], self.places[-1], path, "", name)
        return replace(found, name=label(found))

    def _weight_of(self, path: Path) -> float:
        """Return the weight of a path without penalties."""
        row = np.where(path.is_forward, 0, 1)
        return float(self.weights[row, path.edges].sum() + (path.start_km + path.end_km) * self.per_km)

    def best(self) -> Route:
        """Return the best route.

        Raises
        ------
        NoRouteError
            There is none; the message says what stands in the way.
        """
        path = self._path()
        if path is None:
            raise NoRouteError(obstacle(self.network, self.engine, self.places, self.modes, self.avoided))
        return self._route(path)

    def alternatives(self, k: int, max_overlap: float, max_detour: float) -> Alternatives:
        """Return up to k routes that differ, the best first; the penalty method."""
        first = self.best()
        limit = max_detour * self._weight_of(first.path)
        kept, used = [first], first
        factor = np.ones(self.weights.shape[1])
        for _ in range(MAX_TRIES):
            if len(kept) >= k:
                break
            factor[used.path.edges] *= PENALTY
            path = self._path(factor)
            if path is None:
                break
            used = self._route(path)
            if self._weight_of(path) <= limit and all(used.overlap(other) <= max_overlap for other in kept):
                kept.append(used)
        ordered = [first, *sorted(kept[1:], key=lambda r: self._weight_of(r.path))]
        return Alternatives(tuple(_distinct_names(ordered)))


def edge_weights(costs: EdgeCosts, weight: Weight) -> Floats:
    """Return the weight of each edge forwards and backwards; shape (2, n).

    Parameters
    ----------
    costs
        Hours and dollars of the edges.
    weight
        One of `WEIGHTS`, or a function of the frame of edges that returns one number, not negative, for each.

    Raises
    ------
    UnknownNameError
        There is no such weight.
    ValueError
        A function returned something else.
    """
    edges = costs.network.tables["edges"]
    both = np.ones((2, 1))
    if callable(weight):
        values = np.asarray(weight(costs.network.edges), dtype=float)
        if values.shape != edges["length_km"].shape or not (values >= 0).all():
            raise ValueError(
                f"the weight function returned shape {values.shape}; it must return one number >= 0 for each edge"
            )
        return both * values
    if weight == "length_km":
        return both * edges["length_km"]
    if weight == "time_h":
        return costs.hours
    if weight == "cost":
        return both * costs.usd
    if weight == "generalised":
        return costs.generalised_usd()
    if weight in ("n_crossings", "n_transshipments"):
        kind = {"n_crossings": "crossing", "n_transshipments": "transshipment"}[weight]
        return (edges["kind"] == kind) + _TIE_BREAK_H * costs.hours
    raise UnknownNameError(f"weight is {weight!r}; it must be a function of the edges or one of {', '.join(WEIGHTS)}")


def _distinct_names(routes: list[Route]) -> list[Route]:
    """Return the routes, numbered where they would carry one name."""
    seen: dict[str, int] = {}
    out = []
    for found in routes:
        seen[found.name] = seen.get(found.name, 0) + 1
        out.append(found if seen[found.name] == 1 else replace(found, name=f"{found.name} ({seen[found.name]})"))
    return out
