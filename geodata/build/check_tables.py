"""Check the tables edited by hand in ``geodata/tables`` against their schemas, each other, and the map.

What is checked: every column against ``geodata/schema``; ids are unique and resolve; positions lie in the country they
claim; consecutive stops are not nearer than the great circle allows, farther than 1.6 times it or 400 km apart; a segment of track
stands in one line only; gauges meet only at stations that ``gauge_breaks`` lists; a line that crosses a border has a
crossing there. A finding that is right as it stands needs a ``note`` in its row, and is then no finding.

Usage::

    python geodata/build/check_tables.py
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.schema import Column, columns, kinds, split_list
from corridors.units import distance_km

TABLES = Path(__file__).resolve().parents[1] / "tables"

KEYS: dict[str, list[str]] = {
    "benchmarks": ["benchmark_id"],
    "blocs": ["bloc", "iso3", "status", "since"],
    "border_lengths": ["iso3_a", "iso3_b", "length_km", "source_id"],
    "border_regimes": ["iso3_a", "iso3_b", "kind", "name", "since"],
    "border_status": ["iso3_a", "iso3_b", "segment", "status", "valid_from"],
    "capacities": ["place", "value", "unit", "year"],
    "corridors": ["corridor_id"],
    "crossing_dwell": ["crossing_id", "mode", "direction", "side", "year"],
    "crossing_modes": ["crossing_id", "mode", "valid_from"],
    "crossings": ["crossing_id"],
    "exclaves": ["exclave_id"],
    "gauge_breaks": ["station_id", "gauge_a_mm", "gauge_b_mm"],
    "gauge_exceptions": ["line_id", "from_id", "to_id"],
    "line_stops": ["line_id", "seq"],
    "lines": ["line_id"],
    "patches": ["patch_id", "seq"],
    "places": ["place_id"],
    "ports": ["port_id"],
    "published_lengths": ["line_id", "length_km", "length_kind", "from_id", "to_id", "extent"],
    "restrictions": ["restriction_id"],
    "sources": ["source_id"],
    "stations": ["station_id"],
    "straight_reasons": ["from_id", "to_id", "lat_a", "lon_a", "lat_b", "lon_b"],
    "trade": ["reporter_iso3", "partner_iso3", "year", "measure", "source_id"],
    "transfers": ["from_id", "from_mode", "to_id", "to_mode", "kind"],
    "tripoints": ["tripoint_id"],
    "worldviews": ["area_id"],
}
"""Columns that tell the rows of a table apart."""

REFERENCES: list[tuple[str, str, tuple[str, ...]]] = [
    ("benchmarks", "from_id", ("stations", "places")),
    ("benchmarks", "to_id", ("stations", "places")),
    ("benchmarks", "via", ("stations", "places")),
    ("crossing_dwell", "crossing_id", ("crossings",)),
    ("crossing_modes", "crossing_id", ("crossings",)),
    ("gauge_breaks", "station_id", ("stations",)),
    ("gauge_exceptions", "from_id", ("stations",)),
    ("gauge_exceptions", "line_id", ("lines",)),
    ("gauge_exceptions", "to_id", ("stations",)),
    ("line_stops", "line_id", ("lines",)),
    ("line_stops", "station_id", ("stations",)),
    ("ports", "place_id", ("places",)),
    ("ports", "station_id", ("stations",)),
    ("published_lengths", "from_id", ("stations",)),
    ("published_lengths", "line_id", ("lines",)),
    ("published_lengths", "to_id", ("stations",)),
    ("stations", "place_id", ("places",)),
    ("transfers", "from_id", ("stations", "ports")),
    ("transfers", "to_id", ("stations", "ports")),
]
"""Table, column, and the tables one of which must hold the id."""

POSITION_SOURCES = frozenset(
    {
        "geonames",
        "natural-earth-10m",
        "natural-earth-railroads",
        "noaa-isd-history",
        "openstreetmap-rail-graph",
        "wikipedia-baikonur-ulytau",
    }
)
"""Sources of positions, which stations name in words."""

ABILITIES = {"container": "has_container", "roro": "has_roro", "wagon_ferry": "has_rail_ferry"}
"""Kinds of transfer, and the column of the table of ports that must not deny it."""

PREFIXES = {"line": "lines", "crossing": "crossings", "port": "ports"}
"""Prefixes of ids in ``lines.requires``, ``capacities.place`` and ``restrictions.place``."""

POSITION_KM = {"high": 1.0, "medium": 3.0, "low": 10.0}
"""How far off a station may be, by its confidence."""

OUTSIDE_KM = 3.0
"""A station may lie this far outside the generalised polygon of its country (rivers, quays, bridges)."""

BORDER_KM = 10.0
"""The 1:10m border is off by up to this much where it follows a river or a ridge."""

LIMITS_KM = [
    ("stations", "iso3", OUTSIDE_KM),
    ("ports", "iso3", 3 * BORDER_KM),  # Yangshan and Maasvlakte stand in the sea of this coast
    ("crossings", "iso3_a", BORDER_KM),
    ("crossings", "iso3_b", BORDER_KM),
]
"""Table, column of the country, and how far outside it a position may lie."""

CROSSING_KM = 25.0
"""A line must have a crossing point of its mode within this distance of where it meets the border; as in routing."""

MAX_DETOUR = 1.6
"""Longest credible leg over its great circle; a spiral or a wrong stop is above it."""

MAX_LEG_KM = 400.0
"""No land line of the tables goes farther without a stop (the longest: 352 km); a stop of the same name elsewhere does."""

PLACE_KM = 29.0
"""Stations of one place lie within this distance of each other (Haydarpasa and Ambarli in Istanbul: 28.6 km)."""


@dataclass(frozen=True)
class Finding:
    """Something wrong: the table, the row as its key, and what is wrong with it."""

    table: str
    row: str
    problem: str


@dataclass(frozen=True)
class Tables:
    """The tables as text, by name, and the country polygons if they are there."""

    frames: dict[str, pd.DataFrame]
    countries: gpd.GeoDataFrame | None

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table; an empty one with its columns if there is no such file."""
        if name in self.frames:
            return self.frames[name]
        return pd.DataFrame(columns=[c.name for c in columns(name)], dtype=str)

    def key(self, name: str, row: pd.Series) -> str:
        """Return what tells a row apart, as text."""
        return " ".join(str(row.get(column, "")) for column in KEYS.get(name, row.index[:1]))

    @cached_property
    def stations(self) -> pd.DataFrame:
        """Stations by id, with positions as numbers."""
        frame = self["stations"].drop_duplicates("station_id").set_index("station_id")
        return frame.assign(lat=_numbers(frame["lat"]), lon=_numbers(frame["lon"]))

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Lines by id."""
        return self["lines"].drop_duplicates("line_id").set_index("line_id")

    @cached_property
    def stops(self) -> dict[str, list[str]]:
        """The station ids of every line, in order."""
        rows = self["line_stops"].assign(seq=lambda f: _numbers(f["seq"])).sort_values("seq", kind="stable")
        return {str(line): list(stops) for line, stops in rows.groupby("line_id", sort=True)["station_id"]}

    @cached_property
    def legs(self) -> pd.DataFrame:
        """Consecutive stops of every line: ``line_id, from_id, to_id, mode, gauges, iso3_from, iso3_to``."""
        pairs = [(line, a, b) for line, stops in self.stops.items() for a, b in pairwise(stops)]
        legs = pd.DataFrame(pairs, columns=["line_id", "from_id", "to_id"])
        legs["mode"] = legs["line_id"].map(self.lines["mode"])
        legs["iso3_from"] = legs["from_id"].map(self.stations["iso3"])
        legs["iso3_to"] = legs["to_id"].map(self.stations["iso3"])
        legs["gauges"] = legs["line_id"].map(self.lines["gauge_mm"])
        for row in self["gauge_exceptions"].itertuples():
            stops = self.stops[row.line_id]
            first, last = sorted((stops.index(row.from_id), stops.index(row.to_id)))
            legs.loc[legs.index[legs["line_id"] == row.line_id][first:last], "gauges"] = row.gauge_mm
        legs["gauges"] = legs["gauges"].map(lambda text: tuple(int(gauge) for gauge in split_list(text)))
        return legs


def check_tables(folder: Path = TABLES) -> pd.DataFrame:
    """Check every table in a folder.

    Parameters
    ----------
    folder
        Holds the CSV files; the country polygons are taken from ``../borders`` if they are there.

    Returns
    -------
    pandas.DataFrame
        One row a finding: ``table, row, problem``. Empty if all is well. What breaks a schema or names an id that does
        not exist is reported alone: the other checks rely on both.
    """
    tables = read_tables(folder)
    findings: list[Finding] = []
    for checks in STAGES:
        if not findings:
            findings = [f for check in checks for f in check(tables)]
    return pd.DataFrame([vars(f) for f in findings], columns=["table", "row", "problem"])


def read_tables(folder: Path) -> Tables:
    """Read all tables of a folder as text; an empty cell is ``""``."""
    frames = {
        path.stem: pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        for path in sorted(folder.glob("*.csv"))
    }
    borders = folder.parent / "borders" / "countries.shp"
    return Tables(frames, gpd.read_file(borders) if borders.is_file() else None)


# Each table by itself ------------------------------------------------------------------------------------------------


def check_schemas(tables: Tables) -> Iterator[Finding]:
    """Columns, types, required and allowed values, and order of rows."""
    for name, frame in tables.frames.items():
        if name not in kinds():
            yield Finding(name, "", "no schema of this name")
            continue
        spec = columns(name)
        if list(frame.columns) != [c.name for c in spec]:
            yield Finding(name, "", f"columns are {', '.join(frame.columns)}; the schema says otherwise")
            continue
        for column in spec:
            for k, problem in _column_problems(frame[column.name], column):
                yield Finding(name, tables.key(name, frame.iloc[k]), f"{column.name}: {problem}")


def _column_problems(values: pd.Series, column: Column) -> Iterator[tuple[int, str]]:
    for k, value in enumerate(values):
        if value != value.strip():
            yield k, f"{value!r} has blanks at its ends"
        elif value == "":
            if column.is_required:
                yield k, "must not be empty"
        elif not _is_of_type(value, column.dtype):
            yield k, f"{value!r} is no {column.dtype}"
        elif column.allowed and not set(_items(value, column)) <= set(column.allowed):
            yield k, f"{value!r} is not allowed"


def _items(value: str, column: Column) -> list[str]:
    return split_list(value) if column.dtype == "list" else [value]


def _is_of_type(value: str, dtype: str) -> bool:
    pattern = {"int": r"-?\d+", "float": r"-?\d+(\.\d+)?", "date": r"\d{4}-\d{2}-\d{2}", "list": r"[^|]+(\|[^|]+)*"}
    return dtype not in pattern or re.fullmatch(pattern[dtype], value) is not None


def check_keys(tables: Tables) -> Iterator[Finding]:
    """Rows differ in their keys, and stand in the order of their keys' first column."""
    for name, frame in tables.frames.items():
        if name not in KEYS or not set(KEYS[name]) <= set(frame.columns):
            continue
        for _, row in frame[frame.duplicated(KEYS[name])].iterrows():
            yield Finding(name, tables.key(name, row), "stands twice")
        first = frame[KEYS[name][0]]
        if not first.is_monotonic_increasing:
            yield Finding(name, "", f"rows are not sorted by {KEYS[name][0]}")


