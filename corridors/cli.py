"""The command line: the same questions, answered in a terminal.

``corridors route A B``, ``corridors compare A B -o map.html``, ``corridors report A B -o report.html``, ``corridors map -o
map.html``, ``corridors validate --reference``, ``corridors data``. Tables go to standard output; what is said beside them
goes to standard error. Exit codes: 0 found, 1 no route or a broken invariant, 2 bad usage.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network import Network
    from corridors.scenario import Scenario

app = typer.Typer(
    help="Trade corridors and borders: which way, how far, how long, how many borders, and what changes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """How a table is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "md"


Origin = Annotated[str, typer.Argument(help="Name, id, UN/LOCODE, or lon,lat")]
Destination = Annotated[str, typer.Argument(help="Name, id, UN/LOCODE, or lon,lat")]
Weight = Annotated[str, typer.Option(help="time_h, length_km, cost, generalised, n_crossings or n_transshipments")]
Avoid = Annotated[str, typer.Option(help="Countries, blocs, crossings, lines or modes, separated by commas")]
Modes = Annotated[str, typer.Option(help="rail, road, sea, separated by commas")]
Open = Annotated[list[str] | None, typer.Option("--open", help="Open a line or crossing; may be repeated")]
Close = Annotated[list[str] | None, typer.Option("--close", help="Close a line or crossing; may be repeated")]
ScenarioFile = Annotated[
    str, typer.Option("--scenario", help="Id of a ready-made scenario (corridors scenarios), or a .toml file")
]
AsOf = Annotated[str, typer.Option(help="Day whose state of the crossings holds, or latest")]
CostModel = Annotated[str, typer.Option(help="Preset or path of a .toml file")]
Cargo = Annotated[str, typer.Option(help="teu, feu, tonne or truck")]
Month = Annotated[int | None, typer.Option(help="Month, 1 to 12, for crossings that shut in a season", min=1, max=12)]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", help="Write a map (.html) or the table (.csv, .md, .json)")
]
TableFormat = Annotated[Format, typer.Option("--format", help="How the table is printed")]


@app.command()
def route(
    origin: Origin,
    destination: Destination,
    weight: Weight = "time_h",
    avoid: Avoid = "",
    modes: Modes = "rail,sea",
    via: Annotated[list[str] | None, typer.Option(help="Place to pass; may be repeated, in order")] = None,
    open_: Open = None,
    close: Close = None,
    scenario: ScenarioFile = "",
    as_of: AsOf = "latest",
    cost_model: CostModel = "simple",
    cargo: Cargo = "teu",
    month: Month = None,
    output: Output = None,
    format_: TableFormat = Format.TABLE,
) -> None:
    """Print the best route leg by leg. Example: corridors route Almaty Karachi --avoid RUS."""
    import corridors as cx

    network, _ = _network(as_of, open_, close, scenario)
    found = cx.route(
        network, _place(origin), _place(destination), weight=weight, avoid=_items(avoid), modes=_items(modes),
        via=[_place(v) for v in via or []], cost=cost_model, cargo=cargo, month=month,
    )  # fmt: skip
    table = stages(found)
    _print(table, format_)
    _say(repr(found)[1:-1])
    _write(output, found, table, network)


@app.command()
def compare(
    origin: Origin,
    destination: Destination,
    weight: Weight = "time_h",
    avoid: Avoid = "RUS,BLR",
    modes: Modes = "rail,sea",
    k: Annotated[int, typer.Option("-k", help="How many routes that avoid", min=1, max=10)] = 2,
    open_: Open = None,
    close: Close = None,
    scenario: ScenarioFile = "",
    as_of: AsOf = "latest",
    cost_model: CostModel = "simple",
    cargo: Cargo = "teu",
    month: Month = None,
    output: Output = None,
    format_: TableFormat = Format.TABLE,
) -> None:
    """Compare the best route with those that avoid countries. Example: corridors compare Almaty Duisburg -o out.html."""
    import corridors as cx

    network, plan = _network(as_of, open_, close, scenario)
    networks = {"baseline": cx.load_network(as_of=as_of), plan.name: network} if plan else {"baseline": network}
    found = cx.compare(
        networks, [(_place(origin), _place(destination))], avoid=_items(avoid), k=k, weight=weight, modes=_items(modes),
        cost=cost_model, cargo=cargo, month=month,
    )  # fmt: skip
    table = found.table
    _print(table[_shown_columns(table)] if format_ is Format.TABLE else table, format_)
    for reason in found.table.loc[found.table["reason"] != "", "reason"]:
        _say(reason)
    _write(output, found, found.table, network)
    if not found.routes:
        raise typer.Exit(1)


