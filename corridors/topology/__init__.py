"""From lines to pieces: repair steps that say what they did, and cuts where a line crosses a border.

Every step is a pure function of a frame and returns ``Repaired(lines, repairs)``; `repair_lines` runs them in order.
"""

from corridors.topology._antimeridian import node_antimeridian
from corridors.topology._arrays import REPAIR_COLUMNS, Repaired
from corridors.topology._arrays import labels as components
from corridors.topology._borders import (
    CROSSING_RADIUS_KM,
    EXCURSION_TOLERANCE_KM,
    Boundaries,
    CountrySequence,
    CrossingPoints,
    Cut,
    Stretch,
    cut_line,
)
from corridors.topology._contract import contract, drop_parallels
from corridors.topology._gaps import close_gaps
from corridors.topology._join import join_ends
from corridors.topology._patches import Patch, settle_countries
from corridors.topology._pipeline import repair_lines
from corridors.topology._repair import (
    drop_duplicates,
    explode_lines,
    node_crossings,
    node_junctions,
    node_points,
    node_vertices,
    snap_ends,
)

__all__ = [
    "CROSSING_RADIUS_KM", "EXCURSION_TOLERANCE_KM", "REPAIR_COLUMNS", "Boundaries", "CountrySequence", "CrossingPoints",
    "Cut", "Patch", "Repaired", "Stretch", "close_gaps", "components", "contract", "cut_line", "drop_duplicates",
    "drop_parallels", "explode_lines", "join_ends", "node_antimeridian", "node_crossings", "node_junctions", "node_points", "node_vertices", "repair_lines",
    "settle_countries", "snap_ends",
]  # fmt: skip
