"""Straight stretches of main lines: where the drawn shape may not be the line's own, and what is known of the track.

``python geodata/build/straights.py > docs/straight_segments.md`` writes the page about them from the layers.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from legs import Leg, shape_km, thin
from lengths import LineResult
from linetables import DECIMALS, Tables
from railgraph import geodesic_km

LONG_STRAIGHT_KM = 40.0
# A straight is the line's own shape if the track is known to stray from it by no more than this.
STRAIGHT_OFF_KM = 5.0
# A path stretched to its great circle is as long as its shape but for rounding.
LEAST_EXCESS = 1.0001
SAME_END_KM = 1.0
# A guessed bend that strays from the straight by less than this says nothing that the straight does not.
GUESS_OFF_KM = 1.0
# A bend is a vertex of its leg, but where the track lies beside it.
AT_BEND_KM = 0.3

GEODATA = Path(__file__).resolve().parents[1]
CORE = ("KAZ", "UZB", "TKM", "TJK", "KGZ", "AFG", "PAK", "IRN", "AZE", "GEO", "ARM", "TUR")
"""Countries whose main lines are held in full."""

PAGE = """# Straight segments

The rail graph replaces remote lines by chords with the right length. On operating main lines of the twelve core countries
({main_km:,.0f} km) {n} straight segments are longer than 40 km, together {km:,.0f} km, {share:.1f} %. A straight is *explained* if the
track is known to stray from it by at most 5 km:

- by its length: the track in the rail graph is so little longer that it cannot stray farther, even if all of the difference falls on
  this one straight; or
- by a check in `geodata/tables/straight_reasons.csv`: OpenStreetMap track (Turkmenistan, Afghanistan, Azerbaijan and what their
  boxes hold of the neighbours) within 5 km of every point of it; or OpenStreetMap stations along it, all of them within 5 km and no
  part longer than 45 km without one (or the track in the rail graph too short there for more). Those extracts check; no position is
  taken from them.

A straight runs from one known point of its line to the next: through a bend of own knowledge and low confidence that strays from it by
less than 1 km, for such a bend was put on the straight and says nothing of the track. A bend through any stop of low confidence is as
good as that stop, within about 10 km; what lies on either side of it counts as drawn once it is shorter than 40 km.

A check belongs to the two ends of its straight and lapses when a stop bends it. Where a check found a part of a straight beside the
track and the rest not, only the rest is *not known*: between two checked points within 5 km and at most 45 km apart the course is
known. What is not known is assumed geometry: its length is measured or published as the edge says, its course on the map is not known
better than this.

{summary}

The aim is 5 % not known; {verdict}. Many a bend of the older lines of Kazakhstan, Karakalpakstan and Turkmenistan is a point of
Natural Earth's railways (public domain, `natural-earth-railroads`): the extract has its stations within 1 km of those points' line as a
rule, within 3 km nearly everywhere, within 5 km on the Ustyurt. Where its line lies farther from them than the straight, the straight
stays. What would close more: for lines that Natural Earth has not, and for lines built since, which have no settlement in GeoNames as
packaged (`cities500`), GeoNames' full country files (features RSTN and RSTP) or an OpenStreetMap extract taken into the data as such.

