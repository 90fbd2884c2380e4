"""The doctor asks Telegram and Discord whose the bots' tokens are, and says what to do about each answer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from kit.chat_checks import TokenUnsure, discord_bot, telegram_bot
from tests.kit.commands import kit
from tests.kit.test_commands import free_port
from tests.peers.discord_loopback import LoopbackDiscord, loopback_discord
from tests.peers.telegram import (
    USERNAME,
    Fault,
    TelegramPeer,
    dropped,
    page,
    refusal,
    running_emulator,
    telegram,
)

SECRET = "CANARY.of-discord"
Check = Callable[[str, str | None], Awaitable[str]]


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    with running_emulator() as url:
        yield url


@pytest_asyncio.fixture
async def peer(emulator: str) -> AsyncIterator[TelegramPeer]:
    async with telegram(emulator) as running:
        yield running


@pytest_asyncio.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with loopback_discord(SECRET) as running:
        yield running


async def refused(check: Check, token: str, address: str | None) -> TokenUnsure:
    with pytest.raises(TokenUnsure) as unsure:
        await check(token, address)
    error = unsure.value
    told = f"{error} {error.mend} {error.__cause__!r}"
    assert token not in told
    return error


async def test_the_doctor_says_whose_tokens_are_good(
    tmp_path: Path, peer: TelegramPeer, discord: LoopbackDiscord
) -> None:
    tokens = {"TELEGRAM_BOT_TOKEN": peer.token, "DISCORD_BOT_TOKEN": SECRET, "KIT_GATEWAY_PORT": "0"}
    there = {"KIT_TELEGRAM_API_URL": peer.url, "KIT_DISCORD_API_URL": discord.base_url}
    ran = await kit(tmp_path / "home", "doctor", **tokens, **there)
    assert (ran.code, f"@{USERNAME}" in ran.out, str(discord.me["username"]) in ran.out) == (0, True, True)
    assert [each.method for each in peer.asked] == ["getMe"]
    assert "CANARY" not in ran.out + ran.err


async def test_the_doctor_says_where_to_get_tokens_that_are_not(
    tmp_path: Path, peer: TelegramPeer, discord: LoopbackDiscord
) -> None:
    tokens = {"TELEGRAM_BOT_TOKEN": "1:CANARY", "DISCORD_BOT_TOKEN": "CANARY", "KIT_GATEWAY_PORT": "0"}
    there = {"KIT_TELEGRAM_API_URL": peer.url, "KIT_DISCORD_API_URL": discord.base_url}
    ran = await kit(tmp_path / "home", "doctor", **tokens, **there)
    assert ran.code == 1
    bad = [line for line in ran.out.splitlines() if line.startswith("!!")]
    assert [line.split()[1] for line in bad] == ["telegram:", "discord:"]
    for words in ("@BotFather", "TELEGRAM_BOT_TOKEN", "developer portal", "DISCORD_BOT_TOKEN"):
        assert words in ran.out
    assert "CANARY" not in ran.out + ran.err


@pytest.mark.parametrize("token", ["", "my token", "1:a\r\nX: y", "1:../../x", "ü:ü"])
async def test_what_cannot_be_a_token_is_not_sent(
    peer: TelegramPeer, discord: LoopbackDiscord, token: str
) -> None:
    for check, address in ((telegram_bot, peer.url), (discord_bot, discord.base_url)):
        with pytest.raises(TokenUnsure):
            await check(token, address)
    assert (peer.asked, discord.journal) == ([], [])


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (refusal(401, "Unauthorized"), "TELEGRAM_BOT_TOKEN"),
        (page(404, "Not Found"), "TELEGRAM_BOT_TOKEN"),
        (page(502, "Bad Gateway"), "later"),
        (refusal(429, "Too Many Requests", retry_after=5), "later"),
        (page(200, "<html>hello</html>"), "KIT_TELEGRAM_API_URL"),
        (page(200, "[]"), "KIT_TELEGRAM_API_URL"),
        (page(200, '{"ok": true, "result": {}}'), "KIT_TELEGRAM_API_URL"),
        (dropped, "KIT_TELEGRAM_API_URL"),
    ],
)
async def test_what_telegram_answers_is_told_with_what_to_mend(
    peer: TelegramPeer, fault: Fault, word: str
) -> None:
    peer.fail("getMe", fault)
    assert word in (await refused(telegram_bot, peer.token, peer.url)).mend
    assert await telegram_bot(f" {peer.token}\n", f"{peer.url}/") == f"@{USERNAME}"


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (401, {"message": "401: Unauthorized", "code": 0}, "DISCORD_BOT_TOKEN"),
        (502, "bad gateway", "later"),
        (200, ["hello"], "KIT_DISCORD_API_URL"),
    ],
)
async def test_what_discord_answers_is_told_with_what_to_mend(
    discord: LoopbackDiscord, status: int, body: object, word: str
) -> None:
    discord.failing("GET /users/@me", status, body)
    assert word in (await refused(discord_bot, SECRET, discord.base_url)).mend
    assert await discord_bot(SECRET, discord.base_url) == discord.me["username"]


@pytest.mark.parametrize("check", [telegram_bot, discord_bot])
async def test_an_address_where_nobody_answers_is_told_without_its_secrets(check: Check) -> None:
    nobody = f"http://me:sesame@127.0.0.1:{free_port()}"
    for address in (nobody, "no address"):
        error = await refused(check, "1:CANARY" if check is telegram_bot else "CANARY", address)
        assert "_API_URL" in error.mend
        assert "sesame" not in f"{error} {error.mend}"
