"""One border, with everything that is known about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.borders import _facts, _regimes
from corridors.borders._atlas import Atlas, Pair, atlas, line_km, lines_of
from corridors.borders._crossings import crossing_table
from corridors.borders._places import tripoints
from corridors.borders._worldview import SAME, contested_areas, moves
from corridors.cost import DEFAULT, CostModel
from corridors.errors import UnknownNameError
from corridors.schema import split_list

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from corridors.network import Network

LATEST = "9999-12-31"


@dataclass(frozen=True, eq=False)
class Border:
    """A border between two countries; made by `border`.

    Attributes
    ----------
    iso3_a, iso3_b
        The two countries, in alphabetical order.
    name
        Their names.
    kind
        ``state``; ``internal`` (parts of one state); ``contested`` (with an area that ISO 3166 has no code for).
    geometry
        The shared line of this data set (MultiLineString, EPSG:4326).
    length_km
        Its geodesic length: of a generalised line, and not the length of the border.
    published
        Every published length with its source, year, and ``ratio`` (``length_km`` of this data set over it).
    status
        Parts of the border with their status, published kilometres and dates, all periods.
    segments
        Those that hold on the network's date; ``geometry`` and ``here_km`` only where a source has the geometry.
    crossings
        Border crossing points and modes on the network's date, with observed standing times; see `crossing_table`.
    tripoints
        Where it ends at a third country.
    exclaves
        Exclaves of one side at the other; ``is_there`` on the network's date.
    regimes
        What both countries take part in or agreed, with dates: customs unions, free trade, visas, transit (TIR).
    attrs
        Date, worldview, attribution.
    """

    iso3_a: str
    iso3_b: str
    name: str
    kind: str
    geometry: Any
    length_km: float
    published: pd.DataFrame
    status: pd.DataFrame
    segments: gpd.GeoDataFrame
    crossings: gpd.GeoDataFrame
    tripoints: pd.DataFrame
    exclaves: pd.DataFrame
    regimes: pd.DataFrame
    attrs: Mapping[str, Any]

    def __repr__(self) -> str:
        published = f"{self.published_km:,.0f} km published" if self.published_km > 0 else "no published length"
        return (
            f"<Border {self.name}: {published}, {self.length_km:,.0f} km in this data set, {self.n_crossings} operating "
            f"crossing points, as of {self.attrs['as_of']}, {self.attrs['worldview']}>"
        )

    def _repr_html_(self) -> str:
        from corridors import _display

        names = ["name", "mode", "status", "dwell_ab_h", "dwell_ba_h", "restriction"]
        return _display.html(self, self.crossings[names])

    @property
    def published_km(self) -> float:
        """The published length to compare with: the Factbook's, else the surest and latest; NaN if there is none."""
        return _facts.yardstick_km(self.published)

    @property
    def ratio(self) -> float:
        """``length_km`` over ``published_km``; about 0.85 for most, since the line is generalised."""
        return self.length_km / self.published_km

    @property
    def n_crossings(self) -> int:
        """Crossing points that operate for one mode or more."""
        return int(self.crossings.loc[self.crossings["status"] == "operating", "crossing_id"].nunique())

    @property
    def km_per_crossing(self) -> float:
        """Kilometres of border (published, else of this data set) for each operating crossing point; NaN without one."""
        km = self.published_km if self.published_km > 0 else self.length_km
        return km / self.n_crossings if self.n_crossings else float("nan")

    def status_on(self, day: str) -> pd.DataFrame:
        """Return the parts of the border as they were on a day (``"2024-06-01"``).

        Parameters
        ----------
        day
            An ISO date.

        Returns
        -------
        pandas.DataFrame
            ``segment, status, length_km`` (published, not measured), ``valid_from, valid_to`` and source;
            no row where nothing is known of the day.
        """
        return _facts.holds_on(self.status, _iso_day(day))

    def regimes_in(self, year: int) -> pd.DataFrame:
        """Return what both countries took part in during a year.

        Parameters
        ----------
        year
            The calendar year.

        Returns
        -------
        pandas.DataFrame
            ``regime, kind, since, until, scope, confidence, source_id``.
        """
        return _regimes.in_year(self.regimes, year)

    def trade_regime(self, year: int) -> str:
        """Return the closest regime of trade in a year: customs union, free trade, preferences, trade rules; or ``"no data"``.

        Parameters
        ----------
        year
            The calendar year; what held on part of it counts.

        Returns
        -------
        str
            The regime, with the name of its treaty in brackets.
        """
        return _regimes.trade_regime(self.regimes, year)

    def visa_regime(self, year: int) -> str:
        """Return whether citizens of both sides, and so lorry drivers, crossed without a visa in a year; or ``"no data"``.

        Parameters
        ----------
        year
            The calendar year; what held on part of it counts.

        Returns
        -------
        str
            The regime, with its agreement in brackets.
        """
        return _regimes.visa_regime(self.regimes, year)

    def is_tir(self, year: int) -> bool:
        """Return whether both sides were bound by the TIR Convention in a year.

        Parameters
        ----------
        year
            The calendar year; what held on part of it counts.

        Returns
        -------
        bool
            False also where nothing is known.
        """
        return _regimes.is_tir(self.regimes, year)


