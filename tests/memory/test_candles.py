"""Candles on disk: what is kept is read again, whatever happens to a process or a file."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.logs import configure
from memory.candles import CandleFiles, place
from trading.backtest.stores import Columns, Kept, Known, Series, Span, missing, united
from trading.indicators import Bars
from trading.symbols import Symbol
from trading.timeframes import Timeframe

HOURS = Series("binance", "live", Symbol("BTC", "USDT"), Timeframe.H1)
HOUR = HOURS.step
NEW_YEAR = 1_767_225_600_000
"""2026 begins."""


def span(first: int, last: int) -> Span:
    """Return a stretch of hours, counted from the new year."""
    return Span(NEW_YEAR + first * HOUR, NEW_YEAR + last * HOUR)


def files(folder: Path, pattern: str) -> list[Path]:
    """Return what lies anywhere below a folder."""
    return sorted(folder.rglob(pattern))


def hours(*numbers: int) -> Columns:
    """Return candles that tell their hour."""
    times = np.array([NEW_YEAR + each * HOUR for each in numbers], np.int64)
    price = np.array(numbers, np.float64) + 10_000
    return Columns(times, Bars(price, price + 1, price - 1, price, np.ones(len(numbers))))


def read(known: Known) -> tuple[tuple[Span, ...], list[int]]:
    """Return what is covered, and the hours of the candles."""
    return known.covered, [round(each) - 10_000 for each in known.columns.bars.close.tolist()]


async def test_what_is_kept_is_read_again_across_years_exactly(tmp_path: Path) -> None:
    kept = hours(-3, -2, 0, 1, 4)
    await CandleFiles(tmp_path).keep(HOURS, span(-3, 6), kept)
    found = await CandleFiles(tmp_path).load(HOURS, span(-10, 10))
    assert read(found) == ((span(-3, 6),), [-3, -2, 0, 1, 4])
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(found.columns.bars, name).tolist() == getattr(kept.bars, name).tolist()
    assert [each.name for each in files(tmp_path, "*.parquet")] == ["2025.parquet", "2026.parquet"]
    assert read(await CandleFiles(tmp_path).load(HOURS, span(-2, 1))) == ((span(-2, 1),), [-2, 0])


async def test_simulated_candles_and_live_ones_are_never_mixed(tmp_path: Path) -> None:
    store = CandleFiles(tmp_path)
    others = (
        replace(HOURS, source="simulated"),
        replace(HOURS, exchange="kraken"),
        replace(HOURS, symbol=Symbol("ETH", "USDT")),
        replace(HOURS, timeframe=Timeframe.M1),
    )
    await store.keep(HOURS, span(0, 3), hours(0, 1, 2))
    for other in others:
        assert read(await store.load(other, span(0, 3))) == ((), [])
    simulated = tmp_path / place(others[0])
    simulated.mkdir(parents=True)
    os.replace(tmp_path / place(HOURS) / "2026.parquet", simulated / "2026.parquet")
    assert read(await store.load(others[0], span(0, 3))) == ((), [])


@pytest.mark.parametrize("name", ["../up", "a/b", ""])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        place(replace(HOURS, exchange=name, source=""))


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def emptied(content: bytes) -> bytes:
    return b""


def flipped(content: bytes) -> bytes:
    place = len(content) // 3
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


@pytest.mark.parametrize("damage", [cut, emptied, flipped])
async def test_a_damaged_file_is_named_set_aside_and_unknown(
    tmp_path: Path, damage: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    configure("warning")
    store = CandleFiles(tmp_path)
    await store.keep(HOURS, span(0, 500), hours(*range(500)))
    await store.keep(HOURS, span(-5, 0), hours(-5, -4))
    path = tmp_path / place(HOURS) / "2026.parquet"
    path.write_bytes(damage(path.read_bytes()))
    assert read(await store.load(HOURS, span(-5, 500))) == ((span(-5, 0),), [-5, -4])
    assert capsys.readouterr().err.count(str(path)) == 1
    assert [each.name for each in files(tmp_path, "*.damaged")] == ["2026.damaged"]
    await store.keep(HOURS, span(0, 2), hours(0, 1))
    assert read(await store.load(HOURS, span(0, 500))) == ((span(0, 2),), [0, 1])


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_no_changed_byte_makes_other_candles(where: float, change: int) -> None:
    async def changed(folder: Path) -> Known:
        store = CandleFiles(folder)
        await store.keep(HOURS, span(0, 40), hours(*range(0, 40, 3)))
        path = folder / place(HOURS) / "2026.parquet"
        content = bytearray(path.read_bytes())
        content[int(where * len(content))] ^= change
        path.write_bytes(content)
        return await store.load(HOURS, span(0, 50))

    with TemporaryDirectory() as folder:
        found = asyncio.run(changed(Path(folder)))
    if found.covered:
        whole = hours(*range(0, 40, 3))
        assert read(found) == ((span(0, 40),), list(range(0, 40, 3)))
        for name in ("open", "high", "low", "volume"):
            assert getattr(found.columns.bars, name).tolist() == getattr(whole.bars, name).tolist()
        assert found.columns.times.tolist() == whole.times.tolist()


async def test_it_lists_what_is_kept(tmp_path: Path) -> None:
    store = CandleFiles(tmp_path)
    assert await store.kept() == []
    await store.keep(HOURS, span(-3, 6), hours(-3, -2, 0, 1, 4))
    size = sum(each.stat().st_size for each in files(tmp_path, "*.parquet"))
    assert await store.kept() == [Kept(HOURS, 5, span(-3, 5), size)]


CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from memory.candles import CandleFiles
from tests.memory.test_candles import HOURS, hours, span

def killed(draft, path):
    os.kill(os.getpid(), signal.SIGKILL)

async def main(folder, first, last, how):
    store = CandleFiles(Path(folder), killed) if how == "killed" else CandleFiles(Path(folder))
    for each in range(int(first), int(last)):
        await store.keep(HOURS, span(each, each + 1), hours(each))

asyncio.run(main(*sys.argv[1:]))
"""


