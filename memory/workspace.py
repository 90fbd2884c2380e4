"""The workspace: Markdown files that a person edits and the agent reads at the start of every turn."""

from collections.abc import Mapping
from pathlib import Path

MAX_CHARS = 20_000
"""What one file may put before a model."""

FILES = ("SOUL.md", "AGENTS.md", "USER.md", "TOOLS.md", "HEARTBEAT.md", "MEMORY.md")
"""Every file that the first start makes."""

READ_AT_START = ("SOUL.md", "AGENTS.md", "USER.md", "TOOLS.md", "MEMORY.md")


class Workspace:
    """The files of one folder, read anew whenever they have changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[int, str]] = {}

    def make(self, templates: Mapping[str, str]) -> None:
        """Create the folder and each file that is not there yet."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in templates.items():
            path = self._folder / name
            if not path.exists():
                path.write_text(text, encoding="utf-8")

    def documents(self) -> Mapping[str, str]:
        """Return the files that every turn starts with, by name; one that is missing is empty."""
        return {name: self._read(name) for name in READ_AT_START}

    def heartbeat(self) -> str:
        """Return what the agent is to look at now and then."""
        return self._read("HEARTBEAT.md")

    def _read(self, name: str) -> str:
        path = self._folder / name
        try:
            changed = path.stat().st_mtime_ns
        except FileNotFoundError:
            return ""
        known = self._known.get(name)
        if known is None or known[0] != changed:
            text = path.read_text(encoding="utf-8", errors="replace")[:MAX_CHARS]
            known = self._known[name] = (changed, text)
        return known[1]
