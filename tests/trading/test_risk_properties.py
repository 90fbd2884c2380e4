"""Whatever is ordered while the market moves, no entry is committed beyond a limit, as figured anew here."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.guarded import Fault, Guarded, gate, guarded, outcomes
from tests.trading.house import BTC, ETH, ETHBTC, MAIN, account
from trading.equity import EquityRecorder
from trading.errors import RiskLimitExceeded, TradingError
from trading.exchanges.scripted import ScriptedMarket
from trading.held import Answer
from trading.ledger import deposit, totals
from trading.model import Order, OrderStatus, OrderType, Origin, Side
from trading.ports import UnitOfWork
from trading.risk.proposal import Check, Proposal, Verdict
from trading.symbols import Symbol

D = Decimal
ROUNDING = D("1e-18")
DUST = D(1)
ENDED = {
    OrderStatus.FILLED,
    OrderStatus.CANCELED,
    OrderStatus.EXPIRED,
    OrderStatus.REJECTED,
    OrderStatus.DENIED,
}


def value(order: Order, prices: Mapping[str, Decimal]) -> Decimal:
    """What an order may still bring in: at its limit or trigger, and a sell at least what it gives away."""
    if order.side is Side.SELL:
        return order.remaining * prices[order.symbol.base]
    if order.type is OrderType.MARKET:
        at_market = order.remaining * prices[order.symbol.base]
        return min(at_market, order.budget * prices[order.symbol.quote]) if order.budget else at_market
    price = order.price or order.stop_price
    assert price is not None
    return order.remaining * price * prices[order.symbol.quote]


def enters(order: Order) -> bool:
    return order.side is Side.BUY or order.symbol.quote != "USDT"


def waits_to_enter(order: Order) -> bool:
    """What protects an entry was never proposed by itself, and so was never measured."""
    return enters(order) and (order.verdict is not None or not order.reduce_only)


class Witness:
    """Sees what the gate lets pass in the transaction that commits it, and figures its limits anew.

    Nothing of the gate is used: holdings are the fold of the ledger, prices the last trades of the market.
    """

    def __init__(self, market: ScriptedMarket, limits: Mapping[str, Any]) -> None:
        self._market = market
        self._limits = limits
        self.seen = 0
        self.moments: list[datetime] = []
        self.broken: list[str] = []

    async def __call__(self, uow: UnitOfWork, proposal: Proposal) -> Verdict | None:
        order, now = proposal.order, proposal.now
        if order.id not in {each.id for each in await uow.orders.open(MAIN)}:
            self.moments.append(now)
        if not enters(order):
            return None
        self.seen += 1
        prices = {"USDT": D(1), "BTC": await self._last(BTC), "ETH": await self._last(ETH)}
        sums = totals(await uow.ledger.entries())
        held = {asset: amount for (owner, asset), amount in sums.items() if owner == MAIN and amount}
        equity = sum(amount * prices[asset] for asset, amount in held.items())
        everything = [each for each in await uow.orders.open(MAIN) if each.id != order.id]
        waiting = [each for each in everything if waits_to_enter(each)]
        self._measure(order, waiting, held, prices, D(equity))
        await self._losses(uow, now, D(equity))
        return None

    def _measure(
        self,
        order: Order,
        waiting: Sequence[Order],
        held: Mapping[str, Decimal],
        prices: Mapping[str, Decimal],
        equity: Decimal,
    ) -> None:
        assets = {asset: amount * prices[asset] for asset, amount in held.items() if asset != "USDT"}
        then = dict(assets)
        for each in (order, *waiting):
            comes = each.symbol.base if each.side is Side.BUY else each.symbol.quote
            then[comes] = then.get(comes, D(0)) + value(each, prices)
        comes = order.symbol.base if order.side is Side.BUY else order.symbol.quote
        fresh = [each for each in (order, *waiting) if each.symbol.quote == "USDT"]
        total = sum(assets.values()) + sum(value(each, prices) for each in fresh)
        within_a_minute = [at for at in self.moments if at > self.moments[-1] - timedelta(minutes=1)]
        names = {name for name, worth in then.items() if worth >= DUST}
        self._hold("order", value(order, prices) / equity)
        self._hold("position", then[comes] / equity)
        self._hold("exposure", total / equity)
        self._hold("open_positions", D(len(names)))
        self._hold("orders_per_minute", D(len(within_a_minute)))

    async def _losses(self, uow: UnitOfWork, now: datetime, equity: Decimal) -> None:
        points = list(await uow.equity.between(MAIN, datetime.min.replace(tzinfo=now.tzinfo), now))
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        before = [each for each in points if each.at <= midnight]
        start = before[-1] if before else points[0]
        self._hold("daily_loss", 1 - equity / start.equity, below=True)
        self._hold("drawdown", 1 - equity / max(each.equity for each in points), below=True)

    def _hold(self, name: str, actual: Decimal, below: bool = False) -> None:
        allowed = D(str(self._limits[name]))
        if actual > allowed + ROUNDING or (below and actual >= allowed + ROUNDING):
            self.broken.append(f"{name}: {actual} of {allowed}")

    async def _last(self, symbol: Symbol) -> Decimal:
        return (await self._market.ticker(symbol)).last


Act = Callable[[Guarded, Mapping[str, Any]], Any]
Size = tuple[str, Decimal]

limits = st.fixed_dictionaries(
    {
        "order": st.sampled_from(["0.05", "0.2", "0.5", "1"]),
        "position": st.sampled_from(["0.1", "0.25", "0.6", "1"]),
        "exposure": st.sampled_from(["0.2", "0.5", "0.8", "1"]),
        "open_positions": st.sampled_from([1, 2, 2, 10]),
        "orders_per_minute": st.sampled_from([3, 8, 60]),
        "daily_loss": st.sampled_from(["0.01", "0.05", "1"]),
        "drawdown": st.sampled_from(["0.02", "0.15", "1"]),
        "ask_on_paper": st.sampled_from(["true", "false"]),
    }
)
TICKS = {BTC: D("0.01"), ETH: D("0.01"), ETHBTC: D("0.00001")}
permille = st.integers(-80, 80).map(lambda shift: 1 + D(shift) / 1000)
crashes = st.sampled_from([D("0.6"), D("1.5")])
far = st.sampled_from([D("0.02"), D(3)])
sizes = st.tuples(
    st.sampled_from(["order", "position", "exposure"]),
    st.sampled_from([D(share) for share in ("0.1", "0.3", "0.49", "0.5", "0.98", "1", "1.02")]),
)


async def last(house: Guarded, symbol: Symbol) -> Decimal:
    return (await house.market.ticker(symbol)).last


async def sized(
    house: Guarded, symbol: Symbol, side: Side, allowed: Mapping[str, Any], size: Size
) -> Decimal:
    """Return money of the pair's quote: so much of a limit where cash is spent, else of what is held."""
    name, share = size
    held = await house.balances()
    if side is Side.SELL:
        return held.get(symbol.base, D(0)) * share * await last(house, symbol)
    if symbol.quote != "USDT":
        return held.get(symbol.quote, D(0)) * share
    return 100_000 * D(str(allowed[name])) * share


