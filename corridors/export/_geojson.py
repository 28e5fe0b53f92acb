"""GeoJSON as RFC 7946 has it: longitude before latitude, right-hand rule, cut at the antimeridian, no member ``crs``.

All tables with geometry are in one collection; the property ``table`` says which. Metadata and citations are foreign members.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from corridors.export._antimeridian import cut
from corridors.export._document import Document
from corridors.export._text import records
from corridors.export._vector import with_geometry

DECIMALS = 7
"""About a centimetre."""


def files(found: Document, name: str) -> dict[str, bytes]:
    """Return the document as one feature collection."""
    features = [f for table, frame in with_geometry(found).items() for f in _features(table, frame)]
    head = {"type": "FeatureCollection", "metadata": dict(found.metadata), "citations": records(found.citations)}
    # One feature a line: files that differ in a feature differ in a line.
    body = ",\n".join(_dump(f) for f in features)
    return {name: f'{_dump(head)[:-1]}, "features": [\n{body}\n]}}\n'.encode()}


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _features(table: str, frame: Any) -> list[dict[str, Any]]:
    rows = records(frame.drop(columns="geometry"))
    return [
        {"type": "Feature", "geometry": geometry(shape), "properties": {"table": table, **row}}
        for shape, row in zip(frame.geometry, rows, strict=True)
    ]


def geometry(shape: Any) -> Any:
    """Return a shape as the geometry of a feature; None where there is none."""
    import shapely

    if shape is None or shape.is_empty:
        return None
    flat = shapely.orient_polygons(cut(shapely.force_2d(shape)))
    rounded = shapely.transform(flat, lambda xy: np.round(xy, DECIMALS) + 0.0)
    return json.loads(shapely.to_geojson(rounded))
