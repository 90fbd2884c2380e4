"""How a run goes, whatever it runs on, told in the same words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from memory.records import Job, JobStatus
from tools.backtest_reports import BacktestReport
from tools.runner_views import Figures, RunnerPoint, RunnerPosition, RunnerTrade
from tools.wire import HUNDRED
from trading.clock import from_epoch_ms
from trading.model import ZERO, EquityPoint
from trading.runs.performance import Entrant, measure
from trading.runs.record import Run, RunState
from trading.runs.view import AccountView, ClosedTrade, OpenTrade
from trading.symbols import Symbol, parse_symbol

IDLE, STARTING, RUNNING = "idle", "starting", "running"
COMPLETED, FAILED, STOPPED = "completed", "failed", "stopped"

ACTIVE = frozenset({STARTING, RUNNING})

OF_JOB = {
    JobStatus.QUEUED: STARTING,
    JobStatus.RUNNING: RUNNING,
    JobStatus.DONE: COMPLETED,
    JobStatus.FAILED: FAILED,
    JobStatus.CANCELED: STOPPED,
}
OF_RUN = {
    RunState.STARTING: STARTING,
    RunState.RUNNING: RUNNING,
    RunState.PAUSED: RUNNING,
    RunState.COMPLETED: COMPLETED,
    RunState.FAILED: FAILED,
    RunState.STOPPED: STOPPED,
    # Somebody has reset the run behind the runner's back.
    RunState.IDLE: STOPPED,
}

BUY, SELL = "buy", "sell"
OPENING = {"long": BUY, "short": SELL}
CLOSING = {"long": SELL, "short": BUY}


@dataclass(frozen=True, slots=True)
class Course:
    """How far a run has come. Fills and points are oldest first, money is None where it is not known."""

    status: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    initial: Decimal = ZERO
    cash: Decimal | None = None
    value: Decimal | None = None
    progress: float | None = None
    error: str | None = None
    trades: Sequence[RunnerTrade] = ()
    curve: Sequence[RunnerPoint] = ()
    positions: Sequence[RunnerPosition] = ()
    metrics: Figures = field(default_factory=dict)


def of_backtest(job: Job, progress: float | None) -> Course:
    """Return how a backtest goes; `progress` is percent, None where it does not run here."""
    begun = Course(
        OF_JOB[job.status],
        started_at=job.started_at or job.created_at,
        ended_at=job.finished_at,
        progress=progress,
        error=job.error,
    )
    return begun if job.result is None else _reported(begun, BacktestReport.model_validate(job.result))


def _reported(begun: Course, report: BacktestReport) -> Course:
    initial = _exact(report.initial_balance)
    fills = _fills_of(report)
    curve = _curve(report, initial, fills)
    return replace(
        begun,
        initial=initial,
        cash=curve[-1].cash if curve else None,
        value=_exact(report.results.final_balance),
        progress=100.0,
        trades=fills,
        curve=curve,
        positions=_held_at_the_end(report),
        metrics=report.results.model_dump(mode="json"),
    )


def _fills_of(report: BacktestReport) -> list[RunnerTrade]:
    rate = _exact(report.cost.fee_percent if report.cost else 0) / HUNDRED
    closed = [
        _fill(
            f"{each.id}-{'open' if each.pnl is None else 'close'}",
            from_epoch_ms(each.timestamp),
            parse_symbol(each.pair),
            each.side,
            (_exact(each.amount), _exact(each.price)),
            rate,
            None if each.pnl is None else _exact(each.pnl),
        )
        for each in report.trades
    ]
    still = [
        _fill(
            f"{each.pair}-open",
            from_epoch_ms(each.opened_at),
            parse_symbol(each.pair),
            OPENING[each.side],
            (_exact(each.amount), _exact(each.entry_price)),
            rate,
        )
        for each in report.open_positions
    ]
    return sorted([*closed, *still], key=lambda each: each.at)


def _fill(
    name: str,
    at: datetime,
    pair: Symbol,
    side: str,
    traded: tuple[Decimal, Decimal],
    rate: Decimal,
    pnl: Decimal | None = None,
) -> RunnerTrade:
    amount, price = traded
    value = amount * price
    return RunnerTrade(
        trade_id=name,
        at=at,
        pair=pair,
        side=side,
        amount=amount,
        price=price,
        value=value,
        pnl=pnl,
        fee=value * rate,
    )


def _curve(report: BacktestReport, initial: Decimal, fills: Sequence[RunnerTrade]) -> list[RunnerPoint]:
    """Return the curve with its cash, which is what the fills up to each bar have left of the money."""
    points, cash, done = [], initial, 0
    for each in report.equity_curve:
        at, equity = from_epoch_ms(each.timestamp), _exact(each.equity)
        while done < len(fills) and fills[done].at <= at:
            cash += _flow(fills[done])
            done += 1
        points.append(RunnerPoint(at=at, equity=equity, cash=cash, pnl=equity - initial))
    return points


def _flow(fill: RunnerTrade) -> Decimal:
    return (fill.value if fill.side == SELL else -fill.value) - fill.fee


def _held_at_the_end(report: BacktestReport) -> list[RunnerPosition]:
    return [
        RunnerPosition(
            pair=parse_symbol(each.pair),
            side=each.side,
            amount=_exact(each.amount),
            entry_price=_exact(each.entry_price),
            current_price=_exact(each.last_price),
            unrealized=_exact(each.unrealized_pnl),
        )
        for each in report.open_positions
    ]


@dataclass(frozen=True, slots=True)
class Trading:
    """Everything that is known of a run on paper or with real money; `fees` are all that it has paid."""

    run: Run
    initial: Decimal
    points: Sequence[EquityPoint]
    closed: Sequence[ClosedTrade]
    fees: Decimal
    view: AccountView


def of_trading(known: Trading) -> Course:
    """Return how a run on paper or with real money goes."""
    run, view, initial = known.run, known.view, known.initial
    status = OF_RUN[run.state]
    return Course(
        status,
        started_at=run.started_at,
        ended_at=run.ended_at,
        initial=initial,
        cash=view.balance - view.margin,
        value=view.equity,
        error=run.reason if status == FAILED else None,
        trades=_fills(known),
        curve=[
            RunnerPoint(at=each.at, equity=each.equity, cash=each.cash, pnl=each.equity - initial)
            for each in known.points
        ],
        positions=[_position(each) for each in view.positions],
        metrics=_figures(known, run.schedule.every) if initial else {},
    )


def _fills(known: Trading) -> list[RunnerTrade]:
    fills = [fill for each in known.closed for fill in _both(each)]
    held = known.view.positions
    worth = sum((each.amount * each.entry_price for each in held), ZERO)
    left = known.fees - sum((each.fees for each in known.closed), ZERO)
    rate = max(left, ZERO) / worth if worth else ZERO
    for each in held:
        name, side = f"{each.id}-open", OPENING[each.side]
        fills.append(_fill(name, each.opened_at, each.symbol, side, (each.amount, each.entry_price), rate))
    return sorted(fills, key=lambda each: each.at)


def _both(trade: ClosedTrade) -> Iterable[RunnerTrade]:
    """Return both sides of a trade, each with its share of the fees."""
    rate = trade.fees / (trade.amount * (trade.entry_price + trade.exit_price))
    opened, closed = (trade.amount, trade.entry_price), (trade.amount, trade.exit_price)
    yield _fill(f"{trade.id}-open", trade.opened_at, trade.symbol, OPENING[trade.side], opened, rate)
    yield _fill(
        f"{trade.id}-close", trade.closed_at, trade.symbol, CLOSING[trade.side], closed, rate, trade.pnl
    )


def _position(held: OpenTrade) -> RunnerPosition:
    return RunnerPosition(
        pair=held.symbol,
        side=held.side,
        amount=held.amount,
        entry_price=held.entry_price,
        current_price=held.mark,
        unrealized=held.unrealized,
    )


def _figures(known: Trading, every: timedelta) -> Figures:
    found = measure(Entrant(known.run.name, known.initial, known.points, known.closed, known.fees), every)
    return {
        "totalReturn": float(found.total_return * HUNDRED),
        "maxDrawdown": float(found.max_drawdown * HUNDRED),
        "sharpeRatio": found.sharpe,
        "winRate": float(found.win_rate * HUNDRED),
        "totalTrades": found.trades,
        "fees": float(found.fees),
        "finalBalance": float(found.equity),
    }


def _exact(number: float) -> Decimal:
    return Decimal(str(number))
