"""What shutting each crossing, line, port or country adds to the journeys between pairs of places.

A part that the best route does not use costs nothing when it is shut, so that only the parts on the best route of a pair are
tried, one at a time, with everything else as it is. No queue builds up where the traffic goes instead: the addition is the
detour of one shipment, a lower bound of what a closure of everybody would cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors._workers import do_all
from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.errors import NoRouteError, PlaceError, UnknownNameError
from corridors.network import Asked, Network, as_pairs, name_of
from corridors.routing import Route, Weight
from corridors.routing._question import Question, described
from corridors.routing._search import Search

if TYPE_CHECKING:
    import pandas as pd

OF = ("crossings", "lines", "ports", "countries")
Pairs = Sequence[tuple[Asked, Asked]] | Mapping[tuple[str, str], float]

COLUMNS = (
    "id", "name", "origin", "destination", "pair_weight", "time_h", "time_h_shut", "extra_h", "cost_usd", "extra_usd",
    "is_cut_off", "instead", "reason",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Criticality:
    """The result of `criticality`.

    Attributes
    ----------
    table
        One row a part, the worst first: ``id, name, n_pairs`` that use it, ``n_cut_off`` (pairs left without any way) and
        their ``cut_off_weight``, ``weighted_extra_h`` (sum over the others of weight × hours added), ``mean_extra_h``,
        ``worst_pair, worst_extra_h``.
    losers
        One row a part and pair that uses it, with hours and dollars before and after, and the way instead.
    attrs
        Cost model, date, scenario, what was shut.
    """

    table: pd.DataFrame
    losers: pd.DataFrame
    attrs: Mapping[str, Any]

    def __repr__(self) -> str:
        return str(self.table.to_string(index=False, float_format=lambda v: f"{v:,.1f}"))

    def _repr_html_(self) -> str:
        from corridors import _display

        return _display.html(self, self.table)

    @property
    def single_points_of_failure(self) -> pd.DataFrame:
        """Parts whose closure leaves some pair without any way, and these pairs."""
        return self.losers.loc[self.losers["is_cut_off"], ["id", "name", "origin", "destination", "reason"]]

    @property
    def failures(self) -> pd.DataFrame:
        """Pairs that have no way in the first place: ``origin, destination, pair_weight, reason``."""
        import pandas as pd

        return pd.DataFrame(self.attrs["failures"], columns=["origin", "destination", "pair_weight", "reason"])


def criticality(
    network: Network,
    pairs: Pairs,
    *,
    of: str = "crossings",
    avoid: Iterable[str] | str = (),
    modes: Sequence[str] | str | None = None,
    weight: Weight = "time_h",
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
    executor: Executor | None = None,
) -> Criticality:
    """Return what shutting each part adds to the journeys between pairs, the worst part first.

    Parameters
    ----------
    network
        Where to travel.
    pairs
        Origins and destinations; or a mapping from pair to weight, such as trade in dollars (see `corridors.trade_weights`).
    of
        ``"crossings"``, ``"lines"``, ``"ports"`` or ``"countries"`` (those passed in transit).
    avoid, modes, weight, cost, cargo, month
        As for `corridors.route`.
    executor
        Any executor of PEP 3148 (a process pool, Dask, mpi4py) that shares out the pairs; None for this process.

    Returns
    -------
    Criticality
        Parts that no best route uses are not in it: shutting one of them alone adds nothing.

    Raises
    ------
    UnknownNameError
        ``of`` is none of these.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> found = cx.criticality(network, [("Tashkent", "Moscow")], of="crossings")
    >>> "saryagash" in " ".join(found.table["id"])
    True
    """
    import pandas as pd

    if of not in OF:
        raise UnknownNameError(f"of is {of!r}; it must be {', '.join(OF)}")
    model = cost_model(cost, cargo=cargo)
    weighted = dict(pairs) if isinstance(pairs, Mapping) else dict.fromkeys(as_pairs(pairs), 1.0)
    question = Question(
        weight=weight, avoid=(avoid,) if isinstance(avoid, str) else tuple(avoid), modes=modes, cost=model, month=month
    )
    rows: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    tasks = [(replace(question, origin=a, destination=b), of) for a, b in weighted]
    found = do_all(network, _without_each, tasks, executor, f"shutting {of}")
    for (pair, share), result in zip(weighted.items(), found, strict=True):
        ends = {"origin": name_of(pair[0]), "destination": name_of(pair[1]), "pair_weight": float(share)}
        if isinstance(result, str):
            failures.append({**ends, "reason": result})
        else:
            rows += [{**ends, **row} for row in result]
    losers = pd.DataFrame(rows, columns=list(COLUMNS))
    attrs = {**described(network, question), "of": of, "failures": failures}
    losers.attrs.update(attrs)
    return Criticality(_ranked(losers, attrs), losers, attrs)


def trade_weights(pairs: Mapping[tuple[str, str], tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Return a weight for each pair of places: the latest published turnover of two countries, in millions of dollars.

    Parameters
    ----------
    pairs
        From pair of places to the ISO alpha-3 codes of the two countries whose trade it stands for. Pairs of countries
        without a published turnover of a whole year, or with a doubtful one only, are left out; several pairs of one country
        pair share its turnover equally.

    Returns
    -------
    dict
        From pair of places to millions of dollars a year.

    Examples
    --------
    >>> import corridors as cx
    >>> weights = cx.trade_weights({("Almaty", "Dushanbe"): ("KAZ", "TJK")})
    >>> round(weights["Almaty", "Dushanbe"], 1)
    1441.2
    """
    from corridors import geodata

    table = geodata.load("trade")
    table = table[(table["measure"] == "turnover") & (table["unit"] == "USD m") & (table["confidence"] != "low")]
    table = table[table["year"].astype(str).str.fullmatch(r"\d{4}")].sort_values("year", kind="stable")
    known: dict[frozenset[str], float] = {}
    for a, b, value in zip(table["reporter_iso3"], table["partner_iso3"], table["value"], strict=True):
        known[frozenset((a, b))] = float(value)
    users = [frozenset(iso3) for iso3 in pairs.values()]
    return {p: known[frozenset(c)] / users.count(frozenset(c)) for p, c in pairs.items() if frozenset(c) in known}


