"""What the network can least spare: criticality of its parts, minimum cuts, and access to the sea and to markets."""

from corridors.resilience._access import Access, access
from corridors.resilience._criticality import Criticality, criticality, trade_weights
from corridors.resilience._isolation import Isolation, isolation

__all__ = ["Access", "Criticality", "Isolation", "access", "criticality", "isolation", "trade_weights"]
