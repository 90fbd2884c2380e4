"""A run that a person has allowed trades within that without asking, and asks for whatever is beyond."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.trading.guarded import Fault, Guarded, guarded
from tests.trading.house import BTC, ETH, ETHBTC, MAIN, account, request
from trading.accounts import open_account
from trading.amending import Levels
from trading.approvals import ApprovalStatus
from trading.closing import Wish
from trading.errors import ExchangeUnavailable, InvalidOrder, RiskLimitExceeded
from trading.held import Answer
from trading.mandates import Mandate, Tally, Terms
from trading.model import Mode, OrderStatus, OrderType, Origin, Side
from trading.placing import OrderOutcome
from trading.switch import Arming
from trading.symbols import Symbol

D = Decimal
EVE = Answer("eve")
LOOSE = {"order": 1, "position": 1, "exposure": 1, "orders_per_minute": 10_000, "open_positions": 100}
LOOSE |= {"daily_loss": 1, "drawdown": 1}
TERMS = Terms(per_order=D(1_000), per_day=D(3_000), loss=D(100))
RUN = "run_1"
VALUE = D("670.0001")
"""What an order of the tests is worth at the market as it begins."""


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url, Mode.LIVE) as opened:
        await opened.limit(**LOOSE)
        yield opened


async def asked(house: Guarded, terms: Terms = TERMS, run: str = RUN, **more: Any) -> Mandate:
    return await house.desk.mandates.ask(MAIN, run, terms, "ada", **more)


async def allowed(house: Guarded, terms: Terms = TERMS, run: str = RUN) -> Mandate:
    return (await house.desk.mandates.approve((await asked(house, terms, run)).id, EVE)).mandate


async def wants(house: Guarded, amount: Any = "0.01", run: str | None = RUN, **more: Any) -> OrderOutcome:
    """Let a run buy."""
    return await house.buy(amount, origin=Origin.RUN, run=run, by="ada", **more)


async def state(house: Guarded, mandate: Mandate) -> ApprovalStatus:
    return (await house.desk.mandates.get(mandate.id)).mandate.status


async def used(house: Guarded, mandate: Mandate) -> Decimal:
    return (await house.desk.mandates.get(mandate.id)).used


def figures(outcome: OrderOutcome) -> dict[str, str]:
    """Return what of a mandate an order measured."""
    verdict = outcome.order.verdict or {}
    return {name[8:]: text for name, text in verdict.items() if name.startswith("mandate_")}


HELD, FILLED = OrderStatus.HELD, OrderStatus.FILLED


async def test_a_run_trades_within_what_a_person_has_allowed(house: Guarded) -> None:
    mandate = await asked(house, session_id="s1")
    assert (await wants(house)).order.status is HELD
    granted = await house.desk.mandates.approve(mandate.id, Answer("eve", "go on"))
    assert granted.mandate == replace(
        mandate,
        status=ApprovalStatus.APPROVED,
        resolved_at=house.clock.now(),
        resolved_by="eve",
        reason="go on",
        baseline=D(0),
    )
    assert mandate.expires_at == house.clock.now() + timedelta(seconds=120)
    outcome = await wants(house)
    assert (outcome.order.status, outcome.order.run, outcome.order.by) == (FILLED, RUN, "ada")
    assert outcome.approval is None
    assert figures(outcome) == {
        "order": "670.000100 of 1000",
        "day": "670.000100 of 3000",
        "loss": "0.000000 of 100",
    }
    assert [order.id for order in house.venue.sent] == [outcome.order.id]
    assert [each.mandate.status for each in house.news.mandates] == ["pending", "approved"]
    await house.audit()


async def test_a_mandate_does_not_end_with_the_time_for_its_answer(house: Guarded) -> None:
    await allowed(house)
    await house.moves(67_000, 90_000)
    assert (await wants(house)).order.status is FILLED


@pytest.mark.parametrize(
    ("terms", "beyond"),
    [
        (replace(TERMS, per_order=D(670)), {"order": "670.000100 of 670"}),
        (replace(TERMS, per_day=D(670)), {"day": "670.000100 of 670"}),
    ],
    ids=["order", "day"],
)
async def test_an_order_beyond_asks_and_shows_what_was_beyond(
    house: Guarded, terms: Terms, beyond: dict[str, str]
) -> None:
    mandate = await allowed(house, terms)
    outcome = await wants(house)
    assert outcome.order.status is HELD
    assert outcome.approval is not None
    assert beyond.items() <= figures(outcome).items()
    assert (len(house.venue.sent), await used(house, mandate)) == (0, D(0))
    # What a person allows singly is theirs, and takes nothing of what the run may do by itself.
    await house.desk.held.approve(outcome.approval.id, EVE)
    assert (len(house.venue.sent), await used(house, mandate)) == (1, D(0))


async def test_exactly_as_much_as_is_allowed_is_within(house: Guarded) -> None:
    await allowed(house, Terms(VALUE, 2 * VALUE, D(100)))
    assert [(await wants(house)).order.status for _ in range(3)] == [FILLED, FILLED, HELD]


@pytest.mark.parametrize("origin", [Origin.MODEL, Origin.JOB])
async def test_only_the_run_itself_trades_by_its_mandate(house: Guarded, origin: Origin) -> None:
    await allowed(house)
    assert (await house.buy("0.01", origin=origin, run=RUN, by="ada")).order.status is HELD
    assert (await wants(house, run="run_2")).order.status is HELD
    assert (await wants(house, run=None)).order.status is HELD


async def test_a_mandate_is_for_one_account(house: Guarded) -> None:
    await open_account(house.database.transact, account("other", 50_000, mode=Mode.LIVE), house.new_id)
    async with house.database.transact() as uow:
        await uow.risk.set_arming(Arming("other", True, "owner", house.clock.now()))
    await allowed(house)
    wish = replace(request(Side.BUY, "0.01", origin=Origin.RUN, run=RUN), account="other")
    assert (await house.desk.execute(wish)).order.status is HELD


async def test_what_a_run_closes_asks_nobody_and_takes_nothing(house: Guarded) -> None:
    mandate = await allowed(house)
    await wants(house, stop_loss=60_000)
    sold = await house.sell("0.005", origin=Origin.RUN, run=RUN, reduce_only=True)
    assert (sold.order.status, sold.order.verdict) == (FILLED, None)
    assert await used(house, mandate) == VALUE


async def test_the_day_begins_anew_at_midnight_in_utc(sqlite_url: str) -> None:
    late = datetime(2026, 11, 21, 23, 59, 50, tzinfo=UTC)
    async with guarded(sqlite_url, Mode.LIVE, late) as house:
        await house.limit(**LOOSE)
        mandate = await allowed(house, replace(TERMS, per_day=VALUE))
        resting = await wants(house, type="limit", price=50_000)
        await house.desk.cancel(MAIN, resting.order.id)
        assert [(await wants(house)).order.status for _ in range(2)] == [FILLED, HELD]
        await house.moves(67_000, 9.999)
        assert (await wants(house)).order.status is HELD
        await house.moves(67_000, 0.001)
        assert (house.clock.now().hour, await used(house, mandate)) == (0, D(0))
        assert [(await wants(house)).order.status for _ in range(2)] == [FILLED, HELD]


async def test_what_still_rests_from_yesterday_counts_today(sqlite_url: str) -> None:
    late = datetime(2026, 11, 21, 23, 59, 50, tzinfo=UTC)
    async with guarded(sqlite_url, Mode.LIVE, late) as house:
        await house.limit(**LOOSE)
        mandate = await allowed(house, replace(TERMS, per_day=D(1_100)))
        await wants(house, type="limit", price=60_000)
        await house.moves(67_000, 20)
        assert await used(house, mandate) == 600
        assert (await wants(house)).order.status is HELD
        # It fills on this day, and so it is this day's.
        await house.moves(59_000)
        assert await used(house, mandate) == 600
        await house.moves(59_000, 86_400)
        assert await used(house, mandate) == 0


async def test_what_did_not_trade_of_an_order_is_given_back(house: Guarded) -> None:
    mandate = await allowed(house)
    house.market.set_book(BTC, [(66_990, 1), (50_000, 1)], [(67_000, 1)])
    whole = await wants(house, type="limit", price=60_000)
    part = await wants(house, type="limit", price=50_000)
    assert await used(house, mandate) == 1_100
    await house.desk.cancel(MAIN, whole.order.id)
    assert await used(house, mandate) == 500
    await house.moves(50_000, amount="1.004")
    assert (await house.stored(part.order)).filled == D("0.004")
    assert await used(house, mandate) == 500
    await house.desk.cancel(MAIN, part.order.id)
    assert await used(house, mandate) == 200


async def test_what_the_exchange_refuses_takes_nothing(house: Guarded) -> None:
    mandate = await allowed(house)
    house.venue.faults = [Fault.REFUSED]
    with pytest.raises(InvalidOrder):
        await wants(house)
    assert await used(house, mandate) == 0


async def test_what_nobody_has_answered_yet_counts(house: Guarded) -> None:
    mandate = await allowed(house)
    house.venue.faults = [Fault.LOST]
    assert (await wants(house)).order.status is OrderStatus.UNKNOWN
    assert await used(house, mandate) == VALUE
    for _ in range(6):
        await house.desk.recover()
        await house.clock.advance(3)
    assert await used(house, mandate) == 0


async def test_a_loss_stops_the_run_when_it_reaches_its_bound(house: Guarded) -> None:
    await allowed(house, replace(TERMS, loss=D(10)))
    await wants(house)
    # Its fee is lost at once, and so is half the spread.
    await house.moves(66_100)
    within = await wants(house, amount="0.0001")
    assert within.order.status is FILLED
    await house.moves(66_000)
    beyond = await wants(house, amount="0.0001")
    assert beyond.order.status is HELD
    lost = D(figures(beyond)["loss"].removesuffix(" of 10"))
    assert D(10) < lost < D(11)
    # It is the figure of this moment: what has come back may be used again.
    await house.moves(67_000)
    assert (await wants(house, amount="0.0001")).order.status is FILLED


@pytest.mark.parametrize(("loss", "ends"), [("0.6701001", HELD), ("0.6701002", FILLED)])
async def test_a_loss_of_exactly_its_bound_stops_the_run(
    house: Guarded, loss: str, ends: OrderStatus
) -> None:
    await allowed(house, replace(TERMS, loss=D(loss)))
    # A fee of 0.6700001, and a price 0.01 above the last one.
    await wants(house)
    assert (await wants(house)).order.status is ends


async def test_what_was_lost_stays_lost_after_it_was_closed(house: Guarded) -> None:
    await allowed(house, replace(TERMS, loss=D(50)))
    await wants(house, stop_loss=60_000)
    [stop] = await house.open_orders()
    assert (stop.run, stop.origin, stop.by) == (RUN, Origin.GUARD, "ada")
    await house.moves(59_000)
    assert "BTC" not in await house.balances()
    await house.moves(67_000)
    held = await wants(house)
    lost = D(figures(held)["loss"].removesuffix(" of 50"))
    bought, sold = await house.fills()
    assert (bought.side, sold.side) == (Side.BUY, Side.SELL)
    cash = sold.notional - bought.notional - sold.fee - bought.fee
    assert (held.order.status, lost) == (HELD, round(-cash, 6))


async def test_each_mandate_counts_what_is_lost_from_its_own_approval(house: Guarded) -> None:
    first = await allowed(house, replace(TERMS, loss=D(50)))
    await wants(house)
    await house.moves(60_000)
    assert (await wants(house)).order.status is HELD
    second = await allowed(house, replace(TERMS, loss=D(50)))
    assert (await state(house, first), await state(house, second)) == (
        ApprovalStatus.REVOKED,
        ApprovalStatus.APPROVED,
    )
    baseline = (await house.desk.mandates.get(second.id)).mandate.baseline
    assert baseline is not None
    assert D(-71) < baseline < D(-70)
    allowed_again = await wants(house)
    assert allowed_again.order.status is FILLED
    # The day is the run's, whoever has allowed it how often.
    assert await used(house, second) == VALUE + D("600.0001")


async def test_each_run_has_its_own_day_and_loss(house: Guarded) -> None:
    await allowed(house, replace(TERMS, per_day=VALUE, loss=D(10)))
    await allowed(house, replace(TERMS, per_day=VALUE, loss=D(10)), "run_2")
    await wants(house)
    await house.moves(60_000)
    other = await wants(house, run="run_2")
    assert other.order.status is FILLED
    assert figures(other)["loss"] == "0.000000 of 10"


async def test_what_cannot_be_measured_asks(house: Guarded) -> None:
    await allowed(house)
    await wants(house, amount=1, symbol=ETH, price=3_000, type="limit")
    async with house.database.transact() as uow:
        doge = Tally(MAIN, RUN, Symbol("DOGE", "USDT"), D(5), D(-1))
        await uow.mandates.traded("ord_none", doge, house.clock.now())
    held = await wants(house)
    assert (held.order.status, figures(held)["loss"]) == (HELD, "unknown of 100")
    again = await asked(house)
    with pytest.raises(ExchangeUnavailable):
        await house.desk.mandates.approve(again.id, EVE)
    assert await state(house, again) is ApprovalStatus.PENDING


async def test_what_was_won_in_another_quote_is_valued_in_the_accounts_currency(house: Guarded) -> None:
    await house.buy("0.02", by="ada")
    mandate = await allowed(house)
    bought = await wants(house, amount="0.1", symbol=ETHBTC)
    assert figures(bought)["order"] == "360.058000 of 1000"
    await house.sell("0.1", symbol=ETHBTC, origin=Origin.RUN, run=RUN, reduce_only=True)
    [standing] = await house.desk.mandates.listing(pending=False, limit=5)
    async with house.database.read() as uow:
        [tally] = await uow.mandates.tallies(MAIN, RUN)
    assert (tally.amount, standing.mandate.id) == (D(0), mandate.id)
    assert standing.lost == -tally.cash * 67_000 > 0


async def test_what_a_run_has_traded_is_priced_also_when_nothing_of_it_is_held(house: Guarded) -> None:
    await allowed(house)
    async with house.database.transact() as uow:
        await uow.mandates.traded("ord_none", Tally(MAIN, RUN, ETHBTC, D(0), D("-0.001")), house.clock.now())
    outcome = await wants(house, amount="0.1", symbol=ETH)
    assert (outcome.order.status, figures(outcome)["loss"]) == (FILLED, "67.000000 of 100")


async def test_levels_that_a_run_sets_are_its_own(house: Guarded) -> None:
    await allowed(house)
    await wants(house)
    [line] = await house.portfolio.positions(MAIN)
    levels = Levels(stop_loss=D(60_000), run=RUN)
    [stop] = await house.desk.amend(MAIN, line.position.id, levels)
    assert stop.run == RUN
    await house.desk.close(MAIN, line.position.id, wish=Wish(origin=Origin.RUN, run=RUN))
    async with house.database.read() as uow:
        [tally] = await uow.mandates.tallies(MAIN, RUN)
    assert tally.amount == 0


async def test_an_entry_that_is_kept_here_uses_its_value_once(house: Guarded) -> None:
    house.venue.holds = frozenset({OrderType.MARKET, OrderType.LIMIT})
    mandate = await allowed(house)
    kept = await wants(house, type="stop", stop_price=68_000)
    assert (kept.order.status, await used(house, mandate)) == (OrderStatus.ACCEPTED, D("680.0"))
    await house.moves(68_001)
    [fill] = await house.fills()
    assert fill.order_id != kept.order.id
    assert (await house.stored(kept.order)).status is OrderStatus.CANCELED
    assert D(680) < await used(house, mandate) < D(681)


async def test_paper_asks_for_runs_where_its_owner_wants_to_be_asked(sqlite_url: str) -> None:
    async with guarded(sqlite_url) as house:
        await house.limit(**LOOSE)
        assert (await wants(house)).order.status is FILLED
        await house.limit(**LOOSE, ask_on_paper="true")
        assert (await wants(house)).order.status is HELD
        await allowed(house, replace(TERMS, per_day=VALUE))
        assert [(await wants(house)).order.status for _ in range(2)] == [FILLED, HELD]


async def test_a_limit_of_the_account_stands_above_every_mandate(house: Guarded) -> None:
    await allowed(house, Terms(D(10**6), D(10**6), D(10**6)))
    await house.limit(order="0.001")
    with pytest.raises(RiskLimitExceeded):
        await wants(house)
