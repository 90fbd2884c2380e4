"""Over Telegram's wire an alert is asked for in words, saved, heard of with its picture, and deleted."""

from pathlib import Path

import pytest

from tests.bot.telegram_desk import Desk
from tests.bot.telegram_house import ADA, House, buttons, house

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
