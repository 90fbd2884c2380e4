"""A runner: one run at a time, over past candles or from now on, and everything about it in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from memory.database import UnitOfWork
from memory.records import Job
from memory.runner_records import RunnerMode
from tools.backtest import work_of
from tools.backtesting import Follows
from tools.contests.defaults import defaults_of
from tools.contests.singles import LIVE, Singles
from tools.context import Context
from tools.errors import CallError, Code, Forbidden, InvalidParams, NotFound
from tools.policy import Scope
from tools.registry import capability
from tools.runner_course import OF_JOB, STOPPED, Course
from tools.runner_news import CHANGED, payload
from tools.runner_params import ToBacktest, ToTrade, backtest_of, config_of, symbols_of, values_of
from tools.runner_stand import Stand, begin, put_away, stand_of, tell
from tools.runner_views import (
    RunnerBegun,
    RunnerDetails,
    RunnerMoved,
    RunnerResults,
    RunnerStatus,
    RunnerTrade,
)
from tools.runs import StartRun, wanted_by
from tools.wire import NoParams
from trading.runs.record import Ending

LATEST = 20
"""How many fills the details show."""

LONG_ONLY: Mapping[str, Any] = {"shorts": False, "leverage": 1, "stop_loss": 0, "take_profit": 0}
"""How a strategy trades here from now on: as over past candles, with nothing but its own signals."""


WHOLE: Mapping[str, str] = {"order": "1", "position": "2", "exposure": "2"}
"""What the paper account of a run may put into the market: all that it has, as over past candles."""


@capability("runner.backtest", scope=Scope.TRADE, effects=True)
async def backtest(ctx: Context, params: ToBacktest) -> RunnerBegun:
    """Give your runner a strategy to run over past candles, and return at once."""
    symbols = await symbols_of(ctx, params)
    values, ignored = await values_of(ctx, params)
    work = await work_of(ctx, backtest_of(params, symbols, values), _follower(ctx))

    async def begun() -> str:
        return (await ctx.services.backtests.start(ctx.principal, work)).id

    stand = await begin(ctx, RunnerMode.BACKTEST, config_of(params, symbols, values), begun)
    return _begun(stand, RunnerMode.BACKTEST, ignored)


@capability("runner.trade", scope=Scope.TRADE, effects=True)
async def trade(ctx: Context, params: ToTrade) -> RunnerBegun:
    """Give your runner a strategy to trade from now on, with paper money unless it is to be real."""
    mode = RunnerMode(params.mode)
    if mode is RunnerMode.LIVE:
        await _check_live(ctx, params.own_keys)
    symbols = await symbols_of(ctx, params)
    values, ignored = await values_of(ctx, params)
    wanted = StartRun(
        name=ctx.services.new_id("rnr"),
        strategy=params.strategy,
        settings={**values, **LONG_ONLY},
        pairs=symbols,
        timeframe=params.timeframe,
        mode=params.mode,
        initial_capital=params.initial_capital,
        max_size=params.initial_capital / len(symbols),
        max_leverage=Decimal(1),
        max_positions=len(symbols),
    )

    contests = ctx.services.contests

    async def begun() -> str:
        async with ctx.services.database.read() as uow:
            asked = wanted_by(ctx, wanted, await defaults_of(uow))
        if mode is RunnerMode.PAPER:
            asked = replace(asked, limits={**asked.limits, **WHOLE})
        return (await Singles(contests.parts, contests.keeper).start(ctx.principal.id, asked)).id

    stand = await begin(ctx, mode, config_of(params, symbols, values), begun)
    await tell(ctx, stand.runner.work, stand.course.status, mode)
    return _begun(stand, mode, ignored)


@capability("runner.status", personal=True)
async def status(ctx: Context, params: NoParams) -> RunnerStatus:
    """Tell what your runner is at, since when, and what it has made of the money."""
    return RunnerStatus(**_status(ctx, await stand_of(ctx)))


@capability("runner.details", personal=True)
async def details(ctx: Context, params: NoParams) -> RunnerDetails:
    """Tell the same with the latest fills, the curve, what is held, and figures."""
    stand = await stand_of(ctx)
    course = stand.course
    return RunnerDetails(
        **_status(ctx, stand),
        recent=_newest(course),
        curve=list(course.curve),
        positions=list(course.positions),
        metrics=course.metrics,
        problems=list(await ctx.services.system.problems()),
    )


@capability("runner.results", personal=True)
async def results(ctx: Context, params: NoParams) -> RunnerResults:
    """Show everything that came of what your runner ran last, once that has ended."""
    stand = await stand_of(ctx)
    runner, course = stand.runner, stand.course
    if runner.work is None or runner.mode is None or stand.active or course.started_at is None:
        raise NotFound("nothing has been run to its end")
    return RunnerResults(
        run_id=runner.work,
        status=course.status,
        mode=runner.mode.value,
        config=runner.config or {},
        started_at=course.started_at,
        ended_at=course.ended_at,
        trades=list(course.trades),
        curve=list(course.curve),
        metrics=course.metrics,
        final=course.value,
        error=course.error,
    )


@capability("runner.stop", scope=Scope.TRADE, effects=True)
async def stop(ctx: Context, params: NoParams) -> RunnerMoved:
    """End what your runner runs at once; positions that it holds are closed."""
    # Whatever ends tells of itself.
    stand = await stand_of(ctx)
    runner = stand.runner
    if not stand.active or runner.work is None:
        raise CallError("nothing runs", code=Code.CONFLICT)
    if runner.mode is RunnerMode.BACKTEST:
        job = await ctx.services.backtests.cancel(ctx.principal, runner.work)
        return RunnerMoved(run_id=job.id, status=OF_JOB[job.status])
    contests = ctx.services.contests
    await Singles(contests.parts, contests.keeper).stop(ctx.principal.id, runner.work, Ending.CLOSE)
    return RunnerMoved(run_id=runner.work, status=STOPPED)


@capability("runner.reset", scope=Scope.TRADE, effects=True)
async def reset(ctx: Context, params: NoParams) -> RunnerMoved:
    """Put away what your runner ran last, so that it is idle; it stays on record as a backtest or a run."""
    before = await put_away(ctx)
    return RunnerMoved(run_id=before.work, status="idle")


def _follower(ctx: Context) -> Follows:
    async def follows(uow: UnitOfWork, job: Job) -> None:
        told = payload(job.id, OF_JOB[job.status], RunnerMode.BACKTEST)
        await ctx.services.events.record(uow, CHANGED, told, job.principal)

    return follows


async def _check_live(ctx: Context, own_keys: bool) -> None:
    """Raise CallError unless real money may be traded, by its owner, with the keys of the configuration."""
    async with ctx.services.database.read() as uow:
        account, arming = await uow.accounts.get(LIVE), await uow.risk.arming(LIVE)
    if account is None or arming is None or not arming.armed:
        raise CallError("trading with real money is not switched on here", code=Code.NOT_ARMED)
    if not ctx.principal.may(Scope.ADMIN):
        raise Forbidden("only the owner runs something with real money")
    if own_keys:
        raise InvalidParams("keys of an exchange belong in the configuration: leave them out")


def _begun(stand: Stand, mode: RunnerMode, ignored: Sequence[str]) -> RunnerBegun:
    return RunnerBegun(
        run_id=stand.runner.work, status=stand.course.status, mode=mode.value, ignored=list(ignored)
    )


def _status(ctx: Context, stand: Stand) -> dict[str, Any]:
    runner, course = stand.runner, stand.course
    until = course.ended_at or ctx.services.clock.now()
    return {
        "used": runner.version > 0,
        "run_id": runner.work,
        "status": course.status,
        "mode": runner.mode and runner.mode.value,
        "started_at": course.started_at,
        "ended_at": course.ended_at,
        "seconds": course.started_at and (until - course.started_at).total_seconds(),
        "cash": course.cash,
        "value": course.value,
        "pnl": None if course.value is None else course.value - course.initial,
        "trades": len(course.trades),
        "progress": course.progress,
        "error": course.error,
    }


def _newest(course: Course) -> list[RunnerTrade]:
    return list(reversed(course.trades[-LATEST:]))
