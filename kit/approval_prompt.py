"""Asking the person at a terminal whether what waits may go: an order, or a run that wants to trade."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from kit.answers import Answer, KitError
from kit.client import KitClient
from kit.safety_words import approval_lines, approved, denied
from kit.screen import Screen

QUESTIONS = {"order": "Let it go? y/N ", "run": "Let it trade? y/N "}
YES = frozenset({"y", "yes", "j", "ja"})

ReadAnswer = Callable[[str], Awaitable[str | None]]
"""Asks a question and returns the line of the answer; what was typed before it is not part of it."""


class ApprovalPrompt:
    """Asks about whatever waits, one after another, until it is answered here or elsewhere.

    The answer is the person's own call: the agent has no part in it.
    """

    def __init__(self, client: KitClient, screen: Screen, read: ReadAnswer) -> None:
        self._client = client
        self._screen = screen
        self._read = read
        self._waiting: dict[str, Answer] = {}
        self._told: list[str] = []
        self._news = asyncio.Event()
        self._stops = [
            client.on("approval.requested", self._asked),
            client.on("approval.resolved", self._resolved),
            client.on("notice", self._tell),
        ]

    def close(self) -> None:
        """Hear of nothing more."""
        for stop in self._stops:
            stop()

    async def arrived(self) -> None:
        """Return once there is something to tell or to ask about."""
        while not (self._waiting or self._told):
            self._news.clear()
            await self._news.wait()

    async def ask_all(self) -> None:
        """Tell what there is to tell, and ask about everything that waits now."""
        while self._waiting or self._told:
            told, self._told = self._told, []
            for line in told:
                self._screen.aside(f"· {line}")
            if self._waiting:
                await self._ask(next(iter(self._waiting)))

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Ask about what comes while the block runs."""
        task = asyncio.create_task(self._keep_asking())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep_asking(self) -> None:
        while True:
            await self.arrived()
            await self.ask_all()

    async def _ask(self, approval_id: str) -> None:
        try:
            now = (await self._client.ping())["pong"]
            for line in approval_lines(self._waiting[approval_id], now):
                self._screen.notice(line)
            answer = await self._answer(approval_id, QUESTIONS[self._waiting[approval_id]["kind"]])
            if answer is None:
                return
            # The news of this answer is no news here.
            self._waiting.pop(approval_id, None)
            if answer.strip().lower() in YES:
                told = await self._client.call("approval.approve", {"approvalId": approval_id})
                lines = approved(told, now)
            else:
                told = await self._client.call("approval.deny", {"approvalId": approval_id})
                lines = denied(told, now)
            for line in lines:
                self._screen.aside(line)
        except KitError as error:
            self._screen.problem(error)
        finally:
            self._waiting.pop(approval_id, None)

    async def _answer(self, approval_id: str, question: str) -> str | None:
        """Return what was typed, None when it has been answered elsewhere meanwhile."""
        reading = asyncio.ensure_future(self._read(question))
        gone = asyncio.create_task(self._gone(approval_id))
        try:
            await asyncio.wait({reading, gone}, return_when=asyncio.FIRST_COMPLETED)
            return (reading.result() or "") if reading.done() else None
        finally:
            for each in (reading, gone):
                each.cancel()
            await asyncio.gather(reading, gone, return_exceptions=True)

    async def _gone(self, approval_id: str) -> None:
        while approval_id in self._waiting:
            self._news.clear()
            await self._news.wait()

    def _tell(self, told: Answer) -> None:
        # What waits is asked about as such.
        if not str(told["kind"]).startswith("approval."):
            self._told.append(str(told["text"]))
            self._news.set()

    def _asked(self, told: Answer) -> None:
        self._waiting[told["approvalId"]] = told
        self._news.set()

    def _resolved(self, told: Answer) -> None:
        if self._waiting.pop(told["approvalId"], None) is not None:
            self._screen.aside(f"({told['status']}: {told['reason'] or told['resolvedBy']})")
        self._news.set()