# Tables with each other ----------------------------------------------------------------------------------------------


def check_references(tables: Tables) -> Iterator[Finding]:
    """Every id that is named exists."""
    for name, column, targets in REFERENCES:
        known = set().union(*(tables[t][KEYS[t][0]] for t in targets))
        missing = tables[name][column].map(lambda text, known=known: sorted(set(split_list(text)) - known))
        for _, row in tables[name][missing.astype(bool)].iterrows():
            values = ", ".join(sorted(set(split_list(row[column])) - known))
            yield Finding(name, tables.key(name, row), f"{column} {values} is in no {' or '.join(targets)}")
    for name, column in (("capacities", "place"), ("lines", "requires"), ("restrictions", "place")):
        for _, row in tables[name].iterrows():
            for value in split_list(row[column]):
                prefix, _, target = value.partition(":")
                if name == "restrictions" and prefix in ("country", "border"):
                    continue
                table = PREFIXES.get(prefix)
                if table is None or target not in set(tables[table][KEYS[table][0]]):
                    yield Finding(name, tables.key(name, row), f"{column} {value!r} does not resolve")


def check_pairs(tables: Tables) -> Iterator[Finding]:
    """What two columns name together exists: a crossing with a mode, a station on a line or of a mode."""
    for _, row in tables["gauge_exceptions"].iterrows():
        if not {row["from_id"], row["to_id"]} <= set(tables.stops.get(row["line_id"], [])):
            yield Finding("gauge_exceptions", row["line_id"], "the stretch is not on this line")
    modes = set(tables["crossing_modes"][["crossing_id", "mode"]].itertuples(index=False, name=None))
    for _, row in tables["crossing_dwell"].iterrows():
        if (row["crossing_id"], row["mode"]) not in modes:
            yield Finding("crossing_dwell", row["crossing_id"], f"the crossing has no {row['mode']}")
    served = {
        (station, tables.lines.at[line, "mode"])
        for line, stops in tables.stops.items()
        if line in tables.lines.index
        for station in stops
    }
    for _, row in tables["transfers"].iterrows():
        for end in ("from", "to"):
            if (row[f"{end}_id"], row[f"{end}_mode"]) not in served:
                problem = f"no {row[f'{end}_mode']} line serves {row[f'{end}_id']}"
                yield Finding("transfers", tables.key("transfers", row), problem)
        if row["to_mode"] == "sea" and row["kind"] in ABILITIES:
            column = ABILITIES[row["kind"]]
            at = tables["ports"][(tables["ports"][["port_id", "station_id"]] == row["to_id"]).any(axis=1)]
            if (at[column] == "no").any():
                yield Finding("transfers", tables.key("transfers", row), f"{column} is no in the table of ports")


