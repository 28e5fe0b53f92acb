"""Charts and static maps for papers, with matplotlib (the extra ``plot``); the only module that imports it.

Assumptions: hue says *which route* and nothing else, from the same ``styles.toml`` as the interactive maps; where hours go is
grey and hatched, so that a chart survives a photocopier. Figures are made without pyplot: nothing is global, nothing needs
closing. What is unknown (a stretch without tariff) is dashed, never drawn as if it were free.

>>> from corridors import figures
>>> figures.save(figures.distance_chart(routes), "time-distance.pdf")  # doctest: +SKIP
"""

from corridors.figures._bars import hours_chart, range_chart
from corridors.figures._canvas import image, save
from corridors.figures._distance import distance_chart
from corridors.figures._map import route_map
from corridors.figures._spread import spread_chart, tornado_chart
from corridors.figures._subject import distinct_routes, finding

__all__ = [
    "distance_chart",
    "distinct_routes",
    "finding",
    "hours_chart",
    "image",
    "range_chart",
    "route_map",
    "save",
    "spread_chart",
    "tornado_chart",
]
