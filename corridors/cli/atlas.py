"""Commands about what is there: border, map, data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli._inputs import load, load_source, read_pairs
from corridors.cli._options import CostModel, Out, Source, Terms, Where, unfolded
from corridors.cli._output import columns, draw, give, say
from corridors.cli.ways import compared

if TYPE_CHECKING:
    import pandas as pd

_CROSSINGS = ("crossing_id", "name", "mode", "gauge_a_mm", "gauge_b_mm", "status", "restriction", "dwell_ab_h", "dwell_ba_h",
              "model_ab_h", "model_ba_h")  # fmt: skip
_PUBLISHED = ("length_km", "source", "year", "ratio", "confidence")
_PARTS = ("segment", "status", "length_km", "valid_from", "valid_to")


def border(
    source: Source,
    out: Out,
    countries: Annotated[
        list[str] | None,
        typer.Argument(help="Two countries, ISO alpha-3 or names; one for all its borders; none for all borders."),
    ] = None,
    worldview: Annotated[str, typer.Option(help="de facto, or un-style.")] = "de facto",
    cost_model: CostModel = "simple",
) -> None:
    """Print a border: published lengths, parts and their status, crossings with their hours.

    Example: corridors border KGZ TJK

    Example: corridors border KAZ --format csv
    """
    import corridors as cx

    network = load_source(source)
    asked = countries or []
    if len(asked) > 2:
        raise typer.BadParameter(f"{len(asked)} countries are given; give two, one or none")
    if len(asked) < 2:
        out.only_tables()
        table = cx.border_table(network, countries=asked or None, worldview=worldview)
        give(out, table, table.drop(columns=["published_source", "n_published"]))
        return
    found = cx.border(network, *asked, worldview=worldview, cost=cost_model)
    shown = {
        "Published lengths": columns(found.published, _PUBLISHED),
        "Status": columns(found.segments, _PARTS),
        "Crossings": columns(found.crossings, _CROSSINGS),
    }
    give(out, found, shown, network=network)
    say(repr(found)[1:-1])


def map_(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The .html file to write.")],
    where: Where,
    terms: Terms,
    pairs: Annotated[
        list[str] | None,
        typer.Argument(help="Places two and two, or a .csv file of pairs; without, the whole network."),
    ] = None,
    k: Annotated[int, typer.Option("-k", help="How many routes that avoid.", min=1, max=10)] = 2,
    weight: Annotated[str, typer.Option(help="As for route.")] = "time_h",
) -> None:
    """Draw the whole network, or routes, on one map that opens without the internet.

    Example: corridors map -o network.html

    Example: corridors map Tashkent Karachi --scenario trans-afghan-kharlachi -o karachi.html
    """
    from corridors.errors import LayerError

    if output.suffix.lower() != ".html":
        raise LayerError(f"cannot write {output.name!r}; the ending must be .html")
    loaded = load(where)
    if not pairs:
        draw(loaded.network, output, None)
        return
    found = compared(loaded, read_pairs(pairs), terms, weight=weight, k=k)
    for reason in dict.fromkeys(found.table.loc[found.table["reason"] != "", "reason"]):
        say(reason)
    if not found.routes:
        raise typer.Exit(1)
    draw(found, output, loaded.network)


# What is embedded ----------------------------------------------------------------------------------------------------


def data(
    out: Out,
    what: Annotated[
        str,
        typer.Argument(
            help="layers, licences, citations, scenarios, cost-models; or a layer or table by its name, such as rail, "
            "stations, corridors, sources."
        ),
    ] = "layers",
) -> None:
    """List what is embedded: layers, sources, licences, citations; or print one of its layers and tables.

    Example: corridors data

    Example: corridors data crossings -o crossings.gpkg
    """
    out.only_tables()
    table = _LISTS[what]() if what in _LISTS else _layer(what)
    shown = table.drop(columns="geometry") if "geometry" in table else table
    give(out, table, shown)


def _layer(name: str) -> Any:
    """Return an embedded layer or table; its metadata say where it is from."""
    import corridors as cx
    from corridors.errors import UnknownNameError, did_you_mean

    known = list(cx.catalog().index)
    if name not in known:
        every = [*_LISTS, *known]
        raise UnknownNameError(f"no layer or list {name!r}{did_you_mean(name, every)}; there are {', '.join(every)}")
    found = cx.load(name)
    entry = cx.provenance(name)
    found.attrs.update({"name": "corridors", "layer": name, **{k: v for k, v in entry.items() if k in _SAID and v}})
    return found


_SAID = ("source", "vintage", "licence", "attribution", "worldview")


def _layers() -> pd.DataFrame:
    import corridors as cx

    return cx.catalog().reset_index()[["layer", "kind", "vintage", "licence", "worldview", "source"]]


def _licences() -> pd.DataFrame:
    """Return one row a licence and attribution, with the layers under it."""
    import corridors as cx

    groups = cx.catalog().reset_index().groupby(["licence", "attribution"], sort=True)["layer"]
    return groups.agg(", ".join).rename("layers").reset_index()


def _citations() -> pd.DataFrame:
    """Return the sources of the tables as lines that can be cited."""
    import corridors as cx
    from corridors.routing._anatomy import citation

    table = cx.load("sources")
    lines = [citation(str(row["source_id"]), row) for row in table.to_dict("records")]
    return table[["source_id", "kind"]].assign(citation=lines)


def scenario_table() -> pd.DataFrame:
    """Return the ready-made scenarios: id, name, note."""
    import pandas as pd

    import corridors as cx

    loaded = {i: cx.Scenario.load(i) for i in cx.Scenario.ready_made()}
    return pd.DataFrame([{"id": i, "name": s.name, "note": s.note} for i, s in loaded.items()])


def _cost_models() -> pd.DataFrame:
    import pandas as pd

    from corridors.cost import cost_model, presets

    models = [cost_model(name) for name in presets()]
    return pd.DataFrame(
        [{"id": m.name, "title": m.title, "basis": m.basis, "year": m.year, "measures": m.measures} for m in models]
    )


_LISTS: dict[str, Callable[[], Any]] = {
    "layers": _layers,
    "licences": _licences,
    "citations": _citations,
    "scenarios": scenario_table,
    "cost-models": _cost_models,
}

COMMANDS = {"border": unfolded(border), "map": unfolded(map_), "data": unfolded(data)}