def check_sources(tables: Tables) -> Iterator[Finding]:
    """Every row's source is listed."""
    known = set(tables["sources"]["source_id"])
    for name, frame in _sourced(tables):
        for _, row in frame[~frame["source_id"].isin(known)].iterrows():
            yield Finding(name, tables.key(name, row), f"source_id {row['source_id']!r} is in no sources")


def check_unused_sources(tables: Tables) -> Iterator[Finding]:
    """Every listed source is used, by a row of a table or by a cost model."""
    used = POSITION_SOURCES.union(*(frame["source_id"] for _, frame in _sourced(tables)))
    models = "".join(path.read_text(encoding="utf-8") for path in sorted((TABLES.parent / "costs").glob("*.toml")))
    for source_id in sorted(set(tables["sources"]["source_id"]) - used):
        if f'"{source_id}:' not in models and f'"{source_id}"' not in models:
            yield Finding("sources", source_id, "is used by no row and no cost model")


def _sourced(tables: Tables) -> list[tuple[str, pd.DataFrame]]:
    """Return the tables whose rows name a source."""
    return [(name, frame) for name, frame in tables.frames.items() if name != "sources" and "source_id" in frame]


def check_stops(tables: Tables) -> Iterator[Finding]:
    """A line has two stops or more, none twice in a row; km posts run one way; every station is on a line."""
    for line in tables.lines.index:
        stops = tables.stops.get(line, [])
        if len(stops) < 2:
            yield Finding("lines", line, f"has {len(stops)} stops")
        for a, b in pairwise(stops):
            if a == b:
                yield Finding("line_stops", line, f"{a!r} twice in a row")
    posts = tables["line_stops"].assign(km=lambda f: _numbers(f["km_post"])).dropna(subset="km")
    for line, rows in posts.groupby("line_id", sort=True):
        steps = np.diff(rows["km"])
        if not ((steps > 0).all() or (steps < 0).all()):
            yield Finding("line_stops", str(line), "km posts do not run one way")
    for station in sorted(set(tables.stations.index) - set(tables["line_stops"]["station_id"])):
        yield Finding("stations", station, "is on no line")


