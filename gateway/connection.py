"""The life of one WebSocket: receive, send, and end in order."""

import asyncio

import structlog
from aiohttp import WSMsgType, web
from aiohttp.abc import AbstractStreamWriter

from gateway.keepalive import Keepalive
from gateway.outbox import Outbox
from gateway.peer import Peer
from gateway.places import Place
from gateway.protocol import BadFrame
from gateway.requests import Requests
from gateway.shared import Shared
from gateway.under_way import UnderWay
from gateway.visitor import Visitor
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
    """One client's WebSocket, in what is spoken at its place."""

    def __init__(
        self,
        shared: Shared,
        under_way: UnderWay,
        socket: web.WebSocketResponse[bool],
        transport: asyncio.Transport,
        stream: AbstractStreamWriter,
        address: str,
        place: Place,
    ) -> None:
        settings = shared.settings
        traffic, room, limits = place.traffic, place.room, place.limits
        self._settings = settings
        self._metrics = shared.metrics
        self._socket = socket
        self._transport = transport
        self.outbox = Outbox(
            transport,
            stream.drain,
            limits.queue or settings.queue_frames,
            settings.queue_bytes,
            settings.stall_seconds,
            self._cut,
            traffic,
            limits.write_seconds,
        )
        self._traffic = traffic
        self.peer = Peer(shared, self.outbox, address, place.vocabulary)
        requests = Requests(shared, self.peer, under_way, self.end)
        self._visitor = None if room is None else Visitor(shared, under_way, room, self.peer, requests)
        self._talk = self._visitor or requests
        self._alive: Keepalive | None = None
        if limits.ping_seconds is not None and limits.pong_seconds is not None:
            self._alive = Keepalive(socket, limits.ping_seconds, limits.pong_seconds, self._forget)
        self._writer: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def let_in(self) -> bool:
        """Tell whether it is known who the client is."""
        return (self._visitor or self.peer).principal is not None

    async def serve(self, known: Principal | CallError | None) -> None:
        """Serve until either side ends it; `known` is whom the handshake let in, or why it did not."""
        self._writer = asyncio.get_running_loop().create_task(self.outbox.run())
        grace = self._enter(known)
        if self._alive is not None:
            self._alive.start()
        try:
            await self._receive(grace)
        finally:
            if self._alive is not None:
                self._alive.stop()
            if self._visitor is not None:
                self._visitor.leave()
            self.peer.leave()
            if grace is not None:
                grace.cancel()
            await asyncio.shield(self.end())

    def farewell(self, message: bytes) -> None:
        """Say goodbye in our own protocol, to who speaks it."""
        if self._visitor is None or self._visitor.is_peer:
            self.outbox.push(message)

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

    def _enter(self, known: Principal | CallError | None) -> asyncio.TimerHandle | None:
        """Let a client in as the handshake says; return what ends the wait for what it missed."""
        if self._visitor is not None:
            self._visitor.enter(known)
        elif isinstance(known, CallError):
            self.peer.refusal = known
        elif known is not None:
            # The first frame may say what the client missed, which has to be told first.
            self.outbox.hold()
            self.peer.let_in(known, self.peer.dialect, None)
            loop = asyncio.get_running_loop()
            return loop.call_later(self._settings.resume_grace_seconds, self.outbox.release)
        return None

    async def _receive(self, grace: asyncio.TimerHandle | None) -> None:
        taken = 0
        while True:
            step = None
            message = await self._socket.receive()
            if self._alive is not None and message.type in (WSMsgType.PING, WSMsgType.PONG):
                await self._answer_to(message.type, message.data, self._alive)
                continue
            if taken == 0 and grace is not None:
                grace.cancel()
            if message.type is WSMsgType.TEXT:
                step = self._talk.take(message.data)
            elif message.type is WSMsgType.BINARY:
                self._talk.refuse(BadFrame("send text, not binary"))
            else:
                return
            taken += 1
            self._traffic.received += 1
            if step is not None:
                await asyncio.wait((step,))
            if taken % BURST == 0 or self._talk.running >= CROWD:
                await asyncio.sleep(0)
            if self.outbox.pressed:
                await self.outbox.room()

    async def _answer_to(self, kind: WSMsgType, data: bytes, alive: Keepalive) -> None:
        if kind is WSMsgType.PING:
            await self._socket.pong(data)
        else:
            alive.heard()

    def _forget(self) -> None:
        log.info("stale client closed", connection=self.peer.id, address=self.peer.address)
        self.end(GOING_AWAY, "no pong has come for too long", drop=True)

    def _cut(self) -> None:
        if self._ending is None:
            self._metrics.cut += 1
            log.warning("slow reader cut", connection=self.peer.id, address=self.peer.address)
            again = "" if self._visitor else " with resume.lastSeq"
            self.end(TRY_AGAIN_LATER, f"read too slowly; connect again{again}", drop=True)
