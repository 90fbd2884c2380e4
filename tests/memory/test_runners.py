"""Runners on both databases."""

import asyncio
from dataclasses import replace

from memory.database import Database
from memory.runner_records import Runner, RunnerMode
from tests.memory.samples import START

CONFIG = {"strategy": "TestStrategy", "params": {"period": 20, "note": "süß\0"}, "pairs": ["BTC/USDT"]}
FIRST = Runner("ada", RunnerMode.BACKTEST, None, CONFIG, START, 1)


async def put(db: Database, runner: Runner) -> bool:
    async with db.transact() as uow:
        return await uow.runners.put(runner)


async def test_a_runner_is_put_only_in_place_of_the_version_before(database: Database) -> None:
    begun = replace(FIRST, work="bt_1", version=2)
    assert not await put(database, begun)
    assert await put(database, FIRST)
    assert not await put(database, replace(FIRST, work="late"))
    assert await put(database, begun)
    assert not await put(database, replace(begun, work="late"))
    idle = Runner("bob", version=1)
    assert await put(database, idle)
    async with database.read() as uow:
        assert await uow.runners.get("ada") == begun
        assert await uow.runners.get("bob") == idle
        assert await uow.runners.get("eve") is None


async def test_of_two_at_once_one_is_put(database: Database) -> None:
    assert sorted(await asyncio.gather(*(put(database, FIRST) for _ in range(2)))) == [False, True]
    later = [replace(FIRST, work=name, version=2) for name in ("bt_1", "bt_2")]
    assert sorted(await asyncio.gather(*(put(database, each) for each in later))) == [False, True]
