"""One cancels the other, at an exchange that cancels nothing by itself."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.trading.guarded import Guarded
from tests.trading.house import BTC, request
from tests.trading.mortal import goes_on, lived, strict, venue
from trading.exchanges.scripted import ScriptedMarket
from trading.model import Order, OrderStatus, OrderType, Side, Ticker
from trading.orders import elsewhere, kept_here
from trading.symbols import Symbol

D = Decimal


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with strict(sqlite_url) as opened:
        yield opened


async def pair(house: Guarded, side: Side, price: int, stop: int, reduce_only: bool) -> tuple[Order, Order]:
    """Return the stop and the limit of a pair that trades 0.1."""
    wish = request(side, "0.1", type="limit", price=price, stop_price=stop, reduce_only=reduce_only)
    placed = await house.desk.execute_oco(wish)
    return placed[0].order, placed[1].order


class Pausing(ScriptedMarket):
    """A market that keeps whoever asks it for the `slow`-th ticker waiting until `go`."""

    slow, asked = 0, 0

    async def ticker(self, symbol: Symbol) -> Ticker:
        self.asked += 1
        if self.asked == self.slow:
            self.reached.set()
            await self.go.wait()
        return await super().ticker(symbol)

    def pause(self) -> None:
        """Let a stop be judged and valued, and what comes after it wait."""
        self.slow, self.asked = 3, 0
        self.reached, self.go = asyncio.Event(), asyncio.Event()


PAIRS = [(Side.BUY, False), (Side.SELL, False), (Side.SELL, True)]
PRICES = {Side.BUY: (60_000, 70_000), Side.SELL: (70_000, 60_000)}
AMOUNTS = {Side.BUY: D("0.4"), Side.SELL: D("0.2")}


@pytest.mark.parametrize(("side", "reduce_only"), PAIRS)
async def test_only_the_limit_is_at_the_exchange(house: Guarded, side: Side, reduce_only: bool) -> None:
    await house.buy("0.3")
    stop, limit = await pair(house, side, *PRICES[side], reduce_only)
    await house.desk.guard()
    assert kept_here(await house.stored(stop))
    assert elsewhere(await house.stored(limit))
    assert [each.type for each in house.venue.sent[1:]] == [OrderType.LIMIT]


@pytest.mark.parametrize(("side", "reduce_only"), PAIRS)
@pytest.mark.parametrize("first", ["limit", "stop"])
@pytest.mark.parametrize("after", [0, 1, 2, 3, 4, 5, 6, 7, 100])
async def test_the_first_that_fills_is_the_only_one(
    house: Guarded, side: Side, reduce_only: bool, first: str, after: int
) -> None:
    await house.buy("0.3")
    orders = await pair(house, side, *PRICES[side], reduce_only)
    reached = PRICES[side][first == "stop"]
    price = reached + (10 if reached > 67_000 else -10)
    await house.clock.advance(1)
    house.market.trade(BTC, price)
    await lived(house, after)
    again = await goes_on(house, price)
    assert (await again.balances())["BTC"] == AMOUNTS[side] == venue(again).held
    assert await again.open_orders() == []
    ends = [(await again.stored(each)).status for each in orders]
    assert ends == [OrderStatus.CANCELED, OrderStatus.FILLED if first == "limit" else OrderStatus.CANCELED]
    # What would fill the other one finds nothing at the exchange any more.
    other = PRICES[side][first != "stop"]
    again = await goes_on(again, other + (10 if other > 67_000 else -10), 3, 800_000)
    assert (await again.balances())["BTC"] == AMOUNTS[side]
    assert venue(again).resting == {}
    assert venue(again).refused == 0
    still = {each.id for each in house.venue.sent} - set(venue(again).canceled)
    assert all(venue(again).named[each] for each in still)


async def test_a_stop_whose_price_comes_before_its_limit_is_placed_waits_for_that(sqlite_url: str) -> None:
    async with strict(sqlite_url, Pausing) as house:
        assert isinstance(house.market, Pausing)
        house.market.pause()
        placing = asyncio.create_task(pair(house, Side.BUY, 60_000, 70_000, False))
        await house.market.reached.wait()
        [stop] = await house.open_orders()
        await house.moves(70_010)
        assert [stop] == await house.open_orders()
        house.market.go.set()
        await placing
        await house.moves(70_010)
        assert (await house.balances())["BTC"] == D("0.1")
        assert await house.open_orders() == []
        assert [each.type for each in house.venue.sent] == [OrderType.LIMIT, OrderType.MARKET]
        assert house.venue.canceled == [house.venue.sent[0].id]
