"""A branca figure that asks the internet for nothing.

Assumptions: folium and its plugins announce their scripts and style sheets as ``branca`` ``Link`` children of the
figure's header, each under a *name* that has stayed the same from folium 0.14 to 0.20 while URLs and versions moved.
So the header here looks the name up among the files in ``maps/assets`` and writes the file itself into the page. A
name without a file is an :class:`OfflineError`, never a silent blank map.

Rejected: ``Figure.render(embedded=True)`` (prints ``b'...'`` as the script and downloads at render time),
``Map.add_js_link`` (changes the class, hence every later map), rewriting the finished HTML by pattern.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from branca.element import CssLink, Element, Figure, Link
from jinja2 import Template

from corridors import _files
from corridors.errors import CorridorError

ASSETS = _files.MAPS / "assets"

# folium's link name -> vendored file
_VENDORED = {
    "leaflet": "leaflet/leaflet.js",
    "leaflet_css": "leaflet/leaflet.css",
}

# Assets that folium links in every page, and what in the page's scripts would need them. None: nothing ever does
# (Bootstrap only styles, and the page has its own style).
_LINKED_BY_HABIT: dict[str, str | None] = {
    "jquery": r"\$\(|jQuery",
    "bootstrap": r"\bbootstrap\.",
    "bootstrap_css": None,
    "glyphicons_css": None,
    "awesome_markers": r"AwesomeMarkers",
    "awesome_markers_css": r"AwesomeMarkers",
    "awesome_markers_font_css": r"AwesomeMarkers",
    "awesome_rotate_css": r"AwesomeMarkers",
}

# folium.Popup uses jQuery for one thing: to make an element of a string. This does that thing. innerHTML of a
# <template> runs no script; what folium then shows is as safe or unsafe as folium makes it.
_JQUERY_SHIM = (
    "window.$=window.$||function(x){if(typeof x==='string'){var t=document.createElement('template');"
    "t.innerHTML=x.trim();return[t.content.firstElementChild]}return{ready:function(f){f()}}};"
)

# Elements that fetch while the page is open, which no vendored file can cure. By name, so that folium.plugins,
# slow to import, is not imported to ask.
_NEEDS_INTERNET = frozenset(
    {"TileLayer", "WmsTileLayer", "Geocoder", "MiniMap", "Realtime", "TimestampedWmsTileLayers", "VectorGridProtobuf"}
)
_MEDIA_BY_URL = frozenset({"ImageOverlay", "VideoOverlay", "CustomIcon"})

_MEDIA_TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".gif": "image/gif"}
_ELEMENT_ID = re.compile(r"[0-9a-f]{32}")
_EXTERNAL = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*?\b(?:src|data)\s*=\s*[\"']?\s*(?:https?:)?//[^\"'\s>]+"
    r"|<link\b[^>]*?\bhref\s*=\s*[\"']?\s*(?:https?:)?//[^\"'\s>]+"
    r"|url\(\s*[\"']?\s*(?:https?:)?//[^)]+\)"
    r"|@import\b[^;]+;",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class OfflineError(CorridorError, RuntimeError):
    """Something on the map would need the internet, and the map is to work without."""


def data_uri(path: Path) -> str:
    """Return a file as a ``data:`` URI, so that a page can hold it."""
    return f"data:{_MEDIA_TYPES[path.suffix]};base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def script_element(code: str) -> str:
    """Return ``code`` in a script element that its own text cannot close."""
    return "<script>" + code.replace("</script", "<\\/script").replace("<!--", "<\\!--") + "</script>"


@functools.cache
def style_element(path: Path) -> str:
    """Return a style sheet as an element, the images it names included."""

    def inline(match: re.Match[str]) -> str:
        return f"url({data_uri(path.parent / match['path'].split('?')[0])})"

    # "#default#VML" is a leftover for Internet Explorer 8, not a file.
    css = re.sub(r"url\(\s*(['\"]?)(?!data:|#)(?P<path>[^)'\"]+)\1\s*\)", inline, path.read_text("utf-8"))
    if "</style" in css.lower():
        raise OfflineError(f"{path} holds '</style', which would end the element it is put into")
    return f"<style>{css}</style>"


@functools.cache
def _vendored_element(name: str) -> str:
    path = ASSETS / _VENDORED[name]
    if path.suffix == ".css":
        return style_element(path)
    # A source map is one more request in the developer tools.
    return script_element(re.sub(r"\n?//# sourceMappingURL=.*", "", path.read_text("utf-8")))


@functools.cache
def _default_marker_script() -> str:
    # Leaflet looks for its marker images beside leaflet.css, which is nowhere here.
    images = ASSETS / "leaflet" / "images"
    urls = {
        "iconUrl": data_uri(images / "marker-icon.png"),
        "iconRetinaUrl": data_uri(images / "marker-icon-2x.png"),
        "shadowUrl": data_uri(images / "marker-shadow.png"),
    }
    return script_element(f"L.Icon.Default.imagePath='';L.Icon.Default.mergeOptions({json.dumps(urls)});")


def require_offline(element: Element) -> None:
    """Raise :class:`OfflineError` if an element, or anything in it, fetches while the page is open.

    Parameters
    ----------
    element
        A folium or branca element.
    """
    for part in _walk(element):
        names = {base.__name__ for base in type(part).__mro__}
        guilty = names & _NEEDS_INTERNET
        media = names & _MEDIA_BY_URL
        source = _media_url(part) if media else ""
        if guilty or re.match(r"(?:https?:)?//", source):
            what = min(guilty or media)
            detail = f" ({source})" if source else ""
            raise OfflineError(
                f"a folium {what}{detail} asks the internet for data each time the map is opened; "
                "leave it out, or draw the map with online=True"
            )


def _media_url(part: Element) -> str:
    """Return where an overlay or icon takes its picture from; the attribute has changed between folium versions."""
    options = getattr(part, "options", None)
    candidates = (
        getattr(part, "url", None),
        getattr(part, "video_url", None),
        options.get("icon_url") or options.get("iconUrl") if isinstance(options, dict) else None,
    )
    return next((c for c in candidates if isinstance(c, str)), "")


def _walk(root: Element) -> Iterator[Element]:
    """Yield every element of a tree once, whether it hangs there as a child or as an attribute."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        element = waiting.pop(0)
        if id(element) in seen:
            continue
        seen.add(id(element))
        yield element
        waiting += element._children.values()
        # A figure's header, html and script, a popup's html, a marker's icon are attributes, not children.
        waiting += [v for k, v in vars(element).items() if k != "_parent" and isinstance(v, Element)]


