"""Cost models from TOML: read, filled from the model they are based on, and checked at the door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from corridors._files import GEODATA
from corridors._settings import read_toml, ready_made
from corridors.cost._cargo import CARGOES, read_cargoes
from corridors.cost._model import (
    BASES,
    DEFAULT,
    FASTER_IS_LESS,
    Average,
    CostModel,
    Tariff,
    Triple,
    known,
)  # fmt: skip
from corridors.errors import SchemaError, did_you_mean, warn
from corridors.geodata import load
from corridors.network import MODES
from corridors.schema import columns

FOLDER = GEODATA / "costs"
_HEAD = ("name", "title", "measures", "basis", "year", "uses_published_dwell")
_LISTS = ("tariff", "border_average")
_REQUIRED = (
    "speed_kph.rail", "speed_kph.road", "speed_kph.sea", "stop_h_per_1000_km.rail", "stop_h_per_1000_km.road",
    "stop_h_per_1000_km.sea", "class_speed_factor", "crossing_h.rail", "crossing_h.road", "gauge_change_h",
    "transshipment_h", "connector.speed_kph", "value_of_time_usd_h", "crossing_fee_usd.rail", "crossing_fee_usd.road",
    "handling_usd", "shipment_usd", *(f"cargo.{cargo}" for cargo in CARGOES),
)  # fmt: skip
_UNITS = {
    "speed_kph": "km/h", "stop_h_per_1000_km": "h", "crossing_h": "h", "gauge_change_h": "h", "transshipment_h": "h",
    "value_of_time_usd_h": "USD", "crossing_fee_usd": "USD", "handling_usd": "USD", "shipment_usd": "USD",
}  # fmt: skip
"""How the unit of a table begins, if it states one: a speed in m/s would be read as km/h."""
_BY_COUNTRY = ("speed_kph.rail", "speed_kph.road", "stop_h_per_1000_km.rail", "stop_h_per_1000_km.road")
_BY_CLASS = ("speed_kph.sea", "stop_h_per_1000_km.sea", "class_speed_factor")
_BESIDE = ("unit", "source", "note")
"""Keys of a table that are no values."""
_TRAFFIC = ("", "transit", "export", "import", "domestic")


def presets() -> list[str]:
    """Return the names of the embedded cost models."""
    return ready_made(FOLDER)


def cost_model(
    model: str | Path | CostModel = DEFAULT,
    *,
    cargo: str | None = None,
    level: str | None = None,
    is_loaded: bool | None = None,
) -> CostModel:
    """Return a cost model: a preset by name, or one from a TOML file.

    Parameters
    ----------
    model
        Name of a preset, path of a TOML file of the same form, or a model. A file may name a preset in ``based_on``: then it
        has that preset's tables where it has none of its own, but not its tariffs.
    cargo
        ``"teu"``, ``"feu"``, ``"tonne"`` or ``"truck"``; None for that of the model, or a TEU.
    level
        ``"low"``, ``"typical"`` or ``"high"``; None for that of the model, or typical.
    is_loaded
        False prices an empty unit; None for that of the model, or loaded.

    Returns
    -------
    CostModel
        Values of one level for one unit of cargo, in hours, km/h and dollars of its `CostModel.price_years`.

    Raises
    ------
    UnknownNameError
        There is no such preset, cargo or level.
    LayerError
        The file is no TOML.
    SchemaError
        A table is missing, or a value is not three ascending numbers.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.cost_model("survey-2022").basis
    'observed'
    """
    found = model if isinstance(model, CostModel) else _preset(model) if model in presets() else _read(model)
    cargo, level = cargo or found.cargo, level or found.level
    known(cargo, CARGOES, "cargo")
    return replace(found.at(level), cargo=cargo, is_loaded=found.is_loaded if is_loaded is None else is_loaded)


@cache
def _preset(name: str) -> CostModel:
    """Return an embedded model, read once: what a network keeps for it holds for the next question too."""
    return _read(name)


def _read(model: str | Path) -> CostModel:
    content, name = _content(model, ())
    _check(content, name)
    if model not in presets():  # that a preset holds nothing unread is for a test, and need not be asked each time
        refuse_unread(content, name)
    head = {key: content.pop(key) for key in _HEAD}
    tariffs = tuple(_tariff(t, name) for t in content.pop("tariff", []))
    averages = tuple(_average(a, name) for a in content.pop("border_average", []))
    cargoes = read_cargoes(content.pop("cargo"), name)
    return CostModel(**head, parameters=content, tariffs=tariffs, averages=averages, cargoes=cargoes)


def _content(model: str | Path, after: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """Return the tables of a file, with those of the model it is based on where it has none, and the file's name."""
    content, name = read_toml(model, FOLDER, "cost model")
    base = content.pop("based_on", None)
    if base is None:
        return content, name
    if not isinstance(base, str):
        raise SchemaError(f"cost model {name}: based_on is {base!r}; it must be the name of a preset or a path")
    if base in after or base == model:
        raise SchemaError(f"cost model {name}: it is based on itself, by {', '.join((*after, base))}")
    below, _ = _content(base, (*after, str(model)))
    for key in (*_HEAD, "tariff"):  # what a model measures, and its prices, are its own
        below.pop(key, None)
    return _filled(content, below), name


