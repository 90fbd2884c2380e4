"""An OpenAI-compatible embeddings server on loopback, which answers as tests want it to."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SIZE = 32


@dataclass
class Embeddings:
    """The server; `answer` makes the body of an answer of what it was asked."""

    answer: Callable[[dict[str, Any]], Any]
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.Response:
        """Answer one request."""
        body = await request.json()
        self.asked.append(body)
        made = self.answer(body)
        if isinstance(made, int):
            return web.json_response({"error": {"message": "no"}}, status=made)
        return web.Response(text=json.dumps(made), content_type="application/json")


def vector(text: str) -> list[float]:
    """Return a vector in which texts are near that share words."""
    sums = [0.0] * SIZE
    for word in text.casefold().split():
        sums[hashlib.sha256(word.encode()).digest()[0] % SIZE] += 1.0
    return sums


def good(body: dict[str, Any]) -> dict[str, Any]:
    """Return what OpenAI would, the last text first."""
    data = [
        {"object": "embedding", "index": place, "embedding": vector(text)}
        for place, text in enumerate(body["input"])
    ]
    return {"object": "list", "model": body["model"], "data": data[::-1], "usage": {}}


class Counted:
    """An embedder without a server, for many texts: they are near that share words."""

    name = "counted"

    async def passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return the vector of each text."""
        return [vector(each) for each in texts]

    async def query(self, text: str) -> Sequence[float]:
        """Return the vector of what is looked for."""
        return vector(text)

    async def aclose(self) -> None:
        """Hold nothing."""


@asynccontextmanager
async def embeddings_server() -> AsyncIterator[Embeddings]:
    """Run a server until the block ends."""
    peer = Embeddings(good)
    app = web.Application()
    app.router.add_post("/v1/embeddings", peer.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server = site._server
    assert isinstance(server, asyncio.Server)
    peer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield peer
    finally:
        await runner.cleanup()
