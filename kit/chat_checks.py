"""Asks Telegram and Discord whose the bots' tokens are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

_TELEGRAM_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
_DISCORD_TOKEN = re.compile(r"[\w.-]+", re.ASCII)


class TokenUnsure(Exception):
    """Why nobody can say that a token is good; `mend` says what to do. It tells nothing of the token."""

    def __init__(self, said: str, mend: str) -> None:
        super().__init__(said)
        self.mend = mend


@dataclass(frozen=True, slots=True)
class _Platform:
    """How a platform is asked, and where to get its token."""

    name: str
    method: str
    address: str
    setting: str
    source: str
    refusals: frozenset[int]
    proxied: bool
    """Whether its SDK goes by the proxy of the environment, so that what holds here holds for it."""


_TELEGRAM = _Platform(
    "Telegram",
    "POST",
    "https://api.telegram.org",
    "KIT_TELEGRAM_API_URL",
    "ask @BotFather on Telegram for the bot's token and set it as TELEGRAM_BOT_TOKEN",
    frozenset({401, 404}),
    proxied=True,
)
_DISCORD = _Platform(
    "Discord",
    "GET",
    "https://discord.com/api/v10",
    "KIT_DISCORD_API_URL",
    "copy the token from the Discord developer portal (your application, Bot, Reset Token) and set it as "
    "DISCORD_BOT_TOKEN",
    frozenset({401}),
    proxied=False,
)


async def telegram_bot(token: str, address: str | None) -> str:
    """Return the name of the Telegram bot that a token is for; raise TokenUnsure."""
    token = token.strip()
    if _TELEGRAM_TOKEN.fullmatch(token) is None:
        raise _refused(_TELEGRAM, address)
    found = await _asked(_TELEGRAM, address, f"/bot{token}/getMe", {})
    return f"@{_name(_TELEGRAM, address, found.get('result'))}"


async def discord_bot(token: str, address: str | None) -> str:
    """Return the name of the Discord bot that a token is for; raise TokenUnsure."""
    token = token.strip()
    if _DISCORD_TOKEN.fullmatch(token) is None:
        raise _refused(_DISCORD, address)
    found = await _asked(_DISCORD, address, "/users/@me", {"Authorization": f"Bot {token}"})
    return _name(_DISCORD, address, found)


async def _asked(
    platform: _Platform, address: str | None, path: str, headers: Mapping[str, str]
) -> Mapping[str, Any]:
    url = (address or platform.address).rstrip("/") + path
    try:
        async with (
            aiohttp.ClientSession(trust_env=platform.proxied) as session,
            session.request(platform.method, url, headers=headers, allow_redirects=False) as answer,
        ):
            status = answer.status
            body = await answer.json(content_type=None) if status == 200 else None
    except ValueError:
        # An address that is none, or a page that is no answer.
        raise _stranger(platform, address) from None
    except (aiohttp.ClientError, OSError):
        # Its words may hold the address, which holds the token.
        raise _unreachable(platform, address) from None
    if status in platform.refusals:
        raise _refused(platform, address)
    if status != 200:
        raise TokenUnsure(f"{_host(platform, address)} answers with HTTP {status}", "try again later")
    if not isinstance(body, dict):
        raise _stranger(platform, address)
    return body


def _name(platform: _Platform, address: str | None, bot: object) -> str:
    name = bot.get("username") if isinstance(bot, dict) else None
    if not isinstance(name, str):
        raise _stranger(platform, address)
    return name


def _refused(platform: _Platform, address: str | None) -> TokenUnsure:
    at_own = f"; check {platform.setting} too" if address else ""
    return TokenUnsure(f"{platform.name} does not take the token", platform.source + at_own)


def _unreachable(platform: _Platform, address: str | None) -> TokenUnsure:
    way = f"see that {platform.setting} is right and answers" if address else "check the network"
    return TokenUnsure(f"{_host(platform, address)} cannot be reached, so the token is not checked", way)


def _stranger(platform: _Platform, address: str | None) -> TokenUnsure:
    way = f"see that {platform.setting} is right" if address else "check the network, or try again later"
    return TokenUnsure(f"what answers at {_host(platform, address)} is not {platform.name}", way)


def _host(platform: _Platform, address: str | None) -> str:
    return urlsplit(address or platform.address).netloc.rpartition("@")[2] or "that address"
