"""How good the reference network is: computed against published, and what must always hold.

Nothing here corrects the network. A published figure to which the length of a line was fitted proves nothing about that line;
such rows are marked ``is_fitted`` and summed up apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.network import Network
from corridors.validation._distances import distances
from corridors.validation._figures import corridor_lengths, crossing_positions, line_lengths, network_lengths
from corridors.validation._invariants import invariants
from corridors.validation._own_file import check_file
from corridors.validation._rows import COLUMNS, markdown, readable, summary
from corridors.validation._times import times

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Validation", "check_file", "validate_reference"]


@dataclass(frozen=True, eq=False)
class Validation:
    """The result of `validate_reference`.

    Attributes
    ----------
    table
        One row a check: ``kind`` (distance, line, network, crossing, corridor, time, invariant), ``what``, ``computed``,
        ``published``, ``unit``, ``ratio``, ``source_id``, ``use``, ``is_fitted``, ``published_share`` (share of the
        kilometres whose length is a published figure, of whatever source), ``verdict``, ``reason``.
    summary
        Accuracy in words, those fitted and those not fitted apart.
    failures
        Invariants that are broken, one line each; empty if all hold.
    """

    table: pd.DataFrame
    summary: str
    failures: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Validation: {len(self.table)} checks, {len(self.failures)} invariants broken>\n{self.summary}"

    def readable(self) -> pd.DataFrame:
        """Return the table with numbers rounded for reading, as text.

        Returns
        -------
        pandas.DataFrame
            The columns of `table`.
        """
        return readable(self.table)

    def to_markdown(self) -> str:
        """Return the summary and the whole table as a Markdown page; ``docs/accuracy.md`` is made of it.

        Returns
        -------
        str
            The text of the page.
        """
        return markdown(self.table, self.summary)


def validate_reference(network: Network) -> Validation:
    """Compare the embedded network with published figures, and check what must always hold.

    Parameters
    ----------
    network
        The network of `load_network`; the published figures are those embedded with it.

    Returns
    -------
    Validation
        Distances between pairs, lengths of lines, networks by country and corridors, positions of rail crossings, and
        invariants.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.validate_reference(cx.load_network()).failures
    ()
    """
    import pandas as pd

    checks = (distances, line_lengths, network_lengths, crossing_positions, corridor_lengths, times, invariants)
    rows = [row for check in checks for row in check(network)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs.update(network.attrs)
    broken = table[(table["kind"] == "invariant") & (table["verdict"] == "broken")]
    failures = tuple(f"{what}: {reason}" for what, reason in zip(broken["what"], broken["reason"], strict=True))
    return Validation(table, summary(table), failures)
