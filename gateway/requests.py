"""From a frame to its answer: the protocol's own methods here, all others through the one door."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

import orjson
import structlog

from gateway import protocol
from gateway.connect import Resume, dialect_of, hello, read_greeting, read_nothing
from gateway.metrics import OK
from gateway.peer import Peer
from gateway.protocol import BadFrame, Request
from gateway.shared import Shared
from gateway.under_way import UnderWay
from gateway.vocabulary import error_body, payload_of
from tools.context import Context, Repeat
from tools.errors import AuthExpired, AuthInvalid, CallError, InternalError, RateLimited, UnknownMethod
from tools.policy import Principal

NORMAL_CLOSURE = 1000
POLICY_VIOLATION = 1008

MALFORMED = "malformed"
UNKNOWN = "unknown"

Step = asyncio.Task[None] | None
"""What has to end before the next frame is looked at."""

log = structlog.get_logger(__name__)


class Requests:
    """The requests of one connection."""

    def __init__(
        self, shared: Shared, peer: Peer, under_way: UnderWay, end: Callable[[int], asyncio.Task[None]]
    ) -> None:
        self._shared = shared
        self._peer = peer
        self._under_way = under_way
        self._end = end
        self._named: dict[str, Request] = {}
        self.running = 0
        """How many requests are under way."""
        self._log = log.bind(connection=peer.id)
        self._own: dict[str, Callable[[Request, int], Step]] = {
            "connect": self._connect,
            "disconnect": self._disconnect,
            "ping": self._ping,
        }
        self._served = shared.catalog.methods | self._own.keys()

    def take(self, raw: bytes) -> Step:
        """Begin with a text message; what comes back has to end before the next one."""
        started = self._shared.clock()
        settings = self._shared.settings
        try:
            request = protocol.parse(raw, settings.max_frame_bytes, settings.max_depth)
        except BadFrame as error:
            self.refuse(error)
            return None
        try:
            return self._begin(request, started)
        except (AuthExpired, AuthInvalid) as error:
            self._fail(request, error, started)
            return None if self._peer.principal is None else self._end(POLICY_VIOLATION)
        except CallError as error:
            self._fail(request, error, started)
            return None

    def refuse(self, error: BadFrame) -> None:
        """Answer what is no request at all."""
        self._peer.outbox.release()
        self._peer.outbox.push(protocol.failure(error.frame_id, error_body(error, self._peer.dialect, None)))
        self._shared.metrics.answered(MALFORMED, error.reason, 0)

    def _begin(self, request: Request, started: int) -> Step:
        own = self._own.get(request.method)
        if self._peer.outbox.holding and request.method != "connect":
            self._peer.outbox.release()
        if own is not None:
            return own(request, started)
        principal = self._allowed(request)
        known = self._shared.recent.find(request, started)
        if known is not None:
            self._shared.registry.admit(request.method, principal, self._peer.budget)
            self._answer(request, known, started)
            return None
        self._spawn(request, self._call(request, principal, started), started)
        return None

    def _allowed(self, request: Request) -> Principal:
        principal = self._peer.who()
        if request.method not in self._shared.catalog.methods:
            raise UnknownMethod(f"there is no method {request.method[:64]!r}")
        if self._under_way.stopping:
            raise RateLimited("the service is stopping; come back in a moment", retry_after_ms=1_000)
        if self.running >= self._shared.settings.max_in_flight:
            raise RateLimited(f"{self.running} requests are under way already", retry_after_ms=1_000)
        # The same request sent again may join the first; another one could not be told from it.
        if self._named.get(request.id, request) != request:
            raise BadFrame("a request with this id is under way; use a new id")
        return principal

    def _spawn(self, request: Request, work: Coroutine[Any, Any, None], started: int) -> asyncio.Task[None]:
        self.running += 1
        self._named[request.id] = request
        return self._under_way.start(work, partial(self._ended, request, started))

    def _ended(self, request: Request, started: int, task: asyncio.Task[None]) -> None:
        self.running -= 1
        self._named.pop(request.id, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            fault = self._shared.services.new_id("fault")
            self._log.error("request failed", method=request.method, fault=fault, exc_info=error)
            told = InternalError(f"something went wrong on our side; it is in the log as {fault}")
            self._fail(request, told, started)

    async def _call(self, request: Request, principal: Principal, started: int) -> None:
        shared, peer = self._shared, self._peer
        ctx = Context(
            principal=principal,
            services=shared.services,
            door=shared.registry,
            budget=peer.budget,
            repeat=Repeat(f"{peer.caller}:{request.method}:{request.id}"),
            frame_id=request.id,
        )
        try:
            result = await shared.registry.call(request.method, request.params, ctx)
        except CallError as error:
            self._fail(request, error, started)
            return
        capability = shared.catalog.behind(request.method, request.params)
        payload = payload_of(result, peer.dialect, capability)
        shared.recent.keep(request, payload, started)
        self._answer(request, payload, started)

    def _ping(self, request: Request, started: int) -> Step:
        read_nothing(request.params)
        self._peer.budget.spend("ping")
        now = self._shared.services.clock.now()
        self._answer(request, b'{"pong":%d}' % int(now.timestamp() * 1000), started)
        return None

    def _disconnect(self, request: Request, started: int) -> Step:
        read_nothing(request.params)
        self._answer(request, b'{"disconnected":true}', started)
        return self._end(NORMAL_CLOSURE)

    def _connect(self, request: Request, started: int) -> Step:
        return self._spawn(request, self._greet(request, started), started)

    async def _greet(self, request: Request, started: int) -> None:
        peer = self._peer
        try:
            peer.dialect = peer.vocabulary or dialect_of(request.params)
            greeting = read_greeting(request.params)
            principal = await self._admit(greeting.token)
        except CallError as error:
            peer.outbox.release()
            self._fail(request, error, started)
            return
        peer.outbox.hold()
        try:
            peer.let_in(principal, peer.dialect, greeting.peer)
            await self._welcome(request, principal, greeting.resume)
        finally:
            peer.outbox.release()
        self._record(request, OK, started)

    async def _welcome(self, request: Request, principal: Principal, resume: Resume | None) -> None:
        """Answer a greeting, then tell what was missed; what happens meanwhile is held back."""
        peer = self._peer
        payload = hello(self._shared, peer.id, peer.name, peer.dialect, peer.baseline)
        messages: Sequence[bytes] = ()
        if resume is not None:
            missed = await peer.missed(principal, resume.last_seq)
            messages = missed.messages
            payload["lastSeq"] = missed.after
            payload["resumed"] = {"complete": missed.complete, "count": len(messages)}
        await peer.outbox.feed(protocol.answer(request.id, orjson.dumps(payload)))
        for message in messages:
            await peer.outbox.feed(message)

    async def _admit(self, token: str | None) -> Principal:
        if token is None and self._peer.principal is not None:
            return self._peer.who()
        doorman = self._shared.doorman
        try:
            return await doorman.admit(token, self._peer.address)
        except CallError:
            # Whoever means to be somebody else must not go on as the owner without noticing.
            if doorman.open:
                self._peer.leave()
            raise

    def _answer(self, request: Request, payload: bytes, started: int) -> None:
        self._peer.outbox.push(protocol.answer(request.id, payload))
        self._record(request, OK, started)

    def _fail(self, request: Request, error: CallError, started: int) -> None:
        body = error_body(error, self._peer.dialect, request.method)
        self._peer.outbox.push(protocol.failure(request.id, body))
        self._record(request, error.reason, started)

    def _record(self, request: Request, code: str, started: int) -> None:
        label = request.method if request.method in self._served else UNKNOWN
        self._shared.metrics.answered(label, code, self._shared.clock() - started)
