"""Make ``geodata/borders``: the countries of the world as one valid coverage, and the lines they share.

Source and worldview: Natural Earth 4.1 at 1:10 million, as the npm package world-atlas 2.0.2 carries it
(``countries-10m.json``, TopoJSON). Natural Earth draws who holds the ground; ``geodata/borders/README.md``
says what that means and for whom it is wrong.

Assumptions:

* Countries must tile the land without gap or overlap: a border is then the segments that two outlines share,
  vertex for vertex, and no tolerance is needed anywhere. 50 of the 254 source outlines cross themselves by a
  quantum (200 m), so all outlines are noded together and the faces between them are handed out again.
* Everything stands on a grid of 1e-6 degree *before* it is noded. Without it, adding 360 to a longitude
  changes its last bits and KAZ and RUS no longer share 2,000 km of border; ``coverage_is_valid`` is content.
* The source cuts Russia at the antimeridian, writes the seam as -180 on both sides, and its ends differ by a
  quantum. Here Chukotka lies beyond 180 degrees, in one piece with Siberia, and is cut off at the very end.
* Borders are simplified as a coverage, never one country at a time, which would open gaps. Continents that
  no land corridor reaches are simplified harder: the coast of Canada alone is a seventh of all vertices.
* Antarctica is left out: no borders, no network, and a ring around the pole.

Run ``python geodata/build/borders.py --atlas world-atlas-2.0.2.tgz``. The output depends on the atlas only:
the same bytes on every run.
"""

from __future__ import annotations

import argparse
import csv
import json
import tarfile
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Geod

Array = NDArray[Any]
Topology = Mapping[str, Any]

ATLAS_MEMBER = "package/countries-10m.json"
GRID_DECIMALS = 6  # 0.1 m; the source quantum is 0.0017 degree at best
GRID_DEG = 10.0**-GRID_DECIMALS
TOLERANCE_DEG = 0.01  # shortens a border by 0.3 % (median of the 42 pairs from POL to MNG; at worst 1.3 %)
FAR_TOLERANCE_DEG = 0.03  # America, Greenland, Australia: two fifths of all vertices, no land corridor
FAR_WEST_OF, FAR_SOUTH_OF = -25.0, -12.0
DBF_DATE = "2018-05-01"  # the .dbf header wants a date; a fixed one keeps the bytes the same on every run
LAND = Geod(ellps="WGS84")

# Features that the source leaves without an ISO number, or that share the number of another. Codes that start
# with X are in ISO 3166's user-assigned range: XKX, XNC, XSP as widely used, the others are ours. Leased land
# goes to the lessor, a small dependency to its state; land whose owner is contested stays apart.
SPECIAL_AREAS: Mapping[str, tuple[str, str]] = {
    "Baikonur": ("KAZ", "Kazakhstan"),
    "USNB Guantanamo Bay": ("CUB", "Cuba"),
    "Indian Ocean Ter.": ("AUS", "Australia"),
    "Coral Sea Is.": ("AUS", "Australia"),
    "Ashmore and Cartier Is.": ("AUS", "Australia"),
    "Clipperton I.": ("FRA", "France"),
    "Kosovo": ("XKX", "Kosovo"),
    "N. Cyprus": ("XNC", "Northern Cyprus"),
    "Cyprus U.N. Buffer Zone": ("XUN", "UN Buffer Zone in Cyprus"),
    "Dhekelia": ("XAD", "Akrotiri and Dhekelia"),
    "Akrotiri": ("XAD", "Akrotiri and Dhekelia"),
    "Siachen Glacier": ("XSG", "Siachen Glacier"),
    "Somaliland": ("XSO", "Somaliland"),
    "Spratly Is.": ("XSP", "Spratly Islands"),
    "Scarborough Reef": ("XSR", "Scarborough Reef"),
    "Bajo Nuevo Bank": ("XBN", "Bajo Nuevo Bank"),
    "Serranilla Bank": ("XSB", "Serranilla Bank"),
}
LEFT_OUT = frozenset({"Antarctica"})

# For the report: kilometres that earlier, independent work measured on this source at this tolerance.
MEASURED_BEFORE = {
    ("KAZ", "RUS"): 6644,
    ("CHN", "MNG"): 4374,
    ("AFG", "PAK"): 2241,
    ("KAZ", "UZB"): 2181,
    ("KGZ", "UZB"): 1045,
    ("IRN", "TKM"): 956,
}


