"""Prompts that nobody types, put to the agent: each once, by whoever has claimed it."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from memory.cron_records import PromptRun, RunStatus
from memory.database import Database, UnitOfWork
from memory.records import TurnStatus
from tools.acting import principal_now
from tools.chat import Sent
from tools.context import Context, Repeat
from tools.errors import CallError, Code
from tools.policy import UNLIMITED, Principal
from tools.run_endings import Ending, Register
from tools.sentinels import is_nothing
from trading.clock import Clock
from trading.model import Origin
from trading.ports import NewId

LEASE = timedelta(seconds=60)
"""How long nobody else takes a run whose worker is not heard of."""

RENEWED = timedelta(seconds=20)
AT_ONCE = 4
CUT_OFF = 5
"""How many attempts of one run may be cut off before it is given up."""

PAUSES = (30, 120, 480, 1_800, 3_600)
"""Seconds before each further attempt; the last one goes on."""

KEPT = timedelta(days=2)
LONGEST_WAIT = timedelta(days=1)
"""How long a run waits for a turn that itself waits for a person."""

POLL_SECONDS = 1.0

LOST = "it was cut off when its tools had done something: nothing is done twice, look at what became of it"
GONE = "whoever made it may no longer act here; the job is off"
STOPPED = "somebody stopped it"
NEVER = "every attempt was cut off"
OUTSTAYED = "it waited for a person, who did not answer"

log = structlog.get_logger(__name__)


class PromptWorker:
    """Puts prompts to the agent, as whoever they are of. Any number of them may work on one database.

    `owner` is the name of this one, which no other has; people trade on `account` unless they name another.
    A context is what the door is called with.
    """

    def __init__(
        self, database: Database, clock: Clock, new_id: NewId, register: Register, account: str
    ) -> None:
        self.owner = new_id("worker")
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._register = register
        self._account = account
        self._working: dict[str, asyncio.Task[Any]] = {}
        self._own: set[str] = set()
        self._renewed_at = clock.now()
        self._closing = False

    async def step(self, ctx: Context) -> None:
        """Take what is due and begin it; raise what nobody foresaw in an earlier one."""
        self._raise()
        await self._renew()
        room = AT_ONCE - len(self._working)
        for run in await self._claim(room) if room > 0 and not self._closing else ():
            self._working[run.id] = asyncio.create_task(self.perform(ctx, run))

    async def settled(self) -> None:
        """Return once everything that was begun has come to its end."""
        while self._working and any(not each.done() for each in self._working.values()):
            await asyncio.wait(self._working.values())

    async def close(self) -> None:
        """Leave what is being worked on for the next start."""
        self._closing = True
        for task in self._working.values():
            task.cancel()
        await asyncio.gather(*self._working.values(), return_exceptions=True)
        self._working.clear()

    async def perform(self, ctx: Context, run: PromptRun) -> PromptRun:
        """Put a claimed prompt to the agent, and return the run as it stands then."""
        self._own.add(run.id)
        try:
            await self._perform(ctx, run)
        finally:
            self._own.discard(run.id)
        async with self._database.read() as uow:
            return await uow.prompt_runs.get(run.id) or run

    async def _perform(self, ctx: Context, run: PromptRun) -> None:
        now = self._clock.now()
        async with self._database.read() as uow:
            principal = await principal_now(uow, run.principal, self._account, now)
        if principal is None:
            await self._end(run, Ending(RunStatus.FAILED, error=GONE, disable=True), None)
            return
        ending = await self._earlier(run) or await self._attempt(ctx, run, principal)
        if ending is not None:
            await self._end(run, ending, principal)

    async def _earlier(self, run: PromptRun) -> Ending | None:
        """Return what the last attempt came to when it was cut off; None when it is to be made again."""
        if run.turn_id is None:
            return None
        deadline = self._clock.now() + LONGEST_WAIT
        while self._clock.now() < deadline:
            async with self._database.read() as uow:
                turn = await uow.turns.get(run.turn_id)
                if turn is None or turn.status is not TurnStatus.WAITING:
                    return await _found(uow, run)
            # It goes on after a restart, once the person has answered it waits for.
            await self._clock.sleep(POLL_SECONDS)
        return Ending(RunStatus.FAILED, error=OUTSTAYED)

    async def _attempt(self, ctx: Context, run: PromptRun, principal: Principal) -> Ending | None:
        """Make an attempt and return how the run ends; None when it does not yet."""
        turn_id = self._new_id("req")
        async with self._database.transact() as uow:
            if not await self._register.begin(uow, run, turn_id):
                return None
        asking = replace(
            ctx,
            principal=principal,
            origin=Origin.JOB,
            budget=UNLIMITED,
            repeat=Repeat(f"{run.id}:{run.attempts}", KEPT),
            frame_id=None,
            session_id=None,
            wish=None,
            request_id=turn_id,
        )
        asked = {"message": run.prompt, "sessionId": run.session, "queue": True}
        try:
            answer = await ctx.door.call("chat.send", asked | _model(run), asking)
        except CallError as error:
            return await self._failed(replace(run, turn_id=turn_id), error)
        assert isinstance(answer, Sent)
        if answer.aborted:
            return Ending(RunStatus.FAILED, cost=answer.usage.cost, error=STOPPED, tell=False)
        return _answered(answer.message.content, answer.usage.cost)

    async def _failed(self, run: PromptRun, error: CallError) -> Ending | None:
        """Return how a run ends whose attempt failed; None when there is to be another."""
        if self._closing:
            # Not its fault: the next start goes on with it.
            return None
        async with self._database.transact() as uow:
            if await uow.calls.had_effects(run.principal, run.turn_id or ""):
                return Ending(RunStatus.FAILED, error=f"{error.message} ({LOST})")
            if run.failures >= run.retries or not _can_change(error):
                return Ending(RunStatus.FAILED, error=error.message)
            pause = timedelta(seconds=PAUSES[min(run.failures, len(PAUSES) - 1)])
            await uow.prompt_runs.change(
                run,
                status=RunStatus.WAITING,
                due_at=self._clock.now() + pause,
                failures=run.failures + 1,
                error=error.message,
                owner=None,
                turn_id=None,
            )
        return None

    async def _end(self, run: PromptRun, ending: Ending, principal: Principal | None) -> None:
        async with self._database.transact() as uow:
            # What another start of the attempt stored since belongs to the run as well.
            now = await uow.prompt_runs.get(run.id) or run
            stored = await self._register.end(uow, replace(run, started_at=now.started_at), ending, principal)
        if stored and ending.status is RunStatus.FAILED:
            log.warning("a scheduled prompt failed", run=run.id, name=run.name, reason=ending.error)

    async def _claim(self, room: int) -> Collection[PromptRun]:
        now = self._clock.now()
        async with self._database.read() as uow:
            if not await uow.prompt_runs.is_due(now):
                return ()
        async with self._database.transact() as uow:
            return await uow.prompt_runs.claim(self.owner, now, now + LEASE, room)

    async def _renew(self) -> None:
        now = self._clock.now()
        if not self._own or now - self._renewed_at < RENEWED:
            return
        async with self._database.transact() as uow:
            await uow.prompt_runs.renew(self.owner, tuple(self._own), now + LEASE)
        self._renewed_at = now

    def _raise(self) -> None:
        ended = {name: task for name, task in self._working.items() if task.done()}
        for name in ended:
            del self._working[name]
        errors = [error for task in ended.values() if not task.cancelled() and (error := task.exception())]
        if errors:
            raise BaseExceptionGroup("scheduled prompts failed", errors)


async def _found(uow: UnitOfWork, run: PromptRun) -> Ending | None:
    """Return what the turn of a cut-off attempt came to, as far as it can be known."""
    assert run.turn_id is not None
    turn = await uow.turns.get(run.turn_id)
    if turn is not None and turn.status is TurnStatus.COMPLETE:
        said = await uow.messages.answer_of(run.principal, run.session, run.turn_id)
        return _answered(said or "", turn.cost)
    if turn is not None and await uow.calls.had_effects(run.principal, run.turn_id):
        return Ending(RunStatus.FAILED, cost=turn.cost, error=LOST)
    if turn is not None and turn.status is TurnStatus.ABORTED:
        return Ending(RunStatus.FAILED, cost=turn.cost, error=STOPPED, tell=False)
    if run.attempts - run.failures > CUT_OFF:
        return Ending(RunStatus.FAILED, error=NEVER)
    return None


def _answered(text: str, cost: Any) -> Ending:
    status = RunStatus.SILENT if is_nothing(text) else RunStatus.SUCCESS
    return Ending(status, response=text, cost=cost)


def _model(run: PromptRun) -> dict[str, Any]:
    return {} if run.model is None else {"model": run.model}


def _can_change(error: CallError) -> bool:
    """Tell whether another attempt may fare better."""
    return error.meaning.retryable or error.reason is Code.INTERNAL_ERROR
