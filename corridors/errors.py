"""Everything that this package raises on purpose.

::

    CorridorError
    ├── SchemaError (ValueError)         a table or layer breaks its contract
    ├── LayerError (OSError)             a file cannot be read or written
    ├── UnknownNameError (LookupError)   no layer, line, crossing, preset … of that name
    ├── PlaceError (LookupError)         a place is unknown, ambiguous or too far from the network
    ├── NoRouteError (LookupError)       no path; the message says what stands in the way
    ├── ScenarioError (ValueError)       an edit that cannot be made
    ├── WorkerError (RuntimeError)       workers of an executor died with what they were doing
    └── MissingExtraError (ImportError)  an optional dependency is not installed

Each child is also the builtin that it specialises, so ``except LookupError`` works as a reader expects.
"""

import sys
import warnings


class CorridorError(Exception):
    """Root of all errors of this package."""


class SchemaError(CorridorError, ValueError):
    """A table or layer breaks the contract in ``geodata/schema``."""


class LayerError(CorridorError, OSError):
    """A file cannot be read as the layer it should be, or cannot be written."""


class UnknownNameError(CorridorError, LookupError):
    """A name (layer, line, crossing, bloc, preset) that does not exist."""


class PlaceError(CorridorError, LookupError):
    """A place that is unknown, ambiguous, or too far from the network."""


class NoRouteError(CorridorError, LookupError):
    """There is no path between the places under the given conditions."""


class ScenarioError(CorridorError, ValueError):
    """An edit of a scenario that cannot be made on this network."""


class WorkerError(CorridorError, RuntimeError):
    """Workers of an executor died, and what they were doing is lost; the same call does it again."""


class MissingExtraError(CorridorError, ImportError):
    """An optional dependency that this call needs is not installed."""


def missing_extra(what: str, package: str, extra: str) -> MissingExtraError:
    """Return the error for an optional dependency that is not installed.

    Parameters
    ----------
    what
        What needs it.
    package
        What is not installed.
    extra
        The extra that brings it.
    """
    return MissingExtraError(f"{what} needs {package}: pip install 'corridors[{extra}]', or '.[{extra}]' in a checkout")


def did_you_mean(given: str, known: list[str], *, n: int = 3) -> str:
    """Return ``"; did you mean …?"`` with the closest known names, or the empty string.

    Parameters
    ----------
    given
        What the user wrote.
    known
        The names that exist.
    n
        How many to offer at most.
    """
    from difflib import get_close_matches

    close = get_close_matches(given.casefold(), [k.casefold() for k in known], n=n, cutoff=0.65)
    names = {k.casefold(): k for k in known}
    return f"; did you mean {', '.join(repr(names[c]) for c in close)}?" if close else ""


def warn(message: str) -> None:
    """Warn whoever called this package: the warning names their line, not one inside it.

    Parameters
    ----------
    message
        What is doubtful, and what to do.
    """
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == __package__:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level)
