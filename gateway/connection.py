"""The life of one WebSocket: receive, send, and end in order."""

import asyncio

import structlog
from aiohttp import WSMsgType, web
from aiohttp.abc import AbstractStreamWriter

from gateway.dialects import Dialect
from gateway.outbox import Outbox
from gateway.peer import Peer
from gateway.protocol import BadFrame
from gateway.requests import Requests
from gateway.shared import Shared
from gateway.under_way import UnderWay
from tools.errors import CallError
from tools.policy import Principal

GOING_AWAY = 1001
TRY_AGAIN_LATER = 1013
BURST = 128
"""Frames that are taken before others, and the answers, get their turn."""
CROWD = 32
"""Requests under way from which on each new one gives them a turn: most of them end in it."""

log = structlog.get_logger(__name__)


class Connection:
    """One client's WebSocket."""

    def __init__(
        self,
        shared: Shared,
        under_way: UnderWay,
        socket: web.WebSocketResponse[bool],
        transport: asyncio.Transport,
        stream: AbstractStreamWriter,
        address: str,
    ) -> None:
        settings = shared.settings
        self._settings = settings
        self._metrics = shared.metrics
        self._socket = socket
        self._transport = transport
        self.outbox = Outbox(
            transport,
            stream.drain,
            settings.queue_frames,
            settings.queue_bytes,
            settings.stall_seconds,
            self._cut,
        )
        self.peer = Peer(shared, self.outbox, address)
        self._requests = Requests(shared, self.peer, under_way, self.end)
        self._writer: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    async def serve(self, known: Principal | CallError | None) -> None:
        """Serve until either side ends it; `known` is whom the handshake let in, or why it did not."""
        loop = asyncio.get_running_loop()
        self._writer = loop.create_task(self.outbox.run())
        grace = None
        if isinstance(known, CallError):
            self.peer.refusal = known
        elif known is not None:
            # The first frame may say what the client missed, which has to be told first.
            self.outbox.hold()
            self.peer.let_in(known, Dialect.DEVICE, None)
            grace = loop.call_later(self._settings.resume_grace_seconds, self.outbox.release)
        try:
            await self._receive(grace)
        finally:
            self.peer.leave()
            if grace is not None:
                grace.cancel()
            await asyncio.shield(self.end())

    def end(self, code: int = 1000, reason: str = "", drop: bool = False) -> asyncio.Task[None]:
        """Close the connection once what is waiting has been sent, or dropped; idempotent."""
        if self._ending is None:
            self._ending = asyncio.get_running_loop().create_task(self._end(code, reason, drop))
        return self._ending

    async def _end(self, code: int, reason: str, drop: bool) -> None:
        seconds = self._settings.close_seconds
        self.outbox.shut(drop)
        if self._writer is not None:
            await asyncio.wait((self._writer,), timeout=0 if drop else seconds)
            self._writer.cancel()
        await self._socket.close(code=code, message=reason.encode(), drain=False)
        # A client that does not read would keep a closed socket for as long as it likes.
        asyncio.get_running_loop().call_later(seconds, self._transport.abort)

    async def _receive(self, grace: asyncio.TimerHandle | None) -> None:
        taken = 0
        while True:
            step = None
            message = await self._socket.receive()
            if taken == 0 and grace is not None:
                grace.cancel()
            if message.type is WSMsgType.TEXT:
                step = self._requests.take(message.data)
            elif message.type is WSMsgType.BINARY:
                self._requests.refuse(BadFrame("send text, not binary"))
            else:
                return
            taken += 1
            if step is not None:
                await asyncio.wait((step,))
            if taken % BURST == 0 or self._requests.running >= CROWD:
                await asyncio.sleep(0)
            if self.outbox.pressed:
                await self.outbox.room()

    def _cut(self) -> None:
        if self._ending is None:
            self._metrics.cut += 1
            log.warning("slow reader cut", connection=self.peer.id, address=self.peer.address)
            self.end(TRY_AGAIN_LATER, "read too slowly; connect again with resume.lastSeq", drop=True)
