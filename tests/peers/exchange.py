"""An exchange on loopback that speaks as Binance (spot) and Kraken document it.

Its market is a pure function of time: minute candles out of a formula, bursts of three trades every twenty
seconds, a book around the price of the moment. Any path can be made to fail.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from tests.peers.exchange_binance import BINANCE
from tests.peers.exchange_kraken import KRAKEN
from tests.peers.exchange_state import Asked, Handler, LoopbackExchange, Refused
from tests.peers.exchange_tape import Tape
from trading.clock import Clock


@asynccontextmanager
async def loopback_exchange(clock: Clock, tapes: Sequence[Tape]) -> AsyncIterator[LoopbackExchange]:
    """Run an exchange on a free port until the block ends."""
    exchange = LoopbackExchange(clock, {tape.pair.name: tape for tape in tapes})
    app = web.Application()
    for path, handler in {**BINANCE, **KRAKEN}.items():
        app.router.add_get(path, _served(exchange, handler))
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    exchange.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield exchange
    finally:
        await runner.cleanup()


def _served(
    exchange: LoopbackExchange, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        exchange.asked.append(Asked(request.path, dict(request.query), asyncio.get_running_loop().time()))
        try:
            answer = handler(exchange, request.query)
        except Refused as refused:
            return web.json_response(refused.answer, status=refused.status)
        fault = exchange.faults.get(request.path.rsplit("/", 1)[-1])
        if fault is not None:
            return await fault(request, answer)
        return web.json_response(answer)

    return serve
