"""Write the documentation page of borders: ``python -m corridors.borders > docs/borders.md``."""

from corridors.borders._page import page

if __name__ == "__main__":
    print(page())
