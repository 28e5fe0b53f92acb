"""Two networks as one: the tables of the second below those of the first; a node that both have is one node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from corridors.network._dates import crossing_status
from corridors.network._network import Network
from corridors.network._store import Table

_APPENDED = ("lines", "repairs", "names", "noise", "sources")


def graft(base: Network, plan: Network) -> Network:
    """Return a network with the lines of another one in it.

    Nodes are the same where their ``node_id`` is. Crossings are those of ``base``, in the state that they have there.

    Parameters
    ----------
    base
        The network that stays as it is.
    plan
        What is added: nodes, edges, lines, names, noise and repairs.
    """
    mine, theirs = base.tables, plan.tables
    number = {node_id: i for i, node_id in enumerate(mine["nodes"]["node_id"])}
    is_new = np.array([i not in number for i in theirs["nodes"]["node_id"]], dtype=bool)
    for node_id in theirs["nodes"]["node_id"][is_new]:
        number[node_id] = len(number)
    at = np.array([number[i] for i in theirs["nodes"]["node_id"]], dtype=np.int32)
    edges = dict(theirs["edges"])
    edges["status"] = crossing_status(edges, mine["crossings"])
    edges |= {side: at[edges[side]] for side in ("from", "to")}
    edges["first_vertex"] = edges["first_vertex"] + len(mine["shapes"]["lon"])
    known = set(mine["sources"]["source_id"])
    added = {name: dict(theirs[name]) for name in _APPENDED}
    added["sources"] = _rows(theirs["sources"], (s not in known for s in theirs["sources"]["source_id"]))
    places = set(mine["nodes"]["place_id"])
    added["names"] = _rows(theirs["names"], (p not in places for p in theirs["names"]["place_id"]))
    tables = {name: _below(mine[name], rows) for name, rows in added.items()}
    tables["nodes"] = _below(mine["nodes"], _rows(theirs["nodes"], is_new))
    tables["edges"] = _below(mine["edges"], edges)
    tables["shapes"] = _below(mine["shapes"], theirs["shapes"])
    return Network({**mine, **tables}, base.attrs)


def _rows(table: Table, mask: Iterable[bool]) -> Table:
    keep = np.array(list(mask), dtype=bool)
    return {name: values[keep] for name, values in table.items()}


def _below(table: Mapping[str, Any], more: Mapping[str, Any]) -> Table:
    """Return a table with rows below; a column that one of the two does not have is empty there."""
    n, m = (len(next(iter(t.values()))) for t in (table, more))
    out: Table = {}
    for name in [*table, *(c for c in more if c not in table)]:
        dtype = (table if name in table else more)[name].dtype
        top = table.get(name, _empty(dtype, n))
        out[name] = np.concatenate([top, np.asarray(more.get(name, _empty(dtype, m))).astype(dtype)])
    return out


def _empty(dtype: Any, n: int) -> Any:
    return np.full(n, "" if dtype.kind == "O" else np.nan if dtype.kind == "f" else 0, dtype=dtype)
