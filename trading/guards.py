"""Orders that wait for their price with us, where an exchange cannot hold them.

A live stop-loss rests at the exchange when that has such orders: it works there even while we are down. What
the exchange does not know, and the take-profit beside a stop that has the holding reserved there, is kept
here and watched. When its price comes, an order is sent in its place, under a key made of its id and as one
of its group: what that trades is taken off the order in the same transaction, and while nobody knows what
became of it nothing else of the group is sent. The order itself stays until what was sent has done its work
or rests at the exchange, so that a crash in the middle neither loses it nor sends a second one.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from datetime import timedelta
from decimal import Decimal
from functools import partial

from trading.clock import Clock
from trading.errors import TradingError
from trading.kept import Kept, at_its_levels
from trading.markets import Markets
from trading.matching import allows, floor_to, triggers
from trading.model import Mode, Order, OrderRequest, OrderType, Origin, Side
from trading.orders import OPEN, RESTING, UNDECIDED, elsewhere, kept_here, parked
from trading.placing import OrderOutcome
from trading.ports import Exchange, NewId, Publish, Transact
from trading.setbacks import Attempt, Setbacks

FIRED = "its price came: another order was sent in its place"
PARKED = "it rests at the exchange now"
DUST = "what is left of it is below the smallest step"
FIRING = Attempt(
    "could not be sent, and is tried again, later each time",
    first=timedelta(seconds=1),
    longest=timedelta(minutes=1),
)
PARKING = Attempt(
    "is kept here where it should rest at the exchange, and is tried there again, later each time",
    first=timedelta(seconds=5),
    longest=timedelta(minutes=10),
)
RECALLING = Attempt(
    "was moved, rests at the exchange where it was, and is taken back there again, later each time",
    first=timedelta(seconds=5),
    longest=timedelta(minutes=10),
)
_SENT_AS: Mapping[OrderType, OrderType] = {
    OrderType.STOP: OrderType.MARKET,
    OrderType.STOP_LIMIT: OrderType.LIMIT,
    OrderType.LIMIT: OrderType.LIMIT,
}
"""What is sent when the price of an order comes that was kept here; by default a market order."""

PARKABLE = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
"""What is better off at an exchange that holds it: a take-profit would reserve the same holding once more."""

Execute = Callable[[OrderRequest], Awaitable[OrderOutcome]]
Cancel = Callable[[Order], Awaitable[Order]]


class Guards:
    """Watches orders that are kept here, and parks stops at exchanges that hold them."""

    def __init__(
        self,
        exchanges: Mapping[Mode, Exchange],
        markets: Markets,
        transact: Transact,
        read: Transact,
        clock: Clock,
        new_id: NewId,
        publish: Publish,
        execute: Execute,
        cancel: Cancel,
        mine: Callable[[Order], bool],
    ) -> None:
        self._live = exchanges.get(Mode.LIVE)
        self._parkable = PARKABLE & self._live.holds if self._live is not None else frozenset()
        self._parking = asyncio.Lock()
        self._selling: Counter[tuple[str, str]] = Counter()
        self._incomplete: Counter[str | None] = Counter()
        self._setbacks = Setbacks()
        self._kept = Kept(transact, read, clock, new_id, publish)
        self._markets = markets
        self._read = read
        self._clock = clock
        self._execute = execute
        self._cancel = cancel
        self._mine = mine

    async def step(self) -> Sequence[tuple[Order, str]]:
        """Look at every order that is kept here once; return those that could not be sent, and why.

        One that could not is looked at every time, but sent again later each time.
        """
        if self._live is None:
            return ()
        async with self._read() as uow:
            kept = [order for order in await uow.orders.open() if kept_here(order) and self._mine(order)]
            armings = {order.account: await uow.risk.arming(order.account) for order in kept}
        self._setbacks.keep({order.id for order in kept})
        failed: list[tuple[Order, str]] = []
        for order in kept:
            arming = armings[order.account]
            if arming is None or not arming.armed:
                continue
            try:
                await self._look_at(order)
            except TradingError as error:
                failed.append((order, str(error)))
        return failed

    @asynccontextmanager
    async def room(self, account: str, base: str) -> AsyncIterator[None]:
        """Keep what holds a base asset at the exchange from doing so until the block ends.

        Each order is kept here before it is canceled there, so that the holding is never without it; `step`
        parks it again. Raises OutcomeUnknown or ExchangeUnavailable when one could not be taken back.
        """
        if self._live is None:
            yield
            return
        self._selling[account, base] += 1
        try:
            async with self._parking:
                async with self._read() as uow:
                    open_orders = await uow.orders.open(account)
                await self._take_back(
                    [each for each in open_orders if parked(each) and each.symbol.base == base]
                )
            yield
        finally:
            self._selling[account, base] -= 1

    @contextmanager
    def incomplete(self, group: str | None) -> Iterator[None]:
        """Send nothing of a group until the block ends: what has to be taken back before is still to come."""
        self._incomplete[group] += 1
        try:
            yield
        finally:
            self._incomplete[group] -= 1

    async def _take_back(self, orders: Sequence[Order]) -> None:
        for order in orders:
            await self._kept.keep(order)
            await self._cancel(order)

    async def _look_at(self, order: Order) -> None:
        market = self._markets.venue(order.exchange).market
        last = (await market.ticker(order.symbol)).last
        instrument = await market.instrument(order.symbol)
        # It may have changed while others were looked at.
        current, others = await self._kept.standing(order)
        if current is None or (current.group is not None and self._incomplete[current.group]):
            return
        if floor_to(current.remaining, instrument.step) <= 0:
            await self._kept.end(current, DUST)
            return
        current = await self._follow(current, last, instrument.tick)
        if _comes(current, last):
            await self._try(FIRING, current, partial(self._fire, current, instrument.step))
        elif current.reduce_only and current.type in self._parkable:
            async with self._parking:
                if not self._selling[current.account, current.symbol.base]:
                    await self._try(PARKING, current, partial(self._park, current, instrument.step))
        else:
            moved = [each for each in others if _sent_for(each, current) and not at_its_levels(each, current)]
            for each in [each for each in moved if elsewhere(each)]:
                await self._try(RECALLING, current, partial(self._recall, each))

    async def _follow(self, order: Order, last: Decimal, tick: Decimal) -> Order:
        """Return an order, saved with its stop moved when it follows the price."""
        if order.trail is None or order.stop_price is None:
            return order
        distance = last * order.trail if order.trail_relative else order.trail
        stop = last - distance if order.side is Side.SELL else last + distance
        better = stop > order.stop_price if order.side is Side.SELL else stop < order.stop_price
        if not better:
            return order
        return await self._kept.move(order, (stop / tick).to_integral_value() * tick)

    async def _try(self, attempt: Attempt, order: Order, work: Callable[[], Awaitable[str | None]]) -> None:
        """Do some work with an order when it is due; where that fails it is written down, and waits.

        `work` returns why nothing came of it, None when something did or may still.
        """
        if not self._setbacks.due(order.id, attempt, self._clock.now()):
            return
        try:
            refusal = await work()
        except TradingError as error:
            await self._failed(attempt, order, str(error))
            raise
        if refusal is None:
            self._setbacks.clear(order.id, attempt)
        else:
            await self._failed(attempt, order, refusal)

    async def _failed(self, attempt: Attempt, order: Order, reason: str) -> None:
        self._setbacks.add(order.id, attempt, self._clock.now())
        await self._kept.note(order, attempt, reason)

    async def _park(self, order: Order, step: Decimal) -> str | None:
        """Let a stop rest at the exchange that was kept here, in the place of a smaller one of its group."""
        current, others = await self._kept.standing(order)
        if current is None or any(each.status in UNDECIDED for each in others):
            return None
        there = next((each for each in others if parked(each) and each.type is current.type), None)
        if there is not None:
            # It was sent before and a crash kept that from being written down, or more has been bought since,
            # or sold while nobody knew whether it had arrived, or it was moved meanwhile.
            larger = there.remaining - current.remaining >= step
            if not larger and await self._kept.hand_over(current, there, step, PARKED):
                return None
            await self._cancel(there)
            current, others = await self._kept.standing(order)
        if current is None or floor_to(current.remaining, step) <= 0 or any(parked(each) for each in others):
            # What is at the exchange already has the holding.
            return None
        current = await self._kept.group(current)
        sent = (await self._send(current, current.type, f"park:{current.id}:{current.version}")).order
        if sent.status in RESTING:
            await self._kept.hand_over(current, sent, step, PARKED)
        return _refusal(sent)

    async def _recall(self, sent: Order) -> None:
        """Take back what was sent in the place of an order that has been moved since."""
        await self._cancel(sent)

    async def _fire(self, order: Order, step: Decimal) -> str | None:
        """Send what an order waited for, once nothing else of its group can trade in its place."""
        current, others = await self._kept.standing(order)
        if current is None or any(each.status in UNDECIDED for each in others):
            return None
        before = [each for each in others if elsewhere(each) and _sent_for(each, current)]
        for each in before:
            # A crash kept that from being written down.
            if await self._kept.hand_over(current, each, step, FIRED):
                return None
        await self._take_back([each for each in others if elsewhere(each) and not parked(each)])
        async with self._alone(current):
            current, others = await self._kept.standing(order)
            if current is None or any(each.status in UNDECIDED for each in others):
                # It traded where it was taken back from, or nobody knows yet whether it did.
                return None
            if floor_to(current.remaining, step) <= 0:
                await self._kept.end(current, DUST)
                return None
            current = await self._kept.group(current)
            kind = _SENT_AS.get(current.type, OrderType.MARKET)
            sent = (await self._send(current, kind, f"fire:{current.id}:{current.version}")).order
            # What it has traded is off the order already; the rest of it goes on.
            if sent.status in RESTING:
                await self._kept.hand_over(current, sent, step, FIRED)
            return _refusal(sent)

    def _alone(self, order: Order) -> AbstractAsyncContextManager[None]:
        """Return what keeps others from holding at the exchange what an order is to sell."""
        return self.room(order.account, order.symbol.base) if order.side is Side.SELL else nullcontext()

    async def _send(self, order: Order, kind: OrderType, key: str) -> OrderOutcome:
        limit = order.price if kind in (OrderType.LIMIT, OrderType.STOP_LIMIT) else None
        return await self._execute(
            OrderRequest(
                account=order.account,
                symbol=order.symbol,
                side=order.side,
                type=kind,
                amount=order.remaining,
                price=limit,
                stop_price=order.stop_price if kind in PARKABLE else None,
                stop_loss=order.stop_loss,
                take_profit=order.take_profit,
                reduce_only=order.reduce_only,
                exchange=order.exchange,
                key=key,
                group=order.group,
                origin=Origin.GUARD,
                by=order.by,
                run=order.run,
            )
        )


def _comes(order: Order, last: Decimal) -> bool:
    """Return whether the price of an order has come."""
    if order.stop_price is not None and not order.triggered:
        return triggers(order, last)
    return order.price is not None and allows(order.side, order.price, last)


def _sent_for(order: Order, kept: Order) -> bool:
    """Return whether an order was sent because the price of a kept one came."""
    return order.key is not None and order.key.startswith(f"fire:{kept.id}:")


def _refusal(sent: Order) -> str | None:
    """Return why nothing came of an order that was sent; None when something did or may still."""
    return None if sent.status in OPEN or sent.filled else sent.reason or sent.status.value
