"""Who touches whom: the areas of one worldview, the lines between them, the coast, and the points where three meet."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors import geodata
from corridors.borders._worldview import SAME, check_view, contested_areas, moves, view_name
from corridors.errors import UnknownNameError, did_you_mean
from corridors.network._reading import own_countries
from corridors.topology import Boundaries
from corridors.units import chord_lengths_km

if TYPE_CHECKING:
    import geopandas as gpd

Pair = tuple[str, str]

NOBODYS = frozenset({"XSG", "XUN", "XBN", "XSB", "XSP", "XSR", "XAD"})
"""Areas of the boundary set that are no country: a glacier, a buffer zone, reefs, bases. They are nobody's neighbour."""

INTERNAL = frozenset({("CHN", "HKG"), ("CHN", "MAC")})
"""Lines of the boundary set between parts of one state."""

MIN_COAST = 1e-3
"""Degrees: less is what rounding leaves of a landlocked country's outline (measured: below 1e-5)."""


@dataclass(frozen=True, eq=False)
class Atlas:
    """The areas of a boundary set under one worldview.

    Attributes
    ----------
    worldview
        Whose map it is.
    areas
        Polygon of each country or area by code, EPSG:4326.
    names
        Name of each.
    lines
        Shared line of each pair, the codes in alphabetical order.
    inland_shores
        Shores of enclosed seas and of the islands in them (the Caspian), which are no coast.
    is_own
        Whether the polygons were given by the user.
    """

    worldview: str
    areas: Mapping[str, Any]
    names: Mapping[str, str]
    lines: Mapping[Pair, Any]
    inland_shores: Any
    is_own: bool = False

    def code(self, country: str) -> str:
        """Return the code of a country that was named by code or name.

        Raises
        ------
        UnknownNameError
            There is none of that name in this worldview.
        """
        if country.upper() in self.areas:
            return country.upper()
        by_name = {name.casefold(): iso3 for iso3, name in self.names.items() if iso3 in self.areas}
        if country.casefold() in by_name:
            return by_name[country.casefold()]
        inside = {area.held_by: area.views for area in contested_areas()} if not self.is_own else {}
        if country.upper() in inside:
            raise UnknownNameError(f"{country!r} is no area of its own in the worldview {self.worldview!r}")
        hint = did_you_mean(country, [*self.areas, *self.names.values()])
        raise UnknownNameError(f"no country {country!r} in this boundary set{hint}; give an ISO alpha-3 code or a name")

    def kind(self, pair: Pair) -> str:
        """Return what a line is: ``state``, ``internal`` (parts of one state) or ``contested`` (with an area that ISO 3166 has no code for)."""
        if pair in INTERNAL:
            return "internal"
        has_code = all(self.is_own or not iso3.startswith("X") for iso3 in pair)
        return "state" if has_code else "contested"

    @cached_property
    def neighbours(self) -> dict[str, tuple[str, ...]]:
        """Neighbours over land, by code; areas that are no country, and parts of one state, are no neighbours."""
        out: dict[str, set[str]] = {iso3: set() for iso3 in self.areas}
        for a, b in self.lines:
            if (a, b) not in INTERNAL and not (NOBODYS & {a, b} and not self.is_own):
                out[a].add(b)
                out[b].add(a)
        return {iso3: tuple(sorted(found)) for iso3, found in out.items()}

    @cached_property
    def coastal(self) -> frozenset[str]:
        """Areas on the open sea: what no neighbour shares, and is not the shore of an enclosed sea, is coast."""
        left = {iso3: float(shapely.length(shapely.boundary(shape))) for iso3, shape in self.areas.items()}
        for pair, line in self.lines.items():
            for iso3 in pair:
                left[iso3] -= float(shapely.length(line))
        for iso3, shape in self.areas.items():
            if left[iso3] > MIN_COAST and shapely.intersects(shape, self.inland_shores):
                left[iso3] -= float(shapely.length(shapely.intersection(shapely.boundary(shape), self.inland_shores)))
        return frozenset(iso3 for iso3, length in left.items() if length > MIN_COAST)

    def steps_from(self, sources: Iterable[str]) -> dict[str, int]:
        """Return the number of borders from the nearest of some countries to every country that land joins to them."""
        steps = dict.fromkeys(sorted(sources), 0)
        queue = deque(steps)
        while queue:
            here = queue.popleft()
            for other in self.neighbours[here]:
                if other not in steps:
                    steps[other] = steps[here] + 1
                    queue.append(other)
        return steps

    def chains(self, a: str, b: str) -> list[tuple[str, ...]]:
        """Return the shortest ways over land from one country to another, as countries in order; empty if there is none."""
        steps = self.steps_from([a])
        if b not in steps:
            return []
        ways: list[tuple[str, ...]] = [(b,)]
        for k in range(steps[b] - 1, -1, -1):
            ways = [(n, *way) for way in ways for n in self.neighbours[way[0]] if steps.get(n) == k]
        return sorted(ways)

    @cached_property
    def junctions(self) -> list[tuple[tuple[str, ...], float, float]]:
        """Points that three areas or more share: codes, longitude, latitude."""
        at: dict[tuple[float, float], set[str]] = defaultdict(set)
        for pair, line in self.lines.items():
            for part in shapely.get_parts(line):
                xy = shapely.get_coordinates(part)
                for x, y in (xy[0], xy[-1]):
                    at[round(float(x), 6), round(float(y), 6)].update(pair)
        return sorted((tuple(sorted(c)), x, y) for (x, y), c in at.items() if len(c) >= 3)

    @cached_property
    def boundaries(self) -> Boundaries:
        """The areas, indexed for asking lines and points."""
        return Boundaries(self.frame())

    def frame(self) -> gpd.GeoDataFrame:
        """Return the areas as a layer: ``iso3, name, geometry``."""
        import geopandas as gpd

        codes = sorted(self.areas)
        columns = {"iso3": codes, "name": [self.names[c] for c in codes]}
        frame = gpd.GeoDataFrame(columns, geometry=[self.areas[c] for c in codes], crs=4326)
        frame.attrs["worldview"] = self.worldview
        return frame


