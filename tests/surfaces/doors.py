"""The same call through every door there is, and what came of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from typer.testing import CliRunner
from yarl import URL

from agent.models.port import Completion, ModelRequest, Role, ToolCall
from agent.models.scripted import ScriptedModel
from gateway.rest.routes import ROUTES
from gateway.rest.table import Route
from kit.answers import KitError
from kit.cli import app as command_line
from kit.client import KitClient
from tests.service import NOON, Running, running
from tests.wire import wire
from tools.policy import Surface
from tools.registry import AnyCapability
from tools.tool import FAMILIES
from trading.clock import ManualClock
from trading.exchanges.scripted_exchange import ScriptedExchange
from trading.symbols import parse_symbol

IDS = re.compile(
    r"\b(apr|mdt|ord|pos|grp|bt|opt|fill|msg|req|sess|run|cron|call|conn|fault|key|mem|cst|cyc|dec|acc)_[0-9a-z]+\b"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to: its result with ids masked, as no two runs share them, or its error's code."""

    result: Any = None
    code: str | None = None
    raw: Any = field(default=None, compare=False, repr=False)


Call = Callable[[AnyCapability, dict[str, Any]], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A door that is open, the service behind it, and the exchange where that one's real money is."""

    call: Call
    service: Running
    exchange: ScriptedExchange


@dataclass(frozen=True, slots=True)
class Door:
    """A surface: which capabilities it has, and how a service is called through it."""

    name: str
    has: Callable[[AnyCapability], bool]
    open: Callable[[Path], AbstractAsyncContextManager[Opened]]


def masked(value: Any) -> Any:
    """Return a value with every id replaced by its kind."""
    return json.loads(IDS.sub(r"\1_", json.dumps(value)))


@asynccontextmanager
async def _serving(home: Path) -> AsyncIterator[tuple[Running, ScriptedExchange]]:
    clock = ManualClock(NOON)
    exchange = ScriptedExchange(clock, {"USDT": 10_000}, {parse_symbol("BTC/USDT"): 68_000})
    model = ScriptedModel(obedient)
    # Whether passages have vectors yet is a matter of moments, and of no door.
    async with running(home, clock=clock, limits=False, model=model, live=exchange, arena=True) as service:
        yield service, exchange


def _frame(answer: dict[str, Any]) -> Outcome:
    if answer["ok"]:
        return Outcome(masked(answer["payload"]), raw=answer["payload"])
    return Outcome(code=answer["error"]["code"])


def _socket(dialect: str) -> Callable[[Path], AbstractAsyncContextManager[Opened]]:
    @asynccontextmanager
    async def opened(home: Path) -> AsyncIterator[Opened]:
        async with _serving(home) as (service, exchange), wire(service.url, dialect) as connection:

            async def call(capability: AnyCapability, params: dict[str, Any]) -> Outcome:
                return _frame(await connection.request(capability.name, params))

            yield Opened(call, service, exchange)

    return opened


def _tool_name(capability: AnyCapability) -> str | None:
    families = {name: family for family, name in FAMILIES.items()}
    if capability.name in families:
        return families[capability.name]
    return capability.tool_name if Surface.MODEL in capability.surfaces else None


@asynccontextmanager
async def _invoke(home: Path) -> AsyncIterator[Opened]:
    async with (
        _serving(home) as (service, exchange),
        wire(service.url) as connection,
    ):

        async def call(capability: AnyCapability, params: dict[str, Any]) -> Outcome:
            invocation = {"tool": _tool_name(capability), "args": params}
            return _frame(await connection.request("tool.invoke", invocation))

        yield Opened(call, service, exchange)


@asynccontextmanager
async def _client(home: Path) -> AsyncIterator[Opened]:
    async with (
        _serving(home) as (service, exchange),
        KitClient(service.url) as client,
    ):

        async def call(capability: AnyCapability, params: dict[str, Any]) -> Outcome:
            try:
                answer = await client.call(capability.name, params)
            except KitError as error:
                return Outcome(code=error.code)
            return Outcome(masked(answer), raw=answer)

        yield Opened(call, service, exchange)


@asynccontextmanager
async def _terminal(home: Path) -> AsyncIterator[Opened]:
    async with _serving(home) as (service, exchange):

        async def call(capability: AnyCapability, params: dict[str, Any]) -> Outcome:
            words = ["call", capability.name, json.dumps(params), "--url", service.url]
            ran = await asyncio.to_thread(CliRunner().invoke, command_line, words)
            printed = json.loads(ran.stdout)
            if ran.exit_code == 0:
                return Outcome(masked(printed), raw=printed)
            return Outcome(code=printed["error"]["code"])

        yield Opened(call, service, exchange)


ROUTE_OF = {route.capability: route for route in ROUTES}


def rest_request(
    route: Route, capability: AnyCapability, params: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return the path of a call over HTTP and what else its request is made of."""
    rest = dict(params)
    path = route.path
    for name in route.in_path:
        default = capability.params.model_json_schema()["properties"][name].get("default")
        path = path.replace(f"{{{name}}}", quote(str(rest.pop(name, default)), safe=""))
    if route.has_body:
        return path, {"json": rest}
    query = [
        (name, each if isinstance(each, str) else json.dumps(each))
        for name, value in rest.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return path, {"params": query}


@asynccontextmanager
async def _rest(home: Path) -> AsyncIterator[Opened]:
    async with _serving(home) as (service, exchange), aiohttp.ClientSession(service.http) as session:

        async def call(capability: AnyCapability, params: dict[str, Any]) -> Outcome:
            route = ROUTE_OF[capability.name]
            path, more = rest_request(route, capability, params)
            async with session.request(route.method, URL(path, encoded=True), **more) as response:
                body = await response.json(content_type=None)
                if response.status == route.status:
                    return Outcome(masked(body), raw=body)
                assert response.content_type == "application/problem+json"
                assert response.status == body["status"]
                return Outcome(code=body["code"])

        yield Opened(call, service, exchange)


def obedient(request: ModelRequest) -> Completion:
    """Call the tool that the person names in JSON, then say that it is done."""
    last = request.messages[-1]
    if last.role is Role.TOOL:
        return Completion("done", "scripted:model")
    wanted = json.loads(last.text)
    call = ToolCall("call", wanted["tool"], wanted["args"])
    return Completion("", "scripted:model", (call,))


@asynccontextmanager
async def _model(home: Path) -> AsyncIterator[Opened]:
    async with _serving(home) as (service, exchange), wire(service.url) as connection:

        async def call(capability: AnyCapability, params: dict[str, Any]) -> Outcome:
            connection.events.clear()
            message = json.dumps({"tool": capability.tool_name, "args": params})
            answer = await connection.request("chat.send", {"message": message, "stream": True})
            assert answer["ok"], answer
            told = (await connection.event("chat.tool_result"))["payload"]["result"]
            if set(told) == {"error"}:
                return Outcome(code=told["error"]["code"])
            return Outcome(masked(told), raw=told)

        yield Opened(call, service, exchange)


DOORS = (
    Door("WebSocket", lambda capability: Surface.WIRE in capability.surfaces, _socket("000")),
    Door("tool.invoke", lambda capability: _tool_name(capability) is not None, _invoke),
    Door("KitClient", lambda capability: Surface.WIRE in capability.surfaces, _client),
    Door("command line", lambda capability: Surface.WIRE in capability.surfaces, _terminal),
    Door("REST", lambda capability: Surface.WIRE in capability.surfaces, _rest),
    Door("model's tool", lambda capability: Surface.MODEL in capability.surfaces, _model),
)

OTHER_DIALECT = Door("WebSocket, 001", lambda capability: Surface.WIRE in capability.surfaces, _socket("001"))
"""Words its answers and codes in its own way."""
