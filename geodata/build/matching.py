"""Stops onto the rail graph: where a line runs between two of its stops.

Assumptions. Stops are known to about a kilometre, sometimes to ten; the graph has the tracks but not their names,
its sparse regions are straight chords, and it has holes. So no stop is snapped by itself: candidates near every stop
are chosen jointly along the line (Viterbi), the cost being the path in the graph plus a penalty for every kilometre
between stop and candidate. A stop may also stay off the graph, and two candidates may be joined straight; both cost
more than a plausible path. A straight piece is tried a second time with jumps across holes.

Shapes start and end exactly at the stops. Lengths are those of the graph, which are better than its shapes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from railgraph import OSM, Floats, Ints, RailGraph, geodesic_km, symmetric, unit_sphere_km

Coordinates = npt.NDArray[np.float64]

# Candidates. Beyond 10 km a stop is not on that track; a chord passes farther off, because it stands for a curve.
SNAP_KM = 10.0
SNAP_PER_CHORD = 0.25
SNAP_MAX_KM = 40.0
N_CANDIDATES = 8
CANDIDATE_SPACING_KM = 0.3

# Paths are looked for this near to the straight line through the stops, twice as far where stops are far apart.
REGION_KM = 45.0

# A path is plausible up to this ratio to the great circle; the first 60 km of a leg may wind more (valleys, ridges:
# Artova-Yildizeli 71 km over 38), and a constant is for stations in hills.
MAX_RATIO = 1.35
WINDING_KM = 60.0
WINDING_RATIO = 0.35
SHORT_LEG_KM = 6.0
MIN_RATIO = 0.98
# Candidates may stand nearer to each other than their stops; a path shorter than this cannot be theirs.
LEAST_RATIO = 0.8

# Cost of what is not in the graph, in kilometres of track.
OFF_GRAPH_KM = 5.0
OFF_GRAPH_RATIO = 1.25
STRAIGHT_RATIO = 1.5
STRAIGHT_KM = 8.0
SHORTFALL_WEIGHT = 3.0

# Second try: jumps from dead ends over holes of the graph.
JUMP_KM = 20.0
JUMP_RATIO = 1.6
JUMP_COST_KM = 2.0
MAX_JUMP_SHARE = 0.6

# An out-and-back at a stop up to this length is a siding or a position off the line, not a reversal of trains.
SPIKE_KM = 2.5
SPIKE_WIDTH_KM = 0.3
# Two stops this close may stand at one node of the graph.
YARD_KM = 3.0
# A stop that is d off the line bends the line over this many times d on each side.
BEND_WIDTH = 4.0
BEND_SHARE = 0.35
# A hook at the end of a shape, this near to the stop, is the stop's position and not a reversal of trains.
REVERSAL_KM = 1.5

KM_PER_DEGREE = 111.195


@dataclass(frozen=True)
class Piece:
    """What lies between two consecutive stops.

    Parameters
    ----------
    lonlat
        Shape from the first stop to the second, degrees.
    km
        Length along the graph; the great circle where the piece is straight.
    gap_km
        Part of ``km`` that bridges a hole of the graph; all of it where the piece is straight.
    is_matched
        Whether ``km`` comes from a path in the graph.
    has_shape
        Whether ``lonlat`` does too; otherwise it is straight.
    edges
        Numbers of the graph edges that it uses.
    """

    lonlat: Coordinates
    km: float
    gap_km: float
    is_matched: bool
    has_shape: bool
    edges: Ints


@dataclass(frozen=True)
class _Path:
    """Nodes of a piece in the graph before it is bent to its stops; empty when nothing was found."""

    nodes: Ints
    jumps_km: float = 0.0


_NO_PATH = _Path(np.empty(0, dtype=np.int64))


class Matcher:
    """The rail graph with what searching it needs: a tree of its nodes and a table of its edges.

    Parameters
    ----------
    graph
        The closed and split graph.
    avoided
        Edges that this kind of line should not use (high-speed tracks for freight), numbers of edges.
    avoided_factor
        What a kilometre of those costs.
    """

    def __init__(self, graph: RailGraph, *, avoided: Ints | None = None, avoided_factor: float = 1.3) -> None:
        self.graph = graph
        self.cost = graph.km.copy()
        # A hole bridged by rule is less likely than a track.
        self.cost[graph.origin != OSM] += 1.0
        if avoided is not None:
            self.cost[avoided] *= avoided_factor
        self._space = unit_sphere_km(graph.lon, graph.lat)
        self._tree = cKDTree(self._space)
        self._degree = graph.degree

    @cached_property
    def _edge_number(self) -> dict[tuple[int, int], int]:
        ends = zip(self.graph.u.tolist(), self.graph.v.tolist(), strict=True)
        return {pair: k for k, pair in enumerate(ends)}

    def edges_of(self, nodes: Ints) -> Ints:
        """Numbers of the edges between consecutive nodes; -1 for a jump."""
        find = self._edge_number
        return np.array([find.get((min(p), max(p)), -1) for p in pairwise(nodes.tolist())], dtype=np.int64)

    def vertex_distance_km(self, lon: float, lat: float) -> float:
        """Distance to the nearest vertex of the graph; points put on chords are none."""
        known = self.graph.chord_km == 0
        here = unit_sphere_km(np.array([lon]), np.array([lat]))[0]
        return float(np.linalg.norm(self._space[known] - here, axis=1).min())

    def match(self, lon: Floats, lat: Floats, snap_weight: Floats, *, max_ratio: float = MAX_RATIO) -> list[Piece]:
        """Lay a line through its stops.

        Parameters
        ----------
        lon, lat
            Stops in the order of the line, degrees.
        snap_weight
            Cost of one kilometre between a stop and its candidate, in kilometres of track: how sure its position is.
        max_ratio
            Longest plausible path over great circle; raised for lines that are known to wind.

        Returns
        -------
        One piece for each two consecutive stops.
        """
        chord = geodesic_km(lon[:-1], lat[:-1], lon[1:], lat[1:])
        candidates = [self._candidates(x, y) for x, y in zip(lon, lat, strict=True)]
        reach = float(np.clip(0.3 * chord.max(initial=0.0), REGION_KM, 2 * REGION_KM))
        region = self._region(lon, lat, reach, np.concatenate(candidates))
        penalty = [w * self._snap_cost(x, y, c) for w, x, y, c in zip(snap_weight, lon, lat, candidates, strict=True)]
        steps = [
            region.paths(candidates[i], candidates[i + 1], 1.3 * longest_km(chord[i], max_ratio))
            for i in range(len(chord))
        ]
        chosen = _viterbi(penalty, [step.km for step in steps], chord, max_ratio)
        paths = []
        for i, step in enumerate(steps):
            path = step.path(chosen[i], chosen[i + 1])
            if len(path.nodes) and not self._is_plausible(path, chord[i], max_ratio):
                path = _NO_PATH
            if not len(path.nodes):
                path = self._bridge(region, lon[i : i + 2], lat[i : i + 2], candidates[i : i + 2], max_ratio)
            paths.append(path)
        paths = self._trim_spikes(paths)
        pieces = [self._piece(path, lon[i : i + 2], lat[i : i + 2], chord[i]) for i, path in enumerate(paths)]
        pieces = self._share_chords(pieces, paths, chord)
        return self._measure_runs(region, pieces, candidates, chord, max_ratio)

    def _measure_runs(
        self, region: _Region, pieces: list[Piece], candidates: list[Ints], chord: Floats, max_ratio: float
    ) -> list[Piece]:
        """Measure stops that are all far from a chord: the chord between those before and after has their length."""
        measured, start = list(pieces), 0
        while start < len(pieces):
            end = start
            while end < len(pieces) and not pieces[end].is_matched:
                end += 1
            if end - start >= 2:
                total = float(chord[start:end].sum())
                km = region.paths(candidates[start], candidates[end], longest_km(total, max_ratio)).km
                shortest = float(km.min(initial=np.inf))
                if MIN_RATIO * total <= shortest <= longest_km(total, max_ratio):
                    factor = max(shortest / total, 1.0)
                    for i in range(start, end):
                        measured[i] = replace(pieces[i], km=float(chord[i]) * factor, gap_km=0.0, is_matched=True)
            start = end + 1
        return measured

    # -- candidates and paths -----------------------------------------------------------------------------------------

    def _candidates(self, lon: float, lat: float) -> Ints:
        here = unit_sphere_km(np.array([lon]), np.array([lat]))[0]
        near = np.array(self._tree.query_ball_point(here, SNAP_MAX_KM), dtype=np.int64)
        if not len(near):
            return near
        away = np.linalg.norm(self._space[near] - here, axis=1)
        reach = np.maximum(SNAP_KM, np.minimum(SNAP_MAX_KM, SNAP_PER_CHORD * self.graph.chord_km[near]))
        near, away = near[away <= reach], away[away <= reach]
        order = np.lexsort((near, away))[:400]
        chosen: list[int] = []
        for k in order:
            node = int(near[k])
            spacing = max(CANDIDATE_SPACING_KM, 0.3 * float(away[k]))
            if all(np.linalg.norm(self._space[node] - self._space[c]) > spacing for c in chosen):
                chosen.append(node)
                if len(chosen) == N_CANDIDATES:
                    break
        return np.array(chosen, dtype=np.int64)

    def _snap_cost(self, lon: float, lat: float, candidates: Ints) -> Floats:
        here = unit_sphere_km(np.array([lon]), np.array([lat]))[0]
        away = np.linalg.norm(self._space[candidates] - here, axis=1)
        # Being off a long chord says little: the chord cuts the corner, not the stop.
        return np.asarray(away / (1 + self.graph.chord_km[candidates] / 40), dtype=np.float64)

    def _region(self, lon: Floats, lat: Floats, reach_km: float, also: Ints) -> _Region:
        scale = float(np.cos(np.radians(lat.mean())))
        line = shapely.linestrings(np.column_stack([lon * scale, lat]))
        zone = shapely.buffer(line, reach_km / KM_PER_DEGREE, quad_segs=4)
        west, south, east, north = shapely.bounds(zone)
        x, y = self.graph.lon * scale, self.graph.lat
        nodes = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        shapely.prepare(zone)
        nodes = np.union1d(nodes[shapely.contains_xy(zone, x[nodes], y[nodes])], also)
        number = np.full(self.graph.n_nodes, -1, dtype=np.int64)
        number[nodes] = np.arange(len(nodes))
        u, v = number[self.graph.u], number[self.graph.v]
        inside = (u >= 0) & (v >= 0)
        return _Region(nodes, number, u[inside], v[inside], self.cost[inside])

    def _is_plausible(self, path: _Path, chord_km: float, max_ratio: float) -> bool:
        km = self._km(path)
        if km < LEAST_RATIO * chord_km - SNAP_KM or (len(path.nodes) < 2 and chord_km > YARD_KM):
            return False
        return km <= longest_km(chord_km, max_ratio) and path.jumps_km <= MAX_JUMP_SHARE * km

    def _km(self, path: _Path) -> float:
        edges = self.edges_of(path.nodes)
        return float(self.graph.km[edges[edges >= 0]].sum()) + path.jumps_km

    def _bridge(self, region: _Region, lon: Floats, lat: Floats, candidates: list[Ints], max_ratio: float) -> _Path:
        """Second try: let dead ends jump over holes of the graph."""
        chord = float(geodesic_km(lon[:1], lat[:1], lon[1:], lat[1:])[0])
        starts, goals = (c[region.number[c] >= 0] for c in candidates)
        if not len(starts) or not len(goals) or chord < 1.0:
            return _NO_PATH
        reach = min(JUMP_KM, MAX_JUMP_SHARE * chord)
        ends = region.nodes[self._degree[region.nodes] == 1]
        ends = np.unique(np.concatenate([ends, starts, goals]))
        middle = unit_sphere_km(np.array([lon.mean()]), np.array([lat.mean()]))[0]
        ends = ends[np.linalg.norm(self._space[ends] - middle, axis=1) < 0.5 * chord + 30]
        near = self._tree.query_ball_point(self._space[ends], reach)
        a = np.repeat(ends, [len(row) for row in near])
        b = np.array([j for row in near for j in row], dtype=np.int64)
        keep = (region.number[b] >= 0) & (a != b)
        a, b = a[keep], b[keep]
        gap = np.linalg.norm(self._space[a] - self._space[b], axis=1)
        wider = _with_jumps(region, region.number[a], region.number[b], JUMP_RATIO * gap + JUMP_COST_KM)
        here = unit_sphere_km(lon, lat)
        step = wider.paths(starts, goals, 1.5 * longest_km(chord, max_ratio) + JUMP_COST_KM)
        total = (
            2 * np.linalg.norm(self._space[starts] - here[0], axis=1)[:, None]
            + step.km
            + 2 * np.linalg.norm(self._space[goals] - here[1], axis=1)[None, :]
        )
        i, j = np.unravel_index(int(np.argmin(total)), total.shape)
        if not total[i, j] < longest_km(chord, STRAIGHT_RATIO):
            return _NO_PATH
        nodes = step.path(int(i), int(j)).nodes
        jump = self.edges_of(nodes) < 0
        jumped = np.linalg.norm(self._space[nodes[:-1][jump]] - self._space[nodes[1:][jump]], axis=1)
        path = _Path(nodes, float(jumped.sum()))
        return path if self._is_plausible(path, chord, max_ratio) else _NO_PATH

    # -- shapes -------------------------------------------------------------------------------------------------------

    def _lonlat(self, nodes: Ints) -> Coordinates:
        return np.column_stack([self.graph.lon[nodes], self.graph.lat[nodes]])

    def _trim_spikes(self, paths: list[_Path]) -> list[_Path]:
        """Cut out-and-backs at stops: the ends of two consecutive paths that run beside each other."""
        trimmed = list(paths)
        for i in range(len(trimmed) - 1):
            into, out = trimmed[i], trimmed[i + 1]
            if len(into.nodes) < 3 or len(out.nodes) < 3:
                continue
            n_into, n_out = self._spike(into.nodes, out.nodes)
            trimmed[i] = _Path(into.nodes[: len(into.nodes) - n_into], into.jumps_km)
            trimmed[i + 1] = _Path(out.nodes[n_out:], out.jumps_km)
        return trimmed

    def _spike(self, into: Ints, out: Ints) -> tuple[int, int]:
        """How many nodes to drop from the end of ``into`` and from the start of ``out``."""
        back, ahead = into[::-1], out
        back_km, ahead_km = self._along(back), self._along(ahead)
        back, ahead = back[back_km <= SPIKE_KM][: len(into) - 2], ahead[ahead_km <= SPIKE_KM][: len(out) - 2]
        apart = np.linalg.norm(self._space[back][:, None, :] - self._space[ahead][None, :, :], axis=2)
        close = np.argwhere(apart <= np.minimum(SPIKE_WIDTH_KM, 0.3 * self._along(back)[:, None] + 1e-9))
        if not len(close):
            return 0, 0
        n_into, n_out = close[np.argmax(close.sum(axis=1))]
        return int(n_into), int(n_out)

    def _along(self, nodes: Ints) -> Floats:
        steps = np.linalg.norm(np.diff(self._space[nodes], axis=0), axis=1)
        return np.concatenate([[0.0], np.cumsum(steps)])

    def _piece(self, path: _Path, lon: Floats, lat: Floats, chord_km: float) -> Piece:
        ends = np.column_stack([lon, lat])
        if len(path.nodes) < 2:
            # Two stops at one node are a station and its yard; the step between them is the line.
            is_yard = len(path.nodes) == 1 and chord_km <= YARD_KM
            return Piece(ends, chord_km, 0.0 if is_yard else chord_km, is_yard, is_yard, np.empty(0, dtype=np.int64))
        edges = self.edges_of(path.nodes)
        edges = edges[edges >= 0]
        km = float(self.graph.km[edges].sum()) + path.jumps_km
        gap_km = float(self.graph.km[edges[self.graph.origin[edges] != OSM]].sum()) + path.jumps_km
        # A point put on a chord is no vertex of the line: there the shape goes through the stop instead.
        is_known = self.graph.chord_km[path.nodes] == 0
        is_known[[0, -1]] = True
        track = self._lonlat(path.nodes[is_known])
        reach = geodesic_km(track[[0, -1], 0], track[[0, -1], 1], lon, lat)
        # Where the track of the graph stops short of the stop, the rest is length too; beside the track it is not.
        is_short = (self._degree[path.nodes[[0, -1]]] <= 1) & (reach > 0.3)
        missing = float(reach[is_short].sum())
        shape = bend_to(bend_to(track, ends[0])[::-1], ends[1])[::-1]
        return Piece(shape, km + missing, gap_km + missing, True, True, edges)

    def _share_chords(self, pieces: list[Piece], paths: list[_Path], chord: Floats) -> list[Piece]:
        """Share a chord with several stops over its pieces, and keep every piece as long as its great circle.

        A stop beside a chord tells where the line bends, not how far along the chord it is. Where that leaves a piece
        too short, the pieces that meet on chords share their length in proportion to their great circles.
        """
        joined = [
            bool(len(a.nodes) and len(b.nodes) and self.graph.chord_km[a.nodes[-1]] > 0) for a, b in pairwise(paths)
        ]
        shared, start = list(pieces), 0
        for end in range(1, len(pieces) + 1):
            if end < len(pieces) and joined[end - 1]:
                continue
            run = slice(start, end)
            km = np.array([piece.km for piece in pieces[run]])
            if (km < chord[run]).any():
                even = chord[run] * (km.sum() / chord[run].sum())
                shared[run] = [
                    replace(piece, km=max(float(x), float(least)))
                    for piece, x, least in zip(pieces[run], even, chord[run], strict=True)
                ]
            start = end
        return shared


@dataclass(frozen=True)
class _Steps:
    """Paths between the candidates of two consecutive stops."""

    region: _Region
    starts: Ints
    goals: Ints
    km: Floats
    before: npt.NDArray[np.int32]

    def path(self, i: int, j: int) -> _Path:
        """Path from start i to goal j; none if one of them is off the graph (-1) or out of reach."""
        if i < 0 or j < 0 or not np.isfinite(self.km[i, j]):
            return _NO_PATH
        start, node = int(self.region.number[self.starts[i]]), int(self.region.number[self.goals[j]])
        chain = [node]
        while node != start:
            node = int(self.before[i, node])
            chain.append(node)
        return _Path(self.region.nodes[np.array(chain[::-1], dtype=np.int64)])


@dataclass(frozen=True)
class _Region:
    """The part of the graph near a line: its nodes, their new numbers (-1 outside), its edges and their cost."""

    nodes: Ints
    number: Ints
    u: Ints
    v: Ints
    cost: Floats

    @cached_property
    def matrix(self) -> csr_matrix:
        """Symmetric sparse matrix of costs."""
        return symmetric(self.u, self.v, self.cost, len(self.nodes))

    def paths(self, starts: Ints, goals: Ints, limit: float) -> _Steps:
        """Shortest paths from all starts to all goals up to a cost."""
        if not len(starts) or not len(goals):
            empty = np.full((len(starts), len(goals)), np.inf)
            return _Steps(self, starts, goals, empty, np.empty((0, 0), dtype=np.int32))
        reach, before = dijkstra(
            self.matrix, directed=True, indices=self.number[starts], limit=limit, return_predecessors=True
        )
        return _Steps(self, starts, goals, reach[:, self.number[goals]], before)


def _with_jumps(region: _Region, a: Ints, b: Ints, cost: Floats) -> _Region:
    """Add jumps to a region; where there is a track already, the cheaper of the two stays."""
    u, v = np.concatenate([region.u, np.minimum(a, b)]), np.concatenate([region.v, np.maximum(a, b)])
    every = np.concatenate([region.cost, cost])
    order = np.lexsort((every, v, u))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(u[order]) != 0) | (np.diff(v[order]) != 0)
    keep = order[first]
    return _Region(region.nodes, region.number, u[keep], v[keep], every[keep])


def _viterbi(penalty: list[Floats], steps: list[Floats], chord: Floats, max_ratio: float) -> list[int]:
    """Choose one candidate a stop; -1 leaves the stop off the graph."""
    totals = [np.append(penalty[0], OFF_GRAPH_KM)]
    choices: list[Ints] = []
    for i, km in enumerate(steps):
        cost = np.full((km.shape[0] + 1, km.shape[1] + 1), OFF_GRAPH_RATIO * chord[i] + STRAIGHT_KM / 2)
        straight = longest_km(chord[i], max(max_ratio, STRAIGHT_RATIO))
        shortfall = SHORTFALL_WEIGHT * np.maximum(
            0.0, MIN_RATIO * chord[i] - km, where=np.isfinite(km), out=np.zeros_like(km)
        )
        plausible = km <= 1.3 * longest_km(chord[i], max_ratio)
        # A plausible path always beats a straight line, a doubtful one by its length.
        doubt = np.maximum(0.0, km - longest_km(chord[i], max_ratio))
        cost[:-1, :-1] = np.where(plausible, np.minimum(km + shortfall + doubt, straight), straight)
        through = totals[-1][:, None] + cost
        choices.append(np.argmin(through, axis=0).astype(np.int64))
        totals.append(through.min(axis=0) + np.append(penalty[i + 1], OFF_GRAPH_KM))
    state = int(np.argmin(totals[-1]))
    states = [state]
    for choice in reversed(choices):
        state = int(choice[state])
        states.append(state)
    states.reverse()
    return [s if s < len(p) else -1 for s, p in zip(states, penalty, strict=True)]


def longest_km(chord_km: float, max_ratio: float) -> float:
    """Longest plausible path of a leg."""
    return max_ratio * chord_km + WINDING_RATIO * min(chord_km, WINDING_KM) + SHORT_LEG_KM


def bend_to(track: Coordinates, stop: Coordinates) -> Coordinates:
    """Make a shape start at a stop that lies beside it, with a bend instead of a spike.

    Parameters
    ----------
    track
        The shape; its first point is near the stop.
    stop
        Longitude and latitude of the stop.
    """
    away = float(geodesic_km(track[:1, 0], track[:1, 1], stop[:1], stop[1:])[0])
    steps = geodesic_km(track[:-1, 0], track[:-1, 1], track[1:, 0], track[1:, 1])
    along = np.concatenate([[0.0], np.cumsum(steps)])
    cut = min(BEND_WIDTH * away, BEND_SHARE * float(along[-1]))
    # No corner is put on the shape at the cut: on a chord the next vertex is the next thing that is known.
    first = max(1, int(np.searchsorted(along, cut, side="right")))
    # Nor does a shape set out backwards from a stop, unless trains do.
    while first < len(track) - 1 and along[first] < REVERSAL_KM and _turn(stop, track[first], track[first + 1]) > 110:
        first += 1
    return np.vstack([stop, track[first:]])


def _turn(a: Coordinates, b: Coordinates, c: Coordinates) -> float:
    """Change of heading at b on the way from a to c, degrees."""
    scale = np.array([np.cos(np.radians(b[1])), 1.0])
    before, after = (b - a) * scale, (c - b) * scale
    cross = before[0] * after[1] - before[1] * after[0]
    return abs(float(np.degrees(np.arctan2(cross, before @ after))))


def bend_through(track: Coordinates, point: Coordinates) -> Coordinates:
    """Lead a shape through a point beside it, with a bend instead of a spike."""
    line = shapely.linestrings(track)
    share = float(shapely.line_locate_point(line, shapely.points(point), normalized=True))
    middle = shapely.get_coordinates(shapely.line_interpolate_point(line, share, normalized=True))
    before, after = _split(track, share)
    first = bend_to(np.vstack([before, middle])[::-1], point)[::-1]
    second = bend_to(np.vstack([middle, after]), point)
    return np.vstack([first, second[1:]])


def _split(track: Coordinates, share: float) -> tuple[Coordinates, Coordinates]:
    """Vertices before and after a share of the planar length, the two ends always among them."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(track, axis=0).T))])
    at = share * along[-1]
    n_before = max(1, int(np.searchsorted(along, at - 1e-12)))
    n_after = max(1, len(track) - int(np.searchsorted(along, at + 1e-12, side="right")))
    return track[:n_before], track[len(track) - n_after :]
