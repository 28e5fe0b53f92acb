"""A network as one GeoPackage, which any GIS opens: nodes, edges, crossings and repairs as layers, the rest as tables.

The layers are the network: what `load_network` reads is what it was. The shape of an edge is stored as it is drawn; which
column has which type stands in the table ``corridors_metadata`` beside the version of this format.
"""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors._files import fixed_gdal_date, writing
from corridors.errors import LayerError
from corridors.network._store import FORMAT, Table

if TYPE_CHECKING:
    import pandas as pd

METADATA = "corridors_metadata"
_VERSION = "1.2"
"""Of GeoPackage: older programs warn about newer ones, and nothing of them is needed."""
_POINTS = ("nodes", "crossings", "crossing_periods", "repairs")


def save_gpkg(path: Path, tables: Mapping[str, Table], attrs: Mapping[str, Any]) -> None:
    """Write tables and attributes to one GeoPackage, whole or not at all."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            temporary = Path(folder) / "network.gpkg"
            try:
                _write(temporary, tables, attrs)
            except Exception as error:  # GDAL's errors have no common class
                raise LayerError(f"cannot write the network {str(path)!r}: {error}") from error
            os.replace(temporary, path)


def _write(path: Path, tables: Mapping[str, Table], attrs: Mapping[str, Any]) -> None:
    import pandas as pd

    with fixed_gdal_date():
        types: dict[str, dict[str, str]] = {}
        for name, columns in tables.items():
            types[name] = {c: "text" if v.dtype == object else str(v.dtype) for c, v in columns.items()}
            if name != "shapes" and columns:
                _write_layer(path, name, _frame(name, columns, tables))
        header = {"format": FORMAT, "attrs": dict(attrs), "types": types}
        metadata = pd.DataFrame(
            {"key": list(header), "value": [json.dumps(v, sort_keys=True) for v in header.values()]}
        )
        metadata.loc[metadata["key"] == "types", "value"] = json.dumps(types)
        _write_layer(path, METADATA, metadata)


def _write_layer(path: Path, layer: str, frame: pd.DataFrame) -> None:
    import pyogrio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a table without geometry, an empty layer: both are meant
        pyogrio.write_dataframe(
            frame, path, layer=layer, driver="GPKG", append=path.exists(), dataset_options={"VERSION": _VERSION}
        )


def _frame(name: str, columns: Table, tables: Mapping[str, Table]) -> pd.DataFrame:
    """Return a table as the layer that it becomes."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    columns = dict(columns)
    geometry = None
    if name == "edges":
        from corridors.network._network import Network

        geometry = Network(tables, {}).shapes()
        node_id = tables["nodes"]["node_id"]
        columns |= {"from_id": node_id[columns["from"]], "to_id": node_id[columns["to"]]}
        del columns["first_vertex"], columns["n_vertices"]
    elif name in _POINTS and {"lon", "lat"} <= set(columns):
        geometry = shapely.points(columns["lon"], columns["lat"])
        geometry[~np.isfinite(columns["lon"].astype(float))] = None
    frame = pd.DataFrame({c: v.astype(str).astype(object) if v.dtype == object else v for c, v in columns.items()})
    frame.insert(0, "row", np.arange(len(frame)))
    return frame if geometry is None else gpd.GeoDataFrame(frame, geometry=geometry, crs=4326)


def load_gpkg(path: Path) -> tuple[dict[str, Table], dict[str, Any]]:
    """Read what `save_gpkg` wrote.

    Raises
    ------
    LayerError
        The file is missing, damaged, no network, or of another format version.
    """
    import pyogrio

    from corridors.collect.files import fault_of

    if not path.exists():
        raise LayerError(f"cannot read the network {str(path)!r}: there is no such file")
    fault = fault_of(path)
    if fault:
        raise LayerError(f"cannot read the network {str(path)!r}: {fault}")
    try:
        layers = {str(name) for name, _ in pyogrio.list_layers(path)}
        if METADATA not in layers:
            raise LayerError(
                f"{str(path)!r} is a GeoPackage but no network (it has no table {METADATA!r}); "
                "for lines of your own use build_network(rail=...)"
            )
        header = _header(path)
        return _tables(path, header["types"], layers), header["attrs"]
    except LayerError:
        raise
    except Exception as error:  # GDAL's errors have no common class
        raise LayerError(f"cannot read the network {str(path)!r}: {error}") from error


def _header(path: Path) -> dict[str, Any]:
    import pyogrio

    rows = pyogrio.read_dataframe(path, layer=METADATA, read_geometry=False)
    header = {key: json.loads(value) for key, value in zip(rows["key"], rows["value"], strict=True)}
    found = header.get("format")
    if found != FORMAT:
        newer = isinstance(found, int) and found > FORMAT
        todo = "update corridors to read it" if newer else "build it again with this version"
        raise LayerError(f"the network {str(path)!r} has format {found}, this version reads {FORMAT}; {todo}")
    return header


def _tables(path: Path, types: dict[str, dict[str, str]], layers: set[str]) -> dict[str, Table]:
    import pyogrio

    tables: dict[str, Table] = {}
    shapes: Any = np.empty(0, dtype=object)
    for name, columns in types.items():
        if name == "shapes" or name not in layers:
            tables[name] = {c: np.empty(0, dtype=object if t == "text" else t) for c, t in columns.items()}
            continue
        frame = pyogrio.read_dataframe(path, layer=name, read_geometry=name == "edges").sort_values(
            "row", kind="stable"
        )
        kept = {c: t for c, t in columns.items() if c in frame}
        tables[name] = {c: _column(frame[c], t) for c, t in kept.items()}
        if name == "edges":
            shapes = np.asarray(frame.geometry.array)
    return _with_shapes(tables, shapes, types["edges"])


def _with_shapes(tables: dict[str, Table], shapes: Any, types: dict[str, str]) -> dict[str, Table]:
    import shapely

    xy, row = shapely.get_coordinates(shapes, return_index=True)
    n = np.bincount(row, minlength=len(shapes))
    whole = np.round(xy * 1e6).astype(np.int32)
    tables["shapes"] = {"lon": whole[:, 0].copy(), "lat": whole[:, 1].copy()}
    first = np.concatenate([[0], np.cumsum(n)])[:-1]
    added = {"first_vertex": first, "n_vertices": n}
    tables["edges"] |= {c: v.astype(types[c]) for c, v in added.items() if c in types}
    tables["edges"] = {c: tables["edges"][c] for c in types}
    return tables


def _column(values: Any, kind: str) -> Any:
    if kind == "text":
        out = np.empty(len(values), dtype=object)
        out[:] = ["" if v is None or v != v else str(v) for v in values]
        return out
    return values.to_numpy(dtype="float64").astype(kind) if kind.startswith("float") else values.to_numpy().astype(kind)
