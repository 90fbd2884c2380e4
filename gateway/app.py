"""The gateway: one aiohttp application for the WebSocket and the pages."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry

from gateway import protocol
from gateway.auth import Doorman, Keyring, LockOut, OwnerKey, bearer
from gateway.connection import GOING_AWAY, Connection
from gateway.http import Pages, page, refusal
from gateway.hub import Hub
from gateway.limits import Budgets, Nanoseconds
from gateway.metrics import Metrics
from gateway.modules import module
from gateway.origin import origin_allowed
from gateway.places import STRICT, Places
from gateway.recent import Recent
from gateway.rest import feed
from gateway.rest.apis import Apis
from gateway.rest.door import RestDoor
from gateway.rest.joints import on_one_port
from gateway.rest.mounts import PREFIXES, mounted
from gateway.rest.openapi import Document
from gateway.rest.pages import Descriptions
from gateway.rest.routes import OWN
from gateway.rest.table import RestDialect
from gateway.settings import GatewaySettings
from gateway.shared import Catalog, Shared
from gateway.under_way import UnderWay
from tools.errors import AuthExpired, CallError
from tools.policy import Principal
from tools.registry import Registry
from tools.services import Services, Traffic

OVERSIZE = 4
"""A message this many times the frame limit closes the connection unread; a smaller one is answered."""

log = structlog.get_logger(__name__)


class Gateway:
    """Serves a registry's capabilities. `clock` counts nanoseconds and only goes forward.

    `dialects` are the APIs over HTTP, our own first; `mounts` has, by their names, the prefixes at which
    each of them is answered alone; `modules` has the JavaScript that is served, by its paths.
    """

    def __init__(
        self,
        registry: Registry,
        services: Services,
        settings: GatewaySettings,
        *,
        keyring: Keyring | None = None,
        metrics: CollectorRegistry | None = None,
        clock: Nanoseconds = time.monotonic_ns,
        dialects: Sequence[RestDialect] = (OWN,),
        mounts: Mapping[str, str] = PREFIXES,
        modules: Mapping[str, bytes] | None = None,
    ) -> None:
        if keyring is None and settings.token is not None:
            keyring = OwnerKey(settings.token)
        counted = Metrics(metrics or CollectorRegistry())
        self._shared = Shared(
            registry=registry,
            services=services,
            settings=settings,
            catalog=Catalog(registry, services),
            hub=Hub(services, counted),
            recent=Recent(registry),
            budgets=Budgets(settings.limited, settings.limit_factor, clock),
            doorman=Doorman(keyring, services.keys, LockOut(clock), settings.account),
            metrics=counted,
            clock=clock,
        )
        self._under_way = UnderWay()
        served = [_served(dialect, self._shared.catalog) for dialect in dialects]
        self._port = on_one_port(served)
        self._mounts = {
            prefix: mounted(each, prefix) for each in served if (prefix := mounts.get(each.name)) is not None
        }
        apis = [*self._port, *self._mounts.values()]
        self._pages = Pages(self._shared, self._under_way, [*STRICT, *self._mounts])
        self._apis = Apis(self._shared, RestDoor(self._shared, self._under_way), apis)
        sockets = [socket for api in apis for socket in api.sockets]
        self._places = Places(sockets, services.events, counted)
        self._feed = feed.Feed(self._shared)
        self._modules = modules or {}
        self._connections: set[Connection] = set()
        self._open = 0
        self._closing: asyncio.Task[None] | None = None

    def clients(self) -> int:
        """Return how many clients are connected and let in."""
        return sum(connection.let_in for connection in self._connections)

    def traffic(self) -> Mapping[str, Traffic]:
        """Return what went over the WebSockets, by their paths."""
        return self._places.traffic()

    def cut(self) -> int:
        """Return how many clients were cut for reading too slowly."""
        return self._shared.metrics.cut

    def application(self) -> web.Application:
        """Return the application to run; it begins to listen for events when it starts."""
        pages, shared, apis = self._pages, self._shared, self._apis
        fronts = ("/", *STRICT, *(f"{prefix}/" for prefix in STRICT))
        application = web.Application(
            middlewares=[apis.middleware()], client_max_size=shared.settings.max_frame_bytes
        )
        application.add_routes(
            [
                web.get("/", self._upgraded(pages.front)),
                *(web.get(path, self._socket) for path in self._places.paths if path not in fronts),
                *(web.get(path, self._upgraded(pages.own_front)) for path in fronts if path != "/"),
                *(
                    web.get(f"{prefix}{path}", page(shared, answer))
                    for prefix in ("", *STRICT)
                    for path, answer in pages.probes.items()
                ),
                web.get("/metrics", page(shared, pages.metrics)),
                *(web.get(path, page(shared, module(body))) for path, body in self._modules.items()),
                *self._descriptions(),
                web.get(feed.PATH, self._feed.answer, allow_head=False),
                *apis.routes(),
            ]
        )
        application.on_response_prepare.append(apis.dress)
        application.on_startup.append(self._start)
        application.on_shutdown.append(self._stop)
        return application

    async def close(self, reason: str = "the service is stopping") -> None:
        """Tell every client, let requests under way finish, then close; bounded in time, idempotent."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close(reason))
        await asyncio.shield(self._closing)

    async def _close(self, reason: str) -> None:
        shared = self._shared
        self._under_way.stopping = True
        self._feed.stop()
        last = shared.hub.last_seq
        # Not an event of the record: it repeats the last number and is never replayed.
        farewell = protocol.event("shutdown", {"reason": reason, "resume": {"lastSeq": last}}, last)
        for connection in tuple(self._connections):
            connection.farewell(farewell)
        await self._under_way.finish(shared.settings.drain_seconds)
        ending = [connection.end(GOING_AWAY, reason[:100]) for connection in self._connections]
        if ending:
            await asyncio.wait(ending, timeout=2 * shared.settings.close_seconds)
        self._places.stop()
        shared.hub.stop()

    def _descriptions(self) -> list[web.RouteDef]:
        """Return what describes all APIs of the one port, and each of those that are answered alone."""
        described = {"": self._port, **{prefix: [each] for prefix, each in self._mounts.items()}}
        guarded = partial(page, self._shared)
        return [
            route
            for prefix, apis in described.items()
            for route in Descriptions(partial(self._document, apis), guarded, prefix).routes()
        ]

    def _document(self, apis: Sequence[RestDialect]) -> dict[str, object]:
        shared = self._shared
        return Document(
            shared.registry,
            apis,
            version=shared.services.system.version,
            keyless=shared.doorman.open,
            has_feed=apis is self._port,
        ).build()

    async def _start(self, application: web.Application) -> None:
        await self._shared.hub.start()
        self._places.start()

    async def _stop(self, application: web.Application) -> None:
        await self.close()

    def _upgraded(self, front: Handler) -> Handler:
        """Return what opens a WebSocket for who wants one, and shows a page to all others."""
        shown = page(self._shared, front)

        async def answered(request: web.Request) -> web.StreamResponse:
            return await (self._socket if _upgrades(request) else shown)(request)

        return answered

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not _upgrades(request):
            return refusal(426, "this address speaks WebSocket", {"Upgrade": "websocket"})
        settings = self._shared.settings
        if not origin_allowed(request.headers, settings):
            log.warning("foreign origin refused", origin=request.headers.get("Origin", "")[:200])
            return refusal(403, "this origin may not open a connection")
        if self._under_way.stopping:
            return refusal(503, "the service is stopping", {"Retry-After": "5"})
        if self._open >= settings.max_connections:
            return refusal(503, f"all {settings.max_connections} connections are taken", {"Retry-After": "5"})
        self._open += 1
        try:
            return await self._serve(request)
        finally:
            self._open -= 1

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        settings, place = self._shared.settings, self._places[request.path]
        limits = place.limits
        own = limits.ping_seconds is None
        socket = web.WebSocketResponse(
            # Frames are written ready-made, which compression would not allow.
            compress=False,
            # Where an API has its own intervals, the connection pings by itself.
            heartbeat=settings.heartbeat_seconds if own else None,
            autoping=own,
            max_msg_size=OVERSIZE * (limits.max_bytes or settings.max_frame_bytes),
            timeout=settings.close_seconds,
            decode_text=False,
        )
        address = request.remote or ""
        known = await self._known(request, address)
        stream = await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        traffic = place.traffic
        connection = Connection(self._shared, self._under_way, socket, transport, stream, address, place)
        self._connections.add(connection)
        self._shared.metrics.connections += 1
        traffic.open += 1
        traffic.opened += 1
        try:
            await connection.serve(known)
        finally:
            traffic.open -= 1
            self._shared.metrics.connections -= 1
            self._connections.discard(connection)
        return socket

    async def _known(self, request: web.Request, address: str) -> Principal | CallError | None:
        """Return who the handshake's header lets in, or what is wrong with a key that was right once.

        That is told when a request needs it.
        """
        token = bearer(request.headers) or request.headers.get("X-API-Key", "").strip() or None
        if token is None and not self._shared.doorman.open:
            return None
        try:
            return await self._shared.doorman.admit(token, address)
        except AuthExpired as error:
            return error
        except CallError:
            return None


def _served(dialect: RestDialect, catalog: Catalog) -> RestDialect:
    return replace(
        dialect, routes=tuple(route for route in dialect.routes if route.capability in catalog.methods)
    )


def _upgrades(request: web.Request) -> bool:
    return request.headers.get("Upgrade", "").strip().lower() == "websocket"
