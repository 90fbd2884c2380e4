"""What is told of cycles as they go, by which names."""

from collections.abc import Mapping, Sequence
from typing import Any

from memory.database import UnitOfWork
from tools.contests.parts import Parts
from tools.contests.pulse import WORK, Beat, Node
from tools.contests.views import RunDecisionView, RunPosition, RunTrade
from tools.runner_news import tell_of_run
from trading.clock import epoch_ms
from trading.model import ZERO
from trading.runs.asking import Deciders
from trading.runs.contest import Contest, ContestKind
from trading.runs.cycle import Cycle, Entry
from trading.runs.decision import Action, RunDecision, from_plain
from trading.runs.errors import UnknownDecider
from trading.runs.record import Run
from trading.runs.view import ClosedTrade, OpenTrade

Told = tuple[str, Mapping[str, Any]]
"""The name of an event without its prefix, and its payload."""

STARTED = "cycle.started"
COMPLETED = "cycle.completed"
DECIDED = "decision"
POSITION = "position"
SAFE_MODE = "run.safe_mode"
CHANGED = "runs.changed"
TURNED = "agents.changed"

_PREFIX = {ContestKind.ARENA: "arena", ContestKind.SINGLE: "run"}

_SIDES = {Action.BUY: "long", Action.SELL: "short"}


def event_of(contest: Contest, name: str) -> str:
    """Return the name of an event: that of an arena's, or of a run by itself."""
    return f"{_PREFIX[contest.kind]}.{name}"


def provider_of(deciders: Deciders, run: Run) -> tuple[str, str]:
    """Return who decides for a run, and by which model; one that is not there any more is `offline`."""
    try:
        found = deciders.of(run.decider)
    except UnknownDecider:
        return "offline", run.decider.name
    return found.provider, found.model


def started(cycle: Cycle) -> Mapping[str, Any]:
    """Return what is told of a cycle that begins."""
    return {
        "cycleId": cycle.id,
        "contestId": cycle.contest,
        "number": cycle.number,
        "kind": cycle.kind.value,
        "at": epoch_ms(cycle.at),
        "startedAt": epoch_ms(cycle.started_at),
    }


def completed(cycle: Cycle, told: Sequence[Told] = ()) -> Mapping[str, Any]:
    """Return what is told of a cycle that has ended after all that was `told` of its runs.

    `entrants` counts what concerns those who compete, the other figures baselines as well.
    """
    return {
        "cycleId": cycle.id,
        "contestId": cycle.contest,
        "number": cycle.number,
        "status": cycle.status.value,
        "seconds": cycle.seconds,
        "asked": cycle.asked,
        "errors": cycle.errors,
        "opened": cycle.opened,
        "closed": cycle.closed,
        "endedAt": None if cycle.ended_at is None else epoch_ms(cycle.ended_at),
        "entrants": _entrants(told),
        "reason": cycle.reason,
    }


def _entrants(told: Sequence[Told]) -> Mapping[str, int]:
    moved = [each["action"] for name, each in told if name == POSITION and not each["position"]["baseline"]]
    return {
        "asked": sum(name == DECIDED and not each["baseline"] for name, each in told),
        "opened": moved.count("OPENED"),
        "closed": moved.count("CLOSED"),
    }


def decision_view(entry: Entry, run: Run) -> RunDecisionView:
    """Return what a run decided in a cycle as callers see it."""
    decision = None if entry.decision is None else from_plain(entry.decision)
    return RunDecisionView(
        cycle_id=entry.cycle,
        number=entry.number,
        run_id=run.id,
        name=run.name,
        baseline=run.is_baseline,
        at=entry.at,
        **_decided(decision),
        outcome=None if entry.outcome is None else entry.outcome.value,
        fault=entry.fault,
        reason=entry.reason,
        order_ids=list(entry.orders),
        decision_id=entry.decision_id,
        equity=entry.equity,
    )


def _decided(decision: RunDecision | None) -> dict[str, Any]:
    if decision is None:
        names = ("action", "pair", "side", "size", "leverage", "stop_loss", "take_profit", "confidence")
        return {**dict.fromkeys(names), "reasoning": "", "style": None}
    return {
        "action": decision.action.value,
        "pair": decision.symbol,
        "side": _SIDES.get(decision.action),
        "size": decision.size,
        "leverage": decision.leverage,
        "stop_loss": decision.stop_loss,
        "take_profit": decision.take_profit,
        "confidence": decision.confidence,
        "reasoning": decision.reasoning,
        "style": decision.style,
    }


def position_view(run: Run, provider: str, each: OpenTrade, at: Any) -> RunPosition:
    """Return an open position of a run at the moment `at`."""
    return RunPosition(
        position_id=each.id,
        name=run.name,
        provider=provider,
        baseline=run.is_baseline,
        pair=each.symbol,
        side=each.side,
        entry_price=each.entry_price,
        current_price=each.mark,
        amount=each.amount,
        leverage=each.leverage,
        margin=each.margin,
        unrealized=each.unrealized,
        unrealized_fraction=each.unrealized / each.margin if each.margin else ZERO,
        liquidation_price=each.liquidation_price,
        stop_loss=each.stop_loss,
        take_profit=each.take_profit,
        opened_at=each.opened_at,
        seconds=max((at - each.opened_at).total_seconds(), 0.0),
        reasoning=each.reasoning,
    )


def trade_view(run: Run, each: ClosedTrade) -> RunTrade:
    """Return a closed position of a run."""
    margin = each.entry_price * each.amount / each.leverage
    return RunTrade(
        trade_id=each.id,
        name=run.name,
        baseline=run.is_baseline,
        pair=each.symbol,
        side=each.side,
        entry_price=each.entry_price,
        exit_price=each.exit_price,
        amount=each.amount,
        leverage=each.leverage,
        pnl=each.pnl,
        pnl_fraction=each.pnl / margin if margin else ZERO,
        fees=each.fees,
        reason=each.reason.value,
        opened_at=each.opened_at,
        closed_at=each.closed_at,
        seconds=(each.closed_at - each.opened_at).total_seconds(),
        reasoning=each.reasoning,
    )


def changed(run: Run) -> Mapping[str, Any]:
    """Return what is told of a run by itself that was started, held or has ended."""
    return {
        "runId": run.id,
        "name": run.name,
        "state": run.state.value,
        "mode": run.mode.value,
        "pairs": [str(each) for each in run.symbols],
        "reason": run.reason,
    }


async def tell_changed(parts: Parts, uow: UnitOfWork, run: Run) -> None:
    """Tell of a run by itself that has moved, and of the runner whose it is."""
    await parts.events.record(uow, CHANGED, changed(run), run.owner)
    await tell_of_run(parts.events, uow, run)


def turned(node: Node, beat: Beat) -> Mapping[str, Any]:
    """Return what is told of a part of the engine that is well again, or is not any more."""
    return {
        "name": node.value,
        "status": "error" if beat.problem else "active",
        "healthy": beat.problem is None,
        "lastSeenAt": epoch_ms(beat.at),
        "beats": beat.count,
        "does": WORK[node],
        "problem": beat.problem,
    }


def silent(node: Node, beat: Beat) -> Mapping[str, Any]:
    """Return what is told of a part of the engine that has not been at work for too long."""
    return {**turned(node, beat), "status": "inactive", "healthy": False}
