"""The kernel beside the real paper exchange: one desk, one database, the same one-minute candles.

Bars stand four minutes apart, so that the desk, which looks at trades of the last two minutes one by one, has
only their candles to go by. What is decided at a close is ordered an instant before the next bar opens and at
its price; in between nothing moves. A bar opens with a gap only where nothing is ordered.
"""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from memory.database import Database
from tests.trading.backtest.scripted import history, saying
from tests.trading.house import BTC, MAIN, House, account, counting, furnish
from trading.accounts import open_account
from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT, Codes, Floats
from trading.backtest.outcome import Outcome
from trading.backtest.run import run
from trading.backtest.terms import Direction, Fill, Sizing, Terms
from trading.clock import ManualClock
from trading.closing import Wish
from trading.exchanges.paper import PaperExchange
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.markets import Markets
from trading.matching import INSTANT, floor_to, slipped
from trading.model import Side
from trading.timeframes import Timeframe

D = Decimal
APART = timedelta(minutes=4)
START = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
INITIAL = 100_000
UP, DOWN = ENTER_LONG | LEAVE_SHORT, LEAVE_LONG | ENTER_SHORT


@dataclass(frozen=True)
class Case:
    """Bars on ticks of a cent, signals that cross, and terms that both sides understand."""

    rows: Floats
    codes: Codes
    terms: Terms
    step: str

    def price(self, bar: int, column: int) -> Decimal:
        return D(f"{self.rows[bar, column]:.2f}")


@dataclass(frozen=True)
class Seen:
    """What a desk did: each trade as (bar, bar, side, price, price, amount), and equity at each close."""

    trades: Sequence[tuple[int, int, str, Decimal, Decimal, Decimal]]
    equity: Sequence[Decimal]


class Trader:
    """Trades signals as a person would who obeys them, with a desk."""

    def __init__(self, house: House, case: Case, tick: Decimal) -> None:
        self.house = house
        self.case = case
        self.tick = tick
        self.equity: list[Decimal] = []

    async def play(self) -> Seen:
        case, at_close = self.case, self.case.terms.fill is Fill.CLOSE
        for bar in range(len(case.rows)):
            if bar and not at_close and case.codes[bar - 1]:
                await self.obey(int(case.codes[bar - 1]), case.price(bar, 0))
            before = await self.held()
            await self.live_through(bar)
            # A position that this bar has ended is not opened again at its close.
            if at_close and case.codes[bar] and await self.held() == before:
                await self.obey(int(case.codes[bar]), case.price(bar, 3))
            self.equity.append((await self.house.portfolio.snapshot(MAIN)).equity)
        return Seen(await self.trades(), self.equity)

    async def live_through(self, bar: int) -> None:
        opened, (open_, high, low, close) = START + bar * APART, (self.case.price(bar, n) for n in range(4))
        await self.until(opened)
        for second, price in enumerate((open_, high, low, close)):
            await self.until(opened + timedelta(seconds=second))
            self.house.market.trade(BTC, price)
        await self.until(opened + APART - 2 * INSTANT)
        await self.house.desk.settle()
        await self.until(opened + APART - INSTANT)

    async def until(self, moment: datetime) -> None:
        await self.house.clock.advance((moment - self.house.clock.now()).total_seconds())

    async def held(self) -> str | None:
        positions = await self.house.portfolio.positions(MAIN)
        return positions[0].position.id if positions else None

    async def obey(self, code: int, price: Decimal) -> None:
        """Leave what the signal speaks against and enter what it speaks for, as far as it may be held."""
        self.house.market.trade(BTC, price)
        allowed = self.case.terms.direction
        side = Side.BUY if code == UP else Side.SELL
        for position in [line.position for line in await self.house.portfolio.positions(MAIN)]:
            if (position.side == "long") == (side is Side.SELL):
                await self.house.desk.close(MAIN, position.id, wish=Wish())
        unwanted = Direction.SHORT if side is Side.BUY else Direction.LONG
        if allowed is not unwanted and await self.held() is None:
            await self.enter(side, price)

    async def enter(self, side: Side, price: Decimal) -> None:
        terms = self.case.terms
        entry = slipped(side, price + side.sign * self.tick, D(str(terms.slippage)), self.tick)
        cash = (await self.house.balances())["USDT"]
        spent = cash / (1 + D(str(terms.fee))) if terms.sizing is Sizing.PERCENT else D(1)
        amount = D(str(terms.size)) * spent / entry
        more: dict[str, Any] = {} if side is Side.BUY else {"leverage": 1}
        if terms.stop_loss:
            more["stop_loss"] = entry * (1 - side.sign * D(str(terms.stop_loss)))
        if terms.take_profit:
            more["take_profit"] = entry * (1 + side.sign * D(str(terms.take_profit)))
        made = await self.house.order(side, floor_to(amount, D(self.case.step)), BTC, **more)
        if terms.trailing_stop:
            await self.house.order(
                side.opposite,
                made.order.filled,
                BTC,
                type="trailing-stop",
                trail=terms.trailing_stop,
                reduce_only=True,
                **({} if side is Side.BUY else {"leverage": 1}),
            )

    async def trades(self) -> Sequence[tuple[int, int, str, Decimal, Decimal, Decimal]]:
        fills = await self.house.fills()
        pairs = zip(fills[::2], fills[1::2], strict=len(fills) % 2 == 0)
        found = []
        for opening, closing in pairs:
            assert opening.side is closing.side.opposite
            assert opening.amount == closing.amount
            found.append(
                (
                    self.bar(opening.at),
                    self.bar(closing.at),
                    str(opening.side),
                    opening.price,
                    closing.price,
                    opening.amount,
                )
            )
        return found

    def bar(self, moment: datetime) -> int:
        # What is ordered an instant before a bar opens belongs to it; to the one before, if it is its close.
        ahead = timedelta(0) if self.case.terms.fill is Fill.CLOSE else INSTANT
        return (moment - START + ahead) // APART


