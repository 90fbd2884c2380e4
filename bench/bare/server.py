"""A bare aiohttp server on uvloop that answers each frame in the shape the service does."""

import sys
import time
from typing import Any

import orjson
import uvloop
from aiohttp import web

from bench.child import obey

PAYLOADS: dict[str, Any] = {
    "market.price": {
        "pair": "BTC/USDT",
        "exchange": "simulated",
        "source": "simulated",
        "price": 67500.12,
        "bid": 67499.9,
        "ask": 67500.3,
        "last": 67500.12,
        "high24h": 68200.5,
        "low24h": 66800.25,
        "volume24h": 12345.678,
        "change24h": 1.2345,
        "timestamp": 1795262400000,
    }
}
CLIENTS = web.AppKey("CLIENTS", set[web.WebSocketResponse])


async def answer(request: web.Request) -> web.WebSocketResponse:
    """Answer every frame of one connection."""
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    clients = request.app[CLIENTS]
    clients.add(socket)
    try:
        async for message in socket:
            frame = orjson.loads(message.data)
            payload = PAYLOADS.get(frame["method"]) or {"pong": int(time.time() * 1000)}
            reply = {"type": "res", "id": frame["id"], "ok": True, "payload": payload}
            await socket.send_str(orjson.dumps(reply).decode())
    finally:
        clients.discard(socket)
    return socket


async def ready(request: web.Request) -> web.Response:
    """Tell that it answers."""
    return web.Response(body=b'{"ready":true}', content_type="application/json")


async def main() -> None:
    """Serve until standard input ends."""
    application = web.Application()
    clients = application[CLIENTS] = set()
    application.add_routes([web.get("/", answer), web.get("/ready", ready)])

    async def publish(count: int, padding: int) -> None:
        """Send `count` events to everybody, one after another."""
        for seq in range(count):
            payload = {"at": time.monotonic_ns(), "text": "x" * padding}
            event = {"type": "event", "event": "bench", "payload": payload, "seq": seq}
            text = orjson.dumps(event).decode()
            for client in tuple(clients):
                await client.send_str(text)

    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await obey(runner.addresses[0][1], {"publish": publish})
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(main())
    sys.exit(0)
