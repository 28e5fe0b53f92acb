"""Real dirty input: OpenStreetMap rail ways of three countries become one network, and four legs are compared with what is published.

The files stay outside the repository (`railways_*.json`, one way a record): ``python benchmarks/dirty_osm.py FOLDER``.
"""

import json
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
from shapely.geometry import LineString

import corridors as cx
from corridors.topology import components
from corridors.units import distance_km

# from and to (ids of embedded stations), published km and whose (None: there is no figure)
LEGS = {
    "Hairatan-Mazar-i-Sharif": ("hairatan", "mazar-i-sharif", 75.0),  # geodata/tables/benchmarks.csv
    "Turkmenbashi-Ashgabat": ("turkmenbashi", "ashgabat", None),
    "Mary-Serhetabat": ("mary", "serhetabat", 315.0),  # geodata/tables/benchmarks.csv
    "Serhetabat-Torghundi": ("serhetabat", "torghundi", None),
    "Baku-Astara": ("baku", "astara-aze", 313.0),  # geodata/tables/lines.csv, note
}


def ways(folder: Path, countries: tuple[str, ...] = ("afghanistan", "azerbaijan", "turkmenistan")) -> gpd.GeoDataFrame:
    """Read the ways; a way that two extracts hold comes once more, as it does in such files."""
    rows = [w for c in countries for w in json.loads((folder / f"railways_{c}.json").read_text())]
    rows = [w for w in rows if w["type"] == "rail" and len(w["geometry"]) > 1]
    shapes = [LineString(np.array(w["geometry"])[:, ::-1]) for w in rows]
    return gpd.GeoDataFrame({"line_id": [f"way-{w['id']}" for w in rows]}, geometry=shapes, crs=4326)


def nearest(network: cx.Network, station_id: str) -> str:
    """Return the node of the longest component that is nearest to an embedded station."""
    stations = cx.load("stations").set_index("station_id")
    nodes, edges = network.tables["nodes"], network.tables["edges"]
    label = components(np.column_stack([edges["from"], edges["to"]]), len(nodes["node_id"]))
    km = np.bincount(label[edges["from"]], edges["length_km"], minlength=label.max() + 1)
    lon, lat = (float(stations.at[station_id, c]) for c in ("lon", "lat"))
    away = distance_km(lon, lat, nodes["lon"], nodes["lat"])
    away[(km[label] < 20.0) | (nodes["station_id"] == "")] = np.inf
    return str(nodes["station_id"][int(np.argmin(away))])


def main(folder: Path) -> None:
    """Print what was repaired and how long the legs are."""
    lines = ways(folder)
    print(f"{len(lines):,} ways")
    for options in ({"snap_m": 0.0, "repair": False}, {"snap_m": 2.0, "gap_m": 100.0}):
        start = time.perf_counter()
        network = cx.build_network(rail=lines, defaults={"gauge_mm": 1520}, name="dirty", **options)
        print(f"\n{options}: {time.perf_counter() - start:.1f} s, {network!r}")
        print(network.repairs.groupby(["kind", "note"])["metres"].agg(["size", "sum"]).round(0).to_string())
        over = network.edges[network.edges["kind"] == "crossing"]
        pairs = over["country"].map(lambda c: "-".join(sorted(c.split("|"))))
        print("crossings:", ", ".join(f"{p} {n}" for p, n in pairs.value_counts().sort_index().items()))
        for leg, (a, b, published) in LEGS.items():
            try:
                found = cx.route(network, nearest(network, a), nearest(network, b), weight="length_km", modes=["rail"])
                km = found.network_km
                off = f"{km / published - 1:+.1%} of {published:g}" if published else "no published length"
                print(
                    f"  {leg}: {km:.1f} km on the network ({off}), gaps {found.assumed_km * 1000:.0f} m, {found.countries} {list(found.crossings['crossing_id'])}"
                )
            except cx.CorridorError as error:
                print(f"  {leg}: {str(error)[:150]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
