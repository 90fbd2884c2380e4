"""What has come from Discord and is not stored yet."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice

import structlog

from bot.chat import ChatError, Incoming, Receive
from bot.discord_tickets import Ticket

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 100


class Inbox:
    """Keeps what people did, in order, until it is stored; then its interactions are acknowledged.

    Discord sends nothing twice by itself and gives an interaction three seconds. What could not be stored
    stays here for the next `drain`.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._waiting: deque[Incoming] = deque()
        self._arrived = asyncio.Event()
        self._unanswered: dict[str, asyncio.Event] = {}
        self._acknowledging: set[asyncio.Task[None]] = set()

    def put(self, incoming: Incoming) -> None:
        """Take in something; it returns at once."""
        self._waiting.append(incoming)
        if incoming.ticket is not None:
            self._unanswered.setdefault(incoming.ticket, asyncio.Event())
        self._arrived.set()

    async def acknowledged(self, ticket: str) -> None:
        """Return once nothing sent under this ticket can overtake its acknowledgement."""
        if ticket in self._unanswered:
            await self._unanswered[ticket].wait()

    async def drain(self, acknowledge: Callable[[Ticket], Awaitable[None]]) -> None:
        """Store what comes until cancelled."""
        try:
            while True:
                await self._arrived.wait()
                batch = list(islice(self._waiting, MOST_AT_ONCE))
                await self._receive(batch)
                for incoming in batch:
                    self._waiting.popleft()
                    if incoming.ticket is not None:
                        self._acknowledge(acknowledge, incoming.ticket)
                if not self._waiting:
                    self._arrived.clear()
        finally:
            for task in self._acknowledging:
                task.cancel()
            for answered in self._unanswered.values():
                answered.set()
            self._unanswered.clear()

    def _acknowledge(self, acknowledge: Callable[[Ticket], Awaitable[None]], text: str) -> None:
        task = asyncio.create_task(self._answer(acknowledge, text))
        self._acknowledging.add(task)
        task.add_done_callback(self._acknowledging.discard)

    async def _answer(self, acknowledge: Callable[[Ticket], Awaitable[None]], text: str) -> None:
        ticket = Ticket.parsed(text)
        try:
            if ticket is not None:
                await acknowledge(ticket)
        except ChatError as refused:
            # The answer then goes to the channel; sent again after a resume, it was acknowledged before.
            log.info("interaction_not_acknowledged", reason=str(refused))
        finally:
            if text in self._unanswered:
                self._unanswered.pop(text).set()
