"""Build the line layers: rail, road, sea, proposed, places, crossings.

A line is an ordered list of stops; an edge runs between two consecutive stops that are not mere bends (``via``). The
length of an edge is decided in this order (DESIGN.md, section 3): the published length of its line or stretch, the
difference of kilometre posts, the path in the rail graph, another published length, the great circle times a stated
sinuosity. What was decided for each line and why is written beside the layer, in ``rail/matching_report.csv``.

Usage::

    python geodata/build/layers.py --scgraph scgraph_data-2.0.0-py3-none-any.whl --searoute searoute-1.6.0.tar.gz
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from corridors.schema import to_shapefile_names
from matching import MAX_RATIO, SNAP_KM, SNAP_MAX_KM, SNAP_PER_CHORD, Matcher, Piece, bend_through
from railgraph import GEOD, RailGraph, apply_patches, close_gaps, geodesic_km, read_railways, split_at
from sealanes import SeaLanes, read_sea_lanes

Coordinates = npt.NDArray[np.float64]

# Statuses whose track exists, so that the rail graph may hold it.
BUILT = ("operating", "suspended", "closed")

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

# Bounds of plausible ratios, DESIGN.md section 3.
ROUTE_OVER_MATCHED = (0.95, 1.20)
PUBLISHED_OVER_GEODESIC = (1.0, 1.6)
KM_POST_OVER_GEODESIC = (0.98, 1.6)
# What a published length may leave for the legs without a figure of their own, over their paths.
REST_OVER_BASE = (0.9, 1.25)
# Posts of this many legs at most are joined when those of one leg make no sense (a position or a post is wrong).
MAX_POST_SPAN = 5

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

SIMPLIFY_M = 150.0
METRES_PER_DEGREE = 111_195.0
DECIMALS = 6
LONG_STRAIGHT_KM = 40.0
# A straight is the line's own shape if the track is known to stray from it by no more than this.
STRAIGHT_OFF_KM = 5.0
# A path stretched to its great circle is as long as its shape but for rounding.
LEAST_EXCESS = 1.0001
SAME_END_KM = 1.0
# The DBF header holds a date; a fixed one keeps the bytes the same.
DBF_DATE = "2026-01-01"


@dataclass(frozen=True)
class Tables:
    """The tables this build reads, ids as index where they have one."""

    stations: pd.DataFrame
    lines: pd.DataFrame
    stops: pd.DataFrame
    published: pd.DataFrame
    gauge_exceptions: pd.DataFrame
    crossings: pd.DataFrame
    crossing_modes: pd.DataFrame
    patches: pd.DataFrame
    straight_reasons: pd.DataFrame


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


@dataclass
class LineResult:
    """Legs of one line with the lengths chosen for them, and the reasons."""

    legs: list[Leg]
    length_km: list[float]
    source: list[str]
    why: list[str] = field(default_factory=list)


# --- reading ---------------------------------------------------------------------------------------------------------


def read_tables(folder: Path) -> Tables:
    """Read the tables; text columns stay text, an empty cell is missing."""

    def read(name: str, numbers: Sequence[str] = ()) -> pd.DataFrame:
        frame = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
        for column in numbers:
            frame[column] = pd.to_numeric(frame[column])
        return frame

    return Tables(
        stations=read("stations", ["lat", "lon"]).set_index("station_id").round({"lat": DECIMALS, "lon": DECIMALS}),
        lines=read("lines").set_index("line_id").sort_index(),
        stops=read("line_stops", ["seq", "km_post"]).sort_values(["line_id", "seq"], ignore_index=True),
        published=read("published_lengths", ["length_km"]),
        gauge_exceptions=read("gauge_exceptions"),
        crossings=read("crossings", ["lat", "lon"]),
        crossing_modes=read("crossing_modes"),
        patches=read("patches", ["seq", "lat", "lon", "length_km"]),
        straight_reasons=read("straight_reasons", ["lat_a", "lon_a", "lat_b", "lon_b", "off_km"]),
    )


def node_ids(tables: Tables) -> set[str]:
    """Find the stops that are nodes: all but bends, and a bend where a line, a published stretch or a gauge ends."""
    stops = tables.stops
    kind = tables.stations["kind"].reindex(stops["station_id"]).to_numpy()
    nodes = set(stops.loc[kind != "via", "station_id"])
    nodes.update(
        stops.groupby("line_id")["station_id"].agg("first"), stops.groupby("line_id")["station_id"].agg("last")
    )
    for table in (tables.published, tables.gauge_exceptions):
        nodes.update(table["from_id"], table["to_id"])
    return nodes & set(stops["station_id"])


# --- shapes ----------------------------------------------------------------------------------------------------------


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
    route = _whole_routes(tables, line_id)
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


def _stations(tables: Tables, ids: list[str]) -> list[pd.Series]:
    return [tables.stations.loc[station] for station in ids]


def _whole_routes(tables: Tables, line_id: str) -> pd.DataFrame:
    table = tables.published
    is_whole = (table["from_id"] == "") & (table["to_id"] == "") & (table["extent"] == "")
    return table[(table["line_id"] == line_id) & is_whole & (table["length_kind"] == "route")]


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
    pairs = pairwise(_stations(tables, ids))
    if tables.lines.at[line_id, "mode"] != "sea":
        return [straight_piece(a, b) for a, b in pairs]
    is_lane = tables.lines.at[line_id, "line_class"] == "lane"
    named = line_id.removeprefix(PASSAGE_PREFIX) if line_id.startswith(PASSAGE_PREFIX) else ""
    return [sea_piece(lanes, a, b, named if is_lane else None) for a, b in pairs]


def thin(lonlat: Coordinates) -> Coordinates:
    """Simplify a shape between two stops, which stay; lengths are not taken from it."""
    simple = shapely.simplify(shapely.linestrings(lonlat), SIMPLIFY_M / METRES_PER_DEGREE)
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
        chord_km = sum(straight_piece(*pair).km for pair in pairwise(_stations(tables, ids[i : j + 1])))
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


# --- lengths ---------------------------------------------------------------------------------------------------------


def choose_lengths(tables: Tables, line_id: str, legs: list[Leg]) -> LineResult:
    """Decide the length of each leg of a line; the first that fits in the order of DESIGN.md section 3.

    A stretch with a length of its own keeps it inside a line whose whole length is published, if the two agree.
    """
    result = LineResult(legs, [0.0] * len(legs), [""] * len(legs))
    for (from_id, to_id), rows in _stretches(tables, line_id).groupby(["from_id", "to_id"], sort=True):
        stretch = _legs_between(legs, str(from_id), str(to_id))
        if not any(result.source[i] for i in stretch):
            _take_route(result, stretch, rows)
    _take_km_posts(result)
    _take_whole_route(result, _whole_routes(tables, line_id))
    for i, leg in enumerate(legs):
        if not result.source[i] and leg.graph_km is not None:
            result.length_km[i], result.source[i] = leg.graph_km, "matched"
    _take_other_published(result, tables, line_id)
    for i, leg in enumerate(legs):
        if not result.source[i]:
            result.length_km[i], result.source[i] = leg.base_km, "assumed"
    result.length_km = [max(km, leg.great_circle_km) for km, leg in zip(result.length_km, legs, strict=True)]
    return result


def _take_whole_route(result: LineResult, rows: pd.DataFrame) -> None:
    """Scale a line to its published length, without the legs that have one of their own if that fits."""
    own = LineResult(result.legs, list(result.length_km), list(result.source))
    if not _take_route(result, list(range(len(result.legs))), rows):
        return
    rest = [i for i, source in enumerate(own.source) if not source]
    left = sum(result.length_km) - sum(own.length_km)
    base = sum(result.legs[i].base_km for i in rest)
    if rest and len(rest) < len(own.source) and REST_OVER_BASE[0] * base <= left <= REST_OVER_BASE[1] * base:
        _set_lengths(own, rest, left, "published_route")
        result.length_km, result.source = own.length_km, own.source


def _stretches(tables: Tables, line_id: str) -> pd.DataFrame:
    table = tables.published
    is_stretch = (table["from_id"] != "") & (table["to_id"] != "") & (table["extent"] == "")
    return table[(table["line_id"] == line_id) & is_stretch & (table["length_kind"] == "route")]


def _legs_between(legs: list[Leg], from_id: str, to_id: str) -> list[int]:
    ids = [legs[0].from_id, *(leg.to_id for leg in legs)]
    if from_id not in ids or to_id not in ids:
        return []
    i, j = sorted((ids.index(from_id), ids.index(to_id)))
    return list(range(i, j))


def _take_route(result: LineResult, which: list[int], rows: pd.DataFrame) -> bool:
    """Scale some legs to a published route length if its ratio to their paths, or else great circles, is plausible."""
    if not len(rows) or not which:
        return False
    legs = [result.legs[i] for i in which]
    is_measured = any(leg.graph_km is not None for leg in legs)
    base = sum(leg.base_km if is_measured else leg.chord_km for leg in legs)
    low, high = ROUTE_OVER_MATCHED if is_measured else PUBLISHED_OVER_GEODESIC
    for _, row in _by_trust(rows, base).iterrows():
        ratio = float(row["length_km"]) / max(base, 1e-3)
        if low <= ratio <= high:
            result.why.append(f"published {row['length_km']:g} is {ratio:.3f} of {base:.1f}")
            _set_lengths(result, which, float(row["length_km"]), "published_route")
            return True
        result.why.append(f"published {row['length_km']:g} refused: {ratio:.3f} of {base:.1f}")
    return False


def share_out(total: float, base: npt.NDArray[np.float64], floor: npt.NDArray[np.float64]) -> list[float]:
    """Share a length over legs in proportion to their own, none below its great circle."""
    shares = base * (total / base.sum())
    for _ in range(len(base)):
        is_low = shares < floor
        if not is_low.any() or is_low.all():
            break
        rest = total - floor[is_low].sum()
        shares = np.where(is_low, floor, base * (rest / base[~is_low].sum()))
    return [float(km) for km in np.maximum(shares, floor)]


def _take_km_posts(result: LineResult) -> None:
    """Measure legs by the posts at their ends; a span with an implausible difference is joined to the next."""
    legs = result.legs
    posts = [legs[0].post_from, *(leg.post_to for leg in legs)]
    start: int | None = None
    for node, post in enumerate(posts):
        if post is None:
            continue
        if start is not None:
            which = list(range(start, node))
            if any(result.source[i] for i in which):
                start = node
                continue
            km = abs(post - (posts[start] or 0.0))
            circle = sum(legs[i].great_circle_km for i in which)
            if not KM_POST_OVER_GEODESIC[0] * circle <= km <= KM_POST_OVER_GEODESIC[1] * circle:
                result.why.append(
                    f"km posts {legs[start].from_id}-{legs[node - 1].to_id} refused: {km:g} of {circle:.1f}"
                )
                if node - start < MAX_POST_SPAN:
                    continue
            else:
                _set_lengths(result, which, km, "km_post")
        start = node


def _take_other_published(result: LineResult, tables: Tables, line_id: str) -> None:
    """Fit another published length of the whole line: to the legs that nothing measured, or to a graph too short.

    The graph is too short where it thins out mountains or follows a high-speed line; a route length that is more than
    a fifth longer, and still plausible over the great circles, is then the better figure.
    """
    table = tables.published
    is_whole = (table["from_id"] == "") & (table["to_id"] == "") & (table["extent"] == "")
    rows = table[(table["line_id"] == line_id) & is_whole & (table["length_kind"] != "track")]
    chord = np.array([leg.chord_km for leg in result.legs])
    rows = rows[rows["length_km"].between(*(bound * float(chord.sum()) for bound in PUBLISHED_OVER_GEODESIC))]
    rest = [i for i, source in enumerate(result.source) if not source]
    known = sum(result.length_km)
    for _, row in _by_trust(rows, known + sum(result.legs[i].base_km for i in rest)).iterrows():
        left = float(row["length_km"]) - known
        low, high = (bound * float(chord[rest].sum()) for bound in PUBLISHED_OVER_GEODESIC)
        if rest and low <= left <= high:
            result.why.append(
                f"published {row['length_km']:g} ({row['length_kind']}) leaves {left:.1f} for legs without a path"
            )
            return _set_lengths(result, rest, left, "published_other")
        is_path = "matched" in result.source
        is_longer = is_path and float(row["length_km"]) > ROUTE_OVER_MATCHED[1] * sum(
            leg.base_km for leg in result.legs
        )
        if is_longer and row["length_kind"] == "route" and row["confidence"] != "low":
            result.why.append(
                f"published {row['length_km']:g} is {row['length_km'] / chord.sum():.3f} of the great circles: path too short"
            )
            return _set_lengths(result, list(range(len(result.legs))), float(row["length_km"]), "published_other")
    return None


def _by_trust(rows: pd.DataFrame, guess_km: float) -> pd.DataFrame:
    """Order published rows, the surest first, and of those the nearest to a guess."""
    rank = rows["confidence"].map({"high": 0, "medium": 1, "low": 2}).fillna(3)
    keys = pd.DataFrame({"rank": rank, "off": (rows["length_km"] - guess_km).abs(), "km": rows["length_km"]})
    return rows.loc[keys.sort_values(["rank", "off", "km"], kind="stable").index]


def _set_lengths(result: LineResult, which: list[int], total_km: float, source: str) -> None:
    base = np.array([result.legs[i].base_km for i in which])
    floor = np.array([result.legs[i].great_circle_km for i in which])
    for i, share in zip(which, share_out(total_km, base, floor), strict=True):
        result.length_km[i], result.source[i] = share, source


# --- frames ----------------------------------------------------------------------------------------------------------


def edge_frame(tables: Tables, results: dict[str, LineResult]) -> gpd.GeoDataFrame:
    """All edges, one row a leg and gauge, sorted by id."""
    rows: list[dict[str, object]] = []
    for line_id, result in results.items():
        line = tables.lines.loc[line_id]
        for leg, km, source in zip(result.legs, result.length_km, result.source, strict=True):
            is_lane = line["mode"] == "sea"
            shape = ("sea_lanes" if is_lane else "rail_graph") if leg.has_shape else "stops"
            assumed = km if source == "assumed" else min(leg.gap_km, km) if source == "matched" else 0.0
            for gauge in leg.gauges:
                suffix = f".{gauge}" if len(leg.gauges) > 1 else ""
                rows.append(
                    {
                        "edge_id": f"{line_id}.{leg.seq:03d}{suffix}",
                        "from_id": leg.from_id,
                        "to_id": leg.to_id,
                        "mode": line["mode"],
                        "line_id": line_id,
                        "gauge_mm": gauge,
                        "line_class": line["line_class"],
                        "status": line["status"],
                        "as_of": line["as_of"],
                        "length_km": round_up(km),
                        "length_source": source,
                        "assumed_km": round_up(assumed),
                        "shape_source": shape,
                        "source_id": line["source_id"],
                        "geometry": leg.lonlat,
                    }
                )
    frame = pd.DataFrame(rows).sort_values("edge_id", ignore_index=True)
    shapes = [shapely.linestrings(np.round(lonlat, DECIMALS)) for lonlat in frame.pop("geometry")]
    return gpd.GeoDataFrame(to_shapefile_names(frame, "edges"), geometry=shapes, crs="EPSG:4326")


def round_up(km: float) -> float:
    """Round to metres, never below the great circle."""
    return round(abs(float(np.ceil(km * 1000 - 1e-6))) / 1000, 3)


def place_frame(tables: Tables, nodes: set[str]) -> gpd.GeoDataFrame:
    """Stations that are nodes, as points."""
    stations = tables.stations.loc[sorted(nodes)].reset_index()
    points = gpd.points_from_xy(stations["lon"], stations["lat"])
    return gpd.GeoDataFrame(to_shapefile_names(stations, "stations"), geometry=points, crs="EPSG:4326")


def crossing_frame(tables: Tables) -> gpd.GeoDataFrame:
    """Border crossing points, as points."""
    crossings = tables.crossings.sort_values("crossing_id", ignore_index=True)
    points = gpd.points_from_xy(crossings["lon"].round(DECIMALS), crossings["lat"].round(DECIMALS))
    return gpd.GeoDataFrame(to_shapefile_names(crossings, "crossings"), geometry=points, crs="EPSG:4326")


def line_report(tables: Tables, results: dict[str, LineResult]) -> pd.DataFrame:
    """One row a line: what the table, the graph and the publications say, what was chosen, and why."""
    rows = []
    for line_id, result in sorted(results.items()):
        legs = result.legs
        geodesic = np.array([leg.chord_km for leg in legs])
        graph = np.array([np.nan if leg.graph_km is None else leg.graph_km for leg in legs])
        is_matched = np.isfinite(graph)
        chosen = np.array(result.length_km)
        worst = int(np.argmax(chosen / np.maximum(geodesic, 1.0)))
        published = tables.published.loc[tables.published["line_id"] == line_id, ["length_km", "length_kind"]]
        rows.append(
            {
                "line_id": line_id,
                "mode": tables.lines.at[line_id, "mode"],
                "status": tables.lines.at[line_id, "status"],
                "line_class": tables.lines.at[line_id, "line_class"],
                "geodesic_km": round(float(geodesic.sum()), 1),
                "graph_km": round(float(np.nansum(graph)), 1),
                "graph_covers_km": round(float(geodesic[is_matched].sum()), 1),
                "published": "|".join(f"{km:g} {kind}" for km, kind in published.itertuples(index=False)),
                "length_km": round(float(chosen.sum()), 1),
                "length_source": "|".join(sorted(set(result.source))),
                "n_legs": len(legs),
                "n_matched": int(is_matched.sum()),
                "n_straight": int((~is_matched).sum()),
                "gap_km": round(sum(leg.gap_km for leg in legs), 1),
                "worst_leg": f"{legs[worst].from_id}-{legs[worst].to_id}",
                "worst_ratio": round(float(chosen[worst] / max(geodesic[worst], 1.0)), 3),
                "why": "; ".join(result.why),
            }
        )
    return pd.DataFrame(rows)


def long_straights(tables: Tables, results: dict[str, LineResult]) -> pd.DataFrame:
    """List straight stretches over 40 km on operating main lines: where the shape may not be the line's.

    The graph keeps the length of what it straightens. ``track_over_shape`` is that length over the drawn one for the
    leg, and a track so much longer strays from the straight by at most ``off_km``, even if all of what it is longer
    falls on this one straight: a desert line that is straight indeed has a small one. Empty where the graph has no
    path, or none that is longer than the shape: then it says nothing. A straight is explained if that bound is small or ``straight_reasons`` has a check that says so; what is not
    explained is assumed geometry.
    """
    main = tables.lines.query("status == 'operating' and line_class == 'main' and mode == 'rail'").index
    rows: list[dict[str, object]] = []
    for line_id in sorted(set(main) & set(results)):
        for leg in results[line_id].legs:
            a, b = leg.lonlat[:-1], leg.lonlat[1:]
            km = geodesic_km(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
            drawn_km = shape_km(leg.lonlat)
            is_longer = leg.has_shape and leg.graph_km is not None and leg.graph_km > drawn_km * LEAST_EXCESS
            track_km = float(leg.graph_km) if is_longer and leg.graph_km is not None else np.nan
            for k in np.flatnonzero(km > LONG_STRAIGHT_KM):
                off_km = 0.5 * float(np.sqrt((km[k] + track_km - drawn_km) ** 2 - km[k] ** 2))
                explained, reason = _explain(tables, leg, a[k], b[k], off_km)
                rows.append(
                    {
                        "edge_id": f"{line_id}.{leg.seq:03d}",
                        "line_id": line_id,
                        "from_id": leg.from_id,
                        "to_id": leg.to_id,
                        "iso3": tables.stations.at[leg.from_id, "iso3"],
                        "straight_km": round(float(km[k]), 1),
                        "track_over_shape": round(track_km / drawn_km, 4),
                        "off_km": round(off_km, 1),
                        "lon_a": round(float(a[k, 0]), DECIMALS),
                        "lat_a": round(float(a[k, 1]), DECIMALS),
                        "lon_b": round(float(b[k, 0]), DECIMALS),
                        "lat_b": round(float(b[k, 1]), DECIMALS),
                        "explained": "yes" if explained else "no",
                        "reason": reason,
                    }
                )
    return pd.DataFrame(rows)


def _explain(
    tables: Tables, leg: Leg, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], off_km: float
) -> tuple[bool, str]:
    """Say why a straight is straight, and whether that is known or assumed."""
    checks = tables.straight_reasons
    if len(checks):
        ends = checks[["lon_a", "lat_a", "lon_b", "lat_b"]].to_numpy(dtype=np.float64).T
        # A check holds for the straight that it was made for, and no longer when a stop has bent it.
        is_same = (geodesic_km(ends[0], ends[1], *np.broadcast_to(a[:, None], (2, len(checks)))) < SAME_END_KM) & (
            geodesic_km(ends[2], ends[3], *np.broadcast_to(b[:, None], (2, len(checks)))) < SAME_END_KM
        )
        for _, row in checks[is_same & (checks["from_id"] == leg.from_id) & (checks["to_id"] == leg.to_id)].iterrows():
            return float(row["off_km"]) <= STRAIGHT_OFF_KM, str(row["reason"])
    if off_km <= STRAIGHT_OFF_KM:
        return True, f"The track in the rail graph is too short to stray by more than {off_km:.1f} km"
    return False, "Chord of the rail graph" if leg.has_shape else "No path in the rail graph"


# --- writing ---------------------------------------------------------------------------------------------------------


def write_shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a Shapefile whole or not at all, the same bytes for the same rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    geometry_type = "Point" if (frame.geom_type == "Point").all() else "LineString"
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        frame.to_file(
            Path(folder) / path.name,
            driver="ESRI Shapefile",
            engine="pyogrio",
            encoding="UTF-8",
            geometry_type=geometry_type,
            layer_options={"DBF_DATE_LAST_UPDATE": DBF_DATE, "RESIZE": "YES"},
        )
        for part in sorted(Path(folder).iterdir()):
            os.replace(part, path.parent / part.name)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        frame.to_csv(Path(folder) / path.name, index=False, lineterminator="\n")
        os.replace(Path(folder) / path.name, path)


def build(scgraph: Path, searoute: Path, countries: Path, tables_folder: Path, output: Path) -> None:
    """Build and write all line layers."""
    tables = read_tables(tables_folder)
    nodes = node_ids(tables)
    graph, gaps = prepare_graph(scgraph, tables)
    matcher = Matcher(graph)
    tables, refuted = drop_contradicted_bends(matcher, tables, nodes)
    matched = match_rail(matcher, tables)
    lanes = read_sea_lanes(searoute, countries)
    results = {}
    for line_id in tables.lines.index:
        pieces = line_pieces(tables, line_id, matched, lanes)
        if not pieces:
            continue
        legs = build_legs(tables, line_id, pieces, nodes)
        legs = lead_through_crossings(tables, legs, str(tables.lines.at[line_id, "mode"]))
        results[line_id] = choose_lengths(tables, line_id, legs)
    edges = edge_frame(tables, results)
    is_open = edges["status"] == "operating"
    for mode in ("rail", "road", "sea"):
        write_shapefile(edges[is_open & (edges["mode"] == mode)], output / mode / f"{mode}.shp")
    write_shapefile(edges[~is_open], output / "proposed" / "proposed.shp")
    write_shapefile(place_frame(tables, nodes), output / "places" / "places.shp")
    write_shapefile(crossing_frame(tables), output / "crossings" / "crossings.shp")
    write_csv(line_report(tables, results), output / "rail" / "matching_report.csv")
    write_csv(long_straights(tables, results), output / "rail" / "straight_segments.csv")
    write_csv(refuted, output / "rail" / "refuted_bends.csv")
    write_csv(gaps.round(6), output / "rail" / "closed_gaps.csv")


def main() -> None:
    """Read the arguments and build."""
    geodata = Path(__file__).resolve().parents[1]
    parser = argparse.ArgumentParser(description="Build the line layers of geodata/.")
    parser.add_argument("--scgraph", type=Path, required=True, help="wheel of scgraph_data 2.0.0")
    parser.add_argument("--searoute", type=Path, required=True, help="source archive of searoute 1.6.0")
    parser.add_argument("--tables", type=Path, default=geodata / "tables", help="folder of the tables")
    countries = geodata / "borders" / "countries.shp"
    parser.add_argument("--countries", type=Path, default=countries, help="country polygons: where no ship goes")
    parser.add_argument("--output", type=Path, default=geodata, help="folder of the layers")
    arguments = parser.parse_args()
    build(arguments.scgraph, arguments.searoute, arguments.countries, arguments.tables, arguments.output)


if __name__ == "__main__":
    main()
