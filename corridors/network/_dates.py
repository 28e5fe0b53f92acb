"""The state of crossings on a day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import ScenarioError
from corridors.network._store import Table

if TYPE_CHECKING:
    from corridors.network._network import Network

LATEST = "9999-12-31"


def at_date(network: Network, date: str) -> Network:
    """Return a network whose crossings, and the edges over them, have the status of a day.

    Lines keep their status: their tables hold one dated state each.
    """
    day = LATEST if date == "latest" else _iso_day(date)
    periods = network.tables["crossing_periods"]
    holds = (periods["valid_from"] <= day) & ((periods["valid_to"] == "") | (periods["valid_to"] >= day))
    crossings = {name: values[holds] for name, values in periods.items()}
    changed = crossing_status(network.tables["edges"], crossings)
    stamped = network.attrs["verified"] if date == "latest" else date
    return network.with_tables(crossings=crossings, edges={"status": changed}, attrs={"as_of": stamped})


def crossing_status(edges: Table, crossings: Table) -> Any:
    """Return the status of edges, where that of an edge over a named crossing is the crossing's."""
    status = {
        (c, m): s for c, m, s in zip(crossings["crossing_id"], crossings["mode"], crossings["status"], strict=True)
    }
    changed = edges["status"].copy()
    for i in np.flatnonzero((edges["kind"] == "crossing") & (edges["crossing_id"] != "")):
        # Outside every period that the tables know the crossing is shut, not unknown.
        changed[i] = status.get((edges["crossing_id"][i], edges["mode"][i]), "closed")
    return changed


def _iso_day(date: str) -> str:
    try:
        return dt.date.fromisoformat(date).isoformat()
    except (TypeError, ValueError):
        raise ScenarioError(f"as_of is {date!r}; it must be 'latest' or a day such as '2025-09-30'") from None
