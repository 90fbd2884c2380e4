"""The whole service on Discord: what people do there over the wire, and what they see of it."""

import asyncio
import logging
import re
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from agent.models.scripted import ScriptedModel
from kit.logs import configure
from tests.agent.talking import BUY, says
from tests.bot.automation_samples import ANSWERED, notice
from tests.bot.discord.desk import BAD, GOOD, PLAIN, at_desk, buttons, contents, written
from tests.bot.discord.house import TOKEN
from tests.peers.discord_loopback import LoopbackDiscord
from tests.service import NOON
from tools.policy import LOCAL_OWNER, Role
from trading.clock import ManualClock

CALLBACK = r"POST /interactions/\d+/\w+/callback"
ORIGINAL = r"PATCH /webhooks/\d+/\w+/messages/@original"
POST = r"POST /channels/\d+/messages"
EDIT = r"PATCH /channels/\d+/messages/\d+"
LIST = r"PUT /applications/\d+/commands"
LONG = "The market is calm today, and it has been so since the morning."


def kept(home: Path) -> list[str]:
    """Return what every file below a directory holds."""
    return [path.read_bytes().decode(errors="replace") for path in home.rglob("*") if path.is_file()]


async def test_it_comes_in_and_lists_its_commands_once(discord: LoopbackDiscord, tmp_path: Path) -> None:
    for _ in range(2):
        async with at_desk(tmp_path, discord) as desk:
            [entry] = discord.told(LIST)
            names = {each["name"] for each in entry.body}
            assert {"price", "buy", "portfolio", "chart", "halt", "help", "settings", "approve"} <= names
            [stands] = (await desk.call("platforms.list")).chats
            assert (stands.name, stands.state) == ("discord", "running")


