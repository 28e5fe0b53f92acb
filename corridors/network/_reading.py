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
from corridors.errors import LayerError, SchemaError, did_you_mean, warn
from corridors.schema import columns as schema_columns
from corridors.schema import from_shapefile_names, validate
from corridors.topology import Repaired, explode_lines
from corridors.topology._arrays import joined_rows, repair_rows
from corridors.units import GAUGES_MM

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_ISO3_NAMES = ("iso3", "ISO_A3", "ADM0_A3", "GID_0", "SOV_A3")
_GAUGE_NAMES = ("gauge_mm", "gauge")
_CODE = r"[A-Z]{3}"
_GAUGE = r"\s*(\d+)(?:\.0*)?\s*(?:mm|мм)?\s*"

MAPPABLE = {
    "lines": ("line_id", "name", "gauge_mm", "line_class", "status", "as_of"),
    "crossings": ("crossing_id", "name", "iso3_a", "iso3_b", "mode", "status", "control"),
    "places": ("name", "iso3"),
    "borders": ("iso3", "name"),
}
"""The columns that are used of each kind of layer."""


@dataclass(frozen=True)
class Reading:
    """How somebody's files are read; see `corridors.build_network`."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    encoding: str | None = None

    def __post_init__(self) -> None:
        for given in (*self.columns, *self.defaults):
            layer, _, column = given.rpartition(".")
            known = (*MAPPABLE.get(layer, MAPPABLE["lines"]), *(() if layer in MAPPABLE else ("line_name",)))
            if column not in known or layer not in ("", "rail", "road", "sea", "proposed", *MAPPABLE):
                raise SchemaError(
                    f"no column {given!r} to fill{did_you_mean(column, list(known))}; there are {', '.join(known)}, and "
                    "those of one layer, as places.name"
                )

    def of(self, rules: Mapping[str, Any], layer: str) -> dict[str, Any]:
        """Return the rules for a layer: those of its own (``places.name``), and for lines those of all lines (``name``)."""
        own = {k.removeprefix(f"{layer}."): v for k, v in rules.items() if k.startswith(f"{layer}.")}
        return own if layer in MAPPABLE else {**{k: v for k, v in rules.items() if "." not in k}, **own}


def read_layer(source: Any, *, geometry: str, name: str, reading: Reading | None = None) -> gpd.GeoDataFrame:
    """Read a layer from a file or frame, in any CRS, in EPSG:4326 and under the names of this package.

    Parameters
    ----------
    source
        A path to anything GDAL reads (zipped Shapefiles too), or a GeoDataFrame.
    geometry
        ``"line"``, ``"polygon"`` or ``"point"``.
    name
        What to call the layer in an error: ``"rail"``, ``"places"``.
    reading
        What its columns are called, and how its text is encoded.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows as they are, numbered from 1: with those that have no geometry, and with several parts in one.

    Raises
    ------
    LayerError
        The file is missing, broken, empty, without CRS, of the wrong geometry type, or with coordinates that are not
        finite or not on Earth.
    """
    import geopandas as gpd

    reading = reading or Reading()
    if isinstance(source, gpd.GeoSeries):
        source = source.to_frame("geometry")
    if isinstance(source, gpd.GeoDataFrame):
        frame, what = source.copy(), f"the {name} layer"
    elif not isinstance(source, str | Path):
        raise LayerError(f"the {name} layer is a {type(source).__name__}; give the path of a file, or a GeoDataFrame")
    else:
        what = f"the {name} layer {Path(source).name!r}"
        frame = read_vector(source, what=what, encoding=reading.encoding)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        raise LayerError(f"{what} has no geometry; a CSV file needs the columns lon and lat")
    if frame.crs is None:
        raise LayerError(
            f"{what} has no coordinate reference system; set one, e.g. frame.set_crs(4326), add its .prj, or save it in a format that holds one"
        )
    frame = frame.to_crs(4326)
    if frame.active_geometry_name != "geometry":
        frame = frame.drop(columns="geometry", errors="ignore").rename_geometry("geometry")
    frame.index = np.arange(1, len(frame) + 1)
    if (frame.geometry.isna() | frame.geometry.is_empty).all():
        raise LayerError(f"{what} is empty")
    _check_shapes(frame.geometry, geometry, what)
    with np.errstate(invalid="ignore"):  # what is not finite is refused below
        frame = frame.set_geometry(shapely.force_2d(frame.geometry.array))
    xy = shapely.get_coordinates(frame.geometry.array)
    if not (np.isfinite(xy).all() and (np.abs(xy[:, 0]) <= 180).all() and (np.abs(xy[:, 1]) <= 90).all()):
        raise LayerError(f"{what} has coordinates that are not on Earth; is its CRS right?")
    return _named(frame, name, reading)


def _check_shapes(shapes: gpd.GeoSeries, geometry: str, what: str) -> None:
    parts = shapes.explode()
    parts = parts[~(parts.isna() | parts.is_empty)]
    wanted = {"line": ("LineString", "LinearRing"), "polygon": ("Polygon",), "point": ("Point",)}[geometry]
    wrong = parts[~parts.geom_type.isin(wanted)]
    if len(wrong):
        rows = wrong.index.unique()
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        kinds = ", ".join(sorted(set(wrong.geom_type)))
        raise LayerError(f"{what} must hold {geometry}s; it holds {kinds}: row {rows[0]}{more}")


def own_lines(source: Any, name: str, reading: Reading) -> Repaired:
    """Return somebody's lines, one row a part, and what was dropped or taken apart; a line is called by its row in the file."""
    import pandas as pd

    mode = "rail" if name == "proposed" else name
    frame = read_layer(source, geometry="line", name=name, reading=reading)
    defaults = reading.of(reading.defaults, name)
    number = frame.index.astype(str)
    default = {
        "line_id": name + "-" + number,
        "line_name": name + " " + number,
        "mode": mode,
        "line_class": {"sea": "ferry"}.get(mode, "main"),
        "status": "proposed" if name == "proposed" else "operating",
        "as_of": "undated",
    }
    default |= {k: v for k, v in defaults.items() if k in default and (k, name) != ("status", "proposed")}
    given = {"line_name": frame["name"]} if "name" in frame else {}
    given |= {column: frame[column] for column in default if column in frame}
    out = frame[["geometry"]].copy()
    for column, value in default.items():
        out[column] = value
        if column in given:
            text = _texts(given[column])
            out[column] = text.where(text != "", out[column])
    for column in ("mode", "status", "line_class"):
        out[column] = _words(out[column].astype(str), f"the {name} layer")
    out["line_id"] = out["line_id"].astype(str).str.removeprefix("line:")
    gauge = next((frame[c] for c in _GAUGE_NAMES if c in frame), pd.Series(0, index=out.index))
    mm = _millimetres(gauge, f"the {name} layer")
    mm = np.where(mm == 0, _millimetres(pd.Series(defaults.get("gauge_mm", 0), index=out.index), "defaults"), mm)
    out["gauge_mm"] = np.where(out["mode"] == "rail", mm, 0)
    lines, repairs = explode_lines(out)
    return Repaired(lines, joined_rows([repairs, _operating(lines)]) if name == "proposed" else repairs)


