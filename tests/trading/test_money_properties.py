"""What holds for every sequence of trades: nothing appears, nothing vanishes, every figure is a fold."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.house import BTC, ETH, MAIN, START, House, account, counting, open_house
from trading.errors import InsufficientFunds, InvalidOrder, NotFound
from trading.fees import fee
from trading.ledger import Imbalance, balanced, deposit, totals, trades
from trading.model import Fill, Liquidity, Mode, Order, OrderType, Position, Side
from trading.positions import fold_all
from trading.stores import Entry, Posting

D = Decimal
RATES = (D("0.001"), D("0.00075"), D("0"))


def fill(number: int, side: Side, amount: Decimal, price: Decimal, rate: Decimal) -> Fill:
    return Fill(
        id=f"fill_{number}",
        order_id=f"ord_{number}",
        account=MAIN,
        symbol=BTC,
        side=side,
        amount=amount,
        price=price,
        fee=fee(amount * price, rate),
        liquidity=Liquidity.TAKER,
        at=START + timedelta(seconds=number),
        exchange="scripted",
        mode=Mode.PAPER,
        order_type=OrderType.MARKET,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Fill]:
    """Fills of one pair that never sell more than was bought, often selling everything."""
    made: list[Fill] = []
    held = 0
    for number in range(draw(st.integers(1, 30))):
        price = D(draw(st.integers(1, 10**8))) / 100
        rate = draw(st.sampled_from(RATES))
        if held and draw(st.booleans()):
            steps = draw(st.sampled_from([held, draw(st.integers(1, held))]))
            made.append(fill(number, Side.SELL, steps * D("0.00001"), price, rate))
            held -= steps
        else:
            steps = draw(st.integers(1, 10**7))
            made.append(fill(number, Side.BUY, steps * D("0.00001"), price, rate))
            held += steps
    return made


def check_history(history: list[Fill]) -> None:
    new_id = counting()
    positions, done = fold_all(None, history, new_id)
    entries = [deposit(account(), D(10) ** 15, START, "ent"), *trades(done, new_id)]
    sums = totals(entries)
    for asset in ("BTC", "USDT"):
        assert sum(amount for (_, each), amount in sums.items() if each == asset) == 0
    cash = sum(-each.side.sign * each.notional - each.fee for each in history)
    held = sum(each.side.sign * each.amount for each in history)
    fees = sum(each.fee for each in history)
    assert sums[MAIN, "USDT"] == D(10) ** 15 + cash
    assert sums.get((MAIN, "BTC"), 0) == held
    assert sums.get((f"{MAIN}/fees", "USDT"), 0) == fees
    assert sum(position.amount for position in positions) == held
    # What was won is what came in, but for what is still open, to the last digit.
    open_cost = sum(position.cost + position.entry_fees for position in positions)
    assert sum(position.realized for position in positions) == cash + open_cost
    fills = [folded.fill for folded in done]
    assert sum(each.realized or 0 for each in fills) == sum(position.realized for position in positions)
    assert all(each.realized is None for each in fills if each.side is Side.BUY)
    assert [position for position in positions[:-1] if position.amount] == []


@settings(max_examples=200, deadline=None)
@given(histories())
def test_trades_move_money_and_never_make_it(history: list[Fill]) -> None:
    check_history(history)


@pytest.mark.long
@settings(max_examples=10_000, deadline=None)
@given(histories())
def test_trades_move_money_and_never_make_it_in_ten_thousand_histories(history: list[Fill]) -> None:
    check_history(history)


@settings(max_examples=100, deadline=None)
@given(histories(), st.data())
def test_folding_in_pieces_is_folding_at_once(history: list[Fill], data: st.DataObject) -> None:
    positions, whole = fold_all(None, history, counting())
    cut = data.draw(st.integers(0, len(history)))
    new_id = counting()
    before, first = fold_all(None, history[:cut], new_id)
    still_open: Position | None = before[-1] if before and before[-1].amount else None
    after, second = fold_all(still_open, history[cut:], new_id)
    assert first + second == whole
    kept = {position.id: position for position in (*before, *after)}
    assert list(kept.values()) == positions


def test_an_entry_that_does_not_balance_is_refused() -> None:
    lopsided = Entry("e", "trade", "f", START, (Posting("a", "BTC", D(1)), Posting("b", "BTC", D("-0.9"))))
    with pytest.raises(Imbalance):
        balanced(lopsided)
    crossed = replace(lopsided, postings=(Posting("a", "BTC", D(1)), Posting("b", "USDT", D(-1))))
    with pytest.raises(Imbalance):
        balanced(crossed)


Act = Callable[[House], Any]

GUARDS = ((), ("stop_loss",), ("take_profit",), ("stop_loss", "take_profit"))

figures = st.integers(1, 300).map(lambda percent: D(percent) / 100)
near = st.integers(-60, 60).map(lambda permille: 1 + D(permille) / 1000)


async def last(house: House, symbol: Any) -> Decimal:
    return (await house.market.ticker(symbol)).last


@st.composite
def orders(draw: st.DrawFn) -> Act:
    side, symbol = draw(st.sampled_from(Side)), draw(st.sampled_from([BTC, ETH]))
    kind = draw(st.sampled_from(["market", "market", "limit", "limit", "stop", "stop-limit"]))
    size, limit, stop = draw(figures), draw(near), draw(near)
    by_cost, guards = (
        draw(st.booleans()),
        draw(st.sampled_from([(), ("stop_loss",), ("take_profit",), ("stop_loss", "take_profit")])),
    )
    reduce_only = draw(st.sampled_from([False, False, False, True]))

    async def act(house: House) -> None:
        price = await last(house, symbol)
        figure: dict[str, Any] = {"type": kind, "reduce_only": reduce_only}
        if "limit" in kind:
            figure["price"] = price * limit
        if "stop" in kind:
            figure["stop_price"] = price * stop
        entry = figure.get("price") or figure.get("stop_price") or price
        if side is Side.BUY and not reduce_only:
            figure |= {name: entry * (D("0.97") if name == "stop_loss" else D("1.03")) for name in guards}
        amount = size * (1 if symbol == BTC else 10)
        figure |= {"cost": size * 30_000} if by_cost else {"amount": amount}
        await house.order(side, figure.pop("amount", None), symbol, **figure)

    return act


@st.composite
def moves(draw: st.DrawFn) -> Act:
    symbol, seconds = draw(st.sampled_from([BTC, ETH])), draw(st.sampled_from([1, 1, 1, 50, 400, 90_000]))
    path = draw(st.lists(st.tuples(near, st.integers(1, 4)), min_size=1, max_size=4))

    async def act(house: House) -> None:
        for factor, amount in path:
            await house.clock.advance(seconds)
            price = (await last(house, symbol) * factor).quantize(D("0.01"))
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
    """Fold the fills on disk anew and compare with everything that was kept beside them."""
    await house.audit()
    fills = await house.fills()
    balances = await house.balances()
    cash = sum(-each.side.sign * each.notional - each.fee for each in fills)
    assert balances.get("USDT", D(0)) == account().initial + cash
    async with house.database.read() as uow:
        stored = {position.symbol: position for position in await uow.positions.open(MAIN)}
        known: dict[str, Order] = {}
        for each in fills:
            order = await uow.orders.get(each.order_id)
            assert order is not None
            known[order.id] = order
    for symbol in (BTC, ETH):
        own = [replace(each, realized=None) for each in fills if each.symbol == symbol]
        positions, done = fold_all(None, own, lambda prefix: prefix)
        assert [folded.fill for folded in done] == [each for each in fills if each.symbol == symbol]
        assert balances.get(symbol.base, D(0)) == sum(position.amount for position in positions)
        left = [replace(position, id=stored[symbol].id) for position in positions if position.amount]
        assert left == [stored[symbol]] if left else symbol not in stored
    check_orders(known, fills)
    await check_protection(house, balances)


def check_orders(known: dict[str, Order], fills: Sequence[Fill]) -> None:
    for order in known.values():
        own = [each for each in fills if each.order_id == order.id]
        assert sum(each.amount for each in own) == order.filled <= order.amount
        assert sum(each.notional for each in own) == order.cost
        assert sum(each.fee for each in own) == order.fees
        if order.budget is not None:
            assert order.cost <= order.budget
        if order.price is not None:
            assert all((each.price - order.price) * order.side.sign <= 0 for each in own)


async def check_protection(house: House, balances: dict[str, Decimal]) -> None:
    groups: dict[tuple[str, str], Decimal] = {}
    for order in await house.open_orders():
        if order.group is not None:
            key = (order.symbol.base, order.group)
            groups[key] = max(groups.get(key, D(0)), order.remaining)
    for base in {base for base, _ in groups}:
        assert sum(size for (each, _), size in groups.items() if each == base) <= balances.get(base, D(0))


async def live_through(url: str, acts: Sequence[Act]) -> None:
    async with open_house(url) as house:
        for act in acts:
            try:
                await act(house)
            except (InsufficientFunds, InvalidOrder, NotFound):
                continue
            finally:
                await house.audit()
        await check_books(house)


def run(template: Path, acts: Sequence[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kit.db"
        shutil.copyfile(template, path)
        asyncio.run(live_through(f"sqlite:///{path}", acts))


lives = st.lists(st.one_of(orders(), orders(), moves(), endings()), min_size=3, max_size=25)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(unhurried, max_examples=40)
@given(acts=lives)
def test_whatever_is_traded_the_books_are_right(sqlite_template: Path, acts: list[Act]) -> None:
    run(sqlite_template, acts)


@pytest.mark.long
@settings(unhurried, max_examples=2_000)
@given(acts=lives)
def test_whatever_is_traded_in_thousands_of_lives_the_books_are_right(
    sqlite_template: Path, acts: list[Act]
) -> None:
    run(sqlite_template, acts)
