"""From what a person writes to nodes: names, ids, UN/LOCODE, or a position.

A *place* (a city, a port) owns its stations and terminals; asking for it may use any of them, asking for a station uses that
one. An exact name beats an alias, an alias beats a spelling with other spaces; only two different places of one name are
ambiguous.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import PlaceError, did_you_mean
from corridors.units import distance_km

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network._network import Network
    from corridors.network._store import Table

MAX_CONNECTOR_KM = 25.0
"""An asked position farther than this from the network is refused: never an invented kilometre."""

STATION_RANK = 3
"""Rank of the name of one of several stations of a place: who asks for the station gets it, and the place where the station does
not serve the modes."""

Asked = str | tuple[float, float]


@dataclass(frozen=True)
class Place:
    """A place that was asked for, and the nodes that serve it.

    Attributes
    ----------
    name
        Its name, or the position as text.
    nodes
        Positions of its nodes in the network.
    connector_km
        Distance from the asked point to each node; zero for a named place.
    lon, lat
        Position in degrees.
    iso3
        Country of the nearest node.
    """

    name: str
    nodes: tuple[int, ...]
    connector_km: tuple[float, ...]
    lon: float
    lat: float
    iso3: str


def name_of(asked: Asked) -> str:
    """Return how tables call a place that was asked for."""
    return asked if isinstance(asked, str) else f"({asked[0]:g}, {asked[1]:g})"


def as_pairs(pairs: Iterable[Any]) -> list[tuple[Asked, Asked]]:
    """Return pairs of places; refuse anything else, above all one pair that is not in a list."""
    found = list(pairs)
    for pair in found:
        if isinstance(pair, str) or len(pair) != 2:
            raise ValueError(f"{pair!r} is no pair of places; give a list of pairs: [(origin, destination), ...]")
    return found


def fold(name: str) -> str:
    """Return a name without case, accents, dotless i, hyphens and apostrophes.

    Examples
    --------
    >>> fold("Kızılorda"), fold("Mazar-i-Sharif")
    ('kizilorda', 'mazar i sharif')
    """
    plain = name.replace("ı", "i").replace("İ", "i").replace("ł", "l").replace("Ł", "L").replace("ß", "ss")
    decomposed = unicodedata.normalize("NFKD", plain)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    letters = re.sub(r"[ʻʼ'`’]", "", letters)
    return " ".join(re.findall(r"[^\W_]+", letters))


def squeezed(key: str) -> str:
    """Return a folded name without spaces, the Persian *ezafe*, and the length of *Saint*.

    Examples
    --------
    >>> squeezed(fold("Bandar-e Abbas")), squeezed(fold("Chah Bahar")), squeezed(fold("Saint Petersburg"))
    ('bandarabbas', 'chahbahar', 'stpetersburg')
    """
    return "".join("st" if word == "saint" else word for word in key.split() if word not in ("e", "i"))


def name_rows(stations: pd.DataFrame, places: pd.DataFrame, ports: pd.DataFrame, used: set[str]) -> Table:
    """Return every name under which a place of the network can be asked for: ``key, label, place_id, rank``.

    Rank 0 is an id, 1 the name of a place, 2 its alias, 3 the name of one of several stations of a place, 4 an alias of
    such a station. Points of an alignment (``via``) have no name to be asked by.
    """
    rows: set[tuple[str, str, str, int]] = set()

    def add(names: list[str], label: str, place_id: str, rank: int) -> None:
        rows.update((key, label, place_id, rank) for n in names if n and (key := fold(n)))

    owned: set[str] = set()
    asked = stations[stations["station_id"].isin(used) & (stations["kind"] != "via")]
    for row in asked.to_dict("records"):
        place_id = row["place_id"] or row["station_id"]
        owned.add(place_id)
        is_own_place = not row["place_id"]
        label = f"{row['name']} ({row['iso3']})"
        add([row["station_id"]], label, place_id, 0 if is_own_place else STATION_RANK)
        add([row["name"]], label, place_id, 1 if is_own_place else STATION_RANK)
        add(row["aliases"].split("|"), label, place_id, 2 if is_own_place else 4)
    for row in places.to_dict("records"):
        if row["place_id"] in owned:
            label = f"{row['name']} ({row['iso3']})"
            add([row["place_id"]], label, row["place_id"], 0)
            add([row["name"]], label, row["place_id"], 1)
            add(row["aliases"].split("|"), label, row["place_id"], 2)
    place_of = dict(zip(stations["station_id"], stations["place_id"], strict=True))
    for row in ports.to_dict("records"):
        place_id = row["place_id"] or place_of.get(row["station_id"]) or row["station_id"] or row["port_id"]
        if place_id in owned:
            label = f"{row['name']} ({row['iso3']})"
            add([row["port_id"], row["name"], *row["aliases"].split("|")], label, place_id, 4)
            add([row["locode"]], label, place_id, 2)
    ordered = sorted(rows)
    table: Table = {}
    for k, name in enumerate(("key", "label", "place_id")):
        table[name] = np.empty(len(ordered), dtype=object)
        table[name][:] = [r[k] for r in ordered]
    table["rank"] = np.array([r[3] for r in ordered], dtype=np.int8)
    return table


def find_place(network: Network, asked: Asked, *, modes: tuple[str, ...], max_connector_km: float) -> Place:
    """Return the place that was asked for.

    Parameters
    ----------
    network
        Where to look.
    asked
        A name, id or UN/LOCODE, or (lon, lat) in degrees.
    modes
        Only nodes of these modes serve.
    max_connector_km
        How far a position may lie from the network.

    Raises
    ------
    PlaceError
        Unknown, ambiguous, not served by these modes, or too far; the message lists what is near.
    """
    if isinstance(asked, str):
        return _by_name(network, asked, modes)
    lon, lat = _position(asked)
    return _by_position(network, lon, lat, modes, max_connector_km)


def _position(asked: Any) -> tuple[float, float]:
    try:
        lon, lat = (float(v) for v in asked)
    except (TypeError, ValueError):
        raise PlaceError(f"a place is a name or (lon, lat); given was {asked!r}") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise PlaceError(f"({lon:g}, {lat:g}) is no position; give (lon, lat) in degrees, longitude first")
    return lon, lat


def _by_name(network: Network, asked: str, modes: tuple[str, ...]) -> Place:
    names = network.tables["names"]
    key = fold(asked)
    rows = np.flatnonzero(names["key"] == key)
    if len(rows) == 0:
        wanted = squeezed(key)
        rows = np.flatnonzero([squeezed(k) == wanted for k in names["key"]])
    if len(rows) == 0:
        labels = sorted(set(names["key"]))
        raise PlaceError(f"no place {asked!r} in this network{did_you_mean(key, labels)}")
    rows = rows[names["rank"][rows] == names["rank"][rows].min()]
    ids = sorted(set(names["place_id"][rows]))
    if len(ids) > 1:
        listed = ", ".join(f"{p!r} = {names['label'][rows][names['place_id'][rows] == p][0]}" for p in ids)
        raise PlaceError(f"{asked!r} is ambiguous: {listed}; ask by the id")
    nodes = network.tables["nodes"]
    here = np.flatnonzero(nodes["place_id"] == ids[0])
    served = here[np.isin(nodes["mode"][here], modes)]
    if names["rank"][rows].min() == STATION_RANK:
        named = [
            squeezed(key) in (squeezed(fold(nodes["name"][i])), squeezed(fold(nodes["station_id"][i]))) for i in served
        ]
        served = served[named] if any(named) else served
    label = str(names["label"][rows][0])
    if len(served) == 0:
        lon, lat = float(nodes["lon"][here].mean()), float(nodes["lat"][here].mean())
        km, name = _nearest(network, lon, lat, modes)
        raise PlaceError(
            f"{label} has no {' or '.join(modes)}, only {', '.join(sorted(set(nodes['mode'][here])))}; "
            f"nearest is {name}, {km:.0f} km away"
        )
    return Place(
        name=label.rpartition(" (")[0],
        nodes=tuple(int(n) for n in served),
        connector_km=(0.0,) * len(served),
        lon=float(nodes["lon"][served].mean()),
        lat=float(nodes["lat"][served].mean()),
        iso3=str(nodes["iso3"][served[0]]),
    )


def _serving(network: Network, modes: tuple[str, ...]) -> Any:
    """Return nodes where a journey can begin: stations of a mode that an operating edge touches."""
    nodes, edges = network.tables["nodes"], network.tables["edges"]
    touched = np.zeros(len(nodes["node_id"]), dtype=bool)
    running = (edges["status"] == "operating") & (edges["line_class"] != "passenger_hs")
    touched[edges["from"][running]] = True
    touched[edges["to"][running]] = True
    return np.flatnonzero(touched & (nodes["station_id"] != "") & np.isin(nodes["mode"], modes))


def _nearest(network: Network, lon: float, lat: float, modes: tuple[str, ...]) -> tuple[float, str]:
    nodes = network.tables["nodes"]
    stations = _serving(network, modes)
    if len(stations) == 0:
        return float("inf"), "nothing"
    km = distance_km(lon, lat, nodes["lon"][stations], nodes["lat"][stations])
    i = int(np.argmin(km))
    name, country = str(nodes["name"][stations[i]]), nodes["iso3"][stations[i]]
    return float(km[i]), f"{name} ({country})" if country else name


def _by_position(network: Network, lon: float, lat: float, modes: tuple[str, ...], max_connector_km: float) -> Place:
    nodes = network.tables["nodes"]
    stations = _serving(network, modes)
    km = distance_km(lon, lat, nodes["lon"][stations], nodes["lat"][stations])
    near = np.flatnonzero(km <= max_connector_km)
    text = name_of((lon, lat))
    if len(near) == 0:
        nearest_km, name = _nearest(network, lon, lat, modes)
        swapped = _nearest(network, lat, lon, modes) if abs(lon) <= 90.0 else (np.inf, "")
        hint = f"; longitude comes first: was {name_of((lat, lon))} meant, near {swapped[1]}?"
        raise PlaceError(
            f"{text} is farther than {max_connector_km:g} km from the network; nearest is {name}, {nearest_km:.0f} km away"
            f"{hint if swapped[0] <= max_connector_km else ''}"
        )
    order = near[np.argsort(km[near], kind="stable")]
    return Place(
        name=text,
        nodes=tuple(int(n) for n in stations[order]),
        connector_km=tuple(float(k) for k in km[order]),
        lon=lon,
        lat=lat,
        iso3=str(nodes["iso3"][stations[order[0]]]),
    )