class _InliningHeader(Element):
    """The header of an :class:`OfflineFigure`: prints the text of each linked asset instead of the link."""

    def __init__(self, *, online: bool) -> None:
        super().__init__()
        self._online = online

    def render(self, **kwargs: Any) -> str:
        figure = self._parent
        assert isinstance(figure, Figure)
        scripts = figure.script.render(**kwargs) + figure.html.render(**kwargs)
        parts = []
        for name, child in self._children.items():
            if not isinstance(child, Link):
                parts.append(child.render(**kwargs))
            elif name in _LINKED_BY_HABIT and not _is_needed(name, scripts):
                continue
            elif name == "jquery":
                parts.append(script_element(_JQUERY_SHIM))
            elif name in _VENDORED:
                parts.append(_vendored_element(name))
            elif self._online:
                parts.append(_plain_link(child))
            else:
                raise OfflineError(
                    f"the map needs {name!r} from {child.url}, and there is no copy of it in maps/assets; "
                    "leave that layer or plugin out, or draw the map with online=True"
                )
        # Our own scripts, in figure.html, use no default marker.
        if "L.marker" in figure.script.render(**kwargs):
            parts.append(_default_marker_script())
        return "\n".join(parts)


def _is_needed(name: str, scripts: str) -> bool:
    pattern = _LINKED_BY_HABIT[name]
    return pattern is not None and re.search(pattern, scripts) is not None


