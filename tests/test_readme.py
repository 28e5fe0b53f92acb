"""What the README shows is run."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SNIPPETS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_snippets_of_the_readme_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(SNIPPETS) == 3
    names: dict[str, object] = {}
    for snippet in SNIPPETS:
        exec(snippet, names)
    assert {p.name for p in tmp_path.iterdir()} == {"routes.html", "report.html"}


def test_every_page_and_picture_that_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).is_file(), target


def test_the_accuracy_that_the_readme_quotes_is_that_of_the_page() -> None:
    page = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    n, error, share = re.findall(r"no line was fitted to: (\d+), median error ([\d.]+)%, (\d+)% within 5 %", page)[0]
    said = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert (
        f"On {n} published distances that no line was fitted to, the median error is {error} %, and {share} % are"
        in said
    )