@app.command()
def validate(
    reference: Annotated[
        bool, typer.Option("--reference", help="Compare the embedded network with published figures")
    ] = False,
    kind: Annotated[
        str, typer.Option(help="Only these kinds: distance, line, network, crossing, corridor, outside, invariant")
    ] = "",
    output: Output = None,
    format_: TableFormat = Format.TABLE,
) -> None:
    """Print how good the embedded network is; exit code 1 if an invariant is broken. Example: corridors validate --reference."""
    import corridors as cx
    from corridors._files import write_whole

    if not reference:
        raise typer.BadParameter("give --reference, the embedded network; your own is checked when it is built")
    found = cx.validate_reference(cx.load_network())
    kinds = _items(kind) or sorted(set(found.table["kind"]))
    is_data = format_ in (Format.CSV, Format.JSON)
    table = found.table if is_data else found.readable()
    _print(table[table["kind"].isin(kinds)], format_)
    _say(found.summary)
    for failure in found.failures:
        _say(f"broken: {failure}")
    if output is not None and output.suffix == ".md":
        write_whole(output, found.to_markdown().encode())
        _say(f"wrote {output}")
    else:
        _write(output, found, found.table, None)
    if found.failures:
        raise typer.Exit(1)


@app.command()
def report(
    origin: Origin,
    destination: Destination,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .html file to write")],
    weight: Weight = "time_h",
    avoid: Avoid = "RUS,BLR",
    modes: Modes = "rail,sea",
    k: Annotated[int, typer.Option("-k", help="How many routes that avoid", min=1, max=10)] = 2,
    open_: Open = None,
    close: Close = None,
    scenario: ScenarioFile = "",
    as_of: AsOf = "latest",
    cost_model: CostModel = "simple",
    cargo: Cargo = "teu",
    month: Month = None,
) -> None:
    """Write one page of finding, map, charts, table and sources. Example: corridors report Almaty Duisburg -o report.html."""
    import corridors as cx
    from corridors import report as pages
    from corridors.errors import LayerError

    if output.suffix != ".html":
        raise LayerError(f"cannot write {output.name!r}; the ending must be .html")
    network, plan = _network(as_of, open_, close, scenario)
    networks = {"baseline": cx.load_network(as_of=as_of), plan.name: network} if plan else {"baseline": network}
    found = cx.compare(
        networks, [(_place(origin), _place(destination))], avoid=_items(avoid), k=k, weight=weight, modes=_items(modes),
        cost=cost_model, cargo=cargo, month=month,
    )  # fmt: skip
    for reason in found.table.loc[found.table["reason"] != "", "reason"]:
        _say(reason)
    if not found.routes:
        raise typer.Exit(1)
    pages.report(found, output, network=network)
    _say(f"wrote {output}")


@app.command()
def criticality(
    pairs: Annotated[list[str], typer.Argument(help="Places, two and two: Tashkent Karachi Almaty Duisburg")],
    of: Annotated[str, typer.Option(help="crossings, lines, ports or countries")] = "crossings",
    avoid: Avoid = "",
    modes: Modes = "rail,sea",
    open_: Open = None,
    close: Close = None,
    scenario: ScenarioFile = "",
    as_of: AsOf = "latest",
    cost_model: CostModel = "simple",
    cargo: Cargo = "teu",
    output: Output = None,
    format_: TableFormat = Format.TABLE,
) -> None:
    """Print what shutting each crossing, line, port or country adds. Example: corridors criticality Tashkent Karachi."""
    import corridors as cx

    network, _ = _network(as_of, open_, close, scenario)
    found = cx.criticality(
        network, _pairs(pairs), of=of, avoid=_items(avoid), modes=_items(modes), cost=cost_model, cargo=cargo
    )
    _print(found.table, format_)
    for row in found.single_points_of_failure.itertuples():
        _say(str(row.reason))
    _write(output, found, found.losers, network)


