"""The rail graph: OpenStreetMap railways of ``scgraph_data``, with its gaps closed.

The wheel of ``scgraph_data`` 2.0.0 (MIT; data © OpenStreetMap contributors, ODbL 1.0) no longer imports, so its
file is parsed, never executed. What it holds: nodes and edges with a length in kilometres and no attribute at all.
Chains of nodes were contracted by its makers, so an edge can be a *chord* of 400 km: its length is about right, its
shape is not. Three kinds of edges leave this module, and :class:`RailGraph` says which is which: ``OSM`` (as read),
``GAP`` (closed by rule, see :func:`close_gaps`) and ``PATCH`` (a row of ``geodata/tables/patches.csv``).
"""

from __future__ import annotations

import heapq
import json
import math
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GEOD = Geod(ellps="WGS84")
EARTH_RADIUS_KM = 6371.0088

OSM, GAP, PATCH = 0, 1, 2

# Europe, Asia without its islands: no line of the tables is outside.
BOUNDS = (-12.0, 5.0, 150.0, 72.0)

# Closing gaps. Above these reaches false joins appear (tried: at about 12 km).
INTER_REACH_KM = 5.0
INTRA_REACH_KM = 5.0
INTRA_NETWORK_KM = 60.0
ALIGNED_REACH_KM = 10.0
ALIGNED_ANGLE_DEG = 40.0
# A bridged gap is not straight either; the median edge of the graph is 5 % longer than its chord.
GAP_SINUOSITY = 1.05
PATCH_SINUOSITY = 1.08
# A patch point takes the graph node that is at most this far away.
PATCH_SNAP_KM = 1.5


@dataclass(frozen=True)
class RailGraph:
    """Nodes and undirected edges, one edge for a pair of nodes.

    Parameters
    ----------
    lon, lat
        Position of each node, degrees WGS84.
    u, v
        Node numbers of the two ends of each edge, ``u < v``.
    km
        Length of each edge, kilometres.
    origin
        ``OSM``, ``GAP`` or ``PATCH`` for each edge.
    chord_km
        For each node that was put on a chord by :func:`split_at`, the length of that chord; 0 for all others.
    """

    lon: Floats
    lat: Floats
    u: Ints
    v: Ints
    km: Floats
    origin: npt.NDArray[np.uint8]
    chord_km: Floats

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.lon)

    @property
    def degree(self) -> Ints:
        """Number of edges at each node."""
        return np.bincount(np.concatenate([self.u, self.v]), minlength=self.n_nodes).astype(np.int64)

    def matrix(self) -> csr_matrix:
        """Symmetric sparse matrix of lengths."""
        return symmetric(self.u, self.v, self.km, self.n_nodes)


