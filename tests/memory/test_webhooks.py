"""The addresses that people have messages posted to: each once, the same on both databases."""

import asyncio
from dataclasses import replace
from itertools import count

from memory.database import Database
from memory.records import Webhook
from tests.memory.samples import START, later
from tools.policy import LOCAL_OWNER
from tools.webhooks import Webhooks
from trading.clock import ManualClock

HOOK = Webhook("whk_1", "telegram:1", "https://example.com/hook?a=ü", START)


async def test_an_address_is_kept_once_for_each_who_has_it(database: Database) -> None:
    others = [
        replace(HOOK, id="whk_2", principal="owner"),
        replace(HOOK, id="whk_3", url="https://example.com/"),
    ]
    async with database.transact() as uow:
        assert [await uow.webhooks.add(each) for each in (HOOK, *others)] == [True, True, True]
        assert not await uow.webhooks.add(replace(HOOK, id="whk_4", created_at=later(1)))
    async with database.read() as uow:
        assert await uow.webhooks.find(HOOK.principal, HOOK.url) == HOOK
        assert [await uow.webhooks.get(f"whk_{n}") for n in (1, 2, 3, 4)] == [HOOK, *others, None]
        assert await uow.webhooks.find("telegram:2", HOOK.url) is None


async def test_many_who_add_an_address_at_once_share_it(database: Database) -> None:
    numbers = count(1)
    webhooks = Webhooks(database, lambda: b"key", lambda kind: f"{kind}_{next(numbers)}", ManualClock(START))

    async def add() -> tuple[str, str]:
        async with database.transact() as uow:
            return await webhooks.add(uow, LOCAL_OWNER, HOOK.url)

    added = await asyncio.gather(*(add() for _ in range(8)))
    assert len(set(added)) == 1
