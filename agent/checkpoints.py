"""Where the graph keeps the steps of running turns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

POOL = 4
"""Connections to Postgres at most."""


@asynccontextmanager
async def open_checkpoints(url: str, folder: Path) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """Open the store of checkpoints: in Postgres where `url` is one, else a SQLite file in `folder`.

    A turn whose process died is reported and not taken up again, so what is still there is deleted.
    """
    # A checkpoint holds plain data, so reading one makes nothing else, whatever somebody wrote into it.
    strict = JsonPlusSerializer(allowed_msgpack_modules=None)
    opened = _postgres(url, strict) if url.startswith("postgres") else _sqlite(folder, strict)
    async with opened as saver:
        await _clear(saver)
        yield saver


@asynccontextmanager
async def _postgres(url: str, serde: JsonPlusSerializer) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg import AsyncConnection
    from psycopg.rows import DictRow, dict_row
    from psycopg_pool import AsyncConnectionPool

    plain = "postgresql://" + url.partition("://")[2]
    async with AsyncConnectionPool(
        plain,
        connection_class=AsyncConnection[DictRow],
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
        min_size=1,
        max_size=POOL,
        open=False,
        # One that a restart of the server has cut is replaced and not handed out.
        check=AsyncConnectionPool.check_connection,
    ) as pool:
        saver = AsyncPostgresSaver(pool, serde=serde)
        await saver.setup()
        yield saver


@asynccontextmanager
async def _sqlite(folder: Path, serde: JsonPlusSerializer) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    async with aiosqlite.connect(folder / "checkpoints.db") as connection:
        saver = AsyncSqliteSaver(connection, serde=serde)
        await saver.setup()
        # It has to outlive this process, not the machine: then turns are over anyway.
        await connection.execute("PRAGMA synchronous = NORMAL")
        yield saver


async def _clear(saver: BaseCheckpointSaver[Any]) -> None:
    left = {found.config["configurable"]["thread_id"] async for found in saver.alist(None)}
    for thread_id in left:
        await saver.adelete_thread(thread_id)
