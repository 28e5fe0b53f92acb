"""Every page of the documentation: its Python runs, its commands run, and the site knows every public name."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import corridors as cx

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"```(python|sh)\n(.*?)```", re.DOTALL)
sys.path.insert(0, str(DOCS))
import _site  # noqa: E402


def blocks(page: str) -> list[tuple[str, str]]:
    return BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))


NEEDS_FILES = {"own_files.md", "what_if.md"}
PAGES = sorted({path.name for path in DOCS.glob("*.md") if BLOCK.search(path.read_text("utf-8"))} - NEEDS_FILES)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_runs_in_its_order(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for language, text in blocks(page):
        if language == "python":
            exec(text, names)
        else:
            for line in text.replace("\\\n", " ").splitlines():
                run(line)


def run(line: str) -> None:
    """Run one command of the package; installing is not for a test."""
    words = shlex.split(line, comments=True)
    if not words or words[0] == "pip":
        return
    assert words[0] == "corridors", line
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (line, done.stderr)


def test_the_reference_names_every_public_name_and_the_tables_every_column() -> None:
    reference = _site.api_page()
    for name in cx.__all__:
        assert f"::: corridors.{cx._HOME[name]}.{name}\n" in reference, name
    tables = _site.tables_page()
    for kind in cx.schema.kinds():
        assert f"\n## {kind}\n" in tables
    for layer in cx.catalog().index:
        assert f"[`{layer}`]" in _site.data_page()


def test_every_page_is_in_the_menu_and_every_link_leads_somewhere() -> None:
    menu = set(re.findall(r"- (\w+\.md)", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))
    pages = {path.name for path in DOCS.glob("*.md")} | {"data.md", "tables.md", "api.md"}
    assert menu == pages
    for page in pages & {path.name for path in DOCS.glob("*.md")}:
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", (DOCS / page).read_text(encoding="utf-8")):
            assert target in pages or (DOCS / target).is_file(), (page, target)
