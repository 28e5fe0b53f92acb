"""What was done to somebody's lines to make a network, each edit a dot where it was made.

Assumptions: a table of repairs has ``kind, what, lon, lat, metres, note`` (`Network.repairs` of own lines); a row without a place
is in the table of the panel and not on the map.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import shapely

from corridors.maps._encode import encode_point
from corridors.maps._schema import DotLookPayload, DotPayload
from corridors.maps._styles import styles
from corridors.maps._subject import Subject, amount, plural, table
from corridors.maps._values import number, records, text

COLUMNS = frozenset({"kind", "what", "lon", "lat", "metres", "note"})


def is_repairs(x: Any) -> bool:
    """Return whether something is a table of repairs with places."""
    return set(getattr(x, "columns", ())) >= COLUMNS


def repairs_subject(repairs: Any) -> Subject:
    """Return what is drawn of repairs."""
    style = styles()["repair"]
    group_of = {kind: name for name, look in style.items() for kind in look["kinds"]}
    names = [*style, "other"]
    looks: list[DotLookPayload] = [
        {"label": look["label"], "color": look["color"], "hollow": False} for look in style.values()
    ]
    looks.append({"label": "Other", "color": styles()["crossing"]["no_data"], "hollow": True})
    rows = records(repairs)
    items: list[DotPayload] = []
    for row in rows:
        at = encode_point(row["lon"], row["lat"])
        if at is not None:
            items.append(
                {
                    "at": at,
                    "look": names.index(group_of.get(text(row["kind"]), "other")),
                    "name": text(row["what"]) or text(row["kind"]),
                    "values": [text(row["kind"]), amount(row["metres"], "m"), text(row["note"])],
                }
            )
    return Subject(
        title=_title(rows, len(items)),
        shapes=[shapely.Point(i["at"]) for i in items],
        dots={"caption": "Repairs", "looks": looks, "fields": ["Repair", "Moved or bridged", "Note"], "items": items},
        tables=[_kinds(rows)],
        n_unplaced=len(rows) - len(items),
    )


def _title(rows: list[Mapping[str, Any]], n_placed: int) -> str:
    moved = math.fsum(m for r in rows if text(r["kind"]) in ("snap", "gap") and (m := number(r["metres"])) is not None)
    left = f"; {len(rows) - n_placed} of them have no place" if n_placed < len(rows) else ""
    return f"{plural(len(rows), 'repair')} made these lines a network; ends were moved or joined over {amount(moved, 'm')} in all{left}"


def _kinds(rows: list[Mapping[str, Any]]) -> Any:
    metres: defaultdict[str, list[float]] = defaultdict(list)
    for r in rows:
        metres[text(r["kind"])].append(number(r["metres"]) or 0.0)
    ranked = sorted(metres.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = [[kind, len(m), round(math.fsum(m)), round(max(m), 1)] for kind, m in ranked]
    return table("Repairs by kind", ["Repair", "Number", "Metres in all", "Longest"], shown)
