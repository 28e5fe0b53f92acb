"""What makes a page acceptable. Each check returns the list of what is wrong, so that tests can also check the checks
with pages that are broken on purpose."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

INTERNAL = ("data:", "blob:", "about:")
_TAG = re.compile(
    r"<(?:script|img|iframe|link|source)\b[^>]*?\b(?:src|href)\s*=\s*[\"']?\s*(?!data:)[\w./][^\"'\s>]*", re.IGNORECASE
)
_STYLE_URL = re.compile(r"url\(\s*[\"']?(?!data:|#)[^)]+\)", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL)
_DATA = re.compile(r'<script type="application/json".*?</script>', re.DOTALL)


@dataclass
class Visit:
    """A page, and what the browser complained about while it was open."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        """Requests beyond the file itself, console messages, script errors, and a map that did not get ready."""
        found = [f"request: {url}" for url in self.requests[1:]] + self.complaints
        if self.page.evaluate("document.documentElement.dataset.corridorReady") != "1":
            found.append("the map did not get ready")
        return found


@contextmanager
def visit(browser: Any, path: Path, *, width: int = 1280, height: int = 800, wait: bool = True) -> Iterator[Visit]:
    """Open a file with the internet cut off; by default wait until the map says that it is ready."""
    context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
    context.route(re.compile(r"^(https?|wss?|ftp):"), lambda route: route.abort())
    page = context.new_page()
    seen = Visit(page)
    page.on("request", lambda r: None if r.url.startswith(INTERNAL) else seen.requests.append(r.url))
    page.on("console", lambda m: seen.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: seen.complaints.append(str(e)))
    try:
        page.goto(path.as_uri().replace("#", "%23"))
        if wait:
            page.wait_for_selector("html[data-corridor-ready='1']")
        else:
            page.wait_for_timeout(700)
        yield seen
    finally:
        context.close()


def external_references(html: str) -> list[str]:
    """Addresses that the page's tags and styles would load; what is only data may hold any text."""
    html = _DATA.sub("", html)
    return _TAG.findall(html) + _STYLE_URL.findall(_SCRIPT.sub("", html))


def picture_problems(png: bytes, colors: list[str], *, at_least: int) -> list[str]:
    """A picture that is blank, or on which a route's colour is missing."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as opened:
        image = opened.convert("RGB")
    counts = {color: n for n, color in image.getcolors(1 << 24)}
    total = image.width * image.height
    found = []
    if max(counts.values()) / total > 0.85:
        found.append("one colour covers more than 85 % of the picture")
    for color in colors:
        n = counts.get(tuple(bytes.fromhex(color[1:])), 0)
        if n < at_least:
            found.append(f"{color} has {n} pixels, expected {at_least}")
    return found
