"""Ways for an exchange on loopback to answer wrongly."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.peers.exchange_state import Fault


def says(body: str, status: int = 200, kind: str = "application/json", **headers: str) -> Fault:
    """Answer with just this."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        return web.Response(text=body, status=status, content_type=kind, headers=headers)

    return fault


def alters(change: Callable[[Any], Any]) -> Fault:
    """Answer with what would have been right, changed by `change` (given and returning JSON)."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        return web.json_response(change(json.loads(json.dumps(answer))))

    return fault


def half() -> Fault:
    """Answer with the first half of the right text, as if it were all."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        text = json.dumps(answer)
        return web.Response(text=text[: len(text) // 2], content_type="application/json")

    return fault


def cut() -> Fault:
    """Promise the whole body and hang up after half of it."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        body = json.dumps(answer).encode()
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        response.content_type = "application/json"
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    return fault


def hangs() -> Fault:
    """Never answer."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    return fault