async def child(folder: Path, first: int, last: int, how: str) -> int:
    """Keep hour by hour in a process of its own; return its exit code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, str(folder), str(first), str(last), how
    )
    return await process.wait()


async def test_a_kill_between_writing_and_renaming_leaves_the_old_file(tmp_path: Path) -> None:
    store = CandleFiles(tmp_path)
    await store.keep(HOURS, span(0, 3), hours(0, 1, 2))
    assert await child(tmp_path, 3, 4, "killed") == -signal.SIGKILL
    assert files(tmp_path, "*.new") != []
    assert read(await store.load(HOURS, span(0, 10))) == ((span(0, 3),), [0, 1, 2])
    await store.keep(HOURS, span(3, 4), hours(3))
    assert read(await store.load(HOURS, span(0, 10))) == ((span(0, 4),), [0, 1, 2, 3])


async def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    codes = await asyncio.gather(child(tmp_path, 0, 40, "kept"), child(tmp_path, 40, 80, "kept"))
    assert tuple(codes) == (0, 0)
    found = await CandleFiles(tmp_path).load(HOURS, span(0, 100))
    assert read(found) == ((span(0, 80),), list(range(80)))


stretches = st.lists(st.tuples(st.integers(-30, 30), st.integers(0, 15)), max_size=6)


@settings(deadline=None)
@given(stretches, st.tuples(st.integers(-30, 30), st.integers(0, 15)))
def test_what_is_united_and_missing_is_what_a_set_of_hours_says(
    parts: list[tuple[int, int]], wanted: tuple[int, int]
) -> None:
    def numbers(spans: tuple[Span, ...]) -> list[int]:
        return [each for one in spans for each in range(one.start, one.stop)]

    spans = [Span(first, first + length) for first, length in parts]
    inside = {each for one in spans for each in range(one.start, one.stop)}
    whole = united(spans)
    assert numbers(whole) == sorted(inside)
    assert all(one.stop < two.start for one, two in pairwise(whole))
    gaps = missing(Span(wanted[0], sum(wanted)), spans)
    assert numbers(gaps) == [each for each in range(wanted[0], sum(wanted)) if each not in inside]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(-40, 40), st.integers(1, 20)), min_size=1, max_size=5))
def test_any_order_of_keeping_is_the_same_in_the_end(parts: list[tuple[int, int]]) -> None:
    async def keep_all(folder: str) -> Known:
        store = CandleFiles(Path(folder))
        for first, length in parts:
            there = [each for each in range(first, first + length) if each % 7]
            await store.keep(HOURS, span(first, first + length), hours(*there))
        return await store.load(HOURS, span(-100, 100))

    with TemporaryDirectory() as folder:
        found = asyncio.run(keep_all(folder))
    inside = sorted({each for first, length in parts for each in range(first, first + length)})
    assert read(found) == (
        united(span(first, first + length) for first, length in parts),
        [each for each in inside if each % 7],
    )
