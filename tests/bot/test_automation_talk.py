"""People look after their alerts in a chat: by commands and by buttons, and only after those of their own."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from bot.chat import Person, Place
from bot.scripted import ScriptedChat
from tests.bot.room import Room, buttons, private, room
from tools.alert_views import AlertList
from tools.context import Context
from tools.policy import Principal, Role

ADA, BEN = Person("telegram:1", "Ada", "en"), Person("telegram:2", "Ben", "en")
GROUP = Place("telegram", "-7", private=False)
OWN = Principal(ADA.id, Role.TRADER, "main")
HIGH = {"type": "price", "pair": "BTC/USDT", "condition": "above", "value": 1_000_000}


@pytest_asyncio.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path, ScriptedChat(platform="telegram")) as chat:
        await chat.let_in(ADA, "trader")
        await chat.let_in(BEN, "trader")
        yield chat


async def call(chat: Room, name: str, **params: Any) -> Any:
    app = chat.service.app
    return await app.registry.call(name, params, Context(OWN, app.services, app.registry))


async def states(chat: Room) -> list[str]:
    found = await call(chat, "alert.list")
    assert isinstance(found, AlertList)
    return [each.status for each in found.alerts]


def labels(chat: Room) -> list[str]:
    return [each.label for each in buttons(chat.posted(ADA)[-1].message)]


async def test_an_alert_in_words_is_shown_before_it_is_saved(chat: Room) -> None:
    await chat.settled(await chat.say(ADA, "/alert btc above 1000000, every time"))
    card = chat.posted(ADA)[-1]
    assert card.message.part.text.startswith(
        "**Save this?**\n\n**BTC/USDT above 1,000,000.00** · active\nNow: 68,"
    )
    assert (await states(chat), labels(chat)) == ([], ["Save", "Cancel"])
    assert await chat.settled(await chat.press(ADA, "Cancel")) == "dropped"
    assert await states(chat) == []

    await chat.settled(await chat.say(ADA, "/alarm btc über 1000000"))
    twice = [await chat.press(ADA, "Save"), await chat.press(ADA, "Save")]
    assert sorted([await chat.settled(each) for each in twice]) == ["answered", "press.used"]
    assert await states(chat) == ["active"]
    assert chat.texts(ADA)[-1].startswith("**Alert saved**\n**BTC/USDT above 1,000,000.00** · active")
    assert labels(chat) == ["Pause", "Delete"]


async def test_an_alert_that_would_fire_at_once_says_so_first_and_one_that_cannot_be_is_not_asked(
    chat: Room,
) -> None:
    await chat.settled(await chat.say(ADA, "/alert btc above 1"))
    assert "**This holds already: saved like that, it fires at once.**" in chat.texts(ADA)[-1]
    for words in ("btc", "nobodyknows above 7", "btc above 7 until yesterday", "rsi(100000) of btc above 7"):
        await chat.settled(await chat.say(ADA, f"/alert {words}"))
        assert labels(chat) == [], words
    # What is asked of a viewer would be refused: they are told so, and nothing is made.
    await chat.let_in(ADA, "viewer")
    await chat.settled(await chat.say(ADA, "/alert btc above 1000000"))
    await chat.settled(await chat.press(ADA, "Save"))
    assert (await states(chat), chat.texts(ADA)[-1][:19]) == ([], "You may not do that")


async def test_alerts_are_listed_paused_resumed_and_deleted(chat: Room) -> None:
    await call(chat, "alert.create", **HIGH)
    await call(chat, "alert.create", **{**HIGH, "value": 2_000_000})
    assert await chat.settled(await chat.say(ADA, "/alerts")) == "answered"
    listed = chat.posted(ADA)[-1].message
    assert "1. **BTC/USDT above 1,000,000.00** · active" in listed.part.text
    assert labels(chat) == ["1 Pause", "1 Delete", "2 Pause", "2 Delete", "Refresh"]

    assert await chat.settled(await chat.press(ADA, "2 Pause")) == "answered"
    assert await states(chat) == ["active", "paused"]
    assert chat.texts(ADA)[-1].startswith("**BTC/USDT above 2,000,000.00** · paused")
    # What has changed something is not offered once more.
    assert labels(chat) == ["Resume", "Delete"]
    await chat.settled(await chat.say(ADA, "/alarme löschen 1"))
    assert (await states(chat), chat.texts(ADA)[-1]) == (["paused"], "The alert is deleted.")
    await chat.settled(await chat.say(ADA, "/alerts resume 1"))
    assert await states(chat) == ["active"]


async def test_all_alerts_are_deleted_only_after_a_question(chat: Room) -> None:
    await call(chat, "alert.create", **HIGH)
    await chat.settled(await chat.say(ADA, "/alerts clear"))
    assert (await states(chat), labels(chat)) == (["active"], ["Delete all", "Leave it"])
    assert await chat.settled(await chat.press(ADA, "Leave it")) == "dropped"
    assert await states(chat) == ["active"]
    await chat.settled(await chat.say(ADA, "/alerts clear"))
    assert await chat.settled(await chat.press(ADA, "Delete all")) == "answered"
    assert (await states(chat), chat.texts(ADA)[-1]) == ([], "Alerts deleted: 1")


async def test_what_fired_is_snoozed_and_deleted_by_its_buttons(chat: Room) -> None:
    made = await call(chat, "alert.create", **{**HIGH, "value": 1, "message": "well above"})
    assert made.met
    await chat.until(lambda: chat.posted(ADA))
    told = chat.posted(ADA)[0]
    assert told.message.part.text.startswith("**Alert** · BTC/USDT\nBTC/USDT above 1.00\nObserved: **68,")
    assert told.message.part.text.endswith("simulated prices_\n> well above")
    snooze = buttons(told.message)[0].data
    foreign = await chat.say(BEN, place=private(ADA), pressed=snooze, message=told.name)
    assert (await chat.settled(foreign), await states(chat)) == ("press.foreign", ["triggered"])

    assert await chat.settled(await chat.press(ADA, "Snooze 1h")) == "answered"
    assert await states(chat) == ["paused"]
    assert "Paused until: Nov 20 13:0" in chat.texts(ADA)[-1]
    gone = await chat.say(ADA, pressed=buttons(told.message)[1].data, message=told.name)
    assert await chat.settled(gone) == "answered"
    assert (await states(chat), chat.texts(ADA)[-1]) == ([], "The alert is deleted.")
    await chat.settled(await chat.say(ADA, "/alerts history"))
    assert f"Delivery: Telegram · delivered · Nov 20 12:00 UTC · as {told.name}" in chat.texts(ADA)[-1]


async def test_a_viewer_may_look_but_not_touch_and_others_see_none_of_it(chat: Room) -> None:
    await call(chat, "alert.create", **HIGH)
    await call(chat, "alert.create", type="portfolio", condition="below", value=77_000)
    await chat.settled(await chat.say(BEN, "/alerts"))
    assert chat.texts(BEN)[-1].startswith("No alerts.")
    await chat.settled(await chat.say(ADA, "/alerts", place=GROUP))
    assert chat.texts(ADA, GROUP)[-1] == "I show that only in our private chat."
    await chat.let_in(ADA, "viewer")
    await chat.settled(await chat.say(ADA, "/alerts delete 1"))
    assert (len(await states(chat)), chat.texts(ADA)[-1][:19]) == (2, "You may not do that")
