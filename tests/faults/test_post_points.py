"""A service that is killed at named points of a message's way to a person, and of a command's way back."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp import web

from tests.faults.pace import PATIENCE
from tests.faults.post import Post, ignore, post
from tests.faults.post_judge import repeated
from tests.peers.telegram import Carry, Fault, late, running_emulator, well


def by_chat(faults: Mapping[str, Fault]) -> Fault:
    """Let another fault befall each chat."""

    async def fault(request: web.Request, carry: Carry) -> web.StreamResponse:
        return await faults[str((await request.post())["chat_id"])](request, carry)

    return fault


def announced(event: asyncio.Event, fault: Fault) -> Fault:
    """Say that what was asked is being done."""

    async def told(request: web.Request, carry: Carry) -> web.StreamResponse:
        async def carried() -> dict[str, object]:
            answer = await carry()
            event.set()
            return answer

        return await fault(request, carried)

    return told


def messages(service: Post, person: str) -> int:
    """Return how many messages somebody has from the service."""
    return sum(each.name.chat == person for each in service.copies())


async def unanswered(service: Post) -> None:
    """Kill it while Telegram has one notice, knows nothing of another, and has the answer to a command."""
    arrived, never, asks = service.people[:3]
    befall = by_chat({arrived: service.keep, never: ignore, asks: service.keep})
    service.peer.fail("sendMessage", *[befall] * 3)
    # What is asked of it is on disk, and it never comes to say so.
    service.peer.fail("getUpdates", ignore)
    notice, _ = await service.tell(arrived, never)
    await service.ask(asks)
    await service.peer.until(lambda: len(service.peer.of("sendMessage")) == 3)
    await service.peer.until(lambda: messages(service, arrived) and messages(service, asks))
    await service.kill()
    service.peer.faults.clear()
    await service.start()
    evidence = await service.acquit()
    assert repeated(evidence) == [notice]
    assert [messages(service, each) for each in (arrived, never, asks)] == [2, 1, 2]


async def unwritten(service: Post) -> None:
    """Kill it while it can write nothing: one notice has arrived, and a command has come."""
    before, told, asks = service.people[2:5]
    gate, came, given = asyncio.Event(), asyncio.Event(), asyncio.Event()
    answered = messages(service, before) + 1
    service.peer.fail("getUpdates", announced(given, well))
    # The poll that is open now ends with this.
    await service.ask(before)
    await service.peer.until(lambda: messages(service, before) == answered)
    await service.handled()
    service.peer.fail("sendMessage", announced(came, late(gate)))
    (notice,) = await service.tell(told)
    await asyncio.wait_for(came.wait(), PATIENCE)
    with service.locked():
        gate.set()
        await service.ask(asks)
        await asyncio.wait_for(given.wait(), PATIENCE)
        await service.kill()
    await service.start()
    evidence = await service.acquit()
    assert notice in repeated(evidence)
    assert [messages(service, each) for each in (told, asks)] == [2, 1]


@pytest.mark.xdist_group("faults-kills")
async def test_what_is_cut_off_is_finished_and_said_again_only_when_it_may_be_lost(tmp_path: Path) -> None:
    with running_emulator() as emulator:
        async with post(tmp_path, emulator, people=5) as service:
            await unanswered(service)
            await unwritten(service)
