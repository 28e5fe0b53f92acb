"""Build the line layers: rail, road, sea, proposed, places, crossings.

A line is an ordered list of stops; an edge runs between two consecutive stops that are not mere bends (``via``). The
length of an edge is decided in this order: the published length of its line or stretch, the difference of kilometre posts, the path in the
rail graph, another published length, the great circle times a stated sinuosity. What was decided for each line and why is written beside the layer, in ``rail/matching_report.csv``.

Usage::

    python geodata/build/layers.py --scgraph scgraph_data-2.0.0-py3-none-any.whl --searoute searoute-1.6.0.tar.gz
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from corridors.schema import to_shapefile_names
from legs import build_legs, drop_contradicted_bends, lead_through_crossings, line_pieces, match_rail, prepare_graph
from lengths import LineResult, choose_lengths
from linetables import DECIMALS, Tables, node_ids, read_tables
from matching import Matcher
from sealanes import read_sea_lanes
from straights import long_straights

# The DBF header holds a date; a fixed one keeps the bytes the same.
DBF_DATE = "2026-01-01"


def edge_frame(tables: Tables, results: dict[str, LineResult]) -> gpd.GeoDataFrame:
    """All edges, one row a leg and gauge, sorted by id."""
    rows: list[dict[str, object]] = []
    for line_id, result in results.items():
        line = tables.lines.loc[line_id]
        for leg, km, source in zip(result.legs, result.length_km, result.source, strict=True):
            is_lane = line["mode"] == "sea"
            shape = ("sea_lanes" if is_lane else "rail_graph") if leg.has_shape else "stops"
            assumed = km if source == "assumed" else min(leg.gap_km, km) if source == "matched" else 0.0
            for gauge in leg.gauges:
                suffix = f".{gauge}" if len(leg.gauges) > 1 else ""
                rows.append(
                    {
                        "edge_id": f"{line_id}.{leg.seq:03d}{suffix}",
                        "from_id": leg.from_id,
                        "to_id": leg.to_id,
                        "mode": line["mode"],
                        "line_id": line_id,
                        "gauge_mm": gauge,
                        "line_class": line["line_class"],
                        "status": line["status"],
                        "as_of": line["as_of"],
                        "length_km": round_up(km),
                        "length_source": source,
                        "assumed_km": round_up(assumed),
                        "shape_source": shape,
                        "source_id": line["source_id"],
                        "geometry": leg.lonlat,
                    }
                )
    frame = pd.DataFrame(rows).sort_values("edge_id", ignore_index=True)
    shapes = [shapely.linestrings(np.round(lonlat, DECIMALS)) for lonlat in frame.pop("geometry")]
    return gpd.GeoDataFrame(to_shapefile_names(frame, "edges"), geometry=shapes, crs="EPSG:4326")


def round_up(km: float) -> float:
    """Round to metres, never below the great circle."""
    return round(abs(float(np.ceil(km * 1000 - 1e-6))) / 1000, 3)


def place_frame(tables: Tables, nodes: set[str]) -> gpd.GeoDataFrame:
    """Stations that are nodes, as points."""
    stations = tables.stations.loc[sorted(nodes)].reset_index()
    points = gpd.points_from_xy(stations["lon"], stations["lat"])
    return gpd.GeoDataFrame(to_shapefile_names(stations, "stations"), geometry=points, crs="EPSG:4326")


def crossing_frame(tables: Tables) -> gpd.GeoDataFrame:
    """Border crossing points, as points."""
    crossings = tables.crossings.sort_values("crossing_id", ignore_index=True)
    points = gpd.points_from_xy(crossings["lon"].round(DECIMALS), crossings["lat"].round(DECIMALS))
    return gpd.GeoDataFrame(to_shapefile_names(crossings, "crossings"), geometry=points, crs="EPSG:4326")


def line_report(tables: Tables, results: dict[str, LineResult]) -> pd.DataFrame:
    """One row a line: what the table, the graph and the publications say, what was chosen, and why."""
    rows = []
    for line_id, result in sorted(results.items()):
        legs = result.legs
        geodesic = np.array([leg.chord_km for leg in legs])
        graph = np.array([np.nan if leg.graph_km is None else leg.graph_km for leg in legs])
        is_matched = np.isfinite(graph)
        chosen = np.array(result.length_km)
        worst = int(np.argmax(chosen / np.maximum(geodesic, 1.0)))
        published = tables.published.loc[tables.published["line_id"] == line_id, ["length_km", "length_kind"]]
        rows.append(
            {
                "line_id": line_id,
                "mode": tables.lines.at[line_id, "mode"],
                "status": tables.lines.at[line_id, "status"],
                "line_class": tables.lines.at[line_id, "line_class"],
                "geodesic_km": round(float(geodesic.sum()), 1),
                "graph_km": round(float(np.nansum(graph)), 1),
                "graph_covers_km": round(float(geodesic[is_matched].sum()), 1),
                "published": "|".join(f"{km:g} {kind}" for km, kind in published.itertuples(index=False)),
                "length_km": round(float(chosen.sum()), 1),
                "length_source": "|".join(sorted(set(result.source))),
                "n_legs": len(legs),
                "n_matched": int(is_matched.sum()),
                "n_straight": int((~is_matched).sum()),
                "gap_km": round(sum(leg.gap_km for leg in legs), 1),
                "worst_leg": f"{legs[worst].from_id}-{legs[worst].to_id}",
                "worst_ratio": round(float(chosen[worst] / max(geodesic[worst], 1.0)), 3),
                "why": "; ".join(result.why),
            }
        )
    return pd.DataFrame(rows)


def write_shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a Shapefile whole or not at all, the same bytes for the same rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    geometry_type = "Point" if (frame.geom_type == "Point").all() else "LineString"
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        frame.to_file(
            Path(folder) / path.name,
            driver="ESRI Shapefile",
            engine="pyogrio",
            encoding="UTF-8",
            geometry_type=geometry_type,
            layer_options={"DBF_DATE_LAST_UPDATE": DBF_DATE, "RESIZE": "YES"},
        )
        for part in sorted(Path(folder).iterdir()):
            os.replace(part, path.parent / part.name)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        frame.to_csv(Path(folder) / path.name, index=False, lineterminator="\n")
        os.replace(Path(folder) / path.name, path)


def build(scgraph: Path, searoute: Path, countries: Path, tables_folder: Path, output: Path) -> None:
    """Build and write all line layers."""
    tables = read_tables(tables_folder)
    nodes = node_ids(tables)
    graph, gaps = prepare_graph(scgraph, tables)
    matcher = Matcher(graph)
    tables, refuted = drop_contradicted_bends(matcher, tables, nodes)
    matched = match_rail(matcher, tables)
    lanes = read_sea_lanes(searoute, countries)
    results = {}
    for line_id in tables.lines.index:
        pieces = line_pieces(tables, line_id, matched, lanes)
        if not pieces:
            continue
        legs = build_legs(tables, line_id, pieces, nodes)
        legs = lead_through_crossings(tables, legs, str(tables.lines.at[line_id, "mode"]))
        results[line_id] = choose_lengths(tables, line_id, legs)
    edges = edge_frame(tables, results)
    is_open = edges["status"] == "operating"
    for mode in ("rail", "road", "sea"):
        write_shapefile(edges[is_open & (edges["mode"] == mode)], output / mode / f"{mode}.shp")
    write_shapefile(edges[~is_open], output / "proposed" / "proposed.shp")
    write_shapefile(place_frame(tables, nodes), output / "places" / "places.shp")
    write_shapefile(crossing_frame(tables), output / "crossings" / "crossings.shp")
    write_csv(line_report(tables, results), output / "rail" / "matching_report.csv")
    write_csv(long_straights(tables, results), output / "rail" / "straight_segments.csv")
    write_csv(refuted, output / "rail" / "refuted_bends.csv")
    write_csv(gaps.round(6), output / "rail" / "closed_gaps.csv")


def main() -> None:
    """Read the arguments and build."""
    geodata = Path(__file__).resolve().parents[1]
    parser = argparse.ArgumentParser(description="Build the line layers of geodata/.")
    parser.add_argument("--scgraph", type=Path, required=True, help="wheel of scgraph_data 2.0.0")
    parser.add_argument("--searoute", type=Path, required=True, help="source archive of searoute 1.6.0")
    parser.add_argument("--tables", type=Path, default=geodata / "tables", help="folder of the tables")
    countries = geodata / "borders" / "countries.shp"
    parser.add_argument("--countries", type=Path, default=countries, help="country polygons: where no ship goes")
    parser.add_argument("--output", type=Path, default=geodata, help="folder of the layers")
    arguments = parser.parse_args()
    build(arguments.scgraph, arguments.searoute, arguments.countries, arguments.tables, arguments.output)


if __name__ == "__main__":
    main()
