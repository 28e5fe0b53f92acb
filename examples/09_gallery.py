"""The gallery: an index page and the maps behind it, each in one file that opens without the internet.

The northern route and the ways round it, the Trans-Afghan railway before and after, Khaf–Herat with Rozanak–Rabattaryan, the
Middle Corridor taken apart, the Kyrgyz–Tajik border, the crossings that Central Asia can least spare, how far its places are from
the sea, how sure the hours are, and how much of the network is sourced. With a Chromium the index has thumbnails, and with --docs
the pictures of the README are made again.

    python examples/09_gallery.py [--gallery FOLDER] [--docs FOLDER]
"""

from __future__ import annotations

import argparse
import html
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import corridors as cx
from corridors import figures, maps, report
from corridors._files import write_whole

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
    "--virtual-time-budget=4000",
)


@dataclass(frozen=True)
class Exhibit:
    """A page of the gallery: its file, what it shows, and how it is made; what is made has a ``save``."""

    name: str
    says: str
    draw: Callable[[cx.Network], Any]


def northern(network: cx.Network) -> Any:
    found = cx.compare(network, [("Almaty", "Duisburg")], avoid=["RUS", "BLR"], k=2)
    return maps.draw(found, network=network, title=figures.finding(found))


def trans_afghan_routes(network: cx.Network) -> Any:
    plan = cx.Scenario("Trans-Afghan by Kharlachi").open("trans-afghan-kharlachi")
    future = plan.apply(network)
    today = cx.route(network, "Tashkent", "Karachi", avoid=["RUS"])
    then = cx.route(future, "Tashkent", "Karachi", avoid=["RUS"])
    title = (
        f"Tashkent – Karachi: the Trans-Afghan railway would save {today.length_km - then.length_km:,.0f} km "
        f"– and {(today.time_h - then.time_h) / 24:.1f} days, if its assumed hours hold"
    )
    return maps.draw([today, then], network=future, title=title)


def trans_afghan_change(network: cx.Network) -> Any:
    plan = cx.Scenario("Trans-Afghan by Kharlachi").open("trans-afghan-kharlachi")
    return maps.draw(plan.apply(network), before=network)


def khaf_herat(network: cx.Network) -> Any:
    plan = cx.Scenario("Khaf-Herat complete").open("rozanak-rabattaryan", "rabattaryan-herat")
    future = plan.apply(network)
    routes = [cx.route(future, "Herat", end, modes=["rail", "sea"]) for end in ("Bandar Abbas", "Istanbul")]
    title = (
        f"Herat by rail once Rozanak – Rabattaryan is open: {routes[0].length_km:,.0f} km to Bandar Abbas, "
        f"{routes[1].length_km:,.0f} km to Istanbul"
    )
    return maps.draw(routes, network=future, title=title)


def middle_corridor(network: cx.Network) -> Any:
    way = cx.route(network, "Altynkol", "Poti", avoid=["RUS", "IRN", "TKM"])
    share = way.standing_h / way.time_h
    title = (
        f"The Middle Corridor, Altynkol – Poti: {way.length_km:,.0f} km in {way.time_h / 24:.1f} days, "
        f"{share:.0%} of them standing"
    )
    return maps.draw(way, network=network, title=title)


def kyrgyz_tajik_border(network: cx.Network) -> Any:
    return maps.draw(cx.border(network, "KGZ", "TJK"), network=network)


def critical_crossings(network: cx.Network) -> Any:
    origins = ("Almaty", "Bishkek", "Dushanbe", "Tashkent", "Ashgabat")
    markets = ("Duisburg", "Istanbul", "Moscow", "Karachi", "Bandar Abbas", "Xi'an")
    pairs = [(a, b) for a in origins for b in markets]
    found = cx.criticality(network, pairs, of="crossings", modes=["rail", "road", "sea"])
    return maps.draw(found, network=network)


def landlocked_access(network: cx.Network) -> Any:
    found = cx.access(network, modes=["rail", "road", "sea"])
    inland = ["AFG", "ARM", "AZE", "KAZ", "KGZ", "MNG", "TJK", "TKM", "UZB"]
    table = found.table[found.table["iso3"].isin(inland)].reset_index(drop=True)
    return maps.draw(replace(found, table=table), network=network)


@dataclass(frozen=True)
class Report:
    """A report that is saved as a map is."""

    about: Any
    network: cx.Network

    def save(self, path: Path) -> None:
        """Write the report."""
        report.report(self.about, path, network=self.network)


def uncertainty(network: cx.Network) -> Any:
    ways = {
        "Northern": {"via": ["Brest"]},
        "Middle": {"via": ["Baku"], "avoid": ["RUS", "BLR", "IRN"]},
        "Southern": {"via": ["Tehran"], "avoid": ["RUS"]},
    }
    return Report(cx.simulate(network, [("Almaty", "Istanbul")], corridors=ways, n=1000), network)


