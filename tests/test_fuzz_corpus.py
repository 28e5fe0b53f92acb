"""Every input that once broke a reader is given to it again; and the machinery itself finds what it should."""

import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parent / "fuzz"
sys.path.insert(0, str(FUZZ))
import run  # noqa: E402
from targets import Target, targets  # noqa: E402

TARGETS = {target.name: target for target in targets()}
CASES = sorted(path for path in (FUZZ / "corpus").glob("*/*") if path.parent.name in TARGETS)


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_an_input_that_broke_a_reader_is_a_clear_error_now(path: Path) -> None:
    assert run.trial(TARGETS[path.parent.name], path.read_bytes()) == ""


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_read_without_complaint(name: str) -> None:
    for seed in TARGETS[name].seeds():
        assert run.trial(TARGETS[name], seed) == ""


def test_a_reader_that_breaks_is_found() -> None:
    def breaks(data: bytes) -> None:
        raise KeyError(data)

    assert "KeyError" in run.trial(Target("bad", list, breaks, True, 1), b"x")
