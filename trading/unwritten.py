"""Orders of which something cannot be written down: their accounts stay locked until it can."""

from collections.abc import Collection
from dataclasses import dataclass

from trading.clock import Clock
from trading.locks import Locks
from trading.model import Order
from trading.notices import OWNER, Notice
from trading.ports import NewId, Transact


@dataclass(slots=True)
class _Failure:
    """An order that could not be written down last time, and whether its owner has been told."""

    order: Order
    reason: str
    told: bool = False


class Unwritten:
    """Locks the account of each such order, tells its owner once, and once more when it is over."""

    def __init__(self, locks: Locks, transact: Transact, clock: Clock, new_id: NewId) -> None:
        self._locks = locks
        self._transact = transact
        self._clock = clock
        self._new_id = new_id
        self._failures: dict[str, _Failure] = {}

    def __contains__(self, order_id: str) -> bool:
        return order_id in self._failures

    def add(self, order: Order, error: Exception) -> None:
        """Lock the account of an order because of what went wrong with it."""
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        reason = f"what became of order {order.id} of {order.symbol} cannot be written down: {words}"
        known = self._failures.setdefault(order.id, _Failure(order, reason))
        known.reason = reason
        self._locks.put(order.account, order.id, reason, (order.symbol.base, order.symbol.quote))

    async def keep(self, lost: Collection[str]) -> None:
        """Unlock the accounts of orders that are not `lost` any more, and tell of those that are or were."""
        if not self._failures:
            return
        over = [each for name, each in self._failures.items() if name not in lost]
        for each in over:
            self._locks.lift(each.order.account, each.order.id)
        fresh = [each for name, each in self._failures.items() if name in lost and not each.told]
        notices = [self._notice("account.locked", each.order, each.reason) for each in fresh]
        notices += [
            self._notice("account.unlocked", each.order, f"order {each.order.id} is written down now")
            for each in over
            if each.told
        ]
        if notices:
            async with self._transact() as uow:
                await uow.notices.add(*notices)
        for each in fresh:
            each.told = True
        for each in over:
            self._failures.pop(each.order.id, None)

    def _notice(self, kind: str, order: Order, text: str) -> Notice:
        words = f"account {order.account}: {text}"
        data = {"account": order.account, "orderId": order.id}
        return Notice(self._new_id("ntc"), OWNER, kind, words, self._clock.now(), data)
