"""What is written down of orders that are kept here: one transaction for each thing that happens to one."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from trading.clock import Clock
from trading.model import ZERO, Order, OrderStatus
from trading.notices import OWNER, Notice
from trading.orders import RESTING, advance, elsewhere, kept_here
from trading.ports import NewId, Publish, Transact, UnitOfWork
from trading.setbacks import Attempt

GROUP = "guard:"
"""How the group of an order begins that had none, and has others sent in its place."""


class Kept:
    """The orders on disk that an exchange does not know."""

    def __init__(
        self, transact: Transact, read: Transact, clock: Clock, new_id: NewId, publish: Publish
    ) -> None:
        self._transact = transact
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._publish = publish

    async def standing(self, order: Order) -> tuple[Order | None, Sequence[Order]]:
        """Return an order, None when it is not kept here any more, and the open others of its group."""
        async with self._read() as uow:
            current = await uow.orders.get(order.id)
            open_orders = await uow.orders.open(order.account)
        if current is None or not kept_here(current):
            return None, ()
        return current, _others(current, open_orders)

    async def keep(self, order: Order) -> None:
        """Store a twin of an order at an exchange, kept here, unless one of its group covers it already."""
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            current = await uow.orders.get(order.id)
            if current is None or not elsewhere(current):
                return
            key = f"keep:{order.id}"
            known = await uow.orders.by_key(order.account, key)
            others = _others(current, await uow.orders.open(order.account))
            if any(_covers(each, current) for each in others) or (known is not None and kept_here(known)):
                return
            if current.group is None:
                current = await uow.orders.save(replace(current, group=f"{GROUP}{current.id}"))
            await self._add_twin(uow, current, key if known is None else None)

    async def _add_twin(self, uow: UnitOfWork, order: Order, key: str | None) -> None:
        now = self._clock.now()
        twin = replace(
            order,
            id=self._new_id("ord"),
            status=OrderStatus.ACCEPTED,
            amount=order.remaining,
            filled=ZERO,
            cost=ZERO,
            fees=ZERO,
            created_at=now,
            updated_at=now,
            venue_id=None,
            key=key,
            version=0,
        )
        await uow.orders.add(twin)
        await self._publish(uow, twin, ())

    async def group(self, order: Order) -> Order:
        """Return an order, saved with a group of its own where it has none."""
        if order.group is not None:
            return order
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            return await uow.orders.save(replace(order, group=f"{GROUP}{order.id}"))

    async def move(self, order: Order, stop_price: Decimal) -> Order:
        """Return an order, saved with another stop."""
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            return await uow.orders.save(replace(order, stop_price=stop_price, updated_at=self._clock.now()))

    async def hand_over(self, order: Order, taker: Order, step: Decimal, reason: str) -> bool:
        """End an order that another one of its group stands for at the exchange, unless that is smaller or
        somewhere else: this one has been moved since.

        What is below the step goes with it, so that what fills later is added to all of it.
        """
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            current, there = await uow.orders.get(order.id), await uow.orders.get(taker.id)
            if current is None or there is None or not kept_here(current) or not elsewhere(there):
                return False
            if not at_its_levels(there, current):
                return False
            rest = current.remaining - there.remaining
            if rest >= step:
                return False
            if rest > 0:
                there = replace(there, amount=there.amount + rest, updated_at=self._clock.now())
                await self._publish(uow, await uow.orders.save(there), ())
            closed = advance(current, OrderStatus.CANCELED, self._clock.now(), reason)
            await self._publish(uow, await uow.orders.save(closed), ())
            return True

    async def end(self, order: Order, reason: str) -> None:
        """End an order for good."""
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            current = await uow.orders.get(order.id)
            if current is not None and current.status in RESTING:
                closed = advance(current, OrderStatus.CANCELED, self._clock.now(), reason)
                await self._publish(uow, await uow.orders.save(closed), ())

    async def note(self, order: Order, attempt: Attempt, reason: str) -> None:
        """Write down why something could not be done with an order, so that the next time is another wish.

        The owner is told when it is the first time, or something else failed before.
        """
        async with self._transact() as uow:
            await uow.accounts.lock(order.account)
            current = await uow.orders.get(order.id)
            if current is None or not kept_here(current):
                return
            now, words = self._clock.now(), f"{attempt.words}: {reason}"
            await uow.orders.save(replace(current, reason=words, updated_at=now))
            if not (current.reason or "").startswith(attempt.words):
                what = f"{order.side} {order.type} {order.id} of {order.symbol} on {order.exchange}"
                data = {"orderId": order.id, "account": order.account}
                notice = Notice(self._new_id("ntc"), OWNER, "order.stuck", f"{what} {words}", now, data)
                await uow.notices.add(notice)


def _others(order: Order, open_orders: Sequence[Order]) -> Sequence[Order]:
    """Return the open others of an order's group."""
    return [
        each
        for each in open_orders
        if each.group is not None and each.group == order.group and each.id != order.id
    ]


def at_its_levels(sent: Order, kept: Order) -> bool:
    """Return whether an order that was sent in the place of a kept one stands where that does by now."""
    return sent.price == kept.price and sent.stop_price in (None, kept.stop_price)


def _covers(order: Order, other: Order) -> bool:
    """Return whether an order that is kept here does what another of its group is to do.

    Whatever their levels and sizes: it was moved and cut since the other one was sent in its place.
    """
    return kept_here(order) and order.type is other.type
