"""What an edge costs: hours of moving and of standing still.

A `CostModel` is a set of parameters, each with a low, typical and high value and a source, read from
``geodata/costs/*.toml``. It turns the columns of a network into hours; it never changes the network.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors._files import GEODATA
from corridors.errors import LayerError, SchemaError, UnknownNameError, did_you_mean
from corridors.units import Floats

if TYPE_CHECKING:
    from corridors.network import Network

LEVELS = ("low", "typical", "high")
DEFAULT = "simple"

_TABLES: dict[str, tuple[str, ...]] = {
    "speed_kph": ("rail", "road", "sea"),
    "crossing_h": ("rail", "road"),
    "stop_h_per_1000_km": (),
    "gauge_change_h": (),
    "transshipment_h": (),
    "connector": (),
}


@dataclass(frozen=True, eq=False)
class CostModel:
    """Hours of moving and standing still, with their sources.

    Attributes
    ----------
    name, title, measures, year
        What the model is and what it measures.
    parameters
        The tables of its TOML file; each value is ``[low, typical, high]``.
    level
        Which of the three is used.
    """

    name: str
    title: str
    measures: str
    year: int
    parameters: Mapping[str, Any]
    level: str = "typical"

    def __repr__(self) -> str:
        return f"<CostModel {self.name!r}: {self.measures}; {self.level} values>"

    @cached_property
    def _column(self) -> int:
        return LEVELS.index(self.level)

    def value(self, *path: str) -> float:
        """Return one parameter, falling back to ``default`` in its table.

        Parameters
        ----------
        *path
            Names of table and key: ``"speed_kph", "rail", "KAZ"``.
        """
        table: Any = self.parameters
        for name in path[:-1]:
            table = table[name]
        entry = table.get(path[-1], table.get("default"))
        if entry is None:
            raise UnknownNameError(f"cost model {self.name!r} has no {'.'.join(path)} and no default")
        return float(entry[self._column])

    def edge_hours(self, network: Network) -> Floats:
        """Return the hours of each edge of a network, in the order of its edges; both directions take the same.

        Moving edges: length over speed by mode, class and country, plus stops by length. Crossings: by mode and control.
        Gauge changes and transshipments: their standing time.
        """
        return self.moving_hours(network) + self.standing_hours(network)

    def moving_hours(self, network: Network) -> Floats:
        """Return the hours under way of each edge, stops on the way included."""
        edges = network.tables["edges"]
        hours = np.zeros(len(edges["edge_id"]))
        for kind, mode in (("track", "rail"), ("road", "road"), ("sea", "sea")):
            rows = np.flatnonzero(edges["kind"] == kind)
            by = edges["line_class"] if mode == "sea" else edges["country"]
            keys, at = np.unique(by[rows].astype(str), return_inverse=True)
            speed = np.array([self.value("speed_kph", mode, k) for k in keys])
            if len(rows):
                stops = self.value("stop_h_per_1000_km", mode) / 1000.0
                hours[rows] = edges["length_km"][rows] * (1.0 / speed[at] + stops)
        return hours

    def standing_hours(self, network: Network) -> Floats:
        """Return the hours at borders, gauge changes and transfers of each edge."""
        edges = network.tables["edges"]
        hours = np.zeros(len(edges["edge_id"]))
        control = network.crossing_control()
        for i in np.flatnonzero(edges["kind"] == "crossing"):
            mode = str(edges["mode"][i])
            hours[i] = self.value("crossing_h", mode, control.get((edges["crossing_id"][i], mode), "full"))
        hours[edges["kind"] == "gauge_change"] = self.value("gauge_change_h", "default")
        rows = np.flatnonzero(edges["kind"] == "transshipment")
        if len(rows):
            node_mode = network.tables["nodes"]["mode"]
            at_sea = (node_mode[edges["from"][rows]] == "sea") | (node_mode[edges["to"][rows]] == "sea")
            hours[rows] = np.where(
                at_sea, self.value("transshipment_h", "sea"), self.value("transshipment_h", "road_rail")
            )
        return hours

    def connector_hours(self, km: float) -> float:
        """Return the hours from an asked position to the network."""
        return km / float(self.parameters["connector"]["speed_kph"][self._column])


def presets() -> list[str]:
    """Return the names of the embedded cost models."""
    return sorted(p.stem for p in (GEODATA / "costs").glob("*.toml"))


def cost_model(model: str | Path | CostModel = DEFAULT, *, level: str = "typical") -> CostModel:
    """Return a cost model: a preset by name, or one from a TOML file.

    Parameters
    ----------
    model
        Name of a preset, path of a TOML file of the same form, or a model, which is returned as it is.
    level
        ``"low"``, ``"typical"`` or ``"high"`` values.

    Raises
    ------
    UnknownNameError
        There is no such preset.
    LayerError
        The file is no TOML.
    SchemaError
        A table is missing, or a value is not three ascending numbers.
    """
    if isinstance(model, CostModel):
        return model
    if level not in LEVELS:
        raise UnknownNameError(f"level is {level!r}; it must be {', '.join(LEVELS)}")
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
    head = {key: content.pop(key) for key in ("name", "title", "measures", "year")}
    return CostModel(**head, parameters=content, level=level)


def _check(content: dict[str, Any], name: str) -> None:
    missing = [k for k in ("name", "title", "measures", "year", *_TABLES) if k not in content]
    missing += [f"{t}.{m}" for t, modes in _TABLES.items() for m in modes if t in content and m not in content[t]]
    if missing:
        raise SchemaError(f"cost model {name}: {', '.join(missing)} missing")
    for table, modes in _TABLES.items():
        for part in (content[table][m] for m in modes) if modes else [content[table]]:
            for key, value in part.items():
                if key == "unit" or key.startswith("source"):
                    continue
                is_triple = (
                    isinstance(value, list) and len(value) == 3 and all(isinstance(v, int | float) for v in value)
                )
                if not is_triple or not (0 <= value[0] <= value[1] <= value[2]):
                    raise SchemaError(
                        f"cost model {name}: {table}.{key} is {value!r}; it must be [low, typical, high], ascending, not negative"
                    )
                if table in ("speed_kph", "connector") and value[0] <= 0:
                    raise SchemaError(f"cost model {name}: {table}.{key} is {value!r}; a speed must be above zero")
