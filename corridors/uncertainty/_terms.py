"""A route as sums of terms: coefficient × a product of parameters, so that a thousand draws are a few hundred products.

Hours under way are kilometres over speed and class factor; hours standing are parameters themselves; dollars are kilometres
times tariff, fees and handling. What a scenario changed scales the coefficient, or replaces it by a constant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridors.cost import FASTER_IS_LESS, EdgeCosts, Part, Passage
from corridors.network import MODE_OF_KIND
from corridors.routing import Route
from corridors.units import Floats

PUBLISHED = (0.5, 1.0, 2.0)
"""Range of a published standing time or fee around its mean. An assumption: CPMM publishes means of samples without their
spread; a mean moves less than single shipments do, and a year to the next by about this much."""


@dataclass(frozen=True)
class Parameter:
    """One uncertain number.

    Attributes
    ----------
    path
        Where it stands in the cost model, or what it is.
    at
        The country, border, port or line class that it is drawn for; two borders under one default are two draws.
    range
        Low, typical, high; a speed is inverted where it is used.
    groups
        What it moves together with: countries and seas.
    """

    path: str
    at: str
    range: tuple[float, float, float]
    groups: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return how tables call it."""
        return f"{self.path} at {self.at}" if self.at else self.path

    @property
    def is_inverse(self) -> bool:
        """Whether hours fall when it rises."""
        return self.path.partition(".")[0] in FASTER_IS_LESS


Term = tuple[Parameter, ...]
Sums = dict[Term, float]


@dataclass(frozen=True)
class Terms:
    """Hours and dollars of one route: coefficient by product of parameters; the empty product is a constant."""

    hours: Sums
    usd: Sums


def terms_of(route: Route) -> Terms:
    """Return the terms of a route; at typical values they add up to its hours and dollars."""
    return _Decomposition(route).terms()


