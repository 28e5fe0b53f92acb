"""What a notebook shows of a result: its table, and its map where `corridors.maps` has been imported.

Results never import maps; maps registers itself here. Every text is escaped, and a map lives in a sandboxed frame, so a name
from somebody's shapefile cannot run in the notebook.
"""

from __future__ import annotations

import html as _html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from corridors.errors import CorridorError

if TYPE_CHECKING:
    import pandas as pd

_DRAWERS: list[Callable[[Any], str]] = []
_CELL = "padding:2px 8px;border-bottom:1px solid #ddd;vertical-align:top;text-align:"


def register(draw: Callable[[Any], str]) -> None:
    """Make results show a map.

    Parameters
    ----------
    draw
        Takes a result and returns a whole HTML page.
    """
    _DRAWERS[:] = [draw]


def html(result: Any, table: pd.DataFrame) -> str:
    """Return a result as HTML: its table, and its map if there is something that draws.

    Parameters
    ----------
    result
        A Route, Alternatives, Comparison, Simulation, Network, Border, Criticality or Access.
    table
        What it says in numbers.
    """
    parts = [table_html(table)]
    if not _DRAWERS:
        parts.append("<p>Import <code>corridors.maps</code> to see it on a map.</p>")
    for draw in _DRAWERS:
        try:
            parts.append(frame(draw(result), title="Map", height_px=560))
        except CorridorError as error:  # a comparison without any route still has a table
            parts.append(f"<p>{escape(error)}</p>")
    return "".join(parts)


def frame(page: str, *, title: str, height_px: int) -> str:
    """Return a whole page in a frame that has scripts of its own and no access to what is around it."""
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts allow-downloads allow-modals allow-popups" '
        f'style="width:100%;height:{height_px}px;border:1px solid #bbb" srcdoc="{escape(page)}"></iframe>'
    )


def table_html(table: pd.DataFrame) -> str:
    """Return a frame as an HTML table, numbers rounded for reading and right-aligned, every text escaped."""
    numeric = [kind in "fiu" for kind in (table[c].dtype.kind for c in table.columns)]
    sides = ["right" if n else "left" for n in numeric]
    head = "".join(
        f'<th scope="col" style="{_CELL}{side}">{escape(str(name).replace("_", " "))}</th>'
        for name, side in zip(table.columns, sides, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(_cell(shown(v), side) for v, side in zip(row, sides, strict=True)) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse;font-size:90%;font-variant-numeric:tabular-nums">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(text: str, side: str) -> str:
    nowrap = ";white-space:nowrap" if len(text) <= 12 else ""
    words = ' class="words"' if not nowrap else ""  # a phone must not make a column of single letters of it
    return f'<td{words} style="{_CELL}{side}{nowrap}">{escape(text)}</td>'


def shown(value: Any) -> str:
    """Return one value as a reader wants it: no decimals from a hundred on, a dash for what is not known."""
    if value is None or value != value:
        return "–"
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "yes" if value else "no"
    if isinstance(value, float):
        digits = ",.0f" if abs(value) >= 100 or value == round(value) else ",.2g" if abs(value) < 1 else ",.1f"
        return format(value, digits)
    return f"{value:,}" if isinstance(value, int) else str(value)


_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def isolated(name: str) -> str:
    """Return a name as one piece of a sentence: a name from right to left would else pull the words beside it along."""
    return f"\u2068{name}\u2069" if _RIGHT_TO_LEFT.search(name) else name


def escape(value: object) -> str:
    """Return text that is safe between tags and in quoted attributes; characters that no file can hold are replaced."""
    return _html.escape(str(value).encode("utf-8", "replace").decode("utf-8"), quote=True)
