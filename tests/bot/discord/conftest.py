"""What tests of chats begin with."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.bot.discord.house import TOKEN, House, at_work
from tests.peers.discord_loopback import LoopbackDiscord, loopback_discord
from tests.peers.discord_spec import DiscordSpec, discord_spec


@pytest.fixture(scope="session")
def published() -> Iterator[DiscordSpec]:
    """Judge by what Discord publishes."""
    with discord_spec() as spec:
        yield spec


@pytest.fixture
async def discord(published: DiscordSpec) -> AsyncIterator[LoopbackDiscord]:
    """Run a Discord, and hold all that went over its wire against Discord's own schemas."""
    async with loopback_discord(TOKEN) as running:
        yield running
    problems = published.problems(running.journal)
    assert not problems, "\n".join(problems)


@pytest.fixture
async def house(discord: LoopbackDiscord) -> AsyncIterator[House]:
    """Run a bot that has come in."""
    async with at_work(discord) as working:
        await discord.until("READY")
        yield working
