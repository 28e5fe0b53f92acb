"""Commands about files of one's own: build, validate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from corridors.cli._options import Format, Out, items, unfolded
from corridors.cli._output import give, say
from corridors.errors import SchemaError

File = Path | None


def build(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The network file to write: .gpkg or .npz.")
    ],
    rail: Annotated[
        File,
        typer.Option(metavar="FILE", help="Lines of rail, any file GDAL reads; of several layers FILE|layername=NAME."),
    ] = None,
    road: Annotated[File, typer.Option(metavar="FILE", help="Lines of road.")] = None,
    sea: Annotated[File, typer.Option(metavar="FILE", help="Sea lanes and ferries.")] = None,
    proposed: Annotated[
        File, typer.Option(metavar="FILE", help="Planned lines; they carry nothing until a scenario opens them.")
    ] = None,
    borders: Annotated[File, typer.Option(metavar="FILE", help="Country polygons; without, the embedded ones.")] = None,
    crossings: Annotated[
        File, typer.Option(metavar="FILE", help="Border crossing points; without, the embedded ones.")
    ] = None,
    places: Annotated[
        File, typer.Option(metavar="FILE", help="Points that name the nodes; without, the embedded ones.")
    ] = None,
    osm: Annotated[
        File, typer.Option(metavar="FILE", help="An OpenStreetMap file, .osm.pbf or .osm; its rail is taken.")
    ] = None,
    snap_m: Annotated[float, typer.Option(help="Ends this near are one node, metres.", min=0)] = 50.0,
    gap_m: Annotated[float, typer.Option(help="Loose ends this near are joined, metres.", min=0)] = 0.0,
    parallels_m: Annotated[float, typer.Option(help="Tracks this near become one, metres; 0 keeps all.", min=0)] = 0.0,
    no_repair: Annotated[bool, typer.Option("--no-repair", help="Leave the lines as they are.")] = False,
    contract: Annotated[bool, typer.Option("--contract", help="One edge for each chain between junctions.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=COLUMN",
            help="What a column is called in the files: name=NAME_RU, or in one layer: places.name=NAZVANIE; may be repeated.",
        ),
    ] = None,
    default: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="What holds where a file says nothing: gauge_mm=1520; may be repeated."
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of the text in Shapefiles that is no UTF-8, such as cp1251.")
    ] = None,
) -> None:
    """Make a network file of your own lines, and say what was repaired and what looks wrong.

    Example: corridors build --rail lines.geojson --default gauge_mm=1520 -o own.gpkg
    """
    import corridors as cx

    lines: Any = rail
    if osm is not None:
        if rail is not None:
            raise typer.BadParameter("give --rail or --osm, not both")
        from corridors.collect.osm import read_osm

        lines, snap_m = read_osm(osm), min(snap_m, 2.0)  # ways of OpenStreetMap meet exactly
    if all(layer is None for layer in (lines, road, sea, proposed)):
        raise typer.BadParameter("there is nothing to build; give --rail, --road, --sea, --proposed or --osm")
    network = cx.build_network(
        rail=lines, road=road, sea=sea, proposed=proposed, borders=borders, crossings=crossings, places=places,
        snap_m=snap_m, gap_m=gap_m, parallels_m=parallels_m, repair=not no_repair, contract=contract,
        columns=_settings(column), defaults={k: _value(v) for k, v in _settings(default).items()}, encoding=encoding,
        name=output.stem,
    )  # fmt: skip
    cx.save_network(network, output)
    say(str(network.report()))
    say(f"wrote {output}")


def validate(
    out: Out,
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Lines, borders, places or crossings that GDAL reads; a network file; a .csv table or file of pairs; a scenario "
            "or cost model (.toml)."
        ),
    ] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Compare the embedded network with published figures.")
    ] = False,
    kind: Annotated[
        str,
        typer.Option(
            help="Of a file: rail, road, sea, proposed, borders, crossings, places, or the schema of a table. Of --reference: "
            "distance, line, network, crossing, corridor, time, outside, invariant; separated by commas."
        ),
    ] = "",
    encoding: Annotated[
        str | None, typer.Option(help="Of the text in Shapefiles that is no UTF-8, such as cp1251.")
    ] = None,
) -> None:
    """Print what is wrong with a file of yours; or, with --reference, computed against published.

    Exit code 1 if there is an error in the file, or if something that must always hold is broken.

    Example: corridors validate lines.geojson

    Example: corridors validate --reference --kind invariant
    """
    if (file is None) == (not reference):
        raise typer.BadParameter("give a file, or --reference for the embedded network")
    out.only_tables()
    if reference:
        _validate_reference(out, kind)
        return
    from corridors.validation import check_file

    assert file is not None
    found = check_file(file, kind=kind, encoding=encoding)
    give(out, found, found)
    counts = {s: int(found.loc[found["severity"] == s, "n"].sum()) for s in ("error", "warning")}
    say(f"{file}: " + ", ".join(f"{n} {what}{'' if n == 1 else 's'}" for what, n in counts.items()))
    if counts["error"]:
        raise typer.Exit(1)


def _validate_reference(out: Out, kind: str) -> None:
    """Print the checks of the embedded network; ``-o`` a page writes the whole page, whatever the kinds."""
    from dataclasses import replace

    import corridors as cx
    from corridors._files import write_whole

    found = cx.validate_reference(cx.load_network())
    known = set(found.table["kind"])
    kinds = items(kind)
    if not set(kinds) <= known:
        raise SchemaError(f"kind is {kind!r}; it must be some of {', '.join(sorted(known))}")
    chosen = found.table["kind"].isin(kinds or sorted(known))
    shown = found.readable()[chosen]
    pages = [path for path in out.output or [] if path.suffix == ".md"]
    rest = replace(out, output=[path for path in out.output or [] if path not in pages])
    if rest.format_ is Format.MARKDOWN and not kinds:
        print(found.to_markdown(), end="")
    else:
        give(rest, replace(found, table=found.table[chosen]), shown)
    for path in pages:
        write_whole(path, found.to_markdown().encode())
        say(f"wrote {path}")
    say(found.summary)
    for failure in found.failures:
        say(f"broken: {failure}")
    if found.failures:
        raise typer.Exit(1)


def _settings(texts: list[str] | None) -> dict[str, str]:
    """Return what was written as NAME=VALUE."""
    pairs = [text.partition("=") for text in texts or []]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise typer.BadParameter(f"{name + equals + value!r} is no setting; write NAME=VALUE")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _value(text: str) -> Any:
    """Return a number where one was written."""
    try:
        return int(text)
    except ValueError:
        return text


COMMANDS = {"build": unfolded(build), "validate": unfolded(validate)}
