import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.peers.exchange_faults import alters, cut, doubled, gone, half, hangs, held, says, slow, unheard
from tests.peers.exchange_state import Fault
from tests.trading.ccxt_live.conftest import world_of
from tests.trading.ccxt_live.world import KEY, NOW, SECRET, World
from trading.errors import (
    ExchangeUnavailable,
    InsufficientFunds,
    InvalidOrder,
    OutcomeUnknown,
    TradingError,
    UnknownExchange,
)
from trading.exchanges.ccxt_live import CcxtExchange
from trading.exchanges.ccxt_live_client import Keys
from trading.model import OrderStatus, OrderType
from trading.ports import Report

LOST: dict[str, Fault] = {
    "cut": cut(),
    "gone": gone(),
    "half": half(),
    "doubled": doubled(),
    "empty": says(""),
    "an object of nothing": says("{}"),
    "a word": says('"ok"'),
    "html": says("<html>We are back soon.</html>", 200, "text/html"),
    "500": says("", 500),
    "502": says("<html>Bad gateway</html>", 502, "text/html"),
    "503": says("<html>503 Service Temporarily Unavailable</html>", 503, "text/html"),
    "504": says("", 504),
    "a refusal by what broke down": says(
        '{"code": -1013, "msg": "Filter failure: NOTIONAL", "error": ["EOrder:Insufficient funds"]}', 500
    ),
    "an unknown error": says('{"code": -9999, "msg": "?", "error": ["EWhat:Ever"]}', 400),
    "an unknown outcome": says(
        '{"code": -1007, "msg": "Timeout; execution status unknown.", "error": ["EGeneral:Internal error"]}',
        408,
    ),
    "a busy service": says('{"code": -1000, "msg": "Unknown.", "error": ["EService:Busy"]}', 400),
    "another's id": says('{"code": -2010, "msg": "Duplicate order sent.", "error": ["EWhat:Ever"]}', 400),
}

NOT_TAKEN: dict[str, Fault] = {
    "429": says('{"code": -1003, "msg": "Too many requests."}', 429),
    "418": says('{"code": -1003, "msg": "Way too many requests."}', 418),
    "429 in html": says("<html>slow down</html>", 429, "text/html"),
    "403": says("<html>blocked</html>", 403, "text/html"),
    "rate": says(
        '{"code": -1015, "msg": "Too many new orders.", "error": ["EOrder:Rate limit exceeded"]}', 400
    ),
    "maintenance": says(
        '{"code": 1, "msg": "System is under maintenance.",'
        ' "error": ["EService:Market in cancel_only mode"]}',
        503,
    ),
    "keys": says('{"code": -2014, "msg": "API-key format invalid.", "error": ["EAPI:Invalid key"]}', 401),
    "late": says(
        '{"code": -1021, "msg": "Outside of the recvWindow.", "error": ["EAPI:Invalid nonce"]}', 400
    ),
}

REFUSED: dict[str, tuple[Fault, type[TradingError]]] = {
    "funds": (
        says(
            '{"code": -2010, "msg": "Account has insufficient balance for requested action.",'
            ' "error": ["EOrder:Insufficient funds"]}',
            400,
        ),
        InsufficientFunds,
    ),
    "precision": (
        says(
            '{"code": -1111, "msg": "Precision is over the maximum defined for this asset.",'
            ' "error": ["EGeneral:Invalid arguments:volume"]}',
            400,
        ),
        InvalidOrder,
    ),
    "notional": (
        says(
            '{"code": -1013, "msg": "Filter failure: NOTIONAL", "error": ["EOrder:Cost minimum not met"]}',
            400,
        ),
        InvalidOrder,
    ),
    "post-only": (
        says(
            '{"code": -2010, "msg": "Order would immediately match and take.",'
            ' "error": ["EOrder:Post only order"]}',
            400,
        ),
        InvalidOrder,
    ),
    "any other": (
        says('{"code": -2010, "msg": "No.", "error": ["EOrder:Invalid price:Invalid price argument"]}', 400),
        InvalidOrder,
    ),
}


