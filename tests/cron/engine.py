"""The engine of scheduled prompts on a real database, with a door at which nobody but a stand-in sits."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from agent.record import begin, ending_of, finish
from kit.ids import id_maker
from memory.cron_records import CronJob, PromptRun
from memory.database import Database
from memory.records import Call, TurnStatus
from tests.service import predictable
from tools.chat import Sent, TurnUsage, view
from tools.context import Context
from tools.errors import CallError
from tools.events import EventBus
from tools.planning import Planner
from tools.policy import LOCAL_OWNER
from tools.prompting import PromptWorker
from tools.run_endings import Register
from tools.schedules import parse
from tools.services import Asked, Services
from tools.wire import Result
from trading.clock import ManualClock
from trading.ports import NewId


class Cut(StrEnum):
    """Where a process dies in the middle of a run."""

    BEFORE = "before the turn began"
    DURING = "while the model thought"
    ACTED = "after a tool had done something"
    ANSWERED = "after the answer was stored"


@dataclass
class Desk:
    """What `chat.send` comes to: `answer` each time, unless it is to fail or to be cut off."""

    answer: str = "done"
    cut: Cut | None = None
    failure: CallError | None = None
    asked: list[str] = field(default_factory=list)
    stuck: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, name: str, raw: Mapping[str, Any] | None, ctx: Context) -> Result:
        """Hold a turn as the agent would."""
        assert name == "chat.send"
        assert raw is not None
        self.asked.append(str(raw["message"]))
        assert ctx.request_id is not None
        services, cut = ctx.services, self.cut
        await self._stop(cut is Cut.BEFORE)
        if self.failure is not None:
            raise self.failure
        asked = Asked(raw["sessionId"], raw["message"], ctx.request_id, None, False, True)
        begun = await begin(services, ctx.principal.id, asked, "scripted:model")
        if cut is Cut.ACTED:
            await self._act(ctx)
        await self._stop(cut in (Cut.DURING, Cut.ACTED))
        ended = ending_of(services, begun.turn, TurnStatus.COMPLETE)
        answered = replace(ended, message=replace(ended.message, content=self.answer))
        await finish(services, answered)
        await self._stop(cut is Cut.ANSWERED)
        return Sent(
            session_id=asked.session_id,
            request_id=asked.request_id,
            message_id=answered.message.id,
            message=view(answered.message),
            model="scripted:model",
            aborted=False,
            usage=TurnUsage(input_tokens=1, output_tokens=1, cached_tokens=0, cost=None),
        )

    def tools(self) -> Mapping[str, str]:
        """Offer nothing."""
        return {}

    async def _stop(self, here: bool) -> None:
        if here:
            self.stuck.set()
            await asyncio.Event().wait()

    async def _act(self, ctx: Context) -> None:
        call = Call(
            id=ctx.services.new_id("call"),
            key=f"{ctx.request_id}:1",
            principal=ctx.principal.id,
            capability="trade.execute",
            origin="model",
            body_hash="0",
            started_at=ctx.services.clock.now(),
        )
        async with ctx.services.database.transact() as uow:
            await uow.calls.claim(call, None)
            await uow.calls.finish(call.id, ctx.services.clock.now(), True, None, {})


@dataclass(frozen=True, slots=True)
class Parts:
    """The few services that a turn of the stand-in needs."""

    clock: ManualClock
    new_id: NewId
    database: Database


@dataclass(frozen=True, slots=True)
class Engine:
    """What one process runs."""

    clock: ManualClock
    database: Database
    planner: Planner
    worker: PromptWorker
    ctx: Context

    async def turn(self) -> None:
        """Do all that is due now."""
        await self.planner.step()
        async with self.database.read() as uow:
            due = await uow.prompt_runs.is_due(self.clock.now())
        while due:
            await self.worker.step(self.ctx)
            await self.worker.settled()
            async with self.database.read() as uow:
                due = await uow.prompt_runs.is_due(self.clock.now())

    async def runs(self) -> Sequence[PromptRun]:
        """Return every run of every job."""
        async with self.database.read() as uow:
            jobs = await uow.cron_jobs.of(LOCAL_OWNER.id)
            return [
                run
                for each in jobs
                for run in await uow.prompt_runs.named(LOCAL_OWNER.id, each.name, 100_000)
            ]

    async def next_moment(self) -> datetime | None:
        """Return when something is due next."""
        async with self.database.read() as uow:
            jobs = [each.next_at for each in await uow.cron_jobs.of(LOCAL_OWNER.id) if each.next_at]
            return min(jobs, default=None)


@asynccontextmanager
async def engine(url: str, clock: ManualClock, desk: Desk, seed: str = "engine") -> AsyncIterator[Engine]:
    """Start what one process runs, as a start after a crash does."""
    async with Database.open(url) as database:
        new_id = id_maker(clock, predictable(seed))
        events = EventBus(database, clock)
        async with database.transact() as uow:
            await uow.turns.interrupt_running(clock.now())
            await uow.prompt_runs.release(clock.now())
        worker = PromptWorker(database, clock, new_id, Register(events, clock, new_id), "main")
        services = cast(Services, Parts(clock, new_id, database))
        made = Engine(
            clock, database, Planner(database, clock, new_id), worker, Context(LOCAL_OWNER, services, desk)
        )
        try:
            yield made
        finally:
            await worker.close()


def job(name: str, schedule: str, at: datetime, **more: Any) -> CronJob:
    """Return a job that was made at a moment."""
    given: dict[str, Any] = {"timezone": "UTC", "missed": "once", "jitter_seconds": 0, "retries": 2, **more}
    made = CronJob(
        id=f"cron_{name}",
        principal=LOCAL_OWNER.id,
        name=name,
        schedule=schedule,
        prompt=f"do {name}",
        enabled=True,
        session="isolated",
        target={"channels": None, "webhook": None},
        anchor=at,
        created_at=at,
        **given,
    )
    return replace(made, next_at=parse(schedule, made.timezone, at).after(at))
