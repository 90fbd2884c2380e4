"""Memories by the methods of the service: `client.memory.search(...)` sends `memory.search`."""

from collections.abc import Sequence
from typing import Any

from kit.namespaces import Namespace, Reply


class Memory(Namespace):
    """What the agent remembers of you. Called itself, it searches."""

    def search(self, query: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Return what is found by words and meaning; `limit`, `kind`, `from_`, `to`, `symbol`, `as_of`."""
        return self._send("search", {"query": query, **more}, timeout)

    def get(
        self,
        path: str,
        *,
        start_line: int | None = None,
        lines: int | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return a file of your workspace, or some of its lines."""
        return self._send("get", {"path": path, "startLine": start_line, "lines": lines, **more}, timeout)

    def add(self, text: str, *, timeout: float | None = None, **more: Any) -> Reply:
        """Have a fact remembered."""
        return self._send("add", {"text": text, **more}, timeout)

    def forget(self, ids: Sequence[str], *, timeout: float | None = None, **more: Any) -> Reply:
        """Have memories forgotten for good, by their ids."""
        return self._send("forget", {"ids": list(ids), **more}, timeout)

    def list(
        self,
        *,
        limit: int | None = None,
        before: str | None = None,
        kind: Sequence[str] | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> Reply:
        """Return what is remembered, the latest first, before the memory of an id."""
        return self._send("list", {"limit": limit, "before": before, "kind": kind, **more}, timeout)

    def undo(self, *, timeout: float | None = None, **more: Any) -> Reply:
        """Take back the memory that was added last."""
        return self._send("undo", more, timeout)

    def sync(self, *, rebuild: bool | None = None, timeout: float | None = None, **more: Any) -> Reply:
        """Look at the files now; with `rebuild` all vectors are made anew."""
        return self._send("sync", {"rebuild": rebuild, **more}, timeout)
