"""Write every page and picture that is made from the data again, after a rebuild.

python geodata/build/pages.py [--without-gallery]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRINTED = {
    "docs/borders.md": "-m corridors.borders",
    "docs/cli.md": "-m corridors.cli",
    "docs/straight_segments.md": "geodata/build/straights.py",
}
"""Page to the command that prints it."""
WRITTEN = [
    "-m corridors validate --reference -o docs/accuracy.md",
    "-m corridors.validation docs/costs.md",
    "examples/fill_page.py docs/what_if.md",
]
"""Commands that write their page."""
GALLERY = "examples/09_gallery.py --docs docs"


def main() -> None:
    """Run the commands one after the other; a page that cannot be made stays as it was."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without-gallery", action="store_true", help="leave the maps as they are")
    without_gallery = parser.parse_args().without_gallery
    for page, command in PRINTED.items():
        (ROOT / page).write_bytes(run(command))
    for command in WRITTEN if without_gallery else [*WRITTEN, GALLERY]:
        run(command)


def run(command: str) -> bytes:
    """Run a command of this Python in the checkout; return what it prints."""
    print(command, flush=True)
    return subprocess.run([sys.executable, *command.split()], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    main()
