"""What a model starts on a live account waits for a person, and goes as it was asked for, once, or never."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.trading.guarded import Crash, Fault, Guarded, guarded, outcomes, told
from tests.trading.house import BTC, ETH, ETHBTC, MAIN, request
from trading.approvals import Approval, ApprovalStatus
from trading.errors import (
    ExchangeUnavailable,
    InsufficientFunds,
    InvalidOrder,
    NotArmed,
    NotFound,
    RiskLimitExceeded,
    TradingError,
    TradingHalted,
    Unapproved,
)
from trading.funds import holdings
from trading.held import Answer
from trading.locks import Locks
from trading.model import Mode, OrderStatus, Origin, Side
from trading.risk.gate import RiskGate
from trading.switch import SwitchState

D = Decimal
EVE = Answer("eve")
LOOSE = {"order": 1, "position": 1, "exposure": 1, "orders_per_minute": 10_000}


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url, Mode.LIVE) as opened:
        yield opened


async def status(house: Guarded, approval: Approval) -> tuple[ApprovalStatus, OrderStatus]:
    held = await house.desk.held.get(approval.id)
    return held.approval.status, held.order.status


VOID = (ApprovalStatus.VOID, OrderStatus.DENIED)
DENIED = (ApprovalStatus.DENIED, OrderStatus.DENIED)
EXPIRED = (ApprovalStatus.EXPIRED, OrderStatus.DENIED)
DONE = (ApprovalStatus.APPROVED, OrderStatus.FILLED)


async def free(house: Guarded, asset: str = "USDT") -> Decimal:
    return holdings(await house.balances(), await house.open_orders())[asset].free


@pytest.mark.parametrize("origin", [Origin.MODEL, Origin.JOB, Origin.RUN])
async def test_an_entry_that_no_person_started_waits_with_its_funds_set_aside(
    house: Guarded, origin: Origin
) -> None:
    outcome = await house.buy("0.1", origin=origin, by="ada", session_id="s1", stop_loss=60_000)
    order, approval = outcome.order, outcome.approval
    assert approval == Approval(
        id=approval.id if approval else "",
        order_id=order.id,
        account=MAIN,
        principal="ada",
        origin=origin,
        status=ApprovalStatus.PENDING,
        reference=D(67_000),
        cost=D("6700.001"),
        fee=D("6.700001"),
        created_at=house.clock.now(),
        expires_at=house.clock.now() + timedelta(seconds=120),
        session_id="s1",
    )
    assert (order.status, order.mode, order.reserved) == (OrderStatus.HELD, Mode.LIVE, order.reserved)
    assert house.venue.sent == []
    assert await free(house) == 100_000 - order.reserved < 93_300
    assert house.news.approvals == [(approval, order)]
    await house.audit()


async def test_what_is_approved_is_sent_exactly_as_it_was_asked_for(house: Guarded) -> None:
    asked = await house.ask("0.1", stop_loss=60_000, key="wish")
    held = await house.order_of(asked)
    outcome = await house.desk.held.approve(asked.id, Answer("eve", "go on"))
    [sent] = house.venue.sent
    changed: dict[str, Any] = {"status": OrderStatus.INTENT, "version": 1, "verdict": sent.verdict}
    assert sent == replace(held, **changed)
    assert (outcome.order.id, outcome.order.status) == (held.id, OrderStatus.FILLED)
    assert await status(house, asked) == DONE
    answered = (await house.desk.held.get(asked.id)).approval
    assert (answered.resolved_by, answered.reason) == ("eve", "go on")
    [stop] = await house.open_orders()
    assert (stop.group, stop.amount) == (held.id, D("0.1"))
    # Asking for the same wish again is not a second order.
    again = await house.desk.execute(request(Side.BUY, "0.1", key="wish", origin=Origin.MODEL))
    assert (again.order.id, len(house.venue.sent)) == (held.id, 1)
    await house.audit()


async def test_what_is_denied_is_never_sent_and_gives_its_funds_back(house: Guarded) -> None:
    asked = await house.ask()
    held = await house.desk.held.deny(asked.id, Answer("eve", "too much"))
    assert await status(house, asked) == DENIED
    assert (held.approval.resolved_by, held.order.reason) == ("eve", "too much")
    assert await free(house) == 100_000
    with pytest.raises(Unapproved):
        await house.desk.held.approve(asked.id, EVE)
    assert house.venue.sent == []


@pytest.mark.parametrize("seconds", [120, 121])
async def test_an_answer_that_comes_late_is_a_denial(house: Guarded, seconds: int) -> None:
    asked = await house.ask()
    await house.clock.advance(seconds)
    with pytest.raises(Unapproved):
        await house.desk.held.approve(asked.id, EVE)
    assert await status(house, asked) == EXPIRED
    assert (house.venue.sent, await free(house)) == ([], D(100_000))


async def test_an_answer_in_the_last_moment_counts(house: Guarded) -> None:
    asked = await house.ask()
    await house.clock.advance(119.999)
    assert await house.desk.held.expire() == []
    await house.desk.held.approve(asked.id, EVE)
    assert await status(house, asked) == DONE


async def test_what_nobody_answers_expires_by_itself(house: Guarded) -> None:
    first = await house.ask()
    await house.clock.advance(60)
    second = await house.ask()
    await house.clock.advance(60)
    assert [each.approval.id for each in await house.desk.held.expire()] == [first.id]
    assert await status(house, first) == EXPIRED
    assert await status(house, second) == (ApprovalStatus.PENDING, OrderStatus.HELD)
    assert [each.approval for each in await house.desk.held.listing(True, 10)] == [second]


@pytest.mark.parametrize(
    ("price", "ends"), [("67670", DONE), ("67670.02", VOID), ("66330.02", DONE), ("66329.97", VOID)]
)
async def test_a_price_that_has_moved_by_more_than_a_percent_makes_it_void(
    house: Guarded, price: str, ends: Any
) -> None:
    await house.limit(**LOOSE)
    asked = await house.ask("0.1")
    house.market.trade(BTC, price)
    if ends is VOID:
        with pytest.raises(Unapproved):
            await house.desk.held.approve(asked.id, EVE)
        assert (house.venue.sent, await free(house)) == ([], D(100_000))
    else:
        await house.desk.held.approve(asked.id, EVE)
    assert await status(house, asked) == ends


async def test_the_price_is_compared_with_its_own_like(house: Guarded) -> None:
    # The middle of a wide book is far from the last trade, before as after.
    house.market.set_book(BTC, [(60_000, 5)], [(70_000, 5)])
    asked = await house.ask("0.1")
    await house.desk.held.approve(asked.id, EVE)
    assert await status(house, asked) == DONE


async def test_putting_the_switch_denies_what_waits(house: Guarded) -> None:
    asked = await house.ask()
    stopped = await house.desk.switchboard.put(SwitchState.HALTED, "eve", "panic")
    assert [each.id for each in stopped.denied] == [asked.id]
    assert await status(house, asked) == DENIED
    with pytest.raises(Unapproved):
        await house.desk.held.approve(asked.id, EVE)
    assert house.venue.sent == []


async def test_a_switch_that_is_thrown_meanwhile_lets_nothing_go(house: Guarded) -> None:
    thrown: list[bool] = []
    desk = house.another(1_000, checks=[RiskGate(lambda: bool(thrown), Locks())])
    asked = await house.ask()
    thrown.append(True)
    with pytest.raises(TradingHalted):
        await desk.desk.held.approve(asked.id, EVE)
    assert (await status(house, asked), house.venue.sent) == (VOID, [])


async def test_an_account_that_is_disarmed_meanwhile_lets_nothing_go(house: Guarded) -> None:
    asked = await house.ask()
    await house.arm(False)
    with pytest.raises(NotArmed):
        await house.desk.held.approve(asked.id, EVE)
    assert (await status(house, asked), house.venue.sent) == (VOID, [])


async def test_a_limit_that_it_would_break_now_makes_it_void(house: Guarded) -> None:
    asked = await house.ask("0.1")
    await house.limit(order="0.05")
    with pytest.raises(RiskLimitExceeded) as caught:
        await house.desk.held.approve(asked.id, EVE)
    assert caught.value.details["limit"] == "order"
    assert (await status(house, asked), house.venue.sent) == (VOID, [])
    approval, order = house.news.approvals[-1]
    assert (approval.status, order.status) == VOID
    assert approval.reason == order.reason == str(caught.value)


async def test_an_order_that_waits_counts_once_in_its_minute(house: Guarded) -> None:
    await house.limit(orders_per_minute=1)
    asked = await house.ask("0.1")
    await house.clock.advance(30)
    await house.desk.held.approve(asked.id, EVE)
    assert await status(house, asked) == DONE
    with pytest.raises(RiskLimitExceeded):
        await house.buy("0.01")


async def test_what_a_stop_has_sold_meanwhile_lets_nothing_go(house: Guarded) -> None:
    await house.limit(**LOOSE)
    await house.buy("0.5", stop_loss=66_900)
    asked = await house.ask(5, symbol=ETHBTC)
    await house.moves(66_800)
    assert (await house.balances()).get("BTC") is None
    with pytest.raises(InsufficientFunds):
        await house.desk.held.approve(asked.id, EVE)
    assert await status(house, asked) == VOID
    assert ETHBTC not in [order.symbol for order in house.venue.sent]
    await house.audit()


async def test_canceling_an_order_that_waits_denies_it(house: Guarded) -> None:
    asked = await house.ask()
    outcome = await house.desk.cancel(MAIN, asked.order_id, by="ada")
    assert outcome.order.status is OrderStatus.DENIED
    assert await status(house, asked) == DENIED
    assert (await house.desk.held.get(asked.id)).approval.resolved_by == "ada"
    assert (await house.desk.cancel(MAIN, asked.order_id)).order == outcome.order


async def test_canceling_an_order_that_is_approved_meanwhile_cancels_what_became_of_it(
    house: Guarded,
) -> None:
    asked = await house.ask(type="limit", price=66_500)
    approving, canceling = await asyncio.gather(
        house.another().desk.held.approve(asked.id, EVE),
        house.desk.cancel(MAIN, asked.order_id),
        return_exceptions=True,
    )
    assert not isinstance(canceling, BaseException)
    assert isinstance(approving, Unapproved) or canceling.order.status is not OrderStatus.DENIED


async def test_of_two_answers_the_first_one_counts(house: Guarded) -> None:
    first, second = await house.ask(), await house.ask()
    await house.desk.held.approve(first.id, EVE)
    await house.desk.held.deny(second.id, EVE)
    other = house.another()
    for approval in (first, second):
        for answer in (other.desk.held.approve(approval.id, EVE), other.desk.held.deny(approval.id, EVE)):
            with pytest.raises(Unapproved):
                await answer
    assert (await status(house, first), await status(house, second)) == (DONE, DENIED)
    assert len(house.venue.sent) == 1


async def test_an_answer_to_nothing_is_told(house: Guarded) -> None:
    asked = await house.ask()
    for wrong in ("", asked.order_id, asked.id.upper(), asked.id + " ", "apr_%", "x" * 10_000):
        with pytest.raises(NotFound):
            await house.desk.held.approve(wrong, EVE)
        with pytest.raises(NotFound):
            await house.desk.held.deny(wrong, EVE)
    assert house.venue.sent == []


@pytest.mark.parametrize(
    "change",
    [
        {"amount": D("0.2")},
        {"budget": D(90_000)},
        {"side": Side.SELL},
        {"symbol": ETH},
        {"stop_loss": None},
        {"reserved": D(0)},
        {"reduce_only": True},
        {"by": "mallory"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_an_order_that_was_changed_while_it_waited_is_not_the_one_that_was_asked_for(
    house: Guarded, change: dict[str, Any]
) -> None:
    asked = await house.ask("0.1", stop_loss=60_000)
    async with house.database.transact() as uow:
        order = await uow.orders.get(asked.order_id)
        assert order is not None
        await uow.orders.save(replace(order, **change))
    with pytest.raises(Unapproved):
        await house.desk.held.approve(asked.id, EVE)
    assert (await status(house, asked), house.venue.sent) == (VOID, [])


async def test_what_only_reduces_asks_nobody(house: Guarded) -> None:
    await house.buy("0.1", stop_loss=60_000)
    assert (await house.sell("0.05", origin=Origin.MODEL)).order.status is OrderStatus.FILLED
    [line] = await house.portfolio.positions(MAIN)
    sold = await house.sell("0.02", origin=Origin.JOB, reduce_only=True)
    assert sold.order.status is OrderStatus.FILLED
    assert line.position.amount == D("0.05")
    await house.moves(59_000)
    assert "BTC" not in await house.balances()
    assert await house.desk.held.listing(False, 10) == []


async def test_what_a_person_opens_asks_nobody(house: Guarded) -> None:
    assert (await house.buy("0.1", origin=Origin.PERSON)).order.status is OrderStatus.FILLED


async def test_selling_one_asset_for_another_opens_and_waits(house: Guarded) -> None:
    await house.buy(3, ETH)
    outcome = await house.sell(3, ETHBTC, origin=Origin.MODEL)
    assert outcome.order.status is OrderStatus.HELD
    assert (await house.balances())["ETH"] == 3


async def test_paper_asks_where_its_owner_wants_to_be_asked(sqlite_url: str) -> None:
    async with guarded(sqlite_url) as house:
        assert (await house.buy("0.01", origin=Origin.MODEL)).order.status is OrderStatus.FILLED
        await house.limit(ask_on_paper="true")
        asked = await house.ask("0.01")
        assert (await house.buy("0.01")).order.status is OrderStatus.FILLED
        await house.desk.held.approve(asked.id, EVE)
        assert await status(house, asked) == DONE
        await house.audit()


@pytest.mark.parametrize(
    ("fault", "error", "ends"),
    [(Fault.DOWN, ExchangeUnavailable, "rejected"), (Fault.REFUSED, InvalidOrder, "rejected")],
)
async def test_what_the_exchange_refuses_is_not_tried_again(
    house: Guarded, fault: Fault, error: type[TradingError], ends: str
) -> None:
    asked = await house.ask()
    house.venue.faults = [fault]
    with pytest.raises(error):
        await house.desk.held.approve(asked.id, EVE)
    assert await status(house, asked) == (ApprovalStatus.APPROVED, OrderStatus(ends))
    with pytest.raises(Unapproved):
        await house.desk.held.approve(asked.id, EVE)
    assert (len(house.venue.sent), await free(house)) == (1, D(100_000))


@pytest.mark.parametrize(("fault", "ends"), [(Fault.CRASH_BEFORE, 0), (Fault.CRASH_AFTER, 1)])
async def test_what_a_crash_cut_off_is_looked_up_and_not_sent_again(
    house: Guarded, sqlite_url: str, fault: Fault, ends: int
) -> None:
    asked = await house.ask()
    house.venue.faults = [fault]
    with pytest.raises(Crash):
        await house.desk.held.approve(asked.id, EVE)
    assert await status(house, asked) == (ApprovalStatus.APPROVED, OrderStatus.INTENT)
    again = house.another()
    with pytest.raises(Unapproved):
        await again.desk.held.approve(asked.id, EVE)
    for _ in range(6):
        await again.desk.recover()
        await house.clock.advance(3)
    expected = OrderStatus.FILLED if ends else OrderStatus.CANCELED
    assert (await status(again, asked))[1] is expected
    assert len(house.venue.sent) == ends
    kinds = ["order.unknown", "order.found"]
    assert [each for each in told(sqlite_url)] == [(who, kind) for kind in kinds for who in ("owner", "ada")]
    await again.audit()


async def double(url: str, count: int) -> None:
    """Let two desks approve every one of many orders at the same time; each order goes exactly once."""
    async with guarded(url, Mode.LIVE) as house:
        await house.limit(**LOOSE)
        asked = [await house.ask("0.001") for _ in range(count)]
        desks: Sequence[Guarded] = (house, house.another())
        answers = [desk.desk.held.approve(each.id, EVE) for each in asked for desk in desks]
        passed, refused = await outcomes(*answers)
        assert [type(each) for each in refused] == [Unapproved] * count
        assert sorted(each.order.id for each in passed) == sorted(each.order_id for each in asked)
        assert sorted(each.id for each in house.venue.sent) == sorted(each.order_id for each in asked)
        assert (await house.balances())["BTC"] == D("0.001") * count
        await house.audit()


async def test_two_desks_that_approve_at_once_send_every_order_once(database_url: str) -> None:
    await double(database_url, 25)


@pytest.mark.long
async def test_two_desks_that_approve_two_hundred_at_once_send_every_order_once(database_url: str) -> None:
    await double(database_url, 200)


async def test_without_the_gate_nothing_waits(house: Guarded) -> None:
    """Show that the tests above stand on the gate: a desk without it sends what a model wants."""
    await house.another(checks=[]).buy("0.1", origin=Origin.MODEL)
    assert [order.origin for order in house.venue.sent] == [Origin.MODEL]