@app.command()
def access(
    targets: Annotated[list[str] | None, typer.Argument(help="Places to reach; without, the nearest seaport")] = None,
    country: Annotated[str, typer.Option(help="Only places of these countries, separated by commas")] = "",
    avoid: Avoid = "",
    modes: Modes = "rail,sea",
    open_: Open = None,
    close: Close = None,
    scenario: ScenarioFile = "",
    as_of: AsOf = "latest",
    cost_model: CostModel = "simple",
    cargo: Cargo = "teu",
    output: Output = None,
    format_: TableFormat = Format.TABLE,
) -> None:
    """Print hours and dollars from every place to the sea. Example: corridors access --country UZB,KAZ."""
    import corridors as cx

    network, _ = _network(as_of, open_, close, scenario)
    asked = [_place(t) for t in targets] if targets else "seaports"
    found = cx.access(network, asked, avoid=_items(avoid), modes=_items(modes), cost=cost_model, cargo=cargo)
    table = found.table.drop(columns=["geometry", "market_access"])
    if country:
        table = table[table["iso3"].isin([c.upper() for c in _items(country)])]
    table = table.sort_values(["time_h", "place_id"], ascending=[False, True], ignore_index=True)
    _print(table, format_)
    _write(output, found, table, network)


@app.command()
def simulate(
    origin: Origin,
    destination: Destination,
    n: Annotated[int, typer.Option("-n", help="How many draws", min=1)] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers")] = 1,
    k: Annotated[int, typer.Option("-k", help="How many alternatives", min=1, max=10)] = 4,
    avoid: Avoid = "",
    modes: Modes = "rail,sea",
    open_: Open = None,
    close: Close = None,
    scenario: ScenarioFile = "",
    as_of: AsOf = "latest",
    cost_model: CostModel = "simple",
    cargo: Cargo = "teu",
    output: Output = None,
    format_: TableFormat = Format.TABLE,
) -> None:
    """Print how sure the hours and dollars are, and how often each way wins. Example: corridors simulate Almaty Duisburg."""
    import corridors as cx

    network, _ = _network(as_of, open_, close, scenario)
    found = cx.simulate(
        network, [(_place(origin), _place(destination))], n=n, seed=seed, k=k, avoid=_items(avoid), modes=_items(modes),
        cost=cost_model, cargo=cargo,
    )  # fmt: skip
    _print(found.table, format_)
    for sentence in found.sentences():
        _say(sentence)
    _write(output, found, found.table, network)
    if (found.table["reason"] != "").all():
        raise typer.Exit(1)


@app.command()
def scenarios(format_: TableFormat = Format.TABLE) -> None:
    """List the ready-made scenarios. Example: corridors scenarios."""
    import pandas as pd

    import corridors as cx

    loaded = {i: cx.Scenario.load(i) for i in cx.Scenario.ready_made()}
    _print(pd.DataFrame([{"id": i, "name": s.name, "note": s.note} for i, s in loaded.items()]), format_)


@app.command()
def alternatives(
    origin: Origin,
    destination: Destination,
    weight: Weight = "time_h",
    avoid: Avoid = "",
    avoid_mode: Annotated[
        str, typer.Option(help="territory, or control: running through without a stop is allowed")
    ] = "territory",
    modes: Modes = "rail,sea",
    k: Annotated[int, typer.Option("-k", help="How many routes", min=1, max=20)] = 4,
    max_overlap: Annotated[float, typer.Option(help="Shared km over those of the shorter route", min=0, max=1)] = 0.6,
    max_detour: Annotated[float, typer.Option(help="Weight over that of the best route", min=1)] = 2.0,
    open_: Open = None,
    close: Close = None,
    scenario: ScenarioFile = "",
    as_of: AsOf = "latest",
    cost_model: CostModel = "simple",
    cargo: Cargo = "teu",
    month: Month = None,
    output: Output = None,
    format_: TableFormat = Format.TABLE,
) -> None:
    """Print routes that really differ. Example: corridors alternatives Almaty Duisburg -k 5."""
    import corridors as cx

    network, _ = _network(as_of, open_, close, scenario)
    found = cx.alternatives(
        network, _place(origin), _place(destination), k=k, max_overlap=max_overlap, max_detour=max_detour, weight=weight,
        avoid=_items(avoid), avoid_mode=avoid_mode, modes=_items(modes), cost=cost_model, cargo=cargo, month=month,
    )  # fmt: skip
    table = found.table()
    shown = ["route", "length_km", "days", found[0].cost_column, "n_crossings", "overlap", "stretch", "differs_by"]
    _print(table[shown] if format_ is Format.TABLE else table, format_)
    _write(output, found, table, network)