@pytest.mark.parametrize("name", list(LOST))
async def test_an_answer_that_is_lost_leaves_the_outcome_unknown_until_it_is_looked_up(
    world: World, name: str
) -> None:
    order = world.order()
    world.peer.fail(world.paths["place"], LOST[name])
    with pytest.raises(OutcomeUnknown):
        await world.live.place(order)
    world.peer.mend()
    report = await world.live.find(order)
    assert report is not None
    assert report.status is OrderStatus.ACCEPTED
    assert len(world.peer.account.taken) == 1


async def test_an_answer_that_never_comes_leaves_the_outcome_unknown() -> None:
    for name in ("binance", "kraken"):
        async with world_of(name, patience=0.3) as world:
            order = world.order(type=OrderType.MARKET)
            world.peer.fail(world.paths["place"], hangs())
            with pytest.raises(OutcomeUnknown):
                await world.live.place(order)
            world.peer.mend()
            report = await world.live.find(order)
            assert report is not None
            assert report.status is OrderStatus.FILLED
            assert len(world.peer.account.taken) == 1


async def test_an_answer_that_comes_late_is_still_an_answer(world: World) -> None:
    world.peer.fail(world.paths["place"], slow(0.1))
    assert (await world.live.place(world.order())).status is OrderStatus.ACCEPTED


@pytest.mark.parametrize("name", list(NOT_TAKEN))
async def test_what_was_certainly_not_taken_is_told_as_such(world: World, name: str) -> None:
    world.peer.bar(world.paths["place"], unheard(NOT_TAKEN[name]))
    order = world.order()
    with pytest.raises(ExchangeUnavailable):
        await world.live.place(order)
    assert world.peer.count(world.paths["place"].split()[-1]) == 1
    world.peer.mend()
    assert await world.live.find(order) is None


@pytest.mark.parametrize("name", list(REFUSED))
async def test_what_the_exchange_refuses_is_told_as_refused(world: World, name: str) -> None:
    fault, kind = REFUSED[name]
    world.peer.bar(world.paths["place"], unheard(fault))
    with pytest.raises(kind):
        await world.live.place(world.order())
    assert world.peer.count(world.paths["place"].split()[-1]) == 1


async def test_an_exchange_that_is_not_there_has_taken_nothing(world: World) -> None:
    urls = world.peer.binance if world.name == "binance" else world.peer.kraken
    nowhere = {**urls, "private": "http://127.0.0.1:9"}
    async with CcxtExchange(world.name, Keys(KEY, SECRET), world.market, world.clock, nowhere) as live:
        with pytest.raises(ExchangeUnavailable):
            await live.place(world.order())


async def test_keys_that_are_wrong_are_refused(world: World) -> None:
    world.peer.secret = "b3RoZXI="
    order = world.order()
    asks: list[Awaitable[object]] = [
        world.live.place(order),
        world.live.find(order),
        world.live.statement(),
        world.live.cancel(order),
        world.live.watch([order], NOW),
    ]
    for ask in asks:
        with pytest.raises(ExchangeUnavailable, match="refused the keys"):
            await ask
    assert world.peer.account.taken == []


CHANGES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "no id": lambda answer: {**answer, "orderId": None},
    "another client id": lambda answer: {**answer, "clientOrderId": "x"},
    "no client id": lambda answer: {**answer, "clientOrderId": None},
    "another pair": lambda answer: {**answer, "symbol": "BNBUSDT"},
    "another side": lambda answer: {**answer, "side": "SELL"},
    "no side": lambda answer: {**answer, "side": None},
    "no number": lambda answer: {**answer, "executedQty": "NaN"},
    "infinite": lambda answer: {**answer, "origQty": "Infinity"},
    "negative": lambda answer: {**answer, "executedQty": "-1"},
    "an unknown status": lambda answer: {**answer, "status": "WHATEVER"},
}


