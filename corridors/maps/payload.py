"""What the page's script is told: plain JSON made of routes and a network.

Assumptions: the objects are recognised by what they have (``legs``, ``routes``, ``edges``), not by their class, so
this module imports nothing that computes. Every text is handed over as text and reaches the page by ``textContent``
alone; nothing here builds HTML. A number that is not known (None, NaN, infinite) is ``null`` and is shown as a dash,
never as zero. An edge that several routes use is written once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from corridors.errors import CorridorError
from corridors.maps._background import edge_changes, network_payload
from corridors.maps._encode import encode_lines, encode_point, extent
from corridors.maps._gazetteer import Gazetteer
from corridors.maps._plans import Plans
from corridors.maps._schema import (
    DEFAULTS,
    WORDS,
    EdgePayload,
    LegPayload,
    NetworkPayload,
    Payload,
    PlacePayload,
    PointPayload,
    RoutePayload,
    SourcePayload,
)
from corridors.maps._styles import styles
from corridors.maps._values import first, gauge, number, records, text

# 110 m: a third of a pixel at the closest zoom that the map allows.
ROUTE_PRECISION = 3
ROUTE_TOLERANCE_DEG = 0.002

_MAX_NAMED_JUNCTIONS = 600
_JUNCTION_DEGREE = 5  # line ends that meet in a place: more than lines that pass and one that branches off

# Names are placed in this order while there is room, after those of the routes' ends.
_RANKS = {"transshipment": 0, "gauge_break": 1, "junction": 2, "turn": 3, "crossing": 4, "stop": 5, "end": 6}

DISCLAIMER = (
    "Boundaries, names and designations on this map do not imply endorsement or acceptance. Lines that are planned "
    "are dashed; a thin line is an alignment that was assumed, not published."
)


class NotDrawableError(CorridorError, TypeError):
    """What was given is neither a route, nor routes, nor a comparison, nor a network."""


def payload_of(
    x: Any, *, network: Any = None, before: Any = None, color_by: str = "gauge", title: str | None = None
) -> Payload:
    """Return what the page's script draws for a result.

    Parameters
    ----------
    x
        A Route, a sequence of them, Alternatives, a Comparison, or a Network.
    network
        The network behind the routes; None draws routes alone.
    before
        The network that the one drawn is compared with; None for what a scenario says of itself.
    color_by
        Colour of a network's lines: ``"gauge"`` or ``"source"``.
    title
        Of the map; None makes one from the totals.
    """
    routes, subject = _routes_and_network(x)
    routes = _distinct(routes)
    background = subject if subject is not None else network
    builder = _Builder(Gazetteer(background if background is not None else getattr(routes[0], "network", None)))
    for route in routes:
        builder.add_route(route)
    drawn = None
    if background is not None:
        drawn = network_payload(background, is_subject=subject is not None, before=before, color_by=color_by)
    if subject is not None:
        builder.add_junctions(subject)
    return {
        "version": 1,
        "title": title if title is not None else _title(builder.routes, drawn, background, before),
        "facts": _facts(x, routes, background),
        "disclaimer": DISCLAIMER,
        "attribution": " ".join(_said(x, routes, background, "attribution")),
        "precision": ROUTE_PRECISION,
        "edges": builder.edges,
        "routes": builder.routes,
        "points": list(builder.points.values()),
        "places": builder.ranked_places(),
        "network": drawn,
        "n_unplaced": builder.n_unplaced,
        "sources": _sources([*routes, background], builder, drawn),
        "bounds": _bounds(routes, background, before, drawn),
        "style": styles(),
    }


def compact(payload: Payload) -> dict[str, Any]:
    """Return the payload in fewer bytes: tables by column, without what is usual, shared texts as numbers.

    The tables that say what is usual and shared go with it; ``expanded`` in ``main.js`` undoes this.
    """
    words: dict[str, int] = {}

    def columns(kind: str, rows: Sequence[Any]) -> dict[str, Any]:
        return _columns(rows, DEFAULTS[kind], WORDS[kind], words)

    network = payload["network"]
    small = {
        **payload,
        "defaults": DEFAULTS,
        "shared": WORDS,
        "edges": columns("edges", payload["edges"]),
        "routes": [{**route, "legs": columns("legs", route["legs"])} for route in payload["routes"]],
        "points": columns("points", payload["points"]),
        "places": columns("places", payload["places"]),
        "network": network
        and {
            **network,
            "lines": columns("lines", network["lines"]),
            "crossings": columns("points", network["crossings"]),
        },
    }
    return {**small, "words": list(words)}


def _columns(
    rows: Sequence[Mapping[str, Any]], usual: Mapping[str, Any], shared: Iterable[str], words: dict[str, int]
) -> dict[str, Any]:
    """Return rows as columns: a list of all values, or, where most are usual or absent, how far apart the others are."""
    columns: dict[str, Any] = {}
    for name in dict.fromkeys(key for row in rows for key in row):
        at = [i for i, row in enumerate(rows) if name in row and (name not in usual or row[name] != usual[name])]
        is_dense = 5 * len(at) > 3 * len(rows) and all(name in row for row in rows)
        kept = range(len(rows)) if is_dense else at
        values = [rows[i][name] for i in kept]
        if name in shared:
            values = [words.setdefault(v, len(words)) for v in values]
        if is_dense:
            columns[name] = values
        elif at:
            columns[name] = {"step": [b - a for a, b in pairwise([0, *at])], "value": values}
    return {"n": len(rows), "columns": columns}


def to_json(payload: Mapping[str, Any]) -> str:
    """Return JSON that is safe inside a ``<script type="application/json">`` element.

    ASCII only, so that neither a wrong charset nor U+2028 breaks it; ``<`` escaped, so that no text can close the
    element; NaN is refused, because ``JSON.parse`` would.
    """
    written = json.dumps(payload, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return written.replace("<", "\\u003c")


def letter_of(index: int) -> str:
    """Return A, B, … Z, AA, AB, … for 0, 1, … in turn."""
    rest, last = divmod(index, 26)
    return (letter_of(rest - 1) if rest else "") + chr(ord("A") + last)


def _routes_and_network(x: Any) -> tuple[list[Any], Any]:
    """Return the routes to draw, or the network that is itself the subject."""
    if hasattr(x, "legs"):
        return [x], None
    if hasattr(x, "edges") and hasattr(x, "nodes"):
        return [], x
    candidates = x.routes if hasattr(x, "routes") else x
    is_text = isinstance(candidates, (str, bytes, Mapping))
    if not is_text and isinstance(candidates, Iterable):
        routes = list(candidates)
        if routes and all(hasattr(r, "legs") for r in routes):
            return routes, None
        if not routes:
            raise NotDrawableError(f"there is no route in the {type(x).__name__} given, so there is nothing to draw")
    raise NotDrawableError(
        f"cannot draw a {type(x).__name__}; draw() takes a Route, a sequence of Routes, Alternatives, a Comparison or "
        "a Network"
    )


def _distinct(routes: Sequence[Any]) -> list[Any]:
    """Return the routes without those that repeat an earlier one: same name, same edges, same totals.

    The unrestricted route of a comparison is often also the best that avoids something.
    """
    seen: dict[tuple[object, ...], Any] = {}
    for route in routes:
        edges = tuple(map(text, route.legs["edge_id"])) if "edge_id" in route.legs.columns else (id(route),)
        key = (
            text(getattr(route, "name", "")),
            edges,
            text(route.origin),
            text(route.destination),
            number(route.time_h),
        )
        seen.setdefault(key, route)
    return list(seen.values())


class _Builder:
    """Collects routes; keeps one copy of what they share."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._plans = Plans(None)  # of the route that is being added
        self._degree: dict[tuple[str, int, int], int] = {}
        self.edges: list[EdgePayload] = []
        self.routes: list[RoutePayload] = []
        self.points: dict[tuple[object, ...], PointPayload] = {}
        self.places: dict[tuple[str, int, int], PlacePayload] = {}
        self.n_unplaced = 0
        self._edge_index: dict[str, int] = {}

    def add_route(self, route: Any) -> None:
        index = len(self.routes)
        legs = records(route.legs)
        self._plans = Plans(getattr(route, "network", None) or route)
        name = text(getattr(route, "name", "")) or f"{text(route.origin)} – {text(route.destination)}"
        attributes = getattr(route, "attrs", None)
        crossings, breaks = records(route.crossings), records(route.gauge_breaks)
        transshipments = records(route.transshipments)
        self.routes.append(
            {
                "letter": letter_of(index),
                "name": name,
                "origin": text(route.origin),
                "destination": text(route.destination),
                "scenario": text(attributes.get("scenario")) if isinstance(attributes, Mapping) else "",
                "countries": [text(c) for c in route.countries],
                "totals": {
                    "length_km": number(route.length_km, digits=1),
                    "time_h": number(route.time_h, digits=1),
                    "cost_usd_teu": number(route.cost_usd_teu, digits=0),
                    "is_lower_bound": bool(getattr(route, "is_lower_bound", False)),
                    "assumed_time_pct": _percent(getattr(route, "assumed_time_share", None)),
                    "assumed_cost_pct": _percent(getattr(route, "assumed_cost_share", None)),
                    "n_crossings": number(route.n_crossings),
                    "n_gauge_breaks": len(breaks),
                    "n_transshipments": len(transshipments),
                    "connector_km": number(route.connector_km, digits=1),
                    "assumed_km": number(route.assumed_km, digits=1),
                },
                "legs": [self._leg(leg) for leg in legs],
            }
        )
        self._add_places(index, route, legs)
        for row in crossings:
            self._add_point(
                index,
                row,
                {
                    "kind": "crossing",
                    "name": text(row.get("name")) or "Unnamed crossing",
                    "countries": [text(first(row, "iso3_a", "iso3_from")), text(first(row, "iso3_b", "iso3_to"))],
                },
                hours=row.get("dwell_h"),
                identity=text(row.get("crossing_id")),
            )
        for row in breaks:
            gauges = [
                gauge(first(row, "gauge_a_mm", "gauge_from_mm")),
                gauge(first(row, "gauge_b_mm", "gauge_to_mm")),
            ]
            self._add_point(
                index,
                row,
                {"kind": "gauge_break", "name": text(row.get("name")), "gauges_mm": gauges},
                hours=row.get("time_h"),
            )
        for row in transshipments:
            modes = [text(first(row, "from_mode", "mode_from")), text(first(row, "to_mode", "mode_to"))]
            self._add_point(
                index,
                row,
                {"kind": "transshipment", "name": text(row.get("name")), "modes": modes},
                hours=row.get("time_h"),
            )

    def _leg(self, leg: Mapping[str, Any]) -> LegPayload:
        geometry = leg.get("geometry")
        identity = text(leg.get("edge_id"))
        index = self._edge_index.get(identity) if identity else None
        if index is None:
            index = len(self.edges)
            self.edges.append(_edge(leg, geometry, self._plans))
            if identity:
                self._edge_index[identity] = index
            is_reversed = False
        else:
            is_reversed = _runs_backwards(self.edges[index]["lines"], geometry)
        return {
            "edge": index,
            "reversed": is_reversed,
            "start": text(leg.get("from_name")),
            "end": text(leg.get("to_name")),
            "time_h": number(leg.get("time_h"), digits=2),
            "cost_usd_teu": number(leg.get("cost_usd_teu"), digits=1),
        }

    def _add_point(
        self,
        route: int,
        row: Mapping[str, Any],
        what: dict[str, Any],
        *,
        hours: object,
        identity: str = "",
    ) -> None:
        """Add a point, or, if an earlier route has it, say that this route has it too."""
        at = encode_point(row.get("lon"), row.get("lat"))
        if at is None:
            self.n_unplaced += 1
            return
        mode = text(row.get("mode"))
        key = (what["kind"], identity or what["name"], mode, *at, *map(str, what.get("gauges_mm", ())))
        point = self.points.get(key)
        if point is None:
            point = PointPayload(
                kind=what["kind"],
                name=what["name"],
                at=at,
                routes=[],
                hours=[],
                mode=mode,
                status=text(row.get("status")) or "operating",
                opened=bool(identity) and self._plans.is_opened_crossing(identity),
                source=text(row.get("source_id")),
            )
            for field in ("countries", "gauges_mm", "modes"):
                if field in what:
                    point[field] = what[field]
            self.points[key] = point
        known = number(hours, digits=2)
        if known is not None and row.get("is_default") in (True, 1):
            # A default is what was assumed for want of data: it counts in the totals and is not drawn as data.
            point["default_h"], known = known, None
        point["routes"].append(route)
        point["hours"].append(known)
        self._add_place(route, what["name"], at, what["kind"])

    def _add_places(self, route: int, r: Any, legs: Sequence[Mapping[str, Any]]) -> None:
        """Add the names along a route: its ends, where it changes line, and every other stop."""
        ends = [_ends_of(leg.get("geometry")) for leg in legs]
        placed = [i for i, e in enumerate(ends) if e is not None]
        if not placed:
            return
        begin, finish = ends[placed[0]], ends[placed[-1]]
        assert begin is not None
        assert finish is not None
        self._add_place(route, text(r.origin), begin[0], "end")
        self._add_place(route, text(r.destination), finish[1], "end")
        for here, following in pairwise(placed):
            end = ends[here]
            assert end is not None
            changes_line = text(legs[here].get("line_id")) != text(legs[following].get("line_id"))
            stop = text(legs[here].get("to_name"))
            place = self._gazetteer.of_stop(stop)
            degree = place.degree if place is not None else 0
            # Without a network to ask, where a route changes line is what there is to go by.
            is_junction = degree >= _JUNCTION_DEGREE or (changes_line and not self._gazetteer)
            what = "junction" if is_junction else "turn" if changes_line else "stop"
            self._add_place(route, place.name if place is not None else stop, end[1], what, degree)

    def add_junctions(self, network: Any) -> None:
        """Add the names of a network's places, those where most line ends meet first."""
        found: dict[str, tuple[int, list[float]]] = {}
        for row in records(network.nodes):
            place = self._gazetteer.of_node(text(row.get("node_id")))
            geometry: Any = row.get("geometry")
            if place is None or not place.name or geometry is None:
                continue
            at = encode_point(geometry.x, geometry.y)
            if at is not None:
                found.setdefault(place.name, (place.degree, at))
        busiest = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
        for name, (degree, at) in busiest[:_MAX_NAMED_JUNCTIONS]:
            what = "junction" if degree >= _JUNCTION_DEGREE else "stop"
            self._put_place(name, at, what, degree)

    def _add_place(self, route: int, name: str, at: list[float], what: str, degree: int = 0) -> None:
        if not name:
            return
        place = self._put_place(name, at, what, degree)
        if what == "end":
            place["at"] = at
            if route not in place["ends"]:
                place["ends"].append(route)
        if route not in place["routes"]:
            place["routes"].append(route)

    def _put_place(self, name: str, at: list[float], what: str, degree: int) -> PlacePayload:
        # One name within about half a degree is one place: a city's stations, or both sides of a crossing.
        key = (name, round(at[0] * 2), round(at[1] * 2))
        rank = _RANKS[what]
        place = self.places.setdefault(key, {"name": name, "at": at, "rank": rank, "routes": [], "ends": []})
        place["rank"] = min(place["rank"], rank)
        self._degree[key] = max(self._degree.get(key, 0), degree)
        return place

    def ranked_places(self) -> list[PlacePayload]:
        """Return the places in the order in which they get a name."""
        keys = sorted(self.places, key=lambda k: (self.places[k]["rank"], -self._degree[k]))  # else in order of travel
        return [self.places[k] for k in keys]