def _filled(own: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """Return own tables, and those of the base that are missing; a table of values is taken whole, with its source."""
    out = dict(own)
    for key, value in base.items():
        if key not in own:
            out[key] = value
        elif isinstance(value, dict) and any(isinstance(v, dict) for v in value.values()):
            out[key] = _filled(own[key], value)
    return out


# Checks --------------------------------------------------------------------------------------------------------------


def _check(content: dict[str, Any], name: str) -> None:
    """Refuse a file in which a table is missing or a value is no ascending triple."""
    missing = [k for k in _HEAD if k not in content]
    missing += [path for path in _REQUIRED if not _has(content, path)]
    if missing:
        raise SchemaError(f"cost model {name}: {', '.join(missing)} missing")
    _head_types(content, name)
    if content["basis"] not in BASES:
        raise SchemaError(f"cost model {name}: basis is {content['basis']!r}; it must be {', '.join(BASES)}")
    for path, value in _values({k: v for k, v in content.items() if k not in (*_HEAD, *_LISTS, "cargo")}):
        _triple(value, path, name)
        if path.split(".")[0] in FASTER_IS_LESS and value[0] <= 0:
            raise SchemaError(f"cost model {name}: {path} is {value!r}; a speed must be above zero")


def _head_types(content: dict[str, Any], name: str) -> None:
    kinds = {
        **dict.fromkeys(_HEAD, (str, "text")),
        "year": (int, "a whole number"),
        "uses_published_dwell": (bool, "true or false"),
    }
    for key, (kind, words) in kinds.items():
        if type(content[key]) is not kind:
            raise SchemaError(f"cost model {name}: {key} is {content[key]!r}; it must be {words}")


def refuse_unread(content: dict[str, Any], name: str) -> None:
    """Refuse keys that no question looks up: a typing error would leave a default in place, and nobody would see it."""
    reference = dict(_tables(_reference()))
    for path, table in _tables({k: v for k, v in content.items() if k not in (*_HEAD, *_LISTS)}):
        known = set(reference[path])
        for key in table:
            if key not in known and not _is_read(key, path, table, name):
                words = sorted(k for k in known if k not in (*_BESIDE, *_HEAD) and not k.startswith("source_"))
                where = f"{path}.{key}".lstrip(".")
                raise SchemaError(
                    f"cost model {name}: nothing reads {where}{did_you_mean(key, words)}; {path or 'it'} may hold {', '.join(words)}"
                )
        unit, begin = table.get("unit"), _UNITS.get(path.split(".")[0], "")
        if unit is not None and not str(unit).startswith(begin):
            raise SchemaError(f"cost model {name}: the unit of {path} is {unit!r}; its values are read in {begin}")


def _is_read(key: str, path: str, table: dict[str, Any], name: str) -> bool:
    """Return whether a key that the reference has not is read all the same: of a country, a class of line, a sea."""
    if key in _BESIDE or key.startswith("source_"):
        return key in _BESIDE or key.removeprefix("source_") in table
    if path in _BY_COUNTRY and len(key) == 3 and key.isalpha() and key.isupper():
        if key not in set(load("borders")["iso3"]):
            warn(f"cost model {name}: {path}.{key} is for no country of the world; is it written right?")
        return True
    if path == "transshipment_h":
        seas = {*load("ports")["sea"], "sea", "inland", "road_rail"}
        return key in seas or any(key == f"{sea}_{kind}" for sea in seas for kind in _allowed("transfers", "kind"))
    return path in _BY_CLASS and key in _allowed("edges", "line_class")


def _allowed(kind: str, column: str) -> tuple[str, ...]:
    return next(c.allowed for c in columns(kind) if c.name == column)


def _tables(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a table and those in it, with their paths."""
    yield path, table
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _tables(value, f"{path}.{key}".lstrip("."))


@cache
def _reference() -> dict[str, Any]:
    """Return the default model as it is written: it has every table that there is."""
    return read_toml(DEFAULT, FOLDER, "cost model")[0]


def _triple(value: Any, path: str, name: str) -> Triple:
    is_triple = isinstance(value, list) and len(value) == 3 and all(type(v) in (int, float) for v in value)
    if not is_triple or not 0 <= value[0] <= value[1] <= value[2] < float("inf"):
        raise SchemaError(
            f"cost model {name}: {path} is {value!r}; it must be [low, typical, high], ascending, finite, not negative"
        )
    return (float(value[0]), float(value[1]), float(value[2]))


def _has(content: dict[str, Any], path: str) -> bool:
    here: Any = content
    for part in path.split("."):
        if not isinstance(here, dict) or part not in here:
            return False
        here = here[part]
    return True


def _values(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value of every parameter, leaving out units and sources."""
    for key, value in table.items():
        if key in _BESIDE or key.startswith("source_"):
            continue
        if isinstance(value, dict):
            yield from _values(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _row(row: dict[str, Any], what: str, required: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    """Refuse a row without what it needs, with what nobody reads, or of no mode."""
    missing = [k for k in required if k not in row]
    unknown = sorted(set(row) - set(allowed))
    if missing or unknown:
        parts = [f"has no {', '.join(missing)}"] * bool(missing) + [f"knows no {', '.join(unknown)}"] * bool(unknown)
        raise SchemaError(f"{what} {' and '.join(parts)}; it may hold {', '.join(allowed)}")
    for key in ("countries", "origins", "destinations", "beside"):
        if not isinstance(row.get(key, []), list) or not all(isinstance(v, str) for v in row.get(key, [])):
            raise SchemaError(f"{what}: {key} is {row[key]!r}; it must be a list of texts")
    for key, kind in (("year", int), ("is_loaded", bool), ("gauge_break", bool)):
        if key in row and type(row[key]) is not kind:
            raise SchemaError(
                f"{what}: {key} is {row[key]!r}; it must be {'true or false' if kind is bool else 'a whole number'}"
            )
    if row["mode"] not in MODES:
        raise SchemaError(f"{what} is for mode {row['mode']!r}; it must be {', '.join(MODES)}")


def _tariff(row: dict[str, Any], name: str) -> Tariff:
    what = f"cost model {name}: tariff {row.get('id', '?')!r}"
    own = [f.name for f in fields(Tariff) if f.name != "tariff_id"]
    _row(row, what, ("id", "mode", "cargo", "source", "year"), ("id", "price_per_km", *own))
    if row["cargo"] not in CARGOES:
        raise SchemaError(f"{what} is for {row['cargo']!r}; it must be {', '.join(CARGOES)}")
    if row.get("traffic", "") not in _TRAFFIC:
        raise SchemaError(f"{what} is for traffic {row['traffic']!r}; it must be {', '.join(filter(None, _TRAFFIC))}")
    return Tariff(
        tariff_id=row["id"],
        mode=row["mode"],
        source=row["source"],
        cargo=row["cargo"],
        usd_per_km=_usd_per_km(row, what, name),
        countries=tuple(row.get("countries", ())),
        traffic=row.get("traffic", ""),
        origins=tuple(row.get("origins", ())),
        destinations=tuple(row.get("destinations", ())),
        is_loaded=bool(row.get("is_loaded", True)),
        through=tuple(tuple(group) for group in row.get("through", ())),
        year=row["year"],
        currency=row.get("currency", "USD"),
        usd_per_unit=float(row.get("usd_per_unit", 1.0)),
    )


def _usd_per_km(row: dict[str, Any], what: str, name: str) -> Triple:
    """Return the price in dollars: as given, or in another currency at the stated rate."""
    if ("usd_per_km" in row) == ("price_per_km" in row):
        raise SchemaError(f"{what} must have either usd_per_km, or price_per_km with currency and usd_per_unit")
    if "usd_per_km" in row:
        return _triple(row["usd_per_km"], f"tariff {row['id']} usd_per_km", name)
    rate = row.get("usd_per_unit")
    if "currency" not in row or not isinstance(rate, int | float) or not rate > 0:
        raise SchemaError(f"{what} has price_per_km; it needs currency, and usd_per_unit: dollars for one unit of it")
    low, typical, high = _triple(row["price_per_km"], f"tariff {row['id']} price_per_km", name)
    return (low * rate, typical * rate, high * rate)


def _average(row: dict[str, Any], name: str) -> Average:
    what = f"cost model {name}: border_average of {row.get('countries', '?')}"
    _row(row, what, ("countries", "mode", "source", "year"), tuple(f.name for f in fields(Average)))
    if row.get("direction", "") not in ("", "in", "out"):
        raise SchemaError(f"{what} has direction {row['direction']!r}; it must be in or out, or be left out")
    if "h" not in row and "usd" not in row:
        raise SchemaError(f"{what} has neither h nor usd")
    return Average(
        countries=tuple(row["countries"]),
        mode=row["mode"],
        source=row["source"],
        year=row["year"],
        direction=row.get("direction", ""),
        beside=tuple(row.get("beside", ())),
        gauge_break=row.get("gauge_break"),
        h=_triple(row["h"], "border_average h", name) if "h" in row else None,
        usd=_triple(row["usd"], "border_average usd", name) if "usd" in row else None,
    )
