"""Shapes cut at the antimeridian, as RFC 7946 asks: each part lies within -180 and 180 degrees.

A step of more than 180 degrees of longitude is taken for a step over the antimeridian, which is the shorter way; a step of 360
along it is the edge of a shape that was cut before.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely import affinity

from corridors.units import Floats

_WHOLE = 360.0 - 1e-9


def cut(shape: Any) -> Any:
    """Return a shape with its parts cut at the antimeridian; one that does not reach it is returned as it is."""
    xy = shapely.get_coordinates(shape)
    if not len(xy) or (np.abs(xy[:, 0]).max() <= 180.0 and not _has_step(shape)):
        return shape
    parts = [piece for part in _parts(shape) for piece in _cut_part(part)]
    kinds = {"Point": shapely.MultiPoint, "LineString": shapely.MultiLineString, "Polygon": shapely.MultiPolygon}
    names = {p.geom_type for p in parts}
    if len(parts) == 1:
        return parts[0]
    return kinds[names.pop()](parts) if len(names) == 1 else shapely.GeometryCollection(parts)


def _parts(shape: Any) -> list[Any]:
    if not hasattr(shape, "geoms"):
        return [shapely.LineString(shape) if shape.geom_type == "LinearRing" else shape]
    return [p for part in shape.geoms for p in _parts(part)]


def _has_step(shape: Any) -> bool:
    return any(_is_step(np.diff(shapely.get_coordinates(ring)[:, 0])).any() for ring in _chains(shape))


def _chains(shape: Any) -> list[Any]:
    """Return the lines and rings of a shape."""
    out: list[Any] = []
    for part in _parts(shape):
        out += [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
    return out


def _is_step(d: Any) -> Any:
    return (np.abs(d) > 180.0) & (np.abs(d) < _WHOLE)


def _unwrapped(xy: Floats) -> Floats:
    """Return coordinates without steps, so that longitudes go on beyond 180."""
    d = np.diff(xy[:, 0])
    turns = np.where(_is_step(d), -np.sign(d) * 360.0, 0.0)
    out = xy.copy()
    out[1:, 0] += np.cumsum(turns)
    return out


def _cut_part(part: Any) -> list[Any]:
    if part.geom_type == "Point":
        return [shapely.Point((part.x + 180.0) % 360.0 - 180.0, part.y)]
    if part.geom_type == "LineString":
        return _cut_line(_unwrapped(shapely.get_coordinates(part)))
    return _cut_polygon(part)


def _cut_line(xy: Floats) -> list[Any]:
    """Return the pieces of an unwrapped line, in its direction."""
    pieces: list[tuple[int, list[Any]]] = []
    for a, b in pairwise(_with_meridians(xy)):
        turn = math.floor(((a[0] + b[0]) / 2 + 180.0) / 360.0)
        is_along = a[0] == b[0] and (a[0] + 180.0) % 360.0 == 0.0
        if pieces and (is_along or turn == pieces[-1][0]):
            pieces[-1][1].append(b)
        else:
            pieces.append((turn, [a, b]))
    return [shapely.LineString(np.array(piece) - (360.0 * turn, 0.0)) for turn, piece in pieces]


def _with_meridians(xy: Floats) -> list[Any]:
    """Return the points of an unwrapped line, and those where it passes over the antimeridian."""
    points = [xy[0]]
    for a, b in pairwise(xy):
        low, high = sorted((a[0], b[0]))
        turns = range(math.floor((low - 180.0) / 360.0), math.ceil((high - 180.0) / 360.0) + 1)
        between = [m for m in (180.0 + 360.0 * k for k in turns) if low < m < high]
        for m in between if a[0] < b[0] else reversed(between):
            points.append(np.array([m, a[1] + (b[1] - a[1]) * (m - a[0]) / (b[0] - a[0])]))
        points.append(b)
    return points


def _cut_polygon(part: Any) -> list[Any]:
    """Return the pieces of a polygon, one or more for each turn around the globe that it reaches into."""
    shell = _closed_over_pole(_unwrapped(shapely.get_coordinates(part.exterior)))
    west, east = shell[:, 0].min(), shell[:, 0].max()
    holes = []
    for ring in part.interiors:
        xy = _unwrapped(shapely.get_coordinates(ring))
        xy[:, 0] += 360.0 * math.ceil((west - xy[:, 0].min()) / 360.0 - 1e-9)
        holes.append(xy)
    whole = shapely.make_valid(shapely.Polygon(shell, holes))
    pieces = []
    for k in range(math.floor((west + 180.0) / 360.0), math.ceil((east - 180.0) / 360.0) + 1):
        strip = shapely.intersection(whole, shapely.box(-180.0 + 360.0 * k, -90.0, 180.0 + 360.0 * k, 90.0))
        moved = affinity.translate(strip, xoff=-360.0 * k)
        pieces += [p for p in _parts(moved) if p.geom_type == "Polygon" and not p.is_empty]
    return pieces


def _closed_over_pole(xy: Floats) -> Floats:
    """Return a ring that runs once around the globe closed along the nearer pole."""
    if abs(xy[-1, 0] - xy[0, 0]) < 1.0:
        return xy
    pole = math.copysign(90.0, xy[:, 1].mean())
    return np.vstack([xy, [xy[-1, 0], pole], [xy[0, 0], pole], xy[0]])
