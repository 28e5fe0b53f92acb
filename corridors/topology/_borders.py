"""The countries that a line passes, and cutting it between them.

Assumptions
-----------
* Coordinates are EPSG:4326; tolerances are kilometres on the ellipsoid, never degrees.
* A generalised boundary wobbles: a line along it crosses it many times although no train does. The countries of a line
  are therefore its country *sequence* with hysteresis: an excursion shorter than ``tolerance_km`` with no known border
  crossing point at its ends is noise. It is reported, never silently dropped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.units import Floats, chord_lengths_km, distance_km

if TYPE_CHECKING:
    import geopandas as gpd

EXCURSION_TOLERANCE_KM = 10.0
"""Shorter excursions without a crossing point near are noise: the 1:10m boundaries are off by up to about 10 km
where a border follows a river or a railway (measured against 24 known crossings: median 5 km)."""

CROSSING_RADIUS_KM = 25.0
"""A border crossing point of the right pair and mode within this distance of a cut names it; where the shape of a line is a
chord it meets the border up to 20 km away from the real place."""


@dataclass(frozen=True)
class Stretch:
    """A part of a line within one country, as a fraction of the line's length."""

    iso3: str
    start: float
    end: float


@dataclass(frozen=True)
class Cut:
    """A place where a line passes from one country to the next."""

    at: float
    iso3_from: str
    iso3_to: str
    crossing_id: str = ""


@dataclass(frozen=True)
class CountrySequence:
    """The countries that a line passes, in order, with the cuts between them and the noise that was ignored.

    Attributes
    ----------
    stretches
        One a country passed, in order; fractions run from 0 to 1 without gaps.
    cuts
        One between two consecutive stretches.
    noise
        Excursions that were ignored: ISO3 and kilometres.
    """

    stretches: tuple[Stretch, ...]
    cuts: tuple[Cut, ...]
    noise: tuple[tuple[str, float], ...] = ()

    @property
    def iso3(self) -> tuple[str, ...]:
        """The countries in order."""
        return tuple(s.iso3 for s in self.stretches)


@dataclass(frozen=True)
class CrossingPoints:
    """Known border crossing points of one mode: positions and country pairs."""

    crossing_id: Sequence[str] = ()
    iso3_a: Sequence[str] = ()
    iso3_b: Sequence[str] = ()
    lon: Floats = field(default_factory=lambda: np.empty(0))
    lat: Floats = field(default_factory=lambda: np.empty(0))

    def near(self, lon: float, lat: float, pair: frozenset[str], radius_km: float) -> tuple[str, float, float] | None:
        """Return id and position of the nearest point of this country pair within a radius, or None."""
        index = [i for i, ab in enumerate(zip(self.iso3_a, self.iso3_b, strict=True)) if frozenset(ab) == pair]
        if not index:
            return None
        km = distance_km(lon, lat, self.lon[index], self.lat[index])
        best = int(np.argmin(km))
        if km[best] > radius_km:
            return None
        i = index[best]
        return self.crossing_id[i], float(self.lon[i]), float(self.lat[i])


