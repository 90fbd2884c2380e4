"""What counts as an entry: whatever opens or adds exposure, also what only reduces something else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.guarded import Guarded, guarded
from tests.trading.house import BTC, ETHBTC, MAIN, START, account
from tools.positions import close_report
from trading.closing import Wish
from trading.errors import RiskLimitExceeded, TradingHalted
from trading.held import Answer
from trading.model import Mode, Order, OrderStatus, OrderType, Origin, Position, Side
from trading.orders import parked
from trading.risk.proposal import opens, waiting_entries
from trading.switch import SwitchState

D = Decimal
WIDE = {"order": 1, "position": 1, "exposure": 1, "orders_per_minute": 10_000}
BY_MODEL: dict[str, Any] = {"origin": Origin.MODEL, "by": "ada"}


@pytest_asyncio.fixture
async def paper(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url) as house:
        await house.limit(**WIDE)
        yield house


@pytest_asyncio.fixture
async def live(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url, Mode.LIVE) as house:
        await house.limit(**WIDE)
        yield house


def closing(amount: str, leverage: int = 2, **more: Any) -> dict[str, Any]:
    """A sale on margin that rests above the market and may do more than close."""
    return {"amount": amount, "leverage": D(leverage), "type": "limit", "price": 70_000, **more}


async def test_one_close_of_a_position_is_no_entry_and_a_second_one_is_judged(paper: Guarded) -> None:
    await paper.buy("0.2", leverage=D(2))
    await paper.limit(**WIDE | {"order": "0.1"})
    first = (await paper.sell(**closing("0.2"))).order
    assert (first.status, first.verdict) == (OrderStatus.ACCEPTED, None)
    with pytest.raises(RiskLimitExceeded) as caught:
        await paper.sell(**closing("0.2"))
    assert caught.value.details["limit"] == "order"
    assert caught.value.details["actual"] == pytest.approx(0.14, rel=1e-2)
    # Of this one, all that opens is what the first one leaves nothing to close for.
    second = (await paper.sell(**closing("0.1"))).order
    assert second.verdict is not None
    assert second.verdict["order"].startswith("0.070")


async def test_what_only_closes_together_with_others_is_no_entry(paper: Guarded) -> None:
    await paper.buy("0.2", leverage=D(2))
    await paper.limit(**WIDE | {"order": 0})
    for _ in range(4):
        assert (await paper.sell(**closing("0.05"))).order.verdict is None
    # What only reduces gives way to them, and never opens anything.
    assert (await paper.sell(**closing("0.2", reduce_only=True))).order.verdict is None
    with pytest.raises(RiskLimitExceeded):
        await paper.sell(**closing("0.05"))


async def test_of_an_order_that_turns_a_position_the_share_that_opens_is_judged(paper: Guarded) -> None:
    await paper.buy("0.2", leverage=D(2))
    turned = (await paper.sell("0.3", leverage=D(2), type="limit", price=70_000)).order
    assert turned.verdict is not None
    assert turned.verdict["order"].startswith("0.070")


async def test_a_second_close_by_a_model_on_live_waits_for_a_person(live: Guarded) -> None:
    await live.buy("0.2", leverage=D(2))
    first = await live.sell(**closing("0.2", **BY_MODEL))
    second = await live.sell(**closing("0.2", **BY_MODEL))
    assert (first.order.status, second.order.status) == (OrderStatus.ACCEPTED, OrderStatus.HELD)


async def test_the_switch_cancels_the_close_that_would_open(paper: Guarded) -> None:
    await paper.buy("0.2", leverage=D(2))
    first, second = [(await paper.sell(**closing("0.2"))).order for _ in range(2)]
    stopped = await paper.desk.switchboard.put(SwitchState.REDUCING, "eve")
    assert [each.id for each in stopped.canceled] == [second.id]
    assert first.id in {each.id for each in stopped.staying}


def order(number: int, amount: int, side: Side = Side.SELL, **more: Any) -> Order:
    return Order(
        id=f"ord_{number:03d}",
        account=MAIN,
        symbol=BTC,
        side=side,
        type=OrderType.LIMIT,
        status=OrderStatus.ACCEPTED,
        amount=D(amount),
        created_at=START,
        updated_at=START,
        mode=Mode.PAPER,
        exchange="scripted",
        price=D(70_000),
        leverage=D(2),
        **more,
    )


def long(amount: int) -> Position:
    made = Position("pos", MAIN, BTC, "long", D(amount), D(1), D(0), D(0), START, "scripted", Mode.PAPER)
    return replace(made, leverage=D(2), margin=D(1))


@given(
    held=st.integers(1, 20),
    resting=st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=8),
)
def test_closes_that_together_turn_a_position_are_never_all_let_pass(
    held: int, resting: list[tuple[int, bool]]
) -> None:
    position = long(held)
    placed = [order(n, amount, reduce_only=only) for n, (amount, only) in enumerate(resting)]
    judged = waiting_entries(account(), [position], placed)
    unjudged = [each for each in placed if each not in judged and not each.reduce_only]
    assert sum(each.amount for each in unjudged) <= held
    # And nothing is judged without need: the first that is judged exceeds what is held.
    plain = [each for each in placed if not each.reduce_only]
    until = plain[: plain.index(judged[0]) + 1] if judged else plain
    assert (sum(each.amount for each in until) > held) is bool(judged)


def test_a_pair_of_which_one_cancels_the_other_closes_once() -> None:
    stop, limit = order(1, 5, group="oco:1"), order(2, 5, group="oco:1")
    assert not opens(limit, account(), [long(5)], [stop])
    assert opens(order(3, 1), account(), [long(5)], [stop, limit])


async def holding(house: Guarded, **more: Any) -> None:
    """Hold ether that was bought for bitcoin."""
    await house.buy("0.2")
    await house.buy(3, ETHBTC, **more)


async def test_what_only_reduces_one_asset_for_another_is_judged_as_an_entry(paper: Guarded) -> None:
    await holding(paper)
    await paper.limit(**WIDE | {"position": "0.1"})
    with pytest.raises(RiskLimitExceeded) as caught:
        await paper.sell(3, ETHBTC, reduce_only=True)
    assert caught.value.details["limit"] == "position"
    assert (await paper.sell("0.01", reduce_only=True)).order.verdict is None


async def test_what_rests_to_reduce_one_asset_for_another_counts_on_the_other(paper: Guarded) -> None:
    await holding(paper)
    resting: dict[str, Any] = {"type": "limit", "price": "0.06", "reduce_only": True}
    await paper.sell(3, ETHBTC, **resting)
    await paper.limit(**WIDE | {"position": "0.2"})
    with pytest.raises(RiskLimitExceeded) as caught:
        await paper.buy("0.1")
    assert caught.value.details["limit"] == "position"


async def test_what_protects_ether_bought_for_bitcoin_is_no_position_in_bitcoin(paper: Guarded) -> None:
    await holding(paper, stop_loss="0.05")
    await paper.limit(**WIDE | {"position": "0.2"})
    assert (await paper.buy("0.1")).order.status is OrderStatus.FILLED


async def test_a_model_that_reduces_one_asset_for_another_on_live_waits_for_a_person(live: Guarded) -> None:
    await holding(live, stop_loss="0.05")
    await live.desk.guard()
    [stop] = [each for each in await live.open_orders() if parked(each)]
    asked = await live.sell(3, ETHBTC, reduce_only=True, **BY_MODEL)
    assert (asked.order.status, len(live.venue.sent)) == (OrderStatus.HELD, 3)
    assert asked.approval is not None
    await live.desk.guard()
    [again] = [each for each in await live.open_orders() if parked(each)]
    outcome = await live.desk.held.approve(asked.approval.id, Answer("eve"))
    assert outcome.order.status is OrderStatus.FILLED
    # What is parked at the exchange has the holding reserved there.
    assert live.venue.canceled == [stop.id, again.id]
    assert "ETH" not in await live.balances()


async def test_closing_such_a_position_by_a_model_waits_too(live: Guarded) -> None:
    await holding(live)
    [line] = [each for each in await live.portfolio.positions(MAIN) if each.position.symbol == ETHBTC]
    wish = Wish(origin=Origin.MODEL, by="ada", session_id="s1")
    closing = await live.desk.close(MAIN, line.position.id, wish=wish)
    approval, told = closing.outcome.approval, close_report(closing, D(100))
    assert (closing.outcome.order.status, closing.closed) == (OrderStatus.HELD, D(0))
    assert approval is not None
    assert approval.session_id == "s1"
    assert (told.status, told.approval_id, told.approval_expires_at) == (
        "pending",
        approval.id,
        approval.expires_at,
    )
    assert (await live.desk.close(MAIN, line.position.id)).closed == 3


@pytest.mark.parametrize("state", [SwitchState.REDUCING, SwitchState.HALTED])
async def test_only_a_person_leaves_one_asset_for_another_while_nothing_new_is_opened(
    paper: Guarded, state: SwitchState
) -> None:
    await holding(paper)
    await paper.desk.switchboard.put(state, "eve")
    with pytest.raises(TradingHalted):
        await paper.sell(1, ETHBTC, reduce_only=True, origin=Origin.MODEL)
    with pytest.raises(TradingHalted):
        await paper.sell(1, ETHBTC)
    assert (await paper.sell(1, ETHBTC, reduce_only=True)).order.status is OrderStatus.FILLED


async def test_a_stop_that_leaves_one_asset_for_another_fires_whatever_is_broken(sqlite_url: str) -> None:
    async with guarded(sqlite_url, Mode.LIVE) as first:
        first.venue.holds = frozenset()
        house = first.another()
        await house.limit(**WIDE)
        await holding(house, stop_loss="0.05")
        await house.limit(order=0, position=0, exposure=0, orders_per_minute=0, daily_loss=0, drawdown=0)
        await house.desk.switchboard.put(SwitchState.HALTED, "eve")
        await house.moves("0.049", symbol=ETHBTC)
        assert "ETH" not in await house.balances()
