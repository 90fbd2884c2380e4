"""A service that trades real money at an exchange on loopback, in a process that can be killed."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from memory.database import Database, UnitOfWork
from tests.faults.exchange import SECRET, Exchange, exchange_process
from tests.faults.judge import Evidence, judge
from tests.faults.pace import PATIENCE, until
from tests.faults.process import REAL, ServiceProcess
from tests.wire import Frame, Wire, wire
from trading.model import Order, OrderStatus
from trading.orders import UNDECIDED
from trading.stores import ChainedEntry

TOKEN = "0123456789abcdef"
GENEROUS = {
    "ordersPerMinute": 10_000,
    "position": 100,
    "exposure": 100,
    "openPositions": 100,
    "dailyLoss": 1,
    "drawdown": 1,
}
"""Limits that do not stand in the way of many orders."""


@dataclass(slots=True)
class House:
    """An exchange, and the service that trades there; killed and started again as tests please."""

    exchange: Exchange
    service: ServiceProcess
    url: str = ""
    client: Wire | None = None
    _connections: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def database(self) -> Path:
        """The service's database."""
        return self.service.database

    async def start(self) -> None:
        """Start the service and connect to it."""
        self.url = await self.service.start()
        self.client = await self.connect()

    async def connect(self) -> Wire:
        """Return one more connection; it ends with the service."""
        return await self._connections.enter_async_context(wire(self.url, "000", TOKEN, PATIENCE))

    async def kill(self) -> None:
        """Kill the service and all that it started, as a failing machine does."""
        await self.service.kill()
        await self._connections.aclose()

    async def restart(self) -> None:
        """Kill the service and start it again."""
        await self.kill()
        await self.start()

    async def calm(self) -> None:
        """Bring exchange and service back to work, whatever a test has left behind."""
        await self.exchange.control("mend")
        await self.exchange.control("catch up")
        if not self.service.runs:
            await self.start()
        else:
            # Nobody answered the service's pings while tests of other rooms ran here, so it may have hung up.
            await self._connections.aclose()
            self.client = await self.connect()
        await self.settled()

    async def request(self, method: str, params: Frame | None = None, request_id: str | None = None) -> Frame:
        """Ask the service and return its answer."""
        assert self.client is not None
        return await self.client.request(method, params, request_id)

    async def arm(self) -> None:
        """Let the account trade, and no limit of its owner stand in the way of many orders."""
        for method, params in (("risk.set", {"account": "live", **GENEROUS}), ("live.arm", {})):
            answer = await self.request(method, params)
            assert answer["ok"], answer
        await self.settled()

    async def execute(self, request_id: str | None = None, **order: Any) -> Frame:
        """Place an order on the live account and return the answer."""
        return await self.request("trade.execute", {"account": "live", **order}, request_id)

    async def begin(self, request_id: str, **order: Any) -> None:
        """Send an order whose answer nobody waits for."""
        await self.begin_call(request_id, "trade.execute", **order)

    async def begin_call(self, request_id: str, method: str, **params: Any) -> None:
        """Send a request on the live account whose answer nobody waits for."""
        assert self.client is not None
        params = {"account": "live", **params}
        await self.client.send({"type": "req", "id": request_id, "method": method, "params": params})

    async def settled(self) -> None:
        """Return once the account may trade and every order's fate is known."""

        async def free() -> bool:
            answer = await self.request("live.check", {"account": "live"})
            states = await self.states()
            return answer["ok"] and answer["payload"]["locked"] is None and not UNDECIDED & states

        await until(free)

    async def states(self) -> set[OrderStatus]:
        """Return where the open orders of the account stand."""
        answer = await self.request("trade.orders", {"account": "live", "status": "open", "limit": 500})
        assert answer["ok"], answer
        return {OrderStatus(each["state"]) for each in answer["payload"]["orders"]}

    async def orders(self) -> Sequence[Order]:
        """Return every order of the account, from the disk."""
        async with Database.open(f"sqlite:///{self.database}") as database, database.read() as uow:
            return await _orders(uow)

    async def order(self, order_id: str) -> Order:
        """Return one order, from the disk."""
        return next(each for each in await self.orders() if each.id == order_id)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep everybody from writing to the database until the block ends."""
        file = sqlite3.connect(self.database, isolation_level=None, timeout=PATIENCE)
        try:
            file.execute("BEGIN IMMEDIATE")
            yield
        finally:
            # Nothing was changed.
            file.close()

    async def evidence(self) -> Evidence:
        """Return both sides' books."""
        venue = await self.exchange.state()
        async with Database.open(f"sqlite:///{self.database}") as database, database.read() as uow:
            return Evidence(
                log=self.exchange.taken(),
                venue=venue,
                orders=await _orders(uow),
                fills=await uow.fills.of("live"),
                balances=await uow.ledger.balances("live"),
                chain=await _chain(uow),
                sums=await uow.ledger.all_balances(),
            )

    async def acquit(self) -> Evidence:
        """Wait until all is settled and hold the service to every rule; return the evidence."""
        await self.settled()
        evidence = await self.evidence()
        assert [str(each) for each in judge(evidence)] == []
        return evidence


@asynccontextmanager
async def house(
    path: Path, *, command: Sequence[str] = REAL, balances: Sequence[str] = ("USDT=10000",)
) -> AsyncIterator[House]:
    """Run an exchange and a service whose account is armed, until the block ends."""
    (path / "home").mkdir()
    async with exchange_process(path / "taken.jsonl", *balances) as exchange:
        made = House(exchange, ServiceProcess(path / "home", command, _settings(exchange.url)))
        try:
            await made.start()
            await made.arm()
            yield made
        finally:
            await made.kill()


def _settings(exchange: str) -> dict[str, str]:
    urls = {name: f"{exchange}/api/v3" for name in ("public", "private")}
    return {
        "KIT_EXCHANGE": "binance",
        "KIT_LIVE": "true",
        "KIT_LIMITS": "false",
        "KIT_EXCHANGE_API_KEY": "a-key",
        "KIT_EXCHANGE_API_SECRET": SECRET,
        "KIT_GATEWAY_TOKEN": TOKEN,
        "KIT_EXCHANGE_URLS": json.dumps(urls),
    }


async def _orders(uow: UnitOfWork) -> Sequence[Order]:
    return await uow.orders.recent("live", frozenset(OrderStatus), None, 100_000)


async def _chain(uow: UnitOfWork) -> Sequence[ChainedEntry]:
    return [
        link
        for account in await uow.ledger.chains()
        for link in await uow.ledger.chain(account, 0, 1_000_000)
    ]