def line_km(line: Any) -> float:
    """Return the geodesic length of a line of one part or more, in kilometres."""
    return float(sum(chord_lengths_km(shapely.get_coordinates(part)).sum() for part in shapely.get_parts(line)))


def lines_of(shape: Any) -> Any:
    """Return only the lines of a geometry, merged, as one MultiLineString."""
    parts = [p for p in shapely.get_parts(shapely.get_parts(shape)) if p.geom_type == "LineString" and not p.is_empty]
    merged = shapely.line_merge(shapely.union_all(parts)) if parts else shapely.MultiLineString()
    return shapely.MultiLineString([p for p in shapely.get_parts(merged) if not p.is_empty])


# The embedded set, and anybody's own --------------------------------------------------------------------------------


def atlas(*, worldview: str = "de facto", borders: Any = None) -> Atlas:
    """Return the boundary set under a worldview.

    Parameters
    ----------
    worldview
        ``"de facto"`` or ``"un-style"``; it does not apply to polygons of your own.
    borders
        Country polygons of your own with ISO alpha-3 codes (a path or GeoDataFrame, any CRS); None for the embedded set.

    Raises
    ------
    UnknownNameError
        There is no such worldview.
    """
    check_view(worldview)
    return _embedded(worldview) if borders is None else _own(borders)


@cache
def _embedded(worldview: str) -> Atlas:
    if worldview == "de facto":
        countries, borders = geodata.load("borders"), geodata.load("border_lines")
        areas = dict(zip(countries["iso3"], countries.geometry, strict=True))
        names = dict(zip(countries["iso3"], countries["name"], strict=True))
        lines = {
            (a, b): lines_of(g) for a, b, g in zip(borders["iso3_a"], borders["iso3_b"], borders.geometry, strict=True)
        }
        return Atlas(view_name(worldview), areas, names, lines, _inland_shores(list(areas.values())))
    base = _embedded("de facto")
    areas, lines = dict(base.areas), dict(base.lines)
    for area, country in moves(worldview):
        _move(areas, lines, area.shape, area.held_by, country)
    return Atlas(view_name(worldview), areas, base.names, lines, base.inland_shores)


def _move(areas: dict[str, Any], lines: dict[Pair, Any], shape: Any, giver: str, taker: str) -> None:
    """Give a piece of one area to another, and its lines with it, in place."""
    rim = shapely.buffer(shapely.boundary(shape), SAME, quad_segs=1)
    inner = shapely.difference(
        shapely.boundary(shape), shapely.buffer(shapely.boundary(areas[giver]), SAME, quad_segs=1)
    )
    for pair in [p for p in lines if giver in p and shapely.intersects(lines[p], rim)]:
        line = lines.pop(pair)
        other = pair[0] if pair[1] == giver else pair[1]
        _add(lines, giver, other, shapely.difference(line, rim))
        if other != taker:
            _add(lines, taker, other, shapely.intersection(line, rim))
    _add(lines, giver, taker, inner)
    rest = shapely.difference(areas[giver], shape)
    areas.pop(giver)
    if shapely.area(rest) > SAME:
        areas[giver] = rest
    areas[taker] = shapely.union_all([areas[taker], shape], grid_size=SAME) if taker in areas else shape


def _add(lines: dict[Pair, Any], a: str, b: str, line: Any) -> None:
    """Add a line to those of a pair; crumbs of the comparison are left out."""
    pair = (a, b) if a < b else (b, a)
    kept = lines_of(shapely.union_all([line, lines[pair]]) if pair in lines else line)
    kept = shapely.MultiLineString([p for p in shapely.get_parts(kept) if shapely.length(p) > 10 * SAME])
    if not kept.is_empty:
        lines[pair] = kept


def _own(borders: Any) -> Atlas:
    frame = own_countries(borders)
    areas = {iso3: shapely.union_all(part.geometry.array) for iso3, part in frame.groupby("iso3")}
    names = {iso3: iso3 for iso3 in areas}
    if "name" in frame:
        names |= dict(zip(frame["iso3"], frame["name"].astype(str), strict=True))
    lines: dict[Pair, Any] = {}
    for a, b in combinations(sorted(areas), 2):
        if shapely.intersects(areas[a], areas[b]):
            _add(lines, a, b, shapely.intersection(shapely.boundary(areas[a]), shapely.boundary(areas[b])))
    return Atlas("the borders layer given", areas, names, lines, _inland_shores(list(areas.values())), is_own=True)


def _inland_shores(areas: list[Any]) -> Any:
    """Return the shores of enclosed seas and of the islands in them."""
    land = shapely.get_parts(shapely.union_all(areas) if len(areas) < 50 else shapely.coverage_union_all(areas))
    rings = [shapely.LineString(ring.coords) for part in land for ring in part.interiors]
    if rings:
        seas = shapely.polygons([shapely.LinearRing(ring.coords) for ring in rings])
        islands = np.unique(shapely.STRtree(seas).query(land, predicate="within")[0])
        rings += [shapely.LineString(land[i].exterior.coords) for i in islands]
    return shapely.MultiLineString(rings)
