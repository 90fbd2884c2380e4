"""One asset in two pairs: bought for dollars and then spent, reserved or protected in another pair."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.house import BTC, ETH, ETHBTC, MAIN, House, Paused, counting, furnish, open_house
from trading.errors import InsufficientFunds, InvalidOrder, NotFound
from trading.model import OrderStatus, OrderType, Position, Side
from trading.portfolio import Period
from trading.symbols import Symbol

D = Decimal
TICKS = {BTC: D("0.01"), ETH: D("0.01"), ETHBTC: D("0.00001")}


async def positions(house: House) -> dict[Symbol, Position]:
    return {line.position.symbol: line.position for line in await house.portfolio.positions(MAIN)}


async def test_a_stop_loss_takes_what_a_buy_in_another_pair_had_reserved(house: House) -> None:
    await house.buy(1, stop_loss=65_000)
    older = (await house.buy(5, ETHBTC, type="limit", price="0.05")).order
    newer = (await house.buy(5, ETHBTC, type="limit", price="0.05")).order
    await house.moves(64_000)
    for bid in (older, newer):
        assert (await house.stored(bid)).status is OrderStatus.CANCELED
    assert (await house.balances()).keys() == {"USDT"}
    await house.audit()


async def test_as_many_reserving_buys_stay_as_are_still_covered(house: House) -> None:
    await house.buy(1)
    older = (await house.buy(5, ETHBTC, type="limit", price="0.05")).order
    newer = (await house.buy(5, ETHBTC, type="limit", price="0.05")).order
    await house.desk.close(MAIN, (await positions(house))[BTC].id, D(60))
    assert (await house.stored(older)).status is OrderStatus.ACCEPTED
    assert (await house.stored(newer)).status is OrderStatus.CANCELED
    await house.audit()


async def test_a_stop_that_fires_while_its_holding_is_being_spent_gives_way(house: House) -> None:
    await house.buy(1, stop_loss=65_000)
    paused = Paused(house.markets, house.clock)
    buyer = furnish(house.database, house.clock, house.market, counting(500_000), exchange=paused)
    buying = asyncio.create_task(buyer.buy(15, ETHBTC))
    await paused.asked.wait()
    await house.moves(64_000)
    assert (await house.balances())["BTC"] == 1
    paused.answer.set()
    assert (await buying).order.status is OrderStatus.FILLED
    await house.desk.settle()
    balances = await house.balances()
    assert balances["ETH"] == 15
    assert balances.get("BTC", D(0)) < D("0.00001")
    await house.audit()


async def test_what_is_spent_in_another_pair_leaves_the_oldest_position_at_cost(house: House) -> None:
    await house.buy(1)
    before = (await positions(house))[BTC]
    spent = (await house.buy(10, ETHBTC)).order
    after = (await positions(house))[BTC]
    assert after.id == before.id
    assert after.amount == (await house.balances())["BTC"] == 1 - spent.cost - spent.fees
    assert abs(after.entry_price - before.entry_price) < D("0.000001")
    assert after.realized == 0
    report = await house.portfolio.pnl(MAIN, Period.ALL)
    assert (report.realized, report.closed) == (D(0), 0)


async def test_a_position_that_is_spent_whole_in_another_pair_is_closed(house: House) -> None:
    await house.buy(2, ETH)
    await house.sell(2, ETHBTC)
    assert await positions(house) == {}
    earned = (await house.balances())["BTC"]
    await house.buy("0.1")
    await house.buy(1, ETHBTC)
    # What was not bought here is spent first.
    assert (await positions(house))[BTC].amount == min(D("0.1"), (await house.balances())["BTC"])
    assert earned > 0


Act = Callable[[House], Any]
near = st.integers(-60, 60).map(lambda permille: 1 + D(permille) / 1000)
pairs = st.sampled_from([BTC, ETH, ETHBTC, ETHBTC])


@st.composite
def orders(draw: st.DrawFn) -> Act:
    side, symbol = draw(st.sampled_from(Side)), draw(pairs)
    kind = draw(st.sampled_from(OrderType))
    amount = D(draw(st.integers(1, 300))) / 100 * (1 if symbol == BTC else 10)
    limit, stop = draw(near), draw(near)
    guarded, reduce_only = draw(st.booleans()), draw(st.sampled_from([False, False, True]))

    async def act(house: House) -> None:
        price = (await house.market.ticker(symbol)).last
        more: dict[str, Any] = {"type": kind, "reduce_only": reduce_only}
        if kind in (OrderType.LIMIT, OrderType.STOP_LIMIT):
            more["price"] = price * limit
        if kind in (OrderType.STOP, OrderType.STOP_LIMIT):
            more["stop_price"] = price * stop
        if guarded and side is Side.BUY and not reduce_only:
            more["stop_loss"] = price * D("0.9")
        await house.order(side, amount, symbol, **more)

    return act


@st.composite
def moves(draw: st.DrawFn) -> Act:
    symbol, seconds, factor = draw(pairs), draw(st.sampled_from([1, 1, 1, 400])), draw(near)

    async def act(house: House) -> None:
        price = (await house.market.ticker(symbol)).last * factor**2
        await house.moves(max(price.quantize(TICKS[symbol]), 100 * TICKS[symbol]), seconds, symbol, 50)

    return act


async def live_through(url: str, acts: Sequence[Act]) -> None:
    async with open_house(url) as house:
        await house.buy(1, stop_loss=64_000)
        for act in acts:
            try:
                await act(house)
            except (InsufficientFunds, InvalidOrder, NotFound):
                continue
            finally:
                await house.audit()
                await no_position_exceeds_its_holding(house)


async def no_position_exceeds_its_holding(house: House) -> None:
    balances, found = await house.balances(), (await positions(house)).values()
    for base in {position.symbol.base for position in found}:
        own = sum(position.amount for position in found if position.symbol.base == base)
        assert own <= balances.get(base, D(0))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(acts=st.lists(st.one_of(orders(), orders(), moves()), min_size=3, max_size=20))
def test_whatever_is_traded_across_pairs_nothing_is_owed(sqlite_template: Path, acts: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kit.db"
        shutil.copyfile(sqlite_template, path)
        asyncio.run(live_through(f"sqlite:///{path}", acts))
