"""The application of edits: arrays of statuses and of changed costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from corridors import geodata
from corridors.errors import ScenarioError
from corridors.network import Network
from corridors.scenario import _select
from corridors.scenario._edit import Edit
from corridors.scenario._gauge import regauge

_MOVING = ("track", "road", "sea")
_CHANGED_KINDS = {
    "speed": _MOVING, "tariff": _MOVING, "dwell": ("crossing",), "fee": ("crossing",), "gauge_change": ("gauge_change",),
    "transshipment": ("transshipment",), "handling": ("gauge_change", "transshipment"), "gauge": ("track",),
}  # fmt: skip
_FACTOR = {"speed": "moving_factor", "dwell": "standing_factor", "gauge_change": "standing_factor",
           "transshipment": "standing_factor", "tariff": "usd_factor", "fee": "usd_factor", "handling": "usd_factor"}  # fmt: skip
_FIXED = {"speed": "speed_kph", "dwell": "standing_h", "gauge_change": "standing_h", "transshipment": "standing_h",
          "tariff": "usd_per_km", "fee": "usd", "handling": "usd"}  # fmt: skip
_SHUT = ("closed", "suspended")


class Work:
    """The arrays of one application."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.edges = network.tables["edges"]
        self.crossings = network.tables["crossings"]
        self.status = self.edges["status"].copy()
        self.crossing_status = self.crossings["status"].copy()
        self.costs = _cost_table(network)
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.changed: list[str] = []
        self.no_transit: list[str] = list(network.attrs.get("no_transit", []))
        self.opened_lines: list[str] = []
        self.may_fail: set[str] = set()
        self.not_opened: list[str] = []
        self.loose_ends: list[str] = []

    def result(self, name: str) -> Network:
        """Return the edited network."""
        attrs = {"scenario": name, "loose_ends": self.loose_ends, "not_opened": self.not_opened}
        for key in ("opened", "closed", "changed"):
            attrs[key] = [*self.network.attrs.get(key, []), *getattr(self, key)]
        if self.no_transit:
            attrs["no_transit"] = self.no_transit
        edited = self.network.with_tables(
            edges={"status": self.status}, crossings={"status": self.crossing_status}, attrs=attrs
        )
        if not self.changed:
            return edited
        return Network({**edited.tables, "cost_edits": self.costs}, edited.attrs)

    def do(self, edit: Edit) -> None:
        """Make one edit."""
        if edit.action == "change":
            self.change(edit)
        elif edit.action == "due_by":
            self.open_due(int(edit.target))
        elif edit.action == "no_transit":
            self.bar(edit.target)
        else:
            self.switch(edit)

    # Opening and closing ---------------------------------------------------------------------------------------------

    def switch(self, edit: Edit) -> None:
        """Open or close something."""
        kind, target = _select.find(self.network, edit.target)
        if kind == "line" and edit.action == "open":
            self.open_line(target)
        elif kind == "crossing":
            self.set_crossing(target, edit.mode, edit.action)
        else:
            self.set_many(kind, target, edit.mode, edit.action)

    def set_many(self, kind: str, target: str, mode: str, action: str) -> None:
        """Close a line, port, country, border, mode or sea, or open again what was shut there."""
        edges = _select.edges_of(self.network, kind, target)
        rows = _select.crossings_of(self.network, kind, target)
        if mode:
            edges &= _select.modes_of(self.network) == mode
            rows &= self.crossings["mode"] == mode
        if action == "open":
            edges &= np.isin(self.status, _SHUT)
            rows &= np.isin(self.crossing_status, _SHUT)
        new = "operating" if action == "open" else "closed"
        is_changed = (self.status[edges] != new).any() or (self.crossing_status[rows] != new).any()
        self.status[edges] = new
        self.crossing_status[rows] = new
        entry = f"{kind}:{target}" + (f" ({mode})" if mode else "")
        listed = self.opened if action == "open" else self.closed
        if is_changed and entry not in listed:
            listed.append(entry)

    def open_line(self, line_id: str) -> None:
        """Open a line with what it needs; one that is open already stays as it is."""
        if f"line:{line_id}" in self.opened:
            return
        own = self.edges["line_id"] == line_id
        if (self.status[own] == "operating").all():
            return
        self.status[own] = "operating"
        self.opened.append(f"line:{line_id}")
        self.opened_lines.append(line_id)
        crossings = own & (self.edges["kind"] == "crossing") & (self.edges["crossing_id"] != "")
        passed = set(zip(self.edges["crossing_id"][crossings], self.edges["mode"][crossings], strict=True))
        for crossing_id, mode in sorted(passed):
            self.set_crossing(crossing_id, mode, "open")
        stations = np.unique(np.concatenate([self.edges["from"][own], self.edges["to"][own]]))
        breaks = (self.edges["kind"] == "gauge_change") & (
            np.isin(self.edges["from"], stations) | np.isin(self.edges["to"], stations)
        )
        self.status[breaks] = "operating"
        for needed in self.network.requires(line_id):
            kind, target = self.network.resolve(needed, kinds=("line", "crossing"))
            if kind == "line":
                self.open_line(target)
            else:
                self.set_crossing(target, str(self.edges["mode"][np.flatnonzero(own)[0]]), "open")

    def open_due(self, year: int) -> None:
        """Open the lines that the tables say are due by a year; those that would hang in the air are listed and left."""
        lines = self.network.tables["lines"]
        for line_id, due, status in sorted(zip(lines["line_id"], lines["due_year"], lines["status"], strict=True)):
            if status in ("proposed", "under_construction") and _year(due) <= year:
                before = len(self.opened_lines)
                self.open_line(str(line_id))
                self.may_fail |= set(self.opened_lines[before:])

    def set_crossing(self, crossing_id: str, mode: str, action: str) -> None:
        """Open or close a crossing for one mode or for all that it has."""
        rows = self.crossings["crossing_id"] == crossing_id
        edges = (self.edges["kind"] == "crossing") & (self.edges["crossing_id"] == crossing_id)
        if mode:
            rows &= self.crossings["mode"] == mode
            edges &= self.edges["mode"] == mode
        if not (rows.any() or edges.any()):
            has = sorted(set(self.crossings["mode"][self.crossings["crossing_id"] == crossing_id]))
            raise ScenarioError(f"crossing {crossing_id!r} has no {mode}; it has {', '.join(has)}")
        new = "operating" if action == "open" else "closed"
        listed = self.opened if action == "open" else self.closed
        entry = f"crossing:{crossing_id}" + (f" ({mode})" if mode else "")
        is_changed = (self.crossing_status[rows] != new).any() or (self.status[edges] != new).any()
        self.crossing_status[rows] = new
        self.status[edges] = new
        if is_changed and entry not in listed:
            listed.append(entry)

    def bar(self, target: str) -> None:
        """Bar transit through a country or the members of a bloc; what begins or ends there still runs."""
        kind, bare = _select.find(self.network, target)
        if kind not in ("country", "bloc"):
            raise ScenarioError(f"no_transit is for countries and blocs; {target!r} is a {kind}: close it")
        countries = {bare} if kind == "country" else geodata.bloc_members(bare)
        self.no_transit = sorted({*self.no_transit, *countries})

    # Changing costs --------------------------------------------------------------------------------------------------

    def change(self, edit: Edit) -> None:
        """Change a speed, standing time or price of a part."""
        mask = np.isin(self.edges["kind"], _CHANGED_KINDS[edit.what])
        if edit.target:
            mask &= self._concerned(edit)
        if edit.mode:
            mask &= _select.modes_of(self.network) == edit.mode
        if not mask.any():
            raise ScenarioError(f"{edit}: there is nothing of this kind there")
        if edit.what == "gauge":
            self._regauge(edit)
        elif edit.to is not None:
            self.costs[_FIXED[edit.what]][mask] = edit.to
            self.costs[_FACTOR[edit.what]][mask] = 1.0
        else:
            factor = float(edit.factor or 0.0)
            self.costs[_FACTOR[edit.what]][mask] *= 1.0 / factor if edit.what == "speed" else factor
        self.changed.append(str(edit))

    def _regauge(self, edit: Edit) -> None:
        """Give a part another gauge; the nodes and edges that this takes stand behind those that were there."""
        part = self._concerned(edit) if edit.target else np.ones(len(self.status), dtype=bool)
        tables = {**self.network.tables, "cost_edits": self.costs}
        before = Network({**tables, "edges": {**self.edges, "status": self.status}}, self.network.attrs)
        self.network = regauge(before, part, int(edit.to or 0))
        self.edges = self.network.tables["edges"]
        self.status = self.edges["status"]
        self.costs = self.network.tables["cost_edits"]

    def _concerned(self, edit: Edit) -> Any:
        kind, bare = _select.find(self.network, edit.target)
        mask = _select.edges_of(self.network, kind, bare)
        if edit.what == "gauge_change" and kind == "crossing":
            # The wheels change at a station beside the border, whose gauge edge carries the id of the crossing.
            mask = self.edges["crossing_id"] == bare
        return mask

    # Loose ends ------------------------------------------------------------------------------------------------------

    def check_ends(self) -> None:
        """Refuse a line that was opened but hangs in the air; list the single loose end of a branch."""
        for line_id in list(self.opened_lines):
            ends, loose = self._ends(line_id)
            names = [str(n) for n in self.network.tables["nodes"]["name"][loose]]
            if loose and len(loose) >= ends:
                if line_id not in self.may_fail:
                    raise ScenarioError(
                        f"line {line_id!r} would stay unconnected at {' and '.join(names)}; open what joins it as well"
                    )
                self._shut_again(line_id)
                continue
            self.loose_ends += [f"{line_id} at {name}" for name in names]

    def _ends(self, line_id: str) -> tuple[int, list[int]]:
        """Return how many ends a line has, and those that nothing else serves."""
        joins = np.isin(self.edges["kind"], ("gauge_change", "transshipment"))
        running = self.status == "operating"
        own = np.flatnonzero(running & ~joins & (self.edges["line_id"] == line_id))
        others = running & ~joins & (self.edges["line_id"] != line_id)
        served = set(self.edges["from"][others].tolist()) | set(self.edges["to"][others].tolist())
        for i in np.flatnonzero(running & joins):
            a, b = int(self.edges["from"][i]), int(self.edges["to"][i])
            served |= {b} if a in served else {a} if b in served else set()
        both = np.concatenate([self.edges["from"][own], self.edges["to"][own]])
        nodes, counts = np.unique(both, return_counts=True)
        return int((counts == 1).sum()), [int(n) for n in nodes[counts == 1] if int(n) not in served]

    def _shut_again(self, line_id: str) -> None:
        own = self.edges["line_id"] == line_id
        self.status[own] = self.edges["status"][own]
        self.opened.remove(f"line:{line_id}")
        self.not_opened.append(f"line:{line_id}")