class Boundaries:
    """Country polygons, indexed for asking many lines which countries they pass.

    Parameters
    ----------
    countries
        Polygons in EPSG:4326 with a column ``iso3``.
    """

    _CHUNK = 64

    def __init__(self, countries: gpd.GeoDataFrame) -> None:
        parts = countries.explode(index_parts=False)
        self._iso3 = parts["iso3"].to_numpy()
        self.countries = frozenset(map(str, self._iso3))
        self._polygons = np.asarray(parts.geometry.array)
        shapely.prepare(self._polygons)
        self._polygon_tree = shapely.STRtree(self._polygons)
        self._outline_tree = shapely.STRtree(self._chunks(self._polygons))

    @classmethod
    def _chunks(cls, polygons: Any) -> Any:
        """Return the outlines in short pieces, so that a query touches only what is near."""
        pieces: list[Floats] = []
        for ring in shapely.get_parts(shapely.boundary(polygons)):
            xy = shapely.get_coordinates(ring)
            pieces += [xy[i : i + cls._CHUNK + 1] for i in range(0, len(xy) - 1, cls._CHUNK)]
        return np.array([shapely.LineString(p) for p in pieces], dtype=object)

    def country_of(self, lon: Any, lat: Any) -> list[str]:
        """Return the country at each point, ``""`` where there is none."""
        points = shapely.points(np.atleast_1d(lon), np.atleast_1d(lat))
        found = [""] * len(points)
        for i, j in self._polygon_tree.query(points, predicate="intersects").T:
            found[i] = found[i] or str(self._iso3[j])
        return found

    def nearest_country(self, lon: float, lat: float) -> str:
        """Return the country at a point, or the nearest one if it lies in the sea."""
        inside = self.country_of(lon, lat)[0]
        return inside or str(self._iso3[int(self._polygon_tree.nearest(shapely.Point(lon, lat)))])

    def touching(self, lines: Any) -> Any:
        """Return a mask of the lines that meet the outline of any country."""
        mask = np.zeros(len(lines), dtype=bool)
        mask[np.unique(self._outline_tree.query(lines, predicate="intersects")[0])] = True
        return mask

    def _fractions(self, line: shapely.LineString) -> list[float]:
        """Return where a line meets an outline, as fractions of its planar length, ascending."""
        near = self._outline_tree.geometries[self._outline_tree.query(line, predicate="intersects")]
        points = shapely.get_coordinates(shapely.intersection(near, line))
        if len(points) == 0:
            return []
        at = shapely.line_locate_point(line, shapely.points(points), normalized=True)
        return sorted({round(float(a), 9) for a in at if 1e-9 < a < 1 - 1e-9})

    def sequence(
        self,
        line: shapely.LineString,
        *,
        ends: tuple[str, str] = ("", ""),
        crossings: CrossingPoints | None = None,
        tolerance_km: float = EXCURSION_TOLERANCE_KM,
        radius_km: float = CROSSING_RADIUS_KM,
    ) -> CountrySequence:
        """Return the countries that a line passes, with hysteresis.

        Parameters
        ----------
        line
            In EPSG:4326.
        ends
            The countries of the two ends where they are known (a station's own country); they overrule the polygons.
        crossings
            Known border crossing points of the line's mode.
        tolerance_km
            Excursions shorter than this, with no crossing point of the pair near both ends, are noise. Infinite: the ends
            alone decide, for legs between stops so close that a real excursion would have a stop of its own.
        radius_km
            How far from a cut a crossing point may lie to name it.
        """
        crossings = crossings or CrossingPoints()
        runs = self._runs(line, ends)
        noise: list[tuple[str, float]] = []
        while (k := _weakest(runs, line, crossings, tolerance_km, radius_km)) is not None:
            noise.append((runs[k].iso3, runs[k].km))
            runs = _absorb(runs, k)
        cuts = [_cut(a, b, line, crossings, radius_km) for a, b in pairwise(runs)]
        # A crossing point may pull a cut past its neighbour; fractions must not run backwards.
        at = np.maximum.accumulate([c.at for c in cuts]).tolist() if cuts else []
        cuts = [replace(c, at=a) for c, a in zip(cuts, at, strict=True)]
        stretches = tuple(Stretch(r.iso3, a, b) for r, (a, b) in zip(runs, pairwise([0.0, *at, 1.0]), strict=True))
        return CountrySequence(stretches, tuple(cuts), tuple(noise))

    def _runs(self, line: shapely.LineString, ends: tuple[str, str]) -> list[_Run]:
        edges = [0.0, *self._fractions(line), 1.0]
        middles = shapely.line_interpolate_point(line, [(a + b) / 2 for a, b in pairwise(edges)], normalized=True)
        xy = shapely.get_coordinates(middles)
        km = np.diff(_km_along(line, edges))
        countries = self.country_of(xy[:, 0], xy[:, 1])
        runs = [_Run(iso3, a, b, float(d)) for iso3, (a, b), d in zip(countries, pairwise(edges), km, strict=True)]
        runs = _without_sea(runs, ends)
        if ends[0] and runs[0].iso3 != ends[0]:
            runs.insert(0, _Run(ends[0], 0.0, 0.0, 0.0))
        if ends[1] and runs[-1].iso3 != ends[1]:
            runs.append(_Run(ends[1], 1.0, 1.0, 0.0))
        return _fuse(runs)


@dataclass(frozen=True)
class _Run:
    iso3: str
    start: float
    end: float
    km: float


def _km_along(line: shapely.LineString, fractions: Sequence[float]) -> Floats:
    """Return the kilometres along a line, bends and all, up to fractions of its planar length."""
    xy = shapely.get_coordinates(line)
    planar = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    km = np.concatenate([[0.0], np.cumsum(chord_lengths_km(xy))])
    return np.interp(np.asarray(fractions) * planar[-1], planar, km)


