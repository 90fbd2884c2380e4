"""Who asks to be let in, what people prefer and what they watch: the same on both databases."""

import asyncio
from dataclasses import replace

from memory.database import Database
from memory.records import PairingRequest, Watched
from tests.memory.samples import BTC, ETH, START, later

ANN = PairingRequest("telegram:1", "Ann ₿", "telegram:1", "d1", START, later(60), 1, START)
BOB = PairingRequest("discord:2", "Bob", "discord:77", "d2", later(-5), later(55), 2, later(-90))


async def test_a_request_is_stored_in_place_of_the_last_one(database: Database) -> None:
    again = replace(ANN, name="Ann", digest="d3", created_at=later(90), expires_at=later(150), given=2)
    async with database.transact() as uow:
        for each in (ANN, BOB, again):
            await uow.pairings.put(each)
    async with database.read() as uow:
        assert await uow.pairings.get(ANN.id) == again
        assert await uow.pairings.get("telegram:11") is None
        assert await uow.pairings.pending(later(54)) == [BOB, again]
        assert await uow.pairings.pending(later(55)) == [again]
        assert await uow.pairings.pending(later(150)) == []


async def test_a_code_is_used_once_and_the_request_stays_known(database: Database) -> None:
    async with database.transact() as uow:
        await uow.pairings.put(ANN)
        await uow.pairings.put(BOB)

    async def take(request: PairingRequest) -> bool:
        async with database.transact() as uow:
            return await uow.pairings.take(request)

    assert not await take(replace(ANN, digest="d2"))
    assert sorted(await asyncio.gather(*(take(ANN) for _ in range(4)))) == [False, False, False, True]
    async with database.read() as uow:
        assert await uow.pairings.pending(START) == [BOB]
        assert await uow.pairings.get(ANN.id) == replace(ANN, digest=None)


async def test_a_request_is_settled_and_forgotten_in_the_end(database: Database) -> None:
    async with database.transact() as uow:
        await uow.pairings.put(ANN)
        await uow.pairings.put(BOB)
        await uow.pairings.settle(ANN.id)
        await uow.pairings.settle("telegram:9")
    async with database.transact() as uow:
        assert await uow.pairings.pending(START) == [BOB]
        assert await uow.pairings.prune(later(60)) == 1
        assert await uow.pairings.get(BOB.id) is None
        assert await uow.pairings.get(ANN.id) == replace(ANN, digest=None)


def test_a_request_does_not_show_its_digest() -> None:
    assert "d1" not in repr(ANN)


async def test_preferences_are_everybodys_own(database: Database) -> None:
    async with database.transact() as uow:
        await uow.preferences.put("ada", {"busy": {"is": "steer"}, "language": {"is": "de"}}, START)
        await uow.preferences.put("ada", {"busy": {"is": "queue"}}, later(1))
        await uow.preferences.put("ada", {}, later(1))
        await uow.preferences.put("bob", {"busy": {"is": None}}, later(2))
    async with database.read() as uow:
        assert await uow.preferences.of("ada") == {"busy": {"is": "queue"}, "language": {"is": "de"}}
        assert await uow.preferences.of("eve") == {}
        assert await uow.preferences.named("busy") == {"ada": {"is": "queue"}, "bob": {"is": None}}
        assert await uow.preferences.named("language") == {"ada": {"is": "de"}}
    async with database.transact() as uow:
        await uow.preferences.forget("ada")
        assert await uow.preferences.of("ada") == {}
        assert await uow.preferences.of("bob") == {"busy": {"is": None}}


async def test_a_pair_is_watched_once_and_by_oneself(database: Database) -> None:
    first, second = Watched("ada", ETH, START), Watched("ada", BTC, later(1))
    async with database.transact() as uow:
        assert await uow.watchlist.add(second)
        assert await uow.watchlist.add(first)
        assert not await uow.watchlist.add(replace(first, added_at=later(9)))
        assert await uow.watchlist.add(Watched("bob", BTC, START))
    async with database.transact() as uow:
        assert await uow.watchlist.of("ada") == [first, second]
        assert await uow.watchlist.remove("ada", BTC)
        assert not await uow.watchlist.remove("ada", BTC)
        assert await uow.watchlist.of("ada") == [first]
        assert await uow.watchlist.of("bob") == [Watched("bob", BTC, START)]