def make_graph(
    lon: Floats, lat: Floats, u: Ints, v: Ints, km: Floats, origin: npt.NDArray[np.uint8], chord_km: Floats
) -> RailGraph:
    """Order the ends, drop loops, and keep the shortest of parallel edges."""
    low, high = np.minimum(u, v), np.maximum(u, v)
    order = np.lexsort((origin, km, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    keep = order[first]
    # A zero is "no edge" in a sparse matrix.
    return RailGraph(lon, lat, low[keep], high[keep], np.maximum(km[keep], 0.001), origin[keep], chord_km)


def symmetric(u: Ints, v: Ints, weight: Floats, n: int) -> csr_matrix:
    """Sparse matrix of an undirected graph."""
    both = np.concatenate([u, v]), np.concatenate([v, u])
    return coo_matrix((np.concatenate([weight, weight]), both), shape=(n, n)).tocsr()


def geodesic_km(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Geodesic distance of pairs of points, kilometres."""
    return np.asarray(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2], dtype=np.float64) / 1000


def unit_sphere_km(lon: Floats, lat: Floats) -> Floats:
    """Positions in space, kilometres, for nearest-neighbour trees (chords equal arcs at these reaches)."""
    x, y = np.radians(lon), np.radians(lat)
    space = np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
    return np.asarray(space * EARTH_RADIUS_KM, dtype=np.float64)


def read_railways(wheel: Path, *, bounds: tuple[float, float, float, float] = BOUNDS) -> RailGraph:
    """Read ``world_railways`` out of the wheel and keep the edges inside ``bounds``."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("scgraph_data/world_railways.py").decode("ascii")
    start, middle, end = text.index("graph="), text.index("nodes="), text.index("world_railways_geograph")
    # Integer keys are the only thing that keeps this Python literal from being JSON.
    adjacency = json.loads(re.sub(r"(\d+): ", r'"\1": ', text[start + len("graph=") : middle]))
    position = np.array(json.loads(text[middle + len("nodes=") : end]), dtype=np.float64)
    ends = [(i, int(j), km) for i, row in enumerate(adjacency) for j, km in row.items() if i < int(j)]
    table = np.array(ends, dtype=np.float64)
    u, v, km = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]
    lat, lon = position[:, 0], position[:, 1]
    west, south, east, north = bounds
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    keep = inside[u] & inside[v]
    used = np.unique(np.concatenate([u[keep], v[keep]]))
    number = np.full(len(lon), -1, dtype=np.int64)
    number[used] = np.arange(len(used))
    origin = np.full(int(keep.sum()), OSM, dtype=np.uint8)
    return make_graph(
        lon[used], lat[used], number[u[keep]], number[v[keep]], km[keep], origin, np.zeros(len(used), dtype=np.float64)
    )


def add_edges(graph: RailGraph, pairs: Iterable[tuple[int, int, float]], origin: int) -> RailGraph:
    """Add edges between existing nodes."""
    rows = list(pairs)
    if not rows:
        return graph
    u, v, km = (np.array(column) for column in zip(*rows, strict=True))
    return make_graph(
        graph.lon,
        graph.lat,
        np.concatenate([graph.u, u.astype(np.int64)]),
        np.concatenate([graph.v, v.astype(np.int64)]),
        np.concatenate([graph.km, km.astype(np.float64)]),
        np.concatenate([graph.origin, np.full(len(rows), origin, dtype=np.uint8)]),
        graph.chord_km,
    )


# --- closing gaps ----------------------------------------------------------------------------------------------------


def close_gaps(graph: RailGraph) -> tuple[RailGraph, pd.DataFrame]:
    """Join dead ends that belong together.

    Three steps, each on the graph that the one before left: ends near a node of another component; ends near a node
    that the network reaches only by a long way round; pairs of ends that point at each other.

    Returns
    -------
    The closed graph, and one row a closed gap: positions, ``gap_km`` and the ``rule`` that closed it.
    """
    logs = []
    for rule, find in (("inter", _inter_component), ("intra", _intra_component), ("aligned", _aligned)):
        links = find(graph)
        logs.append(_gap_log(graph, links, rule))
        graph = add_edges(graph, [(a, b, GAP_SINUOSITY * km) for a, b, km in links], GAP)
    return graph, pd.concat(logs, ignore_index=True)


def _gap_log(graph: RailGraph, links: list[tuple[int, int, float]], rule: str) -> pd.DataFrame:
    a = np.array([link[0] for link in links], dtype=np.int64)
    b = np.array([link[1] for link in links], dtype=np.int64)
    return pd.DataFrame(
        {
            "rule": rule,
            "lat_a": graph.lat[a],
            "lon_a": graph.lon[a],
            "lat_b": graph.lat[b],
            "lon_b": graph.lon[b],
            "gap_km": [round(link[2], 3) for link in links],
        }
    )


def _inter_component(graph: RailGraph) -> list[tuple[int, int, float]]:
    label = connected_components(graph.matrix(), directed=False)[1]
    ends = np.flatnonzero(graph.degree == 1)
    space = unit_sphere_km(graph.lon, graph.lat)
    near = cKDTree(space).query_ball_point(space[ends], INTER_REACH_KM)
    a = np.repeat(ends, [len(row) for row in near])
    b = np.array([j for row in near for j in row], dtype=np.int64)
    other = label[a] != label[b]
    a, b = a[other], b[other]
    gap = np.linalg.norm(space[a] - space[b], axis=1)
    parent = np.arange(label.max() + 1)

    def root(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = int(parent[x])
        return x

    links = []
    for k in np.lexsort((b, a, gap)):
        p, q = root(int(label[a[k]])), root(int(label[b[k]]))
        if p != q:
            parent[p] = q
            links.append((int(a[k]), int(b[k]), float(gap[k])))
    return links


def _intra_component(graph: RailGraph) -> list[tuple[int, int, float]]:
    ends = np.flatnonzero(graph.degree == 1)
    space = unit_sphere_km(graph.lon, graph.lat)
    tree, matrix = cKDTree(space), graph.matrix()
    found = []
    for start in range(0, len(ends), 64):
        chunk = ends[start : start + 64]
        reach = dijkstra(matrix, indices=chunk, limit=INTRA_NETWORK_KM)
        for row, end in enumerate(chunk):
            near = np.array(tree.query_ball_point(space[end], INTRA_REACH_KM), dtype=np.int64)
            far = near[~np.isfinite(reach[row, near])]
            if len(far):
                gap = np.linalg.norm(space[far] - space[end], axis=1)
                best = int(np.lexsort((far, gap))[0])
                found.append((int(end), int(far[best]), float(gap[best])))
    return _still_apart(graph, found, lambda km: max(20.0, 6 * km))


def _aligned(graph: RailGraph) -> list[tuple[int, int, float]]:
    degree = graph.degree
    ends = np.flatnonzero(degree == 1)
    neighbour = np.full(graph.n_nodes, -1, dtype=np.int64)
    neighbour[graph.u] = graph.v
    at_v = degree[graph.v] == 1
    neighbour[graph.v[at_v]] = graph.u[at_v]
    space = unit_sphere_km(graph.lon[ends], graph.lat[ends])
    pairs = cKDTree(space).query_pairs(ALIGNED_REACH_KM, output_type="ndarray")
    a, b = ends[pairs[:, 0]], ends[pairs[:, 1]]
    ahead, _, metres = GEOD.inv(graph.lon[a], graph.lat[a], graph.lon[b], graph.lat[b])

    def heading(end: Ints) -> Floats:
        inner = neighbour[end]
        azimuth = GEOD.inv(graph.lon[inner], graph.lat[inner], graph.lon[end], graph.lat[end])[0]
        return np.asarray(azimuth, dtype=np.float64)

    def turn(x: Floats) -> Floats:
        return np.abs((x + 180) % 360 - 180)

    straight = (turn(ahead - heading(a)) < ALIGNED_ANGLE_DEG) & (turn(ahead + 180 - heading(b)) < ALIGNED_ANGLE_DEG)
    rows = [
        (int(x), int(y), float(m) / 1000) for x, y, m in zip(a[straight], b[straight], metres[straight], strict=True)
    ]
    return _still_apart(graph, rows, lambda km: max(60.0, 8 * km))


def _still_apart(
    graph: RailGraph, links: list[tuple[int, int, float]], cutoff: Callable[[float], float]
) -> list[tuple[int, int, float]]:
    """Keep, shortest first, the links whose ends the graph and the links before do not join within the cutoff."""
    adjacency: dict[int, dict[int, float]] = defaultdict(dict)
    for a, b, km in zip(graph.u.tolist(), graph.v.tolist(), graph.km.tolist(), strict=True):
        adjacency[a][b] = adjacency[b][a] = km
    kept = []
    for a, b, km in sorted(links, key=lambda link: (link[2], link[0], link[1])):
        if not math.isfinite(_network_km(adjacency, a, b, cutoff(km))):
            adjacency[a][b] = adjacency[b][a] = GAP_SINUOSITY * km
            kept.append((a, b, km))
    return kept


def _network_km(adjacency: dict[int, dict[int, float]], a: int, b: int, cutoff: float) -> float:
    done: dict[int, float] = {a: 0.0}
    heap = [(0.0, a)]
    while heap:
        km, x = heapq.heappop(heap)
        if x == b:
            return km
        if km > done[x]:
            continue
        for y, step in adjacency[x].items():
            total = km + step
            if total <= cutoff and total < done.get(y, math.inf):
                done[y] = total
                heapq.heappush(heap, (total, y))
    return math.inf


# --- patches by hand -------------------------------------------------------------------------------------------------


def apply_patches(graph: RailGraph, patches: pd.DataFrame) -> RailGraph:
    """Add the links and make the cuts of ``geodata/tables/patches.csv``.

    A ``link`` is a chain of points: each takes the nearest node within 1.5 km, or is put on the nearest edge within
    that distance, or is a new node. A ``cut`` removes the edges that its chain of points crosses.
    """
    for _, rows in patches.sort_values(["patch_id", "seq"]).groupby("patch_id", sort=True):
        lon, lat = rows["lon"].to_numpy(dtype=np.float64), rows["lat"].to_numpy(dtype=np.float64)
        if rows["op"].iloc[0] == "cut":
            graph = _cut(graph, lon, lat)
        else:
            declared = rows["length_km"].dropna()
            graph = _link(graph, lon, lat, float(declared.iloc[0]) if len(declared) else None)
    return graph


def _link(graph: RailGraph, lon: Floats, lat: Floats, length_km: float | None) -> RailGraph:
    graph = split_at(graph, lon, lat, reach_km=PATCH_SNAP_KM)
    gap, nearest = cKDTree(unit_sphere_km(graph.lon, graph.lat)).query(unit_sphere_km(lon, lat))
    new = gap > PATCH_SNAP_KM
    node = np.where(new, graph.n_nodes + np.cumsum(new) - 1, nearest).astype(np.int64)
    graph = RailGraph(
        np.concatenate([graph.lon, lon[new]]),
        np.concatenate([graph.lat, lat[new]]),
        graph.u,
        graph.v,
        graph.km,
        graph.origin,
        np.concatenate([graph.chord_km, np.zeros(int(new.sum()))]),
    )
    step = geodesic_km(graph.lon[node[:-1]], graph.lat[node[:-1]], graph.lon[node[1:]], graph.lat[node[1:]])
    factor = PATCH_SINUOSITY if length_km is None else max(length_km / float(step.sum()), 1.0)
    pairs = zip(node[:-1].tolist(), node[1:].tolist(), (step * factor).tolist(), strict=True)
    return add_edges(graph, pairs, PATCH)


def _cut(graph: RailGraph, lon: Floats, lat: Floats) -> RailGraph:
    line = shapely.linestrings(np.column_stack([lon, lat]))
    gone = np.isin(np.arange(len(graph.u)), shapely.STRtree(edge_lines(graph)).query(line, predicate="intersects"))
    return RailGraph(
        graph.lon, graph.lat, graph.u[~gone], graph.v[~gone], graph.km[~gone], graph.origin[~gone], graph.chord_km
    )


def edge_lines(graph: RailGraph) -> npt.NDArray[np.object_]:
    """Make the straight line of each edge, degrees."""
    ends = np.stack(
        [
            np.column_stack([graph.lon[graph.u], graph.lat[graph.u]]),
            np.column_stack([graph.lon[graph.v], graph.lat[graph.v]]),
        ],
        axis=1,
    )
    return np.asarray(shapely.linestrings(ends), dtype=np.object_)


# --- points on chords ------------------------------------------------------------------------------------------------


def split_at(
    graph: RailGraph, lon: Floats, lat: Floats, *, reach_km: float, per_chord: float = 0.0, most_km: float = 0.0
) -> RailGraph:
    """Put a node on every edge that passes a point, so that a stop in the middle of a chord can be matched.

    Parameters
    ----------
    graph
        The graph.
    lon, lat
        The points.
    reach_km
        How far from an edge a point may lie.
    per_chord
        A chord may pass farther away, because the line that it stands for bends: this share of its length,
    most_km
        and no more than this.
    """
    edge, share, off = _projections(graph, lon, lat, reach_km, per_chord, most_km)
    if not len(edge):
        return graph
    order = np.lexsort((off, share, edge))
    edge, share = edge[order], share[order]
    # Points closer than 300 m on the same edge are one node.
    fresh = np.ones(len(edge), dtype=bool)
    fresh[1:] = (np.diff(edge) != 0) | (np.diff(share) * graph.km[edge[1:]] > 0.3)
    edge, share = edge[fresh], share[fresh]
    a, b = graph.u[edge], graph.v[edge]
    new = graph.n_nodes + np.arange(len(edge))
    lon_new = graph.lon[a] + share * (graph.lon[b] - graph.lon[a])
    lat_new = graph.lat[a] + share * (graph.lat[b] - graph.lat[a])
    first = np.ones(len(edge), dtype=bool)
    first[1:] = np.diff(edge) != 0
    last = np.roll(first, -1)
    before = np.where(first, a, new - 1)
    share_before = np.where(first, 0.0, np.concatenate([[0.0], share[:-1]]))
    keep = np.ones(len(graph.u), dtype=bool)
    keep[edge] = False
    tail = edge[last]
    u = np.concatenate([graph.u[keep], before, new[last]])
    v = np.concatenate([graph.v[keep], new, graph.v[tail]])
    km = np.concatenate([graph.km[keep], graph.km[edge] * (share - share_before), graph.km[tail] * (1 - share[last])])
    origin = np.concatenate([graph.origin[keep], graph.origin[edge], graph.origin[tail]])
    return make_graph(
        np.concatenate([graph.lon, lon_new]),
        np.concatenate([graph.lat, lat_new]),
        u,
        v,
        km,
        origin,
        np.concatenate([graph.chord_km, graph.km[edge]]),
    )


def _projections(
    graph: RailGraph, lon: Floats, lat: Floats, reach_km: float, per_chord: float, most_km: float
) -> tuple[Ints, Floats, Floats]:
    """Edges within reach of each point: edge, share of the edge before the foot of the point, distance in km."""
    km_per_degree = EARTH_RADIUS_KM * math.pi / 180
    longest = float(graph.km.max(initial=0.0))
    widest = max(reach_km, min(per_chord * longest, most_km)) / km_per_degree
    half_lon = widest / np.maximum(np.cos(np.radians(lat)), 0.2)
    boxes = shapely.box(lon - half_lon, lat - widest, lon + half_lon, lat + widest)
    long_edges = np.flatnonzero(graph.km > 1.0)
    point, hit = shapely.STRtree(edge_lines(graph)[long_edges]).query(boxes, predicate="intersects")
    edge = long_edges[hit]
    scale = np.cos(np.radians(lat[point]))
    ax, ay = (graph.lon[graph.u[edge]] - lon[point]) * scale, graph.lat[graph.u[edge]] - lat[point]
    bx, by = (graph.lon[graph.v[edge]] - lon[point]) * scale, graph.lat[graph.v[edge]] - lat[point]
    dx, dy = bx - ax, by - ay
    share = -(ax * dx + ay * dy) / np.maximum(dx * dx + dy * dy, 1e-12)
    off = np.hypot(ax + share * dx, ay + share * dy) * km_per_degree
    margin = 0.3 / np.maximum(graph.km[edge], 1.0)
    near = off <= np.maximum(reach_km, np.minimum(per_chord * graph.km[edge], most_km))
    keep = near & (share > margin) & (share < 1 - margin)
    return edge[keep], share[keep], off[keep]
