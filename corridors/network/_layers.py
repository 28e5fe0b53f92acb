"""Layers in: the embedded ones, or anybody's own files brought to the same schema."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors import geodata
from corridors._files import GEODATA
from corridors.collect.files import read_vector
from corridors.errors import LayerError, SchemaError, did_you_mean
from corridors.network._build import Layers
from corridors.schema import columns as schema_columns
from corridors.schema import validate
from corridors.topology import EXCURSION_TOLERANCE_KM, Boundaries, explode_lines, join_ends, repair_lines
from corridors.topology._arrays import labels, no_repairs, on_sphere_m, repair_rows
from corridors.units import distance_km, length_km

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

NAMING_RADIUS_KM = 5.0
"""A node of somebody's own lines takes the name of a place within this distance."""

_ISO3_NAMES = ("iso3", "ISO3", "ISO_A3", "ADM0_A3", "iso_a3", "GID_0", "SOV_A3")
_GAUGE_NAMES = ("gauge_mm", "gauge", "GAUGE")


def embedded_layers() -> Layers:
    """Return the layers that travel with the package."""
    import pandas as pd

    edges = pd.concat([geodata.load(n) for n in ("rail", "road", "sea", "proposed")], ignore_index=True)
    tables = {
        name: geodata.load(name)
        for name in (
            "stations", "places", "lines", "crossings", "crossing_modes", "crossing_dwell", "transfers", "gauge_breaks",
            "ports", "sources",
        )
    }  # fmt: skip
    # The stops carry their country, so however far a generalised shape strays, they decide.
    return Layers(
        edges=edges, countries=geodata.load("borders"), tolerance_km=math.inf, repairs=_embedded_repairs(edges), **tables
    )  # fmt: skip


