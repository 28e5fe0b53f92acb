"""The command line: the same questions, answered in a terminal.

Tables go to standard output: drawn in a terminal, CSV in a pipe, or as ``--format`` says; ``-o`` writes files, whose ending says
what they hold. What is said beside them goes to standard error. Exit codes: 0 found; 1 no route, or something wrong in a
file that was checked; 2 bad usage or input; 3 a defect of this package.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import Annotated, Any

import typer

from corridors.cli import atlas, own, ways, what_if
from corridors.cli._options import HELP_NAMES
from corridors.cli._output import say

__all__ = ["app", "main"]

app = typer.Typer(
    help="Trade corridors and borders: which way, how far, how long, how many borders, and what changes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=HELP_NAMES,
)
for family in (ways, what_if, atlas, own):
    for name, function in family.COMMANDS.items():
        app.command(name)(function)


def _version(asked: bool) -> None:
    if asked:
        from corridors import __version__

        print(__version__)
        raise typer.Exit


@app.callback()
def _all(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Trade corridors and borders: which way, how far, how long, how many borders, and what changes."""


def main() -> None:
    """Run the command line; an error is one line, not a traceback (``CORRIDORS_TRACEBACK=1`` shows it)."""
    from corridors.errors import CorridorError, NoRouteError

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A drawn table in a console of few letters; data go out as bytes, in UTF-8.
        sys.stdout.reconfigure(errors="replace")
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warned
            app(prog_name="corridors")
    except NoRouteError as error:
        _stop(error, 1)
    except (CorridorError, ValueError, OSError) as error:
        _stop(error, 2)
    except Exception as error:
        if os.environ.get("CORRIDORS_TRACEBACK"):
            raise
        say(
            f"corridors: this is a defect, please report it ({type(error).__name__}: {error}); CORRIDORS_TRACEBACK=1 shows more"
        )
        sys.exit(3)


def _stop(error: Exception, code: int) -> None:
    say(f"corridors: {error}")
    sys.exit(code)


def _warned(message: Any, *_: Any, **__: Any) -> None:
    say(f"warning: {message}")
