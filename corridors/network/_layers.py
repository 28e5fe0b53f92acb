"""Layers in: the embedded ones, or anybody's own files brought to the same schema."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors import geodata
from corridors.errors import LayerError, SchemaError
from corridors.network._build import Layers
from corridors.schema import columns as schema_columns
from corridors.schema import validate
from corridors.topology import EXCURSION_TOLERANCE_KM, Boundaries, cut_at_junctions, join_ends
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
    return Layers(edges=edges, countries=geodata.load("borders"), tolerance_km=math.inf, **tables)


def read_layer(source: Any, *, geometry: str, name: str) -> gpd.GeoDataFrame:
    """Read a layer from a file or frame, in any CRS, as single-part geometries in EPSG:4326.

    Parameters
    ----------
    source
        A path to anything GDAL reads (zipped Shapefiles too), or a GeoDataFrame.
    geometry
        ``"line"``, ``"polygon"`` or ``"point"``.
    name
        What to call the layer in an error.

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
        if not path.exists():
            raise LayerError(f"{what} does not exist: {str(path)!r}")
        try:
            frame = gpd.read_file(path)
        except Exception as error:  # GDAL's errors have no common class
            reason = str(error).splitlines()[0]
            raise LayerError(
                f"cannot read {what}: {reason}; a Shapefile needs its .shp, .shx and .dbf together"
            ) from error
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
    frame = frame.set_geometry(shapely.force_2d(frame.geometry.array))
    xy = shapely.get_coordinates(frame.geometry.array)
    if not (np.isfinite(xy).all() and (np.abs(xy[:, 0]) <= 180).all() and (np.abs(xy[:, 1]) <= 90).all()):
        raise LayerError(f"{what} has coordinates that are not on Earth; is its CRS right?")
    return frame


def own_layers(
    *, rail: Any, road: Any, sea: Any, proposed: Any, borders: Any, crossings: Any, places: Any, snap_m: float
) -> Layers:
    """Bring somebody's own layers to the schema of the embedded ones; see `corridors.build_network`."""
    import geopandas as gpd
    import pandas as pd

    given = [
        ("rail", rail, "rail"),
        ("road", road, "road"),
        ("sea", sea, "sea"),
        ("proposed", proposed, "rail"),
    ]
    lines = [_own_lines(source, name, mode) for name, source, mode in given if source is not None]
    if not lines:
        raise LayerError("no lines given; pass rail=, road=, sea= or proposed=")
    countries = geodata.load("borders") if borders is None else _own_countries(borders)
    frame = pd.concat(lines, ignore_index=True)
    repairs: list[dict[str, Any]] = _assume_gauge(frame)
    lengths = np.array([length_km(shapely.get_coordinates(g)) for g in frame.geometry.array])
    for row in frame[lengths == 0].itertuples():
        repairs.append({"kind": "zero length", "what": row.line_id, "place": "", "km": 0.0, "note": "dropped"})
    frame = frame[lengths > 0].reset_index(drop=True)
    pieces, owner = cut_at_junctions(list(frame.geometry.array), snap_m=snap_m)
    for line in np.unique([o for o in owner if owner.count(o) > 1]) if len(owner) > len(frame) else []:
        repairs.append(
            {
                "kind": "junction",
                "what": frame.at[line, "line_id"],
                "place": "",
                "km": 0.0,
                "note": "cut where an end touches",
            }
        )
    frame = frame.iloc[owner].reset_index(drop=True).set_geometry(np.asarray(pieces, dtype=object), crs=4326)
    ends, positions = join_ends(pieces, snap_m=snap_m)
    boundaries = Boundaries(countries)
    stations = _own_stations(positions, boundaries, places)
    ids = stations["station_id"].to_numpy()
    lengths = np.array([length_km(shapely.get_coordinates(g)) for g in pieces])
    part = frame.groupby("line_id").cumcount() + 1
    edges = frame.assign(
        edge_id=frame["line_id"] + "." + part.astype(str).str.zfill(3),
        from_id=ids[ends[:, 0]],
        to_id=ids[ends[:, 1]],
        length_km=lengths,
        length_source="matched",
        shape_source="stops",
        assumed_km=0.0,
        source_id="own-data",
    )
    edges["geometry"] = [_moved_ends(g, positions[a], positions[b]) for g, (a, b) in zip(pieces, ends, strict=True)]
    own_crossings, modes = _own_crossings(crossings)
    line_rows = edges.drop_duplicates("line_id").assign(
        aliases="", opened="", due_year=float("nan"), n_tracks=float("nan"), electrified="", requires="", confidence="high",
        note="", name=lambda f: f["line_name"],
    )  # fmt: skip
    line_rows["gauge_mm"] = line_rows["gauge_mm"].astype(str)
    return Layers(
        edges=gpd.GeoDataFrame(validate(edges, "edges", name="own lines"), crs=4326),
        stations=stations,
        countries=countries,
        places=_nothing("places"),
        lines=line_rows[[c.name for c in schema_columns("lines")]],
        crossings=own_crossings,
        crossing_modes=modes,
        crossing_dwell=geodata.load("crossing_dwell") if crossings is None else _nothing("crossing_dwell"),
        transfers=_own_transfers(edges, ids),
        gauge_breaks=_own_gauge_breaks(edges),
        ports=_nothing("ports"),
        sources=pd.concat([geodata.load("sources"), _own_source()], ignore_index=True),
        tolerance_km=EXCURSION_TOLERANCE_KM,
        repairs=repairs,
    )


