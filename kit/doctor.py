"""What `kit doctor` looks at: settings, home, ports, data, models and market, each with what to mend."""

import asyncio
import os
import socket
import stat
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.errors import CannotStart, WrongSettings
from kit.settings import Settings, default_home, load

PATIENCE = 20.0


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
        *_ports(settings),
    ]
    looks: tuple[Callable[[Settings], Awaitable[Finding]], ...] = (_data, _model, _market)
    found += [await _bounded(look, settings) for look in looks]
    return [*found, *_chats(settings)]


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
    return Finding("home", False, str(home))


def _ports(settings: Settings) -> list[Finding]:
    return [_port(settings, port) for port in settings.ports if port]


def _port(settings: Settings, port: int) -> Finding:
    name, place = "port", f"{settings.gateway_host}:{port}"
    family = socket.AF_INET6 if ":" in settings.gateway_host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.gateway_host, port))
        except OSError as error:
            needed = settings.port_is_given or port in settings.extra_ports
            return Finding(
                name,
                needed,
                f"{place} is taken ({error.strerror}), perhaps by K.I.T. itself",
                "stop what uses it, or set KIT_GATEWAY_PORT",
            )
    return Finding(name, False, f"{place} is free")


async def _data(settings: Settings) -> Finding:
    from memory.database import Database
    from memory.errors import StoreError

    if settings.database_url is None and not (settings.data / "kit.db").exists():
        return Finding("data", False, "the first start will make the database")
    try:
        async with Database.open(settings.database) as database:
            await database.ping()
    except StoreError as error:
        return Finding("data", True, str(error), "check database_url, or move the damaged file away")
    return Finding("data", False, "the database answers")


async def _model(settings: Settings) -> Finding:
    from kit.parts import check_model, model_names

    names = model_names(settings)
    for name in names:
        try:
            await check_model(name, settings)
        except CannotStart as error:
            return Finding("model", True, str(error), "set its key or address, or name another model")
    if all(name.startswith("offline") for name in names):
        hint = "set ANTHROPIC_API_KEY or OPENAI_API_KEY to talk to a language model"
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


def _chats(settings: Settings) -> list[Finding]:
    tokens = {"telegram": settings.telegram_bot_token, "discord": settings.discord_bot_token}
    return [
        Finding(name, True, "a token is set, but this version has no adapter for it", "use kit chat for now")
        for name, token in tokens.items()
        if token is not None
    ]
