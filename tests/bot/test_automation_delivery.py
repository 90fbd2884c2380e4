"""What alerts and jobs come to reaches people: with buttons, a picture, and as loud as they want it."""

import asyncio
from pathlib import Path
from typing import Any

from bot.chat import ChatError, Message, Unreachable
from bot.scripted import ScriptedChat
from tests.bot.automation_samples import ANSWERED, FIRED, notice
from tests.bot.room import ADA, BEN, PATIENCE, Room, buttons, private, room
from tools.delivering import TURNED_OFF
from trading.notices import Notice


async def tell(chat: Room, *notices: Notice) -> None:
    async with chat.service.app.services.database.transact() as uow:
        await uow.notices.add(*notices)


async def delivered_as(chat: Room, count: int) -> list[str]:
    """Return the names under which messages arrived, oldest first, once all of them are settled."""
    found: list[Any] = []
    for _ in range(PATIENCE):
        async with chat.service.app.services.database.read() as uow:
            found = list(await uow.notices.of(ADA.id, 10))
        if len(found) == count and all(each.due_at is None for each in found):
            return [each.delivered_as for each in reversed(found)]
        await asyncio.sleep(0.005)
        await chat.service.advance(0.25)
    raise AssertionError(found)


async def test_what_fired_arrives_with_buttons_and_its_picture_follows_without_a_sound(
    tmp_path: Path,
) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.let_in(BEN, "owner")
        await tell(chat, notice("alert.triggered", "BTC/USDT above 65,000", FIRED))
        await chat.until(lambda: len(chat.posted(ADA)) == 2)
        told, drawn = chat.posted(ADA)
        assert [each.label for each in buttons(told.message)] == ["Snooze 1h", "Delete", "Analyse"]
        assert (told.silent, drawn.silent, told.message.picture) == (False, True, None)
        assert drawn.message.picture is not None
        assert drawn.message.picture.data.startswith(b"\x89PNG")
        assert await delivered_as(chat, 1) == [told.name]

        data = buttons(told.message)[2].data
        foreign = await chat.say(BEN, place=private(ADA), pressed=data, message=told.name)
        assert await chat.settled(foreign) == "press.foreign"
        assert await chat.settled(await chat.press(ADA, "Analyse")) == "answered"
        assert chat.texts(ADA)[-1].startswith("**BTC/USDT 1h**")


async def test_a_picture_that_cannot_be_made_or_sent_keeps_no_message_back(tmp_path: Path) -> None:
    def fault(what: str, message: Message | None) -> ChatError | None:
        return Unreachable("no pictures here") if message is not None and message.picture else None

    async with room(tmp_path, ScriptedChat(fault=fault)) as chat:
        await chat.let_in(ADA, "viewer")
        await tell(
            chat,
            notice(
                "alert.triggered", "of a pair nobody trades", {**FIRED, "pair": "NOBODY/KNOWS"}, name="ntc_1"
            ),
            notice("alert.triggered", "of a pair that is drawn", FIRED, name="ntc_2"),
        )
        names = await delivered_as(chat, 2)
        assert names == [each.name for each in chat.posted(ADA)]
        await chat.until(lambda: chat.chat.attempts >= 3)
        assert len(chat.posted(ADA)) == 2


async def test_a_silent_message_rings_no_bell_and_one_that_is_not_wanted_does_not_come(
    tmp_path: Path,
) -> None:
    quiet = {**ANSWERED, "silent": True}
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "viewer")
        await tell(chat, notice("job.result", "loud", ANSWERED), notice("job.result", "q", quiet, name="n2"))
        await delivered_as(chat, 2)
        assert [each.silent for each in chat.posted(ADA)] == [False, True]
        await chat.settled(await chat.say(ADA, "/settings notifications.jobs off"))
        await tell(chat, notice("job.result", "off", quiet, name="n3"))
        assert (await delivered_as(chat, 3))[-1] == TURNED_OFF
        assert len(chat.posted(ADA)) == 3


async def test_what_the_agent_wrote_for_a_job_is_shown_as_it_wrote_it(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "viewer")
        await tell(
            chat,
            notice("job.result", "**All** is well.", ANSWERED, name="ntc_1"),
            notice("job.failed", "the model hangs", ANSWERED, name="ntc_2"),
            notice("alert.triggered", "of a shape nobody knows", {"pair": 7}, name="ntc_3"),
        )
        await chat.until(lambda: len(chat.posted(ADA)) == 3)
        assert chat.texts(ADA) == [
            "**daily\\_report**\n\n**All** is well.",
            "**daily\\_report** · failed\nthe model hangs",
            "**Alert**\nof a shape nobody knows",
        ]
        shown = [[each.label for each in buttons(each.message)] for each in chat.posted(ADA)]
        assert shown == [[], ["Run again"], []]
