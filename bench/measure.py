"""How things are measured: middle values, time of the processor, memory, and on what machine (Linux)."""

import os
import platform
import resource
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from statistics import median

TICK = 1 / os.sysconf("SC_CLK_TCK")

Measure = Callable[[], Awaitable[float]]


async def in_turns(ours: Measure, reference: Measure, rounds: int) -> tuple[float, float]:
    """Return the medians of two measurements that are taken in turns, so that drift touches both alike."""
    pairs = [(await ours(), await reference()) for _ in range(rounds)]
    first, second = zip(*pairs, strict=True)
    return median(first), median(second)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def cpu_of(pid: int) -> float:
    """Return the seconds of processor time, user and system, that a running process has taken."""
    # The name of the program, in brackets, may hold anything.
    fields = (
        Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) * TICK


def cpu_of_child(pid: int) -> float:
    """Wait for a child process and return the seconds of processor time that it took in all."""
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"process {pid} failed")
    return _seconds(usage)


def _seconds(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def memory_of(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has begun and that still run."""
    return [
        int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ]


def machine() -> str:
    """Return what the figures were measured on."""
    busy, _, _ = os.getloadavg()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {python}, load {busy:.1f}"
