"""Write every page and picture that is made from the data again, after a rebuild.

python geodata/build/pages.py [--without-gallery]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "docs/accuracy.md": ["-m", "corridors", "validate", "--reference", "-o", "docs/accuracy.md"],
    "docs/borders.md": ["-m", "corridors.borders"],
    "docs/cli.md": ["-m", "corridors.cli"],
    "docs/costs.md": ["-m", "corridors.validation", "docs/costs.md"],
    "docs/straight_segments.md": ["geodata/build/straights.py"],
    "docs/what_if.md": ["examples/fill_page.py", "docs/what_if.md"],
    "maps/gallery": ["examples/09_gallery.py", "--docs", "docs"],
}
"""Page to the command that makes it; one that is not told where to write prints the page."""


def main() -> None:
    """Run the commands one after the other; a page that cannot be made stays as it was."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without-gallery", action="store_true", help="leave the maps as they are")
    without_gallery = parser.parse_args().without_gallery
    for page, words in PAGES.items():
        if without_gallery and page == "maps/gallery":
            continue
        print(page, flush=True)
        done = subprocess.run([sys.executable, *words], cwd=ROOT, check=True, stdout=subprocess.PIPE)
        if "docs" not in "".join(words):
            (ROOT / page).write_bytes(done.stdout)


if __name__ == "__main__":
    main()