@st.composite
def orders(draw: st.DrawFn) -> Act:
    symbol = draw(st.sampled_from([BTC, BTC, ETH, ETHBTC, ETHBTC]))
    side = draw(st.sampled_from([Side.BUY, Side.BUY, Side.SELL]))
    kind = draw(st.sampled_from(["market", "market", "limit", "limit", "stop", "stop-limit"]))
    size, limit, stop = draw(sizes), draw(permille | far), abs(draw(permille) - 1)
    by_cost, origin = draw(st.booleans()), draw(st.sampled_from([Origin.PERSON, Origin.MODEL]))
    extra = draw(st.sampled_from(["", "", "", "stop_loss", "reduce_only"]))
    fault = draw(st.sampled_from([None, None, None, None, Fault.LOST, Fault.UNANSWERED, Fault.DOWN]))

    async def act(house: Guarded, allowed: Mapping[str, Any]) -> None:
        price, tick = await last(house, symbol), TICKS[symbol]
        figure: dict[str, Any] = {"type": kind, "origin": origin}
        if "limit" in kind:
            figure["price"] = (price * limit).quantize(tick)
        if "stop" in kind:
            figure["stop_price"] = (price * (1 + side.sign * (stop + D("0.001")))).quantize(tick)
        entry = figure.get("price") or figure.get("stop_price") or price
        if extra == "reduce_only" and side is Side.SELL:
            figure["reduce_only"] = True
        elif extra and side is Side.BUY:
            figure["stop_loss"] = (entry * D("0.9")).quantize(tick)
        money = await sized(house, symbol, side, allowed, size)
        amount = None if by_cost else (money / (entry if side is Side.BUY else price)).quantize(D("0.0001"))
        if by_cost:
            figure["cost"] = money
        house.venue.faults = [fault]
        await house.order(side, amount, symbol, **figure)

    return act


