"""Pictures: of what the agent draws in a turn, and of commands that draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.calls import Door
from bot.cards.market import drawn
from bot.chat import Picture
from bot.guests import Guest
from bot.voice import plain
from tools.chart import PictureReport
from tools.errors import CallError
from tools.wire import Result

DRAWING = "chart."
"""How the capabilities begin that answer a picture."""


@dataclass(frozen=True, slots=True)
class Captioned:
    """A picture and what it shows."""

    picture: Picture
    caption: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A call that draws: a model reads its caption only, so it is made again for the person."""

    capability: str
    params: Mapping[str, Any]

    async def fetched(self, door: Door, guest: Guest) -> Captioned | None:
        """Return the picture, None when it cannot be had any more."""
        try:
            return picture_of(await door.call(guest, self.capability, self.params))
        except CallError:
            return None


def picture_of(result: Result) -> Captioned | None:
    """Return the picture that an answer is, None when it is none."""
    if not isinstance(result, PictureReport):
        return None
    return Captioned(drawn(result), plain(result.caption))


class Pictures:
    """Hears of the tool calls of a turn that draw."""

    def __init__(self) -> None:
        self._asked: dict[str, Drawn] = {}

    def heard(self, event: str, payload: Mapping[str, Any]) -> Sequence[Drawn]:
        """Return what has just been drawn."""
        call = payload.get("toolCall") or {}
        name, number = str(call.get("name")).replace("_", ".", 1), str(call.get("id"))
        if not name.startswith(DRAWING):
            return ()
        if event == "chat.tool_call":
            self._asked[number] = Drawn(name, call.get("arguments") or {})
            return ()
        drawn = self._asked.pop(number, None)
        failed = event != "chat.tool_result" or (payload.get("result") or {}).get("error")
        return () if drawn is None or failed else (drawn,)
