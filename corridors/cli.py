"""The command line: the same questions, answered in a terminal.

``corridors route A B``, ``corridors compare A B -o map.html``, ``corridors map -o map.html``, ``corridors data``. Tables go
to standard output; what is said beside them goes to standard error. Exit codes: 0 found, 1 no route, 2 bad usage.
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
    as_of: AsOf = "latest",
    cost_model: CostModel = "simple",
    cargo: Cargo = "teu",
    month: Month = None,
    output: Output = None,
    format_: TableFormat = Format.TABLE,
) -> None:
    """Print the best route leg by leg. Example: corridors route Almaty Karachi --avoid RUS."""
    import corridors as cx

    network, _ = _network(as_of, open_, close)
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
    as_of: AsOf = "latest",
    cost_model: CostModel = "simple",
    cargo: Cargo = "teu",
    month: Month = None,
    output: Output = None,
    format_: TableFormat = Format.TABLE,
) -> None:
    """Compare the best route with those that avoid countries. Example: corridors compare Almaty Duisburg -o out.html."""
    import corridors as cx

    network, scenario = _network(as_of, open_, close)
    networks = {"baseline": cx.load_network(as_of=as_of), "scenario": network} if scenario else {"baseline": network}
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


@app.command("map")
def map_(
    output: Annotated[Path, typer.Option("-o", "--output", help="The .html file to write")],
    open_: Open = None,
    close: Close = None,
    as_of: AsOf = "latest",
) -> None:
    """Draw the whole network. Example: corridors map -o network.html."""
    network, _ = _network(as_of, open_, close)
    _write(output, network, None, None)


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
        "detour_factor", "crossings", "reason",
    )  # fmt: skip
    names = [c for c in table.columns if c not in hidden]
    return names if len(set(table["scenario"])) > 1 else names[1:]


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


def _network(as_of: str, opened: list[str] | None, closed: list[str] | None) -> tuple[Network, Scenario | None]:
    import corridors as cx

    network = cx.load_network(as_of=as_of)
    if not (opened or closed):
        return network, None
    names = [f"open {name}" for name in opened or []] + [f"close {name}" for name in closed or []]
    scenario = cx.Scenario(", ".join(names)).open(*(opened or [])).close(*(closed or []))
    applied = scenario.apply(network)
    _say(
        "; ".join(
            f"{what}: {', '.join(applied.attrs[what])}"
            for what in ("opened", "closed", "loose_ends")
            if applied.attrs[what]
        )
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
