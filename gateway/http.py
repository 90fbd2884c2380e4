"""The pages beside the WebSocket: front, health, readiness, liveness and metrics."""

import asyncio
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import orjson
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.auth import bearer
from gateway.shared import Shared
from gateway.under_way import UnderWay
from tools.context import Context
from tools.errors import CallError
from tools.policy import Principal, Role
from tools.wire import IsoTime, Result

PROBE = Principal("probe", Role.VIEWER)
"""Whoever asks for the health over HTTP."""

ENDPOINTS = {
    "websocket": "/",
    "websocket_alias": "/ws",
    "health": "/health",
    "ready": "/ready",
    "live": "/live",
    "metrics": "/metrics",
    "api": "/api/v2",
    "events": "/api/v2/events",
    "docs": "/docs",
    "redoc": "/redoc",
    "openapi": "/openapi.json",
}
"""What there is at the one port, beside the prefixes at which one API is answered alone."""

WORDS = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    503: "UNAVAILABLE",
}

log = structlog.get_logger(__name__)


class Program(Result):
    """What runs here."""

    name: str = "K.I.T."
    version: str


class Front(Result):
    """What answers at `/`: the program first, then what two APIs say there of themselves."""

    program: Program
    name: str = "CryptoFunk Trading API"
    message: str = "Crypto LLM Trading API"
    version: str
    build: str
    status: str
    timestamp: IsoTime


class OwnFront(Result):
    """What answers where our own protocol alone is spoken."""

    name: str = "K.I.T."
    version: str
    build: str
    status: str
    timestamp: IsoTime
    endpoints: dict[str, str]


def json_page(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON page."""
    return web.Response(
        body=orjson.dumps(body), status=status, content_type="application/json", headers=headers
    )


def refusal(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return a page that says what is wrong."""
    return json_page({"error": WORDS.get(status, "BAD_REQUEST"), "message": message}, status, headers)


class Pages:
    """The handlers of the pages; `mounts` are the prefixes at which one API is answered alone."""

    def __init__(self, shared: Shared, under_way: UnderWay, mounts: Sequence[str] = ()) -> None:
        self._shared = shared
        self._under_way = under_way
        self._endpoints = {**ENDPOINTS, **{prefix.removeprefix("/"): prefix for prefix in mounts}}
        self.probes: Mapping[str, Handler] = {
            "/health": self.health,
            "/ready": self.ready,
            "/live": self.live,
        }
        """What tells others how this is, by its path."""

    async def front(self, request: web.Request) -> web.Response:
        """Say what this is: JSON, or a short page for a browser."""
        system = self._shared.services.system
        facts = Front(
            program=Program(version=system.build),
            version=system.version,
            build=system.build,
            status=self._state(),
            timestamp=self._shared.services.clock.now(),
        )
        first, _, _ = request.headers.get("Accept", "").partition(",")
        if first.strip().lower().startswith("text/html"):
            return web.Response(text=_page(facts), content_type="text/html")
        return json_page({**facts.model_dump(mode="json"), "endpoints": self._endpoints})

    async def own_front(self, request: web.Request) -> web.Response:
        """Say what this is where our own protocol alone is spoken."""
        system, at = self._shared.services.system, request.path.rstrip("/")
        facts = OwnFront(
            version=system.version,
            build=system.build,
            status=self._state(),
            timestamp=self._shared.services.clock.now(),
            endpoints={"websocket": at, **{path.removeprefix("/"): f"{at}{path}" for path in self.probes}},
        )
        return json_page(facts.model_dump(mode="json"))

    def _state(self) -> str:
        return "stopping" if self._under_way.stopping else "running"

    async def health(self, request: web.Request) -> web.Response:
        """Tell how the service is doing; 503 when something has to be mended."""
        shared = self._shared
        ctx = Context(PROBE, shared.services, shared.registry)
        found = await shared.registry.call("health", None, ctx)
        body = found.model_dump(mode="json", by_alias=True)
        body["uptime_seconds"] = body["uptime"]
        markets = {
            name: "connected" if each["connected"] else "down" for name, each in body["exchanges"].items()
        }
        state = markets.get(shared.services.markets.default.name, "down")
        body["services"] = {
            "gateway": self._state(),
            "database": "connected" if body["database"] else "down",
            # The name that one API has for where prices come from, whichever that is.
            "binance_api": state if body["source"] == "live" or state == "down" else body["source"],
            "scheduler": body["arena"],
            **markets,
        }
        return json_page(body, 200 if body["ok"] else 503)

    async def ready(self, request: web.Request) -> web.Response:
        """Tell whether requests are welcome."""
        problems = list(await self._shared.services.system.problems())
        ready = not problems and not self._under_way.stopping
        return json_page({"ready": ready, "problems": problems}, 200 if ready else 503)

    async def live(self, request: web.Request) -> web.Response:
        """Tell that the process runs."""
        return json_page({"live": True})

    async def metrics(self, request: web.Request) -> web.Response:
        """Return the counters; with a token configured, only to who holds one."""
        if not self._shared.doorman.open:
            await self._shared.doorman.admit(bearer(request.headers), request.remote or "")
        return web.Response(
            body=generate_latest(self._shared.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )


def page(shared: Shared, answer: Handler) -> Handler:
    """Return a handler that refuses in JSON, and whose faults go to the log only."""

    async def answered(request: web.Request) -> web.StreamResponse:
        task = asyncio.ensure_future(answer(request))
        await asyncio.wait((task,))
        error = task.exception()
        if error is None:
            return task.result()
        if isinstance(error, CallError):
            return refusal(error.meaning.http, error.message, _retry(error))
        fault = shared.services.new_id("fault")
        log.error("page failed", path=request.path, fault=fault, exc_info=error)
        return refusal(500, f"something went wrong on our side; it is in the log as {fault}")

    return answered


def _retry(error: CallError) -> dict[str, str] | None:
    after = error.retry_after_ms
    return None if after is None else {"Retry-After": str(-(-after // 1000))}


def _page(facts: Front) -> str:
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>K.I.T.</title>"
        "<h1>K.I.T.</h1>"
        f"<p>Version {escape(facts.program.version)} is {escape(facts.status)}; its API is "
        f"{escape(facts.version)}. Talk to it over the WebSocket at this address.</p>"
        "<p><a href=/health>health</a> <a href=/metrics>metrics</a> <a href=/docs>API</a></p></html>"
    )
