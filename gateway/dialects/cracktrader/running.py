"""Runs: begun, stopped and put away, how they stand and what came of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.dialects.cracktrader.answers import (
    DetailedStatus,
    Order,
    Point,
    Position,
    Results,
    Run,
    ServiceHealth,
    Status,
    Trade,
)
from gateway.dialects.cracktrader.words import THEIRS, snaked
from tools.errors import InvalidParams
from tools.runner_views import (
    RunnerBegun,
    RunnerDetails,
    RunnerMoved,
    RunnerPoint,
    RunnerPosition,
    RunnerResults,
    RunnerStatus,
    RunnerTrade,
)

EXCHANGE_CONFIG = "exchange_config"


def of_backtest(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is asked; a field that is null is left out."""
    return {name: value for name, value in fields.items() if value is not None}


def of_live(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is asked, without what is in `exchange_config`: it goes no further than here."""
    given = dict(of_backtest(fields))
    config = given.pop(EXCHANGE_CONFIG, {})
    if not isinstance(config, Mapping):
        raise InvalidParams(f"{EXCHANGE_CONFIG} is an object", details={"fields": [EXCHANGE_CONFIG]})
    # Whatever is written there in words may be a key.
    return {**given, "ownKeys": any(isinstance(value, str) and value for value in config.values())}


def backtest_begun(told: RunnerBegun, at: datetime) -> Run:
    """Return the backtest that was begun."""
    return _begun("backtest started", told)


def trading_begun(told: RunnerBegun, at: datetime) -> Run:
    """Return the run that was begun."""
    return _begun(f"{told.mode} trading started", told)


def stopped(told: RunnerMoved, at: datetime) -> Run:
    """Return the run that was stopped."""
    return Run(run_id=told.run_id, status=told.status, message="run stopped")


def put_away(told: RunnerMoved, at: datetime) -> Run:
    """Return the run that was put away."""
    return Run(run_id=told.run_id, status=told.status, message="runner reset")


def status(told: RunnerStatus, at: datetime) -> Status:
    """Return how the runner stands."""
    return Status(**_status(told))


def detailed(told: RunnerDetails, at: datetime) -> DetailedStatus:
    """Return how the runner stands, with everything of it."""
    return DetailedStatus(
        **_status(told),
        recent_trades=_trades(told.recent),
        recent_orders=[_order(each) for each in told.recent],
        positions=[_position(each) for each in told.positions],
        equity_curve=_points(told.curve),
        performance_metrics=snaked(told.metrics),
        health=ServiceHealth(status="unhealthy" if told.problems else "healthy", problems=told.problems),
    )


def results(told: RunnerResults, at: datetime) -> Results:
    """Return what came of a run."""
    return Results(
        run_id=told.run_id,
        config={
            **{THEIRS.get(name, name): value for name, value in told.config.items()},
            "mode": told.mode,
        },
        status=told.status,
        start_time=told.started_at,
        end_time=told.ended_at,
        trades=_trades(told.trades),
        equity_curve=_points(told.curve),
        performance_metrics=snaked(told.metrics),
        final_value=told.final,
        error=told.error,
    )


def _begun(words: str, told: RunnerBegun) -> Run:
    ignored = f"; warning: {', '.join(told.ignored)} ignored" if told.ignored else ""
    return Run(run_id=told.run_id, status=told.status, message=f"{words}{ignored}")


def _status(told: RunnerStatus) -> dict[str, Any]:
    return {
        "run_id": told.run_id,
        "status": told.status,
        "mode": told.mode,
        "start_time": told.started_at,
        "end_time": told.ended_at,
        "runtime_seconds": told.seconds,
        "cash": told.cash,
        "value": told.value,
        "pnl": told.pnl,
        "trade_count": told.trades,
        "error": told.error,
        "progress": told.progress,
        "used": told.used,
    }


def _trades(told: Sequence[RunnerTrade]) -> list[Trade]:
    return [
        Trade(
            id=each.trade_id,
            timestamp=each.at,
            symbol=str(each.pair),
            side=each.side,
            size=each.amount,
            price=each.price,
            value=each.value,
            pnl=each.pnl,
            commission=each.fee,
        )
        for each in told
    ]


def _order(told: RunnerTrade) -> Order:
    """Return the order of a fill: here each fills at once and whole."""
    return Order(
        order_id=told.trade_id,
        status="filled",
        symbol=str(told.pair),
        side=told.side,
        amount=told.amount,
        price=told.price,
        timestamp=told.at,
    )


def _points(told: Sequence[RunnerPoint]) -> list[Point]:
    return [Point(timestamp=each.at, value=each.equity, cash=each.cash, pnl=each.pnl) for each in told]


def _position(told: RunnerPosition) -> Position:
    return Position(
        symbol=str(told.pair),
        side=told.side,
        size=told.amount,
        entry_price=told.entry_price,
        current_price=told.current_price,
        unrealized_pnl=told.unrealized,
    )
