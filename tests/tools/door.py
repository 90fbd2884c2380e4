"""A door of the test's own to a running service's parts, with capabilities that do as they are told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import Field

from tools.context import Context, Repeat
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, UNLIMITED, Budget, Principal, Scope, Surface
from tools.registry import AnyCapability, Registry, capability
from tools.services import Services
from tools.wire import Amount, Params, Result


class Order(Params):
    """An order for something."""

    amount: Amount
    pair_name: str = "BTC/USDT"
    tags: dict[str, Any] = Field(default_factory=dict)


class Placed(Result):
    """What became of it."""

    order_id: str
    amount: Decimal


Behave = Callable[[Context, Order], Awaitable[None]]


async def nothing_else(ctx: Context, order: Order) -> None:
    """Add nothing to the order."""


@dataclass
class Door:
    """The door under test; `placed` are the orders that took effect, `behave` runs before each does."""

    services: Services
    behave: Behave = nothing_else
    placed: list[str] = field(default_factory=list)
    registry: Registry = field(init=False)

    def __post_init__(self) -> None:
        self.registry = Registry(self._capabilities())

    async def call(
        self,
        name: str = "test.order",
        raw: Any = None,
        *,
        principal: Principal = LOCAL_OWNER,
        budget: Budget = UNLIMITED,
        key: str | None = None,
    ) -> Result:
        """Make a call; an order for 1 unless something else is given."""
        ctx = Context(
            principal, self.services, self.registry, budget=budget, repeat=Repeat(key) if key else None
        )
        return await self.registry.call(name, {"amount": 1} if raw is None else raw, ctx)

    async def code(self, name: str = "test.order", raw: Any = None, **more: Any) -> Code | None:
        """Return the code a call fails with, None when it does not."""
        try:
            await self.call(name, raw, **more)
        except CallError as error:
            return error.reason
        return None

    def _capabilities(self) -> list[AnyCapability]:
        @capability("test.order", scope=Scope.TRADE, surfaces=Surface.WIRE, effects=True)
        async def order(ctx: Context, params: Order) -> Placed:
            """Place an order."""
            await self.behave(ctx, params)
            number = f"order-{len(self.placed) + 1}"
            self.placed.append(ctx.wish or "")
            return Placed(order_id=number, amount=params.amount)

        @capability("test.keyed", scope=Scope.TRADE, surfaces=Surface.WIRE, effects=True, resumes=True)
        async def keyed(ctx: Context, params: Order) -> Placed:
            """Place an order, unless one was placed for this wish."""
            await self.behave(ctx, params)
            self.placed += [ctx.wish or ""] if ctx.wish not in self.placed else []
            return Placed(order_id=f"order-of-{ctx.wish}", amount=params.amount)

        @capability("test.look", surfaces=Surface.WIRE | Surface.MODEL)
        async def look(ctx: Context, params: Order) -> Placed:
            """Look at an order."""
            await self.behave(ctx, params)
            return Placed(order_id="none", amount=params.amount)

        return [order, keyed, look]


class Gate:
    """Holds every order until it is opened; `begun` counts those that came."""

    def __init__(self) -> None:
        self.begun = asyncio.Semaphore(0)
        self.open = asyncio.Event()

    async def __call__(self, ctx: Context, order: Order) -> None:
        """Wait at the gate."""
        self.begun.release()
        await self.open.wait()