def _edge(leg: Mapping[str, Any], geometry: BaseGeometry | None, plans: Plans) -> EdgePayload:
    line_id = text(leg.get("line_id"))
    encoded = encode_lines([geometry], precision=ROUTE_PRECISION, tolerance_deg=ROUTE_TOLERANCE_DEG)
    return {
        "lines": [line for line in encoded if any(line[2:])],  # standing edges have both ends in one point
        "kind": text(leg.get("kind")) or "track",
        "mode": text(leg.get("mode")),
        "status": plans.status_of(line_id, text(leg.get("status")) or "operating"),
        "opened": plans.is_opened_line(line_id),
        "line": text(leg.get("line_name")) or line_id,
        "gauge_mm": gauge(leg.get("gauge_mm")),
        "country": text(leg.get("country")),
        "length_km": number(leg.get("length_km"), digits=1),
        "assumed_km": number(leg.get("assumed_km"), digits=1),
        "length_source": text(leg.get("length_source")),
        "source": text(leg.get("source_id")),
    }


def _ends_of(geometry: BaseGeometry | None) -> tuple[list[float], list[float]] | None:
    """Return first and last point of a geometry, or None where there is none."""
    if geometry is None or geometry.is_empty:
        return None
    coordinates = shapely.get_coordinates(geometry)
    start, end = encode_point(*coordinates[0]), encode_point(*coordinates[-1])
    return (start, end) if start is not None and end is not None else None


