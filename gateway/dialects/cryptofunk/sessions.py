"""Sessions: runs that trade one pair with money of their own."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.dialects.cryptofunk.answers import (
    OneSession,
    Session,
    SessionHeld,
    SessionStarted,
    SessionStopped,
)
from gateway.dialects.cryptofunk.bodies import EndOfSession, NewSession, OfSession, body
from gateway.dialects.cryptofunk.uuids import from_uuid, to_uuid
from gateway.dialects.cryptofunk.words import exchange_of
from tools.contests.views import RunList, RunShown, RunView

PAUSED = "It opens and closes nothing until resumed; stop-loss and take-profit orders stay in force"
RESUMED = "It decides again from its next cycle on"

Fields = Mapping[str, Any]


def of_start(fields: Fields) -> dict[str, Any]:
    """Return what `runs.open` is asked; raise InvalidBody."""
    wanted = body(NewSession, fields)
    return {
        "pair": wanted.symbol,
        "initialCapital": wanted.initial_capital,
        "mode": wanted.mode.lower(),
    }


def of_stop(fields: Fields) -> dict[str, Any]:
    """Return what `runs.stop` is asked; raise InvalidBody, NoUuid or UnknownUuid."""
    return {"name": from_uuid(body(EndOfSession, fields).session_id, "run")}


def of_one(fields: Fields) -> dict[str, Any]:
    """Return which run is to be paused; raise InvalidBody, NoUuid or UnknownUuid."""
    return {"name": from_uuid(body(OfSession, fields).session_id, "run")}


def of_resume(fields: Fields) -> dict[str, Any]:
    """Return which run is to go on, which is no failure where it does already; raise as `of_one`."""
    return {**of_one(fields), "going": True}


def of_shown(fields: Fields) -> dict[str, Any]:
    """Return which run is to be shown; raise NoUuid or UnknownUuid."""
    return {**fields, "name": from_uuid(fields["name"], "run")}


def started(told: RunView, at: datetime) -> SessionStarted:
    """Return a session that has begun."""
    return SessionStarted(
        session_id=to_uuid(told.run_id),
        symbol=_symbol(told),
        mode=told.mode.upper(),
        started_at=told.started_at or at,
        decided_by=told.decider,
    )


def stopped(told: RunList, at: datetime, fields: Fields) -> SessionStopped:
    """Return a session that has ended, by what its client says it is worth, and by what its account does."""
    (run,) = told.runs
    final = body(EndOfSession, fields).final_capital
    return SessionStopped(
        session_id=to_uuid(run.run_id),
        final_capital=final,
        total_pnl=final - run.initial,
        total_trades=run.trades,
        stopped_at=run.ended_at or at,
        computed_final_capital=_worth(run),
    )


def paused(told: RunList, at: datetime) -> SessionHeld:
    """Return a session that was paused."""
    return _held(told, "Trading paused successfully", PAUSED)


def resumed(told: RunList, at: datetime) -> SessionHeld:
    """Return a session that goes on."""
    return _held(told, "Trading resumed successfully", RESUMED)


def one(told: RunShown, at: datetime) -> OneSession:
    """Return a session with its figures."""
    run, account = told.run, told.account
    final = _worth(run) if account is None else account.equity
    return OneSession(
        session=Session(
            id=to_uuid(run.run_id),
            mode=run.mode.upper(),
            symbol=_symbol(run),
            exchange=exchange_of(run.mode, run.mode),
            status=run.state,
            started_at=run.started_at or run.created_at,
            stopped_at=run.ended_at,
            initial_capital=run.initial,
            final_capital=final,
            total_pnl=final - run.initial,
            total_trades=run.trades,
            winning_trades=run.won,
            losing_trades=0 if account is None else account.lost,
            max_drawdown=told.max_drawdown,
            sharpe_ratio=told.sharpe,
            created_at=run.created_at,
            updated_at=run.ended_at or run.paused_at or at,
        )
    )


def _held(told: RunList, message: str, note: str) -> SessionHeld:
    (run,) = told.runs
    return SessionHeld(message=message, session_id=to_uuid(run.run_id), symbol=_symbol(run), note=note)


def _symbol(run: RunView) -> str:
    return ", ".join(map(str, run.pairs))


def _worth(run: RunView) -> Decimal:
    return run.initial if run.equity is None else run.equity
