"""The page of what-if answers says what its examples print, to the letter."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "what_if.md").read_text(encoding="utf-8")
sys.path.insert(0, str(ROOT / "examples"))
import fill_page  # noqa: E402


def test_every_what_if_example_stands_on_the_page() -> None:
    # Example 15 prints timings.
    scripts = [f"examples/{p.name}" for p in sorted((ROOT / "examples").glob("[01][0-9]_*.py"))]
    assert fill_page.commands(PAGE) == [s for s in scripts if s[9:11] in ("07", "08", "10", "11", "12", "13", "14")]


@pytest.mark.parametrize("command", fill_page.commands(PAGE))
def test_a_block_is_what_its_command_prints(command: str) -> None:
    block = PAGE.partition(f"<!-- python {command} -->\n\n```text\n")[2].partition("```")[0]
    assert block == fill_page.printed(command), "write it anew: python examples/fill_page.py docs/what_if.md"
