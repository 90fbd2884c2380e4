"""Coming in to Discord, staying there, and saying why not."""

import asyncio
import logging

import pytest
from discord.http import Route

from bot.chat import CommandSpec, TryLater
from bot.discord_adapter import AWAY, NO_CONTENT, TOKEN_REFUSED
from tests.bot.discord.house import COMMANDS, TOKEN, House, at_work, idle, place, sending, text
from tests.peers.discord_loopback import LoopbackDiscord
from tests.peers.discord_state import PATIENCE

PUT = r"PUT /applications/\d+/commands"
LOGIN = r"GET /users/@me"


async def met(discord: LoopbackDiscord, house: House, times: int = 1) -> None:
    """Let somebody say something and see it come in: all that came before it is over by then."""
    ada = discord.user("ada")
    await discord.say(ada, discord.direct(ada), "hello")
    await house.heard(times)


async def test_slash_commands_are_listed_once(discord: LoopbackDiscord) -> None:
    for times in (1, 2):
        async with at_work(discord):
            await discord.until("READY", times)
    [entry] = discord.told(PUT)
    assert [(command["name"], command["contexts"]) for command in entry.body] == [
        ("price", [0, 1]),
        ("buy", [0, 1]),
    ]
    assert entry.body[0]["options"] == [
        {"name": "pair", "description": "Which", "type": 3, "required": True, "autocomplete": True}
    ]
    assert [(option["name"], option["required"]) for option in entry.body[1]["options"]] == [
        ("amount", True),
        ("limit", False),
        ("side", False),
    ]
    assert entry.body[1]["options"][2]["choices"] == [
        {"name": "long", "value": "long"},
        {"name": "short", "value": "short"},
    ]


async def test_changed_slash_commands_are_listed_anew(discord: LoopbackDiscord) -> None:
    for times, commands in enumerate((COMMANDS, COMMANDS[:1], (CommandSpec("price", "Say a price"),)), 1):
        async with at_work(discord, commands=commands):
            await discord.until("READY", times)
    assert [len(entry.body) for entry in discord.told(PUT)] == [2, 1, 1]


async def test_a_dropped_socket_is_resumed_with_what_was_missed(
    discord: LoopbackDiscord, house: House
) -> None:
    ada = discord.user("ada")
    await discord.say(ada, discord.direct(ada), "one")
    await house.heard()
    discord.gateway.drop()
    await discord.until("CLOSED")
    await discord.say(ada, discord.direct(ada), "two")
    await discord.until("RESUME")
    await discord.say(ada, discord.direct(ada), "three")
    assert [each.text for each in await house.heard(3)] == ["one", "two", "three"]
    assert house.adapter.problem is None
    assert len(discord.told("IDENTIFY")) == 1


async def test_it_comes_back_when_discord_asks_for_it(discord: LoopbackDiscord, house: House) -> None:
    await met(discord, house)
    await discord.gateway.ask_to_reconnect()
    await discord.until("RESUME")
    await met(discord, house, 2)


async def test_after_an_invalid_session_it_begins_another(discord: LoopbackDiscord, house: House) -> None:
    await met(discord, house)
    await discord.gateway.invalidate()
    await discord.until("READY", 2)
    await met(discord, house, 2)
    assert 5.0 in house.clock.waits


async def test_a_gateway_that_refuses_the_first_sockets_is_tried_again(discord: LoopbackDiscord) -> None:
    discord.gateway.refuse_sockets = 2
    async with at_work(discord) as house:
        await discord.until("READY")
        await met(discord, house)
        assert len(discord.told("REFUSED SOCKET")) == 2


async def test_a_discord_that_is_not_there_yet_is_waited_for(discord: LoopbackDiscord) -> None:
    discord.failing(LOGIN, 503, times=3)
    async with at_work(discord) as house:
        await discord.until("READY")
        assert house.clock.waits == [1.0, 2.0, 4.0]


async def test_a_refused_token_is_told_and_not_tried_again(discord: LoopbackDiscord) -> None:
    async with at_work(discord, token="not-the-token") as house:
        await discord.until(LOGIN)
        await house.told(TOKEN_REFUSED)
        with pytest.raises(TryLater):
            await house.adapter.send(place(discord.lounge), text("hm"), sending("1"))
        assert len(discord.journal) == 1
        assert "DISCORD_BOT_TOKEN" in TOKEN_REFUSED


