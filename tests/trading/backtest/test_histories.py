import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.candles import CandleFiles
from memory.datasets import Datasets
from tests.trading.backtest.archive import BTC, DAWN, HOUR, NOW, Archive, at, candle, closes
from trading.backtest.histories import MOST, Histories
from trading.backtest.history import Gap
from trading.clock import ManualClock, epoch_ms, iso
from trading.errors import (
    ExchangeUnavailable,
    InvalidBacktest,
    MissingHistory,
    UnknownExchange,
    UnknownSymbol,
)
from trading.exchanges.simulated.market import SimulatedMarket
from trading.markets import CachedMarket, Markets
from trading.symbols import Symbol
from trading.timeframes import Timeframe


async def test_a_range_is_fetched_once_and_then_read(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    fresh = await archive.get(24, 48, lead=10)
    assert (closes(fresh), fresh.lead, fresh.measured) == (list(range(14, 48)), 10, 24)
    assert (fresh.exchange, fresh.source, fresh.begins) == ("scripted", "simulated", at(24))
    assert archive.asked() > 0
    archive.histories = archive.reopened()
    again = await archive.get(24, 48, lead=10)
    assert (closes(again), again.lead, archive.asked()) == (closes(fresh), 10, 0)


async def test_only_what_is_missing_is_fetched(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    await archive.get(100, 200)
    archive.asked()
    assert closes(await archive.get(50, 250)) == list(range(50, 250))
    assert [each[:2] for each in archive.market.candle_requests] == [(at(50), at(100)), (at(200), at(250))]


async def test_a_lead_is_as_long_as_the_source_has_it(tmp_path: Path) -> None:
    short = await Archive(tmp_path / "a").get(5, 48, lead=10)
    assert (closes(short)[:6], short.lead) == ([0, 1, 2, 3, 4, 5], 5)
    holey = await Archive(tmp_path / "b", [*range(10), *range(60, 90)]).get(64, 80, lead=8)
    assert (closes(holey)[:9], holey.lead) == ([6, 7, 8, 9, 60, 61, 62, 63, 64], 8)


async def test_holes_are_told_and_not_fetched_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path, [*range(30), *range(33, 90)])
    history = await archive.get(24, 48)
    assert list(history.gaps()) == [Gap(epoch_ms(at(30)), 3)]
    archive.asked()
    assert list((await archive.get(24, 48)).gaps()) == [Gap(epoch_ms(at(30)), 3)]
    assert closes(await archive.get(29, 34)) == [29, 33]
    assert archive.asked() == 0


async def test_the_candle_that_is_forming_is_left_out_until_it_has_closed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    last = (NOW - DAWN) // HOUR
    assert closes(await archive.get(last - 3, last + 30)) == [last - 3, last - 2, last - 1]
    await archive.clock.advance(3600)
    assert closes(await archive.get(last - 3, last + 30)) == [last - 3, last - 2, last - 1, last]


async def test_a_candle_that_an_exchange_gives_late_is_asked_for_again(tmp_path: Path) -> None:
    last = (NOW - DAWN) // HOUR
    archive = Archive(tmp_path, range(last - 1))
    await archive.clock.advance(-29 * 60)
    assert closes(await archive.get(last - 5, last))[-1] == last - 2
    archive.market.set_candles(BTC, Timeframe.H1, [candle(each) for each in range(last)])
    assert closes(await archive.get(last - 5, last))[-1] == last - 1


async def test_a_simulated_market_never_reads_what_another_seed_has_kept(tmp_path: Path) -> None:
    clock, store = ManualClock(NOW), CandleFiles(tmp_path)

    def of(seed: int) -> Histories:
        market = SimulatedMarket(clock, seed=seed)
        return Histories(Markets(CachedMarket(market, clock)), store, Datasets(tmp_path), clock)

    async def read(histories: Histories) -> list[float]:
        found = await histories.get(BTC, Timeframe.H1, at(24), at(48))
        return cast(list[float], found.bars.close.tolist())

    first, second = await read(of(1)), await read(of(2))
    assert first != second
    assert (await read(of(1)), await read(of(2))) == (first, second)
    assert {each.series.edition for each in await store.kept()} == {"seed1", "seed2"}


async def test_those_who_ask_at_once_fetch_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    found = await asyncio.gather(*(archive.get(24, 48) for _ in range(5)))
    assert [closes(each) for each in found] == [list(range(24, 48))] * 5
    assert archive.asked() == 1


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at(5), at(5)),
        (at(6), at(5)),
        (NOW, NOW + HOUR),
        (at(5) + timedelta(minutes=1), at(6)),
        (NOW - timedelta(minutes=30), NOW + HOUR),
    ],
    ids=["empty", "backwards", "future", "between candles", "still forming"],
)
async def test_a_range_that_makes_no_sense_is_refused(tmp_path: Path, start: object, end: object) -> None:
    archive = Archive(tmp_path)
    with pytest.raises(InvalidBacktest):
        await archive.histories.get(BTC, Timeframe.H1, start, end)  # type: ignore[arg-type]
    assert archive.asked() == 0


