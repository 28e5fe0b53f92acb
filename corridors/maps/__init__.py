"""Maps of routes and networks in one HTML file that works offline.

>>> from corridors import maps
>>> maps.draw(routes, network=network).save("routes.html")  # doctest: +SKIP
"""

from typing import Any

from corridors import _display
from corridors.maps._map import CorridorMap, draw
from corridors.maps._offline import OfflineError
from corridors.maps.payload import NotDrawableError


def _page(result: Any) -> str:
    return draw(result).to_html()


_display.register(_page)

__all__ = ["CorridorMap", "NotDrawableError", "OfflineError", "draw"]
