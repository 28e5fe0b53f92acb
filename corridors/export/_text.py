"""Text files: CSV, JSON and Markdown."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

from corridors import _display
from corridors.export._document import Document
from corridors.export._frames import defused, flat, meaning

if TYPE_CHECKING:
    import pandas as pd

_DIGITS = 12
"""Significant digits in CSV: more than any number here has, and none of the noise of binary fractions."""


def csv_files(found: Document, name: str) -> dict[str, bytes]:
    """Return the table as CSV, and what it says about itself as JSON beside it."""
    table, frame = next(iter(found.tables.items()))
    rows = flat(frame)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([defused(str(c)) for c in rows.columns])
    for row in rows.itertuples(index=False, name=None):
        writer.writerow([_csv_value(v) for v in row])
    return {
        f"{name}.meta.json": side_file(found, {table: {c: c for c in rows.columns}}),
        name: buffer.getvalue().encode(),
    }


def _csv_value(value: Any) -> Any:
    if is_missing(value):
        return ""
    if type(value).__name__ in ("bool", "bool_"):
        return "true" if value else "false"
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else defused(value)


def is_missing(value: Any) -> bool:
    """Return whether a value is not known."""
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and math.isnan(value))


def side_file(found: Document, names: dict[str, dict[str, str]]) -> bytes:
    """Return metadata, citations and the meaning of columns for formats that have no room for them.

    Parameters
    ----------
    found
        The document.
    names
        By the name of a file or table: from the column in the file to the full name of the column.
    """
    columns = {
        part: [
            {"column": short, "name": full, "unit": meaning(full).unit, "meaning": meaning(full).meaning}
            for short, full in pairs.items()
        ]
        for part, pairs in names.items()
    }
    return _json({"metadata": dict(found.metadata), "columns": columns, "citations": records(found.citations)})


def json_files(found: Document, name: str) -> dict[str, bytes]:
    """Return metadata, tables and citations as one JSON document."""
    tables = {table: records(flat(frame)) for table, frame in found.tables.items()}
    return {name: _json({"metadata": dict(found.metadata), "tables": tables, "citations": records(found.citations)})}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as JSON knows them: what is not known is null."""
    names = [str(c) for c in frame.columns]
    return [dict(zip(names, map(json_value, row), strict=True)) for row in frame.itertuples(index=False, name=None)]


def json_value(value: Any) -> Any:
    """Return one value as JSON knows it."""
    if is_missing(value) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.item() if hasattr(value, "item") else value


def markdown_files(found: Document, name: str) -> dict[str, bytes]:
    """Return one table in Markdown, numbers rounded for reading, with what it rests on beneath."""
    frame = readable(next(iter(found.tables.values())))
    sides = ["---:" if frame[c].dtype.kind in "fiu" else "---" for c in frame.columns]
    rows = [[_md(c) for c in headers(frame)], sides]
    rows += [[_md(shown(v)) for v in row] for row in frame.itertuples(index=False, name=None)]
    lines = [f"## {_md(found.title)}", "", *(f"| {' | '.join(row)} |" for row in rows), ""]
    lines += [f"- {key.replace('_', ' ')}: {_md(value)}" for key, value in found.metadata.items() if key != "title"]
    if len(found.citations):
        lines += ["", "Sources:", "", *(f"1. {_md(c)}" for c in found.citations["citation"])]
    return {name: ("\n".join(lines) + "\n").encode()}


def shown(value: Any) -> str:
    """Return one value as a reader wants it, a dash for what is not known."""
    return _display.shown(None if is_missing(value) else value)


def _md(text: str) -> str:
    """Return text in which Markdown and HTML see no mark-up."""
    for mark in ("\\", "|", "`", "*", "_", "[", "]", "<"):
        text = text.replace(mark, "\\" + mark)
    return text.replace("\n", " ")


def readable(frame: Any) -> pd.DataFrame:
    """Return a frame without geometry and without columns that say nothing."""
    rows = flat(frame)
    return rows[[c for c in rows.columns if not len(rows) or not all(is_missing(v) or v == "" for v in rows[c])]]


def headers(frame: pd.DataFrame) -> list[str]:
    """Return the names of columns for readers, with units."""
    return [meaning(str(c)).header for c in frame.columns]