def read_topology(path: Path, member: str) -> dict[str, Any]:
    """Return a TopoJSON.

    Parameters
    ----------
    path
        The npm tarball, or the .json taken out of it.
    member
        Which file of the tarball.
    """
    if path.suffix == ".json":
        return dict(json.loads(path.read_text(encoding="utf-8")))
    with tarfile.open(path) as archive:
        file = archive.extractfile(member)
        if file is None:
            raise ValueError(f"{member} in {path} is no file; give the tarball as npm packs it")
        return dict(json.load(file))


def read_iso_codes(path: Path) -> dict[str, tuple[str, str]]:
    """Return ISO 3166-1 numeric -> (alpha-3, short name).

    Parameters
    ----------
    path
        CSV with the columns numeric, iso3, name.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["numeric"]: (row["iso3"], row["name"]) for row in csv.DictReader(lines)}


def decode_arcs(topology: Topology) -> list[Array]:
    """Return the arcs of a quantised TopoJSON as arrays of lon, lat on the grid.

    Parameters
    ----------
    topology
        With a ``transform``; arcs are delta-encoded integers.
    """
    scale = np.asarray(topology["transform"]["scale"])
    origin = np.asarray(topology["transform"]["translate"])
    return [_on_grid(np.cumsum(np.asarray(arc), axis=0) * scale + origin) for arc in topology["arcs"]]


def decode_polygons(feature: Mapping[str, Any], arcs: Sequence[Array]) -> shapely.MultiPolygon:
    """Return the polygons of a TopoJSON feature as they come, even if invalid.

    Parameters
    ----------
    feature
        Of type Polygon or MultiPolygon.
    arcs
        As `decode_arcs` gives them.

    Returns
    -------
    shapely.MultiPolygon
        Pieces that meet at the antimeridian lie side by side, the eastern ones beyond 180 degrees. Polygons
        that the source quantum flattened to a line are gone.
    """
    polygons = feature["arcs"] if feature["type"] == "MultiPolygon" else [feature["arcs"]]
    parts = [p for rings in polygons for p in _polygon(rings, arcs)]
    if any(p.bounds[2] >= 180 for p in parts):
        parts = [_move(p, 360) if p.bounds[0] <= -180 else p for p in parts]
    return shapely.MultiPolygon(parts)


def read_features(topology: Topology, iso_codes: Mapping[str, tuple[str, str]]) -> gpd.GeoDataFrame:
    """Return the source features with their codes, outlines as they come.

    Parameters
    ----------
    topology
        Whose object ``countries`` has polygons with a ``name`` and, mostly, an ISO number as ``id``.
    iso_codes
        Numeric -> (alpha-3, name).

    Returns
    -------
    geopandas.GeoDataFrame
        iso3, name, geometry. Longitudes may run beyond 180 so that no outline is torn; polygons may be
        invalid.
    """
    arcs = decode_arcs(topology)
    rows = []
    for feature in topology["objects"]["countries"]["geometries"]:
        label = feature["properties"]["name"]
        if label in LEFT_OUT:
            continue
        iso3, name = _code(label, feature.get("id"), iso_codes)
        rows.append({"iso3": iso3, "name": name, "geometry": decode_polygons(feature, arcs)})
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def build_coverage(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rebuild the features as a valid coverage with one row a country.

    Parameters
    ----------
    features
        As `read_features` gives them.

    Returns
    -------
    geopandas.GeoDataFrame
        iso3, name, geometry, sorted by iso3.
    """
    outlines = shapely.boundary(features.geometry.to_numpy())
    noded = shapely.union_all(outlines, grid_size=GRID_DEG)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    owners = _owners(faces, features)
    owned = owners >= 0
    by_country = pd.Series(faces[owned]).groupby(features["iso3"].to_numpy()[owners[owned]], sort=True)
    names = features.drop_duplicates("iso3").set_index("iso3")["name"]
    codes = [str(iso3) for iso3, _ in by_country]
    shapes = [shapely.coverage_union_all(parts.to_numpy()) for _, parts in by_country]
    return gpd.GeoDataFrame({"iso3": codes, "name": names[codes].to_list()}, geometry=shapes, crs=features.crs)


