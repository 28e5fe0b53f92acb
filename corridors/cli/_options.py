"""The options that commands share, each said once.

A command takes a group (`Where`, `Terms`, `Out`) as one parameter; `unfolded` lays its fields out as options, so that a new
option of a group reaches every command that has the group.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from typer import Argument, Option

from corridors.cli import _complete
from corridors.errors import LayerError

HELP_NAMES = {"help_option_names": ["-h", "--help"]}


class Format(StrEnum):
    """How a table is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "md"
    LATEX = "tex"
    EXCEL = "xlsx"
    GEOJSON = "geojson"
    GEOPACKAGE = "gpkg"
    PARQUET = "parquet"


Origin = Annotated[str, Argument(help="Name, id, UN/LOCODE, or lon,lat.", autocompletion=_complete.places)]
Destination = Annotated[str, Argument(help="Name, id, UN/LOCODE, or lon,lat.", autocompletion=_complete.places)]
Pairs = Annotated[
    list[str],
    Argument(
        help="Places two and two (Tashkent Karachi Almaty Duisburg), or a .csv file with the columns origin and destination; "
        "- reads it from standard input.",
        autocompletion=_complete.places,
    ),
]
Weight = Annotated[
    str,
    Option(
        help="time_h, length_km, cost, generalised, n_crossings or n_transshipments.", autocompletion=_complete.weights
    ),
]
Avoid = Annotated[
    list[str] | None,
    Option(
        help="Countries, blocs, crossings, lines or modes, separated by commas; may be repeated.",
        autocompletion=_complete.avoidable,
    ),
]
Modes = Annotated[
    str | None,
    Option(help="rail, road, sea, separated by commas. Without: rail and sea, or those of the named corridor."),
]
CostModel = Annotated[
    str, Option(help="Preset (corridors data cost-models), or a .toml file.", autocompletion=_complete.cost_models)
]
Corridor = Annotated[
    str | None,
    Option(help="Hold the route to a named corridor (corridors data corridors).", autocompletion=_complete.corridors),
]
ManyScenarios = Annotated[
    list[str] | None,
    Option(
        "--scenario",
        help="Id of a ready-made scenario, or a .toml file; may be repeated.",
        autocompletion=_complete.scenarios,
    ),
]
Seed = Annotated[int, Option(help="The same seed gives the same numbers.")]


@dataclass(frozen=True)
class Source:
    """Which network."""

    network: Annotated[
        Path | None, Option(metavar="FILE", help="A network file of your own, .gpkg or .npz (corridors build).")
    ] = None
    as_of: Annotated[str, Option(help="Day whose state of the crossings holds (2025-09-30), or latest.")] = "latest"


@dataclass(frozen=True)
class Where(Source):
    """Which network, and what is changed in it."""

    scenario: Annotated[
        str | None,
        Option(
            metavar="FILE|ID", help="A .toml file, or a ready-made scenario (corridors data scenarios).",
            autocompletion=_complete.scenarios,
        ),
    ] = None  # fmt: skip
    open_: Annotated[
        list[str] | None,
        Option("--open", help="Open a line or crossing; may be repeated.", autocompletion=_complete.parts),
    ] = None
    close: Annotated[
        list[str] | None,
        Option(
            help="Close a line, crossing, port, country or border; may be repeated.", autocompletion=_complete.parts
        ),
    ] = None


Cargo = Annotated[
    str | None,
    Option(
        help="What is carried and priced: teu, feu, tonne (of bulk) or truck; it changes mode only where a transfer takes it."
    ),
]


@dataclass(frozen=True)
class Terms:
    """What a journey must keep to, and what it is priced with."""

    avoid: Avoid = None
    modes: Modes = None
    cost_model: CostModel = "simple"
    cargo: Cargo = None
    month: Annotated[int | None, Option(help="1 to 12, for crossings that shut in a season.", min=1, max=12)] = None

    def options(self, *, avoid: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return them as keywords of the library; ``avoid`` is what is kept out of where nothing was said."""
        said = avoid if self.avoid is None else tuple(items(*self.avoid))
        return {
            "avoid": said,
            "modes": None if self.modes is None else items(self.modes),
            "cost": self.cost_model,
            "cargo": self.cargo,
            "month": self.month,
        }


@dataclass(frozen=True)
class Out:
    """Where the answer goes."""

    output: Annotated[
        list[Path] | None,
        Option(
            "-o", "--output", metavar="FILE", help="Write a map (.html) or the tables (.csv .xlsx .gpkg .geojson .shp .json .md "
            ".tex .parquet); may be repeated.",
        ),
    ] = None  # fmt: skip
    format_: Annotated[
        Format | None,
        Option("-f", "--format", help="How the table is printed; in a terminal table, in a pipe csv."),
    ] = None
    table: Annotated[
        str | None,
        Option(metavar="NAME", help="Only this table of the result (legs, crossings …), for --format and -o."),
    ] = None

    def __post_init__(self) -> None:
        """Refuse a file that cannot be written before the work is done, not after."""
        for path in self.output or []:
            if path.suffix.lower() != ".html":
                from corridors import export

                try:
                    export.format_of(path)
                except LayerError as error:
                    raise LayerError(f"{error}, or .html for a map") from None

    def only_tables(self) -> None:
        """Refuse a map of what no map can show, before the work is done."""
        for path in self.output or []:
            if path.suffix.lower() == ".html":
                raise LayerError(f"cannot write {str(path)!r}: this command gives tables, and nothing to draw on a map")


def items(*texts: str) -> list[str]:
    """Return the items of texts that are separated by commas."""
    return [item.strip() for text in texts for item in text.split(",") if item.strip()]


def unfolded(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function whose groups of options are laid out as its own keywords, as typer wants them."""
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    parameters = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in groups:
            parameters.append(parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY))
    for group in groups.values():
        said = get_type_hints(group, include_extras=True)
        parameters += [
            inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=said[f.name])
            for f in fields(group)
        ]

    @wraps(function)
    def command(**given: Any) -> None:
        made = {name: group(**{f.name: given.pop(f.name) for f in fields(group)}) for name, group in groups.items()}
        function(**given, **made)

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command
