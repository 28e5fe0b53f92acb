"""What the page's script is told: plain JSON made of routes, a network, a border, closures, access or repairs.

Assumptions: routes and networks are recognised by what they have (``legs``, ``routes``, ``edges``), so that somebody's own
classes can be drawn. Every text is handed over as text and reaches the page by ``textContent``
alone; nothing here builds HTML. A number that is not known (None, NaN, infinite) is ``null`` and is shown as a dash,
never as zero. An edge that several routes use is written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import shapely

from corridors.borders import Border
from corridors.comparison import comparable
from corridors.cost import unit_words
from corridors.errors import CorridorError
from corridors.maps._access import access_subject
from corridors.maps._background import edge_changes, network_payload, network_tables
from corridors.maps._border import border_subject
from corridors.maps._criticality import criticality_subject
from corridors.maps._encode import extent, seam_of
from corridors.maps._gazetteer import Gazetteer
from corridors.maps._places import Places
from corridors.maps._repairs import is_repairs, repairs_subject
from corridors.maps._routes import ROUTE_PRECISION, RouteBuilder, cargo_of, distinct, left_out
from corridors.maps._schema import NetworkPayload, Payload, SourcePayload
from corridors.maps._styles import styles
from corridors.maps._subject import Subject
from corridors.maps._titles import facts_of, said, title_of
from corridors.maps._values import records, text
from corridors.resilience import Access, Criticality
from corridors.uncertainty import Simulation

_FEW_NAMES = 15  # more than these in bold would be a list, not a map

DISCLAIMER = (
    "Boundaries, names and designations on this map do not imply endorsement or acceptance. Lines that are planned "
    "are dashed; a thin line is an alignment that was assumed, not published."
)

_DRAWN = (
    "a Route, a sequence of Routes, Alternatives, a Comparison, a Simulation, a Network, a Border, a Criticality, an Access "
    "or a table of repairs"
)


class NotDrawableError(CorridorError, TypeError):
    """What was given is nothing that has a place on a map."""


def payload_of(
    x: Any, *, network: Any = None, before: Any = None, color_by: str = "gauge", title: str | None = None
) -> Payload:
    """Return what the page's script draws for a result.

    Parameters
    ----------
    x
        A Route, a sequence of them, Alternatives, a Comparison, a Simulation (its quickest route of each corridor), a
        Network, a Border, a Criticality, an Access, or a table of repairs.
    network
        The network behind them; None draws them alone.
    before
        The network that the one drawn is compared with; None for what a scenario says of itself.
    color_by
        Colour of a network's lines: ``"gauge"`` or ``"source"``.
    title
        Of the map; None makes one from the totals.
    """
    about = _subject(x, network)
    routes, whole = ([], None) if about is not None else _routes_and_network(x)
    routes, others = comparable(distinct(routes))
    background = whole if whole is not None else network
    known = background if background is not None else getattr(routes[0], "network", None) if routes else None
    places = Places(Gazetteer(known))
    builder = RouteBuilder(places)
    for route in routes:
        builder.add(route)
    drawn = None
    if background is not None:
        drawn = network_payload(background, is_subject=whole is not None, before=before, color_by=color_by)
    names = about.names if about is not None else []
    for name, at in names:
        places.put(name, at, "subject" if len(names) <= _FEW_NAMES else "part")
    if not routes and background is not None:
        places.put_junctions(background)
    if about is None:
        about = Subject(title_of(builder.routes, drawn, background, before), (), tables=network_tables(drawn))
    points = [*builder.points.values(), *about.points]
    shapes = [*(g for r in routes for g in r.legs.geometry if g is not None), *about.shapes]
    shapes = shapes or _shapes_of_network(background, before, drawn)
    seam = seam_of(shapes)
    used = {e["source"] for e in builder.edges} | {p["source"] for p in points} | {s["source"] for s in about.stretches}
    return {
        "version": 1,
        "title": title if title is not None else about.title,
        "facts": [*facts_of(x, routes, background), *left_out(others)],
        "disclaimer": DISCLAIMER,
        "attribution": " ".join(said(x, routes, background, "attribution")),
        "precision": ROUTE_PRECISION,
        "seam": seam,
        "cost_unit": unit_words(cargo_of(routes[0])) if routes else "",
        "edges": builder.edges,
        "routes": builder.routes,
        "points": points,
        "places": places.ranked(),
        "network": drawn,
        "stretches": about.stretches,
        "dots": about.dots,
        "tables": about.tables,
        "countries": about.countries,
        "n_unplaced": builder.n_unplaced + about.n_unplaced,
        "sources": _sources([*routes, background], used | about.sources, drawn),
        "bounds": _bounds(shapes, seam),
        "style": styles(),
    }


def _subject(x: Any, network: Any) -> Subject | None:
    """Return what is drawn of something that is neither routes nor a network, None for these."""
    if isinstance(x, Border):
        return border_subject(x)
    if isinstance(x, Access):
        return access_subject(x)
    if isinstance(x, Criticality):
        if network is None:
            raise NotDrawableError(
                "a Criticality does not know where its parts are; draw it with network=, the network that it was computed on"
            )
        return criticality_subject(x, network)
    return repairs_subject(x) if is_repairs(x) else None


def _routes_and_network(x: Any) -> tuple[list[Any], Any]:
    """Return the routes to draw, or the network that is itself the subject."""
    if hasattr(x, "legs"):
        return [x], None
    if hasattr(x, "edges") and hasattr(x, "nodes"):
        return [], x
    candidates = x.typical_routes if isinstance(x, Simulation) else x.routes if hasattr(x, "routes") else x
    is_text = isinstance(candidates, (str, bytes, Mapping))
    if not is_text and isinstance(candidates, Iterable):
        routes = list(candidates)
        if routes and all(hasattr(r, "legs") for r in routes):
            return routes, None
        if not routes:
            raise NotDrawableError(f"there is no route in the {type(x).__name__} given, so there is nothing to draw")
    raise NotDrawableError(f"cannot draw a {type(x).__name__}; draw() takes {_DRAWN}")


def _sources(subjects: Sequence[Any], used: Iterable[str], network: NetworkPayload | None) -> list[SourcePayload]:
    """Return the sources of what is drawn, with their words and address where a subject knows them."""
    ids = {part.strip() for joined in used for part in joined.replace("|", ",").split(",")}
    if network is not None and network["is_subject"]:
        ids |= {s for line in network["lines"] for s in line["source"].split(", ")}
    known: dict[str, SourcePayload] = {}
    for subject in subjects:
        listed: Any = getattr(subject, "sources", None)
        if getattr(getattr(listed, "index", None), "name", None) == "source_id":
            listed = listed.reset_index()
        for row in records(listed):
            identity = text(row.get("source_id"))
            words = next((t for k in ("citation", "title", "name", "publisher") if (t := text(row.get(k)))), "")
            known.setdefault(identity, {"id": identity, "text": words, "url": text(row.get("url"))})
    return [known.get(s, {"id": s, "text": "", "url": ""}) for s in sorted(ids - {""})]


def _shapes_of_network(network: Any, before: Any, drawn: NetworkPayload | None) -> list[Any]:
    """Return what a map of a network is fitted to; of a change, what has changed."""
    if network is None:
        return []
    every = list(network.edges.geometry)
    changes = edge_changes(network, network.edges, before)
    kinds = network.edges["kind"] if "kind" in network.edges.columns else [""] * len(every)
    changed = [g for g, change in zip(every, changes, strict=True) if change]
    changed += [shapely.Point(p["at"]) for p in (drawn["crossings"] if drawn else ()) if p.get("change")]
    # Without the lanes at sea, which go round Africa.
    return changed or [g for g, kind in zip(every, kinds, strict=True) if kind in ("track", "road")] or every


def _bounds(shapes: Sequence[Any], seam: float) -> list[list[float]]:
    """Return the south-west and north-east corner of what is drawn, as [lat, lon]; of nothing, Central Asia."""
    box = extent(shapes, seam=seam)
    if box is None:
        return [[35.0, 40.0], [55.0, 90.0]]
    west, south, east, north = (round(v, 2) for v in box)
    return [[south, west], [north, east]]
