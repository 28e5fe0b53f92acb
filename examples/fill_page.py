"""Write into a page what its examples print, so that no number in it is typed by hand.

    python examples/fill_page.py docs/what_if.md

In the page, a comment ``<!-- python examples/07_trans_afghan.py -->`` stands above a block of text: the block is what the
command prints. A test fails where the page says something else.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import runpy
import shlex
import sys
import textwrap
from pathlib import Path

from corridors._files import write_whole

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(<!-- python (?P<command>[^\n]+) -->\n\n```text\n).*?(?=```)", re.DOTALL)


def wrapped(line: str, width: int = 120) -> str:
    """Return a line of a table as it is, a long sentence in lines that a page has room for."""
    is_table = "  " in line.strip()
    return line if is_table else textwrap.fill(line, width, subsequent_indent="  ", break_on_hyphens=False)


def printed(command: str) -> str:
    """Return what a command prints, without blanks at the ends of lines, and with its sentences wrapped."""
    script, *arguments = shlex.split(command)
    out = io.StringIO()
    before = sys.argv
    sys.argv = [script, *arguments]
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_path(str(ROOT / script), run_name="__main__")
    finally:
        sys.argv = before
    return "\n".join(wrapped(line.rstrip()) for line in out.getvalue().strip().splitlines()) + "\n"


def commands(text: str) -> list[str]:
    """Return the commands of a page, in order."""
    return [found["command"] for found in BLOCK.finditer(text)]


def filled(text: str) -> str:
    """Return a page with its blocks written anew."""
    return BLOCK.sub(lambda found: found[1] + printed(found["command"]), text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    page = parser.parse_args().page
    write_whole(page, filled(page.read_text(encoding="utf-8")).encode())
