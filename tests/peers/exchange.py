"""An exchange on loopback that speaks as Binance (spot) and Kraken document it.

Its market is a pure function of time: minute candles out of a formula, bursts of three trades every twenty
seconds, a book around the price of the moment. Its one account trades against that book. Any path can be made
to fail. `python -m tests.peers.exchange --port P --log FILE` runs one by itself, steered over `/__control`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from tests.peers.exchange_binance import BINANCE
from tests.peers.exchange_binance_account import BINANCE_ACCOUNT
from tests.peers.exchange_binance_account import verified as binance_verified
from tests.peers.exchange_kraken import KRAKEN
from tests.peers.exchange_kraken_account import KRAKEN_ACCOUNT
from tests.peers.exchange_kraken_account import verified as kraken_verified
from tests.peers.exchange_state import Asked, Handler, LoopbackExchange, Refused
from tests.peers.exchange_tape import Tape
from trading.clock import Clock

Verify = Callable[[LoopbackExchange, web.Request, str], Mapping[str, str]]
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def loopback_exchange(clock: Clock, tapes: Sequence[Tape]) -> AsyncIterator[LoopbackExchange]:
    """Run an exchange on a free port until the block ends."""
    exchange = LoopbackExchange(clock, {tape.pair.name: tape for tape in tapes})
    async with serving(exchange):
        yield exchange


@asynccontextmanager
async def serving(
    exchange: LoopbackExchange, port: int = 0, more: Mapping[str, Serve] | None = None
) -> AsyncIterator[None]:
    """Serve an exchange until the block ends; `more` are paths besides its own, to be posted to."""
    app = web.Application()
    for path, handler in {**BINANCE, **KRAKEN}.items():
        app.router.add_get(path, _served(exchange, handler, _unsigned))
    for (method, path), handler in BINANCE_ACCOUNT.items():
        app.router.add_route(method, path, _served(exchange, handler, binance_verified))
    for path, handler in KRAKEN_ACCOUNT.items():
        app.router.add_post(path, _served(exchange, handler, kraken_verified))
    for path, serve in (more or {}).items():
        app.router.add_post(path, serve)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    exchange.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        for task in exchange.underway:
            task.cancel()
        await runner.cleanup()


def _unsigned(exchange: LoopbackExchange, request: web.Request, body: str) -> Mapping[str, str]:
    return request.query


def _served(exchange: LoopbackExchange, handler: Handler, verify: Verify) -> Serve:
    async def serve(request: web.Request) -> web.StreamResponse:
        body = await request.text()
        name = request.path.rsplit("/", 1)[-1]
        names = f"{request.method} {name}", name
        asked = Asked(request.path, dict(request.query), asyncio.get_running_loop().time(), request.method)
        exchange.asked.append(asked)
        barrier = next((exchange.barriers[each] for each in names if each in exchange.barriers), None)
        if barrier is not None and (stopped := await barrier(request)) is not None:
            return stopped
        try:
            answer = handler(exchange, verify(exchange, request, body))
        except Refused as refused:
            return web.json_response(refused.answer, status=refused.status)
        fault = next((exchange.faults[each] for each in names if each in exchange.faults), None)
        if fault is not None:
            return await fault(request, answer)
        return web.json_response(answer)

    async def undisturbed(request: web.Request) -> web.StreamResponse:
        # What has been sent arrives, whoever still waits for the answer.
        task = asyncio.ensure_future(serve(request))
        exchange.underway.add(task)
        task.add_done_callback(exchange.underway.discard)
        return await asyncio.shield(task)

    return serve if verify is _unsigned else undisturbed


if __name__ == "__main__":
    from tests.peers.exchange_process import main

    main()
