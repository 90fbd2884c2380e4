"""What many decisions come to, reckoned where they are."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Float, case, cast, func, select

from memory import schema_decisions as schema
from memory.decision_filters import CLOSED, RESULT, WON, conditions
from memory.decision_records import DecisionFigures, DecisionFilter, DecisionResult, PnlStatistics
from memory.link import Link
from memory.sql import ExactTotal

_D = schema.decisions.c
PLACES = 6

K = TypeVar("K", bound=Hashable)


async def figures_of(link: Link, principal: str, which: DecisionFilter) -> DecisionFigures:
    """Return what somebody's decisions come to."""
    meant = (_D.principal == principal, *conditions(which))
    counted = tuple(await link.execute(_counts().where(*meant)))
    ended = tuple(await link.execute(_ends().where(*meant, CLOSED)))
    latency, cost, unpriced = tuple((await link.execute(_answers(meant))).first())
    said = sum(each.sure for each in counted)
    sureness = sum(each.sureness or 0 for each in counted)
    return DecisionFigures(
        total=sum(each.many for each in counted),
        by_result={DecisionResult(name): many for name, many in _by(counted, "result").items()},
        by_source=_by(counted, "source"),
        by_action=_by(counted, "action"),
        by_model=_by(counted, "model"),
        confidence=round(sureness / said, PLACES) if said else None,
        latency_ms=None if latency is None else round(float(latency), PLACES),
        cost=cost or Decimal(0),
        unpriced=unpriced,
        by_currency=tuple(_of_currency(*each) for each in ended),
    )


def _counts() -> Any:
    return select(
        _D.model,
        _D.source,
        _D.action,
        RESULT,
        func.count().label("many"),
        func.count(_D.confidence).label("sure"),
        func.sum(cast(_D.confidence, Float)).label("sureness"),
    ).group_by(_D.model, _D.source, _D.action, RESULT)


def _ends() -> Any:
    return (
        select(_D.pnl_currency, func.count(), func.sum(case((WON, 1), else_=0)), ExactTotal(_D.pnl))
        .where(_D.pnl_currency.is_not(None))
        .group_by(_D.pnl_currency)
        .order_by(_D.pnl_currency)
    )


def _answers(meant: Sequence[Any]) -> Any:
    # Decisions of one answer are heard at one moment of one turn; a run has an answer for each.
    answers = (
        select(func.coalesce(_D.turn_id, _D.id), _D.at, _D.latency_ms, _D.cost)
        .where(*meant)
        .distinct()
        .subquery()
    )
    unpriced = func.sum(case((answers.c.cost.is_(None), 1), else_=0))
    mean = func.avg(cast(answers.c.latency_ms, Float))
    return select(mean, ExactTotal(answers.c.cost), func.coalesce(unpriced, 0))


def _by(counted: Iterable[Any], name: str) -> dict[Any, int]:
    found: Counter[Any] = Counter()
    for each in counted:
        found[getattr(each, name)] += each.many
    return {key: found[key] for key in sorted(found)}


def _of_currency(currency: str, closed: int, wins: int, pnl: Decimal) -> PnlStatistics:
    return PnlStatistics(currency, closed, wins, Decimal(wins) / closed, pnl / closed, pnl)
