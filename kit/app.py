"""The composition root: everything of one service, built, run and taken down in order."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from aiohttp import web

from agent.models.port import Model
from gateway.app import Gateway
from kit.addresses import Listening
from kit.agency import Agency, build_agency, take_up
from kit.arena import Field, build_contests, contesting
from kit.automation import Automation, automating, build_alerting, build_scheduler
from kit.background.housekeeping import tidy
from kit.background.loop import Loop
from kit.background.outbox import EventChannel, Pump
from kit.background.running import running, telling
from kit.background.workers import Begin, WorkerPool, execute, working
from kit.chats import Adapters, Chats, answering, build_chats, chat_loops
from kit.contests import build_deciders, trader_of
from kit.errors import CannotStart
from kit.graphs import LazyGraph
from kit.home import STRATEGIES, prepare
from kit.ids import id_maker
from kit.listen import listen
from kit.lock import only_one
from kit.money import Money, build_money
from kit.parts import (
    build_histories,
    build_live,
    build_market,
    build_reference,
)
from kit.platforms import Platforms
from kit.serving import build_gateway
from kit.settings import Settings
from kit.skillset import load_skills
from kit.system import Process
from kit.webhook_key import build_webhooks
from kit.webhooks import Lookup, posting
from memory.database import Database
from memory.errors import StoreError
from tools.apikeys import ApiKeys
from tools.backtesting import Backtests, WorkerFailed
from tools.catalog import CATALOG, build_registry
from tools.contests.service import Contests
from tools.context import Context
from tools.delivering import Channel
from tools.events import EventBus
from tools.pairing import Pairing
from tools.picking import Picking
from tools.policy import LOCAL_OWNER
from tools.registry import Registry
from tools.services import Services
from tools.trade_events import Herald
from tools.webhooks import Webhooks
from trading.clock import Clock, SystemClock
from trading.desk import Desk
from trading.exchanges.ccxt_client import known_exchanges
from trading.markets import CachedMarket, Markets
from trading.ports import Exchange, MarketData, NewId
from trading.runs.asking import Deciders

WARM_AFTER = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Edge:
    """What a service takes from the world: time, chance, and the parts that a test chooses itself."""

    clock: Clock
    entropy: Callable[[int], bytes] = os.urandom
    market: MarketData | None = None
    model: Model | None = None
    live: Exchange | None = None
    chats: Adapters | None = None
    lookup: Lookup | None = None
    deciders: Deciders | None = None
    worker: Begin = execute


@dataclass(frozen=True, slots=True)
class App:
    """A running service."""

    services: Services
    registry: Registry
    gateway: Gateway
    listening: Listening


@asynccontextmanager
async def serve(settings: Settings, edge: Edge | None = None, *, warm: bool = True) -> AsyncIterator[App]:
    """Run a service until the block ends: ready inside it, and nothing left half-done after it.

    With `warm` what the first turn needs is loaded behind the start; one call has no use for that.
    Raises CannotStart that says what to mend.
    """
    edge = edge or Edge(SystemClock())
    prepare(settings.home)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(settings.home))
        try:
            database = await stack.enter_async_context(Database.open(settings.database))
        except StoreError as error:
            raise CannotStart(f"database: {error}") from None
        yield await _build(settings, edge, database, stack, warm)


async def _build(
    settings: Settings, edge: Edge, database: Database, stack: AsyncExitStack, warm: bool
) -> App:
    clock = edge.clock
    new_id = id_maker(clock, edge.entropy)
    events = EventBus(database, clock)
    tells = Loop("events", events.step, 0.0, clock)
    await stack.enter_async_context(telling(tells, events))

    markets = await _markets(settings, edge, stack)
    money = await _money(settings, edge, database, markets, events, new_id, stack)
    await _recover(database, money.desk, events, clock)

    registry = build_registry()
    agent = await build_agency(settings, edge.model, edge.entropy, registry, database, clock, new_id, stack)

    keys = ApiKeys(database, clock, new_id, edge.entropy)
    pool, backtests = await _backtests(settings, edge, database, events, new_id, stack)
    platforms, chats = _chats(settings, edge, registry, database, new_id)
    outbox, webhooks = await _outbox(settings, edge, database, events, chats, new_id, stack)
    loops = [tells, *money.loops, *agent.loops, *_loops(database, outbox, keys, clock)]
    alerting = build_alerting(database, markets, money.portfolio, events, clock, new_id)
    scheduler = build_scheduler(settings, database, events, agent.workspace, agent.models, clock, new_id)
    gateways: list[Gateway] = []
    system = _system(settings, clock, database, markets, loops, gateways, agent, chats)
    services = Services(
        clock=clock,
        new_id=new_id,
        database=database,
        events=events,
        markets=markets,
        histories=build_histories(settings, markets, clock),
        desk=money.desk,
        reconciliation=money.reconciliation,
        portfolio=money.portfolio,
        chat=agent.runner,
        skills=await load_skills(CATALOG, settings.home, database),
        keys=keys,
        pairing=Pairing(database, clock, new_id, edge.entropy),
        backtests=backtests,
        strategies=Picking(database, settings.home / STRATEGIES, pool, clock),
        system=system,
        webhooks=webhooks,
        alerting=alerting,
        prompter=scheduler.worker,
        memories=agent.notebook,
        contests=await _contests(settings, edge, database, markets, money, events, agent, new_id, stack),
        models=agent.models,
        platforms=chats,
        timezone=settings.timezone,
    )
    platforms.typing.attend(registry, services)
    loops += await _answering(chats, services, registry, settings, stack)
    house = Context(LOCAL_OWNER, services, registry)
    loops += await _going_on(agent, Automation(alerting, scheduler), house, settings, stack)
    gateways.append(build_gateway(settings, registry, services))
    listening = await _open(gateways[0], platforms, agent, settings, stack)
    going = [loop.run for loop in loops if loop is not tells]
    await stack.enter_async_context(running([*going, *_warming(agent.graph, pool, clock, warm)]))
    return App(services, registry, gateways[0], listening)


async def _open(
    gateway: Gateway, platforms: Platforms, agent: Agency, settings: Settings, stack: AsyncExitStack
) -> Listening:
    """Let clients in, and at the end out again, without waiting for a turn that waits for a person."""
    listening = await stack.enter_async_context(listen(_mounted(gateway, platforms), settings))
    stack.push_async_callback(agent.runner.rest)
    return listening


async def _contests(
    settings: Settings,
    edge: Edge,
    database: Database,
    markets: Markets,
    money: Money,
    events: EventBus,
    agent: Agency,
    new_id: NewId,
    stack: AsyncExitStack,
) -> Contests:
    field = Field(settings, database, markets, money, events, agent.notebook, edge.clock, new_id)
    deciders, seats, aclose = build_deciders(field.settings, field.clock, random.Random(edge.entropy(8)))
    stack.push_async_callback(aclose)
    return build_contests(field, edge.deciders or deciders, seats, trader_of(settings, deciders))


async def _going_on(
    agent: Agency, automation: Automation, ctx: Context, settings: Settings, stack: AsyncExitStack
) -> Sequence[Loop]:
    """Go on with what the last process left, and return what goes on by itself."""
    await take_up(agent.runner, ctx, settings.account)
    contests = await contesting(ctx.services.contests, settings, ctx.services.clock, stack)
    return [*await automating(automation, settings, ctx, stack), *contests]


def _system(
    settings: Settings,
    clock: Clock,
    database: Database,
    markets: Markets,
    loops: Sequence[Loop],
    gateways: Sequence[Gateway],
    agent: Agency,
    chats: Chats,
) -> Process:
    index, level = agent.notebook.index, settings.log_level
    return Process(clock, database, markets, loops, gateways, index, level, chats.problems)


def _chats(
    settings: Settings, edge: Edge, registry: Registry, database: Database, new_id: NewId
) -> tuple[Platforms, Chats]:
    platforms = Platforms(settings, registry, database, edge.clock)
    adapters = edge.chats or platforms.adapters
    return platforms, build_chats(adapters, database, settings.account, edge.clock, new_id, edge.entropy)


async def _outbox(
    settings: Settings,
    edge: Edge,
    database: Database,
    events: EventBus,
    chats: Chats,
    new_id: NewId,
    stack: AsyncExitStack,
) -> tuple[Pump, Webhooks]:
    """Return what delivers messages: in chats, as events, and as posts to people's own addresses."""
    channels: Sequence[Channel] = (chats.channel, EventChannel(events, new_id))
    webhooks = build_webhooks(settings, database, new_id, edge.clock, edge.entropy)
    posts = await stack.enter_async_context(posting(webhooks, edge.clock, edge.lookup))
    outbox = Pump(database, [posts, *channels], edge.clock)
    if settings.database_url is None:
        # Whoever was at a message in this home is dead.
        await outbox.release()
    return outbox, webhooks


