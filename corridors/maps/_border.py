"""A border on the map: its parts by legal status, its crossing points, where it ends, its exclaves, its lengths.

Assumptions: the line drawn is the line measured. A part that no source places stands in the table only. A crossing point is one sign
for all its modes, open if it is for one of them, and its circle is the longest observed standing time of its directions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from corridors import geodata
from corridors.borders import Border
from corridors.maps._encode import encode_lines, encode_point, extent
from corridors.maps._schema import CountryPayload, PointPayload, StretchPayload, TablePayload
from corridors.maps._subject import Subject, amount, plural, rows_of, table
from corridors.maps._values import number, records, text

PRECISION = 3
_LONG = 12  # rows of the table of crossing points


def border_subject(border: Border) -> Subject:
    """Return what is drawn of a border."""
    crossings = _crossings(border)
    corners = [_corner(row) for row in records(border.tripoints)]
    exclaves = [_exclave(row) for row in records(border.exclaves) if row.get("is_there", True)]
    points = [p for p in (*crossings, *corners, *exclaves) if p is not None]
    named = [p for p in points if p["kind"] != "tripoint"]
    return Subject(
        title=_title(border),
        shapes=[border.geometry, *(shapely.Point(p["at"]) for p in points)],
        points=points,
        stretches=_stretches(border),
        tables=[_lengths(border), *_parts(border), _registry(border)],
        names=[(p["name"], p["at"]) for p in named],
        countries=_countries(border, extent([border.geometry]) or (0.0, 0.0, 0.0, 0.0)),
        sources=frozenset(text(s) for s in border.published["source_id"]),
    )


def _title(border: Border) -> str:
    published = [km for km in map(number, border.published["length_km"]) if km]
    # Which of them is right is for the reader to judge; all are in the table.
    span = " to ".join(dict.fromkeys(f"{km:,.0f}" for km in (min(published), max(published)))) if published else ""
    length = f"{span} km (published)" if span else f"{border.length_km:,.0f} km in this boundary set"
    n = border.n_crossings
    open_ = f"{plural(n, 'crossing point')} open" if n else "no crossing point open"
    return f"{border.name.replace(' - ', ' – ')}: {length}, {open_}{_state(border)}"


def _countries(border: Border, box: tuple[float, float, float, float]) -> list[CountryPayload]:
    """Return the names of both countries, each deepest inside what of it lies around the border; none for an own boundary set."""
    layer = geodata.load("borders").set_index("iso3")
    west, south, east, north = box
    pad = 0.08 * max(east - west, north - south)
    window = shapely.box(west - pad, south - pad, east + pad, north + pad)
    found: list[CountryPayload] = []
    for iso3 in (border.iso3_a, border.iso3_b):
        if iso3 not in layer.index:
            continue
        seen = shapely.get_parts(shapely.intersection(layer.geometry[iso3], window))
        seen = seen[shapely.area(seen) > 0]
        if len(seen):
            middle = shapely.get_point(
                shapely.maximum_inscribed_circle(seen[shapely.area(seen).argmax()], tolerance=0.02), 0
            )
            at = encode_point(middle.x, middle.y)
            found += [{"iso3": iso3, "name": text(layer["name"][iso3]), "at": at}] if at is not None else []
    return found


def _state(border: Border) -> str:
    """Return in words how much of the border is settled, where all its parts say the same."""
    states = set(border.segments["status"]) if len(border.segments) else set()
    return f", {_status_words(states.pop())}" if len(states) == 1 else ""


def _status_words(status: object) -> str:
    return text(status).replace("_", " ")


def _stretches(border: Border) -> list[StretchPayload]:
    """Return the border in its parts; one that no source places is drawn as the rest."""
    parts = [row for row in records(border.segments) if row.get("geometry") is not None]
    stretches = [_stretch(border, row["geometry"], row) for row in parts]
    known = [row["geometry"] for row in parts]
    rest = (
        shapely.difference(border.geometry, shapely.buffer(shapely.union_all(known), 1e-6))
        if known
        else border.geometry
    )
    if not rest.is_empty:
        stretches.append(_stretch(border, rest, {}))
    return stretches


def _stretch(border: Border, geometry: Any, row: Mapping[str, Any]) -> StretchPayload:
    status = text(row.get("status"))
    here_km = row.get("here_km", border.length_km)
    return {
        "lines": encode_lines([geometry], precision=PRECISION),
        "look": status or "unknown",
        "name": f"{border.name}: {text(row.get('segment'))}"
        if row.get("segment") not in ("", "whole", None)
        else border.name,
        "hours": None,
        "rows": rows_of(
            ("Status", _status_words(status) or "not known where"),
            ("Since", row.get("valid_from")),
            ("Contested by", text(row.get("contested_by")).replace("|", ", ")),
            ("Published", amount(row.get("length_km"), "km") if number(row.get("length_km")) else ""),
            ("In this boundary set", amount(here_km, "km") if number(here_km) else ""),
            ("Note", row.get("note")),
        ),
        "source": text(row.get("source_id")),
    }


def _crossings(border: Border) -> list[PointPayload]:
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for row in records(border.crossings):
        by_id.setdefault(text(row.get("crossing_id")), []).append(row)
    return [p for rows in by_id.values() if (p := _crossing(rows)) is not None]


def _crossing(rows: Sequence[Mapping[str, Any]]) -> PointPayload | None:
    first = rows[0]
    at = encode_point(first["geometry"].x, first["geometry"].y)
    if at is None:
        return None
    observed = [h for row in rows for way in ("ab", "ba") if (h := number(row.get(f"dwell_{way}_h"))) is not None]
    modes = [f"{text(r.get('mode'))}: {_status_words(r.get('status'))}" for r in rows]
    a, b = text(first.get("iso3_a")), text(first.get("iso3_b"))
    told = [
        (
            f"Observed, {start} to {end}, {text(r.get('mode'))}",
            f"{amount(r[f'dwell_{way}_h'], 'h')} in {amount(r.get(f'year_{way}')).replace(',', '')}",
        )
        for r in rows
        for way, start, end in (("ab", a, b), ("ba", b, a))
        if number(r.get(f"dwell_{way}_h")) is not None
    ]
    restrictions = "; ".join(dict.fromkeys(filter(None, (text(r.get("restriction")) for r in rows))))
    return {
        "kind": "crossing",
        "name": text(first.get("name")) or "Unnamed crossing",
        "at": at,
        "routes": [],
        "hours": [max(observed, default=None)],
        "mode": "",
        "status": "operating" if any(r.get("status") == "operating" for r in rows) else text(first.get("status")),
        "opened": False,
        "countries": [a, b],
        "modes": modes,
        "rows": rows_of(*told, ("Restriction", restrictions)),
        "source": ", ".join(dict.fromkeys(filter(None, (text(r.get("source_id")) for r in rows)))),
    }


def _corner(row: Mapping[str, Any]) -> PointPayload | None:
    at = encode_point(row.get("lon"), row.get("lat"))
    if at is None:
        return None
    off = amount(row.get("off_km"), "km") if number(row.get("off_km")) is not None else ""
    return _sign("tripoint", text(row.get("name")), at, rows_of(
        ("Countries", text(row.get("iso3")).replace("|", ", ")), ("From the published position", off), ("Why", row.get("explanation")),
    ), row)  # fmt: skip


def _exclave(row: Mapping[str, Any]) -> PointPayload | None:
    at = encode_point(row.get("lon"), row.get("lat"))
    if at is None:
        return None
    return _sign("exclave", text(row.get("name")), at, rows_of(
        ("Belongs to", row.get("iso3")), ("Lies in", row.get("within")), ("Area", amount(row.get("area_km2"), "km²")), ("Note", row.get("note")),
    ), row)  # fmt: skip


def _sign(kind: str, name: str, at: list[float], rows: list[list[str]], row: Mapping[str, Any]) -> PointPayload:
    return {
        "kind": kind,
        "name": name,
        "at": at,
        "routes": [],
        "hours": [None],
        "mode": "",
        "status": "operating",
        "opened": False,
        "rows": rows,
        "source": text(row.get("source_id")),
    }


def _lengths(border: Border) -> TablePayload:
    rows: list[list[object]] = [
        [number(r.get("length_km")), text(r.get("year")), r.get("source")] for r in records(border.published)
    ]
    rows.append(
        [number(border.length_km, digits=0), "", f"measured here, {border.attrs.get('worldview', 'own boundary set')}"]
    )
    note = "The line of this data set is generalised, and shorter than the border."
    return table("Length of the border", ["km", "Year", "Source"], rows, note=note)


def _parts(border: Border) -> list[TablePayload]:
    """Return the parts of the border with their status, where there are several."""
    parts = records(border.segments)
    if len(parts) < 2:
        return []
    rows = [[r.get("segment"), _status_words(r.get("status")), number(r.get("length_km"))] for r in parts]
    return [table("Its parts today", ["Part", "Status", "km"], rows)]


def _registry(border: Border) -> TablePayload:
    """Return the crossing points with the hours observed at them; of a long list, only those that have some."""
    a, b = border.iso3_a, border.iso3_b
    rows: list[list[object]] = []
    for r in records(border.crossings):
        # Each crossing has its own side A.
        ways = ("ab", "ba") if text(r.get("iso3_a")) == a else ("ba", "ab")
        status = _status_words(r.get("status"))
        mode = text(r.get("mode")) if status == "operating" else f"{text(r.get('mode'))}, {status}"
        rows.append([r.get("name"), mode, *(number(r.get(f"dwell_{way}_h")) for way in ways)])
    shown = rows if len(rows) <= _LONG else [r for r in rows if r[2] is not None or r[3] is not None]
    left = len(rows) - len(shown)
    note = f"{left} more, without observed hours, are on the map." if left else ""
    return table(
        "Crossing points, and hours observed", ["Crossing point", "Mode", f"h {a}→{b}", f"h {b}→{a}"], shown, note=note
    )
