"""The page of the manual, made of the help texts so that it cannot drift."""

from __future__ import annotations

import re
from typing import Any

import typer.main

_HEAD = """\
# The command line

Written by `python -m corridors.cli > docs/cli.md`; do not edit.

`corridors COMMAND --help` says the same. Tables go to standard output, everything else to standard error: `corridors route Almaty
Duisburg > way.csv` holds the table and nothing else. In a terminal tables are drawn; in a pipe they are CSV, complete, without colour
and without progress. `--format` chooses, `-o` writes files ([files](exports.md)), and may be repeated: `-o map.html -o table.xlsx`.

Exit codes: 0 found; 1 no route, or something wrong in a file that was checked; 2 bad usage or input; 3 a defect of this package.

`corridors --install-completion` teaches the shell the commands, options, places, lines, crossings, scenarios and cost models.

A file of pairs is CSV in UTF-8 with the columns `origin` and `destination` (`,`, `;` or tab between them), places as names, ids or
`"lon,lat"` in quotes, and, for `criticality`, a `weight`, which adds up over rows of one pair. A row that cannot be answered is reported, in `compare` in the columns `row` and
`reason`, and the rest goes on.
"""


def examples() -> dict[str, list[str]]:
    """Return the examples of each command, as its help gives them."""
    return {name: re.findall(r"^Example: (.+)$", command.help or "", re.MULTILINE) for name, command in _commands()}


def page() -> str:
    """Return the page in Markdown."""
    return _HEAD + "".join(_section(name, command) for name, command in _commands())


def _commands() -> list[tuple[str, Any]]:
    from corridors.cli import app

    group: Any = typer.main.get_command(app)
    return list(group.commands.items())


def _section(name: str, command: Any) -> str:
    text = [line for line in str(command.help).split("\n\n") if not line.startswith("Example: ")]
    shown = "\n".join(examples()[name])
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    words = " ".join(_metavar(a) for a in arguments)
    rows = [f"| `{_metavar(a)}` | {_cell(a.help)} |" for a in arguments]
    rows += [f"| {_names(o)} | {_cell(o.help)}{_default(o)} |" for o in options]
    return (
        f"\n## {name}\n\n" + "\n\n".join(" ".join(part.split()) for part in text) + f"\n\n```text\n{shown}\n```\n\n"
        f"`corridors {name}{' ' + words if words else ''} [options]`\n\n| | |\n|---|---|\n" + "\n".join(rows) + "\n"
    )


def _metavar(argument: Any) -> str:
    word = str(argument.name).upper().rstrip("_") + ("..." if argument.nargs == -1 else "")
    return word if argument.required else f"[{word}]"


def _names(option: Any) -> str:
    return ", ".join(f"`{name}`" for name in option.opts)


def _default(option: Any) -> str:
    value = option.default
    if value is None or value == [] or value is False or callable(value) or str(value).startswith("Sentinel"):
        return " *Required.*" if option.required else ""
    return f" Default: `{value}`."


def _cell(text: Any) -> str:
    return str(text or "").replace("|", "\\|")