@pytest.mark.parametrize("name", list(CHANGES))
async def test_an_answer_that_makes_no_sense_leaves_the_outcome_unknown(binance: World, name: str) -> None:
    binance.peer.fail("POST order", alters(CHANGES[name]))
    with pytest.raises(OutcomeUnknown):
        await binance.live.place(binance.order())


@pytest.mark.parametrize(
    "change",
    [
        lambda answer: {"error": [], "result": {"descr": answer["result"]["descr"]}},
        lambda answer: {"error": [], "result": {"txid": answer["result"]["txid"]}},
        lambda answer: {"error": [], "result": {"descr": {"order": "sell 1 ETHUSD @ market"}, "txid": ["O"]}},
        lambda answer: {"error": [], "result": {"descr": {"order": "buy 1 XBTUSD @ market"}, "txid": ["O"]}},
        lambda answer: {"error": []},
    ],
)
async def test_half_of_krakens_answer_leaves_the_outcome_unknown(kraken: World, change: Any) -> None:
    kraken.peer.fail("AddOrder", alters(change))
    with pytest.raises(OutcomeUnknown):
        await kraken.live.place(kraken.order())


async def test_an_order_that_arrives_too_late_is_not_taken(world: World) -> None:
    assert world.live.arrives_within is not None
    sent, arrival = asyncio.Event(), asyncio.Event()

    async def travel() -> None:
        sent.set()
        await arrival.wait()

    world.peer.bar(world.paths["place"], held(travel))
    placing = asyncio.create_task(world.live.place(world.order()))
    await sent.wait()
    await world.clock.advance(world.live.arrives_within.total_seconds())
    arrival.set()
    with pytest.raises(ExchangeUnavailable):
        await placing
    assert world.peer.account.taken == []


async def test_an_order_whose_executions_are_not_told_yet_stays_open_until_they_are(world: World) -> None:
    order = world.order(type=OrderType.MARKET)
    world.peer.fail(world.paths["place"], cut())
    with pytest.raises(OutcomeUnknown):
        await world.live.place(order)
    world.peer.account.lag, world.peer.account.lag_of = world.placed(order).id, frozenset({"trades"})
    found = await world.live.find(order)
    assert found is not None
    assert (found.status, found.executions) == (OrderStatus.ACCEPTED, ())
    resting = replace(order, status=found.status, venue_id=found.venue_id)
    (quiet,) = await world.live.watch([resting], NOW)
    assert (quiet.status, quiet.executions) == (OrderStatus.ACCEPTED, ())
    world.catch_up()
    (full,) = await world.live.watch([resting], NOW)
    assert (full.status, len(full.executions)) == (OrderStatus.FILLED, 1)


async def test_an_order_that_books_do_not_show_yet_is_neither_over_nor_news(world: World) -> None:
    world.lag()
    order = world.order()
    report = await world.live.place(order)
    assert report.status is OrderStatus.ACCEPTED
    resting = replace(order, status=report.status, venue_id=report.venue_id)
    assert await world.live.watch([resting], NOW) == [
        Report(order.id, OrderStatus.ACCEPTED, looked_at=NOW, venue_id=report.venue_id)
    ]
    assert await world.live.find(order) is None
    world.catch_up()
    assert await world.live.find(order) is not None


@pytest.mark.parametrize("way", ["one", "open", "closed"])
async def test_not_being_told_is_not_being_told_that_there_is_none(world: World, way: str) -> None:
    world.peer.bar(world.paths[way], unheard(says("", 500)))
    with pytest.raises(ExchangeUnavailable):
        await world.live.find(world.order(venue_id="1"))


async def test_an_order_without_a_name_may_be_ours(binance: World) -> None:
    await binance.live.place(binance.order())
    missing = binance.order()
    assert await binance.live.find(missing) is None
    binance.peer.fail("allOrders", alters(lambda rows: [{**row, "clientOrderId": ""} for row in rows]))
    with pytest.raises(ExchangeUnavailable):
        await binance.live.find(missing)


