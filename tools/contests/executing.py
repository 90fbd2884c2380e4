"""Carrying out what runs decided: rules first, then the floor, and the record of what came of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from memory.database import UnitOfWork
from memory.decision_records import (
    Decision,
    DecisionAction,
    DecisionBasis,
    DecisionSource,
    DecisionStatus,
)
from tools.contests.holding import hold
from tools.contests.parts import Parts
from tools.contests.pulse import Node
from tools.contests.round import Round
from tools.errors import from_trading
from tools.outcomes import SOON
from trading.errors import ExchangeUnavailable, OutcomeUnknown, TradingError
from trading.model import OrderStatus
from trading.placing import OrderOutcome
from trading.runs.cycle import Entry, Outcome, Task
from trading.runs.decision import Action, RunDecision, from_plain
from trading.runs.record import DeciderKind, Run, RunState
from trading.runs.rules import Refusal, Refused, guarded, judge

RECORDED = frozenset({DeciderKind.MODEL, DeciderKind.STRATEGY})
"""Whose decisions are remembered, with all that they rest on; a baseline's follow from its rules alone."""

MARGIN = timedelta(seconds=30)
"""How long an order may be on its way while the lease still runs."""

_FAULTS = (ExchangeUnavailable, OutcomeUnknown)

_STATUS = {
    Outcome.EXECUTED: DecisionStatus.PLACED,
    Outcome.HELD: DecisionStatus.HELD,
    Outcome.HOLD: DecisionStatus.DONE,
    Outcome.REFUSED: DecisionStatus.REFUSED,
    Outcome.SILENT: DecisionStatus.FAILED,
    Outcome.FAILED: DecisionStatus.FAILED,
}


async def carry_out(parts: Parts, round_: Round, entry: Entry) -> None:
    """Do what a run decided, once, however often this is called.

    What came of it is put on disk with the end of the cycle. Before that it can be done again: an order that
    bears the name of its cycle and run is the one that was placed.
    """
    run = round_.runs[entry.run]
    async with round_.trading:
        entry = await _done(parts, round_, run, entry)
    if _is_recorded(run, entry):
        entry = replace(entry, decision_id=_decision_id(entry))
    round_.entries[run.id] = entry


async def record(parts: Parts, uow: UnitOfWork, round_: Round, entry: Entry) -> None:
    """Remember a decision with all that it rests on, where it is one that is remembered."""
    run = round_.runs[entry.run]
    if _is_recorded(run, entry):
        await uow.decisions.add(_record(run, entry, parts.clock.now()), _basis(round_, entry))


def _is_recorded(run: Run, entry: Entry) -> bool:
    return entry.task is Task.DECIDE and run.decider.kind in RECORDED


async def _done(parts: Parts, round_: Round, run: Run, entry: Entry) -> Entry:
    key = _key(entry)
    try:
        if entry.task is Task.CLOSE:
            await _still_ours(parts, round_)
            outcomes = await round_.floor.close_all(run, key)
            round_.views.pop(run.id, None)
            return _came_to(entry, outcomes)
        if entry.decision is None:
            return replace(entry, outcome=Outcome.SILENT)
        decision = guarded(from_plain(entry.decision), run.rules)
        if decision.action is Action.HOLD:
            return replace(entry, outcome=Outcome.HOLD)
        if (refused := await _refused(parts, round_, entry, decision)) is not None:
            return replace(entry, outcome=Outcome.REFUSED, fault=refused.code.value, reason=refused.says)
        await _still_ours(parts, round_)
        outcome = await round_.floor.execute(run, decision, key)
    except TradingError as error:
        return _failed(parts, entry, error)
    round_.views.pop(run.id, None)
    parts.pulse.beat(Node.EXECUTION, parts.clock.now())
    return _came_to(entry, [outcome])


async def _still_ours(parts: Parts, round_: Round) -> None:
    """Raise Overtaken rather than have something traded in a cycle of another process.

    Nobody else takes it before the lease is over.
    """
    if parts.clock.now() + MARGIN < round_.lease:
        return
    async with parts.database.transact(durable=False) as uow:
        round_.lease = await hold(parts, uow, round_.cycle)


async def _refused(parts: Parts, round_: Round, entry: Entry, decision: RunDecision) -> Refusal | None:
    """Return the first rule of a run against its decision; none where it was carried out before a crash."""
    run, safe = round_.runs[entry.run], bool(entry.answer.get("safe"))
    async with parts.database.read(brief=True) as uow:
        if await uow.orders.by_key(run.account, _key(entry)) is not None:
            return None
        now = await uow.runs.get(run.id) or run
    if now.state is not RunState.RUNNING:
        return Refusal(Refused.NOT_RUNNING, f"{run.name} was {now.state} before it was carried out")
    view = await round_.view(parts, run)
    priced = round_.market.snapshot.priced
    parts.pulse.beat(Node.RISK, parts.clock.now())
    return next(iter(judge(decision, view, run.rules, run.symbols, priced, safe)), None)


def _key(entry: Entry) -> str:
    return f"{entry.cycle}/{entry.run}"


def _came_to(entry: Entry, outcomes: Sequence[OrderOutcome]) -> Entry:
    orders = [each.order for each in outcomes]
    held = any(each.status is OrderStatus.HELD for each in orders)
    approvals = [each.approval.id for each in outcomes if each.approval is not None]
    return replace(
        entry,
        outcome=Outcome.HELD if held else Outcome.EXECUTED,
        orders=tuple(each.id for each in orders),
        answer={**entry.answer, "approvals": approvals},
    )


def _failed(parts: Parts, entry: Entry, error: TradingError) -> Entry:
    faulty, known = isinstance(error, _FAULTS), from_trading(error, {})
    parts.pulse.beat(Node.EXECUTION, parts.clock.now(), str(error) if faulty else None)
    return replace(
        entry,
        outcome=Outcome.FAILED if faulty else Outcome.REFUSED,
        fault=known.reason.value.lower() if known else type(error).__name__.lower(),
        reason=str(error),
    )


def _decision_id(entry: Entry) -> str:
    return f"dec_{hashlib.sha256(f'{entry.cycle}:{entry.run}'.encode()).hexdigest()[:24]}"


def _record(run: Run, entry: Entry, now: datetime) -> Decision:
    decision = None if entry.decision is None else from_plain(entry.decision)
    symbol = None if decision is None else decision.symbol
    return Decision(
        id=_decision_id(entry),
        principal=run.owner,
        account=run.account,
        source=DecisionSource.RUN,
        model=entry.answer["model"],
        action=DecisionAction.UNCLEAR if decision is None else DecisionAction(decision.action.value),
        symbols=() if symbol is None else (symbol,),
        at=entry.at,
        status=_STATUS[entry.outcome or Outcome.SILENT],
        reasoning="" if decision is None else decision.reasoning,
        input_tokens=entry.input_tokens,
        output_tokens=entry.output_tokens,
        cached_tokens=entry.answer["cachedTokens"],
        latency_ms=entry.latency_ms,
        cost=entry.cost,
        confidence=None if decision is None else decision.confidence,
        run=run.id,
        orders=entry.orders,
        approvals=tuple(entry.answer.get("approvals", ())),
        reason=entry.reason,
        due_at=now + SOON,
    )


def _basis(round_: Round, entry: Entry) -> DecisionBasis:
    kept = entry.answer
    context = {
        **kept["shown"],
        "cycleId": entry.cycle,
        "number": entry.number,
        "market": round_.cycle.digest,
        "sharedHash": kept["sharedHash"],
    }
    return DecisionBasis(_decision_id(entry), kept["prompt"], kept["promptHash"], kept["response"], context)
