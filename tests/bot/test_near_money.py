"""What is done with money in a chat is what its person wants, where they may, and told as it is."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agent.models.port import Completion, ToolCall
from agent.models.scripted import ScriptedModel
from bot.acts import kept_back
from bot.budget import MOST_A_MINUTE, Budgets
from bot.chat import ChatError, Incoming, TryLater
from bot.guests import Guest
from bot.presses import CONFIRM_TIME, Deed, Presses
from bot.scripted import ScriptedChat
from bot.voice import Voice
from memory.database import Database
from tests.bot.room import ADA, GROUP, Room, buttons, private, room
from tests.service import NOON
from tools.policy import Principal, Role
from tools.preferences import Preferences
from trading.clock import ManualClock


async def fills(chat: Room) -> int:
    async with chat.service.app.services.database.read() as uow:
        return len(await uow.fills.of("main"))


async def test_trading_is_halted_from_a_group_too_and_shows_nobody_what_is_held(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "owner")
        await chat.settled(await chat.say(ADA, "/buy btc 0.01"))
        assert await chat.settled(await chat.say(ADA, "/halt", place=GROUP)) == "answered"
        async with chat.service.app.services.database.read() as uow:
            assert (await uow.risk.switch()).state == "halted"
        assert "halted" in chat.texts(ADA, GROUP)[-1].lower()
        assert "position" not in chat.texts(ADA, GROUP)[-1].lower()


async def test_a_trade_that_was_asked_for_long_ago_is_shown_before_it_runs(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "trader")
        came = replace(chat.message(ADA, "/buy btc 0.01"), at=NOON - timedelta(hours=2))
        await chat.chat.bring(came)
        assert await chat.settled(came) == "answered"
        assert await fills(chat) == 0
        assert [button.tone for button in buttons(chat.posted(ADA)[-1].message)] == ["good", "bad"]
        await chat.settled(await chat.press(ADA, "Do it"))
        assert await fills(chat) == 1


async def test_what_was_done_before_something_failed_is_told(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "trader")
        await chat.settled(await chat.say(ADA, "/settings confirm.paper on"))
        for coin in ("btc", "eth"):
            await chat.settled(await chat.say(ADA, f"/buy {coin} 500 usdt"))
            await chat.settled(await chat.press(ADA, "Do it"))
        await chat.settled(await chat.say(ADA, "/close all 50%"))
        card = chat.posted(ADA)[-1]
        await chat.settled(await chat.say(ADA, "/settings confirm.paper off"))
        await chat.settled(await chat.say(ADA, "/close eth"))
        confirm = buttons(card.message)[0]
        pressed = await chat.say(ADA, pressed=confirm.data, message=card.name)
        assert await chat.settled(pressed) == "answered"
        assert await fills(chat) == 4
        told = chat.texts(ADA)[-1]
        assert "BTC/USDT" in told
        assert "Not found" in told


async def test_a_model_is_not_told_in_a_group_what_there_is(tmp_path: Path) -> None:
    order = {"action": "buy", "pair": "BTC/USDT", "amount": 90_000, "type": "market"}
    call = ToolCall("c1", "trade_execute", order)
    replies = [Completion("", "scripted:model", (call,)), Completion("no", "scripted:model")]
    model = ScriptedModel(replies)
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "trader")
        assert await chat.settled(await chat.say(ADA, "buy lots", place=GROUP)) == "answered"
        told = model.requests[-1].messages[-1].text
        assert ("in private only" in told, "USDT" in told) == (True, False)


async def test_nothing_is_kept_of_what_a_stranger_says(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        came = await chat.say(ADA, "my password is hunter2")
        assert await chat.settled(came) == "paired"
        async with chat.service.app.services.database.read() as uow:
            arrival = await uow.arrivals.get(came.id)
        assert arrival is not None
        assert arrival.payload == {}


async def test_what_was_confirmed_before_a_long_outage_is_not_begun_after_it(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    guest = Guest(Principal(ADA.id, Role.TRADER), Preferences(), Voice.of("en"), private(ADA), "s")
    async with Database.open(f"sqlite:///{tmp_path / 'kit.db'}") as database:
        presses = Presses(database, clock, bytes)
        deed = Deed("Do it", calls=(("trade.execute", {}),))
        dealt = await presses.deal(guest, "Shall I?", [[deed]], lasts=CONFIRM_TIME)
        came = Incoming("u1", NOON, private(ADA), ADA, "m1", pressed=dealt.buttons[0][0].data)
        assert (await presses.pressed(came, "u1")).deed == deed
        assert (await presses.pressed(came, "u1")).deed == deed
        await clock.advance(3600)
        late = await presses.pressed(came, "u1")
        assert (late.deed, late.phrase) == (None, "press.expired")


def test_approvals_are_given_in_private_whatever_else_is_shown() -> None:
    open_handed = Preferences(group_balances=True)
    guest = Guest(Principal(ADA.id, Role.OWNER), open_handed, Voice.of("en"), GROUP, "s")
    assert not guest.shared
    for name in ("approval.list", "approval.approve", "approval.deny"):
        assert kept_back(guest, name)
        assert not kept_back(replace(guest, place=private(ADA)), name)
    assert not kept_back(guest, "portfolio.get")


def test_who_has_asked_too_often_can_still_stop_trading() -> None:
    budget = Budgets(ManualClock(NOON)).of(ADA.id)
    for _ in range(MOST_A_MINUTE):
        budget.spend("market.price")
    budget.spend("trading.halt")


async def test_what_was_begun_before_a_long_outage_is_told_after_it_and_not_asked_again(
    tmp_path: Path,
) -> None:
    down: list[ChatError] = [TryLater("down", 60.0)]
    platform, clock = ScriptedChat(fault=lambda what, message: down[0] if down else None), ManualClock(NOON)
    async with room(tmp_path, platform, clock=clock) as chat:
        await chat.let_in(ADA, "trader")
        came = await chat.say(ADA, "/buy btc 500 usdt stop 5%")
        # The clock stands meanwhile: a command that grows old is asked about first.
        for _ in range(3_000):
            if await fills(chat):
                break
            await asyncio.sleep(0.01)
        assert await fills(chat) == 1
    down.clear()
    clock = ManualClock(clock.now() + timedelta(minutes=10))
    async with room(tmp_path, platform, clock=clock) as chat:
        assert await chat.settled(came) == "answered"
        assert await fills(chat) == 1
        assert "Do it" not in [button.label for button in buttons(chat.posted(ADA)[-1].message)]
        async with chat.service.app.services.database.read() as uow:
            assert len(await uow.orders.open("main")) == 1