def _runs_backwards(lines: list[list[int]], geometry: BaseGeometry | None) -> bool:
    """Return whether a leg runs against the direction in which its edge was first written down."""
    ends = _ends_of(geometry)
    if ends is None or not lines:
        return False
    scale = 10**ROUTE_PRECISION
    x0, y0 = lines[0][0] / scale, lines[0][1] / scale
    (ax, ay), (bx, by) = ends
    return math.hypot(ax - x0, ay - y0) > math.hypot(bx - x0, by - y0)


def _title(routes: Sequence[RoutePayload], drawn: NetworkPayload | None, network: Any, before: Any) -> str:
    """Return a title that says what was found: how many routes, from what to what."""
    if not routes:
        return _network_title(drawn, network, before)
    pairs = list(dict.fromkeys(f"{r['origin']} – {r['destination']}" for r in routes))
    where = pairs[0] if len(pairs) == 1 else f"{len(pairs)} pairs of places"
    if len(routes) == 1:
        return f"{where}: {_span([routes[0]['totals']['length_km']], 'km')}, {_duration(routes)}"
    return f"{where}: {len(routes)} routes, {_duration(routes)}"


def _network_title(drawn: NetworkPayload | None, network: Any, before: Any) -> str:
    """Return what a network shows: what changes, or how much of it is sourced."""
    lines = drawn["lines"] if drawn is not None else []

    def km(key: str, value: str) -> float:
        return math.fsum(line["length_km"] or 0.0 for line in lines if line[key] == value)  # type: ignore[literal-required]

    n_points = {c: sum(p.get("change") == c for p in drawn["crossings"]) if drawn else 0 for c in ("opened", "shut")}
    said = []
    for change, verb in (("opened", "opens"), ("shut", "shuts")):
        parts = [f"{km('change', change):,.0f} km"] if km("change", change) else []
        n = n_points[change]
        parts += [f"{n} crossing{'s' if n > 1 else ''}"] if n else []
        said += [f"{verb} {' and '.join(parts)}"] if parts else []
    if said:
        return f"{_name_of_change(network, before)} {', '.join(said)}"
    if drawn is not None and drawn["color_by"] == "source":
        total = math.fsum(km("basis", b) for b in ("published", "matched", "assumed"))
        shares = [f"{km('basis', b) / total:.0%} {b}" for b in ("published", "matched", "assumed") if total]
        return f"How much of the length on land is sourced: {', '.join(shares)}"
    return "Transport network"