async def test_many_questions_at_once_are_all_answered(world: World) -> None:
    orders = [world.order() for _ in range(8)]
    reports = await asyncio.gather(*(world.live.place(each) for each in orders))
    assert {each.status for each in reports} == {OrderStatus.ACCEPTED}
    found = await asyncio.gather(*(world.live.find(each) for each in orders))
    assert [each and each.venue_id for each in found] == [each.venue_id for each in reports]


async def test_nothing_overtakes_a_request_where_the_exchange_counts_them(kraken: World) -> None:
    sent, arrival = asyncio.Event(), asyncio.Event()

    async def travel() -> None:
        sent.set()
        await arrival.wait()

    kraken.peer.bar("AddOrder", held(travel))
    placing = asyncio.create_task(kraken.live.place(kraken.order()))
    await sent.wait()
    asking = asyncio.create_task(kraken.live.statement())
    overtaken, _ = await asyncio.wait({asking}, timeout=0.2)
    arrival.set()
    assert overtaken == set()
    assert (await placing).status is OrderStatus.ACCEPTED
    assert len((await asking).orders) == 1


@pytest.mark.parametrize("name", ["cut", "gone", "half", "500"])
async def test_a_cancel_whose_answer_is_lost_leaves_it_unknown(world: World, name: str) -> None:
    order = world.order()
    report = await world.live.place(order)
    resting = replace(order, status=report.status, venue_id=report.venue_id)
    world.peer.fail(world.paths["cancel"], LOST[name])
    if (world.name, name) == ("binance", "gone"):
        # What deletes is asked again where nothing was answered, and then there is nothing left to delete.
        assert (await world.live.cancel(resting)).status is OrderStatus.CANCELED
        return
    with pytest.raises(OutcomeUnknown):
        await world.live.cancel(resting)
    assert (await world.live.find(resting) or report).status is OrderStatus.CANCELED


async def test_a_cancel_that_was_not_heard_leaves_the_order(world: World) -> None:
    order = world.order()
    report = await world.live.place(order)
    world.peer.bar(world.paths["cancel"], unheard(NOT_TAKEN["429"]))
    with pytest.raises(ExchangeUnavailable):
        await world.live.cancel(replace(order, status=report.status, venue_id=report.venue_id))
    assert world.placed(order).status == "open"


async def test_a_trade_told_twice_counts_once(world: World) -> None:
    order = world.order()
    report = await world.live.place(order)
    resting = replace(order, status=report.status, venue_id=report.venue_id)
    world.fill(order, "0.04", 2900)
    if world.name == "binance":
        world.peer.fail("myTrades", alters(lambda answer: answer * 2))
    (part,) = await world.live.watch([resting], NOW)
    assert [each.amount for each in part.executions] == [Decimal("0.04")]


@pytest.mark.parametrize(
    "change",
    [{"price": "NaN"}, {"qty": "-1"}, {"id": None}, {"time": None}, {"commission": None}, {"isBuyer": False}],
)
async def test_a_trade_that_makes_no_sense_is_not_booked(binance: World, change: dict[str, object]) -> None:
    order = binance.order()
    await binance.live.place(order)
    binance.fill(order, "0.04", 2900)
    binance.peer.fail("myTrades", alters(lambda answer: [{**each, **change} for each in answer]))
    with pytest.raises(ExchangeUnavailable):
        await binance.live.find(order)


async def test_an_exchange_that_is_not_fit_is_refused_at_the_start(world: World) -> None:
    for name in ("luno", "gate", "nowhere"):
        async with CcxtExchange(name, Keys(KEY, SECRET), world.market, world.clock) as live:
            with pytest.raises(UnknownExchange):
                await live.open()


async def test_nothing_is_asked_of_one_that_is_closed(world: World) -> None:
    await world.live.aclose()
    with pytest.raises(ExchangeUnavailable):
        await world.live.place(world.order())
