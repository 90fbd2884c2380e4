"""The whole service over Telegram's wire: who writes to the bot is let in, heard once, and answered."""

import asyncio
import re
import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.models.scripted import ScriptedModel
from tests.agent.talking import says
from tests.bot.automation_samples import ANSWERED, notice
from tests.bot.telegram_desk import Desk
from tests.bot.telegram_house import ADA, BEN, after, buttons, edits, house, written
from tests.peers.telegram import Carry, dropped, lost, refusal, well
from tests.service import NOON
from trading.clock import ManualClock

# The SDK warns of a type that it will give one day, whichever is used.
pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")

LONG = "The market is calm, and nothing of note has happened since this morning."


async def test_a_stranger_gets_a_code_is_let_in_told_so_and_heard(tmp_path: Path, desk: Desk) -> None:
    model = ScriptedModel([says("Welcome.")])
    async with house(tmp_path, desk.peer, model=model) as bot:
        assert await bot.settled(await bot.say(ADA, "/start")) == "paired"
        (given,) = bot.texts(ADA)
        (code,) = set(re.findall(r"\b[A-Z0-9]{8}\b", given or ""))
        assert await bot.settled(await bot.say(BEN, f"/start {code}")) == "paired"
        assert await bot.settled(await bot.say(ADA, "buy everything")) == "paired"
        assert model.requests == []

        await bot.call("access.approve", code=code, role="trader")
        await bot.until(lambda: len(bot.texts(ADA)) == 3)
        hello = await bot.answered(ADA, "/start")
        assert "/price" in (hello.text or "")
        assert (await bot.answered(ADA, "hello")).text == "Welcome."
        assert len(bot.texts(BEN)) == 1


async def test_an_answer_grows_in_one_message(tmp_path: Path, desk: Desk) -> None:
    goes_on = asyncio.Event()
    async with house(tmp_path, desk.peer, model=ScriptedModel([says(LONG)], hold=goes_on)) as bot:
        await bot.let_in(ADA)
        asked = await bot.say(ADA, "how is it?")
        await bot.until(lambda: bot.texts(ADA))
        ((number, begun),) = bot.messages(ADA)
        assert LONG.startswith(begun.text or "-")
        assert begun.text != LONG
        goes_on.set()
        assert await bot.settled(asked) == "answered"
        assert bot.texts(ADA) == [LONG]
    assert len(desk.peer.of("sendMessage")) == 1
    assert edits(desk.peer, number)[-1].fields["text"] == LONG
    assert desk.peer.of("sendChatAction")[0].fields == {"chat_id": "42", "action": "typing"}


async def test_the_same_message_goes_on_after_telegram_wanted_to_be_left_alone(
    tmp_path: Path, desk: Desk
) -> None:
    goes_on = asyncio.Event()
    async with house(tmp_path, desk.peer, model=ScriptedModel([says(LONG)], hold=goes_on)) as bot:
        await bot.let_in(ADA)
        asked = await bot.say(ADA, "how is it?")
        await bot.until(lambda: bot.texts(ADA))
        desk.peer.fail("editMessageText", refusal(429, "Too Many Requests", retry_after=35))
        goes_on.set()
        await bot.until(lambda: desk.peer.of("editMessageText"))
        limited = bot.service.clock.now()
        assert await bot.settled(asked) == "answered"
        assert bot.service.clock.now() - limited >= timedelta(seconds=34)
        assert bot.texts(ADA) == [LONG]
    assert len(desk.peer.of("sendMessage")) == 1


async def test_a_turn_that_ends_before_its_first_words_have_arrived_is_told_once(
    tmp_path: Path, desk: Desk
) -> None:
    arrives, told = asyncio.Event(), list[str]()
    async with house(tmp_path, desk.peer, model=ScriptedModel([says(LONG)])) as bot:
        await bot.let_in(ADA)
        bot.service.app.services.events.listen(lambda events: told.extend(each.name for each in events))
        desk.peer.fail("sendMessage", after(arrives))
        asked = await bot.say(ADA, "how is it?")
        await bot.until(lambda: "chat.complete" in told and desk.peer.of("sendMessage"))
        await bot.service.advance(5)
        arrives.set()
        assert await bot.settled(asked) == "answered"
        assert bot.texts(ADA) == [LONG]
    assert len(desk.peer.of("sendMessage")) == 1


async def test_a_change_whose_answer_was_lost_is_no_error_when_it_is_there(
    tmp_path: Path, desk: Desk
) -> None:
    goes_on = asyncio.Event()
    async with house(tmp_path, desk.peer, model=ScriptedModel([says(LONG)], hold=goes_on)) as bot:
        await bot.let_in(ADA)
        asked = await bot.say(ADA, "how is it?")
        await bot.until(lambda: bot.texts(ADA))
        # The second time it says already what it shall say: Telegram calls it not modified.
        desk.peer.fail("editMessageText", lost)
        goes_on.set()
        assert await bot.settled(asked) == "answered"
        assert bot.texts(ADA) == [LONG]
        assert (await bot.page("/health"))[0] == 200
    assert [each.fields["text"] for each in desk.peer.of("editMessageText")] == [LONG, LONG]


async def test_text_whose_marks_are_refused_goes_without_them(tmp_path: Path, desk: Desk) -> None:
    desk.peer.fail("sendMessage", refusal(400, "Bad Request: can't parse entities: unsupported"))
    async with house(tmp_path, desk.peer, model=ScriptedModel([says("a **bold** word")])) as bot:
        await bot.let_in(ADA)
        answer = await bot.answered(ADA, "how is it?")
        assert answer.entities is None
        assert "bold" in (answer.text or "")
    assert "entities" in desk.peer.of("sendMessage")[0].fields


