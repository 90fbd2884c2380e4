"""The command line as a person runs it: real processes with a home of their own."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import aiohttp

from tests.nursery import Born, born

PATIENCE = 60.0

P = TypeVar("P", Born, Process)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Return this process's environment without settings of ours, and with a home."""
    foreign = ("KIT_", "ANTHROPIC_", "OPENAI_", "TELEGRAM_", "DISCORD_", "API_PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "KIT_HOME": str(home), **variables}


async def begin(home: Path, *words: str, **variables: str) -> Born:
    """Start a command with what it imports at hand, and without a process for vectors beside it."""
    surroundings = environment(home, **{"KIT_EMBEDDINGS": "off", **variables})
    return await born("kit.cli", *words, env=surroundings, stdin=PIPE, stdout=PIPE, stderr=PIPE)


async def kit(home: Path, *words: str, said: str = "", **variables: str) -> Ran:
    """Run a command to its end, with what is said to it."""
    process = await begin(home, *words, **variables)
    out, err = await asyncio.wait_for(process.communicate(said.encode()), PATIENCE)
    return Ran(process.returncode or 0, out.decode(), err.decode())


async def execute(home: Path, *words: str, **variables: str) -> Process:
    """Start a command from nothing, as a shell does."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kit.cli", *words),
        env=environment(home, **variables),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )


async def executed(home: Path, *words: str, **variables: str) -> Ran:
    """Run a command from nothing to its end."""
    process = await execute(home, *words, **variables)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return Ran(process.returncode or 0, out.decode(), err.decode())


@asynccontextmanager
async def started(home: Path, *words: str, **variables: str) -> AsyncIterator[Born]:
    """Run a command beside the block, and make sure that it is gone after it."""
    async with until_gone(await begin(home, *words, **variables)) as process:
        yield process


@asynccontextmanager
async def until_gone(process: P) -> AsyncIterator[P]:
    """Make sure that a process is gone after the block."""
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ready(process: Born | Process) -> str:
    """Return the line in which a started service says that it is ready."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()


async def page(url: str) -> tuple[int, object]:
    """Return the status and the JSON of a page."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.json()
