"""Runs: strategies and models that trade by themselves, each with money, rules and a schedule of its own."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from memory.database import UnitOfWork
from tools.contests.defaults import Defaults, defaults_of
from tools.contests.service import Contests
from tools.contests.showing import accounts_of, run_view
from tools.contests.singles import Singles, Wanted
from tools.contests.views import EquityAt, RunList, RunShown, RunView
from tools.context import Context
from tools.errors import Code, Forbidden
from tools.market import EVERYWHERE
from tools.policy import Scope
from tools.registry import capability
from tools.wire import Amount, CandleLength, Flag, Millis, Pair, Params
from trading.errors import NotFound, TradingError
from trading.mandates import Terms
from trading.model import ZERO, Mode
from trading.runs.errors import RunNotPaused
from trading.runs.performance import Entrant, measure
from trading.runs.record import (
    MOST_NAME,
    MOST_SYMBOLS,
    DeciderKind,
    DeciderSpec,
    Ending,
    Run,
    RunState,
    Schedule,
)
from trading.timeframes import Timeframe

MOST_POINTS = 1_000

RunName = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
Times = Annotated[Decimal, Field(ge=1, le=125)]


class RunBudget(Params):
    """What a run may trade without asking for each order, in the currency of the account.

    `perOrder` and `perDay` bound what it opens, `loss` what it may lose before it has to ask again.
    """

    per_order: Amount
    per_day: Amount
    loss: Amount


class StartRun(Params):
    """What is to trade: a `strategy` of the house with its `settings`, or a `model` that answers here.

    Without either an idle run of this name is started again. `initialCapital` is the paper money it gets. It
    decides every `intervalMinutes`, by candles of `timeframe`, until so many `cycles` are done or the moment
    `until`. `maxSize` is the most that one entry may be worth in quote, `maxPositions` how many may be open.
    Live it trades on the live account, and each order waits for its owner, or the owner is asked once for a
    `budget`. What is left out is as config.get shows it.
    """

    name: RunName
    strategy: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    model: Annotated[str | None, Field(min_length=3, max_length=100)] = None
    settings: Annotated[dict[str, str | int | float | bool | None], Field(max_length=20)] = Field(
        default_factory=dict
    )
    pairs: Annotated[list[Pair], Field(max_length=MOST_SYMBOLS)] = Field(default_factory=list)
    timeframe: CandleLength = Timeframe.M5
    interval_minutes: Annotated[float | None, Field(ge=1, le=10_080)] = None
    mode: Annotated[str | None, Field(pattern="^(paper|live)$")] = None
    initial_capital: Amount | None = None
    cycles: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    until: Millis | None = None
    max_size: Amount | None = None
    max_leverage: Times | None = None
    max_positions: Annotated[int | None, Field(ge=1, le=MOST_SYMBOLS)] = None
    budget: RunBudget | None = None

    @model_validator(mode="after")
    def _decides_by_one(self) -> "StartRun":
        if self.strategy is not None and self.model is not None:
            raise PydanticCustomError("value_error", "name a strategy or a model, not both")
        if (self.strategy or self.model) and not self.pairs:
            raise PydanticCustomError("missing", "a run needs pairs")
        if self.budget is not None and self.mode != Mode.LIVE:
            raise PydanticCustomError("value_error", "only a live run is given a budget")
        return self


class OfRun(Params):
    """Which run: its name, or its id."""

    name: RunName


class OfRuns(Params):
    """Which run: its name, or its id. Without one it is all of yours that are in a state for it."""

    name: RunName | None = None


class ResumeRun(OfRuns):
    """Which run: its name, or its id; without one it is all of yours that are paused.

    With `going` it is no failure when a run goes on already.
    """

    going: Flag = False


class StopRun(OfRuns):
    """Which run, or all, and what becomes of the positions: they are closed at once, or kept."""

    positions: Ending = Ending.CLOSE
    reason: Annotated[str | None, Field(max_length=200)] = None


class NewestRuns(Params):
    """How many: the newest come first; `before` is the id of one to go on from.

    The accounts of an arena are runs, too: they are shown with `arena`.
    """

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    before: Annotated[str | None, Field(max_length=128)] = None
    arena: Flag = False


@capability("runs.start", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def start(ctx: Context, params: StartRun) -> RunView:
    """Have a strategy or a model trade by itself from now on, on paper unless it is to be live."""
    singles = _singles(ctx)
    if params.strategy is None and params.model is None:
        run = await singles.again(ctx.principal.id, params.name)
    else:
        async with ctx.services.database.read() as uow:
            defaults = await defaults_of(uow)
        run = await singles.start(ctx.principal.id, wanted_by(ctx, params, defaults))
    if params.budget is not None:
        await _ask_for(ctx, run, params.budget)
    return await _shown(ctx, run)


@capability("runs.list", surfaces=EVERYWHERE, personal=True)
async def list_runs(ctx: Context, params: NewestRuns) -> RunList:
    """List what trades by itself for you, the newest first."""
    contests = ctx.services.contests
    async with contests.parts.database.read() as uow:
        found = await uow.runs.of(ctx.principal.id, params.limit + 1, params.before)
        shown = [each for each in found if params.arena or each.mode is not Mode.CONTEST]
        views = [await _view(contests, uow, each) for each in shown[: params.limit]]
    return RunList(runs=views, has_more=len(found) > params.limit)


@capability("runs.get", surfaces=EVERYWHERE, personal=True)
async def get(ctx: Context, params: OfRun) -> RunShown:
    """Show a run with its account, its open positions and its curve."""
    contests = ctx.services.contests
    async with contests.parts.database.read() as uow:
        run = await uow.runs.named(ctx.principal.id, params.name) or await uow.runs.get(params.name)
        if run is None or run.owner != ctx.principal.id:
            raise NotFound(
                f"there is no run {params.name!r}; runs.list shows those there are", run=params.name
            )
        contest = await uow.contests.get(run.contest)
        points = await uow.entries.points_of(run.id)
        view = await _view(contests, uow, run)
    begun = [each for each in points if run.started_at is not None and each.at >= run.started_at]
    every = -(-len(begun) // MOST_POINTS) or 1
    curve = [*begun[:-1][::every], *begun[-1:]]
    account = None
    if contest is not None and run.started_at is not None:
        (account,) = await accounts_of(contests.parts, contest, [run])
    shown = [EquityAt(at=each.at, equity=each.equity, cash=each.cash) for each in curve]
    drawdown, sharpe = ZERO, 0.0
    if view.initial > 0:
        figures = measure(Entrant(run.name, view.initial, begun), run.schedule.every)
        drawdown, sharpe = figures.max_drawdown, figures.sharpe
    return RunShown(run=view, account=account, max_drawdown=drawdown, sharpe=sharpe, curve=shown)


@capability("runs.pause", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def pause(ctx: Context, params: OfRuns) -> RunList:
    """Have a run, or all of yours, decide nothing until resumed; stops and targets stay in force."""
    return await _listed(ctx, await _singles(ctx).pause(ctx.principal.id, params.name))


@capability("runs.resume", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def resume(ctx: Context, params: ResumeRun) -> RunList:
    """Have a paused run, or all of yours that are paused, go on."""
    try:
        return await _listed(ctx, await _singles(ctx).resume(ctx.principal.id, params.name))
    except RunNotPaused:
        async with ctx.services.database.read() as uow:
            named = await uow.runs.named(ctx.principal.id, params.name or "")
            run = named or await uow.runs.get(params.name or "")
        if not params.going or run is None or run.state is not RunState.RUNNING:
            raise
        return await _listed(ctx, [run])


@capability("runs.stop", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def stop(ctx: Context, params: StopRun) -> RunList:
    """End a run, or all of yours, and close their positions unless they are to be kept."""
    stopped = await _singles(ctx).stop(ctx.principal.id, params.name, params.positions, params.reason)
    for each in stopped:
        if each.mode is Mode.PAPER and params.positions is Ending.CLOSE:
            # Nobody looks after what would still fill on its account.
            await ctx.services.desk.cancel_all(each.account)
    return await _listed(ctx, stopped)


@capability("runs.reset", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def reset(ctx: Context, params: OfRun) -> RunView:
    """Make an ended run idle again: it can be started with fresh money, and what it did stays on record."""
    return await _shown(ctx, await _singles(ctx).reset(ctx.principal.id, params.name))


async def _ask_for(ctx: Context, run: Run, budget: RunBudget) -> None:
    """Have the owner asked for a budget; a run for which nobody can be asked does not go on."""
    terms = Terms(budget.per_order, budget.per_day, budget.loss)
    mandates = ctx.services.desk.mandates
    try:
        await mandates.ask(run.account, run.id, terms, ctx.principal.id, ctx.session_id)
    except TradingError as error:
        await _singles(ctx).stop(ctx.principal.id, run.name, Ending.KEEP, str(error))
        raise


def _singles(ctx: Context) -> Singles:
    contests = ctx.services.contests
    return Singles(contests.parts, contests.keeper)


def wanted_by(ctx: Context, params: StartRun, defaults: Defaults) -> Wanted:
    """Return the run that somebody asks for; raise Forbidden where real money is not theirs to trade."""
    mode = defaults.mode if params.mode is None else Mode(params.mode)
    if mode is Mode.LIVE and not ctx.principal.may(Scope.ADMIN):
        raise Forbidden("only the owner starts a run with real money", code=Code.FORBIDDEN)
    kind = DeciderKind.MODEL if params.model is not None else DeciderKind.STRATEGY
    every = params.interval_minutes
    span = max(params.timeframe.span, timedelta(minutes=1)) if every is None else timedelta(minutes=every)
    initial = params.initial_capital or defaults.initial
    changes: dict[str, Any] = {
        "most_size": params.max_size,
        "most_leverage": params.max_leverage,
        "positions": params.max_positions,
    }
    return Wanted(
        name=params.name,
        decider=DeciderSpec(
            kind, params.model or params.strategy or "", defaults.settings(kind, params.settings)
        ),
        symbols=tuple(dict.fromkeys(params.pairs)),
        timeframe=params.timeframe,
        schedule=Schedule(span, params.cycles, params.until),
        mode=mode,
        initial=initial,
        rules=defaults.rules(initial, {name: value for name, value in changes.items() if value is not None}),
        limits=defaults.limits(),
    )


async def _shown(ctx: Context, run: Run) -> RunView:
    (view,) = (await _listed(ctx, [run])).runs
    return view


async def _listed(ctx: Context, runs: Sequence[Run]) -> RunList:
    contests = ctx.services.contests
    async with contests.parts.database.read() as uow:
        return RunList(runs=[await _view(contests, uow, each) for each in runs], has_more=False)


async def _view(contests: Contests, uow: UnitOfWork, run: Run) -> RunView:
    contest = await uow.contests.get(run.contest)
    return await run_view(contests.parts, uow, contest, run)
