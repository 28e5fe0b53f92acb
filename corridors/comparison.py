"""Pairs and scenarios side by side: the unrestricted route, and the best that keep out of given countries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.errors import NoRouteError, PlaceError
from corridors.network import Asked, Network
from corridors.routing import Route, alternatives, route
from corridors.routing._alternatives import summary, summary_columns

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_AVOID = ("RUS", "BLR")


@dataclass(frozen=True, eq=False)
class Comparison:
    """The result of `compare`.

    Attributes
    ----------
    table
        One row a route, or a row with ``reason`` where there is none: ``scenario, origin, destination, role, route,
        length_km, time_h, …``. ``role`` is ``unrestricted`` or ``avoiding RUS, BLR``.
    routes
        The routes of the table, in its order, with rows without route left out.
    attrs
        Cost model, date, worldview, what was avoided.
    """

    table: pd.DataFrame
    routes: tuple[Route, ...]
    attrs: Mapping[str, Any]

    def __repr__(self) -> str:
        shown = self.table[["scenario", "origin", "destination", "role", "route", "length_km", "time_h", "reason"]]
        return str(shown.to_string(index=False, float_format=lambda v: f"{v:,.0f}"))


def compare(
    networks: Network | Mapping[str, Network],
    pairs: Sequence[tuple[Asked, Asked]],
    *,
    avoid: Iterable[str] = DEFAULT_AVOID,
    k: int = 2,
    weight: str = "time_h",
    modes: Sequence[str] | str | None = None,
    max_overlap: float = 0.6,
    max_detour: float = 2.5,
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
) -> Comparison:
    """Compare pairs over scenarios.

    For each scenario and pair: the best route without restriction, then up to k routes that avoid what is named.

    Parameters
    ----------
    networks
        A network, or several by the name of their scenario; the first is the baseline.
    pairs
        Origins and destinations.
    avoid
        Countries, blocs, crossings, lines or modes; by default RUS and BLR. Empty: alternatives without restriction.
    k
        How many routes that avoid.
    weight, modes, max_overlap, max_detour, cost, cargo, month
        As for `corridors.alternatives`.

    Returns
    -------
    Comparison
        A pair without route is a row with NaN and its ``reason``; the batch goes on.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> list(cx.compare(network, [("Almaty", "Duisburg")]).table["role"])
    ['unrestricted', 'avoiding RUS, BLR', 'avoiding RUS, BLR']
    """
    import pandas as pd

    if isinstance(networks, Network):
        networks = {str(networks.attrs.get("scenario", "baseline")): networks}
    model = cost_model(cost, cargo=cargo)
    avoid = (avoid,) if isinstance(avoid, str) else tuple(avoid)
    role = f"avoiding {', '.join(avoid)}" if avoid else "alternative"
    rows: list[dict[str, Any]] = []
    routes: list[Route] = []
    options: dict[str, Any] = {"weight": weight, "modes": modes, "cost": model, "month": month}
    distinct = {"k": k, "avoid": avoid, "max_overlap": max_overlap, "max_detour": max_detour}
    for scenario, network in networks.items():
        for origin, destination in pairs:
            head = {"scenario": scenario, "origin": _text(origin), "destination": _text(destination)}
            for part, extra in (("unrestricted", None), (role, distinct)):
                try:
                    found = _routes(network, origin, destination, options, extra)
                except (NoRouteError, PlaceError) as error:
                    rows.append({**head, "role": part, "reason": str(error)})
                    continue
                rows += [{**head, "role": part, **summary(r), "reason": ""} for r in found]
                routes += found
    names = ["scenario", "origin", "destination", "role", *summary_columns(model.cargo), "reason"]
    table = pd.DataFrame(rows, columns=names)
    attrs = {**next(iter(networks.values())).attrs, "scenario": ", ".join(networks), "cost_model": model.name,
             "cost_model_title": model.title, "basis": model.basis, "cargo": model.cargo, "avoid": list(avoid), "weight": weight}  # fmt: skip
    table.attrs.update(attrs)
    return Comparison(table, tuple(_named(routes, rows, len(networks) > 1)), attrs)


def _routes(
    network: Network,
    origin: Asked,
    destination: Asked,
    options: dict[str, Any],
    distinct: dict[str, Any] | None,
) -> list[Route]:
    """Return the best route, or the distinct ones under conditions."""
    if distinct is None:
        return [route(network, origin, destination, **options)]
    return list(alternatives(network, origin, destination, **options, **distinct))


def _text(asked: Asked) -> str:
    return asked if isinstance(asked, str) else f"({asked[0]:g}, {asked[1]:g})"


def _named(routes: list[Route], rows: list[dict[str, Any]], has_scenarios: bool) -> list[Route]:
    """Give each route the name that a map needs to tell it apart."""
    described = [row for row in rows if not row["reason"]]
    return [
        replace(r, name=f"{row['scenario']}: {r.name}" if has_scenarios else r.name)
        for r, row in zip(routes, described, strict=True)
    ]
