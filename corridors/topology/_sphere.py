"""The Earth as a sphere: metres for tolerances, which are small, so that a sphere measures them to 0.5 %."""

from __future__ import annotations

import numpy as np

from corridors.units import Floats

EARTH_M = 6_371_008.8
"""Mean radius."""

METRES_A_DEGREE = EARTH_M * np.pi / 180.0
"""Of latitude."""


def on_sphere_m(lonlat: Floats) -> Floats:
    """Return points on a sphere of the Earth's mean radius, in metres, so that straight distances are metric."""
    lon, lat = np.radians(np.asarray(lonlat, dtype=float)).reshape(-1, 2).T
    return EARTH_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def chord_m(a: Floats, b: Floats) -> Floats:
    """Return the great-circle distance of pairs of points (lon, lat) in metres."""
    lon, lat = np.radians(b - a).T
    c = np.cos(np.radians(a[:, 1])) * np.cos(np.radians(b[:, 1]))
    h = np.sin(lat / 2) ** 2 + c * np.sin(lon / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(h, 1.0))))
