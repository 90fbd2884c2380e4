"""People in chats: let in, heard once, answered by one message, and each by their own right."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from agent.models.port import Completion
from agent.models.scripted import ScriptedModel
from bot.chat import ChatError, Message, Person, TryLater, Unreachable
from bot.scripted import ScriptedChat
from tests.agent.long_talks import summarises
from tests.bot.room import ADA, BEN, GROUP, buttons, private, room
from tests.service import NOON
from tools.context import Context
from tools.policy import LOCAL_OWNER, Role
from trading.clock import ManualClock
from trading.mandates import Terms

D = Decimal


def says(text: str) -> Completion:
    return Completion(text, "scripted:model")


async def test_a_message_is_answered_by_one_message(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "owner")
        asked = await chat.say(ADA, "price BTC")
        assert await chat.settled(asked) == "answered"
        assert len(chat.texts(ADA)) == 1
        assert "BTC" in chat.texts(ADA)[0]


async def test_an_answer_grows_in_its_message_while_the_agent_writes(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    model = ScriptedModel([says("The market is calm.")], hold=goes_on)
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "viewer")
        asked = await chat.say(ADA, "how is it?")
        await chat.until(lambda: chat.texts(ADA))
        assert "The market is calm.".startswith(chat.texts(ADA)[0])
        assert chat.texts(ADA) != ["The market is calm."]
        goes_on.set()
        assert await chat.settled(asked) == "answered"
        assert chat.texts(ADA) == ["The market is calm."]
        assert chat.chat.typed == [private(ADA).key]


async def test_what_is_sent_again_is_answered_once(tmp_path: Path) -> None:
    async with room(tmp_path, model=ScriptedModel([says("once")])) as chat:
        await chat.let_in(ADA, "viewer")
        asked = await chat.say(ADA, "hello")
        await chat.chat.bring(asked)
        await chat.settled(asked)
        await chat.chat.bring(asked)
        last = await chat.say(ADA, "/help price")
        await chat.settled(last)
        assert len(chat.texts(ADA)) == 2


async def test_a_stranger_gets_a_code_once_and_is_not_heard_otherwise(tmp_path: Path) -> None:
    model = ScriptedModel([])
    async with room(tmp_path, model=model) as chat:
        first = await chat.say(ADA, "/buy btc 100")
        assert await chat.settled(first) == "paired"
        second = await chat.say(ADA, "please")
        assert await chat.settled(second) == "paired"
        code = re.findall(r"`([A-Z0-9]{8})`", chat.texts(ADA)[0])
        assert (len(code), len(chat.texts(ADA)), model.requests) == (1, 2, [])
        assert code[0] not in chat.texts(ADA)[1]

        services = chat.service.app.services
        person = await services.pairing.approve(code[0], Role.TRADER, None, LOCAL_OWNER)
        assert (person.id, person.role) == (ADA.id, "trader")
        await chat.until(lambda: len(chat.texts(ADA)) == 3)
        third = await chat.say(ADA, "/price btc")
        assert await chat.settled(third) == "answered"


async def test_who_was_shut_out_hears_nothing_any_more(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "owner")
        async with chat.service.app.services.database.transact() as uow:
            await uow.people.revoke(ADA.id, NOON)
        asked = await chat.say(ADA, "/portfolio")
        assert await chat.settled(asked) == "unknown person"
        assert chat.texts(ADA) == []


async def test_everybody_acts_by_their_own_role(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.settled(await chat.say(ADA, "/buy btc 0.01"))
        await chat.settled(await chat.say(replace(ADA, name="The Owner"), "/halt"))
        async with chat.service.app.services.database.read() as uow:
            assert list(await uow.orders.open()) == []
            assert (await uow.risk.switch()).state == "active"
        assert len(chat.texts(ADA)) == 2


async def test_in_a_group_only_what_is_said_to_the_bot_by_people_it_knows_is_answered(
    tmp_path: Path,
) -> None:
    async with room(tmp_path, model=ScriptedModel([says("hi")])) as chat:
        await chat.let_in(ADA, "owner")
        stranger = await chat.say(BEN, "hello bot", place=GROUP)
        overheard = await chat.say(ADA, "so I said", place=GROUP, addressed=False)
        heard = await chat.say(ADA, "hello bot", place=GROUP)
        outcomes = [await chat.settled(each) for each in (stranger, heard)]
        assert outcomes == ["unknown person", "answered"]
        async with chat.service.app.services.database.read() as uow:
            assert await uow.arrivals.get(overheard.id) is None
        assert chat.texts(ADA, GROUP) == ["hi"]


async def test_balances_are_shown_in_a_group_only_when_their_owner_allows_it(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "owner")
        await chat.settled(await chat.say(ADA, "/portfolio", place=GROUP))
        await chat.settled(await chat.say(ADA, "my portfolio", place=GROUP))
        assert not any("100" in text for text in chat.texts(ADA, GROUP))
        await chat.settled(await chat.say(ADA, "/settings groupBalances true"))
        await chat.settled(await chat.say(ADA, "/portfolio", place=GROUP))
        assert "100,000" in chat.texts(ADA, GROUP)[-1]


async def test_messages_wait_behind_each_other_and_say_so(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    model = ScriptedModel([says("one long answer"), says("two")], hold=goes_on)
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "viewer")
        first = await chat.say(ADA, "first")
        await chat.until(model.held.is_set)
        second = await chat.say(ADA, "second")
        await chat.until(lambda: any("1" in text for text in chat.texts(ADA)))
        goes_on.set()
        assert [await chat.settled(each) for each in (first, second)] == ["answered", "answered"]
        assert chat.texts(ADA) == ["one long answer", "two"]


async def test_stop_passes_everything_else(tmp_path: Path) -> None:
    never = asyncio.Event()
    model = ScriptedModel([says("an answer without an end")], hold=never)
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "viewer")
        first = await chat.say(ADA, "first")
        await chat.until(lambda: chat.texts(ADA))
        second = await chat.say(ADA, "second")
        await chat.until(lambda: len(chat.texts(ADA)) == 2)
        stop = await chat.say(ADA, "/stop")
        assert await chat.settled(stop) == "answered"
        assert [await chat.settled(each) for each in (first, second)] == ["answered", "stopped"]
        assert len(model.requests) == 1


async def test_a_new_message_takes_the_place_of_the_old_one_where_that_is_wanted(tmp_path: Path) -> None:
    never = asyncio.Event()
    replies = iter([says("going on and on"), says("two")])
    model = ScriptedModel(lambda request: next(replies), hold=never)
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.settled(await chat.say(ADA, "/settings busy steer"))
        first = await chat.say(ADA, "first")
        await chat.until(model.held.is_set)
        second = await chat.say(ADA, "second")
        assert await chat.settled(first) == "answered"
        never.set()
        assert await chat.settled(second) == "answered"
        assert chat.texts(ADA)[-1] == "two"


async def test_waiting_messages_are_answered_together_where_that_is_wanted(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    model = ScriptedModel([says("one long answer"), says("to both")], hold=goes_on)
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.settled(await chat.say(ADA, "/settings busy collect"))
        first = await chat.say(ADA, "first")
        await chat.until(model.held.is_set)
        second, third = await chat.say(ADA, "second"), await chat.say(ADA, "third")
        await chat.until(lambda: len(chat.texts(ADA)) == 4)
        goes_on.set()
        outcomes = [await chat.settled(each) for each in (first, second, third)]
        assert outcomes == ["answered", "answered", "collected"]
        assert chat.texts(ADA)[1:] == ["one long answer", "to both"]
        assert model.requests[-1].messages[-1].text == "second\n\nthird"


async def test_a_thousand_messages_at_once_are_too_many_and_others_are_not_slowed(tmp_path: Path) -> None:
    goes_on = asyncio.Event()
    model = ScriptedModel(lambda request: says("an answer"), hold=goes_on)
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.let_in(BEN, "viewer")
        flood = [chat.message(ADA, f"number {number}") for number in range(1_000)]
        await chat.chat.bring(*flood)
        assert await chat.settled(await chat.say(BEN, "/price btc")) == "answered"
        assert await chat.settled(flood[-1]) == "too many"
        goes_on.set()
        assert await chat.settled(flood[20]) == "answered"
        # So long a conversation may have been summarised by then.
        assert len([each for each in model.requests if not summarises(each)]) == 21


async def test_a_trade_is_shown_first_where_that_is_wanted_and_runs_once_when_confirmed(
    tmp_path: Path,
) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "trader")
        await chat.settled(await chat.say(ADA, "/settings confirm.paper on"))
        await chat.settled(await chat.say(ADA, "/buy btc 500 usdt"))
        card = chat.posted(ADA)[-1]
        assert [button.tone for button in buttons(card.message)] == ["good", "bad"]
        first, second = await chat.press(ADA, "Do it"), await chat.press(ADA, "Do it")
        outcomes = sorted([await chat.settled(first), await chat.settled(second)])
        assert outcomes == ["answered", "press.used"]
        assert buttons(card.message) == []
        async with chat.service.app.services.database.read() as uow:
            assert len(await uow.fills.of("main")) == 1


async def test_a_card_is_for_its_person_and_for_its_time(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "trader")
        await chat.let_in(BEN, "owner")
        await chat.settled(await chat.say(ADA, "/settings confirm.paper on"))
        await chat.settled(await chat.say(ADA, "/buy btc 500 usdt", place=GROUP))
        foreign = await chat.press(BEN, "Do it", place=GROUP)
        assert await chat.settled(foreign) == "press.foreign"
        card = chat.chat.posted[GROUP.key][-1]
        pressed = await chat.press(ADA, "Do it", place=GROUP)
        data = pressed.pressed
        await chat.settled(pressed)
        await chat.settled(await chat.say(ADA, "/buy btc 500 usdt", place=GROUP))
        late = chat.chat.posted[GROUP.key][-1]
        label = buttons(late.message)[0]
        await chat.service.advance(125)
        await chat.until(lambda: not buttons(late.message))
        over = await chat.say(ADA, place=GROUP, pressed=label.data, message=late.name)
        assert await chat.settled(over) == "press.expired"
        assert (buttons(card.message), data is not None) == ([], True)
        async with chat.service.app.services.database.read() as uow:
            assert len(await uow.fills.of("main")) == 1


async def test_a_refresh_changes_the_message_it_is_under(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "viewer")
        await chat.settled(await chat.say(ADA, "/price btc"))
        before = chat.texts(ADA)
        await chat.service.advance(3600)
        assert await chat.settled(await chat.press(ADA, "Refresh")) == "answered"
        assert len(chat.texts(ADA)) == 1
        assert chat.texts(ADA) != before


async def test_what_cannot_be_read_is_answered_shortly(tmp_path: Path) -> None:
    async with room(tmp_path, model=ScriptedModel([says("a scam")])) as chat:
        await chat.let_in(ADA, "viewer")
        for more in ({"unread": "voice"}, {"unread": "sticker"}, {}):
            assert await chat.settled(await chat.say(ADA, "", **more)) == "answered"
        assert await chat.settled(await chat.say(ADA, "/price ₿₿₿ \u202e 💥")) == "answered"
        assert await chat.settled(await chat.say(ADA, "/xyzzy")) == "answered"
        assert await chat.settled(await chat.say(ADA, "price btc", edited=True)) == "edited"
        bot = Person("scripted:3", "Other", is_bot=True)
        assert await chat.settled(await chat.say(bot, "hello")) == "not for us"
        forwarded = await chat.say(ADA, "sell everything", forwarded=True)
        assert await chat.settled(forwarded) == "answered"
        assert len(chat.texts(ADA)) == 6


async def test_a_blocked_chat_ends_what_was_to_be_said_there(tmp_path: Path) -> None:
    def fault(what: str, message: Message | None) -> ChatError | None:
        return Unreachable("blocked")

    async with room(tmp_path, ScriptedChat(fault=fault)) as chat:
        await chat.let_in(ADA, "viewer")
        for text in ("price BTC", "/price btc"):
            assert (await chat.settled(await chat.say(ADA, text))).startswith("undelivered")


async def test_an_answer_that_waits_for_its_platform_arrives_in_the_end(tmp_path: Path) -> None:
    errors: list[ChatError] = [TryLater("429", 30.0), TryLater("down", unsure=True)]

    def fault(what: str, message: Message | None) -> ChatError | None:
        return errors.pop() if errors else None

    async with room(tmp_path, ScriptedChat(fault=fault)) as chat:
        await chat.let_in(ADA, "viewer")
        assert await chat.settled(await chat.say(ADA, "/price btc")) == "answered"
        assert len(chat.texts(ADA)) == 1


async def test_a_restart_loses_nothing_and_says_what_it_cut_off(tmp_path: Path) -> None:
    never = asyncio.Event()
    clock, platform = ManualClock(NOON), ScriptedChat()
    async with room(
        tmp_path,
        platform,
        clock=clock,
        model=ScriptedModel([says("an answer with no end")], hold=never),
    ) as chat:
        await chat.let_in(ADA, "viewer")
        cut = await chat.say(ADA, "first")
        await chat.until(lambda: chat.texts(ADA))
        waiting = await chat.say(ADA, "second")
        await chat.until(lambda: len(chat.texts(ADA)) == 2)
    clock = ManualClock(clock.now() + timedelta(seconds=5))
    async with room(tmp_path, platform, clock=clock, model=ScriptedModel([says("to the second")])) as chat:
        await chat.chat.bring(cut, waiting)
        assert [await chat.settled(each) for each in (cut, waiting)] == ["answered", "answered"]
        first, second = chat.texts(ADA)
        assert first.startswith("an answ")
        assert first != "an answer with no end"
        assert second == "to the second"


async def test_a_conversation_is_begun_anew(tmp_path: Path) -> None:
    model = ScriptedModel([says("one"), says("two"), says("three")])
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "viewer")
        for text in ("first", "second", "/new", "third"):
            await chat.settled(await chat.say(ADA, text))
        heard = [[each.text for each in request.messages] for request in model.requests]
        assert heard == [["first"], ["first", "one", "second"], ["third"]]


async def test_a_run_that_asks_is_allowed_by_a_button_and_taken_back_by_a_command(tmp_path: Path) -> None:
    async with room(tmp_path) as chat:
        await chat.let_in(ADA, "owner")
        mandates = chat.service.app.services.desk.mandates
        asked = await mandates.ask("main", "run_1", Terms(D(10), D(50), D(5)), "owner")
        await chat.until(lambda: chat.texts(ADA))
        card = chat.posted(ADA)[0]
        assert "run\\_1" in card.message.part.text
        assert await chat.settled(await chat.press(ADA, "Approve")) == "answered"
        assert (await mandates.get(asked.id)).mandate.status == "approved"
        await chat.until(lambda: not buttons(card.message))
        assert await chat.settled(await chat.say(ADA, f"/revoke {asked.id}")) == "answered"
        assert (await mandates.get(asked.id)).mandate.status == "revoked"


async def test_whoever_is_shut_out_is_not_answered_any_further(tmp_path: Path) -> None:
    model = ScriptedModel([says("a long answer without an end")], hold=asyncio.Event())
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "trader")
        asked = await chat.say(ADA, "sell everything")
        await chat.until(lambda: chat.texts(ADA))
        services, door = chat.service.app.services, chat.service.app.registry
        await door.call("access.revoke", {"id": ADA.id}, Context(LOCAL_OWNER, services, door))
        assert await chat.settled(asked) == "answered"
        assert "a long answer without an end" not in chat.texts(ADA)[0]
        assert await chat.settled(await chat.say(ADA, "and now?")) == "unknown person"


async def test_the_agent_does_nothing_about_a_message_that_is_read_too_late(tmp_path: Path) -> None:
    model = ScriptedModel([says("Do you still want that?"), says("Done.")])
    async with room(tmp_path, model=model) as chat:
        await chat.let_in(ADA, "trader")
        await chat.settled(await chat.say(ADA, "buy BTC for 100", at=NOON - timedelta(minutes=11)))
        await chat.settled(await chat.say(ADA, "yes"))
    late, soon = ({each.name for each in request.tools} for request in model.requests)
    assert ("trade_execute" in late, "trade_execute" in soon) == (False, True)
    assert "market_price" in late
