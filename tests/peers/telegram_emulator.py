"""Runs lo-bot-api-emulator, a Bot API that nobody here wrote, on a free port: `python -m` this.

Its own command line serves sixteen bots only, and each test has one of its own.
"""

import asyncio

from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator


async def serve() -> None:
    """Serve until the process is ended, having said where."""
    emulator = LoBotApiEmulator(enable_control=True, max_bots=1000, max_assets=1000)
    runner = web.AppRunner(emulator.app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(serve())
