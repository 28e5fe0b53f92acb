"""Why there is no path, in words: how far one gets, what was cut there, and the cheapest single concession."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.network import MODES
from corridors.routing._avoid import Avoided, open_in_month, sections_of, usable
from corridors.routing._engine import Engine

if TYPE_CHECKING:
    from corridors.routing._search import Search

_SHOWN = 4
"""Names listed before "and … more"."""


@dataclass(frozen=True)
class Concession:
    """One condition given up, and what the way then weighs."""

    name: str
    weight: float


def obstacle(search: Search) -> str:
    """Return the message for a question without a path."""
    origin, destination = search.places[0], search.places[-1]
    reached = search.engine.reachable(origin)
    back = search.engine.reachable(destination, is_reversed=True)
    countries = search.network.tables["nodes"]["iso3"]
    here, there = (", ".join(sorted({str(c) for c in set(countries[m]) if c})) for m in (reached, back))
    cut = _cut(search, reached)
    helps = sorted(_concessions(search), key=lambda c: (c.weight, c.name))
    hint = "; no single concession helps"
    if helps:
        unit = {"time_h": " h", "length_km": " km", "cost": " USD", "generalised": " USD"}.get(
            str(search.question.weight), ""
        )
        first = f"{helps[0].name} ({helps[0].weight:,.0f}{unit}, the cheapest concession)"
        hint = "; reachable again " + " or ".join([first, *(_listed([c.name for c in helps[1:]]))])
    return (
        f"no path from {origin.name} to {destination.name} {search.conditions()}: from {origin.name} one reaches "
        f"{here}; from {destination.name} {there}{f'; cut: {cut}' if cut else ''}{hint}"
    )


def conditions(modes: tuple[str, ...], avoided: Avoided) -> str:
    """Return modes and what is avoided, in words."""
    names = sorted(avoided.countries | avoided.crossings | avoided.lines | avoided.modes)
    return f"by {' and '.join(modes)}" + (f" without {', '.join(names)}" if names else "")


def _listed(names: list[str]) -> list[str]:
    more = len(names) - _SHOWN
    return names if more <= 0 else [*names[:_SHOWN], f"{more} more"]


def _cut(search: Search, reached: Any) -> str:
    """Return what was cut at the rim of what is reached: open borders into avoided countries, then those not open."""
    edges, countries = search.network.tables["edges"], search.avoided.countries
    is_rim = reached[edges["from"]] != reached[edges["to"]]
    borders = np.flatnonzero(is_rim & (edges["kind"] == "crossing") & ~search.usable)
    into: dict[str, list[str]] = {}
    for i in borders:
        avoided = sorted(countries & set(str(edges["country"][i]).split("|")))
        is_open = edges["status"][i] == "operating"
        if is_open and (avoided or edges["crossing_id"][i] in search.avoided.crossings):
            into.setdefault(f"into {' and '.join(avoided)} at " if avoided else "", []).append(
                str(edges["crossing_id"][i])
            )
        elif not is_open and not avoided:
            into.setdefault("not open ", []).append(f"{edges['crossing_id'][i]} ({edges['status'][i]})")
    order = sorted(into, key=lambda key: (key == "not open ", key))
    return "; ".join(key + ", ".join(_listed(sorted(set(into[key])))) for key in order)


def _concessions(search: Search) -> list[Concession]:
    """Return each single condition whose loss opens a path, with the weight of that path."""
    out = []
    for name, modes, avoided, avoid_mode in _relaxed(search):
        allowed, _ = sections_of(search.network, avoided, avoid_mode)
        mask = usable(search.network, modes, avoided, avoid_strict=search.question.avoid_strict, sections=allowed)
        weight = _weight(search, mask & open_in_month(search.network, search.question.month))
        if np.isfinite(weight):
            out.append(Concession(name, weight))
    return out + _one_more_crossing(search)


def _relaxed(search: Search) -> list[tuple[str, tuple[str, ...], Avoided, str]]:
    modes, avoided, mode = search.modes, search.avoided, search.question.avoid_mode
    out = []
    for field in ("countries", "crossings", "lines"):
        for name in sorted(getattr(avoided, field)):
            fewer = replace(avoided, **{field: getattr(avoided, field) - {name}})
            out.append((f"through {name}", modes, fewer, mode))
    for m in MODES:
        if m not in modes or m in avoided.modes:
            out.append((f"with mode {m}", (*modes, m), replace(avoided, modes=avoided.modes - {m}), mode))
    if mode == "territory" and avoided.countries:
        out.append(("with avoid_mode='control'", modes, avoided, "control"))
    return out


def _weight(search: Search, mask: Any) -> float:
    engine = Engine(search.network, search.weights, mask)
    path = engine.path(search.places[0], search.places[-1], via=search.places[1:-1], per_km=search.per_km)
    return np.inf if path is None else search.weight_of(path)


def _one_more_crossing(search: Search) -> list[Concession]:
    """Return the border that would connect the pair if it alone opened: the best one, if any does."""
    if len(search.places) > 2:
        return []
    edges, nodes, avoided = search.network.tables["edges"], search.network.tables["nodes"], search.avoided
    shut = (edges["kind"] == "crossing") & (edges["status"] != "operating")
    shut &= np.isin(edges["mode"], list(set(search.modes) - avoided.modes)) & ~np.isin(
        edges["crossing_id"], list(avoided.crossings)
    )
    for end in ("from", "to"):
        shut &= ~np.isin(nodes["iso3"][edges[end]], list(avoided.countries))
    rows = np.flatnonzero(shut)
    engine = search.engine
    starts, ends = (engine.connectors(p, search.per_km) for p in (search.places[0], search.places[-1]))
    there = engine.metric.tree(list(starts), list(starts.values())) / engine.units
    back = engine.metric.tree(list(ends), list(ends.values()), is_reversed=True) / engine.units
    best: list[tuple[float, str]] = []
    for row, (a, b) in enumerate((("from", "to"), ("to", "from"))):
        total = there[edges[a][rows]] + search.weights[row, rows] + back[edges[b][rows]]
        best += [
            (float(total[k]), f"with crossing {edges['crossing_id'][i]} open ({edges['status'][i]} now)")
            for k, i in enumerate(rows)
            if np.isfinite(total[k])
        ]
    return [Concession(name, weight) for weight, name in sorted(best)[:1]]