async def on_paper(case: Case, url: str) -> Seen:
    tick = D("0.0000000001")
    fee = str(case.terms.fee)
    maker = fee if case.terms.maker_fee is None else str(case.terms.maker_fee)
    rules = instrument(
        tick=str(tick), step=case.step, min_amount=case.step, taker_fee=fee, maker_fee=maker, min_notional="1"
    )
    clock = ManualClock(START - timedelta(minutes=1))
    market = ScriptedMarket(clock, {rules: case.price(0, 0)})
    # Without a book there is only a quote, and whoever takes it slips.
    market.set_book(BTC, [], [])
    exchange = PaperExchange(Markets(market), clock, slippage=D(str(case.terms.slippage)))
    async with Database.open(url) as database:
        house = furnish(database, clock, market, counting(), exchange=exchange)
        await open_account(database.transact, account(initial=INITIAL), house.new_id)
        seen = await Trader(house, case, tick).play()
        await house.audit()
        await house.desk.drain()
        return seen


def in_kernel(case: Case) -> Outcome:
    return run(history(case.rows, timeframe=Timeframe.M1), saying(case.codes), {}, case.terms)


def compare(case: Case, folder: Path, template: Path) -> None:
    """Hold a desk and a run to each other: bars, sides and prices; equity and amounts within the step."""
    copy = folder / "kit.db"
    shutil.copyfile(template, copy)
    seen = asyncio.run(on_paper(case, f"sqlite:///{copy}"))
    outcome = in_kernel(case)
    ours = [
        (t.opened_at // 60_000, t.closed_at // 60_000, "buy" if t.amount > 0 else "sell")
        for t in outcome.trades
    ]
    assert [trade[:3] for trade in seen.trades] == ours
    # A tick is all that stands between a quote and the last price.
    step = float(case.step)
    for (*_, entry, exit_, amount), trade in zip(seen.trades, outcome.trades, strict=True):
        assert (float(entry), float(exit_)) == pytest.approx((trade.entry, trade.exit), rel=1e-9)
        assert float(amount) == pytest.approx(abs(trade.amount), rel=1e-9, abs=step)
    lost = step * case.rows.max() * (len(ours) + 1)
    assert [float(value) for value in seen.equity] == pytest.approx(
        outcome.equity.tolist(), rel=1e-9, abs=0 if step < 1e-9 else lost
    )


def made_case(seed: int, terms: Terms, step: str, count: int = 30) -> Case:
    """Make bars whose closes swing, with gaps where nothing is ordered, and signals that cross."""
    chance = np.random.default_rng(seed)
    codes = np.zeros(count, np.int8)
    places = np.flatnonzero(chance.random(count) < 0.3)
    codes[places] = np.where(np.arange(len(places)) % 2 == chance.integers(2), UP, DOWN)
    close = 100 * np.exp(np.cumsum(chance.normal(0, 0.02, count)))
    open_ = np.concatenate(([100.0], close[:-1]))
    gap = chance.random(count) < 0.3
    gap[1:] &= codes[:-1] == 0
    open_ = np.where(gap, open_ * np.exp(chance.normal(0, 0.03, count)), open_)
    high = np.maximum(open_, close) * np.exp(np.abs(chance.normal(0, 0.02, count)))
    low = np.minimum(open_, close) * np.exp(-np.abs(chance.normal(0, 0.02, count)))
    return Case(np.round(np.stack((open_, high, low, close), axis=1), 2), codes, terms, step)


SIZES = {"0.000000000001": (Sizing.PERCENT, 0.4), "0.001": (Sizing.FIXED, 30_000.0)}
"""By step: a share of what rounding to a large one has left could be off by a little more than a step."""


@st.composite
def agreed_terms(draw: st.DrawFn, step: str) -> Terms:
    """Draw terms that a desk has as well: stop and target together, or a stop that follows."""
    sizing, size = SIZES[step]
    guards = draw(
        st.sampled_from(
            (
                {},
                {"stop_loss": 0.01},
                {"stop_loss": 0.03, "take_profit": 0.02},
                {"take_profit": 0.05},
                {"trailing_stop": 0.02},
            )
        )
    )
    return Terms(
        initial=INITIAL,
        fee=draw(st.sampled_from((0.0, 0.001, 0.01))),
        maker_fee=draw(st.sampled_from((None, 0.0005))),
        slippage=draw(st.sampled_from((0.0, 0.0005))),
        fill=draw(st.sampled_from(Fill)),
        sizing=sizing,
        size=size,
        direction=draw(st.sampled_from(Direction)),
        **guards,
    )


seeds = st.integers(0, 2**32 - 1)
cases = st.sampled_from(tuple(SIZES)).flatmap(lambda step: st.tuples(st.just(step), agreed_terms(step)))
quick = settings(
    max_examples=6,
    deadline=None,
    # Each try is a desk's work of a quarter of a second: too much to look for a smaller failure.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@quick
@given(seeds, cases)
def test_a_desk_on_the_same_candles_does_the_same(
    tmp_path: Path, sqlite_template: Path, seed: int, case: tuple[str, Terms]
) -> None:
    step, terms = case
    compare(made_case(seed, terms, step), tmp_path, sqlite_template)


@pytest.mark.long
@settings(quick, max_examples=100)
@given(seeds, cases)
def test_a_desk_does_the_same_over_many_more_candles(
    tmp_path: Path, sqlite_template: Path, seed: int, case: tuple[str, Terms]
) -> None:
    step, terms = case
    compare(made_case(seed, terms, step, count=60), tmp_path, sqlite_template)


def test_a_desk_liquidates_a_short_where_the_kernel_does(tmp_path: Path, sqlite_template: Path) -> None:
    # Sold at 100, liquidated at 200 / 1.005; the close of that bar is beyond it.
    rows = np.array([(100.0, 100.0, 100.0, 100.0), (100, 150, 100, 150), (150, 300, 150, 250)])
    terms = Terms(initial=INITIAL, sizing=Sizing.PERCENT, size=0.4, direction=Direction.SHORT)
    case = Case(rows, np.array([DOWN, 0, 0], np.int8), terms, "0.000000000001")
    assert [trade.reason for trade in in_kernel(case).trades] == ["liquidation"]
    compare(case, tmp_path, sqlite_template)
