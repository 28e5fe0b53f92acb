"""The ellipsoid, lengths on it, and nothing that is not a unit.

Every length in this package is geodesic on WGS84 (Karney's method, as PROJ implements it), in kilometres; coordinates
are longitude and latitude in degrees, in this order.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pyproj import Geod

Floats = NDArray[np.float64]

GAUGES_MM = (300, 3000)
"""The least and the most that a gauge can be: anything else is a typing error, or another unit."""


@cache
def geod() -> Geod:
    """Return the WGS84 ellipsoid."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


def distance_km(lon_a: Any, lat_a: Any, lon_b: Any, lat_b: Any) -> Floats:
    """Return the geodesic distance between points.

    Parameters
    ----------
    lon_a, lat_a, lon_b, lat_b
        Degrees; arrays of one shape, or scalars that are broadcast.

    Returns
    -------
    numpy.ndarray
        Kilometres, in the broadcast shape.
    """
    a, b, c, d = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (lon_a, lat_a, lon_b, lat_b)))
    # One value goes as a number: under numpy 1 pyproj takes an array of one for a number, with a warning.
    metres = geod().inv(*((x.item() for x in (a, b, c, d)) if a.size == 1 else (a, b, c, d)))[2]
    return np.asarray(metres, dtype=float).reshape(a.shape) / 1000.0


def chord_lengths_km(coordinates: Floats) -> Floats:
    """Return the geodesic length of each step of a polyline.

    Parameters
    ----------
    coordinates
        Shape (n, 2), longitude and latitude in degrees.

    Returns
    -------
    numpy.ndarray
        Shape (n - 1,), kilometres.
    """
    lon, lat = coordinates[:, 0], coordinates[:, 1]
    return distance_km(lon[:-1], lat[:-1], lon[1:], lat[1:])


def length_km(coordinates: Floats) -> float:
    """Return the geodesic length of a polyline of shape (n, 2) in kilometres."""
    return float(chord_lengths_km(coordinates).sum())
