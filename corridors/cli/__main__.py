"""``python -m corridors.cli`` prints the page ``docs/cli.md``."""

from corridors.cli._page import page

print(page(), end="")
