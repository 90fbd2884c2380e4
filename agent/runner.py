"""The agent as a service: turns of conversations, told as they happen and kept on record."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import structlog

from agent.briefing import brief
from agent.compaction import Compactor
from agent.deciding import docket_of
from agent.lanes import Lanes
from agent.messages import PlainOutcome
from agent.models.errors import ModelBusy, ModelError, ModelUnavailable
from agent.models.port import Model, Usage
from agent.record import Begun, again, begin, ending_of, finish, stand
from agent.spending import Spent
from agent.teller import Teller
from agent.toolbelt import Toolbox
from agent.turn import Turn, TurnLost
from agent.visit import Stopped, Visit
from agent.waiting import Wait, ended, outcome_of, withdraw
from memory.errors import DatabaseUnavailable
from memory.records import Turn as TurnRecord
from memory.records import TurnStatus
from memory.workspace import Workspace
from tools.context import Context
from tools.errors import AgentBusy, CallError, InternalError
from tools.policy import Principal
from tools.registry import Registry
from tools.services import Answered, Asked, Services
from tools.sessions import Compacted
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
    """Answers messages with a model and tools; `graph` builds the loop when the first turn needs it.

    `named` are the models that a message may ask for.
    """

    def __init__(
        self,
        model: Model,
        registry: Registry,
        workspace: Workspace,
        graph: Callable[[], Awaitable["TurnGraph"]],
        max_turn: timedelta = MAX_TURN,
        named: Mapping[str, Model] | None = None,
    ) -> None:
        self._model = model
        self._named = named or {}
        self._toolbox = Toolbox(registry)
        self._workspace = workspace
        self._graph = graph
        self._max_turn = max_turn
        self._lanes = Lanes()
        self._compactor = Compactor()
        self._visits: list[Visit] = []
        self._working: set[asyncio.Task[None]] = set()
        self._closing = False

    async def send(self, ctx: Context, asked: Asked) -> Answered:
        """Run one turn; raise AgentBusy when the session has one and this one will not queue."""
        if self._closing:
            raise _stopping()
        visit = Visit(ctx.principal.id, asked)
        tell = Teller(ctx.services, ctx.principal, asked)
        with self._there(visit):
            try:
                await visit.run(self._lanes.enter(visit.key, asked.queue, tell.queued))
            except Stopped:
                return await self._withdrawn(ctx, asked, visit, tell)
            with self._lane(visit):
                begun = await begin(ctx.services, ctx.principal.id, asked, self._chosen(asked.model).name)
                return await self._answer(ctx, begun, visit, tell)

    async def take_up(self, ctx: Context) -> None:
        """Go on, beside the caller, with the turns of a principal that waited for a person at the last end.

        Nobody is answered any more: the transcript and events tell what they come to.
        """
        async with ctx.services.database.read() as uow:
            waiting = [each for each in await uow.turns.waiting() if each.principal == ctx.principal.id]
        for record in waiting:
            asked = Asked(record.session_id, "", record.id, frame_id=None, stream=True, queue=True)
            self._beside(self._go_on(ctx, record, asked), "a turn that had waited has failed")

    async def _go_on(self, ctx: Context, record: TurnRecord, asked: Asked) -> None:
        if self._closing:
            return
        visit = Visit(ctx.principal.id, asked)
        tell = Teller(ctx.services, ctx.principal, asked)
        with self._there(visit):
            await self._lanes.enter(visit.key, asked.queue, tell.queued)
            with self._lane(visit):
                await self._answer(ctx, await again(ctx.services, record), visit, tell)

    @contextmanager
    def _there(self, visit: Visit) -> Iterator[None]:
        self._visits.append(visit)
        try:
            yield
        finally:
            self._visits.remove(visit)
            visit.gone.set()

    @contextmanager
    def _lane(self, visit: Visit) -> Iterator[None]:
        try:
            yield
        finally:
            self._lanes.leave(visit.key)

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

    async def abort_all(self, principal_id: str) -> None:
        """Stop every turn of somebody, also those in a queue."""
        for visit in tuple(self._visits):
            if visit.key[0] == principal_id:
                visit.stop(TurnStatus.ABORTED)

    async def compact(self, ctx: Context, session_id: str) -> Compacted | None:
        """Summarise all but the newest part of a session; None when there was nothing to do."""
        return await self._compactor.now(ctx.services, ctx.principal.id, session_id, self._model)

    async def rest(self) -> None:
        """Let go of the turns that wait for a person, as they stand: the next start goes on with them."""
        waiting = [each for each in self._visits if each.waits]
        for visit in waiting:
            visit.stop(TurnStatus.INTERRUPTED)
        for visit in waiting:
            await visit.gone.wait()

    async def close(self) -> None:
        """Stop every turn, each recorded as interrupted, and take no more."""
        self._closing = True
        visits = tuple(self._visits)
        for visit in visits:
            visit.stop(TurnStatus.INTERRUPTED)
        for visit in visits:
            await visit.gone.wait()
        if self._working:
            await asyncio.wait(self._working)
        await self._compactor.close()

    async def _answer(self, ctx: Context, begun: Begun, visit: Visit, tell: Teller) -> Answered:
        turn = self._turn(ctx, begun, visit, tell)
        ending = _Ending(TurnStatus.FAILED, InternalError("the agent failed; the fault is in the log"))
        try:
            if begun.messages is not None:
                await tell.started()
            await visit.run(self._run(ctx, turn, begun, visit))
            ending = _ending(visit.stopped or TurnStatus.COMPLETE)
        except Stopped:
            ending = _ending(_stopped(visit, turn))
        except TurnLost as error:
            ending = _ending(TurnStatus.INTERRUPTED)
            log.warning("a turn cannot go on", turn=turn.id, error=str(error))
        except (ModelError, TimeoutError) as error:
            ending = _Ending(TurnStatus.FAILED, self._failure(error))
            log.warning("a turn failed", turn=turn.id, error=str(error))
        except asyncio.CancelledError:
            ending = _ending(_stopped(visit, turn))
            raise
        finally:
            visit.close()
            answered = await self._finish(ctx.services, begun.turn, turn, tell, ending)
        if ending.failure is not None:
            raise ending.failure
        return answered

    def _chosen(self, name: str | None) -> Model:
        return self._model if name is None else self._named.get(name, self._model)

    def _turn(self, ctx: Context, begun: Begun, visit: Visit, tell: Teller) -> Turn:
        record = begun.turn
        tools_ctx = replace(ctx.inner(), origin=Origin.MODEL, session_id=record.session_id, frame_id=None)
        docket = docket_of(ctx, record, resumed=begun.messages is None)
        turn = Turn(
            id=record.id,
            model=self._chosen(visit.model),
            toolbelt=self._toolbox.belt(tools_ctx, begun.mode),
            system="",
            said=tell.said,
            calling=tell.calling,
            deciding=lambda call: self._stored(ctx.services, record, lambda: docket.begin(call)),
            called=tell.called,
            wait=lambda waits: self._wait(ctx.services, record, turn, visit, tell, waits),
            docket=docket,
            waiting=docket.resumed,
        )
        if turn.waiting:
            used = Usage(record.input_tokens, record.output_tokens, record.cached_tokens)
            turn.spent.append(Spent(record.model, used, record.cost))
        return turn

    async def _run(self, ctx: Context, turn: Turn, begun: Begun, visit: Visit) -> None:
        briefing = await brief(ctx, begun, self._workspace)
        turn.system, turn.toolbelt = briefing.system, turn.toolbelt.only(briefing.tools)
        turn.docket.shown["memories"] = list(briefing.memories)
        graph = await self._graph()
        # Loaded by then: LangGraph takes over a second.
        from agent.graph import forget_turn, resume_turn, run_turn

        kept = False
        try:
            async with asyncio.timeout(self._max_turn.total_seconds()) as turn.limit:
                if briefing.messages is None:
                    await resume_turn(graph, turn)
                else:
                    await run_turn(graph, turn, briefing.messages)
        except asyncio.CancelledError:
            kept = _stopped(visit, turn) is TurnStatus.WAITING
            raise
        finally:
            if not kept:
                self._beside(
                    forget_turn(graph, turn.id), "the checkpoints of a turn stay until the next start"
                )

    async def _wait(
        self,
        services: Services,
        record: TurnRecord,
        turn: Turn,
        visit: Visit,
        tell: Teller,
        waits: Sequence[Wait],
    ) -> Mapping[str, PlainOutcome]:
        """Return what tool calls came to that wait for a person, by their approvals.

        The time until then does not count as the turn's.
        """
        turn.waiting = True
        with turn.paused():
            await self._stored(services, record, lambda: stand(services, record, turn, TurnStatus.WAITING))
            for each in waits:
                await tell.waiting(each)
            visit.waits = True
            held = await ended(services, [each["approval_id"] for each in waits])
            visit.waits = False
            await self._stored(services, record, lambda: stand(services, record, turn, TurnStatus.RUNNING))
        turn.waiting = False
        return {each["approval_id"]: outcome_of(each, held[each["approval_id"]]) for each in waits}

    def _beside(self, work: Coroutine[Any, Any, None], problem: str) -> None:
        """Let some work run on; the service does not end before it."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(lambda done: self._beside_ended(done, problem))

    def _beside_ended(self, task: asyncio.Task[None], problem: str) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning(problem, error=str(error))

    async def _finish(
        self, services: Services, record: TurnRecord, turn: Turn, tell: Teller, ending: _Ending
    ) -> Answered:
        """Record what the turn came to, and tell it; one that waits only stands where it is."""
        failed = ending.failure if ending.status is TurnStatus.FAILED else None
        answered = ending_of(
            services, record, ending.status, turn, error_code=failed.reason.value if failed else None
        )
        if ending.status is TurnStatus.WAITING:
            await self._stored(services, record, lambda: stand(services, record, turn, ending.status))
            return answered

        async def store() -> None:
            if ending.status is TurnStatus.ABORTED:
                await withdraw(services, record.principal, record.session_id)
            await finish(services, answered, turn)

        await self._stored(services, record, store)
        await tell.ended(answered, ending.failure)
        self._compactor.later(services, record.principal, record.session_id, turn.model)
        return answered

    async def _stored(
        self, services: Services, record: TurnRecord, store: Callable[[], Awaitable[None]]
    ) -> None:
        """Write something down. While the database is away the turn waits for it."""
        while True:
            try:
                return await store()
            except DatabaseUnavailable as error:
                if self._closing:
                    raise
                log.error("an answer waits for the database", turn=record.id, error=str(error))
            await services.clock.sleep(RETRY_SECONDS)

    async def _withdrawn(self, ctx: Context, asked: Asked, visit: Visit, tell: Teller) -> Answered:
        """Tell of a message that was stopped before its turn began: nothing of it is kept."""
        ending = _ending(visit.stopped or TurnStatus.ABORTED)
        now = ctx.services.clock.now()
        never = TurnRecord(
            asked.request_id, ctx.principal.id, asked.session_id, self._model.name, now, cost=Decimal(0)
        )
        answered = ending_of(ctx.services, never, ending.status)
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


def _stopped(visit: Visit, turn: Turn) -> TurnStatus:
    """Return how a turn ends that was cut off: one that waits for a person outlives the service."""
    if turn.waiting and visit.stopped is not TurnStatus.ABORTED:
        return TurnStatus.WAITING
    return visit.stopped or TurnStatus.INTERRUPTED


def _ending(status: TurnStatus) -> _Ending:
    cut = status in (TurnStatus.INTERRUPTED, TurnStatus.WAITING)
    return _Ending(status, _stopping() if cut else None)


def _stopping() -> AgentBusy:
    return AgentBusy("the service is stopping; ask again in a moment", retry_after_ms=1_000)
