r"""One table in LaTeX, for a paper.

Assumptions: a line holds about 80 characters at ``\footnotesize``. What is wider goes on below, the first column repeated, and long
text is wrapped; what is longer goes on overleaf. Letters that pdfLaTeX does not know are left as they are, and the head of the
file says so: LuaLaTeX sets them with a font that has them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.export._text import headers, readable, shown

if TYPE_CHECKING:
    import pandas as pd

    from corridors.export._document import Document

LINE = 80
"""Characters of a line at ``\\footnotesize`` in an article at 10 pt."""
GAP = 3
"""Characters that the space between two columns is worth."""
WRAPPED = 36
"""Longest text, in characters, that is not wrapped."""

_ESCAPES = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "/": r"\slash{}", "[": "{[}", "]": "{]}", "*": "{*}", "|": r"\textbar{}", '"': r"\textquotedbl{}", "`": r"\textasciigrave{}",
    "–": "--", "—": "---", "\N{NO-BREAK SPACE}": "~", "\N{SOFT HYPHEN}": "", "\N{ZERO WIDTH SPACE}": r"\allowbreak{}", "\N{MINUS SIGN}": r"\ensuremath{-}",
    "≤": r"\ensuremath{\le}", "≥": r"\ensuremath{\ge}", "≈": r"\ensuremath{\approx}", "≠": r"\ensuremath{\ne}",
    "\N{REPLACEMENT CHARACTER}": "?", "∞": r"\ensuremath{\infty}", "′": r"\ensuremath{'}", "″": r"\ensuremath{''}",
}  # fmt: skip
"""Brackets and asterisks are arguments of the end of the row before them, if a row begins with them."""

_KNOWN = [*range(0xA1, 0x126), *range(0x128, 0x138), *range(0x139, 0x13F), *range(0x141, 0x149), *range(0x14A, 0x166),
          *range(0x168, 0x17F), *range(0x1CD, 0x1D5), *range(0x218, 0x21C)]  # fmt: skip
KNOWN = {*map(chr, range(0x20, 0x7F)), *map(chr, _KNOWN), *"‘’‚“”„†‡•…‰‹›€№™←↑→↓", *_ESCAPES}
"""What pdfLaTeX sets with T1 fonts and no further package, tried letter by letter (LaTeX of 2022)."""

_SCRIPTS = {
    "arabic": ("[\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefc]", "Noto Naskh Arabic"),
    "chinese": ("[\u2e80-\u9fff\uf900-\ufaff]", "Noto Serif CJK SC"),
    "korean": ("[\u1100-\u11ff\uac00-\ud7a3]", "Noto Serif CJK KR"),
}
"""Letters that want a font of their own, or run from right to left: babel's name of the script, and a font that has them."""


@dataclass(frozen=True)
class _Column:
    header: str
    cells: tuple[str, ...]
    is_number: bool

    @property
    def width(self) -> int:
        """Characters that it takes."""
        return min(max(map(_width, (self.header, *self.cells))), WRAPPED)

    @property
    def side(self) -> str:
        """How it is set."""
        if all(_width(c) <= WRAPPED for c in (self.header, *self.cells)):
            return "r" if self.is_number else "l"
        return rf">{{\ragged{'left' if self.is_number else 'right'}\arraybackslash}}p{{{WRAPPED * 0.5:g}em}}"


def _width(text: str) -> int:
    """Return the characters that a text takes; Chinese, Japanese and Korean letters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def latex_files(found: Document, name: str) -> dict[str, bytes]:
    """Return one table, with what it rests on beneath, and its sources as comments."""
    title = found.title
    blocks = _blocks(_columns(readable(next(iter(found.tables.values())))))
    facts = "; ".join(f"{k.replace('_', ' ')}: {v}" for k, v in found.metadata.items() if k != "title")
    lines = []
    for n, block in enumerate(blocks):
        lines += [r"\addtocounter{table}{-1}"] if n else []
        lines += _table(block, title if n == 0 else f"{title} (continued)")
    lines += [rf"\noindent {{\footnotesize\sloppy {escaped(facts)}.\par}}", "% Sources:"]
    lines += ["%   " + " ".join(c.split()) for c in found.citations["citation"]]
    return {name: ("\n".join([*_needs(title, facts, blocks), *lines]) + "\n").encode()}


def _columns(frame: pd.DataFrame) -> list[_Column]:
    return [
        _Column(header, tuple(shown(v) for v in frame[c]), frame[c].dtype.kind in "fiu")
        for header, c in zip(headers(frame), frame.columns, strict=True)
    ]


def _blocks(columns: list[_Column]) -> list[list[_Column]]:
    """Return the columns in as many tables as it takes, the first column at the head of each."""
    blocks = [columns[:1]] if columns else []
    for column in columns[1:]:
        if sum(c.width + GAP for c in [*blocks[-1], column]) > LINE and len(blocks[-1]) > 1:
            blocks.append(columns[:1])
        blocks[-1] = [*blocks[-1], column]
    return blocks


def _table(columns: list[_Column], title: str) -> list[str]:
    head = [r"\toprule", _row(c.header for c in columns), r"\midrule"]
    return [
        r"{\footnotesize",
        rf"\begin{{longtable}}{{{''.join(c.side for c in columns)}}}",
        rf"\caption{{{escaped(title)}}} \\",
        *head,
        r"\endfirsthead",
        *head,
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *(_row(cells) for cells in zip(*(c.cells for c in columns), strict=True)),
        r"\end{longtable}}",
    ]


def _row(cells: Iterable[str]) -> str:
    return " & ".join(map(escaped, cells)) + r" \\"


def escaped(text: str) -> str:
    """Return text in which LaTeX sees no mark-up; words too long for a line can be broken."""
    breakable = re.sub(rf"(\S{{{WRAPPED - 2}}})(?=\S)", "\\1\N{ZERO WIDTH SPACE}", text)
    return "".join(" " if unicodedata.category(c) == "Cc" else _ESCAPES.get(c, c) for c in breakable)


def _needs(title: str, facts: str, blocks: list[list[_Column]]) -> list[str]:
    """Return the head of the file: what the document that includes it must load."""
    text = {
        *title,
        *facts,
        *(c for block in blocks for column in block for t in (column.header, *column.cells) for c in t),
    }
    foreign = sorted(c for c in text - KNOWN if unicodedata.category(c) != "Cc")
    lines = [
        r"% Needs \usepackage{array,booktabs,longtable}, and with pdfLaTeX \usepackage[T1]{fontenc}; text in one column."
    ]
    if foreign:
        scripts = {name: font for name, (letters, font) in _SCRIPTS.items() if re.search(letters, "".join(foreign))}
        engine = "LuaLaTeX" if scripts else "LuaLaTeX or XeLaTeX"
        lines += [
            f"% pdfLaTeX does not know {' '.join(foreign[:20])}{' ...' if len(foreign) > 20 else ''}: use {engine},"
        ]
        if scripts:
            lines += [
                r"% with \usepackage[bidi=basic,english]{babel}\babelfont{rm}{...}, and for each script a font that has it:"
            ]
        else:
            lines += [r"% with \usepackage{fontspec} and \setmainfont{...} of a font that has them."]
        lines += [
            rf"% \babelprovide[import,onchar=ids fonts]{{{script}}}\babelfont[{script}]{{rm}}{{{font}}}"
            for script, font in scripts.items()
        ]
    return lines
