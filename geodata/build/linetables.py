"""The tables that the line layers are made from, read once: stations, lines, stops, published lengths, crossings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

DECIMALS = 6
# Statuses whose track exists, so that the rail graph may hold it.
BUILT = ("operating", "suspended", "closed")


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
        straight_reasons=read("straight_reasons", ["lat_a", "lon_a", "lat_b", "lon_b", "off_km", "known_km"]),
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


def stations_of(tables: Tables, ids: list[str]) -> list[pd.Series]:
    """Rows of these stations, in this order."""
    return [tables.stations.loc[station] for station in ids]


def whole_lengths(tables: Tables, line_id: str) -> pd.DataFrame:
    """Published lengths of a whole line, of every kind; those of a stretch or of more than the line are left out."""
    table = tables.published
    is_whole = (table["from_id"] == "") & (table["to_id"] == "") & (table["extent"] == "")
    return table[(table["line_id"] == line_id) & is_whole]


def whole_routes(tables: Tables, line_id: str) -> pd.DataFrame:
    """Published lengths of a whole line from end to end."""
    rows = whole_lengths(tables, line_id)
    return rows[rows["length_kind"] == "route"]
