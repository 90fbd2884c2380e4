"""What became of a decision: read from what its call came to, and from who answered for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from memory.database import UnitOfWork
from memory.decision_records import Decision, DecisionAction, DecisionStatus
from tools.errors import Code
from trading.approvals import ApprovalStatus
from trading.errors import UnknownSymbol
from trading.model import OrderStatus
from trading.orders import UNDECIDED
from trading.symbols import Symbol, parse_symbol

FAULTS = frozenset({Code.INTERNAL_ERROR, Code.EXCHANGE_ERROR, Code.AGENT_BUSY})
"""Codes of a call that failed though no rule was against it."""

NOT_MADE = "the turn ended before it was tried"

ANSWERED: Mapping[ApprovalStatus, DecisionStatus] = {
    ApprovalStatus.APPROVED: DecisionStatus.APPROVED,
    ApprovalStatus.DENIED: DecisionStatus.DENIED,
    ApprovalStatus.EXPIRED: DecisionStatus.EXPIRED,
    ApprovalStatus.VOID: DecisionStatus.VOID,
    ApprovalStatus.REVOKED: DecisionStatus.VOID,
}


@dataclass(frozen=True, slots=True)
class CameTo:
    """What a call came to: its status, the reason of one that did nothing, and what it is about."""

    status: DecisionStatus
    reason: str | None = None
    orders: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    symbols: tuple[Symbol, ...] = ()


def came_to(action: DecisionAction, ok: bool, content: Any) -> CameTo:
    """Return what a call came to whose answer, in the words of the wire, was `content`."""
    found = tuple(_objects(content))
    orders = tuple(dict.fromkeys(each["orderId"] for each in found if "orderId" in each))
    symbols = tuple(dict.fromkeys(_pairs(found)))
    if not ok:
        status, reason = _refused(content)
        return CameTo(status, reason, orders, symbols=symbols)
    held = tuple(each["approvalId"] for each in found if each.get("approvalId") is not None)
    status, reason = _did(action, found, bool(held))
    return CameTo(status, reason, orders, held, symbols)


def as_it_came(decision: Decision, came: CameTo) -> Decision:
    """Return a decision with what its call came to."""
    return replace(
        decision,
        status=came.status,
        reason=came.reason,
        orders=came.orders,
        approvals=came.approvals,
        symbols=tuple(dict.fromkeys([*decision.symbols, *came.symbols])),
    )


async def followed(uow: UnitOfWork, decision: Decision) -> Decision:
    """Return a decision with what is on disk by now of its call, and of who answered for it."""
    if decision.status is DecisionStatus.UNKNOWN:
        decision = await _recorded(uow, decision)
    return await _answered(uow, decision) if decision.status is DecisionStatus.HELD else decision


async def _recorded(uow: UnitOfWork, decision: Decision) -> Decision:
    """Return it as the door has kept it on record, for a turn that did not hear the answer."""
    if decision.capability is None or decision.turn_id is None:
        return decision
    key = f"{decision.turn_id}:{decision.call_id}"
    call = await uow.calls.named(decision.principal, decision.capability, key)
    if call is not None and call.finished_at is not None:
        answer = call.answer or {}
        content = answer if call.ok else {"error": {"code": call.code, "message": answer.get("message")}}
        return as_it_came(decision, came_to(decision.action, bool(call.ok), content))
    turn = await uow.turns.get(decision.turn_id)
    if turn is None or turn.finished_at is None:
        return decision
    if call is None:
        return replace(decision, status=DecisionStatus.FAILED, reason=NOT_MADE)
    return await _cut_off(uow, decision, call.id)


async def _cut_off(uow: UnitOfWork, decision: Decision, wish: str) -> Decision:
    """Return it with the order that its call had made before it was cut off, once that is decided."""
    order = await uow.orders.by_key(decision.account, wish)
    if order is None or order.status in UNDECIDED:
        return decision
    approval = await uow.approvals.of_order(order.id)
    status = DecisionStatus.PLACED if approval is None else DecisionStatus.HELD
    if order.status is OrderStatus.REJECTED:
        status = DecisionStatus.REFUSED
    return replace(
        decision,
        status=status,
        reason=order.reason if status is DecisionStatus.REFUSED else None,
        orders=(order.id,),
        approvals=() if approval is None else (approval.id,),
    )


async def _answered(uow: UnitOfWork, decision: Decision) -> Decision:
    found = [await uow.approvals.get(each) for each in decision.approvals]
    approvals = [each for each in found if each is not None]
    if not approvals or any(each.status is ApprovalStatus.PENDING for each in approvals):
        return decision
    # Of several orders one that may go counts, else the answer that came last.
    let_go = [each for each in approvals if each.status is ApprovalStatus.APPROVED]
    last = max(let_go or approvals, key=lambda each: each.resolved_at or each.created_at)
    return replace(
        decision,
        status=ANSWERED[last.status],
        reason=last.reason,
        answered_by=last.resolved_by,
        answered_at=last.resolved_at,
    )


def _refused(content: Any) -> tuple[DecisionStatus, str | None]:
    error = content.get("error") if isinstance(content, Mapping) else None
    code, message = (error.get("code"), error.get("message")) if isinstance(error, Mapping) else (None, None)
    return DecisionStatus.FAILED if code in FAULTS else DecisionStatus.REFUSED, message


def _did(
    action: DecisionAction, found: tuple[Mapping[str, Any], ...], held: bool
) -> tuple[DecisionStatus, str | None]:
    if held:
        return DecisionStatus.HELD, None
    if action in (DecisionAction.CANCEL, DecisionAction.AMEND):
        return DecisionStatus.DONE, None
    orders = [each for each in found if "orderId" in each]
    rejected = [each for each in orders if each.get("status") == "rejected"]
    if orders and len(rejected) == len(orders):
        return DecisionStatus.REFUSED, rejected[0].get("reason")
    if orders:
        return DecisionStatus.PLACED, None
    failed = next((each["message"] for each in found if {"code", "message"} <= each.keys()), None)
    return (DecisionStatus.DONE, None) if failed is None else (DecisionStatus.REFUSED, failed)


def _objects(content: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(content, Mapping):
        yield content
        content = list(content.values())
    for each in content if isinstance(content, list | tuple) else ():
        yield from _objects(each)


def _pairs(found: tuple[Mapping[str, Any], ...]) -> Iterator[Symbol]:
    for each in found:
        symbol = pair_of(each.get("pair"))
        if symbol is not None:
            yield symbol


def pair_of(text: Any) -> Symbol | None:
    """Return the pair that a text names, None where it names none."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        return parse_symbol(text)
    except UnknownSymbol:
        return None
