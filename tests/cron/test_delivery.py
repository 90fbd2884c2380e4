"""That a job ran and that its answer arrived are two facts."""

from pathlib import Path
from typing import Any

from agent.models.port import Completion
from agent.models.scripted import ScriptedModel
from bot.chat import ChatError, Message, Place, TryLater
from bot.scripted import ScriptedChat
from memory.records import Person
from tests.bot.room import Room, room
from tests.service import NOON
from tools.context import Context
from tools.policy import Principal, Role

EVE = Principal("telegram:7", Role.TRADER)


async def call(opened: Room, method: str, **params: Any) -> Any:
    app = opened.service.app
    result = await app.registry.call(method, params, Context(EVE, app.services, app.registry))
    return result.model_dump(mode="json")


async def test_an_answer_waits_while_telegram_is_down_for_two_hours_and_comes_once(tmp_path: Path) -> None:
    down = True

    def fault(what: str, message: Message | None) -> ChatError | None:
        return TryLater("the network is gone") if down else None

    model = ScriptedModel([Completion("All is well.", "scripted:model")])
    chat = ScriptedChat(platform="telegram", fault=fault)
    async with room(tmp_path, chat, model=model) as opened:
        async with opened.service.app.services.database.transact() as uow:
            await uow.people.put(Person(EVE.id, "Eve", "trader", NOON, "owner"))
        await call(opened, "cron.add", name="x", schedule="at 2026-11-20 12:05", prompt="how is it?")
        await opened.service.advance(5 * 60)
        await opened.until(lambda: model.requests and chat.attempts)
        for _ in range(24):
            await opened.service.advance(300)
            (run,) = (await call(opened, "cron.history", name="x"))["runs"]
            (way,) = run["deliveries"]
            assert (run["status"], way["status"], way["deliveredAt"]) == ("success", "waiting", None)
        assert chat.attempts > 5
        down = False
        await opened.service.advance(900)
        await opened.until(lambda: chat.posted)
        await opened.service.advance(3_600)
        (run,) = (await call(opened, "cron.history", name="x"))["runs"]
        (way,) = run["deliveries"]
        (posted,) = next(iter(chat.posted.values()))
        (text,) = chat.texts(Place("telegram", "7", private=True))
        assert text.endswith("All is well.")
        assert (run["status"], way["channel"], way["status"]) == ("success", "telegram", "delivered")
        assert way["deliveredAs"] == posted.name
        assert len(model.requests) == 1
