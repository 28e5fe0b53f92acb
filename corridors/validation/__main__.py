"""Make the tables of a page of the documentation again: ``python -m corridors.validation docs/costs.md``."""

from __future__ import annotations

import argparse
from pathlib import Path

from corridors.validation._costs_page import write_tables


def main() -> None:
    """Write the tables into the page that is named."""
    parser = argparse.ArgumentParser(prog="python -m corridors.validation", description=__doc__)
    parser.add_argument("page", type=Path, help="a Markdown page with markers")
    write_tables(parser.parse_args().page)


if __name__ == "__main__":
    main()