def border(
    network: Network,
    a: str,
    b: str,
    *,
    worldview: str = "de facto",
    borders: Any = None,
    cost: str | Path | CostModel = DEFAULT,
) -> Border:
    """Return the border between two countries.

    Parameters
    ----------
    network
        Its crossings, and the date for status and exclaves.
    a, b
        ISO alpha-3 codes or names.
    worldview
        ``"de facto"`` or ``"un-style"``.
    borders
        Country polygons of your own; None for the embedded set.
    cost
        For the modelled standing time at the crossings.

    Returns
    -------
    Border
        Length (km, geodesic), segments, crossings, tripoints, the published length and the regimes.

    Raises
    ------
    UnknownNameError
        A country or worldview that does not exist, or two countries without a common border; the message names the
        countries between them.

    Examples
    --------
    >>> import corridors as cx
    >>> b = cx.border(cx.load_network(), "KGZ", "TJK")
    >>> b.published_km, round(b.ratio, 2), b.segments["length_km"].tolist()
    (984.0, 0.85, [1006.84])
    """
    book = atlas(worldview=worldview, borders=borders)
    pair = common_border(book, a, b)
    day = day_of(network)
    line = book.lines[pair]
    own = book.is_own
    length_km = line_km(line)
    published = _facts.published_lengths(pair if not own else ("", ""))
    published.insert(3, "ratio", length_km / published["length_km"])
    status = _as_seen(_facts.status_periods(pair), worldview) if not own else _facts.status_periods(("", ""))
    attrs = {**network.attrs, "worldview": book.worldview, "border": "-".join(pair)}
    corners = tripoints(worldview=worldview, borders=borders)
    is_end = np.array([set(pair) <= set(iso3.split("|")) for iso3 in corners["iso3"]], dtype=bool)
    corners = corners[is_end].reset_index(drop=True)
    found = Border(
        iso3_a=pair[0],
        iso3_b=pair[1],
        name=f"{book.names[pair[0]]} - {book.names[pair[1]]}",
        kind=book.kind(pair),
        geometry=line,
        length_km=length_km,
        published=published,
        status=status,
        segments=segments_of(line, _facts.holds_on(status, day)),
        crossings=crossing_table(network, border=pair, cost=cost),
        tripoints=corners,
        exclaves=_facts.exclaves_of(pair, day),
        regimes=_regimes.regimes(pair),
        attrs=attrs,
    )
    for name in ("published", "status", "segments", "crossings", "exclaves", "regimes"):
        getattr(found, name).attrs.update(attrs)
    return found


def common_border(book: Atlas, a: str, b: str) -> Pair:
    """Return a pair of countries that touch, in alphabetical order.

    Raises
    ------
    UnknownNameError
        They are one country, or do not touch.
    """
    first, second = book.code(a), book.code(b)
    if first == second:
        raise UnknownNameError(f"{a!r} and {b!r} are one country in the worldview {book.worldview!r}; name two")
    pair = (first, second) if first < second else (second, first)
    if pair in book.lines:
        return pair
    ways = book.chains(first, second)
    if not ways:
        raise UnknownNameError(f"{first} and {second} share no border, and no land joins them")
    n = len(ways[0]) - 2
    between = sorted({iso3 for way in ways for iso3 in way[1:-1]})
    shown = ", ".join("-".join(way) for way in ways[:6]) + (", …" if len(ways) > 6 else "")
    if n == 1:
        lie = f"between them lies {' or '.join(between)}"
    else:
        lie = f"between them lie {n} countries at least, through {', '.join(between)}"
    raise UnknownNameError(f"{first} and {second} share no border; {lie} ({shown}); ask for the borders of these")


def _as_seen(rows: pd.DataFrame, worldview: str) -> pd.DataFrame:
    """Return the parts of a border that exist in a worldview: one along an area that the view moves elsewhere does not."""
    moved = {area.area_id for area, _ in moves(worldview)}
    keep = np.array([not moved & set(split_list(ids)) for ids in rows["area_id"]], dtype=bool)
    return rows[keep].reset_index(drop=True)


def segments_of(line: Any, rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return parts of a border with their geometry where a source has it.

    A part that runs along listed areas is what the line shares with their outlines; where all parts but one have theirs, the
    last one is the rest; a part that is the whole border is the line.
    """
    import geopandas as gpd

    shapes: list[Any] = []
    for area_ids, segment in zip(rows["area_id"], rows["segment"], strict=True):
        if area_ids:
            outlines = [shapely.boundary(x.shape) for x in contested_areas() if x.area_id in split_list(area_ids)]
            shapes.append(lines_of(shapely.intersection(line, shapely.buffer(shapely.union_all(outlines), SAME))))
        else:
            shapes.append(line if segment == "whole" or len(rows) == 1 else None)
    open_ends = [k for k, shape in enumerate(shapes) if shape is None]
    if len(open_ends) == 1 and len(shapes) > 1:
        known = shapely.buffer(shapely.union_all([s for s in shapes if s is not None]), SAME)
        shapes[open_ends[0]] = lines_of(shapely.difference(line, known))
    frame = gpd.GeoDataFrame(rows.copy(), geometry=gpd.GeoSeries(shapes, index=rows.index, crs=4326), crs=4326)
    frame.insert(3, "here_km", [line_km(s) if s is not None else float("nan") for s in shapes])
    return frame


def day_of(network: Network) -> str:
    """Return the day whose state a network has, the latest one if it is undated."""
    stamp = str(network.attrs.get("as_of", ""))
    return stamp if re.fullmatch(r"\d{4}-\d{2}-\d{2}", stamp) else LATEST


def _iso_day(day: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise ValueError(f"day is {day!r}; it must be a day such as '2025-03-13'")
    return day
