"""Pairs of places and lists of places in CSV files, as people save them: a row that is no good keeps its fault."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridors.errors import LayerError

_FROM, _TO = ("origin", "from", "from_name"), ("destination", "to", "to_name")
_PLACE = ("place", "name")


@dataclass(frozen=True)
class Row:
    """A pair as it was given: its line in the file (0 without one), the two places, its weight, and what is wrong with them."""

    number: int
    origin: Any
    destination: Any
    weight: float = 1.0
    fault: str = ""
    weight_fault: str = ""

    @property
    def pair(self) -> tuple[Any, Any]:
        """Origin and destination."""
        return self.origin, self.destination


def place(text: str) -> Any:
    """Return (lon, lat) where two numbers were written, else the name."""
    parts = text.split(",")
    if len(parts) == 2:
        try:
            return float(parts[0]), float(parts[1])
        except ValueError:
            return text.strip()
    return text.strip()


def pairs_in(file: str) -> Iterator[Row]:
    """Yield the pairs of a CSV file with the columns origin and destination, and perhaps weight; ``-`` is standard input.

    Raises
    ------
    LayerError
        The file cannot be read, or has no two such columns.
    """
    names, rows = _table(file)
    start, end = (_position(names, known) for known in (_FROM, _TO))
    if start is None or end is None:
        raise LayerError(f"{file}: there are no columns origin and destination; there are {', '.join(names)}")
    heavy = _position(names, ("weight",))
    for number, row in rows:
        cells = [row[i].strip() if i < len(row) else "" for i in (start, end)]
        faults = [f"{what} is empty" for what, cell in zip(("origin", "destination"), cells, strict=True) if not cell]
        faults += _too_many(row, names)
        weight, wrong = _number(row[heavy]) if heavy is not None and heavy < len(row) else (1.0, "")
        fault, weight_fault = (f"row {number}: {text}" if text else "" for text in (", ".join(faults), wrong))
        yield Row(number, place(cells[0]), place(cells[1]), weight, fault, weight_fault)


def has_pairs(file: str) -> bool:
    """Return whether a CSV file has the columns of pairs."""
    names, _ = _table(file)
    return all(_position(names, known) is not None for known in (_FROM, _TO))


def places_in(file: str) -> list[Any]:
    """Return the places in the column place, or name, of a CSV file.

    Raises
    ------
    LayerError
        The file cannot be read, has no such column, or a row has more cells than the header.
    """
    names, rows = _table(file)
    at = _position(names, _PLACE)
    if at is None:
        raise LayerError(f"{file}: there is no column place in its header: {', '.join(names)}")
    for number, row in rows:
        for fault in _too_many(row, names):
            raise LayerError(f"{file}: row {number}: {fault}")
    return [place(row[at]) for _, row in rows if len(row) > at and row[at].strip()]


def _position(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(n) for n in known if n in names), None)


def _too_many(row: list[str], names: list[str]) -> list[str]:
    """Return the fault of a row with more cells than the header: a comma in it would shift the others."""
    if not any(cell.strip() for cell in row[len(names) :]):
        return []
    return [
        f'there are {len(row)} cells where the header has {len(names)}; a place with a comma needs quotes, as "76.9,43.2"'
    ]


def _number(text: str) -> tuple[float, str]:
    try:
        value = float(text)
    except ValueError:
        return 1.0, f"weight is {text!r}, which is no number; write it as 1234.5"
    return (value, "") if 0 <= value < float("inf") else (1.0, f"weight is {text!r}; it must be finite, zero or more")


def _table(file: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header in lower case, and the rows that are not empty with their line numbers."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise LayerError(f"there is no file {file!r}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LayerError(f"cannot read {file!r}: {error}; it must be CSV in UTF-8") from error
    first = text.partition("\n")[0].strip()
    said = first[4:] if first.lower().startswith("sep=") else ""  # Excel's own line
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=said[:1] or max(",;\t", key=first.count))
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)][1 if said else 0 :]
    except csv.Error as error:
        raise LayerError(f"cannot read {file!r} as CSV: line {reader.line_num}: {error}") from error
    if len(rows) < 2:
        what = "no row below the header" if rows else "nothing"
        raise LayerError(f"{file}: there is {what} in it; give a header and rows")
    return [name.strip().casefold() for name in rows[0][1]], rows[1:]
