"""The documentation page of borders: lengths beside published ones, tripoints, hard places. ``python -m corridors.borders``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from corridors import geodata
from corridors.borders import _facts, _regimes
from corridors.borders._atlas import atlas, line_km
from corridors.borders._places import TRIPOINT_KM, hard_places, tripoints
from corridors.borders._worldview import VIEWS

HEAD = """# Borders

`cx.border(network, "KGZ", "TJK")` is a border with everything known about it; `cx.border_table(network)` all of them;
`cx.crossings_of("lines.shp")` any line against any border. This page is written by `python -m corridors.borders > docs/borders.md`.

**Whose boundaries.** The boundary set is Natural Earth 4.1 at 1:10 million, drawn *de facto*. The view `un-style` moves the areas
listed below where the set can show them. The boundaries and names shown, and the designations used, do not imply any judgement on
the legal status of any territory, or the endorsement or acceptance of such boundaries.

**Why crossings per kilometre are not density of all traffic.** The registry holds the freight crossing points of the corridors of this
project. Between members of the EU, and between Russia, Belarus and Kazakhstan, there are many more.
"""


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *_lengths(), *_agreements(), *_tripoints(), *_places(), *_exclaves()])


def _lengths() -> Iterable[str]:
    book = atlas()
    lengths = geodata.load("border_lengths")
    rows = []
    ratios = []
    for pair in sorted(set(zip(lengths["iso3_a"], lengths["iso3_b"], strict=True)) & set(book.lines)):
        published = _facts.published_lengths(pair)
        here, yardstick = line_km(book.lines[pair]), _facts.yardstick_km(published)
        ratios.append((here / yardstick, pair))
        shown = "; ".join(
            f"{row.length_km:,.6g} ({row.source_id}{', ' + row.year if row.year else ''})"
            for row in published.itertuples()
        )
        rows.append((f"{pair[0]}-{pair[1]}", f"{here:,.0f}", f"{yardstick:,.6g}", f"{here / yardstick:.2f}", shown))
    ordered = sorted(ratios)
    low, median, high = (ordered[int(q * (len(ordered) - 1))][0] for q in (0.25, 0.5, 0.75))
    yield "\n## Lengths beside published ones\n"
    yield (
        f"{len(rows)} pairs. Length in this data set over the published one: median {median:.2f}, quartiles {low:.2f} and {high:.2f}; "
        f"lowest {ordered[0][0]:.2f} ({'-'.join(ordered[0][1])}), highest {ordered[-1][0]:.2f} ({'-'.join(ordered[-1][1])}). A line at "
        "1:10 million cuts the bends of rivers and ridges short. Use the published length for a border, and that of this data set only "
        "to compare its parts. *Compared with* is the Factbook where it has the pair.\n"
    )
    yield from _markdown(("pair", "here, km", "compared with, km", "ratio", "published, km (source, year)"), rows)


def _agreements() -> Iterable[str]:
    table = geodata.load("border_regimes")
    yield "\n## Agreements of two neighbours\n"
    yield (
        "Beside what both take part in as members (EAEU, CIS free trade, EurAsEC, EU, WTO, TIR). Where a border has no row on visas, "
        f'`visa_regime` answers "{_regimes.NO_DATA}": no source was found here, which is not to say that visas are asked or not.\n'
    )
    rows = [
        (f"{r['iso3_a']}-{r['iso3_b']}", r["kind"] if r["status"] == "in_force" else f"{r['kind']}, suspended", r["name"],
         r["since"], r["until"], r["scope"], r["source_id"], r["note"])
        for r in table.to_dict("records")
    ]  # fmt: skip
    yield from _markdown(("pair", "kind", "agreement or rule", "since", "until", "scope", "source", "note"), rows)


def _tripoints() -> Iterable[str]:
    found = tripoints()
    found = found[found["tripoint_id"] != ""].sort_values("tripoint_id")
    near = int((found["off_km"] <= TRIPOINT_KM).sum())
    yield "\n## Tripoints\n"
    yield f"{len(found)} with a published position: {near} within {TRIPOINT_KM:g} km in this data set, the others explained.\n"
    rows = [
        (r.iso3.replace("|", "-"), r.name, f"{r.published_lat:.4f}, {r.published_lon:.4f}", f"{r.off_km:.1f}", r.explanation, r.source_id)
        for r in found.itertuples(index=False)
    ]  # fmt: skip
    yield from _markdown(("countries", "name", "lat, lon", "off, km", "why", "source"), rows)


def _places() -> Iterable[str]:
    table = hard_places()
    table = table[table["status"] != "exclave"]
    yield "\n## Hard places\n"
    yield "*undrawn*: the boundary set does not draw it, so no view can move it.\n"
    views = list(VIEWS)
    rows = [(r["name"], *(r[v] for v in views), r["extent"], r["status"], r["note"]) for r in table.to_dict("records")]
    yield from _markdown(("place", *views, "extent", "status", "note"), rows)


def _exclaves() -> Iterable[str]:
    table = geodata.load("exclaves")
    yield "\n## Exclaves\n"
    yield (
        "Of the countries on these corridors, inhabited or quoted in a dispute; islands and the exclaves of Western Europe are left out. "
        "Areas as published; where the note says so, measured on OpenStreetMap.\n"
    )
    rows = [
        (r["name"], r["iso3"], r["within"].replace("|", ", "), f"{r['area_km2']:g}", r["valid_to"] and f"until {r['valid_to']}",
         r["is_drawn"], r["note"])
        for r in table.to_dict("records")
    ]  # fmt: skip
    yield from _markdown(("exclave", "of", "within", "km²", "until", "drawn", "note"), rows)


def _markdown(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterable[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"
