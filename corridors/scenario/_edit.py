"""One edit of a network, and how it is said in words."""

from __future__ import annotations

from dataclasses import dataclass

ACTIONS = ("open", "close", "change", "as_of", "due_by", "no_transit")
CHANGES = {
    "speed": "km/h",
    "dwell": "h",
    "gauge_change": "h",
    "transshipment": "h",
    "tariff": "USD/km",
    "fee": "USD",
    "handling": "USD",
    "gauge": "mm",
}
"""What a change may be of, and the unit of a new value."""


@dataclass(frozen=True)
class Edit:
    """One edit.

    Attributes
    ----------
    action
        ``open, close, change, as_of, due_by`` or ``no_transit``.
    target
        What was named: a line, crossing, port, country, bloc, border, mode or sea; a date or a year.
    mode
        Limits it to one mode; empty for all.
    what, factor, to
        Of a change: which number (see `CHANGES`), and by what it is multiplied, or what it becomes.
    """

    action: str
    target: str
    mode: str = ""
    what: str = ""
    factor: float | None = None
    to: float | None = None

    def __str__(self) -> str:
        mode = f" for {self.mode}" if self.mode else ""
        if self.action == "change":
            amount = f"× {self.factor:g}" if self.factor is not None else f"= {self.to:g} {CHANGES[self.what]}"
            return f"{self.what.replace('_', ' ')} of {self.target or 'everything'}{mode} {amount}"
        words = {
            "as_of": "crossings as of",
            "due_by": "open what is due by",
            "no_transit": "no transit through",
        }
        return f"{words.get(self.action, self.action)} {self.target}{mode}"