{table}"""


def long_straights(tables: Tables, results: dict[str, LineResult]) -> pd.DataFrame:
    """List straight stretches over 40 km on operating main lines: where the shape may not be the line's.

    A bend that was only guessed to lie on a straight does not end it.

    The graph keeps the length of what it straightens. ``track_over_shape`` is that length over the drawn one for the
    leg, and a track so much longer strays from the straight by at most ``off_km``, even if all of what it is longer
    falls on this one straight: a desert line that is straight indeed has a small one. Empty where the graph has no
    path, or none that is longer than the shape: then it says nothing. A straight is explained if that bound is small or
    ``straight_reasons`` has a check that says so; what is not explained is assumed geometry but for the part that the
    check found beside the track, and ``unknown_km`` is what is left.
    """
    main = tables.lines.query("status == 'operating' and line_class == 'main' and mode == 'rail'").index
    rows: list[dict[str, object]] = []
    for line_id in sorted(set(main) & set(results)):
        for leg in results[line_id].legs:
            course = _without_guesses(tables, leg)
            a, b = course[:-1], course[1:]
            km = geodesic_km(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
            drawn_km = shape_km(course)
            is_longer = (
                leg.has_shape and leg.graph_km is not None and leg.graph_km > shape_km(leg.lonlat) * LEAST_EXCESS
            )
            track_km = float(leg.graph_km) if is_longer and leg.graph_km is not None else np.nan
            for k in np.flatnonzero(km > LONG_STRAIGHT_KM):
                off_km = 0.5 * float(np.sqrt((km[k] + track_km - drawn_km) ** 2 - km[k] ** 2))
                known_km, reason = _explain(tables, leg, a[k], b[k], off_km)
                rows.append(
                    {
                        "edge_id": f"{line_id}.{leg.seq:03d}",
                        "line_id": line_id,
                        "from_id": leg.from_id,
                        "to_id": leg.to_id,
                        "iso3": tables.stations.at[leg.from_id, "iso3"],
                        "straight_km": round(float(km[k]), 1),
                        "track_over_shape": round(track_km / drawn_km, 4),
                        "off_km": round(off_km, 1),
                        "lon_a": round(float(a[k, 0]), DECIMALS),
                        "lat_a": round(float(a[k, 1]), DECIMALS),
                        "lon_b": round(float(b[k, 0]), DECIMALS),
                        "lat_b": round(float(b[k, 1]), DECIMALS),
                        "explained": "yes" if np.isinf(known_km) else "no",
                        "unknown_km": round(max(0.0, float(km[k]) - known_km), 1),
                        "reason": reason,
                    }
                )
    return pd.DataFrame(rows)


def _without_guesses(tables: Tables, leg: Leg) -> npt.NDArray[np.float64]:
    """Return the shape of a leg without the guessed bends on its straights.

    A bend of own knowledge and low confidence that lies on the straight between its neighbours was put there along it:
    it cuts the straight in two and adds nothing to what is known of either part.
    """
    ids = tables.stops.loc[tables.stops["line_id"] == leg.line_id, "station_id"].tolist()
    at = tables.stations.loc[ids[ids.index(leg.from_id) + 1 : ids.index(leg.to_id)]]
    is_guess = (at["kind"] == "via") & (at["position_source"] == "own knowledge") & (at["confidence"] == "low")
    is_guessed = np.zeros(len(leg.lonlat), dtype=bool)
    for lon, lat in at.loc[is_guess, ["lon", "lat"]].to_numpy(dtype=np.float64):
        is_guessed |= _km_from(leg.lonlat, lon, lat) < AT_BEND_KM
    is_guessed[[0, -1]] = False
    known = np.flatnonzero(~is_guessed)
    # Degrees of longitude as long as those of latitude.
    narrow = np.array([np.cos(np.radians(leg.lonlat[:, 1].mean())), 1.0])
    runs = [thin(leg.lonlat[i : j + 1] * narrow, tolerance_km=GUESS_OFF_KM) / narrow for i, j in pairwise(known)]
    return np.vstack([leg.lonlat[:1], *(run[1:] for run in runs)])


def _km_from(lonlat: npt.NDArray[np.float64], lon: float, lat: float) -> npt.NDArray[np.float64]:
    return geodesic_km(lonlat[:, 0], lonlat[:, 1], np.full(len(lonlat), lon), np.full(len(lonlat), lat))


def _explain(
    tables: Tables, leg: Leg, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], off_km: float
) -> tuple[float, str]:
    """Return how many kilometres of a straight are known to be beside the track, infinite for all of it, and why."""
    checks = tables.straight_reasons
    if len(checks):
        ends = checks[["lon_a", "lat_a", "lon_b", "lat_b"]].to_numpy(dtype=np.float64).T
        # A check holds for the straight that it was made for, and no longer when a stop has bent it.
        is_same = (geodesic_km(ends[0], ends[1], *np.broadcast_to(a[:, None], (2, len(checks)))) < SAME_END_KM) & (
            geodesic_km(ends[2], ends[3], *np.broadcast_to(b[:, None], (2, len(checks)))) < SAME_END_KM
        )
        for _, row in checks[is_same & (checks["from_id"] == leg.from_id) & (checks["to_id"] == leg.to_id)].iterrows():
            is_whole = np.isnan(row["known_km"]) and row["off_km"] <= STRAIGHT_OFF_KM
            known_km = 0.0 if np.isnan(row["known_km"]) else float(row["known_km"])
            return np.inf if is_whole else known_km, str(row["reason"])
    if off_km <= STRAIGHT_OFF_KM:
        return np.inf, f"The track in the rail graph is too short to stray by more than {off_km:.1f} km"
    return 0.0, "Chord of the rail graph" if leg.has_shape else "No path in the rail graph"


# --- the page --------------------------------------------------------------------------------------------------------


def page() -> str:
    """Return the page on straight segments: how many, how long, and the list of those that nothing explains."""
    rail = gpd.read_file(GEODATA / "rail" / "rail.shp", ignore_geometry=True)
    stations = pd.read_csv(GEODATA / "tables" / "stations.csv").set_index("station_id")
    rail = rail[(rail["line_class"] == "main") & rail["from_id"].map(stations["iso3"]).isin(CORE)]
    # Two gauges side by side are one track for a map.
    main_km = float(rail.drop_duplicates(["line_id", "from_id", "to_id"])["length_km"].sum())
    straight = pd.read_csv(GEODATA / "rail" / "straight_segments.csv")
    straight = straight[straight["iso3"].isin(CORE)]
    is_open = straight["explained"] == "no"
    unknown = straight[is_open].sort_values(["straight_km", "edge_id"], ascending=[False, True])
    unknown_km = float(unknown["unknown_km"].sum())
    parts = [
        ("explained", straight[~is_open], "straight_km"),
        ("not explained", unknown, "straight_km"),
        ("&nbsp;&nbsp;of it not known", unknown[unknown["unknown_km"] > 0], "unknown_km"),
    ]
    summary = ["| straight segments | number | length, share of main-line km |", "|---|---|---|"] + [
        f"| {name} | {len(rows)} | {rows[column].sum():,.0f} km, {100 * rows[column].sum() / main_km:.1f} % |"
        for name, rows, column in parts
    ]
    name = stations["name"]
    table = [
        "| from | to | country | straight, km | not known, km | what was checked |",
        "|---|---|---|---|---|---|",
    ] + [
        f"| {name[row.from_id]} | {name[row.to_id]} | {row.iso3} | {row.straight_km:.0f} | {row.unknown_km:.0f} | {row.reason} |"
        for row in unknown.itertuples()
    ]
    return PAGE.format(
        main_km=main_km,
        n=len(straight),
        km=straight["straight_km"].sum(),
        share=100 * straight["straight_km"].sum() / main_km,
        summary="\n".join(summary),
        verdict="it is met"
        if unknown_km <= 0.05 * main_km
        else f"it is missed with {100 * unknown_km / main_km:.1f} %",
        table="\n".join(table),
    )


if __name__ == "__main__":
    print(page())
