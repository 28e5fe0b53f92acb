"""Columns on disk: the compiled arrays of a network in one ``.npz`` file, without pickle.

A table is a mapping from column name to array. Text columns are object arrays in memory and one UTF-8 blob on disk;
numbers are stored as they are. Reading needs numpy only, so that a first route does not wait for pandas.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from corridors._files import write_whole
from corridors.errors import LayerError

Table = dict[str, Any]
"""Column name to a one-dimensional numpy array; all columns of a table have one length."""

FORMAT = 1


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
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays.pop("_header").tobytes().decode())
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise LayerError(f"cannot read the network {str(path)!r}: {error}") from error
    if header["format"] != FORMAT:
        raise LayerError(
            f"the network {str(path)!r} has format {header['format']}, this version reads {FORMAT}; build it again"
        )
    tables: dict[str, Table] = {}
    for name, values in arrays.items():
        table, column, *kind = name.split("/")
        if kind:
            text = values.tobytes().decode()
            items = text.split("\x1f")
            column_values = np.empty(len(items), dtype=object)
            column_values[:] = items
            values = column_values
        tables.setdefault(table, {})[column] = values
    return _without_phantom_rows(tables), header["attrs"]


def _without_phantom_rows(tables: dict[str, Table]) -> dict[str, Table]:
    """Empty text columns come back as one empty string: give them the length of their numeric neighbours."""
    for columns in tables.values():
        lengths = {len(v) for v in columns.values()}
        if lengths == {0, 1}:
            for name, values in columns.items():
                columns[name] = values[:0]
    return tables


def _text(text: str) -> Any:
    return np.frombuffer(text.encode(), dtype=np.uint8)
