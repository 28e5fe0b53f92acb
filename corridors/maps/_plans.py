"""What a scenario has opened is still a plan on the ground, and is drawn as one.

Assumptions: a network's ``attrs["opened"]`` lists what its scenario opened (``line:…``, ``crossing:…``), and its
``lines`` table keeps the status that each line really has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridors.maps._values import text


class Plans:
    """Knows the real status of what one network's scenario has opened.

    Parameters
    ----------
    network
        A network, or None for no scenario.
    """

    def __init__(self, network: Any) -> None:
        attributes = getattr(network, "attrs", None)
        listed = attributes.get("opened") if isinstance(attributes, Mapping) else None
        self.opened: list[str] = [text(item) for item in listed] if isinstance(listed, (list, tuple)) else []
        self._status: dict[str, str] = {}
        lines = getattr(network, "lines", None)
        if self.opened and lines is not None and "status" in lines.columns:
            ids = lines["line_id"] if "line_id" in lines.columns else lines.index
            self._status = {text(i): text(s) for i, s in zip(ids, lines["status"], strict=True)}

    def is_opened_line(self, line_id: str) -> bool:
        """Return whether the scenario opened this line."""
        return f"line:{line_id}" in self.opened

    def is_opened_crossing(self, crossing_id: str) -> bool:
        """Return whether the scenario opened this crossing, for any mode."""
        return any(item.partition(" ")[0] == f"crossing:{crossing_id}" for item in self.opened)

    def status_of(self, line_id: str, status: str) -> str:
        """Return a line's status without the scenario.

        Parameters
        ----------
        line_id, status
            The line, and its status in the scenario.
        """
        if not self.is_opened_line(line_id) or status != "operating":
            return status
        known = self._status.get(line_id, "")
        return known if known not in ("", "operating") else "proposed"
