"""People and keys: the same on both databases."""

from dataclasses import replace

import pytest

from memory.database import Database
from memory.errors import AlreadyStored
from memory.records import ApiKey, Person
from tests.memory.samples import START, later

ANN = Person("telegram:123", "Ann ₿", "trader", START, "owner")
BOB = Person("discord:9", "Bob", "viewer", later(-1), "telegram:123")
CI = ApiKey("key_1", "ci", "viewer", "d1", START, "owner", later(60))
BOT = ApiKey("key_2", "bot", "owner", "d2", later(-1), "key:key_1")


async def test_a_person_is_stored_as_they_stand_now(database: Database) -> None:
    promoted = replace(ANN, role="owner", name="Ann")
    async with database.transact() as uow:
        await uow.people.put(ANN)
        await uow.people.put(BOB)
        await uow.people.put(promoted)
    async with database.read() as uow:
        assert await uow.people.all() == [BOB, promoted]
        assert await uow.people.get("telegram:123") == promoted
        assert await uow.people.get("telegram:12") is None


async def test_a_person_is_shut_out_once(database: Database) -> None:
    out = replace(ANN, revoked_at=later(5))
    async with database.transact() as uow:
        await uow.people.put(ANN)
        await uow.people.put(BOB)
        assert await uow.people.revoke(ANN.id, later(5)) == out
        assert await uow.people.revoke(ANN.id, later(9)) == out
        assert await uow.people.revoke("telegram:1", later(9)) is None
    async with database.read() as uow:
        assert await uow.people.all() == [BOB, out]


async def test_a_key_is_found_by_its_digest(database: Database) -> None:
    async with database.transact() as uow:
        await uow.keys.add(CI)
        await uow.keys.add(BOT)
    async with database.read() as uow:
        assert await uow.keys.by_digest("d1") == CI
        assert await uow.keys.by_digest("d") is None
        assert await uow.keys.all() == [BOT, CI]


async def test_no_two_keys_share_a_digest(database: Database) -> None:
    async with database.transact() as uow:
        await uow.keys.add(CI)
    with pytest.raises(AlreadyStored):
        async with database.transact() as uow:
            await uow.keys.add(replace(BOT, digest="d1"))


async def test_a_key_is_revoked_once_and_stays_known(database: Database) -> None:
    revoked = replace(CI, revoked_at=later(5))
    async with database.transact() as uow:
        await uow.keys.add(CI)
        await uow.keys.add(BOT)
        assert await uow.keys.revoke("key_1", later(5)) == revoked
        assert await uow.keys.revoke("key_1", later(9)) == revoked
        assert await uow.keys.revoke("key_9", later(9)) is None
    async with database.read() as uow:
        assert await uow.keys.by_digest("d1") == revoked
        assert await uow.keys.by_digest("d2") == BOT


def test_a_key_does_not_show_its_digest() -> None:
    assert "d1" not in repr(CI)
