import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import log
from statistics import correlation, mean, stdev

import pytest

from tests.trading.simulated import BTC, ETH, EURO, PAIRS, market_at
from trading.model import Candle, Instrument, PublicTrade, Side
from trading.symbols import Symbol
from trading.timeframes import Timeframe

TEN_YEARS = 3653
LATER = datetime(2030, 11, 1, tzinfo=UTC)


def returns(candles: Sequence[Candle]) -> list[float]:
    return [log(after.close / before.close) for before, after in pairwise(candles)]


async def test_bitcoin_has_the_rules_of_a_spot_exchange() -> None:
    instruments = await market_at(LATER).instruments()

    assert set(instruments) == set(PAIRS)
    assert instruments[BTC] == Instrument(
        symbol=BTC,
        tick=Decimal("0.01"),
        step=Decimal("0.00001"),
        min_amount=Decimal("0.00001"),
        min_notional=Decimal(5),
        maker_fee=Decimal("0.001"),
        taker_fee=Decimal("0.001"),
    )


@pytest.mark.parametrize("symbol", PAIRS, ids=str)
async def test_ten_years_look_like_a_market(symbol: Symbol) -> None:
    days = await market_at(LATER).candles(symbol, Timeframe.D1, limit=TEN_YEARS)

    closes = [float(day.close) for day in days]
    middle = sorted(closes)[len(closes) // 2]
    low, high = (0.003, 0.006) if symbol == EURO else (0.018, 0.06)
    assert low < stdev(returns(days)) < high
    assert middle / 15 < min(closes)
    assert max(closes) < middle * 15
    # Months have direction: over a quarter the price moves by several times what it moves in a day.
    assert stdev(returns(days[::90])) > 4 * stdev(returns(days))


async def test_bitcoin_falls_by_tens_of_percent_and_recovers() -> None:
    days = await market_at(LATER).candles(BTC, Timeframe.D1, limit=TEN_YEARS)

    peak, falls = days[0].high, [Decimal(0)]
    for day in days:
        if day.high > peak:
            peak = day.high
            falls.append(Decimal(0))
        falls[-1] = max(falls[-1], 1 - day.low / peak)
    assert Decimal("0.3") < max(falls) < Decimal("0.9")
    assert sum(fall > Decimal("0.1") for fall in falls) >= 3


async def test_days_are_lively_and_quiet_in_turns_and_coins_move_together() -> None:
    market = market_at(LATER)
    hours = await market.candles(BTC, Timeframe.H1, limit=10_000)
    others = await market.candles(ETH, Timeframe.H1, limit=10_000)

    sizes = [abs(step) for step in returns(hours)]
    by_day = [mean(sizes[start : start + 24]) for start in range(0, len(sizes) - 24, 24)]
    assert correlation(by_day[:-1], by_day[1:]) > 0.2
    assert 0.5 < correlation(returns(hours), returns(others)) < 0.99


async def test_volume_has_a_daily_rhythm() -> None:
    hours = await market_at(LATER).candles(BTC, Timeframe.H1, limit=24 * 60)

    def usual(hour: int) -> float:
        return mean(float(each.volume) for each in hours if each.opened_at.hour == hour)

    assert usual(14) > 1.5 * usual(4)


@pytest.mark.parametrize(
    ("symbol", "low", "high"), [(BTC, 66_000, 71_000), (ETH, 3_500, 3_950)], ids=["bitcoin", "ether"]
)
async def test_the_quarter_of_the_documented_examples_stays_where_they_make_sense(
    symbol: Symbol, low: int, high: int
) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    hours = await market_at(LATER).candles(symbol, Timeframe.H1, since=start, limit=92 * 24)

    assert hours[-1].opened_at == datetime(2027, 1, 31, 23, tzinfo=UTC)
    assert low < min(hour.low for hour in hours)
    assert max(hour.high for hour in hours) < high
    assert stdev(returns(hours[::24])) > 0.008


async def test_these_figures_never_change() -> None:
    now = datetime(2026, 11, 21, 9, 40, 33, tzinfo=UTC)
    market = market_at(now)

    seen = hashlib.sha256()
    for symbol in PAIRS:
        seen.update(repr(await market.candles(symbol, Timeframe.D1, limit=400)).encode())
        seen.update(repr(await market.order_book(symbol, 50)).encode())
        seen.update(repr(await market.trades(symbol, limit=400)).encode())

    assert await market.trades(BTC, limit=1) == [
        PublicTrade(
            id="359050805",
            price=Decimal("68053.56"),
            amount=Decimal("0.27927"),
            side=Side.BUY,
            at=now - timedelta(milliseconds=3587),
        )
    ]
    assert seen.hexdigest() == "70a703722dcd58c060ec3df5c5a79456510a10171b75cdc3ed65bd49e7896562"
