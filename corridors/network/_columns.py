"""The tables that a network is made of, held to where a network file comes in.

Inside the package nothing is checked again. Text columns have no mark; numbers have theirs; there may be more columns. `edges.from` and `edges.to` are
positions in ``nodes``; ``first_vertex`` and ``n_vertices`` say which vertices of ``shapes`` (millionths of a degree) an edge has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from corridors.errors import LayerError

COLUMNS = {
    "nodes": "node_id station_id name place_id mode gauge_mm:number iso3 sea lon:number lat:number",
    "edges": (
        "edge_id from:int to:int kind mode line_id gauge_mm:number line_class status as_of country "
        "length_km:number length_source shape_source assumed_km:number crossing_id source_id first_vertex:int "
        "n_vertices:int"
    ),
    "shapes": "lon:int lat:int",
    "noise": "edge_id iso3 km:number",
    "repairs": "kind what",
    "crossing_periods": (
        "crossing_id name name_a name_b aliases iso3_a iso3_b mode gauge_a_mm:number gauge_b_mm:number status "
        "restriction control open_months valid_from valid_to as_of source_id confidence lon:number lat:number"
    ),
    "crossings": (
        "crossing_id name name_a name_b aliases iso3_a iso3_b mode gauge_a_mm:number gauge_b_mm:number status "
        "restriction control open_months valid_from valid_to as_of source_id confidence lon:number lat:number"
    ),
    "dwell": "crossing_id mode direction side dwell_h:number fee_usd:number year:number source_id confidence note",
    "lines": (
        "line_id name aliases mode gauge_mm line_class status as_of opened due_year:number n_tracks:number "
        "electrified requires source_id confidence note"
    ),
    "names": "key label place_id rank:number",
    "sources": "source_id title url year kind note",
}
_KINDS = {"int": "iu", "number": "iuf", "text": "O"}


def check_tables(tables: Mapping[str, Mapping[str, Any]], what: str) -> None:
    """Refuse tables that are no network.

    Raises
    ------
    LayerError
        A table or column is missing, of another type or another length than its neighbours, or an edge points to a node or
        vertex that is not there.
    """
    for name, columns in COLUMNS.items():
        lengths = set()
        for text in columns.split():
            column, _, kind = text.partition(":")
            values: Any = tables.get(name, {}).get(column)
            is_right = isinstance(values, np.ndarray) and values.ndim == 1
            if not is_right or (len(values) and values.dtype.kind not in _KINDS[kind or "text"]):
                raise LayerError(f"{what} is damaged or no network: {name}.{column} is missing or no {kind or 'text'}")
            lengths.add(len(values))
        if len(lengths) > 1:
            raise LayerError(f"{what} is damaged: the columns of {name} have {sorted(lengths)} rows")
    edges, n_nodes, n_vertices = tables["edges"], len(tables["nodes"]["node_id"]), len(tables["shapes"]["lon"])
    first, last = edges["first_vertex"], edges["first_vertex"] + edges["n_vertices"]
    for column, low, high, limit in (
        ("from", edges["from"], edges["from"], n_nodes - 1),
        ("to", edges["to"], edges["to"], n_nodes - 1),
        ("first_vertex", first, last, n_vertices),
    ):
        if len(low) and (low.min() < 0 or high.max() > limit or (edges["n_vertices"] < 0).any()):
            raise LayerError(f"{what} is damaged: edges.{column} points to what is not there")
    for column in ("length_km", "assumed_km"):
        if not (np.isfinite(edges[column]) & (edges[column] >= 0)).all():
            raise LayerError(f"{what} is damaged: edges.{column} holds a value that is negative or no number")
