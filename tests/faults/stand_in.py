"""A service that breaks rules on purpose: `python -m tests.faults.stand_in`.

It is the real one but for its way to the exchange, which does another wrong thing for each base asset; so
whoever judges it can be judged.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kit.app import Edge, serve
from kit.parts import build_live, build_market
from kit.settings import load
from trading.clock import SystemClock
from trading.errors import OutcomeUnknown
from trading.model import Mode, Order, OrderType
from trading.ports import Exchange, Report, Statement

AGAIN, NAMELESS, GIVES_UP = "ETH", "BTC", "BNB"


@dataclass(slots=True)
class Broken:
    """Sends an order again that was not answered, sends one that is not on disk, or gives one up at once."""

    right: Exchange
    mode: Mode = Mode.LIVE

    @property
    def arrives_within(self) -> timedelta | None:
        """Claim that an order arrives at once or never."""
        return timedelta(0)

    @property
    def holds(self) -> frozenset[OrderType]:
        """The types of order that wait at the exchange."""
        return self.right.holds

    async def place(self, order: Order) -> Report:
        """Hand in an order, wrongly."""
        if order.symbol.base == NAMELESS:
            return await self.right.place(replace(order, id=f"not-{order.id}"))
        try:
            return await self.right.place(order)
        except OutcomeUnknown:
            if order.symbol.base != AGAIN:
                raise
            return await self.right.place(order)

    async def find(self, order: Order) -> Report | None:
        """Look for an order, or do not."""
        return None if order.symbol.base == GIVES_UP else await self.right.find(order)

    async def statement(self, orders: Collection[str] = ()) -> Statement | None:
        """Return what the exchange has on its books."""
        return await self.right.statement(orders)

    async def cancel(self, order: Order) -> Report:
        """Take back what is unfilled."""
        return await self.right.cancel(order)

    async def watch(self, orders: Sequence[Order], until: datetime) -> Sequence[Report]:
        """Return what became of resting orders."""
        return await self.right.watch(orders, until)


async def main() -> None:
    """Serve until the process ends."""
    settings, clock = load(), SystemClock()
    market = build_market(settings, clock)
    live = await build_live(settings, market, clock)
    assert live is not None
    async with live, serve(settings, Edge(clock, market=market, live=Broken(live)), warm=False) as app:
        print(f"ready: {app.listening.url}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
