"""Any line against any border: crossings and country sequence of somebody's own lines, with the wobble rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors import geodata
from corridors.borders._atlas import atlas
from corridors.errors import SchemaError, UnknownNameError
from corridors.network._reading import read_layer, single_parts
from corridors.topology import EXCURSION_TOLERANCE_KM, CountrySequence, CrossingPoints, cut_line
from corridors.units import length_km

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_CROSSING = ["line", "order", "iso3_from", "iso3_to", "crossing_id", "name", "at_km", "geometry"]
_SEQUENCE = ["line", "countries", "n_crossings", "length_km", "km_by_country"]
_NOISE = ["line", "iso3", "km"]


@dataclass(frozen=True, eq=False)
class LineCrossings:
    """Where lines cross borders; made by `crossings_of`.

    Attributes
    ----------
    crossings
        ``line, order, iso3_from, iso3_to, crossing_id, name`` (empty where no crossing point is known), ``at_km`` (along
        the line), ``geometry``.
    sequences
        ``line, countries`` (in order), ``n_crossings, length_km, km_by_country`` (in the same order).
    noise
        ``line, iso3, km``: stretches in a country that were taken for a wobble of the generalised border.
    """

    crossings: gpd.GeoDataFrame
    sequences: pd.DataFrame
    noise: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"<LineCrossings: {len(self.sequences)} lines, {len(self.crossings)} crossings "
            f"({int((self.crossings['crossing_id'] != '').sum())} named), {len(self.noise)} stretches of border noise, "
            f"{self.crossings.attrs['worldview']}>"
        )


def crossings_of(
    lines: Any,
    borders: Any = None,
    *,
    crossings: Any = None,
    mode: str = "",
    tolerance_km: float = EXCURSION_TOLERANCE_KM,
    worldview: str = "de facto",
) -> LineCrossings:
    """Return where lines cross borders, and the countries of each line in order.

    A line beside a border crosses a generalised polygon many times although nothing crosses there: an excursion shorter
    than ``tolerance_km`` without a known crossing point at each end is noise, which is listed.

    Parameters
    ----------
    lines
        A path to anything GDAL reads, or a GeoDataFrame, in any CRS. Lines of one ``line_id`` that meet end to end are one
        line; without that column each line is its own. Columns ``iso3_from, iso3_to``, where there are any, say in which
        country the two ends lie: what is known of a station overrules a generalised polygon.
    borders
        Country polygons of your own with ISO alpha-3 codes; None for the embedded set.
    crossings
        Points with ``crossing_id, name, iso3_a, iso3_b``; None for the embedded registry.
    mode
        Only crossing points of this mode (``rail``, ``road``, ``sea``); all if empty.
    tolerance_km
        Longest excursion that can be noise.
    worldview
        ``"de facto"`` or ``"un-style"``; for the embedded set.

    Returns
    -------
    LineCrossings
        Tables of ``crossings``, ``noise`` and country ``sequences``.

    Raises
    ------
    LayerError
        A file cannot be read, is empty, has no CRS or the wrong kind of geometry.
    SchemaError
        A layer has no column of country codes, or of ids.
    UnknownNameError
        A mode or worldview that does not exist.

    Examples
    --------
    >>> import corridors as cx
    >>> rail = cx.load("rail")
    >>> found = cx.crossings_of(rail[rail["line_id"] == "chelyabinsk-petropavl-omsk"])
    >>> found.sequences["countries"].tolist()
    [('RUS', 'KAZ', 'RUS')]
    """
    book = atlas(worldview=worldview, borders=borders)
    points, names = _crossing_points(crossings, mode)
    rows: dict[str, list[dict[str, Any]]] = {"crossings": [], "sequences": [], "noise": []}
    for label, line, ends in _whole_lines(lines):
        if missing := [iso3 for iso3 in ends if iso3 and iso3 not in book.areas]:
            raise UnknownNameError(f"line {label!r} ends in {missing[0]!r}, which is no country of these borders")
        found = book.boundaries.sequence(line, ends=ends, crossings=points, tolerance_km=tolerance_km)
        pieces = cut_line(line, [cut.at for cut in found.cuts])
        km = [length_km(p) for p in pieces]
        rows["crossings"] += list(_cut_rows(label, found, pieces, km, names))
        rows["sequences"].append(
            {"line": label, "countries": found.iso3, "n_crossings": len(found.cuts), "length_km": sum(km),
             "km_by_country": tuple(km)}
        )  # fmt: skip
        rows["noise"] += [{"line": label, "iso3": iso3, "km": km} for iso3, km in found.noise]
    return _frames(rows, book.worldview, tolerance_km)


def _frames(rows: dict[str, list[dict[str, Any]]], worldview: str, tolerance_km: float) -> LineCrossings:
    import geopandas as gpd
    import pandas as pd

    found = LineCrossings(
        gpd.GeoDataFrame(pd.DataFrame(rows["crossings"], columns=_CROSSING), geometry="geometry", crs=4326),
        pd.DataFrame(rows["sequences"], columns=_SEQUENCE),
        pd.DataFrame(rows["noise"], columns=_NOISE),
    )
    for frame in (found.crossings, found.sequences, found.noise):
        frame.attrs.update(worldview=worldview, tolerance_km=tolerance_km)
    return found


def _cut_rows(
    label: str, found: CountrySequence, pieces: list[Any], km: list[float], names: dict[str, str]
) -> Iterator[dict[str, Any]]:
    at_km = np.cumsum(km)
    for k, cut in enumerate(found.cuts):
        yield {
            "line": label,
            "order": k + 1,
            "iso3_from": cut.iso3_from,
            "iso3_to": cut.iso3_to,
            "crossing_id": cut.crossing_id,
            "name": names.get(cut.crossing_id, ""),
            "at_km": float(at_km[k]),
            "geometry": shapely.Point(pieces[k][-1]),
        }


def _whole_lines(lines: Any) -> Iterator[tuple[str, Any, tuple[str, str]]]:
    """Yield label, shape and countries of the ends of each line; pieces of one ``line_id`` that meet end to end are one."""
    frame = single_parts(read_layer(lines, geometry="line", name="lines")).reset_index(drop=True)
    starts, ends = (_codes(frame, column) for column in ("iso3_from", "iso3_to"))
    if "line_id" not in frame:
        labels = frame["name"].astype(str) if "name" in frame else [f"line {i + 1}" for i in range(len(frame))]
        yield from zip(labels, frame.geometry.array, zip(starts, ends, strict=True), strict=True)
        return
    for label, rows in frame.groupby(frame["line_id"].astype(str), sort=False).indices.items():
        shapes = list(frame.geometry.array[rows])
        merged = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(shapes)))
        first = shapely.Point(shapely.get_coordinates(shapes[0])[0])
        known = (starts[rows[0]], ends[rows[-1]]) if len(merged) == 1 else ("", "")
        for k, shape in enumerate(merged):
            is_backward = shapely.distance(shapely.get_point(shape, -1), first) < 1e-9
            name = str(label) if len(merged) == 1 else f"{label} ({k + 1})"
            yield name, shapely.reverse(shape) if is_backward else shape, known


def _codes(frame: Any, column: str) -> list[str]:
    """Return a column of country codes, ``""`` where nothing is known."""
    return frame[column].fillna("").astype(str).str.upper().tolist() if column in frame else [""] * len(frame)


def _crossing_points(crossings: Any, mode: str) -> tuple[CrossingPoints, dict[str, str]]:
    if mode not in ("", "rail", "road", "sea"):
        raise UnknownNameError(f"mode is {mode!r}; it must be rail, road or sea, or empty for all")
    if crossings is None:
        frame = geodata.load("crossings")
        if mode:
            modes = geodata.load("crossing_modes")
            frame = frame[frame["crossing_id"].isin(modes.loc[modes["mode"] == mode, "crossing_id"])]
        lon, lat = frame["lon"], frame["lat"]
    else:
        frame = single_parts(read_layer(crossings, geometry="point", name="crossings"))
        missing = [c for c in ("crossing_id", "iso3_a", "iso3_b") if c not in frame]
        if missing:
            given = ", ".join(map(str, frame.columns.drop("geometry")))
            raise SchemaError(f"the crossings layer: column {missing[0]!r} is missing; given are {given}")
        lon, lat = frame.geometry.x, frame.geometry.y
    names = dict(zip(frame["crossing_id"], frame["name"] if "name" in frame else frame["crossing_id"], strict=True))
    points = CrossingPoints(
        list(frame["crossing_id"]), list(frame["iso3_a"]), list(frame["iso3_b"]),
        np.asarray(lon, dtype=float), np.asarray(lat, dtype=float),
    )  # fmt: skip
    return points, names