class _Decomposition:
    def __init__(self, route: Route) -> None:
        self.route = route
        self.costs: EdgeCosts = route.costs
        self.model = route.cost_model
        self.edges = route.network.tables["edges"]
        self.edits = route.network.tables.get("cost_edits")
        self.hours: Sums = defaultdict(float)
        self.usd: Sums = defaultdict(float)

    def terms(self) -> Terms:
        tariff_of = self._tariffs()
        for k, i in enumerate(self.route.path.edges):
            kind = str(self.edges["kind"][i])
            if kind in MODE_OF_KIND:
                self._moving(int(i), MODE_OF_KIND[kind], tariff_of.get(k))
            else:
                self._standing(k, int(i), kind)
        if self.route.shipment_usd:
            self.usd[(self._parameter("shipment_usd", self.model.cargo, at="", groups=()),)] += 1.0
        km = self.route.connector_km
        if km:
            self.hours[(self._parameter("connector", "speed_kph", at="", groups=()),)] += km
        return Terms(dict(self.hours), dict(self.usd))

    def _parameter(self, *path: str, at: str, groups: tuple[str, ...]) -> Parameter:
        key, low, typical, high = _triple(self.model.parameters, path)
        return Parameter(".".join([*path[:-1], key]), at, (low, typical, high), groups)

    def _edit(self, name: str, i: int, default: float) -> float:
        return default if self.edits is None else float(self.edits[name][i])

    def _moving(self, i: int, mode: str, tariff: Any) -> None:
        km = float(self.edges["length_km"][i])
        key = str(self.edges["line_class" if mode == "sea" else "country"][i])
        groups = (key,) if mode != "sea" else self._sea_groups(i)
        factor, fixed = self._edit("moving_factor", i, 1.0), self._edit("speed_kph", i, np.nan)
        if np.isfinite(fixed):
            self.hours[()] += km / fixed * factor
        else:
            at = f"{key} on {' and '.join(groups)}" if mode == "sea" and groups else key
            speed = self._parameter("speed_kph", mode, key, at=at, groups=groups)
            line_class = self._parameter("class_speed_factor", str(self.edges["line_class"][i]), at="", groups=())
            stops = self._parameter("stop_h_per_1000_km", mode, key, at=at, groups=groups)
            self.hours[speed, line_class] += km * factor
            self.hours[(stops,)] += km / 1000.0 * factor
        per_km, scale = self._edit("usd_per_km", i, np.nan), self._edit("usd_factor", i, 1.0)
        if np.isfinite(per_km):
            self.usd[()] += km * per_km * scale
        elif tariff is not None:
            price = Parameter(f"tariff.{tariff.tariff_id}", key, tariff.usd_per_km, groups)
            self.usd[(price,)] += km * scale

    def _sea_groups(self, i: int) -> tuple[str, ...]:
        nodes = self.route.network.tables["nodes"]
        return tuple(s for s in {str(nodes["sea"][self.edges[end][i]]) for end in ("from", "to")} if s)

    def _standing(self, k: int, i: int, kind: str) -> None:
        factor, fixed = self._edit("standing_factor", i, 1.0), self._edit("standing_h", i, np.nan)
        if np.isfinite(fixed):
            self.hours[()] += fixed * factor
        else:
            if kind == "crossing":
                self._border(self.hours, self.costs.borders.hours(self._passage(k)), i, factor)
            elif kind == "gauge_change":
                self._gauge(k, i, factor)
            else:
                self._transshipment(k, i, factor)
        self._fees(k, i, kind)

    def _passage(self, k: int) -> Passage:
        return self.costs.passage(k, int(self.route._direction[k]))

    def _border(self, sums: Sums, parts: tuple[Part, ...], i: int, factor: float) -> None:
        """Add the hours or dollars at a border: defaults are shares of a parameter, what is published varies on its own."""
        at = str(self.edges["crossing_id"][i]) or str(self.edges["edge_id"][i])
        groups = tuple(c for c in str(self.edges["country"][i]).split("|") if c)
        for number, part in enumerate(parts):
            if part.path:
                sums[(self._parameter(*part.path, at=at, groups=groups),)] += part.share * factor
            elif part.rests_on == "published":
                name = "published_dwell" if sums is self.hours else "published_fee"
                sums[(Parameter(name, at, PUBLISHED, groups),)] += part.range[1] * factor
            else:
                name = "average_dwell" if sums is self.hours else "average_fee"
                sums[(Parameter(f"{name}.{number + 1}", at, part.range, groups),)] += factor

    def _gauge(self, k: int, i: int, factor: float) -> None:
        if self.route.standing_hours[k] == 0.0:
            return  # inside a published dwell
        groups = tuple(c for c in str(self.edges["country"][i]).split("|") if c)
        name = str(self.route.network.tables["nodes"]["name"][self.edges["from"][i]])
        self.hours[(self._parameter("gauge_change_h", "default", at=name, groups=groups),)] += factor

    def _transshipment(self, k: int, i: int, factor: float) -> None:
        sea, key = self.costs.sea(k), self.costs.transshipment_key(k)
        name = str(self.route.network.tables["nodes"]["name"][self.edges["from"][i]])
        groups = (sea,) if sea else ()
        self.hours[(self._parameter("transshipment_h", key, at=name, groups=groups),)] += factor

    def _fees(self, k: int, i: int, kind: str) -> None:
        fixed, factor = self._edit("usd", i, np.nan), self._edit("usd_factor", i, 1.0)
        if np.isfinite(fixed):
            self.usd[()] += fixed * factor
        elif kind == "crossing":
            self._border(self.usd, self.costs.borders.usd(self._passage(k)), i, factor)
        elif self.route.dollars[k]:  # a change of gauge may be inside a published fee
            self.usd[(self._parameter("handling_usd", self.model.cargo, kind, at="", groups=()),)] += factor

    def _tariffs(self) -> dict[int, Any]:
        """Return the tariff that prices each edge on the way, the first in scope as in `EdgeCosts`."""
        out: dict[int, Any] = {}
        for tariff in self.model.tariffs:
            for k in np.flatnonzero(self.costs.in_scope(tariff)):
                out.setdefault(int(k), tariff)
        return out


def total(sums: Sums, values: Mapping[Parameter, Floats], n: int) -> Floats:
    """Return the sum of coefficient × product of parameters, in each of n draws."""
    out = np.zeros(n)
    for term, coefficient in sums.items():
        product = np.full(n, coefficient)
        for p in term:
            product = product / values[p] if p.is_inverse else product * values[p]
        out += product
    return out


def _triple(parameters: Any, path: tuple[str, ...]) -> tuple[str, float, float, float]:
    table = parameters
    for name in path[:-1]:
        table = table[name]
    key = path[-1] if path[-1] in table else "default"
    low, typical, high = table[key]
    return key, float(low), float(typical), float(high)