def simplify_coverage(
    coverage: gpd.GeoDataFrame, tolerance_deg: float, *, far_tolerance_deg: float | None = None
) -> gpd.GeoDataFrame:
    """Return the coverage with fewer vertices, still a coverage, cut at the antimeridian.

    Parameters
    ----------
    coverage
        Valid; longitudes may run beyond 180.
    tolerance_deg
        Square root of the area, in square degrees, of the triangles that may go (Visvalingam-Whyatt). 0 keeps
        all.
    far_tolerance_deg
        The same for landmasses whose middle is west of 25 W or south of 12 S. None: no difference.
    """
    parts, row = shapely.get_parts(coverage.geometry.to_numpy(), return_index=True)
    far = _is_far(parts)
    parts[~far] = _simplify(parts[~far], tolerance_deg)
    parts[far] = _simplify(parts[far], tolerance_deg if far_tolerance_deg is None else far_tolerance_deg)
    shapes = [cut_at_antimeridian(shapely.MultiPolygon(list(parts[row == i]))) for i in range(len(coverage))]
    result = coverage.set_geometry(shapes, crs=coverage.crs)
    if not result.is_valid.all() or not shapely.coverage_is_valid(result.geometry.to_numpy()):
        raise ValueError(f"simplifying by {tolerance_deg} degrees broke the coverage; try less")
    return result


def cut_at_antimeridian(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a polygon with every part between -180 and 180 degrees.

    Parameters
    ----------
    shape
        Polygon or multipolygon whose longitudes may run beyond 180 on either side.
    """
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape
    parts = [piece for part in shapely.get_parts(shape) for piece in _cut(part)]
    return shapely.MultiPolygon(parts)


def shared_lines(shapes: Array, keys: Sequence[str]) -> dict[tuple[str, str], shapely.Geometry]:
    """Return the line that each two polygons of a coverage share.

    Parameters
    ----------
    shapes
        Polygons or multipolygons: a valid coverage on the grid.
    keys
        One key a shape.

    Returns
    -------
    dict
        (key, key), in alphabetical order -> LineString or MultiLineString; pairs in alphabetical order.
    """
    segments, owners = _segments(shapes)
    ends = np.sort(_vertex_ids(segments), axis=1)
    order = np.lexsort((owners, ends[:, 1], ends[:, 0]))
    same = (ends[order[1:]] == ends[order[:-1]]).all(axis=1)
    if (same[1:] & same[:-1]).any():
        raise ValueError("a segment belongs to three outlines; give a valid coverage")
    first, second = order[:-1][same], order[1:][same]
    pairs = np.sort(np.asarray(keys)[owners[np.stack([first, second], axis=1)]], axis=1)
    pieces = pd.Series(shapely.linestrings(segments[first])).groupby([pairs[:, 0], pairs[:, 1]], sort=True)
    return {
        (str(a), str(b)): shapely.normalize(shapely.line_merge(shapely.multilinestrings(lines.to_numpy())))
        for (a, b), lines in pieces
    }


def border_lines(countries: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one line for each two countries that touch along a line.

    Parameters
    ----------
    countries
        With iso3; a valid coverage.

    Returns
    -------
    geopandas.GeoDataFrame
        iso3_a < iso3_b, length_km (geodesic, of this line, so shorter than the surveyed border), geometry.
    """
    lines = shared_lines(countries.geometry.to_numpy(), countries["iso3"].to_list())
    return gpd.GeoDataFrame(
        {
            "iso3_a": [a for a, _ in lines],
            "iso3_b": [b for _, b in lines],
            "length_km": [round(LAND.geometry_length(line) / 1000, 3) for line in lines.values()],
        },
        geometry=list(lines.values()),
        crs=countries.crs,
    )


def tripoints(countries: gpd.GeoDataFrame) -> dict[tuple[str, ...], list[tuple[float, float]]]:
    """Return the vertices where three or more countries meet.

    Parameters
    ----------
    countries
        With iso3; a valid coverage.

    Returns
    -------
    dict
        Countries in alphabetical order -> (lon, lat) of each point they share.
    """
    segments, owners = _segments(countries.geometry.to_numpy())
    starts = pd.DataFrame({"id": _vertex_ids(segments)[:, 0], "owner": owners}).drop_duplicates()
    starts["lon"], starts["lat"] = segments[starts.index, 0].T
    codes = countries["iso3"].to_numpy()
    meeting = starts[starts.groupby("id")["owner"].transform("size") >= 3]
    found: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    for _, point in meeting.groupby("id"):
        names = tuple(sorted(str(codes[i]) for i in point["owner"]))
        found.setdefault(names, []).append((float(point["lon"].iloc[0]), float(point["lat"].iloc[0])))
    return dict(sorted(found.items()))


def write_shapefiles(layers: Mapping[str, gpd.GeoDataFrame], folder: Path) -> list[Path]:
    """Write all layers, or none if one fails.

    Parameters
    ----------
    layers
        Name of the file without suffix -> rows.
    folder
        Where .shp, .shx, .dbf, .prj and .cpg go; it is made if missing.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as temporary:
        for name, layer in layers.items():
            layer.to_file(
                Path(temporary, f"{name}.shp"),
                driver="ESRI Shapefile",
                engine="pyogrio",
                encoding="UTF-8",
                layer_options={"DBF_DATE_LAST_UPDATE": DBF_DATE, "RESIZE": "YES"},
            )
        return [part.replace(folder / part.name) for part in sorted(Path(temporary).iterdir())]


def area_km2(shapes: Iterable[shapely.Geometry]) -> float:
    """Return the geodesic area of some polygons.

    Parameters
    ----------
    shapes
        Valid polygons or multipolygons, degrees.
    """
    parts = shapely.get_parts(list(shapes))
    oriented = shapely.orient_polygons(parts)
    return float(sum(LAND.geometry_area_perimeter(part)[0] for part in oriented)) / 1e6


def main() -> None:
    """Read the atlas, write the two layers, print what was made."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Make geodata/borders from world-atlas 2.0.2.")
    parser.add_argument("--atlas", type=Path, required=True, help="world-atlas-2.0.2.tgz or its countries-10m.json")
    parser.add_argument("--iso", type=Path, default=here / "iso3166.csv", help="numeric,iso3,name")
    parser.add_argument("--out", type=Path, default=here.parent / "borders", help="folder to write to")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE_DEG, help="degrees; 0 keeps every vertex")
    parser.add_argument("--far-tolerance", type=float, default=FAR_TOLERANCE_DEG, help="for other continents")
    arguments = parser.parse_args()

    atlas = read_topology(arguments.atlas, ATLAS_MEMBER)
    features = read_features(atlas, read_iso_codes(arguments.iso))
    coverage = build_coverage(features)
    _check_area(features, coverage)
    countries = simplify_coverage(coverage, arguments.tolerance, far_tolerance_deg=arguments.far_tolerance)
    borders = border_lines(countries)
    files = write_shapefiles({"countries": countries, "border_lines": borders}, arguments.out)
    _report(countries, borders, files)


