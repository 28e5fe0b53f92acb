"""From results to the terminal, a pipe, and files."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors._display import shown as shown_value
from corridors.cli._options import Format, Out
from corridors.errors import LayerError

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network import Network

_BINARY = (Format.EXCEL, Format.GEOPACKAGE, Format.PARQUET)
_STAMP = ("scenario", "as_of", "cost_model", "worldview")
_PIPE_WIDTH = 100_000
"""Columns of a table that is not drawn in a terminal: enough that nothing is folded or cut."""


_FEW_ROWS = 6
"""A wide table of no more rows is drawn on its side."""


def say(text: str) -> None:
    """Say something beside the table, on standard error."""
    print(text, file=sys.stderr)


def give(
    out: Out, x: Any, shown: pd.DataFrame | Mapping[str, pd.DataFrame], *, network: Network | None = None,
    can_draw: bool = True,
) -> None:  # fmt: skip
    """Print a result and write it to files.

    Parameters
    ----------
    out
        Where to, and how.
    x
        The result.
    shown
        What a terminal has room for: a table, or several by their headings.
    network
        To draw behind it.
    can_draw
        Whether a map can be made; False where there is no route.
    """
    format_ = out.format_ or (Format.TABLE if sys.stdout.isatty() else Format.CSV)
    if format_ is Format.TABLE:
        tables = {"": shown} if not isinstance(shown, Mapping) else shown
        _draw_tables({out.table: _picked(x, out.table, network)} if out.table else tables)
    else:
        _put(x, format_, out.table, network)
    for path in out.output or []:
        if path.suffix.lower() != ".html":
            write(x, path, table=out.table, network=network)
        elif can_draw:
            draw(x, path, network)
        else:
            say(f"{path} was not written: there is nothing in this result to draw on a map")


def _picked(x: Any, table: str, network: Network | None) -> pd.DataFrame:
    from corridors.export._document import document

    found = document(x, network=network).only(table).tables[table]
    return found.drop(columns="geometry", errors="ignore")


def _put(x: Any, format_: Format, table: str | None, network: Network | None) -> None:
    """Write a result to standard output, as bytes: UTF-8 whatever the locale."""
    from corridors import export

    if format_ in _BINARY and sys.stdout.isatty():
        raise LayerError(f"{format_} is not for a terminal; give -o FILE.{format_}")
    data = export.content(x, format_.value, table=table, network=network)
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write(x: Any, path: Path, *, table: str | None = None, network: Network | None = None) -> None:
    """Write a result to a file by its ending, and say so."""
    from corridors import export

    export.write(x, path, table=table, network=network)
    say(f"wrote {path}")


def draw(x: Any, path: Path, network: Network | None) -> None:
    """Draw a map, and say so."""
    from corridors import maps

    maps.draw(x, network=network).save(path)
    say(f"wrote {path}")


def _draw_tables(tables: Mapping[str, pd.DataFrame]) -> None:
    from rich.console import Console

    # In a pipe nothing is cut; a terminal folds what is wider than it is.
    console = Console(
        width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False, markup=False, emoji=False,
        no_color=None if sys.stdout.isatty() else True,
    )  # fmt: skip
    attrs: Mapping[str, Any] = {}
    for k, (heading, table) in enumerate(tables.items()):
        if heading:
            console.print(("\n" if k else "") + heading, style="bold")
        if len(table):
            _draw(table, console)
        else:
            console.print("none")
        attrs = attrs or table.attrs
    stamp = [f"{k.replace('_', ' ')}: {attrs[k]}" for k in _STAMP if attrs.get(k)]
    if stamp:
        console.print("; ".join(stamp), soft_wrap=True)


def _draw(table: pd.DataFrame, console: Any) -> None:
    """Draw a table; one that is too wide stands on its side if it has few rows, else it loses columns and says which."""
    from rich.measure import Measurement

    from corridors.export._frames import meaning

    cells = {meaning(str(name)).header: [_text(v) for v in table[name]] for name in table.columns}
    cells = {name: texts for name, texts in cells.items() if any(texts)}
    numeric = {meaning(str(name)).header for name in table.columns if table[name].dtype.kind in "fiu"}
    room = console.options.update(max_width=_PIPE_WIDTH)

    def fits(shown: Mapping[str, Sequence[str]]) -> bool:
        """Return whether no word needs to be broken."""
        return bool(Measurement.get(console, room, _grid(shown, numeric)).minimum <= console.width)

    if fits(cells):
        console.print(_grid(cells, numeric))
        return
    names = list(cells)
    if len(table) <= _FEW_ROWS:
        rows = {names[0]: names[1:], **{str(k): [cells[n][k] for n in names[1:]] for k in range(len(table))}}
        console.print(_grid(rows, set(), [names[0], *cells[names[0]]]))
        return
    kept = dict(cells)
    while len(kept) > 1 and not fits(kept):
        kept.popitem()
    console.print(_grid(kept, numeric))
    left = ", ".join(n for n in names if n not in kept)
    console.print(f"for want of room not shown: {left}; -f csv has all", soft_wrap=True)


def _grid(cells: Mapping[str, Sequence[str]], numeric: set[str], heads: Sequence[str] = ()) -> Any:
    """Return columns of text as a table of rich."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name, head in zip(cells, heads or list(cells), strict=True):
        drawn.add_column(Text(head), justify="right" if name in numeric else "left", overflow="fold")
    for row in zip(*cells.values(), strict=True):
        drawn.add_row(*(Text(v) for v in row))
    return drawn


def _text(value: Any) -> str:
    """Return a value for a terminal: what is not known is empty, and no control character reaches the terminal."""
    if value is None or type(value).__name__ == "NAType" or value != value:
        return ""
    return "".join(c if c.isprintable() else " " for c in shown_value(value))


def columns(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return those of the named columns that a table has, with its attributes."""
    found = table[[n for n in names if n in table.columns]].copy()
    found.attrs.update(table.attrs)
    return found