def _operating(lines: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a row for each planned line whose file says that it operates: it carries traffic without a scenario."""
    open_ = lines[lines["status"] == "operating"].drop_duplicates("line_id")
    first = shapely.get_coordinates(shapely.get_point(open_.geometry.array, 0))
    note = "its status is operating: it carries traffic without a scenario"
    return repair_rows("operates", open_["line_id"].to_numpy(), first, 0.0, note)


def _named(frame: gpd.GeoDataFrame, name: str, reading: Reading) -> gpd.GeoDataFrame:
    """Return the frame under the names of this package: a column is renamed, a rule is called with the frame."""
    columns = reading.of(reading.columns, name)
    for wanted, rule in columns.items():
        if callable(rule):
            frame = frame.assign(**{wanted: rule(frame)})
        elif rule not in frame:
            have = _columns_of(frame)
            raise SchemaError(
                f"the {name} layer has no column {rule!r}{did_you_mean(str(rule), have)}; it has {', '.join(have)}"
            )
        else:
            frame = frame.drop(columns=[c for c in (wanted,) if c in frame and c != rule]).rename(
                columns={rule: wanted}
            )
    # Shapefiles write NAME and GAUGE.
    used = (c for c in (*MAPPABLE.get(name, (*MAPPABLE["lines"], "gauge")), *_ISO3_NAMES) if c not in frame)
    alike = {c: next((own for own in _columns_of(frame) if own.casefold() == c.casefold()), c) for c in used}
    return frame.rename(columns={own: c for c, own in alike.items()})


def _columns_of(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(c) for c in frame.columns if c != "geometry"]


def _texts(values: pd.Series) -> pd.Series:
    """Return values as text without blanks around, ``""`` for none; whole numbers that a gap made fractions are whole."""

    def text(value: Any) -> str:
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()

    found = values.astype(object)
    return found.where(found.notna(), "").map(text).astype(object)


def _millimetres(values: pd.Series, what: str) -> Any:
    """Return gauges in millimetres, 0 where nothing is said; what is none is refused with its row."""
    text = _texts(values)
    found = text.where(text != "", "0").str.extract(f"^{_GAUGE}$", expand=False).astype(float)
    rule = "it must be a number of millimetres such as 1520, or nothing where it is unknown"
    _refuse(text[~((found == 0) | found.between(*GAUGES_MM))], "gauge", what, rule)
    return found.astype("int64").to_numpy()


def _codes(values: pd.Series, what: str, *, required: bool = True) -> pd.Series:
    """Return ISO alpha-3 codes in capitals; what is none is refused with its row."""
    text = _texts(values)
    codes = text.str.upper()
    bad = ~(codes.str.fullmatch(_CODE) | ((text == "") & (not required)))
    _refuse(text[bad], str(values.name), what, "it must be an ISO alpha-3 code such as KAZ")
    return codes


def _words(values: pd.Series, what: str) -> pd.Series:
    """Return words of a column of edges in small letters; what is not allowed there is refused with its row."""
    (allowed,) = (c.allowed for c in schema_columns("edges") if c.name == values.name)
    words = values.str.casefold()
    _refuse(values[~words.isin(allowed)], str(values.name), what, f"allowed are {', '.join(allowed)}")
    return words


def _refuse(bad: pd.Series, name: str, what: str, rule: str) -> None:
    """Raise for the first of the values that break a rule."""
    if len(bad):
        more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise SchemaError(f"{what}: row {bad.index[0]}{more}: {name} is {bad.iloc[0]!r}; {rule}")


def single_parts(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer without rows of no geometry, one row a part; each keeps the number of its row."""
    frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    return frame.explode(index_parts=False)


def own_countries(borders: Any, reading: Reading | None = None) -> gpd.GeoDataFrame:
    """Return somebody's country polygons; Natural Earth's ISO_A3 has -99 for France, so the first column of codes alone counts."""
    frame = single_parts(read_layer(borders, geometry="polygon", name="borders", reading=reading))
    columns = [c for c in _ISO3_NAMES if c in frame]
    if not columns:
        raise SchemaError(
            f"the borders layer has no ISO alpha-3 column; it has {', '.join(_columns_of(frame))}; "
            f"name one {' or '.join(_ISO3_NAMES[:3])}, or say which with columns={{'borders.iso3': ...}}"
        )
    good = [c for c in columns if _texts(frame[c]).str.upper().str.fullmatch(_CODE).all()]
    frame["iso3"] = _codes(frame[(good or columns)[0]], "the borders layer")
    return frame[["iso3", *(["name"] if "name" in frame else []), "geometry"]].reset_index(drop=True)


def own_crossings(crossings: Any, reading: Reading | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return crossings and their modes: the embedded ones, or somebody's own."""
    import pandas as pd

    if crossings is None:
        return geodata.load("crossings"), geodata.load("crossing_modes")
    what = "crossings layer"
    frame = single_parts(read_layer(crossings, geometry="point", name="crossings", reading=reading))
    frame = from_shapefile_names(frame, "crossings")
    frame = frame.assign(lon=frame.geometry.x, lat=frame.geometry.y).drop(columns="geometry")
    if "dwell_h" in frame:
        warn(
            "the crossings layer has dwell_h, which is not read: a scenario sets hours, "
            "as cx.Scenario('measured').change('dwell', 'crossing:ID', to=12)"
        )
    for column in ("iso3_a", "iso3_b"):
        if column in frame:
            frame[column] = _codes(frame[column], what)
    for column, value in {"name_a": "", "name_b": "", "source_id": "own-data", "confidence": "high"}.items():
        if column not in frame:
            frame[column] = value or frame.get("name", "")
    rows = pd.DataFrame({"crossing_id": frame.get("crossing_id", "")}, index=frame.index).assign(
        as_of="undated", source_id="own-data", confidence="high"
    )
    for column, value in {"mode": "rail", "status": "operating", "control": "full"}.items():
        rows[column] = _texts(frame[column]).str.casefold().replace("", value) if column in frame else value
    points = validate(pd.DataFrame(frame), "crossings", name=what)[[c.name for c in schema_columns("crossings")]]
    return points.drop_duplicates("crossing_id"), validate(rows, "crossing_modes", name=what)


def named_points(places: Any, reading: Reading | None = None) -> tuple[Any, Any, Any]:
    """Return positions, names and countries of the places given, or of the embedded stations; ``""`` for no country or no name."""
    if places is None:
        known = geodata.load("stations")
        known = known[known["kind"] != "via"]
        return known[["lon", "lat"]].to_numpy(dtype=float), *(known[c].to_numpy(dtype=object) for c in ("name", "iso3"))
    own = single_parts(read_layer(places, geometry="point", name="places", reading=reading))
    if "name" not in own:
        raise SchemaError(
            f"the places layer has no column 'name'; it has {', '.join(_columns_of(own))}; say which with "
            "columns={'places.name': ...}"
        )
    iso3 = _codes(own["iso3"], "the places layer", required=False) if "iso3" in own else own["name"].map(lambda _: "")
    return shapely.get_coordinates(own.geometry.array), _texts(own["name"]).to_numpy(), iso3.to_numpy(dtype=object)


def nothing(kind: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {c.name: pd.Series(dtype=float if c.dtype in ("int", "float") else object) for c in schema_columns(kind)}
    )