def _name_of_change(network: Any, before: Any) -> str:
    """Return what tells a network from the one before: its scenario, or its date."""
    for key in ("scenario", "as_of"):
        new, old = _said(network, (), None, key), _said(before, (), None, key)
        if new and new != old:
            return new[0] if key == "scenario" else f"From {old[0] if old else '?'} to {new[0]}, the network"
    return "The change"


def _duration(routes: Sequence[RoutePayload]) -> str:
    hours = [h for r in routes if (h := r["totals"]["time_h"]) is not None]
    if not hours:
        return _span([r["totals"]["length_km"] for r in routes], "km")
    if max(hours) < 72:
        return _span(hours, "hours")
    return _span([round(h / 24, 1) for h in hours], "days")


def _span(values: Sequence[float | None], unit: str) -> str:
    known = [v for v in values if v is not None]
    if not known:
        return "length unknown"
    digits = 0 if max(known) >= 100 else 1
    low, high = f"{min(known):,.{digits}f}", f"{max(known):,.{digits}f}"
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"


def _facts(x: Any, routes: Sequence[Any], network: Any) -> list[list[str]]:
    """Return what stands under the title: date of the data, cost preset, scenario, what it opened, worldview."""
    facts = []
    for key, label in (
        ("as_of", "Data as of"),
        ("cost_model", "Costs"),
        ("scenario", "Scenario"),
        ("opened", "Opened by it"),
        ("worldview", "Boundaries"),
    ):
        said = _said(x, routes, network, key)
        if said:
            # A comparison has one word for its scenarios; its routes have each their own.
            facts.append([label, said[0] if key == "scenario" else ", ".join(said)])
    return facts


