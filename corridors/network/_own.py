"""Anybody's own lines as layers: cleaned, joined at their ends, named by the places near them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors import geodata
from corridors.errors import LayerError, SchemaError, warn
from corridors.network._build import Layers
from corridors.network._network import ANY_CARGO
from corridors.network._reading import Reading, named_points, nothing, own_countries, own_crossings, own_lines
from corridors.schema import columns as schema_columns
from corridors.schema import validate
from corridors.topology import (
    EXCURSION_TOLERANCE_KM,
    Boundaries,
    CrossingPoints,
    join_ends,
    node_antimeridian,
    node_points,
    repair_lines,
    settle_countries,
)
from corridors.topology._arrays import Ragged, joined_rows, labels, no_repairs, repair_rows
from corridors.topology._sphere import on_sphere_m
from corridors.units import chord_lengths_km, distance_km

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

NAMING_RADIUS_KM = 5.0
"""A node of somebody's own lines takes the name of a place within this distance."""

AT_THE_PLACE_KM = 1.0
"""A node this near to the place it is named after lies in the country of the place, whatever a coarse border says; a line this
near to a place of somebody's own, without such a node, gets one there."""

_NOWHERE = np.empty((0, 2))
"""No places."""


@dataclass(frozen=True)
class Cleaning:
    """How somebody's lines are cleaned; see `corridors.build_network`."""

    snap_m: float = 50.0
    gap_m: float = 0.0
    parallels_m: float = 0.0
    crossings: bool = False
    contract: bool = False
    repair: bool = True

    def __post_init__(self) -> None:
        for name in ("snap_m", "gap_m", "parallels_m"):
            metres = getattr(self, name)
            if not 0.0 <= metres < float("inf"):
                raise ValueError(f"{name} is {metres!r}; it must be metres, zero or more")


def own_layers(
    lines: Mapping[str, Any],
    *,
    borders: Any = None,
    crossings: Any = None,
    places: Any = None,
    cleaning: Cleaning | None = None,
    reading: Reading | None = None,
) -> tuple[Layers, pd.DataFrame]:
    """Bring somebody's own layers to the schema of the embedded ones; return them and the repairs of the lines."""
    import geopandas as gpd
    import pandas as pd

    cleaning, reading = cleaning or Cleaning(), reading or Reading()
    given = [own_lines(source, name, reading) for name, source in lines.items() if source is not None]
    if not given:
        raise LayerError("no lines given; pass rail=, road=, sea= or proposed=")
    countries = geodata.load("borders") if borders is None else own_countries(borders, reading)
    frame = pd.concat([one.lines for one in given], ignore_index=True)
    _refuse_doubles([one.lines for one in given])
    at, label, iso3 = named_points(places, reading)
    stops = _NOWHERE if places is None or cleaning.contract else at[label != ""]
    rows = [*(one.repairs for one in given), _assume_gauge(frame)]
    frame, repairs = cleaned(frame, rows, cleaning, places=stops)
    if frame.empty:
        raise LayerError("no line has any length; are the coordinates right?")
    ends, positions = nodes_of(frame, cleaning.snap_m if cleaning.repair else 0.0)
    boundaries = Boundaries(countries)
    names, known, why = names_at(ends, positions, at, label, iso3)
    stations = _stations(positions, boundaries, names, known)
    if places is not None:
        repairs = joined_rows([repairs, unnamed_places(at, label, why)])
    edges = edge_rows(frame, ends, positions, stations["station_id"].to_numpy())
    points, modes = own_crossings(crossings, reading)
    stations, wobbles = _settled(stations, ends, points)
    repairs = pd.concat([repairs, wobbles], ignore_index=True) if len(wobbles) else repairs
    layers = Layers(
        edges=gpd.GeoDataFrame(validate(edges, "edges", name="own lines"), crs=4326),
        stations=stations,
        countries=countries,
        places=nothing("places"),
        lines=line_rows(edges),
        crossings=points,
        crossing_modes=modes,
        crossing_dwell=geodata.load("crossing_dwell") if crossings is None else nothing("crossing_dwell"),
        transfers=_transfer_rows(edges, stations["station_id"].to_numpy()),
        gauge_breaks=gauge_break_rows(edges),
        ports=nothing("ports"),
        sources=pd.concat([geodata.load("sources"), source_rows()], ignore_index=True),
        tolerance_km=EXCURSION_TOLERANCE_KM,
        repairs=listed(repairs),
    )
    return layers, repairs