def check_leg_lengths(tables: Tables) -> Iterator[Finding]:
    """Two stops of a land line are near each other."""
    legs = tables.legs[tables.legs["mode"] != "sea"]
    lonlat = [tables.stations.loc[legs[end], c].to_numpy() for end in ("from_id", "to_id") for c in ("lon", "lat")]
    for leg, km in zip(legs.itertuples(), distance_km(*lonlat), strict=True):
        if km > MAX_LEG_KM:
            yield Finding("line_stops", leg.line_id, f"{leg.from_id} and {leg.to_id} are {km:.0f} km apart")


def check_segments(tables: Tables) -> Iterator[Finding]:
    """A segment stands in one line only; high-speed tracks beside a main line are tracks of their own."""
    seen: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for leg in tables.legs.itertuples():
        is_fast = tables.lines.at[leg.line_id, "line_class"] == "passenger_hs"
        for gauge in leg.gauges or (0,):
            seen[leg.mode, gauge, is_fast, *sorted((leg.from_id, leg.to_id))].append(leg.line_id)
    for (*_, a, b), lines in sorted(seen.items(), key=str):
        if len(lines) > 1:
            yield Finding("line_stops", " ".join(lines), f"segment {a} - {b} stands in {len(lines)} lines")


def check_published_lengths(tables: Tables) -> Iterator[Finding]:
    """The stretch belongs to the line, and a route is neither shorter than its chords nor far longer."""
    for _, row in tables["published_lengths"].iterrows():
        stops = tables.stops.get(row["line_id"], [])
        ends = [row["from_id"], row["to_id"]]
        key = tables.key("published_lengths", row)
        if bool(ends[0]) != bool(ends[1]) or (any(ends) and row["extent"]):
            yield Finding("published_lengths", key, "give both stations, or the extent in words, or neither")
        elif ends[0] and not set(ends) <= set(stops):
            yield Finding("published_lengths", key, "the stretch is not on this line")
        elif row["length_kind"] == "route" and not row["extent"] and not row["note"] and stops:
            first, last = (stops.index(e) for e in ends) if ends[0] else (0, len(stops) - 1)
            stretch = stops[min(first, last) : max(first, last) + 1]
            yield from _length_findings(tables, "published_lengths", key, float(row["length_km"]), stretch)


