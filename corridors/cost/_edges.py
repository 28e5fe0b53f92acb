"""From a network and a cost model to hours and dollars of every edge, in both directions.

The rows of an array of shape (2, n) are the two directions of the edges: from → to, and back. Every hour and dollar is kept by what
it rests on (`RESTS_ON`: published for this place, a published mean, an assumption), so that a route can say how much of it is known.
What a border costs is the matter of `corridors.cost._borders`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.cost._borders import Borders, Part, Passage
from corridors.cost._model import RESTS_ON, CostModel, Tariff, Value
from corridors.network import MODE_OF_KIND
from corridors.units import Floats

if TYPE_CHECKING:
    from corridors.network import Network

_COLUMNS = ("kind", "mode", "line_class", "country", "length_km", "crossing_id", "from", "to")

_KEPT_MODELS = 6
"""Cost models and levels whose hours are kept with a network: those of two models with their ranges."""

_KEPT_PRICES = 64
"""Prices kept with a network, for journeys between different countries."""

_AT = {name: i for i, name in enumerate(RESTS_ON)}


@dataclass(frozen=True, eq=False)
class Journey:
    """What the price of an edge can depend on beside the edge: the countries of the ends, and crossings passed."""

    iso3_from: str = ""
    iso3_to: str = ""
    crossings: frozenset[str] | None = None


@dataclass(frozen=True, eq=False)
class EdgeCosts:
    """Hours and dollars of the edges of a network under a cost model.

    Parameters
    ----------
    network, model
        What is priced, and with what.
    journey
        Ends of the journey, which decide whether traffic is transit; None prices what holds for any journey, whatever its ends.
    rows
        Positions of the edges that are priced, in this order; None for all. Positions in the methods count in it.
    """

    network: Network
    model: CostModel
    journey: Journey | None = None
    rows: Any = None

    @cached_property
    def _edges(self) -> dict[str, Any]:
        return self._some(self.network.tables["edges"], _COLUMNS)

    @cached_property
    def _edits(self) -> dict[str, Any] | None:
        """Costs that a scenario changed: factors on the edges, and values that replace those of the model (or NaN)."""
        table = self.network.tables.get("cost_edits")
        return None if table is None else self._some(table, tuple(table))

    def _some(self, table: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        return {name: table[name] if self.rows is None else table[name][self.rows] for name in names}

    def _of_kind(self, kind: str) -> Any:
        return np.flatnonzero(self._edges["kind"] == kind)

    @property
    def _n(self) -> int:
        return len(self._edges["kind"])

    @cached_property
    def borders(self) -> Borders:
        """What the borders cost."""
        return Borders(self.network, self.model)

    # Hours -----------------------------------------------------------------------------------------------------------

    @property
    def moving_h(self) -> Floats:
        """Hours under way and stopped on the way; shape (n,)."""
        return self.moving_parts.sum(axis=0)

    @property
    def standing_h(self) -> Floats:
        """Hours at borders, gauge changes and transfers; shape (2, n)."""
        return self.standing_parts.sum(axis=0)

    @cached_property
    def hours(self) -> Floats:
        """All hours; shape (2, n)."""
        return self.moving_h + self.standing_h

    @property
    def moving_parts(self) -> Floats:
        """Hours under way and stopped on the way by what they rest on; shape (3, n)."""
        return self._hours_by_part[0]

    @property
    def standing_parts(self) -> Floats:
        """Hours at borders, gauge changes and transfers by what they rest on; shape (3, 2, n)."""
        return self._hours_by_part[1]

    @cached_property
    def _hours_by_part(self) -> tuple[Floats, Floats]:
        """Hours moving and standing: the same for every journey, so kept with the network."""
        hours: tuple[Floats, Floats] = self._kept(
            "_hours", (), lambda: (self._moving(), self._standing()), _KEPT_MODELS
        )
        return hours

    def _moving(self) -> Floats:
        parts = np.zeros((3, self._n))
        for kind, mode in MODE_OF_KIND.items():
            rows = self._of_kind(kind)
            by = self._edges["line_class"] if mode == "sea" else self._edges["country"]
            for key in sorted(set(by[rows].tolist())):
                here = rows[by[rows] == key]
                speed = self.model.value("speed_kph", mode, key)
                stops = self.model.value("stop_h_per_1000_km", mode, key)
                km = self._edges["length_km"][here]
                parts[_AT[speed.rests_on], here] += km / (
                    speed.value * self._class_factor(self._edges["line_class"][here])
                )
                parts[_AT[stops.rests_on], here] += km * stops.value / 1000.0
        if self._edits is None:
            return parts
        fixed = self._edges["length_km"] / self._edits["speed_kph"]
        return _edited(parts, fixed, self._edits["moving_factor"])

    def _class_factor(self, classes: Any) -> Floats:
        """Return the factor on the speed for each line class."""
        factors = {c: self.model.value("class_speed_factor", c).value for c in set(classes.tolist())}
        return np.array([factors[c] for c in classes], dtype=float)

    def _standing(self) -> Floats:
        parts = np.zeros((3, 2, self._n))
        for i in self._of_kind("crossing"):
            for row in (0, 1):
                at_border = self.borders.hours(self.passage(i, row))
                parts[:, row, i] = [self.borders.total(at_border, name) for name in RESTS_ON]
        change = self.model.value("gauge_change_h", "default")
        for i in self._of_kind("gauge_change"):
            for row in (0, 1):
                is_counted = not _holds_change(self.borders.hours(self.gauge_passage(i, row)))
                parts[_AT[change.rests_on], row, i] = change.value * is_counted
        for i in self._of_kind("transshipment"):
            value = self.model.value("transshipment_h", self.transshipment_key(i))
            parts[_AT[value.rests_on], :, i] = value.value
        if self._edits is None:
            return parts
        return _edited(parts, self._edits["standing_h"], self._edits["standing_factor"])

    def passage(self, i: int, row: int) -> Passage:
        """Return the border of a crossing edge as travelled forwards (row 0) or backwards (1)."""
        crossing_id = str(self._edges["crossing_id"][i])
        first, _, second = str(self._edges["country"][i]).partition("|")
        left, entered = (first, second) if row == 0 else (second, first)
        a = self.network.crossing_sides.get(crossing_id, (first, second))[0]
        return Passage(crossing_id, str(self._edges["mode"][i]), "ab" if left == a else "ba", left, entered)

    def gauge_passage(self, i: int, row: int) -> Passage:
        """Return the border over which a gauge edge is travelled, in the direction of the row."""
        crossing_id = str(self._edges["crossing_id"][i])
        gauges = self.network.crossing_gauges.get(crossing_id)
        first = self.network.tables["nodes"]["gauge_mm"][self._edges["from"][i]]
        is_forward = bool(gauges and gauges[0] == first)
        a, b = self.network.crossing_sides.get(crossing_id, ("", ""))
        is_ab = is_forward == (row == 0)
        return Passage(crossing_id, "rail", *(("ab", a, b) if is_ab else ("ba", b, a)))

    def transshipment_key(self, i: int) -> str:
        """Return the entry of ``transshipment_h`` for a transshipment edge: of its sea (or land) and kind, else of its sea or land alone."""
        where, kind = self.sea(i) or "road_rail", str(self._edges["mode"][i])
        any_sea = () if where in ("road_rail", "inland") else (f"sea_{kind}",)
        table = self.model.parameters["transshipment_h"]
        return next((key for key in (f"{where}_{kind}", *any_sea, where) if key in table), "sea")

    def sea(self, i: int) -> str:
        """Return the sea of the port that a transshipment edge serves: ``inland`` on a lake, ``""`` on land."""
        nodes = self.network.tables["nodes"]
        for end in ("from", "to"):
            n = self._edges[end][i]
            if nodes["mode"][n] == "sea":
                return str(nodes["sea"][n]) or "inland"
        return ""

    # Dollars ---------------------------------------------------------------------------------------------------------

    @property
    def usd(self) -> Floats:
        """Dollars for one unit of cargo; shape (2, n). An edge without tariff adds nothing: see `has_price`."""
        return self.usd_parts.sum(axis=0)

    @property
    def usd_parts(self) -> Floats:
        """Dollars by what they rest on; shape (3, 2, n)."""
        return self._money[0]

    @property
    def has_price(self) -> Any:
        """Mask of the edges that are priced; where a route leaves it, its cost is a lower bound."""
        return self._money[1]

    @property
    def shipment(self) -> Value:
        """Dollars that one unit costs once, however far it goes."""
        return self.model.value("shipment_usd", self.model.cargo)

    @cached_property
    def _money(self) -> tuple[Floats, Any]:
        """Dollars and what is priced, kept with the network for journeys that pay alike."""
        model, journey = self.model, self.journey
        asked = {crossing for t in model.tariffs for group in t.through for crossing in group}
        passed = None if journey is None or journey.crossings is None else journey.crossings & asked
        ends = None if journey is None else (journey.iso3_from, journey.iso3_to)
        key = (id(model.tariffs), model.cargo, model.is_loaded, ends, passed)
        money: tuple[Floats, Any] = self._kept("_money", key, self._price, _KEPT_PRICES)
        return money

    def _kept(self, name: str, key: tuple[Any, ...], make: Callable[[], Any], most: int) -> Any:
        """Return what was made for a model, level and key, kept with the network if it is for all of its edges.

        What the key knows by its id is kept too, so that nothing else gets that id.
        """
        model = self.model
        if self.rows is not None:
            return make()
        key = (id(model.parameters), id(model.averages), model.level, model.uses_published_dwell, *key)
        kept: dict[Any, Any] = vars(self.network).setdefault(name, {})
        found = kept.get(key)
        if found is None:
            found = kept[key] = model.parameters, model.averages, model.tariffs, make()
            while len(kept) > most:
                kept.pop(next(iter(kept)), None)  # another thread may have been quicker
        return found[-1]

    def _price(self) -> tuple[Floats, Any]:
        key = (self.model.cargo, self.model.is_loaded)
        parts = self._kept("_standing_money", key, self._standing_price, _KEPT_PRICES).copy()
        priced = ~np.isin(self._edges["kind"], list(MODE_OF_KIND))
        for tariff in self.model.tariffs:
            rows = np.flatnonzero(self.in_scope(tariff) & ~priced)
            parts[_AT[tariff.rests_on], :, rows] = (self._edges["length_km"][rows] * self.model.price(tariff))[:, None]
            priced[rows] = True
        if self._edits is None:
            return parts, priced
        per_km = self._edits["usd_per_km"]
        fixed = np.where(np.isfinite(per_km), self._edges["length_km"] * per_km, self._edits["usd"])
        return _edited(parts, fixed, self._edits["usd_factor"]), priced | np.isfinite(per_km)

    def _standing_price(self) -> Floats:
        """Return the dollars of borders, transfers and gauge changes: the same for every journey."""
        parts = np.zeros((3, 2, self._n))
        for i in self._of_kind("crossing"):
            for row in (0, 1):
                at_border = self.borders.usd(self.passage(i, row))
                parts[:, row, i] = [self.borders.total(at_border, name) for name in RESTS_ON]
        for kind in ("gauge_change", "transshipment"):
            value = self.model.value("handling_usd", self.model.cargo, kind)
            parts[_AT[value.rests_on], :, self._of_kind(kind)] = value.value
        for i in self._of_kind("gauge_change"):
            for row in (0, 1):
                if _holds_change(self.borders.usd(self.gauge_passage(i, row))):
                    parts[:, row, i] = 0.0
        return parts

    def sources(self, direction: Any) -> dict[str, list[str]]:
        """Return the sources of the hours and of the dollars of these edges, each once.

        Parameters
        ----------
        direction
            For each edge 0 if it is travelled forwards, 1 if backwards.
        """
        hours: list[str] = []
        usd: list[str] = []
        for kind, mode in MODE_OF_KIND.items():
            rows = self._of_kind(kind)
            by = self._edges["line_class"] if mode == "sea" else self._edges["country"]
            for key in dict.fromkeys(by[rows].tolist()):
                hours += [self.model.value(table, mode, key).source for table in ("speed_kph", "stop_h_per_1000_km")]
        usd += [t.source for t in self.model.tariffs if self.in_scope(t).any()]
        for i in self._of_kind("crossing"):
            passage = self.passage(i, int(direction[i]))
            hours += [p.source for p in self.borders.hours(passage) if p.range[2]]
            usd += [p.source for p in self.borders.usd(passage) if p.range[2]]
        for kind in ("gauge_change", "transshipment"):
            for i in self._of_kind(kind):
                path = (
                    ("gauge_change_h", "default")
                    if kind == "gauge_change"
                    else ("transshipment_h", self.transshipment_key(i))
                )
                hours.append(self.model.value(*path).source)
                usd.append(self.model.value("handling_usd", self.model.cargo, kind).source)
        return {"hours": list(dict.fromkeys(hours)), "dollars": list(dict.fromkeys(usd))}

    def _holds(self, tariff: Tariff) -> bool:
        """Return whether a tariff is for this cargo, and for a journey between these countries."""
        if (tariff.cargo, tariff.is_loaded) != (self.model.cargo, self.model.is_loaded):
            return False
        if self.journey is None:
            return not (tariff.traffic or tariff.origins or tariff.destinations or tariff.through)
        return (not tariff.origins or self.journey.iso3_from in tariff.origins) and (
            not tariff.destinations or self.journey.iso3_to in tariff.destinations
        )

    def in_scope(self, tariff: Tariff) -> Any:
        """Return a mask of the moving edges that a tariff prices on this journey."""
        edges = self._edges
        kinds = [k for k, m in MODE_OF_KIND.items() if m == tariff.mode]
        mask = np.isin(edges["kind"], kinds)
        if not self._holds(tariff):
            return np.zeros(self._n, dtype=bool)
        if tariff.countries:
            mask &= np.isin(edges["country"], tariff.countries)
        if self.journey is None:
            return mask
        if tariff.traffic:
            mask &= _traffic(edges["country"], self.journey) == tariff.traffic
        passed = self.journey.crossings
        if tariff.through and passed is not None and not all(passed & set(group) for group in tariff.through):
            mask[:] = False
        return mask

    def generalised_usd(self) -> Floats:
        """Return money plus time valued, for one unit; shape (2, n)."""
        return self.usd + self.hours * self.model.value("value_of_time_usd_h", self.model.cargo).value


def _traffic(country: Any, journey: Journey) -> Any:
    """Return for edges of some countries whether the traffic of a journey there is transit, export, import or domestic."""
    at_start, at_end = country == journey.iso3_from, country == journey.iso3_to
    return np.select([at_start & at_end, at_start, at_end], ["domestic", "export", "import"], "transit")


def _holds_change(parts: tuple[Part, ...]) -> bool:
    """Return whether what was measured at a border holds the change of gauge."""
    return any(p.holds_gauge_change for p in parts)


def _edited(parts: Floats, fixed: Floats, factor: Floats) -> Floats:
    """Return values as a scenario changed them; what it changed counts as assumed."""
    is_fixed = np.isfinite(fixed)
    is_changed = is_fixed | (factor != 1.0)
    out = np.where(is_changed, 0.0, parts)
    out[_AT["assumption"]] += np.where(is_changed, np.where(is_fixed, fixed, parts.sum(axis=0)) * factor, 0.0)
    return out
