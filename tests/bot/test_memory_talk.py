"""People see, search and forget in a chat what is remembered of them, each their own and in private."""

from pathlib import Path

import pytest

from agent.models.scripted import ScriptedModel
from bot.asking import Call, Misread, Plan
from bot.chat import Person, Place
from bot.reading.memories import FORGET, memory
from bot.reading.words import Words, read_words
from bot.scripted import ScriptedChat
from memory.passages import Source
from tests.agent.talking import says
from tests.bot.room import Room, buttons, room
from tests.bot.samples import NOON
from tests.bot.talk import DE, EN

ADA = Person("telegram:1", "Ada", "en")
BOB = Person("telegram:2", "Bob", "de")
GROUP = Place("telegram", "-7", private=False)
LISTED = Call("memory.list", {"limit": 8})


def read(typed: str) -> Plan | Misread:
    words = read_words(typed, DE, NOON)
    assert isinstance(words, Words)
    return memory(words)


@pytest.mark.parametrize(
    ("typed", "call"),
    [
        ("", LISTED),
        ("zeig", LISTED),
        ("search my Wife", Call("memory.search", {"query": "my Wife", "limit": 8})),
        ("Suche Hebel", Call("memory.search", {"query": "Hebel", "limit": 8})),
        ("Hebel", Call("memory.search", {"query": "Hebel", "limit": 8})),
        ("vergiss Hebel", Call("memory.search", {"query": "Hebel", "limit": 8})),
        ("zurück", Call("memory.undo", {})),
        ("forget mem_0abc123", Call("memory.forget", {"ids": ["mem_0abc123"]})),
    ],
)
def test_words_become_a_call(typed: str, call: Call) -> None:
    found = read(typed)
    assert isinstance(found, Plan)
    assert found.calls == (call,)
    assert found.question == (FORGET if call.name == "memory.forget" else None)


def test_a_verb_alone_is_asked_about() -> None:
    assert isinstance(read("search"), Misread)
    assert isinstance(read("vergiss"), Misread)


def labels(chat: Room, person: Person) -> list[str]:
    return [each.label for each in buttons(chat.posted(person)[-1].message)]


async def done(chat: Room, person: Person, typed: str) -> str:
    assert await chat.settled(await chat.say(person, typed)) == "answered"
    return chat.texts(person)[-1]


async def test_a_memory_is_shown_and_forgotten_once_a_person_is_sure(tmp_path: Path) -> None:
    chat_of = ScriptedChat(platform="telegram")
    async with room(tmp_path, chat_of, model=ScriptedModel([])) as chat:
        await chat.let_in(ADA, "trader")
        await chat.let_in(BOB, "viewer")
        assert await done(chat, ADA, "/memory") == EN.say("card.no_memory")
        memories = chat.service.app.services.memories
        for fact in ("I never use *leverage*", "I own a boat"):
            await memories.add(ADA.id, fact, Source.SAID)
        assert await done(chat, ADA, "/memory") == (
            "**What I remember**\n1. 2026-11-20 · I own a boat · `MEMORY.md:6`\n"
            "2. 2026-11-20 · I never use \\*leverage\\* · `MEMORY.md:5`"
        )
        assert labels(chat, ADA) == ["1 Forget", "2 Forget"]
        assert "leverage" in await done(chat, ADA, "/memory search Leverage")
        assert labels(chat, ADA) == ["1 Forget"]
        assert await done(chat, BOB, "/gedächtnis suche boat") == DE.say("card.memory_none")

        assert await chat.settled(await chat.press(ADA, "1 Forget")) == "answered"
        assert labels(chat, ADA) == ["Forget", "Leave it"]
        assert len(await memories.recent(ADA.id, 9)) == 2
        assert await chat.settled(await chat.press(ADA, "Forget")) == "answered"
        assert chat.texts(ADA)[-1] == EN.say("card.memory_gone", count=1)
        assert [each.text for each in await memories.recent(ADA.id, 9)] == ["- 2026-11-20: I own a boat"]


async def test_where_others_read_along_nothing_is_told(tmp_path: Path) -> None:
    chat_of = ScriptedChat(platform="telegram")
    async with room(tmp_path, chat_of, model=ScriptedModel([says("x")])) as chat:
        await chat.let_in(ADA, "trader")
        await chat.service.app.services.memories.add(ADA.id, "I own a boat", Source.SAID)
        for typed in ("/memory", "/memory search boat"):
            await chat.settled(await chat.say(ADA, typed, place=GROUP))
            assert chat.texts(ADA, GROUP)[-1] == EN.say("shared.private")
