"""Routes as the page gets them: what several routes share is written once, and every stop for something is a point."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from corridors.comparison import costs_in_words
from corridors.maps._encode import encode_lines, encode_point
from corridors.maps._places import JUNCTION_DEGREE, Places
from corridors.maps._plans import Plans
from corridors.maps._schema import EdgePayload, LegPayload, PointPayload, RoutePayload
from corridors.maps._values import first, gauge, number, records, text

# 110 m: a third of a pixel at the closest zoom that the map allows.
ROUTE_PRECISION = 3
ROUTE_TOLERANCE_DEG = 0.002


def letter_of(index: int) -> str:
    """Return A, B, … Z, AA, AB, … for 0, 1, … in turn."""
    rest, last = divmod(index, 26)
    return (letter_of(rest - 1) if rest else "") + chr(ord("A") + last)


def distinct(routes: Sequence[Any]) -> list[Any]:
    """Return the routes without those that repeat an earlier one: same name, edges, hours and cargo.

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
            cargo_of(route),
        )
        seen.setdefault(key, route)
    return list(seen.values())


def left_out(others: Sequence[Any]) -> list[list[str]]:
    """Return what to say under the title of routes that are not comparable and not drawn; nothing if there are none."""
    if not others:
        return []
    costs = ", ".join(sorted({costs_in_words(r) for r in others}))
    return [["Not drawn", f"{len(others)} with {costs}, which measure something else"]]


def cargo_of(route: Any) -> str:
    """Return the unit of cargo that a route is priced for: a TEU, if it does not say."""
    return text(getattr(route, "cargo", "")) or "teu"


class RouteBuilder:
    """Collects routes; keeps one copy of what they share."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._plans = Plans(None)  # of the route that is being added
        self._cost_column = ""  # of its legs
        self.edges: list[EdgePayload] = []
        self.routes: list[RoutePayload] = []
        self.points: dict[tuple[object, ...], PointPayload] = {}
        self.n_unplaced = 0
        self._edge_index: dict[str, int] = {}

    def add(self, route: Any) -> None:
        """Add a route with its legs and everything that it stops for."""
        index = len(self.routes)
        legs = records(route.legs)
        self._plans = Plans(getattr(route, "network", None) or route)
        self._cost_column = f"cost_usd_{cargo_of(route)}"
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
                    "cost_usd": number(getattr(route, "cost_usd", None), digits=0),
                    "is_lower_bound": bool(getattr(route, "is_lower_bound", False)),
                    "assumed_time_pct": _percent(getattr(route, "assumed_time_share", None)),
                    "assumed_cost_pct": _percent(getattr(route, "assumed_cost_share", None)),
                    "n_borders": number(route.n_borders),
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
            "cost_usd": number(leg.get(self._cost_column), digits=1),
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
        self._places.put_on_route(route, what["name"], at, what["kind"])

    def _add_places(self, route: int, r: Any, legs: Sequence[Mapping[str, Any]]) -> None:
        """Add the names along a route: its ends, where it changes line, and every other stop."""
        ends = [_ends_of(leg.get("geometry")) for leg in legs]
        placed = [i for i, e in enumerate(ends) if e is not None]
        if not placed:
            return
        begin, finish = ends[placed[0]], ends[placed[-1]]
        assert begin is not None
        assert finish is not None
        self._places.put_on_route(route, text(r.origin), begin[0], "end")
        self._places.put_on_route(route, text(r.destination), finish[1], "end")
        for here, following in pairwise(placed):
            end = ends[here]
            assert end is not None
            changes_line = text(legs[here].get("line_id")) != text(legs[following].get("line_id"))
            stop = text(legs[here].get("to_name"))
            place = self._places.gazetteer.of_stop(stop)
            degree = place.degree if place is not None else 0
            # Without a network to ask, where a route changes line is what there is to go by.
            is_junction = degree >= JUNCTION_DEGREE or (changes_line and not self._places.gazetteer)
            what = "junction" if is_junction else "turn" if changes_line else "stop"
            self._places.put_on_route(route, place.name if place is not None else stop, end[1], what, degree)


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


def _percent(share: Any) -> float | None:
    """Return a share of 0 to 1 in whole per cent, None where it is not known."""
    return None if share is None else number(100.0 * share, digits=0)
