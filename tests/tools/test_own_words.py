"""A model keeps of a person only what they typed themselves, and drops nothing unless they speak of it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from agent.models.port import Completion, ModelRequest, Role, ToolCall
from agent.models.scripted import ScriptedModel
from tests.service import Running, running
from tests.wire import wire
from tools.context import Context
from tools.errors import CallError
from tools.own_words import own_lines
from tools.policy import LOCAL_OWNER, Principal
from tools.policy import Role as Right
from trading.model import Origin

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORWARDED = "I forward you a text that somebody else wrote; it is not an instruction of mine:"


class Suggested:
    """A model that makes the call it is to make, and tells what came of it."""

    def __init__(self) -> None:
        self.call: tuple[str, dict[str, Any]] | None = None
        self.outcome: dict[str, Any] = {}

    def __call__(self, request: ModelRequest) -> Completion:
        last = request.messages[-1]
        if last.role is Role.TOOL:
            self.outcome = json.loads(last.text)
        elif self.call is not None:
            return Completion("", "scripted:model", (ToolCall("call", *self.call),))
        return Completion("done", "scripted:model")


class Talk:
    """A conversation with a model that wants to keep or drop something."""

    def __init__(self, service: Running, model: Suggested) -> None:
        self.service = service
        self._model = model

    async def say(
        self, message: str, call: str = "", who: Principal = LOCAL_OWNER, session: str = "main", **more: Any
    ) -> str | None:
        """Say something, have the model call this then, and return the code of its failure."""
        arguments: dict[str, Any] = {key: more.pop(key) for key in ("text", "quote", "ids") if key in more}
        self._model.call = (f"memory_{call}", arguments) if call else None
        self._model.outcome = {}
        context = replace(Context(who, self.service.app.services, self.service.app.registry), **more)
        await context.door.call("chat.send", {"message": message, "sessionId": session}, context)
        error = self._model.outcome.get("error")
        return str(error["code"]) if error else None

    async def kept(self, who: Principal = LOCAL_OWNER) -> list[str]:
        """Return what is remembered of somebody, the latest first."""
        context = Context(who, self.service.app.services, self.service.app.registry)
        listed = (await context.door.call("memory.list", {"limit": 50}, context)).model_dump(mode="json")
        return [each["snippet"] for each in listed["memories"]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Talk]:
    model, home = Suggested(), tmp_path_factory.mktemp("home")
    async with running(home, limits=False, model=ScriptedModel(model)) as service:
        yield Talk(service, model)


def who(name: str) -> Principal:
    return Principal(f"key_{name}", Right.TRADER)


KEPT = [
    ("I never risk more than 2% per trade", "Never risks more than 2% per trade", "never risk more than 2%"),
    ("ok so, my   DAUGHTER lives\nin Oslo now", "The daughter lives in Oslo", "my daughter lives in oslo"),
    ("Ich hasse Verluste über alles", "Hasst Verluste", "hasse Verluste"),
    ("I'm Kim", "Name: Kim", "I'm Kim"),
    ("no DOGE!", "No DOGE", "NO DOGE!"),
]


@pytest.mark.parametrize(("said", "fact", "quote"), KEPT)
async def test_a_paraphrase_of_what_was_typed_is_kept(talk: Talk, said: str, fact: str, quote: str) -> None:
    person = who(f"kept{KEPT.index((said, fact, quote))}")
    assert await talk.say(said, "add", person, text=fact, quote=quote) is None
    assert await talk.kept(person) == [fact]


SMUGGLED = [
    ("What do the news say?", "Wants every order approved at once", "every order approved at once"),
    ("What do the news say?", "Wants every order approved at once", "What do the news say?"),
    ("What do the news say?", "Wants every order approved at once", None),
    ("What do the news say?", "Wants every order approved at once", ""),
    ("I like BTC", "Likes BTC", "like"),
    ("I like BTC", "Likes BTC and leverage of 50x for every trade", "I like BTC"),
    ("I like BTC", "Likes BTC and wants orders approved without questions", "I like BTC"),
    ("I risk 2% per trade", "Risks 20% per trade", "I risk 2% per trade"),
    ("> I want leverage\nwhat is this about", "Wants leverage", "I want leverage"),
    (f"{FORWARDED}\n\n> I sell all my ETH\n> on Friday", "Sells all ETH on Friday", "I sell all my ETH"),
    ("read this\n>>> one\nI sell all my ETH", "Sells all ETH", "I sell all my ETH"),
    ("done", "Is done with stocks", "one"),
]


@pytest.mark.parametrize(("said", "fact", "quote"), SMUGGLED)
async def test_what_the_person_did_not_type_is_never_kept(
    talk: Talk, said: str, fact: str, quote: str | None
) -> None:
    person = who(f"smuggled{SMUGGLED.index((said, fact, quote))}")
    given = {} if quote is None else {"quote": quote}
    assert await talk.say(said, "add", person, text=fact, **given) == "FORBIDDEN"
    assert await talk.kept(person) == []


async def test_the_models_own_words_and_other_conversations_bear_no_witness(talk: Talk) -> None:
    person, fact = who("elsewhere"), {"text": "Is done", "quote": "done"}
    await talk.say("hello", who=person)
    assert await talk.say("hi", "add", person, **fact) == "FORBIDDEN"
    mine = {"text": "Owns a red boat", "quote": "I own a red boat"}
    await talk.say("I own a red boat", who=person, session="other")
    assert await talk.say("hi again", "add", person, **mine) == "FORBIDDEN"
    await talk.say("I own a red boat", who=who("somebody else"))
    assert await talk.say("hi once more", "add", person, **mine) == "FORBIDDEN"
    assert await talk.say("well", "add", person, session="other", **mine) is None


async def test_words_of_long_ago_bear_no_witness_any_more(talk: Talk) -> None:
    person = who("patient")
    fact = {"text": "Owns a red boat", "quote": "I own a red boat"}
    await talk.say("I own a red boat", who=person)
    for number in range(8):
        await talk.say(f"something else {number}", who=person)
    assert await talk.say("and now", "add", person, **fact) is None
    assert await talk.say("one more", "add", person, **fact) == "FORBIDDEN"


async def test_what_a_job_puts_to_the_agent_adds_and_drops_nothing(talk: Talk) -> None:
    person, fact = who("asleep"), {"text": "Likes leverage", "quote": "I like leverage a lot"}
    job = {"origin": Origin.JOB}
    assert await talk.say("I like leverage a lot", "add", person, **fact, **job) == "FORBIDDEN"
    assert await talk.say("go on, please", "add", person, **fact) == "FORBIDDEN"
    assert await talk.say("I like leverage a lot", "add", person, **fact) is None
    more = {"text": "Likes leverage a lot", "quote": "I like leverage a lot"}
    assert await talk.say("look at the market", "add", person, **more, **job) == "FORBIDDEN"
    assert await talk.say("forget it all", "undo", person, **job) == "FORBIDDEN"
    assert await talk.kept(person) == ["Likes leverage"]


async def test_a_model_drops_only_what_its_person_wants_gone(talk: Talk) -> None:
    person = who("careful")
    assert await talk.say("I own a boat", "add", person, text="Owns a boat", quote="I own a boat") is None
    ids = await _ids(talk.service, person)
    calls: tuple[tuple[str, dict[str, Any]], ...] = (("undo", {}), ("forget", {"ids": ids}))
    for call, given in calls:
        assert await talk.say("what do the news say", call, person, **given) == "FORBIDDEN"
        assert await talk.say("> forget the boat\nhm", call, person, **given) == "FORBIDDEN"
    assert await talk.kept(person) == ["Owns a boat"]
    await talk.say("Vergiss, was ich über das Boot gesagt habe", who=person)
    assert await talk.say("ja", "forget", person, ids=ids) is None
    assert await talk.kept(person) == []


async def _ids(service: Running, person: Principal) -> list[str]:
    context = Context(person, service.app.services, service.app.registry)
    listed = (await context.door.call("memory.list", {}, context)).model_dump(mode="json")
    return [each["id"] for each in listed["memories"]]


async def test_a_person_needs_no_quote(talk: Talk) -> None:
    async with wire(talk.service.url) as connection:
        answer = await connection.request("memory.add", {"text": "I live in Graz"})
        assert answer["payload"]["fresh"] is True
    person = who("nobody")
    context = replace(
        Context(person, talk.service.app.services, talk.service.app.registry), origin=Origin.MODEL
    )
    with pytest.raises(CallError) as refused:
        await context.door.call("memory.add", {"text": "I live in Graz", "quote": "I live in Graz"}, context)
    assert refused.value.reason.value == "FORBIDDEN"


async def test_lines_that_quote_others_are_left_out() -> None:
    assert own_lines("mine\n> theirs\n  > theirs too\nmine again") == "mine\nmine again"
    assert own_lines("mine\u2028> theirs\x0bmine") == "mine\nmine"
    assert own_lines("mine\n>>> theirs\nand theirs") == "mine"
