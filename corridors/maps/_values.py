"""Cells of somebody's table as text and numbers, unknowns as such."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def number(value: object, *, digits: int = 3) -> float | None:
    """Return a finite float, rounded; None for None, NaN, infinities and what is no number.

    An unknown hour is not zero hours: the page shows a dash for None, and JSON has no NaN.
    """
    if value is None or isinstance(value, bool):
        return None
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    if not math.isfinite(result):
        return None
    result = round(result, digits)
    return int(result) if result == int(result) else result


def gauge(value: object) -> float | None:
    """Return a gauge; roads and ships have none, whether the table says 0 or nothing."""
    return number(value) or None


def first(row: Mapping[str, Any], *names: str) -> Any:
    """Return what stands under the first of several names that the row has."""
    return next((row[name] for name in names if name in row), None)


def records(frame: Any) -> list[Mapping[str, Any]]:
    """Return a table's rows as mappings; a list of mappings stays as it is, None is empty."""
    if frame is None or callable(frame):
        return []
    if hasattr(frame, "to_dict"):
        rows: list[Mapping[str, Any]] = frame.to_dict("records")
        return rows
    return list(frame) if isinstance(frame, (list, tuple)) else []


def text(value: object) -> str:
    """Return a value as text; the empty string for None, NaN and pandas' NA and NaT; a date without its midnight."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return ""
    if isinstance(value, float) and math.isnan(value):
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    name = getattr(value, "name", None)  # a Place, a CostModel, a Scenario
    return str(name) if isinstance(name, str) else str(value)
