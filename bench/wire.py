"""A bare WebSocket client that is fast enough not to be what is measured."""

import asyncio
import json
import socket
import struct
from collections.abc import Sequence
from itertools import cycle
from typing import Any, cast

ANSWERED = b'"ok":true'
REFUSED = b'"ok":false'
EVENT = b'"type":"event"'
MASK = b"\x5a\xa5\x3c\xc3"
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def frame(payload: bytes) -> bytes:
    """Return a masked text message (RFC 6455, 5.2)."""
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", 0x81, 0x80 | length)
    elif length < 65_536:
        head = struct.pack("!BBH", 0x81, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", 0x81, 0x80 | 127, length)
    mask = (MASK * (length // 4 + 1))[:length]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")
    return head + MASK + masked.to_bytes(length, "big")


def request(number: int, method: str, params: Any = None) -> bytes:
    """Return the message of a request."""
    body = {"type": "req", "id": f"r{number:06d}", "method": method, "params": params}
    return frame(json.dumps({name: value for name, value in body.items() if value is not None}).encode())


class Counter(asyncio.Protocol):
    """A connection that counts how often `pattern` arrives; it looks at nothing else."""

    def __init__(self, pattern: bytes) -> None:
        self.count = 0
        self.opened = asyncio.Event()
        self.lost = asyncio.Event()
        self._pattern = pattern
        self._keep = len(pattern) - 1
        self._tail = b""
        self._transport: asyncio.Transport | None = None
        self._wanted = 0
        self._reached: asyncio.Future[None] | None = None

    @property
    def transport(self) -> asyncio.Transport:
        """Its transport."""
        assert self._transport is not None
        return self._transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        # Transports of uvloop do not descend from asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        """Count what has come."""
        self.opened.set()
        text = self._tail + data
        self.count += text.count(self._pattern)
        self._tail = text[-self._keep :]
        if REFUSED in text:
            self._fail(RuntimeError(f"the server refuses: {text[-1_000:]!r}"))
        self.arrived(text)
        if self._reached is not None and self.count >= self._wanted and not self._reached.done():
            self._reached.set_result(None)

    def arrived(self, text: bytes) -> None:
        """Do more with what has come, in a subclass."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self.lost.set()
        self._fail(ConnectionError("the server closed the connection"))

    async def reach(self, count: int, seconds: float = 30.0) -> None:
        """Return once the pattern has come `count` times in all."""
        self._wanted = count
        if self.count < count:
            self._reached = asyncio.get_running_loop().create_future()
            async with asyncio.timeout(seconds):
                await self._reached

    def _fail(self, error: Exception) -> None:
        if self._reached is not None and not self._reached.done():
            self._reached.set_exception(error)


class Pipeline(Counter):
    """Keeps many requests under way at a time and counts their answers."""

    def __init__(self) -> None:
        super().__init__(ANSWERED)
        self._left = 0
        self._sent = 0
        self._window = 0
        self._batch = 1
        self._batches: cycle[bytes] = cycle((b"",))

    def prepare(self, requests: Sequence[bytes], batch: int, window: int) -> None:
        """Choose what is sent: `requests` over and over, `batch` at once, `window` under way at most."""
        starts = range(0, len(requests), batch)
        self._batches = cycle([b"".join(requests[start : start + batch]) for start in starts])
        self._batch, self._window = batch, window

    async def run(self, count: int) -> None:
        """Send `count` requests and return once each is answered."""
        self._left = count
        self._sent = self.count
        wanted = self.count + count
        self._send()
        await self.reach(wanted)

    def arrived(self, text: bytes) -> None:
        """Send more where there is room."""
        self._send()

    def _send(self) -> None:
        while self._left > 0 and self._sent - self.count + self._batch <= self._window:
            self.transport.write(next(self._batches))
            self._sent += self._batch
            self._left -= self._batch


async def connect(port: int, protocol: Counter, receive_buffer: int | None = None) -> None:
    """Open a connection on this machine; return once the server has agreed to the upgrade."""
    plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive_buffer is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(plain, ("127.0.0.1", port))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await loop.create_connection(lambda: protocol, sock=plain)
    await protocol.opened.wait()