async def test_a_command_is_answered_by_a_card_that_can_be_refreshed(tmp_path: Path, desk: Desk) -> None:
    model = ScriptedModel([])
    async with house(tmp_path, desk.peer, model=model) as bot:
        await bot.let_in(ADA, "viewer")
        before = await bot.answered(ADA, "/price btc")
        assert "BTC/USDT" in (before.text or "")
        assert before.entities
        await bot.service.advance(120)
        assert await bot.settled(await bot.press(ADA, "Refresh")) == "answered"
        ((_, now),) = bot.messages(ADA)
        assert now.text != before.text
        assert [each["text"] for each in buttons(now)] == ["Refresh"]
        assert model.requests == []
    assert len(desk.peer.of("answerCallbackQuery")) == 1


async def test_a_trade_is_confirmed_by_a_button_that_works_once(tmp_path: Path, desk: Desk) -> None:
    async with house(tmp_path, desk.peer) as bot:
        await bot.let_in(ADA, "trader")
        await bot.answered(ADA, "/settings confirm.paper on")
        card = await bot.answered(ADA, "/buy btc 500 usdt")
        number = bot.messages(ADA)[-1][0]
        assert [(each["text"], each["style"]) for each in buttons(card)] == [
            ("Do it", "success"),
            ("Leave it", "danger"),
        ]
        assert "PAPER" in (card.text or "")
        presses = [await bot.press(ADA, "Do it"), await bot.press(ADA, "Do it")]
        assert sorted([await bot.settled(each) for each in presses]) == ["answered", "press.used"]
        assert buttons(dict(bot.messages(ADA))[number]) == []
        async with bot.service.app.services.database.read() as uow:
            assert len(await uow.fills.of("main")) == 1


async def test_a_chart_is_sent_as_a_picture(tmp_path: Path, desk: Desk) -> None:
    pictures: list[bytes] = []

    async def seen(request: Any, carry: Carry) -> Any:
        photo = (await request.post())["photo"].file
        pictures.append(photo.read())
        photo.seek(0)
        return await well(request, carry)

    desk.peer.fail("sendPhoto", seen)
    async with house(tmp_path, desk.peer) as bot:
        await bot.let_in(ADA, "viewer")
        shown = await bot.answered(ADA, "/chart btc 4h")
        assert "BTC/USDT" in (shown.caption or "")
    (picture,) = pictures
    width, height = struct.unpack(">II", picture[16:24])
    assert (picture[:8], picture[12:16], picture[-8:-4]) == (b"\x89PNG\r\n\x1a\n", b"IHDR", b"IEND")
    assert min(width, height) >= 400


async def test_a_restart_finishes_the_message_it_cut_off_and_answers_what_waited_once(
    tmp_path: Path, desk: Desk
) -> None:
    never, both = asyncio.Event(), asyncio.Event()
    clock = ManualClock(NOON)
    # Both come with one poll, and no poll after it says that they have come.
    desk.peer.fail("getUpdates", after(both), *[dropped] * 1000)
    stuck = ScriptedModel([says(LONG)], hold=never)
    async with house(tmp_path, desk.peer, clock=clock, model=stuck) as bot:
        await bot.let_in(ADA)
        names = [await bot.say(ADA, "first"), await bot.say(ADA, "second")]
        both.set()
        await bot.until(lambda: len(bot.texts(ADA)) == 2)
        # What Telegram shows by now, this process has to know too.
        for name, words in zip(names, ({"messages", "turn"}, {"messages"}), strict=True):
            await bot.noted(name, words)
    numbers = [number for number, _ in bot.messages(ADA)]
    desk.peer.faults.clear()
    polls = len(desk.peer.of("getUpdates"))

    clock = ManualClock(clock.now() + timedelta(seconds=5))
    async with house(tmp_path, desk.peer, clock=clock, model=ScriptedModel([says("To the second.")])) as bot:
        assert [await bot.settled(each) for each in names] == ["answered", "answered"]
        acknowledged = await desk.peer.heard("getUpdates", polls + 2)
        last = await bot.answered(ADA, "/help price")
        assert [number for number, _ in bot.messages(ADA)][:2] == numbers
        # The word that the second one waits may have come before the first words of the answer.
        cut, answer = sorted(bot.texts(ADA)[:2], key="To the second.".__eq__)
        assert (cut or "").startswith(LONG[:8])
        assert cut not in (LONG, LONG[:8])
        assert answer == "To the second."
        assert last.text
    assert "offset" not in desk.peer.of("getUpdates")[polls].fields
    assert acknowledged.fields["offset"] == str(int(names[1].rpartition(":")[2]) + 1)
    assert len(desk.peer.of("sendMessage")) == 3


async def test_what_a_job_says_by_itself_wakes_nobody(tmp_path: Path, desk: Desk) -> None:
    model = ScriptedModel([says("Hello.")])
    us = {"id": desk.peer.bot_id, "is_bot": True, "first_name": "Kit"}
    async with house(tmp_path, desk.peer, model=model) as bot:
        await bot.let_in(ADA)
        async with bot.service.app.services.database.transact() as uow:
            await uow.notices.add(notice("job.result", "What is BTC worth?", ANSWERED, "telegram:42"))
        await bot.until(lambda: bot.texts(ADA))
        (told,) = bot.texts(ADA)
        again, _ = await desk.peer.write({**written(ADA, told or ""), "from": us})
        assert await bot.settled(f"telegram:{desk.peer.bot_id}:{again}") == "not for us"
        assert (await bot.answered(ADA, "hello")).text == "Hello."
    assert [[each.text for each in request.messages] for request in model.requests] == [["hello"]]
