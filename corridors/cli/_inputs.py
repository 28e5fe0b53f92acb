"""From words and files to what the library takes: places, pairs, networks with a scenario."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corridors.cli._options import Source, Where
from corridors.cli._output import say
from corridors.errors import LayerError

if TYPE_CHECKING:
    from corridors.network import Network
    from corridors.scenario import Scenario

_FROM, _TO = ("origin", "from", "from_name"), ("destination", "to", "to_name")
_CHANGES = ("opened", "closed", "changed", "no_transit", "loose_ends", "not_opened")


@dataclass(frozen=True)
class Row:
    """A pair as it was given: its place in the file (0 without one), the two places, its weight, and what is wrong with it."""

    number: int
    origin: Any
    destination: Any
    weight: float = 1.0
    fault: str = ""

    @property
    def pair(self) -> tuple[Any, Any]:
        """Origin and destination."""
        return self.origin, self.destination


def place(text: str) -> Any:
    """Return (lon, lat) where two numbers were written, else the name."""
    parts = text.split(",")
    if len(parts) == 2:
        try:
            return float(parts[0]), float(parts[1])
        except ValueError:
            return text.strip()
    return text.strip()


def is_table(word: str) -> bool:
    """Return whether a word stands for a table of pairs or places: a .csv file, or - for standard input."""
    return word == "-" or word.lower().endswith(".csv")


def read_pairs(words: list[str]) -> list[Row]:
    """Return pairs from words two and two, or from one CSV file; a bad row is kept with its fault.

    Raises
    ------
    typer.BadParameter
        The words are no pairs.
    LayerError
        The file cannot be read, or has no two columns.
    """
    if len(words) == 1 and is_table(words[0]):
        return list(_rows(words[0]))
    if len(words) % 2:
        raise typer.BadParameter(
            f"{', '.join(map(repr, words))}: {len(words)} is no even number of places; give an origin and a destination, "
            "or a .csv file of pairs"
        )
    asked = [place(w) for w in words]
    return [Row(0, a, b) for a, b in zip(asked[::2], asked[1::2], strict=True)]


def read_places(words: list[str]) -> list[Any]:
    """Return places from words, and from the first column (or the one called place or name) of CSV files."""
    found: list[Any] = []
    for word in words:
        if not is_table(word):
            found.append(place(word))
            continue
        names, rows = _table(word)
        at = next((names.index(n) for n in ("place", "name") if n in names), 0)
        found += [place(row[at]) for _, row in rows if len(row) > at and row[at].strip()]
    return found


def _rows(file: str) -> Iterator[Row]:
    names, rows = _table(file)
    start, end = (next((names.index(n) for n in known if n in names), None) for known in (_FROM, _TO))
    if start is None or end is None:
        raise LayerError(f"{file}: there are no columns origin and destination; there are {', '.join(names)}")
    heavy = names.index("weight") if "weight" in names else None
    for number, row in rows:
        cells = [row[i].strip() if i < len(row) else "" for i in (start, end)]
        faults = [f"{what} is empty" for what, cell in zip(("origin", "destination"), cells, strict=True) if not cell]
        weight, wrong = _number(row[heavy]) if heavy is not None and heavy < len(row) else (1.0, "")
        faults += [wrong] if wrong else []
        yield Row(
            number, place(cells[0]), place(cells[1]), weight, f"row {number}: {', '.join(faults)}" if faults else ""
        )


def _number(text: str) -> tuple[float, str]:
    try:
        value = float(text)
    except ValueError:
        return 1.0, f"weight is {text!r}, which is no number"
    return (value, "") if 0 <= value < float("inf") else (1.0, f"weight is {text!r}; it must not be below zero")


def _table(file: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header in lower case, and the rows that are not empty with their line numbers."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise LayerError(f"there is no file {file!r}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise LayerError(f"cannot read {file!r}: {error}; it must be CSV in UTF-8") from error
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise LayerError(f"cannot read {file!r} as CSV: line {reader.line_num}: {error}") from error
    if len(rows) < 2:
        what = "no row below the header" if rows else "nothing"
        raise LayerError(f"{file}: there is {what} in it; give a header and rows")
    return [name.strip().casefold() for name in rows[0][1]], rows[1:]


# Networks ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    """The network asked for, the one before the scenario, and the scenario (None without one)."""

    network: Network
    baseline: Network
    scenario: Scenario | None

    @property
    def by_name(self) -> dict[str, Network]:
        """Baseline and scenario by name, for a comparison; one network without a scenario."""
        if self.scenario is None:
            return {"baseline": self.network}
        return {"baseline": self.baseline, self.scenario.name: self.network}


def load_source(where: Source) -> Network:
    """Return the network that was asked for, without a scenario."""
    import corridors as cx

    return cx.load_network(where.network, as_of=where.as_of)


def load(where: Where) -> Loaded:
    """Return the network that was asked for, with what was opened and closed in it; what changed is said."""
    import corridors as cx

    baseline = load_source(where)
    names = [f"open {name}" for name in where.open_ or []] + [f"close {name}" for name in where.close or []]
    if not names and not where.scenario:
        return Loaded(baseline, baseline, None)
    scenario = cx.Scenario(", ".join(names)).open(*(where.open_ or [])).close(*(where.close or []))
    if where.scenario:
        loaded = cx.Scenario.load(where.scenario)
        scenario = loaded.then(scenario) if names else loaded
    network = scenario.apply(baseline)
    changes = [
        f"{what.replace('_', ' ')}: {', '.join(network.attrs[what])}" for what in _CHANGES if network.attrs.get(what)
    ]
    say("; ".join(changes) or str(scenario))
    return Loaded(network, baseline, scenario)
