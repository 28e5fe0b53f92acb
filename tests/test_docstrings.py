"""What is promised is described: each parameter, what comes back, and an example for each function."""

import inspect
from collections.abc import Iterator

import pytest
from numpydoc.validate import validate

import corridors as cx
from corridors import export, figures, maps, report

RULES = {"GL07", "GL08", "PR01", "PR02", "PR07", "RT01", "RT03", "SS01"}
"""Sections in order, a docstring, every parameter and no other, what it means, what is returned and what that means, a summary."""


def promised() -> Iterator[str]:
    """Functions, classes and their public methods, by their full name."""
    names = {f"corridors.{n}" for n in cx.__all__}
    names |= {f"{m.__name__}.{n}" for m in (export, figures, maps, report) for n in m.__all__}
    for name in sorted(names):
        module, _, short = name.rpartition(".")
        found = getattr(cx if module == "corridors" else getattr(cx, module.rpartition(".")[2]), short)
        if inspect.isfunction(found):
            yield name
        elif inspect.isclass(found) and not issubclass(found, Exception):
            yield from (f"{name}.{n}" for n, f in vars(found).items() if not n.startswith("_") and callable(f))


@pytest.mark.parametrize("name", list(promised()))
def test_a_promised_name_says_what_it_takes_and_gives(name: str) -> None:
    is_function = name.split(".")[-2].islower()  # the examples of a method are those of its class
    wanted = RULES | ({"EX01"} if is_function else set())
    missing = [message for code, message in validate(name)["errors"] if code in wanted]
    assert missing == []
