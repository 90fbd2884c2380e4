"""Running the service, and finding the one that runs."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from kit.addresses import Listening
from kit.answers import CONNECTION_FAILED, KitError
from kit.client import KitClient
from kit.errors import CannotStart
from kit.lock import addresses_of, announced
from kit.settings import Settings, load

HISTORY, PICTURES = "history", "pictures"
"""Where the lines of the prompt and what is drawn at it are kept, in the home."""


async def serve_until_stopped(prompt: bool) -> int:
    """Serve until SIGINT or SIGTERM, or, with a prompt, until it is left; return the exit code."""
    from kit.app import serve
    from kit.garbage import settle
    from kit.logs import configure, configure_file

    settings = load()
    if prompt:
        configure_file(settings.log_level, settings.home)
    else:
        configure(settings.log_level)
    await _check(settings)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    # On a prompt Ctrl-C stops an answer, not the service.
    for number in (signal.SIGTERM,) if prompt else (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with serve(settings) as app:
        settle()
        places = ", ".join(f"ws://{settings.gateway_host}:{port}" for port in app.listening.ports)
        with announced(settings.home, app.listening.urls):
            real = "; real money on account live, once armed" if settings.live else ""
            told = f"paper money{real}, {app.services.markets.source} prices"
            print(f"K.I.T. is ready: {places} ({told})", flush=True)
            if prompt:
                await _prompt_until(stopped, app.listening.url, settings)
            else:
                await stopped.wait()
        print("K.I.T. is stopping", file=sys.stderr, flush=True)
    return 0


async def _prompt_until(stopped: asyncio.Event, url: str, settings: Settings) -> None:
    from kit.chat_prompt import repl

    async with KitClient(url, _token(settings)) as client:
        history, pictures = settings.home / HISTORY, settings.home / PICTURES
        chat = asyncio.create_task(repl(client, history=history, pictures=pictures))
        stop = asyncio.create_task(stopped.wait())
        await asyncio.wait({chat, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in (chat, stop):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await chat


@asynccontextmanager
async def client_of(url: str | None) -> AsyncIterator[KitClient]:
    """Connect to the service named, to the one of KIT_HOME, or to one that runs only for this call."""
    named = url or os.environ.get("KIT_GATEWAY_URL")
    if named:
        async with KitClient(named) as client:
            yield client
        return
    settings = load()
    running = await _running(settings)
    if running is not None:
        try:
            yield running
        finally:
            await running.disconnect()
        return
    from kit.app import serve
    from kit.logs import configure_file

    configure_file(settings.log_level, settings.home)
    await _check(settings)
    ours_alone = {"gateway_host": "127.0.0.1", "gateway_port": 0, "extra_ports": ()}
    async with (
        serve(settings.model_copy(update=ours_alone), warm=False) as app,
        KitClient(app.listening.url, _token(settings)) as client,
    ):
        yield client


async def _running(settings: Settings) -> KitClient | None:
    """Connect to the service that holds the home, or to one at the port that somebody chose."""
    chosen = [port for port in settings.ports if port and settings.port_is_given]
    places = [*addresses_of(settings.home), *Listening(settings.gateway_host, chosen).urls]
    for url in dict.fromkeys(places):
        client = KitClient(url, _token(settings))
        try:
            await client.connect()
        except KitError as error:
            if error.code != CONNECTION_FAILED:
                raise
        else:
            return client
    return None


async def _check(settings: Settings) -> None:
    """Raise CannotStart for what nobody knows by that name, before anything is made of a home."""
    from kit.parts import build_market, build_model
    from memory.address import normalised
    from memory.errors import BadDatabaseUrl
    from trading.clock import SystemClock

    clock = SystemClock()
    await build_market(settings, clock).aclose()
    await build_model(settings, clock, Random()).aclose()
    try:
        normalised(settings.database)
    except BadDatabaseUrl as error:
        raise CannotStart(f"database: {error}") from None


def _token(settings: Settings) -> str | None:
    return settings.gateway_token.get_secret_value() if settings.gateway_token else None
