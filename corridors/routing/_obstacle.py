"""Why there is no path, in words: how far one gets, what was cut there, and the cheapest single concession."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from corridors.cost import Cargo
from corridors.errors import NoRouteError, PlaceError
from corridors.network import MODES, Place
from corridors.routing._avoid import Avoided, open_in_month, takes
from corridors.routing._engine import Engine
from corridors.routing._question import Ready

_SHOWN = 4
"""Names listed before "and … more"."""


@dataclass(frozen=True)
class Concession:
    """One condition given up, and what the way then weighs."""

    name: str
    weight: float


@dataclass(frozen=True)
class _Conditions:
    """What a way is held to beside its modes; ``cargo`` is None if transfers may be of any kind, ``month`` for any season."""

    avoided: Avoided
    avoid_mode: str
    cargo: Cargo | None
    month: int | None


def obstacle(ready: Ready) -> str:
    """Return the message for a question without a path."""
    origin, *via, destination = ready.places
    start, end = _gap(ready)
    reached = ready.engine.reachable(start)
    back = ready.engine.reachable(end, is_reversed=True)
    countries = ready.network.tables["nodes"]["iso3"]
    here, there = (", ".join(sorted({str(c) for c in set(countries[m]) if c})) for m in (reached, back))
    cut = "; ".join(filter(None, (_cut(ready, reached), _untaken(ready, reached, back))))
    helps = sorted(_concessions(ready), key=lambda c: (c.weight, c.name))
    hint = "; no single concession helps"
    if helps:
        unit = {"time_h": " h", "length_km": " km", "cost": " USD", "generalised": " USD"}.get(
            str(ready.question.weight), ""
        )
        first = f"{helps[0].name} ({helps[0].weight:,.0f}{unit}, the cheapest concession)"
        hint = "; reachable again " + " or ".join([first, *(_listed([c.name for c in helps[1:]]))])
    passed = f" by way of {', '.join(p.name for p in via)}" if via else ""
    gap = f"there is none from {start.name} to {end.name}: " if via else ""
    return (
        f"no path from {origin.name} to {destination.name}{passed} {ready.conditions()}: {gap}from {start.name} one reaches "
        f"{here}; from {end.name} {there}{f'; cut: {cut}' if cut else ''}{hint}"
    )


def _gap(ready: Ready) -> tuple[Place, Place]:
    """Return the first two places, one after the other, between which there is no path."""
    for start, end in pairwise(ready.places):
        if not ready.engine.reachable(start)[list(end.nodes)].any():
            return start, end
    return ready.places[0], ready.places[-1]


def _listed(names: list[str]) -> list[str]:
    more = len(names) - _SHOWN
    return names if more <= 0 else [*names[:_SHOWN], f"{more} more"]


def _cut(ready: Ready, reached: Any) -> str:
    """Return what was cut at the rim of what is reached: open borders into avoided countries, shut for the season, then not open."""
    edges, countries = ready.network.tables["edges"], ready.avoided.countries
    in_season = open_in_month(ready.network, ready.question.month)
    is_rim = reached[edges["from"]] != reached[edges["to"]]
    borders = np.flatnonzero(is_rim & (edges["kind"] == "crossing") & ~ready.usable)
    into: dict[str, list[str]] = {}
    for i in borders:
        avoided = sorted(countries & set(str(edges["country"][i]).split("|")))
        is_open = edges["status"][i] == "operating"
        if is_open and (avoided or edges["crossing_id"][i] in ready.avoided.crossings):
            into.setdefault(f"into {' and '.join(avoided)} at " if avoided else "", []).append(
                str(edges["crossing_id"][i])
            )
        elif is_open and not in_season[i] and not avoided:
            into.setdefault(f"shut in month {ready.question.month} ", []).append(str(edges["crossing_id"][i]))
        elif not is_open and not avoided:
            into.setdefault("not open ", []).append(f"{edges['crossing_id'][i]} ({edges['status'][i]})")
    order = sorted(into, key=lambda key: (key == "not open ", key))
    return "; ".join(key + ", ".join(_listed(sorted(set(into[key])))) for key in order)


def _untaken(ready: Ready, reached: Any, back: Any) -> str:
    """Return the transfers and gauge changes at the rim of what is reached that do not take the cargo.

    Those are named that lead to where the destination can be reached from, else all.
    """
    edges, names, unit = ready.network.tables["edges"], ready.network.tables["nodes"]["name"], ready.model.unit
    shut = np.flatnonzero(_shut_to_cargo(ready) & (reached[edges["from"]] != reached[edges["to"]]))
    leads = back[edges["from"][shut]] | back[edges["to"][shut]]
    at: dict[str, set[str]] = {}
    for i in shut[leads] if leads.any() else shut:
        near = edges["from"][i] if reached[edges["from"][i]] else edges["to"][i]
        at.setdefault(str(names[near]), set()).add(str(edges["mode"][i]))
    places = [f"{name} ({', '.join(sorted(at[name]))} only)" for name in sorted(at)]
    return f"no transfer for {unit.words} at {', '.join(_listed(places))}" if places else ""


def _shut_to_cargo(ready: Ready) -> Any:
    """Return a mask of the edges that would be open if they took the cargo."""
    mask = ~takes(ready.network, ready.model.unit)
    return mask & _mask(ready, replace(_conditions(ready), cargo=None))


def _concessions(ready: Ready) -> list[Concession]:
    """Return each single condition whose loss opens a path, with the weight of that path."""
    out = [Concession(name, _weight(ready, _mask(ready, held))) for name, held in _relaxed(ready)]
    closed = [m for m in MODES if m not in ready.modes or m in ready.avoided.modes]
    out += [Concession(f"with mode {m}", _weight_with_mode(ready, m)) for m in closed]
    return [c for c in out if np.isfinite(c.weight)] + _one_more_crossing(ready) + _other_transfers(ready)


def _conditions(ready: Ready) -> _Conditions:
    return _Conditions(ready.avoided, ready.question.avoid_mode, ready.model.unit, ready.question.month)


def _mask(ready: Ready, held: _Conditions) -> Any:
    """Return the edges that may be used under conditions."""
    return ready.open_edges(held.avoided, held.avoid_mode, held.cargo, held.month)[0]


def _relaxed(ready: Ready) -> list[tuple[str, _Conditions]]:
    """Return the conditions with each single one given up, and the name of what was."""
    now = _conditions(ready)
    out = []
    for field in ("countries", "crossings", "lines"):
        for name in sorted(getattr(now.avoided, field)):
            fewer = replace(now.avoided, **{field: getattr(now.avoided, field) - {name}})
            out.append((f"through {name}", replace(now, avoided=fewer)))
    if now.avoid_mode == "territory" and now.avoided.countries:
        out.append(("with avoid_mode='control'", replace(now, avoid_mode="control")))
    if now.month is not None:
        out.append((f"in another month than {now.month}", replace(now, month=None)))
    return out


def _weight_with_mode(ready: Ready, mode: str) -> float:
    """Return the weight of the best path with one more mode; the question is asked anew, for it may begin at other nodes."""
    asked = ready.question
    avoid = [asked.avoid] if isinstance(asked.avoid, str) else asked.avoid
    others = [item for item in avoid if item.rpartition(":")[2] != mode]
    try:
        again = Ready(ready.network, replace(asked, modes=(*ready.modes, mode), avoid=others))
    except (NoRouteError, PlaceError):
        return np.inf
    path = again.path()
    return np.inf if path is None else again.weight_of(path)


def _weight(ready: Ready, mask: Any) -> float:
    engine = Engine(ready.network, ready.weights, mask)
    path = engine.path(ready.places[0], ready.places[-1], via=ready.places[1:-1], per_km=ready.per_km)
    return np.inf if path is None else ready.weight_of(path)


def _one_more_crossing(ready: Ready) -> list[Concession]:
    """Return the border that would connect the pair if it alone opened: the best one, if any does."""
    edges, best = ready.network.tables["edges"], _best_of(ready, _shut_borders(ready))
    return [Concession(f"with crossing {edges['crossing_id'][i]} open ({edges['status'][i]} now)", w) for i, w in best]


def _other_transfers(ready: Ready) -> list[Concession]:
    """Return the transfer that would connect the pair if it alone took the cargo; else, if they connect it, all together."""
    edges, names, words = ready.network.tables["edges"], ready.network.tables["nodes"]["name"], ready.model.unit.words
    shut = _shut_to_cargo(ready)
    best = _best_of(ready, shut)
    if best or not shut.any():
        return [Concession(f"with a transfer for {words} at {names[edges['from'][i]]}", w) for i, w in best]
    weight = _weight(ready, _mask(ready, replace(_conditions(ready), cargo=None)))
    return [Concession(f"if every transfer took {words}", weight)] if np.isfinite(weight) else []


def _shut_borders(ready: Ready) -> Any:
    """Return a mask of the crossings that are not open, but not avoided either."""
    edges, nodes, avoided = ready.network.tables["edges"], ready.network.tables["nodes"], ready.avoided
    shut = (edges["kind"] == "crossing") & (edges["status"] != "operating")
    shut &= open_in_month(ready.network, ready.question.month)
    shut &= np.isin(edges["mode"], list(set(ready.modes) - avoided.modes)) & ~np.isin(
        edges["crossing_id"], list(avoided.crossings)
    )
    for end in ("from", "to"):
        shut &= ~np.isin(nodes["iso3"][edges[end]], list(avoided.countries))
    return shut


def _best_of(ready: Ready, shut: Any) -> list[tuple[int, float]]:
    """Return the one of some shut edges that connects the pair best if it alone opens, with the weight of the way; if any does."""
    edges, rows = ready.network.tables["edges"], np.flatnonzero(shut)
    if len(ready.places) > 2 or not len(rows):
        return []
    engine = ready.engine
    starts, ends = (engine.connectors(p, ready.per_km) for p in (ready.places[0], ready.places[-1]))
    there = engine.metric.tree(list(starts), list(starts.values())) / engine.units
    back = engine.metric.tree(list(ends), list(ends.values()), is_reversed=True) / engine.units
    ways = [
        there[edges[a][rows]] + ready.weights[row, rows] + back[edges[b][rows]]
        for row, (a, b) in enumerate((("from", "to"), ("to", "from")))
    ]
    total = np.minimum(*ways)
    if not np.isfinite(total).any():
        return []
    best = min(np.flatnonzero(total == total.min()), key=lambda k: str(edges["edge_id"][rows[k]]))
    return [(int(rows[best]), float(total[best]))]
