"""500 turns of three people with bait in them: what is kept is what they stated, each for themselves."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import cast
from unittest.mock import ANY

import pytest

from agent.distilling import RESTED
from agent.models.offline import OfflineModel
from memory.records import MessageRole, Session, SessionMode, TranscriptMessage
from tests.agent import bait_sentences as said
from tests.service import Running, running
from tools.context import Context
from tools.keys import NewKey
from tools.memory_views import Memories
from tools.policy import LOCAL_OWNER, Principal, Role

TURNS = 500
IN_ONE_TALK = 14
BEFORE_REST = 9
SEARCHES = 1_000

COINS = ("SOL", "ADA", "DOGE", "XRP")


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


FACTS = {"owner": lines(said.OWNER), "anna": lines(said.ANNA), "bernd": lines(said.BERND)}
REPEATS = {
    "owner": lines(said.OWNER_REPEATS),
    "anna": lines(said.ANNA_REPEATS),
    "bernd": lines(said.BERND_REPEATS),
}
BAIT = [
    each.replace("\\n", "\n").format(coin=coin)
    for coin in COINS
    for each in (*lines(said.BAIT_EN), *lines(said.BAIT_DE))
]


def talks(name: str, turns: int, seed: int) -> list[list[str]]:
    """Return what somebody types, conversation by conversation: facts among bait, then facts again."""
    chance = Random(seed)
    facts, repeats = FACTS[name], REPEATS[name]
    bait = chance.sample(BAIT, turns - len(facts) - len(repeats))
    first = [*facts, *bait[: len(bait) * 2 // 3]]
    chance.shuffle(first)
    then = [*repeats, *bait[len(bait) * 2 // 3 :]]
    chance.shuffle(then)
    every = first + then
    return [every[start : start + IN_ONE_TALK] for start in range(0, len(every), IN_ONE_TALK)]


class House:
    """A service and the people in it, by their names."""

    def __init__(self, service: Running) -> None:
        self.service = service
        self.people: dict[str, Principal] = {"owner": LOCAL_OWNER}

    async def call(self, capability: str, who: Principal = LOCAL_OWNER, **params: object) -> object:
        app = self.service.app
        return await app.registry.call(capability, params, Context(who, app.services, app.registry))

    async def let_in(self, name: str) -> None:
        """Have somebody come in by a key."""
        made = cast(NewKey, await self.call("keys.create", name=name, role="trader"))
        self.people[name] = Principal(f"key:{made.id}", Role.TRADER)

    async def say(self, name: str, session: str, messages: Sequence[str]) -> None:
        """Have somebody say something and be answered."""
        for message in messages:
            await self.call("chat.send", self.people[name], message=message, sessionId=session)

    async def have_said(self, name: str, session: str, messages: Sequence[str]) -> None:
        """Put a conversation on disk as its turns would have left it."""
        services, who = self.service.app.services, self.people[name].id
        now = services.clock.now()
        async with services.database.transact() as uow:
            await uow.sessions.ensure(Session(session, who, session, SessionMode.AUTO, now, now))
            for message in messages:
                for role, text in ((MessageRole.USER, message), (MessageRole.ASSISTANT, "I see.")):
                    said = TranscriptMessage(services.new_id("msg"), who, session, role, text, now)
                    await uow.messages.append(said)

    async def rest(self, spoken: Sequence[tuple[str, str]]) -> None:
        """Let conversations rest until they are distilled."""
        await self.service.advance(RESTED.total_seconds())
        async with asyncio.timeout(60):
            for name, session in spoken:
                while not await self._is_distilled(self.people[name].id, session):
                    await self.service.advance(60)
                    await asyncio.sleep(0.01)

    async def _is_distilled(self, principal: str, session: str) -> bool:
        async with self.service.app.services.database.read() as uow:
            return await uow.distilled.get(principal, session) is not None

    def kept(self, name: str) -> list[str]:
        """Return what is kept of somebody, in any of their files."""
        folder = self.service.app.services.memories.workspace.of(self.people[name].person)
        files = [*sorted(folder.glob("memory/*.md")), folder / "MEMORY.md"]
        texts = [each.read_text() for each in files if each.exists()]
        return [line[2:] for text in texts for line in text.splitlines() if line.startswith("- ")]

    async def found(self, name: str, query: str) -> list[str]:
        """Return what somebody finds."""
        answer = cast(Memories, await self.call("memory.search", self.people[name], query=query))
        return [each.snippet.removeprefix("- ") for each in answer.results]


@asynccontextmanager
async def after_talking(home: Path, answered: bool, embeddings: str) -> AsyncIterator[House]:
    """Serve three people who have typed so much, and whose conversations are over.

    They were `answered` by the offline model, or else that is taken as done.
    """
    async with running(home, model=OfflineModel(), limits=False, embeddings=embeddings) as service:
        house = House(service)
        for name in ("anna", "bernd"):
            await house.let_in(name)
        say = house.say if answered else house.have_said
        each = -(-TURNS // len(FACTS))
        planned = {name: talks(name, each, seed) for seed, name in enumerate(FACTS)}
        spoken: list[tuple[str, str]] = []
        for number in range(max(map(len, planned.values()))):
            session = f"talk{number}" if number else "main"
            for name, some in planned.items():
                await say(name, session, some[number])
                spoken.append((name, session))
            await service.advance(90)
            if len(spoken) >= BEFORE_REST:
                await house.rest(spoken)
                spoken.clear()
        await house.rest(spoken)
        yield house


def judged(kept: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str], list[str]]:
    """Return the facts that were kept, what else was, and what was kept again."""
    right = [each for name, all_kept in kept.items() for each in all_kept if each in FACTS[name]]
    again = [each for name, all_kept in kept.items() for each in all_kept if each in REPEATS[name]]
    wrong = [
        each
        for name, all_kept in kept.items()
        for each in all_kept
        if each not in FACTS[name] and each not in REPEATS[name]
    ]
    again += [each for each in right if right.count(each) > 1]
    return right, wrong, again


async def strangers(house: House, kept: Mapping[str, Sequence[str]], searches: int) -> list[tuple[str, str]]:
    """Return what people found of others, having searched so often with the words of those."""
    leaks = []
    names = list(FACTS)
    asked = [(other, each) for other in names for each in (*FACTS[other], *REPEATS[other], *BAIT)]
    for other, query in islice(cycle(Random(1).sample(asked, len(asked))), searches):
        for name in names:
            if name != other:
                theirs = set(kept[other]) - set(kept[name])
                leaks += [(name, each) for each in await house.found(name, query) if each in theirs]
    return leaks


async def test_what_is_kept_of_500_turns_is_what_people_stated_and_each_finds_their_own(
    tmp_path: Path,
) -> None:
    assert sum(map(len, FACTS.values())) >= 60
    async with after_talking(tmp_path, answered=False, embeddings="off") as house:
        kept = {name: house.kept(name) for name in FACTS}
        right, wrong, again = judged(kept)
        assert again == []
        assert len(right) >= 0.95 * (len(right) + len(wrong))
        assert len(right) >= 0.8 * sum(map(len, FACTS.values()))
        assert not [each for each in wrong if "K.I.T." in each or "\n" in each]
        for name in FACTS:
            assert kept[name][0] in await house.found(name, kept[name][0])
        assert await strangers(house, kept, SEARCHES // 10) == []


@pytest.mark.long
async def test_they_are_answered_and_find_by_meaning_nothing_of_others(tmp_path: Path) -> None:
    async with after_talking(tmp_path, answered=True, embeddings="local") as house:
        await house.service.app.services.memories.index.settle()
        kept = {name: house.kept(name) for name in FACTS}
        assert judged(kept) == (ANY, [], [])
        for name in FACTS:
            assert kept[name][0] in await house.found(name, kept[name][0])
        assert await strangers(house, kept, SEARCHES) == []