def sourced(network: cx.Network) -> Any:
    return maps.draw(network, color_by="source")


EXHIBITS = (
    Exhibit("northern-route", "The northern route and two ways round Russia and Belarus", northern),
    Exhibit("trans-afghan-routes", "Tashkent to Karachi, today and with the Trans-Afghan railway", trans_afghan_routes),
    Exhibit("trans-afghan-change", "What the Trans-Afghan railway by Kharlachi opens", trans_afghan_change),
    Exhibit("khaf-herat", "Khaf–Herat with Rozanak–Rabattaryan", khaf_herat),
    Exhibit("middle-corridor", "The Middle Corridor taken apart: where the hours go", middle_corridor),
    Exhibit(
        "kyrgyz-tajik-border", "The border of Kyrgyzstan and Tajikistan since the treaty of 2025", kyrgyz_tajik_border
    ),
    Exhibit("critical-crossings", "Which border crossings Central Asia can least spare", critical_crossings),
    Exhibit("landlocked-access", "How far the landlocked are from the sea", landlocked_access),
    Exhibit("uncertainty", "How sure the hours are: three ways from Almaty to Istanbul, a thousand draws", uncertainty),
    Exhibit("sourced", "How much of this is sourced", sourced),
)


def main() -> None:
    """Draw, photograph, and write the index."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gallery", type=Path, default=Path("maps/gallery"))
    parser.add_argument("--docs", type=Path, default=None, help="write the README's pictures there")
    options = parser.parse_args()
    gallery: Path = options.gallery
    gallery.mkdir(parents=True, exist_ok=True)
    network = cx.load_network()
    for exhibit in EXHIBITS:
        path = gallery / f"{exhibit.name}.html"
        drawn = exhibit.draw(network)
        drawn.save(path)
        print(f"{path}: {exhibit.says} ({path.stat().st_size / 1000:,.0f} kB)")
        picture = path.with_suffix(".png")
        if isinstance(drawn, Report):
            figures.save(figures.spread_chart(drawn.about), picture)
            shrink(picture, width=336)
        else:
            photograph(path, picture, scale=0.24)
    write_whole(gallery / "index.html", index(gallery, network).encode())
    if options.docs is not None:
        photograph(gallery / "northern-route.html", options.docs / "almaty-duisburg.png", scale=1.0)
        found = cx.compare(network, [("Almaty", "Duisburg")], avoid=["RUS", "BLR"], k=2)
        figures.save(figures.distance_chart(found), options.docs / "almaty-duisburg-time.png")


def photograph(page: Path, picture: Path, *, scale: float) -> None:
    """Take a picture of a page at 1400 x 900, if there is a browser."""
    if not CHROMIUM:
        return
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--window-size=1400,900", f"--force-device-scale-factor={scale}",
             f"--screenshot={picture.resolve()}", page.resolve().as_uri()],
            check=True, capture_output=True, timeout=90,
        )  # fmt: skip
    shrink(picture, width=int(1400 * scale))


def shrink(picture: Path, *, width: int) -> None:
    """Save a picture again: small ones at their width (a browser has a smallest one), large ones in a palette."""
    from PIL import Image

    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    if image.width > width:
        image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    elif width > 1000:
        image = image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image.save(picture, optimize=True)


STYLE = """
body { margin: 0 auto; max-width: 1180px; padding: 20px; color: #1a1a1a; font: 15px/1.4 system-ui, "Noto Sans", "Segoe UI", sans-serif; }
h1 { font-size: 24px; margin: 0; } p { margin: 4px 0 18px; color: #444; }
ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 22px; }
a { color: inherit; text-decoration: none; display: block; } a:hover b, a:focus b { text-decoration: underline; }
img { display: block; width: 100%; height: auto; border: 1px solid #bbb; margin-bottom: 6px; }
"""


def index(gallery: Path, network: cx.Network) -> str:
    """Return the index page."""
    items = "".join(
        f'<li><a href="{e.name}.html">'
        + (f'<img src="{e.name}.png" alt="" width="336" height="216">' if (gallery / f"{e.name}.png").exists() else "")
        + f"<b>{html.escape(e.says)}</b></a></li>"
        for e in EXHIBITS
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>corridors: gallery</title>'
        f"<style>{STYLE}</style></head><body><h1>What corridors draws</h1>"
        f"<p>Each map is one file that opens without the internet. Data as of {html.escape(str(network.attrs['as_of']))}. "
        f"Made by examples/09_gallery.py.</p><ul>{items}</ul></body></html>\n"
    )


if __name__ == "__main__":
    main()
