"""One page that can be sent: finding, map, charts, table, assumptions, restrictions, citations.

Assumptions: the page asks the internet for nothing and is the same bytes each time. Every text is escaped; the map keeps its
own scripts, named by hash in the page's policy, in a sandboxed frame; charts are pictures, so nothing in them can run. Without
matplotlib (the extra ``plot``) the charts are left out, and the page says so.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors import _files, figures, maps
from corridors._display import escape, frame, isolated, table_html
from corridors.comparison import Comparison
from corridors.cost import CARGOES, CostModel
from corridors.errors import MissingExtraError
from corridors.network import Network
from corridors.routing import Route, route_table
from corridors.uncertainty import Simulation

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["report", "to_html"]

_TOTALS = (
    "scenario", "cost_model", "origin", "destination", "role", "route", "length_km", "days", "days_low", "days_high", "countries",
    "n_borders", "n_crossings", "n_gauge_breaks", "n_transshipments", "standing_h", "reason",
)  # fmt: skip
_STYLE = """
body { margin: 0 auto; max-width: 1180px; padding: 20px 22px 40px; color: #1a1a1a; background: #fff;
  font: 15px/1.45 system-ui, "Noto Sans", "Segoe UI", Tahoma, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 25px; line-height: 1.2; margin: 0 0 4px; text-wrap: balance; }