def _said(x: Any, routes: Sequence[Any], network: Any, key: str) -> list[str]:
    """Return what the attributes of all that is drawn say under a key, each wording once."""
    attributes = [a for t in (x, *routes, network) if isinstance(a := getattr(t, "attrs", None), Mapping)]
    return list(dict.fromkeys(words for a in attributes if (words := _words(a.get(key)))))


def _words(value: object) -> str:
    """Return one attribute as words; a list with commas, its lines without their prefix."""
    if isinstance(value, (list, tuple)):
        return ", ".join(text(item).removeprefix("line:") for item in value)
    return text(value)


def _sources(subjects: Sequence[Any], builder: _Builder, network: NetworkPayload | None) -> list[SourcePayload]:
    """Return the sources of what is drawn, with their words and address where a subject knows them."""
    used = {e["source"] for e in builder.edges} | {p["source"] for p in builder.points.values()}
    if network is not None and network["is_subject"]:
        used |= {s for line in network["lines"] for s in line["source"].split(", ")}
    known: dict[str, SourcePayload] = {}
    for subject in subjects:
        table: Any = getattr(subject, "sources", None)
        if getattr(getattr(table, "index", None), "name", None) == "source_id":
            table = table.reset_index()
        for row in records(table):
            identity = text(row.get("source_id"))
            words = next((t for k in ("citation", "title", "name", "publisher") if (t := text(row.get(k)))), "")
            known.setdefault(identity, {"id": identity, "text": words, "url": text(row.get("url"))})
    return [known.get(s, {"id": s, "text": "", "url": ""}) for s in sorted(used - {""})]


