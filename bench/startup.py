"""What it costs to start: command line, client and service, against a bare interpreter and a bare server."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from statistics import median

from bench.figures import Figure, Promise
from bench.measure import children_of, cpu_of, cpu_of_child, memory_of

CALL = Promise(target=0.5, floor=0.5, at_most=True)
LIGHT = Promise(target=0, floor=0, at_most=True)
READY = Promise(target=2, floor=2, at_most=True)
MEMORY = Promise(target=300, floor=300, at_most=True)

ROUNDS = 5
STARTS = 3
IDLE_SECONDS = 5.0
PATIENCE = 60.0

HEAVY = (
    "ccxt",
    "anthropic",
    "openai",
    "langgraph",
    "langchain_core",
    "talib",
    "sqlalchemy",
    "alembic",
    "numpy",
)
HELP = """
import sys
from kit.cli import main
sys.argv = ["kit", "--help"]
try:
    main()
except SystemExit:
    pass
"""
CLIENT = "from kit import KitClient"
LOADED = f"""
import json, sys
json.dump([name for name in {HEAVY} if name in sys.modules], sys.stderr)
"""

START = ("-m", "kit.cli", "start")
BARE = ("-m", "bench.bare.server")


def measure() -> list[Figure]:
    """Return what each start costs in seconds of processor time."""
    rounds = [[_run(code) for code in (HELP, CLIENT, "pass")] for _ in range(ROUNDS)]
    help_, client, nothing = (median(times) for times in zip(*rounds, strict=True))
    heavy = len(_loaded(HELP)) + len(_loaded(CLIENT))
    first, again, bare, memory, worker = _services()
    return [
        Figure("kit --help, processor time", "s", help_, nothing, CALL),
        Figure("from kit import KitClient, processor time", "s", client, nothing, CALL),
        Figure("heavy SDKs that those two load", "", heavy, None, LIGHT),
        Figure("service ready, first start, processor time", "s", first, bare, READY),
        Figure("service ready, second start, processor time", "s", again, bare, READY),
        Figure("idle service, memory", "MB", memory, None, MEMORY),
        Figure("its process for backtests that waits, memory", "MB", worker),
    ]


def _run(code: str) -> float:
    """Return the processor time of a whole interpreter that runs `code`."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    seconds = cpu_of_child(process.pid)
    process.returncode = 0
    return seconds


def _loaded(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code + LOADED], capture_output=True, text=True, check=True)
    return list(json.loads(done.stderr))


def _services() -> tuple[float, float, float, float, float]:
    firsts, agains, bares, memories, workers = [], [], [], [], []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory(prefix="kit-bench-") as home:
            environment = {**os.environ, "KIT_HOME": home, "KIT_GATEWAY_PORT": "0"}
            firsts.append(_ready(START, environment)[0])
            seconds, memory, worker = _ready(START, environment, idle=IDLE_SECONDS)
            agains.append(seconds)
            memories.append(memory)
            workers.append(worker)
        bares.append(_ready(BARE, os.environ)[0])
    return median(firsts), median(agains), median(bares), max(memories), max(workers)


def _ready(
    arguments: Sequence[str], environment: Mapping[str, str], idle: float = 0.0
) -> tuple[float, float, float]:
    """Start a server; return its processor time until it is ready, and its memory `idle` seconds later.

    Last, the memory of the processes that it has begun by then.
    """
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        port = _port(process.stdout.readline())
        _wait_until_ready(port)
        seconds = cpu_of(process.pid)
        time.sleep(idle)
        return seconds, memory_of(process.pid), sum(map(memory_of, children_of(process.pid)))
    finally:
        process.stdin.close()
        process.terminate()
        process.wait()


def _port(line: str) -> int:
    """Return the first port that a server names."""
    address = line.partition("(")[0].rpartition(":")[2] or line
    return int(address.split(",")[0])


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
                if json.load(answer)["ready"]:
                    return
        except urllib.error.HTTPError:
            pass
        time.sleep(0.005)
    raise TimeoutError(f"nothing became ready on port {port}")
