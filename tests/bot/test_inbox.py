"""What people do is on disk before it is acknowledged, and is worked on once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.chat import Incoming, Person, Place
from bot.inbox import KEPT, LEASE, Inbox
from memory.chat_records import Arrival
from memory.database import Database
from tests.service import NOON
from trading.clock import ManualClock

CAME = Incoming("u1", NOON, Place("scripted", "1"), Person("scripted:1", "Ada"), "m1", "hello")


@asynccontextmanager
async def an_inbox(home: Path) -> AsyncIterator[tuple[Inbox, Database, ManualClock]]:
    clock = ManualClock(NOON)
    async with Database.open(f"sqlite:///{home / 'kit.db'}") as database:
        yield Inbox(database, clock, "here"), database, clock


async def test_what_cannot_be_read_keeps_nothing_else(tmp_path: Path) -> None:
    async with an_inbox(tmp_path) as (inbox, database, _):
        async with database.transact() as uow:
            await uow.arrivals.add(Arrival("old", "scripted:1", {"id": "old", "shape": "of before"}, NOON))
        await inbox.receive([CAME])
        assert [each.id for each in await inbox.take()] == ["u1"]
        async with database.read() as uow:
            old = await uow.arrivals.get("old")
        assert old is not None
        assert old.settled_as == "unreadable"


async def test_what_is_worked_on_here_is_not_taken_a_second_time(tmp_path: Path) -> None:
    async with an_inbox(tmp_path) as (inbox, _, clock):
        await inbox.receive([CAME])
        taken = await inbox.take()
        await clock.advance(2 * LEASE.total_seconds())
        assert list(await inbox.take()) == []
        taken[0].drop()
        await clock.advance(2 * LEASE.total_seconds())
        assert [each.id for each in await inbox.take()] == ["u1"]


async def test_what_people_say_to_each_other_is_not_kept(tmp_path: Path) -> None:
    async with an_inbox(tmp_path) as (inbox, database, _):
        await inbox.receive([replace(CAME, addressed=False)])
        async with database.read() as uow:
            assert await uow.arrivals.get("u1") is None


async def test_what_is_long_settled_is_forgotten(tmp_path: Path) -> None:
    async with an_inbox(tmp_path) as (inbox, database, clock):
        await inbox.receive([CAME, replace(CAME, id="u2")])
        first, _ = await inbox.take()
        await first.settle("answered")
        await clock.advance((KEPT + timedelta(days=1)).total_seconds())
        await inbox.prune()
        async with database.read() as uow:
            assert [await uow.arrivals.get("u1") is None, await uow.arrivals.get("u2") is None] == [
                True,
                False,
            ]
