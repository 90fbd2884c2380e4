"""The ports a service answers on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from kit.addresses import Listening
from kit.errors import CannotStart
from kit.settings import Settings

log = structlog.get_logger(__name__)

SHUTDOWN_SECONDS = 5.0
IDLE_SECONDS = 30.0
"""How long a connection may take over the head of its next request."""

LINE_BYTES = 64 * 1024
"""The longest first line of a request: any text that a query may hold fits, with each letter escaped."""


@asynccontextmanager
async def listen(
    application: web.Application, settings: Settings, idle_seconds: float = IDLE_SECONDS
) -> AsyncIterator[Listening]:
    """Answer on every port of the settings until the block ends; raise CannotStart for one that is taken.

    While no port was chosen, the documented ones are tried and those that are free are served. A connection
    ends when its next request has not come within `idle_seconds`, however slowly it does.
    """
    runner = web.AppRunner(
        application,
        access_log=None,
        shutdown_timeout=SHUTDOWN_SECONDS,
        keepalive_timeout=idle_seconds,
        max_line_size=LINE_BYTES,
    )
    await runner.setup()
    try:
        refused = [port for port in settings.ports if not await _opened(runner, settings, port)]
        ports = [address[1] for address in runner.addresses]
        if not ports:
            taken = ", ".join(str(port) for port in settings.ports)
            raise CannotStart(f"ports {taken} are taken; stop what uses them or set KIT_GATEWAY_PORT")
        if refused:
            log.warning("a documented port is taken", ports=refused)
        yield Listening(settings.gateway_host, ports)
    finally:
        await runner.cleanup()


async def _opened(runner: web.AppRunner, settings: Settings, port: int) -> bool:
    try:
        await web.TCPSite(runner, settings.gateway_host, port).start()
    except OSError as error:
        if settings.port_is_given or port in settings.extra_ports:
            raise CannotStart(f"cannot listen on {settings.gateway_host}:{port}: {error.strerror}") from None
        return False
    return True
