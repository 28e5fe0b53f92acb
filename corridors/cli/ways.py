"""Commands about ways between places: route, alternatives, pareto, matrix, compare, report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors._pairs import Row, place
from corridors.cli._inputs import Loaded, load, read_pairs, read_places
from corridors.cli._options import Corridor, Destination, Origin, Out, Pairs, Terms, Weight, Where, items, unfolded
from corridors.cli._output import columns, give, say

if TYPE_CHECKING:
    import pandas as pd

    from corridors.comparison import Comparison

AVOID_BY_DEFAULT = ("RUS", "BLR")

Many = Annotated[int, typer.Option("-k", help="How many routes at most.", min=1, max=20)]
Kept = Annotated[float, typer.Option(help="Shared km over those of the shorter route.", min=0, max=1)]
Farther = Annotated[float, typer.Option(help="Weight over that of the best route.", min=1)]
Territory = Annotated[str, typer.Option(help="territory; or control, which allows running through without a stop.")]
Strict = Annotated[bool, typer.Option("--avoid-strict", help="Refuse border noise too.")]
ModelsToo = Annotated[
    list[str] | None, typer.Option("--and-cost-model", help="Another cost model to set beside; may be repeated.")
]

_ALTERNATIVES = ("route", "length_km", "days", "days_low", "days_high", "cost_usd", "n_crossings", "n_gauge_breaks",
                 "overlap", "stretch", "differs_by")  # fmt: skip
_HIDDEN = (
    "origin", "destination", "time_h", "is_lower_bound", "standing_h", "connector_km", "assumed_cost_share",
    "detour_factor", "crossings", "cost_model", "basis", "extra_h_pct", "extra_usd", "extra_usd_pct", "is_quickest", "avoiding_km", "avoiding_usd",
    "sanctioned_transit", "restrictions", "reason",
)  # fmt: skip


def route(
    origin: Origin,
    destination: Destination,
    where: Where,
    terms: Terms,
    out: Out,
    weight: Weight = "time_h",
    via: Annotated[list[str] | None, typer.Option(help="Place to pass; may be repeated, in order.")] = None,
    corridor: Corridor = None,
    avoid_mode: Territory = "territory",
    avoid_strict: Strict = False,
) -> None:
    """Print the best route, one row for each stretch on one line in one country and for each standstill.

    Example: corridors route Almaty Karachi --avoid RUS
    """
    import corridors as cx

    network = load(where).network
    found = cx.route(
        network, place(origin), place(destination), weight=weight, via=[place(v) for v in via or []], corridor=corridor,
        avoid_mode=avoid_mode, avoid_strict=avoid_strict, **terms.options(),
    )  # fmt: skip
    from corridors.export._stages import stages

    give(out, found, stages(found).drop(columns=["geometry", "stage"]), network=network)
    say(repr(found)[1:-1])


def alternatives(
    origin: Origin,
    destination: Destination,
    where: Where,
    terms: Terms,
    out: Out,
    weight: Weight = "time_h",
    k: Many = 4,
    max_overlap: Kept = 0.6,
    max_detour: Farther = 2.0,
    via: Annotated[list[str] | None, typer.Option(help="Place to pass; may be repeated, in order.")] = None,
    corridor: Corridor = None,
    avoid_mode: Territory = "territory",
    avoid_strict: Strict = False,
) -> None:
    """Print routes that really differ.

    Example: corridors alternatives Almaty Duisburg -k 3 --avoid RUS
    """
    import corridors as cx

    network = load(where).network
    found = cx.alternatives(
        network, place(origin), place(destination), k=k, max_overlap=max_overlap, max_detour=max_detour, weight=weight,
        via=[place(v) for v in via or []], corridor=corridor, avoid_mode=avoid_mode, avoid_strict=avoid_strict,
        **terms.options(),
    )  # fmt: skip
    give(out, found, _narrow(found.table()), network=network)


def pareto(
    origin: Origin,
    destination: Destination,
    where: Where,
    terms: Terms,
    out: Out,
    objectives: Annotated[
        str,
        typer.Option(help="time_h, cost, n_crossings, length_km, n_gauge_breaks, n_transshipments; two or three."),
    ] = "time_h,cost,n_crossings",
    epsilon: Annotated[float, typer.Option(help="0.01 leaves out routes that are at most 1 % better.", min=0)] = 0.0,
) -> None:
    """Print the routes that none beats on every criterion.

    Example: corridors pareto Almaty Duisburg --objectives time_h,n_crossings --epsilon 0.02
    """
    import corridors as cx

    network = load(where).network
    found = cx.pareto(
        network, place(origin), place(destination), objectives=items(objectives), epsilon=epsilon, **terms.options()
    )
    give(out, found, _narrow(found.table()), network=network)


def matrix(
    origins: Annotated[list[str], typer.Argument(help="Places, or a .csv file with a column place.")],
    where: Where,
    terms: Terms,
    out: Out,
    to: Annotated[
        list[str] | None,
        typer.Option(help="Destination, or a .csv file; may be repeated. Without, the origins again."),
    ] = None,
    weight: Annotated[str, typer.Option(help="One weight or several, separated by commas; as for route.")] = "time_h",
) -> None:
    """Print every origin to every destination.

    Example: corridors matrix Almaty Tashkent --to Moscow --to Karachi --to Poti
    """
    import corridors as cx

    out.only_tables()
    network = load(where).network
    starts = read_places(origins)
    ends = read_places(to) if to else starts
    found = cx.matrix(network, starts, ends, weight=items(weight), **terms.options())
    give(out, found, _grid(found))
    for reason in dict.fromkeys(found.loc[found["reason"] != "", "reason"]):
        say(reason)
    if (found["reason"] != "").all():
        raise typer.Exit(1)


def _grid(found: pd.DataFrame) -> Any:
    """Return a matrix of one weight as a grid, a row an origin and a column a destination; of several, as it is."""
    values = [c for c in found.columns if c not in ("origin", "destination", "reason")]
    if len(values) != 1:
        return found
    from corridors.export._frames import meaning

    once = found.drop_duplicates(["origin", "destination"])  # a file may name a place twice
    grid = once.pivot_table(index="origin", columns="destination", values=values[0], sort=False, dropna=False)
    grid = grid.reset_index().rename_axis(columns=None)
    grid.attrs.update(found.attrs)
    return {meaning(values[0]).header: grid}


def compare(
    pairs: Pairs,
    where: Where,
    terms: Terms,
    out: Out,
    weight: Weight = "time_h",
    k: Annotated[int, typer.Option("-k", help="How many routes that avoid.", min=1, max=10)] = 2,
    and_cost_model: ModelsToo = None,
) -> None:
    """Compare the best routes with those that keep out of countries (RUS and BLR, if --avoid says nothing else).

    With a .csv file of pairs a bad row is reported in the column reason and the rest goes on.

    Example: corridors compare Almaty Duisburg -o out.html

    Example: corridors compare pairs.csv --avoid RUS -o comparison.xlsx
    """
    loaded = load(where)
    asked = read_pairs(pairs)
    found = compared(loaded, asked, terms, weight=weight, k=k, models=and_cost_model)
    lost = found.table.loc[found.table["reason"] != ""]
    shown = found.table[_shown_columns(found.table)].copy()
    shown.attrs.update(found.table.attrs)
    give(out, found, shown, network=loaded.network, can_draw=bool(found.routes))
    for reason in dict.fromkeys(lost["reason"]):
        say(reason)
    if len(asked) > 1:
        n = len(lost[["origin", "destination"]].drop_duplicates())
        say(f"{len(asked)} pairs, {n} with something not found (column reason)")
    if not found.routes:
        raise typer.Exit(1)


def compared(
    loaded: Loaded, asked: list[Row], terms: Terms, *, weight: str, k: int, models: list[str] | None = None
) -> Comparison:
    """Return the comparison of pairs; bad rows are rows with a reason, and from a file each row says its line."""
    import pandas as pd

    import corridors as cx

    good = list(dict.fromkeys(r.pair for r in asked if not r.fault))
    options = terms.options(avoid=AVOID_BY_DEFAULT)
    cost = [options.pop("cost"), *(models or [])]
    found = cx.compare(loaded.by_name, good, k=k, weight=weight, cost=cost if len(cost) > 1 else cost[0], **options)
    if not any(r.number for r in asked):
        return found
    names = _texts(good)
    lines: dict[tuple[str, str], list[str]] = {}
    for r in asked:
        if not r.fault:
            lines.setdefault(names[r.pair], []).append(str(r.number))
    table = found.table.copy()
    ends = zip(table["origin"], table["destination"], strict=True)
    table.insert(0, "row", ["|".join(lines.get(pair, [])) for pair in ends])
    # What is no number in a comparison is text, but for whether a route is the quickest.
    empty = {c: "" for c in table.columns if not pd.api.types.is_numeric_dtype(table[c]) and c != "is_lower_bound"}
    bad = [
        {**empty, "is_quickest": False, "row": str(r.number), "origin": str(r.origin), "destination": str(r.destination),
         "reason": r.fault}
        for r in asked
        if r.fault
    ]  # fmt: skip
    if bad:
        extra = pd.DataFrame(bad, columns=table.columns)
        # What is not known is no zero, and no True.
        kinds = {c: {"i": "float64", "b": "object"}.get(kind.kind, kind) for c, kind in table.dtypes.items()}
        table = pd.concat([table, extra.astype(kinds)], ignore_index=True) if len(table) else extra
    table.attrs.update(found.attrs)
    return replace(found, table=table)


def _texts(pairs: list[tuple[Any, Any]]) -> dict[tuple[Any, Any], tuple[str, str]]:
    """Return how the table of a comparison calls each pair."""
    from corridors.network import name_of

    return {pair: (name_of(pair[0]), name_of(pair[1])) for pair in pairs}


def report(
    pairs: Pairs,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The .html file to write.")],
    where: Where,
    terms: Terms,
    weight: Weight = "time_h",
    k: Annotated[int, typer.Option("-k", help="How many routes that avoid.", min=1, max=10)] = 2,
    title: Annotated[str | None, typer.Option(help="Without, the finding.")] = None,
) -> None:
    """Write one page of finding, map, charts, table and sources.

    Example: corridors report Almaty Duisburg -o report.html
    """
    from corridors import report as pages
    from corridors.errors import LayerError

    if output.suffix.lower() != ".html":
        raise LayerError(f"cannot write {output.name!r}; the ending must be .html")
    loaded = load(where)
    found = compared(loaded, read_pairs(pairs), terms, weight=weight, k=k)
    for reason in dict.fromkeys(found.table.loc[found.table["reason"] != "", "reason"]):
        say(reason)
    if not found.routes:
        raise typer.Exit(1)
    pages.report(found, output, network=loaded.network, title=title)
    say(f"wrote {output}")


def _narrow(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of alternatives that a terminal has room for."""
    cost = next(c for c in table.columns if c.startswith("cost_usd_"))
    return columns(table, [cost if name == "cost_usd" else name for name in _ALTERNATIVES])


def _shown_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns of a comparison that a terminal has room for."""
    has_pairs = len(table[["origin", "destination"]].drop_duplicates()) > 1
    has_models = len(set(table["cost_model"])) > 1
    shown = {
        "origin": has_pairs,
        "destination": has_pairs,
        "cost_model": has_models,
        "reason": bool((table["reason"] != "").any()),
    }
    names = [c for c in table.columns if shown.get(c, c not in _HIDDEN)]
    has_scenarios = len(set(table["scenario"])) > 1
    return names if has_scenarios else [c for c in names if c not in ("scenario", "extra_h")]


COMMANDS = {
    "route": unfolded(route),
    "alternatives": unfolded(alternatives),
    "pareto": unfolded(pareto),
    "matrix": unfolded(matrix),
    "compare": unfolded(compare),
    "report": unfolded(report),
}
