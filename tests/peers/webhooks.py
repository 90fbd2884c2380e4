"""A server of somebody's own to which messages are posted, and their side of the Standard Webhooks scheme."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

TOLERANCE = 300

Behave = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Forged(Exception):
    """This did not come from whoever has the secret, or not now."""


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Return the id of a message; raise Forged for one that is not from whoever shares the secret."""
    name, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(now - int(stamp)) > TOLERANCE:
        raise Forged("too old, or from the future")
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    made = hmac.new(key, b".".join((name.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    for each in headers["webhook-signature"].split(" "):
        version, _, signature = each.partition(",")
        if version == "v1" and hmac.compare_digest(base64.b64decode(signature, validate=True), made):
            return name
    raise Forged("signed by somebody else")


@dataclass(frozen=True, slots=True)
class Posted:
    """What came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return orjson.loads(self.body)


async def welcome(request: web.Request) -> web.StreamResponse:
    return web.Response(status=204)


@dataclass
class Receiver:
    """A server on loopback that keeps what comes in and answers as it is told."""

    behave: Behave = welcome
    posted: list[Posted] = field(default_factory=list)
    port: int = 0

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/hook"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.posted.append(Posted(request.path, request.headers.copy(), await request.read()))
        return await self.behave(request)


def answering(status: int, headers: Mapping[str, str] | None = None) -> Behave:
    """Return what always gives one answer."""

    async def behave(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    return behave


@asynccontextmanager
async def receiving(behave: Behave = welcome) -> AsyncIterator[Receiver]:
    """Run a receiver on a free port until the block ends."""
    receiver = Receiver(behave)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", receiver.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.01)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        receiver.port = runner.addresses[0][1]
        yield receiver
    finally:
        await runner.cleanup()
