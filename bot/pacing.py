"""When the next thing may go to a chat: no platform suffers more than so many changes of one."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.chat import Pace, Place
from trading.clock import EPOCH, Clock

MOST_REMEMBERED = 1_000
"""Chats whose last change is remembered; quiet ones beyond that are forgotten."""


@dataclass(slots=True)
class _Line:
    free: datetime = EPOCH
    order: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pacer:
    """Spaces out what goes to each chat of one platform, whoever sends it."""

    def __init__(self, pace: Pace, clock: Clock) -> None:
        self._pace = pace
        self._clock = clock
        self._lines: dict[str, _Line] = {}

    async def turn(self, place: Place) -> None:
        """Wait until something may go to this chat, after all who have waited before; it counts as gone."""
        line = self._line(place)
        async with line.order:
            while (wait := (line.free - self._clock.now()).total_seconds()) > 0:
                await self._clock.sleep(wait)
            line.free = self._clock.now() + timedelta(seconds=self._pace.of(place))

    def hold(self, place: Place, seconds: float) -> None:
        """Let nothing go to this chat for so long, as its platform asks."""
        line = self._line(place)
        line.free = max(line.free, self._clock.now() + timedelta(seconds=seconds))

    def held(self, place: Place) -> float:
        """Return for how many seconds nothing may go to this chat."""
        return max(0.0, (self._line(place).free - self._clock.now()).total_seconds())

    def _line(self, place: Place) -> _Line:
        if len(self._lines) > MOST_REMEMBERED:
            now = self._clock.now()
            self._lines = {
                key: line for key, line in self._lines.items() if line.free > now or line.order.locked()
            }
        return self._lines.setdefault(place.key, _Line())