@st.composite
def moves(draw: st.DrawFn) -> Act:
    symbol, seconds = draw(st.sampled_from([BTC, ETH, ETHBTC])), draw(st.sampled_from([1, 20, 61, 90_000]))
    path, records = draw(st.lists(permille | crashes, min_size=1, max_size=3)), draw(st.booleans())

    async def act(house: Guarded, allowed: Mapping[str, Any]) -> None:
        for factor in path:
            await house.clock.advance(seconds)
            price = max((await last(house, symbol) * factor).quantize(TICKS[symbol]), TICKS[symbol] * 1000)
            house.market.trade(symbol, price, 3)
        await house.desk.settle()
        await house.desk.recover()
        if records:
            parts = house.database.transact, house.database.read, house.markets, house.clock
            await EquityRecorder(*parts).record()

    return act


@st.composite
def answers(draw: st.DrawFn) -> Act:
    which, yes = draw(st.integers(0, 9)), draw(st.booleans())

    async def act(house: Guarded, allowed: Mapping[str, Any]) -> None:
        pending = await house.desk.held.listing(True, 100)
        resting = [each for each in await house.open_orders() if each.status is OrderStatus.ACCEPTED]
        if pending:
            approval = pending[which % len(pending)].approval
            await (house.desk.held.approve if yes else house.desk.held.deny)(approval.id, Answer("eve"))
        elif resting:
            await house.desk.cancel(MAIN, resting[which % len(resting)].id)

    return act


@asynccontextmanager
async def witnessed(
    url: str, allowed: Mapping[str, Any], *judges: Check
) -> AsyncIterator[tuple[Guarded, Witness]]:
    async with guarded(url) as house:
        await house.limit(**allowed)
        witness = Witness(house.market, allowed)
        yield house.another(1_000_000, checks=[*judges, witness]), witness


async def live_through(url: str, allowed: Mapping[str, Any], acts: Sequence[Act], *judges: Check) -> None:
    async with witnessed(url, allowed, *judges) as (house, witness):
        async with house.database.transact() as uow:
            for asset, amount in (("BTC", D("0.06")), ("ETH", D(1))):
                owner = replace(account(), currency=asset)
                await uow.ledger.append(deposit(owner, amount, house.clock.now(), house.new_id("ent")))
        for act in acts:
            try:
                await act(house, allowed)
            except TradingError:
                continue
        assert witness.broken == []


def run(template: Path, allowed: Mapping[str, Any], acts: Sequence[Act], *judges: Check) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kit.db"
        shutil.copyfile(template, path)
        asyncio.run(live_through(f"sqlite:///{path}", allowed, acts, *judges))


