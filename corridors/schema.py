"""The contract of every table and layer, read from ``geodata/schema``.

One CSV file a kind: ``column, dtype, unit, required, allowed, shp_name, meaning``. Frames are checked once, where they
enter; inside the package nothing is checked again. ``shp_name`` is the name (at most ten characters) that a column has
in a Shapefile; only reader and writer see it.
"""

from __future__ import annotations

import csv
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors._files import GEODATA
from corridors.errors import LayerError, SchemaError, UnknownNameError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

_TRUE, _FALSE = {"yes", "true", "1"}, {"no", "false", "0"}


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, type, unit, and what it means."""

    name: str
    dtype: str
    unit: str
    is_required: bool
    allowed: tuple[str, ...]
    shp_name: str
    meaning: str


def kinds() -> list[str]:
    """Return the kinds of table and layer that have a schema."""
    return sorted(p.stem for p in (GEODATA / "schema").glob("*.csv"))


@cache
def columns(kind: str) -> tuple[Column, ...]:
    """Return the columns of one kind of table.

    Parameters
    ----------
    kind
        Name of a file in ``geodata/schema`` without its ending.

    Raises
    ------
    UnknownNameError
        There is no schema of that name.
    """
    path = GEODATA / "schema" / f"{kind}.csv"
    if not path.is_file():
        raise UnknownNameError(f"no schema {kind!r}{did_you_mean(kind, kinds())}; there are {', '.join(kinds())}")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Column(
                name=row["column"],
                dtype=row["dtype"],
                unit=row["unit"],
                is_required=row["required"] == "yes",
                allowed=tuple(row["allowed"].split("|")) if row["allowed"] else (),
                shp_name=row["shp_name"],
                meaning=row["meaning"],
            )
            for row in csv.DictReader(file)
        )


def read_table(path: str | Path, kind: str) -> pd.DataFrame:
    """Read a CSV table and check it against its schema.

    Parameters
    ----------
    path
        A UTF-8 CSV file with a header.
    kind
        Its schema.

    Returns
    -------
    pandas.DataFrame
        The columns of the schema in its order; text is never NaN but ``""``.

    Raises
    ------
    LayerError
        The file is missing or is no CSV.
    SchemaError
        The table breaks its schema.
    """
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # more values than columns: none may be dropped
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8", index_col=False)
    except (OSError, ValueError, pd.errors.ParserWarning) as error:
        raise LayerError(f"cannot read {str(path)!r} as a {kind} table: {error}") from error
    return validate(frame, kind, name=Path(path).name)


def validate(frame: pd.DataFrame, kind: str, *, name: str = "table") -> pd.DataFrame:
    """Check a frame against a schema and give its columns their types.

    Parameters
    ----------
    frame
        A table or layer; further columns (a geometry, say) are kept behind those of the schema.
    kind
        The schema.
    name
        What to call the frame in an error.

    Raises
    ------
    SchemaError
        A column is missing, or a value is empty where it must not be, of the wrong type, or not allowed. The message
        names the table, the column, the row (counted from 1) and the value.
    """
    spec = columns(kind)
    missing = [c.name for c in spec if c.is_required and c.name not in frame]
    if missing:
        raise SchemaError(
            f"{name}: column {', '.join(map(repr, missing))} is missing; given are {', '.join(map(str, frame.columns))}"
        )
    checked = frame.copy()
    for column in spec:
        if column.name in checked:
            checked[column.name] = _typed(checked[column.name], column, name)
        else:
            checked[column.name] = _empty(column, len(checked))
    names = [c.name for c in spec]
    return checked[names + [c for c in frame.columns if c not in names]]


def faults(frame: pd.DataFrame, kind: str, *, name: str = "table") -> list[str]:
    """Return everything in which a frame breaks a schema, one sentence a column; `validate` raises the first.

    Parameters
    ----------
    frame, kind, name
        As for `validate`.
    """
    found = []
    for column in columns(kind):
        if column.name not in frame:
            if column.is_required:
                found.append(f"{name}: column {column.name!r} is missing; it is: {column.meaning}")
            continue
        try:
            _typed(frame[column.name], column, name)
        except SchemaError as error:
            found.append(str(error))
    return found


def _empty(column: Column, n: int) -> list[Any]:
    return [float("nan") if column.dtype in ("int", "float") else ""] * n


def _typed(values: pd.Series, column: Column, name: str) -> pd.Series:
    import pandas as pd

    text = values.map(lambda v: "" if v is None or v != v else str(v).strip())
    _refuse(text[text == ""].index if column.is_required else [], text, column, name, "it must not be empty")
    if column.allowed:
        bad = text[(text != "") & ~text.isin(column.allowed)].index
        _refuse(bad, text, column, name, f"allowed are {', '.join(column.allowed)}")
    if column.dtype in ("int", "float"):
        numbers = pd.to_numeric(text.where(text != ""), errors="coerce")
        wrong = numbers.isna() & (text != "")
        if column.dtype == "int":
            wrong |= numbers.notna() & (numbers % 1 != 0)
        rule = "it must be a whole number" if column.dtype == "int" else "it must be a number"
        _refuse(text[wrong].index, text, column, name, rule)
        return numbers.astype("int64") if column.dtype == "int" and column.is_required else numbers.astype(float)
    return text.astype(object)


def _refuse(rows: Any, text: pd.Series, column: Column, name: str, rule: str) -> None:
    """Raise for the first of the rows that break a rule."""
    if len(rows) == 0:
        return
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    position = int((text.index == rows[0]).argmax())
    raise SchemaError(f"{name}: row {position + 1}{more}, column {column.name!r} is {text.iloc[position]!r}; {rule}")


def split_list(value: str) -> list[str]:
    """Return the items of a ``list`` column, which are separated by ``|``."""
    return [item.strip() for item in value.split("|") if item.strip()]


def to_shapefile_names(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return only the columns that travel in a Shapefile, under their short names."""
    short = {c.name: c.shp_name for c in columns(kind) if c.shp_name and c.name in frame}
    keep = [*short, *(c for c in frame.columns if c == "geometry")]
    return frame[keep].rename(columns=short)


def from_shapefile_names(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return a frame read from a Shapefile under the long names of its schema."""
    long = {c.shp_name: c.name for c in columns(kind) if c.shp_name}
    return frame.rename(columns=long)
