"""Scenarios in files: TOML that an analyst reads and writes."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from corridors._files import GEODATA
from corridors._settings import read_toml
from corridors.errors import SchemaError
from corridors.scenario._edit import Edit

FOLDER = GEODATA / "scenarios"
_TEXTS = ("name", "note", "source", "against")
_KINDS: dict[type, str] = {dict: "edits, each below [[edit]]", list: "pairs [origin, destination]", str: "texts"}
_KEYS = (*_TEXTS, "has_effect", "pairs", "modes", "edit")


def read(source: str | Path) -> dict[str, Any]:
    """Return the fields of a scenario from a TOML file, or from an embedded one by its id.

    Raises
    ------
    UnknownNameError
        There is no such embedded scenario.
    LayerError
        The file cannot be read as TOML.
    SchemaError
        A key is missing, unknown, or holds a wrong value.
    """
    return _checked(*read_toml(source, FOLDER, "scenario"))


def _checked(content: dict[str, Any], where: str) -> dict[str, Any]:
    unknown = sorted(set(content) - set(_KEYS))
    if unknown or "name" not in content:
        raise SchemaError(f"scenario {where}: {', '.join(unknown) or 'name'} {'unknown' if unknown else 'missing'}; "
                          f"it may have {', '.join(_KEYS)}")  # fmt: skip
    for key in _TEXTS:
        if not isinstance(content.get(key, ""), str):
            raise SchemaError(f"scenario {where}: {key} is {content[key]!r}; it must be text, in quotes")
    allowed = {f.name for f in fields(Edit)}
    edits = []
    for row in _list_of(dict, content, "edit", where):
        if not {"action", "target"} <= set(row) <= allowed:
            raise SchemaError(
                f"scenario {where}: edit {row!r}; it needs action and target, and may have {', '.join(sorted(allowed))}"
            )
        values: dict[str, Any] = {k: str(v) if k == "target" else v for k, v in row.items()}
        edits.append(Edit(**values))
    pairs = [tuple(map(str, pair)) for pair in _list_of(list, content, "pairs", where)]
    if any(len(pair) != 2 for pair in pairs):
        raise SchemaError(f"scenario {where}: pairs is {content['pairs']!r}; each must be [origin, destination]")
    out: dict[str, Any] = {key: content[key] for key in (*_TEXTS, "has_effect") if key in content}
    return {**out, "edits": tuple(edits), "pairs": tuple(pairs), "modes": tuple(_list_of(str, content, "modes", where))}


def _list_of(kind: type, content: dict[str, Any], key: str, where: str) -> list[Any]:
    """Return a list of one kind of value from a scenario, empty where it says nothing."""
    value = content.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise SchemaError(f"scenario {where}: {key} is {value!r}; it must be a list of {_KINDS[kind]}")
    return value


def text(values: dict[str, Any], edits: tuple[Edit, ...]) -> str:
    """Return a scenario as TOML; JSON strings, numbers and lists of strings are TOML too."""
    lines = [f"{key} = {_value(value)}" for key, value in values.items() if value not in ("", (), [])]
    for edit in edits:
        row = {f.name: getattr(edit, f.name) for f in fields(Edit)}
        lines += ["", "[[edit]]", *(f"{k} = {_value(v)}" for k, v in row.items() if v not in ("", None))]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
