"""Somebody's planned lines onto a network: ends at its stations, gauge checked, closed until a scenario opens them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import LayerError, SchemaError
from corridors.network._network import Network
from corridors.units import distance_km, length_km

if TYPE_CHECKING:
    import geopandas as gpd

SNAP_KM = 5.0
"""An end of a planned line belongs to the nearest named station within this distance."""


def merge_lines(
    network: Network,
    lines: Any,
    *,
    snap_km: float = SNAP_KM,
    columns: Mapping[str, Any] | None = None,
    defaults: Mapping[str, Any] | None = None,
    encoding: str | None = None,
) -> Network:
    """Add planned rail lines to a network, which itself stays as it is.

    An end within ``snap_km`` of a named rail station is joined with it; ends that no station is near are joined with each
    other where they meet. A planned line of unknown gauge takes that of the stations it joins.

    Parameters
    ----------
    network
        Any network, the embedded one for instance.
    lines
        A path to anything GDAL reads, or a GeoDataFrame; ``line_id``, ``name``, ``gauge_mm`` and ``status`` are used.
    snap_km
        How far from a station an end may lie; the way between is a straight, assumed part of the edge.
    columns, defaults, encoding
        As in `build_network`.

    Returns
    -------
    Network
        With the lines in status ``proposed``: ``Scenario(...).open("line-id")`` opens one. ``repairs`` says to what each end
        was joined, over what distance, where a gauge was assumed and where two gauges meet without an edge between them.

    Raises
    ------
    LayerError
        The lines cannot be read, or none of them meets the network.
    SchemaError
        A line has the id of one that the network holds already.

    Examples
    --------
    >>> import corridors as cx
    >>> future = cx.merge_lines(cx.load_network(), "plan.shp")                   # doctest: +SKIP
    >>> cx.route(cx.Scenario("plan").open("my-line").apply(future), "Kabul", "Herat")  # doctest: +SKIP
    """
    from corridors.network._layers import Reading, _own_lines

    frame = _own_lines(lines, "proposed", Reading(columns or {}, defaults or {}, encoding))
    taken = sorted(set(frame["line_id"]) & set(network.tables["lines"]["line_id"]))
    if taken:
        raise SchemaError(f"the network has a line {taken[0]!r} already; give the planned lines ids of their own")
    merge = _Merge(network, frame, snap_km)
    merge.run()
    if not merge.n_joined:
        raise LayerError(
            f"no end of the {len(frame)} planned lines is within {snap_km:g} km of a rail station of the network; "
            "check the CRS, or give a larger snap_km"
        )
    return merge.network()


class _Merge:
    """Rows that are added to the tables of a network."""

    def __init__(self, network: Network, frame: gpd.GeoDataFrame, snap_km: float) -> None:
        self.base, self.frame, self.snap_km = network, frame, snap_km
        nodes = network.tables["nodes"]
        self.rail = np.flatnonzero((nodes["mode"] == "rail") & (nodes["station_id"] != "") & (nodes["name"] != ""))
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []
        self.repairs: list[dict[str, Any]] = []
        self.shapes: list[Any] = []
        self.n_joined = 0

    def run(self) -> None:
        """Join every line at both ends."""
        import shapely

        for line_id, part in self.frame.groupby("line_id", sort=False):
            for k, row in enumerate(part.to_dict("records")):
                xy = shapely.get_coordinates(row["geometry"])
                near = [self._station(xy[end]) for end in (0, -1)]
                gauge = self._gauge(str(line_id), int(row["gauge_mm"]), near, xy[0])
                ends = [
                    self._end(xy[end], found, gauge, str(line_id)) for end, found in zip((0, -1), near, strict=True)
                ]
                self._edge(row, f"{line_id}.{k + 1:03d}", gauge, ends, xy)

    def _station(self, xy: Any) -> tuple[list[int], float] | None:
        """Return the nodes (one a gauge) of the nearest named station, and its distance."""
        nodes = self.base.tables["nodes"]
        km = distance_km(xy[0], xy[1], nodes["lon"][self.rail], nodes["lat"][self.rail])
        if len(km) == 0 or km.min() > self.snap_km:
            return None
        station = nodes["station_id"][self.rail[int(np.argmin(km))]]
        return [int(n) for n in self.rail[nodes["station_id"][self.rail] == station]], float(km.min())

    def _gauge(self, line_id: str, gauge: int, near: list[tuple[list[int], float] | None], xy: Any) -> int:
        if gauge:
            return gauge
        known = sorted({int(self.base.tables["nodes"]["gauge_mm"][n]) for found in near if found for n in found[0]})
        gauge = 1520 if 1520 in known or not known else known[0]
        self._say("gauge assumed", line_id, xy, 0.0, f"{gauge} mm, as the stations it joins have {known or 'none'}")
        return gauge

    def _end(self, xy: Any, found: tuple[list[int], float] | None, gauge: int, line_id: str) -> tuple[int, float, Any]:
        """Return node, distance to it and its position; a node is made where no station is near."""
        nodes = self.base.tables["nodes"]
        if found is None:
            for i, row in enumerate(self.nodes):
                if row["gauge_mm"] == gauge and distance_km(xy[0], xy[1], row["lon"], row["lat"]) < 0.05:
                    return len(nodes["node_id"]) + i, 0.0, np.array([row["lon"], row["lat"]])
            return self._new_node(xy, gauge, line_id, f"plan-{len(self.nodes) + 1}", ""), 0.0, xy
        ids, km = found
        at = np.array([nodes["lon"][ids[0]], nodes["lat"][ids[0]]])
        name = nodes["name"][ids[0]]
        self.n_joined += 1
        self._say("joined to station", line_id, at, km * 1000.0, f"an end lies {km:.2f} km from {name}")
        same = [n for n in ids if nodes["gauge_mm"][n] == gauge]
        if same:
            return same[0], km, at
        node = self._new_node(at, gauge, line_id, nodes["station_id"][ids[0]], name)
        have = int(nodes["gauge_mm"][ids[0]])
        self._say(
            "gauge change", line_id, at, 0.0, f"{gauge} mm meets {have} mm at {name}: joined by a gauge-change edge"
        )
        self._add_edge(
            {"line_id": "", "status": "operating", "as_of": ""}, f"{line_id}:gauge-{have}-{gauge}@{name}", "gauge_change", 0,
            (ids[0], node), np.vstack([at, at]), (0.0, 0.0), nodes["iso3"][ids[0]],
        )  # fmt: skip
        return node, km, at

    def _new_node(self, xy: Any, gauge: int, line_id: str, station_id: str, name: str) -> int:
        nodes = self.base.tables["nodes"]
        km = distance_km(xy[0], xy[1], nodes["lon"], nodes["lat"])
        self.nodes.append(
            {"node_id": f"{station_id}:rail-{gauge}", "station_id": station_id, "name": name or f"end of {line_id}",
             "place_id": station_id, "mode": "rail", "gauge_mm": gauge, "iso3": nodes["iso3"][int(np.argmin(km))], "sea": "",
             "lon": float(xy[0]), "lat": float(xy[1])}
        )  # fmt: skip
        return len(nodes["node_id"]) + len(self.nodes) - 1

    def _country(self, node: int) -> str:
        nodes = self.base.tables["nodes"]
        n = len(nodes["node_id"])
        return str(nodes["iso3"][node] if node < n else self.nodes[node - n]["iso3"])

    def _edge(self, row: dict[str, Any], edge_id: str, gauge: int, ends: list[tuple[int, float, Any]], xy: Any) -> None:
        (a, km_a, at_a), (b, km_b, at_b) = ends
        xy = np.vstack([*([at_a] if km_a else []), *xy, *([at_b] if km_b else [])])
        countries = (self._country(a), self._country(b))
        if countries[0] != countries[1]:
            note = f"runs from {countries[0]} to {countries[1]}; no crossing point is on it, and no time at the border is counted"
            self._say("unnamed crossing", row["line_id"], xy[0], 0.0, note)
        country = countries[0] if countries[0] == countries[1] else "|".join(countries)
        self._add_edge(row, edge_id, "track", gauge, (a, b), xy, (length_km(xy), km_a + km_b), country)

    def _add_edge(
        self, row: dict[str, Any], edge_id: str, kind: str, gauge: int, ends: tuple[int, int], xy: Any,
        km: tuple[float, float], country: str,
    ) -> None:  # fmt: skip
        shapes = self.base.tables["shapes"]
        first = len(shapes["lon"]) + sum(len(s) for s in self.shapes)
        self.shapes.append(np.round(xy * 1e6).astype(np.int32))
        self.edges.append(
            {"edge_id": edge_id, "from": ends[0], "to": ends[1], "kind": kind, "mode": "rail", "line_id": row["line_id"],
             "gauge_mm": gauge, "line_class": row.get("line_class", ""), "status": row["status"], "as_of": row["as_of"],
             "country": country, "length_km": km[0], "length_source": "matched" if km[0] else "",
             "shape_source": "stops" if km[0] else "", "assumed_km": km[1], "crossing_id": "", "source_id": "own-data",
             "first_vertex": first, "n_vertices": len(xy)}
        )  # fmt: skip

    def _say(self, kind: str, what: str, xy: Any, metres: float, note: str) -> None:
        self.repairs.append(
            {"kind": kind, "what": what, "place": f"{xy[0]:.5f},{xy[1]:.5f}", "km": metres / 1000.0, "note": note,
             "lon": float(xy[0]), "lat": float(xy[1]), "metres": metres}
        )  # fmt: skip

    def network(self) -> Network:
        """Return the network with the rows added."""
        tables = self.base.tables
        lines = [
            {"line_id": r["line_id"], "name": r["line_name"], "aliases": "", "mode": "rail", "gauge_mm": str(r["gauge_mm"]),
             "line_class": r["line_class"], "status": r["status"], "as_of": r["as_of"], "source_id": "own-data",
             "confidence": "high"}
            for r in self.frame.drop_duplicates("line_id").to_dict("records")
        ]  # fmt: skip
        own = [{"source_id": "own-data", "title": "Lines supplied by the user", "kind": "dataset"}]
        added = {
            "nodes": _longer(tables["nodes"], self.nodes), "edges": _longer(tables["edges"], self.edges),
            "lines": _longer(tables["lines"], lines), "repairs": _longer(_placed(tables["repairs"]), self.repairs),
            "sources": _longer(tables["sources"], [] if "own-data" in tables["sources"]["source_id"] else own),
            "shapes": {c: np.concatenate([tables["shapes"][c], *(s[:, i] for s in self.shapes)]) for i, c in
                       enumerate(("lon", "lat"))},
        }  # fmt: skip
        return Network({**tables, **added}, self.base.attrs)


def _placed(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return repairs with columns for place and metres, which the embedded network does not have."""
    nowhere = np.full(len(table["kind"]), np.nan)
    return {**table, **{c: table.get(c, nowhere) for c in ("lon", "lat", "metres")}}


def _longer(table: Mapping[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a table with rows below; what a row does not say is empty."""
    out = {}
    for name, values in table.items():
        more = np.empty(len(rows), dtype=values.dtype)
        empty: Any = "" if values.dtype == object else np.nan if values.dtype.kind == "f" else 0
        more[:] = [row.get(name, empty) for row in rows]
        out[name] = np.concatenate([values, more])
    return out