def _plain_link(link: Link) -> str:
    url = html.escape(link.url, quote=True)
    return f'<link rel="stylesheet" href="{url}">' if isinstance(link, CssLink) else f'<script src="{url}"></script>'


class OfflineFigure(Figure):
    """A figure whose page holds everything it needs, says so to the browser, and is the same bytes each time.

    Parameters
    ----------
    page_title
        Title of the page; any text.
    online
        Leave links to assets without a vendored copy as they are, and allow the page to fetch.
    """

    _template = Template(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n{{ this.preamble() }}\n{{ this.header.render(**kwargs) }}\n</head>\n'
        "<body>\n{{ this.html.render(**kwargs) }}\n<script>{{ this.script.render(**kwargs) }}</script>\n</body>\n</html>\n"
    )

    def __init__(self, *, page_title: str, online: bool = False) -> None:
        super().__init__(ratio="75%")
        self._page_title = page_title
        self._online = online
        self.header = _InliningHeader(online=online)
        self.header._parent = self

    def preamble(self) -> str:
        """Return the first lines of the head: encoding, policy (filled in at the end), viewport, title."""
        title = html.escape(self._page_title).encode("ascii", "xmlcharrefreplace").decode("ascii")
        return (
            '<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="@policy@">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>"
        )

    def render(self, **kwargs: Any) -> str:
        """Return the whole page."""
        if not self._online:
            require_offline(self)
        # Rendering adds to these three. Putting them back keeps a second save the same as the first, and what the
        # user has put there (folium's usual way to a custom legend) stays.
        before = [(part, part._children.copy()) for part in (self.html, self.script, self.header)]
        try:
            page = super().render(**kwargs)
            page = self._with_stable_ids(page)
        finally:
            for part, children in before:
                part._children = children
        # The HTML parser makes one kind of line end of three before it hashes a script; so do we.
        page = page.replace("\r\n", "\n").replace("\r", "\n")
        page = page.replace("@policy@", self._policy(page), 1)
        if not self._online and (left := _EXTERNAL.search(_without_json(page))):
            raise OfflineError(f"the page would fetch {left[0]!r}; leave that layer out, or draw with online=True")
        return page

    def _with_stable_ids(self, page: str) -> str:
        """Replace folium's random element ids by numbers in the order of the tree."""
        names = {e._id: f"{i:04d}" for i, e in enumerate(_walk(self))}
        return _ELEMENT_ID.sub(lambda m: names.get(m[0], m[0]), page)

    def _policy(self, page: str) -> str:
        """Return the Content-Security-Policy: nothing may load, and only these very scripts may run.

        Hashes instead of ``'unsafe-inline'``: an ``onerror=`` smuggled in through a user's own folium popup is then
        refused by the browser.
        """
        hashes = [
            f"'sha256-{base64.b64encode(hashlib.sha256(code.encode('utf-8')).digest()).decode('ascii')}'"
            for code in dict.fromkeys(_SCRIPT.findall(page))
        ]
        fetch = " https:" if self._online else ""
        rules = {
            "default-src": f"'none'{fetch}" if not fetch else "https:",
            "script-src": " ".join(hashes) + fetch,
            "style-src": f"'unsafe-inline'{fetch}",
            "img-src": f"data: blob:{fetch}",
            "base-uri": "'none'",
            "form-action": "'none'",
        }
        return "; ".join(f"{name} {value}" for name, value in rules.items())


def _without_json(page: str) -> str:
    """Return the page without its data blocks, whose text is data and may well hold a URL."""
    return re.sub(r'<script type="application/json"[^>]*>.*?</script>', "", page, flags=re.DOTALL)
