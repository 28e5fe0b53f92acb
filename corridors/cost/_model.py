"""The `CostModel`: parameters with a low, typical and high value, each with a source or called an assumption."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corridors._files import GEODATA
from corridors.errors import LayerError, SchemaError, UnknownNameError, did_you_mean

LEVELS = ("low", "typical", "high")
CARGOES = ("teu", "feu", "tonne", "truck")
"""Units that are priced: a loaded 20-foot container, a 40-foot one, a tonne of bulk, a 20-tonne lorry load."""

BASES = ("observed", "declared", "assumed")
"""What a preset's hours are: surveys of real shipments, operators' own words, or assumptions. Figures of different bases
never share a ranking."""

DEFAULT = "simple"

_HEAD = ("name", "title", "measures", "basis", "year", "uses_published_dwell")
_REQUIRED = (
    "speed_kph.rail", "speed_kph.road", "speed_kph.sea", "stop_h_per_1000_km.rail", "stop_h_per_1000_km.road",
    "stop_h_per_1000_km.sea", "class_speed_factor", "crossing_h.rail", "crossing_h.road",
    "gauge_change_h", "transshipment_h", "connector.speed_kph", "value_of_time_usd_h", "crossing_fee_usd", "handling_usd",
)  # fmt: skip
FASTER_IS_LESS = ("speed_kph", "connector", "class_speed_factor")
"""Tables of speeds: their high value makes few hours, so that it belongs to the low level."""


@dataclass(frozen=True)
class Value:
    """One parameter at one level, and whether it is an assumption."""

    value: float
    is_assumed: bool
    source: str


@dataclass(frozen=True)
class Tariff:
    """A price for carrying, with the scope outside of which it says nothing.

    Attributes
    ----------
    tariff_id, mode, source
        What it is and where it is from.
    cargo
        The unit it is for.
    usd_per_km
        Low, typical, high; dollars of ``year`` for one unit and kilometre.
    countries
        Where it holds; empty for everywhere.
    traffic
        ``transit`` (the country is neither that of the origin nor of the destination), ``export``, ``import``, ``domestic``,
        or empty for all.
    origins, destinations
        Countries of the journey's ends between which it holds, which gives a rate its direction; empty for all.
    is_loaded
        Whether it is for a loaded unit; an empty one has a price of its own.
    through
        Groups of crossings; a through rate holds only for a route that passes one of each group, in either direction.
    year, currency, usd_per_unit
        Year of the figure, its currency, and the rate at which it was turned into dollars.
    """

    tariff_id: str
    mode: str
    source: str
    cargo: str
    usd_per_km: tuple[float, float, float]
    countries: tuple[str, ...] = ()
    traffic: str = ""
    origins: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    is_loaded: bool = True
    through: tuple[tuple[str, ...], ...] = ()
    year: int = 0
    currency: str = "USD"
    usd_per_unit: float = 1.0

    @property
    def is_assumed(self) -> bool:
        """Whether nothing published stands behind it."""
        return self.source.startswith("assumption")


@dataclass(frozen=True, eq=False)
class CostModel:
    """Hours and dollars of moving and standing still, with their sources.

    Attributes
    ----------
    name, title, measures, basis, year
        What the model is, what it measures, and on which basis: observed, declared or assumed.
    uses_published_dwell
        Whether published standing times of single crossings replace the defaults.
    parameters
        The tables of its TOML file; each value is ``[low, typical, high]``.
    tariffs
        Prices with their scope; an edge outside every scope has no tariff.
    cargo
        The unit that is priced.
    level
        Which of the three values is used: low hours and dollars, typical ones, or high ones.
    is_loaded
        Whether the unit is loaded; only tariffs for the same price it.
    """

    name: str
    title: str
    measures: str
    basis: str
    year: int
    uses_published_dwell: bool
    parameters: Mapping[str, Any]
    tariffs: tuple[Tariff, ...]
    cargo: str = "teu"
    level: str = "typical"
    is_loaded: bool = True

    def __repr__(self) -> str:
        return f"<CostModel {self.name!r} ({self.basis}): {self.measures}; {self.level} values for one {self.cargo}>"

    def at(self, level: str) -> CostModel:
        """Return this model at another level."""
        _known(level, LEVELS, "level")
        return replace(self, level=level)

    def value(self, *path: str) -> Value:
        """Return one parameter at the model's level, falling back to ``default`` in its table.

        Parameters
        ----------
        *path
            Names of table and key: ``"speed_kph", "rail", "KAZ"``.

        Raises
        ------
        UnknownNameError
            There is neither such a value nor a default.
        """
        table: Any = self.parameters
        for name in path[:-1]:
            table = table.get(name, {}) if isinstance(table, Mapping) else {}
        key = path[-1] if path[-1] in table else "default"
        if key not in table:
            raise UnknownNameError(f"cost model {self.name!r} has no {'.'.join(path)} and no default")
        column = LEVELS.index(self.level)
        if path[0] in FASTER_IS_LESS:
            column = 2 - column
        source = str(table.get(f"source_{key}", table.get("source", "assumption")))
        return Value(float(table[key][column]), source.startswith("assumption"), source)

    def price(self, tariff: Tariff) -> float:
        """Return the dollars per kilometre of a tariff at the model's level."""
        return tariff.usd_per_km[LEVELS.index(self.level)]


