"""Where the graph keeps the steps of running turns."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from agent.checkpoint_file import open_file
from memory.database import CHECKPOINTS

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg.rows import DictRow

CONNECTIONS = 4
"""To Postgres, at most."""

SET_UP = 0x4B49_5402
"""The advisory lock of whoever makes the tables in Postgres."""

LOOK_AGAIN_SECONDS = 0.05


@asynccontextmanager
async def open_checkpoints(
    url: str, folder: Path, keep: Collection[str] = ()
) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """Open the store of checkpoints: in Postgres where `url` is one, else a SQLite file in `folder`.

    A turn whose process died is reported and not taken up again, so what is still there is deleted, except
    for the turns to `keep`: they wait for a person.
    """
    async with _store(url, folder) as saver:
        left = {found.config["configurable"]["thread_id"] async for found in saver.alist(None)}
        for thread_id in left.difference(keep):
            await saver.adelete_thread(thread_id)
        yield saver


def _store(url: str, folder: Path) -> AbstractAsyncContextManager[BaseCheckpointSaver[Any]]:
    # A checkpoint holds plain data, so reading one makes nothing else, whatever somebody wrote into it.
    strict = JsonPlusSerializer(allowed_msgpack_modules=None)
    return _postgres(url, strict) if url.startswith("postgres") else open_file(folder / CHECKPOINTS, strict)


@asynccontextmanager
async def _postgres(url: str, serde: JsonPlusSerializer) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg import AsyncConnection
    from psycopg.rows import DictRow, dict_row
    from psycopg_pool import AsyncConnectionPool

    async with AsyncConnectionPool(
        "postgresql://" + url.partition("://")[2],
        connection_class=AsyncConnection[DictRow],
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
        min_size=1,
        max_size=CONNECTIONS,
        open=False,
        # One that a restart of the server has cut is replaced and not handed out.
        check=AsyncConnectionPool.check_connection,
    ) as pool:
        async with pool.connection() as connection, _alone(connection):
            await AsyncPostgresSaver(connection).setup()
        yield AsyncPostgresSaver(pool, serde=serde)


@asynccontextmanager
async def _alone(connection: "AsyncConnection[DictRow]") -> AsyncIterator[None]:
    """Keep other processes from making the same tables meanwhile.

    The set-up makes indexes concurrently, which waits for every other statement. Therefore nobody may wait
    for the lock inside of one, and has to look again.
    """
    while True:
        tried = await connection.execute("SELECT pg_try_advisory_lock(%s) AS held", [SET_UP])
        found = await tried.fetchone()
        if found is not None and found["held"]:
            break
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock(%s)", [SET_UP])
