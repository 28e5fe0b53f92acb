"""Frames made fit for files: plain columns, text that any format can hold, headers with units, and formulas defused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors.errors import LayerError, SchemaError, warn

if TYPE_CHECKING:
    import pandas as pd

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_UNITS = (
    ("_usd_teu", "USD/TEU"), ("_usd_feu", "USD/FEU"), ("_usd_tonne", "USD/t"), ("_usd_truck", "USD/truck"), ("_usd", "USD"),
    ("_km2", "km²"), ("_km", "km"), ("_kph", "km/h"), ("_mm", "mm"), ("_h", "h"), ("_pct", "%"), ("_share", "0–1"),
)  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """A column of a file: its name, unit and what it means; empty where nobody says."""

    name: str
    unit: str
    meaning: str

    @property
    def header(self) -> str:
        """The name for readers, with its unit: ``length (km)``."""
        ending = next((e for e, unit in _UNITS if unit == self.unit and self.name.endswith(e)), "")
        words = self.name.removesuffix(ending).replace("_", " ").strip() or self.name
        return f"{words} ({self.unit})" if self.unit and self.unit not in words.split() else words


def meaning(name: str, table: str = "") -> Meaning:
    """Return unit and meaning of a column, from the schema of its table or of results, else from its ending."""
    kinds = [table] if table in schema.kinds() else []
    for kind in (*kinds, "results"):
        for column in schema.columns(kind):
            if column.name == name and column.meaning:
                return Meaning(name, column.unit, column.meaning)
    return Meaning(name, next((unit for ending, unit in _UNITS if name.endswith(ending)), ""), "")


def checked(frame: Any, name: str) -> Any:
    """Return a frame whose columns are numbers, truth values or text, with geometry in EPSG:4326 if there is any.

    Raises
    ------
    SchemaError
        Two columns have one name.
    LayerError
        There is geometry without a coordinate system.
    """
    import pandas as pd

    geometry = _geometry(frame, name)
    active = getattr(frame, "active_geometry_name", None)
    plain = pd.DataFrame(frame).drop(columns=[active] if active is not None else [])
    if not _is_counted(plain.index):
        plain = plain.reset_index()
    plain.columns = pd.Index(["_".join(map(str, c)) if isinstance(c, tuple) else str(c) for c in plain.columns])
    twice = sorted({c for c in plain.columns if list(plain.columns).count(c) > 1})
    if twice:
        raise SchemaError(f"{name}: there are two columns {', '.join(map(repr, twice))}; rename one")
    out = pd.DataFrame({c: _plain(plain[c]) for c in plain.columns}, index=pd.RangeIndex(len(plain)))
    if geometry is None:
        return out
    import geopandas as gpd

    return gpd.GeoDataFrame(out, geometry=gpd.GeoSeries(geometry, index=out.index, crs=4326), crs=4326)


def _is_counted(index: Any) -> bool:
    """Return whether an index is only the count of rows."""
    return index.nlevels == 1 and index.name is None and index.dtype.kind in "iu"


def _geometry(frame: Any, name: str) -> Any:
    """Return the geometries in EPSG:4326, from a GeoDataFrame or from columns lon and lat; None where there are none."""
    import geopandas as gpd
    import numpy as np
    import shapely

    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None:
        if frame.crs is None:
            raise LayerError(f"{name}: the geometry has no coordinate system; set it: frame.set_crs(4326)")
        shapes = np.asarray(frame.geometry.to_crs(4326).array, dtype=object)
    elif {"lon", "lat"} <= set(frame.columns) and frame["lon"].dtype.kind == frame["lat"].dtype.kind == "f":
        shapes = np.full(len(frame), None, dtype=object)
        is_known = np.isfinite(frame["lon"].to_numpy()) & np.isfinite(frame["lat"].to_numpy())
        shapes[is_known] = shapely.points(frame["lon"].to_numpy()[is_known], frame["lat"].to_numpy()[is_known])
    else:
        return None
    shapes[shapely.is_empty(shapes)] = None
    return shapes if any(s is not None for s in shapes) or not len(shapes) else None


def _plain(values: Any) -> Any:
    """Return a column as numbers, truth values or text without holes."""
    import pandas as pd

    if values.dtype.kind in "iufb" and values.dtype.name != "category":
        return values.to_numpy()
    known = values[[_is_several(v) or not pd.isna(v) for v in values]]
    if len(known) and all(isinstance(v, bool) or type(v).__name__ == "bool_" for v in known):
        return values.astype("boolean").array if len(known) < len(values) else values.astype(bool).to_numpy()
    if len(known) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in known):
        return pd.to_numeric(values).to_numpy(dtype=float)
    return pd.array([_text(v) for v in values], dtype=object)


def _is_several(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset | dict) or getattr(value, "ndim", 0) > 0


def _text(value: Any) -> str:
    """Return a value as text that UTF-8, XML and a C string can hold."""
    import pandas as pd

    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    if getattr(value, "ndim", 0) > 0:
        value = value.tolist()
    if isinstance(value, list | tuple):
        return "|".join(map(_text, value))
    if not isinstance(value, str | dict) and pd.isna(value):
        return ""
    whole = str(value).replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", whole)


def flat(frame: Any) -> pd.DataFrame:
    """Return a frame without geometry; points keep it as columns ``lon`` and ``lat``."""
    import pandas as pd

    if "geometry" not in frame:
        return pd.DataFrame(frame)
    shapes = frame.geometry
    out = pd.DataFrame(frame.drop(columns="geometry"))
    is_point = shapes.isna() | (shapes.geom_type == "Point")
    if is_point.all() and "lon" not in out and len(out):
        points = shapes[shapes.notna()]
        out["lon"], out["lat"] = points.x.reindex(out.index), points.y.reindex(out.index)
    return out


def defused(value: Any) -> Any:
    """Return text that no spreadsheet runs: what begins like a formula gets an apostrophe before it."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def cut_text(frame: pd.DataFrame, most: int, what: str) -> pd.DataFrame:
    """Return a frame whose texts have at most so many UTF-8 bytes; a warning counts the cells that were cut."""
    n = 0
    out = frame.copy()
    for name in out.columns:
        if name == "geometry" or out[name].dtype.kind not in "OTU":
            continue
        is_long = [isinstance(v, str) and len(v.encode()) > most for v in out[name]]
        if any(is_long):
            n += sum(is_long)
            out[name] = [
                v.encode()[:most].decode("utf-8", "ignore") if long else v
                for v, long in zip(out[name], is_long, strict=True)
            ]
    if n:
        warn(f"{what} holds {most:,} bytes of text in a cell; {n:,} cells were cut")
    return out
