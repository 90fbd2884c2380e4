"""What the minutes between two cycles do to what is open, and that none of them is lost or told too early."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.trading.runs.arena import MINUTE, Arena, Bar, a_floor, a_market, buy, open_arena, sell
from tests.trading.runs.given import BNB, ETH, FIVE, NOW
from trading.runs.decision import RunDecision
from trading.runs.view import ClosedTrade, ExitReason

D = Decimal
STOP, TARGET, LIQUIDATION = ExitReason.STOP_LOSS, ExitReason.TAKE_PROFIT, ExitReason.LIQUIDATION


@pytest_asyncio.fixture
async def arena(sqlite_url: str) -> AsyncIterator[Arena]:
    async with open_arena(sqlite_url) as opened:
        yield opened


async def after(
    arena: Arena, decision: RunDecision, bars: Sequence[Bar], at: datetime = NOW
) -> Sequence[ClosedTrade]:
    """Return the trades that these minutes have closed, after an entry at 2000."""
    run = await arena.enter()
    first = a_market({ETH: 2_000}, at)
    await arena.floor.open(first)
    await arena.does(run, decision, "k1")
    await arena.floor.open(a_market({ETH: bars[-1][3]}, at + FIVE, first, {ETH: bars}))
    await arena.audit()
    return (await arena.floor.view(run)).trades


LONG = buy(20, 5, stop_loss="0.05", take_profit="0.1")
"""Bought at 2001: its stop-loss lies at 1900, its take-profit at 2200, its liquidation at 1608.85."""
SHORT = sell(20, 5, stop_loss="0.05", take_profit="0.1")
"""Sold at 1999: its stop-loss lies at 2100, its take-profit at 1800, its liquidation at 2386.86."""
BARE = buy(20, 5)
BARE_SHORT = sell(20, 5)

HITS: Sequence[tuple[RunDecision, Bar, ExitReason, str, int]] = [
    # A stop is taken at the worse of its price and the open, and slips; a gap is taken when it opens.
    (LONG, (2_000, 2_000, 1_900, 1_950), STOP, "1899.05", 1),
    (LONG, (1_880, 1_950, 1_870, 1_950), STOP, "1879.06", 0),
    (SHORT, (2_000, 2_100, 2_000, 2_050), STOP, "2101.05", 1),
    (SHORT, (2_120, 2_130, 2_050, 2_060), STOP, "2121.06", 0),
    # A target is a limit: the better of its price and the open, and nothing slips.
    (LONG, (2_000, 2_200, 2_000, 2_100), TARGET, "2200", 1),
    (LONG, (2_250, 2_260, 2_100, 2_100), TARGET, "2250", 0),
    (SHORT, (2_000, 2_000, 1_800, 1_900), TARGET, "1800", 1),
    (SHORT, (1_750, 1_900, 1_700, 1_900), TARGET, "1750", 0),
    # One that touches both has touched the stop first.
    (LONG, (2_000, 2_200, 1_900, 2_000), STOP, "1899.05", 1),
    # What jumps over stop and liquidation is the stop's.
    (LONG, (1_500, 1_600, 1_400, 1_600), STOP, "1499.25", 0),
    # 1608.8442… is where the margin is the maintenance margin; 1608.84 is on the tick and slips.
    (BARE, (2_000, 2_000, "1608.84", 1_700), LIQUIDATION, "1608.03", 1),
    # 2386.8656… for a short.
    (BARE_SHORT, (2_000, "2386.87", 2_000, 2_000), LIQUIDATION, "2388.07", 1),
]


@pytest.mark.parametrize(("decision", "bar", "reason", "price", "last"), HITS)
async def test_what_a_minute_hits(
    arena: Arena, decision: RunDecision, bar: Bar, reason: ExitReason, price: str, last: int
) -> None:
    still = (2_000, 2_000, 2_000, 2_000)
    [trade] = await after(arena, decision, [still, bar])
    assert (trade.reason, trade.exit_price) == (reason, D(price))
    moment = NOW + MINUTE + last * (MINUTE - timedelta(microseconds=1))
    assert trade.closed_at == moment


@pytest.mark.parametrize(
    ("decision", "bar"),
    [
        (LONG, (2_000, "2199.99", "1900.01", 2_000)),
        (SHORT, (2_000, "2099.99", "1800.01", 2_000)),
        (BARE, (2_000, 2_000, "1608.85", 2_000)),
        (BARE_SHORT, (2_000, "2386.86", 2_000, 2_000)),
    ],
)
async def test_what_a_minute_just_misses(arena: Arena, decision: RunDecision, bar: Bar) -> None:
    assert await after(arena, decision, [bar]) == ()


async def test_a_liquidation_takes_the_margin_and_no_more(arena: Arena) -> None:
    [trade] = await after(arena, BARE, [(2_000, 2_000, 500, 600)])
    # Bought 0.01 at 2001: margin 4.002, fee 0.02001. Its trigger fills inside the minute.
    assert (trade.reason, trade.exit_price) == (LIQUIDATION, D("1608.03"))
    gross = D("0.01") * (D("1608.03") - 2_001)
    fees = D("0.02001") + D("0.01608030")
    assert (trade.pnl, trade.fees) == (gross - fees, fees)
    assert trade.pnl == D("-3.9657903")


async def test_a_gap_beyond_the_margin_costs_the_margin(arena: Arena) -> None:
    [trade] = await after(arena, BARE, [(500, 600, 400, 600)])
    assert trade.pnl == -(D("4.002") + D("0.02001"))


@pytest.mark.parametrize("late", [0, 1, 30])
async def test_an_order_sees_the_minutes_that_opened_after_it(arena: Arena, late: int) -> None:
    """In the minute in which it is placed anything may have been before it, unless it opened just then."""
    at = NOW + timedelta(seconds=late)
    trades = await after(arena, LONG, [(2_000, 2_000, 1_890, 2_000)], at)
    assert len(trades) == (0 if late else 1)
    later = await after_more(arena, at)
    assert len(later) == 1


async def after_more(arena: Arena, at: datetime) -> Sequence[ClosedTrade]:
    run = await arena.enter()
    before = a_market({ETH: 2_000}, at + FIVE, a_market({ETH: 2_000}, at))
    bars = {ETH: [(2_000, 2_000, 1_890, 2_000)]}
    await arena.floor.open(a_market({ETH: 2_000}, at + 2 * FIVE, before, bars))
    return (await arena.floor.view(run)).trades


async def test_cycles_a_minute_apart_lose_nothing(arena: Arena) -> None:
    run = await arena.enter()
    market = a_market({ETH: 2_000})
    await arena.floor.open(market)
    await arena.does(run, LONG, "k1")
    for number in range(1, 4):
        assert len((await arena.floor.view(run)).trades) == 0
        low = 1_890 if number == 3 else 2_000
        bars = {ETH: [(2_000, 2_000, low, 2_000)]}
        market = a_market({ETH: 2_000}, NOW + MINUTE * number, market, bars)
        await arena.floor.open(market)
    assert len((await arena.floor.view(run)).trades) == 1


@pytest.mark.parametrize("minute", [0, 999, 1_000, 2_344])
async def test_a_long_absence_is_seen_to_its_end(arena: Arena, minute: int) -> None:
    run = await arena.enter()
    first = a_market({ETH: 2_000})
    await arena.floor.open(first)
    await arena.does(run, LONG, "k1")
    still: Bar = (2_000, 2_000, 2_000, 2_000)
    bars: list[Bar] = [still] * 2_345
    bars[minute] = (2_000, 2_000, 1_890, 2_000)
    await arena.floor.open(a_market({ETH: 2_000}, NOW + 2_345 * MINUTE, first, {ETH: bars}))
    [trade] = (await arena.floor.view(run)).trades
    assert trade.closed_at == NOW + MINUTE * (minute + 1) - timedelta(microseconds=1)


async def test_what_a_silent_pair_did_is_made_up_for(arena: Arena) -> None:
    run = await arena.enter()
    first = a_market({ETH: 2_000, BNB: 500})
    await arena.floor.open(first)
    await arena.does(run, LONG, "k1")
    silent = a_market({BNB: 500}, NOW + FIVE, first)
    await arena.floor.open(silent)
    view = await arena.floor.view(run)
    assert [each.mark for each in view.positions] == [D(2_000)]
    bars = {ETH: [(2_000, 2_000, 1_890, 2_000)]}
    await arena.floor.open(a_market({ETH: 2_000, BNB: 500}, NOW + 2 * FIVE, silent, bars))
    [trade] = (await arena.floor.view(run)).trades
    assert trade.closed_at == NOW + MINUTE - timedelta(microseconds=1)


async def test_a_restart_in_any_cycle_changes_nothing(arena: Arena) -> None:
    run = await arena.enter()
    market = a_market({ETH: 2_000})
    await arena.floor.open(market)
    await arena.does(run, LONG, "k1")
    views = []
    for number in range(1, 4):
        low = 1_890 if number == 3 else 1_950
        bars = {ETH: [(2_000, 2_000, low, 2_000)]}
        market = a_market({ETH: 2_000}, NOW + MINUTE * number, market, bars)
        arena.floor = a_floor(arena.database, arena.contest, arena.new_id, arena.gate)
        await arena.floor.open(market)
        views.append(await arena.floor.view(run))
        again = a_floor(arena.database, arena.contest, arena.new_id, arena.gate)
        await again.open(market)
        assert await again.view(run) == views[-1]
    assert [len(each.trades) for each in views] == [0, 0, 1]


async def test_time_only_goes_on(arena: Arena) -> None:
    await arena.floor.open(a_market(at=NOW + FIVE))
    with pytest.raises(ValueError, match="past"):
        await arena.floor.open(a_market(at=NOW))
