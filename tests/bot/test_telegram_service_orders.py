"""Over Telegram's wire people decide what a model may order, and hear what their orders came to."""

from pathlib import Path

import pytest

from agent.models.scripted import ScriptedModel
from tests.agent.talking import BUY, says
from tests.bot.telegram_desk import Desk
from tests.bot.telegram_house import ADA, BEN, House, buttons, house
from tests.service import NOON
from trading.clock import ManualClock
from trading.exchanges.scripted import ScriptedMarket, instrument

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")


async def fills(bot: House) -> int:
    async with bot.service.app.services.database.read() as uow:
        return len(await uow.fills.of("main"))


async def test_what_the_model_wants_to_order_waits_for_a_button(tmp_path: Path, desk: Desk) -> None:
    model = ScriptedModel([says("", BUY), says("Bought.")])
    async with house(tmp_path, desk.peer, model=model) as bot:
        await bot.call("risk.set", askOnPaper=True)
        await bot.let_in(ADA)
        asked = await bot.say(ADA, "buy some bitcoin")
        await bot.until(lambda: any(buttons(each) for _, each in bot.messages(ADA)))
        (number, card), *others = [(number, each) for number, each in bot.messages(ADA) if buttons(each)]
        assert others == []
        assert [each["style"] for each in buttons(card)] == ["success", "danger"]
        assert "PAPER" in (card.text or "")
        assert await fills(bot) == 0

        presses = [await bot.press(ADA, "Approve"), await bot.press(ADA, "Approve")]
        assert sorted([await bot.settled(each) for each in presses]) == ["answered", "press.used"]
        assert await bot.settled(asked) == "answered"
        assert await fills(bot) == 1
        assert buttons(dict(bot.messages(ADA))[number]) == []
        assert "Bought." in bot.texts(ADA)
        assert len(model.requests) == 2


async def test_what_was_denied_is_not_ordered_and_the_turn_goes_on(tmp_path: Path, desk: Desk) -> None:
    model = ScriptedModel([says("", BUY), says("Then not.")])
    async with house(tmp_path, desk.peer, model=model) as bot:
        await bot.call("risk.set", askOnPaper=True)
        await bot.let_in(ADA)
        asked = await bot.say(ADA, "buy some bitcoin")
        await bot.until(lambda: any(buttons(each) for _, each in bot.messages(ADA)))
        assert await bot.settled(await bot.press(ADA, "Deny")) == "answered"
        assert await bot.settled(asked) == "answered"
        assert (await fills(bot), "Then not." in bot.texts(ADA)) == (0, True)


async def test_a_stop_loss_reaches_its_person_and_is_stored_as_delivered(tmp_path: Path, desk: Desk) -> None:
    clock, pair = ManualClock(NOON), instrument()
    market = ScriptedMarket(clock, {pair: 67_000})
    async with house(tmp_path, desk.peer, clock=clock, market=market) as bot:
        await bot.let_in(ADA, "trader")
        await bot.let_in(BEN, "viewer")
        await bot.answered(ADA, "/buy btc 500 usdt stop 5%")
        before = len(bot.messages(ADA))

        def told_while_it_falls() -> bool:
            market.trade(pair.symbol, 60_000)
            return len(bot.messages(ADA)) > before

        await bot.until(told_while_it_falls)
        number, told = bot.messages(ADA)[-1]
        assert "PAPER" in (told.text or "")

        async def stored() -> list[tuple[str, str | None]]:
            async with bot.service.app.services.database.read() as uow:
                return [(each.kind, each.delivered_as) for each in await uow.notices.of("telegram:42", 100)]

        while (found := await stored()) == [("order.stopped", None)]:
            await bot.service.advance(0.1)
        assert found == [("order.stopped", str(number))]
        assert bot.texts(BEN) == []
    assert "disable_notification" in desk.peer.of("sendMessage")[-1].fields
