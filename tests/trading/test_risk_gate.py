"""The risk gate before the desk: what passes just inside a limit, and what is refused just outside."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.trading.guarded import Fault, Guarded, gate, guarded
from tests.trading.house import BTC, ETH, ETHBTC, MAIN, request, usual_pairs
from trading.clock import ManualClock
from trading.equity import EquityRecorder
from trading.errors import AccountLocked, NotArmed, RiskLimitExceeded, TradingError, TradingHalted
from trading.exchanges.scripted import ScriptedMarket
from trading.held import Answer
from trading.ledger import deposit
from trading.locks import Locks
from trading.model import Mode, Order, OrderBook, OrderStatus, Origin, Side, Ticker
from trading.risk.gate import RiskGate
from trading.switch import SwitchState
from trading.symbols import Symbol

D = Decimal
WIDE = {"order": 1, "position": 1, "exposure": 1}


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url) as opened:
        yield opened


async def bid(house: Guarded, cost: Any, symbol: Symbol = BTC, **more: Any) -> Order:
    """Rest an entry worth so much, far below the market."""
    price = D(100)
    return (await house.buy(D(str(cost)) / price, symbol, type="limit", price=price, **more)).order


def details(caught: pytest.ExceptionInfo[RiskLimitExceeded]) -> Mapping[str, Any]:
    return caught.value.details


async def refused(house: Guarded, limit: str, actual: float, allowed: float, order: Any) -> None:
    before = await house.open_orders()
    with pytest.raises(RiskLimitExceeded) as caught:
        await order
    assert details(caught) == {
        "limit": limit,
        "actual": pytest.approx(actual, rel=1e-9),
        "allowed": pytest.approx(allowed, rel=1e-9),
    }
    assert await house.open_orders() == before


async def test_an_order_may_be_as_large_as_its_limit(house: Guarded) -> None:
    await refused(house, "order", 0.2000001, 0.2, bid(house, "20000.01"))
    assert (await bid(house, 20_000)).status is OrderStatus.ACCEPTED


async def test_an_order_keeps_what_it_was_measured_at(house: Guarded) -> None:
    order = await house.stored(await bid(house, 10_000))
    assert order.verdict == {
        "leverage": "1.000000 of 10",
        "orders_per_minute": "1.000000 of 60",
        "open_positions": "1.000000 of 10",
        "daily_loss": "0.000000 of 0.05",
        "drawdown": "0.000000 of 0.15",
        "order": "0.100000 of 0.2",
        "position": "0.100000 of 0.25",
        "exposure": "0.100000 of 0.8",
    }


async def test_everything_of_one_asset_counts_on_its_position(house: Guarded) -> None:
    # What waits counts with the fee that it may cost: 10,010 here.
    await bid(house, 10_000)
    await refused(house, "position", 0.2500001, 0.25, bid(house, "14990.01"))
    assert (await bid(house, 14_990)).status is OrderStatus.ACCEPTED


async def test_what_is_held_counts_at_its_price_of_now(house: Guarded) -> None:
    await house.limit(position="0.5", order=1)
    await house.buy("0.3")
    await house.moves(100_000)
    worth = 100_000 - D("0.3") * D("67000.01") * D("1.001") + 30_000
    room = (worth / 2 - 30_000).quantize(D("0.01"), rounding=ROUND_DOWN)
    beyond = room + D("0.01")
    await refused(house, "position", float((30_000 + beyond) / worth), 0.5, bid(house, beyond))
    assert (await bid(house, room)).status is OrderStatus.ACCEPTED


async def test_everything_in_the_market_counts_on_exposure(house: Guarded) -> None:
    await house.limit(**WIDE | {"exposure": "0.8"})
    await bid(house, 50_000)
    await refused(house, "exposure", 0.8000001, 0.8, bid(house, "29950.01", ETH))
    assert (await bid(house, 29_950, ETH)).status is OrderStatus.ACCEPTED


async def test_a_new_asset_is_a_new_position_and_more_of_one_is_not(house: Guarded) -> None:
    await house.limit(open_positions=1)
    await bid(house, 1_000)
    await house.buy("0.01")
    await bid(house, 1_000)
    await refused(house, "open_positions", 2, 1, bid(house, 1_000, ETH))


async def test_leverage_may_be_as_high_as_its_limit(house: Guarded) -> None:
    await house.limit(leverage=3)
    await refused(house, "leverage", 3.5, 3, bid(house, 1_000, leverage=D("3.5")))
    assert (await bid(house, 1_000, leverage=D(3))).status is OrderStatus.ACCEPTED


async def test_orders_of_a_minute_are_counted_until_it_is_over(house: Guarded) -> None:
    await house.limit(orders_per_minute=2)
    await bid(house, 1_000)
    await house.clock.advance(30)
    await bid(house, 1_000)
    await refused(house, "orders_per_minute", 3, 2, bid(house, 1_000))
    await house.clock.advance(29.999)
    await refused(house, "orders_per_minute", 3, 2, bid(house, 1_000))
    await house.clock.advance(0.001)
    await bid(house, 1_000)


async def test_an_entry_counts_once_in_its_minute_with_all_that_guards_it(house: Guarded) -> None:
    await house.limit(orders_per_minute=3)
    await house.buy("0.01", stop_loss=60_000, take_profit=80_000)
    await house.buy("0.01", leverage=D(2), stop_loss=60_000)
    assert len(await house.open_orders()) == 4
    await bid(house, 1_000)
    await refused(house, "orders_per_minute", 4, 3, bid(house, 1_000))


@pytest.mark.parametrize(
    ("limits", "name", "inside", "outside", "allowed"),
    [
        ({"drawdown": 1}, "daily_loss", "62067.01002", "62067.01001", 0.05),
        ({"daily_loss": 1}, "drawdown", "52067.01002", "52067.01001", 0.15),
    ],
)
async def test_an_account_that_has_lost_its_limit_opens_nothing_and_closes_everything(
    house: Guarded, limits: dict[str, Any], name: str, inside: str, outside: str, allowed: float
) -> None:
    await house.limit(**WIDE | limits)
    await house.clock.advance(1)
    await house.buy(1)
    await house.moves(inside)
    assert (await bid(house, 1_000)).status is OrderStatus.ACCEPTED
    await house.moves(outside)
    with pytest.raises(RiskLimitExceeded) as caught:
        await bid(house, 1_000)
    assert details(caught) == {"limit": name, "actual": pytest.approx(allowed, abs=1e-6), "allowed": allowed}
    assert details(caught)["actual"] >= allowed
    assert (await house.sell("0.5")).order.status is OrderStatus.FILLED


async def test_a_loss_counts_from_midnight_on(house: Guarded) -> None:
    recorder = EquityRecorder(house.database.transact, house.database.read, house.markets, house.clock)
    await house.limit(**WIDE | {"drawdown": 1})
    await house.buy(1)
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    await house.clock.advance((midnight - house.clock.now()).total_seconds() - 1)
    house.market.trade(BTC, 60_000)
    await recorder.record()
    with pytest.raises(RiskLimitExceeded):
        await bid(house, 1_000)
    await house.clock.advance(1)
    assert (await bid(house, 1_000)).status is OrderStatus.ACCEPTED
    await house.moves(55_000)
    with pytest.raises(RiskLimitExceeded) as caught:
        await bid(house, 1_000)
    assert details(caught)["limit"] == "daily_loss"


async def test_drawdown_counts_from_the_highest_and_not_from_the_start(house: Guarded) -> None:
    recorder = EquityRecorder(house.database.transact, house.database.read, house.markets, house.clock)
    await house.limit(**WIDE | {"daily_loss": 1})
    await house.buy(1)
    await house.moves(107_000)
    await recorder.record()
    await house.moves(87_000)
    await bid(house, 1_000)
    await house.moves(85_000)
    with pytest.raises(RiskLimitExceeded) as caught:
        await bid(house, 1_000)
    assert details(caught)["limit"] == "drawdown"


async def account_of(house: Guarded) -> Any:
    async with house.database.read() as uow:
        found = await uow.accounts.get(MAIN)
    assert found is not None
    return found


async def given_asset(house: Guarded, asset: str, amount: Any = 1) -> None:
    """Let the account hold what it never bought here."""
    owner = replace(await account_of(house), currency=asset)
    async with house.database.transact() as uow:
        await uow.ledger.append(deposit(owner, D(str(amount)), house.clock.now(), house.new_id("ent")))


async def test_an_account_that_nobody_can_value_opens_nothing(house: Guarded) -> None:
    await house.buy("0.1")
    await given_asset(house, "OAK")
    with pytest.raises(RiskLimitExceeded) as caught:
        await bid(house, 1_000)
    assert details(caught) == {"limit": "prices"}
    assert (await house.sell("0.1")).order.status is OrderStatus.FILLED


class Late(ScriptedMarket):
    """A market whose prices are of some time ago."""

    age = timedelta(0)

    async def ticker(self, symbol: Symbol) -> Ticker:
        found = await super().ticker(symbol)
        return replace(found, at=found.at - self.age)

    async def order_book(self, symbol: Symbol, depth: int = 20) -> OrderBook:
        found = await super().order_book(symbol, depth)
        return replace(found, at=found.at - self.age)


@pytest.mark.parametrize(("mode", "oldest"), [(Mode.PAPER, 60), (Mode.LIVE, 10)])
@pytest.mark.parametrize("kind", ["market", "limit"])
async def test_a_price_that_is_too_old_opens_nothing(
    sqlite_url: str, mode: Mode, oldest: int, kind: str
) -> None:
    async with guarded(sqlite_url, mode, make=Late) as house:
        assert isinstance(house.market, Late)
        more: dict[str, Any] = {"price": 66_000} if kind == "limit" else {}
        await house.buy("0.01")
        house.market.age = timedelta(seconds=oldest)
        await house.buy("0.01", type=kind, **more)
        house.market.age += timedelta(milliseconds=1)
        await refused(house, "price_age", oldest + 0.001, oldest, house.buy("0.01", type=kind, **more))
        assert (await house.sell("0.005")).order.status is OrderStatus.FILLED


class LateOnes(ScriptedMarket):
    """A market in which some pairs tell prices of some time ago, as often as `times` says (None: always)."""

    ages: Mapping[Symbol, float] = {}
    times: int | None = None

    async def ticker(self, symbol: Symbol) -> Ticker:
        found = await super().ticker(symbol)
        if symbol not in self.ages or self.times == 0:
            return found
        self.times = None if self.times is None else self.times - 1
        return replace(found, at=found.at - timedelta(seconds=self.ages[symbol]))


@pytest.mark.parametrize(("mode", "oldest"), [(Mode.PAPER, 60), (Mode.LIVE, 10)])
async def test_an_old_price_of_what_is_held_besides_opens_nothing(
    sqlite_url: str, mode: Mode, oldest: int
) -> None:
    async with guarded(sqlite_url, mode, make=LateOnes) as house:
        assert isinstance(house.market, LateOnes)
        await house.buy("0.1", ETH)
        await house.buy("0.01")
        await house.clock.advance(3_600)
        house.market.ages = {ETH: oldest}
        assert (await house.buy("0.01")).order.status is OrderStatus.FILLED
        house.market.ages = {ETH: oldest + 0.001}
        await refused(house, "price_age", oldest + 0.001, oldest, house.buy("0.01"))
        assert (await house.sell("0.01")).order.status is OrderStatus.FILLED
        assert (await house.sell("0.1", ETH)).order.status is OrderStatus.FILLED
        assert (await house.buy("0.01")).order.status is OrderStatus.FILLED


async def test_an_old_price_of_what_is_held_besides_is_asked_for_once_more(sqlite_url: str) -> None:
    async with guarded(sqlite_url, make=LateOnes) as house:
        assert isinstance(house.market, LateOnes)
        await house.limit(ask_on_paper="true")
        await house.buy("0.1", ETH)
        house.market.ages, house.market.times = {ETH: 61}, 1
        assert (await house.buy("0.01")).order.status is OrderStatus.FILLED
        asked = await house.ask("0.01")
        house.market.times = 1
        assert (await house.desk.held.approve(asked.id, Answer("eve"))).order.status is OrderStatus.FILLED
        assert house.market.times == 0


async def test_a_second_reference_that_is_too_old_lets_close_and_not_open(house: Guarded) -> None:
    late = Late(house.clock, usual_pairs(), "second")
    desk = house.another(1_000, second=late)
    late.age = timedelta(seconds=60)
    await desk.buy("0.01")
    late.age = timedelta(seconds=60, milliseconds=1)
    await refused(desk, "price_age", 60.001, 60, desk.buy("0.01"))
    assert (await desk.sell("0.01")).order.status is OrderStatus.FILLED


def second(clock: ManualClock, price: Any) -> ScriptedMarket:
    prices = {rules: price if rules.symbol == BTC else first for rules, first in usual_pairs().items()}
    return ScriptedMarket(clock, prices, "second")


@pytest.mark.parametrize(("inside", "outside"), [("65686.28", "65686.27"), ("68367.34", "68367.35")])
async def test_a_price_far_from_its_second_reference_opens_nothing(
    house: Guarded, inside: str, outside: str
) -> None:
    near = house.another(1_000, second=second(house.clock, inside))
    far = house.another(2_000, second=second(house.clock, outside))
    assert (await near.buy("0.01")).order.status is OrderStatus.FILLED
    distance = abs(67_000 / float(outside) - 1)
    await refused(far, "reference_distance", distance, 0.02, far.buy("0.01"))
    await refused(far, "reference_distance", distance, 0.02, bid(far, 1_000))
    assert (await far.sell("0.01")).order.status is OrderStatus.FILLED


async def test_a_second_reference_that_is_silent_lets_close_and_not_open(house: Guarded) -> None:
    silent = second(house.clock, 67_000)
    desk = house.another(1_000, second=silent)
    await desk.buy("0.01")
    silent.fail()
    with pytest.raises(RiskLimitExceeded) as caught:
        await desk.buy("0.01")
    assert details(caught) == {"limit": "reference_distance"}
    assert (await desk.sell("0.01")).order.status is OrderStatus.FILLED


async def test_only_pairs_that_are_allowed_are_opened(house: Guarded) -> None:
    await house.buy("0.01")
    await house.limit(symbols="eth/usdt, ETH/BTC")
    with pytest.raises(RiskLimitExceeded) as caught:
        await house.buy("0.01")
    assert details(caught) == {"limit": "symbols"}
    assert (await house.buy("0.1", ETH)).order.status is OrderStatus.FILLED
    assert (await house.sell("0.01")).order.status is OrderStatus.FILLED


SHUT = {
    "order": 0,
    "position": 0,
    "exposure": 0,
    "open_positions": 0,
    "leverage": 1,
    "orders_per_minute": 0,
    "daily_loss": 0,
    "drawdown": 0,
    "reference_distance": 0,
    "symbols": "OAK/USDT",
}


async def test_what_only_reduces_passes_whatever_limit_is_broken(sqlite_url: str) -> None:
    async with guarded(sqlite_url, make=Late) as house:
        await house.limit(**WIDE)
        await house.buy("0.9", stop_loss=50_000)
        desk = house.another(1_000, second=second(house.clock, 90_000))
        await given_asset(house, "OAK")
        await house.limit(**SHUT)
        house.market.trade(BTC, 55_000)
        assert isinstance(house.market, Late)
        house.market.age = timedelta(hours=1)
        by_model: dict[str, Any] = {"origin": Origin.MODEL}
        assert (await desk.sell("0.1", **by_model)).order.status is OrderStatus.FILLED
        assert (await desk.sell("0.1", reduce_only=True, **by_model)).order.status is OrderStatus.FILLED
        resting = await desk.sell("0.1", type="limit", price=60_000, **by_model)
        stop = await desk.sell("0.1", type="stop", stop_price=52_000, **by_model)
        assert {resting.order.status, stop.order.status} == {OrderStatus.ACCEPTED}
        [line] = await house.portfolio.positions(MAIN)
        assert (await desk.desk.close(MAIN, line.position.id)).outcome.order.status is OrderStatus.FILLED
        with pytest.raises(RiskLimitExceeded):
            await desk.buy("0.001")
        await house.audit()


@pytest.mark.parametrize("wait", ["resting", "held", "unknown", "in flight"])
async def test_whatever_may_still_fill_counts_as_exposure(house: Guarded, wait: str) -> None:
    await house.limit(**WIDE | {"exposure": "0.8", "ask_on_paper": "true"})
    placing: asyncio.Task[Any] | None = None
    if wait == "held":
        await bid(house, 50_000, origin=Origin.MODEL)
    elif wait == "in flight":
        house.venue.gate.clear()
        placing = asyncio.create_task(bid(house, 50_000))
        await house.venue.taken.wait()
    else:
        house.venue.faults = [Fault.LOST] if wait == "unknown" else []
        await bid(house, 50_000)
    [waiting] = await house.open_orders()
    assert waiting.status.value == {"resting": "accepted", "in flight": "intent"}.get(wait, wait)
    await refused(house, "exposure", 0.8000001, 0.8, bid(house, "29950.01", ETH))
    house.venue.gate.set()
    assert (await bid(house, 29_950, ETH)).status is OrderStatus.ACCEPTED
    if placing is not None:
        await placing


async def test_what_has_ended_counts_no_more(house: Guarded) -> None:
    await house.limit(**WIDE | {"exposure": "0.8"})
    house.venue.faults = [Fault.DOWN]
    with pytest.raises(TradingError):
        await bid(house, 50_000)
    first = await bid(house, 50_000)
    await house.desk.cancel(MAIN, first.id)
    assert (await bid(house, 80_000)).status is OrderStatus.ACCEPTED


async def test_what_one_asset_is_spent_on_another_adds_nothing_to_exposure(house: Guarded) -> None:
    await house.limit(**WIDE | {"exposure": "0.5"})
    await house.buy(cost=49_900)
    with pytest.raises(RiskLimitExceeded):
        await house.buy(cost=500)
    assert (await house.buy(5, ETHBTC)).order.status is OrderStatus.FILLED
    assert (await house.buy(5, ETHBTC, type="limit", price="0.05")).order.status is OrderStatus.ACCEPTED
    with pytest.raises(RiskLimitExceeded):
        await house.buy(cost=500)
    assert (await house.sell(5, ETHBTC)).order.status is OrderStatus.FILLED


async def test_what_one_asset_is_spent_on_another_counts_on_the_position(house: Guarded) -> None:
    await house.limit(**WIDE | {"position": "0.5"})
    await house.buy(cost=45_000)
    await house.buy(cost=45_000, symbol=ETH)
    with pytest.raises(RiskLimitExceeded) as caught:
        await house.buy(2, ETHBTC)
    assert details(caught)["limit"] == "position"
    assert (await house.buy(1, ETHBTC)).order.status is OrderStatus.FILLED


@pytest.mark.parametrize(
    "terms", [{"type": "limit", "price": "0.00002"}, {"type": "stop", "stop_price": "0.0002"}]
)
async def test_a_low_price_of_a_sell_does_not_make_it_small(house: Guarded, terms: dict[str, Any]) -> None:
    await house.limit(**WIDE)
    await house.buy(cost=90_000, symbol=ETH)
    await house.limit(exposure=1)
    with pytest.raises(RiskLimitExceeded) as caught:
        await house.sell(20, ETHBTC, **terms)
    assert details(caught)["limit"] == "order"


@pytest.mark.parametrize("origin", list(Origin))
async def test_nothing_leaves_for_a_live_account_that_is_not_armed(sqlite_url: str, origin: Origin) -> None:
    async with guarded(sqlite_url, Mode.LIVE) as house:
        await house.buy("0.1")
        await house.arm(False)
        for order in (house.buy("0.1", origin=origin), house.sell("0.1", origin=origin)):
            with pytest.raises(NotArmed):
                await order
        assert len(house.venue.sent) == 1


async def test_an_account_that_is_locked_trades_nothing(house: Guarded) -> None:
    locks = Locks()
    locks.put(MAIN, "books", "they differ")
    desk = house.another(1_000, checks=[RiskGate(tripped=lambda: False, locks=locks)])
    with pytest.raises(AccountLocked):
        await desk.buy("0.1")
    locks.lift(MAIN, "books")
    assert (await desk.buy("0.1")).order.status is OrderStatus.FILLED


async def test_a_locked_account_sells_only_holdings_that_are_certain(house: Guarded) -> None:
    locks = Locks()
    desk = house.another(1_000, checks=[RiskGate(tripped=lambda: False, locks=locks)])
    await desk.buy("0.1")
    await desk.buy("0.1", ETH)
    await desk.buy("0.1", leverage=D(2))
    locks.put(MAIN, "books", "they differ", ("ETH",))
    for order in (desk.sell("0.1", ETH), desk.sell("0.1", leverage=D(2), reduce_only=True)):
        with pytest.raises(AccountLocked):
            await order
    assert (await desk.sell("0.05")).order.status is OrderStatus.FILLED
    locks.put(MAIN, "ord_1", "it cannot be written down")
    with pytest.raises(AccountLocked):
        await desk.sell("0.05")


async def test_a_switch_thrown_outside_of_the_database_halts(house: Guarded) -> None:
    thrown = [True]
    desk = house.another(1_000, checks=[RiskGate(tripped=lambda: thrown[0], locks=Locks())])
    await house.buy("0.1")
    with pytest.raises(TradingHalted):
        await desk.buy("0.1")
    with pytest.raises(TradingHalted):
        await desk.sell("0.05", origin=Origin.MODEL)
    assert (await desk.sell("0.05")).order.status is OrderStatus.FILLED
    thrown[0] = False
    assert (await desk.buy("0.1")).order.status is OrderStatus.FILLED
    assert (await house.desk.switchboard.state()).state is SwitchState.ACTIVE


async def test_limits_are_those_on_disk_when_the_order_is_committed(house: Guarded) -> None:
    class Changed:
        async def __call__(self, uow: Any, proposal: Any) -> None:
            await uow.risk.set_limits(MAIN, {"order": "0.01"}, "owner", house.clock.now())

    desk = house.another(1_000, checks=[Changed(), gate()])
    with pytest.raises(RiskLimitExceeded):
        await desk.buy(cost=2_000)
    # What was set in a transaction that was refused was never set.
    assert (await house.buy(cost=2_000)).order.status is OrderStatus.FILLED


async def test_the_same_wish_is_judged_once(house: Guarded) -> None:
    await house.limit(orders_per_minute=1)
    first = await house.desk.execute(request(Side.BUY, "0.01", key="once"))
    again = await house.desk.execute(request(Side.BUY, "0.01", key="once"))
    assert again.order == first.order
