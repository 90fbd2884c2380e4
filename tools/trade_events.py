"""What is told when an order trades."""

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from memory.database import UnitOfWork as Transaction
from tools.events import EventBus
from tools.run_approvals import run_view
from tools.trade import STATUS, trail_amount, trail_percent
from tools.trade_notices import of_fills, of_request
from tools.wire import IsoTime, Millis, Num, Pair, Result, unless_none
from trading.approvals import Approval, ApprovalStatus
from trading.mandates import Standing
from trading.model import ZERO, Fill, Mode, Order, Position
from trading.ports import NewId, UnitOfWork
from trading.switch import Switch


class TradeExecuted(Result):
    """An order that has just traded: `amount` base at the mean `price`, `fee` in quote.

    `realizedPnl` is net of fees, null when nothing was closed.
    """

    order_id: str
    status: str
    exchange: str
    mode: str
    pair: Pair
    side: str
    type: str
    amount: Num
    price: Num
    cost: Num
    fee: Num
    realized_pnl: Num | None
    timestamp: IsoTime
    timestamp_ms: Millis


class ApprovalAsked(Result):
    """An order that waits for a person: the exact order, what it would cost, and until when it waits.

    `limits` are the figures of the risk gate; of an order of a run also what it is beyond. `approvalId` is
    what approve and deny take.
    """

    kind: str
    approval_id: str
    status: str
    order_id: str
    account: str
    exchange: str
    mode: str
    pair: Pair
    side: str
    type: str
    amount: Num
    price: Num | None
    stop_price: Num | None
    stop_loss: Num | None
    take_profit: Num | None
    leverage: Num | None
    trail_percent: Num | None = unless_none()
    trail_amount: Num | None = unless_none()
    reduce_only: bool | None = unless_none()
    group: str | None = unless_none()
    run: str | None = unless_none()
    cost: Num
    fee: Num
    reference: Num
    limits: dict[str, str]
    origin: str
    asked_for: str
    session_id: str | None
    created_at: Millis
    expires_at: Millis
    resolved_at: Millis | None
    resolved_by: str | None
    reason: str | None


def approval_view(approval: Approval, order: Order) -> ApprovalAsked:
    """Return a request for approval in the words of the wire."""
    return ApprovalAsked(
        kind="order",
        approval_id=approval.id,
        status=approval.status.value,
        order_id=order.id,
        account=order.account,
        exchange=order.exchange,
        mode=order.mode.value,
        pair=order.symbol,
        side=order.side.value,
        type=order.type.value,
        amount=order.amount,
        price=order.price,
        stop_price=order.stop_price,
        stop_loss=order.stop_loss,
        take_profit=order.take_profit,
        leverage=order.leverage,
        trail_percent=trail_percent(order),
        trail_amount=trail_amount(order),
        reduce_only=order.reduce_only or None,
        group=order.group,
        run=order.run,
        cost=approval.cost,
        fee=approval.fee,
        reference=approval.reference,
        limits=dict(order.verdict or {}),
        origin=approval.origin.value,
        asked_for=approval.principal,
        session_id=approval.session_id,
        created_at=approval.created_at,
        expires_at=approval.expires_at,
        resolved_at=approval.resolved_at,
        resolved_by=approval.resolved_by,
        reason=approval.reason,
    )


class FillTold(Result):
    """A single fill: `fee` in quote, `at` when it happened."""

    id: str
    amount: Num
    price: Num
    fee: Num
    at: Millis


class PositionTold(Result):
    """A position after a fill, at the price of that; `amount` 0 is a closed one."""

    id: str
    pair: Pair
    side: str
    amount: Num
    entry_price: Num
    unrealized_pnl: Num
    realized_pnl: Num


class OrderChanged(Result):
    """An order that has changed: its exact `state`, its new `fills`, and the position that they made.

    `run` is the run that it belongs to.
    """

    order_id: str
    account: str
    run: str | None
    mode: str
    pair: Pair
    side: str
    type: str
    state: str
    amount: Num
    executed_qty: Num
    reason: str | None
    fills: list[FillTold]
    position: PositionTold | None
    updated_at: Millis


class SwitchPut(Result):
    """The kill switch was put."""

    state: str
    by: str | None
    reason: str | None
    at: Millis | None


