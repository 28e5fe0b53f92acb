"""How far from the sea, in borders, and through whom: over the map, and over the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import geodata
from corridors.borders._atlas import atlas
from corridors.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network import Network

ALL_MODES = ("rail", "road", "sea")


def landlocked(*, worldview: str = "de facto", borders: Any = None) -> pd.DataFrame:
    """Return for each country how many borders lie between it and the open sea.

    Parameters
    ----------
    worldview
        ``"de facto"`` or ``"un-style"``.
    borders
        Country polygons of your own; None for the embedded set.

    Returns
    -------
    pandas.DataFrame
        ``iso3, name, borders_to_sea`` (0 on the coast, 2 doubly landlocked; NaN for land that is nobody's neighbour), ``via``: the
        countries passed on the shortest ways, joined by ``|``. The Caspian and other enclosed seas are no open sea; rivers
        that ships reach the sea on (the Danube for MDA, SRB, HUN, SVK, AUT) are not counted.

    Examples
    --------
    >>> import corridors as cx
    >>> table = cx.landlocked().set_index("iso3")["borders_to_sea"]
    >>> table[["UZB", "KAZ", "IRN"]].tolist()
    [2.0, 1.0, 0.0]
    >>> sorted(table.index[table == 2])
    ['LIE', 'UZB']
    """
    import pandas as pd

    book = atlas(worldview=worldview, borders=borders)
    steps = book.steps_from(book.coastal)
    rows = [
        {
            "iso3": iso3,
            "name": book.names[iso3],
            "borders_to_sea": float(steps.get(iso3, np.nan)),
            "via": "|".join(n for n in book.neighbours[iso3] if steps.get(n, np.inf) == steps.get(iso3, np.nan) - 1),
        }
        for iso3 in sorted(book.areas)
    ]
    table = pd.DataFrame(rows)
    table.attrs["worldview"] = book.worldview
    return table


def transit_countries(
    network: Network, a: str, b: str, *, modes: Sequence[str] | str | None = None
) -> tuple[str, ...] | None:
    """Return the countries that lie between two countries on a way through the network with as few of them as possible.

    Parameters
    ----------
    network
        Its operating lines and crossings.
    a, b
        ISO alpha-3 codes or English names.
    modes
        Modes that may be used; None for rail, road and sea.

    Returns
    -------
    tuple of str or None
        The countries in order, empty for neighbours that a line joins; None if the network has no way.

    Raises
    ------
    UnknownNameError
        The network has no node in a country, or a mode does not exist.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.transit_countries(cx.load_network(), "TJK", "KAZ", modes="rail")
    ('UZB',)
    """
    used = _modes(modes)
    a, b = geodata.country_code(a), geodata.country_code(b)
    for iso3 in (a, b):
        if iso3 not in network.countries:
            raise UnknownNameError(
                f"the network has no node in {iso3!r}; it has {', '.join(sorted(network.countries))}"
            )
    return _ways_from(network, a, used).get(b)


def transit_table(
    network: Network,
    countries: Iterable[str],
    *,
    worldview: str = "de facto",
) -> pd.DataFrame:
    """Return the transit countries that any two of some countries need: over the map, by rail, and by any mode.

    Parameters
    ----------
    network
        Its operating lines and crossings.
    countries
        ISO alpha-3 codes, two or more.
    worldview
        For the answer over the map.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``iso3_a, iso3_b``, and for ``border`` (who touches whom), ``rail`` and ``any`` (rail, road, sea) the number
        ``n_…`` (NaN without a way) and the countries ``via_…``, joined by ``|`` (over the map: all that lie on a shortest way).

    Examples
    --------
    >>> import corridors as cx
    >>> table = cx.transit_table(cx.load_network(), ["CHN", "KGZ", "UZB"])
    >>> table[["iso3_a", "iso3_b", "via_border", "via_rail"]].values.tolist()
    [['CHN', 'KGZ', '', 'KAZ'], ['CHN', 'UZB', 'AFG|KAZ|KGZ|TJK', 'KAZ'], ['KGZ', 'UZB', '', '']]
    """
    import pandas as pd

    book = atlas(worldview=worldview)
    chosen = sorted({book.code(c) for c in countries})
    rail = {a: _ways_from(network, a, ("rail",)) for a in chosen}
    anyhow = {a: _ways_from(network, a, ALL_MODES) for a in chosen}
    rows = []
    for a, b in combinations(chosen, 2):
        ways = book.chains(a, b)
        between = sorted({iso3 for way in ways for iso3 in way[1:-1]})
        row: dict[str, Any] = {"iso3_a": a, "iso3_b": b}
        row |= {"n_border": float(len(ways[0]) - 2) if ways else np.nan, "via_border": "|".join(between)}
        for label, found in (("rail", rail[a].get(b)), ("any", anyhow[a].get(b))):
            row[f"n_{label}"] = float(len(found)) if found is not None else np.nan
            row[f"via_{label}"] = "|".join(found or ())
        rows.append(row)
    table = pd.DataFrame(rows)
    table.attrs.update({**network.attrs, "worldview": book.worldview})
    return table


def _modes(modes: Sequence[str] | str | None) -> tuple[str, ...]:
    given = ALL_MODES if modes is None else (modes,) if isinstance(modes, str) else tuple(modes)
    unknown = [m for m in given if m not in ALL_MODES]
    if unknown or not given:
        raise UnknownNameError(f"modes is {modes!r}; it must name some of {', '.join(ALL_MODES)}")
    return given


def _ways_from(network: Network, start: str, modes: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return, for every country that can be reached, the countries passed on a way with the fewest changes of country.

    One search over the network from all nodes of a country at once; an edge costs one change where its ends lie in two
    countries, and next to nothing otherwise.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    edges, nodes = network.tables["edges"], network.tables["nodes"]
    iso3, n = nodes["iso3"], len(nodes["node_id"])
    used = (edges["status"] == "operating") & (edges["line_class"] != "passenger_hs")
    used &= np.isin(nodes["mode"][edges["from"]], modes) & np.isin(nodes["mode"][edges["to"]], modes)
    tail, head = edges["from"][used], edges["to"][used]
    # Kilometres break ties, so that the answer is the shortest of those with the fewest countries.
    weight = (iso3[tail] != iso3[head]) + 1e-7 * (edges["length_km"][used] + 0.01)
    order = np.argsort(weight, kind="stable")
    tail, head, weight = tail[order], head[order], weight[order]
    _, first = np.unique(np.column_stack([np.minimum(tail, head), np.maximum(tail, head)]), axis=0, return_index=True)
    graph = coo_array((weight[first], (tail[first], head[first])), shape=(n, n)).tocsr()
    sources = np.flatnonzero(iso3 == start)
    km, before, _ = dijkstra(graph, directed=False, indices=sources, min_only=True, return_predecessors=True)
    out: dict[str, tuple[str, ...]] = {}
    for country in sorted(set(iso3) - {start}):
        there = np.flatnonzero(iso3 == country)
        best = int(there[np.argmin(km[there])])
        if np.isfinite(km[best]):
            out[country] = _countries_back(best, before, iso3)
    return out


def _countries_back(node: int, before: Any, iso3: Any) -> tuple[str, ...]:
    """Return the countries between the two ends of a way, first to last."""
    passed = [str(iso3[node])]
    while before[node] >= 0:
        node = int(before[node])
        if passed[-1] != iso3[node]:
            passed.append(str(iso3[node]))
    return tuple(reversed(passed[1:-1]))
