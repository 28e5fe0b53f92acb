"""Excel: a sheet a table with units in the header, then sheets of columns, metadata and citations.

Every text is stored as text, so that nothing in it runs; numbers stay numbers. Dates inside are fixed.
"""

from __future__ import annotations

import io
import math
import re
from datetime import datetime
from typing import Any

from corridors.errors import LayerError, missing_extra
from corridors.export._document import Document
from corridors.export._frames import Meaning, cut_text, defused, flat, meaning
from corridors.export._text import json_value

_MOST_ROWS = 1_048_575
_MOST_BYTES = 32_767
_DATE = datetime(2000, 1, 1)
_OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


def files(found: Document, name: str) -> dict[str, bytes]:
    """Return the document as one workbook."""
    try:
        import xlsxwriter
    except ImportError as error:
        raise missing_extra("Excel", "xlsxwriter", "io") from error
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    book.set_properties({"title": found.title, "created": _DATE, "comments": found.metadata.get("attribution", "")})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "many": book.add_format({"num_format": "#,##0"}),
        "few": book.add_format({"num_format": "#,##0.0"}),
        "share": book.add_format({"num_format": "0.00"}),
        "degree": book.add_format({"num_format": "0.00000"}),
    }
    columns: list[list[str]] = []
    for table, frame in found.tables.items():
        rows = cut_text(flat(frame), _MOST_BYTES, "Excel")
        if len(rows) > _MOST_ROWS:
            raise LayerError(f"{table} has {len(rows):,} rows and Excel holds {_MOST_ROWS:,}; write .csv or .parquet")
        heads = [meaning(str(c), table) for c in rows.columns]
        sheet = _sheet_name(table, [w.name for w in book.worksheets()])
        values = [[json_value(v) for v in row] for row in rows.itertuples(index=False, name=None)]
        _fill(book.add_worksheet(sheet), heads, values, formats)
        columns += [[sheet, h.header, h.name, h.unit, h.meaning] for h in heads]
    _say(book, "columns", ["sheet", "header", "name", "unit", "meaning"], columns, formats)
    _say(book, "metadata", ["key", "value"], [[k, v] for k, v in found.metadata.items()], formats)
    _say(book, "citations", list(found.citations.columns), found.citations.to_numpy().tolist(), formats)
    book.close()
    return {name: buffer.getvalue()}


def _say(book: Any, name: str, names: list[str], rows: list[list[str]], formats: dict[str, Any]) -> None:
    sheet = _sheet_name(name, [w.name for w in book.worksheets()])
    _fill(book.add_worksheet(sheet), [Meaning(n, "", "") for n in names], rows, formats)


def _sheet_name(table: str, taken: list[str]) -> str:
    """Return a name that Excel allows and no other sheet has."""
    base = re.sub(r"[\[\]:*?/\\']", " ", table).strip()[:31] or "table"
    name, k = base, 1
    while name.lower() in (t.lower() for t in (*taken, "history")):
        k += 1
        name = f"{base[:27]} {k}"
    return name


def _fill(sheet: Any, heads: list[Meaning], rows: list[list[Any]], formats: dict[str, Any]) -> None:
    for j, head in enumerate(heads):
        sheet.write_string(0, j, defused(head.header), formats["head"])
        values = [row[j] for row in rows]
        longest = max((len(_as_seen(v)) for v in values[:2000]), default=0)
        sheet.set_column(j, j, min(60, max(8, longest, min(18, len(head.header)))) + 1)
        style = formats[_style(head, values)] if any(isinstance(v, float) for v in values) else None
        for i, value in enumerate(values, start=1):
            _put(sheet, i, j, value, style)
    sheet.freeze_panes(1, 0)
    if rows and heads:
        sheet.autofilter(0, 0, len(rows), len(heads) - 1)


def _put(sheet: Any, i: int, j: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(i, j, value)
    elif isinstance(value, int | float):
        sheet.write_number(i, j, value, style)
    else:
        sheet.write_string(i, j, defused(str(value)))


def _style(head: Meaning, values: list[Any]) -> str:
    if head.unit == "degree":
        return "degree"
    numbers = [abs(v) for v in values if isinstance(v, float) and math.isfinite(v)]
    if not numbers or max(numbers) >= 100:
        return "many"
    return "share" if max(numbers) <= 2 else "few"


def _as_seen(value: Any) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else str(value)
