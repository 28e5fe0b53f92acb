"""Access on the map: every place as a dot, the darker the farther from the nearest target, hollow where none can be reached.

Assumptions: classes are of equal width and end on round hours, so that two maps of one question have the same legend only if their
farthest places are about equally far. The scale is ordered by lightness and survives a photocopier.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from corridors.maps._encode import encode_point
from corridors.maps._schema import DotLookPayload, DotPayload, DotsPayload, PointPayload, TablePayload
from corridors.maps._styles import styles
from corridors.maps._subject import Subject, amount, duration, plural, table
from corridors.maps._values import number, records, text
from corridors.resilience import Access

_STEPS_H = (1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 120, 168, 240, 336)
_SHOWN = 14  # rows of the table in the panel
_NAMED_TARGETS = 8
_NEAR_H = 6  # a target farther than this from every place has no sign
_NAMED_FAR = 6


def access_subject(found: Access) -> Subject:
    """Return what is drawn of access."""
    rows = [r for r in records(found.table) if r.get("geometry") is not None]
    colors = styles()["access"]["color"]
    reached = [h for r in rows if (h := number(r["time_h"])) is not None]
    step_h = _step(max(reached, default=0.0), len(colors))
    dots = _dots(found, rows, step_h, colors)
    targets = _targets(rows)
    far = sorted(
        (r for r in rows if number(r["time_h"]) is not None), key=lambda r: (-float(r["time_h"]), text(r["place_id"]))
    )
    names = [(p["name"], p["at"]) for p in targets[:_NAMED_TARGETS]]
    worst = {text(r["iso3"]): r for r in reversed(far)}  # the farthest place of each country, the farthest first
    named = sorted(worst.values(), key=lambda r: (-float(r["time_h"]), text(r["place_id"])))[:_NAMED_FAR]
    names += [(text(r["name"]), at) for r in named if (at := encode_point(r["geometry"].x, r["geometry"].y))]
    return Subject(
        title=_title(found, rows, far),
        shapes=[r["geometry"] for r in rows],
        points=targets,
        dots=dots,
        tables=[_countries(rows)],
        names=names,
    )


def _step(longest_h: float, n: int) -> int:
    """Return the hours of one class: the smallest round number of which n reach the longest."""
    return next((s for s in _STEPS_H if s * n >= longest_h), math.ceil(longest_h / n))


def _what(found: Access) -> str:
    targets = found.attrs.get("targets", [])
    return (
        targets[0]
        if len(targets) == 1
        else " or ".join(targets)
        if len(targets) <= 3
        else "the nearest seaport"
        if len(targets) > 12
        else "the nearest target"
    )


def _title(found: Access, rows: list[Mapping[str, Any]], far: list[Mapping[str, Any]]) -> str:
    lost = len(rows) - len(far)
    if not far:
        return f"No place can reach {_what(found)}"
    hours = sorted(float(r["time_h"]) for r in far)
    middle = hours[len(hours) // 2]
    worst = far[0]
    said = f"To {_what(found)}: half of {plural(len(rows), 'place')} within {duration(middle)}, {text(worst['name'])} ({text(worst['iso3'])}) at {duration(worst['time_h'])}"
    return said + (f", {lost} without any way" if lost else "")


def _dots(found: Access, rows: list[Mapping[str, Any]], step_h: int, colors: list[str]) -> DotsPayload:
    cost = next((c for c in found.table.columns if str(c).startswith("cost_usd_")), "")
    looks: list[DotLookPayload] = [
        {
            "label": f"{duration(i * step_h)} to {duration((i + 1) * step_h)}" if i else f"under {duration(step_h)}",
            "color": color,
            "hollow": False,
        }
        for i, color in enumerate(colors)
    ]
    looks.append({"label": "cannot be reached", "color": styles()["crossing"]["no_data"], "hollow": True})
    items: list[DotPayload] = []
    for r in rows:
        at = encode_point(r["geometry"].x, r["geometry"].y)
        if at is None:
            continue
        hours = number(r["time_h"])
        look = len(colors) if hours is None else min(int(hours // step_h), len(colors) - 1)
        values = [
            text(r["iso3"]),
            text(r["target"]) or text(r["reason"]),
            duration(hours),
            amount(r["length_km"], "km"),
            amount(r.get(cost), "USD"),
            amount(r["n_crossings"]),
        ]
        items.append({"look": look, "at": at, "name": text(r["name"]), "values": values})
    return {
        "caption": f"Time to {_what(found)}",
        "looks": looks,
        "fields": [
            "Country",
            "Nearest",
            "Time",
            "Length",
            f"Cost, {cost.removeprefix('cost_usd_').upper()}",
            "Border crossings",
        ],
        "items": sorted(items, key=lambda i: (i["look"], i["name"], i["at"])),
    }


def _targets(rows: list[Mapping[str, Any]]) -> list[PointPayload]:
    """Return the targets that are somebody's nearest, the busiest first, at the place that is nearest to each."""
    users = Counter(text(r["target"]) for r in rows if text(r["target"]))
    nearest: dict[str, Mapping[str, Any]] = {}
    for r in rows:
        best = nearest.get(text(r["target"]))
        if text(r["target"]) and (best is None or float(r["time_h"]) < float(best["time_h"])):
            nearest[text(r["target"])] = r
    points = []
    for name, n in sorted(users.items(), key=lambda item: (-item[1], item[0])):
        row = nearest[name]
        at = encode_point(row["geometry"].x, row["geometry"].y)
        if at is None or float(row["time_h"]) > _NEAR_H:
            continue
        points.append(
            PointPayload(
                kind="target", name=name, at=at, routes=[], hours=[None], mode="", status="operating", opened=False,
                rows=[["Nearest to", plural(n, "place")]], source="",
            )
        )  # fmt: skip
    return points


def _countries(rows: list[Mapping[str, Any]]) -> TablePayload:
    reached = [r for r in rows if number(r["time_h"]) is not None and text(r["iso3"])]
    hours: defaultdict[str, list[float]] = defaultdict(list)
    nearest: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for r in reached:
        hours[text(r["iso3"])].append(float(r["time_h"]))
        nearest[text(r["iso3"])][text(r["target"])] += 1
    ranked = sorted(hours.items(), key=lambda item: (-math.fsum(item[1]) / len(item[1]), item[0]))
    shown = [
        [
            iso3,
            len(h),
            round(math.fsum(h) / len(h), 1),
            round(max(h), 1),
            min(nearest[iso3], key=lambda t: (-nearest[iso3][t], t)),
        ]
        for iso3, h in ranked[:_SHOWN]
    ]
    note = f"The farthest {_SHOWN} of {len(ranked)} countries." if len(ranked) > _SHOWN else ""
    return table("Hours by country", ["Country", "Places", "Mean", "Worst", "Most to"], shown, note=note)
