"""The service as a process of its own, which can be killed and started again."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.pace import PATIENCE
from tests.nursery import LIVE, TELEGRAM, Born, born

REAL = ("kit.cli", "start")
"""The service as people start it."""

BARE = {"KIT_GATEWAY_PORT": "0", "KIT_EMBEDDINGS": "off"}

OURS = ("KIT_", "TELEGRAM_", "DISCORD_", "ANTHROPIC_", "OPENAI_")
"""How the variables begin that a service would take for its settings."""


@dataclass(slots=True)
class ServiceProcess:
    """A service in `home`, with nothing of the settings around it but those given here.

    Memories are found by their words alone in it: the process for vectors has kills of its own.
    """

    home: Path
    command: Sequence[str]
    settings: Mapping[str, str]
    kills: int = 0
    _process: Born | None = None

    @property
    def database(self) -> Path:
        """Its database."""
        return self.home / "data" / "kit.db"

    @property
    def log(self) -> Path:
        """What it has written about itself."""
        return self.home / "service.log"

    @property
    def runs(self) -> bool:
        """Whether it has been started, and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> str:
        """Start it, and return its WebSocket address."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        with self.log.open("ab") as log:
            self._process = await born(
                *self.command,
                env={**mine, **BARE, **self.settings, "KIT_HOME": str(self.home)},
                stdout=asyncio.subprocess.PIPE,
                stderr=log.fileno(),
                start_new_session=True,
                imports=(*LIVE, *TELEGRAM),
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            said = (await self._process.stdout.readline()).decode()
        assert "ws://" in said, self.log.read_text(encoding="utf-8")
        return f"ws://{said.split('ws://')[1].split()[0].rstrip(',')}"

    async def kill(self) -> None:
        """Kill it and all that it started, as a failing machine does."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
            self.kills += 1
