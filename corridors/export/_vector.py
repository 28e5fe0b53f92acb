"""Files that GDAL and Arrow write: GeoPackage, Shapefile, GeoParquet. Made in a temporary folder, returned as bytes."""

from __future__ import annotations

import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors import schema
from corridors._files import fixed_gdal_date
from corridors.errors import LayerError, missing_extra
from corridors.export._document import Document
from corridors.export._frames import cut_text
from corridors.export._text import json_value, side_file

if TYPE_CHECKING:
    import pandas as pd

_ZIP_DATE = (2000, 1, 1, 0, 0, 0)
_DBF_DATE = "2000-01-01"
_DBF_BYTES = 254
_SHAPES = {
    "lines": ("LineString", "MultiLineString", "LinearRing"),
    "points": ("Point",),
    "multipoints": ("MultiPoint",),
    "polygons": ("Polygon", "MultiPolygon"),
}


def with_geometry(found: Document) -> dict[str, Any]:
    """Return the tables that have geometry.

    Raises
    ------
    LayerError
        None has.
    """
    shaped = {name: frame for name, frame in found.tables.items() if "geometry" in frame}
    if shaped:
        return shaped
    raise LayerError(f"{', '.join(found.tables)}: there is no geometry in it; write .csv, .xlsx, .json or .gpkg")


# GeoPackage ----------------------------------------------------------------------------------------------------------


def geopackage_files(found: Document, name: str) -> dict[str, bytes]:
    """Return all tables in one GeoPackage; a network is written as `corridors.load_network` reads it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.gpkg"
        said = {"metadata": _pairs(found), "citations": found.citations}
        layers = dict(found.tables)
        if found.network is not None:
            from corridors.network import save_network

            save_network(found.network, path)
            layers = {}
        with fixed_gdal_date():
            for layer, frame in {**layers, **{_free(k, layers): v for k, v in said.items()}}.items():
                options = {} if path.exists() else {"dataset_options": {"VERSION": "1.3"}}  # GDAL before 3.7 reads it
                _write(frame, path, layer=layer, driver="GPKG", append=path.exists(), **options)
        return {name: path.read_bytes()}


def _pairs(found: Document) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"key": list(found.metadata), "value": list(found.metadata.values())})


def _free(name: str, taken: Iterable[str]) -> str:
    return f"about_{name}" if name in taken else name


def _write(frame: Any, path: Path, **options: Any) -> None:
    import pyogrio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a table without geometry, an empty layer: both are meant
        try:
            pyogrio.write_dataframe(frame, path, **options)
        except Exception as error:  # GDAL's errors have no common class
            raise LayerError(f"cannot write the layer {options.get('layer', path.stem)!r}: {error}") from error


# Shapefile -----------------------------------------------------------------------------------------------------------


def shapefiles(found: Document, name: str) -> dict[str, bytes]:
    """Return the tables with geometry as Shapefiles: the first bears the name, the others the name and what they hold."""
    stem = name[: -len(".shp")] if name.lower().endswith(".shp") else name
    return _shapefiles(found, stem, name)


def zipped_shapefiles(found: Document, name: str) -> dict[str, bytes]:
    """Return the Shapefiles in one zip file, which is whole or not there."""
    stem = name[: -len(".shp.zip")]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for member, data in sorted(_shapefiles(found, stem, f"{stem}.shp").items()):
            entry = zipfile.ZipInfo(member, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            file.writestr(entry, data)
    return {name: buffer.getvalue()}


def _shapefiles(found: Document, stem: str, name: str) -> dict[str, bytes]:
    layers: dict[str, tuple[str, Any]] = {}
    shaped = with_geometry(found)
    for table, frame in {t: f for t, f in shaped.items() if len(f)}.items() or shaped.items():
        for shape, part in _by_shape(frame).items():
            label = stem if not layers else f"{stem}_{table}"
            layers[f"{label}_{shape}" if label in layers else label] = (table, part)
    said: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for label, (_table, part) in layers.items():
            short = short_names([str(c) for c in part.columns if c != "geometry"])
            said[f"{label}.shp"] = {s: full for full, s in short.items()}
            narrow = cut_text(part, _DBF_BYTES, "a Shapefile").rename(columns=short)
            _write(
                _dbf_types(narrow), Path(folder) / f"{label}.shp", driver="ESRI Shapefile", encoding="UTF-8",
                layer_options={"DBF_DATE_LAST_UPDATE": _DBF_DATE, "RESIZE": "YES"},
            )  # fmt: skip
        made = sorted(Path(folder).iterdir(), key=lambda p: (p.suffix == ".shp", p.name))
        return {f"{name}.meta.json": side_file(found, said), **{p.name: p.read_bytes() for p in made}}


def _by_shape(frame: Any) -> dict[str, Any]:
    """Return the rows of a frame by what their geometry is; rows without any go with the first."""
    import numpy as np

    kinds = frame.geometry.geom_type
    rows = {shape: kinds.isin(names).to_numpy() for shape, names in _SHAPES.items()}
    rows = {shape: mask for shape, mask in rows.items() if mask.any()}
    left = ~np.any(list(rows.values()), axis=0) if rows else np.ones(len(frame), dtype=bool)
    if (left & frame.geometry.notna().to_numpy()).any():
        raise LayerError(f"a Shapefile holds no {', '.join(sorted(set(kinds[left].dropna())))}; write .gpkg")
    if not rows:
        return {"lines": frame}
    first = next(iter(rows))
    rows[first] = rows[first] | left
    return {shape: frame[mask].reset_index(drop=True) for shape, mask in rows.items()}


def _dbf_types(frame: Any) -> Any:
    """Return a frame without truth values that are not known, which a DBF cannot hold beside others."""
    unsure = [c for c in frame.columns if frame[c].dtype.name == "boolean"]
    return frame.assign(**{c: frame[c].astype("float64") for c in unsure}) if unsure else frame


def short_names(names: list[str]) -> dict[str, str]:
    """Return for each column a name of at most ten characters, no two alike whatever their case.

    Those of ``geodata/schema`` where it has one, else the beginning of the name, counted where it is taken.
    """
    known = {c.name: c.shp_name for c in schema.columns("results") if c.shp_name}
    out: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(names, key=lambda n: n not in known):
        plain = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in known.get(name, name)) or "_"
        short, k = plain[:10], 1
        while short.lower() in taken:
            k += 1
            short = f"{plain[: 10 - len(str(k))]}{k}"
        taken.add(short.lower())
        out[name] = short
    return {name: out[name] for name in names}


# GeoParquet ----------------------------------------------------------------------------------------------------------


def parquet_files(found: Document, name: str) -> dict[str, bytes]:
    """Return one table as GeoParquet, or as Parquet where it has no geometry; metadata under the key ``corridors``."""
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise missing_extra("Parquet", "pyarrow", "io") from error
    _, frame = next(iter(found.tables.items()))
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    buffer.seek(0)
    arrow = pq.read_table(buffer)
    rows = [{c: json_value(v) for c, v in row.items()} for row in found.citations.to_dict("records")]
    said = json.dumps({"metadata": dict(found.metadata), "citations": rows}, ensure_ascii=False)
    out = io.BytesIO()
    pq.write_table(arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), b"corridors": said.encode()}), out)
    return {name: out.getvalue()}
