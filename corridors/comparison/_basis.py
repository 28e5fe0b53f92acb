"""What may be compared: figures of one basis, for one unit of cargo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corridors.cost import unit_words


def costs_in_words(route: Any) -> str:
    """Return what the hours and dollars of a route are, as "assumed costs per TEU"; less if it does not say."""
    basis, cargo = _kind(route)
    return f"{basis} costs".strip() + (f" per {unit_words(cargo)}" if cargo else "")


def comparable(routes: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return the routes whose costs are of the basis and for the cargo of the first one, and the others.

    Surveyed, declared and assumed figures measure different things, as do a tonne and a container: they never share a table,
    a title or an axis.
    """
    first = _kind(routes[0]) if routes else ("", "")
    return [r for r in routes if _kind(r) == first], [r for r in routes if _kind(r) != first]


def _kind(route: Any) -> tuple[str, str]:
    attrs = getattr(route, "attrs", None)
    known = attrs if isinstance(attrs, Mapping) else {}
    return str(known.get("basis") or ""), str(known.get("cargo") or "")
