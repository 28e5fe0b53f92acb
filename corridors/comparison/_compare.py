"""Pairs, scenarios and cost models side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors._progress import progress
from corridors.comparison._differences import CONCERNS, DIFFERENCES, add_differences, concerns, sentences
from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.errors import NoRouteError, PlaceError
from corridors.network import Asked, Network, as_pairs, name_of
from corridors.routing import Route, alternatives, route
from corridors.routing._alternatives import summary, summary_columns

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_AVOID = ("RUS", "BLR")
Model = str | Path | CostModel


@dataclass(frozen=True, eq=False)
class Comparison:
    """The result of `compare`.

    Attributes
    ----------
    table
        One row a route, or a row with ``reason`` where there is none: ``scenario, origin, destination, role, route,
        length_km, time_h, …``. ``role`` is ``unrestricted`` or ``avoiding RUS, BLR``. ``extra_h``, ``extra_usd`` and their
        percentages are over the same row of the first scenario; ``avoiding_km``, ``avoiding_h`` and ``avoiding_usd`` over the
        unrestricted route of the same row: what avoiding costs; ``is_quickest`` marks the best of a pair, scenario and cost
        model; ``sanctioned_transit`` names countries passed that are under sanctions, ``restrictions`` all that the tables
        know of the way. No legal advice.
    routes
        The routes of the table, in its order, with rows without route left out.
    attrs
        Cost models, date, worldview, what was avoided.
    """

    table: pd.DataFrame
    routes: tuple[Route, ...]
    attrs: Mapping[str, Any]

    def __repr__(self) -> str:
        shown = self.table[["scenario", "origin", "destination", "role", "route", "length_km", "time_h", "reason"]]
        return str(shown.to_string(index=False, float_format=lambda v: f"{v:,.0f}"))

    def _repr_html_(self) -> str:
        from corridors import _display

        return _display.html(self, self.table.drop(columns="crossings", errors="ignore"))

    def pivot(self, value: str = "time_h", *, role: str = "") -> pd.DataFrame:
        """Return the best value of each pair, one column a scenario (and cost model, if there are several).

        Parameters
        ----------
        value
            A column of the table.
        role
            ``"unrestricted"`` or the other one; empty for the best of both.

        Returns
        -------
        pandas.DataFrame
            By ``origin, destination``; the least value, NaN without a route.
        """
        rows = self.table[self.table["role"] == role] if role else self.table
        columns = ["scenario"] if len(set(rows["cost_model"])) <= 1 else ["cost_model", "scenario"]
        best = rows.pivot_table(
            index=["origin", "destination"], columns=columns, values=value, aggfunc="min", sort=False
        )
        best.attrs.update(self.attrs)
        return best

    def sentences(self) -> list[str]:
        """Return a sentence for each pair, scenario and cost model that could be printed.

        It names preset, date and range; it says so where ranges overlap, and names no winner where more than half of the hours
        are defaults.

        Returns
        -------
        list of str
            In the order of the table.
        """
        return sentences(self.table, dict(self.attrs["dates"]))


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
    cost: Model | Sequence[Model] = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
) -> Comparison:
    """Compare pairs over scenarios and cost models.

    For each cost model, scenario and pair: the best route without restriction, then up to k routes that avoid what is named, or
    that differ from the best where nothing is to be avoided.

    Parameters
    ----------
    networks
        A network, or several by the name of their scenario; the first is the baseline.
    pairs
        Origins and destinations.
    avoid
        Countries, blocs, crossings, lines or modes; by default RUS and BLR. Empty: alternatives without restriction.
    k
        How many routes beside the best one; 0 for that one alone.
    cost
        A cost model, or several; models of different bases are set side by side and never ranked together.
    weight, modes, max_overlap, max_detour, cargo, month
        As for `corridors.alternatives`; a detour may be 2.5 times as long, as the way round a country often is.

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
    if not networks:
        raise ValueError("there is no network to compare; give one, or several by the name of their scenario")
    models = [cost_model(m, cargo=cargo) for m in ([cost] if isinstance(cost, str | Path | CostModel) else cost)]
    if len({m.cargo for m in models}) != 1:
        raise ValueError(f"cost models price {', '.join(m.cargo for m in models)}; give cargo=, one unit for all")
    if k < 0:
        raise ValueError(f"k is {k!r}; it must be 0 or more routes beside the best one")
    pairs = as_pairs(pairs)
    avoid = (avoid,) if isinstance(avoid, str) else tuple(avoid)
    role = f"avoiding {', '.join(avoid)}" if avoid else "alternative"
    distinct = {"max_overlap": max_overlap, "max_detour": max_detour}
    rows: list[dict[str, Any]] = []
    routes: list[Route] = []
    tasks = [(m, s, n, pair) for m in models for s, n in networks.items() for pair in pairs]
    for model, scenario, network, (origin, destination) in progress(tasks, "comparing", len(tasks)):
        options: dict[str, Any] = {"weight": weight, "modes": modes, "cost": model, "month": month}
        head = {"scenario": scenario, "origin": name_of(origin), "destination": name_of(destination),
                "cost_model": model.name, "basis": model.basis}  # fmt: skip
        for part, ask in _questions(role, avoid, k, {**options, **distinct}):
            try:
                found = ask(network, origin, destination)
            except (NoRouteError, PlaceError) as error:
                rows.append({**head, "role": part, "reason": str(error)})
                continue
            rows += [{**head, "role": part, **summary(r), **concerns(r), "reason": ""} for r in found]
            routes += found
    unit = models[0].cargo
    names = ["scenario", "origin", "destination", "role", *summary_columns(unit)]
    table = pd.DataFrame(rows, columns=[*names, "cost_model", "basis", *CONCERNS, "reason"])
    table = add_differences(table, unit, next(iter(networks)))
    table = table[[*names, "cost_model", "basis", *DIFFERENCES, *CONCERNS, "reason"]]
    attrs = _attrs(networks, models, avoid, weight)
    table.attrs.update(attrs)
    return Comparison(table, tuple(_named(routes, rows, len(networks) > 1, len(models) > 1)), attrs)


