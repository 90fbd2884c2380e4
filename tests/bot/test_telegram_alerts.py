"""Over Telegram's wire an alert is asked for in words, saved, heard of with its picture, and deleted."""

from pathlib import Path
from typing import Any

import pytest

from tests.bot.telegram_desk import Desk
from tests.bot.telegram_house import ADA, House, buttons, house
from tests.peers.telegram import dropped
from tools.context import Context
from tools.policy import Principal, Role

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")


async def count(bot: House) -> int:
    async with bot.service.app.services.database.read() as uow:
        return len(await uow.alerts.of("telegram:42"))


async def test_an_alert_from_its_words_to_its_end(tmp_path: Path, desk: Desk) -> None:
    async with house(tmp_path, desk.peer) as bot:
        await bot.let_in(ADA, "trader")
        card = await bot.answered(ADA, "/alert btc above 1, tell me every time")
        assert [each["text"] for each in buttons(card)] == ["Save", "Cancel"]
        assert await bot.settled(await bot.press(ADA, "Save")) == "answered"
        await bot.until(lambda: desk.peer.of("sendPhoto"))
        told = next(
            (number, each)
            for number, each in bot.messages(ADA)
            if [button["text"] for button in buttons(each)] == ["Snooze 1h", "Delete", "Analyse"]
        )
        (drawn,) = desk.peer.of("sendPhoto")
        assert drawn.fields["disable_notification"] == "true"
        assert drawn.fields["reply_parameters"]["message_id"] == told[0]
        assert await count(bot) == 1
        await bot.press(ADA, "Delete")
        await bot.until(lambda: "The alert is deleted." in bot.texts(ADA))
        assert await count(bot) == 0


async def test_what_fires_while_telegram_is_down_for_two_hours_is_told_once_when_it_is_back(
    tmp_path: Path, desk: Desk
) -> None:
    async with house(tmp_path, desk.peer) as bot:
        await bot.let_in(ADA, "trader")
        app = bot.service.app
        ctx = Context(Principal("telegram:42", Role.TRADER), app.services, app.registry)

        async def way() -> Any:
            answer = await app.registry.call("alert.history", {}, ctx)
            firings = answer.model_dump(mode="json")["firings"]
            return firings[0]["deliveries"][0] if firings else None

        desk.peer.fail("sendMessage", *[dropped] * 1_000)
        alert = {"type": "price", "pair": "BTC/USDT", "condition": "above", "value": 1, "message": "up it is"}
        await app.registry.call("alert.create", alert, ctx)
        await bot.until(lambda: desk.peer.of("sendMessage"))
        for _ in range(24):
            await bot.service.advance(300)
            down = await way()
            assert (down["channel"], down["status"], down["deliveredAt"]) == ("telegram", "waiting", None)
        desk.peer.faults["sendMessage"].clear()
        await bot.service.advance(900)
        await bot.until(lambda: [each for each in bot.texts(ADA) if "up it is" in (each or "")])
        for _ in range(100):
            await bot.service.advance(60)
            if (await way())["status"] == "delivered":
                break
        assert (await way())["status"] == "delivered"
        await bot.service.advance(3_600)
        assert len([each for each in bot.texts(ADA) if "up it is" in (each or "")]) == 1
