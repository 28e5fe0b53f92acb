"""Somebody's own files brought to the columns of this package: any CRS, any names, gaps filled by rule or default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors import geodata
from corridors.collect.files import read_vector
from corridors.errors import LayerError, SchemaError, did_you_mean
from corridors.schema import columns as schema_columns
from corridors.schema import validate

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_ISO3_NAMES = ("iso3", "ISO3", "ISO_A3", "ADM0_A3", "iso_a3", "GID_0", "SOV_A3")
_GAUGE_NAMES = ("gauge_mm", "gauge", "GAUGE")
_MAPPABLE = ("line_id", "name", "gauge_mm", "line_class", "status", "as_of")


@dataclass(frozen=True)
class Reading:
    """How somebody's files are read; see `corridors.build_network`."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    encoding: str | None = None


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


def own_lines(source: Any, name: str, reading: Reading) -> gpd.GeoDataFrame:
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


def own_countries(borders: Any) -> gpd.GeoDataFrame:
    frame = read_layer(borders, geometry="polygon", name="borders")
    column = next((c for c in _ISO3_NAMES if c in frame), None)
    if column is None:
        raise SchemaError(
            f"the borders layer has no ISO alpha-3 column; it has {', '.join(map(str, frame.columns.drop('geometry')))}; "
            f"name one {' or '.join(_ISO3_NAMES[:3])}"
        )
    return frame.rename(columns={column: "iso3"})[["iso3", "geometry"]]


def own_crossings(crossings: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
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


def named_points(places: Any) -> tuple[Any, Any, Any]:
    """Return positions, names and countries of the places given, or of the embedded stations; ``""`` for no country."""
    if places is None:
        known = geodata.load("stations")
        known = known[known["kind"] != "via"]
        return known[["lon", "lat"]].to_numpy(dtype=float), *(known[c].to_numpy(dtype=object) for c in ("name", "iso3"))
    own = read_layer(places, geometry="point", name="places")
    if "name" not in own:
        raise SchemaError("the places layer has no column 'name'")
    iso3 = (
        own["iso3"].fillna("").astype(str).to_numpy(dtype=object)
        if "iso3" in own
        else np.full(len(own), "", dtype=object)
    )
    return shapely.get_coordinates(own.geometry.array), own["name"].astype(str).to_numpy(dtype=object), iso3


def nothing(kind: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {c.name: pd.Series(dtype=float if c.dtype in ("int", "float") else object) for c in schema_columns(kind)}
    )
