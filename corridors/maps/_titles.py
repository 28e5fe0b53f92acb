"""Titles that say what a map shows: how many routes and how long, what changes, how much is sourced."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from corridors._display import isolated
from corridors.maps._schema import NetworkPayload, RoutePayload
from corridors.maps._values import text

_MAX_LISTED = 6
"""Lines that a scenario opened, in the facts under the title: a plan for 2035 opens a hundred."""


def title_of(routes: Sequence[RoutePayload], drawn: NetworkPayload | None, network: Any, before: Any) -> str:
    """Return a title that says what was found: how many routes, from what to what."""
    if not routes:
        return _network_title(drawn, network, before)
    pairs = list(dict.fromkeys(f"{isolated(r['origin'])} – {isolated(r['destination'])}" for r in routes))
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
    changes = []
    for change, verb in (("opened", "opens"), ("shut", "shuts")):
        parts = [f"{km('change', change):,.0f} km"] if km("change", change) else []
        n = n_points[change]
        parts += [f"{n} crossing{'s' if n > 1 else ''}"] if n else []
        changes += [f"{verb} {' and '.join(parts)}"] if parts else []
    if changes:
        return f"{_name_of_change(network, before)} {', '.join(changes)}"
    if drawn is not None and drawn["color_by"] == "source":
        total = math.fsum(km("basis", b) for b in ("published", "matched", "assumed"))
        shares = [f"{km('basis', b) / total:.0%} {b}" for b in ("published", "matched", "assumed") if total]
        return f"How much of the length on land is sourced: {', '.join(shares)}"
    by_mode = {
        m: math.fsum(line["length_km"] or 0.0 for line in lines if line["mode"] == m and line["status"] == "operating")
        for m in ("rail", "road")
    }
    running = [f"{total:,.0f} km of {mode}" for mode, total in by_mode.items() if total]
    return f"Transport network: {' and '.join(running)} in operation" if running else "Transport network"


def _name_of_change(network: Any, before: Any) -> str:
    """Return what tells a network from the one before: its scenario, or its date."""
    for key in ("scenario", "as_of"):
        new, old = said(network, (), None, key), said(before, (), None, key)
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


def facts_of(x: Any, routes: Sequence[Any], network: Any) -> list[list[str]]:
    """Return what stands under the title: date of the data, cost preset, scenario, what it opened, worldview."""
    facts = []
    for key, label in (
        ("as_of", "Data as of"),
        ("cost_model", "Costs"),
        ("scenario", "Scenario"),
        ("opened", "Opened by it"),
        ("worldview", "Boundaries"),
    ):
        words = said(None if key == "cost_model" and routes else x, routes, network, key)
        if words:
            # A comparison has one word for its scenarios; its routes have each their own.
            facts.append([label, words[0] if key == "scenario" else ", ".join(words)])
    return facts


def said(x: Any, routes: Sequence[Any], network: Any, key: str) -> list[str]:
    """Return what the attributes of all that is drawn say under a key, each wording once."""
    attributes = [a for t in (x, *routes, network) if isinstance(a := getattr(t, "attrs", None), Mapping)]
    return list(dict.fromkeys(words for a in attributes if (words := _words(a.get(key)))))


def _words(value: object) -> str:
    """Return one attribute as words; a list with commas, its lines without their prefix, the first few of many."""
    if isinstance(value, (list, tuple)):
        shown = [text(item).removeprefix("line:") for item in value[:_MAX_LISTED]]
        return ", ".join(shown) + (f" and {len(value) - len(shown)} more" if len(value) > len(shown) else "")
    return text(value)
