"""Where the graph keeps the steps of running turns."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
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
    async with AsyncExitStack() as stack:
        saver: BaseCheckpointSaver[Any]
        if url.startswith("postgres"):
            saver = await stack.enter_async_context(_postgres(url, strict))
        else:
            from agent.checkpoint_file import open_file

            saver = await stack.enter_async_context(open_file(folder / "checkpoints.db", strict))
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


async def _clear(saver: BaseCheckpointSaver[Any]) -> None:
    left = {found.config["configurable"]["thread_id"] async for found in saver.alist(None)}
    for thread_id in left:
        await saver.adelete_thread(thread_id)