@app.command("map")
def map_(
    output: Annotated[Path, typer.Option("-o", "--output", help="The .html file to write")],
    open_: Open = None,
    close: Close = None,
    scenario: ScenarioFile = "",
    as_of: AsOf = "latest",
) -> None:
    """Draw the whole network. Example: corridors map -o network.html."""
    network, _ = _network(as_of, open_, close, scenario)
    _write(output, network, None, None)


@app.command()
def build(
    output: Annotated[Path, typer.Option("-o", "--output", help="The network file to write: .gpkg or .npz")],
    rail: Annotated[Path | None, typer.Option(help="Lines of rail, any file GDAL reads")] = None,
    road: Annotated[Path | None, typer.Option(help="Lines of road")] = None,
    osm: Annotated[Path | None, typer.Option(help="An OpenStreetMap file, .osm.pbf or .osm; its rail is taken")] = None,
    snap_m: Annotated[float, typer.Option(help="Ends this near are one node, metres", min=0)] = 50.0,
    gap_m: Annotated[float, typer.Option(help="Loose ends this near are joined, metres", min=0)] = 0.0,
) -> None:
    """Make a network file of your own lines. Example: corridors build --osm kyrgyzstan.osm.pbf -o kyrgyzstan.gpkg."""
    import corridors as cx

    lines: Any = rail
    if osm is not None:
        from corridors.collect.osm import read_osm

        lines, snap_m = read_osm(osm), min(snap_m, 2.0)  # ways of OpenStreetMap meet exactly
    network = cx.build_network(rail=lines, road=road, snap_m=snap_m, gap_m=gap_m, name=output.stem)
    cx.save_network(network, output)
    _say(str(network.report()))
    _say(f"wrote {output}")


@app.command()
def data(format_: TableFormat = Format.TABLE) -> None:
    """List what is embedded: layers, sources, licences. Example: corridors data."""
    import corridors as cx

    _print(cx.catalog().reset_index()[["layer", "vintage", "licence", "worldview", "source"]], format_)


def stages(found: Any) -> pd.DataFrame:
    """Return the legs of a route put together: one row for each stretch on one line in one country, and each standstill."""
    import pandas as pd

    legs = found.legs
    key = legs["kind"] + "|" + legs["line_id"] + "|" + legs["country"] + "|" + legs["gauge_mm"].astype(str)
    run = ((key != key.shift()) | ~legs["kind"].isin(("track", "road", "sea"))).cumsum()
    rows = [
        {
            "kind": part["kind"].iloc[0],
            "line": part["line_name"].iloc[0],
            "country": part["country"].iloc[0].replace("|", "-"),
            "gauge_mm": part["gauge_mm"].iloc[0] or "",
            "from": part["from_name"].iloc[0],
            "to": part["to_name"].iloc[-1],
            "length_km": part["length_km"].sum(),
            "time_h": part["time_h"].sum(),
            found.cost_column: part[found.cost_column].sum(min_count=1),
        }
        for _, part in legs.groupby(run)
    ]
    table = pd.DataFrame(rows)
    table["cumulative_km"], table["cumulative_h"] = table["length_km"].cumsum(), table["time_h"].cumsum()
    table.attrs.update(found.attrs)
    return table


