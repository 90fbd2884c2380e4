"""One benchmark in this process: `python -m bench.one NAME` prints its figures as JSON."""

import importlib
import json
import sys
from dataclasses import asdict

from bench.figures import Figure, Promise


def main(name: str) -> None:
    """Measure one benchmark and print what it found."""
    figures: list[Figure] = importlib.import_module(f"bench.{name}").measure()
    print(json.dumps([asdict(figure) for figure in figures]))


def read(text: str) -> list[Figure]:
    """Return the figures that `main` has printed."""
    return [
        Figure(**{**each, "promise": Promise(**each["promise"]) if each["promise"] else None})
        for each in json.loads(text)
    ]


if __name__ == "__main__":
    main(sys.argv[1])
