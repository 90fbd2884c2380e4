"""Messages to people until they are settled: the same on both databases."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from memory.database import Database
from memory.errors import AlreadyStored
from memory.records import Delivery
from tests.memory.samples import later
from trading.notices import Notice

LEASE = 60.0


def notice(name: str, recipient: str = "ann", seconds: float = 0) -> Notice:
    return Notice(name, recipient, "order.unknown", f"text of {name} ₿", later(seconds), {"orderId": name})


def delivery(
    of: Notice,
    attempts: int,
    due_at: datetime | None = None,
    delivered_at: datetime | None = None,
    delivered_as: str | None = None,
    reason: str | None = None,
) -> Delivery:
    """Return a message as it is stored."""
    return Delivery(
        *(of.id, of.recipient, of.kind, of.text, of.created_at, of.data),
        *(due_at, attempts, delivered_at, delivered_as, reason),
    )


async def stored(database: Database, *notices: Notice) -> None:
    async with database.transact() as uow:
        await uow.notices.add(*notices)


async def claim(database: Database, seconds: float, limit: int = 10) -> Sequence[Delivery]:
    async with database.transact() as uow:
        return await uow.notices.claim(later(seconds), later(seconds + LEASE), limit)


def ids(deliveries: Sequence[Delivery]) -> list[str]:
    return [each.id for each in deliveries]


async def test_a_notice_is_stored_once(database: Database) -> None:
    await stored(database, notice("n1"))
    with pytest.raises(AlreadyStored):
        await stored(database, notice("n1"))


async def test_a_claimed_message_is_nobody_elses_until_its_lease_is_over(database: Database) -> None:
    await stored(database, notice("n1"))
    assert await claim(database, -1) == []
    assert await claim(database, 0) == [delivery(notice("n1"), 1, due_at=later(LEASE))]
    assert await claim(database, LEASE - 1) == []
    assert await claim(database, LEASE) == [delivery(notice("n1"), 2, due_at=later(2 * LEASE))]


async def test_each_recipients_messages_come_one_after_another(database: Database) -> None:
    await stored(database, notice("n1"), notice("n2"), notice("n3", "bob"), notice("n4", "bob", 5))
    first = await claim(database, 9)
    assert ids(first) == ["n1", "n3"]
    assert await claim(database, 9) == []
    async with database.transact() as uow:
        assert await uow.notices.delivered(first[0], later(9), "there")
        # What is tried again later still comes before what was made after it.
        assert await uow.notices.failed(first[1], "away", later(20))
    assert ids(await claim(database, 10)) == ["n2"]
    assert ids(await claim(database, 20)) == ["n3"]


async def test_what_was_given_up_holds_up_nobody(database: Database) -> None:
    await stored(database, notice("n1"), notice("n2"))
    (first,) = await claim(database, 0)
    async with database.transact() as uow:
        assert await uow.notices.failed(first, "blocked", None)
    assert ids(await claim(database, 0)) == ["n2"]


async def test_a_claim_that_was_lost_settles_nothing(database: Database) -> None:
    await stored(database, notice("n1"))
    (late,) = await claim(database, 0)
    (second,) = await claim(database, LEASE)
    async with database.transact() as uow:
        assert not await uow.notices.delivered(late, later(61), "late")
        assert not await uow.notices.failed(late, "late", None)
        assert await uow.notices.delivered(second, later(62), "second")
        assert not await uow.notices.delivered(second, later(63), "twice")
        assert not await uow.notices.failed(second, "twice", later(63))
        assert await uow.notices.of("ann", 5) == [
            delivery(notice("n1"), 2, delivered_at=later(62), delivered_as="second")
        ]


async def test_what_the_dead_were_at_is_given_back_and_what_waits_goes_on_waiting(database: Database) -> None:
    await stored(database, notice("n1"), notice("n2", "bob"), notice("n3", "cyd"), notice("n4", "dan", 9))
    cut, waits, arrived = await claim(database, 0)
    async with database.transact() as uow:
        assert await uow.notices.failed(waits, "away", later(20))
        assert await uow.notices.delivered(arrived, later(1), "there")
        await uow.notices.release(later(2))
    assert await claim(database, 2) == [delivery(notice("n1"), 2, due_at=later(2 + LEASE))]
    # Cut off at its second try, it waits for no other.
    assert ids(await claim(database, 20)) == ["n2", "n4"]
    async with database.transact() as uow:
        assert not await uow.notices.delivered(cut, later(21), "late")
        await uow.notices.release(later(21))
    assert ids(await claim(database, 21)) == ["n1", "n2", "n4"]


async def test_two_who_claim_at_once_never_get_the_same(database_url: str) -> None:
    async with Database.open(database_url) as one, Database.open(database_url) as other:
        names = [f"n{number}" for number in range(40)]
        await stored(one, *(notice(name, recipient=f"r{name}") for name in names))
        claims = await asyncio.gather(*(claim(each, 0, 5) for each in (one, other) * 8))
        assert sorted(name for claimed in claims for name in ids(claimed)) == sorted(names)


async def test_messages_are_listed_newest_first_and_by_their_recipient(database: Database) -> None:
    mine = [notice("n1"), notice("n3"), notice("n4")]
    await stored(database, mine[0], notice("n2", "bob"), *mine[1:])
    async with database.read() as uow:
        assert ids(await uow.notices.of("ann", 2)) == ["n4", "n3"]
        assert ids(await uow.notices.of("ann", 2, before="n3")) == ["n1"]
        assert await uow.notices.of("ann", 2, before="n2") == []
        assert await uow.notices.of("cyd", 2) == []


async def test_it_is_known_whether_anything_is_due(database: Database) -> None:
    await stored(database, notice("n1", seconds=5))
    async with database.read() as uow:
        assert not await uow.notices.is_due(later(4))
        assert await uow.notices.is_due(later(5))


async def test_only_what_is_settled_and_old_is_forgotten(database: Database) -> None:
    await stored(database, notice("n1"), notice("n2", "bob"), notice("n3", "cyd", 10))
    claimed = await claim(database, 10)
    async with database.transact() as uow:
        await uow.notices.delivered(claimed[0], later(10), "there")
        await uow.notices.delivered(claimed[2], later(10), "there")
        assert await uow.notices.prune(later(10)) == 1
        assert await uow.notices.of("ann", 5) == []
        assert ids(await uow.notices.of("bob", 5)) == ["n2"]
        assert ids(await uow.notices.of("cyd", 5)) == ["n3"]
