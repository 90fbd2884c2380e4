"""Checkpoints in a SQLite file."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite import SqliteSaver


class FileSaver(SqliteSaver):
    """Writes a step where it is called.

    A step is a few kilobytes and its commit waits for no disk, so that going to a thread and back would cost
    more than the writing.
    """

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return a thread's checkpoint."""
        return self.get_tuple(config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Yield checkpoints, the newest first."""
        for found in self.list(config, filter=filter, before=before, limit=limit):
            yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint."""
        return self.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Store what a task of a step wrote."""
        self.put_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete a thread."""
        self.delete_thread(thread_id)


@asynccontextmanager
async def open_file(path: Path, serde: SerializerProtocol) -> AsyncIterator[FileSaver]:
    """Open the file and close it at the end of the block."""
    # LangGraph asks the saver from threads of its own for some things.
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        saver = FileSaver(connection, serde=serde)
        saver.setup()
        # A step has to outlive this process, not the machine: then its turn is over anyway.
        connection.execute("PRAGMA synchronous = NORMAL")
        # They hold what people say, and are dropped once a turn has ended.
        connection.execute("PRAGMA secure_delete = ON")
        yield saver
