"""The payload in fewer bytes, and as JSON that is safe inside a page.

Assumptions: a number that is not known is None; NaN is a mistake and is refused, because ``JSON.parse`` would.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from corridors.maps._schema import DEFAULTS, WORDS, Payload


def compact(payload: Payload) -> dict[str, Any]:
    """Return the payload in fewer bytes: tables by column, without what is usual, shared texts as numbers.

    The tables that say what is usual and shared go with it; ``expanded`` in ``main.js`` undoes this.
    """
    words: dict[str, int] = {}

    def columns(kind: str, rows: Sequence[Any]) -> dict[str, Any]:
        return _columns(rows, DEFAULTS[kind], WORDS[kind], words)

    network, dots = payload["network"], payload["dots"]
    small = {
        **payload,
        "defaults": DEFAULTS,
        "shared": WORDS,
        "edges": columns("edges", payload["edges"]),
        "routes": [{**route, "legs": columns("legs", route["legs"])} for route in payload["routes"]],
        "points": columns("points", payload["points"]),
        "places": columns("places", payload["places"]),
        "dots": dots and {**dots, "items": columns("dots", dots["items"])},
        "network": network
        and {
            **network,
            "lines": columns("lines", network["lines"]),
            "crossings": columns("points", network["crossings"]),
        },
    }
    return {**small, "words": list(words)}


def _columns(
    rows: Sequence[Mapping[str, Any]], usual: Mapping[str, Any], shared: Iterable[str], words: dict[str, int]
) -> dict[str, Any]:
    """Return rows as columns: a list of all values, or, where most are usual or absent, how far apart the others are."""
    columns: dict[str, Any] = {}
    for name in dict.fromkeys(key for row in rows for key in row):
        at = [i for i, row in enumerate(rows) if name in row and (name not in usual or row[name] != usual[name])]
        is_dense = 5 * len(at) > 3 * len(rows) and all(name in row for row in rows)
        kept = range(len(rows)) if is_dense else at
        values = [rows[i][name] for i in kept]
        if name in shared:
            values = [words.setdefault(v, len(words)) for v in values]
        if is_dense:
            columns[name] = values
        elif at:
            columns[name] = {"step": [b - a for a, b in pairwise([0, *at])], "value": values}
    return {"n": len(rows), "columns": columns}


def to_json(payload: Mapping[str, Any]) -> str:
    """Return JSON that is safe inside a ``<script type="application/json">`` element.

    ASCII only, so that neither a wrong charset nor U+2028 breaks it; ``<`` escaped, so that no text can close the
    element; NaN is refused, because ``JSON.parse`` would.
    """
    written = json.dumps(payload, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return written.replace("<", "\\u003c")
