"""All HTTP APIs of a gateway: their routes, the wording of failures by path, and the headers of answers."""

import re
from collections.abc import Sequence

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from gateway.http import refusal
from gateway.origin import host_allowed, origin_allowed
from gateway.patience import give_up_after
from gateway.rest.door import RestDoor
from gateway.rest.failure import Refused
from gateway.rest.marks import PUBLIC, REQUEST_ID, STANDING, failure_on
from gateway.rest.table import RestDialect, owner_of
from gateway.shared import Shared
from tools.errors import CallError

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
SENT_BY_PAGES = "Authorization, X-API-Key, Content-Type, Idempotency-Key, X-Request-Id"
READ_BY_PAGES = (
    "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, ETag, Link"
)


class Apis:
    """The APIs, and what belongs to all of them."""

    def __init__(self, shared: Shared, door: RestDoor, dialects: Sequence[RestDialect]) -> None:
        self._shared = shared
        self._door = door
        self.dialects = tuple(dialects)

    def routes(self) -> list[web.RouteDef]:
        """Return every route that this gateway's capabilities can answer, with its handler."""
        return [
            web.route(route.method, route.path, self._door.handler(dialect, route))
            if route.method != hdrs.METH_GET
            else web.get(route.path, self._door.handler(dialect, route))
            for dialect in self.dialects
            for route in dialect.routes
        ]

    def middleware(self) -> Middleware:
        """Return what names each request, checks the Host header and words every refusal."""
        shared = self._shared

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            request[REQUEST_ID] = self._name(request)
            try:
                if not host_allowed(request.headers, shared.settings):
                    raise Refused(403, "this name does not belong to the service")
                return await handler(request)
            except (CallError, Refused) as error:
                return self._refusal(request, error)
            except web.HTTPMethodNotAllowed as error:
                allowed = ", ".join(sorted({*error.allowed_methods, hdrs.METH_OPTIONS}))
                if request.method == hdrs.METH_OPTIONS:
                    return web.Response(status=204, headers={"Allow": allowed})
                told = f"{request.method[:16]} is not served here, but {allowed}"
                return self._refusal(request, Refused(405, told, {"Allow": allowed}))
            except web.HTTPException as error:
                return self._refusal(request, Refused(error.status, error.reason))

        return guarded

    async def dress(self, request: web.Request, response: web.StreamResponse) -> None:
        """Add to an answer, before it leaves, the headers that all have."""
        if isinstance(response, web.WebSocketResponse):
            return
        give_up_after(request.transport, self._shared.settings.stall_seconds)
        headers = response.headers
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        headers["X-Request-Id"] = request.get(REQUEST_ID, "")
        owner = owner_of(request.path, self.dialects)
        headers.update({} if owner is None else owner.headers)
        counted = request.get(STANDING)
        if counted is not None:
            standing = counted()
            headers["X-RateLimit-Limit"] = str(standing.limit)
            headers["X-RateLimit-Remaining"] = str(standing.left)
            headers["X-RateLimit-Reset"] = str(standing.reset)
        self._cross_origin(request, response)

    def _cross_origin(self, request: web.Request, response: web.StreamResponse) -> None:
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is None:
            return
        headers = response.headers
        known = origin_allowed(request.headers, self._shared.settings)
        if not known and not request.get(PUBLIC, False):
            return
        headers["Access-Control-Allow-Origin"] = origin if known else "*"
        headers["Access-Control-Expose-Headers"] = READ_BY_PAGES
        headers.add("Vary", "Origin")
        if known and request.method == hdrs.METH_OPTIONS and "Allow" in headers:
            headers["Access-Control-Allow-Methods"] = headers["Allow"]
            headers["Access-Control-Allow-Headers"] = SENT_BY_PAGES
            headers["Access-Control-Max-Age"] = "600"

    def _name(self, request: web.Request) -> str:
        """Return the request's id: the client's own where it gives a plain one."""
        given = request.headers.get("X-Request-Id", "")
        return given if _NAME.fullmatch(given) else self._shared.services.new_id("http")

    def _refusal(self, request: web.Request, error: CallError | Refused) -> web.Response:
        failure = failure_on(request, error, self._shared.services.clock.now())
        owner = owner_of(request.path, self.dialects)
        if owner is None:
            return refusal(failure.status, failure.message, failure.all_headers)
        failure = owner.meant(failure)
        return web.Response(
            body=owner.words(failure),
            status=failure.status,
            content_type=owner.error_type,
            headers=failure.all_headers,
        )
