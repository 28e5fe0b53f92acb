"""Sea lanes of the network that PyPI ``searoute`` 1.6.0 carries (Apache-2.0; Eurostat's marnet).

Assumptions. The network has lanes and no ports: a port goes straight to the lanes that pass it. The lanes of small seas
are coarse (Alat-Aktau 506 km over them, 429 straight), so corners that no land demands are cut. The Caspian is joined
to the world sea by the Volga-Don canal in that network; no ferry goes there, so a path between two Caspian ports stays
in the Caspian and any other stays out of it. The Arctic is closed.

Ocean lanes run between ports and points of the network at sea; the straits and canals that a scenario may shut are lines
of their own, and no other ocean lane runs through one.
"""

from __future__ import annotations

import json
import tarfile
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely

from railgraph import geodesic_km

Coordinates = npt.NDArray[np.float64]
Position = tuple[float, float]

# West, south, east, north of the Caspian Sea with its ports.
CASPIAN = (46.5, 36.3, 54.9, 47.6)
# No liner service: ice.
CLOSED_PASSAGES = ("bering", "northwest")
# No way for a cargo ship of today: the Corinth canal, 21 m wide, as a cut across it (lon, lat).
CLOSED_CUT = ((22.9, 38.05), (23.1, 37.8))
# Straits and canals that are lines of their own (``passage-suez``), each as a cut across it (lon, lat): a lane that meets
# the cut is in the passage.
PASSAGES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "bab-el-mandeb": ((43.1, 12.25), (43.9, 12.9)),
    "bosporus": ((28.9, 41.1), (29.25, 41.1)),
    "cape-of-good-hope": ((20.0, -34.3), (20.0, -68.0)),
    "danish-straits": ((10.6, 56.35), (13.0, 56.35)),
    "dardanelles": ((26.3, 40.5), (26.7, 40.0)),
    "dover": ((1.0, 51.15), (1.8, 50.6)),
    "gibraltar": ((-5.5, 35.4), (-5.5, 36.4)),
    "hormuz": ((56.3, 26.2), (57.4, 26.2)),
    "malacca": ((98.9, 2.7), (101.2, 4.3)),
    "suez": ((31.8, 30.6), (33.0, 30.6)),
}
# A port goes to at most this many lanes, none farther away than this many degrees.
N_LANES = 16
REACH_DEG = 2.5
# Coasting along without a lane costs more, so a port takes the lane where it is near.
CONNECTOR_FACTOR = 1.2
# Between ports this near corners are cut; no crossing of the Black Sea or the Caspian is longer.
SMALL_SEA_KM = 1500.0
# Corners are cut between points this near to each other on the lanes.
STEP_DEG = 0.25
# Land this near to a port does not stop a ship.
HARBOUR_DEG = 0.15


@dataclass(frozen=True)
class Lanes:
    """Lanes between positions (lon, lat), with ``km`` and the ``passage`` that each is in."""

    graph: nx.Graph

    @cached_property
    def edges(self) -> list[tuple[Position, Position]]:
        """Both ends of every lane."""
        return list(self.graph.edges)

    @cached_property
    def lines(self) -> npt.NDArray[np.object_]:
        """Every lane as a line, in the order of ``edges``."""
        return np.asarray(shapely.linestrings([[a, b] for a, b in self.edges]))

    def without(self, passages: Collection[str]) -> Lanes:
        """Leave out the lanes in some passages."""
        graph = self.graph.copy()
        graph.remove_edges_from([(a, b) for a, b, passage in graph.edges(data="passage") if passage in passages])
        return Lanes(graph)


