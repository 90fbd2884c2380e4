"""A loopback server that answers with raw bytes: what no well-behaved peer would send."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aiohttp import web


class Ending(Enum):
    """How an answer ends: in order, with the connection torn, not at all, or before it began."""

    ORDERLY = 1
    TORN = 2
    SILENT = 3
    MUTE = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the server."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Ending = Ending.ORDERLY


@dataclass(slots=True)
class Server:
    """The running server: where it is and what it was asked."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def events(*chunks: Any, done: bool = False) -> bytes:
    """Return chunks as server-sent events; a dict with a `type` names its event."""
    parts = []
    for chunk in chunks:
        name = f"event: {chunk['type']}\n" if "type" in chunk else ""
        parts.append(f"{name}data: {json.dumps(chunk)}\n\n")
    return "".join([*parts, "data: [DONE]\n\n" if done else ""]).encode()


def refusal(status: int, error: Mapping[str, Any], **headers: str) -> Answer:
    """Return an error as both vendors write one."""
    body = json.dumps({"type": "error", "error": error}).encode()
    plain = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body, status, {"content-type": "application/json", **plain})


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[Server]:
    """Answer one request after the other with `answers`, the last one again and again."""
    server = Server()
    closing = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = answers[min(len(server.bodies), len(answers) - 1)]
        server.bodies.append(await request.json())
        server.headers.append(request.headers)
        server.paths.append(request.path)
        if answer.ending is Ending.MUTE:
            await closing.wait()
        headers = {"content-type": "text/event-stream", **answer.headers}
        response = web.StreamResponse(status=answer.status, headers=headers)
        await response.prepare(request)
        await response.write(answer.body)
        if answer.ending is Ending.SILENT:
            await closing.wait()
        if answer.ending is Ending.TORN and request.transport is not None:
            request.transport.abort()
        return response

    app = web.Application()
    app.router.add_post("/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{_port(runner.addresses)}"
        yield server
    finally:
        closing.set()
        await runner.cleanup()


def _port(addresses: Sequence[Any]) -> int:
    port: int = addresses[0][1]
    return port
