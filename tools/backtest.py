"""Backtests: run, optimised, compared, checked for look-ahead; each a job with a record."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from memory.records import Job, JobStatus
from tools.backtest_params import (
    QUARTER,
    Cost,
    OfBacktest,
    OfCheck,
    OfComparison,
    OfGrid,
    OfRange,
    cost_of,
    usual,
)
from tools.backtest_positions import open_rows
from tools.backtest_reports import (
    BacktestReport,
    Data,
    Number,
    OptimizeReport,
    Period,
    Results,
    VerifyReport,
    data_of,
    doubts,
    leak_rows,
    metrics_of,
    named,
    optimize_report,
    period_of,
    results_of,
    trade_rows,
    walk_report,
)
from tools.backtesting import Follows, Work, failure
from tools.context import Context
from tools.equity_curve import curve
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.wire import Millis, Params, Result, camel
from trading.backtest.history import History
from trading.backtest.outcome import Leak, Optimized, Ran, Walked
from trading.backtest.ranking import metric
from trading.backtest.tasks import GridTask, RunTask, VerifyTask
from trading.symbols import Symbol

EVERYWHERE = Surface.WIRE | Surface.CHAT | Surface.MODEL


@capability("backtest.run", scope=Scope.TRADE, surfaces=EVERYWHERE)
async def run(ctx: Context, params: OfBacktest) -> BacktestReport:
    """Backtest a strategy on past candles and return its figures, trades and equity curve.

    Fees of 0.1 % and slippage of 0.05 % are on unless set otherwise. A signal at the close of a candle fills
    at the open of the next one. Without a range the last year is taken.
    """
    return BacktestReport.model_validate(await _ended(ctx, await work_of(ctx, params)))


async def work_of(ctx: Context, params: OfBacktest, follows: Follows | None = None) -> Work:
    """Return the job of a backtest; raise UnknownStrategy or InvalidBacktest."""
    picked, terms = await ctx.services.strategies.find(params.strategy), params.terms()
    chosen = picked.chosen(params.params)
    picked.check(params.params)
    histories: list[History] = []

    async def prepare() -> RunTask:
        lead, back = await picked.lead(params.params), usual(params.timeframe)
        for symbol in params.symbols:
            history = await _history(ctx, params, lead, symbol, back)
            histories.append(history)
        return RunTask([chosen], histories, terms)

    def shape(job_id: str, found: Sequence[Ran]) -> BacktestReport:
        return _report(job_id, params, found[0], histories)

    return Work("run", _request(params), prepare, shape, follows)


def _report(job_id: str, params: OfBacktest, ran: Ran, histories: Sequence[History]) -> BacktestReport:
    several = len(histories) > 1
    return BacktestReport(
        backtest_id=job_id,
        strategy=params.strategy,
        pair=str(params.pair),
        pairs=[str(each) for each in params.symbols],
        timeframe=params.timeframe.value,
        params=named(ran.values),
        period=period_of(histories[0]),
        data=[data_of(each) for each in histories],
        initial_balance=params.initial_balance,
        cost=cost_of(params),
        results=results_of(ran.figures, ran.buy_and_hold),
        metrics=metrics_of(ran.figures),
        by_pair={pair: results_of(each, None) for pair, each in ran.pairs.items()} if several else None,
        trades=trade_rows(ran.trades),
        open_positions=open_rows(ran.positions),
        equity_curve=curve(ran, params.points),
        warnings=doubts(ran.figures, histories),
    )


@capability("backtest.optimize", scope=Scope.TRADE, surfaces=EVERYWHERE)
async def optimize(ctx: Context, params: OfGrid) -> OptimizeReport:
    """Try every combination of a grid of parameters on past candles and rank them by a metric.

    Without a grid the strategy's usual values are tried.

    The answer says how far to trust the best: what it does on candles it has not seen, and how likely it is
    better than luck. Without a range the last 90 days are taken.
    """
    picked, terms = await ctx.services.strategies.find(params.strategy), params.terms()
    by, chosen = metric(params.metric), picked.chosen(params.params)
    grid = params.param_grid or picked.grid(params.params)
    picked.check(params.params, grid)
    histories: list[History] = []
    cost = cost_of(params)

    async def prepare() -> GridTask:
        lead = await picked.lead(params.params, grid)
        histories.append(await _history(ctx, params, lead, params.pair, QUARTER))
        return GridTask(
            chosen,
            histories[0],
            grid,
            terms,
            by.name,
            outside=params.out_of_sample_percent / 100,
            windows=params.walk_forward,
            threads=2,
        )

    def shape(job_id: str, found: Optimized | Walked) -> OptimizeReport:
        if isinstance(found, Walked):
            return walk_report(job_id, params.strategy, histories[0], by, found, cost)
        return optimize_report(job_id, params.strategy, histories[0], by, found, params.limit, cost)

    work = Work("optimize", _request(params), prepare, shape)
    return OptimizeReport.model_validate(await _ended(ctx, work))


class ComparedRow(Result):
    """One strategy of a comparison."""

    strategy: str
    params: dict[str, Number]
    results: Results


class CompareReport(Result):
    """Strategies over the same candles, the highest Sharpe ratio first."""

    backtest_id: str
    pair: str
    timeframe: str
    period: Period
    data: list[Data]
    initial_balance: float
    cost: Cost
    buy_and_hold: float
    strategies: list[ComparedRow]
    warnings: list[str]


@capability("backtest.compare", scope=Scope.TRADE, surfaces=EVERYWHERE)
async def compare(ctx: Context, params: OfComparison) -> CompareReport:
    """Backtest several strategies on the same candles, each with its default parameters, best first."""
    found = [await ctx.services.strategies.find(each) for each in dict.fromkeys(params.strategies)]
    terms = params.terms()
    histories: list[History] = []

    async def prepare() -> RunTask:
        lead = max([await each.lead({}) for each in found])
        histories.append(await _history(ctx, params, lead, params.pair, usual(params.timeframe)))
        return RunTask([each.chosen({}) for each in found], histories, terms, whole=False)

    def shape(job_id: str, ran: Sequence[Ran]) -> CompareReport:
        best = sorted(ran, key=lambda each: -each.figures.sharpe)
        return CompareReport(
            backtest_id=job_id,
            pair=str(params.pair),
            timeframe=params.timeframe.value,
            period=period_of(histories[0]),
            data=[data_of(each) for each in histories],
            initial_balance=params.initial_balance,
            cost=cost_of(params),
            buy_and_hold=ran[0].buy_and_hold * 100,
            strategies=[
                ComparedRow(
                    strategy=each.strategy,
                    params=named(each.values),
                    results=results_of(each.figures, each.buy_and_hold),
                )
                for each in best
            ],
            warnings=doubts(best[0].figures, histories),
        )

    return CompareReport.model_validate(await _ended(ctx, Work("compare", _request(params), prepare, shape)))


@capability("backtest.verify", scope=Scope.TRADE)
async def verify(ctx: Context, params: OfCheck) -> VerifyReport:
    """Check that a strategy never looks ahead: cut off and change the future, and see what it said before."""
    picked = await ctx.services.strategies.find(params.strategy)
    chosen = picked.chosen(params.params)
    picked.check(params.params)

    async def prepare() -> VerifyTask:
        lead = await picked.lead(params.params)
        return VerifyTask(chosen, await _history(ctx, params, lead, params.pair, usual(params.timeframe)))

    def shape(job_id: str, found: Sequence[Leak]) -> VerifyReport:
        return VerifyReport(
            backtest_id=job_id,
            strategy=params.strategy,
            params=named(chosen.given),
            causal=not found,
            leaks=leak_rows(found[:100]),
        )

    return VerifyReport.model_validate(await _ended(ctx, Work("verify", _request(params), prepare, shape)))


REPORTS: Mapping[str, type[Result]] = {
    "run": BacktestReport,
    "compare": CompareReport,
    "optimize": OptimizeReport,
    "verify": VerifyReport,
}


class OfJob(Params):
    """Which job."""

    backtest_id: Annotated[str, Field(min_length=1, max_length=64)]


class JobRow(Result):
    """A job: what was asked, how far it has come, and why it failed if it did."""

    backtest_id: str
    kind: str
    status: str
    request: dict[str, Any]
    created_at: Millis
    started_at: Millis | None
    finished_at: Millis | None
    error: dict[str, Any] | None


class JobReport(JobRow):
    """A job with what came of it, null until it is done."""

    result: dict[str, Any] | None

    def for_models(self) -> dict[str, Any]:
        """Return the job with its result as the capability that made it would put it before a model."""
        kept = super().for_models()
        long = {camel(each) for each in getattr(REPORTS.get(self.kind), "not_for_models", ())}
        shown = {name: value for name, value in (self.result or {}).items() if name not in long}
        return {**kept, "result": shown or None}


def _row(job: Job) -> dict[str, Any]:
    return {
        "backtest_id": job.id,
        "kind": job.kind,
        "status": job.status.value,
        "request": dict(job.request),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "error": {"code": job.error_code, "message": job.error} if job.error_code else None,
    }


@capability("backtest.get", surfaces=EVERYWHERE)
async def get(ctx: Context, params: OfJob) -> JobReport:
    """Return one of your backtests as it was stored."""
    job = await ctx.services.backtests.get(ctx.principal, params.backtest_id)
    return JobReport(**_row(job), result=None if job.result is None else dict(job.result))


class OfList(Params):
    """How many."""

    limit: Annotated[int, Field(ge=1, le=200)] = 20


class JobList(Result):
    """Your newest backtests, newest first."""

    backtests: list[JobRow]


@capability("backtest.list", surfaces=EVERYWHERE)
async def list_backtests(ctx: Context, params: OfList) -> JobList:
    """List your newest backtests."""
    found = await ctx.services.backtests.newest(ctx.principal, list(REPORTS), params.limit)
    return JobList(backtests=[JobRow(**_row(each)) for each in found])


@capability("backtest.cancel", scope=Scope.TRADE, surfaces=EVERYWHERE)
async def cancel(ctx: Context, params: OfJob) -> JobRow:
    """End a backtest that waits or runs, at once."""
    return JobRow(**_row(await ctx.services.backtests.cancel(ctx.principal, params.backtest_id)))


async def _ended(ctx: Context, work: Work) -> Mapping[str, Any]:
    backtests = ctx.services.backtests
    job = await backtests.finish(ctx.principal, (await backtests.start(ctx.principal, work)).id)
    # Whoever asked has heard of all progress before the answer.
    await ctx.services.events.flush()
    if job.status is not JobStatus.DONE or job.result is None:
        raise failure(job)
    return job.result


def _request(params: Params) -> dict[str, Any]:
    asked: dict[str, Any] = params.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return asked


async def _history(
    ctx: Context, params: OfRange, lead: int, symbol: Symbol, usual_length: timedelta
) -> History:
    """Return the candles asked for, with as many before them as warming up takes."""
    start, end = params.range(ctx.services.clock.now(), usual_length)
    return await ctx.services.histories.get(
        symbol, params.timeframe, start, end, lead, params.exchange, params.dataset
    )
