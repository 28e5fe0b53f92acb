"""Write ``geodata/catalog.toml``: what is embedded, from where, under which licence, with which checksum.

The checksum of a layer covers its ``.shp`` and ``.dbf``; that of a table its CSV file.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

GEODATA = Path(__file__).resolve().parents[1]
VERIFIED = "2026-11-22"
"""Day on which the tables were last checked against their sources; `load_network(as_of="latest")` carries it."""

OSM = (
    "© OpenStreetMap contributors, ODbL 1.0, by way of scgraph_data 2.0.0 (vintage 2024-02 or older)",
    "ODbL-1.0",
    "Rail shapes © OpenStreetMap contributors (ODbL).",
)
NATURAL_EARTH = (
    "Natural Earth 4.1, 1:10m, by way of npm world-atlas 2.0.2",
    "public domain",
    "Made with Natural Earth.",
)
FACTS = ("tables of this project; each row names its source", "MIT", "")
LAYERS = {
    "borders": ("borders/countries.shp", "countries", "4.1 (2018)", NATURAL_EARTH),
    "border_lines": ("borders/border_lines.shp", "border_lines", "4.1 (2018)", NATURAL_EARTH),
    "rail": ("rail/rail.shp", "edges", VERIFIED, OSM),
    "proposed": ("proposed/proposed.shp", "edges", VERIFIED, OSM),
    "road": ("road/road.shp", "edges", VERIFIED, FACTS),
    "sea": (
        "sea/sea.shp",
        "edges",
        VERIFIED,
        ("searoute 1.6.0 (Eurostat marnet, © EuroGeographics)", "Apache-2.0", "Sea lanes © EuroGeographics."),
    ),
    "station_points": ("places/places.shp", "stations", VERIFIED, FACTS),
    "crossing_points": ("crossings/crossings.shp", "crossings", VERIFIED, FACTS),
}
WORLDVIEW = {"borders": "de facto (Natural Earth)", "border_lines": "de facto (Natural Earth)"}


def checksum(path: Path) -> str:
    """Return the SHA-256 of a table, or of the shapes and attributes of a layer."""
    parts = [path, path.with_suffix(".dbf")] if path.suffix == ".shp" else [path]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()


def entries() -> dict[str, dict[str, str]]:
    """Return the catalogue: layers first, then every table that has a schema."""
    out: dict[str, dict[str, str]] = {}
    for name, (path, kind, vintage, (source, licence, attribution)) in LAYERS.items():
        out[name] = {
            "path": path, "kind": kind, "source": source, "vintage": vintage, "licence": licence,
            "attribution": attribution, "worldview": WORLDVIEW.get(name, ""),
        }  # fmt: skip
    for path in sorted((GEODATA / "tables").glob("*.csv")):
        source, licence, attribution = FACTS
        out[path.stem] = {
            "path": f"tables/{path.name}", "kind": path.stem, "source": source, "vintage": VERIFIED, "licence": licence,
            "attribution": attribution, "worldview": "",
        }  # fmt: skip
    for entry in out.values():
        path = GEODATA / entry["path"]
        entry["sha256"] = checksum(path)
    return out


def main() -> None:
    """Write the catalogue."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    lines = [
        "# Written by geodata/build/catalog.py: one entry a layer or table; `kind` names its schema.",
        "",
    ]
    for name, entry in entries().items():
        lines.append(f"[layer.{name}]")
        lines += [f'{key} = "{value}"' for key, value in entry.items()]
        lines.append("")
    (GEODATA / "catalog.toml").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
