"""Requests over HTTP, and all that came back."""

from dataclasses import dataclass
from typing import Any

import orjson
from multidict import CIMultiDictProxy
from yarl import URL

from tests.gateway.house import Running


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP."""

    status: int
    kind: str
    headers: CIMultiDictProxy[str]
    raw: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.raw)

    @property
    def code(self) -> str:
        """The code of a refusal of our own API."""
        assert self.kind == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["code"])


async def ask(running: Running, method: str, path: str, **more: Any) -> Answer:
    """Make a request."""
    url = URL(f"{running.url}{path}", encoded=True)
    async with running.session.request(method, url, **more) as response:
        return Answer(response.status, response.content_type, response.headers, await response.read())
