"""Worker processes: what they reckon, what they are kept from, and how they end."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from kit.background.workers import WorkerPool
from tools.backtesting import WorkerFailed
from trading.backtest.history import History
from trading.backtest.outcome import Leak, Ran
from trading.backtest.own import digest
from trading.backtest.tasks import Chosen, GridTask, RunTask, VerifyTask
from trading.backtest.terms import Terms
from trading.errors import InvalidBacktest
from trading.indicators import Bars, Series
from trading.symbols import Symbol
from trading.timeframes import Timeframe


def history(bars: int = 500) -> History:
    """Candles that go up and down."""
    steps = np.arange(bars, dtype=np.float64)
    close: Series = 100 + 10 * np.sin(steps / 7) + steps % 5
    columns = Bars(close, close + 1, close - 1, close, np.ones(bars))
    times = np.arange(bars, dtype=np.int64) * Timeframe.H1.seconds * 1000
    return History(Symbol("BTC", "USDT"), Timeframe.H1, "simulated", "simulated", times, columns)


def large() -> GridTask:
    """A grid that takes minutes."""
    grid = {"fast_period": list(range(1, 301)), "slow_period": list(range(301, 601))}
    return GridTask(Chosen("ma_crossover"), history(50_000), grid, Terms(), "sharpeRatio", threads=2)


@dataclass
class Heard:
    """What a task tells of its progress."""

    steps: list[tuple[int, int]] = field(default_factory=list)
    first: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, done: int, total: int) -> None:
        self.steps.append((done, total))
        self.first.set()


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    workers = WorkerPool(1, 4096, 120)
    yield workers
    await workers.close()


def own(folder: Path, body: str) -> Chosen:
    """A strategy file of one's own, and how a worker is asked for it."""
    file = folder / "own.py"
    file.write_text(
        "import numpy as np\n"
        "from trading.backtest.strategy import Signals, Strategy\n"
        f"def signals(lines, values):\n    {body}\n"
        "STRATEGY = Strategy('own', 'Mine.', (), signals, lambda values: 0)\n",
        encoding="utf-8",
    )
    return Chosen("own", {}, file, digest(file.read_bytes()))


async def test_a_worker_runs_one_task_after_another(pool: WorkerPool) -> None:
    heard = Heard()
    first: list[Ran] = await pool.perform(RunTask([Chosen("macd")], [history()], Terms()), heard)
    second: list[Ran] = await pool.perform(RunTask([Chosen("macd")], [history()], Terms()), heard)
    assert first[0].figures == second[0].figures
    assert first[0].figures.trades > 0
    assert heard.steps == [(1, 1), (1, 1)]


async def test_a_task_that_is_refused_says_why_and_leaves_the_worker_sound(pool: WorkerPool) -> None:
    with pytest.raises(InvalidBacktest) as refused:
        await pool.perform(RunTask([Chosen("macd", {"fast_period": 0})], [history()], Terms()), Heard())
    assert refused.value.details == {"parameter": "fast_period"}
    assert await pool.perform(RunTask([Chosen("macd")], [history()], Terms()), Heard())


async def test_a_task_that_is_canceled_ends_within_a_second_and_makes_room(pool: WorkerPool) -> None:
    heard = Heard()
    running = asyncio.create_task(pool.perform(large(), heard))
    await heard.first.wait()
    done, total = heard.steps[-1]
    assert done < total
    before = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert time.monotonic() - before < 1
    assert await pool.perform(RunTask([Chosen("macd")], [history()], Terms()), heard)


async def test_a_task_that_takes_too_long_is_given_up() -> None:
    pool = WorkerPool(1, 4096, 0.5)
    await pool.warm()
    try:
        with pytest.raises(WorkerFailed):
            await pool.perform(large(), Heard())
    finally:
        await pool.close()


async def test_a_task_that_wants_too_much_memory_is_refused(pool: WorkerPool, tmp_path: Path) -> None:
    greedy = own(tmp_path, "return Signals(np.ones((100_000, 100_000))[0])")
    with pytest.raises(InvalidBacktest):
        await pool.perform(RunTask([greedy], [history()], Terms()), Heard())


async def test_a_worker_that_dies_is_replaced(pool: WorkerPool, tmp_path: Path) -> None:
    deadly = own(tmp_path, "import os; os._exit(3)")
    with pytest.raises(WorkerFailed):
        await pool.perform(RunTask([deadly], [history()], Terms()), Heard())
    assert await pool.perform(RunTask([Chosen("macd")], [history()], Terms()), Heard())


async def test_code_of_ones_own_sees_nothing_of_the_services_environment(
    pool: WorkerPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIT_GATEWAY_TOKEN", "canary-5b1f")
    spy = own(tmp_path, "import os; raise ValueError(repr(dict(os.environ)))")
    with pytest.raises(WorkerFailed) as failed:
        await pool.perform(RunTask([spy], [history()], Terms()), Heard())
    assert "environ" in str(failed.value) or "HOME" in str(failed.value)
    assert "canary" not in str(failed.value)
    assert os.environ["KIT_GATEWAY_TOKEN"] == "canary-5b1f"


async def test_a_file_that_was_changed_since_it_was_enabled_is_not_run(
    pool: WorkerPool, tmp_path: Path
) -> None:
    enabled = own(tmp_path, "return Signals(np.ones(len(lines.close), np.int8))")
    assert await pool.perform(RunTask([enabled], [history()], Terms()), Heard())
    own(tmp_path, "return Signals(np.zeros(len(lines.close), np.int8))")
    with pytest.raises(InvalidBacktest):
        await pool.perform(RunTask([enabled], [history()], Terms()), Heard())


async def test_a_strategy_that_peeks_is_found_out_and_an_honest_one_is_not(
    pool: WorkerPool, tmp_path: Path
) -> None:
    peeking = own(tmp_path, "return Signals((lines.close < np.roll(lines.close, -1)).astype(np.int8))")
    leaks: list[Leak] = await pool.perform(VerifyTask(peeking, history()), Heard())
    assert leaks
    scaling = own(tmp_path, "return Signals((lines.close > lines.close.mean()).astype(np.int8))")
    assert await pool.perform(VerifyTask(scaling, history()), Heard())
    honest = own(tmp_path, "return Signals((lines.close > lines.sma(10)).astype(np.int8))")
    assert await pool.perform(VerifyTask(honest, history()), Heard()) == []
