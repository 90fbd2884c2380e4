"""What backtests answer, in the units of both references."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from tools.backtest_params import Cost
from tools.backtest_positions import OpenRow
from tools.equity_curve import Point
from tools.wire import Result, camel
from trading.backtest.history import History
from trading.backtest.outcome import Figures, Leak, Optimized, Trade, Walked
from trading.backtest.ranking import Metric
from trading.clock import iso

FEW_TRADES = 30
LEADERS = 5
Number = int | float


class Results(Result):
    """Figures in percent, drawdown positive; `fees`, `expectancy` and `finalBalance` in quote."""

    total_return: float
    buy_and_hold: float | None
    max_drawdown: float
    sharpe_ratio: float | None
    sortino_ratio: float | None
    calmar_ratio: float | None
    annual_return: float | None
    win_rate: float
    total_trades: int
    profit_factor: float | None
    expectancy: float
    fees: float
    exposure: float
    final_balance: float


class Metrics(Result):
    """The same with `totalReturn` in quote, drawdown negative percent, win rate a fraction."""

    total_return: float
    total_return_percent: float
    max_drawdown: float
    sharpe_ratio: float | None
    win_rate: float
    total_trades: int


class Period(Result):
    """The candles that were traded: opening of the first, closing of the last."""

    start: str
    end: str


class Data(Result):
    """Where the candles come from, how many there are, and what is missing of them."""

    exchange: str
    source: str
    bars: int
    warm_up: int
    missing: int


class TradeRow(Result):
    """One side of a closed trade: the opening has no `pnl`, the closing the net one, after all fees."""

    id: int
    pair: str
    side: str
    price: float
    amount: float
    timestamp: int
    pnl: float | None
    reason: str


class BacktestReport(Result):
    """What a strategy made of the past. Costs are included; an open position is marked, and is no trade."""

    not_for_models: ClassVar[frozenset[str]] = frozenset({"trades", "equity_curve"})

    backtest_id: str
    strategy: str
    pair: str
    pairs: list[str]
    timeframe: str
    params: dict[str, Number]
    period: Period
    data: list[Data]
    initial_balance: float
    cost: Cost | None = None
    results: Results
    metrics: Metrics
    by_pair: dict[str, Results] | None
    trades: list[TradeRow]
    open_positions: list[OpenRow] = Field(default_factory=list)
    equity_curve: list[Point]
    warnings: list[str]


class Scored(Result):
    """One combination and its score."""

    params: dict[str, Number]
    score: float | None


class Best(Scored):
    """The best combination, with its figures."""

    results: Results


class SurfaceReport(Result):
    """Scores over the two longest axes, `scores[i][j]` at `yValues[i]` and `xValues[j]`; else null."""

    x: str
    x_values: list[Number]
    y: str | None
    y_values: list[Number]
    scores: list[list[float | None]]


class Validation(Result):
    """The best of the first part of the range, there and in the part it had not seen."""

    out_of_sample: float
    params: dict[str, Number]
    in_sample_score: float | None
    out_of_sample_score: float | None
    out_of_sample_results: Results


class Step(Result):
    """One window of a walk forward; return and win rate are percent, null where they were not kept yet."""

    period: Period
    params: dict[str, Number]
    in_sample_score: float | None
    out_of_sample_score: float | None
    total_return: float | None = None
    total_trades: int | None = None
    win_rate: float | None = None


class WalkReport(Result):
    """An account that traded each window with what was best before it."""

    windows: list[Step]
    results: Results


class OptimizeReport(Result):
    """Every combination, best first; `combinations` counts sound ones, `leaders` are the best few."""

    not_for_models: ClassVar[frozenset[str]] = frozenset({"surface", "results"})

    optimization_id: str
    backtest_id: str
    strategy: str
    pair: str
    timeframe: str
    metric: str
    period: Period
    data: list[Data]
    cost: Cost | None = None
    best: Best | None
    leaders: tuple[Scored, ...] = ()
    results: list[Scored]
    combinations: int
    surface: SurfaceReport | None
    validation: Validation | None
    deflated_sharpe: float | None
    walk_forward: WalkReport | None
    warnings: list[str]


class LeakRow(Result):
    """A candle whose signal was another before later candles were known."""

    at: str
    known_until: str


class VerifyReport(Result):
    """Whether what a strategy said depends on candles that came later."""

    backtest_id: str
    strategy: str
    params: dict[str, Number]
    causal: bool
    leaks: list[LeakRow]


def results_of(figures: Figures, held: float | None) -> Results:
    """Return figures in percent."""
    return Results(
        total_return=figures.total_return * 100,
        buy_and_hold=None if held is None else held * 100,
        max_drawdown=figures.max_drawdown * 100,
        sharpe_ratio=figures.sharpe,
        sortino_ratio=figures.sortino,
        calmar_ratio=figures.calmar,
        annual_return=None if figures.annual_return is None else figures.annual_return * 100,
        win_rate=figures.win_rate * 100,
        total_trades=figures.trades,
        profit_factor=figures.profit_factor,
        expectancy=figures.expectancy,
        fees=figures.fees,
        exposure=figures.exposure * 100,
        final_balance=figures.final,
    )


def metrics_of(figures: Figures) -> Metrics:
    """Return figures in money and fractions."""
    return Metrics(
        total_return=figures.pnl,
        total_return_percent=figures.total_return * 100,
        max_drawdown=-figures.max_drawdown * 100,
        sharpe_ratio=figures.sharpe,
        win_rate=figures.win_rate,
        total_trades=figures.trades,
    )


def period_of(history: History) -> Period:
    """Return the range that was traded."""
    return Period(start=iso(history.begins), end=iso(history.ends))


def data_of(history: History) -> Data:
    """Return what is known of the candles."""
    return Data(
        exchange=history.exchange,
        source=history.source,
        bars=history.measured,
        warm_up=history.lead,
        missing=sum(each.bars for each in history.gaps()),
    )


def named(values: Mapping[str, float]) -> dict[str, Number]:
    """Return parameters in the spelling of the wire."""
    return {camel(name): value for name, value in values.items()}


def trade_rows(trades: Sequence[tuple[str, Trade]]) -> list[TradeRow]:
    """Return both sides of each trade, in order of their closing."""
    return [row for number, (pair, trade) in enumerate(trades, 1) for row in _sides(number, pair, trade)]


def _sides(number: int, pair: str, trade: Trade) -> Iterator[TradeRow]:
    long = trade.amount > 0
    amount = abs(trade.amount)
    yield TradeRow(
        id=number,
        pair=pair,
        side="buy" if long else "sell",
        price=trade.entry,
        amount=amount,
        timestamp=trade.opened_at,
        pnl=None,
        reason="signal",
    )
    yield TradeRow(
        id=number,
        pair=pair,
        side="sell" if long else "buy",
        price=trade.exit,
        amount=amount,
        timestamp=trade.closed_at,
        pnl=trade.pnl,
        reason=trade.reason,
    )


def doubts(figures: Figures, histories: Sequence[History]) -> list[str]:
    """Return why figures may be worth less than they look."""
    said = []
    if figures.trades < FEW_TRADES:
        said.append(f"only {figures.trades} trades: under {FEW_TRADES} say little")
    if figures.final <= 0:
        said.append("the account lost everything")
    return said + about_data(histories)


def about_data(histories: Sequence[History]) -> list[str]:
    """Return what has to be known of the candles."""
    said = []
    for each in histories:
        gaps = each.gaps()
        if gaps:
            missing, longest = sum(gap.bars for gap in gaps), max(gap.bars for gap in gaps)
            said.append(f"{each.symbol}: {missing} candles are missing, {longest} of them in one gap")
        if each.source == "simulated":
            said.append(f"{each.symbol}: the candles are simulated, not a market's")
    return said


def optimize_report(
    job_id: str, asked: str, history: History, by: Metric, found: Optimized, limit: int, cost: Cost
) -> OptimizeReport:
    """Return a grid in the words of the wire."""
    best, surface = found.rows[0], found.surface
    rows = [Scored(params=named(each.values), score=each.score) for each in found.rows[:limit]]
    return OptimizeReport(
        **_asked(job_id, asked, history, by),
        cost=cost,
        best=Best(params=named(best.values), score=best.score, results=results_of(best.figures, None)),
        leaders=tuple(rows[:LEADERS]),
        results=rows,
        combinations=len(found.rows),
        surface=SurfaceReport(
            x=camel(surface.x.name),
            x_values=list(surface.x.values),
            y=camel(surface.y.name) if surface.y else None,
            y_values=list(surface.y.values) if surface.y else [],
            scores=[list(each) for each in surface.scores],
        ),
        validation=_validation(found),
        deflated_sharpe=found.deflated,
        walk_forward=None,
        warnings=[*found.warnings, *about_data([history])],
    )


def _asked(job_id: str, strategy: str, history: History, by: Metric) -> dict[str, Any]:
    return {
        "optimization_id": job_id,
        "backtest_id": job_id,
        "strategy": strategy,
        "pair": str(history.symbol),
        "timeframe": history.timeframe.value,
        "metric": by.name,
        "period": period_of(history),
        "data": [data_of(history)],
    }


def _validation(found: Optimized) -> Validation | None:
    held = found.held
    if held is None:
        return None
    return Validation(
        out_of_sample=held.share,
        params=named(held.values),
        in_sample_score=held.inside.score,
        out_of_sample_score=held.outside.score,
        out_of_sample_results=results_of(held.outside.figures, None),
    )


def walk_report(
    job_id: str, asked: str, history: History, by: Metric, found: Walked, cost: Cost
) -> OptimizeReport:
    """Return a walk forward in the words of the wire."""
    steps = [
        Step(
            period=Period(start=iso(each.begins), end=iso(each.ends)),
            params=named(each.values),
            in_sample_score=each.inside,
            out_of_sample_score=each.outside,
            total_return=each.figures.total_return * 100,
            total_trades=each.figures.trades,
            win_rate=each.figures.win_rate * 100,
        )
        for each in found.windows
    ]
    last = found.windows[-1]
    return OptimizeReport(
        **_asked(job_id, asked, history, by),
        cost=cost,
        best=Best(params=named(last.values), score=last.outside, results=results_of(last.figures, None)),
        results=[],
        combinations=0,
        surface=None,
        validation=None,
        deflated_sharpe=None,
        walk_forward=WalkReport(windows=steps, results=results_of(found.figures, None)),
        warnings=doubts(found.figures, [history]),
    )


def leak_rows(found: Sequence[Leak]) -> list[LeakRow]:
    """Return leaks in the words of the wire."""
    return [LeakRow(at=each.at, known_until=each.cut) for each in found]
