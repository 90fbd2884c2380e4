"""The order of events and the record of calls, on both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from memory.database import Database
from memory.errors import AlreadyStored
from memory.records import NewEvent, StoredEvent
from tests.memory.samples import START, call, event, later


async def append(database: Database, *events: NewEvent) -> Sequence[StoredEvent]:
    async with database.transact() as uow:
        return await uow.events.append(list(events))


def stored(seq: int, new: NewEvent) -> StoredEvent:
    return StoredEvent(seq, new.at, new.name, new.principal, new.session_id, new.payload)


async def test_events_get_growing_numbers_and_come_back_whole(database: Database) -> None:
    first, second = event("a", "ada", session_id="main"), event("b")
    assert await append(database) == []
    assert await append(database, first, second) == [stored(1, first), stored(2, second)]
    assert await append(database, first) == [stored(3, first)]
    async with database.read() as uow:
        replayed = await uow.events.after("ada", 0, 10)
    assert replayed == [stored(1, first), stored(2, second), stored(3, first)]
    assert list(replayed[0].payload) == ["z", "a"]


async def test_a_principal_hears_its_own_events_and_those_for_everybody(database: Database) -> None:
    await append(database, event("a", "ada"), event("b", "bob"), event("c"), event("d", "ada"))

    async def names(principal: str, seq: int, limit: int) -> list[str]:
        async with database.read() as uow:
            return [each.name for each in await uow.events.after(principal, seq, limit)]

    assert await names("ada", 0, 10) == ["a", "c", "d"]
    assert await names("ada", 1, 10) == ["c", "d"]
    assert await names("ada", 0, 2) == ["a", "c"]
    assert await names("eve", 0, 10) == ["c"]
    assert await names("ada", 4, 10) == []


async def test_numbers_go_on_after_old_events_are_forgotten(database: Database) -> None:
    async def bounds() -> tuple[int | None, int]:
        async with database.read() as uow:
            return await uow.events.oldest_seq(), await uow.events.last_seq()

    async def prune(keep: int) -> int:
        async with database.transact() as uow:
            return await uow.events.prune(keep)

    assert await bounds() == (None, 0)
    await append(database, *[event()] * 5)
    assert await prune(7) == 0
    assert await prune(2) == 3
    assert await bounds() == (4, 5)
    assert await prune(0) == 2
    assert await bounds() == (None, 5)
    assert [each.seq for each in await append(database, event())] == [6]


async def test_a_transaction_that_fails_uses_no_number(database: Database) -> None:
    async def fail() -> None:
        async with database.transact() as uow:
            await uow.events.append([event()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert [each.seq for each in await append(database, event())] == [1]


async def test_who_has_read_a_number_never_finds_a_smaller_one_new(database_url: str) -> None:
    async with Database.open(database_url) as here, Database.open(database_url) as there:

        async def write(database: Database, rounds: int) -> None:
            for _ in range(rounds):
                await append(database, event(), event())

        async def follow() -> list[int]:
            seen: list[int] = []
            while len(seen) < 6 * 10 * 2:
                async with there.read() as uow:
                    seen += [each.seq for each in await uow.events.after("x", seen[-1] if seen else 0, 50)]
            return seen

        follower = asyncio.create_task(follow())
        await asyncio.gather(*(write(each, 10) for each in (here, there) * 3))
        assert await asyncio.wait_for(follower, 30) == list(range(1, 121))


async def test_a_repeated_wish_finds_the_call_made_for_it(database: Database) -> None:
    answer = {"orderId": "o1", "price": 50000.5}
    async with database.transact() as uow:
        assert await uow.calls.claim(call("c1"), START) is None
    async with database.transact() as uow:
        assert await uow.calls.claim(call("c2", body_hash="other"), START) == call("c1")
        await uow.calls.finish("c1", later(1), True, None, answer)
    done = replace(call("c1"), finished_at=later(1), ok=True, answer=answer)
    async with database.transact() as uow:
        assert await uow.calls.claim(call("c3"), START) == done
        assert await uow.calls.claim(call("c3"), None) == done
    async with database.read() as uow:
        assert await uow.calls.get("c1") == done
        assert await uow.calls.get("c2") is None


async def test_a_wish_is_one_principal_one_capability_and_one_key(database: Database) -> None:
    others = [
        call("c2", principal="bob"),
        call("c3", capability="chat.send"),
        call("c4", key="k2"),
        call("c5", key=None),
        call("c6", key=None),
    ]
    async with database.transact() as uow:
        for each in (call("c1"), *others):
            assert await uow.calls.claim(each, START) is None


async def test_an_old_call_gives_up_its_key_and_stays_on_record(database: Database) -> None:
    new = call("c2", started_at=later(60))
    async with database.transact() as uow:
        assert await uow.calls.claim(call("c1"), START) is None
        assert await uow.calls.claim(new, later(0.000001)) is None
        assert await uow.calls.claim(call("c3", started_at=later(61)), later(1)) == new
        assert await uow.calls.get("c1") == call("c1", key=None)


async def test_the_id_of_a_call_is_its_own(database: Database) -> None:
    async with database.transact() as uow:
        await uow.calls.claim(call("c1"), START)
    with pytest.raises(AlreadyStored):
        async with database.transact() as uow:
            await uow.calls.claim(call("c1", key="another"), START)


@pytest.mark.parametrize("old_one", [False, True])
async def test_of_many_claims_at_once_one_wins(database_url: str, old_one: bool) -> None:
    async with Database.open(database_url) as here, Database.open(database_url) as there:
        if old_one:
            async with here.transact() as uow:
                await uow.calls.claim(call("old", started_at=later(-60)), None)

        async def claim(place: int) -> str:
            mine = call(f"c{place}")
            async with (here, there)[place % 2].transact() as uow:
                earlier = await uow.calls.claim(mine, START)
            return (earlier or mine).id

        winners = await asyncio.gather(*(claim(place) for place in range(12)))
        assert len(set(winners)) == 1
        assert winners[int(winners[0][1:])] == winners[0]


async def test_calls_before_a_moment_are_forgotten(database: Database) -> None:
    async with database.transact() as uow:
        for place in range(4):
            await uow.calls.claim(call(f"c{place}", key=None, started_at=later(place)), None)
        assert await uow.calls.prune(later(2)) == 2
        assert await uow.calls.get("c1") is None
        assert await uow.calls.get("c2") is not None
