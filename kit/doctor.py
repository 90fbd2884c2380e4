"""What `kit doctor` looks at: settings, home, ports, data, models, market, bots, each with what to mend."""

import asyncio
import os
import socket
import stat
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.addresses import Listening
from kit.errors import CannotStart, WrongSettings
from kit.lock import addresses_of
from kit.logs import log_file
from kit.settings import Settings, default_home, load

if TYPE_CHECKING:
    from memory.errors import StoreError

PATIENCE = 20.0
HEALTH_PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `mend` says what to do when it is bad, or what to know."""

    name: str
    bad: bool
    said: str
    mend: str = ""

    def __str__(self) -> str:
        mark = "!!" if self.bad else "ok"
        return f"{mark}  {self.name}: {self.said}" + (f"\n      -> {self.mend}" if self.mend else "")


async def examine() -> Sequence[Finding]:
    """Look at everything; settings that cannot be read are the only finding then."""
    try:
        settings = load()
    except WrongSettings as error:
        place = default_home(os.environ) / "config.toml"
        return [
            Finding("settings", True, problem, f"mend it in {place} or in the environment")
            for problem in error.problems
        ]
    found = [
        Finding("settings", False, f"read from {settings.home}"),
        _home(settings.home),
        *await _service(settings.home),
        *await _ports(settings),
    ]
    looks: tuple[Callable[[Settings], Awaitable[Finding]], ...] = (
        _data,
        _model,
        _market,
        _telegram,
        _discord,
    )
    return [*found, *[await _bounded(look, settings) for look in looks]]


async def _bounded(look: Callable[[Settings], Awaitable[Finding]], settings: Settings) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            return await look(settings)
    except TimeoutError:
        name = look.__name__.strip("_")
        return Finding(name, True, f"no answer within {PATIENCE:.0f} seconds", "check the network")


def _home(home: Path) -> Finding:
    if not home.exists():
        return Finding("home", False, f"{home} will be made by the first start")
    if not os.access(home, os.W_OK):
        return Finding("home", True, f"{home} cannot be written to", "make it yours, or set KIT_HOME")
    if stat.S_IMODE(home.stat().st_mode) & 0o077:
        return Finding("home", True, f"others can read {home}, where keys may be", f"chmod 700 {home}")
    log = log_file(home)
    return Finding("home", False, f"{home}, with a log in {log}" if log.exists() else str(home))


async def _service(home: Path) -> list[Finding]:
    """Return where the service of a home runs, and what it says is wrong with it."""
    places = addresses_of(home)
    if not places:
        return [Finding("service", False, "does not run")]
    told = await _asked(f"{places[0].replace('ws://', 'http://', 1)}/health") or {}
    mend = "mend that, or see why in the log"
    said = [*(told.get("problems") or ()), *(told.get("notices") or ())]
    problems = [Finding("service", True, str(each), mend) for each in said]
    return [Finding("service", False, f"runs at {', '.join(places)}"), *problems]


async def _ports(settings: Settings) -> list[Finding]:
    found = [await _port(settings, port) for port in settings.ports if port]
    if settings.port_is_given or not all(each.mend for each in found):
        return found
    # One of the documented ports is enough; none is not.
    return [replace(each, bad=True) for each in found]


async def _port(settings: Settings, port: int) -> Finding:
    name, place = "port", f"{settings.gateway_host}:{port}"
    taken = _taken(settings.gateway_host, port)
    if taken is None:
        return Finding(name, False, f"{place} is free")
    there = Listening(settings.gateway_host, (port,))
    if there.url in addresses_of(settings.home):
        return Finding(name, False, f"{place} is where the K.I.T. of this home answers")
    by = "another K.I.T., of another home," if await _is_kit(there.http) else "another program"
    needed = settings.port_is_given or port in settings.extra_ports
    mend = "stop what uses it, or set KIT_GATEWAY_PORT"
    return Finding(name, needed, f"{place} is taken by {by} ({taken})", mend)


def _taken(host: str, port: int) -> str | None:
    """Return why a port cannot be had, None when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return None


