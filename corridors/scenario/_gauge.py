"""Another gauge for a part of the railways: which nodes its lines then meet at, and where the break of gauge moves to.

A station has a node for each gauge. A line that gets another gauge is laid to the node of the new one, made where there is
none; where both gauges are then in use they are joined by a gauge change, and the new node gets the transfers of the old. Where
the old gauge is used no more, what joined it to a third one joins the new one. A leg over a border is one track: it gets the new
gauge as far as the station beyond, where the break then is. A published dwell of a border that held a change of gauge stays
what it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corridors.network import Network
from corridors.network._store import Table

_RAIL = ("track", "crossing")


def regauge(network: Network, part: Any, gauge_mm: int) -> Network:
    """Return a network in which some edges have another gauge; new edges stand behind the old ones.

    Parameters
    ----------
    network
        Stays untouched.
    part
        Mask of edges; what is no railway in it stays as it is.
    gauge_mm
        The new gauge.
    """
    return _Regauging(network, part, gauge_mm).result()


class _Regauging:
    def __init__(self, network: Network, part: Any, gauge_mm: int) -> None:
        self.network, self.gauge_mm = network, gauge_mm
        self.nodes: Table = {name: values.copy() for name, values in network.tables["nodes"].items()}
        self.edges: Table = {name: values.copy() for name, values in network.tables["edges"].items()}
        is_rail = np.isin(self.edges["kind"], _RAIL) & (self.edges["mode"] == "rail")
        legs = np.array([edge_id.partition("/")[0] for edge_id in self.edges["edge_id"]], dtype=object)
        whole = np.isin(legs, legs[part & is_rail])
        self.rows = np.flatnonzero(whole & is_rail & (self.edges["gauge_mm"] != gauge_mm))
        self.more_nodes: list[dict[str, Any]] = []
        self.more_edges: list[dict[str, Any]] = []
        self.more_vertices: list[dict[str, Any]] = []

    def result(self) -> Network:
        moved = self._move_ends()
        self.edges["gauge_mm"][self.rows] = self.gauge_mm
        is_used = self._used()
        for old, new in moved.items():
            self._copy_transfers(old, new)
            self._join(old, new, is_used)
        edges = _with_rows(self.edges, self.more_edges)
        tables = {**self.network.tables, "nodes": _with_rows(self.nodes, self.more_nodes), "edges": edges,
                  "shapes": _with_rows(self.network.tables["shapes"], self.more_vertices)}  # fmt: skip
        if "cost_edits" in tables:
            tables["cost_edits"] = _with_rows(tables["cost_edits"], [_UNCHANGED] * len(self.more_edges))
        return Network(tables, self.network.attrs)

    def _move_ends(self) -> dict[int, int]:
        """Lay the edges to the nodes of the new gauge; return for each old node of a station the new one."""
        moved: dict[int, int] = {}
        for end in ("from", "to"):
            for i in self.rows:
                node = int(self.edges[end][i])
                if self.nodes["station_id"][node] == "":
                    self.nodes["gauge_mm"][node] = self.gauge_mm  # a side of a border, of this line alone
                    continue
                if node not in moved:
                    moved[node] = self._node_beside(node)
                self.edges[end][i] = moved[node]
        return moved

    def _node_beside(self, node: int) -> int:
        """Return the node of the new gauge at the station of a node, made if there is none."""
        here = (self.nodes["station_id"] == self.nodes["station_id"][node]) & (self.nodes["mode"] == "rail")
        there = np.flatnonzero(here & (self.nodes["gauge_mm"] == self.gauge_mm))
        if len(there):
            return int(there[0])
        row = {name: values[node] for name, values in self.nodes.items()}
        row |= {"node_id": f"{row['station_id']}:rail-{self.gauge_mm}", "gauge_mm": self.gauge_mm}
        known = [r["node_id"] for r in self.more_nodes]
        if row["node_id"] not in known:
            self.more_nodes.append(row)
            known.append(row["node_id"])
        return len(self.nodes["node_id"]) + known.index(row["node_id"])

    def _used(self) -> Any:
        """Return a mask of the nodes that some track runs to."""
        out = np.zeros(len(self.nodes["node_id"]) + len(self.more_nodes), dtype=bool)
        tracks = self.edges["kind"] == "track"
        out[self.edges["from"][tracks]] = out[self.edges["to"][tracks]] = True
        return out

    def _copy_transfers(self, old: int, new: int) -> None:
        """Give a new node the transfers that the old one has, where it has none to the same node yet."""
        edges = self.edges
        transfers = edges["kind"] == "transshipment"
        for end, other in (("from", "to"), ("to", "from")):
            known = set(edges[other][transfers & (edges[end] == new)].tolist())
            for i in np.flatnonzero(transfers & (edges[end] == old)):
                if int(edges[other][i]) not in known:
                    row = {name: values[i] for name, values in edges.items()}
                    self.more_edges.append({**row, end: new, "edge_id": f"{row['edge_id']}:{self.gauge_mm}"})

    def _join(self, old: int, new: int, is_used: Any) -> None:
        """Join the two gauges of a station where both are in use; else shut what joined them, and join the third gauge there."""
        edges = self.edges
        changes = edges["kind"] == "gauge_change"
        between = changes & np.isin(edges["from"], (old, new)) & np.isin(edges["to"], (old, new))
        if not is_used[old]:
            edges["status"][between] = "closed"
            for end in ("from", "to"):
                edges[end][changes & ~between & (edges[end] == old)] = new
        elif between.any():
            edges["status"][between] = "operating"
        else:
            self.more_edges.append(self._gauge_change(old, new))

    def _gauge_change(self, old: int, new: int) -> dict[str, Any]:
        empty = {name: _NOTHING.get(values.dtype.kind, "") for name, values in self.edges.items()}
        a, b = sorted((int(self.nodes["gauge_mm"][old]), self.gauge_mm))
        station = self.nodes["station_id"][old]
        change = {
            **empty, "edge_id": f"{station}:gauge-{a}-{b}", "from": old, "to": new, "kind": "gauge_change", "mode": "reload",
            "status": "operating", "country": self.nodes["iso3"][old], "n_vertices": 2,
            "first_vertex": len(self.network.tables["shapes"]["lon"]) + len(self.more_vertices),
        }  # fmt: skip
        here = {axis: np.round(self.nodes[axis][old] * 1e6) for axis in ("lon", "lat")}
        self.more_vertices += [here, here]
        return change


_NOTHING: dict[str, Any] = {"f": 0.0, "i": 0, "u": 0, "b": False}
_UNCHANGED = {"moving_factor": 1.0, "standing_factor": 1.0, "usd_factor": 1.0}


def _with_rows(table: Table, rows: list[dict[str, Any]]) -> Table:
    """Return a table with rows added; a number that a row has not is not known."""
    if not rows:
        return table
    out: Table = {}
    for name, values in table.items():
        added = np.empty(len(rows), dtype=values.dtype)
        added[:] = [row.get(name, np.nan) for row in rows]
        out[name] = np.concatenate([values, added])
    return out