def presets() -> list[str]:
    """Return the names of the embedded cost models."""
    return sorted(p.stem for p in (GEODATA / "costs").glob("*.toml"))


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
        Name of a preset, path of a TOML file of the same form, or a model.
    cargo
        ``"teu"``, ``"feu"``, ``"tonne"`` or ``"truck"``; None for that of the model, or a TEU.
    level
        ``"low"``, ``"typical"`` or ``"high"``; None for that of the model, or typical.
    is_loaded
        False prices an empty unit; None for that of the model, or loaded.

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
    found = model if isinstance(model, CostModel) else _read(model)
    cargo, level = cargo or found.cargo, level or found.level
    _known(cargo, CARGOES, "cargo")
    return replace(found.at(level), cargo=cargo, is_loaded=found.is_loaded if is_loaded is None else is_loaded)


def _known(given: str, allowed: tuple[str, ...], what: str) -> None:
    if given not in allowed:
        raise UnknownNameError(f"{what} is {given!r}; it must be {', '.join(allowed)}")


def _read(model: str | Path) -> CostModel:
    path = Path(model) if Path(model).suffix == ".toml" else GEODATA / "costs" / f"{model}.toml"
    if not path.is_file():
        raise UnknownNameError(
            f"no cost model {str(model)!r}{did_you_mean(str(model), presets())}; there are {', '.join(presets())}, or give "
            "the path of a .toml file"
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LayerError(f"cannot read the cost model {str(path)!r}: {error}") from error
    _check(content, path.name)
    head = {key: content.pop(key) for key in _HEAD}
    tariffs = tuple(_tariff(t, path.name) for t in content.pop("tariff", []))
    return CostModel(**head, parameters=content, tariffs=tariffs)


def _check(content: dict[str, Any], name: str) -> None:
    """Refuse a file in which a table is missing or a value is no ascending triple."""
    missing = [k for k in _HEAD if k not in content]
    missing += [path for path in _REQUIRED if not _has(content, path)]
    if missing:
        raise SchemaError(f"cost model {name}: {', '.join(missing)} missing")
    if content["basis"] not in BASES:
        raise SchemaError(f"cost model {name}: basis is {content['basis']!r}; it must be {', '.join(BASES)}")
    for path, value in _values({k: v for k, v in content.items() if k not in (*_HEAD, "tariff")}):
        _check_triple(value, path, name)
        if path.split(".")[0] in FASTER_IS_LESS and value[0] <= 0:
            raise SchemaError(f"cost model {name}: {path} is {value!r}; a speed must be above zero")


def _check_triple(value: Any, path: str, name: str) -> None:
    is_triple = isinstance(value, list) and len(value) == 3 and all(isinstance(v, int | float) for v in value)
    if not is_triple or not 0 <= value[0] <= value[1] <= value[2] < float("inf"):
        raise SchemaError(
            f"cost model {name}: {path} is {value!r}; it must be [low, typical, high], ascending, finite, not negative"
        )


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
        if key == "unit" or key.startswith("source"):
            continue
        if isinstance(value, dict):
            yield from _values(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _tariff(row: dict[str, Any], name: str) -> Tariff:
    missing = [k for k in ("id", "mode", "cargo", "usd_per_km", "source", "year") if k not in row]
    if missing:
        raise SchemaError(f"cost model {name}: tariff {row.get('id', '?')!r} has no {', '.join(missing)}")
    _check_triple(row["usd_per_km"], f"tariff {row['id']} usd_per_km", name)
    if row["cargo"] not in CARGOES:
        raise SchemaError(
            f"cost model {name}: tariff {row['id']!r} is for {row['cargo']!r}; it must be {', '.join(CARGOES)}"
        )
    return Tariff(
        tariff_id=row["id"],
        mode=row["mode"],
        source=row["source"],
        cargo=row["cargo"],
        usd_per_km=(float(row["usd_per_km"][0]), float(row["usd_per_km"][1]), float(row["usd_per_km"][2])),
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