def _without_sea(runs: list[_Run], ends: tuple[str, str]) -> list[_Run]:
    """Give each stretch outside all countries (a bay, a causeway) to the country before it."""
    known = [r.iso3 for r in runs if r.iso3]
    first = ends[0] or (known[0] if known else ends[1])
    out: list[_Run] = []
    for run in runs:
        before = out[-1].iso3 if out else first
        out.append(_Run(run.iso3 or before, run.start, run.end, run.km))
    return out


def _fuse(runs: list[_Run]) -> list[_Run]:
    out: list[_Run] = []
    for run in runs:
        if out and out[-1].iso3 == run.iso3:
            out[-1] = _Run(run.iso3, out[-1].start, run.end, out[-1].km + run.km)
        else:
            out.append(run)
    return out


def _absorb(runs: list[_Run], k: int) -> list[_Run]:
    """Remove run k and close the gap: half each if its neighbours differ, else they become one."""
    run, before, after = runs[k], runs[k - 1], runs[k + 1]
    middle = (run.start + run.end) / 2
    kept = [
        *runs[: k - 1],
        _Run(before.iso3, before.start, middle, before.km + run.km / 2),
        _Run(after.iso3, middle, after.end, after.km + run.km / 2),
        *runs[k + 2 :],
    ]
    return _fuse(kept)


def _weakest(
    runs: list[_Run],
    line: shapely.LineString,
    crossings: CrossingPoints,
    tolerance_km: float,
    radius_km: float,
) -> int | None:
    """Return the inner run that is noise, excursions before stretches at home, the shortest first; or None."""
    candidates = sorted((runs[k].km, k) for k in range(1, len(runs) - 1) if runs[k].km < tolerance_km)
    if candidates and math.isinf(tolerance_km):
        return candidates[0][1]
    # Excursions first, each by its own length: a short stretch at home between two of them must not make them one long one.
    home = {runs[0].iso3, runs[-1].iso3}
    for k in sorted((k for _, k in candidates), key=lambda k: runs[k].iso3 in home):
        ends = shapely.get_coordinates(
            shapely.line_interpolate_point(line, [runs[k].start, runs[k].end], normalized=True)
        )
        pairs = (frozenset((runs[k - 1].iso3, runs[k].iso3)), frozenset((runs[k].iso3, runs[k + 1].iso3)))
        # A short excursion is real only where the tables know two different crossings, one near each of its ends: a wobble
        # beside one crossing has that one crossing near both ends.
        reach = min(radius_km, tolerance_km)
        found = [crossings.near(x, y, pair, reach) for (x, y), pair in zip(ends, pairs, strict=True)]
        if found[0] is None or found[1] is None or found[0][0] == found[1][0]:
            return k
    return None


def _cut(a: _Run, b: _Run, line: shapely.LineString, crossings: CrossingPoints, radius_km: float) -> Cut:
    x, y = shapely.get_coordinates(shapely.line_interpolate_point(line, a.end, normalized=True))[0]
    known = crossings.near(x, y, frozenset((a.iso3, b.iso3)), radius_km)
    if known is None:
        return Cut(a.end, a.iso3, b.iso3)
    crossing_id, lon, lat = known
    at = float(shapely.line_locate_point(line, shapely.Point(lon, lat), normalized=True))
    return Cut(min(max(at, a.start), b.end), a.iso3, b.iso3, crossing_id)


def cut_line(line: shapely.LineString, fractions: Sequence[float]) -> list[Floats]:
    """Cut a line at fractions of its planar length.

    Parameters
    ----------
    line
        A line of at least two vertices.
    fractions
        Ascending, between 0 and 1.

    Returns
    -------
    list of numpy.ndarray
        One piece more than fractions, each of shape (n, 2) with n >= 2; neighbours share their end exactly.
    """
    xy = shapely.get_coordinates(line)
    step = np.hypot(*np.diff(xy, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(step)])
    total = along[-1] or 1.0
    pieces: list[Floats] = []
    start, start_xy = 0.0, xy[0]
    for fraction in [*fractions, 1.0]:
        end = fraction * total
        if fraction >= 1.0:
            end_xy = xy[-1]
        else:
            end_xy = np.array([np.interp(end, along, xy[:, 0]), np.interp(end, along, xy[:, 1])])
        inner = xy[(along > start + 1e-12) & (along < end - 1e-12)]
        pieces.append(np.vstack([start_xy, inner, end_xy]))
        start, start_xy = end, end_xy
    return pieces
