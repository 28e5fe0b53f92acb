"""Run-through sections: where a line leaves a country and comes back into it without a stop at either border.

Arys–Lugovaya runs through Kyrgyzstan at Maimak, Chelyabinsk–Omsk through Kazakhstan at Petropavl. Cargo is not controlled there, but it
is in the country. So avoiding a country cuts them (``avoid_mode="territory"``) or not (``"control"``), and the answer names
them either way. A border without control between two unions (Belarus and Russia) makes no section: the line does not come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from corridors.network import Network


@dataclass(frozen=True)
class Section:
    """A stretch of a line through a country, between two borders without control to one neighbour.

    Attributes
    ----------
    line_id
        The line.
    iso3, iso3_around
        The country run through, and the one on both sides.
    crossing_ids
        The borders.
    edges
        Positions of its edges, borders included.
    """

    line_id: str
    iso3: str
    iso3_around: str
    crossing_ids: tuple[str, ...]
    edges: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.line_id} through {self.iso3} ({' - '.join(self.crossing_ids)})"


def sections(network: Network) -> tuple[Section, ...]:
    """Return the run-through sections of a network, by line."""
    edges, control = network.tables["edges"], network.crossing_control
    free: dict[tuple[str, str], list[int]] = {}
    for i in np.flatnonzero((edges["kind"] == "crossing") & (edges["status"] == "operating")):
        if control.get((edges["crossing_id"][i], edges["mode"][i])) == "none":
            free.setdefault((str(edges["line_id"][i]), str(edges["country"][i])), []).append(int(i))
    out = []
    by_line: dict[tuple[str, frozenset[str]], list[int]] = {}
    for (line_id, pair), rows in free.items():
        by_line.setdefault((line_id, frozenset(pair.split("|"))), []).extend(rows)
    for (line_id, countries), rows in sorted(by_line.items(), key=lambda item: (item[0][0], sorted(item[0][1]))):
        if len(rows) > 1 and len(countries) == 2:
            for inside in sorted(countries):
                out += _between(network, line_id, inside, min(countries - {inside}), rows)
    return tuple(out)


def _between(network: Network, line_id: str, inside: str, around: str, borders: list[int]) -> list[Section]:
    """Return the connected stretches of a line in a country that touch at least two of some borders."""
    edges = network.tables["edges"]
    inner = np.flatnonzero((edges["line_id"] == line_id) & (edges["country"] == inside) & (edges["kind"] != "crossing"))
    stretches: list[tuple[set[int], list[int]]] = []
    for i in inner.tolist():
        ends, rows = {int(edges["from"][i]), int(edges["to"][i])}, [i]
        apart = []
        for nodes, others in stretches:
            if nodes & ends:
                ends, rows = nodes | ends, others + rows
            else:
                apart.append((nodes, others))
        stretches = [*apart, (ends, rows)]
    out = []
    for nodes, rows in stretches:
        met = sorted(i for i in borders if {int(edges["from"][i]), int(edges["to"][i])} & nodes)
        if len(met) > 1:
            names = tuple(str(edges["crossing_id"][i]) for i in met)
            out.append(Section(line_id, inside, around, names, tuple(sorted(rows + met))))
    return out


def of_countries(network: Network, countries: Iterable[str]) -> tuple[Section, ...]:
    """Return the sections through some countries whose both sides lie outside all of them."""
    avoided = set(countries)
    if not avoided:
        return ()
    return tuple(s for s in sections(network) if s.iso3 in avoided and s.iso3_around not in avoided)


def used(network: Network, edges: Any) -> list[Section]:
    """Return the sections that a way of some edges runs through, from border to border."""
    passed = set(edges.tolist())
    crossed = {str(c) for c in network.tables["edges"]["crossing_id"][edges] if c}
    return [s for s in sections(network) if set(s.crossing_ids) <= crossed and passed & set(s.edges)]


def table(network: Network, edges: Any, cut: Iterable[Section]) -> pd.DataFrame:
    """Return the run-through sections that a way of some edges uses, and those that were cut for it; see `Route.run_through`."""
    import pandas as pd

    km: Any = network.tables["edges"]["length_km"]
    rows = [(s, "used") for s in used(network, edges)] + [(s, "cut") for s in cut]
    columns = ["line_id", "iso3", "iso3_around", "crossings", "length_km", "state"]
    return pd.DataFrame(
        [
            (s.line_id, s.iso3, s.iso3_around, " - ".join(s.crossing_ids), float(km[list(s.edges)].sum()), state)
            for s, state in rows
        ],
        columns=columns,
    )
