"""The tables of ``docs/costs.md``, written between markers so that the words around them stay by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from corridors.cost import cost_model, presets
from corridors.errors import LayerError
from corridors.network import Network, load_network
from corridors.routing import Route, route
from corridors.scenario import Scenario
from corridors.validation._times import times

Line = list[str]


def with_tables(page: str, network: Network) -> str:
    """Return the page with every table between ``<!-- table NAME -->`` and ``<!-- end -->`` made again.

    Raises
    ------
    LayerError
        The page asks for a table that does not exist.
    """
    made = _tables(network)

    def table(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in made:
            raise LayerError(f"no table {name!r}; there are {', '.join(made)}")
        return f"<!-- table {name} -->\n{_markdown(made[name]())}\n<!-- end -->"

    return re.sub(r"<!-- table (?P<name>[\w-]+) -->.*?<!-- end -->", table, page, flags=re.DOTALL)


def write_tables(path: Path) -> None:
    """Make the tables of a page again, in place."""
    path.write_text(with_tables(path.read_text(encoding="utf-8"), load_network()), encoding="utf-8")


def _tables(network: Network) -> dict[str, Callable[[], list[Line]]]:
    return {
        "presets": _presets,
        "borders": _averages,
        "tariffs": _tariffs,
        "cargo": _cargo,
        "published": lambda: _published(network, "in range", "outside", "no route"),
        "misses": lambda: _published(network, "outside", "no route"),
        "tashkent-karachi": lambda: _tashkent_karachi(network),
        "northern-middle": lambda: _northern_middle(network),
    }


def _presets() -> list[Line]:
    rows = [["preset", "basis", "year", "measures", "published borders", "prices for carrying"]]
    for name in presets():
        m = cost_model(name)
        prices = (
            ", ".join(dict.fromkeys(f"{t.mode} {t.cargo} ({t.rests_on})" for t in m.tariffs))
            or "none: cost is a lower bound"
        )
        used = f"hours and fees of crossings, {len(m.averages)} means" if m.uses_published_dwell else "no"
        rows.append([f"`{name}`", m.basis, str(m.year), m.measures, used, prices])
    return rows


def _cargo() -> list[Line]:
    rows = [["cargo", "is", "t", "changes mode by", "changes gauge by"]]
    for unit in cost_model("simple").cargoes.values():
        ways = (", ".join(w.replace("_", " ") for w in kinds) for kinds in (unit.transfers, unit.gauge_changes))
        rows.append([f"`{unit.name}`", unit.words, f"{unit.payload_t:g}", *ways])
    return rows


def _averages() -> list[Line]:
    rows = [["side of", "mode", "direction", "beside", "change of gauge", "h", "USD", "year", "source"]]
    for a in cost_model("survey-2022").averages:
        where = {True: "where it changes, in it", False: "where it does not", None: ""}[a.gauge_break]
        countries = "CAREC" if len(a.countries) > 5 else ", ".join(a.countries)
        h, usd = (_triple(v) for v in (a.h, a.usd))
        rows.append(
            [countries, a.mode, a.direction or "both", ", ".join(a.beside), where, h, usd, str(a.year), a.source]
        )
    return rows


def _tariffs() -> list[Line]:
    rows = [
        [
            "preset",
            "tariff",
            "mode",
            "unit",
            "USD/km",
            "countries",
            "traffic",
            "only through",
            "year",
            "currency",
            "source",
        ]
    ]
    for name in presets():
        for t in cost_model(name).tariffs:
            through = "; ".join(" or ".join(group) for group in t.through)
            countries = ", ".join(t.countries) or "all"
            usd = "{:g} / {:g} / {:g}".format(*t.usd_per_km)
            scope = [countries, t.traffic or "all", through, str(t.year), t.currency, t.source]
            rows.append([f"`{name}`", t.tariff_id, t.mode, t.cargo, usd, *scope])
    return rows


def _triple(values: tuple[float, float, float] | None) -> str:
    return "" if values is None else "{:g} / {:g} / {:g}".format(*values)


def _published(network: Network, *verdicts: str) -> list[Line]:
    rows = [["figure", "computed", "published", "unit", "use (basis)", "verdict", "preset, range, reason"]]
    for r in times(network):
        if r["verdict"] in verdicts:
            computed = "" if math.isnan(r["computed"]) else f"{r['computed']:,.1f}"
            use = [r["use"], r["verdict"], r["reason"]]
            rows.append([r["what"], computed, f"{r['published']:,.1f}", r["unit"], *use])
    return rows


_ROUTE = [
    "date",
    "way",
    "preset",
    "countries",
    "km",
    "days",
    "gauge breaks",
    "transfers",
    "published / average / assumed hours",
]


def _route_line(date: str, way: str, found: Route) -> Line:
    low, typical, high = (h / 24 for h in found.time_range_h)
    shares = " / ".join(f"{share:.0%}" for share in found.time_shares.values())
    breaks = ", ".join(f"{b.name_} {b.gauge_from_mm}/{b.gauge_to_mm}" for b in _named(found.gauge_breaks))
    transfers = ", ".join(t.name_ for t in _named(found.transshipments))
    days = f"{typical:.1f} ({low:.1f}-{high:.1f})"
    return [date, way, found.cost_model.name, " > ".join(found.countries), f"{found.length_km:,.0f}", days, breaks or "none",
            transfers or "none", shares]  # fmt: skip


def _named(frame: Any) -> Iterable[Any]:
    return frame.rename(columns={"name": "name_"}).itertuples(index=False)


def _tashkent_karachi(network: Network) -> list[Line]:
    before = network.as_of("2025-09-30")
    opened = Scenario("Trans-Afghan").open("trans-afghan-kharlachi").apply(network)

    def way(on: Network, modes: str | list[str], cost: str, **options: Any) -> Route:
        return route(on, "Tashkent", "Karachi", modes=modes, cost=cost, **options)

    past, today = "2025-09-30", "latest"
    return [
        _ROUTE,
        _route_line(
            past,
            "lorry by Hairatan, Kabul and Torkham",
            way(before, "road", "road-2022", via=["Termez", "Kabul", "Peshawar"]),
        ),
        _route_line(past, "rail by Iran", way(before, "rail", "survey-2022")),
        _route_line(today, "rail by Iran", way(network, "rail", "survey-2022")),
        _route_line(
            today, "rail to Bandar Abbas, then sea", way(network, ["rail", "sea"], "survey-2022", via=["Bandar Abbas"])
        ),
        _route_line(today, "lorry by Iran", way(network, "road", "road-2022")),
        _route_line(today, "lorry by the Karakoram", way(network, "road", "road-2022", avoid=["IRN"])),
        _route_line(
            "with the line by Kharlachi", "rail by Afghanistan", way(opened, "rail", "survey-2022", avoid=["IRN"])
        ),
    ]


def _northern_middle(network: Network) -> list[Line]:
    options: dict[str, Any] = {"via": ["aktau-port", "Poti", "constanta-port"], "avoid": ["RUS", "BLR", "TUR", "UKR"]}
    rows = [_ROUTE]
    for preset in ("titr-2024", "block-train-2024"):
        north = route(network, "Altynkol", "Duisburg", cost=preset)
        middle = route(network, "Altynkol", "Duisburg", cost=preset, **options)
        rows.append(_route_line("latest", "Northern", north))
        rows.append(_route_line("latest", f"Middle, {middle.time_h / north.time_h:.2f} times as long", middle))
    return rows


def _markdown(rows: list[Line]) -> str:
    head, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *body))
