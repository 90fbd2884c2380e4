"""Another process on the same database: `python -m tests.memory.worker WHAT URL`.

It says `ready` once it could begin, waits for a line, does what it was asked to and says what came of it.
"""

import asyncio
import sys

from memory.database import Database, UnitOfWork
from tests.memory.samples import account, entry, event


async def started(url: str) -> None:
    async with Database.open(url) as database, database.transact() as uow:
        (stored,) = await uow.events.append([event()])
        print(stored.seq, flush=True)


async def cut(url: str) -> None:
    """Stop for ever inside a transaction."""
    async with Database.open(url) as database, database.transact() as uow:
        await _change(uow)
        print("changed", flush=True)
        await asyncio.Event().wait()


async def kept(url: str) -> None:
    """Stop for ever after a transaction."""
    async with Database.open(url) as database:
        async with database.transact() as uow:
            await _change(uow)
        print("changed", flush=True)
        await asyncio.Event().wait()


async def _change(uow: UnitOfWork) -> None:
    await uow.accounts.add(account())
    await uow.ledger.append(entry("e1", ("main", "USDT", "5"), ("capital", "USDT", "-5")))
    await uow.events.append([event()])


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    asyncio.run({"started": started, "cut": cut, "kept": kept}[sys.argv[1]](sys.argv[2]))
