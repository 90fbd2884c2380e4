"""Run the benchmarks: `python -m bench` all of them, `python -m bench gateway` one.

Each runs in a process of its own, so that none profits from what another has loaded. The exit code is 1 when
a figure is below its floor, 2 for a name that is no benchmark's.
"""

import subprocess
import sys
from collections.abc import Sequence

from bench.figures import Figure, Verdict, table
from bench.measure import machine
from bench.one import read

BENCHMARKS = ("startup", "gateway", "fanout", "turn", "orders")


def main(names: Sequence[str]) -> int:
    """Run benchmarks, print one table and return the exit code."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
        return 2
    print(machine(), flush=True)
    figures: list[Figure] = []
    for name in names or BENCHMARKS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "bench.one", name], stdout=subprocess.PIPE, text=True, check=True
        )
        figures += read(done.stdout)
    print(table(figures))
    return int(any(figure.verdict is Verdict.BELOW_FLOOR for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
