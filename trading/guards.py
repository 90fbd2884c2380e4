"""Orders that wait for their price with us, where an exchange cannot hold them.

A live stop-loss rests at the exchange when that has such orders: it works there even while we are down. What
the exchange does not know, and the take-profit beside a stop that has the holding reserved there, is kept
here and watched. When its price comes, an order is sent in its place, under a key made of its id and as one
of its group: what that trades is taken off the order in the same transaction, and while nobody knows what
became of it nothing else of the group is sent. So a crash in the middle never sends a second one.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

from trading.clock import Clock
from trading.errors import TradingError
from trading.markets import Markets
from trading.matching import allows, floor_to, triggers
from trading.model import Mode, Order, OrderRequest, OrderStatus, OrderType, Origin, Side
from trading.notices import OWNER, Notice
from trading.orders import OPEN, RESTING, UNDECIDED, advance, kept_here, parked
from trading.placing import OrderOutcome
from trading.ports import Exchange, NewId, Publish, Transact, UnitOfWork

FIRED = "its price came: another order was sent in its place"
PARKED = "it rests at the exchange now"
DUST = "what is left of it is below the smallest step"
_SENT_AS: Mapping[OrderType, OrderType] = {
    OrderType.STOP: OrderType.MARKET,
    OrderType.STOP_LIMIT: OrderType.LIMIT,
    OrderType.LIMIT: OrderType.LIMIT,
}
"""What is sent when the price of an order comes that was kept here; by default a market order."""

PARKABLE = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
"""What is better off at an exchange that holds it: a take-profit would reserve the same holding once more."""

GROUP = "guard:"
"""How the group of an order begins that had none, and has others sent in its place."""

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
    ) -> None:
        self._live = exchanges.get(Mode.LIVE)
        self._parkable = PARKABLE & self._live.holds if self._live is not None else frozenset()
        self._parking = asyncio.Lock()
        self._selling: Counter[tuple[str, str]] = Counter()
        self._markets = markets
        self._transact = transact
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._publish = publish
        self._execute = execute
        self._cancel = cancel

    async def step(self) -> Sequence[tuple[Order, str]]:
        """Look at every order that is kept here once; return those that could not be sent, and why."""
        if self._live is None:
            return ()
        async with self._read() as uow:
            kept = [order for order in await uow.orders.open() if kept_here(order)]
            armings = {order.account: await uow.risk.arming(order.account) for order in kept}
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
                await self._take_back(account, base)
            yield
        finally:
            self._selling[account, base] -= 1

    async def _take_back(self, account: str, base: str) -> None:
        async with self._read() as uow:
            open_orders = await uow.orders.open(account)
        for order in open_orders:
            if parked(order) and order.symbol.base == base:
                await self._keep(order)
                await self._cancel(order)

    async def _look_at(self, order: Order) -> None:
        market = self._markets.venue(order.exchange).market
        last = (await market.ticker(order.symbol)).last
        instrument = await market.instrument(order.symbol)
        # It may have changed while others were looked at.
        current, _ = await self._as_it_stands(order)
        if current is None:
            return
        if floor_to(current.remaining, instrument.step) <= 0:
            await self._end(current, DUST)
            return
        current = await self._follow(current, last)
        if _comes(current, last):
            await (self._close_by(current) if current.reduce_only else self._enter_by(current))
        elif current.reduce_only and current.type in self._parkable:
            async with self._parking:
                if not self._selling[current.account, current.symbol.base]:
                    await self._park(current)

    async def _as_it_stands(self, order: Order) -> tuple[Order | None, Sequence[Order]]:
        """Return an order, None when it is not kept here any more, and the open others of its group."""
        async with self._read() as uow:
            current = await uow.orders.get(order.id)
            open_orders = await uow.orders.open(order.account)
        if current is None or not kept_here(current):
            return None, ()
        group = [each for each in open_orders if each.group is not None and each.group == current.group]
        return current, [each for each in group if each.id != current.id]

    async def _follow(self, order: Order, last: Decimal) -> Order:
        """Return an order, saved with its stop moved when it follows the price."""
        if order.trail is None or order.stop_price is None:
            return order
        distance = last * order.trail if order.trail_relative else order.trail
        stop = last - distance if order.side is Side.SELL else last + distance
        better = stop > order.stop_price if order.side is Side.SELL else stop < order.stop_price
        if not better:
            return order
        instrument = await self._markets.venue(order.exchange).market.instrument(order.symbol)
        on_tick = (stop / instrument.tick).to_integral_value() * instrument.tick
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            moved = replace(order, stop_price=on_tick, updated_at=self._clock.now())
            return await uow.orders.save(moved)

    async def _park(self, order: Order) -> None:
        """Let a stop rest at the exchange that was kept here; one that it refuses stays here for good."""
        current, others = await self._as_it_stands(order)
        key = f"park:{order.id}"
        if current is not None and any(parked(each) and each.key == key for each in others):
            # It was sent before, and a crash kept that from being written down.
            await self._end(current, PARKED)
            return
        if current is None or any(each.status in UNDECIDED or parked(each) for each in others):
            # What is at the exchange already has the holding, or may have it.
            return
        current = await self._grouped(current)
        outcome = await self._send(current, current.type, key)
        if outcome.order.status in RESTING or outcome.order.filled:
            await self._end(current, PARKED)

    async def _close_by(self, order: Order) -> None:
        """Sell, or buy back, what an order protects; one that the exchange refuses is tried again."""
        async with self.room(order.account, order.symbol.base):
            current, others = await self._as_it_stands(order)
            if current is None or any(each.status in UNDECIDED for each in others):
                # It traded where it was taken back from, or nobody knows yet whether it did.
                return
            current = await self._grouped(current)
            try:
                key = f"fire:{current.id}:{current.version}"
                outcome = await self._send(current, _SENT_AS.get(current.type, OrderType.MARKET), key)
            except TradingError as error:
                await self._note(current, str(error))
                raise
            sent = outcome.order
            # What it has traded is off the order already; the rest of it goes on.
            if sent.status in RESTING:
                await self._end(current, FIRED)
            elif sent.status not in OPEN and not sent.filled:
                await self._note(current, sent.reason or sent.status.value)

    async def _grouped(self, order: Order) -> Order:
        """Return an order, saved with a group of its own where it has none."""
        if order.group is not None:
            return order
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            return await uow.orders.save(replace(order, group=f"{GROUP}{order.id}"))

    async def _enter_by(self, order: Order) -> None:
        """Send an entry whose price has come: what it has reserved is what the one in its place needs."""
        await self._end(order, FIRED)
        await self._send(order, _SENT_AS.get(order.type, OrderType.MARKET), f"fire:{order.id}")

    async def _note(self, order: Order, reason: str) -> None:
        """Write down why an order could not be sent, so that the next time is another wish."""
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            current = await uow.orders.get(order.id)
            if current is None or not kept_here(current):
                return
            await uow.orders.save(replace(current, reason=reason, updated_at=self._clock.now()))
            if current.reason != reason:
                what = f"{order.type} {order.id} of {order.symbol}"
                words = f"{what} could not be sent and is tried again: {reason}"
                notice = Notice(self._new_id("ntc"), OWNER, "order.stuck", words, self._clock.now())
                await uow.notices.add(notice)

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
            )
        )

    async def _keep(self, order: Order) -> None:
        """Store a twin of an order, kept here, unless there is one; they are of one group."""
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            current = await uow.orders.get(order.id)
            if current is None or not parked(current):
                return
            key = f"keep:{order.id}"
            twin = await uow.orders.by_key(order.account, key)
            if twin is not None and kept_here(twin):
                return
            if current.group is None:
                current = await uow.orders.save(replace(current, group=f"{GROUP}{current.id}"))
            await self._add_twin(uow, current, key if twin is None else None)

    async def _add_twin(self, uow: UnitOfWork, order: Order, key: str | None) -> None:
        now = self._clock.now()
        twin = replace(
            order,
            id=self._new_id("ord"),
            status=OrderStatus.ACCEPTED,
            amount=order.remaining,
            filled=Decimal(0),
            cost=Decimal(0),
            fees=Decimal(0),
            created_at=now,
            updated_at=now,
            venue_id=None,
            key=key,
            version=0,
        )
        await uow.orders.add(twin)
        await self._publish(uow, twin, ())

    async def _end(self, order: Order, reason: str) -> None:
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            current = await uow.orders.get(order.id)
            if current is not None and current.status in RESTING:
                closed = advance(current, OrderStatus.CANCELED, self._clock.now(), reason)
                await self._publish(uow, await uow.orders.save(closed), ())


def _comes(order: Order, last: Decimal) -> bool:
    """Return whether the price of an order has come."""
    if order.stop_price is not None and not order.triggered:
        return triggers(order, last)
    return order.price is not None and allows(order.side, order.price, last)
