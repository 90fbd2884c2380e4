"""Pictures of what the agent has reckoned, put where the person at the terminal can open them."""

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kit.answers import Answer, KitError
from kit.client import KitClient
from kit.screen import Screen

DRAWN_BY: Mapping[str, str] = {"backtest_run": "backtest", "backtest_optimize": "optimization"}
"""Which picture shows what a tool has come to."""


class Pictures:
    """Collects what a turn has reckoned; its pictures go into `folder`, None where nobody looks at them."""

    def __init__(self, client: KitClient, folder: Path | None) -> None:
        self._client = client
        self._folder = folder
        self._wanted: list[tuple[str, str]] = []

    def heard(self, event: str, payload: Answer) -> None:
        """Take note of a tool's result that there is a picture of."""
        if event != "chat.tool_result" or self._folder is None:
            return
        call, result = payload.get("toolCall") or {}, payload.get("result")
        kind = DRAWN_BY.get(str(call.get("name")))
        number = result.get("backtestId") if isinstance(result, Mapping) else None
        if kind is not None and isinstance(number, str):
            self._wanted.append((kind, number))

    async def show(self, screen: Screen) -> None:
        """Put each picture into the folder and say where it is."""
        wanted, self._wanted = self._wanted, []
        for kind, number in wanted:
            try:
                picture = await self._client.call(f"chart.{kind}", {"backtestId": number})
            except KitError as error:
                screen.problem(error)
                continue
            screen.aside(f"picture: {await asyncio.to_thread(self._keep, number, picture)}")

    def _keep(self, number: str, picture: Mapping[str, Any]) -> Path:
        assert self._folder is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{Path(number).name}.png"
        path.write_bytes(b64decode(picture["data"]))
        return path
