"""Long conversations for tests: made on disk, and a model that talks and takes notes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import pairwise
from typing import Any, cast

from agent.compaction import MOST_MESSAGES
from agent.models.errors import ModelUnavailable
from agent.models.port import Completion, ModelRequest, Role, TextDelta, Usage
from agent.models.scripted import Reply, ScriptedModel
from agent.summarising import TASK
from memory.records import MessageRole, Session, SessionMode, SessionSummary, TranscriptMessage
from tests.agent.talking import MODEL, House, says
from tools.policy import LOCAL_OWNER
from tools.sessions import Compacted, CompactReport
from trading.ports import NewId

NOTES = "- they talked"
FAILING = ModelUnavailable("scripted: down")


def summarises(request: ModelRequest) -> bool:
    """Tell whether a model is asked for a summary."""
    return request.system == TASK


def talking(
    answer: Callable[[ModelRequest], Reply], notes: Callable[[ModelRequest], Reply] | None = None
) -> Callable[[ModelRequest], Reply]:
    """Return a script: what it answers people, and what it writes down."""

    def reply(request: ModelRequest) -> Reply:
        if summarises(request):
            return (notes or (lambda request: takes_notes()))(request)
        return answer(request)

    return reply


def takes_notes(text: str = NOTES) -> Completion:
    """Return a summary of the model."""
    return Completion(text, MODEL, usage=Usage(900, 30, 100))


class SlowNotes(ScriptedModel):
    """A model that answers whoever talks to it, and is held over its summaries until the gate opens.

    Whatever else the service asks it meanwhile is answered at once.
    """

    def __init__(self, gate: asyncio.Event) -> None:
        super().__init__(talking(answers), name=MODEL)
        self._gate = gate
        self._asked = 0
        self._more = asyncio.Condition()

    async def asked(self, times: int) -> None:
        """Return once it has been asked for so many summaries."""
        async with self._more:
            await self._more.wait_for(lambda: self._asked >= times)

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield an answer, a summary only once the gate is open."""
        if summarises(request):
            async with self._more:
                self._asked += 1
                self._more.notify_all()
            await self._gate.wait()
        async for piece in super().stream(request):
            yield piece


def exchange(number: int, question: str = "", answer: str = "") -> tuple[str, str]:
    """Return what is said in one turn."""
    return question or f"question {number}", answer or f"answer {number}"


LONG = [exchange(number) for number in range(MOST_MESSAGES // 2)]
"""As much as may be said before a conversation is summarised."""


async def said_before(house: House, turns: Sequence[tuple[str, str]], session_id: str = "main") -> None:
    """Put a conversation of the owner on disk, as turns leave it."""
    services, now = house.services, house.services.clock.now()
    fresh = Session(session_id, LOCAL_OWNER.id, session_id, SessionMode.AUTO, now, now)
    async with services.database.transact() as uow:
        await uow.sessions.ensure(fresh)
        for number, pair in enumerate(turns):
            for role, text in zip((MessageRole.USER, MessageRole.ASSISTANT), pair, strict=True):
                await uow.messages.append(_message(services.new_id, fresh, role, text, f"req_{number}"))


def _message(
    new_id: NewId, session: Session, role: MessageRole, text: str, turn_id: str
) -> TranscriptMessage:
    data = {"tools": [], "status": "complete"} if role is MessageRole.ASSISTANT else None
    return TranscriptMessage(
        new_id("msg"), session.principal, session.id, role, text, session.created_at, turn_id, data
    )


async def summary_of(house: House, session_id: str = "main") -> SessionSummary | None:
    """Return the summary of a session of the owner."""
    async with house.services.database.read() as uow:
        return await uow.summaries.get(LOCAL_OWNER.id, session_id)


def alternates(request: ModelRequest) -> bool:
    """Tell whether a person and the agent take turns, a person first and last, as vendors demand."""
    said = [each.role for each in request.messages if each.role is not Role.TOOL]
    return said[0] is Role.USER and all(one is not after for one, after in pairwise(said))


def last_heard(model: ScriptedModel) -> ModelRequest:
    """Return what a model was asked last for a person."""
    return next(each for each in reversed(model.requests) if not summarises(each))


def answers(request: ModelRequest) -> Reply:
    """Answer whatever was said."""
    return says("Well.")


async def compact(house: House, session_id: str = "main", **more: Any) -> Compacted | None:
    """Ask for a session to be compacted and return what came of it."""
    report = cast(CompactReport, await house.call("sessions.compact", sessionId=session_id, **more))
    assert report.compacted == (report.compaction is not None)
    return report.compaction


async def idle(house: House) -> None:
    """Return once nothing is summarised any more and all is told."""
    while works := house.runner._compactor._works:
        await asyncio.wait(works.values())
    await house.services.events.flush()
