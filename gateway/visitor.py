"""A client at the WebSocket of a foreign API."""

import asyncio
from collections.abc import Sequence

import structlog

from gateway import protocol
from gateway.hub import Told
from gateway.peer import Peer
from gateway.protocol import BadFrame
from gateway.requests import Requests, Step
from gateway.room import Room, text
from gateway.shared import Shared
from gateway.sockets import Message, Query
from gateway.under_way import UnderWay
from gateway.vocabulary import Dialect
from tools.context import Context
from tools.errors import CallError
from tools.policy import Principal

log = structlog.get_logger(__name__)


class Visitor:
    """Says and hears what its API has words for, and requests of our own protocol as at any other socket.

    It hears nothing while nobody is let in; from its first request on it is also a peer.
    """

    def __init__(
        self, shared: Shared, under_way: UnderWay, room: Room, peer: Peer, requests: Requests
    ) -> None:
        self._shared = shared
        self._under_way = under_way
        self._room = room
        self._peer = peer
        self._requests = requests
        self._known: Principal | CallError | None = None
        self._most = room.dialect.limits.max_bytes or shared.settings.max_frame_bytes
        listens = room.dialect.listens
        self._listener = listens and listens()
        self.is_peer = False
        """Whether it has spoken our own protocol."""

    @property
    def principal(self) -> Principal | None:
        """Who it is, None while nobody is let in."""
        if self.is_peer:
            return self._peer.principal
        return self._known if isinstance(self._known, Principal) else None

    @property
    def running(self) -> int:
        """How many requests are under way."""
        return self._requests.running

    def enter(self, known: Principal | CallError | None) -> None:
        """Be greeted, and hear what happens from now on; `known` is whom the handshake let in, or why not."""
        self._known = known
        greets = self._room.dialect.greets
        if greets is not None:
            self._say(greets(self._peer.id, self._shared.services.clock.now()))
        self._room.join(self)

    def leave(self) -> None:
        """Hear no more."""
        self._room.leave(self)

    def take(self, raw: bytes) -> Step:
        """Begin with a text message; what comes back has to end before the next one."""
        try:
            frame = protocol.read_object(raw, self._most)
        except BadFrame as error:
            self.refuse(error)
            return None
        if frame.get("type") == "req":
            self._introduce()
            return self._requests.take(raw)
        queries = self._room.dialect.queries.get(str(frame.get("type")))
        if queries is not None:
            return self._under_way.start(self._ask(queries), _ended)
        answers = self._room.dialect.answers if self._listener is None else self._listener.answer
        answer = answers(frame, self._shared.services.clock.now())
        if answer is not None:
            self._say(answer)
        return None

    def refuse(self, error: BadFrame) -> None:
        """Answer what cannot be read."""
        self._refuse(error)

    def wants(self, event: Told) -> bool:
        """Tell whether an event is to be told here."""
        principal = self.principal
        own = event.principal is None or (principal is not None and event.principal == principal.id)
        if self._listener is None:
            return own or not self._room.dialect.private
        return own and self._listener.hears(event.name)

    def hear(self, message: bytes) -> None:
        """Take what happened, unless nobody may hear it here."""
        principal = self.principal
        if principal is not None and self._shared.doorman.lapse(principal) is None:
            self._peer.outbox.push(message)

    async def _ask(self, queries: Sequence[Query]) -> None:
        """Ask and tell what belongs to a message; the first refusal ends it."""
        shared = self._shared
        try:
            ctx = Context(self._allowed(), shared.services, shared.registry, budget=self._peer.budget)
            for query in queries:
                result = await shared.registry.call(query.capability, query.params, ctx)
                self._say(query.tells(result, shared.services.clock.now()))
        except CallError as error:
            self._refuse(error)

    def _allowed(self) -> Principal:
        """Return who asks; raise why nobody may."""
        principal = self.principal
        if principal is None:
            raise self._known if isinstance(self._known, CallError) else self._peer.refusal
        lapse = self._shared.doorman.lapse(principal)
        if lapse is not None:
            raise lapse
        return principal

    def _refuse(self, error: CallError) -> None:
        self._say(self._room.dialect.refuses(error.message, self._shared.services.clock.now()))

    def _introduce(self) -> None:
        if self.is_peer:
            return
        self.is_peer = True
        if isinstance(self._known, CallError):
            self._peer.refusal = self._known
        elif self._known is not None:
            self._peer.let_in(self._known, Dialect.DEVICE, None)

    def _say(self, told: Message) -> None:
        self._peer.outbox.push(text(told))


def _ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("a question was not answered", exc_info=task.exception())
