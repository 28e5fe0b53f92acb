"""The embedded layers and tables, and where each comes from.

``geodata/catalog.toml`` has one entry a layer: path, kind, source, vintage, licence, worldview, checksum. Nothing is
read before it is asked for.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

from corridors._files import GEODATA
from corridors.errors import LayerError, UnknownNameError, did_you_mean
from corridors.schema import from_shapefile_names, read_table, validate

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@cache
def _entries() -> dict[str, dict[str, Any]]:
    with (GEODATA / "catalog.toml").open("rb") as file:
        return dict(tomllib.load(file)["layer"])


def catalog() -> pd.DataFrame:
    """Return what is embedded: one row a layer or table, with source, vintage, licence and worldview.

    Returns
    -------
    pandas.DataFrame
        By ``layer``: ``path, kind, source, vintage, licence, attribution, worldview, sha256``.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.catalog().loc["borders", "worldview"]
    'de facto (Natural Earth)'
    """
    import pandas as pd

    return pd.DataFrame.from_dict(_entries(), orient="index").rename_axis("layer").fillna("")


def provenance(name: str) -> dict[str, Any]:
    """Return the catalogue entry of one layer.

    Parameters
    ----------
    name
        A layer or table that `catalog` lists.

    Returns
    -------
    dict
        The columns of `catalog`.

    Raises
    ------
    UnknownNameError
        There is no such layer.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.provenance("rail")["licence"]
    'ODbL-1.0'
    """
    entries = _entries()
    if name not in entries:
        raise UnknownNameError(f"no layer {name!r}{did_you_mean(name, list(entries))}; there are {', '.join(entries)}")
    return dict(entries[name])


def load(name: str) -> pd.DataFrame:
    """Read an embedded layer or table.

    Parameters
    ----------
    name
        A name in `catalog`, such as ``"rail"``, ``"borders"`` or ``"stations"``.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        A layer in EPSG:4326, or a table; columns as in ``geodata/schema``.

    Raises
    ------
    UnknownNameError
        There is no such layer.
    LayerError
        The file cannot be read.

    Examples
    --------
    >>> import corridors as cx
    >>> corridors = cx.load("corridors").set_index("corridor_id")
    >>> "Central Line" in corridors.loc["middle", "aliases"]
    True
    """
    entry = provenance(name)
    path = GEODATA / entry["path"]
    if path.suffix == ".csv":
        return read_table(path, entry["kind"])
    import geopandas as gpd

    try:
        frame = gpd.read_file(path)
    except Exception as error:  # GDAL's errors have no common class in pyogrio and fiona
        raise LayerError(f"cannot read the embedded layer {name!r}: {error}") from error
    frame = from_shapefile_names(frame, entry["kind"])
    if entry["kind"] in _JOINED:
        frame = _joined(frame, entry["kind"])
    return validate(frame, entry["kind"], name=name)


_JOINED = {"stations": "station_id", "crossings": "crossing_id"}
"""Point layers whose longer columns stand in the table of that name, by id."""


def _joined(frame: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    """Join the columns that a Shapefile has no room for from the table of the same kind."""
    key = _JOINED[kind]
    table = load(kind)
    return frame[[key, "geometry"]].merge(table, on=key, how="left", validate="one_to_one")


def country_code(country: str) -> str:
    """Return the code of a country that is called by code or by its English name.

    Parameters
    ----------
    country
        ISO alpha-3 code or name of the embedded boundary set, in any case.

    Returns
    -------
    str
        ISO alpha-3 code; what is neither comes back as it was, in capitals.

    Examples
    --------
    >>> from corridors import geodata
    >>> geodata.country_code("Kyrgyzstan"), geodata.country_code("kgz")
    ('KGZ', 'KGZ')
    """
    code = country.strip().upper()
    return code if len(code) == 3 else _codes_by_name().get(country.strip().casefold(), code)


@cache
def _codes_by_name() -> dict[str, str]:
    borders = load("borders")
    return {name.casefold(): iso3 for name, iso3 in zip(borders["name"], borders["iso3"], strict=True)}


def bloc_members(bloc: str) -> set[str]:
    """Return the countries that are members of a bloc today, none if there is no such bloc.

    Parameters
    ----------
    bloc
        Its name, in any case.

    Returns
    -------
    set of str
        ISO alpha-3 codes.
    """
    table = load("blocs")
    is_member = (table["bloc"].str.casefold() == bloc.casefold()) & (table["status"] == "member")
    return set(table.loc[is_member & (table["until"] == ""), "iso3"])