@dataclass(frozen=True)
class SeaLanes:
    """Lanes and land.

    Parameters
    ----------
    world, caspian
        Lanes of the two seas, which do not meet.
    land
        Polygons that no ship crosses.
    """

    world: Lanes
    caspian: Lanes
    land: shapely.STRtree

    @cached_property
    def open_sea(self) -> Lanes:
        """The world sea without its passages."""
        return self.world.without(PASSAGES)

    def path(self, start: Position, goal: Position, *, passage: str | None = None) -> Coordinates | None:
        """Shape of the shortest way by sea between two ports or points of lanes, None if there is none.

        Parameters
        ----------
        start, goal
            Longitude and latitude.
        passage
            The one passage that an ocean lane may use, empty for none; its shape is that of the lanes. None for a ferry:
            it may use all of them.
        """
        is_caspian = _in_caspian(start)
        if is_caspian != _in_caspian(goal):
            return None
        lanes = self.caspian if is_caspian else self.world
        if passage is not None and not is_caspian:
            lanes = self.world.without(set(PASSAGES) - {passage}) if passage else self.open_sea
        sea = self._with_ports(lanes, (start, goal))
        try:
            nodes = nx.dijkstra_path(sea, start, goal, weight="km")
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            return None
        # Ocean lanes are smooth already, and straight in degrees is not straight on the globe.
        if (passage is None or is_caspian) and _km(start, goal) < SMALL_SEA_KM:
            nodes = self._cut_corners(_positions(shapely.segmentize(shapely.linestrings(nodes), STEP_DEG)))
        return np.array(nodes, dtype=np.float64)

    def _with_ports(self, lanes: Lanes, ports: tuple[Position, ...]) -> nx.Graph:
        """Join each port to the points of the nearest lanes that it reaches over water; a point of the lanes is joined."""
        ashore = [port for port in ports if port not in lanes.graph]
        if not ashore:
            return lanes.graph
        sea = lanes.graph.copy()
        joints: dict[int, list[tuple[float, Position]]] = defaultdict(list)
        for port in ashore:
            point = shapely.points(port)
            away = shapely.distance(lanes.lines, point)
            for nth, k in enumerate(np.argsort(away, kind="stable")[:N_LANES]):
                share = float(shapely.line_locate_point(lanes.lines[k], point, normalized=True))
                joint = _positions(shapely.line_interpolate_point(lanes.lines[k], share, normalized=True))[0]
                # The polygons close narrow gulfs: the nearest lane is always within reach.
                if away[k] <= REACH_DEG and (nth == 0 or self._is_water([port, joint, joint], 0, 1)):
                    joints[int(k)].append((share, joint))
                    sea.add_edge(port, joint, km=CONNECTOR_FACTOR * _km(port, joint))
        for k, on_lane in joints.items():
            a, b = lanes.edges[k]
            chain = [a, *(joint for _, joint in sorted(on_lane)), b]
            for x, y in pairwise(chain):
                if x != y:
                    sea.add_edge(x, y, km=_km(x, y))
        return sea

    def _cut_corners(self, nodes: list[Position]) -> list[Position]:
        """Go straight from each point to the farthest one that is seen over water."""
        kept, at = [nodes[0]], 0
        while at < len(nodes) - 1:
            ahead = (k for k in range(len(nodes) - 1, at + 1, -1) if self._is_water(nodes, at, k))
            at = next(ahead, at + 1)
            kept.append(nodes[at])
        return kept

    def _is_water(self, nodes: list[Position], start: int, end: int) -> bool:
        a, b = np.array(nodes[start]), np.array(nodes[end])
        span = float(np.hypot(*(b - a)))
        # A port stands on land, and its bay is finer than the polygons.
        off_a, off_b = (HARBOUR_DEG if k in (0, len(nodes) - 1) else 0.0 for k in (start, end))
        if span <= off_a + off_b:
            return True
        line = shapely.linestrings([a + (b - a) * off_a / span, b - (b - a) * off_b / span])
        return not len(self.land.query(line, predicate="intersects"))


def read_sea_lanes(source: Path, countries: Path) -> SeaLanes:
    """Read the lanes from searoute's source archive or its ``marnet_searoute.geojson``, the land from ``countries``."""
    if source.suffix == ".geojson":
        text = source.read_bytes()
    else:
        with tarfile.open(source) as archive:
            name = next(n for n in archive.getnames() if n.endswith("/data/marnet_searoute.geojson"))
            member = archive.extractfile(name)
            assert member is not None
            text = member.read()
    lanes = nx.Graph()
    for feature in json.loads(text)["features"]:
        passage = feature["properties"].get("passage") or ""
        if passage in CLOSED_PASSAGES:
            continue
        for lane in shapely.get_parts(shapely.from_geojson(json.dumps(feature["geometry"]))):
            for a, b in pairwise(_positions(lane)):
                if a != b:
                    lanes.add_edge(a, b, km=_km(a, b), passage="")
    _name_passages(lanes)
    inside = [n for n in lanes if _in_caspian(n)]
    outside = [n for n in lanes if not _in_caspian(n)]
    polygons = shapely.get_parts(gpd.read_file(countries).geometry.to_numpy())
    world, caspian = (Lanes(lanes.subgraph(nodes).copy()) for nodes in (outside, inside))
    return SeaLanes(world, caspian, shapely.STRtree(polygons))


def _name_passages(lanes: nx.Graph) -> None:
    """Write into each lane the passage that it is in, and take out the closed one."""
    edges = list(lanes.edges)
    tree = shapely.STRtree(shapely.linestrings([[a, b] for a, b in edges]))
    for name, cut in PASSAGES.items():
        for k in tree.query(shapely.linestrings(cut), predicate="intersects"):
            lanes.edges[edges[k]]["passage"] = name
    lanes.remove_edges_from([edges[k] for k in tree.query(shapely.linestrings(CLOSED_CUT), predicate="intersects")])


def _in_caspian(position: Position) -> bool:
    west, south, east, north = CASPIAN
    return west <= position[0] <= east and south <= position[1] <= north


def _positions(shape: shapely.Geometry) -> list[Position]:
    return [(round(float(x), 6), round(float(y), 6)) for x, y in shapely.get_coordinates(shape)]


def _km(a: Position, b: Position) -> float:
    return float(geodesic_km(*(np.array([x]) for x in (a[0], a[1], b[0], b[1])))[0])
