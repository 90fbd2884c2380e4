"""Pictures of markets, backtests and grids of parameters, as PNG."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from memory.records import Job, JobStatus
from tools import chart_words as words
from tools.backtest import OfJob
from tools.backtest_reports import BacktestReport, OptimizeReport, SurfaceReport, TradeRow
from tools.context import Context
from tools.errors import CallError, Code, InvalidParams
from tools.market import OfPair
from tools.policy import Surface
from tools.registry import capability
from tools.wire import CandleLength, Result
from trading.backtest.ranking import metric
from trading.charts.overlays import wanted
from trading.charts.pictures import (
    CandlePicture,
    Drawn,
    DrawTask,
    EquityPicture,
    Mark,
    MarkKind,
    Overlay,
    Picture,
    SurfacePicture,
)
from trading.clock import epoch_ms
from trading.errors import ExchangeUnavailable
from trading.indicators import Bars, last
from trading.markets import Venue
from trading.model import Candle
from trading.symbols import parse_symbol
from trading.timeframes import Timeframe

SHOWN = Surface.WIRE | Surface.CHAT | Surface.MODEL
"""Models ask for a picture and read its caption; it is shown by the door that a person came in by."""

MOST_FETCHED = 1_000
MOST_SHOWN = 300


class PictureReport(Result):
    """A picture in base64; `caption` says in a sentence what it shows, for whoever does not see it."""

    unrecorded: ClassVar[frozenset[str]] = frozenset({"data"})
    not_for_models: ClassVar[frozenset[str]] = frozenset({"data"})

    mime_type: str = "image/png"
    data: str
    width: int
    height: int
    caption: str


async def drawn(ctx: Context, picture: Picture, caption: str) -> PictureReport:
    """Have a picture drawn, and return it with its caption."""
    found: Drawn = await ctx.services.backtests.reckon(ctx.principal, DrawTask(picture))
    data = b64encode(found.png).decode()
    return PictureReport(data=data, width=found.width, height=found.height, caption=caption)


async def _done(ctx: Context, job_id: str, kind: str) -> Job:
    """Return a job of a kind that has its result; raise NotFound, InvalidParams or a conflict."""
    job = await ctx.services.backtests.get(ctx.principal, job_id)
    details = {"backtestId": job.id, "kind": job.kind, "status": job.status.value}
    if job.kind != kind:
        raise InvalidParams(f"{job.id} is of backtest.{job.kind}, not of backtest.{kind}", details=details)
    if job.status is not JobStatus.DONE:
        raise CallError(
            f"{job.id} is {job.status.value} and has no result", code=Code.CONFLICT, details=details
        )
    return job


@capability("chart.backtest", surfaces=SHOWN)
async def backtest(ctx: Context, params: OfJob) -> PictureReport:
    """Draw a backtest of yours: equity against buy & hold, its trades, and its drawdown."""
    job = await _done(ctx, params.backtest_id, "run")
    report = BacktestReport.model_validate(job.result)
    curve, results = report.equity_curve, report.results
    if not curve:
        raise InvalidParams(f"{job.id} was run without points of its equity", details={"backtestId": job.id})
    held = [each.hold for each in curve if each.hold is not None]
    shown = [words.percent(results.total_return)]
    if results.buy_and_hold is not None:
        shown.append(f"buy & hold {words.percent(results.buy_and_hold)}")
    shown += [f"max drawdown {results.max_drawdown:.1f} %", words.trades(results.total_trades)]
    picture = EquityPicture(
        title=f"{report.strategy} on {words.market(report)}",
        subtitle=" · ".join(shown),
        initial=report.initial_balance,
        times=[each.timestamp for each in curve],
        equity=[each.equity for each in curve],
        hold=held if len(held) == len(curve) else None,
        marks=[_mark(each) for each in report.trades],
    )
    return await drawn(ctx, picture, _told_of_run(report))


def _mark(row: TradeRow) -> Mark:
    if row.pnl is None:
        return Mark(row.timestamp, MarkKind.LONG if row.side == "buy" else MarkKind.SHORT)
    return Mark(row.timestamp, MarkKind.GAIN if row.pnl > 0 else MarkKind.LOSS)


def _told_of_run(report: BacktestReport) -> str:
    results, quote = report.results, parse_symbol(report.pair).quote
    held = results.buy_and_hold
    against = "" if held is None else f" against {words.percent(held)} of buy & hold"
    return (
        f"{report.strategy} on {words.market(report)} from {words.between(report.period)} made "
        f"{words.figure(results.final_balance)} {quote} of {words.figure(report.initial_balance)}: "
        f"{words.percent(results.total_return)}{against}, with a maximum drawdown of "
        f"{results.max_drawdown:.1f} % in {words.trades(results.total_trades)}."
    )


class OfChart(OfPair):
    """Which candles, with which indicators over or below them: `rsi`, `sma:50`, `macd:12,26,9`."""

    timeframe: CandleLength = Timeframe.H1
    limit: Annotated[int, Field(ge=2, le=MOST_SHOWN)] = 100
    indicators: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=8)] = (
        Field(default_factory=list, examples=[["sma:20", "rsi"]])
    )


@capability("chart.candles", surfaces=SHOWN)
async def candles(ctx: Context, params: OfChart) -> PictureReport:
    """Draw the latest candles of a pair with their volume and the indicators asked for."""
    chosen = [wanted(each) for each in dict.fromkeys(params.indicators)]
    venue = ctx.services.markets.venue(params.exchange)
    lead = max((each.lead for each in chosen), default=0)
    fetched = min(params.limit + lead, MOST_FETCHED)
    found = await venue.market.candles(params.pair, params.timeframe, limit=fetched)
    if not found:
        raise ExchangeUnavailable(f"{venue.name} has no candles of {params.pair}")
    shown, bars = found[-params.limit :], Bars.of(found)
    overlays = [each.over(bars, len(shown)) for each in chosen]
    picture = CandlePicture(
        title=f"{params.pair} {params.timeframe.value}",
        subtitle=_told_of_price(shown, venue),
        times=np.array([epoch_ms(each.opened_at) for each in shown], dtype=np.int64),
        span=params.timeframe.seconds * 1000,
        bars=Bars.of(shown),
        overlays=overlays,
    )
    return await drawn(ctx, picture, _told_of_candles(params, shown, overlays, venue))


def _change(shown: Sequence[Candle]) -> str:
    return words.percent(float(shown[-1].close / shown[0].open - 1) * 100)


def _told_of_price(shown: Sequence[Candle], venue: Venue) -> str:
    return f"{words.figure(float(shown[-1].close))} · {_change(shown)} · {_where(venue)} · UTC"


def _where(venue: Venue) -> str:
    source = venue.market.source.value
    return venue.name if source == venue.name else f"{venue.name} ({source})"


def _told_of_candles(
    params: OfChart, shown: Sequence[Candle], overlays: Sequence[Overlay], venue: Venue
) -> str:
    low, high = min(each.low for each in shown), max(each.high for each in shown)
    begins, ends = shown[0].opened_at, shown[-1].opened_at
    told = (
        f"{params.pair} on {_where(venue)}, {len(shown)} candles of "
        f"{params.timeframe.value} from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC: "
        f"last {words.figure(float(shown[-1].close))}, {_change(shown)}, between "
        f"{words.figure(float(low))} and {words.figure(float(high))}"
    )
    return f"{'; '.join([told, *(_told_of_overlay(each) for each in overlays)])}."


def _told_of_overlay(overlay: Overlay) -> str:
    now = last(next(iter(overlay.lines.values())))
    return f"{overlay.name} {'not known yet' if now is None else f'at {words.figure(now)}'}"


@capability("chart.optimization", surfaces=SHOWN)
async def optimization(ctx: Context, params: OfJob) -> PictureReport:
    """Draw what each combination of an optimisation of yours scored, with the best one marked."""
    job = await _done(ctx, params.backtest_id, "optimize")
    report = OptimizeReport.model_validate(job.result)
    surface = report.surface
    if surface is None:
        raise InvalidParams(f"{job.id} walked forward, which has no scores of all combinations")
    by = metric(report.metric)
    name = words.spaced(by.name).capitalize()
    unit = " %" if by.percent else ""
    picture = SurfacePicture(
        title=f"{name} of {report.strategy} on {words.market(report)}",
        subtitle=_told_of_best(report, unit),
        x=words.spaced(surface.x),
        xs=surface.x_values,
        y=None if surface.y is None else words.spaced(surface.y),
        ys=surface.y_values,
        scores=surface.scores,
        best=_place(report, surface),
        unit=unit,
        less_is_better=by.sign < 0,
    )
    return await drawn(ctx, picture, _told_of_grid(report, surface, name, unit))


def _place(report: OptimizeReport, surface: SurfaceReport) -> tuple[int, int] | None:
    best = report.best
    if best is None or best.score is None:
        return None
    row = 0 if surface.y is None else surface.y_values.index(best.params[surface.y])
    return row, surface.x_values.index(best.params[surface.x])


def _told_of_best(report: OptimizeReport, unit: str) -> str:
    best, unseen = report.best, report.validation
    if best is None or best.score is None:
        return "no combination has a score"
    told = f"best {best.score:.2f}{unit}"
    if unseen is not None and unseen.in_sample_score is not None:
        later = unseen.out_of_sample_score
        told += f" · held-out test {'none' if later is None else f'{later:.2f}{unit}'}"
    return f"{told} · {report.combinations} combinations"


def _told_of_grid(report: OptimizeReport, surface: SurfaceReport, name: str, unit: str) -> str:
    over = words.spaced(surface.x) + ("" if surface.y is None else f" and {words.spaced(surface.y)}")
    told = f"{name} of {report.strategy} on {words.market(report)} over {over}"
    known = [each for row in surface.scores for each in row if each is not None]
    best, unseen = report.best, report.validation
    if best is None or best.score is None or not known:
        return f"{told}: none of {report.combinations} combinations has a score."
    told += (
        f": best {best.score:.2f}{unit} at {words.given(best.params)}, of {report.combinations} combinations "
        f"with {min(known):.2f} to {max(known):.2f}{unit}"
    )
    if unseen is not None and unseen.out_of_sample_score is not None:
        told += (
            f"; the best of the first part scored {unseen.out_of_sample_score:.2f}{unit} on unseen candles"
        )
    return f"{told}."
