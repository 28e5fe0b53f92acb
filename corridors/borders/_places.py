"""Points on the map: the country of a place, the hard places, and where three countries meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import geodata
from corridors.borders._atlas import atlas
from corridors.borders._worldview import VIEWS
from corridors.units import distance_km

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

TRIPOINT_KM = 3.0
"""A published tripoint within this distance is found; farther off its row has to say why."""


def country_at(lon: float, lat: float, *, worldview: str = "de facto", borders: Any = None) -> str:
    """Return the country at a point, ``""`` where there is none.

    Parameters
    ----------
    lon, lat
        Degrees.
    worldview
        ``"de facto"`` (who holds the ground, Natural Earth) or ``"un-style"``; `hard_places` lists where they differ.
    borders
        Country polygons of your own; None for the embedded set.

    Returns
    -------
    str
        ISO alpha-3 code.

    Raises
    ------
    UnknownNameError
        There is no such worldview.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.country_at(34.1, 44.95), cx.country_at(34.1, 44.95, worldview="un-style")
    ('RUS', 'UKR')
    """
    return atlas(worldview=worldview, borders=borders).boundaries.country_of(lon, lat)[0]


def country_areas(*, worldview: str = "de facto") -> gpd.GeoDataFrame:
    """Return the country polygons under a worldview: ``iso3, name, geometry``; ``attrs["worldview"]`` names it.

    Parameters
    ----------
    worldview
        ``"de facto"`` (who holds the ground, Natural Earth) or ``"un-style"``.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326, one row a country.

    Raises
    ------
    UnknownNameError
        There is no such worldview.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.country_areas(worldview="un-style").attrs["worldview"]
    'un-style (overrides on de facto (Natural Earth))'
    """
    return atlas(worldview=worldview).frame()


def neighbours(country: str, *, worldview: str = "de facto", borders: Any = None) -> tuple[str, ...]:
    """Return the neighbours of a country over land.

    Parameters
    ----------
    country
        ISO alpha-3 code or name.
    worldview, borders
        As for `country_at`.

    Returns
    -------
    tuple of str
        ISO alpha-3 codes in alphabetical order; empty for an island.

    Raises
    ------
    UnknownNameError
        A country or worldview that does not exist.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.neighbours("KAZ")
    ('CHN', 'KGZ', 'RUS', 'TKM', 'UZB')
    """
    book = atlas(worldview=worldview, borders=borders)
    return book.neighbours[book.code(country)]


def hard_places() -> pd.DataFrame:
    """Return the contested places and exclaves, with the country at each in every worldview.

    Returns
    -------
    pandas.DataFrame
        ``place_id, name, lon, lat``, one column a worldview, ``extent`` (``undrawn``: the boundary set does not draw it, so no
        view can move it), ``status, since, note, source_id``.

    Examples
    --------
    >>> import corridors as cx
    >>> crimea = cx.hard_places().set_index("place_id").loc["crimea"]
    >>> crimea["de facto"], crimea["un-style"]
    ('RUS', 'UKR')
    """
    import pandas as pd

    areas, exclaves = geodata.load("worldviews"), geodata.load("exclaves")
    rows = pd.concat(
        [
            areas.rename(columns={"area_id": "place_id"}),
            exclaves.rename(columns={"exclave_id": "place_id"}).assign(
                status="exclave", since="", extent=exclaves["is_drawn"].map({"yes": "piece", "no": "undrawn"})
            ),
        ],
        ignore_index=True,
    )
    names = ["place_id", "name", "lon", "lat", "extent", "status", "since", "note", "source_id"]
    table = rows[names].copy()
    for k, view in enumerate(VIEWS):
        found = atlas(worldview=view).boundaries.country_of(table["lon"], table["lat"])
        table.insert(4 + k, view, found)
    table.attrs["worldview"] = ", ".join(VIEWS)
    return table


def tripoints(*, worldview: str = "de facto", borders: Any = None) -> pd.DataFrame:
    """Return the points where three countries meet, beside the published position where there is one.

    Parameters
    ----------
    worldview, borders
        As for `country_at`.

    Returns
    -------
    pandas.DataFrame
        ``iso3`` (codes joined by ``|``), ``name, lon, lat`` (in the boundary set), ``published_lon, published_lat, off_km,
        explanation, tripoint_id, source_id``; empty or NaN where no position is published.

    Examples
    --------
    >>> import corridors as cx
    >>> points = cx.tripoints().set_index("iso3")
    >>> points.loc["AFG|TJK|UZB", ["lon", "lat", "off_km"]].astype(float).round(1).tolist()
    [67.8, 37.2, 0.8]
    """
    import pandas as pd

    book = atlas(worldview=worldview, borders=borders)
    frame = pd.DataFrame(
        [("|".join(codes), lon, lat) for codes, lon, lat in book.junctions], columns=["iso3", "lon", "lat"]
    )
    known = geodata.load("tripoints") if not book.is_own else geodata.load("tripoints").iloc[:0]
    rows = [_published_tripoint(known, row.iso3, row.lon, row.lat) for row in frame.itertuples()]
    columns = ["name", "published_lon", "published_lat", "off_km", "explanation", "tripoint_id", "source_id"]
    frame = pd.concat([frame, pd.DataFrame(rows, columns=columns)], axis=1)
    frame = frame[["iso3", "name", "lon", "lat", *columns[1:]]]
    frame.attrs["worldview"] = book.worldview
    return frame


def _published_tripoint(known: pd.DataFrame, iso3: str, lon: float, lat: float) -> tuple[Any, ...]:
    """Return what is published about a tripoint: that of the same countries for which this one is the nearest."""
    same = known[known["iso3"] == iso3]
    nothing = ("", np.nan, np.nan, np.nan, "", "", "")
    if same.empty:
        return nothing
    km = distance_km(lon, lat, same["lon"].to_numpy(), same["lat"].to_numpy())
    best = int(np.argmin(km))
    row = same.iloc[best]
    # Where three countries meet twice, each point has its own row: another one is far away.
    if km[best] > 10 * TRIPOINT_KM:
        return nothing
    return (
        row["name"],
        row["lon"],
        row["lat"],
        float(km[best]),
        row["explanation"],
        row["tripoint_id"],
        row["source_id"],
    )
