"""The network behind the routes, or as the subject: many lines, few looks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from corridors.maps._encode import encode_lines, encode_point
from corridors.maps._plans import Plans
from corridors.maps._schema import NetworkLinePayload, NetworkPayload, PointPayload, TablePayload
from corridors.maps._styles import styles
from corridors.maps._subject import table
from corridors.maps._values import gauge, number, records, text

MOVING = ("track", "road", "sea")  # kinds of edges that are drawn as lines

# Decimals and tolerance in degrees by the number of vertices: the more lines, the less of each (benchmarks/maps.py).
_DETAIL = ((300_000, 3, 0.002), (math.inf, 2, 0.02))
_BACKGROUND_DETAIL = (2, 0.02)  # where the routes are the subject
_MAX_LINES_WITH_CARDS = 4_000


def network_payload(network: Any, *, is_subject: bool, before: Any = None, color_by: str = "gauge") -> NetworkPayload:
    """Return the network as one entry a line, or one a style where there are too many lines.

    Parameters
    ----------
    network
        What is drawn.
    is_subject
        Whether it is the subject, or the background of routes.
    before
        The network that it is compared with; None takes what a scenario says that it opened and closed.
    color_by
        ``"gauge"`` or ``"source"``.
    """
    edges = network.edges
    edges = edges[edges["kind"].isin(MOVING)] if "kind" in edges.columns else edges
    n_vertices = int(shapely.get_num_coordinates(edges.geometry.to_numpy()).sum()) if len(edges) else 0
    precision, tolerance = next((p, t) for limit, p, t in _DETAIL if n_vertices <= limit)
    if not is_subject or color_by == "source":  # an overview
        precision, tolerance = _BACKGROUND_DETAIL
    groups: dict[tuple[str, ...], list[int]] = {}
    column = {
        name: edges[name].tolist() if name in edges.columns else [None] * len(edges)
        for name in (
            "mode",
            "status",
            "gauge_mm",
            "line_id",
            "line_name",
            "length_km",
            "assumed_km",
            "source_id",
            "length_source",
        )
    }
    ids = [text(v) for v in column["line_id"]]
    plans = Plans(network)
    looks = [
        (text(m) or "rail", plans.status_of(i, text(s) or "operating"), str(gauge(g)))
        for m, s, g, i in zip(column["mode"], column["status"], column["gauge_mm"], ids, strict=True)
    ]
    changes = edge_changes(network, edges, before) if is_subject or before is not None else [""] * len(ids)
    # A lane at sea is nobody's published length and no guess; it keeps its own look.
    modes = column["mode"]
    bases = [
        basis_of(s) if color_by == "source" and text(m) != "sea" else ""
        for s, m in zip(column["length_source"], modes, strict=True)
    ]
    keep_lines = is_subject and len(set(zip(looks, ids, strict=True))) <= _MAX_LINES_WITH_CARDS
    for i, look in enumerate(looks):
        groups.setdefault((*look, changes[i], bases[i], ids[i] if keep_lines else ""), []).append(i)
    geometries = edges.geometry.to_numpy()
    lines: list[NetworkLinePayload] = []
    for (mode, status, _, change, basis, line_id), rows in sorted(groups.items()):
        names = [text(column["line_name"][i]) for i in rows] if keep_lines else []
        sources = sorted({text(column["source_id"][i]) for i in rows} - {""}) if keep_lines else []
        lines.append(
            {
                "lines": encode_lines(_merged(geometries[rows]), precision=precision, tolerance_deg=tolerance),
                "mode": mode,
                "status": status,
                "gauge_mm": gauge(column["gauge_mm"][rows[0]]),
                "name": next(filter(None, names), line_id),
                "length_km": _total(column["length_km"], rows) if keep_lines else None,
                "assumed_km": _total(column["assumed_km"], rows) if keep_lines else None,
                "source": ", ".join(sources),
                "change": change,
                "basis": basis,
            }
        )
    return {
        "precision": precision,
        "color_by": color_by,
        "lines": lines,
        "crossings": _network_crossings(network, before),
        "is_subject": is_subject,
    }


def network_tables(drawn: NetworkPayload | None) -> list[TablePayload]:
    """Return what the panel says of a network that is itself the subject: what changes, else its kilometres."""
    if drawn is None or not drawn["is_subject"]:
        return []
    rows: list[list[object]] = []
    for change in ("opened", "shut"):
        lines = [line for line in drawn["lines"] if line["change"] == change]
        lines.sort(key=lambda line: -(line["length_km"] or 0.0))
        rows += [[line["name"], change, line["length_km"]] for line in lines]
        rows += [[p["name"], change, None] for p in drawn["crossings"] if p.get("change") == change]
    if rows:
        return [table("What changes", ["Line or crossing", "", "km"], rows)]
    if drawn["color_by"] == "source":
        labels = {basis: look["label"] for basis, look in styles()["basis"].items()}
        on_land = [(labels[line["basis"]], line["length_km"] or 0.0) for line in drawn["lines"] if line["basis"]]
        sums = {label: math.fsum(km for name, km in on_land if name == label) for label in labels.values()}
        return [table("Length on land", ["What it rests on", "km"], [[label, total] for label, total in sums.items()])]
    km: dict[tuple[str, bool], float] = {}
    for line in drawn["lines"]:
        if line["length_km"]:
            key = line["mode"], line["status"] == "operating"
            km[key] = km.get(key, 0.0) + line["length_km"]
    modes = dict.fromkeys(mode for mode, _ in km)
    rows = [[mode, km.get((mode, True)), km.get((mode, False))] for mode in modes]
    return [table("Kilometres", ["Mode", "In operation", "Not in operation"], rows)] if rows else []


def _merged(geometries: Any) -> list[BaseGeometry]:
    """Return lines joined end to end where only two meet: fewer first points to write and fewer seams in dashes."""
    present = [g for g in geometries if g is not None and not g.is_empty]
    if len(present) < 2:
        return present
    merged = shapely.line_merge(shapely.multilinestrings([p for g in present for p in shapely.get_parts(g)]))
    return list(shapely.get_parts(merged))


def _total(values: Sequence[Any], rows: Sequence[int]) -> float | None:
    known = [v for i in rows if (v := number(values[i])) is not None]
    return number(math.fsum(known), digits=1) if known else None


def basis_of(length_source: object) -> str:
    """Return what a length rests on: ``published``, ``matched`` (measured on a shape) or ``assumed``."""
    said = text(length_source)
    if said.startswith("published") or said == "km_post":
        return "published"
    return "assumed" if said in ("", "assumed") else "matched"


def edge_changes(network: Any, edges: Any, before: Any) -> list[str]:
    """Return for each edge whether it was opened or shut, or the empty string.

    Parameters
    ----------
    network, edges
        The network, and those of its edges that are asked about.
    before
        The network that it is compared with, edge by edge; None for what ``network.attrs`` lists as opened and closed.
    """
    running = [text(s) == "operating" for s in edges["status"]] if "status" in edges.columns else [True] * len(edges)
    if before is None:
        opened, closed = _listed(network, "opened"), _listed(network, "closed")
        ids = [f"line:{text(i)}" for i in edges["line_id"]] if "line_id" in edges.columns else [""] * len(edges)
        return [
            "opened" if i in opened and r else "shut" if i in closed else "" for i, r in zip(ids, running, strict=True)
        ]
    was = {
        text(e): text(s) == "operating" for e, s in zip(before.edges["edge_id"], before.edges["status"], strict=True)
    }
    known = [was.get(text(e), False) for e in edges["edge_id"]]
    return [_change(old, new) for old, new in zip(known, running, strict=True)]


def _change(was_running: bool, is_running: bool) -> str:
    return "" if was_running == is_running else "opened" if is_running else "shut"


def _listed(network: Any, key: str) -> set[str]:
    """Return what a scenario lists as opened or closed, without the mode behind a crossing."""
    attributes = getattr(network, "attrs", None)
    listed = attributes.get(key) if isinstance(attributes, Mapping) else None
    return {text(item).partition(" ")[0] for item in listed} if isinstance(listed, (list, tuple)) else set()


def _crossing_changes(network: Any, before: Any) -> dict[str, str]:
    """Return the crossings that were opened or shut for some mode, by id."""
    if before is None:
        pairs = (("opened", "opened"), ("closed", "shut"))
        return {
            item.partition(":")[2]: word
            for key, word in pairs
            for item in sorted(_listed(network, key))
            if item.startswith("crossing:")
        }
    was = {(text(r.get("crossing_id")), text(r.get("mode"))): text(r.get("status")) for r in records(before.crossings)}
    changes: dict[str, str] = {}
    for row in records(network.crossings):
        key = text(row.get("crossing_id")), text(row.get("mode"))
        change = _change(was.get(key) == "operating", text(row.get("status")) == "operating")
        if change:
            changes[key[0]] = change
    return changes


def _network_crossings(network: Any, before: Any) -> list[PointPayload]:
    """Return the network's crossings, one a place: the modes of one crossing are one mark."""
    points: dict[str, PointPayload] = {}
    changes = _crossing_changes(network, before)
    for row in [*records(getattr(network, "crossings", None)), *_unnamed_crossings(network)]:
        geometry: Any = row.get("geometry")
        has_point = geometry is not None and not geometry.is_empty
        lon, lat = (geometry.x, geometry.y) if has_point else (row.get("lon"), row.get("lat"))
        at = encode_point(lon, lat)
        if at is None:
            continue
        key = text(row.get("crossing_id")) or f"{at}"
        point = points.setdefault(
            key,
            {
                "kind": "crossing",
                "name": text(row.get("name")) or "Unnamed crossing",
                "at": at,
                "routes": [],
                "hours": [number(row.get("dwell_h"))],
                "mode": "",
                "status": text(row.get("status")) or "operating",
                "opened": False,
                "countries": [text(row.get("iso3_a")), text(row.get("iso3_b"))],
                "modes": [],
                "source": text(row.get("source_id")),
            },
        )
        mode, status = text(row.get("mode")), text(row.get("status")) or "operating"
        point["modes"].append(f"{mode}: {status.replace('_', ' ')}" if mode else status.replace("_", " "))
        if status == "operating":
            point["status"] = status
        if key in changes:
            point["change"] = changes[key]
    return [points[key] for key in sorted(points)]


def _unnamed_crossings(network: Any) -> list[dict[str, Any]]:
    """Return the crossings of lines at borders where no crossing point is known, as rows like those of the known ones."""
    edges = network.edges
    if "crossing_id" not in edges.columns:
        return []
    rows = []
    for edge in records(edges[(edges["kind"] == "crossing") & (edges["crossing_id"].map(text) == "")]):
        countries = text(edge["country"]).split("|")
        rows.append(
            {
                "crossing_id": text(edge["edge_id"]),
                "name": f"{'-'.join(countries)} border, no crossing point known",
                "iso3_a": countries[0],
                "iso3_b": countries[-1],
                "geometry": shapely.Point(shapely.get_coordinates(edge["geometry"])[0]),
                "mode": edge["mode"],
                "status": edge["status"],
                "source_id": edge["source_id"],
            }
        )
    return rows