def _mounted(gateway: Gateway, platforms: Platforms) -> web.Application:
    application = gateway.application()
    platforms.mount(application)
    return application


async def _money(
    settings: Settings,
    edge: Edge,
    database: Database,
    markets: Markets,
    events: EventBus,
    new_id: NewId,
    stack: AsyncExitStack,
) -> Money:
    live = edge.live or await _live(settings, markets, edge.clock, stack)
    second = await _second(settings, edge.clock, stack)
    herald = Herald(events, new_id)
    money = await build_money(settings, database, markets, live, second, herald, edge.clock, new_id)
    stack.push_async_callback(money.desk.drain)
    return money


async def _answering(
    chats: Chats, services: Services, registry: Registry, settings: Settings, stack: AsyncExitStack
) -> Sequence[Loop]:
    """Let people be answered in chats; return what goes on for that."""
    reception = answering(chats, services, registry)
    stack.push_async_callback(reception.close)
    stack.push_async_callback(chats.channel.close)
    stack.callback(services.events.listen(reception.heard))
    if settings.database_url is None:
        # Nobody else can be at what the last process of this home left.
        await chats.inbox.release()
    return chat_loops(chats, reception, services.clock)


async def _backtests(
    settings: Settings,
    edge: Edge,
    database: Database,
    events: EventBus,
    new_id: NewId,
    stack: AsyncExitStack,
) -> tuple[WorkerPool, Backtests]:
    pool = await stack.enter_async_context(working(settings, edge.worker))
    backtests = Backtests(database, events, pool, edge.clock, new_id)
    stack.push_async_callback(backtests.close)
    await backtests.recover()
    return pool, backtests


