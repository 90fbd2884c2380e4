"""A whole gateway on loopback: real database, bus, market and sockets, with a few capabilities of its own."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
from aiohttp import web
from pydantic import Field

from gateway.app import Gateway
from gateway.auth import Keyring
from gateway.rest.mounts import PREFIXES
from gateway.rest.routes import OWN
from gateway.rest.table import RestDialect
from gateway.settings import GatewaySettings
from kit.skillset import build_skills
from memory.database import Database
from memory.notebook import Notebook
from tests.service import predictable
from tests.wire import HELLO, Wire
from tools import market, system, tool
from tools.alerting import Alerting
from tools.apikeys import ApiKeys
from tools.backtesting import Backtests
from tools.contests.service import Contests
from tools.context import Context
from tools.errors import AgentBusy, InvalidParams, MissingParams
from tools.events import EventBus
from tools.pairing import Pairing
from tools.picking import Picking
from tools.policy import Scope, Surface
from tools.registry import AnyCapability, Registry, capability
from tools.services import Chat, Prompter, Services, Traffic
from tools.webhooks import Webhooks
from tools.wire import IsoTime, NoParams, Params, Result
from trading.backtest.histories import Histories
from trading.clock import ManualClock
from trading.desk import Desk
from trading.errors import (
    ExchangeUnavailable,
    InsufficientFunds,
    InvalidOrder,
    RiskLimitExceeded,
    TradingError,
)
from trading.exchanges.simulated import SimulatedMarket
from trading.markets import Markets
from trading.portfolio import PortfolioReader
from trading.reconciliation import Reconciliation

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Text(Params):
    text: str = ""


class Said(Result):
    text: str
    principal: str


class Flood(Params):
    events: int
    size: int = 1
    stream: bool = False


class Order(Params):
    amount: float = Field(gt=0)
    type: str = "market"
    price: float | None = None


FAULTS: Mapping[float, type[TradingError]] = {
    1001: InsufficientFunds,
    1002: RiskLimitExceeded,
    1003: ExchangeUnavailable,
    1004: InvalidOrder,
}


class Executed(Result):
    order_id: str
    status: str
    price: float
    executed_price: float | None
    timestamp_ms: int
    time: IsoTime


def check(order: Order) -> None:
    """Refuse an order for one of the reasons there are."""
    if order.type == "limit" and order.price is None:
        raise MissingParams("a limit order needs a price")
    if order.type not in ("market", "limit"):
        raise InvalidParams("there is no such type")
    fault = FAULTS.get(order.amount)
    if fault is not None:
        raise fault("no")


@capability("echo.say")
async def say(ctx: Context, params: Text) -> Said:
    """Say it again."""
    return Said(text=params.text, principal=ctx.principal.id)


@capability("echo.boom")
async def boom(ctx: Context, params: NoParams) -> Said:
    """Fail in an unforeseen way."""
    raise ZeroDivisionError("secret-in-a-trace")


@capability("echo.unprintable")
async def unprintable(ctx: Context, params: NoParams) -> Said:
    """Answer what cannot be printed."""
    return Said.model_construct(text=cast(str, object()), principal="owner")


@capability("echo.admin", scope=Scope.ADMIN)
async def admin(ctx: Context, params: NoParams) -> Said:
    """Do what only the owner may."""
    return Said(text="done", principal=ctx.principal.id)


@capability("model.think", surfaces=Surface.MODEL)
async def think(ctx: Context, params: Text) -> Said:
    """Think aloud."""
    return Said(text=params.text, principal=ctx.principal.id)


@capability("backtest.run")
async def backtest(ctx: Context, params: NoParams) -> Said:
    """Pretend to try a strategy."""
    return Said(text="", principal=ctx.principal.id)


PLAIN: tuple[AnyCapability, ...] = (
    say,
    boom,
    unprintable,
    admin,
    think,
    backtest,
    system.health,
    system.status,
    market.price,
    tool.invoke,
)


@dataclass
class House:
    """What the capabilities share with a test."""

    database: Database
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    nanoseconds: int = 0
    troubles: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    done: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    gateways: list[Gateway] = field(default_factory=list)
    gateway_id: str = "kit-gateway-test"
    version: str = "1.0.0"
    build: str = "0.1.0"
    log_level: str = "info"
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.events = EventBus(self.database, self.clock)
        self.capabilities = self._capabilities()
        self.registry = Registry(self.capabilities, tool.FAMILIES)
        self.keys = ApiKeys(self.database, self.clock, self._new_id, predictable())
        self.services = Services(
            clock=self.clock,
            new_id=self._new_id,
            database=self.database,
            events=self.events,
            markets=Markets(SimulatedMarket(self.clock), known=("binance",)),
            # Nothing here trades or chats.
            histories=cast(Histories, None),
            backtests=cast(Backtests, None),
            strategies=cast(Picking, None),
            desk=cast(Desk, None),
            reconciliation=cast(Reconciliation, None),
            portfolio=cast(PortfolioReader, None),
            chat=cast(Chat, None),
            keys=self.keys,
            pairing=cast(Pairing, None),
            skills=build_skills(self.capabilities),
            system=self,
            webhooks=cast(Webhooks, None),
            alerting=cast(Alerting, None),
            prompter=cast(Prompter, None),
            memories=cast(Notebook, None),
            contests=cast(Contests, None),
        )

    def _new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"

    def uptime(self) -> float:
        return 60.0

    def clients(self) -> int:
        return 0

    def traffic(self) -> Mapping[str, Traffic]:
        return self.gateways[-1].traffic() if self.gateways else {}

    async def problems(self) -> Sequence[str]:
        if "fault" in self.troubles:
            raise RuntimeError("the check itself failed")
        return self.troubles

    async def notices(self) -> Sequence[str]:
        return ()

    def monotonic(self) -> int:
        return self.nanoseconds

    def later(self, seconds: float) -> None:
        self.nanoseconds += round(seconds * 1e9)

    async def publish(self, name: str = "news", principal: str | None = "owner", **payload: Any) -> None:
        await self.events.publish(name, payload, principal)

    def _capabilities(self) -> tuple[AnyCapability, ...]:
        @capability("echo.wait")
        async def wait(ctx: Context, params: Text) -> Said:
            """Say it again, once the gate is open."""
            self.waiting.release()
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                self.cancelled.append(params.text)
                raise
            self.done.append(params.text)
            return Said(text=params.text, principal=ctx.principal.id)

        @capability("chat.send", effects=True)
        async def send(ctx: Context, params: Text) -> Said:
            """Tell of the text letter by letter, then answer it."""
            if params.text == "busy":
                raise AgentBusy("a turn is running")
            await self.publish("chat.start", requestId="req")
            for letter in params.text:
                await self.publish("chat.chunk", chunk=letter)
            await self.publish("chat.complete", message={"role": "assistant", "content": params.text})
            await ctx.services.events.flush()
            return Said(text=params.text, principal=ctx.principal.id)

        @capability("trade.execute", scope=Scope.TRADE, effects=True)
        async def execute(ctx: Context, params: Order) -> Executed:
            """Place an order that fills at once, or rests when it has a price."""
            check(params)
            number = ctx.services.new_id("ord")
            self.done.append(number)
            resting = params.price is not None
            return Executed(
                order_id=number,
                status="pending" if resting else "filled",
                price=params.price or 50_000.0,
                executed_price=None if resting else 50_000.0,
                timestamp_ms=round(START.timestamp() * 1000),
                time=START,
            )

        @capability("echo.flood")
        async def flood(ctx: Context, params: Flood) -> Said:
            """Tell of the call by many events at once."""
            for _ in range(params.events):
                await self.publish("flood", requestId=ctx.request_id, text="x" * params.size)
            await ctx.services.events.flush()
            self.done.append("flood")
            return Said(text="", principal=ctx.principal.id)

        return (wait, send, execute, flood, *PLAIN)

    async def _tell(self) -> None:
        while True:
            await self.events.step()

    @asynccontextmanager
    async def running(
        self,
        settings: GatewaySettings | None = None,
        *,
        keyring: Keyring | None = None,
        real_clock: bool = False,
        dialects: Sequence[RestDialect] = (OWN,),
        mounts: Mapping[str, str] = PREFIXES,
    ) -> AsyncIterator["Running"]:
        """Serve on a free port until the block ends."""
        clock = time.monotonic_ns if real_clock else self.monotonic
        gateway = Gateway(
            self.registry,
            self.services,
            settings or GatewaySettings(),
            keyring=keyring,
            clock=clock,
            dialects=dialects,
            mounts=mounts,
        )
        self.gateways.append(gateway)
        runner = web.AppRunner(gateway.application(), access_log=None, shutdown_timeout=5)
        telling = asyncio.create_task(self._tell())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0]
        try:
            async with aiohttp.ClientSession() as session:
                yield Running(gateway, f"http://{host}:{port}", session, runner)
        finally:
            self.gate.set()
            await gateway.close()
            await runner.cleanup()
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
            await self.events.drain()


@dataclass
class Running:
    """A gateway that listens."""

    gateway: Gateway
    url: str
    session: aiohttp.ClientSession
    runner: web.AppRunner

    @property
    def connections(self) -> int:
        """How many connections it has, over HTTP and upgraded ones."""
        assert self.runner.server is not None
        return len(self.runner.server.connections)

    @asynccontextmanager
    async def wire(
        self,
        dialect: str | None = "000",
        *,
        headers: Mapping[str, str] | None = None,
        path: str = "/",
        **more: Any,
    ) -> AsyncIterator[Wire]:
        """Open a connection; with a dialect also introduce it, with `more` in the greeting."""
        async with self.session.ws_connect(f"{self.url}{path}", headers=headers) as socket:
            opened = Wire(socket)
            if dialect is not None:
                await opened.request("connect", {**HELLO[dialect], **more}, "hello")
            yield opened
