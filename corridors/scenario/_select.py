"""From a name to the edges that it stands for."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridors import geodata
from corridors.errors import UnknownNameError, did_you_mean
from corridors.network import MODE_OF_KIND, MODES, Network

KINDS = ("line", "crossing", "port", "country", "bloc", "border", "mode", "sea")
_MODE_OF_KIND = {**MODE_OF_KIND, "gauge_change": "rail"}


def find(network: Network, target: str) -> tuple[str, str]:
    """Return what a name is: its kind, one of `KINDS`, and its id.

    Raises
    ------
    UnknownNameError
        Nothing has this name, or more than one thing has and the prefix is missing.
    """
    prefix, _, bare = target.rpartition(":")
    if prefix in ("line", "crossing", "port"):
        return network.resolve(target, kinds=(prefix,))
    nodes = network.tables["nodes"]
    known: dict[str, set[str]] = {
        "country": set(network.countries),
        "mode": set(MODES),
        "sea": {str(s) for s in set(nodes["sea"]) if s},
        "bloc": set(geodata.load("blocs")["bloc"]),
        "border": {"-".join(pair) for pair in border_pairs(network)},
    }
    if prefix == "border" or (not prefix and bare.upper() in known["border"]):
        bare = "-".join(sorted(bare.upper().split("-")))
    for kind, names in known.items():
        folded = {n.casefold(): n for n in names}
        if prefix in ("", kind) and bare.casefold() in folded:
            return kind, folded[bare.casefold()]
    if prefix not in ("", *KINDS):
        raise UnknownNameError(f"no kind of thing {prefix!r}; there are {', '.join(KINDS)}")
    try:
        if not prefix:
            return network.resolve(target, kinds=("line", "crossing", "port"))
        every = sorted(known.get(prefix, set()))
        raise UnknownNameError(f"no {prefix} {bare!r} in this network{did_you_mean(bare, every)}")
    except UnknownNameError:
        code = geodata.country_code(bare)
        if prefix in ("", "country") and code in known["country"]:
            return "country", code
        raise


def border_pairs(network: Network) -> set[tuple[str, str]]:
    """Return the pairs of countries between which there are crossings, each in alphabetical order."""
    table = network.tables["crossings"]
    pairs = (sorted((str(a), str(b))) for a, b in zip(table["iso3_a"], table["iso3_b"], strict=True))
    return {(a, b) for a, b in pairs}


def edges_of(network: Network, kind: str, bare: str) -> Any:
    """Return a mask of the edges that something is made of."""
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    if kind == "line":
        return edges["line_id"] == bare
    if kind == "crossing":
        return (edges["kind"] == "crossing") & (edges["crossing_id"] == bare)
    if kind in ("port", "sea"):
        column = nodes["station_id"] if kind == "port" else nodes["sea"]
        here = (column == bare) & (nodes["mode"] == "sea")
        return here[edges["from"]] | here[edges["to"]]
    if kind == "mode":
        return modes_of(network) == bare
    if kind == "border":
        pair = bare.split("-")
        return (edges["kind"] == "crossing") & np.isin(edges["country"], ["|".join(pair), "|".join(reversed(pair))])
    return network.edges_in({bare} if kind == "country" else geodata.bloc_members(bare))


def modes_of(network: Network) -> Any:
    """Return the mode of each edge; a transshipment has none."""
    edges = network.tables["edges"]
    modes = np.array([_MODE_OF_KIND.get(k, "") for k in edges["kind"]], dtype=object)
    at_border = edges["kind"] == "crossing"
    modes[at_border] = edges["mode"][at_border]
    return modes


def crossings_of(network: Network, kind: str, bare: str) -> Any:
    """Return a mask of the rows of the table of crossings that something is made of."""
    table = network.tables["crossings"]
    sides = zip(table["iso3_a"], table["iso3_b"], strict=True)
    if kind == "crossing":
        return table["crossing_id"] == bare
    if kind == "mode":
        return table["mode"] == bare
    if kind == "border":
        both = set(bare.split("-"))
        return np.array([{a, b} == both for a, b in sides], dtype=bool)
    if kind in ("country", "bloc"):
        countries = {bare} if kind == "country" else geodata.bloc_members(bare)
        return np.array([bool({a, b} & countries) for a, b in sides], dtype=bool)
    return np.zeros(len(table["crossing_id"]), dtype=bool)
