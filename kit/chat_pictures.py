"""Pictures that the agent draws, put where the person at the terminal can open them."""

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from kit.answers import Answer, KitError
from kit.client import KitClient
from kit.screen import Screen

CHARTS: Mapping[str, str] = {
    "chart_backtest": "chart.backtest",
    "chart_candles": "chart.candles",
    "chart_equity": "chart.equity",
    "chart_leaderboard": "chart.leaderboard",
    "chart_optimization": "chart.optimization",
}
"""The tools that draw, and the methods that give the picture: a model reads its caption only."""


class Pictures:
    """Collects what the agent draws in a turn; it goes into `folder`, None where nobody looks at it."""

    def __init__(self, client: KitClient, folder: Path | None) -> None:
        self._client = client
        self._folder = folder
        self._asked: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._drawn: list[str] = []

    def heard(self, event: str, payload: Answer) -> None:
        """Take note of a tool call that draws, and of its end."""
        call = payload.get("toolCall") or {}
        name, number = str(call.get("name")), str(call.get("id"))
        if self._folder is None or name not in CHARTS:
            return
        if event == "chat.tool_call":
            self._asked[number] = CHARTS[name], call.get("arguments") or {}
        elif event == "chat.tool_result" and not (payload.get("result") or {}).get("error"):
            self._drawn.append(number)

    async def show(self, screen: Screen) -> None:
        """Put each picture into the folder and say where it is."""
        asked, drawn = self._asked, self._drawn
        self._asked, self._drawn = {}, []
        for method, arguments in [asked[number] for number in drawn if number in asked]:
            try:
                picture = await self._client.call(method, arguments)
            except KitError as error:
                screen.problem(error)
                continue
            screen.aside(f"picture: {await asyncio.to_thread(self._keep, picture)}")

    def _keep(self, picture: Mapping[str, Any]) -> Path:
        assert self._folder is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        data = b64decode(picture["data"])
        # The same picture is kept once.
        path = self._folder / f"{sha256(data).hexdigest()[:12]}.png"
        path.write_bytes(data)
        return path
