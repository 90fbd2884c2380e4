"""People are told and answered by a service that is killed at random moments, on a Telegram that fails."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from tests.faults.post import Post, post
from tests.faults.post_judge import Evidence, repeated
from tests.peers.telegram import Fault, dropped, lost, page, refusal, running_emulator

PEOPLE = 12
LONGEST_LIFE = 24
"""Requests to Telegram; four of them are made before the first update is taken in."""


def weather(service: Post) -> Sequence[tuple[str, Fault]]:
    """Return what may happen on the way to Telegram and back."""
    return (
        ("sendMessage", service.lose),
        ("sendMessage", service.lose),
        ("sendMessage", service.keep),
        ("sendMessage", dropped),
        ("sendMessage", refusal(429, "Too Many Requests: retry after 1", retry_after=1)),
        ("sendMessage", refusal(500, "Internal Server Error")),
        ("sendMessage", page(502, "Bad Gateway")),
        ("editMessageText", lost),
        ("editMessageText", dropped),
        ("getUpdates", lost),
        ("getUpdates", dropped),
        ("getUpdates", page(502, "Bad Gateway")),
    )


async def busy(service: Post, random: Random, over: asyncio.Event) -> None:
    """Tell and ask until it is over, under bad weather."""
    while not over.is_set():
        person = random.choice(service.people)
        await (service.ask(person) if random.random() < 0.3 else service.tell(person))
        if random.random() < 0.25:
            method, fault = random.choice(weather(service))
            service.peer.fail(method, fault)
        await asyncio.sleep(random.uniform(0, 0.3))


async def life(service: Post, random: Random) -> None:
    """Let it live for so many requests to Telegram, and for an instant more."""
    asked = len(service.peer.asked) + random.randint(1, LONGEST_LIFE)
    await service.peer.until(lambda: len(service.peer.asked) >= asked)
    # How long is chance; nothing waits for anything here.
    await asyncio.sleep(random.uniform(0, 0.05))


async def killed(path: Path, seed: int, kills: int) -> Evidence:
    """Kill a busy service again and again; hold it to every rule in the end, and return the evidence."""
    print(f"seed {seed}")
    random = Random(seed)
    with running_emulator() as emulator:
        async with post(path, emulator, people=PEOPLE) as service:
            for _ in range(kills):
                over = asyncio.Event()
                work = asyncio.create_task(busy(service, random, over))
                await life(service, random)
                await service.service.kill()
                over.set()
                await work
                await service.kill()
                # People do not stop while it is down.
                await service.tell(random.choice(service.people))
                await service.ask(random.choice(service.people))
                await service.start()
            service.peer.faults.clear()
            evidence = await service.acquit()
    print(
        f"{kills} kills, {len(evidence.told)} notices, {len(evidence.asked)} updates; {len(evidence.lost)} "
        f"answers lost, {len(evidence.cut)} cut off; {len(repeated(evidence))} notices came again, "
        f"{len(evidence.interrupted)} orders were interrupted"
    )
    assert len(evidence.told) > kills
    assert len(evidence.asked) > kills
    return evidence


@pytest.mark.xdist_group("faults-kills")
async def test_nothing_is_lost_or_said_twice_by_a_few_kills(tmp_path: Path) -> None:
    await killed(tmp_path, 1, 4)


@pytest.mark.long
async def test_nothing_is_lost_or_said_twice_by_a_hundred_kills(tmp_path: Path) -> None:
    evidence = await killed(tmp_path, 11, 100)
    assert evidence.lost
    assert evidence.cut
    assert repeated(evidence)
