"""From a request over HTTP to its answer: who asks, what for, how often, and through the one door."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from gateway.auth import bearer
from gateway.limits import Groups, Rule, Standing, Windows
from gateway.metrics import OK
from gateway.origin import origin_allowed
from gateway.plain import json_of
from gateway.rest.asking import Reader, chosen, read_object
from gateway.rest.failure import Refused
from gateway.rest.marks import CAPABILITY, PUBLIC, STANDING, failure_on
from gateway.rest.stream import Stream, wanted
from gateway.rest.table import Joint, RestDialect, Route
from gateway.shared import Shared
from gateway.tagged import tagged
from gateway.under_way import UnderWay
from tools.context import Context, Repeat
from tools.errors import CallError, Code, InternalError, InvalidParams, RateLimited, Reused
from tools.policy import Budget, Principal
from tools.registry import AnyCapability
from tools.wire import Result

REPEATED_WITHIN = timedelta(hours=24)
"""How long an Idempotency-Key stands for one request."""

READING = frozenset({"GET", "HEAD"})
_KEY = re.compile(r"[\x21-\x7e]{1,128}")

log = structlog.get_logger(__name__)


class RestDoor:
    """Answers the routes of all APIs."""

    def __init__(self, shared: Shared, under_way: UnderWay) -> None:
        self._shared = shared
        self._under_way = under_way
        self._running = 0

    def handler(self, dialect: RestDialect, route: Route) -> Handler:
        """Return what answers a route. It raises Refused and CallError, which the API words."""
        capability = self._shared.registry.find(route.capability)
        reader = Reader(route, capability)

        async def answered(request: web.Request) -> web.StreamResponse:
            request[CAPABILITY], request[PUBLIC] = capability.name, route.public
            started = self._shared.clock()
            # A task of its own: whoever hangs up stops nothing, and a fault can be told from a refusal.
            task = self._under_way.start(self._answer(request, dialect, route, capability, reader), _ended)
            await asyncio.wait((task,))
            error = task.exception()
            code = _code_of(error)
            self._shared.metrics.answered(route.label, code, self._shared.clock() - started)
            if error is None:
                return task.result()
            if isinstance(error, CallError | Refused | web.HTTPException):
                raise error
            fault = self._shared.services.new_id("fault")
            log.error("request failed", route=route.label, fault=fault, exc_info=error)
            raise InternalError(f"something went wrong on our side; it is in the log as {fault}")

        return answered

    async def _answer(
        self,
        request: web.Request,
        dialect: RestDialect,
        route: Route,
        capability: AnyCapability,
        reader: Reader,
    ) -> web.StreamResponse:
        async with self._admitted(request, dialect, route) as (principal, budget):
            body = await self._body(request, route)
            ctx = self._context(request, capability, principal, budget)
            if route.joint is not None:
                return await self._jointly(request, route.joint, ctx)
            params = reader.params(request.match_info, _query(request), body)
            if route.streams and wanted(request):
                return await self._stream(request, dialect, route, params, ctx)
            fields = reader.fields(request.match_info, _query(request), body) if route.echoes else {}
            result = await self._call(capability, params, ctx)
            response = _response(request, self._told(route, result, fields), route.status_for(result))
            before = None if route.older is None else route.older(result)
            if before is not None:
                response.headers[hdrs.LINK] = f'<{request.rel_url.update_query(before=before)}>; rel="next"'
            return response

    async def _jointly(self, request: web.Request, joint: Joint, ctx: Context) -> web.StreamResponse:
        """Answer with what the routes of a joint come to, or with that of the one that was asked for."""
        bodies: dict[str, Mapping[str, Any]] = {}
        statuses: list[int] = []
        for name, part in chosen(joint, _query(request)).items():
            capability = self._shared.registry.find(part.capability)
            result = await self._call(capability, Reader(part, capability).params({}, {}, {}), ctx)
            bodies[name] = orjson.loads(self._told(part, result))
            statuses.append(part.status_for(result))
            # They are one request, which is counted once.
            ctx = ctx.inner()
        told = joint.joins(bodies) if len(bodies) > 1 else next(iter(bodies.values()))
        response = _response(request, json_of(told), max(statuses))
        response.headers.update(joint.headers)
        return response

    @asynccontextmanager
    async def _admitted(
        self, request: web.Request, dialect: RestDialect, route: Route
    ) -> AsyncIterator[tuple[Principal, Budget]]:
        """Take a request in while there is room; tell who asks, and how often they may."""
        self._welcome(request)
        self._running += 1
        try:
            principal = await self._who(request, dialect)
            budget = self._budget(request, dialect, route, principal)
            if isinstance(budget, Windows | Groups):
                standing: Callable[[], Standing] = partial(budget.standing, route.capability)
                request[STANDING] = standing
            yield principal, budget
        finally:
            self._running -= 1

    def _welcome(self, request: web.Request) -> None:
        """Refuse what no key makes right: pages of elsewhere that would change something, and crowds."""
        settings = self._shared.settings
        if request.method not in READING and not origin_allowed(request.headers, settings):
            log.warning("foreign origin refused", origin=request.headers.get("Origin", "")[:200])
            raise Refused(403, "this origin may change nothing here")
        if self._under_way.stopping:
            raise Refused(503, "the service is stopping")
        if self._running >= settings.max_in_flight:
            raise RateLimited(f"{self._running} requests are under way already", retry_after_ms=1_000)

    async def _who(self, request: web.Request, dialect: RestDialect) -> Principal:
        tokens = (_token(request.headers, header) for header in dialect.key_headers)
        token = next((token for token in tokens if token is not None), None)
        return await self._shared.doorman.admit(token, request.remote or "")

    def _budget(
        self, request: web.Request, dialect: RestDialect, route: Route, principal: Principal
    ) -> Budget:
        # While no token is asked for, everybody here is the owner; then each address counts for itself.
        holder = f"{principal.id}:{request.remote if self._shared.doorman.open else ''}"
        budgets, name = self._shared.budgets, f"http:{dialect.name}"
        budget = budgets.under(name, dialect.rules, holder)
        for part, rules in self._besides(request, dialect, route):
            budget = budgets.both(f"{name}:{part}", rules, holder, budget, route.capability)
        return budget

    def _besides(
        self, request: web.Request, dialect: RestDialect, route: Route
    ) -> Iterator[tuple[str, Sequence[Rule]]]:
        """Tell the limits beside those of the whole API, by what counts as one."""
        if route.rules:
            # By its capability, so that another address of the same route is no second budget.
            yield route.capability, route.rules
        most = self._shared.settings.writes_per_minute
        if most is not None and request.method not in READING and dialect.rules != ():
            yield "writes", ((most, 60),)

    async def _body(self, request: web.Request, route: Route) -> Mapping[str, Any]:
        if not route.has_body:
            if request.body_exists and request.method not in READING:
                raise InvalidParams("this request takes its parameters in the query, not as a body")
            return {}
        settings = self._shared.settings
        try:
            async with asyncio.timeout(settings.body_seconds):
                raw = await request.read()
        except TimeoutError:
            raise Refused(408, f"the body took longer than {settings.body_seconds:g} s", CLOSING) from None
        except (web.RequestPayloadError, ConnectionError):
            raise Refused(400, "the body ended early or is not what its headers say", CLOSING) from None
        return read_object(raw, request.content_type, settings.max_depth)

    def _context(
        self, request: web.Request, capability: AnyCapability, principal: Principal, budget: Budget
    ) -> Context:
        return Context(
            principal=principal,
            services=self._shared.services,
            door=self._shared.registry,
            budget=budget,
            repeat=_repeat(request, principal) if capability.effects else None,
            request_id=self._shared.services.new_id("req"),
        )

    async def _call(self, capability: AnyCapability, params: Mapping[str, Any], ctx: Context) -> Result:
        try:
            return await self._shared.registry.call(capability.name, params, ctx)
        except Reused as error:
            raise CallError("this Idempotency-Key stands for another request", code=Code.CONFLICT) from error

    def _told(self, route: Route, result: Result, fields: Mapping[str, Any] | None = None) -> bytes:
        if route.tells is None:
            plainly: bytes = type(result).__pydantic_serializer__.to_json(result, by_alias=True)
            return plainly
        return json_of(route.told(result, self._shared.services.clock.now(), fields or {}))

    async def _stream(
        self,
        request: web.Request,
        dialect: RestDialect,
        route: Route,
        params: Mapping[str, Any],
        ctx: Context,
    ) -> web.StreamResponse:
        settings = self._shared.settings
        capability = self._shared.registry.find(route.capability)

        async def work() -> bytes:
            return self._told(route, await self._call(capability, {**params, "stream": True}, ctx))

        def worded(error: CallError | Refused) -> bytes:
            failure = failure_on(request, error, self._shared.services.clock.now())
            return dialect.words(dialect.meant(failure))

        working = self._under_way.start(work(), _ended)
        stream = Stream(
            self._shared.services.events,
            ctx.principal.id,
            ctx.request_id or "",
            alive_seconds=settings.heartbeat_seconds,
            stall_seconds=settings.stall_seconds,
        )
        return await stream.answer(request, working, worded)


CLOSING = {"Connection": "close"}
"""The rest of such a request is not waited for."""


def _ended(task: "asyncio.Task[Any]") -> None:
    """Do nothing more: whoever waits looks at the task."""


def _code_of(error: BaseException | None) -> str:
    if error is None:
        return OK
    if isinstance(error, CallError):
        return error.reason.value
    return str(getattr(error, "status", Code.INTERNAL_ERROR.value))


def _response(request: web.Request, told: bytes, status: int) -> web.Response:
    if request.method in READING and status == HTTPStatus.OK:
        return tagged(request, told)
    return web.Response(body=told, status=status, content_type="application/json")


def _token(headers: Mapping[str, str], header: str) -> str | None:
    if header == "Authorization":
        return bearer(headers)
    return headers.get(header, "").strip() or None


def _query(request: web.Request) -> dict[str, list[str]]:
    return {name: request.query.getall(name) for name in request.query}


def _repeat(request: web.Request, principal: Principal) -> Repeat | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise InvalidParams("an Idempotency-Key has 1 to 128 visible ASCII characters")
    return Repeat(f"http:{principal.id}:{key}", REPEATED_WITHIN)
