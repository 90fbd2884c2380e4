"""What people write on Discord, as it is handed on."""

from typing import Any

import pytest

from bot.chat import Incoming, Person
from tests.bot.discord.house import House, place, sending, text
from tests.peers.discord_loopback import LoopbackDiscord
from tests.peers.discord_state import Channel, Json


async def test_a_private_message_comes_in_and_an_answer_goes_out(
    discord: LoopbackDiscord, house: House
) -> None:
    ada = discord.user("ada")
    channel = discord.direct(ada)
    said = await discord.say(ada, channel, "price of bitcoin?")
    [incoming] = await house.heard()
    assert incoming == Incoming(
        id=f"discord:m:{said['id']}",
        at=incoming.at,
        place=place(channel),
        person=Person(f"discord:{ada['id']}", "Ada"),
        message=said["id"],
        text="price of bitcoin?",
    )
    name = await house.adapter.send(place(channel), text("**61,000** USDT"), sending("answer:1"))
    assert channel.messages[name]["content"] == "**61,000** USDT"
    assert channel.messages[name]["author"] == discord.me
    assert house.adapter.problem is None


async def test_in_a_guild_the_bot_is_addressed_by_a_mention_its_role_or_a_reply(
    discord: LoopbackDiscord, house: House
) -> None:
    ada, lounge, me = discord.user("ada"), discord.lounge, discord.me
    earlier = discord.message(lounge, me, "61,000")
    reply = {
        "type": 19,
        "message_reference": {"type": 0, "message_id": earlier["id"], "channel_id": lounge.id},
        "referenced_message": earlier,
    }
    await discord.say(ada, lounge, "nice weather")
    await discord.say(ada, lounge, f"hey <@{me['id']}> price of bitcoin?", mentions=[me])
    await discord.say(ada, lounge, f"<@&{discord.role}> hello", mention_roles=[discord.role])
    await discord.say(ada, lounge, "and now?", **reply)
    heard = await house.heard(4)
    assert [(each.text, each.addressed, each.place) for each in heard] == [
        ("nice weather", False, place(lounge)),
        ("hey price of bitcoin?", True, place(lounge)),
        ("hello", True, place(lounge)),
        ("and now?", True, place(lounge)),
    ]


async def test_a_guild_that_is_not_known_yet_is_no_private_chat(
    discord: LoopbackDiscord, house: House
) -> None:
    stray = Channel(discord.snowflake(), 0, guild=discord.snowflake())
    await discord.say(discord.user("ada"), stray, "how much do I have?")
    [incoming] = await house.heard()
    assert (incoming.place, incoming.addressed) == (place(stray), False)
    assert not incoming.place.private


async def test_a_thread_is_written_to_where_it_was_heard(discord: LoopbackDiscord, house: House) -> None:
    await discord.say(discord.user("ada"), discord.thread, f"<@{discord.me['id']}>", mentions=[discord.me])
    [incoming] = await house.heard()
    assert (incoming.text, incoming.place.private) == ("", False)
    name = await house.adapter.send(incoming.place, text("yes?"), sending("1"))
    assert list(discord.thread.messages)[-1] == name


async def test_an_edit_comes_with_a_name_of_its_own_and_an_unfolded_link_does_not(
    discord: LoopbackDiscord, house: House
) -> None:
    ada = discord.user("ada")
    channel = discord.direct(ada)
    said = await discord.say(ada, channel, "pryce")
    await discord.gateway.said(channel, said, "MESSAGE_UPDATE")
    await discord.rewrite(channel, said, "price")
    first, second = await house.heard(2)
    assert (first.text, first.edited) == ("pryce", False)
    assert (second.text, second.edited, second.message) == ("price", True, said["id"])
    assert second.id == f"discord:e:{said['id']}:{int(second.at.timestamp() * 1000)}"


async def test_a_written_command_is_one_where_the_bot_is_addressed(
    discord: LoopbackDiscord, house: House
) -> None:
    ada = discord.user("ada")
    await discord.say(ada, discord.direct(ada), "/price BTC/USDT now")
    await discord.say(ada, discord.direct(ada), "/help")
    await discord.say(ada, discord.lounge, "/price BTC")
    heard = await house.heard(3)
    assert [(each.command, each.text) for each in heard] == [
        ("price", "BTC/USDT now"),
        ("help", ""),
        (None, "/price BTC"),
    ]


async def test_bots_are_told_and_the_bot_itself_and_discords_own_words_are_not_heard(
    discord: LoopbackDiscord, house: House
) -> None:
    ada, robot = discord.user("ada"), discord.user("robot", bot=True)
    await discord.say(discord.me, discord.lounge, "what I said")
    await discord.say(ada, discord.lounge, "", type=7)
    await discord.say(robot, discord.lounge, "beep")
    await discord.say(ada, discord.lounge, "by a hook", webhook_id=discord.snowflake())
    await discord.say(ada, discord.lounge, "by a person")
    heard = await house.heard(3)
    assert [(each.text, each.person.is_bot) for each in heard] == [
        ("beep", True),
        ("by a hook", True),
        ("by a person", False),
    ]


def attachment(content_type: str) -> Json:
    return {
        "id": "1",
        "filename": "x",
        "size": 1,
        "url": "http://127.0.0.1/x",
        "proxy_url": "http://127.0.0.1/x",
        "content_type": content_type,
    }


@pytest.mark.parametrize(
    ("more", "unread"),
    [
        ({"attachments": [attachment("audio/ogg")], "flags": 1 << 13}, "voice"),
        ({"attachments": [attachment("image/png")]}, "photo"),
        ({"attachments": [attachment("application/pdf")]}, "file"),
        ({"sticker_items": [{"id": "1", "name": "x", "format_type": 1}]}, "sticker"),
    ],
)
async def test_what_cannot_be_read_is_named(
    discord: LoopbackDiscord, house: House, more: dict[str, Any], unread: str
) -> None:
    ada = discord.user("ada")
    await discord.say(ada, discord.direct(ada), "", **more)
    [incoming] = await house.heard()
    assert (incoming.text, incoming.unread) == ("", unread)


async def test_a_forwarded_message_brings_its_text(discord: LoopbackDiscord, house: House) -> None:
    ada = discord.user("ada")
    snapshot = {
        "type": 0,
        "content": "buy now",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "flags": 0,
    }
    reference = {"type": 1, "message_id": "1", "channel_id": discord.lounge.id}
    await discord.say(
        ada,
        discord.direct(ada),
        "",
        message_reference=reference,
        message_snapshots=[{"message": snapshot}],
    )
    [incoming] = await house.heard()
    assert (incoming.text, incoming.forwarded) == ("buy now", True)


async def test_many_messages_at_once_keep_their_order(discord: LoopbackDiscord, house: House) -> None:
    ada = discord.user("ada")
    for number in range(300):
        await discord.say(ada, discord.direct(ada), str(number))
    assert [each.text for each in await house.heard(300)] == [str(number) for number in range(300)]
