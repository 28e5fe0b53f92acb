"""Whose map it is: the areas that a worldview gives to another country than the one that holds the ground.

The boundary set is drawn *de facto*. ``worldviews.csv`` lists the areas that are contested, with the country of each in each
view; an area is a whole polygon of the set, or a piece of one: a ring of its own (Crimea), or what a published line cuts
off (the Golan). What the set does not draw cannot be moved, and the table says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely

from corridors import geodata
from corridors.errors import UnknownNameError, did_you_mean
from corridors.units import distance_km

VIEWS: Mapping[str, str] = {"de facto": "iso3_de_facto", "un-style": "iso3_un"}
"""The worldviews, and their columns in ``worldviews.csv``."""

REACH_KM = 12.0
"""A cut line ends this near the outline at most: line and outline are generalised separately (measured: up to 9 km)."""

SAME = 1e-6
"""Degrees: the grid of the boundary set, about 0.1 m."""


@dataclass(frozen=True)
class Area:
    """A contested area of the boundary set.

    Attributes
    ----------
    area_id, status
        As in ``worldviews.csv``.
    shape
        Its polygon, EPSG:4326.
    held_by
        Country of the boundary set that it is a part of.
    views
        Country in each worldview.
    """

    area_id: str
    status: str
    shape: Any
    held_by: str
    views: Mapping[str, str]


def check_view(worldview: str) -> str:
    """Return a worldview that exists.

    Raises
    ------
    UnknownNameError
        There is no such worldview.
    """
    if worldview not in VIEWS:
        hint = did_you_mean(worldview, list(VIEWS))
        raise UnknownNameError(f"no worldview {worldview!r}{hint}; there are {', '.join(map(repr, VIEWS))}")
    return worldview


def view_name(worldview: str) -> str:
    """Return how results name a worldview: the view and the boundary set under it."""
    base = str(geodata.provenance("borders")["worldview"])
    return base if worldview == "de facto" else f"{worldview} (overrides on {base})"


@cache
def contested_areas() -> tuple[Area, ...]:
    """Return the areas that the boundary set can show, by id; those it does not draw are left out."""
    polygons = geodata.load("borders").set_index("iso3").geometry
    rows = geodata.load("worldviews")
    found: list[Area] = []
    for row in rows[rows["extent"] != "undrawn"].to_dict("records"):
        shape = polygons[row["iso3_de_facto"]]
        if row["extent"] == "piece":
            line = shapely.from_wkt(row["cut_line"]) if row["cut_line"] else None
            shape = piece(shape, float(row["lon"]), float(row["lat"]), line)
        views = {view: row[column] for view, column in VIEWS.items()}
        found.append(Area(row["area_id"], row["status"], shape, row["iso3_de_facto"], views))
    return tuple(found)


def moves(worldview: str) -> Iterator[tuple[Area, str]]:
    """Yield the areas that a worldview gives to another country, with that country."""
    for area in contested_areas():
        if area.views[worldview] != area.held_by:
            yield area, area.views[worldview]


def piece(area: Any, lon: float, lat: float, line: Any = None) -> Any:
    """Return the part of an area around a point.

    Parameters
    ----------
    area
        A (multi)polygon in EPSG:4326.
    lon, lat
        A point in the part, degrees.
    line
        Where to cut; its ends are led to the nearest vertex of the outline. None: the whole ring that holds the point.
    """
    point = shapely.Point(lon, lat)
    ring = next(p for p in shapely.get_parts(area) if p.intersects(point))
    if line is None:
        return ring
    outline = shapely.boundary(ring)
    merged = shapely.line_merge(line) if line.geom_type == "MultiLineString" else line
    lines = [_to_outline(part, outline) for part in shapely.get_parts(merged)]
    faces = shapely.polygonize(shapely.get_parts(shapely.union_all([outline, *lines])))
    return next(face for face in shapely.get_parts(faces) if face.intersects(point))


def _to_outline(line: Any, outline: Any) -> Any:
    """Lead the ends of a line to the nearest vertices of an outline; one that is far from it stays where it is."""
    vertices = shapely.get_coordinates(outline)
    xy = shapely.get_coordinates(line)
    first, last = (_nearest(vertices, xy[i]) for i in (0, -1))
    return shapely.LineString(np.vstack([first, xy, last]))


def _nearest(vertices: Any, end: Any) -> Any:
    km = distance_km(end[0], end[1], vertices[:, 0], vertices[:, 1])
    best = int(np.argmin(km))
    return vertices[[best]] if km[best] <= REACH_KM else end[None, :]
