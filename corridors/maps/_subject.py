"""What a map can be about besides routes and a network, and the small things that all of these are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry

from corridors.maps._schema import CountryPayload, DotsPayload, PointPayload, StretchPayload, TablePayload
from corridors.maps._values import number, text


@dataclass(frozen=True)
class Subject:
    """What is drawn of a border, of closures, of access to the sea, of repairs.

    Attributes
    ----------
    title
        What it shows, in a sentence.
    shapes
        What the map is fitted to, EPSG:4326.
    points, stretches, dots, tables
        As in the payload.
    names
        Written on the map first: name, and lon, lat.
    countries
        Where names of countries stand on this map, instead of in the middle of each.
    sources
        Ids of the sources behind it.
    n_unplaced
        How many things have no known position: they are in the tables and not on the map.
    """

    title: str
    shapes: Sequence[BaseGeometry]
    points: list[PointPayload] = field(default_factory=list)
    stretches: list[StretchPayload] = field(default_factory=list)
    dots: DotsPayload | None = None
    tables: list[TablePayload] = field(default_factory=list)
    names: list[tuple[str, list[float]]] = field(default_factory=list)
    countries: list[CountryPayload] = field(default_factory=list)
    sources: frozenset[str] = frozenset()
    n_unplaced: int = 0


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[object]], *, note: str = "") -> TablePayload:
    """Return a table of the panel; a column is numeric if every value in it is a number or unknown.

    Parameters
    ----------
    caption, head, note
        What it is, its columns with their units, and what must be said under it.
    rows
        Values; numbers are rounded for reading, unknown ones become a dash.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(head)
    numeric = [
        bool(rows) and all(v is None or (isinstance(v, (int, float)) and not isinstance(v, bool)) for v in column)
        for column in columns
    ]
    shown = [[amount(v) if is_number else text(v) for v, is_number in zip(r, numeric, strict=True)] for r in rows]
    return {"caption": caption, "head": list(head), "numeric": numeric, "rows": shown, "note": note}


def amount(value: object, unit: str = "") -> str:
    """Return a number for reading, a dash for an unknown one: no decimals from a hundred on, one below."""
    known = number(value)
    if known is None:
        return "–"
    digits = 0 if abs(known) >= 100 or known == int(known) else 1
    return f"{known:,.{digits}f}" + (f"\u00a0{unit}" if unit else "")


def duration(hours: object) -> str:
    """Return hours below three days, days above, as the page's own script says them; a dash for unknown ones."""
    known = number(hours)
    if known is None or known < 72:
        return amount(known, "h")
    return f"{known / 24:,.1f}\u00a0days"


def rows_of(*pairs: tuple[str, Any]) -> list[list[str]]:
    """Return the rows of a card: label and text, those without a text left out."""
    return [[label, words] for label, value in pairs if (words := text(value))]


def plural(n: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
