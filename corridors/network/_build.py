"""From layers to a network: cut at borders, make nodes, and join gauges and modes where the tables say so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.network._dates import at_date
from corridors.network._network import MODE_OF_KIND, Network
from corridors.network._places import name_rows
from corridors.network._store import Table
from corridors.schema import columns as schema_columns
from corridors.topology import CROSSING_RADIUS_KM, Boundaries, CountrySequence, CrossingPoints, cut_line
from corridors.units import distance_km, length_km

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

RAIL = "rail"


@dataclass
class Layers:
    """What a network is made of; every frame obeys its schema.

    Attributes
    ----------
    edges
        All lines of all modes and statuses, cut at their stops (schema ``edges``), EPSG:4326.
    stations
        Where edges end (schema ``stations``).
    countries
        Polygons (schema ``countries``).
    places, lines, crossings, crossing_modes, crossing_dwell, transfers, gauge_breaks, ports, sources
        Tables of that name; an empty frame is allowed.
    tolerance_km
        Excursions over a border that are shorter and have no crossing point at both ends are noise. Infinite where stops
        carry their country, as in the embedded tables: there the stops decide.
    radius_km
        A crossing point this near to where a line meets the border names the crossing.
    there
        Stations that have a node for a mode and gauge whatever the lines: ``(station_id, mode, gauge_mm)``.
    repairs
        What was done to the lines before.
    """

    edges: gpd.GeoDataFrame
    stations: pd.DataFrame
    countries: gpd.GeoDataFrame
    places: pd.DataFrame
    lines: pd.DataFrame
    crossings: pd.DataFrame
    crossing_modes: pd.DataFrame
    crossing_dwell: pd.DataFrame
    transfers: pd.DataFrame
    gauge_breaks: pd.DataFrame
    ports: pd.DataFrame
    sources: pd.DataFrame
    tolerance_km: float = math.inf
    radius_km: float = CROSSING_RADIUS_KM
    there: Sequence[tuple[str, str, int]] = ()
    repairs: list[dict[str, Any]] = field(default_factory=list)


def assemble(layers: Layers, attrs: dict[str, Any]) -> Network:
    """Make a network from layers.

    Parameters
    ----------
    layers
        What it is made of.
    attrs
        ``name``, ``worldview``, ``attribution``, ``verified``.

    Returns
    -------
    Network
        As of the latest date that the tables know.
    """
    builder = _Builder(layers)
    builder.add_lines()
    for station_id, mode, gauge_mm in layers.there:
        builder.station_node(station_id, mode, gauge_mm)
    builder.add_gauge_changes()
    builder.add_transfers()
    tables = {
        "nodes": builder.nodes.table(),
        "edges": builder.edges.table(),
        "shapes": builder.shape_table(),
        "noise": builder.noise.table(),
        "repairs": builder.repairs.table(),
        "crossing_periods": crossing_periods(layers),
        "crossings": {},
        "dwell": _table(layers.crossing_dwell, "crossing_dwell"),
        "lines": _table(layers.lines, "lines"),
        "names": name_rows(layers.stations, layers.places, layers.ports, set(builder.nodes.rows["station_id"])),
        "sources": _table(layers.sources, "sources"),
    }
    network = Network(tables, {"scenario": "baseline", **attrs})
    return at_date(network, "latest")


def crossing_periods(layers: Layers) -> Table:
    """Join crossings with their modes: one row a crossing, mode and period."""
    frame = layers.crossing_modes.merge(
        layers.crossings.drop(columns=["source_id", "confidence", "note"]), on="crossing_id", how="inner"
    ).sort_values(["crossing_id", "mode", "valid_from"], kind="stable")
    names = [
        "crossing_id", "name", "name_a", "name_b", "aliases", "iso3_a", "iso3_b", "mode", "gauge_a_mm", "gauge_b_mm",
        "status", "restriction", "control", "open_months", "valid_from", "valid_to", "as_of", "source_id", "confidence",
        "lon", "lat",
    ]  # fmt: skip
    return {name: _array(frame[name]) for name in names}


def _table(frame: pd.DataFrame, kind: str) -> Table:
    return {c.name: _array(frame[c.name]) for c in schema_columns(kind)}


def _array(values: Any) -> Any:
    array = np.asarray(values)
    return array.astype(object) if array.dtype.kind in "OUST" else array


class _Rows:
    """Rows that grow, column by column."""

    def __init__(self, **dtypes: Any) -> None:
        self._dtypes = dtypes
        self.rows: dict[str, list[Any]] = {name: [] for name in dtypes}

    def add(self, **values: Any) -> int:
        """Add a row; every column must be given. Return its position."""
        for name in self._dtypes:
            self.rows[name].append(values.pop(name))
        if values:
            raise TypeError(f"unknown columns {sorted(values)}")
        return len(self) - 1

    def __len__(self) -> int:
        return len(next(iter(self.rows.values())))

    def table(self) -> Table:
        """Return the columns as arrays."""
        out: Table = {}
        for name, dtype in self._dtypes.items():
            array = np.empty(len(self), dtype=dtype)
            array[:] = self.rows[name]
            out[name] = array
        return out


class _Builder:
    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        self.stations = layers.stations.set_index("station_id").to_dict("index")
        self.crossing_names = dict(zip(layers.crossings["crossing_id"], layers.crossings["name"], strict=True))
        self.boundaries = Boundaries(layers.countries)
        ports = layers.ports
        self.seas = {
            **dict(zip(ports["port_id"], ports["sea"], strict=True)),
            **dict(zip(ports["station_id"], ports["sea"], strict=True)),
        }
        self.nodes = _Rows(
            node_id=object, station_id=object, name=object, place_id=object, mode=object, gauge_mm=np.int32, iso3=object,
            sea=object, lon=np.float64, lat=np.float64,
        )  # fmt: skip
        self.edges = _Rows(
            edge_id=object, **{"from": np.int32, "to": np.int32}, kind=object, mode=object, line_id=object,
            gauge_mm=np.int32, line_class=object, status=object, as_of=object, country=object, length_km=np.float64,
            length_source=object, shape_source=object, assumed_km=np.float64, crossing_id=object, source_id=object,
            first_vertex=np.int64, n_vertices=np.int32,
        )  # fmt: skip
        self.noise = _Rows(edge_id=object, iso3=object, km=np.float64)
        self.repairs = _Rows(kind=object, what=object, place=object, km=np.float64, note=object)
        for row in layers.repairs:
            self.repairs.add(**row)
        transfers = layers.transfers
        self._ports = {
            station
            for end in ("from", "to")
            for station in transfers.loc[transfers[f"{end}_mode"] == "sea", f"{end}_id"]
        }
        self._node: dict[str, int] = {}
        self._at: dict[str, list[int]] = {}
        self._vertices: list[Any] = []
        self._n_vertices = 0
        self._points = {mode: _crossing_points(layers, mode) for mode in ("rail", "road", "sea")}

    # Nodes -----------------------------------------------------------------------------------------------------------

    def station_node(self, station_id: str, mode: str, gauge_mm: int, service: str = "") -> int:
        """Return the node of a station for a mode and gauge, or the quay of a service at sea, made when first needed."""
        node_id = f"{station_id}:{mode}" + (f"-{gauge_mm}" if gauge_mm else "") + (f"-{service}" if service else "")
        if node_id not in self._node:
            station = self.stations[station_id]
            self._node[node_id] = self.nodes.add(
                node_id=node_id,
                station_id=station_id,
                name=station["name"],
                place_id=station["place_id"] or station_id,
                mode=mode,
                gauge_mm=gauge_mm,
                # A waypoint of a lane lies in nobody's country: passing it is no visit.
                iso3="" if mode == "sea" and station["kind"] == "via" else station["iso3"],
                sea=self.seas.get(station_id, "") if mode == "sea" else "",
                lon=float(station["lon"]),
                lat=float(station["lat"]),
            )
            self._at.setdefault(station_id, []).append(self._node[node_id])
        return self._node[node_id]

    def border_node(self, edge_id: str, k: int, iso3: str, name: str, mode: str, gauge_mm: int, xy: Any) -> int:
        """Make the node on one side of a border."""
        return self.nodes.add(
            node_id=f"{edge_id}/border{k}:{iso3}", station_id="", name=name, place_id="", mode=mode, gauge_mm=gauge_mm,
            iso3=iso3, sea="", lon=float(xy[0]), lat=float(xy[1]),
        )  # fmt: skip

    # Lines -----------------------------------------------------------------------------------------------------------

    def add_lines(self) -> None:
        """Cut every leg at the borders it crosses and add the pieces with crossing edges between them."""
        edges = self.layers.edges
        geometries = np.asarray(edges.geometry.array)
        touching = self.boundaries.touching(geometries)
        for row, geometry, touches in zip(
            edges.drop(columns="geometry").to_dict("records"), geometries, touching, strict=True
        ):
            ends = (self.stations[row["from_id"]]["iso3"], self.stations[row["to_id"]]["iso3"])
            if row["mode"] == "sea":
                self._add_piece(row, row["edge_id"], self._ends(row), "sea", "", shapely.get_coordinates(geometry), 1.0)
            elif ends[0] == ends[1] and not touches:
                self._add_piece(
                    row,
                    row["edge_id"],
                    self._ends(row),
                    _moving(row),
                    ends[0],
                    shapely.get_coordinates(geometry),
                    1.0,
                )
            else:
                sequence = self.boundaries.sequence(
                    geometry,
                    ends=ends,
                    crossings=self._points[row["mode"]],
                    tolerance_km=self.layers.tolerance_km,
                    radius_km=self.layers.radius_km,
                )
                self._add_cut_line(row, geometry, sequence)

    def _ends(self, row: dict[str, Any]) -> tuple[int, int]:
        mode, gauge, service = row["mode"], int(row["gauge_mm"]), self._service(row)
        a, b = (self.station_node(row[end], mode, gauge, service) for end in ("from_id", "to_id"))
        return a, b

    def _service(self, row: dict[str, Any]) -> str:
        """Return the line of a leg that sails from port to port, empty for any other leg.

        Such a ship has a quay of its own, so that cargo which goes on by another ship is discharged and loaded again. Lanes that
        lead to the open sea share one quay.
        """
        is_service = row["mode"] == "sea" and self._ports >= {row["from_id"], row["to_id"]}
        return str(row["line_id"]) if is_service else ""

    def _add_cut_line(self, row: dict[str, Any], geometry: shapely.LineString, sequence: CountrySequence) -> None:
        pieces = cut_line(geometry, [cut.at for cut in sequence.cuts])
        shares = _shares(pieces, row["length_km"])
        start, end = self._ends(row)
        here = start
        for k, (stretch, piece) in enumerate(zip(sequence.stretches, pieces, strict=True)):
            is_last = k == len(pieces) - 1
            there, after = (end, end) if is_last else self._cross(row, sequence, k, piece[-1])
            edge_id = row["edge_id"] if len(pieces) == 1 else f"{row['edge_id']}/{k + 1}"
            self._add_piece(row, edge_id, (here, there), _moving(row), stretch.iso3, piece, float(shares[k]))
            here = after
        for iso3, km in sequence.noise:
            self.noise.add(edge_id=row["edge_id"], iso3=iso3, km=km)

    def _cross(self, row: dict[str, Any], sequence: CountrySequence, k: int, xy: Any) -> tuple[int, int]:
        """Add the crossing edge behind piece k; return its two nodes."""
        cut = sequence.cuts[k]
        pair = f"{cut.iso3_from}|{cut.iso3_to}"
        name = self.crossing_names.get(cut.crossing_id, "") or f"{cut.iso3_from}-{cut.iso3_to} border"
        mode, gauge = row["mode"], int(row["gauge_mm"])
        a = self.border_node(row["edge_id"], k + 1, cut.iso3_from, name, mode, gauge, xy)
        b = self.border_node(row["edge_id"], k + 1, cut.iso3_to, name, mode, gauge, xy)
        edge_id = f"{row['edge_id']}/border{k + 1}"
        self._add_standing(
            edge_id, (a, b), "crossing", mode=mode, line_id=row["line_id"], gauge_mm=gauge, country=pair,
            crossing_id=cut.crossing_id, status="operating", as_of=row["as_of"], source_id=row["source_id"],
        )  # fmt: skip
        if not cut.crossing_id:
            self.repairs.add(
                kind="unnamed crossing",
                what=edge_id,
                place=pair,
                km=0.0,
                note="no border crossing point is known here",
            )
        return a, b

    def _add_piece(
        self,
        row: dict[str, Any],
        edge_id: str,
        ends: tuple[int, int],
        kind: str,
        country: str,
        xy: Any,
        share: float,
    ) -> None:
        self.edges.add(
            edge_id=edge_id, **{"from": ends[0], "to": ends[1]}, kind=kind, mode=row["mode"], line_id=row["line_id"],
            gauge_mm=int(row["gauge_mm"]), line_class=row["line_class"], status=row["status"], as_of=row["as_of"],
            country=country, length_km=row["length_km"] * share, length_source=row["length_source"],
            shape_source=row["shape_source"], assumed_km=row["assumed_km"] * share, crossing_id="",
            source_id=row["source_id"], **self._keep_shape(xy),
        )  # fmt: skip

    # Standing still --------------------------------------------------------------------------------------------------

    def add_gauge_changes(self) -> None:
        """Join the two gauges of a station where the table of gauge breaks has it; report where it has not."""
        known: set[tuple[str, int, int]] = set()
        beside = self._crossings_beside()
        for row in self.layers.gauge_breaks.to_dict("records"):
            a, b = sorted((int(row["gauge_a_mm"]), int(row["gauge_b_mm"])))
            known.add((row["station_id"], a, b))
            nodes = [self._node.get(f"{row['station_id']}:rail-{g}") for g in (a, b)]
            if nodes[0] is None or nodes[1] is None:
                self.repairs.add(
                    kind="idle gauge break", what=row["station_id"], place=row["station_id"], km=0.0,
                    note=f"no line of {a} and {b} mm meets here",
                )  # fmt: skip
                continue
            self._add_standing(
                f"{row['station_id']}:gauge-{a}-{b}", (nodes[0], nodes[1]), "gauge_change", mode=row["method"], line_id="",
                gauge_mm=0, country=self.nodes.rows["iso3"][nodes[0]], crossing_id=beside.get(nodes[0], beside.get(nodes[1], "")),
                status=row["status"], as_of="", source_id=row["source_id"],
            )  # fmt: skip
        for station_id, nodes_here in self._at.items():
            gauges = sorted({self.nodes.rows["gauge_mm"][n] for n in nodes_here if self.nodes.rows["mode"][n] == RAIL})
            for a, b in pairwise(gauges):
                if (station_id, a, b) not in known:
                    self.repairs.add(
                        kind="gauges meet", what=station_id, place=station_id, km=0.0,
                        note=f"{a} and {b} mm meet without a gauge break in the table: not joined",
                    )  # fmt: skip

    def _crossings_beside(self) -> dict[int, str]:
        """Return the crossing that a leg of a rail node runs over: a dwell measured there holds the gauge change too."""
        rows = self.edges.rows
        over = {
            node: rows["crossing_id"][i]
            for i in range(len(self.edges)) if rows["kind"][i] == "crossing" and rows["mode"][i] == RAIL
            for node in (rows["from"][i], rows["to"][i])
        }  # fmt: skip
        beside: dict[int, str] = {}
        for a, b, kind in zip(rows["from"], rows["to"], rows["kind"], strict=True):
            if kind == "track":
                for near, far in ((a, b), (b, a)):
                    if far in over:
                        beside.setdefault(near, over[far])
        return beside

    def add_transfers(self) -> None:
        """Join modes where cargo can change, for every gauge present."""
        for row in self.layers.transfers.to_dict("records"):
            for a in self._nodes_at(row["from_id"], row["from_mode"]):
                for b in self._nodes_at(row["to_id"], row["to_mode"]):
                    ids = self.nodes.rows["node_id"]
                    km = row["length_km"] if row["length_km"] == row["length_km"] else 0.0
                    self._add_standing(
                        f"{ids[a]}>{ids[b]}:{row['kind']}", (a, b), "transshipment", mode=row["kind"], line_id="", gauge_mm=0,
                        country=self.nodes.rows["iso3"][a], crossing_id="", status="operating", as_of="",
                        source_id=row["source_id"], length=km,
                    )  # fmt: skip

    def _nodes_at(self, station_id: str, mode: str) -> Iterable[int]:
        return [n for n in self._at.get(station_id, []) if self.nodes.rows["mode"][n] == mode]

    def _add_standing(
        self, edge_id: str, ends: tuple[int, int], kind: str, *, mode: str, line_id: str, gauge_mm: int, country: str,
        crossing_id: str, status: str, as_of: str, source_id: str, length: float = 0.0,
    ) -> None:  # fmt: skip
        lon, lat = self.nodes.rows["lon"], self.nodes.rows["lat"]
        xy = np.array([[lon[ends[0]], lat[ends[0]]], [lon[ends[1]], lat[ends[1]]]])
        self.edges.add(
            edge_id=edge_id, **{"from": ends[0], "to": ends[1]}, kind=kind, mode=mode, line_id=line_id,
            gauge_mm=gauge_mm, line_class="", status=status, as_of=as_of, country=country, length_km=length,
            length_source="assumed" if length else "", shape_source="", assumed_km=length, crossing_id=crossing_id,
            source_id=source_id, **self._keep_shape(xy),
        )  # fmt: skip

    # Shapes ----------------------------------------------------------------------------------------------------------

    def _keep_shape(self, xy: Any) -> dict[str, int]:
        first = self._n_vertices
        self._vertices.append(np.round(np.asarray(xy) * 1e6).astype(np.int32))
        self._n_vertices += len(xy)
        return {"first_vertex": first, "n_vertices": len(xy)}

    def shape_table(self) -> Table:
        """Return all vertices in millionths of a degree."""
        xy = np.vstack(self._vertices) if self._vertices else np.empty((0, 2), dtype=np.int32)
        return {"lon": xy[:, 0].copy(), "lat": xy[:, 1].copy()}


def _shares(pieces: list[Any], total_km: float) -> Any:
    """Return the share of an edge's length for each piece of it.

    Each piece gets its great circle first, so that none is shorter than the way between its ends, and then a share of what
    is left by how much its shape bends.
    """
    shape = np.array([length_km(p) for p in pieces])
    chord = np.array([float(distance_km(*p[0], *p[-1])) for p in pieces])
    left, bend = total_km - chord.sum(), shape - chord
    if left < 0 or bend.sum() <= 0:
        return shape / (shape.sum() or 1.0)
    return (chord + left * bend / bend.sum()) / total_km


def _moving(row: dict[str, Any]) -> str:
    return next(kind for kind, mode in MODE_OF_KIND.items() if mode == row["mode"])


def _crossing_points(layers: Layers, mode: str) -> CrossingPoints:
    ids = set(layers.crossing_modes.loc[layers.crossing_modes["mode"] == mode, "crossing_id"])
    frame = layers.crossings[layers.crossings["crossing_id"].isin(ids)]
    return CrossingPoints(
        list(frame["crossing_id"]), list(frame["iso3_a"]), list(frame["iso3_b"]),
        frame["lon"].to_numpy(dtype=float), frame["lat"].to_numpy(dtype=float),
    )  # fmt: skip


def chord_km(edges: gpd.GeoDataFrame) -> Any:
    """Return the great-circle distance between the ends of each edge, in kilometres."""
    first = shapely.get_coordinates(shapely.get_point(edges.geometry.array, 0))
    last = shapely.get_coordinates(shapely.get_point(edges.geometry.array, -1))
    return distance_km(first[:, 0], first[:, 1], last[:, 0], last[:, 1])