def dated(network: Network, edits: Iterable[Edit]) -> Network:
    """Return the network on the day that the edits name, if they name one."""
    dates = sorted({e.target for e in edits if e.action == "as_of"})
    if len(dates) > 1:
        raise ScenarioError(f"a scenario has one date; given were {' and '.join(dates)}")
    if dates and (network.attrs.get("opened") or network.attrs.get("closed")):
        raise ScenarioError(
            f"a date resets the crossings, and {network.attrs.get('scenario')!r} has opened or closed some on this network; "
            "make one scenario of both with then(), which dates first"
        )
    return network.as_of(dates[0]) if dates else network


def _cost_table(network: Network) -> dict[str, Any]:
    """Return the changed costs of the edges: factors of one and no fixed value where nothing was changed."""
    known = network.tables.get("cost_edits")
    if known is not None:
        return {name: values.copy() for name, values in known.items()}
    n = len(network.tables["edges"]["edge_id"])
    factors = dict.fromkeys(_FACTOR.values())
    return {f: np.ones(n) for f in factors} | {f: np.full(n, np.nan) for f in dict.fromkeys(_FIXED.values())}


def _year(value: Any) -> float:
    """Return a year as a number, infinity where none is stated."""
    try:
        year = float(str(value)[:4])
    except ValueError:
        return float("inf")
    return year if year == year and year > 0 else float("inf")
