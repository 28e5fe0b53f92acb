"""Commands about what would change: criticality, isolation, access, simulate, sweep, scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors._pairs import place
from corridors.cli._inputs import load, load_source, read_pairs
from corridors.cli._options import (
    ManyScenarios,
    Out,
    Pairs,
    Seed,
    Source,
    Terms,
    Where,
    items,
    unfolded,
)
from corridors.cli._output import columns, give, say

if TYPE_CHECKING:
    from corridors.network import Network

_SIMULATED = ("origin", "destination", "corridor", "via", "time_h", "time_h_p05", "time_h_p50", "time_h_p95", "cost_usd",
              "share_quickest", "share_cheapest", "assumed_time_share", "reason")  # fmt: skip


def criticality(
    pairs: Pairs,
    where: Where,
    terms: Terms,
    out: Out,
    of: Annotated[str, typer.Option(help="crossings, lines, ports or countries.")] = "crossings",
    weight: Annotated[str, typer.Option(help="What the best route is best in, as for route.")] = "time_h",
) -> None:
    """Print what shutting each crossing, line, port or country adds, the worst first.

    A .csv file of pairs may have a column weight, such as trade in dollars; the weights of a pair that comes twice add up.

    Example: corridors criticality Tashkent Karachi Almaty Duisburg --of crossings
    """
    import corridors as cx

    network = load(where).network
    asked = _good(pairs, weighted=True)
    found = cx.criticality(network, asked, of=of, weight=weight, **terms.options())
    give(out, found, found.table, network=network)
    for row in found.single_points_of_failure.itertuples():
        say(str(row.reason))
    failures = found.attrs["failures"]
    for failure in failures:
        say(str(failure["reason"]))
    if len(failures) == len(asked):
        raise typer.Exit(1)


def isolation(
    country: Annotated[str, typer.Argument(help="ISO alpha-3 code or English name.")],
    where: Where,
    terms: Terms,
    out: Out,
    target: Annotated[
        list[str] | None, typer.Option("--to", help="Place to reach; may be repeated. Without, the seaports.")
    ] = None,
) -> None:
    """Print the fewest crossings and ports whose closure leaves a country without a way.

    Example: corridors isolation UZB --avoid RUS
    """
    import corridors as cx

    out.only_tables()
    network = load(where).network
    targets: Any = [place(t) for t in target] if target else "seaports"
    found = cx.isolation(network, country, targets=targets, **terms.options())
    give(out, found, found.gates, network=network)
    say(repr(found)[1:-1])


def access(
    where: Where,
    terms: Terms,
    out: Out,
    targets: Annotated[list[str] | None, typer.Argument(help="Places to reach; without, the nearest seaport.")] = None,
    country: Annotated[str, typer.Option(help="Only places of these countries, separated by commas.")] = "",
    weight: Annotated[str, typer.Option(help="What the way is best in, as for route.")] = "time_h",
) -> None:
    """Print hours and dollars from every place to the sea, the farthest first.

    Example: corridors access --country UZB,TJK
    """
    from dataclasses import replace

    import corridors as cx
    from corridors import geodata
    from corridors.errors import UnknownNameError, did_you_mean

    network = load(where).network
    asked: Any = [place(t) for t in targets] if targets else "seaports"
    found = cx.access(network, asked, weight=weight, **terms.options())
    table = found.table
    wanted = [geodata.country_code(c) for c in items(country)]
    known = set(table["iso3"])
    for iso3 in wanted:
        if iso3 not in known:
            raise UnknownNameError(
                f"no country {iso3!r} in this network (ISO alpha-3 or name){did_you_mean(iso3, sorted(known))}"
            )
    if wanted:
        table = table[table["iso3"].isin(wanted)]
    table = table.sort_values(["time_h", "place_id"], ascending=[False, True], ignore_index=True)
    table.attrs.update(found.attrs)
    names = [c for c in table.columns if c not in ("geometry", "market_access")]
    give(out, replace(found, table=table), columns(table, names), network=network)


def simulate(
    pairs: Pairs,
    where: Where,
    terms: Terms,
    out: Out,
    n: Annotated[int, typer.Option("-n", help="How many draws.", min=1)] = 1000,
    seed: Seed = 1,
    k: Annotated[int, typer.Option("-k", help="How many alternatives.", min=1, max=10)] = 3,
) -> None:
    """Print how sure the hours and dollars are, and how often each way wins.

    Example: corridors simulate Almaty Duisburg -n 500
    """
    import corridors as cx

    network = load(where).network
    found = cx.simulate(network, list(_good(pairs)), n=n, seed=seed, k=k, **terms.options())
    cost = next((c for c in found.table.columns if c.startswith("cost_usd_")), "")
    shown = columns(found.table, [cost if name == "cost_usd" else name for name in _SIMULATED])
    give(out, found, shown, network=network, can_draw=any(found.routes.values()))
    for sentence in found.sentences():
        say(sentence)
    if (found.table["reason"] != "").all():
        raise typer.Exit(1)


def sweep(
    pairs: Pairs,
    source: Source,
    terms: Terms,
    out: Out,
    scenario: ManyScenarios = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Keep the chunks here; the same call goes on where it stopped."),
    ] = None,
    weight: Annotated[str, typer.Option(help="What the best route is best in, as for route.")] = "time_h",
) -> None:
    """Route every pair under every scenario, and under none.

    Example: corridors sweep Kashgar Tashkent Tashkent Karachi --scenario cku --scenario trans-afghan-kharlachi
    """
    import corridors as cx

    out.only_tables()
    network: Network = load_source(source)
    plans = [cx.Scenario("today"), *(cx.Scenario.load(s) for s in scenario or [])]
    found = cx.sweep(network, list(_good(pairs)), plans, out=folder, weight=weight, **terms.options())
    table = found.table()
    give(out, found, table)
    for reason in dict.fromkeys(table.loc[table["reason"] != "", "reason"]):
        say(reason)
    if (table["reason"] != "").all():
        raise typer.Exit(1)


def scenarios(out: Out) -> None:
    """List the ready-made scenarios.

    Example: corridors scenarios
    """
    from corridors.cli.atlas import scenario_table

    out.only_tables()
    table = scenario_table()
    give(out, table, table)


def _good(words: list[str], *, weighted: bool = False) -> dict[tuple[Any, Any], float]:
    """Return pairs and their weights, which add up where a pair comes twice; a bad row of a file is said and left out."""
    from corridors.errors import LayerError

    pairs: dict[tuple[Any, Any], float] = {}
    for row in read_pairs(words):
        fault = row.fault or (row.weight_fault if weighted else "")
        if fault:
            say(f"left out: {fault}")
        else:
            pairs[row.pair] = pairs.get(row.pair, 0.0) + row.weight
    if not pairs:
        raise LayerError(f"{words[0]}: there is no pair in it" if words else "give an origin and a destination")
    return pairs


COMMANDS = {
    "criticality": unfolded(criticality),
    "isolation": unfolded(isolation),
    "access": unfolded(access),
    "simulate": unfolded(simulate),
    "sweep": unfolded(sweep),
    "scenarios": unfolded(scenarios),
}
