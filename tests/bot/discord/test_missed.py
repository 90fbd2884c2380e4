"""What was said in private while the bot was away."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Incoming, Person
from tests.bot.discord.house import at_work, idle, place
from tests.peers.discord_loopback import LoopbackDiscord

HISTORY = r"GET /channels/\d+/messages"


def ago(**time: float) -> datetime:
    return datetime.now(UTC) - timedelta(**time)


async def test_what_was_said_in_private_while_it_was_away_is_heard_when_it_comes(
    discord: LoopbackDiscord,
) -> None:
    house, ada = idle(discord), discord.user("ada")
    channel = discord.direct(ada)
    said = [await discord.say(ada, channel, f"number {number}") for number in range(150)]
    await discord.rewrite(channel, said[0], "number nought")
    discord.message(channel, discord.me, "an answer")
    house.last[channel.id] = ago(minutes=1)
    async with at_work(discord, house=house):
        heard = await house.heard(150)
    assert [each.message for each in heard] == [each["id"] for each in said]
    assert heard[0] == Incoming(
        id=f"discord:m:{said[0]['id']}",
        at=heard[0].at,
        place=place(channel),
        person=Person(f"discord:{ada['id']}", "Ada"),
        message=said[0]["id"],
        text="number nought",
    )
    assert len(discord.told(HISTORY)) == 2


async def test_it_asks_for_what_came_after_the_last_that_was_heard(discord: LoopbackDiscord) -> None:
    house, ada = idle(discord), discord.user("ada")
    channel = discord.direct(ada)
    heard = discord.message(channel, ada, "heard", id=discord.snowflake(ago(hours=2)))
    missed = discord.message(channel, ada, "missed", id=discord.snowflake(ago(hours=1)))
    house.last[channel.id] = ago(hours=1.5)
    async with at_work(discord, house=house):
        assert [each.message for each in await house.heard()] == [missed["id"]]
    assert int(heard["id"]) < int(missed["id"])


async def test_what_was_said_more_than_a_day_ago_is_left(discord: LoopbackDiscord) -> None:
    house, ada = idle(discord), discord.user("ada")
    channel = discord.direct(ada)
    discord.message(channel, ada, "buy", id=discord.snowflake(ago(hours=25)))
    fresh = discord.message(channel, ada, "price", id=discord.snowflake(ago(hours=23)))
    house.last[channel.id] = ago(days=30)
    async with at_work(discord, house=house):
        assert [each.message for each in await house.heard()] == [fresh["id"]]


async def test_a_new_session_asks_again_and_a_resumed_one_does_not(discord: LoopbackDiscord) -> None:
    house, ada = idle(discord), discord.user("ada")
    channel = discord.direct(ada)
    house.last[channel.id] = ago(minutes=1)
    async with at_work(discord, house=house):
        await discord.until(HISTORY)
        await discord.say(ada, channel, "one")
        await house.heard()
        discord.gateway.drop()
        await discord.until("RESUME")
        await discord.say(ada, channel, "two")
        await house.heard(2)
        assert len(discord.told(HISTORY)) == 1
        # As far as this one is known to have been heard.
        house.last[channel.id] = ago(minutes=1)
        await discord.gateway.invalidate()
        await discord.until("CLOSED", 2)
        discord.message(channel, ada, "three")
        await discord.until(HISTORY, 2)
        assert {each.text for each in await house.heard(5)} == {"one", "two", "three"}


@pytest.mark.parametrize(("status", "code", "tries"), [(503, 0, 2), (403, 50001, 1)])
async def test_a_chat_that_cannot_be_read_is_tried_again_or_left(
    discord: LoopbackDiscord, status: int, code: int, tries: int
) -> None:
    house, ada, ben = idle(discord), discord.user("ada"), discord.user("ben")
    closed, opened = discord.direct(ada), discord.direct(ben)
    for channel in (closed, opened):
        house.last[channel.id] = ago(minutes=1)
    discord.failing(rf"GET /channels/{closed.id}$", status, {"message": "No", "code": code})
    discord.message(opened, ben, "hello")
    async with at_work(discord, house=house):
        assert [each.text for each in await house.heard()] == ["hello"]
    assert len(discord.told(rf"GET /channels/{closed.id}")) == tries