async def test_a_private_message_is_answered_by_one_that_grows(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    goes_on = asyncio.Event()
    model = ScriptedModel([says(LONG)], hold=goes_on)
    async with at_desk(tmp_path, discord, model=model) as desk:
        ada, chat = await desk.comes("ada", "viewer")
        asked = await discord.say(ada, chat, "how is it?")
        await desk.until(lambda: written(chat))
        assert LONG.startswith(contents(chat)[0])
        assert contents(chat) != [LONG]
        goes_on.set()
        assert await desk.settled(asked["id"]) == "answered"
        assert contents(chat) == [LONG]
        assert len(discord.told(POST)) == 1
        assert discord.told(EDIT)
        assert discord.told(r"POST /channels/\d+/typing")


async def test_a_slash_command_is_deferred_and_answered_in_its_place(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    async with at_desk(tmp_path, discord) as desk:
        ada, chat = await desk.comes("ada", "viewer")
        asked = await discord.slash(ada, chat, "price", pair="BTC/USDT")
        assert await desk.settled(asked.id) == "answered"
        [card] = written(chat)
        assert card["id"] == asked.original
        assert "BTC" in card["content"]
        assert [entry.body for entry in discord.told(CALLBACK)] == [{"type": 5}]

        before = card["content"]
        await desk.service.advance(120)
        pressed = await discord.press(ada, chat, card["id"], buttons(card, PLAIN)[-1])
        assert await desk.settled(pressed.id) == "answered"
        [after] = written(chat)
        assert after["id"] == card["id"]
        assert after["content"] != before
        assert discord.told(POST) == []


async def test_what_took_longer_than_discord_waits_is_answered_in_the_channel(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    async with at_desk(tmp_path, discord) as desk:
        ada, chat = await desk.comes("ada", "viewer")
        asked = await discord.slash(ada, chat, "price", at=NOON - timedelta(minutes=15), pair="BTC/USDT")
        assert await desk.settled(asked.id) == "answered"
        [answer] = discord.told(POST)
        assert "BTC" in chat.messages[answer.answer["id"]]["content"]
        assert discord.told(ORIGINAL) == []


async def test_what_went_wrong_is_told_where_the_answer_was_waited_for(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    async with at_desk(tmp_path, discord) as desk:
        ada, chat = await desk.comes("ada", "viewer")
        # An answer that no API of Discord gives.
        discord.failing(ORIGINAL, 201, {})
        asked = await discord.slash(ada, chat, "price", pair="BTC/USDT")
        fault = (await desk.settled(asked.id)).removeprefix("failed: fault_")
        await desk.until(lambda: fault in contents(chat)[0])
        assert [each["id"] for each in written(chat)] == [asked.original]


async def test_a_picture_takes_the_place_of_what_was_deferred(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    async with at_desk(tmp_path, discord) as desk:
        ada, chat = await desk.comes("ada", "viewer")
        # Whoever draws has started by now: that takes seconds.
        await desk.call("chart.candles", pair="ETH/USDT")
        discord.failing(ORIGINAL, lost=True)
        asked = await discord.slash(ada, chat, "chart", pair="BTC/USDT")
        assert await desk.settled(asked.id) == "answered"
        [shown] = written(chat)
        assert shown["id"] == asked.original
        assert "BTC" in shown["content"]
        assert [each["content_type"] for each in shown["attachments"]] == ["image/png"]
        [(_, _, data)] = discord.told(ORIGINAL)[-1].files
        assert data.startswith(b"\x89PNG")


async def test_a_trade_is_confirmed_by_a_button_and_done_once(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    async with at_desk(tmp_path, discord) as desk:
        ada, chat = await desk.comes("ada", "trader")
        ben, _ = await desk.comes("ben", "owner")
        wanted = await discord.slash(ada, chat, "settings", setting="confirm.paper", value="on")
        assert await desk.settled(wanted.id) == "answered"
        asked = await discord.slash(ada, chat, "buy", pair="BTC/USDT", amount="500 USDT")
        assert await desk.settled(asked.id) == "answered"
        card = written(chat)[-1]
        [yes], [no] = buttons(card, GOOD), buttons(card, BAD)
        foreign = await discord.press(ben, chat, card["id"], yes)
        assert await desk.settled(foreign.id) == "press.foreign"
        presses = [await discord.press(ada, chat, card["id"], each) for each in (yes, yes, no)]
        outcomes = [await desk.settled(each.id) for each in presses]
        assert outcomes == ["answered", "press.used", "press.used"]
        assert card["components"] == []
        assert len((await desk.call("trade.history")).trades) == 1


async def test_somebody_unknown_is_given_a_code_in_private_and_silence_elsewhere(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    model = ScriptedModel([says("hello")])
    async with at_desk(tmp_path, discord, model=model) as desk:
        ada = discord.user("ada")
        chat, lounge = discord.direct(ada), discord.lounge
        spoken = await discord.say(ada, lounge, f"<@{discord.me['id']}> buy", mentions=[discord.me])
        slashed = await discord.slash(ada, lounge, "halt")
        for each in (spoken["id"], slashed.id):
            assert await desk.settled(each) == "unknown person"
        await desk.until(lambda: not written(lounge))

        first = await discord.slash(ada, chat, "halt")
        assert await desk.settled(first.id) == "paired"
        second = await discord.say(ada, chat, "let me in")
        assert await desk.settled(second["id"]) == "paired"
        [code] = re.findall(r"`([A-Z0-9]{8})`", "".join(contents(chat)))
        assert (len(contents(chat)), model.requests) == (2, [])

        await desk.service.app.services.pairing.approve(code, Role.VIEWER, None, LOCAL_OWNER)
        await desk.until(lambda: len(contents(chat)) == 3)
        third = await discord.say(ada, chat, "hello")
        assert await desk.settled(third["id"]) == "answered"


async def test_in_a_guild_nobody_reads_a_balance(discord: LoopbackDiscord, tmp_path: Path) -> None:
    async with at_desk(tmp_path, discord) as desk:
        ada, chat = await desk.comes("ada")
        asked = await discord.slash(ada, discord.lounge, "portfolio")
        assert await desk.settled(asked.id) == "answered"
        question = f"<@{discord.me['id']}> my portfolio"
        spoken = await discord.say(ada, discord.lounge, question, mentions=[discord.me])
        assert await desk.settled(spoken["id"]) == "answered"
        await discord.say(ada, discord.lounge, "my portfolio")
        private = await discord.slash(ada, chat, "portfolio")
        assert await desk.settled(private.id) == "answered"
        assert len(contents(discord.lounge)) == 2
        assert ["100" in each for each in contents(discord.lounge)] == [False, False]
        assert re.search(r"100[.,]000", contents(chat)[-1])


async def test_what_waits_for_approval_comes_to_the_owner_in_private_and_is_answered_by_a_button(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    model = ScriptedModel([says("", BUY), says("Bought.")])
    async with at_desk(tmp_path, discord, model=model) as desk:
        await desk.call("risk.set", askOnPaper=True)
        owner, _ = await desk.comes("owner", "owner")
        ada, _ = await desk.comes("ada", "trader")
        spoken = await discord.say(
            ada, discord.lounge, f"<@{discord.me['id']}> buy some", mentions=[discord.me]
        )
        theirs = discord.direct(owner)
        await desk.until(lambda: written(theirs))
        [card] = written(theirs)
        [yes] = buttons(card, GOOD)
        pressed = await discord.press(owner, theirs, card["id"], yes)
        assert await desk.settled(pressed.id) == "answered"
        assert card["components"] == []
        assert len((await desk.call("trade.history")).trades) == 1
        assert await desk.settled(spoken["id"]) == "answered"
        assert contents(discord.lounge)[-1] == "Bought."


async def test_pairs_are_completed_from_what_is_traded(discord: LoopbackDiscord, tmp_path: Path) -> None:
    async with at_desk(tmp_path, discord) as desk:
        ada = discord.user("ada")
        await discord.type_ahead(ada, discord.lounge, "price", "pair", "eth")
        await desk.until(lambda: discord.told(CALLBACK))
        [answer] = discord.told(CALLBACK)
        assert answer.body["data"]["choices"][0]["value"] == "ETH/USDT"
        assert answer.status == 204


async def test_an_answer_goes_on_through_limits_failures_and_a_lost_socket(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    goes_on = asyncio.Event()
    model = ScriptedModel(lambda request: says(LONG), hold=goes_on)
    async with at_desk(tmp_path, discord, model=model) as desk:
        ada, chat = await desk.comes("ada", "viewer")
        discord.failing(POST, 503)
        discord.failing(POST, lost=True)
        asked = await discord.say(ada, chat, "how is it?")
        await desk.until(lambda: written(chat))
        discord.limiting(EDIT, 0.05)
        discord.limiting(EDIT, 31.0)
        discord.failing(EDIT, 502)
        discord.gateway.drop()
        await discord.until("CLOSED")
        second = await discord.say(ada, chat, "and now?")
        await discord.until("RESUME")
        goes_on.set()
        assert await desk.settled(asked["id"]) == "answered"
        assert await desk.settled(second["id"]) == "answered"
        assert contents(chat) == [LONG, LONG]
        assert len(discord.told("IDENTIFY")) == 1
        assert [each.times for each in discord.faults] == [0] * 5


async def test_a_restart_in_the_middle_says_what_it_cut_off_and_loses_nothing(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    never = asyncio.Event()
    clock = ManualClock(NOON)
    async with at_desk(tmp_path, discord, clock=clock, model=ScriptedModel([says(LONG)], hold=never)) as desk:
        ada, chat = await desk.comes("ada", "viewer")
        cut = await discord.say(ada, chat, "first")
        await desk.until(lambda: written(chat))
        waiting = await discord.say(ada, chat, "second")
        await desk.until(lambda: len(written(chat)) == 2)
    names = [each["id"] for each in written(chat)]
    later = ManualClock(clock.now() + timedelta(seconds=5))
    async with at_desk(tmp_path, discord, clock=later, model=ScriptedModel([says("to that")])) as desk:
        assert [await desk.settled(each["id"]) for each in (cut, waiting)] == ["answered", "answered"]
        first, second = written(chat)
        assert [first["id"], second["id"]] == names
        assert first["content"].startswith(LONG[:8])
        assert first["content"] != LONG
        assert second["content"] == "to that"


async def test_what_was_said_in_private_while_the_service_was_away_is_answered_once(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    model = ScriptedModel([says("one"), says("two"), says("three")])
    async with at_desk(tmp_path, discord, model=model) as desk:
        ada, chat = await desk.comes("ada", "viewer")
        first = await discord.say(ada, chat, "first")
        assert await desk.settled(first["id"]) == "answered"
        shared = await discord.slash(ada, discord.lounge, "help")
        assert await desk.settled(shared.id) == "answered"
    missed = discord.message(chat, ada, "second")
    async with at_desk(tmp_path, discord, model=model) as desk:
        assert await desk.settled(missed["id"]) == "answered"
        last = await discord.say(ada, chat, "third")
        assert await desk.settled(last["id"]) == "answered"
    assert contents(chat) == ["one", "two", "three"]
    asked = {entry.name for entry in discord.told(r"GET /channels/.*")}
    assert asked == {f"GET /channels/{chat.id}", f"GET /channels/{chat.id}/messages"}


async def test_the_token_is_told_nowhere(
    discord: LoopbackDiscord,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure("debug")
    with caplog.at_level(logging.DEBUG):
        async with at_desk(tmp_path, discord, model=ScriptedModel([says("well")])) as desk:
            ada, chat = await desk.comes("ada")
            discord.failing(POST, 503)
            asked = await discord.say(ada, chat, "how are you?")
            assert await desk.settled(asked["id"]) == "answered"
            async with aiohttp.ClientSession() as session, session.get(f"{desk.service.http}/health") as page:
                health = await page.text()
            discord.token = "another"
            await discord.gateway.invalidate()
            await desk.until(lambda: desk.service.app.services.platforms.states()[0].problem)
            [stands] = (await desk.call("platforms.list")).chats
            assert stands.state == "failing"
    printed = "".join(capfd.readouterr())
    assert "discord_token_refused" in printed
    assert "IDENTIFY" in caplog.text
    told = [caplog.text, printed, health, str(stands)]
    told += kept(tmp_path)
    assert [TOKEN in each for each in told] == [False] * len(told)


async def test_what_a_job_says_by_itself_wakes_nobody(discord: LoopbackDiscord, tmp_path: Path) -> None:
    model = ScriptedModel([says("Hello.")])
    async with at_desk(tmp_path, discord, model=model) as desk:
        ada, chat = await desk.comes("ada", "viewer")
        told = notice("job.result", "What is BTC worth?", ANSWERED, f"discord:{ada['id']}")
        async with desk.service.app.services.database.transact() as uow:
            await uow.notices.add(told)
        await desk.until(lambda: contents(chat))
        await discord.say(discord.me, chat, contents(chat)[0])
        asked = await discord.say(ada, chat, "hello")
        assert await desk.settled(asked["id"]) == "answered"
        # The job's message, the same come back, and the answer.
        assert contents(chat)[2:] == ["Hello."]
    assert [[each.text for each in request.messages] for request in model.requests] == [["hello"]]


async def test_an_alert_is_made_and_deleted_by_slash_commands(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    async with at_desk(tmp_path, discord) as desk:
        ada, chat = await desk.comes("ada", "trader")
        asked = await discord.slash(ada, chat, "alert", words="btc above 1000000")
        assert await desk.settled(asked.id) == "answered"
        [card] = written(chat)
        pressed = await discord.press(ada, chat, card["id"], buttons(card, GOOD)[0])
        assert await desk.settled(pressed.id) == "answered"
        assert contents(chat)[-1].startswith("**Alarm gespeichert**")
        for action, state in (("pause", "pausiert"), ("resume", "aktiv")):
            asked = await discord.slash(ada, chat, "alerts", action=action, which="1")
            assert await desk.settled(asked.id) == "answered"
            assert f"· {state}" in contents(chat)[-1]
        asked = await discord.slash(ada, chat, "alerts", action="delete", which="1")
        assert await desk.settled(asked.id) == "answered"
        assert contents(chat)[-1] == "Der Alarm ist gelöscht."
