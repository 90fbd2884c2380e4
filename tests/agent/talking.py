"""Talks to the agent of a running service at the door, with capabilities and a model of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from agent.models.port import Completion, Model, ToolCall, Usage
from agent.runner import MAX_TURN, Runner
from kit.graphs import LazyGraph
from memory.records import StoredEvent, TranscriptMessage, Turn
from memory.workspace import Workspace
from tests.service import Running, running
from tools.catalog import CATALOG
from tools.chat import Aborted, Sent
from tools.context import Context
from tools.policy import LOCAL_OWNER, Principal
from tools.registry import AnyCapability, Registry
from tools.services import Services
from tools.wire import Result
from trading.ports import MarketData

MODEL = "scripted:model"
PRICE = ToolCall("call_price", "market_price", {"pair": "BTC/USDT"})
BUY = ToolCall(
    "call_buy", "trade_execute", {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 500}
)
PORTFOLIO = ToolCall("call_portfolio", "portfolio_get", {})


def says(text: str, *calls: ToolCall, usage: Usage | None = None) -> Completion:
    """Return a model's answer: words, tools to call, or both."""
    return Completion(text, MODEL, calls, usage or Usage(10, 5))


@dataclass
class House:
    """The agent under test and everything it told and stored."""

    service: Running
    services: Services
    registry: Registry
    runner: Runner
    events: list[StoredEvent] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, events: Sequence[StoredEvent]) -> None:
        """Take what is told."""
        self.events.extend(events)
        self._news.set()

    async def call(
        self, name: str, principal: Principal = LOCAL_OWNER, frame_id: str | None = None, **params: Any
    ) -> Result:
        """Make a call at the door."""
        ctx = Context(principal, self.services, self.registry, frame_id=frame_id)
        return await self.registry.call(name, params, ctx)

    async def say(self, message: str, **more: Any) -> Sent:
        """Send a message and return the whole answer."""
        return cast(Sent, await self.call("chat.send", message=message, stream=True, **more))

    def begin(self, message: str, **more: Any) -> "asyncio.Task[Sent]":
        """Send a message and go on."""
        return asyncio.create_task(self.say(message, **more))

    async def abort(self, principal: Principal = LOCAL_OWNER, **which: Any) -> bool:
        """Stop a turn and tell whether there was one."""
        return cast(Aborted, await self.call("chat.abort", principal, **which)).aborted

    async def told(self, name: str, number: int = 1) -> StoredEvent:
        """Return the n-th event of this name, once it has come."""
        async with asyncio.timeout(60):
            while len(found := self.all_told(name)) < number:
                self._news.clear()
                await self._news.wait()
        return found[number - 1]

    def all_told(self, name: str) -> list[StoredEvent]:
        """Return the events of this name."""
        return [each for each in self.events if each.name == name]

    async def turn(self, turn_id: str) -> Turn:
        """Return a turn as it is on record."""
        async with self.services.database.read() as uow:
            found = await uow.turns.get(turn_id)
        assert found is not None
        return found

    async def transcript(self, session_id: str = "main") -> Sequence[TranscriptMessage]:
        """Return what was said in a session of the owner."""
        async with self.services.database.read() as uow:
            return await uow.messages.recent(LOCAL_OWNER.id, session_id, 500)


@asynccontextmanager
async def house(
    home: Path,
    model: Model,
    *extra: AnyCapability,
    max_turn: timedelta = MAX_TURN,
    market: MarketData | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """Run a service whose agent is asked with `model` and may also use the capabilities given.

    Its checkpoints are in a file of their own, wherever the database is.
    """
    async with running(home, model=model, market=market, **settings) as service:
        registry = Registry([*CATALOG, *extra])
        (home / "graph").mkdir()
        async with LazyGraph("sqlite:///", home / "graph") as graph:
            runner = Runner(model, registry, Workspace(home / "workspace"), graph, max_turn)
            opened = House(service, replace(service.app.services, chat=runner), registry, runner)
            opened.services.events.listen(opened.hear)
            try:
                yield opened
            finally:
                await runner.close()
                await registry.drain()
