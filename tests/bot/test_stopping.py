"""Whoever wants it stopped is heard at once, whatever else is to be said or shown first."""

import asyncio
from datetime import timedelta
from pathlib import Path

from agent.models.port import Completion
from agent.models.scripted import ScriptedModel
from bot.chat import ChatError, Message, TryLater
from bot.scripted import ScriptedChat
from tests.bot.room import ADA, room
from tests.service import NOON
from trading.clock import ManualClock


def says(text: str) -> Completion:
    return Completion(text, "scripted:model")


async def test_a_platform_that_does_not_answer_holds_up_no_stop(tmp_path: Path) -> None:
    down: list[ChatError] = []

    def fault(what: str, message: Message | None) -> ChatError | None:
        return down[0] if down else None

    never = asyncio.Event()
    model = ScriptedModel([says("an answer without an end"), says("two")], hold=never)
    async with room(tmp_path, ScriptedChat(fault=fault), model=model) as chat:
        await chat.let_in(ADA, "owner")
        first = await chat.say(ADA, "first")
        await chat.until(lambda: chat.texts(ADA))
        second, third = await chat.say(ADA, "second"), await chat.say(ADA, "third")
        await chat.until(lambda: len(chat.texts(ADA)) == 3)
        down.append(TryLater("down", 60.0))
        await chat.say(ADA, "/stop")
        assert [await chat.settled(each) for each in (second, third)] == ["stopped", "stopped"]
        await chat.say(ADA, "/Halt")
        database = chat.service.app.services.database
        for _ in range(100):
            await asyncio.sleep(0.005)
            async with database.read() as uow:
                state = (await uow.risk.switch()).state
            if state == "halted":
                break
        assert state == "halted"
        down.clear()
        assert await chat.settled(first) == "answered"
        assert len(model.requests) == 1


async def test_what_is_answered_together_is_not_lost_by_a_restart(tmp_path: Path) -> None:
    clock, platform = ManualClock(NOON), ScriptedChat()
    goes_on = asyncio.Event()
    model = ScriptedModel([says("one long answer"), says("to both")], hold=goes_on)
    async with room(tmp_path, platform, clock=clock, model=model) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.settled(await chat.say(ADA, "/settings busy collect"))
        first = await chat.say(ADA, "first")
        await chat.until(model.held.is_set)
        second, third = await chat.say(ADA, "second"), await chat.say(ADA, "third")
        await chat.until(lambda: len(chat.texts(ADA)) == 4)
        arrivals = chat.service.app.services.database
        goes_on.set()
        assert await chat.settled(first) == "answered"
        assert await chat.settled(third) == "collected"
        async with arrivals.read() as uow:
            kept = await uow.arrivals.get(second.id)
        assert kept is not None
        assert (kept.progress or {})["said"] == "second\n\nthird"


async def test_what_is_collected_is_no_longer_than_a_message_may_be(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    model = ScriptedModel(lambda request: says("one long answer"), hold=goes_on)
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.settled(await chat.say(ADA, "/settings busy collect"))
        first = await chat.say(ADA, "first")
        await chat.until(model.held.is_set)
        rest = [await chat.say(ADA, letter * 20_000) for letter in "ab"]
        await chat.until(lambda: len(chat.texts(ADA)) == 4)
        goes_on.set()
        assert [await chat.settled(each) for each in (first, *rest)] == ["answered"] * 3
        # One without tools is about the summary of what came before.
        asked = [each for each in model.requests if each.tools]
        assert [len(each.messages[-1].text) for each in asked] == [5, 20_000, 20_000]


async def test_who_is_shut_out_while_a_message_waits_is_not_answered(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    model = ScriptedModel([says("one long answer"), says("two")], hold=goes_on)
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "owner")
        first = await chat.say(ADA, "first")
        await chat.until(model.held.is_set)
        second = await chat.say(ADA, "second")
        await chat.until(lambda: len(chat.texts(ADA)) == 2)
        async with chat.service.app.services.database.transact() as uow:
            await uow.people.revoke(ADA.id, NOON + timedelta(seconds=1))
        goes_on.set()
        assert [await chat.settled(each) for each in (first, second)] == ["answered", "unknown person"]
        assert len(model.requests) == 1