def check_km_posts(tables: Tables) -> Iterator[Finding]:
    """The difference of two neighbouring km posts fits the chords between them."""
    frame = tables["line_stops"].assign(km=lambda f: _numbers(f["km_post"]), seq=lambda f: _numbers(f["seq"]))
    for line, rows in frame.sort_values("seq", kind="stable").groupby("line_id", sort=True):
        if line not in tables.lines.index:
            continue
        stops = list(rows["station_id"])
        posted = [(k, km) for k, km in enumerate(rows["km"]) if km == km]
        for (i, km_i), (j, km_j) in pairwise(posted):
            key = f"{line} {stops[i]} - {stops[j]}"
            yield from _length_findings(tables, "line_stops", key, abs(km_j - km_i), stops[i : j + 1])


def _length_findings(tables: Tables, name: str, key: str, length_km: float, stops: list[str]) -> Iterator[Finding]:
    """Compare a length with the chords between stops, allowing for what the positions are worth."""
    at = tables.stations.reindex(stops)
    if at["lat"].isna().any():
        return
    lon, lat = at["lon"].to_numpy(), at["lat"].to_numpy()
    chords = float(distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
    slack = sum(POSITION_KM[c] for c in at["confidence"].iloc[[0, -1]])
    # A bend that is off makes the chords longer than the track: each counts with its own doubt.
    bends = sum(POSITION_KM[c] for c in at["confidence"].iloc[1:-1]) / 2
    if length_km < chords - slack - bends:
        yield Finding(name, key, f"{length_km:g} km is less than the {chords:.1f} km of its chords")
    elif length_km > MAX_DETOUR * chords + slack:
        yield Finding(name, key, f"{length_km:g} km is more than {MAX_DETOUR} times the {chords:.1f} km of its chords")


# Gauge and borders ---------------------------------------------------------------------------------------------------


def check_gauges(tables: Tables) -> Iterator[Finding]:
    """Where a gauge ends and another is there, ``gauge_breaks`` says how cargo goes on; and nowhere else."""
    rail = tables.legs[tables.legs["mode"] == "rail"]
    ends: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for leg in rail.itertuples():
        if not leg.gauges:
            yield Finding("lines", leg.line_id, "rail without a gauge")
        for gauge in leg.gauges:
            ends[leg.from_id][gauge] += 1
            ends[leg.to_id][gauge] += 1
    breaks = tables["gauge_breaks"]
    listed = {
        (s, int(a), int(b))
        for s, a, b in zip(breaks["station_id"], breaks["gauge_a_mm"], breaks["gauge_b_mm"], strict=True)
        if a.isdigit() and b.isdigit()
    }
    for station, a, b in sorted(listed):
        if a >= b:
            yield Finding("gauge_breaks", station, f"{a} and {b}: the smaller gauge comes first")
        if not {a, b} <= set(ends[station]):
            yield Finding("gauge_breaks", f"{station} {a} {b}", f"lines here have {sorted(ends[station])}")
    joined = {station for station, *_ in listed}
    for station, gauges in sorted(ends.items()):
        if len(gauges) > 1 and min(gauges.values()) == 1 and station not in joined:
            yield Finding("gauge_breaks", station, f"{sorted(gauges)} meet and one ends, but no row says so")


def check_countries(tables: Tables) -> Iterator[Finding]:
    """Stations, ports and crossings lie in or near their countries, or their note says why not."""
    if tables.countries is None:
        return
    polygons = tables.countries.set_index("iso3").geometry
    unknown = set(tables["stations"]["iso3"]) | set(tables["crossings"][["iso3_a", "iso3_b"]].to_numpy().ravel())
    for iso3 in sorted(unknown - set(polygons.index)):
        yield Finding("stations", iso3, "is no country")
    for name, iso3_column, limit_km in LIMITS_KM:
        for iso3, rows in tables[name].groupby(iso3_column, sort=True):
            if iso3 in polygons.index:
                yield from _outside(name, tables, rows, str(iso3), polygons[iso3], limit_km)


def _outside(
    name: str, tables: Tables, rows: pd.DataFrame, iso3: str, polygon: shapely.Geometry, limit_km: float
) -> Iterator[Finding]:
    """Yield the rows without a note whose position lies too far outside a country."""
    shapely.prepare(polygon)
    points = shapely.points(_numbers(rows["lon"]).to_numpy(), _numbers(rows["lat"]).to_numpy())
    is_suspect = ~shapely.contains(polygon, points) & ~rows.get("note", pd.Series("", rows.index)).astype(bool)
    for point, (_, row) in zip(points[is_suspect], rows[is_suspect].iterrows(), strict=True):
        near = shapely.get_coordinates(shapely.shortest_line(point, polygon))[-1]
        km = float(distance_km(point.x, point.y, *near))
        if km > limit_km:
            yield Finding(name, tables.key(name, row), f"lies {km:.1f} km outside {iso3}")


def check_crossings(tables: Tables) -> Iterator[Finding]:
    """A crossing has a mode; its periods neither overlap nor leave a gap; a line over a border finds one."""
    modes = tables["crossing_modes"]
    for crossing in sorted(set(tables["crossings"]["crossing_id"]) - set(modes["crossing_id"])):
        yield Finding("crossings", crossing, "has no mode")
    for (crossing, mode), rows in modes.groupby(["crossing_id", "mode"], sort=True):
        periods = rows.sort_values("valid_from")[["valid_from", "valid_to"]].to_numpy()
        for (_, end), (start, _) in pairwise(periods):
            if not end or not start or pd.Timestamp(end) + pd.Timedelta(days=1) != pd.Timestamp(start):
                problem = f"a period from {start or '?'} does not follow one to {end or '?'}"
                yield Finding("crossing_modes", f"{crossing} {mode}", problem)
        if mode == "rail" and ((rows["gauge_a_mm"] == "") | (rows["gauge_b_mm"] == "")).any():
            yield Finding("crossing_modes", f"{crossing} {mode}", "rail without gauges")
    legs = tables.legs
    for leg in legs[(legs["iso3_from"] != legs["iso3_to"]) & (legs["mode"] != "sea")].itertuples():
        km = _km_to_crossing(tables, leg.from_id, leg.to_id, leg.mode)
        if km > CROSSING_KM:
            nearest = f"{km:.0f} km away" if km < np.inf else "nowhere"
            problem = (
                f"no {leg.mode} crossing {leg.iso3_from}-{leg.iso3_to} near {leg.from_id} - {leg.to_id}, but {nearest}"
            )
            yield Finding("crossings", leg.line_id, problem)


def _km_to_crossing(tables: Tables, from_id: str, to_id: str, mode: str) -> float:
    """Return how far the nearest crossing of the mode lies from the chord between two stops."""
    a, b = tables.stations.loc[from_id], tables.stations.loc[to_id]
    crossings, modes = tables["crossings"], tables["crossing_modes"]
    pair = sorted((a["iso3"], b["iso3"]))
    is_pair = np.sort(crossings[["iso3_a", "iso3_b"]].to_numpy(dtype=str), axis=1) == pair
    here = crossings["crossing_id"].isin(modes.loc[modes["mode"] == mode, "crossing_id"]) & is_pair.all(axis=1)
    if not here.any():
        return float("inf")
    lon, lat = _numbers(crossings.loc[here, "lon"]).to_numpy(), _numbers(crossings.loc[here, "lat"]).to_numpy()
    chord = shapely.LineString([(a["lon"], a["lat"]), (b["lon"], b["lat"])])
    near = shapely.line_interpolate_point(chord, shapely.line_locate_point(chord, shapely.points(lon, lat)))
    return float(distance_km(lon, lat, shapely.get_x(near), shapely.get_y(near)).min())


# Places --------------------------------------------------------------------------------------------------------------


def check_places(tables: Tables) -> Iterator[Finding]:
    """Stations of a place lie in its country and near each other; no two places share a name."""
    for _, place in tables["places"].iterrows():
        members = tables.stations[tables.stations["place_id"] == place["place_id"]]
        if members.empty:
            yield Finding("places", place["place_id"], "owns no station")
        if set(members["iso3"]) - {place["iso3"]}:
            yield Finding("places", place["place_id"], "owns a station of another country")
        lon, lat = members["lon"].to_numpy(), members["lat"].to_numpy()
        km = distance_km(lon[:, None], lat[:, None], lon[None, :], lat[None, :])
        if km.size and km.max() > PLACE_KM:
            yield Finding("places", place["place_id"], f"its stations are up to {km.max():.0f} km apart")
    # A name may be an alias of something else; only two names of one country must not be equal.
    own = tables.stations[(tables.stations["place_id"] == "") & (tables.stations["kind"] != "via")]
    for place_id in sorted(set(tables["places"]["place_id"]) & set(own.index)):
        yield Finding("places", place_id, "is also the id of a station that it does not own")
    named = pd.concat([tables["places"][["name", "iso3"]], own[["name", "iso3"]]])
    for name, iso3 in sorted(set(named[named.duplicated()].itertuples(index=False, name=None))):
        yield Finding("places", name, f"two places of {iso3} have this name")


def _numbers(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce")


Check = Callable[[Tables], Iterator[Finding]]

STAGES: list[list[Check]] = [
    [check_schemas],
    [check_keys, check_references, check_pairs, check_sources],
    [
        check_unused_sources,
        check_stops,
        check_leg_lengths,
        check_segments,
        check_published_lengths,
        check_km_posts,
        check_gauges,
        check_countries,
        check_crossings,
        check_places,
    ],
]
"""Each stage relies on the one before it."""


def main() -> int:
    """Print the findings; return 1 if there are any."""
    parser = argparse.ArgumentParser(description=check_tables.__doc__.splitlines()[0] if check_tables.__doc__ else "")
    parser.add_argument("folder", nargs="?", type=Path, default=TABLES)
    findings = check_tables(parser.parse_args().folder)
    for finding in findings.itertuples():
        print(f"{finding.table}: {finding.row}: {finding.problem}")
    print(f"{len(findings)} findings")
    return int(len(findings) > 0)


if __name__ == "__main__":
    sys.exit(main())
