"""From stops to legs: the shape of every line between two of its nodes, and what is known of its length.

A built rail line is laid on the rail graph, a sea line on the sea lanes, everything else goes straight from stop to stop.
Bends that the track refutes are left out; a leg between two countries is led through the border crossing point it passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from linetables import BUILT, Tables, stations_of, whole_routes
from matching import MAX_RATIO, SNAP_KM, SNAP_MAX_KM, SNAP_PER_CHORD, Matcher, Piece, bend_through
from railgraph import GEOD, RailGraph, apply_patches, close_gaps, geodesic_km, read_railways, split_at
from sealanes import SeaLanes

Coordinates = npt.NDArray[np.float64]

# Length over great circle between consecutive stops, where nothing better is known. Rail: km of the legs over 5 km
# that this build matches, over km of their great circles, by country of the first stop, rounded; the rest of the graph
# gives 1.12, its flat part 1.06. AFG has almost no track and gets the value of valleys in its neighbours. KGZ and TJK
# would be 1.09 by their few plain lines; what is planned there lies in mountains.
RAIL_SINUOSITY = 1.08
RAIL_SINUOSITY_BY_COUNTRY: dict[str, float] = {
    "AFG": 1.15,
    "ARM": 1.25,
    "AUT": 1.19,
    "BGR": 1.22,
    "CHN": 1.13,
    "GEO": 1.14,
    "GRC": 1.19,
    "IRN": 1.14,
    "KGZ": 1.20,
    "MNG": 1.20,
    "PAK": 1.06,
    "RUS": 1.10,
    "SRB": 1.15,
    "TJK": 1.20,
    "TUR": 1.22,
}
# Roads: published lengths of 39 road lines of the tables over the great circles between their stops: median 1.13;
# steppe and desert 1.02-1.10 (Almaty-Astana 1.04, Shymkent-Aktobe 1.07, Samarkand-Alat 1.06, Kandahar-Herat 1.05),
# mountains 1.2-1.4 (Dushanbe-Khujand 1.20, Bishkek-Osh 1.33, Karakoram 1.37, Tbilisi-Yerevan 1.44).
ROAD_SINUOSITY = 1.13
ROAD_SINUOSITY_BY_COUNTRY: dict[str, float] = {
    "ARM": 1.35,
    "GEO": 1.20,
    "KAZ": 1.06,
    "KGZ": 1.30,
    "TJK": 1.28,
    "TKM": 1.08,
    "UZB": 1.08,
}
# Sea lines of this name are passages: only they run through the strait or canal that they are called after.
PASSAGE_PREFIX = "passage-"
# A ferry without a lane goes straight but for the harbours.
FERRY_SINUOSITY = 1.05

# Cost of a kilometre between a stop and the track, by how sure its position is.
SNAP_WEIGHT = {"high": 3.0, "medium": 2.0, "low": 1.0}

# A bend this near to a vertex of the rail graph was read from it, and is not for the track to refute.
ON_TRACK_KM = 2.0
# The shape of a leg cannot be longer than its track; half a per cent is rounding in the graph.
BENT_TOO_LONG = 1.005

# A border crossing point belongs to a leg that passes it this near, unless it is nearer than the second figure already,
# and the leg is led through it if that makes its shape longer by no more than this: a straight leg knows less than a
# crossing, a path in the graph more.
BCP_REACH_KM = 12.0
BCP_MET_KM = 1.0
BCP_EXTRA = 0.04
BCP_EXTRA_STRAIGHT = 0.15
BCP_EXTRA_KM = 0.5

SIMPLIFY_KM = 0.15
KM_PER_DEGREE = 111.195


@dataclass(frozen=True)
class Leg:
    """One edge to be: from a node of a line to its next.

    Parameters
    ----------
    lonlat
        Shape, degrees, from station to station.
    great_circle_km
        Between its two ends.
    chord_km
        Through its bends: the shortest it can be if the alignment is right.
    graph_km
        Length of the path in the rail graph or over the sea lanes; None where there is none.
    gap_km
        Part of ``graph_km`` that bridges a hole.
    post_from, post_to
        Kilometre posts of its ends, None where there is none.
    sinuosity
        What the great circle is multiplied by if nothing better is known.
    has_shape
        Whether most of the shape follows the rail graph or the sea lanes.
    """

    line_id: str
    seq: int
    from_id: str
    to_id: str
    gauges: tuple[int, ...]
    lonlat: Coordinates
    great_circle_km: float
    chord_km: float
    graph_km: float | None
    gap_km: float
    post_from: float | None
    post_to: float | None
    sinuosity: float
    has_shape: bool

    @property
    def base_km(self) -> float:
        """Best guess before any published length."""
        return self.graph_km if self.graph_km is not None else self.chord_km * self.sinuosity


def prepare_graph(wheel: Path, tables: Tables) -> tuple[RailGraph, pd.DataFrame]:
    """Read the rail graph, close its gaps, patch it, and put the rail stops on its chords."""
    graph, gaps = close_gaps(read_railways(wheel))
    graph = apply_patches(graph, tables.patches)
    rail = tables.lines.index[(tables.lines["mode"] == "rail") & tables.lines["status"].isin(BUILT)]
    used = sorted(set(tables.stops.loc[tables.stops["line_id"].isin(rail), "station_id"]))
    at = tables.stations.loc[used]
    lon, lat = at["lon"].to_numpy(dtype=np.float64), at["lat"].to_numpy(dtype=np.float64)
    return split_at(graph, lon, lat, reach_km=SNAP_KM, per_chord=SNAP_PER_CHORD, most_km=SNAP_MAX_KM), gaps


def match_rail(matcher: Matcher, tables: Tables) -> dict[str, list[Piece]]:
    """Lay every built rail line through its stops, high-speed lines first: freight then keeps off their tracks."""
    lines = tables.lines[(tables.lines["mode"] == "rail") & tables.lines["status"].isin(BUILT)]
    is_fast = lines["line_class"] == "passenger_hs"
    pieces = {line: _match_line(matcher, tables, line) for line in lines.index[is_fast]}
    fast = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(p.edges for ps in pieces.values() for p in ps)]))
    slow_matcher = Matcher(matcher.graph, avoided=fast)
    pieces |= {line: _match_line(slow_matcher, tables, line) for line in lines.index[~is_fast]}
    return pieces


def _match_line(matcher: Matcher, tables: Tables, line_id: str) -> list[Piece]:
    stops = tables.stops[tables.stops["line_id"] == line_id]
    return _match_stops(matcher, tables, line_id, stops["station_id"].tolist())


def _match_stops(matcher: Matcher, tables: Tables, line_id: str, ids: list[str]) -> list[Piece]:
    at = tables.stations.loc[ids]
    lon, lat = at["lon"].to_numpy(dtype=np.float64), at["lat"].to_numpy(dtype=np.float64)
    weight = at["confidence"].map(SNAP_WEIGHT).fillna(1.0).to_numpy(dtype=np.float64)
    chord = float(geodesic_km(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
    route = whole_routes(tables, line_id)
    # A line whose published length says that it winds may wind on every leg.
    known = float(route["length_km"].max()) / max(chord, 1.0) if len(route) else 1.0
    max_ratio = min(max(MAX_RATIO, 1.2 * known), 1.9)
    return matcher.match(lon, lat, weight, max_ratio=max_ratio)


def drop_contradicted_bends(matcher: Matcher, tables: Tables, nodes: set[str]) -> tuple[Tables, pd.DataFrame]:
    """Leave out bends that the track refutes: the way through them is longer than the track without them.

    Only bends of low confidence beside the track, and only where the graph has a path between the stops on either side.

    Returns
    -------
    The tables without those stops, and the stops left out.
    """
    stops = tables.stops
    kind = tables.stations["kind"].reindex(stops["station_id"]).to_numpy()
    is_low = tables.stations["confidence"].reindex(stops["station_id"]).to_numpy() == "low"
    is_bend = is_low & (kind == "via") & ~stops["station_id"].isin(nodes)
    built = tables.lines.index[(tables.lines["mode"] == "rail") & tables.lines["status"].isin(BUILT)]
    refuted: list[int] = []
    for line_id, rows in stops[stops["line_id"].isin(built)].groupby("line_id", sort=True):
        ids = rows["station_id"].tolist()
        at = [i for i, station in enumerate(ids) if station in nodes]
        pieces: list[Piece] = []
        for i, j in pairwise(at):
            bends = [k for k in range(i + 1, j) if is_bend[rows.index[k]] and not _is_on_track(matcher, tables, ids[k])]
            if not bends:
                continue
            if not pieces:
                pieces = _match_stops(matcher, tables, str(line_id), ids)
            bent_km = sum(shape_km(piece.lonlat) for piece in pieces[i:j])
            kept = [ids[k] for k in range(i, j + 1) if k not in bends]
            track = _match_stops(matcher, tables, str(line_id), kept)
            if all(piece.has_shape for piece in track) and bent_km > BENT_TOO_LONG * sum(piece.km for piece in track):
                refuted.extend(rows.index[bends])
    return replace(tables, stops=stops.drop(index=refuted).reset_index(drop=True)), stops.loc[refuted]


def _is_on_track(matcher: Matcher, tables: Tables, station: str) -> bool:
    at = tables.stations.loc[station]
    return matcher.vertex_distance_km(float(at["lon"]), float(at["lat"])) < ON_TRACK_KM


def straight_piece(a: pd.Series, b: pd.Series) -> Piece:
    """Lay a piece that is known by its stops only."""
    ends = np.array([[a["lon"], a["lat"]], [b["lon"], b["lat"]]], dtype=np.float64)
    km = float(geodesic_km(ends[:1, 0], ends[:1, 1], ends[1:, 0], ends[1:, 1])[0])
    return Piece(ends, km, km, False, False, np.empty(0, dtype=np.int64))


def sea_piece(lanes: SeaLanes, a: pd.Series, b: pd.Series, passage: str | None = None) -> Piece:
    """Lay a ferry or an ocean lane over the sea lanes, straight if there are none between its ports."""
    straight = straight_piece(a, b)
    path = lanes.path((float(a["lon"]), float(a["lat"])), (float(b["lon"]), float(b["lat"])), passage=passage)
    if path is None:
        return straight
    return Piece(path, max(shape_km(path), straight.km), 0.0, True, True, straight.edges)


def line_pieces(tables: Tables, line_id: str, matched: dict[str, list[Piece]], lanes: SeaLanes) -> list[Piece]:
    """Pieces between consecutive stops of any line."""
    if line_id in matched:
        return matched[line_id]
    ids = tables.stops.loc[tables.stops["line_id"] == line_id, "station_id"].tolist()
    pairs = pairwise(stations_of(tables, ids))
    if tables.lines.at[line_id, "mode"] != "sea":
        return [straight_piece(a, b) for a, b in pairs]
    is_lane = tables.lines.at[line_id, "line_class"] == "lane"
    named = line_id.removeprefix(PASSAGE_PREFIX) if line_id.startswith(PASSAGE_PREFIX) else ""
    return [sea_piece(lanes, a, b, named if is_lane else None) for a, b in pairs]


def thin(lonlat: Coordinates, tolerance_km: float = SIMPLIFY_KM) -> Coordinates:
    """Simplify a shape between two stops, which stay; lengths are not taken from it."""
    simple = shapely.simplify(shapely.linestrings(lonlat), tolerance_km / KM_PER_DEGREE)
    return np.asarray(shapely.get_coordinates(simple), dtype=np.float64)


def shape_km(lonlat: Coordinates) -> float:
    """Geodesic length of a shape."""
    return float(GEOD.line_length(lonlat[:, 0], lonlat[:, 1])) / 1000


def build_legs(tables: Tables, line_id: str, pieces: list[Piece], nodes: set[str]) -> list[Leg]:
    """Fold the pieces of a line into legs from node to node."""
    stops = tables.stops[tables.stops["line_id"] == line_id]
    ids, seqs, posts = stops["station_id"].tolist(), stops["seq"].tolist(), stops["km_post"].tolist()
    at = [i for i, station in enumerate(ids) if station in nodes]
    gauges = leg_gauges(tables, line_id, ids)
    legs = []
    for i, j in pairwise(at):
        part = pieces[i:j]
        lonlat = np.vstack([part[0].lonlat[:1], *(thin(p.lonlat)[1:] for p in part)])
        half = 0.5 * sum(p.km for p in part)
        is_matched = sum(p.km for p in part if p.is_matched) > half
        a, b = tables.stations.loc[ids[i]], tables.stations.loc[ids[j]]
        sinuosity = leg_sinuosity(str(tables.lines.at[line_id, "mode"]), str(a["iso3"]), str(b["iso3"]))
        chord_km = sum(straight_piece(*pair).km for pair in pairwise(stations_of(tables, ids[i : j + 1])))
        straight_km = sum(p.km for p in part if not p.is_matched)
        legs.append(
            Leg(
                line_id=line_id,
                seq=int(seqs[i]),
                from_id=ids[i],
                to_id=ids[j],
                gauges=gauges[i],
                lonlat=lonlat,
                great_circle_km=straight_piece(a, b).km,
                chord_km=chord_km,
                graph_km=sum(p.km for p in part) + straight_km * (sinuosity - 1) if is_matched else None,
                gap_km=sum(p.gap_km for p in part) + straight_km * (sinuosity - 1) if is_matched else 0.0,
                post_from=None if pd.isna(posts[i]) else float(posts[i]),
                post_to=None if pd.isna(posts[j]) else float(posts[j]),
                sinuosity=sinuosity,
                has_shape=sum(p.km for p in part if p.has_shape) > half,
            )
        )
    return legs


def leg_sinuosity(mode: str, iso3_a: str, iso3_b: str) -> float:
    """Stated sinuosity of a leg: the mean of the countries at its ends."""
    if mode == "sea":
        return FERRY_SINUOSITY
    table, default = (
        (RAIL_SINUOSITY_BY_COUNTRY, RAIL_SINUOSITY) if mode == "rail" else (ROAD_SINUOSITY_BY_COUNTRY, ROAD_SINUOSITY)
    )
    return (table.get(iso3_a, default) + table.get(iso3_b, default)) / 2


def leg_gauges(tables: Tables, line_id: str, ids: list[str]) -> list[tuple[int, ...]]:
    """Gauges of each piece of a line: the line's, but for the stretches with another."""
    text = str(tables.lines.at[line_id, "gauge_mm"])
    gauges = [_gauges(text)] * (len(ids) - 1)
    rows = tables.gauge_exceptions[tables.gauge_exceptions["line_id"] == line_id]
    for a, b, other in zip(rows["from_id"], rows["to_id"], rows["gauge_mm"], strict=True):
        i, j = sorted((ids.index(a), ids.index(b)))
        gauges[i:j] = [_gauges(other)] * (j - i)
    return gauges