async def test_a_token_that_is_taken_back_is_told_too(discord: LoopbackDiscord, house: House) -> None:
    await met(discord, house)
    discord.token = "another"
    await discord.gateway.invalidate()
    await house.told(TOKEN_REFUSED)
    assert discord.journal[-1].status == 401


async def test_a_token_that_the_gateway_refuses_is_told_too(discord: LoopbackDiscord, house: House) -> None:
    await met(discord, house)
    [found] = discord.told(r"GET /gateway/bot")
    discord.failing(r"GET /gateway/bot", 200, found.answer)
    discord.token = "another"
    await discord.gateway.invalidate()
    await house.told(TOKEN_REFUSED)
    assert len(discord.told("IDENTIFY")) == 2


async def test_without_the_intent_for_texts_it_hears_what_it_still_may(discord: LoopbackDiscord) -> None:
    discord.content_allowed = False
    ada, me = discord.user("ada"), discord.me
    async with at_work(discord) as house:
        await discord.until("READY")
        await discord.say(ada, discord.lounge, "nice weather")
        await discord.say(ada, discord.lounge, f"<@{me['id']}> price?", mentions=[me])
        await discord.say(ada, discord.direct(ada), "price?")
        assert [each.text for each in await house.heard(2)] == ["price?", "price?"]
        assert house.adapter.problem == NO_CONTENT


async def test_a_lost_connection_is_told_until_it_is_back(discord: LoopbackDiscord, house: House) -> None:
    await met(discord, house)
    assert house.adapter.problem is None
    discord.failing(r"GET /gateway/bot", 503)
    await discord.gateway.invalidate()
    await house.told(AWAY)


async def test_a_connection_that_stays_lost_is_begun_anew(discord: LoopbackDiscord, house: House) -> None:
    await met(discord, house)
    discord.failing(r"GET /gateway/bot", hangs=True)
    await discord.gateway.invalidate()
    await house.told(AWAY)
    house.clock.later.set()
    await discord.until("READY", 2)
    await met(discord, house, 2)
    assert len(discord.told(LOGIN)) == 2


async def test_slash_commands_that_discord_refuses_keep_nobody_from_writing(
    discord: LoopbackDiscord,
) -> None:
    async with at_work(discord, commands=[CommandSpec("Not A Name", "What")]) as house:
        await discord.until("READY")
        assert [entry.status for entry in discord.told(PUT)] == [400]
        await met(discord, house)


async def test_what_is_underway_when_it_stops_is_for_later(discord: LoopbackDiscord) -> None:
    async with at_work(discord) as house:
        await discord.until("READY")
        discord.limiting(r"POST /channels/\d+/typing", 0.1)
        typing = asyncio.create_task(house.adapter.typing(place(discord.lounge)))
        await discord.until(r"POST /channels/\d+/typing")
    with pytest.raises(TryLater):
        await typing


async def test_what_could_not_be_stored_is_handed_on_again(discord: LoopbackDiscord) -> None:
    house, ada = idle(discord), discord.user("ada")
    house.broken = OSError("the disk is full")
    running = asyncio.create_task(house.adapter.run())
    await discord.until("READY")
    said = await discord.say(ada, discord.direct(ada), "keep me")
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(OSError, match="the disk"):
            await running
    house.broken = None
    again = asyncio.create_task(house.adapter.run())
    assert [each.message for each in await house.heard()] == [said["id"]]
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)


async def test_it_leaves_with_a_clean_close(discord: LoopbackDiscord) -> None:
    async with at_work(discord):
        await discord.until("READY")
    assert (await discord.until("CLOSED")).body == 1000


async def test_the_address_is_one_clients_alone_and_the_token_in_no_log(
    discord: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    before = Route.BASE
    handlers = list(logging.getLogger().handlers)
    with caplog.at_level(logging.DEBUG):
        async with at_work(discord) as house:
            await discord.until("READY")
            discord.failing(r"POST /channels", 503)
            with pytest.raises(TryLater) as later:
                await house.adapter.send(place(discord.lounge), text("hm"), sending("1"))
    assert before == Route.BASE
    assert logging.getLogger().handlers == handlers
    assert caplog.records
    assert TOKEN not in caplog.text + str(later.value) + repr(house.adapter)
