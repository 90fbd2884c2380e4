"""How the service itself is doing."""

import asyncio
from typing import ClassVar

from memory.database import Database
from memory.errors import DatabaseUnavailable
from tools.context import Context
from tools.errors import CallError, UnknownMethod
from tools.policy import Surface
from tools.registry import capability
from tools.skillbook import SkillStatus
from tools.wire import IsoTime, NoParams, Result
from trading.ports import MarketHealth

PATIENCE = 5.0
"""Seconds that a database may take to answer."""


class ExchangeHealth(Result):
    """Whether an exchange answers, how fast (ms, null when unknown) and where its prices come from."""

    connected: bool
    latency: float | None
    source: str
    reason: str | None = None


class Health(Result):
    """How the service is doing: `uptime` in seconds; `problems` say what to mend, `notices` what might be.

    `database` tells whether it answers, `arena` how the cycles of the contest stand, in a word.
    """

    ok: bool
    status: str
    version: str
    build: str
    uptime: float
    timestamp: IsoTime
    source: str
    database: bool
    arena: str
    skills: dict[str, str]
    exchanges: dict[str, ExchangeHealth]
    problems: list[str]
    notices: list[str]


class SocketTraffic(Result):
    """The WebSockets of one address: those open now, all since the start, and whole messages over them."""

    open: int
    opened: int
    sent: int
    received: int


class Status(Result):
    """The service in a few figures: the `version` of its API, the `build` that runs, `sockets` by paths.

    `database` tells whether it answers.
    """

    not_for_models: ClassVar[frozenset[str]] = frozenset({"sockets", "version", "database"})

    gateway: str
    database: bool
    clients: int
    skills: int
    tools: int
    uptime: float
    version: str
    build: str
    sockets: dict[str, SocketTraffic]


HEALTH_OF_SKILL = {SkillStatus.LOADED: "healthy"}


def exchange_health(health: MarketHealth) -> ExchangeHealth:
    """Return how a market is in the words of the wire."""
    return ExchangeHealth(
        connected=health.connected,
        latency=health.latency_ms,
        source=health.source.value,
        reason=health.reason,
    )


@capability("health")
async def health(ctx: Context, params: NoParams) -> Health:
    """Tell whether the service, its skills and its exchanges are well."""
    services = ctx.services
    markets = await services.markets.health()
    problems = list(await services.system.problems())
    return Health(
        ok=not problems,
        status="unhealthy" if problems else "healthy",
        version=services.system.version,
        build=services.system.build,
        uptime=services.system.uptime(),
        timestamp=services.clock.now(),
        source=services.markets.source.value,
        database=await _answers(services.database),
        arena=await _arena(ctx),
        skills={
            skill.id: HEALTH_OF_SKILL.get(skill.status, skill.status.value) for skill in services.skills.all()
        },
        exchanges={each.exchange: exchange_health(each) for each in markets},
        problems=problems,
        notices=list(await services.system.notices()),
    )


async def _answers(database: Database) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await database.ping()
    except (DatabaseUnavailable, TimeoutError):
        return False
    return True


async def _arena(ctx: Context) -> str:
    try:
        found = await ctx.door.call("arena.status", None, ctx.inner())
    except UnknownMethod:
        return "off"
    except CallError:
        return "down"
    return str(found.model_dump()["state"])


@capability("status", surfaces=Surface.WIRE | Surface.CHAT | Surface.MODEL)
async def status(ctx: Context, params: NoParams) -> Status:
    """Tell how many clients, skills and tools there are."""
    services = ctx.services
    return Status(
        gateway="running",
        database=await _answers(services.database),
        clients=services.system.clients(),
        skills=len(services.skills.all()),
        tools=len(ctx.door.tools()),
        uptime=services.system.uptime(),
        version=services.system.version,
        build=services.system.build,
        sockets={
            path: SocketTraffic.model_validate(each, from_attributes=True)
            for path, each in services.system.traffic().items()
        },
    )
