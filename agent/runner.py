"""The agent as a service: turns of conversations, told as they happen and kept on record."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import structlog

from agent.lanes import Lanes
from agent.models.errors import ModelBusy, ModelError, ModelUnavailable
from agent.models.port import Model
from agent.prompt import system_prompt
from agent.record import Begun, begin, ended, finish
from agent.teller import Teller
from agent.toolbelt import Toolbox
from agent.turn import Turn
from agent.visit import Stopped, Visit
from memory.errors import DatabaseUnavailable
from memory.records import Turn as TurnRecord
from memory.records import TurnStatus
from memory.workspace import Workspace
from tools.context import Context
from tools.errors import AgentBusy, CallError, InternalError
from tools.policy import Principal
from tools.registry import Registry
from tools.services import Answered, Asked, Services
from trading.clock import iso
from trading.model import Origin

if TYPE_CHECKING:
    from agent.graph import TurnGraph

MAX_TURN = timedelta(seconds=120)
RETRY_SECONDS = 1.0

FAILURES: Mapping[type[ModelError], type[CallError]] = {
    ModelBusy: AgentBusy,
    ModelUnavailable: AgentBusy,
    ModelError: InternalError,
}
"""What a caller is told when no model answers, by the nearest class."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Ending:
    status: TurnStatus
    failure: CallError | None = None


