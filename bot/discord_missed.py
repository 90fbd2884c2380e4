"""What was said in private while nobody was there to hear it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.chat import ChatError, Incoming, Since, TryLater
from trading.clock import Clock

log = structlog.get_logger(__name__)

LONGEST_AWAY = timedelta(days=1)
"""What was said earlier is not done any more: nobody waits for it, and prices are others by now."""

SaidSince = Callable[[str, datetime], Awaitable[Sequence[Incoming]]]
"""Returns what was said in a private chat after a moment, in its order; raises ChatError."""


class Missed:
    """Asks for it at the beginning of each session: Discord sends it only to one that is resumed.

    What comes twice by that has the same id both times. Of a slash command or a pressed button that nobody
    heard its person was told so by Discord.
    """

    def __init__(self, since: Since, clock: Clock, put: Callable[[Incoming], None]) -> None:
        self._since = since
        self._clock = clock
        self._put = put
        self._begun = asyncio.Event()
        self._marks: Mapping[str, datetime] = {}

    async def mark(self) -> None:
        """Take note of how far everything was heard, before a session brings what is newer."""
        self._begun.clear()
        self._marks = await self._since()

    def begun(self) -> None:
        """Take note of a new session."""
        self._begun.set()

    async def follow(self, said_since: SaidSince) -> None:
        """Hand on what was missed before each session, until cancelled; raise what `Since` raises."""
        while True:
            await self._begun.wait()
            self._begun.clear()
            marks = {**await self._since(), **self._marks}
            for chat, last in marks.items():
                await self._ask(said_since, chat, max(last, self._clock.now() - LONGEST_AWAY))
            self._marks = await self._since()

    async def _ask(self, said_since: SaidSince, chat: str, after: datetime) -> None:
        while True:
            try:
                for each in await said_since(chat, after):
                    self._put(each)
            except TryLater as later:
                await self._clock.sleep(later.wait)
            except ChatError as refused:
                log.info("discord_chat_not_readable", reason=str(refused))
                return
            else:
                return
