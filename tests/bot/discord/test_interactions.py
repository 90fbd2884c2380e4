"""Slash commands, buttons and completions."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Button, Incoming, MarkupRefused, Message, MessageLost, Part, Person, Picture, TryLater
from tests.bot.discord.house import House, at_work, place, sending, text
from tests.peers.discord_loopback import LoopbackDiscord
from tests.peers.discord_state import Asked, Channel

CALLBACK = r"POST /interactions/\d+/\w+/callback"
ORIGINAL = r"PATCH /webhooks/\d+/\w+/messages/@original"
UNDER = r"PATCH /webhooks/\d+/\w+/messages/\d+"
FOLLOW_UP = r"POST /webhooks/\d+/\w+"


def contents(channel: Channel) -> list[str]:
    return [message["content"] for message in channel.messages.values()]


async def test_a_slash_command_is_deferred_then_answered_and_followed_up(
    discord: LoopbackDiscord, house: House
) -> None:
    ada, where = discord.user("ada"), place(discord.lounge)
    asked = await discord.slash(ada, discord.lounge, "buy", amount="0.5", pair="BTC/USDT")
    [incoming] = await house.heard()
    assert incoming == Incoming(
        id=f"discord:i:{asked.id}",
        at=incoming.at,
        place=where,
        person=Person(f"discord:{ada['id']}", "Ada", "de"),
        message="",
        command="buy",
        options={"amount": "0.5", "pair": "BTC/USDT"},
        ticket=incoming.ticket,
    )
    assert (await discord.until(CALLBACK)).body == {"type": 5}
    first = await house.adapter.send(where, text("Buying"), sending("1", incoming.ticket))
    second = await house.adapter.send(where, text("Bought"), sending("2", incoming.ticket))
    await house.adapter.edit(where, first, text("Buying 0.5"))
    await house.adapter.edit(where, second, text("Bought 0.5"))
    assert list(discord.lounge.messages) == [first, second]
    assert contents(discord.lounge) == ["Buying 0.5", "Bought 0.5"]
    assert [len(discord.told(each)) for each in (ORIGINAL, FOLLOW_UP, UNDER)] == [1, 1, 2]
    await house.adapter.delete(where, second)
    assert contents(discord.lounge) == ["Buying 0.5"]


async def test_nothing_is_acknowledged_before_it_is_stored_nor_sent_before_it_is_acknowledged(
    discord: LoopbackDiscord, house: House
) -> None:
    house.open.clear()
    asked = await discord.slash(discord.user("ada"), discord.lounge, "help")
    ticket = f"slash:{asked.id}:{discord.application}:{asked.token}"
    # A whole round over the same socket and back: the command has arrived by then.
    await discord.type_ahead(discord.user("ada"), discord.lounge, "price", "pair", "b")
    await discord.until(CALLBACK)
    assert asked.acknowledged is None
    discord.limiting(CALLBACK, 0.1)
    house.open.set()
    name = await house.adapter.send(place(discord.lounge), text("Help"), sending("1", ticket))
    assert asked.original == name
    assert contents(discord.lounge) == ["Help"]


async def test_a_pressed_button_is_acknowledged_and_its_message_changed(
    discord: LoopbackDiscord, house: House
) -> None:
    ada = discord.user("ada")
    channel = discord.direct(ada)
    question = Message(Part("Sell?", "Sell?"), buttons=((Button("Yes", "ok:17", "good"),),))
    name = await house.adapter.send(place(channel), question, sending("1"))
    asked = await discord.press(ada, channel, name, "ok:17")
    [incoming] = await house.heard()
    assert (incoming.id, incoming.place) == (f"discord:i:{asked.id}", place(channel))
    assert (incoming.pressed, incoming.message, incoming.command) == ("ok:17", name, None)
    assert (await discord.until(CALLBACK)).body == {"type": 6}
    await house.adapter.edit(place(channel), name, text("Sold"))
    await house.adapter.send(place(channel), text("0.5 BTC"), sending("2", incoming.ticket))
    assert contents(channel) == ["Sold", "0.5 BTC"]
    assert channel.messages[name]["components"] == []


async def test_a_pair_is_completed_while_it_is_typed_and_nothing_is_stored(
    discord: LoopbackDiscord, house: House
) -> None:
    ada = discord.user("ada")
    await discord.type_ahead(ada, discord.lounge, "price", "pair", "bt")
    answer = await discord.until(CALLBACK)
    pairs = [f"BT{number}/USDT" for number in range(25)]
    assert answer.body == {
        "type": 8,
        "data": {"choices": [{"name": pair, "value": pair} for pair in pairs]},
    }
    await discord.say(ada, discord.direct(ada), "and now")
    assert [each.text for each in await house.heard()] == ["and now"]


async def test_an_interaction_that_comes_twice_has_one_name(discord: LoopbackDiscord, house: House) -> None:
    asked = await discord.slash(discord.user("ada"), discord.lounge, "help")
    await discord.until(CALLBACK)
    await discord.repeat(asked)
    first, second = await house.heard(2)
    assert first == second
    assert (await discord.until(CALLBACK, 2)).answer["code"] == 40060
    await house.adapter.send(place(discord.lounge), text("Help"), sending("1", second.ticket))
    assert contents(discord.lounge) == ["Help"]


async def expired_by_word(discord: LoopbackDiscord) -> Asked:
    asked = await discord.slash(discord.user("ada"), discord.lounge, "help")
    await discord.until(CALLBACK)
    asked.over = True
    return asked


async def never_acknowledged(discord: LoopbackDiscord) -> Asked:
    discord.failing(CALLBACK, 404, {"message": "Unknown interaction", "code": 10062})
    return await discord.slash(discord.user("ada"), discord.lounge, "help")


async def expired_by_time(discord: LoopbackDiscord) -> Asked:
    long_ago = datetime.now(UTC) - timedelta(minutes=15)
    return await discord.slash(discord.user("ada"), discord.lounge, "help", at=long_ago)


@pytest.mark.parametrize(
    ("expired", "tries"), [(expired_by_word, 1), (expired_by_time, 0), (never_acknowledged, 1)]
)
async def test_under_an_expired_ticket_the_answer_goes_to_the_channel(
    discord: LoopbackDiscord,
    house: House,
    expired: Callable[[LoopbackDiscord], Awaitable[Asked]],
    tries: int,
) -> None:
    asked = await expired(discord)
    [incoming] = await house.heard()
    name = await house.adapter.send(place(discord.lounge), text("Help"), sending("1", incoming.ticket))
    assert asked.original != name
    assert contents(discord.lounge)[-1] == "Help"
    assert len(discord.told(ORIGINAL)) == tries
    await house.adapter.edit(place(discord.lounge), name, text("Help!"))
    assert contents(discord.lounge)[-1] == "Help!"


async def test_a_message_of_an_expired_ticket_is_edited_in_its_channel(
    discord: LoopbackDiscord, house: House
) -> None:
    asked = await discord.slash(discord.user("ada"), discord.lounge, "help")
    [incoming] = await house.heard()
    name = await house.adapter.send(place(discord.lounge), text("He"), sending("1", incoming.ticket))
    asked.over = True
    for so_far in ("Hel", "Help"):
        await house.adapter.edit(place(discord.lounge), name, text(so_far))
    assert contents(discord.lounge) == ["Help"]
    assert [entry.status for entry in discord.told(UNDER)] == [401]
    await house.adapter.delete(place(discord.lounge), name)
    assert discord.lounge.messages == {}


async def test_an_answer_that_was_refused_leaves_its_place_to_the_next(
    discord: LoopbackDiscord, house: House
) -> None:
    await discord.slash(discord.user("ada"), discord.lounge, "help")
    [incoming] = await house.heard()
    with pytest.raises(MarkupRefused):
        await house.adapter.send(place(discord.lounge), text("x" * 2001), sending("1", incoming.ticket))
    await house.adapter.send(place(discord.lounge), text("Help"), sending("2", incoming.ticket))
    assert contents(discord.lounge) == ["Help"]


async def test_after_a_lost_answer_the_first_answer_is_seen_once(
    discord: LoopbackDiscord, house: House
) -> None:
    await discord.slash(discord.user("ada"), discord.lounge, "help")
    [incoming] = await house.heard()
    await discord.until(CALLBACK)
    discord.failing(r"PATCH /webhooks", lost=True)
    with pytest.raises(TryLater):
        await house.adapter.send(place(discord.lounge), text("Help"), sending("1", incoming.ticket))
    await house.adapter.send(place(discord.lounge), text("Help"), sending("1", incoming.ticket))
    assert contents(discord.lounge) == ["Help"]


@pytest.mark.parametrize("before", [[], ["Ordered"]])
async def test_after_a_restart_what_was_answered_before_stays(
    discord: LoopbackDiscord, house: House, before: list[str]
) -> None:
    await discord.slash(discord.user("ada"), discord.lounge, "buy")
    [incoming] = await house.heard()
    await discord.until(CALLBACK)
    for content in before:
        await house.adapter.send(place(discord.lounge), text(content), sending("1", incoming.ticket))
    async with at_work(discord) as another:
        await discord.until("READY", 2)
        await another.adapter.send(place(discord.lounge), text("Filled"), sending("2", incoming.ticket))
    assert contents(discord.lounge) == [*before, "Filled"]


async def test_a_slash_command_in_a_thread_is_answered_by_a_picture(
    discord: LoopbackDiscord, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    asked = await discord.slash(discord.user("ada"), discord.thread, "chart")
    [incoming] = await house.heard()
    assert incoming.place == place(discord.thread)
    discord.limiting(r"PATCH /webhooks", 0.05)
    chart = Message(Part("BTC", "BTC"), picture=Picture("chart.png", b"\x89PNG"))
    with caplog.at_level(logging.INFO):
        await house.adapter.send(place(discord.thread), chart, sending("1", incoming.ticket))
    [shown] = discord.thread.messages.values()
    assert (shown["content"], shown["attachments"][0]["filename"]) == ("BTC", "chart.png")
    assert "webhooks" in caplog.text
    assert asked.token not in caplog.text


async def test_a_lost_message_of_a_living_ticket_is_told(discord: LoopbackDiscord, house: House) -> None:
    await discord.slash(discord.user("ada"), discord.lounge, "help")
    [incoming] = await house.heard()
    name = await house.adapter.send(place(discord.lounge), text("Help"), sending("1", incoming.ticket))
    del discord.lounge.messages[name]
    with pytest.raises(MessageLost):
        await house.adapter.edit(place(discord.lounge), name, text("Help!"))