def _on_grid(coordinates: Array) -> Array:
    """Return the coordinates rounded to the grid; the one rounding everything goes through."""
    return np.round(coordinates, GRID_DECIMALS)


def _code(label: str, number: str | None, iso_codes: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Return code and name of a source feature."""
    if label in SPECIAL_AREAS:
        return SPECIAL_AREAS[label]
    if number is None or number not in iso_codes:
        raise ValueError(f"feature {label!r} has the ISO number {number!r}, unknown: add it to SPECIAL_AREAS")
    return iso_codes[number]


def _polygon(rings: Sequence[Sequence[int]], arcs: Sequence[Array]) -> list[shapely.Polygon]:
    """Return one polygon from arc numbers, or none if it is a line."""
    outer, *inner = (_ring(numbers, arcs) for numbers in rings)
    if len(outer) < 4:
        return []
    outer = _shift(outer, 0.0)
    middle = _middle(outer)
    return [shapely.Polygon(outer, [_shift(ring, middle) for ring in inner if len(ring) >= 4])]


def _ring(numbers: Sequence[int], arcs: Sequence[Array]) -> Array:
    """Return a closed ring without jumps; ``~i`` in TopoJSON is arc i backwards."""
    pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in numbers]
    ring = np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])
    turns = np.cumsum(np.round(np.diff(ring[:, 0]) / 360))
    ring[1:, 0] -= 360 * turns
    if abs(ring[0, 0] - ring[-1, 0]) > 180:
        raise ValueError("a ring goes around a pole: add its feature to LEFT_OUT")
    return _on_grid(ring)


def _shift(ring: Array, towards: float) -> Array:
    """Return the ring moved by whole turns so that its middle is within half a turn of a longitude."""
    turns = np.round((_middle(ring) - towards) / 360)
    return _on_grid(ring - [360 * turns, 0])


def _move(polygon: shapely.Polygon, degrees: float) -> shapely.Polygon:
    """Return the polygon moved east, on the grid."""
    return shapely.transform(polygon, lambda points: _on_grid(points + np.array([degrees, 0])))


def _middle(ring: Array) -> float:
    """Return the longitude halfway between west and east."""
    return float(ring[:, 0].min() + ring[:, 0].max()) / 2


def _owners(faces: Array, features: gpd.GeoDataFrame) -> Array:
    """Return for each face the row of the feature it lies in (the first if two overlap), -1 for water."""
    repaired = shapely.make_valid(features.geometry.to_numpy())
    shapely.prepare(repaired)
    inside, row = shapely.STRtree(repaired).query(shapely.point_on_surface(faces), predicate="within")
    owners = np.full(len(faces), len(features))
    np.minimum.at(owners, inside, row)
    return np.where(owners == len(features), -1, owners)


def _is_far(parts: Array) -> Array:
    """Return for each polygon of a coverage whether its landmass is one that no corridor reaches."""
    landmasses = shapely.get_parts(shapely.coverage_union_all(parts))
    west, south, east, north = shapely.bounds(landmasses).T
    far = ((west + east) / 2 < FAR_WEST_OF) | ((south + north) / 2 < FAR_SOUTH_OF)
    part, landmass = shapely.STRtree(landmasses).query(shapely.point_on_surface(parts), predicate="within")
    result = np.zeros(len(parts), dtype=bool)
    result[part] = far[landmass]
    return result


def _simplify(parts: Array, tolerance_deg: float) -> Array:
    """Return the coverage simplified; it must not share a line with polygons that are not given."""
    simplified: Array = shapely.coverage_simplify(parts, tolerance_deg) if tolerance_deg > 0 else parts
    return simplified


def _cut(part: shapely.Polygon) -> list[shapely.Polygon]:
    """Return the pieces of one polygon, each moved to between -180 and 180."""
    west, _, east, _ = part.bounds
    turns = range(int(np.floor((west + 180) / 360)), int(np.ceil((east + 180) / 360)))
    pieces = []
    for turn in turns:
        window = shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90)
        piece = part if len(turns) == 1 else shapely.intersection(part, window)
        pieces += [_move(p, -360 * turn) for p in shapely.get_parts(piece) if p.area > 0]
    return pieces


def _segments(shapes: Array) -> tuple[Array, Array]:
    """Return every segment of every ring, shape (n, 2, 2), and the row of the shape it belongs to."""
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    follows = ring_of_point[1:] == ring_of_point[:-1]
    segments = np.stack([points[:-1][follows], points[1:][follows]], axis=1)
    return segments, shape_of_part[part_of_ring[ring_of_point[1:][follows]]]


def _vertex_ids(points: Array) -> Array:
    """Return one integer a vertex, equal exactly where two vertices are the same on the grid."""
    whole = np.round(points * 10**GRID_DECIMALS).astype(np.int64)
    ids: Array = whole[..., 0] * 2**31 + whole[..., 1]
    return ids


def _check_area(features: gpd.GeoDataFrame, coverage: gpd.GeoDataFrame) -> None:
    """Raise unless rebuilding kept the land of the source."""
    shapes = coverage.geometry.to_numpy()
    if not shapely.coverage_is_valid(shapes):
        raise ValueError("the rebuilt outlines are not a coverage")
    before, after = area_km2(shapely.make_valid(features.geometry.to_numpy())), area_km2(shapes)
    print(f"area: {before:,.1f} km2 in the source, {after:,.1f} km2 as a coverage")
    if abs(after / before - 1) > 1e-6:
        raise ValueError("rebuilding the coverage lost or doubled land")


def _report(countries: gpd.GeoDataFrame, borders: gpd.GeoDataFrame, files: Sequence[Path]) -> None:
    """Print what was made, in numbers."""
    n_vertices = int(shapely.get_num_coordinates(countries.geometry.to_numpy()).sum())
    n_points = sum(len(points) for points in tripoints(countries).values())
    print(f"{len(countries)} countries, {n_vertices:,} vertices, {area_km2(countries.geometry):,.1f} km2")
    print(f"{len(borders)} borders, {borders['length_km'].sum():,.0f} km; {n_points} tripoints")
    lengths = borders.set_index(["iso3_a", "iso3_b"])["length_km"]
    for pair, expected in MEASURED_BEFORE.items():
        print(f"  {'-'.join(pair)}: {lengths[pair]:,.0f} km, measured before {expected:,} km")
    for file in files:
        print(f"  {file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