def _refuse_doubles(layers: list[gpd.GeoDataFrame]) -> None:
    """Refuse an id that lines of two layers have: as one line it would have two modes or statuses."""
    seen: set[str] = set()
    for layer in layers:
        ids = set(layer["line_id"])
        if ids & seen:
            raise SchemaError(f"two layers have a line {min(ids & seen)!r}; give each line an id of its own")
        seen |= ids


def _settled(stations: pd.DataFrame, ends: Any, crossings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give nodes that a coarse border puts on the wrong side the country of what they belong to; say which."""
    known = CrossingPoints(
        list(crossings["crossing_id"]), list(crossings["iso3_a"]), list(crossings["iso3_b"]),
        crossings["lon"].to_numpy(dtype=float), crossings["lat"].to_numpy(dtype=float),
    )  # fmt: skip
    xy = stations[["lon", "lat"]].to_numpy(dtype=float)
    iso3, patches = settle_countries(
        stations["iso3"].to_numpy(dtype=object), ends, xy, crossings=known, fixed=stations["is_known"].to_numpy(dtype=bool)
    )  # fmt: skip
    rows = [
        repair_rows("border wobble", f"{p.iso3_in} in {p.iso3_by_polygon}", np.array([p.lon, p.lat]), p.spread_km * 1000.0,
                    f"{p.n_nodes} nodes that lead only back to {p.iso3_in} count as {p.iso3_in}")
        for p in patches
    ]  # fmt: skip
    return stations.drop(columns="is_known").assign(iso3=iso3), joined_rows(rows)


def listed(repairs: pd.DataFrame) -> list[dict[str, Any]]:
    """Return repairs of lines as rows for the repairs of a network."""
    return [
        {"kind": kind, "what": what, "place": place_text(lon, lat), "km": metres / 1000.0, "note": note}
        for kind, what, lon, lat, metres, note in repairs.itertuples(index=False)
    ]


def place_text(lon: float, lat: float) -> str:
    return "" if lon != lon else f"{lon:.5f},{lat:.5f}"


def cleaned(
    frame: gpd.GeoDataFrame, rows: list[pd.DataFrame], cleaning: Cleaning, *, places: Any = _NOWHERE
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Repair the lines of each mode for themselves, a road over a railway is no junction; cut them at the places beside them."""
    import pandas as pd

    parts = []
    options = {f.name: getattr(cleaning, f.name) for f in fields(cleaning) if f.name != "repair"}
    for _, part in frame.groupby("mode", sort=False):
        lines, repairs = repair_lines(part.reset_index(drop=True), **options)
        if not cleaning.repair:
            lines, repairs = part, _not_done(repairs)
        lines, over = node_antimeridian(lines)
        cut, cuts = node_points(lines, places, within_m=AT_THE_PLACE_KM * 1000.0)
        lines, cuts = (cut, cuts) if cleaning.repair else (lines, _not_done(cuts))
        parts.append(lines if "repair" in lines else lines.assign(repair=""))
        rows += [repairs, over, cuts]
    return pd.concat(parts, ignore_index=True), pd.concat(rows, ignore_index=True)


def _not_done(repairs: pd.DataFrame) -> pd.DataFrame:
    return repairs.assign(note="found, not done: " + repairs["note"])


def nodes_of(frame: gpd.GeoDataFrame, snap_m: float) -> tuple[Any, Any]:
    """Return the node of both ends of each line and the position of each node; modes meet within ``snap_m``.

    Within a mode the ends were snapped before; a node of another mode goes to the nearest one of the modes before it.
    """
    from scipy.spatial import cKDTree

    ends = np.zeros((len(frame), 2), dtype=int)
    positions = np.empty((0, 2))
    for mode in frame["mode"].unique():
        rows = np.flatnonzero(frame["mode"] == mode)
        mine, xy = join_ends(frame.geometry.array[rows], snap_m=0.0)
        number = np.arange(len(xy)) + len(positions)
        if len(positions) and snap_m > 0:
            metres, near = cKDTree(on_sphere_m(positions)).query(on_sphere_m(xy))
            number = np.where(metres <= snap_m, near, len(positions) + np.cumsum(metres > snap_m) - 1)
            xy = xy[metres > snap_m]
        ends[rows] = number[mine]
        positions = np.vstack([positions, xy])
    return ends, positions


def edge_rows(frame: gpd.GeoDataFrame, ends: Any, positions: Any, ids: Any) -> pd.DataFrame:
    ragged = Ragged.of(frame.geometry.array)
    xy = ragged.xy.copy()
    at, mine = positions[ends], xy[ragged.ends]
    other_side = np.abs(at[..., 0] - mine[..., 0]) > 180.0  # 180 and -180 degrees are one node
    xy[ragged.ends] = np.where(other_side[..., None], mine, at)
    ragged = Ragged(xy, ragged.start)
    shapes, lengths = ragged.lines(), _lengths_km(ragged)
    gap = (frame["repair"] == "gap").to_numpy()
    part = frame.groupby("line_id").cumcount() + 1
    return frame.drop(columns="repair").assign(
        geometry=shapes,
        edge_id=frame["line_id"] + "." + part.astype(str).str.zfill(3),
        from_id=ids[ends[:, 0]],
        to_id=ids[ends[:, 1]],
        length_km=lengths,
        length_source=np.where(gap, "assumed", "matched"),
        shape_source="stops",
        assumed_km=np.where(gap, lengths, 0.0),
        source_id="own-data",
    )


def line_rows(edges: pd.DataFrame) -> pd.DataFrame:
    rows = edges.drop_duplicates("line_id").assign(
        aliases="", opened="", due_year=float("nan"), n_tracks=float("nan"), electrified="", requires="", confidence="high",
        note="", name=lambda f: f["line_name"],
    )  # fmt: skip
    gauges = edges.groupby("line_id")["gauge_mm"].agg(lambda g: "|".join(map(str, sorted(set(g)))))
    rows["gauge_mm"] = rows["line_id"].map(gauges)
    return rows[[c.name for c in schema_columns("lines")]]


def _assume_gauge(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give rail of unknown gauge the commonest known one, in place; return what was assumed."""
    unknown = (frame["mode"] == "rail") & (frame["gauge_mm"] == 0)
    known = frame.loc[(frame["mode"] == "rail") & ~unknown, "gauge_mm"]
    if known.empty or not unknown.any():
        return no_repairs()
    gauge = int(known.mode().iloc[0])
    frame.loc[unknown, "gauge_mm"] = gauge
    first = frame[unknown].drop_duplicates("line_id")
    xy = shapely.get_coordinates(shapely.get_point(first.geometry.array, 0))
    return repair_rows("gauge assumed", first["line_id"].to_numpy(), xy, 0.0, f"{gauge} mm, as most other lines")


def source_rows() -> pd.DataFrame:
    import pandas as pd

    row = {
        "source_id": "own-data",
        "title": "Lines supplied by the user",
        "kind": "dataset",
        "url": "",
        "year": "",
        "note": "",
    }
    return pd.DataFrame([row])


def _stations(positions: Any, boundaries: Boundaries, names: list[str], known: list[str]) -> pd.DataFrame:
    import pandas as pd

    ids = [f"n{i + 1}" for i in range(len(positions))]
    iso3 = boundaries.country_of(positions[:, 0], positions[:, 1])
    n_nowhere = sum(not c for c in iso3)
    if 2 * n_nowhere > len(iso3):
        warn(
            f"{n_nowhere} of {len(iso3)} ends of lines lie in no country, and count for the nearest; is the CRS right, are longitude "
            "and latitude in this order, do the borders reach that far?"
        )
    iso3 = [k if k in boundaries.countries else c or boundaries.nearest_country(x, y)
            for k, c, (x, y) in zip(known, iso3, positions, strict=True)]  # fmt: skip
    return pd.DataFrame(
        {
            "station_id": ids, "name": names, "aliases": "", "lat": positions[:, 1], "lon": positions[:, 0],
            "iso3": iso3, "is_known": [k in boundaries.countries for k in known], "kind": "station", "place_id": "", "position_source": "own data", "confidence": "high", "note": "",
        }
    )  # fmt: skip


def names_at(
    ends: Any, positions: Any, points: Any, label: Any, iso3: Any, *, otherwise: str = "node {}"
) -> tuple[list[str], list[str], dict[int, str]]:
    """Return the names of nodes, the countries that their places give them, and why the other places name none.

    A country is ``""`` where the place is no more than near.
    A place names the nearest node within the radius, in the largest component there, so that no yard stub is a city. Of two
    places for one node the nearer names it; of two of one name that are near each other, so does the one nearer to a node.
    """
    from scipy.spatial import cKDTree

    names, countries = [otherwise.format(i + 1) for i in range(len(positions))], [""] * len(positions)
    if len(points) == 0:
        return names, countries, {}
    component = labels(ends, len(positions))
    size = np.bincount(component)[component]
    tree = cKDTree(on_sphere_m(positions))
    near = tree.query_ball_point(on_sphere_m(points), NAMING_RADIUS_KM * 1000.0)
    candidates, why = [], {}
    for row, (at, name, found) in enumerate(zip(points, label, near, strict=True)):
        if name and found:
            i = np.sort(np.asarray(found))
            km = distance_km(at[0], at[1], positions[i, 0], positions[i, 1])
            k = int(np.lexsort((km, -size[i]))[0])
            candidates.append((float(km[k]), row, int(i[k])))
        else:
            why[row] = f"no node within {NAMING_RADIUS_KM:g} km" if name else "it has no name"
    named: set[int] = set()
    called: dict[str, list[int]] = {}
    for away_km, row, node in sorted(candidates):
        others = called.setdefault(label[row], [])
        if node in named or any(distance_km(*points[row], *points[o]) <= 2 * NAMING_RADIUS_KM for o in others):
            why[row] = "another place is nearer to the node, or has its name"
            continue
        named.add(node)
        others.append(row)
        names[node], countries[node] = label[row], iso3[row] if away_km <= AT_THE_PLACE_KM else ""
    return names, countries, why


def unnamed_places(points: Any, label: Any, why: dict[int, str]) -> pd.DataFrame:
    """Return a row for each place that names no node."""
    rows = sorted(why)
    return repair_rows("place not used", label[rows], points[rows], 0.0, [why[row] for row in rows])


def _lengths_km(ragged: Ragged) -> Any:
    """Return the geodesic length of each line in kilometres."""
    step = np.zeros(len(ragged.xy))
    step[1:] = chord_lengths_km(ragged.xy)
    step[ragged.start[:-1]] = 0.0
    return np.add.reduceat(step, ragged.start[:-1])


def _transfer_rows(edges: pd.DataFrame, ids: Any) -> pd.DataFrame:
    """Join the modes that meet in one node: somebody's own files have no table that would forbid it."""
    import pandas as pd

    modes: dict[str, set[str]] = {}
    for end in ("from_id", "to_id"):
        for station, mode in zip(edges[end], edges["mode"], strict=True):
            modes.setdefault(station, set()).add(mode)
    rows = [
        {"from_id": s, "from_mode": a, "to_id": s, "to_mode": b, "kind": ANY_CARGO, "length_km": 0.0,
         "source_id": "own-data", "note": ""}
        for s in ids for a in sorted(modes.get(s, ())) for b in sorted(modes.get(s, ())) if a < b
    ]  # fmt: skip
    return pd.DataFrame(rows) if rows else nothing("transfers")


def gauge_break_rows(edges: pd.DataFrame) -> pd.DataFrame:
    """Put a gauge break where two gauges meet in one node."""
    import pandas as pd

    rail = edges[edges["mode"] == "rail"]
    gauges: dict[str, set[int]] = {}
    for end in ("from_id", "to_id"):
        for station, gauge in zip(rail[end], rail["gauge_mm"], strict=True):
            gauges.setdefault(station, set()).add(int(gauge))
    rows = [
        {"station_id": s, "gauge_a_mm": a, "gauge_b_mm": b, "method": "reload", "status": "operating",
         "source_id": "own-data", "note": ""}
        for s, g in sorted(gauges.items()) for a, b in zip(sorted(g), sorted(g)[1:], strict=False)
    ]  # fmt: skip
    return pd.DataFrame(rows) if rows else nothing("gauge_breaks")
