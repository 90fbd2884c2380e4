"""A run is approved once, by a person, and what was approved is taken back by a person or the kill switch."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.trading.guarded import Guarded, gate, guarded
from tests.trading.house import MAIN
from tests.trading.test_mandates import (
    EVE,
    FILLED,
    HELD,
    LOOSE,
    RUN,
    TERMS,
    VALUE,
    allowed,
    asked,
    state,
    wants,
)
from trading.approvals import ApprovalStatus
from trading.errors import InvalidOrder, NotFound, TradingError, TradingHalted, Unapproved
from trading.held import Answer
from trading.mandates import Standing, Terms
from trading.model import Mode, OrderStatus
from trading.placing import OrderOutcome
from trading.ports import UnitOfWork
from trading.risk.proposal import Proposal
from trading.switch import SwitchState

D = Decimal
PENDING, APPROVED, DENIED = ApprovalStatus.PENDING, ApprovalStatus.APPROVED, ApprovalStatus.DENIED
EXPIRED, REVOKED, VOID = ApprovalStatus.EXPIRED, ApprovalStatus.REVOKED, ApprovalStatus.VOID


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url, Mode.LIVE) as opened:
        await opened.limit(**LOOSE)
        yield opened


@pytest.mark.parametrize("figure", ["0", "-1", "NaN", "Infinity"])
@pytest.mark.parametrize("name", ["per_order", "per_day", "loss"])
async def test_a_run_asks_for_something_that_ends(name: str, figure: str) -> None:
    given: dict[str, Any] = {"per_order": D(1), "per_day": D(1), "loss": D(1), name: D(figure)}
    with pytest.raises(InvalidOrder):
        Terms(**given)


async def test_a_run_asks_for_an_account_that_exists(house: Guarded) -> None:
    with pytest.raises(NotFound):
        await house.desk.mandates.ask("none", RUN, TERMS, "ada")


async def test_a_run_that_is_denied_asks_for_each_order(house: Guarded) -> None:
    mandate = await asked(house)
    denied = (await house.desk.mandates.deny(mandate.id, Answer("eve", "too much"))).mandate
    assert (denied.status, denied.resolved_by, denied.reason, denied.baseline) == (
        DENIED,
        "eve",
        "too much",
        None,
    )
    assert (await wants(house)).order.status is HELD


@pytest.mark.parametrize("seconds", [120, 121])
async def test_an_answer_that_comes_late_is_a_denial(house: Guarded, seconds: int) -> None:
    mandate, other = await asked(house), await asked(house, run="run_2")
    await house.clock.advance(seconds)
    with pytest.raises(Unapproved):
        await house.desk.mandates.approve(mandate.id, EVE)
    assert (await house.desk.mandates.deny(other.id, EVE)).mandate.status is EXPIRED
    assert await state(house, mandate) is EXPIRED
    assert (await wants(house)).order.status is HELD


async def test_what_nobody_answers_expires_by_itself(house: Guarded) -> None:
    mandate = await asked(house)
    await house.clock.advance(119.999)
    assert await house.desk.mandates.expire() == []
    await house.clock.advance(0.001)
    assert [each.mandate.id for each in await house.desk.mandates.expire()] == [mandate.id]
    assert [each.mandate.status for each in house.news.mandates] == [PENDING, EXPIRED]
    assert await house.desk.mandates.expire() == []


async def test_an_answer_in_the_last_moment_counts(house: Guarded) -> None:
    mandate = await asked(house)
    await house.clock.advance(119.999)
    await house.desk.mandates.approve(mandate.id, EVE)
    assert await state(house, mandate) is APPROVED


async def test_of_two_answers_the_first_one_counts(house: Guarded) -> None:
    first, second = await asked(house), await asked(house, run="run_2")
    await house.desk.mandates.approve(first.id, EVE)
    await house.desk.mandates.deny(second.id, EVE)
    other = house.another().desk.mandates
    for mandate in (first, second):
        for answer in (other.approve(mandate.id, EVE), other.deny(mandate.id, EVE)):
            with pytest.raises(Unapproved):
                await answer
    assert (await state(house, first), await state(house, second)) == (APPROVED, DENIED)


async def test_an_answer_to_nothing_is_told(house: Guarded) -> None:
    mandate = await asked(house)
    mandates = house.desk.mandates
    for wrong in ("", RUN, mandate.id.upper(), mandate.id + " ", "mdt_%", "x" * 10_000):
        for answer in (mandates.approve(wrong, EVE), mandates.deny(wrong, EVE), mandates.revoke(wrong, EVE)):
            with pytest.raises(NotFound):
                await answer
    with pytest.raises(Unapproved):
        await mandates.revoke(mandate.id, EVE)
    assert await state(house, mandate) is PENDING


async def test_what_is_revoked_lets_nothing_pass_any_more(house: Guarded) -> None:
    mandate = await allowed(house)
    assert (await wants(house)).order.status is FILLED
    revoked = (await house.desk.mandates.revoke(mandate.id, Answer("bob", "enough"))).mandate
    assert (revoked.status, revoked.revoked_by, revoked.reason) == (REVOKED, "bob", "enough")
    assert (revoked.resolved_by, revoked.revoked_at) == ("eve", house.clock.now())
    assert (await wants(house)).order.status is HELD
    for answer in (house.desk.mandates.revoke(mandate.id, EVE), house.desk.mandates.approve(mandate.id, EVE)):
        with pytest.raises(Unapproved):
            await answer
    # Leaving what it has opened is not part of what was allowed.
    sold = await house.sell("0.01", origin=(await wants(house)).order.origin, run=RUN, reduce_only=True)
    assert sold.order.status is FILLED


async def test_a_run_that_asks_again_has_one_question_open(house: Guarded) -> None:
    first = await asked(house)
    second = await asked(house, replace(TERMS, per_day=D(5)))
    other = await asked(house, run="run_2")
    assert [await state(house, each) for each in (first, second, other)] == [VOID, PENDING, PENDING]
    with pytest.raises(Unapproved):
        await house.desk.mandates.approve(first.id, EVE)


async def test_a_new_mandate_takes_the_place_of_the_one_before(house: Guarded) -> None:
    first = await allowed(house, replace(TERMS, per_order=VALUE))
    second = await asked(house, replace(TERMS, per_order=D(1)))
    assert (await wants(house)).order.status is FILLED
    await house.desk.mandates.approve(second.id, EVE)
    assert [await state(house, each) for each in (first, second)] == [REVOKED, APPROVED]
    assert (await wants(house)).order.status is HELD


@pytest.mark.parametrize("switch", [SwitchState.REDUCING, SwitchState.HALTED])
async def test_the_kill_switch_ends_every_mandate(house: Guarded, switch: SwitchState) -> None:
    in_force, waiting = await allowed(house), await asked(house, run="run_2")
    resting = await wants(house, type="limit", price=50_000)
    stopped = await house.desk.switchboard.put(switch, "bob", "panic")
    assert {each.id: each.status for each in stopped.mandates} == {in_force.id: REVOKED, waiting.id: DENIED}
    assert [each.id for each in stopped.canceled] == [resting.order.id]
    assert (await house.desk.mandates.get(in_force.id)).mandate.revoked_by == "bob"
    with pytest.raises(TradingHalted):
        await wants(house)
    with pytest.raises(TradingHalted):
        await asked(house)
    rearmed = await house.desk.switchboard.put(SwitchState.ACTIVE, "owner")
    assert rearmed.mandates == ()
    assert (await wants(house)).order.status is HELD
    await allowed(house)
    assert (await wants(house)).order.status is FILLED


async def test_what_is_in_force_or_waits_is_listed(house: Guarded) -> None:
    oldest = await allowed(house)
    await house.moves(67_000)
    denied = await asked(house, run="run_2")
    await house.desk.mandates.deny(denied.id, EVE)
    await wants(house)
    await house.moves(66_000)
    waiting = await asked(house, run="run_3")
    mandates = house.desk.mandates
    assert [each.mandate.id for each in await mandates.listing(True, 5)] == [waiting.id]
    both = {each.mandate.id: each for each in await mandates.listing(False, 1)}
    assert both.keys() == {waiting.id, oldest.id}
    standing = both[oldest.id]
    assert (standing.used, standing.account.id, both[waiting.id].lost) == (VALUE, MAIN, None)
    assert standing.lost is not None
    assert D(10) < standing.lost < D(11)


async def test_everything_is_on_disk(house: Guarded) -> None:
    await allowed(house, replace(TERMS, per_day=2 * VALUE))
    await wants(house)
    again = house.another()
    assert [(await wants(again)).order.status for _ in range(2)] == [FILLED, HELD]
    [standing] = await again.desk.mandates.listing(False, 5)
    await again.desk.mandates.revoke(standing.mandate.id, EVE)
    assert (await wants(house, amount="0.0001")).order.status is HELD


async def attempts(*work: Any) -> list[Any]:
    """Do work at once and return what came of it, refusals too."""
    done = await asyncio.gather(*work, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException) and not isinstance(each, TradingError):
            raise each
    return done


async def answered_twice(url: str, count: int) -> None:
    """Let two surfaces answer each of many requests at the same time; one of the answers counts."""
    async with guarded(url, Mode.LIVE) as house:
        requests = [await asked(house, run=f"run_{number}") for number in range(count)]
        one, other = house.desk.mandates, house.another().desk.mandates
        work = [
            answer
            for number, each in enumerate(requests)
            for answer in (
                one.approve(each.id, EVE),
                other.approve(each.id, EVE) if number % 2 else other.deny(each.id, EVE),
            )
        ]
        done = await attempts(*work)
        assert sum(isinstance(each, Unapproved) for each in done) == count
        ends = [each.mandate.status for each in done if isinstance(each, Standing)]
        assert sorted(ends) == sorted([await state(house, each) for each in requests])
        assert set(ends) <= {APPROVED, DENIED}


async def test_two_surfaces_that_answer_at_once_are_one_answer(database_url: str) -> None:
    await answered_twice(database_url, 25)


@pytest.mark.long
async def test_two_surfaces_that_answer_two_hundred_at_once_are_one_answer_each(database_url: str) -> None:
    await answered_twice(database_url, 200)


async def test_a_run_that_is_approved_twice_at_once_has_one_mandate(database_url: str) -> None:
    async with guarded(database_url, Mode.LIVE) as house:
        first = await asked(house)
        second = replace(first, id="mdt_beside")
        async with house.database.transact() as uow:
            await uow.mandates.add(second)
        other = house.another()
        await asyncio.gather(
            house.desk.mandates.approve(first.id, EVE), other.desk.mandates.approve(second.id, EVE)
        )
        assert sorted([await state(house, first), await state(house, second)]) == [APPROVED, REVOKED]


async def race(url: str, count: int, fits: int) -> None:
    """Let two desks send orders of one run at the same time; only what its day has room for goes unheld."""
    async with guarded(url, Mode.LIVE) as house:
        await house.limit(**LOOSE)
        mandate = await allowed(house, Terms(VALUE / 10, fits * VALUE / 10, D(1_000)))
        other = house.another()
        work = [wants(house if number % 2 else other, "0.001") for number in range(count)]
        done: list[OrderOutcome] = await attempts(*work)
        ends = sorted(each.order.status for each in done)
        assert ends == sorted([FILLED] * fits + [OrderStatus.HELD] * (count - fits))
        assert len(house.venue.sent) == fits
        assert (await house.desk.mandates.get(mandate.id)).used == fits * VALUE / 10
        await house.audit()


async def test_orders_at_once_do_not_race_past_the_day(database_url: str) -> None:
    await race(database_url, 20, 7)


@pytest.mark.long
async def test_two_hundred_orders_at_once_do_not_race_past_the_day(database_url: str) -> None:
    await race(database_url, 200, 50)


async def test_a_mandate_is_not_taken_back_under_an_order_that_is_judged_by_it(database_url: str) -> None:
    judged, goes_on = asyncio.Event(), asyncio.Event()

    async def pause(uow: UnitOfWork, proposal: Proposal) -> None:
        judged.set()
        await goes_on.wait()

    async with guarded(database_url, Mode.LIVE, checks=[gate(), pause]) as house:
        await house.limit(**LOOSE)
        mandate = await allowed(house)
        wanting = asyncio.create_task(wants(house))
        await judged.wait()
        revoking = asyncio.create_task(house.another().desk.mandates.revoke(mandate.id, EVE))
        ended, _ = await asyncio.wait({revoking}, timeout=0.3)
        assert not ended
        goes_on.set()
        assert (await wanting).order.status is FILLED
        assert (await revoking).mandate.status is REVOKED
        assert (await wants(house)).order.status is HELD


async def test_an_order_beside_its_own_revocation_goes_before_it_or_asks(database_url: str) -> None:
    async with guarded(database_url, Mode.LIVE) as house:
        await house.limit(**LOOSE)
        mandate = await allowed(house)
        wanted, _ = await attempts(wants(house), house.another().desk.mandates.revoke(mandate.id, EVE))
        assert wanted.order.status in (FILLED, HELD)
        assert len(house.venue.sent) == (wanted.order.status is FILLED)
        assert (await wants(house)).order.status is HELD