def _assume_gauge(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Give rail of unknown gauge the commonest known one, in place; return what was assumed."""
    unknown = (frame["mode"] == "rail") & (frame["gauge_mm"] == 0)
    known = frame.loc[(frame["mode"] == "rail") & ~unknown, "gauge_mm"]
    if known.empty or not unknown.any():
        return []
    gauge = int(known.mode().iloc[0])
    frame.loc[unknown, "gauge_mm"] = gauge
    return [
        {"kind": "gauge assumed", "what": line_id, "place": "", "km": 0.0, "note": f"{gauge} mm, as most other lines"}
        for line_id in frame.loc[unknown, "line_id"].unique()
    ]


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


def _own_lines(source: Any, name: str, mode: str) -> gpd.GeoDataFrame:
    frame = read_layer(source, geometry="line", name=name)
    number = (frame.index + 1).astype(str)
    gauge = next((frame[c] for c in _GAUGE_NAMES if c in frame), None)
    status = "proposed" if name == "proposed" else "operating"
    default = {
        "line_id": name + "-" + number,
        "line_name": frame["name"] if "name" in frame else name + " " + number,
        "mode": mode,
        "line_class": {"sea": "ferry"}.get(mode, "main"),
        "status": status,
        "as_of": "undated",
    }
    out = frame[["geometry"]].copy()
    for column, value in default.items():
        given = frame.get(column, value)
        out[column] = given.astype(object).where(given.notna(), value) if hasattr(given, "notna") else given
        out[column] = out[column].astype(str)
    out["gauge_mm"] = _numbers(gauge, name).astype("int64") if gauge is not None and mode == "rail" else 0
    return out


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


def _own_stations(positions: Any, boundaries: Boundaries, places: Any) -> pd.DataFrame:
    import pandas as pd

    names = [f"node {i + 1}" for i in range(len(positions))]
    ids = [f"n{i + 1}" for i in range(len(positions))]
    if places is None:
        known = geodata.load("stations")
        lon, lat, label = known["lon"].to_numpy(), known["lat"].to_numpy(), known["name"].to_numpy()
        radius = NAMING_RADIUS_KM
        label = np.where(known["kind"] == "via", "", label)
    else:
        own = read_layer(places, geometry="point", name="places")
        if "name" not in own:
            raise SchemaError("the places layer has no column 'name'")
        lon, lat, label = (
            own.geometry.x.to_numpy(),
            own.geometry.y.to_numpy(),
            own["name"].astype(str).to_numpy(),
        )
        radius = NAMING_RADIUS_KM
    best: dict[str, tuple[float, int]] = {}
    for i, (x, y) in enumerate(positions):
        km = distance_km(x, y, lon, lat)
        j = int(np.argmin(km)) if len(km) else -1
        if j >= 0 and km[j] <= radius and label[j] and km[j] < best.get(label[j], (math.inf, 0))[0]:
            best[label[j]] = (float(km[j]), i)
    for name, (_, i) in best.items():
        names[i] = name
    iso3 = boundaries.country_of(positions[:, 0], positions[:, 1])
    iso3 = [c or boundaries.nearest_country(x, y) for c, (x, y) in zip(iso3, positions, strict=True)]
    return pd.DataFrame(
        {
            "station_id": ids, "name": names, "aliases": "", "lat": positions[:, 1], "lon": positions[:, 0],
            "iso3": iso3, "kind": "station", "place_id": "", "position_source": "own data", "confidence": "high", "note": "",
        }
    )  # fmt: skip


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
