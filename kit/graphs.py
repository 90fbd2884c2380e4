"""The agent's graph, built behind the start: LangGraph takes over a second to load."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.graph import TurnGraph


class LazyGraph:
    """Builds the graph once, when it is first asked for, and closes its checkpoints at the end.

    `kept` names the turns that are to go on: their checkpoints stay.
    """

    def __init__(
        self, url: str, folder: Path, kept: Callable[[], Awaitable[Collection[str]]] | None = None
    ) -> None:
        self._url = url
        self._folder = folder
        self._kept = kept
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._graph: TurnGraph | None = None

    async def __aenter__(self) -> "LazyGraph":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def __call__(self) -> "TurnGraph":
        """Return the graph."""
        async with self._lock:
            if self._graph is None:
                for module in ("agent.graph", "agent.checkpoints"):
                    await asyncio.to_thread(importlib.import_module, module)
                from agent.checkpoints import open_checkpoints
                from agent.graph import build_graph

                keep = await self._kept() if self._kept else ()
                opening = open_checkpoints(self._url, self._folder, keep)
                saver = await self._stack.enter_async_context(opening)
                self._graph = build_graph(saver)
            return self._graph