class Runner:
    """Answers messages with a model and tools; `graph` builds the loop when the first turn needs it."""

    def __init__(
        self,
        model: Model,
        registry: Registry,
        workspace: Workspace,
        graph: Callable[[], Awaitable["TurnGraph"]],
        max_turn: timedelta = MAX_TURN,
    ) -> None:
        self._model = model
        self._toolbox = Toolbox(registry)
        self._workspace = workspace
        self._graph = graph
        self._max_turn = max_turn
        self._lanes = Lanes()
        self._visits: list[Visit] = []
        self._tidying: set[asyncio.Task[None]] = set()
        self._closing = False

    async def send(self, ctx: Context, asked: Asked) -> Answered:
        """Run one turn; raise AgentBusy when the session has one and this one will not queue."""
        if self._closing:
            raise _stopping()
        visit = Visit(ctx.principal.id, asked)
        tell = Teller(ctx.services, ctx.principal, asked)
        self._visits.append(visit)
        try:
            await visit.run(self._lanes.enter(visit.key, asked.queue, tell.queued))
            try:
                return await self._answer(ctx, asked, visit, tell)
            finally:
                self._lanes.leave(visit.key)
        except Stopped:
            return await self._withdrawn(ctx, asked, visit, tell)
        finally:
            self._visits.remove(visit)
            visit.gone.set()

    async def abort(self, principal: Principal, session_id: str | None, request_id: str | None) -> bool:
        """Stop a turn, by its session, request or frame id; tell whether there was one to stop.

        A session alone stands for the turn that runs in it; by its own name one is stopped in the queue too.
        """
        matching = (
            visit
            for visit in self._visits
            if visit.key[0] == principal.id
            and session_id in (None, visit.key[1])
            and (request_id is None or request_id in visit.names)
        )
        visit = next(matching, None)
        return visit is not None and visit.stop(TurnStatus.ABORTED)

    async def close(self) -> None:
        """Stop every turn, each recorded as interrupted, and take no more."""
        self._closing = True
        visits = tuple(self._visits)
        for visit in visits:
            visit.stop(TurnStatus.INTERRUPTED)
        for visit in visits:
            await visit.gone.wait()
        if self._tidying:
            await asyncio.wait(self._tidying)

    async def _answer(self, ctx: Context, asked: Asked, visit: Visit, tell: Teller) -> Answered:
        begun = await begin(ctx.services, ctx.principal.id, asked, self._model.name)
        turn = self._turn(ctx, begun, tell)
        ending = _Ending(TurnStatus.FAILED, InternalError("the agent failed; the fault is in the log"))
        try:
            await tell.started()
            await visit.run(self._run(ctx, turn, begun))
            ending = _ending(visit.stopped or TurnStatus.COMPLETE)
        except Stopped:
            ending = _ending(visit.stopped or TurnStatus.ABORTED)
        except (ModelError, TimeoutError) as error:
            ending = _Ending(TurnStatus.FAILED, self._failure(error))
            log.warning("a turn failed", turn=turn.id, error=str(error))
        except asyncio.CancelledError:
            ending = _ending(TurnStatus.INTERRUPTED)
            raise
        finally:
            visit.close()
            answered = await self._finish(ctx.services, begun.turn, turn, tell, ending)
        if ending.failure is not None:
            raise ending.failure
        return answered

    def _turn(self, ctx: Context, begun: Begun, tell: Teller) -> Turn:
        session_id = begun.turn.session_id
        tools_ctx = replace(ctx.inner(), origin=Origin.MODEL, session_id=session_id, frame_id=None)
        return Turn(
            id=begun.turn.id,
            model=self._model,
            toolbelt=self._toolbox.belt(tools_ctx, begun.mode),
            system="",
            said=tell.said,
            calling=tell.calling,
            called=tell.called,
        )

    async def _run(self, ctx: Context, turn: Turn, begun: Begun) -> None:
        turn.system = system_prompt(self._workspace.documents(), _facts(ctx, begun))
        graph = await self._graph()
        # Loaded by then: LangGraph takes over a second.
        from agent.graph import forget_turn, run_turn

        try:
            async with asyncio.timeout(self._max_turn.total_seconds()):
                await run_turn(graph, turn, begun.messages)
        finally:
            tidying = asyncio.create_task(forget_turn(graph, turn.id))
            self._tidying.add(tidying)
            tidying.add_done_callback(self._tidied)

    def _tidied(self, tidying: asyncio.Task[None]) -> None:
        self._tidying.discard(tidying)
        if not tidying.cancelled() and (error := tidying.exception()) is not None:
            log.warning("the checkpoints of a turn stay until the next start", error=str(error))

    async def _finish(
        self, services: Services, record: TurnRecord, turn: Turn, tell: Teller, ending: _Ending
    ) -> Answered:
        """Record what the turn came to, and tell it. While the database is away the answer waits for it."""
        failed = ending.failure if ending.status is TurnStatus.FAILED else None
        answered = ended(
            services,
            record,
            ending.status,
            turn,
            tools=tell.used,
            error_code=failed.reason.value if failed else None,
        )
        while True:
            try:
                await finish(services, answered)
                break
            except DatabaseUnavailable as error:
                if self._closing:
                    raise
                log.error("an answer waits for the database", turn=record.id, error=str(error))
            await services.clock.sleep(RETRY_SECONDS)
        await tell.ended(answered, ending.failure)
        return answered

    async def _withdrawn(self, ctx: Context, asked: Asked, visit: Visit, tell: Teller) -> Answered:
        """Tell of a message that was stopped before its turn began: nothing of it is kept."""
        ending = _ending(visit.stopped or TurnStatus.ABORTED)
        now = ctx.services.clock.now()
        never = TurnRecord(
            asked.request_id, ctx.principal.id, asked.session_id, self._model.name, now, cost=Decimal(0)
        )
        answered = ended(ctx.services, never, ending.status)
        await tell.ended(answered, ending.failure)
        if ending.failure is not None:
            raise ending.failure
        return answered

    def _failure(self, error: ModelError | TimeoutError) -> CallError:
        if isinstance(error, TimeoutError):
            seconds = self._max_turn.total_seconds()
            return AgentBusy(f"no answer within {seconds:g} seconds; try a smaller question")
        after = None if error.retry_after is None else int(error.retry_after * 1000)
        kind = next(FAILURES[kind] for kind in type(error).__mro__ if kind in FAILURES)
        return kind(error.told(), retry_after_ms=after)


def _facts(ctx: Context, begun: Begun) -> dict[str, str]:
    services = ctx.services
    facts = {
        "time": iso(services.clock.now()),
        "account": f"{ctx.principal.account} (PAPER)",
        "prices": services.markets.source.value,
        "session": f"{begun.turn.session_id}, mode {begun.mode.value}",
    }
    return facts if begun.cut is None else {**facts, "the last turn": begun.cut}


def _ending(status: TurnStatus) -> _Ending:
    return _Ending(status, _stopping() if status is TurnStatus.INTERRUPTED else None)


def _stopping() -> AgentBusy:
    return AgentBusy("the service is stopping; ask again in a moment", retry_after_ms=1_000)
