"""Compile the layers into ``geodata/network.npz``, the arrays that `corridors.load_network` reads."""

from __future__ import annotations

import argparse
from pathlib import Path

from corridors import build_network, save_network

GEODATA = Path(__file__).resolve().parents[1]


def main() -> None:
    """Build the embedded network and write it."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    network = build_network()
    save_network(network, GEODATA / "network.npz")
    print(network)
    print(network.repairs.groupby("kind").size().to_string())


if __name__ == "__main__":
    main()
