"""Whether a client is still there: it is pinged, and given up when no pong has come for too long."""

import asyncio
from collections.abc import Callable

from aiohttp import web


class Keepalive:
    """Pings every `ping` seconds and calls `stale` once `pong` seconds have gone by without an answer."""

    def __init__(
        self, socket: web.WebSocketResponse[bool], ping: float, pong: float, stale: Callable[[], object]
    ) -> None:
        self._socket = socket
        self._ping = ping
        self._pong = pong
        self._stale = stale
        self._deadline: asyncio.TimerHandle | None = None
        self._pinging: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to ping."""
        self.heard()
        self._pinging = asyncio.get_running_loop().create_task(self._run())

    def heard(self) -> None:
        """Take note of a pong."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(self._pong, self._stale)

    def stop(self) -> None:
        """Ping no more."""
        if self._deadline is not None:
            self._deadline.cancel()
        if self._pinging is not None:
            self._pinging.cancel()

    async def _run(self) -> None:
        while not self._socket.closed:
            await asyncio.sleep(self._ping)
            try:
                await self._socket.ping()
            except ConnectionError:
                return
