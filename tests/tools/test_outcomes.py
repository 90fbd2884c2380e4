"""How decisions came out, reckoned by hand, from what is on disk and what prices were at the time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from memory.database import Database
from memory.decision_records import Decision, DecisionAction, DecisionStatus
from memory.decision_views import known_at
from memory.records import TurnStatus
from tests.memory.samples import basis, call, decision, session, turn
from tests.trading.house import BTC, ETH, House, open_house
from tools.outcomes import Outcomes
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.markets import Markets
from trading.model import Candle, Order
from trading.symbols import Symbol
from trading.timeframes import Timeframe

HOUR = 3_600.0


@pytest_asyncio.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """Trade on either database, a few minutes after its market has opened."""
    async with open_house(database_url) as opened:
        opened.market.trade(BTC, 50_000)
        await at_price(opened, 50_000)
        await opened.clock.advance(300)
        yield opened


async def at_price(house: House, price: int, seconds: float = 0) -> None:
    """Let time pass, and then the market stand at a price, where both sides of the book are."""
    await house.clock.advance(seconds)
    house.market.trade(BTC, price)
    house.market.set_book(BTC, [(price, 10)], [(price, 10)])
    await house.desk.settle()


async def decide(house: House, *orders: Order, **more: Any) -> None:
    """Put a decision on record that was made now."""
    now = house.clock.now()
    made = decision(at=now, orders=tuple(each.id for each in orders), due_at=now, **more)
    async with house.database.transact() as uow:
        assert await uow.decisions.add(made, basis())


async def look(house: House, seconds: float = 0) -> Decision:
    """Let time pass, look at what is due then, and return the decision."""
    await house.clock.advance(seconds)
    await Outcomes(house.database, house.markets, house.clock).step()
    return await found(house)


async def found(house: House) -> Decision:
    async with house.database.read() as uow:
        kept = await uow.decisions.get("ada", "d1")
    assert kept is not None
    return kept


def told(decision: Decision, name: str) -> Mapping[str, Any] | None:
    """Return an entry of an outcome without when it became known."""
    entry = (decision.outcome or {}).get(name)
    return entry and {key: value for key, value in entry.items() if key != "at"}


async def test_a_purchase_is_followed_until_another_order_has_closed_it(house: House) -> None:
    bought = (await house.buy("0.1")).order
    await decide(house, bought)
    opened = await look(house)
    assert told(opened, "state") == {"is": "open"}
    assert told(opened, "orders") == {
        "list": [
            {
                "orderId": bought.id,
                "pair": "BTC/USDT",
                "side": "buy",
                "status": "filled",
                "filled": "0.1",
                "average": "50000",
                "fees": "5",
            }
        ]
    }
    assert (opened.pnl, opened.due_at) == (None, house.clock.now() + timedelta(minutes=1))

    await at_price(house, 51_000, HOUR / 2)
    hour = await look(house, HOUR / 2)
    # 51,000 / 50,000 - 1, and 1,000 on each of 0.1.
    assert told(hour, "after1h") == {"mark": "51000", "return": "0.02", "unrealized": "100"}
    assert told(hour, "after24h") is None

    await at_price(house, 52_000, HOUR)
    await house.sell("0.1")
    closed = await look(house, HOUR)
    # 5,200 less a fee of 5.2, for 5,000 and a fee of 5.
    assert (closed.pnl, closed.pnl_currency) == (Decimal("189.8"), "USDT")
    assert told(closed, "realized") == {"pnl": "189.8", "currency": "USDT"}
    assert told(closed, "state") == {"is": "closed"}

    await at_price(house, 52_500, 20 * HOUR)
    day = await look(house, 2 * HOUR)
    assert told(day, "after24h") == {"mark": "52500", "return": "0.05", "unrealized": None}
    assert told(day, "after1h") == told(hour, "after1h")
    assert (day.pnl, day.due_at) == (Decimal("189.8"), None)
    # An hour after the decision its end was not known.
    early = known_at(day, day.at + timedelta(hours=1))
    assert early.outcome is not None
    assert (set(early.outcome), early.pnl) == ({"orders", "after1h"}, None)


async def test_what_closes_bears_what_its_own_order_realized_and_is_done(house: House) -> None:
    await house.buy("0.1")
    await at_price(house, 52_000, 60)
    await decide(house, (await house.sell("0.1")).order, action=DecisionAction.CLOSE)
    closed = await look(house)
    assert (closed.pnl, told(closed, "state"), closed.due_at) == (Decimal("189.8"), {"is": "closed"}, None)


async def test_a_short_on_margin_is_liquidated_for_the_one_who_opened_it(house: House) -> None:
    sold = (await house.sell("0.1", leverage=5)).order
    await decide(house, sold, action=DecisionAction.SELL)
    await at_price(house, 48_000, HOUR / 2)
    hour = await look(house, HOUR / 2)
    # A fall of 4 % is what a short wins: 2,000 on each of 0.1.
    assert told(hour, "after1h") == {"mark": "48000", "return": "0.04", "unrealized": "200"}

    await at_price(house, 61_000, HOUR)
    ended = await look(house, HOUR)
    # The margin of 1,000 is lost with all that was lost beyond it, and the fee of 5 for the entry.
    assert (ended.pnl, told(ended, "state")) == (Decimal(-1_005), {"is": "closed"})
    assert (await house.fills())[-1].order_id != sold.id


async def test_a_stop_loss_counts_for_the_entry_that_it_protects(house: House) -> None:
    await decide(house, (await house.buy("0.1", stop_loss=49_000)).order)
    await at_price(house, 49_000, 60)
    ended = await look(house, 60)
    # 4,900 less 4.9, for 5,000 and 5.
    assert (ended.pnl, told(ended, "state")) == (Decimal("-109.9"), {"is": "closed"})


async def test_a_decision_without_orders_is_judged_by_what_the_price_did(house: House) -> None:
    await decide(house, action=DecisionAction.SELL, status=DecisionStatus.REFUSED, reason="no")
    await at_price(house, 49_000, HOUR / 2)
    hour = await look(house, HOUR / 2)
    assert told(hour, "after1h") == {"mark": "49000", "return": "0.02", "unrealized": None}
    assert (told(hour, "state"), hour.due_at) == (None, hour.at + timedelta(hours=24))
    day = await look(house, 23 * HOUR)
    assert told(day, "after24h") == told(hour, "after1h")
    assert (day.pnl, day.due_at) == (None, None)


async def test_a_limit_that_waits_and_is_canceled_is_unfilled(house: House) -> None:
    waits = (await house.buy("0.1", type="limit", price=40_000)).order
    await decide(house, waits)
    assert told(await look(house), "state") == {"is": "waiting"}
    await house.desk.cancel("main", waits.id)
    assert told(await look(house, 60), "state") == {"is": "unfilled"}


@pytest.mark.parametrize("symbols", [(), (BTC, ETH)])
async def test_what_is_about_no_pair_or_several_has_no_price_to_be_judged_by(
    house: House, symbols: tuple[Any, ...]
) -> None:
    await decide(house, symbols=symbols, action=DecisionAction.HOLD)
    assert (await look(house)).due_at is None


async def test_where_no_price_is_known_the_outcome_says_so(house: House) -> None:
    house.market.set_candles(BTC, Timeframe.M1, [])
    await decide(house, action=DecisionAction.HOLD)
    day = await look(house, 24 * HOUR)
    assert told(day, "after1h") == told(day, "after24h") == {"mark": None, "return": None, "unrealized": None}
    assert day.due_at is None


async def test_a_price_that_could_not_be_had_is_asked_for_again_as_it_was_then(house: House) -> None:
    await decide(house, action=DecisionAction.HOLD)
    await at_price(house, 55_000, HOUR)
    house.market.fail()
    later = await look(house)
    assert (told(later, "after1h"), later.due_at) == (None, house.clock.now() + timedelta(minutes=5))
    house.market.fail(None)
    await at_price(house, 60_000, 2 * HOUR)
    # The trade at 55,000 came in the minute that had not closed by then.
    assert told(await look(house), "after1h") == {"mark": "50000", "return": "0", "unrealized": None}


class Eager(ScriptedMarket):
    """A market that gives all it has, also what came after the moment that it was asked for."""

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        """Return candles beyond `until`."""
        return await super().candles(symbol, timeframe, since, None, limit)


async def test_a_price_of_later_is_never_taken_for_one_of_then(house: House) -> None:
    market = Eager(house.clock, {instrument(): 50_000})
    await house.clock.advance(HOUR)
    await decide(house, action=DecisionAction.HOLD)
    await house.clock.advance(HOUR + 1)
    market.trade(BTC, 90_000)
    await house.clock.advance(300)
    await Outcomes(house.database, Markets(market), house.clock).step()
    assert told(await found(house), "after1h") == {"mark": "50000", "return": "0", "unrealized": None}


async def test_of_two_who_look_at_once_one_writes(house: House, database_url: str) -> None:
    await decide(house, (await house.buy("0.1")).order)
    before = await found(house)
    async with Database.open(database_url) as other:
        both = [Outcomes(each, house.markets, house.clock) for each in (house.database, other)]
        assert sum(await asyncio.gather(*(each.step() for each in both))) == 1
        after = await found(house)
        assert after.revision > before.revision
        # Nobody has anything to add, and who follows is not bothered.
        await house.clock.advance(120)
        assert await asyncio.gather(*(each.step() for each in both)) == [0, 0]
    assert replace(await found(house), due_at=None) == replace(after, due_at=None)


UNKNOWN: Mapping[str, Any] = {
    "principal": "ada",
    "status": DecisionStatus.UNKNOWN,
    "capability": "trade.execute",
    "turn_id": "t1",
    "call_id": "c1",
}


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize(
    ("made", "finished", "expected"),
    [
        (False, None, (DecisionStatus.FAILED, 0)),
        (True, None, (DecisionStatus.PLACED, 1)),
        (True, (True, {"orderId": "other", "status": "filled"}), (DecisionStatus.PLACED, 1)),
        (True, (True, {"orderId": "other", "status": "rejected"}), (DecisionStatus.REFUSED, 1)),
        (True, (False, {"message": "too much"}), (DecisionStatus.REFUSED, 0)),
    ],
)
async def test_what_a_turn_did_not_hear_is_read_from_the_record_of_calls(
    house: House, made: bool, finished: tuple[bool, Any] | None, expected: tuple[Any, int], ended: bool
) -> None:
    now = house.clock.now()
    async with house.database.transact() as uow:
        await uow.sessions.create(session())
        await uow.turns.start(turn())
        if ended:
            await uow.turns.finish(replace(turn(), status=TurnStatus.INTERRUPTED, finished_at=now))
        if made:
            await uow.calls.claim(call("wish", "t1:c1"), None)
        if made and finished is not None:
            ok, said = finished
            await uow.calls.finish("wish", now, ok, None if ok else "RISK_LIMIT_EXCEEDED", said)
    if made:
        await house.buy("0.1", key="wish")
    await decide(house, **UNKNOWN)
    after = await look(house)
    known = ended or finished is not None
    assert (after.status, len(after.orders)) == (expected if known else (DecisionStatus.UNKNOWN, 0))
