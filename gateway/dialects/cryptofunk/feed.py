"""The WebSocket of this API: every order, trade, position, agent and session as it changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from gateway.dialects.cryptofunk import agents
from gateway.dialects.cryptofunk.decision_answers import Told
from gateway.dialects.cryptofunk.service import SOCKET
from gateway.dialects.cryptofunk.uuids import to_uuid
from gateway.dialects.cryptofunk.words import ORDER_STATES, ORDER_TYPES, SESSION_STATES
from gateway.sockets import Frame, SocketDialect, SocketLimits
from tools.agents import AgentView
from tools.trade_events import FillTold, OrderChanged, PositionTold
from tools.wire import IsoTime, Num, Params

LIMITS = SocketLimits(max_bytes=512, queue=256, write_seconds=10, ping_seconds=54, pong_seconds=60)

SENTENCES: Mapping[str, str] = {
    "trading_started": "Trading session started",
    "trading_paused": "Trading session paused",
    "trading_stopped": "Trading session stopped",
    "trading_failed": "Trading session failed",
}


class Message(Told):
    """What is sent."""

    type: str
    timestamp: IsoTime
    data: Any


class OrderUpdate(Told):
    """An order that has changed."""

    order_id: str
    session_id: str | None
    symbol: str
    side: str
    type: str
    status: str
    quantity: Num
    executed_quantity: Num
    filled_at: IsoTime | None


class Trade(Told):
    """A single fill of an order."""

    trade_id: str
    order_id: str
    session_id: str | None
    symbol: str
    side: str
    price: Num
    quantity: Num
    commission: Num
    executed_at: IsoTime


class PositionUpdate(Told):
    """A position after a fill, at the price of that; a closed one has quantity 0."""

    position_id: str
    session_id: str | None
    symbol: str
    side: str
    entry_price: Num
    quantity: Num
    unrealized_pnl: Num
    realized_pnl: Num


class SystemStatus(Told):
    """What became of a session."""

    status: str
    message: str
    metadata: dict[str, str]


class Trouble(Told):
    """What went wrong, and how bad that is: `low`, `medium` or `high`."""

    error: str
    details: str
    severity: str


class _Event(Params):
    """The fields of an event that are told on; others are let be."""

    model_config = ConfigDict(extra="ignore")


class _Session(_Event):
    run_id: str
    state: str
    mode: str
    pairs: list[str]
    reason: str | None


class _Refused(_Event):
    pair: str
    side: str
    reason: str


def answer(frame: Frame, at: datetime) -> Message:
    """Return the answer to what a client says."""
    if frame.get("type") == "ping":
        return Message(type="pong", timestamp=at, data={})
    return refusal('send {"type": "ping"}, or nothing: all else is told without being asked for', at)


def refusal(why: str, at: datetime) -> Message:
    """Return the answer to what is wrong."""
    return _trouble("invalid message", why, "low", at)


def order(payload: Mapping[str, Any], at: datetime) -> Sequence[Message]:
    """Return that an order has changed, its fills, the position they made, and that it was rejected."""
    event = OrderChanged.model_validate(payload)
    name, session = to_uuid(event.order_id), None if event.run is None else to_uuid(event.run)
    status = ORDER_STATES[event.state]
    update = OrderUpdate(
        order_id=name,
        session_id=session,
        symbol=str(event.pair),
        side=event.side.upper(),
        type=ORDER_TYPES[event.type],
        status=status,
        quantity=event.amount,
        executed_quantity=event.executed_qty,
        filled_at=event.updated_at if status == "FILLED" else None,
    )
    told = [Message(type="order_update", timestamp=at, data=update)]
    told += [Message(type="trade", timestamp=at, data=_trade(each, update, session)) for each in event.fills]
    if event.position is not None:
        told.append(Message(type="position_update", timestamp=at, data=_position(event.position, session)))
    if status == "REJECTED":
        told.append(_trouble("Failed to execute order", event.reason or "the order was rejected", "high", at))
    return told


def session(payload: Mapping[str, Any], at: datetime) -> Sequence[Message]:
    """Return what became of a session; nothing of one that was made ready to begin anew."""
    event = _Session.model_validate(payload)
    status = SESSION_STATES.get(event.state)
    if status is None:
        return ()
    told = SystemStatus(
        status=status,
        message=SENTENCES[status],
        metadata={
            "session_id": to_uuid(event.run_id),
            "symbol": ", ".join(event.pairs),
            "mode": event.mode.upper(),
        },
    )
    shown = [Message(type="system_status", timestamp=at, data=told)]
    if event.state == "failed":
        shown.append(_trouble("Trading session failed", event.reason or "it cannot go on", "high", at))
    return shown


def agent(payload: Mapping[str, Any], at: datetime) -> Message:
    """Return that a part of the engine is well again, or is not any more."""
    view = AgentView.model_validate(payload)
    return Message(type="agent_status", timestamp=at, data=agents.agent(view))


def refused(payload: Mapping[str, Any], at: datetime) -> Message:
    """Return that an order was not taken."""
    event = _Refused.model_validate(payload)
    return _trouble("Failed to execute order", event.reason, "high", at)


def _trade(fill: FillTold, update: OrderUpdate, session: str | None) -> Trade:
    return Trade(
        trade_id=to_uuid(fill.id),
        order_id=update.order_id,
        session_id=session,
        symbol=update.symbol,
        side=update.side,
        price=fill.price,
        quantity=fill.amount,
        commission=fill.fee,
        executed_at=fill.at,
    )


def _position(told: PositionTold, session: str | None) -> PositionUpdate:
    return PositionUpdate(
        position_id=to_uuid(told.id),
        session_id=session,
        symbol=str(told.pair),
        side=told.side.upper(),
        entry_price=told.entry_price,
        quantity=told.amount,
        unrealized_pnl=told.unrealized_pnl,
        realized_pnl=told.realized_pnl,
    )


def _trouble(error: str, details: str, severity: str, at: datetime) -> Message:
    return Message(type="error", timestamp=at, data=Trouble(error=error, details=details, severity=severity))


FEED = SocketDialect(
    path=SOCKET,
    greets=None,
    answers=answer,
    refuses=refusal,
    tells={
        "trade.order": order,
        "runs.changed": session,
        "agents.changed": agent,
        "books.refused": refused,
    },
    private=True,
    limits=LIMITS,
)
"""What is told of orders, positions, sessions and agents, to whoever listens."""
