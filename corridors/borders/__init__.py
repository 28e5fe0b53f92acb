"""Borders: lines, lengths, status, crossings, regimes, and what shutting one does.

Assumptions
-----------
* ``length_km`` is the geodesic length of this data set, which is drawn at 1:10 million and about 15 per cent short; a published
  length stands beside it with its source and is never mixed with it.
* Which country an area belongs to is a *worldview*, named in every result: ``"de facto"`` is the boundary set as it is (who
  holds the ground), ``"un-style"`` moves the areas that ``worldviews.csv`` can move. None is chosen silently.
* The Caspian is no sea here: a country on it alone is landlocked.
"""

from corridors.borders._atlas import Atlas, atlas
from corridors.borders._border import Border, border
from corridors.borders._crossings import crossing_table
from corridors.borders._own_lines import LineCrossings, crossings_of
from corridors.borders._places import country_areas, country_at, hard_places, neighbours, tripoints
from corridors.borders._reached import reached_through
from corridors.borders._sea import landlocked, transit_countries, transit_table
from corridors.borders._shut import detour_if_shut
from corridors.borders._table import border_table
from corridors.borders._worldview import VIEWS

__all__ = [
    "VIEWS",
    "Atlas",
    "Border",
    "LineCrossings",
    "atlas",
    "border",
    "border_table",
    "country_areas",
    "country_at",
    "crossing_table",
    "crossings_of",
    "detour_if_shut",
    "hard_places",
    "landlocked",
    "neighbours",
    "reached_through",
    "transit_countries",
    "transit_table",
    "tripoints",
]
