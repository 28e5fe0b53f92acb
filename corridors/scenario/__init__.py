"""What if: named, immutable edits of a network.

A `Scenario` never touches a network; `Scenario.apply` returns a copy. Opening a line opens, for its mode, the crossings it
runs through, the gauge breaks at its stations and what its ``requires`` names, and says so; a line whose ends would stay
unconnected is refused. Changed costs travel with the network, and whatever a scenario changes counts as an assumption.
"""

from corridors.scenario._edit import CHANGES, Edit
from corridors.scenario._scenario import Scenario

__all__ = ["CHANGES", "Edit", "Scenario"]
