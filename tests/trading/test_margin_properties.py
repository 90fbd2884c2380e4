"""What holds for every life of an account that trades spot and margin side by side."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.database import Database
from tests.trading.house import BTC, ETH, MAIN, START, House, account, counting, furnish, request, usual_pairs
from tests.trading.test_money_properties import GUARDS, Act, fill, last, near
from trading.accounts import open_account
from trading.clock import ManualClock
from trading.errors import InsufficientFunds, InvalidOrder, NotFound
from trading.exchanges.paper import PaperExchange
from trading.exchanges.scripted import ScriptedMarket
from trading.ledger import deposit, totals, trades
from trading.ledger import margin as margin_account
from trading.margin import margin_of
from trading.model import Fill, Order, OrderStatus, Position, Side
from trading.oco import split
from trading.orders import is_liquidation
from trading.ports import Execution, Report
from trading.positions import fold_all
from trading.symbols import Symbol

D = Decimal
PAIRS = (BTC, ETH)
LEVERAGES = (None, None, D(1), D("2.5"), D(10), D(50), D(125))
KINDS = ("market", "market", "limit", "limit", "stop", "stop-limit", "trailing-stop")
RATES = (D("0.001"), D("0.00075"), D(0), D("0.02"))
CENT = D("0.01")

sizes = st.integers(1, 80).map(lambda percent: D(percent) / 100)


class InBase(PaperExchange):
    """A paper exchange that takes the fee of a spot purchase in what was bought."""

    async def place(self, order: Order) -> Report:
        return _in_base(order, await super().place(order))

    async def watch(self, orders: Sequence[Order], until: Any) -> Sequence[Report]:
        known = {order.id: order for order in orders}
        return [_in_base(known[each.order_id], each) for each in await super().watch(orders, until)]


def _in_base(order: Order, report: Report) -> Report:
    if order.side is Side.SELL or order.leverage is not None:
        return report
    return replace(report, executions=tuple(_taken(order, each) for each in report.executions))


def _taken(order: Order, execution: Execution) -> Execution:
    amount = (execution.amount * D("0.001")).quantize(D("0.00000001"), rounding=ROUND_DOWN)
    return replace(execution, fee=amount * execution.price, fee_asset=order.symbol.base, fee_amount=amount)


@dataclass
class Life:
    """A house, and what the liquidations in it were when it was last looked at."""

    house: House
    path: dict[Symbol, list[Decimal]] = field(default_factory=dict)
    before: dict[Symbol, Decimal] = field(default_factory=dict)
    liquidations: dict[str, Order] = field(default_factory=dict)


@dataclass
class Exact:
    """One margin position reckoned anew, in fractions: mean cost, share of margin, loss up to the margin."""

    amount: Fraction = Fraction(0)
    cost: Fraction = Fraction(0)
    margin: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)
    realized: Fraction = Fraction(0)

    def take(self, fill: Fill) -> Fraction | None:
        """Fold a fill in; return what it realized."""
        assert fill.leverage is not None
        amount, price, fee = Fraction(fill.amount), Fraction(fill.price), Fraction(fill.fee)
        sign = 1 if self.amount > 0 else -1
        closed = min(amount, abs(self.amount)) if self.amount * fill.side.sign < 0 else Fraction(0)
        won = None
        if closed:
            share, part = closed / abs(self.amount), fee * closed / amount
            released = self.margin * share
            settled = max(sign * (closed * price - self.cost * share), part - released)
            won = settled - part - self.fees * share
            self.cost, self.margin, self.fees = (
                each * (1 - share) for each in (self.cost, self.margin, self.fees)
            )
            self.realized += won
        opened = amount - closed
        self.amount += fill.side.sign * amount
        self.cost += opened * price
        self.margin += opened * price / Fraction(fill.leverage)
        self.fees += fee * opened / amount
        return won


def formula(position: Position) -> Decimal:
    """LP = (WB + cum - side·q·EP) / (q·MMR - side·q), with cum 0 and MMR 0.5 %."""
    side, amount = (1 if position.side == "long" else -1), position.amount
    above = position.margin - side * amount * (position.cost / amount)
    return above / (amount * D("0.005") - side * amount)


@st.composite
def entries(draw: st.DrawFn) -> Act:
    side, symbol, kind = (
        draw(st.sampled_from(Side)),
        draw(st.sampled_from(PAIRS)),
        draw(st.sampled_from(KINDS)),
    )
    leverage, size = draw(st.sampled_from(LEVERAGES)), draw(sizes)
    limit, trail = draw(near), D(draw(st.integers(1, 80))) / 1000
    stop = 1 + side.sign * D(draw(st.integers(1, 60))) / 1000
    by_cost, guards = draw(st.booleans()), draw(st.sampled_from(GUARDS))
    reduce_only = draw(st.sampled_from([False, False, False, True]))

    async def act(house: House) -> None:
        price = await last(house, symbol)
        figure: dict[str, Any] = {"type": kind, "reduce_only": reduce_only, "leverage": leverage}
        if leverage is None:
            del figure["leverage"]
        if "limit" in kind:
            figure["price"] = price * limit
        if kind.startswith("stop"):
            figure["stop_price"] = price * stop
        if kind == "trailing-stop":
            figure["trail"] = trail
        entry = figure.get("price") or figure.get("stop_price") or price
        if not reduce_only and (side is Side.BUY or leverage is not None):
            away = {"stop_loss": 1 - side.sign * D("0.03"), "take_profit": 1 + side.sign * D("0.03")}
            figure |= {name: entry * away[name] for name in guards}
        amount = size * (1 if symbol == BTC else 10)
        figure |= {"cost": size * 30_000} if by_cost else {"amount": amount}
        await house.order(side, figure.pop("amount", None), symbol, **figure)

    return act


@st.composite
def pairs_of_orders(draw: st.DrawFn) -> Act:
    side, leverage, size = draw(st.sampled_from(Side)), draw(st.sampled_from(LEVERAGES)), draw(sizes)
    distance = D(draw(st.integers(1, 40))) / 1000

    async def act(house: House) -> None:
        price = await last(house, BTC)
        more: dict[str, Any] = {} if leverage is None else {"leverage": leverage}
        wish = request(
            side,
            size,
            type="limit",
            price=price * (1 - side.sign * distance),
            stop_price=price * (1 + side.sign * distance),
            **more,
        )
        for each in split(wish, house.new_id("oco")):
            await house.desk.execute(each)

    return act


@st.composite
def books(draw: st.DrawFn) -> Act:
    """A thin book with gaps, or again the one that follows the market."""
    symbol, thin = draw(st.sampled_from(PAIRS)), draw(st.booleans())
    gaps = draw(st.lists(st.integers(1, 40), min_size=1, max_size=4))
    amounts = draw(st.lists(st.integers(1, 200), min_size=4, max_size=4))

    async def act(house: House) -> None:
        house.market.free_book(symbol)
        if thin:
            price, sides = await last(house, symbol), ([], [])  # type: ignore[var-annotated]
            for number, size in zip(range(len(gaps)), amounts, strict=False):
                away = D(sum(gaps[: number + 1])) / 1000
                for rows, sign in zip(sides, (-1, 1), strict=True):
                    rows.append(((price * (1 + sign * away)).quantize(CENT), D(size) / 100))
            house.market.set_book(symbol, *sides)

    return act


@st.composite
def moves(draw: st.DrawFn) -> Act:
    symbol, seconds = draw(st.sampled_from(PAIRS)), draw(st.sampled_from([1, 1, 1, 50, 400, 90_000]))
    path = draw(st.lists(st.tuples(near, st.integers(1, 4)), min_size=1, max_size=4))

    async def act(house: House) -> None:
        for factor, amount in path:
            await house.clock.advance(seconds)
            price = (await last(house, symbol) * factor).quantize(CENT)
            house.market.trade(symbol, min(max(price, D(100)), D(10**6)), amount)
        await house.desk.settle()

    return act


@st.composite
def endings(draw: st.DrawFn) -> Act:
    cancel, which, share = draw(st.booleans()), draw(st.integers(0, 9)), draw(st.integers(1, 100))

    async def act(house: House) -> None:
        lines = await house.portfolio.positions(MAIN)
        pending = await house.open_orders()
        if cancel and pending:
            await house.desk.cancel(MAIN, pending[which % len(pending)].id)
        elif lines:
            await house.desk.close(MAIN, lines[which % len(lines)].position.id, D(share))

    return act


async def check_books(house: House) -> None:
    """Reckon everything anew from the fills on disk, and compare with what was kept beside them."""
    await house.audit()
    fills, cash, margin = (
        await house.fills(),
        await house.balances(),
        await house.balances(margin_account(MAIN)),
    )
    async with house.database.read() as uow:
        positions = await uow.positions.open(MAIN)
    spot = [each for each in fills if each.leverage is None]
    for symbol in PAIRS:
        held = sum(each.side.sign * each.amount - each.base_fee for each in spot if each.symbol == symbol)
        assert cash.get(symbol.base, D(0)) == held
        own = [each for each in positions if each.symbol == symbol]
        assert sum(each.amount for each in own if each.leverage is None) == held
        check_exact([each for each in fills if each.symbol == symbol and each.leverage is not None], own)
    on_margin = [each for each in positions if each.leverage is not None]
    assert all(each.margin > 0 for each in on_margin)
    assert margin.get("USDT", D(0)) == sum(each.margin for each in on_margin)
    # What was put in, what spot took and gave, what margin has won, less what was paid for what is open.
    paid = sum(-each.side.sign * each.notional - (D(0) if each.base_fee else each.fee) for each in spot)
    won = sum(each.realized or D(0) for each in fills if each.leverage is not None)
    owned = cash.get("USDT", D(0)) + sum(margin.values())
    assert owned == account().initial + paid + won - sum(each.entry_fees for each in on_margin)


def check_exact(fills: Sequence[Fill], positions: Sequence[Position]) -> None:
    exact = Exact()
    for each in fills:
        won = exact.take(each)
        assert (won is None) == (each.realized is None)
        assert abs(Fraction(each.realized or 0) - (won or 0)) < Fraction(1, 10**4)
    position = margin_of(positions)
    assert sum(1 for each in positions if each.leverage is not None) <= 1
    assert exact.amount == (0 if position is None else position.sign * position.amount)
    if position is not None:
        assert abs(exact.cost - Fraction(position.cost)) < Fraction(1, 10**4)
        assert abs(exact.margin - Fraction(position.margin)) < Fraction(1, 10**4)


async def check_orders(life: Life) -> None:
    """Every margin position has its one liquidation, at the price of the formula and in its moment."""
    house = life.house
    async with house.database.read() as uow:
        positions = {each.id: each for each in await uow.positions.open(MAIN) if each.leverage is not None}
    opened = await house.open_orders()
    found = {(order.group or "").removeprefix("liq:"): order for order in opened if is_liquidation(order)}
    expected = {
        name: (
            (formula(each) / CENT).to_integral_value(ROUND_FLOOR if each.side == "long" else ROUND_CEILING)
            * CENT
        )
        for name, each in positions.items()
    }
    assert {name: order.stop_price for name, order in found.items()} == {
        name: price for name, price in expected.items() if price > 0
    }
    for name, order in found.items():
        assert (order.remaining, order.reduce_only, order.reserved) == (positions[name].amount, True, D(0))
        assert order.side is (Side.SELL if positions[name].side == "long" else Side.BUY)
    for order in life.liquidations.values():
        now = await house.stored(order)
        assert now.stop_price is not None
        reached = [
            price
            for price in life.path.get(order.symbol, ())
            if (price - now.stop_price) * order.side.sign >= 0
        ]
        if now.filled:
            # A position that was opened beyond its liquidation goes without another trade.
            before = life.before[order.symbol]
            assert reached or (before - now.stop_price) * order.side.sign >= 0
        if now.status is OrderStatus.ACCEPTED and now.stop_price == order.stop_price:
            assert not reached
    life.liquidations = {order.id: order for order in found.values()}


async def check_guards(house: House) -> None:
    """What only reduces is never more than there is to reduce."""
    async with house.database.read() as uow:
        positions = {
            each.symbol: each for each in await uow.positions.open(MAIN) if each.leverage is not None
        }
    for order in await house.open_orders():
        if order.leverage is not None and order.reduce_only and not is_liquidation(order):
            position = positions[order.symbol]
            assert order.side is position.closing_side
            assert order.remaining <= position.amount


async def live_through(url: str, acts: Sequence[Act], in_base: bool) -> None:
    clock = ManualClock(START)
    async with Database.open(url) as database:
        market = ScriptedMarket(clock, usual_pairs())
        house = furnish(database, clock, market, counting())
        if in_base:
            house = furnish(database, clock, market, house.new_id, exchange=InBase(house.markets, clock))
        await open_account(database.transact, account(), house.new_id)
        life = Life(house)
        for act in acts:
            before = {symbol: len(await market.trades(symbol, START, 10**6)) for symbol in PAIRS}
            life.before = {symbol: await last(house, symbol) for symbol in PAIRS}
            with suppress(InsufficientFunds, InvalidOrder, NotFound):
                await act(house)
            life.path = {
                symbol: [each.price for each in (await market.trades(symbol, START, 10**6))[before[symbol] :]]
                for symbol in PAIRS
            }
            await check_books(house)
            await check_orders(life)
            await check_guards(house)
        await house.desk.drain()


def run(template: Path, acts: Sequence[Act], in_base: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kit.db"
        shutil.copyfile(template, path)
        asyncio.run(live_through(f"sqlite:///{path}", acts, in_base))


lives = st.lists(
    st.one_of(entries(), entries(), entries(), moves(), moves(), endings(), books(), pairs_of_orders()),
    min_size=8,
    max_size=24,
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(unhurried, max_examples=40)
@given(acts=lives, in_base=st.booleans())
def test_whatever_is_traded_on_margin_the_books_are_right(
    sqlite_template: Path, acts: list[Act], in_base: bool
) -> None:
    run(sqlite_template, acts, in_base)


@pytest.mark.long
@settings(unhurried, max_examples=2_000)
@given(acts=lives, in_base=st.booleans())
def test_whatever_is_traded_on_margin_in_thousands_of_lives_the_books_are_right(
    sqlite_template: Path, acts: list[Act], in_base: bool
) -> None:
    run(sqlite_template, acts, in_base)


@st.composite
def histories(draw: st.DrawFn) -> list[Fill]:
    """Margin fills of one pair, both sides, with every leverage: growing, shrinking, flipping."""
    made = []
    for number in range(draw(st.integers(1, 30))):
        amount = draw(st.integers(1, 10**7)) * D("0.00001")
        price, rate = D(draw(st.integers(1, 10**8))) / 100, draw(st.sampled_from(RATES))
        leverage = draw(st.sampled_from([each for each in LEVERAGES if each is not None]))
        made.append(
            replace(fill(number, draw(st.sampled_from(Side)), amount, price, rate), leverage=leverage)
        )
    return made


def worth_after(history: Sequence[Fill]) -> Decimal:
    """What an account owns after these fills: cash and margin."""
    _, folds = fold_all(None, history, counting())
    sums = totals([deposit(account(), D(10) ** 15, START, "ent"), *trades(folds, counting())])
    assert sum(amount for (_, asset), amount in sums.items() if asset == "USDT") == 0
    assert {asset for _, asset in sums} == {"USDT"}
    assert sums[margin_account(MAIN), "USDT"] >= 0
    return sums[MAIN, "USDT"] + sums[margin_account(MAIN), "USDT"]


def check_history(history: list[Fill]) -> None:
    positions, folds = fold_all(None, history, counting())
    fills = [folded.fill for folded in folds]
    last_one = positions[-1]
    check_exact_units(fills, last_one)
    assert [each for each in positions[:-1] if each.amount] == []
    assert sum(each.realized or 0 for each in fills) == sum(each.realized for each in positions)
    assert (
        worth_after(history) == D(10) ** 15 + sum(each.realized for each in positions) - last_one.entry_fees
    )
    for position in positions:
        # Nobody loses more than the margin and the fees of opening: all of that is what was set aside.
        assert position.margin >= 0
        assert (position.margin > 0) == (position.amount > 0) or position.cost < D("0.00001")


def check_exact_units(fills: Sequence[Fill], position: Position) -> None:
    assert sum(each.side.sign * each.amount for each in fills) == position.sign * position.amount


@settings(max_examples=300, deadline=None)
@given(histories())
def test_margin_moves_money_and_never_makes_it(history: list[Fill]) -> None:
    check_history(history)


@pytest.mark.long
@settings(max_examples=10_000, deadline=None)
@given(histories())
def test_margin_moves_money_and_never_makes_it_in_ten_thousand_histories(history: list[Fill]) -> None:
    check_history(history)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_fees_never_help(history: list[Fill]) -> None:
    free = worth_after([replace(each, fee=D(0)) for each in history])
    dearer = worth_after([replace(each, fee=each.fee * 2) for each in history])
    assert dearer <= worth_after(history) <= free
