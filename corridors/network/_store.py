"""Columns on disk: the compiled arrays of a network in one ``.npz`` file, without pickle.

A table is a mapping from column name to array. Text columns are object arrays in memory and one UTF-8 blob on disk;
numbers are stored as they are. Reading needs numpy only, so that a first route does not wait for pandas.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from corridors._files import write_whole
from corridors.errors import LayerError

Table = dict[str, Any]
"""Column name to a one-dimensional numpy array; all columns of a table have one length."""

FORMAT = 2
"""Of network files. Since 2 the ``mode`` of a gauge change says how the gauge is changed, which decides what cargo it takes."""

MAX_BYTES = 4 * 1024**3
"""More than this unpacked is refused: a world network has a tenth of it."""


def save_tables(path: Path, tables: Mapping[str, Table], attrs: Mapping[str, Any]) -> None:
    """Write tables and attributes to one file, whole or not at all; the same input gives the same bytes."""
    arrays: dict[str, Any] = {"_header": _text(json.dumps({"format": FORMAT, "attrs": dict(attrs)}, sort_keys=True))}
    for table, columns in tables.items():
        for column, values in columns.items():
            if values.dtype == object:
                arrays[f"{table}/{column}/text"] = _text("\x1f".join(map(str, values)))
            else:
                arrays[f"{table}/{column}"] = values
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_whole(path, buffer.getvalue())


def load_tables(path: Path) -> tuple[dict[str, Table], dict[str, Any]]:
    """Read what `save_tables` wrote.

    Raises
    ------
    LayerError
        The file is missing, damaged, or of another format version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            claimed = sum(member.file_size for member in archive.infolist())
        if claimed > MAX_BYTES:
            raise ValueError(f"it claims {claimed:,} bytes unpacked, more than {MAX_BYTES:,}")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays.pop("_header").tobytes().decode())
        found, attrs = header["format"], dict(header["attrs"])
        tables = _unpacked(arrays) if found == FORMAT else {}
    except FileNotFoundError:
        raise LayerError(f"there is no network file {str(path)!r}") from None
    except Exception as error:  # zip, zlib, and numpy's parser of headers have no common class
        raise LayerError(f"cannot read the network {str(path)!r}: {error}; is it cut off or damaged?") from error
    if found != FORMAT:
        raise LayerError(f"the network {str(path)!r} has format {found}, this version reads {FORMAT}; build it again")
    return tables, attrs


def _unpacked(arrays: Mapping[str, Any]) -> dict[str, Table]:
    """Return the arrays of a file as tables, text columns split again."""
    tables: dict[str, Table] = {}
    for name, values in arrays.items():
        table, column, *kind = name.split("/")
        if kind:
            items = values.tobytes().decode().split("\x1f")
            values = np.empty(len(items), dtype=object)
            values[:] = items
        tables.setdefault(table, {})[column] = values
    return _without_phantom_rows(tables)


def _without_phantom_rows(tables: dict[str, Table]) -> dict[str, Table]:
    """Empty text columns come back as one empty string: a table with nothing else in it has no rows."""
    for columns in tables.values():
        if all(len(v) == 0 or (len(v) == 1 and v.dtype == object and v[0] == "") for v in columns.values()):
            for name, values in columns.items():
                columns[name] = values[:0]
    return tables


def _text(text: str) -> Any:
    return np.frombuffer(text.encode(), dtype=np.uint8)