def _warming(
    graph: LazyGraph, pool: WorkerPool, clock: Clock, warm: bool
) -> Sequence[Callable[[], Awaitable[object]]]:
    return (graph, _warm_grammar, partial(_warm_worker, pool, clock)) if warm else ()


async def _warm_grammar() -> None:
    """Compile what the offline model reads by, so that no person waits for it."""
    from agent.models.offline.grammar import grammar

    await asyncio.to_thread(grammar)


async def _warm_worker(pool: WorkerPool, clock: Clock) -> None:
    """Have a worker ready for the first backtest, once those who came first have been let in."""
    await clock.sleep(WARM_AFTER)
    try:
        await pool.warm()
    except WorkerFailed as error:
        log.warning("no backtest can run", reason=str(error))


async def _live(settings: Settings, markets: Markets, clock: Clock, stack: AsyncExitStack) -> Exchange | None:
    """Return where real orders go, None while nobody has switched that on."""
    exchange = await build_live(settings, markets.default.market, clock)
    return exchange and await stack.enter_async_context(exchange)


async def _second(settings: Settings, clock: Clock, stack: AsyncExitStack) -> MarketData | None:
    market = build_reference(settings, clock)
    if market is None:
        return None
    stack.push_async_callback(market.aclose)
    return CachedMarket(market, clock)


async def _markets(settings: Settings, edge: Edge, stack: AsyncExitStack) -> Markets:
    market = edge.market or build_market(settings, edge.clock)
    stack.push_async_callback(market.aclose)
    return Markets(CachedMarket(market, edge.clock), known=known_exchanges())


async def _recover(database: Database, desk: Desk, events: EventBus, clock: Clock) -> None:
    """Settle what a crash left behind: orders whose placing was cut off, turns that were.

    Whoever waited for such a turn is told as for any other that ends without an answer.
    """
    cut = await desk.recover()
    async with database.transact() as uow:
        turns = await uow.turns.interrupt_running(clock.now())
    for turn in turns:
        told = {"sessionId": turn.session_id, "requestId": turn.id, "reason": turn.status.value}
        await events.publish("chat.aborted", told, turn.principal, turn.session_id)
    if cut or turns:
        log.warning("the last run was cut off", orders=len(cut), turns=len(turns))


def _loops(database: Database, outbox: Pump, keys: ApiKeys, clock: Clock) -> Sequence[Loop]:
    return (
        Loop("outbox", outbox.step, 1.0, clock),
        Loop("keys", keys.refresh, 5.0, clock),
        Loop("housekeeping", partial(tidy, database, clock), 3600.0, clock),
    )
