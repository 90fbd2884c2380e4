"""A bare WebSocket client for tests: frames in, frames out, nothing hidden."""

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

Frame = dict[str, Any]

HELLO: dict[str, Frame] = {
    "000": {"device": {"id": "test-device", "name": "Test", "type": "desktop"}},
    "001": {"client": {"id": "test-client", "displayName": "Test", "version": "1.0.0"}},
}


# Never used twice, as the service takes a repeated id of the same device for the same wish.
NUMBERS = itertools.count()


class Wire:
    """One connection; events that come while waiting for an answer are kept in `events`.

    `patience` is how many seconds it waits for a frame.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, patience: float = 60) -> None:
        self.socket = socket
        self.patience = patience
        self.events: list[Frame] = []

    async def send(self, frame: Frame | str | bytes) -> None:
        """Send a frame as it is."""
        if isinstance(frame, bytes):
            await self.socket.send_bytes(frame)
        else:
            await self.socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def next(self) -> Frame:
        """Return the next frame, whatever it is."""
        frame: Frame = json.loads(await self.socket.receive_str(timeout=self.patience))
        return frame

    async def answer(self, request_id: str | None = None) -> Frame:
        """Return the next answer, to one request where an id is given."""
        while True:
            frame = await self.next()
            if frame["type"] == "event":
                self.events.append(frame)
            elif request_id is None or frame.get("id") == request_id:
                return frame

    async def request(self, method: str, params: Frame | None = None, request_id: str | None = None) -> Frame:
        """Send a request and return its answer."""
        name = request_id or f"t{next(NUMBERS)}"
        await self.send({"type": "req", "id": name, "method": method, "params": params})
        return await self.answer(name)

    async def event(self, name: str) -> Frame:
        """Return the first event of this name, of those that came or will come."""
        for seen in self.events:
            if seen["event"] == name:
                return seen
        while True:
            frame = await self.next()
            if frame["type"] == "event":
                self.events.append(frame)
                if frame["event"] == name:
                    return frame


@asynccontextmanager
async def wire(
    url: str, dialect: str | None = "000", token: str | None = None, patience: float = 60
) -> AsyncIterator[Wire]:
    """Open a connection; with a dialect also introduce it."""
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        connection = Wire(socket, patience)
        if dialect is not None:
            auth = {"auth": {"token": token}} if token else {}
            hello = await connection.request("connect", {**HELLO[dialect], **auth}, f"hello-{dialect}")
            assert hello["ok"], hello
        yield connection
