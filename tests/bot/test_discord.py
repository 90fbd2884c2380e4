"""A person and the bot on Discord."""

from collections.abc import AsyncIterator

import pytest

from bot.chat import Incoming, Person
from tests.bot.discord_house import TOKEN, House, at_work, place, sending, text
from tests.peers.discord_loopback import LoopbackDiscord, loopback_discord


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with loopback_discord(TOKEN) as running:
        yield running


@pytest.fixture
async def house(discord: LoopbackDiscord) -> AsyncIterator[House]:
    async with at_work(discord) as working:
        await discord.until("IDENTIFY")
        yield working


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
