"""LaTeX: no text is mark-up, no table is wider than the line, and it compiles where there is a LaTeX."""

import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

import corridors as cx
from corridors import export
from corridors.export._latex import LINE, escaped

PDFLATEX = shutil.which("pdflatex")
LUALATEX = shutil.which("lualatex")
HOSTILE = [
    *(
        "[1] first",
        "*starred",
        "% & _ # \\ { } ~ ^ $",
        "é Ł ş ğ ı İ ț ā ž",
        "– — − ≤ ≥ ≈ ∞ ′ → … °",
        "\"q\" 'r' `s` <t> |u|",
    ),
    *(
        "a\x00b\x07\n\nline",
        "\\input{/etc/hostname}",
        "\\end{longtable}",
        "/".join(["path"] * 30),
        "x" * 300,
        "word " * 80,
        "",
    ),
]


def tex(frame: object, **options: str) -> str:
    return export.content(frame, "tex", **options).decode()


def tables_in(text: str) -> list[str]:
    return re.findall(r"\\begin\{longtable\}.*?\\end\{longtable\}", text, re.DOTALL)


def test_each_special_letter_is_set_and_not_obeyed() -> None:
    assert escaped("50% & a_b #1 {x} $5") == r"50\% \& a\_b \#1 \{x\} \$5"
    assert escaped("\\input{x} ~ ^") == r"\textbackslash{}input\{x\} \textasciitilde{} \textasciicircum{}"
    assert escaped("[2mm] *") == "{[}2mm{]} {*}"  # after the end of a row these would be its arguments
    assert escaped("≤ − – é Ł ş") == r"\ensuremath{\le} \ensuremath{-} -- é Ł ş"
    assert escaped("a\x00\n\nb") == "a   b"  # an empty line would end a paragraph inside a cell


def test_columns_that_do_not_fit_go_on_below_behind_the_first_one() -> None:
    wide = pd.DataFrame({"route": ["north", "south"], **{f"quantity number {i:02}": [i, 10 * i] for i in range(12)}})
    found = tables_in(tex(wide))
    assert len(found) == 4  # 17 + 3 characters of the first head, 18 + 3 of each other: three beside it
    assert all("north & " in t and "south & " in t and "route & " in t for t in found)
    assert [t.count("quantity number") for t in found] == [6] * 4  # once on the first page, once on the others
    assert "(continued)" not in found[0]
    assert all("(continued)" in t for t in found[1:])


def test_a_narrow_table_is_one_with_its_rows_in_order() -> None:
    (found,) = tables_in(tex(pd.DataFrame({"name": ["b", "a"], "length_km": [1234.5, 2.0]})))
    assert r"name & length (km) \\" in found
    assert found.index(r"b & 1,234") < found.index("a & 2")
    assert r"\begin{longtable}{lr}" in found


def test_the_head_says_when_pdflatex_will_not_do() -> None:
    assert "pdfLaTeX does not know ə Ж: use LuaLaTeX" in tex(pd.DataFrame({"name": ["Ж", "Biləcəri"]}))
    assert "does not know" not in tex(pd.DataFrame({"name": ["Łódź – Kızılorda ≤ Ćuprija"]}))
    assert r"\usepackage{array,booktabs,longtable}" in tex(pd.DataFrame({"name": ["x"]})).splitlines()[0]


def test_the_head_has_the_fonts_of_scripts_to_copy() -> None:
    head = tex(pd.DataFrame({"name": ["مزار شریف", "喀什"]}))
    assert r"\babelprovide[import,onchar=ids fonts]{arabic}\babelfont[arabic]{rm}{Noto Naskh Arabic}" in head
    assert r"\babelfont[chinese]{rm}{Noto Serif CJK SC}" in head
    assert "babel" not in tex(pd.DataFrame({"name": ["Ж"]}))


def test_chinese_letters_take_the_room_of_two() -> None:
    assert r"\begin{longtable}{l}" in tex(pd.DataFrame({"name": ["x" * 34]}))
    assert "raggedright" in tex(pd.DataFrame({"name": ["喀" * 19]}))  # 38


@pytest.mark.skipif(not LUALATEX, reason="no LuaLaTeX: apt-get install texlive-luatex")
def test_a_persian_name_is_set_from_right_to_left(tmp_path: Path) -> None:
    head = tex(pd.DataFrame({"name": ["مزار شریف"]}))
    [lines] = [line for line in head.splitlines() if line.startswith(r"% \babelprovide")]
    load = lines.removeprefix("% ").replace("Noto Naskh Arabic", "DejaVu Sans")
    page = [
        *(r"\documentclass{article}\usepackage{array,booktabs,longtable}", r"\usepackage[bidi=basic,english]{babel}"),
        *(r"\babelfont{rm}{DejaVu Serif}", load, r"\begin{document}", head, r"\end{document}"),
    ]
    (tmp_path / "x.tex").write_text("\n".join(page), encoding="utf-8")
    command = [str(LUALATEX), "-interaction=nonstopmode", "-halt-on-error", "--no-shell-escape", "x.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "x.log").read_text(encoding="utf-8", errors="replace")


def test_a_frame_without_rows_or_columns_is_written() -> None:
    assert len(tables_in(tex(pd.DataFrame({"a": pd.Series([], dtype=float)})))) == 1
    assert tables_in(tex(pd.DataFrame())) == []


@pytest.mark.skipif(not PDFLATEX, reason="no LaTeX: apt-get install texlive-latex-recommended")
def test_it_compiles_and_nothing_sticks_out(tmp_path: Path) -> None:
    routes = cx.alternatives(cx.load_network(), "Almaty", "Duisburg", k=3)
    awkward = pd.DataFrame({"na_me & [%]": HOSTILE, "length_km": [1.5] * len(HOSTILE), "x" * LINE: [1] * len(HOSTILE)})
    parts = [tex(awkward), tex(pd.DataFrame({"a": pd.Series([], dtype=float)})), tex(pd.DataFrame())]
    parts += [tex(routes, table=name) for name in export.tables(routes)]
    head = r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{array,booktabs,longtable}\begin{document}"
    (tmp_path / "x.tex").write_text("\n".join([head, *parts, r"\end{document}"]), encoding="utf-8")
    command = [str(PDFLATEX), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "x.tex"]
    for _ in range(2):  # the widths of long tables settle in the second run
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    over = [float(pt) for pt in re.findall(r"Overfull \\hbox \(([\d.]+)pt", done.stdout)]
    assert max(over, default=0.0) < 3.0  # of 345 pt
