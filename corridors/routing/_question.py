"""One question about a way, and what it comes to on a network: names looked up, masks and weights made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from corridors.cost import DEFAULT, Cargo, CostModel, EdgeCosts, Journey, cost_model
from corridors.errors import UnknownNameError, warn
from corridors.network import MAX_CONNECTOR_KM, MOVING, Asked, Network, Place, find_place
from corridors.routing._avoid import Avoided, check_modes, open_in_month, read_avoid, sections_of, usable
from corridors.routing._ends import allowed_nodes, within_country
from corridors.routing._engine import Engine, Path
from corridors.routing._through import Section
from corridors.units import Floats

Weight = str | Callable[[Any], Any]

WEIGHTS = ("time_h", "length_km", "cost", "generalised", "n_crossings", "n_transshipments")

DOLLARS = ("cost", "generalised")
"""Weights that a price goes into."""

_TIE_BREAK_H = 1e-5
"""Part of a counted unit that an hour counts: among routes of as many crossings the quicker one wins."""


@dataclass(frozen=True)
class Question:
    """What was asked; see `corridors.route` for the meaning of each."""

    origin: Asked = ""
    destination: Asked = ""
    via: Sequence[Asked] = ()
    weight: Weight = "time_h"
    avoid: Iterable[str] | str = ()
    avoid_strict: bool = False
    modes: Sequence[str] | str | None = None
    cost: str | FilePath | CostModel = DEFAULT
    cargo: str | None = None
    month: int | None = None
    max_connector_km: float = MAX_CONNECTOR_KM
    avoid_mode: str = "territory"


class Ready:
    """A question on a network, ready to be answered."""

    def __init__(self, network: Network, question: Question, *, places: Sequence[Place] | None = None) -> None:
        self.network = network
        self.question = question
        self.model = cost_model(question.cost, cargo=question.cargo)
        self.modes = check_modes(question.modes)
        self.avoided: Avoided = read_avoid(network, question.avoid)
        if places is None:
            finder = self.finder(network, question)
            places = [finder(p) for p in (question.origin, *question.via, question.destination)]
        self.places = list(places)
        self.avoided = _without_transit(self.avoided, network, self.places)
        self.costs = EdgeCosts(network, self.model, Journey(self.places[0].iso3, self.places[-1].iso3))
        self.weights = edge_weights(self.costs, question.weight)
        self.usable, self.cut = self.open_edges(self.avoided, question.avoid_mode, self.model.unit, question.month)
        if question.weight in DOLLARS:
            warn_of_unpriced(self.costs, self.usable)
        self.engine = Engine(network, self.weights, self.usable)
        self.per_km = connector_weight(self.model, question.weight)

    def open_edges(
        self, avoided: Avoided, avoid_mode: str, cargo: Cargo | None, month: int | None
    ) -> tuple[Any, tuple[Section, ...]]:
        """Return a mask of the edges that may be used, and the sections that are cut.

        Parameters
        ----------
        avoided, avoid_mode
            What must not be used, and how much of a country that is.
        cargo
            What is carried; None opens transfers of every kind.
        month
            1 to 12; None opens what is shut in some season.
        """
        allowed, cut = sections_of(self.network, avoided, avoid_mode)
        strict = self.question.avoid_strict
        mask = usable(self.network, self.modes, avoided, cargo, avoid_strict=strict, sections=allowed)
        return mask & open_in_month(self.network, month), cut

    @staticmethod
    def finder(network: Network, question: Question) -> Callable[[Asked], Place]:
        """Return what finds the places of a question: those nodes of a place that serve it and are not avoided."""
        modes, avoided = check_modes(question.modes), read_avoid(network, question.avoid)

        def find(asked: Asked) -> Place:
            place = find_place(network, asked, modes=modes, max_connector_km=question.max_connector_km)
            return allowed_nodes(network, within_country(network, place, asked), avoided)

        return find

    def conditions(self) -> str:
        """Return the modes, what is avoided, and the month, in words."""
        avoided, month = self.avoided, self.question.month
        names = sorted(avoided.countries | avoided.crossings | avoided.lines | avoided.modes)
        without, season = f" without {', '.join(names)}" if names else "", f" in month {month}" if month else ""
        return f"by {' and '.join(self.modes)}{without}{season}"

    def path(self) -> Path | None:
        """Return the best path, or None."""
        return self.engine.path(self.places[0], self.places[-1], via=self.places[1:-1], per_km=self.per_km)

    def weight_of(self, path: Path) -> float:
        """Return the weight of a path without penalties."""
        row = np.where(path.is_forward, 0, 1)
        return float(self.weights[row, path.edges].sum() + (path.start_km + path.end_km) * self.per_km)


def _without_transit(avoided: Avoided, network: Network, places: Sequence[Place]) -> Avoided:
    """Return what is avoided, and the countries through which a scenario lets no transit pass."""
    barred = frozenset(network.attrs.get("no_transit", ())) - {places[0].iso3, places[-1].iso3}
    return replace(avoided, countries=avoided.countries | barred)


def described(network: Network, question: Question) -> dict[str, Any]:
    """Return what a table of answers says about itself: network, date and scenario, cost model, and what was asked."""
    model, weight = cost_model(question.cost, cargo=question.cargo), question.weight
    said = {
        **network.attrs, "cost_model": model.name, "cost_model_title": model.title, "basis": model.basis, "cargo": model.cargo,
        "weight": weight if isinstance(weight, str) else getattr(weight, "__name__", "custom"),
        "avoid": [question.avoid] if isinstance(question.avoid, str) else list(question.avoid),
        "modes": list(check_modes(question.modes)),
    }  # fmt: skip
    return said if question.month is None else {**said, "month": question.month}


def warn_of_unpriced(costs: EdgeCosts, usable: Any) -> None:
    """Warn where dollars decide on the way and part of the network has no tariff: such a way looks cheap."""
    edges = costs.network.tables["edges"]
    km = np.where(usable & np.isin(edges["kind"], MOVING), edges["length_km"], 0.0)
    unpriced = km[~costs.has_price].sum()
    if unpriced > 0:
        warn(
            f"dollars decide on the way, but cost model {costs.model.name!r} has no tariff for {unpriced:,.0f} of {km.sum():,.0f} km "
            f"open to {costs.model.unit.words}: these count as nothing, so that a way over them looks cheap; take hours as the "
            "weight, or a cost model with a price for every kilometre"
        )


def connector_weight(model: CostModel, weight: Weight) -> float:
    """Return the weight of a kilometre of connector: its hours, valued if time is; it has no price and is no crossing."""
    hours = 1.0 / model.value("connector", "speed_kph").value
    if weight == "length_km":
        return 1.0
    if weight == "generalised":
        return hours * model.value("value_of_time_usd_h", model.cargo).value
    return _TIE_BREAK_H * hours if weight in ("cost", "n_crossings", "n_transshipments") else hours


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
