"""Which decisions are meant, in SQL."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Float, Label, Text, and_, case, cast, func, type_coerce

from memory import schema_decisions as schema
from memory.decision_records import DecisionFilter, DecisionResult
from trading.symbols import Symbol

_D = schema.decisions.c

# Only the state of an outcome has such an entry.
CLOSED = and_(_D.pnl.is_not(None), func.coalesce(type_coerce(_D.outcome, Text), "").contains('"is":"closed"'))

# Money is text on SQLite: a float has its sign, and nothing more is asked of it.
WON = and_(CLOSED, cast(_D.pnl, Float) > 0)

RESULT: Label[str] = case(
    (WON, DecisionResult.WON.value),
    (CLOSED, DecisionResult.LOST.value),
    else_=DecisionResult.PENDING.value,
).label("result")
"""How a decision ended; `memory.decision_views.result_of` says the same of one in hand."""

_SAME = ("model", "action", "account", "run")


def conditions(which: DecisionFilter) -> Sequence[ColumnElement[bool]]:
    """Return what decisions have to be like that are meant."""
    wanted: list[ColumnElement[bool]] = [
        _D[name] == value for name in _SAME if (value := getattr(which, name)) is not None
    ]
    if which.sources is not None:
        wanted.append(_D.source.in_(which.sources))
    if which.symbol is not None:
        wanted.append(_about(which.symbol))
    if which.since is not None:
        wanted.append(_D.at >= which.since)
    if which.until is not None:
        wanted.append(_D.at <= which.until)
    if which.result is not None:
        wanted.append(RESULT.element == which.result.value)
    return wanted


def _about(symbol: Symbol) -> ColumnElement[bool]:
    return type_coerce(_D.symbols, Text).contains(f'"{symbol}"', autoescape=True)
