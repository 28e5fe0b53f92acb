"""Closures on the map: a circle whose area is the hours that shutting a crossing, port or country adds, or a line as wide as them.

Assumptions: a `Criticality` names its parts by id; where they are, the network knows. A country is marked at the point deepest inside
it, where the base map writes its name. Where nothing is left open there are no hours to draw, and the sign says how many pairs are cut off.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

import shapely

from corridors.maps._encode import encode_lines, encode_point
from corridors.maps._offline import ASSETS
from corridors.maps._schema import PointPayload, StretchPayload, TablePayload
from corridors.maps._subject import Subject, duration, plural, rows_of, table
from corridors.maps._values import number, records, text
from corridors.network import MOVING, Network
from corridors.resilience import Criticality

PRECISION = 3
_SHOWN = 12  # rows of the table in the panel; all parts are on the map
_ONE = {"crossings": "crossing", "lines": "line", "ports": "port", "countries": "country"}


def criticality_subject(found: Criticality, network: Network) -> Subject:
    """Return what is drawn of closures.

    Parameters
    ----------
    found
        What shutting each part adds.
    network
        Where the parts are.
    """
    parts = records(found.table)
    of_lines = found.attrs.get("of") == "lines"
    shapes = _line_shapes(network) if of_lines else {}
    stretches = [s for row in parts if (s := _stretch(row, found, shapes)) is not None] if of_lines else []
    places = {} if of_lines else _places(network)
    points = [p for row in parts if (p := _closure(row, found, places)) is not None]
    return Subject(
        title=_title(found, parts),
        shapes=[
            *(shapely.Point(p["at"]) for p in points),
            *(shapes[text(r["id"])] for r in parts if text(r["id"]) in shapes),
        ],
        points=points,
        stretches=stretches,
        tables=[_ranking(parts)],
        names=[(p["name"], p["at"]) for p in points],
        n_unplaced=len(parts) - len(points) - len(stretches),
    )


def _title(found: Criticality, parts: list[Mapping[str, Any]]) -> str:
    one = _ONE.get(text(found.attrs.get("of")), "part")
    if not parts:
        return f"No {one} lies on the way"
    worst = parts[0]
    what = f"Hardest to spare, {one} {_bare(worst)}"
    if worst["n_cut_off"]:
        return f"{what}; without it {plural(int(worst['n_cut_off']), 'pair')} of places {'has' if worst['n_cut_off'] == 1 else 'have'} no way"
    n = int(worst["n_pairs"])
    return f"{what}; without it {plural(n, 'pair')} of places {'needs' if n == 1 else 'need'} {duration(worst['mean_extra_h'])} more{' on average' if n > 1 else ''}"


def _bare(row: Mapping[str, Any]) -> str:
    """Return the name of a part without the countries in brackets behind it."""
    return text(row["name"]).rpartition(" (")[0] or text(row["name"])


def _ranking(parts: list[Mapping[str, Any]]) -> TablePayload:
    rows = [
        [_bare(r), int(r["n_pairs"]), int(r["n_cut_off"]), number(r["mean_extra_h"], digits=1)] for r in parts[:_SHOWN]
    ]
    head = ["Shut", "Pairs", "Cut off", "Hours more"]
    left = len(parts) - len(rows)
    note = "Hours more: mean over the pairs that keep a way. One shipment's detour; no queue builds up where the traffic goes instead."
    return table(
        "What shutting each one adds", head, rows, note=note + (f" {left} more are on the map." if left > 0 else "")
    )


def _card(row: Mapping[str, Any], found: Criticality) -> list[list[str]]:
    losers = [r for r in records(found.losers) if r["id"] == row["id"]]
    told = [
        (
            f"{r['origin']} – {r['destination']}",
            "no way left" if r["is_cut_off"] else f"{duration(r['extra_h'])} more, {text(r['instead'])}",
        )
        for r in losers[:8]
    ]
    more = [("And", f"{len(losers) - 8} more pairs")] if len(losers) > 8 else []
    return rows_of(
        ("Pairs that use it", str(int(row["n_pairs"]))),
        ("Hours more, weighted sum", duration(row["weighted_extra_h"])),
        *told,
        *more,
    )


def _closure(row: Mapping[str, Any], found: Criticality, places: Mapping[str, list[float]]) -> PointPayload | None:
    at = places.get(text(row["id"]))
    if at is None:
        return None
    return {
        "kind": "closure",
        "name": _bare(row),
        "at": at,
        "routes": [],
        "hours": [max(0.0, number(row["weighted_extra_h"]) or 0.0)],
        "mode": "",
        "status": "operating",
        "opened": False,
        "n_cut_off": int(row["n_cut_off"]),
        "rows": _card(row, found),
        "source": "",
    }


def _stretch(row: Mapping[str, Any], found: Criticality, shapes: Mapping[str, Any]) -> StretchPayload | None:
    shape = shapes.get(text(row["id"]))
    if shape is None:
        return None
    return {
        "lines": encode_lines([shape], precision=PRECISION, tolerance_deg=0.002),
        "look": "cut_off" if row["n_cut_off"] else "closure",
        "name": text(row["name"]),
        "hours": max(0.0, number(row["weighted_extra_h"]) or 0.0),
        "rows": _card(row, found),
        "source": "",
    }


def _places(network: Network) -> dict[str, list[float]]:
    """Return where crossings, ports and countries are, by their id with prefix."""
    at: dict[str, list[float] | None] = {}
    for row in records(network.crossings):
        at.setdefault(f"crossing:{row['crossing_id']}", encode_point(row["geometry"].x, row["geometry"].y))
    nodes = network.tables["nodes"]
    for station, lon, lat, mode in zip(nodes["station_id"], nodes["lon"], nodes["lat"], nodes["mode"], strict=True):
        if mode == "sea" and station:
            at.setdefault(f"port:{station}", encode_point(lon, lat))
    at |= {f"country:{iso3}": point for iso3, point in _country_points().items()}
    return {part: point for part, point in at.items() if point is not None}


@functools.cache
def _country_points() -> dict[str, list[float]]:
    base = json.loads((ASSETS / "basemap.json").read_text("utf-8"))
    return {label["iso3"]: label["at"] for label in base["labels"]}


def _line_shapes(network: Network) -> dict[str, Any]:
    """Return the geometry of each line by its id with prefix."""
    edges = network.edges
    edges = edges[edges["kind"].isin(MOVING)]
    return {
        f"line:{i}": shapely.multilinestrings(list(shapely.get_parts(g.to_numpy())))
        for i, g in edges.groupby("line_id").geometry
    }
