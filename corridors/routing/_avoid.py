"""What a journey must not use, as a mask of edges.

`avoid` is a promise: an edge whose country sequence holds an avoided country is gone, whatever it costs. Since edges are cut
at borders, every edge lies in one country; only the listed border noise may touch the polygon of another. With
``avoid_mode="control"`` alone, the run-through sections of `_through` are let in again, and the answer names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import geodata
from corridors.cost import Cargo
from corridors.errors import UnknownNameError, did_you_mean
from corridors.network import ANY_CARGO, HANDLING, MODES
from corridors.routing._through import Section, of_countries

if TYPE_CHECKING:
    from corridors.network import Network

DEFAULT_MODES = ("rail", "sea")
"""Freight by rail, with ferries and ships where the rails end; roads on request."""


@dataclass(frozen=True)
class Avoided:
    """What is avoided, sorted by kind."""

    countries: frozenset[str] = frozenset()
    crossings: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()


_HINTS = 6
"""Names offered for one that is unknown."""

AVOID_MODES = ("territory", "control")


def sections_of(network: Network, avoided: Avoided, avoid_mode: str) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """Return the run-through sections of the avoided countries: those that may be used, and those that are cut.

    Raises
    ------
    UnknownNameError
        The mode is neither territory nor control.
    """
    if avoid_mode not in AVOID_MODES:
        raise UnknownNameError(f"avoid_mode is {avoid_mode!r}; it must be {' or '.join(AVOID_MODES)}")
    found = of_countries(network, avoided.countries)
    return (found, ()) if avoid_mode == "control" else ((), found)


def check_modes(modes: Sequence[str] | str | None) -> tuple[str, ...]:
    """Return modes as a tuple; None is rail and sea.

    Raises
    ------
    UnknownNameError
        A mode that does not exist.
    """
    if modes is None:
        return DEFAULT_MODES
    given = (modes,) if isinstance(modes, str) else tuple(modes)
    unknown = [m for m in given if m not in MODES]
    if unknown or not given:
        raise UnknownNameError(f"modes is {modes!r}; it must name some of {', '.join(MODES)}")
    return tuple(m for m in MODES if m in given)


def read_avoid(network: Network, avoid: Iterable[str] | str) -> Avoided:
    """Sort what is to be avoided into countries, crossings, lines and modes.

    Parameters
    ----------
    network
        Where lines and crossings are looked up.
    avoid
        Countries by ISO alpha-3 code or English name, blocs (``EAEU`` or ``bloc:EAEU``), ``crossing:…``, ``line:…``, modes; bare where unambiguous.

    Raises
    ------
    UnknownNameError
        A name that is nothing of these.
    """
    countries: set[str] = set()
    crossings: set[str] = set()
    lines: set[str] = set()
    modes: set[str] = set()
    known = network.countries
    for item in [avoid] if isinstance(avoid, str) else avoid:
        prefix, _, bare = item.rpartition(":")
        if prefix in ("", "country") and bare.upper() in known:
            countries.add(bare.upper())
        elif prefix in ("", "mode") and bare in MODES:
            modes.add(bare)
        elif prefix in ("", "line", "crossing") and (found := _line_or_crossing(network, item)):
            (lines if found[0] == "line" else crossings).add(found[1])
        elif prefix in ("", "bloc") and (members := geodata.bloc_members(bare)):
            countries |= members
        elif prefix in ("", "country") and (code := geodata.country_code(bare)) in known:  # last: it reads a layer
            countries.add(code)
        else:
            raise UnknownNameError(
                f"cannot avoid {item!r}: no country of this network (ISO alpha-3 or name), bloc, mode, line or crossing has this "
                f"name{_hint(network, prefix, bare)}"
            )
    return Avoided(frozenset(countries), frozenset(crossings), frozenset(lines), frozenset(modes))


def _hint(network: Network, prefix: str, bare: str) -> str:
    """Return what may have been meant: lines and crossings that hold the word in their id, else names that are close."""
    ids = {kind: sorted(set(network.tables[f"{kind}s"][f"{kind}_id"])) for kind in ("line", "crossing")}
    ids = {kind: names for kind, names in ids.items() if bare and prefix in ("", kind)}
    holding = [f"{kind}:{name}" for kind, names in ids.items() for name in names if bare.casefold() in name]
    if holding:
        more = len(holding) - _HINTS
        return f"; did you mean {', '.join(holding[:_HINTS])}{f' or one of {more} more' if more > 0 else ''}?"
    words = [] if prefix else [*sorted(network.countries), *MODES, *sorted(set(geodata.load("blocs")["bloc"]))]
    return did_you_mean(bare, words + [name for names in ids.values() for name in names])


def _line_or_crossing(network: Network, item: str) -> tuple[str, str] | None:
    """Return what a name is, or None if it is neither; a name that is both is an error."""
    try:
        return network.resolve(item, kinds=("line", "crossing"))
    except UnknownNameError:
        bare = item.rpartition(":")[2]
        if bare in set(network.tables["lines"]["line_id"]) | set(network.tables["crossings"]["crossing_id"]):
            raise
        return None


def open_in_month(network: Network, month: int | None) -> Any:
    """Return a mask of the edges that are open in a month; None for any month.

    Raises
    ------
    ValueError
        The month is not 1 to 12.
    """
    edges = network.tables["edges"]
    mask = np.ones(len(edges["edge_id"]), dtype=bool)
    if month is None:
        return mask
    if month not in range(1, 13):
        raise ValueError(f"month is {month!r}; it must be 1 to 12")
    table = network.tables["crossings"]
    shut = {
        (c, m)
        for c, m, months in zip(table["crossing_id"], table["mode"], table["open_months"], strict=True)
        if months and str(month) not in months.split("|")
    }
    for i in np.flatnonzero(edges["kind"] == "crossing"):
        mask[i] = (edges["crossing_id"][i], edges["mode"][i]) not in shut
    return mask


def takes(network: Network, cargo: Cargo) -> Any:
    """Return a mask of the edges that take a cargo: all but the transfers and gauge changes of other kinds."""
    edges = network.tables["edges"]
    mask = np.ones(len(edges["kind"]), dtype=bool)
    kinds = {*cargo.transfers, *cargo.gauge_changes, ANY_CARGO}
    rows = np.flatnonzero(np.isin(edges["kind"], HANDLING))
    mask[rows] = [how in kinds for how in edges["mode"][rows]]
    return mask


def usable(
    network: Network,
    modes: tuple[str, ...],
    avoided: Avoided,
    cargo: Cargo | None,
    *,
    avoid_strict: bool = False,
    sections: tuple[Section, ...] = (),
) -> Any:
    """Return a mask of the edges that freight may use.

    Parameters
    ----------
    network
        Its edges.
    modes
        Modes that may move.
    avoided
        What must not be used.
    cargo
        What is carried: transfers and gauge changes that do not take it are shut. None shuts none.
    avoid_strict
        Refuse edges too whose generalised shape touches an avoided country by border noise.
    sections
        Run-through sections that may be used though their country is avoided.
    """
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    allowed = set(modes) - avoided.modes
    mask = (edges["status"] == "operating") & (edges["line_class"] != "passenger_hs")
    mask &= np.isin(nodes["mode"][edges["from"]], list(allowed)) & np.isin(nodes["mode"][edges["to"]], list(allowed))
    if cargo is not None:
        mask &= takes(network, cargo)
    if avoided.countries:
        is_let_in = np.zeros(len(mask), dtype=bool)
        is_let_in[[i for s in sections for i in s.edges]] = True
        mask &= ~network.edges_in(avoided.countries) | is_let_in
    if avoided.crossings:
        mask &= ~((edges["kind"] == "crossing") & np.isin(edges["crossing_id"], list(avoided.crossings)))
    if avoided.lines:
        mask &= ~np.isin(edges["line_id"], list(avoided.lines))
    if avoid_strict and avoided.countries:
        noise = network.tables["noise"]
        touched = noise["edge_id"][np.isin(noise["iso3"], list(avoided.countries))]
        mask &= ~np.isin(edges["edge_id"], touched)
    return mask