class Herald:
    """Tells everybody of what changes with orders, approvals and the switch: `trading.ports.News`."""

    def __init__(self, events: EventBus, new_id: NewId) -> None:
        self._events = events
        self._new_id = new_id

    async def order(self, uow: UnitOfWork, order: Order, fills: Sequence[Fill]) -> None:
        """Tell of an order that has changed, and of its trades."""
        await self._record(uow, "trade.order", await _changed(uow, order, fills))
        if fills:
            told = _executed(order, fills)
            await self._record(uow, "trade:executed", told)
            notice = of_fills(order, fills, told, self._new_id)
            if notice is not None:
                await uow.notices.add(notice)

    async def approval(self, uow: UnitOfWork, approval: Approval, order: Order) -> None:
        """Tell of a request for approval that was made or has ended."""
        told = approval_view(approval, order)
        await self._record(uow, _name(approval.status), told)
        if approval.status is ApprovalStatus.PENDING:
            await uow.notices.add(*of_request(approval.principal, told, approval.created_at, self._new_id))

    async def mandate(self, uow: UnitOfWork, standing: Standing) -> None:
        """Tell of a request to let a run trade that was made, or of how it or the mandate has ended."""
        told, mandate = run_view(standing), standing.mandate
        await self._record(uow, _name(mandate.status), told)
        if mandate.status is ApprovalStatus.PENDING:
            await uow.notices.add(*of_request(mandate.principal, told, mandate.created_at, self._new_id))

    async def switch(self, uow: UnitOfWork, switch: Switch) -> None:
        """Tell of the kill switch being put."""
        told = SwitchPut(state=switch.state.value, by=switch.by, reason=switch.reason, at=switch.at)
        await self._record(uow, "trading.switched", told)

    async def _record(self, uow: UnitOfWork, name: str, told: Result) -> None:
        # The money domain hands through the transaction that `kit.app` gave it: one of our own.
        await self._events.record(cast(Transaction, uow), name, told.model_dump(mode="json"))


async def _changed(uow: UnitOfWork, order: Order, fills: Sequence[Fill]) -> OrderChanged:
    run = order.run
    if run is None and order.mode is Mode.PAPER:
        found = await cast(Transaction, uow).runs.of_account(order.account)
        run = None if found is None else found.id
    position = await uow.positions.latest(order.account, order.symbol) if fills else None
    return OrderChanged(
        order_id=order.id,
        account=order.account,
        run=run,
        mode=order.mode.value,
        pair=order.symbol,
        side=order.side.value,
        type=order.type.value,
        state=order.status.value,
        amount=order.amount,
        executed_qty=order.filled,
        reason=order.reason,
        fills=[
            FillTold(id=each.id, amount=each.amount, price=each.price, fee=each.fee, at=each.at)
            for each in fills
        ],
        position=None if position is None else _position(position, fills[-1].price),
        updated_at=order.updated_at,
    )


def _position(position: Position, price: Decimal) -> PositionTold:
    return PositionTold(
        id=position.id,
        pair=position.symbol,
        side=position.side,
        amount=position.amount,
        entry_price=position.entry_price,
        unrealized_pnl=position.unrealized(price),
        realized_pnl=position.realized,
    )


def _name(status: ApprovalStatus) -> str:
    return "approval.requested" if status is ApprovalStatus.PENDING else "approval.resolved"


def _executed(order: Order, fills: Sequence[Fill]) -> TradeExecuted:
    amount = sum((fill.amount for fill in fills), ZERO)
    cost = sum((fill.notional for fill in fills), ZERO)
    closed: list[Decimal] = [fill.realized for fill in fills if fill.realized is not None]
    return TradeExecuted(
        order_id=order.id,
        status=STATUS[order.status],
        exchange=order.exchange,
        mode=order.mode.value,
        pair=order.symbol,
        side=order.side.value,
        type=order.type.value,
        amount=amount,
        price=cost / amount,
        cost=cost,
        fee=sum((fill.fee for fill in fills), ZERO),
        realized_pnl=sum(closed, ZERO) if closed else None,
        timestamp=fills[-1].at,
        timestamp_ms=fills[-1].at,
    )
