"""What may be compared: figures of one basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def basis_of(route: Any) -> str:
    """Return what the hours and dollars of a route are: observed, declared or assumed; empty if it does not say."""
    attrs = getattr(route, "attrs", None)
    return str(attrs.get("basis") or "") if isinstance(attrs, Mapping) else ""


def of_one_basis(routes: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return the routes whose costs are of the first one's basis, and the others.

    Surveyed, declared and assumed figures measure different things and never share a table, a title or an axis.
    """
    first = basis_of(routes[0]) if routes else ""
    return [r for r in routes if basis_of(r) == first], [r for r in routes if basis_of(r) != first]
