"""From a network and a cost model to hours and dollars of every edge, in both directions.

The rows of an array of shape (2, n) are the two directions of the edges: from → to, and back. Every hour and dollar is
split into what is published and what is an assumption, so that a route can say how much of it rests on defaults.

Standing at a border
--------------------
A default by control stands for both sides together. A published dwell is that of one side in one direction (CPMM measures
each side alone): it replaces half of the default, two of them all of it. It holds waiting, reloading and the change of gauge, so
that the gauge edge of that crossing is then zero in that direction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.cost._model import CostModel, Tariff
from corridors.network import MODE_OF_KIND
from corridors.units import Floats

if TYPE_CHECKING:
    from corridors.network import Network


_KEPT_MODELS = 6
"""Cost models and levels whose hours are kept with a network: those of two models with their ranges."""

_KEPT_PRICES = 64
"""Prices kept with a network, for journeys between different countries."""


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
        Ends of the journey, which decide whether traffic is transit; None prices what holds for any journey.
    """

    network: Network
    model: CostModel
    journey: Journey = Journey()

    @property
    def _edges(self) -> dict[str, Any]:
        return self.network.tables["edges"]

    @property
    def _edits(self) -> dict[str, Any] | None:
        """Costs that a scenario changed: factors on the edges, and values that replace those of the model (or NaN)."""
        return self.network.tables.get("cost_edits")

    def _rows(self, kind: str) -> Any:
        return np.flatnonzero(self._edges["kind"] == kind)

    @property
    def _n(self) -> int:
        return len(self._edges["edge_id"])

    # Hours -----------------------------------------------------------------------------------------------------------

    @cached_property
    def moving_h(self) -> Floats:
        """Hours under way and stopped on the way; shape (n,)."""
        return self._moving[0]

    @cached_property
    def moving_assumed_h(self) -> Floats:
        """Part of `moving_h` whose speed or stops are assumptions."""
        return self._moving[1]

    @property
    def _moving(self) -> tuple[Floats, Floats]:
        return self._kept_hours[0]

    @property
    def _standing(self) -> tuple[Floats, Floats]:
        return self._kept_hours[1]

    @cached_property
    def _kept_hours(self) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Hours moving and standing, each with its assumed part: the same for every journey, so kept with the network."""
        key = (id(self.model.parameters), self.model.level, self.model.uses_published_dwell)
        hours: tuple[tuple[Floats, Floats], tuple[Floats, Floats]] = self._kept(
            "_hours", key, lambda: (self._moving_hours(), self._standing_hours()), _KEPT_MODELS
        )
        return hours

    def _moving_hours(self) -> tuple[Floats, Floats]:
        hours, assumed = np.zeros(self._n), np.zeros(self._n)
        for kind, mode in MODE_OF_KIND.items():
            rows = self._rows(kind)
            by = self._edges["line_class"] if mode == "sea" else self._edges["country"]
            for key in sorted(set(by[rows].tolist())):
                here = rows[by[rows] == key]
                speed = self.model.value("speed_kph", mode, key)
                stops = self.model.value("stop_h_per_1000_km", mode, key)
                km = self._edges["length_km"][here]
                under_way = km / (speed.value * self._class_factor(self._edges["line_class"][here]))
                stopped = km * stops.value / 1000.0
                hours[here] = under_way + stopped
                assumed[here] = under_way * speed.is_assumed + stopped * stops.is_assumed
        if self._edits is None:
            return hours, assumed
        fixed = self._edges["length_km"] / self._edits["speed_kph"]
        return _edited(hours, assumed, fixed, self._edits["moving_factor"])

    def _class_factor(self, classes: Any) -> Floats:
        """Return the factor on the speed for each line class."""
        factors = {c: self.model.value("class_speed_factor", c).value for c in set(classes.tolist())}
        return np.array([factors[c] for c in classes], dtype=float)

    @cached_property
    def standing_h(self) -> Floats:
        """Hours at borders, gauge changes and transfers; shape (2, n)."""
        return self._standing[0]

    @cached_property
    def standing_assumed_h(self) -> Floats:
        """Part of `standing_h` that is a default and not published."""
        return self._standing[1]

    @cached_property
    def hours(self) -> Floats:
        """All hours; shape (2, n)."""
        return self.moving_h + self.standing_h

    def _standing_hours(self) -> tuple[Floats, Floats]:
        hours, assumed = np.zeros((2, self._n)), np.zeros((2, self._n))
        measured = self._published_dwell() if self.model.uses_published_dwell else {}
        control = self.network.crossing_control
        gauge_h = self.model.value("gauge_change_h", "default").value
        for i in self._rows("crossing"):
            crossing_id, mode = self._edges["crossing_id"][i], str(self._edges["mode"][i])
            default = self.model.value("crossing_h", mode, control.get((crossing_id, mode), "full")).value
            for row, direction in enumerate(self._directions(i)):
                known = measured.get((crossing_id, mode, direction), {})
                published, open_share = _sides(known)
                assumed[row, i] = default * open_share
                hours[row, i] = published + assumed[row, i]
        for i in self._rows("gauge_change"):
            crossing_id = self._edges["crossing_id"][i]
            for row, direction in enumerate(self._gauge_directions(i)):
                is_inside_dwell = bool(measured.get((crossing_id, "rail", direction)))
                hours[row, i] = assumed[row, i] = 0.0 if is_inside_dwell else gauge_h
        rows = self._rows("transshipment")
        hours[:, rows] = assumed[:, rows] = [self._transshipment_h(i) for i in rows]
        if self._edits is None:
            return hours, assumed
        return _edited(hours, assumed, self._edits["standing_h"], self._edits["standing_factor"])

    def _directions(self, i: int) -> tuple[str, str]:
        """Return the direction (``ab`` or ``ba``) of a crossing edge forwards and backwards."""
        sides = self.network.crossing_sides
        a = sides.get(str(self._edges["crossing_id"][i]), ("", ""))[0]
        first = str(self._edges["country"][i]).partition("|")[0]
        return ("ab", "ba") if first == a else ("ba", "ab")

    def _gauge_directions(self, i: int) -> tuple[str, str]:
        """Return the direction over its crossing in which a gauge edge is travelled, forwards and backwards."""
        gauges = self.network.crossing_gauges.get(str(self._edges["crossing_id"][i]))
        first = self.network.tables["nodes"]["gauge_mm"][self._edges["from"][i]]
        return ("ab", "ba") if gauges and gauges[0] == first else ("ba", "ab")

    def _published_dwell(self) -> dict[tuple[str, str, str], dict[str, float]]:
        """Return the latest published hours by crossing, mode and direction, for each side."""
        dwell = self.network.tables["dwell"]
        out: dict[tuple[str, str, str], dict[str, float]] = {}
        for i in np.argsort(dwell["year"], kind="stable"):
            if dwell["dwell_h"][i] == dwell["dwell_h"][i]:
                key = (str(dwell["crossing_id"][i]), str(dwell["mode"][i]), str(dwell["direction"][i]))
                out.setdefault(key, {})[str(dwell["side"][i])] = float(dwell["dwell_h"][i])
        return out

    def _transshipment_h(self, i: int) -> float:
        sea = self._sea(i)
        kind = str(self._edges["mode"][i])
        table = self.model.parameters["transshipment_h"]
        if not sea:
            return self.model.value("transshipment_h", "road_rail").value
        for key in (f"{sea}_{kind}", sea, kind):
            if key in table:
                return self.model.value("transshipment_h", key).value
        return self.model.value("transshipment_h", "sea").value

    def _sea(self, i: int) -> str:
        """Return the sea of the port that a transshipment edge serves: ``inland`` on a lake, ``""`` on land."""
        nodes = self.network.tables["nodes"]
        for end in ("from", "to"):
            n = self._edges[end][i]
            if nodes["mode"][n] == "sea":
                return str(nodes["sea"][n]) or "inland"
        return ""

    # Dollars ---------------------------------------------------------------------------------------------------------

    @cached_property
    def usd(self) -> Floats:
        """Dollars for one unit of cargo; shape (n,). An edge without tariff adds nothing: see `has_price`."""
        return self._money[0]

    @cached_property
    def usd_assumed(self) -> Floats:
        """Part of `usd` that is an assumption."""
        return self._money[1]

    @cached_property
    def has_price(self) -> Any:
        """Mask of the edges that are priced; where a route leaves it, its cost is a lower bound."""
        return self._money[2]

    @cached_property
    def _money(self) -> tuple[Floats, Floats, Any]:
        """Dollars, their assumed part and what is priced, kept with the network for journeys that pay alike."""
        model, journey = self.model, self.journey
        asked = {crossing for t in model.tariffs for group in t.through for crossing in group}
        passed = None if journey.crossings is None else journey.crossings & asked
        key = (id(model.parameters), id(model.tariffs), model.cargo, model.level, model.is_loaded, journey.iso3_from,
               journey.iso3_to, passed)  # fmt: skip
        money: tuple[Floats, Floats, Any] = self._kept("_money", key, self._price, _KEPT_PRICES)
        return money

    def _kept(self, name: str, key: Any, make: Callable[[], Any], most: int) -> Any:
        """Return what was made for a key, kept with the network; parameters stay too, so that nothing else gets their id."""
        kept: dict[Any, Any] = vars(self.network).setdefault(name, {})
        found = kept.get(key)
        if found is None:
            found = kept[key] = self.model.parameters, self.model.tariffs, make()
            while len(kept) > most:
                kept.pop(next(iter(kept)), None)  # another thread may have been quicker
        return found[-1]

    def _price(self) -> tuple[Floats, Floats, Any]:
        usd, assumed = np.zeros(self._n), np.zeros(self._n)
        priced = ~np.isin(self._edges["kind"], list(MODE_OF_KIND))
        for tariff in self.model.tariffs:
            rows = np.flatnonzero(self._in_scope(tariff) & ~priced)
            usd[rows] = self._edges["length_km"][rows] * self.model.price(tariff)
            assumed[rows] = usd[rows] * tariff.is_assumed
            priced[rows] = True
        for kind, path in (("gauge_change", "gauge_change"), ("transshipment", "transshipment")):
            value = self.model.value("handling_usd", self.model.cargo, path)
            usd[self._rows(kind)] = value.value
            assumed[self._rows(kind)] = value.value * value.is_assumed
        control = self.network.crossing_control
        for i in self._rows("crossing"):
            key = (self._edges["crossing_id"][i], str(self._edges["mode"][i]))
            if control.get(key, "full") != "none":
                value = self.model.value("crossing_fee_usd", key[1])
                usd[i], assumed[i] = value.value, value.value * value.is_assumed
        if self._edits is None:
            return usd, assumed, priced
        per_km = self._edits["usd_per_km"]
        fixed = np.where(np.isfinite(per_km), self._edges["length_km"] * per_km, self._edits["usd"])
        return *_edited(usd, assumed, fixed, self._edits["usd_factor"]), priced | np.isfinite(per_km)

    def _holds(self, tariff: Tariff) -> bool:
        """Return whether a tariff is for this cargo, and for a journey between these countries."""
        start, end = self.journey.iso3_from, self.journey.iso3_to
        return (
            (tariff.cargo, tariff.is_loaded) == (self.model.cargo, self.model.is_loaded)
            and (not tariff.origins or start in tariff.origins)
            and (not tariff.destinations or end in tariff.destinations)
        )

    def _in_scope(self, tariff: Tariff) -> Any:
        """Return a mask of the moving edges that a tariff prices on this journey."""
        edges = self._edges
        kinds = [k for k, m in MODE_OF_KIND.items() if m == tariff.mode]
        mask = np.isin(edges["kind"], kinds)
        if not self._holds(tariff):
            return np.zeros(self._n, dtype=bool)
        if tariff.countries:
            mask &= np.isin(edges["country"], tariff.countries)
        if tariff.traffic:
            mask &= self._traffic() == tariff.traffic
        passed = self.journey.crossings
        if tariff.through and passed is not None and not all(passed & set(group) for group in tariff.through):
            mask[:] = False
        return mask

    def _traffic(self) -> Any:
        """Return for each edge whether this journey's traffic there is transit, export, import or domestic."""
        country = self._edges["country"]
        at_start, at_end = country == self.journey.iso3_from, country == self.journey.iso3_to
        return np.select([at_start & at_end, at_start, at_end], ["domestic", "export", "import"], "transit")

    def generalised_usd(self) -> Floats:
        """Return money plus time valued, for one unit; shape (2, n)."""
        return self.usd + self.hours * self.model.value("value_of_time_usd_h", self.model.cargo).value


def _edited(values: Floats, assumed: Floats, fixed: Floats, factor: Floats) -> tuple[Floats, Floats]:
    """Return values as a scenario changed them; what it changed counts as assumed."""
    is_fixed = np.isfinite(fixed)
    changed = np.where(is_fixed, fixed, values) * factor
    return changed, np.where(is_fixed | (factor != 1.0), changed, assumed)


def _sides(known: dict[str, float]) -> tuple[float, float]:
    """Return published hours and the share of the default that still stands for what was not measured."""
    if "both" in known:
        return known["both"], 0.0
    return sum(known.values()), 1.0 - 0.5 * len(known)