def _bounds(routes: Sequence[Any], network: Any, before: Any, drawn: NetworkPayload | None) -> list[list[float]]:
    """Return the south-west and north-east corner of what is drawn, as [lat, lon]; of a change, what has changed."""
    frames = [r.legs for r in routes] or ([network.edges] if network is not None else [])
    shapes = [g for frame in frames for g in frame.geometry]
    if not routes and network is not None:
        changes = edge_changes(network, network.edges, before)
        kinds = network.edges["kind"] if "kind" in network.edges.columns else [""] * len(shapes)
        changed = [g for g, change in zip(shapes, changes, strict=True) if change]
        changed += [shapely.Point(p["at"]) for p in (drawn["crossings"] if drawn else ()) if p.get("change")]
        # Without the lanes at sea, which go round Africa.
        shapes = changed or [g for g, kind in zip(shapes, kinds, strict=True) if kind in ("track", "road")] or shapes
    box = extent(shapes)
    if box is None:
        return [[35.0, 40.0], [55.0, 90.0]]
    west, south, east, north = (round(v, 2) for v in box)
    return [[south, west], [north, east]]


def _percent(share: Any) -> float | None:
    """Return a share of 0 to 1 in whole per cent, None where it is not known."""
    return None if share is None else number(100.0 * share, digits=0)
