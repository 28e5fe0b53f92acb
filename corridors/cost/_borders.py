"""What a border costs, side by side: published for this crossing, else the published mean of a country, else a default.

A default by control stands for both sides together, and half of it for each. A published figure is that of one side in one
direction (CAREC's CPMM measures each side alone) and replaces that half; the mean of a country does the same where nothing is
published for the crossing. Both hold waiting, reloading and the change of gauge, so that the gauge edge of a crossing is then zero in
that direction.

The low and high values of a published figure are the least and the most of the years it was published for. A mean of other
crossings moves the typical value only: its range stays at least as wide as that of the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.cost._model import LEVELS, CostModel, Triple

if TYPE_CHECKING:
    from corridors.network import Network

Readings = dict[tuple[str, str, str], dict[str, tuple[Triple, str]]]
"""By crossing, mode and direction: for each side low, typical and high, and the source."""


@dataclass(frozen=True)
class Part:
    """Hours or dollars at one side of a border, or at both.

    Attributes
    ----------
    range
        Low, typical, high.
    rests_on
        ``published`` for this crossing, ``average`` of a country or region, or ``assumption``.
    source
        Where it is from.
    path
        Where the default stands in the cost model; empty if it is no default.
    share
        The part of the default that it is.
    holds_gauge_change
        Whether the change of gauge is in it.
    """

    range: Triple
    rests_on: str
    source: str
    path: tuple[str, ...] = ()
    share: float = 1.0
    holds_gauge_change: bool = False


@dataclass(frozen=True)
class Passage:
    """A border as travelled: the crossing (empty if unnamed), the mode, ``ab`` or ``ba``, and who is left for whom."""

    crossing_id: str
    mode: str
    direction: str
    left: str
    entered: str


class Borders:
    """Hours and dollars of the borders of a network under a cost model.

    Parameters
    ----------
    network, model
        What is priced, and with what.
    """

    def __init__(self, network: Network, model: CostModel) -> None:
        self.model = model
        self._levels = [model.at(level) for level in LEVELS]
        self._control = network.crossing_control
        self._gauges = network.crossing_gauges
        dwell = network.tables["dwell"] if model.uses_published_dwell else {}
        self._readings = {name: _readings(dwell, name) for name in ("dwell_h", "fee_usd")}
        self._known: dict[tuple[str, Passage], tuple[Part, ...]] = {}
        self._defaults: dict[tuple[str, ...], Part] = {}

    def hours(self, passage: Passage) -> tuple[Part, ...]:
        """Return what the hours at a border are made of."""
        return self._parts("dwell_h", passage)

    def usd(self, passage: Passage) -> tuple[Part, ...]:
        """Return what the dollars at a border are made of, for one unit of the model's cargo."""
        return self._parts("fee_usd", passage)

    def total(self, parts: tuple[Part, ...], rests_on: str) -> float:
        """Return what the parts of one basis sum to at the model's level."""
        level = LEVELS.index(self.model.level)
        return sum(p.range[level] for p in parts if p.rests_on == rests_on)

    def control(self, crossing_id: str, mode: str) -> str:
        """Return the control at a crossing; a border nobody knows anything of is taken for a full one."""
        return self._control.get((crossing_id, mode), "full")

    def _parts(self, name: str, passage: Passage) -> tuple[Part, ...]:
        key = (name, passage)
        if key not in self._known:
            self._known[key] = tuple(self._sides(name, passage))
        return self._known[key]

    def _sides(self, name: str, passage: Passage) -> list[Part]:
        known = self._readings[name].get((passage.crossing_id, passage.mode, passage.direction), {})
        factor = self.model.share_of_a_vehicle if name == "fee_usd" else 1.0
        is_break = passage.mode == "rail" and passage.crossing_id in self._gauges
        if "both" in known:
            return [_published(known["both"], factor, is_break)]
        default = self._default(name, passage, factor)
        parts = []
        for side, country, other, way in (
            (passage.direction[0], passage.left, passage.entered, "out"),
            (passage.direction[1], passage.entered, passage.left, "in"),
        ):
            if side in known:
                parts.append(_published(known[side], factor, is_break))
                continue
            average = self._average(name, passage, country, other, way, is_break)
            parts.append(default if average is None else _widened(average, factor, default))
        if parts[0] == parts[1] == default:  # one border, one uncertain number
            return [Part(_times(default.range, 2.0), default.rests_on, default.source, default.path, 2 * default.share)]
        return parts

    def _default(self, name: str, passage: Passage, factor: float) -> Part:
        """Return the default of one side."""
        table = {"dwell_h": "crossing_h", "fee_usd": "crossing_fee_usd"}[name]
        path = (table, passage.mode, self.control(passage.crossing_id, passage.mode))
        if path not in self._defaults:
            low, typical, high = (model.value(*path) for model in self._levels)
            values = _times((low.value, typical.value, high.value), 0.5 * factor)
            self._defaults[path] = Part(values, typical.rests_on, typical.source, path, 0.5 * factor)
        return self._defaults[path]

    def _average(self, name: str, passage: Passage, country: str, other: str, way: str, is_break: bool) -> Part | None:
        """Return the published mean for one side; only a border with full control is what it was measured at."""
        if self.control(passage.crossing_id, passage.mode) != "full":
            return None
        for a in self.model.averages:
            values = a.h if name == "dwell_h" else a.usd
            if values is not None and a.holds(passage.mode, country, other, way, is_break):
                return Part(values, "average", a.source, holds_gauge_change=bool(a.gauge_break) and is_break)
        return None


def _published(reading: tuple[Triple, str], factor: float, is_break: bool) -> Part:
    values, source = reading
    return Part(_times(values, factor), "published", source, holds_gauge_change=is_break)


def _widened(average: Part, factor: float, default: Part) -> Part:
    low, typical, high = _times(average.range, factor)
    values = (min(low, default.range[0]), typical, max(high, default.range[2]))
    return Part(values, "average", average.source, holds_gauge_change=average.holds_gauge_change)


def _times(values: Triple, factor: float) -> Triple:
    return (values[0] * factor, values[1] * factor, values[2] * factor)


def _readings(dwell: dict[str, np.ndarray], name: str) -> Readings:
    """Return the latest published value of each side, with the least and the most of all years."""
    out: Readings = {}
    for i in np.argsort(dwell["year"], kind="stable") if dwell else ():
        value = float(dwell[name][i])
        if np.isnan(value):
            continue
        key = (str(dwell["crossing_id"][i]), str(dwell["mode"][i]), str(dwell["direction"][i]))
        sides, side = out.setdefault(key, {}), str(dwell["side"][i])
        low, high = (sides[side][0][0], sides[side][0][2]) if side in sides else (value, value)
        sides[side] = ((min(low, value), value, max(high, value)), str(dwell["source_id"][i]))
    return out
