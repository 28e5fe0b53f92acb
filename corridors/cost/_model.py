"""The `CostModel`: parameters with a low, typical and high value, each with a source or called an assumption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from corridors.cost._cargo import Cargo
from corridors.errors import UnknownNameError

LEVELS = ("low", "typical", "high")
BASES = ("observed", "declared", "assumed")
"""What a preset's hours are: surveys of real shipments, operators' own words, or assumptions. Figures of different bases
never share a ranking."""

RESTS_ON = ("published", "average", "assumption")
"""What a number rests on: a figure published for this very crossing or rate; the published mean of a country, a region or a
service; nothing published."""

DEFAULT = "simple"

FASTER_IS_LESS = ("speed_kph", "connector", "class_speed_factor")
"""Tables of speeds: their high value makes few hours, so that it belongs to the low level."""

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Value:
    """One parameter at one level, and what it rests on; a parameter is a mean or an assumption, never of one place."""

    value: float
    source: str

    @property
    def rests_on(self) -> str:
        """``average`` or ``assumption``."""
        return "assumption" if self.source.startswith("assumption") else "average"


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
    usd_per_km: Triple
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
    def rests_on(self) -> str:
        """``published`` if it is a rate somebody published, else ``assumption``."""
        return "assumption" if self.source.startswith("assumption") else "published"


@dataclass(frozen=True)
class Average:
    """A published mean of the borders of some countries, for one side: hours, dollars for a vehicle, or both.

    Attributes
    ----------
    countries, mode, source, year
        Whose side of a border it is, on what, and where it is from.
    direction
        ``in``, ``out``, or empty for either.
    beside
        Neighbours at whose border it holds; empty for all.
    gauge_break
        True where the gauge changes, and then the change is in it; False where it does not; None for both.
    h, usd
        Low, typical, high; None if it says nothing.
    """

    countries: tuple[str, ...]
    mode: str
    source: str
    year: int
    direction: str = ""
    beside: tuple[str, ...] = ()
    gauge_break: bool | None = None
    h: Triple | None = None
    usd: Triple | None = None

    def holds(self, mode: str, country: str, other: str, way: str, is_break: bool) -> bool:
        """Return whether it is for this side of a border."""
        return (
            mode == self.mode
            and country in self.countries
            and self.direction in ("", way)
            and (not self.beside or other in self.beside)
            and self.gauge_break in (None, is_break)
        )


@dataclass(frozen=True, eq=False)
class CostModel:
    """Hours and dollars of moving and standing still, with their sources.

    Attributes
    ----------
    name, title, measures, basis, year
        What the model is, what it measures, and on which basis: observed, declared or assumed. The year is that of most of its
        values; see `price_years`.
    uses_published_dwell
        Whether published standing times and fees of single crossings replace the defaults.
    parameters
        The tables of its TOML file; each value is ``[low, typical, high]``.
    tariffs
        Prices with their scope; an edge outside every scope has no tariff.
    averages
        Published means of borders, the first that holds; they replace the defaults where nothing is published for a crossing.
    cargoes
        The units of cargo: what each weighs, and where it can change mode and gauge.
    cargo
        Name of the unit that is priced.
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
    averages: tuple[Average, ...]
    cargoes: Mapping[str, Cargo]
    cargo: str = "teu"
    level: str = "typical"
    is_loaded: bool = True

    def __repr__(self) -> str:
        return f"<CostModel {self.name!r} ({self.basis}): {self.measures}; {self.level} values for one {self.cargo}>"

    def at(self, level: str) -> CostModel:
        """Return this model at another level.

        Parameters
        ----------
        level
            ``"low"``, ``"typical"`` or ``"high"``: hours and dollars.

        Returns
        -------
        CostModel
            A copy; this one stays as it is.

        Raises
        ------
        UnknownNameError
            There is no such level.
        """
        known(level, LEVELS, "level")
        return replace(self, level=level)

    def value(self, *path: str) -> Value:
        """Return one parameter at the model's level, falling back to ``default`` in its table.

        Parameters
        ----------
        *path
            Names of table and key: ``"speed_kph", "rail", "KAZ"``.

        Returns
        -------
        Value
            ``value`` in the unit of the table's name, and the ``source`` that it rests on.

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
        return Value(float(table[key][column]), str(table.get(f"source_{key}", table.get("source", "assumption"))))

    def price(self, tariff: Tariff) -> float:
        """Return the dollars per kilometre of a tariff at the model's level.

        Parameters
        ----------
        tariff
            One of `tariffs`.

        Returns
        -------
        float
            Dollars of the tariff's year for a kilometre and the tariff's unit.
        """
        return tariff.usd_per_km[LEVELS.index(self.level)]

    @property
    def price_years(self) -> str:
        """Years whose dollars are added up as they were published, without adjustment: ``2022``, or ``2020 to 2024``."""
        tariffs, averages = (
            (t.year for t in self.tariffs if t.cargo == self.cargo),
            (a.year for a in self.averages if a.usd),
        )
        years = {year for year in (self.year, *tariffs, *averages) if year}
        first, last = min(years), max(years)
        return str(first) if first == last else f"{first} to {last}"

    @property
    def unit(self) -> Cargo:
        """The unit of cargo that is priced."""
        return self.cargoes[self.cargo]

    @cached_property
    def share_of_a_vehicle(self) -> float:
        """Part of a lorry's or wagon's fee that one unit bears: all of it, but a tonne of bulk only its share of the load."""
        return self.unit.payload_t / self.cargoes["truck"].payload_t if self.cargo == "tonne" else 1.0


def known(given: str, allowed: tuple[str, ...], what: str) -> None:
    """Raise `UnknownNameError` unless a name is one of those allowed."""
    if given not in allowed:
        raise UnknownNameError(f"{what} is {given!r}; it must be {', '.join(allowed)}")
