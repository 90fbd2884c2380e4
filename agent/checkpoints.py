"""Where the graph keeps the steps of running turns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver


@asynccontextmanager
async def open_checkpoints(url: str, folder: Path) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """Open the store of checkpoints: in Postgres where `url` is one, else a SQLite file in `folder`."""
    if url.startswith("postgres"):
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

        plain = "postgresql://" + url.partition("://")[2]
        async with AsyncPostgresSaver.from_conn_string(plain) as saver:
            await saver.setup()
            yield saver
        return
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    async with AsyncSqliteSaver.from_conn_string(str(folder / "checkpoints.db")) as sqlite:
        await sqlite.setup()
        yield sqlite
