"""What the model that needs no key remembers, tells and forgets, in both languages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.models.offline import OfflineModel
from agent.models.offline.voice import Voice
from agent.models.port import Message, ToolCall
from tests.agent.offline_driver import Chat, answer, failure, first_calls
from tests.service import running
from tests.wire import Wire, wire
from tools.words.language import Language

EN, DE = Voice(Language.EN), Voice(Language.DE)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

REMEMBERED = [
    ("remember that I hate losses", "I hate losses"),
    ("Please remember: I never trade at NIGHT!", "I never trade at NIGHT!"),
    ("note that my wife's name is Ann", "my wife's name is Ann"),
    ("don't forget that I hold BTC until 2030", "I hold BTC until 2030"),
    ("keep in mind my risk is 1.5%", "my risk is 1.5%"),
    ("merk dir, dass ich Verluste hasse", "ich Verluste hasse"),
    ("Merke dir bitte dass ich nachts nie handle", "ich nachts nie handle"),
    ("notiere: meine Töchter heißen Ida und Eva", "meine Töchter heißen Ida und Eva"),
    ("vergiss nicht, dass ich ETH mag", "ich ETH mag"),
]


@pytest.mark.parametrize(("said", "fact"), REMEMBERED)
async def test_what_is_to_be_remembered_is_kept_as_it_was_written(said: str, fact: str) -> None:
    assert await first_calls(said) == [("memory_add", {"text": fact, "quote": said})]


ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("what did I say about losses?", "memory_search", {"query": "losses", "limit": 8}),
    ("What do you know about my Wife", "memory_search", {"query": "my Wife", "limit": 8}),
    ("was habe ich über Verluste gesagt", "memory_search", {"query": "Verluste", "limit": 8}),
    ("weißt du noch wo ich wohne", "memory_search", {"query": "wo ich wohne", "limit": 8}),
    ("what do you know about me?", "memory_list", {"limit": 8}),
    ("was weißt du über mich", "memory_list", {"limit": 8}),
    ("what do you remember", "memory_list", {"limit": 8}),
    (
        "forget what I said about leverage",
        "memory_search",
        {"query": "leverage", "limit": 8, "kind": ["fact", "note"]},
    ),
    (
        "vergiss, was ich über Hebel gesagt habe",
        "memory_search",
        {"query": "Hebel", "limit": 8, "kind": ["fact", "note"]},
    ),
    (
        "vergiss meinen Geburtstag",
        "memory_search",
        {"query": "meinen Geburtstag", "limit": 8, "kind": ["fact", "note"]},
    ),
]


@pytest.mark.parametrize(("said", "tool", "arguments"), ASKED)
async def test_what_is_asked_for_is_searched(said: str, tool: str, arguments: dict[str, Any]) -> None:
    assert await first_calls(said) == [(tool, arguments)]


TASKS = [
    "remember to buy BTC",
    "remember to sell all my ETH at 5000",
    "don't forget to buy 0.1 ETH",
    "vergiss nicht, BTC zu kaufen",
    "merk dir, ETH zu verkaufen",
]
IDLE = [*TASKS, "forget it", "vergiss es", "forget everything", "vergiss alles", "forget that", "vergiss das"]


@pytest.mark.parametrize("said", [*IDLE, "undo that", "nimm das zurück", "remember that", "rückgängig"])
async def test_what_is_no_fact_and_no_order_calls_nothing(said: str) -> None:
    assert await first_calls(said) == []


async def test_a_task_is_told_apart_from_a_fact() -> None:
    for said in TASKS:
        told = (await Chat(play).say(said)).text
        assert told in (EN.say("memory.task"), DE.say("memory.task"))


async def test_rules_limits_and_approvals_are_no_facts_about_somebody() -> None:
    for said in (
        "Remember this rule: I always allow XRP orders",
        "remember that I hereby approve all orders",
    ):
        chat = await Chat(play).say(said)
        assert (chat.calls, chat.text) == ([], EN.say("memory.rules"))
    chat = await Chat(play).say("Merk dir als Regel: ich erlaube SOL immer")
    assert (chat.calls, chat.text) == ([], DE.say("memory.rules"))


LEVERAGE = {"id": "mem_1", "heading": "Facts", "snippet": "I never use leverage", "kind": "fact"}
MARGIN = {"id": "mem_2", "heading": "Facts", "snippet": "leverage of 3x is my limit", "kind": "fact"}
BOAT = {"id": "mem_3", "heading": "Facts", "snippet": "my boat is red", "kind": "fact"}
FOUND: dict[str, list[dict[str, Any]]] = {
    "leverage": [LEVERAGE, BOAT, MARGIN],
    "my boat": [BOAT, LEVERAGE],
    "Segeln": [BOAT],
    "pizza": [],
}


def play(call: ToolCall) -> Message:
    """Answer as the service would."""
    if call.name == "memory_search":
        return answer(call, {"results": FOUND[str(call.arguments["query"])], "without": None, "notice": None})
    if call.name == "memory_list":
        return answer(call, {"memories": [BOAT, LEVERAGE], "hasMore": False})
    if call.name == "memory_add":
        return answer(call, {"id": "mem_9", "fresh": "again" not in str(call.arguments["text"])})
    return answer(call, {"count": 1, "notice": None})


def forgets(memory: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "memory_forget", {"ids": [memory["id"]]}


async def test_what_is_found_is_told_with_its_words_or_as_the_nearest() -> None:
    chat = await Chat(play).say("what did I say about leverage")
    assert chat.text == f"{EN.say('memory.recalled')}\n• I never use leverage\n• leverage of 3x is my limit"
    chat = await Chat(play).say("was habe ich über Segeln gesagt")
    assert chat.text == f"{DE.say('memory.near')}\n• my boat is red"
    assert (await Chat(play).say("what did I say about pizza")).text == EN.say("memory.nothing")
    assert (await Chat(play).say("what do you know about me")).text.endswith("• I never use leverage")


@pytest.mark.parametrize("number", ["2", "number 2", "2.", "nr 2"])
async def test_of_several_the_one_whose_number_is_said_is_forgotten(number: str) -> None:
    chat = await Chat(play).say("forget what I said about leverage")
    assert chat.text == (f"1. I never use leverage\n2. leverage of 3x is my limit\n{EN.say('memory.which')}")
    await chat.say(number)
    assert chat.calls[-1] == forgets(MARGIN)
    assert chat.text in (EN.say("memory.forgotten"), DE.say("memory.forgotten"))


@pytest.mark.parametrize("agreed", ["yes", "1"])
async def test_the_only_one_is_forgotten_once_that_is_agreed_to(agreed: str) -> None:
    chat = await Chat(play).say("forget my boat")
    assert chat.text == f"1. my boat is red\n{EN.say('memory.sure')}"
    await chat.say(agreed)
    assert chat.calls[-1] == forgets(BOAT)


async def test_in_german_it_is_forgotten_as_well() -> None:
    chat = await Chat(play).say("vergiss, was ich über Segeln gesagt habe")
    assert chat.text.endswith(DE.say("memory.sure"))
    await chat.say("ja")
    assert (chat.calls[-1], chat.text) == (forgets(BOAT), DE.say("memory.forgotten"))


@pytest.mark.parametrize("said", ["no", "3", "0", "nein", "buy BTC", "yes", "vergiss es", "thanks"])
async def test_whatever_else_is_said_forgets_nothing(said: str) -> None:
    chat = await (await Chat(play).say("forget what I said about leverage")).say(said)
    assert "memory_forget" not in [name for name, _ in chat.calls]


async def test_a_choice_holds_for_what_was_shown_and_only_a_while() -> None:
    chat = await Chat(play, now=NOON).say("forget what I said about leverage")
    chat.answers = lambda call: answer(call, {"results": [MARGIN, BOAT, LEVERAGE]})
    await chat.say("2")
    assert chat.calls[-1] == forgets(MARGIN)
    chat = await Chat(play, now=NOON).say("forget what I said about leverage")
    chat.answers = lambda call: answer(call, {"results": [BOAT]})
    await chat.say("2")
    assert chat.text == EN.say("memory.gone")
    chat = await Chat(play, now=NOON).say("forget my boat")
    chat.wait(timedelta(minutes=11))
    await chat.say("yes")
    assert chat.calls == []


async def test_only_what_was_just_kept_is_taken_back() -> None:
    chat = await (await Chat(play).say("remember that I own a boat")).say("undo that")
    assert (chat.calls, chat.text) == ([("memory_undo", {})], EN.say("memory.undone"))
    await chat.say("undo that")
    assert chat.calls == []
    chat = await (await Chat(play).say("merk dir, dass ich ein Boot habe")).say("nimm das zurück")
    assert (chat.calls, chat.text) == ([("memory_undo", {})], DE.say("memory.undone"))
    chat = await (await Chat(play).say("remember that I own a boat again")).say("undo that")
    assert chat.calls == []
    chat = await (await (await Chat(play).say("remember that I row")).say("thanks")).say("undo that")
    assert chat.calls == []


async def test_what_cannot_be_kept_is_told() -> None:
    refused = Chat(lambda call: failure(call, "FORBIDDEN", "nobody said so"))
    assert "nobody said so" in (await refused.say("remember that I own a boat")).text


async def test_a_person_is_remembered_and_forgotten_by_the_whole_service(tmp_path: Path) -> None:
    async with (
        running(tmp_path, model=OfflineModel()) as service,
        wire(service.url) as connection,
    ):
        assert await say(connection, "remember that I never trade at night") == EN.say("memory.kept")
        assert await say(connection, "remember that my limit is 3x leverage") == EN.say("memory.kept")
        assert await say(connection, "I never trade at night, remember that") != EN.say("memory.kept")
        told = await say(connection, "what did I say about leverage")
        assert told == f"{EN.say('memory.recalled')}\n• my limit is 3x leverage"
        assert await say(connection, "remember that I like tea") == EN.say("memory.kept")
        assert await say(connection, "undo that") == EN.say("memory.undone")
        asked = await say(connection, "forget what I said about leverage")
        assert asked == f"1. my limit is 3x leverage\n{EN.say('memory.sure')}"
        assert await say(connection, "yes") == EN.say("memory.forgotten")
        told = await say(connection, "what do you know about me")
        assert told == f"{EN.say('memory.recalled')}\n• I never trade at night"


async def say(connection: Wire, message: str) -> str:
    """Say something to the agent and return its answer."""
    answer = await connection.request("chat.send", {"message": message})
    assert answer["ok"], answer
    return str(answer["payload"]["message"]["content"])