def _without_each(network: Network, task: tuple[Question, str]) -> list[dict[str, Any]] | str:
    """Return one row for each part on the best route of a pair: the journey without it. Or why the pair has no route."""
    question, of = task
    try:
        search = Search(network, question)
        best = search.best()
    except (NoRouteError, PlaceError) as error:
        return str(error)
    out = []
    model = search.model
    for part, name, shut in _parts(best, of):
        row: dict[str, Any] = {"id": part, "name": name, "time_h": best.time_h, "cost_usd": best.cost_usd}
        detour = search.without(shut)
        if detour is None:
            row |= {"time_h_shut": np.nan, "extra_h": np.nan, "extra_usd": np.nan, "is_cut_off": True, "instead": "",
                    "reason": f"no way from {best.origin.name} to {best.destination.name} without {name} ({model.name})"}  # fmt: skip
        else:
            row |= {"time_h_shut": detour.time_h, "extra_h": detour.time_h - best.time_h,
                    "extra_usd": detour.cost_usd - best.cost_usd, "is_cut_off": False, "instead": detour.name,
                    "reason": ""}  # fmt: skip
        out.append(row)
    return out


def _parts(best: Route, of: str) -> list[tuple[str, str, Any]]:
    """Return id, name and edges of each part of a kind on a route, in order of travel."""
    edges, nodes = best.network.tables["edges"], best.network.tables["nodes"]
    if of == "lines":
        ids = [i for i in dict.fromkeys(map(str, best.edge("line_id"))) if i]
        names = best.network.line_names(ids)
        return [(f"line:{i}", str(n), edges["line_id"] == i) for i, n in zip(ids, names, strict=True)]
    if of == "countries":
        inner = [c for c in dict.fromkeys(best.countries) if c not in (best.origin.iso3, best.destination.iso3)]
        return [(f"country:{c}", c, best.network.edges_in({c})) for c in inner]
    if of == "ports":
        ends = np.concatenate([best.ends[0], best.ends[1]])
        transfers = edges["kind"] == "transshipment"
        quays = np.concatenate([edges["from"][transfers], edges["to"][transfers]])
        # A point of a sea lane in open water is no port.
        at_sea = ends[(nodes["mode"][ends] == "sea") & np.isin(ends, quays)]
        ports = {str(nodes["station_id"][n]): str(nodes["name"][n]) for n in at_sea if nodes["station_id"][n]}
        out = []
        for port, name in ports.items():
            here = (nodes["station_id"] == port) & (nodes["mode"] == "sea")
            out.append((f"port:{port}", name, here[edges["from"]] | here[edges["to"]]))
        return out
    named = best.crossings.drop_duplicates("crossing_id")
    is_crossing = edges["kind"] == "crossing"
    out = []
    for row in named.itertuples():
        if row.crossing_id:
            out.append((f"crossing:{row.crossing_id}", f"{row.name} ({row.iso3_from}-{row.iso3_to})",
                        is_crossing & (edges["crossing_id"] == row.crossing_id)))  # fmt: skip
    return out


def _ranked(losers: pd.DataFrame, attrs: dict[str, Any]) -> pd.DataFrame:
    """Return one row a part: the weight of the pairs cut off first, then the weighted hours."""
    import pandas as pd

    rows = []
    for part, group in losers.groupby("id", sort=True):
        weighted = (group["extra_h"] * group["pair_weight"]).sum()
        alive = group[~group["is_cut_off"].astype(bool)]
        worst = alive.loc[alive["extra_h"].idxmax()] if len(alive) else group.iloc[0]
        rows.append({
            "id": part, "name": group["name"].iloc[0], "n_pairs": len(group), "n_cut_off": int(group["is_cut_off"].sum()),
            "cut_off_weight": float(group.loc[group["is_cut_off"].astype(bool), "pair_weight"].sum()), "weighted_extra_h": float(weighted), "mean_extra_h": float(alive["extra_h"].mean()) if len(alive) else np.nan,
            "worst_pair": f"{worst['origin']} - {worst['destination']}", "worst_extra_h": float(worst["extra_h"]),
        })  # fmt: skip
    names = ["id", "name", "n_pairs", "n_cut_off", "cut_off_weight", "weighted_extra_h", "mean_extra_h", "worst_pair",
             "worst_extra_h"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    table = table.sort_values(
        ["cut_off_weight", "weighted_extra_h", "id"], ascending=[False, False, True], ignore_index=True
    )
    table.attrs.update(attrs)
    return table
