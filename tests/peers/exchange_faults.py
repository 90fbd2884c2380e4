"""Ways for an exchange on loopback to answer wrongly."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from aiohttp import web

from tests.peers.exchange_state import Barrier, Fault


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


def stalls() -> Fault:
    """Promise the whole body, send half of it, and never the rest."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        body = json.dumps(answer).encode()
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        response.content_type = "application/json"
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        await asyncio.Event().wait()
        return response

    return fault


def hangs() -> Fault:
    """Never answer."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    return fault


def gone() -> Fault:
    """Hang up without a word."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.close()
        return web.Response()

    return fault


def doubled() -> Fault:
    """Say the right answer twice over."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        return web.Response(text=json.dumps(answer) * 2, content_type="application/json")

    return fault


def slow(seconds: float) -> Fault:
    """Give the right answer, later."""

    async def fault(request: web.Request, answer: Any) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.json_response(answer)

    return fault


def once(fault: Fault, times: int = 1, after: int = 0) -> Fault:
    """Answer rightly `after` times, fail so many times, then answer rightly."""
    numbers = count()

    async def counted(request: web.Request, answer: Any) -> web.StreamResponse:
        failing = after <= next(numbers) < after + times
        return await fault(request, answer) if failing else web.json_response(answer)

    return counted


def unheard(fault: Fault, times: int | None = None) -> Barrier:
    """Answer so before anything is done; `times` bounds how often."""
    left = [times]

    async def barrier(request: web.Request) -> web.StreamResponse | None:
        if left[0] is not None:
            left[0] -= 1
            if left[0] < 0:
                return None
        return await fault(request, {})

    return barrier


def held(wait: Callable[[], Awaitable[object]]) -> Barrier:
    """Let a request arrive only after `wait`, also when nobody waits for its answer any more."""

    async def barrier(request: web.Request) -> web.StreamResponse | None:
        await wait()
        return None

    return barrier
