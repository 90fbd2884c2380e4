"""A decision as it was known at a moment, and in words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from memory.decision_records import Decision, DecisionAction, DecisionResult, DecisionStatus

REASONING_CHARS = 400
"""How much of a model's reasoning is repeated in words."""

MARKS: Mapping[str, str] = {"after1h": "one hour", "after24h": "24 hours"}
"""The entries of an outcome that tell of a price, by how long after the decision it was."""

_STATUS: Mapping[DecisionStatus, str] = {
    DecisionStatus.PLACED: "It was placed",
    DecisionStatus.DONE: "It was done",
    DecisionStatus.HELD: "It waits for a person",
    DecisionStatus.APPROVED: "A person approved it",
    DecisionStatus.DENIED: "A person denied it",
    DecisionStatus.EXPIRED: "It expired before anybody answered",
    DecisionStatus.VOID: "It was approved and yet could not go",
    DecisionStatus.REFUSED: "It was refused",
    DecisionStatus.FAILED: "It failed",
    DecisionStatus.UNKNOWN: "What became of it is not known",
}


def known_at(decision: Decision, moment: datetime) -> Decision:
    """Return a decision without anything that became known after a moment.

    A held one that was answered later is still held. The decision itself is not later than the moment.
    """
    if decision.answered_at is not None and decision.answered_at > moment:
        decision = replace(
            decision, status=DecisionStatus.HELD, reason=None, answered_by=None, answered_at=None
        )
    if decision.outcome_at is None or decision.outcome_at <= moment:
        return decision
    kept = {name: each for name, each in (decision.outcome or {}).items() if learned(each) <= moment}
    won = "realized" in kept
    return replace(
        decision,
        outcome=kept or None,
        pnl=decision.pnl if won else None,
        pnl_currency=decision.pnl_currency if won else None,
        outcome_at=max((learned(each) for each in kept.values()), default=None),
    )


def learned(entry: Mapping[str, Any]) -> datetime:
    """Return when an entry of an outcome became known."""
    return datetime.fromisoformat(entry["at"])


def is_closed(decision: Decision) -> bool:
    """Tell whether nothing of what a decision traded is open any more, so that its P&L is final."""
    state = (decision.outcome or {}).get("state", {}).get("is")
    return decision.pnl is not None and state == "closed"


def result_of(decision: Decision) -> DecisionResult:
    """Return how a decision ended, as far as that is known."""
    if decision.pnl is None or not is_closed(decision):
        return DecisionResult.PENDING
    return DecisionResult.WON if decision.pnl > 0 else DecisionResult.LOST


def decision_text(decision: Decision) -> str:
    """Return a decision in a short paragraph of plain English: when, what, why and how it came out.

    The reasoning is the model's own words, cut to REASONING_CHARS. Figures of P&L are in the currency named.
    """
    parts = [_opening(decision)]
    why = " ".join(decision.reasoning.split())
    if why:
        cut = why if len(why) <= REASONING_CHARS else f"{why[:REASONING_CHARS]}…"
        parts.append(f"Why: “{cut}”.")
    because = f" ({decision.reason})" if decision.reason else ""
    parts.append(f"{_STATUS[decision.status]}{because}.")
    return " ".join([*parts, *_came_out(decision)])


def _opening(decision: Decision) -> str:
    about = " and ".join(map(str, decision.symbols))
    sure = "" if decision.confidence is None else f", {_percent(decision.confidence, '')} sure,"
    wanted = "something that cannot be read" if decision.action is DecisionAction.UNCLEAR else decision.action
    what = f"{wanted} {about}".strip()
    when = f"{decision.at.astimezone(UTC):%Y-%m-%d at %H:%M} UTC"
    return f"On {when} {decision.model}{sure} decided on account {decision.account}: {what}."


def _came_out(decision: Decision) -> list[str]:
    outcome = decision.outcome or {}
    told = [
        _filled(each) for each in outcome.get("orders", {}).get("list", ()) if each["average"] is not None
    ]
    told += [_marked(outcome[name], span) for name, span in MARKS.items() if name in outcome]
    if decision.pnl is not None:
        word = "profit" if decision.pnl > 0 else "loss" if decision.pnl < 0 else "result"
        so_far = "" if is_closed(decision) else " so far"
        told.append(f"It made a {word} of {_plain(abs(decision.pnl))} {decision.pnl_currency}{so_far}.")
    elif outcome.get("state", {}).get("is") == "open":
        told.append("Its position is still open.")
    return told


def _filled(order: Mapping[str, Any]) -> str:
    verb = "Bought" if order["side"] == "buy" else "Sold"
    amount, price = (_plain(Decimal(order[name])) for name in ("filled", "average"))
    base, _, quote = order["pair"].partition("/")
    return f"{verb} {amount} {base} at {price} {quote}."


def _marked(entry: Mapping[str, Any], span: str) -> str:
    if entry.get("return") is None:
        return f"No price is known {span} later."
    return f"{span.capitalize()} later it stood at {_percent(Decimal(entry['return']))}."


def _percent(fraction: Decimal, sign: str = "+") -> str:
    return f"{_plain(round(fraction * 100, 2), sign)} %"


def _plain(number: Decimal, sign: str = "") -> str:
    rounded = round(number, 8).normalize()
    return f"{rounded if rounded else Decimal(0):{sign},f}"