h2 { font-size: 18px; margin: 30px 0 6px; border-bottom: 1px solid #bbb; padding-bottom: 3px; }
h3 { font-size: 15px; margin: 16px 0 4px; }
p, li { max-width: 100ch; } p.facts { max-width: none; } p { margin: 4px 0 8px; } ul, ol { padding-left: 22px; margin: 4px 0; }
.facts, .small, table { font-size: 13px; } .facts, .small { color: #444; }
table { overflow-wrap: normal; } td { min-width: 3em; } td.words { min-width: 9em; } th { font-weight: 600; color: #444; }
img { display: block; width: 100%; max-width: 980px; height: auto; margin: 6px 0 14px; }
iframe { display: block; margin: 10px 0; }
@media (max-width: 600px) { body { padding: 12px; } h1 { font-size: 19px; } }
@page { size: A4 landscape; margin: 10mm; }
@media print { body { max-width: none; padding: 0; font-size: 12px; } h2, h3 { break-after: avoid; }
  .facts, .small, table { font-size: 10.5px; } td.words { min-width: 0; } th, td { padding: 2px 5px !important; }
  iframe { height: 590px !important; } /* heading and map on one page: maps/assets/corridor/export.js */
  img, tr { break-inside: avoid; } }
"""


def report(x: Any, path: str | Path, *, network: Network | None = None, title: str | None = None) -> None:
    """Write a report of routes as one HTML page that works without the internet.

    Parameters
    ----------
    x
        A Route, a sequence of them, Alternatives, a Comparison or a Simulation.
    path
        The .html file; written whole or not at all.
    network
        The network to draw behind the routes.
    title
        None states the finding.

    Raises
    ------
    TypeError
        There is no route in what was given.
    LayerError
        The file cannot be written.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> found = cx.compare(network, [("Almaty", "Duisburg")])
    >>> cx.report.report(found, "almaty-duisburg.html", network=network)
    """
    _files.write_whole(Path(path), to_html(x, network=network, title=title).encode("utf-8"))


def to_html(x: Any, *, network: Network | None = None, title: str | None = None) -> str:
    """Return the report as a page; parameters as for `report`.

    Parameters
    ----------
    x, network, title
        As for `report`.

    Returns
    -------
    str
        One HTML file that needs no other.

    Raises
    ------
    TypeError
        There is no route in what was given.

    Examples
    --------
    >>> import corridors as cx
    >>> r = cx.route(cx.load_network(), "Tashkent", "Moscow")
    >>> "<title>Tashkent – Moscow: " in cx.report.to_html(r)
    True
    """
    routes = figures.distinct_routes(x)
    heading = title or figures.finding(x)
    page = maps.draw(x, network=network).to_html()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    sections = [
        f"<h1>{escape(heading)}</h1>{_facts(routes)}",
        frame(page, title=f"Map: {heading}", height_px=680),
        _section("The routes in numbers", table_html(_totals(x))),
        _section("Where time and money go", _charts(routes)),
        _section("How sure the hours are", _sentences(x) + _spreads(x)) if isinstance(x, Simulation) else "",
        _section("Borders, breaks of gauge and transfers on the way", "".join(map(_standstills, routes))),
        _section("What is assumed", _assumptions(routes)),
        _section("Restrictions on the way", _restrictions(routes)),
        _section("Sources", _citations(routes)),
    ]
    # A frame with srcdoc lives under the policy of the page around it, so that page takes the policy of the map.
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy[1]}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(heading)}</title><style>{_STYLE}</style>"
    )
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>' + "\n".join(sections) + "</body></html>\n"


def _section(heading: str, body: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{body}</section>"


def _facts(routes: Sequence[Route]) -> str:
    attrs = routes[0].attrs
    scenarios = list(dict.fromkeys(str(r.attrs.get("scenario", "baseline")) for r in routes))
    facts = {
        "Data as of": attrs.get("as_of", "unknown"),
        "Scenario": ", ".join(scenarios),
        "Costs": "; ".join(dict.fromkeys(f"{m.name}, {m.title} ({m.basis})" for m in (r.cost_model for r in routes))),
        "Boundaries": attrs.get("worldview", "not stated"),
    }
    return '<p class="facts">' + " · ".join(f"{k}: {escape(v)}" for k, v in facts.items()) + "</p>"


def _totals(x: Any) -> pd.DataFrame:
    """Return one row a route, in the columns that a page has room for."""
    if isinstance(x, Simulation):
        return _draws_table(x)
    table = x.table if isinstance(x, Comparison) else route_table(list(x) if isinstance(x, Sequence) else [x])
    if not isinstance(x, Comparison):
        table = table.drop(columns=["crossings"])
    cost = [c for c in table.columns if c.startswith("cost_usd_")]
    at = _TOTALS.index("countries")
    names = [c for c in (*_TOTALS[:at], *cost, *_TOTALS[at:]) if c in table.columns]
    kept = [
        c
        for c in names
        if c not in ("scenario", "cost_model", "origin", "destination", "role", "reason") or len(set(table[c])) > 1
    ]
    return table[kept].rename(columns=lambda c: c.removeprefix("n_"))


def _draws_table(x: Simulation) -> pd.DataFrame:
    """Return one row a pair and corridor, days and dollars of the draws, in the columns that a page has room for."""
    import pandas as pd

    table, cost = x.table, f"cost_usd_{x.attrs['cargo']}"
    ends = {c: table[c] for c in ("origin", "destination") if len(set(table[c])) > 1}
    days = {
        f"days, {words}": (table[f"time_h_{p}"] / 24).round(1)
        for p, words in (("p05", "5 %"), ("p50", "median"), ("p95", "95 %"))
    }
    dollars = {
        f"USD, {words}": table[f"{cost}_{p}"].round()
        for p, words in (("p05", "5 %"), ("p50", "median"), ("p95", "95 %"))
    }
    shares = {
        words: (100 * table[c]).round()
        for c, words in (
            ("share_quickest", "quickest in, %"),
            ("share_cheapest", "cheapest in, %"),
            ("assumed_time_share", "hours assumed, %"),
        )
    }
    found = pd.DataFrame(
        {
            **ends,
            "corridor": table["corridor"],
            "via": table["via"].str.replace(" > ", " "),
            **days,
            **dollars,
            **shares,
        }
    )
    return found.assign(reason=table["reason"]) if (table["reason"] != "").any() else found


def _charts(routes: Sequence[Route]) -> str:
    made: dict[str, Callable[[], Any]] = {
        "Time over distance": lambda: figures.distance_chart(routes),
        "Cost over distance": lambda: figures.distance_chart(routes, by="cost"),
        "Where the hours go": lambda: figures.hours_chart(routes),
        "How sure the hours are": lambda: figures.range_chart(routes),
    }
    has_cost = any(r.cost_usd > 0 for r in routes)
    return _pictures({name: make for name, make in made.items() if has_cost or "Cost" not in name})


def _sentences(x: Simulation) -> str:
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in x.sentences())


def _spreads(x: Simulation) -> str:
    """Return the distributions of each pair, and what each parameter alone does to its quickest corridor."""
    made: dict[str, Callable[[], Any]] = {}
    for pair, of in x.routes.items():
        if not of:
            continue
        where = f"{pair[0]} – {pair[1]}"
        quickest = min((found[0] for found in of.values()), key=lambda r: r.time_h)
        made[f"Draws, {where}"] = functools.partial(figures.spread_chart, x, pair=pair)
        made[f"One parameter at a time, {where}, {quickest.name}"] = functools.partial(figures.tornado_chart, quickest)
    return _pictures(made)


def _pictures(made: dict[str, Callable[[], Any]]) -> str:
    """Return charts as pictures, or why there are none."""
    try:
        pictures = {name: figures.image(make(), "svg") for name, make in made.items()}
    except MissingExtraError as error:
        return f"<p>The charts are left out: {escape(error)}.</p>"
    return "".join(
        f'<img alt="{escape(name)}; the tables say the same in numbers" src="data:image/svg+xml;base64,'
        f'{base64.b64encode(svg).decode("ascii")}">'
        for name, svg in pictures.items()
    )


def _standstills(route: Route) -> str:
    """Return what a route stops for, in order, each with its hours and whether they are published."""
    import pandas as pd

    borders, breaks, transfers = route.crossings, route.gauge_breaks, route.transshipments
    rows = [
        (
            c.at_km,
            c.name,
            "border",
            f"{c.iso3_from} to {c.iso3_to}",
            c.dwell_h,
            c.dwell_rests_on,
        )
        for c in borders.itertuples(index=False)
    ]
    rows += [
        (g.at_km, g.name, "break of gauge", f"{g.gauge_from_mm} to {g.gauge_to_mm} mm ({_how(g.kind)})", g.time_h, "")
        for g in breaks.itertuples(index=False)
    ]
    rows += [
        (t.at_km, t.name, "transfer", f"{t.mode_from} to {t.mode_to} ({_how(t.kind)})", t.time_h, "")
        for t in transfers.itertuples(index=False)
    ]
    frame_ = pd.DataFrame(sorted(rows), columns=["at km", "place", "what", "from and to", "hours", "hours are"])
    frame_.loc[frame_["hours"] == 0, "hours are"] = "no stop"
    body = table_html(frame_) if len(frame_) else "<p>None.</p>"
    return f"<h3>{escape(_name(route))}</h3>{body}"


def _how(kind: str) -> str:
    return kind.replace("_", " ")


def _name(route: Route) -> str:
    return f"{isolated(route.origin.name)} – {isolated(route.destination.name)}, {route.name}"


def _assumptions(routes: Sequence[Route]) -> str:
    import pandas as pd

    shares = pd.DataFrame(
        {
            "route": [_name(r) for r in routes],
            "hours, % published average": [round(100 * r.time_shares["average"]) for r in routes],
            "hours, % assumed": [round(100 * r.assumed_time_share) for r in routes],
            "cost, % published average": [round(100 * r.cost_shares["average"]) for r in routes],
            "cost, % assumed": [round(100 * r.assumed_cost_share) for r in routes],
            "length assumed, km": [round(r.assumed_km) for r in routes],
            "km with a tariff, %": [round(100 * r.priced_km_share) for r in routes],
        }
    )
    said = (
        "A share is assumed where the parameter behind it rests on nothing published, an average where it is the published mean "
        "of a country or region; the rest is published for the very place. Hours rank routes; they are not a "
        "timetable, and a cost is not an offer."
    )
    models = list({r.cost_model.name: r.cost_model for r in routes}.values())
    parts = [f"<p>{said}</p>", table_html(shares)]
    for model in models:
        parts.append(f"<h3>Values of the cost model {escape(model.name)} that matter here</h3>")
        parts.append(
            f'<p class="small">{escape(model.measures)}; prices of {model.price_years}, not adjusted to one year.</p>'
        )
        parts.append(table_html(parameters(model, [r for r in routes if r.cost_model.name == model.name])))
    return "".join(parts)


def parameters(model: CostModel, routes: Sequence[Route]) -> pd.DataFrame:
    """Return the values of a cost model that concern some routes: ``parameter, low, typical, high, unit, source``.

    Parameters
    ----------
    model
        The cost model.
    routes
        Values for countries and modes that they do not touch are left out.
    """
    import pandas as pd

    countries = {c for r in routes for c in r.countries}
    modes = {str(m) for r in routes for m in r.legs["mode"]}
    rows = [
        (".".join(path), *triple, unit, source)
        for path, triple, unit, source in _leaves(model.parameters)
        if not any(p in ("rail", "road", "sea") and p not in modes for p in path)
        and not any(len(p) == 3 and p.isupper() and p not in countries for p in path)
        and not any(p in CARGOES and p != model.cargo for p in path)
    ]
    rows += [
        (f"tariff {t.tariff_id}", *t.usd_per_km, f"USD/km, one {t.cargo}", f"{t.source} ({t.year})")
        for t in model.tariffs
        if t.mode in modes and t.cargo == model.cargo and (not t.countries or countries & set(t.countries))
    ]
    return pd.DataFrame(rows, columns=["parameter", "low", "typical", "high", "unit", "source"])


def _leaves(table: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Sequence[float], str, str]]:
    """Yield path, triple, unit and source of every value in the tables of a cost model."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        elif isinstance(value, list) and len(value) == 3:
            source = table.get(f"source_{key}", table.get("source", "assumption"))
            yield (*path, key), value, str(table.get("unit", "")), str(source)


def _restrictions(routes: Sequence[Route]) -> str:
    import pandas as pd

    found = pd.concat([r.restrictions for r in routes], ignore_index=True).drop_duplicates("restriction_id")
    if not len(found):
        return "<p>None known on the way.</p>"
    names = [
        c
        for c in ("place", "issuer", "kind", "valid_from", "valid_to", "scope", "verified_on", "source_id")
        if c in found
    ]
    return '<p class="small">As far as known, and no legal advice.</p>' + table_html(found[names].fillna(""))


def _citations(routes: Sequence[Route]) -> str:
    import pandas as pd

    found = pd.concat([r.sources for r in routes])
    found = found[~found.index.duplicated()]
    items = "".join(f"<li>{_linked(str(row['citation']), str(row['url']))}</li>" for _, row in found.iterrows())
    credit = escape(routes[0].attrs.get("attribution", ""))
    return f'<ol>{items}</ol><p class="small">{credit} Boundaries and names do not imply endorsement.</p>'


def _linked(citation: str, url: str) -> str:
    if not re.match(r"https?://", url):
        return escape(citation)
    words = citation.removesuffix(url).strip() or url
    return f'{escape(words)} <a href="{escape(url)}" rel="noopener noreferrer">{escape(url)}</a>'
