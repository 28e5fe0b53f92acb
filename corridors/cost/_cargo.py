"""Units of cargo: what each weighs, and where it can change mode and gauge.

A container stands on a crane's hook, wheat needs a pit and a belt, a lorry drives on board. Which kinds of transfer and of gauge
change a unit can use is part of what the unit is, so it stands in the cost model beside its payload, and the network says of
each place which kind it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corridors.errors import SchemaError
from corridors.schema import columns

_WORDS = {
    "teu": ("a 20-foot container", "TEU"),
    "feu": ("a 40-foot container", "FEU"),
    "tonne": ("a tonne of bulk", "tonne"),
    "truck": ("a lorry", "lorry load"),
}
"""What each unit is, and what dollars are paid for one of."""

CARGOES = tuple(_WORDS)
"""Units that are priced: a loaded 20-foot container, a 40-foot one, a tonne of bulk, a 20-tonne lorry load."""

_VOCABULARY = {"transfers": ("transfers", "kind"), "gauge_changes": ("gauge_breaks", "method")}
"""The column of a table whose words each list of a unit is made of."""


@dataclass(frozen=True)
class Cargo:
    """A unit of cargo.

    Attributes
    ----------
    name
        One of `CARGOES`.
    payload_t
        Tonnes in it.
    transfers
        Kinds of transfer between modes that it can use: ``container``, ``bulk``, ``roro``, ``wagon_ferry``.
    gauge_changes
        Ways to change gauge that it can use: ``reload``, ``container_reload``, ``bogie_exchange``, ``reload_and_bogie``, ``dual_gauge``.
    """

    name: str
    payload_t: float
    transfers: tuple[str, ...]
    gauge_changes: tuple[str, ...]

    @property
    def words(self) -> str:
        """What it is, in words."""
        return _WORDS[self.name][0]


def unit_words(cargo: str) -> str:
    """Return what dollars are paid for one of: TEU, FEU, tonne or lorry load."""
    return _WORDS[cargo][1]


def read_cargoes(content: Mapping[str, Any], name: str) -> dict[str, Cargo]:
    """Return the units of cargo of a cost model.

    Parameters
    ----------
    content
        Its table ``cargo``.
    name
        The model, for messages.

    Raises
    ------
    SchemaError
        A payload is not above zero, or a list holds what is no kind of transfer or gauge change.
    """
    return {cargo: _cargo(cargo, content[cargo], f"cost model {name}: cargo.{cargo}") for cargo in CARGOES}


def _cargo(cargo: str, table: Mapping[str, Any], what: str) -> Cargo:
    if not isinstance(table, Mapping):
        raise SchemaError(f"{what} is {table!r}; it must be a table of payload_t, {', '.join(_VOCABULARY)}")
    tonnes = table.get("payload_t")
    if not (isinstance(tonnes, int | float) and 0 < tonnes < float("inf")):
        raise SchemaError(f"{what}.payload_t is {tonnes!r}; it must be tonnes, above zero")
    lists = {key: _words(table.get(key), key, what) for key in _VOCABULARY}
    return Cargo(cargo, float(tonnes), **lists)


def _words(given: Any, key: str, what: str) -> tuple[str, ...]:
    kind, column = _VOCABULARY[key]
    allowed = next(c.allowed for c in columns(kind) if c.name == column)
    if not isinstance(given, list) or not all(word in allowed for word in given):
        raise SchemaError(f"{what}.{key} is {given!r}; it must be a list of {', '.join(allowed)}")
    return tuple(given)
