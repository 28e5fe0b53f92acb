"""What the page's script gets, key by key; `maps/assets/corridor` reads it by these names."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class EdgePayload(TypedDict):
    """One edge: what is the same for every route that uses it."""

    lines: list[list[int]]
    kind: str
    mode: str
    status: str
    opened: bool  # by a scenario; then `status` is what the line is without it
    line: str
    gauge_mm: float | None
    country: str
    length_km: float | None
    assumed_km: float | None
    length_source: str
    source: str


class LegPayload(TypedDict):
    """One leg: an edge as a route travels it."""

    edge: int
    reversed: bool
    start: str
    end: str
    time_h: float | None
    cost_usd: float | None


class RoutePayload(TypedDict):
    """One route: its totals and its legs in order of travel."""

    letter: str
    name: str
    origin: str
    destination: str
    scenario: str
    countries: list[str]
    totals: dict[str, float | None]
    legs: list[LegPayload]


class PointPayload(TypedDict):
    """A sign: crossing, break of gauge, transshipment, tripoint, exclave or closure.

    ``routes`` and ``hours`` run in step; without routes the sign is always shown, and there is one entry of hours.
    """

    kind: str
    name: str
    at: list[float]
    routes: list[int]
    hours: list[float | None]
    mode: str
    status: str
    opened: bool  # by a scenario
    change: NotRequired[str]  # opened or shut since the network before
    countries: NotRequired[list[str]]
    gauges_mm: NotRequired[list[float | None]]
    modes: NotRequired[list[str]]
    default_h: NotRequired[float]  # hours that a cost model put where there is no observation
    rows: NotRequired[list[list[str]]]  # of the card, label and text, beside what its kind has
    n_cut_off: NotRequired[int]  # pairs that a closure leaves without any way
    source: str


class PlacePayload(TypedDict):
    """A name to be written on the map if there is room; a low rank goes first, and ends of shown routes before all."""

    name: str
    at: list[float]
    rank: int
    routes: list[int]
    ends: list[int]  # routes that begin or end here


class NetworkLinePayload(TypedDict):
    """Lines of the background network that look alike and, if there is a name, belong together."""

    lines: list[list[int]]
    mode: str
    status: str
    gauge_mm: float | None
    name: str
    length_km: float | None
    assumed_km: float | None
    source: str
    change: str  # opened or shut since the network before, or empty
    basis: str  # of the length: published, matched, assumed; empty unless asked for


class NetworkPayload(TypedDict):
    """The background network."""

    precision: int
    color_by: str
    lines: list[NetworkLinePayload]
    crossings: list[PointPayload]
    is_subject: bool


class StretchPayload(TypedDict):
    """A line that the map is about and that is no leg: a piece of border, a line that is shut."""

    lines: list[list[int]]
    look: str  # in `stretch` of the style table
    name: str
    hours: float | None  # what its width says; None for the width of its look
    rows: list[list[str]]  # of the card, label and text
    source: str


class DotLookPayload(TypedDict):
    """One class of dots, as the legend has it."""

    label: str
    color: str
    hollow: bool


class DotPayload(TypedDict):
    """A small mark among many."""

    at: list[float]
    look: int
    name: str
    values: list[str]


class DotsPayload(TypedDict):
    """Many small marks of a few classes, drawn on one canvas; ``fields`` are the labels of the values."""

    caption: str
    looks: list[DotLookPayload]
    fields: list[str]
    items: list[DotPayload]


class CountryPayload(TypedDict):
    """The name of a country, and where it stands."""

    iso3: str
    name: str
    at: list[float]


class TablePayload(TypedDict):
    """A table of the panel; texts as they are shown, columns of numbers to the right."""

    caption: str
    head: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    note: str


class SourcePayload(TypedDict):
    """A source as the page lists it; the URL may be empty."""

    id: str
    text: str
    url: str


class Payload(TypedDict):
    """Everything the script needs, except the base map."""

    version: int
    title: str
    facts: list[list[str]]
    disclaimer: str
    attribution: str
    precision: int
    seam: float  # what lies west of this longitude is drawn in the east, beyond 180 degrees
    cost_unit: str  # what dollars are paid for one of
    edges: list[EdgePayload]
    routes: list[RoutePayload]
    points: list[PointPayload]
    places: list[PlacePayload]
    network: NetworkPayload | None
    stretches: list[StretchPayload]
    dots: DotsPayload | None
    tables: list[TablePayload]
    countries: list[CountryPayload]
    n_unplaced: int
    sources: list[SourcePayload]
    bounds: list[list[float]]
    style: dict[str, Any]


# Texts that many entries share are written once, in a list of words, and are numbers in the entries.
WORDS: dict[str, tuple[str, ...]] = {
    "edges": ("kind", "mode", "status", "line", "country", "length_source", "source"),
    "legs": ("start", "end"),
    "points": ("mode", "status", "source"),
    "places": ("name",),
    "dots": (),
    "lines": ("mode", "status", "source", "change", "basis"),
}

# What most entries have is not written; the page's script fills it in from this table, which it gets too.
DEFAULTS: dict[str, dict[str, Any]] = {
    "edges": {
        "lines": [],
        "kind": "track",
        "mode": "rail",
        "status": "operating",
        "opened": False,
        "line": "",
        "gauge_mm": None,
        "country": "",
        "length_km": None,
        "assumed_km": 0,
        "length_source": "",
        "source": "",
    },
    "legs": {"reversed": False, "start": "", "end": "", "time_h": None, "cost_usd": None},
    "points": {
        "hours": [None],
        "routes": [],
        "mode": "",
        "status": "operating",
        "opened": False,
        "modes": [],
        "source": "",
    },
    "places": {"rank": 0, "routes": [], "ends": []},
    "dots": {"look": 0},
    "lines": {
        "mode": "rail",
        "status": "operating",
        "gauge_mm": None,
        "name": "",
        "length_km": None,
        "assumed_km": 0,
        "source": "",
        "change": "",
        "basis": "",
    },
}
