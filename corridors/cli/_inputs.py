"""From words and files to what the library takes: places, pairs, networks with a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from corridors._pairs import Row, pairs_in, place, places_in
from corridors.cli._options import Source, Where
from corridors.cli._output import say

if TYPE_CHECKING:
    from corridors.network import Network
    from corridors.scenario import Scenario

_CHANGES = ("opened", "closed", "changed", "no_transit", "loose_ends", "not_opened")


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
        return list(pairs_in(words[0]))
    if len(words) % 2:
        raise typer.BadParameter(
            f"{', '.join(map(repr, words))}: {len(words)} is no even number of places; give an origin and a destination, "
            "or a .csv file of pairs"
        )
    asked = [place(w) for w in words]
    return [Row(0, a, b) for a, b in zip(asked[::2], asked[1::2], strict=True)]


def read_places(words: list[str]) -> list[Any]:
    """Return places from words, and from the column place or name of CSV files."""
    return [found for word in words for found in (places_in(word) if is_table(word) else [place(word)])]


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
