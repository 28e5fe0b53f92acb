"""What if: named, immutable edits of a network.

A `Scenario` never touches a network; `Scenario.apply` returns a copy. Opening a line opens, for its mode, the crossings it
runs through, the gauge breaks at its stations and what its ``requires`` names, and says so; a line whose ends would stay
unconnected is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corridors.errors import ScenarioError
from corridors.network import Network

_MODES = ("rail", "road", "sea")


@dataclass(frozen=True)
class Edit:
    """One edit: ``action`` is open or close; ``target`` is what was named; ``mode`` limits it to one mode."""

    action: str
    target: str
    mode: str = ""

    def __str__(self) -> str:
        return f"{self.action} {self.target}" + (f" for {self.mode}" if self.mode else "")


@dataclass(frozen=True)
class Scenario:
    """Named edits, applied in order.

    Parameters
    ----------
    name
        How tables and maps call it.
    edits
        Usually made by `open` and `close`.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> plan = cx.Scenario("Khaf-Herat to Rabattaryan").open("rozanak-rabattaryan")
    >>> plan.apply(network).attrs["opened"]
    ['line:rozanak-rabattaryan']
    """

    name: str
    edits: tuple[Edit, ...] = ()

    def open(self, *targets: str, mode: str = "") -> Scenario:
        """Return this scenario with lines or crossings opened as well.

        Parameters
        ----------
        *targets
            Ids, bare or as ``line:…`` and ``crossing:…``.
        mode
            For crossings: only this mode; all if empty.
        """
        return self._with("open", targets, mode)

    def close(self, *targets: str, mode: str = "") -> Scenario:
        """Return this scenario with lines or crossings closed as well; arguments as for `open`."""
        return self._with("close", targets, mode)

    def _with(self, action: str, targets: tuple[str, ...], mode: str) -> Scenario:
        if mode not in ("", *_MODES):
            raise ScenarioError(f"mode is {mode!r}; it must be {', '.join(_MODES)}")
        return replace(self, edits=(*self.edits, *(Edit(action, t, mode) for t in targets)))

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(map(str, self.edits)) or 'nothing changed'}"

    def apply(self, network: Network) -> Network:
        """Return the network as it is under this scenario.

        Parameters
        ----------
        network
            Stays untouched.

        Returns
        -------
        Network
            Its ``attrs`` name the scenario and list what was ``opened`` and ``closed``, and ``loose_ends`` of branches.

        Raises
        ------
        UnknownNameError
            A line or crossing that does not exist.
        ScenarioError
            An opened line whose ends stay unconnected.
        """
        work = _Work(network)
        for edit in self.edits:
            work.do(edit)
        work.check_ends()
        return network.with_tables(
            edges={"status": work.status},
            crossings={"status": work.crossing_status},
            attrs={
                "scenario": self.name,
                "opened": [*network.attrs.get("opened", []), *work.opened],
                "closed": [*network.attrs.get("closed", []), *work.closed],
                "loose_ends": work.loose_ends,
            },
        )


class _Work:
    """The arrays of one application."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.edges = network.tables["edges"]
        self.crossings = network.tables["crossings"]
        self.status = self.edges["status"].copy()
        self.crossing_status = self.crossings["status"].copy()
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.opened_lines: list[str] = []
        self.loose_ends: list[str] = []

    def do(self, edit: Edit) -> None:
        kind, target = self.network.resolve(edit.target, kinds=("line", "crossing"))
        if kind == "line" and edit.action == "open":
            self.open_line(target)
        elif kind == "line":
            self._set(self.edges["line_id"] == target, "closed")
            self.closed.append(f"line:{target}")
        else:
            self.set_crossing(target, edit.mode, edit.action)

    def open_line(self, line_id: str) -> None:
        """Open a line with what it needs; one that is open already stays as it is."""
        if f"line:{line_id}" in self.opened:
            return
        own = self.edges["line_id"] == line_id
        if (self.status[own] == "operating").all():
            return
        self._set(own, "operating")
        self.opened.append(f"line:{line_id}")
        self.opened_lines.append(line_id)
        crossings = own & (self.edges["kind"] == "crossing") & (self.edges["crossing_id"] != "")
        for crossing_id, mode in sorted(
            set(zip(self.edges["crossing_id"][crossings], self.edges["mode"][crossings], strict=True))
        ):
            self.set_crossing(crossing_id, mode, "open")
        stations = np.unique(np.concatenate([self.edges["from"][own], self.edges["to"][own]]))
        breaks = (self.edges["kind"] == "gauge_change") & (
            np.isin(self.edges["from"], stations) | np.isin(self.edges["to"], stations)
        )
        self._set(breaks, "operating")
        for needed in self.network.requires(line_id):
            kind, target = self.network.resolve(needed, kinds=("line", "crossing"))
            if kind == "line":
                self.open_line(target)
            else:
                self.set_crossing(target, _mode_of(self.edges, own), "open")

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
        self._set(edges, new)
        if is_changed and entry not in listed:
            listed.append(entry)

    def check_ends(self) -> None:
        """Refuse a line that was opened but hangs in the air; list the single loose end of a branch."""
        running = self.status == "operating"
        moving = running & ~np.isin(self.edges["kind"], ("gauge_change", "transshipment"))
        for line_id in self.opened_lines:
            own = np.flatnonzero(moving & (self.edges["line_id"] == line_id))
            others = moving & (self.edges["line_id"] != line_id)
            served = set(self.edges["from"][others].tolist()) | set(self.edges["to"][others].tolist())
            joints = np.flatnonzero(running & np.isin(self.edges["kind"], ("gauge_change", "transshipment")))
            for i in joints:
                a, b = int(self.edges["from"][i]), int(self.edges["to"][i])
                served |= {b} if a in served else {a} if b in served else set()
            nodes, counts = np.unique(
                np.concatenate([self.edges["from"][own], self.edges["to"][own]]), return_counts=True
            )
            loose = [int(n) for n in nodes[counts == 1] if int(n) not in served]
            names = [str(n) for n in self.network.tables["nodes"]["name"][loose]]
            if loose and len(loose) >= (counts == 1).sum():
                raise ScenarioError(
                    f"line {line_id!r} would stay unconnected at {' and '.join(names)}; open what joins it as well"
                )
            self.loose_ends += [f"{line_id} at {name}" for name in names]

    def _set(self, mask: Any, status: str) -> None:
        self.status[mask] = status


def _mode_of(edges: dict[str, Any], mask: Any) -> str:
    return str(edges["mode"][np.flatnonzero(mask)[0]])
