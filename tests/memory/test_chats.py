"""What came from chats is stored once, worked on by one, and settled once: the same on both databases."""

from collections.abc import Sequence
from dataclasses import replace

from memory.chat_records import Arrival, Card, Chat
from memory.database import Database
from tests.memory.samples import later

LEASE = 60.0


def arrival(name: str, place: str = "telegram:1", seconds: float = 0) -> Arrival:
    return Arrival(name, place, {"text": f"{name} ₿"}, later(seconds))


async def stored(database: Database, *new: Arrival) -> Sequence[str]:
    async with database.transact() as uow:
        return await uow.arrivals.add(*new)


async def claim(database: Database, owner: str, seconds: float = 0, limit: int = 10) -> list[str]:
    async with database.transact() as uow:
        taken = await uow.arrivals.claim(owner, later(seconds), later(seconds + LEASE), limit)
    return [each.id for each in taken]


async def test_what_comes_twice_is_stored_once(database: Database) -> None:
    assert await stored(database, arrival("a"), arrival("b")) == ["a", "b"]
    assert await stored(database, arrival("b"), arrival("c"), arrival("c")) == ["c"]
    assert await claim(database, "me") == ["a", "b", "c"]


async def test_what_is_claimed_is_nobody_elses_and_keeps_what_came_after_it_at_its_place(
    database: Database,
) -> None:
    await stored(database, arrival("a"), arrival("x", "telegram:2"))
    assert await claim(database, "me", limit=1) == ["a"]
    await stored(database, arrival("b", seconds=1))
    assert await claim(database, "you", 1) == ["x"]
    assert await claim(database, "me", 1) == ["b"]
    async with database.read() as uow:
        assert await uow.arrivals.is_due(later(1)) is False
    assert await claim(database, "you", 2 + LEASE) == ["a", "x", "b"]


async def test_work_is_kept_by_renewing_and_given_back_by_releasing(database: Database) -> None:
    await stored(database, arrival("a"), arrival("b", "telegram:2"))
    await claim(database, "me")
    async with database.transact() as uow:
        await uow.arrivals.renew("me", ["a"], later(200))
    assert await claim(database, "you", 199) == ["b"]
    async with database.transact() as uow:
        await uow.arrivals.release(later(5))
    assert await claim(database, "you", 5) == ["a", "b"]


async def test_only_its_owner_says_how_far_it_came_and_settles_it_once(database: Database) -> None:
    await stored(database, arrival("a"))
    await claim(database, "me")
    async with database.transact() as uow:
        assert await uow.arrivals.progress("you", "a", {"parts": ["7"]}) is False
        assert await uow.arrivals.progress("me", "a", {"parts": ["8"]}) is True
        assert await uow.arrivals.settle("you", "a", "answered") is False
        assert await uow.arrivals.settle("me", "a", "answered") is True
        assert await uow.arrivals.settle("me", "a", "answered") is False
        assert await uow.arrivals.progress("me", "a", {}) is False
    async with database.read() as uow:
        assert await uow.arrivals.get("a") == replace(
            arrival("a"), owner="me", attempts=1, progress={"parts": ["8"]}, settled_as="answered"
        )
    assert await claim(database, "me", 500) == []
    assert await stored(database, arrival("a", seconds=9)) == []


async def test_only_what_is_settled_is_forgotten(database: Database) -> None:
    await stored(database, arrival("a"), arrival("b"), arrival("c", seconds=9))
    await claim(database, "me", 9)
    async with database.transact() as uow:
        await uow.arrivals.settle("me", "a", "answered")
        await uow.arrivals.settle("me", "c", "answered")
        assert await uow.arrivals.prune(later(9)) == 1
    async with database.read() as uow:
        assert [await uow.arrivals.get(name) is None for name in "abc"] == [True, False, False]


def card(name: str, subject: str | None = None, seconds: float | None = 120) -> Card:
    place = {"platform": "telegram", "chat": "1"}
    expires = None if seconds is None else later(seconds)
    actions = {"0": {"do": "approve"}}
    return Card(name, place, "telegram:1", f"# {name}", actions, later(0), expires, subject)


async def test_the_last_of_each_place_is_known_where_somebody_let_in_has_been(database: Database) -> None:
    await stored(
        database,
        *(arrival(name, "discord:1") for name in "ab"),
        *(arrival(name, place) for name, place in (("c", "discord:2"), ("d", "telegram:1"))),
    )
    async with database.transact() as uow:
        for place in ("discord:1", "telegram:1", "discord:3"):
            for person in ("x", "y"):
                await uow.chats.put(Chat(place, person, "main", later(0)))
    assert await claim(database, "me") == ["a", "b", "c", "d"]
    async with database.read() as uow:
        assert [each.id for each in await uow.arrivals.latest("discord:")] == ["b"]


async def test_a_card_is_closed_once(database: Database) -> None:
    async with database.transact() as uow:
        await uow.cards.add(card("c"))
        await uow.cards.shown("c", "77")
        assert await uow.cards.close("c", later(3), "confirmed") is True
        assert await uow.cards.close("c", later(4), "canceled") is False
    async with database.read() as uow:
        assert await uow.cards.get("c") == replace(
            card("c"), message="77", closed_at=later(3), closed_as="confirmed"
        )
        assert await uow.cards.get("d") is None


async def test_open_cards_are_found_by_what_they_are_about_and_by_their_end(database: Database) -> None:
    async with database.transact() as uow:
        for each in (
            card("a", "apr_1"),
            card("b", "apr_1", None),
            card("c", "apr_2", 60),
            card("d", "apr_1"),
        ):
            await uow.cards.add(each)
        await uow.cards.close("d", later(1), "denied")
    async with database.transact() as uow:
        assert [each.id for each in await uow.cards.about("apr_1")] == ["a", "b"]
        assert [each.id for each in await uow.cards.over(later(59))] == []
        assert [each.id for each in await uow.cards.over(later(120))] == ["c", "a"]
        assert await uow.cards.prune(later(1)) == 2
        assert [each.id for each in await uow.cards.about("apr_1")] == ["a"]


async def test_a_chat_goes_on_with_the_conversation_it_was_put_to(database: Database) -> None:
    first = Chat("telegram:1", "telegram:1", "main", later(0), "de")
    async with database.transact() as uow:
        await uow.chats.put(first)
        await uow.chats.put(replace(first, session="s2", seen_at=later(5)))
    async with database.read() as uow:
        assert await uow.chats.get("telegram:1", "telegram:1") == replace(
            first, session="s2", seen_at=later(5)
        )
        assert await uow.chats.get("telegram:1", "telegram:2") is None
