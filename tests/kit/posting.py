"""A desk at which messages are posted, on a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import ClientTimeout

from kit.background.outbox import Pump
from kit.backoff import Backoff
from kit.webhooks import Lookup, posting
from memory.database import Database
from memory.records import Delivery
from tests.peers.webhooks import Posted, verify
from tests.service import NOON
from tools.policy import LOCAL_OWNER, Principal
from tools.webhooks import Webhooks, recipient_of
from trading.clock import ManualClock
from trading.notices import Notice

PATIENCE = Backoff(first=2.0, factor=2.0, longest=16.0, attempts=12, jitter=lambda: 1.0)
BRIEF = ClientTimeout(total=0.15)
KEY = b"the key of this test, which nobody guesses"


@dataclass
class Desk:
    """A database with messages and a pump that posts them."""

    database: Database
    webhooks: Webhooks
    pump: Pump
    clock: ManualClock
    numbers: Any = field(default_factory=lambda: count(1))

    async def hook(self, url: str, principal: Principal = LOCAL_OWNER) -> tuple[str, str]:
        """Return the recipient and the secret of an address."""
        async with self.database.transact() as uow:
            hook_id, secret = await self.webhooks.add(uow, principal, url)
        return recipient_of(hook_id), secret

    async def add(self, recipient: str, **data: Any) -> Notice:
        notice = Notice(
            f"ntc_{next(self.numbers)}", recipient, "alert.triggered", "BTC ≥ 1", self.clock.now(), data
        )
        async with self.database.transact() as uow:
            await uow.notices.add(notice)
        return notice

    async def of(self, recipient: str) -> list[Delivery]:
        async with self.database.read() as uow:
            return list(reversed(await uow.notices.of(recipient, 100)))

    async def last(self, recipient: str) -> Delivery:
        return (await self.of(recipient))[-1]

    def check(self, secret: str, posted: Posted) -> str:
        return verify(secret, posted.headers, posted.body, self.clock.now().timestamp())


@asynccontextmanager
async def desk(
    url: str, listed: Iterable[str] = (), lookup: Lookup | None = None, limits: ClientTimeout = BRIEF
) -> AsyncIterator[Desk]:
    clock, numbers = ManualClock(NOON), count(1)
    async with Database.open(url) as database:
        webhooks = Webhooks(
            database, lambda: KEY, lambda prefix: f"{prefix}_{next(numbers)}", clock, frozenset(listed)
        )
        async with posting(webhooks, clock, lookup, limits) as channel:
            yield Desk(database, webhooks, Pump(database, [channel], clock, PATIENCE), clock)


async def until(true: Callable[[], object], clock: ManualClock | None = None) -> None:
    for _ in range(1_000):
        if true():
            return
        await asyncio.sleep(0.003)
        if clock is not None:
            await clock.advance(0.2)
    raise AssertionError("it never came")
