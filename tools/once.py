"""Calls with effects: each wish is done once, kept on record, and not stopped by whoever stops waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

from pydantic import TypeAdapter

from memory.records import Call
from tools.context import Context
from tools.errors import CallError, Code, InternalError, Reused
from tools.wire import Result

Work = Callable[[Context], Awaitable[Result]]

ELSEWHERE = timedelta(minutes=10)
"""How long another process may be at something that nothing is heard of."""

SOON_MS = 1_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a call wants: which capability, a digest of its parameters, and the type of its result.

    What `resumes` may be run again under the name of a run that was cut off.
    """

    capability: str
    body: str
    result: Any
    resumes: bool = False


class Once:
    """Runs wishes that have not been run, and gives the stored answer to those that have."""

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[Result]] = {}

    async def __call__(self, wish: Wish, ctx: Context, work: Work) -> Result:
        """Run `work` with the wish's own name in its context, or return what it came to before.

        Raises the CallError of the first time, Reused when the caller's key stands for another wish, a
        CallError with CONFLICT while another process is at it, and InternalError when the first time was cut
        off, nobody knows how far it got, and it cannot be taken up again.
        """
        attempt = Call(
            id=ctx.services.new_id("call"),
            key=ctx.repeat.key if ctx.repeat else None,
            principal=ctx.principal.id,
            capability=wish.capability,
            origin=ctx.origin.value,
            body_hash=wish.body,
            started_at=ctx.services.clock.now(),
        )
        # Known before it is on disk, so that whoever finds it there finds it here too.
        return await self._running(attempt.id, self._attempt(attempt, wish, ctx, work))

    async def drain(self) -> None:
        """Return once everything that was begun has ended."""
        while self._under_way:
            await asyncio.wait(self._under_way.values())

    async def _attempt(self, attempt: Call, wish: Wish, ctx: Context, work: Work) -> Result:
        window = ctx.repeat.window if ctx.repeat else timedelta(0)
        async with ctx.services.database.transact() as uow:
            earlier = await uow.calls.claim(attempt, not_before=attempt.started_at - window)
        if earlier is not None:
            return await self._again(wish, earlier, ctx, work)
        return await _recorded(attempt, replace(ctx, wish=attempt.id), work)

    async def _running(self, call_id: str, run: Coroutine[Any, Any, Result]) -> Result:
        running = asyncio.create_task(run)
        self._under_way[call_id] = running
        running.add_done_callback(lambda done: self._forget(call_id, done))
        # Whoever stops waiting, a client that hangs up or an aborted turn, does not stop what was begun.
        return await asyncio.shield(running)

    def _forget(self, call_id: str, done: asyncio.Task[Result]) -> None:
        self._under_way.pop(call_id, None)
        if not done.cancelled():
            # Fetched so that a failure nobody waited for is not reported as forgotten: it is on record.
            done.exception()

    async def _again(self, wish: Wish, earlier: Call, ctx: Context, work: Work) -> Result:
        if earlier.body_hash != wish.body:
            raise Reused("this id was used for another request before; use a new id")
        if earlier.id in self._under_way:
            return await asyncio.shield(self._under_way[earlier.id])
        if earlier.finished_at is None and wish.resumes:
            return await self._running(earlier.id, _recorded(earlier, replace(ctx, wish=earlier.id), work))
        if earlier.finished_at is None and _goes_on_elsewhere(earlier, ctx):
            told = "this request is being carried out; ask again for its answer"
            raise CallError(told, code=Code.CONFLICT, retry_after_ms=SOON_MS)
        if earlier.finished_at is None:
            raise InternalError(
                "this request was cut off before; look whether it took effect, then use a new id"
            )
        answer = earlier.answer or {}
        if earlier.ok:
            return cast(Result, TypeAdapter(wish.result).validate_python(answer))
        raise CallError(
            answer["message"],
            code=Code(earlier.code or Code.INTERNAL_ERROR),
            retry_after_ms=answer.get("retryAfterMs"),
            details=answer.get("details"),
        )


def _goes_on_elsewhere(earlier: Call, ctx: Context) -> bool:
    """Return whether another process is at it: one that began since this one did, and not long ago."""
    now = ctx.services.clock.now()
    ours = now - timedelta(seconds=ctx.services.system.uptime())
    # The clock of another machine may go a little before this one's.
    return ours <= earlier.started_at and abs(now - earlier.started_at) < ELSEWHERE


async def _recorded(attempt: Call, ctx: Context, work: Work) -> Result:
    try:
        result = await work(ctx)
    except CallError as error:
        told = {"message": error.message, "retryAfterMs": error.retry_after_ms, "details": error.details}
        await _record(ctx, attempt, False, error.reason, told)
        raise
    kept = result.model_dump(mode="json", exclude=set(result.unrecorded))
    await _record(ctx, attempt, True, None, kept)
    return result


async def _record(ctx: Context, attempt: Call, ok: bool, code: Code | None, answer: dict[str, Any]) -> None:
    async with ctx.services.database.transact() as uow:
        await uow.calls.finish(attempt.id, ctx.services.clock.now(), ok, code, answer)
