"""The whole service in a process of its own, with a scripted model and ways to keep it busy."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from bench.child import obey
from bench.jobs import Jobs
from bench.model import PriceTeller
from kit.app import App, Edge, serve
from kit.logs import configure
from kit.settings import load
from tools.context import Context
from tools.policy import LOCAL_OWNER
from trading.clock import SystemClock


async def load_agent(app: App) -> None:
    """Return once the agent, which is loaded behind the start, is there and takes no more time."""
    ctx = Context(LOCAL_OWNER, app.services, app.registry)
    await app.registry.call("chat.send", {"message": "hello", "sessionId": "first"}, ctx)


async def load_worker(app: App) -> None:
    """Return once the process for backtests, which is begun behind the start, takes no more time either."""
    ctx = Context(LOCAL_OWNER, app.services, app.registry)
    asked = {"strategy": "ma_crossover", "pair": "BTC/USDT", "timeframe": "1d"}
    await app.registry.call("backtest.run", asked, ctx)


async def main(home: Path, settings: dict[str, Any]) -> None:
    """Serve until standard input ends; `settings` are those of config.toml."""
    configure("warning")
    model = PriceTeller()
    async with serve(load(home, gateway_port=0, **settings), Edge(SystemClock(), model=model)) as app:
        events = app.services.events
        await load_agent(app)
        await load_worker(app)
        model.first.clear()

        async def publish(count: int, padding: int) -> None:
            """Tell everybody of `count` events."""
            for _ in range(count):
                await events.publish("bench", {"at": time.monotonic_ns(), "text": "x" * padding})

        async def drain(turns: int) -> float:
            """Return the processor time of a turn's model calls with nothing around them."""
            return await model.drain(turns)

        async def first() -> list[int]:
            """Return when the model said its first word in each turn."""
            return model.first

        jobs = Jobs(app)
        await obey(
            app.listening.ports[0],
            {
                "publish": publish,
                "drain": drain,
                "first": first,
                "saturate": jobs.saturate,
                "unfinished": jobs.unfinished,
                "cancel": jobs.cancel,
            },
        )


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