async def test_a_range_with_too_many_candles_is_refused_with_the_limit(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with pytest.raises(InvalidBacktest) as caught:
        await archive.get(0, 24, lead=MOST)
    assert caught.value.details == {"candles": MOST + 24, "most": MOST}


async def test_a_range_that_the_source_does_not_have_is_refused_with_what_it_has(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    told = {"earliest": iso(DAWN), "latest": iso(Timeframe.H1.floor(NOW))}
    for first, last in ((-100, -50), (-5000, 24), (-100, 24)):
        with pytest.raises(MissingHistory) as caught:
            await archive.get(first, last)
        assert caught.value.details == told
    ended = Archive(tmp_path / "ended", range(100))
    with pytest.raises(MissingHistory) as caught:
        await ended.get(50, 500)
    assert caught.value.details["latest"] == iso(at(100))


async def test_what_nobody_trades_is_refused(tmp_path: Path) -> None:
    histories = Archive(tmp_path).histories
    with pytest.raises(UnknownSymbol):
        await histories.get(Symbol("NOPE", "USDT"), Timeframe.H1, at(1), at(5))
    with pytest.raises(UnknownExchange):
        await histories.get(BTC, Timeframe.H1, at(1), at(5), exchange="mtgox")


async def test_what_was_fetched_before_the_exchange_failed_stays(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.market.fail()
    with pytest.raises(ExchangeUnavailable):
        await archive.get(24, 48)
    archive.market.fail(None)
    bad = [candle(each) for each in range(1400)]
    archive.market.set_candles(BTC, Timeframe.H1, [*bad[:1100], replace(bad[1100], close=Decimal(0))])
    with pytest.raises(MissingHistory) as caught:
        await archive.get(0, 1400)
    assert caught.value.details == {"at": at(1100).isoformat()}
    archive.market.set_candles(BTC, Timeframe.H1, bad)
    archive.asked()
    assert closes(await archive.get(0, 1400)) == list(range(1400))
    assert archive.market.candle_requests[0][0] == at(1000)


BROKEN = {
    "zero": {"close": Decimal(0)},
    "not a number": {"open": Decimal("NaN")},
    "high below low": {"high": Decimal(1), "low": Decimal(2000)},
    "volume below zero": {"volume": Decimal(-1)},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
async def test_unsound_candles_are_never_kept(tmp_path: Path, change: dict[str, Any]) -> None:
    archive = Archive(tmp_path)
    good = [candle(each) for each in range(60)]
    archive.market.set_candles(BTC, Timeframe.H1, [*good[:30], replace(good[30], **change), *good[31:]])
    with pytest.raises(MissingHistory):
        await archive.get(24, 48)
    archive.market.set_candles(BTC, Timeframe.H1, good)
    assert closes(await archive.get(24, 48)) == list(range(24, 48))


ranges = st.tuples(st.integers(0, 1150), st.integers(1, 300), st.integers(0, 50))


@settings(max_examples=25, deadline=None)
@given(st.lists(ranges, min_size=1, max_size=6), st.sets(st.integers(0, 1450), max_size=40))
async def test_any_order_of_overlapping_ranges_is_one_reading(
    asked: list[tuple[int, int, int]], holes: set[int]
) -> None:
    there = [each for each in range(1460) if each not in holes]
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder), there)
        for first, length, lead in asked:
            inside = [each for each in there if first <= each < first + length]
            if not inside:
                continue
            found = await archive.get(first, first + length, lead)
            assert closes(found)[found.lead :] == inside
            before = [each for each in there if each < first][-lead:] if lead else []
            assert closes(found)[: found.lead] == before
        # Each stretch of time was asked for once, so no candle can have come twice.
        spans = sorted(
            (since, until) for since, until, _ in archive.market.candle_requests if since and until
        )
        assert all(one[1] <= two[0] for one, two in pairwise(spans))
        assert np.all([since < until for since, until in spans])