streams = st.lists(st.one_of(orders(), orders(), orders(), moves(), answers()), min_size=4, max_size=16)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(unhurried, max_examples=60)
@given(allowed=limits, acts=streams)
def test_whatever_is_ordered_no_limit_is_broken(
    sqlite_template: Path, allowed: dict[str, Any], acts: list[Act]
) -> None:
    run(sqlite_template, allowed, acts, gate())


@pytest.mark.long
@settings(unhurried, max_examples=10_000)
@given(allowed=limits, acts=streams)
def test_whatever_is_ordered_in_ten_thousand_streams_no_limit_is_broken(
    sqlite_template: Path, allowed: dict[str, Any], acts: list[Act]
) -> None:
    run(sqlite_template, allowed, acts, gate())


def test_without_the_gate_the_witness_sees_limits_broken(sqlite_template: Path) -> None:
    allowed = {"order": "0.2", "position": 1, "exposure": 1, "open_positions": 10}
    allowed |= {"orders_per_minute": 60, "daily_loss": 1, "drawdown": 1}

    async def large(house: Guarded, allowed: Mapping[str, Any]) -> None:
        await house.buy("0.5")

    with pytest.raises(AssertionError):
        run(sqlite_template, allowed, [large])


BURST = {"position": 100, "order": 1, "orders_per_minute": 1_000, "daily_loss": 1, "drawdown": 1}
TOLERANT = BURST | {"open_positions": 10}


class Hasty:
    """A gate that judges by what was read before the transactions began."""

    def __init__(self) -> None:
        self._gate = gate()
        self._first: Proposal | None = None

    async def __call__(self, uow: UnitOfWork, proposal: Proposal) -> Verdict:
        before = self._first = self._first or proposal
        stale = replace(proposal, balances=before.balances, open_orders=before.open_orders)
        return await self._gate(uow, stale)


async def burst(url: str, exposure: Any, judge: Check, **terms: Any) -> tuple[int, Witness]:
    """Place 100 orders of 2 % at once, over two desks; return how many passed."""
    async with witnessed(url, TOLERANT | {"exposure": exposure}, judge) as (house, witness):
        other = house.another(2_000_000, checks=[judge, witness])
        passed, refused = await outcomes(
            *((house, other)[n % 2].buy(**{"cost": 2_000, **terms}) for n in range(100))
        )
        assert {each.details.get("limit") for each in refused if isinstance(each, RiskLimitExceeded)} <= {
            "exposure"
        }
        await house.audit()
        return len(passed), witness


@pytest.mark.parametrize("exposure", ["1", "0.5"])
async def test_a_hundred_orders_at_once_do_not_race_past_the_limit(database_url: str, exposure: str) -> None:
    passed, witness = await burst(database_url, exposure, gate(), type="limit", price=50_000)
    assert witness.broken == []
    # Each that rests counts 2,002 with its fee, the next one 2,000; at 100 % funds are what ends it.
    room = 100_000 * D(exposure)
    fit = max(n for n in range(1, 101) if 2_002 * (n - 1) + 2_000 <= room and 2_002 * n <= 100_000)
    assert passed == fit


@pytest.mark.parametrize("exposure", ["1", "0.5"])
async def test_a_hundred_fills_at_once_do_not_race_past_the_limit(database_url: str, exposure: str) -> None:
    passed, witness = await burst(database_url, exposure, gate())
    assert witness.broken == []
    # The last one depends on which of the others still wait, with their fees, and which have paid them.
    assert passed in {"1": (49,), "0.5": (24, 25)}[exposure]


@pytest.mark.parametrize("judge", [Hasty, None], ids=["judged before", "not judged"])
async def test_orders_that_are_judged_before_their_transaction_race_past_the_limit(
    database_url: str, judge: Any
) -> None:
    class Blind:
        async def __call__(self, uow: UnitOfWork, proposal: Proposal) -> Verdict | None:
            return None

    passed, witness = await burst(database_url, "0.5", (judge or Blind)(), type="limit", price=50_000)
    assert passed > 25
    assert witness.broken != []
