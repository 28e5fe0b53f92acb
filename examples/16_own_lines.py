"""Your own lines: build a network of two lines with a gap between them, and read what was done."""

import geopandas as gpd
from shapely.geometry import LineString

import corridors as cx


def main() -> None:
    lines = gpd.GeoDataFrame(
        {"name": ["West", "East"], "gauge_mm": [1520, 1520]},
        geometry=[LineString([(69.2, 41.3), (69.9, 41.0)]), LineString([(69.901, 41.0), (70.9, 40.9)])],
        crs=4326,
    )
    network = cx.build_network(rail=lines, gap_m=200)
    print(network.report())
    print(network.repairs[["kind", "what", "lon", "lat", "metres", "note"]].to_string(index=False))


if __name__ == "__main__":
    main()