def _embedded_repairs(edges: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return what the workshop did: each leg matched or laid, gaps of the rail graph closed, bends dropped."""
    kinds = edges["shape_source"].map({"rail_graph": "matched", "sea_lanes": "matched", "stops": "laid"})
    legs = zip(
        kinds,
        edges["edge_id"],
        edges["from_id"],
        edges["to_id"],
        edges["length_km"],
        edges["length_source"],
        strict=True,
    )
    rows = [
        {"kind": kind, "what": what, "place": f"{a} - {b}", "km": km, "note": f"length: {source.replace('_', ' ')}"}
        for kind, what, a, b, km, source in legs
    ]
    rows += [
        {
            "kind": "gap closed",
            "what": "rail graph",
            "place": f"{gap['lat_a']}, {gap['lon_a']}",
            "km": float(gap["gap_km"]),
            "note": f"rule: {gap['rule']}",
        }
        for gap in _csv_rows("rail/closed_gaps.csv")
    ]
    rows += [
        {
            "kind": "bend dropped",
            "what": bend["line_id"],
            "place": bend["station_id"],
            "km": 0.0,
            "note": "off the rail graph",
        }
        for bend in _csv_rows("rail/refuted_bends.csv")
    ]
    return rows


def _csv_rows(path: str) -> list[dict[str, str]]:
    with (GEODATA / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_layer(source: Any, *, geometry: str, name: str, encoding: str | None = None) -> gpd.GeoDataFrame:
    """Read a layer from a file or frame, in any CRS, as single-part geometries in EPSG:4326.

    Parameters
    ----------
    source
        A path to anything GDAL reads (zipped Shapefiles too), or a GeoDataFrame.
    geometry
        ``"line"``, ``"polygon"`` or ``"point"``.
    name
        What to call the layer in an error.
    encoding
        Of the text in a Shapefile that does not say it; None for what the file says.

    Raises
    ------
    LayerError
        The file is missing, broken, empty, without CRS, of the wrong geometry type, or with coordinates that are not
        finite or not on Earth.
    """
    import geopandas as gpd

    if isinstance(source, gpd.GeoDataFrame):
        frame, what = source.copy(), f"the {name} layer"
    else:
        path = Path(source)
        what = f"the {name} layer {path.name!r}"
        frame = read_vector(path, what=what, encoding=encoding)
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in frame:
        raise LayerError(f"{what} has no geometry")
    if frame.crs is None:
        raise LayerError(
            f"{what} has no coordinate reference system; set one, e.g. frame.set_crs(4326), or add its .prj"
        )
    frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)].to_crs(4326)
    frame = frame.explode(index_parts=False, ignore_index=True)
    if frame.empty:
        raise LayerError(f"{what} is empty")
    wanted = {"line": ("LineString", "LinearRing"), "polygon": ("Polygon",), "point": ("Point",)}[geometry]
    wrong = sorted(set(frame.geometry.geom_type) - set(wanted))
    if wrong:
        raise LayerError(f"{what} must hold {geometry}s; it holds {', '.join(wrong)}")
    with np.errstate(invalid="ignore"):  # what is not finite is refused below
        frame = frame.set_geometry(shapely.force_2d(frame.geometry.array))
    xy = shapely.get_coordinates(frame.geometry.array)
    if not (np.isfinite(xy).all() and (np.abs(xy[:, 0]) <= 180).all() and (np.abs(xy[:, 1]) <= 90).all()):
        raise LayerError(f"{what} has coordinates that are not on Earth; is its CRS right?")
    return frame


@dataclass(frozen=True)
class Cleaning:
    """How somebody's lines are cleaned; see `corridors.build_network`."""

    snap_m: float = 50.0
    gap_m: float = 0.0
    parallels_m: float = 0.0
    crossings: bool = False
    contract: bool = False
    repair: bool = True


@dataclass(frozen=True)
class Reading:
    """How somebody's files are read; see `corridors.build_network`."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    encoding: str | None = None


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
    given = [_own_lines(source, name, reading) for name, source in lines.items() if source is not None]
    if not given:
        raise LayerError("no lines given; pass rail=, road=, sea= or proposed=")
    countries = geodata.load("borders") if borders is None else _own_countries(borders)
    frame = pd.concat(given, ignore_index=True)
    frame, repairs = _cleaned(frame, [_assume_gauge(frame)], cleaning)
    if frame.empty:
        raise LayerError("no line has any length; are the coordinates right?")
    ends, positions = _nodes(frame, cleaning.snap_m if cleaning.repair else 0.0)
    boundaries = Boundaries(countries)
    stations = _own_stations(ends, positions, boundaries, places)
    edges = _own_edges(frame, ends, positions, stations["station_id"].to_numpy())
    own_crossings, modes = _own_crossings(crossings)
    layers = Layers(
        edges=gpd.GeoDataFrame(validate(edges, "edges", name="own lines"), crs=4326),
        stations=stations,
        countries=countries,
        places=_nothing("places"),
        lines=_line_rows(edges),
        crossings=own_crossings,
        crossing_modes=modes,
        crossing_dwell=geodata.load("crossing_dwell") if crossings is None else _nothing("crossing_dwell"),
        transfers=_own_transfers(edges, stations["station_id"].to_numpy()),
        gauge_breaks=_own_gauge_breaks(edges),
        ports=_nothing("ports"),
        sources=pd.concat([geodata.load("sources"), _own_source()], ignore_index=True),
        tolerance_km=EXCURSION_TOLERANCE_KM,
        repairs=[
            {"kind": kind, "what": what, "place": _place(lon, lat), "km": metres / 1000.0, "note": note}
            for kind, what, lon, lat, metres, note in repairs.itertuples(index=False)
        ],
    )
    return layers, repairs


def _place(lon: float, lat: float) -> str:
    return "" if lon != lon else f"{lon:.5f},{lat:.5f}"


def _cleaned(
    frame: gpd.GeoDataFrame, rows: list[pd.DataFrame], cleaning: Cleaning
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Repair the lines of each mode for themselves: a road over a railway is no junction."""
    import pandas as pd

    parts = []
    options = {f.name: getattr(cleaning, f.name) for f in fields(cleaning) if f.name != "repair"}
    for _, part in frame.groupby("mode", sort=False):
        lines, repairs = repair_lines(part.reset_index(drop=True), **options)
        if not cleaning.repair:
            lines, kept = explode_lines(part)
            dropped = repairs["kind"].isin(kept["kind"])
            repairs = repairs.assign(note=repairs["note"].where(dropped, "found, not done: " + repairs["note"]))
        parts.append(lines if "repair" in lines else lines.assign(repair=""))
        rows.append(repairs)
    return pd.concat(parts, ignore_index=True), pd.concat(rows, ignore_index=True)


def _nodes(frame: gpd.GeoDataFrame, snap_m: float) -> tuple[Any, Any]:
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


def _own_edges(frame: gpd.GeoDataFrame, ends: Any, positions: Any, ids: Any) -> pd.DataFrame:
    shapes = [_moved_ends(g, positions[a], positions[b]) for g, (a, b) in zip(frame.geometry.array, ends, strict=True)]
    lengths = np.array([length_km(shapely.get_coordinates(g)) for g in shapes])
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


def _line_rows(edges: pd.DataFrame) -> pd.DataFrame:
    rows = edges.drop_duplicates("line_id").assign(
        aliases="", opened="", due_year=float("nan"), n_tracks=float("nan"), electrified="", requires="", confidence="high",
        note="", name=lambda f: f["line_name"],
    )  # fmt: skip
    rows["gauge_mm"] = rows["gauge_mm"].astype(str)
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


def _nothing(kind: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {c.name: pd.Series(dtype=float if c.dtype in ("int", "float") else object) for c in schema_columns(kind)}
    )


def _own_source() -> pd.DataFrame:
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


def _own_lines(source: Any, name: str, reading: Reading) -> gpd.GeoDataFrame:
    mode = "rail" if name == "proposed" else name
    frame = _mapped(read_layer(source, geometry="line", name=name, encoding=reading.encoding), name, reading)
    number = (frame.index + 1).astype(str)
    gauge = next((frame[c] for c in _GAUGE_NAMES if c in frame), None)
    default = {
        "line_id": name + "-" + number,
        "line_name": frame["name"] if "name" in frame else name + " " + number,
        "mode": mode,
        "line_class": {"sea": "ferry"}.get(mode, "main"),
        "status": "proposed" if name == "proposed" else "operating",
        "as_of": "undated",
    }
    default |= {k: v for k, v in reading.defaults.items() if k in default and (k, name) != ("status", "proposed")}
    out = frame[["geometry"]].copy()
    for column, value in default.items():
        given = frame.get(column, value)
        out[column] = given.astype(object).where(given.notna(), value) if hasattr(given, "notna") else given
        out[column] = out[column].fillna("").astype(str)
    blank = (out["line_name"] == "") | (out["line_name"] == "nan")
    out["line_name"] = out["line_name"].where(~blank, name + " " + number)
    out["gauge_mm"] = 0
    if mode == "rail":
        assumed = int(reading.defaults.get("gauge_mm", 0))
        out["gauge_mm"] = _numbers(gauge, name).astype("int64") if gauge is not None else assumed
        out.loc[out["gauge_mm"] == 0, "gauge_mm"] = assumed
    return out


_MAPPABLE = ("line_id", "name", "gauge_mm", "line_class", "status", "as_of")


def _mapped(frame: gpd.GeoDataFrame, name: str, reading: Reading) -> gpd.GeoDataFrame:
    """Return the frame under the names of this package: a column is renamed, a rule is called with the frame."""
    for given in (*reading.columns, *reading.defaults):
        if given not in _MAPPABLE and given != "line_name":
            raise SchemaError(
                f"no column {given!r} to fill{did_you_mean(given, list(_MAPPABLE))}; there are {', '.join(_MAPPABLE)}"
            )
    for wanted, rule in reading.columns.items():
        if callable(rule):
            frame = frame.assign(**{wanted: rule(frame)})
        elif rule not in frame:
            have = [str(c) for c in frame.columns if c != "geometry"]
            raise SchemaError(
                f"the {name} layer has no column {rule!r}{did_you_mean(str(rule), have)}; it has {', '.join(have)}"
            )
        else:
            frame = frame.drop(columns=[c for c in (wanted,) if c in frame and c != rule]).rename(
                columns={rule: wanted}
            )
    return frame


def _numbers(values: pd.Series, name: str) -> Any:
    import pandas as pd

    numbers = pd.to_numeric(values.fillna(0), errors="coerce")
    if numbers.isna().any():
        bad = values[numbers.isna()].iloc[0]
        raise SchemaError(f"the {name} layer: gauge is {bad!r}; it must be a number of millimetres")
    return numbers


def _own_countries(borders: Any) -> gpd.GeoDataFrame:
    frame = read_layer(borders, geometry="polygon", name="borders")
    column = next((c for c in _ISO3_NAMES if c in frame), None)
    if column is None:
        raise SchemaError(
            f"the borders layer has no ISO alpha-3 column; it has {', '.join(map(str, frame.columns.drop('geometry')))}; "
            f"name one {' or '.join(_ISO3_NAMES[:3])}"
        )
    return frame.rename(columns={column: "iso3"})[["iso3", "geometry"]]


def _own_stations(ends: Any, positions: Any, boundaries: Boundaries, places: Any) -> pd.DataFrame:
    import pandas as pd

    ids = [f"n{i + 1}" for i in range(len(positions))]
    names = _names_at(ends, positions, *_named_points(places))
    iso3 = boundaries.country_of(positions[:, 0], positions[:, 1])
    iso3 = [c or boundaries.nearest_country(x, y) for c, (x, y) in zip(iso3, positions, strict=True)]
    return pd.DataFrame(
        {
            "station_id": ids, "name": names, "aliases": "", "lat": positions[:, 1], "lon": positions[:, 0],
            "iso3": iso3, "kind": "station", "place_id": "", "position_source": "own data", "confidence": "high", "note": "",
        }
    )  # fmt: skip


def _named_points(places: Any) -> tuple[Any, Any]:
    """Return positions and names of the places given, or of the embedded stations."""
    if places is None:
        known = geodata.load("stations")
        known = known[known["kind"] != "via"]
        return known[["lon", "lat"]].to_numpy(dtype=float), known["name"].to_numpy(dtype=object)
    own = read_layer(places, geometry="point", name="places")
    if "name" not in own:
        raise SchemaError("the places layer has no column 'name'")
    return shapely.get_coordinates(own.geometry.array), own["name"].astype(str).to_numpy(dtype=object)


def _names_at(ends: Any, positions: Any, points: Any, label: Any) -> list[str]:
    """Name the node nearest to each place within the radius: in the largest component there, so that no yard stub is a city."""
    from scipy.spatial import cKDTree

    names = [f"node {i + 1}" for i in range(len(positions))]
    if len(points) == 0:
        return names
    component = labels(ends, len(positions))
    size = np.bincount(component)[component]
    tree = cKDTree(on_sphere_m(positions))
    near = tree.query_ball_point(on_sphere_m(points), NAMING_RADIUS_KM * 1000.0)
    best: dict[str, tuple[float, int]] = {}
    for at, name, found in zip(points, label, near, strict=True):
        if not (name and found):
            continue
        i = np.sort(np.asarray(found))
        km = distance_km(at[0], at[1], positions[i, 0], positions[i, 1])
        k = int(np.lexsort((km, -size[i]))[0])
        if km[k] < best.get(name, (math.inf, 0))[0]:
            best[name] = (float(km[k]), int(i[k]))
    for name, (_, node) in best.items():
        names[node] = name
    return names


def _moved_ends(line: shapely.LineString, first: Any, last: Any) -> shapely.LineString:
    xy = shapely.get_coordinates(line)
    xy[0], xy[-1] = first, last
    return shapely.LineString(xy)


def _own_crossings(crossings: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    if crossings is None:
        return geodata.load("crossings"), geodata.load("crossing_modes")
    frame = read_layer(crossings, geometry="point", name="crossings")
    frame = frame.assign(lon=frame.geometry.x, lat=frame.geometry.y).drop(columns="geometry")
    for column, value in {"name_a": "", "name_b": "", "source_id": "own-data", "confidence": "high"}.items():
        if column not in frame:
            frame[column] = value or frame.get("name", "")
    modes = frame.get("mode", pd.Series("rail", index=frame.index)).fillna("rail")
    rows = pd.DataFrame(
        {
            "crossing_id": frame.get("crossing_id", ""), "mode": modes,
            "status": frame.get("status", pd.Series("operating", index=frame.index)).fillna("operating"),
            "control": frame.get("control", pd.Series("full", index=frame.index)).fillna("full"), "as_of": "undated",
            "source_id": "own-data", "confidence": "high",
        }
    )  # fmt: skip
    points = validate(pd.DataFrame(frame), "crossings", name="crossings layer")
    return points.drop_duplicates("crossing_id"), validate(rows, "crossing_modes", name="crossings layer")


def _own_transfers(edges: pd.DataFrame, ids: Any) -> pd.DataFrame:
    """Join the modes that meet in one node: somebody's own files have no table that would forbid it."""
    import pandas as pd

    modes: dict[str, set[str]] = {}
    for end in ("from_id", "to_id"):
        for station, mode in zip(edges[end], edges["mode"], strict=True):
            modes.setdefault(station, set()).add(mode)
    rows = [
        {"from_id": s, "from_mode": a, "to_id": s, "to_mode": b, "kind": "container", "length_km": 0.0,
         "source_id": "own-data", "note": ""}
        for s in ids for a in sorted(modes.get(s, ())) for b in sorted(modes.get(s, ())) if a < b
    ]  # fmt: skip
    return pd.DataFrame(rows) if rows else _nothing("transfers")


def _own_gauge_breaks(edges: pd.DataFrame) -> pd.DataFrame:
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
    return pd.DataFrame(rows) if rows else _nothing("gauge_breaks")
