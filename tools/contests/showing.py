"""Runs and their accounts as callers see them: by the prices of the last cycle, as the leaderboard is."""

from collections.abc import Sequence
from datetime import datetime

from memory.database import UnitOfWork
from tools.contests.parts import Parts
from tools.contests.reading import Book, book_of, views_of
from tools.contests.telling import position_view, provider_of
from tools.contests.views import CycleView, RunAccount, RunView
from trading.model import ZERO
from trading.runs.contest import Contest
from trading.runs.cycle import Cycle
from trading.runs.failures import is_safe
from trading.runs.record import Run, RunState
from trading.runs.view import AccountView


async def accounts_of(parts: Parts, contest: Contest, runs: Sequence[Run]) -> list[RunAccount]:
    """Return the accounts of runs of one contest."""
    views = await views_of(parts, contest, runs)
    return [
        _account(parts, run, views[run.id], await book_of(parts.database, run))
        for run in runs
        if run.id in views
    ]


def _account(parts: Parts, run: Run, view: AccountView, book: Book) -> RunAccount:
    provider, model = provider_of(parts.deciders, run)
    now = parts.clock.now()
    return RunAccount(
        run_id=run.id,
        name=run.name,
        provider=provider,
        model=model,
        baseline=run.is_baseline,
        state=run.state.value,
        enabled=run.state is RunState.RUNNING,
        safe_mode=is_safe(run),
        initial=view.initial,
        balance=view.balance,
        available=view.available,
        margin=view.margin,
        unrealized=sum((each.unrealized for each in view.positions), ZERO),
        equity=view.equity,
        realized=sum((each.pnl for each in book.closed), ZERO),
        pnl=view.pnl,
        pnl_fraction=view.roi,
        trades=len(book.closed),
        won=sum(each.pnl > 0 for each in book.closed),
        lost=sum(each.pnl < 0 for each in book.closed),
        win_rate=view.win_rate,
        fees=book.fees,
        positions=[position_view(run, provider, each, now) for each in view.positions],
    )


def cycle_view(cycle: Cycle) -> CycleView:
    """Return a cycle as callers see it."""
    return CycleView(
        cycle_id=cycle.id,
        number=cycle.number,
        kind=cycle.kind.value,
        status=cycle.status.value,
        at=cycle.at,
        started_at=cycle.started_at,
        ended_at=cycle.ended_at,
        seconds=cycle.seconds,
        asked=cycle.asked,
        errors=cycle.errors,
        opened=cycle.opened,
        closed=cycle.closed,
        digest=cycle.digest,
        reason=cycle.reason,
    )


async def run_view(parts: Parts, uow: UnitOfWork, contest: Contest | None, run: Run) -> RunView:
    """Return a run as callers see it, worth what it was after its last cycle."""
    provider, model = provider_of(parts.deciders, run)
    book = await book_of(parts.database, run)
    points = await uow.entries.points_of(run.id)
    points = [each for each in points if run.started_at is not None and each.at >= run.started_at]
    equity = points[-1].equity if points else None
    return RunView(
        run_id=run.id,
        name=run.name,
        account=run.account,
        state=run.state.value,
        mode=run.mode.value,
        decider=f"{run.decider.kind.value}:{run.decider.name}",
        provider=provider,
        model=model,
        settings=run.decider.settings,
        pairs=list(run.symbols),
        timeframe=run.timeframe.value,
        interval_minutes=run.schedule.every.total_seconds() / 60,
        initial=book.initial,
        equity=equity,
        pnl=None if equity is None else equity - book.initial,
        cycles=len(points),
        trades=len(book.closed),
        won=sum(each.pnl > 0 for each in book.closed),
        safe_mode=is_safe(run),
        created_at=run.created_at,
        started_at=run.started_at,
        paused_at=run.paused_at,
        ended_at=run.ended_at,
        next_at=_next_at(contest, run),
        ending=None if run.ending is None else run.ending.value,
        reason=run.reason,
    )


def _next_at(contest: Contest | None, run: Run) -> datetime | None:
    return contest.next_at if contest is not None and run.state is RunState.RUNNING else None
