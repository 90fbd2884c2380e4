"""Several processes on one database, and what is left of one that is killed."""

import asyncio
import signal
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from decimal import Decimal

import pytest

from memory.database import Database
from tests.memory.samples import account
from tests.nursery import Born, born


async def start(what: str, url: str) -> Born:
    process = await born("tests.memory.worker", what, url, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def go(process: Born) -> None:
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    await process.stdin.drain()


async def test_three_processes_start_at_once_on_an_empty_database(empty_url: str) -> None:
    processes = [await start("started", empty_url) for _ in range(3)]
    await asyncio.gather(*map(go, processes))
    outcomes = await asyncio.gather(*(process.communicate() for process in processes))
    assert [
        (process.returncode, errors) for process, (_, errors) in zip(processes, outcomes, strict=True)
    ] == [(0, b"")] * 3
    assert sorted(said for said, _ in outcomes) == [b"1\n", b"2\n", b"3\n"]


@pytest.mark.parametrize(
    ("what", "left"), [("cut", dict[str, Decimal]()), ("kept", {"USDT": Decimal(5)})], ids=["cut", "kept"]
)
async def test_a_killed_process_leaves_whole_transactions_or_nothing(
    database_url: str, what: str, left: Mapping[str, Decimal]
) -> None:
    process = await start(what, database_url)
    await go(process)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"changed\n"
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    async with Database.open(database_url) as database:
        async with database.read() as uow:
            assert await uow.ledger.balances("main") == left
            assert len(await uow.ledger.entries()) == len(left)
            assert await uow.accounts.all() == ([account()] if left else [])
            assert await uow.events.last_seq() == len(left)
        # Nothing that the dead process held keeps anybody from writing.
        async with database.transact() as uow:
            assert await uow.accounts.add(account("other"))