def _shown_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns of a comparison that a terminal has room for."""
    hidden = (
        "origin", "destination", "time_h", "is_lower_bound", "standing_h", "connector_km", "assumed_cost_share",
        "detour_factor", "crossings", "cost_model", "basis", "extra_h_pct", "extra_usd", "extra_usd_pct", "is_quickest",
        "sanctioned_transit", "restrictions", "reason",
    )  # fmt: skip
    names = [c for c in table.columns if c not in hidden]
    return names if len(set(table["scenario"])) > 1 else [c for c in names[1:] if c != "extra_h"]


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _place(text: str) -> Any:
    """Return (lon, lat) where two numbers were written, else the name."""
    parts = text.split(",")
    if len(parts) == 2:
        try:
            return float(parts[0]), float(parts[1])
        except ValueError:
            return text
    return text


def _pairs(places: list[str]) -> list[tuple[Any, Any]]:
    """Return places two and two."""
    if len(places) % 2:
        raise typer.BadParameter(f"{len(places)} places are no pairs; give an origin and a destination for each")
    asked = [_place(p) for p in places]
    return list(zip(asked[::2], asked[1::2], strict=True))


def _network(
    as_of: str, opened: list[str] | None, closed: list[str] | None, file: str = ""
) -> tuple[Network, Scenario | None]:
    import corridors as cx

    network = cx.load_network(as_of=as_of)
    if not (opened or closed or file):
        return network, None
    names = [f"open {name}" for name in opened or []] + [f"close {name}" for name in closed or []]
    scenario = cx.Scenario(", ".join(names)).open(*(opened or [])).close(*(closed or []))
    if file:
        loaded = cx.Scenario.load(file)
        scenario = loaded.then(scenario) if names else loaded
    applied = scenario.apply(network)
    _say(
        "; ".join(
            f"{what.replace('_', ' ')}: {', '.join(applied.attrs[what])}"
            for what in ("opened", "closed", "changed", "no_transit", "loose_ends", "not_opened")
            if applied.attrs.get(what)
        )
        or str(scenario)
    )
    return applied, scenario


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _print(table: pd.DataFrame, format_: Format) -> None:
    if format_ is Format.TABLE:
        _print_pretty(table)
    else:
        sys.stdout.write(plain(table, format_))


def plain(table: pd.DataFrame, format_: Format) -> str:
    """Return a table as CSV, JSON or Markdown text."""
    if format_ is Format.CSV:
        return str(table.to_csv(index=False, float_format="%.3f"))
    if format_ is Format.JSON:
        return str(table.to_json(orient="records", indent=1, double_precision=3, force_ascii=False)) + "\n"
    return markdown(table) + "\n"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
    return str(value)


def markdown(table: pd.DataFrame) -> str:
    """Return a table in Markdown, numbers rounded for reading."""
    rows = [list(table.columns), ["---"] * len(table.columns)]
    rows += [[_shown(v).replace("|", "\\|") for v in row] for row in table.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _print_pretty(table: pd.DataFrame) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 220, highlight=False)
    empty = [c for c in table.columns if table[c].map(_shown).eq("").all()]
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    kept = [c for c in table.columns if c not in empty]
    for name in kept:
        drawn.add_column(name, justify="right" if table[name].dtype.kind in "fi" else "left", overflow="fold")
    for row in table[kept].itertuples(index=False):
        drawn.add_row(*(_shown(v) for v in row))
    console.print(drawn)
    stamp = [
        f"{k.replace('_', ' ')}: {table.attrs[k]}"
        for k in ("scenario", "as_of", "cost_model", "worldview")
        if k in table.attrs
    ]
    if stamp:
        console.print("; ".join(stamp), soft_wrap=True)


def _write(output: Path | None, what: Any, table: pd.DataFrame | None, network: Network | None) -> None:
    if output is None:
        return
    from corridors._files import write_whole
    from corridors.errors import LayerError

    if output.suffix == ".html":
        from corridors import maps

        maps.draw(what, network=network).save(output)
    elif table is not None and output.suffix[1:] in ("csv", "md", "json"):
        write_whole(output, plain(table, Format(output.suffix[1:])).encode())
    else:
        raise LayerError(f"cannot write {output.name!r}; the ending must be .html, .csv, .md or .json")
    _say(f"wrote {output}")


def main() -> None:
    """Run the command line; an error of this package is one line, not a traceback."""
    from corridors.errors import CorridorError, NoRouteError

    try:
        app()
    except NoRouteError as error:
        _say(f"corridors: {error}")
        sys.exit(1)
    except (CorridorError, ValueError) as error:
        _say(f"corridors: {error}")
        sys.exit(2)