def _attrs(
    networks: Mapping[str, Network], models: Sequence[CostModel], avoid: tuple[str, ...], weight: str
) -> dict[str, Any]:
    """Return what every table of the comparison says about itself."""
    first = next(iter(networks.values()))
    return {
        **first.attrs,
        "scenario": ", ".join(networks),
        "cost_model": ", ".join(m.name for m in models),
        "cost_model_title": "; ".join(m.title for m in models),
        "basis": ", ".join(dict.fromkeys(m.basis for m in models)),
        "cargo": models[0].cargo,
        "avoid": list(avoid),
        "weight": weight,
        "dates": {name: str(n.attrs.get("as_of", "")) for name, n in networks.items()},
    }


Ask = Callable[[Network, Asked, Asked], list[Route]]


def _questions(role: str, avoid: tuple[str, ...], k: int, options: dict[str, Any]) -> list[tuple[str, Ask]]:
    """Return the roles of a pair and what finds their routes."""
    best = {key: value for key, value in options.items() if not key.startswith("max_")}
    asks: list[tuple[str, Ask]] = [("unrestricted", lambda n, a, b: [route(n, a, b, **best)])]
    if k and avoid:
        asks.append((role, lambda n, a, b: list(alternatives(n, a, b, k=k, avoid=avoid, **options))))
    elif k:
        # The first alternative is the best route, which has its row already.
        asks.append((role, lambda n, a, b: list(alternatives(n, a, b, k=k + 1, **options)[1:])))
    return asks


def _named(routes: list[Route], rows: list[dict[str, Any]], has_scenarios: bool, has_models: bool) -> list[Route]:
    """Give each route the name that a map needs to tell it apart."""
    described = [row for row in rows if not row["reason"]]
    out = []
    for r, row in zip(routes, described, strict=True):
        parts = [row["scenario"]] * has_scenarios + [row["cost_model"]] * has_models + [r.name]
        out.append(replace(r, name=": ".join(parts)))
    return out
