"""The agent as a service: turns of conversations, told as they happen and kept on record."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agent.lanes import LaneKey, Lanes
from agent.models.errors import ModelBusy, ModelError, ModelUnavailable
from agent.models.port import Message, Model, Usage
from agent.models.pricing import cost
from agent.prompt import conversation, system_prompt
from agent.teller import Teller
from agent.toolbelt import Toolbelt, offered
from memory.records import MessageRole, Session, SessionMode, TranscriptMessage, TurnStatus
from memory.records import Turn as TurnRecord
from memory.workspace import Workspace
from tools.context import Context
from tools.errors import AgentBusy, CallError, InternalError
from tools.policy import Origin, Principal
from tools.registry import Registry
from tools.services import Answered, Asked, Services
from trading.clock import epoch_ms, iso

if TYPE_CHECKING:
    from agent.graph import Turn, TurnGraph

MAX_TURN = timedelta(seconds=120)
HISTORY_MESSAGES = 60

FAILURES: Mapping[type[ModelError], type[CallError]] = {
    ModelBusy: AgentBusy,
    ModelUnavailable: AgentBusy,
    ModelError: InternalError,
}
"""What a caller is told when no model answers, by the nearest class."""


EVENTS: Mapping[TurnStatus, str] = {
    TurnStatus.COMPLETE: "chat.complete",
    TurnStatus.ABORTED: "chat.aborted",
    TurnStatus.INTERRUPTED: "chat.aborted",
    TurnStatus.FAILED: "chat.error",
}


@dataclass(slots=True)
class _Running:
    asked: Asked
    task: asyncio.Task[None]
    aborted: bool = False


class Runner:
    """Answers messages with a model and tools; `graph` builds the loop when the first turn needs it."""

    def __init__(
        self,
        model: Model,
        registry: Registry,
        workspace: Workspace,
        graph: Callable[[], Awaitable["TurnGraph"]],
    ) -> None:
        self._model = model
        self._registry = registry
        self._workspace = workspace
        self._graph = graph
        self._lanes = Lanes()
        self._running: dict[LaneKey, _Running] = {}

    async def send(self, ctx: Context, asked: Asked) -> Answered:
        """Run one turn; raise AgentBusy when the session has one and this one will not queue."""
        key = (ctx.principal.id, asked.session_id)
        tell = Teller(ctx.services, ctx.principal, asked)
        async with self._lanes.enter(key, asked.queue, tell.queued):
            return await self._answer(ctx, asked, key, tell)

    async def abort(self, principal: Principal, session_id: str | None, request_id: str | None) -> bool:
        """Stop a running turn, by its session, request or frame id; tell whether there was one."""
        for key, running in self._running.items():
            names = {running.asked.request_id, running.asked.frame_id}
            if (
                key[0] == principal.id
                and (session_id is None or session_id == key[1])
                and (request_id is None or request_id in names)
                and not running.task.done()
            ):
                running.aborted = True
                running.task.cancel()
                return True
        return False

    async def close(self) -> None:
        """Stop every running turn; each is recorded as interrupted."""
        tasks = [running.task for running in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, ctx: Context, asked: Asked, key: LaneKey, tell: Teller) -> Answered:
        messages, session, record = await self._begin(ctx, asked)
        turn = await self._prepare(ctx, asked, session, tell)
        running = _Running(asked, asyncio.create_task(self._run(turn, messages, tell)))
        self._running[key] = running

        failure: CallError = InternalError("the agent failed; the fault is in the log")
        status = TurnStatus.FAILED
        try:
            await running.task
            status = TurnStatus.COMPLETE
        except asyncio.CancelledError:
            status = TurnStatus.ABORTED if running.aborted else TurnStatus.INTERRUPTED
            if not running.aborted:
                raise
        except (ModelError, TimeoutError) as error:
            failure = _failure(error)
            raise failure from error
        finally:
            del self._running[key]
            answered = await self._finish(ctx.services, record, turn, tell, status, failure)
            await tell(EVENTS[status], **_told(answered, failure))
            await tell.flush()
        return answered

    async def _run(self, turn: "Turn", messages: list[Message], tell: Teller) -> None:
        from agent.graph import run_turn

        await tell("chat.start")
        graph = await self._graph()
        async with asyncio.timeout(MAX_TURN.total_seconds()):
            await run_turn(graph, turn, messages)

    async def _begin(self, ctx: Context, asked: Asked) -> tuple[list[Message], Session, TurnRecord]:
        """Store the message and the turn, and return the conversation so far with them."""
        services, principal = ctx.services, ctx.principal.id
        now = services.clock.now()
        fresh = Session(asked.session_id, principal, asked.session_id, SessionMode.AUTO, now, now)
        question = TranscriptMessage(
            id=services.new_id("msg"),
            principal=principal,
            session_id=asked.session_id,
            role=MessageRole.USER,
            content=asked.message,
            created_at=now,
            turn_id=asked.request_id,
        )
        record = TurnRecord(asked.request_id, principal, asked.session_id, self._model.name, now)
        async with services.database.transact() as uow:
            session = await uow.sessions.ensure(fresh)
            history = await uow.messages.recent(principal, asked.session_id, HISTORY_MESSAGES)
            await uow.messages.append(question)
            await uow.turns.start(record)
        return conversation(history, asked.message), session, record

    async def _prepare(self, ctx: Context, asked: Asked, session: Session, tell: Teller) -> "Turn":
        # LangGraph takes over a second to import: the first turn pays for it unless the start has.
        turn_type: type[Turn] = (await asyncio.to_thread(importlib.import_module, "agent.graph")).Turn
        services = ctx.services
        facts = {
            "time": iso(services.clock.now()),
            "account": f"{ctx.principal.account} (PAPER)",
            "prices": services.markets.source.value,
            "session": f"{session.id}, mode {session.mode.value}",
        }
        tools_ctx = replace(ctx.inner(), origin=Origin.MODEL, session_id=asked.session_id, frame_id=None)
        belt = Toolbelt(self._registry, tools_ctx, offered(self._registry, ctx.principal, session.mode))
        return turn_type(
            id=asked.request_id,
            model=self._model,
            toolbelt=belt,
            system=system_prompt(self._workspace.documents(), facts),
            said=tell.said,
            calling=tell.calling,
            called=tell.called,
        )

    async def _finish(
        self,
        services: Services,
        record: TurnRecord,
        turn: "Turn",
        tell: Teller,
        status: TurnStatus,
        failure: CallError,
    ) -> Answered:
        """Store what the turn came to, in one transaction, and return it."""
        used = sum(turn.usage.values(), Usage())
        ended = replace(
            record,
            status=status,
            model=turn.answered_by or record.model,
            input_tokens=used.input,
            output_tokens=used.output,
            cached_tokens=used.cached,
            cost=_cost(turn.usage),
            error_code=failure.reason.value if status is TurnStatus.FAILED else None,
            finished_at=services.clock.now(),
        )
        answer = TranscriptMessage(
            id=services.new_id("msg"),
            principal=record.principal,
            session_id=record.session_id,
            role=MessageRole.ASSISTANT,
            content="".join(turn.text),
            created_at=services.clock.now(),
            turn_id=record.id,
            data={"tools": tell.used, "status": status.value},
        )
        async with services.database.transact() as uow:
            if answer.content:
                await uow.messages.append(answer)
            await uow.turns.finish(ended)
        return Answered(answer, ended)


def _told(answered: Answered, failure: CallError) -> dict[str, Any]:
    if answered.turn.status is TurnStatus.FAILED:
        return {"error": {"code": failure.reason.value, "message": failure.message}}
    message = answered.message
    return {
        "message": {
            "id": message.id,
            "role": message.role.value,
            "content": message.content,
            "timestamp": epoch_ms(message.created_at),
        }
    }


def _cost(usage: Mapping[str, Usage]) -> Decimal | None:
    """Return what a turn cost in US dollars; None as soon as one model's price is not known."""
    total = Decimal(0)
    for model, used in usage.items():
        price = cost(model, used)
        if price is None:
            return None
        total += price
    return total


def _failure(error: ModelError | TimeoutError) -> CallError:
    if isinstance(error, TimeoutError):
        return AgentBusy(f"no answer within {MAX_TURN.total_seconds():.0f} seconds; try a smaller question")
    for kind in type(error).__mro__:
        if kind in FAILURES:
            after = None if error.retry_after is None else int(error.retry_after * 1000)
            return FAILURES[kind](str(error), retry_after_ms=after)
    return InternalError(str(error))
