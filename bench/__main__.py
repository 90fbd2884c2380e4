"""Run the benchmarks: `python -m bench` all of them, `python -m bench gateway` one.

Each runs in a process of its own, so that none profits from what another has loaded, and with the settings of
a fresh installation. The exit code is 1 when a figure is below its floor or a benchmark fails, 2 for a name
that is no benchmark's.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

from bench.figures import Figure, Verdict, table
from bench.measure import machine
from bench.one import read

SETTINGS = ("KIT_", "ANTHROPIC_", "OPENAI_", "TELEGRAM_", "DISCORD_")
BENCHMARKS = (
    "startup",
    "gateway",
    "fanout",
    "turn",
    "orders",
    "backtest",
    "alerts",
    "memory",
    "busy",
    "slow",
    "arena",
)


def main(names: Sequence[str]) -> int:
    """Run benchmarks, print one table and return the exit code."""
    if unknown := set(names) - set(BENCHMARKS):
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
        return 2
    print(machine(), flush=True)
    figures: list[Figure] = []
    failed: list[str] = []
    for name in names or BENCHMARKS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "bench.one", name],
            stdout=subprocess.PIPE,
            env=_fresh(),
            text=True,
            check=False,
        )
        if done.returncode == 0:
            figures += read(done.stdout)
        else:
            failed.append(name)
    print(table(figures))
    if failed:
        print(f"failed: {', '.join(failed)}")
    return int(bool(failed) or any(figure.verdict is Verdict.BELOW_FLOOR for figure in figures))


def _fresh() -> dict[str, str]:
    """Return the environment without anything that would set the service up otherwise."""
    return {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