def _gauges(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(float(part)) for part in text.split("|") if part)) or (0,)


def lead_through_crossings(tables: Tables, legs: list[Leg], mode: str) -> list[Leg]:
    """Bend the legs that join two countries through a border crossing point that they pass."""
    of_mode = tables.crossings["crossing_id"].isin(
        tables.crossing_modes.loc[tables.crossing_modes["mode"] == mode, "crossing_id"]
    )
    crossings = tables.crossings[of_mode]
    bent = []
    for leg in legs:
        pair = {tables.stations.at[leg.from_id, "iso3"], tables.stations.at[leg.to_id, "iso3"]}
        if len(pair) == 2:
            here = crossings[crossings["iso3_a"].isin(pair) & crossings["iso3_b"].isin(pair)]
            leg = _lead_through(leg, here[["lon", "lat"]].to_numpy(dtype=np.float64))
        bent.append(leg)
    return bent


def _lead_through(leg: Leg, points: Coordinates) -> Leg:
    if not len(points):
        return leg
    line = shapely.linestrings(leg.lonlat)
    foot = shapely.get_coordinates(
        shapely.line_interpolate_point(line, shapely.line_locate_point(line, shapely.points(points)))
    )
    away = geodesic_km(points[:, 0], points[:, 1], foot[:, 0], foot[:, 1])
    # A crossing abreast of an end lies behind the station: there is nothing to bend.
    is_end = (foot == leg.lonlat[0]).all(axis=1) | (foot == leg.lonlat[-1]).all(axis=1)
    away[is_end] = np.inf
    nearest = int(np.argmin(away))
    if not BCP_MET_KM < away[nearest] <= BCP_REACH_KM:
        return leg
    lonlat = bend_through(leg.lonlat, points[nearest])
    before, after = shape_km(leg.lonlat), shape_km(lonlat)
    extra = BCP_EXTRA if leg.has_shape else BCP_EXTRA_STRAIGHT
    if after > before * (1 + extra) + BCP_EXTRA_KM:
        return leg
    chord_km = leg.chord_km if leg.graph_km is not None else max(leg.chord_km, after)
    return replace(leg, lonlat=lonlat, chord_km=chord_km)