async def _is_kit(url: str) -> bool:
    health = await _asked(f"{url}/health")
    return health is not None and "gateway" in (health.get("services") or {})


async def _asked(url: str) -> dict[str, Any] | None:
    """Return what a page tells, None for no JSON object or no answer."""
    import aiohttp

    patience = aiohttp.ClientTimeout(total=HEALTH_PATIENCE)
    try:
        async with aiohttp.ClientSession(timeout=patience) as session, session.get(url) as answer:
            told = await answer.json()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return None
    return told if isinstance(told, dict) else None


async def _data(settings: Settings) -> Finding:
    from memory.database import Database
    from memory.errors import StoreError

    if settings.database_url is None and not (settings.data / "kit.db").exists():
        return Finding("data", False, "the first start will make the database")
    try:
        async with Database.open(settings.database) as database:
            await database.ping()
    except StoreError as error:
        return Finding("data", True, str(error), _mend_data(settings.database, error))
    return Finding("data", False, "the database answers")


def _mend_data(url: str, error: "StoreError") -> str:
    """Return what helps against an error of this kind of database."""
    from memory.address import normalised
    from memory.errors import BadDatabaseUrl, DatabaseTooNew

    if isinstance(error, BadDatabaseUrl):
        return (
            "set KIT_DATABASE_URL to sqlite:///path or postgresql://user:password@host/name, or leave it out"
        )
    if isinstance(error, DatabaseTooNew):
        return "update K.I.T., or name another database by KIT_DATABASE_URL"
    named = normalised(url)
    if named.get_backend_name() == "sqlite":
        return f"make {named.database} yours to read and write, or put a copy in its place that is whole"
    server = f"{named.host or 'localhost'}:{named.port or 5432}"
    return (
        f"see that Postgres runs at {server}, and that user, password and database in database_url are right"
    )


async def _model(settings: Settings) -> Finding:
    from kit.parts import check_model, model_names

    names = model_names(settings)
    for name in names:
        try:
            await check_model(name, settings)
        except CannotStart as error:
            return Finding("model", True, str(error), "set its key or address, or name another model")
    if all(name.startswith("offline") for name in names):
        hint = "set ANTHROPIC_API_KEY, OPENAI_API_KEY or DEEPSEEK_API_KEY to talk to a language model"
        return Finding("model", False, "the built-in offline model", hint)
    return Finding("model", False, f"{', then '.join(names)}: key and model are known to the vendor")


async def _market(settings: Settings) -> Finding:
    from kit.parts import build_market
    from trading.clock import SystemClock

    try:
        market = build_market(settings, SystemClock())
    except CannotStart as error:
        return Finding("market", True, str(error), "set KIT_EXCHANGE to an exchange's id, or leave it out")
    try:
        health = await market.health()
    finally:
        await market.aclose()
    if not health.connected:
        return Finding(
            "market", True, f"{health.exchange} does not answer: {health.reason}", "try again later"
        )
    return Finding("market", False, f"{health.exchange}, {health.source} prices")


async def _telegram(settings: Settings) -> Finding:
    if settings.telegram_bot_token is None:
        return _unset("telegram", "TELEGRAM_BOT_TOKEN")
    from kit.chat_checks import telegram_bot

    token = settings.telegram_bot_token.get_secret_value()
    return await _bot("telegram", telegram_bot(token, settings.telegram_api_url))


async def _discord(settings: Settings) -> Finding:
    if settings.discord_bot_token is None:
        return _unset("discord", "DISCORD_BOT_TOKEN")
    from kit.chat_checks import discord_bot

    token = settings.discord_bot_token.get_secret_value()
    return await _bot("discord", discord_bot(token, settings.discord_api_url))


def _unset(name: str, variable: str) -> Finding:
    return Finding(name, False, f"not used: {variable} is not set")


async def _bot(name: str, asked: Awaitable[str]) -> Finding:
    from kit.chat_checks import TokenUnsure

    try:
        bot = await asked
    except TokenUnsure as error:
        return Finding(name, True, str(error), error.mend)
    return Finding(name, False, f"the token is that of {bot}")
