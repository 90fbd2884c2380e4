"""The WebSocket of this API: every cycle, decision and position as it happens."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from gateway.dialects.llm_trading import cycles, markets, trading
from gateway.dialects.llm_trading.answers import Told
from gateway.dialects.llm_trading.cycles import SOCKET
from gateway.dialects.llm_trading.words import SIDES, STATUSES, whole
from gateway.sockets import Frame, Query, SocketDialect
from tools.contests.views import RunDecisionView, RunPosition, RunTrade
from tools.wire import IsoTime, Millis, Num, Params

APPROVED = frozenset({"executed", "hold", "failed"})
"""Outcomes of decisions that no rule was against; of those, the exchange did not do what failed."""


class Message(Told):
    """What is sent."""

    type: str
    data: Any
    timestamp: IsoTime


class Connected(Told):
    """The name of a connection."""

    client_id: str
    connected_at: IsoTime


class CycleStarted(Told):
    """A cycle has begun."""

    cycle_id: str
    started_at: IsoTime


class CycleEnded(Told):
    """A cycle has come to its end."""

    cycle_id: str
    status: str
    duration_seconds: float
    llms_processed: int
    positions_opened: int
    positions_closed: int
    completed_at: IsoTime


class Wish(Told):
    """What a model wants; of what opens nothing only the action and its reasons."""

    action: str
    symbol: str | None
    side: str | None
    size_usd: Num | None
    leverage: int | float | None
    confidence: Num
    reasoning: str


class Decided(Told):
    """What a model wants, whether the rules let it, and whether it was done."""

    llm_id: str
    decision: Wish
    approved: bool
    executed: bool


class Held(Told):
    """A position."""

    id: str
    llm_id: str
    symbol: str
    side: str
    entry_price: Num
    quantity: Num
    leverage: int | float
    margin: Num


class PositionChanged(Told):
    """What became of a position."""

    action: str
    position: Held


class _Event(Params):
    """The fields of an event that are told on; others are let be."""

    model_config = ConfigDict(extra="ignore")


class _Started(_Event):
    cycle_id: str
    started_at: Millis


class _Counts(_Event):
    asked: int
    opened: int
    closed: int


class _Completed(_Event):
    cycle_id: str
    status: str
    seconds: float | None
    entrants: _Counts
    ended_at: Millis


def greeting(name: str, at: datetime) -> Message:
    """Return the first message of a connection."""
    return Message(type="connection", data=Connected(client_id=name, connected_at=at), timestamp=at)


def answer(frame: Frame, at: datetime) -> Message:
    """Return the answer to what a client says."""
    if frame.get("type") == "ping":
        return Message(type="pong", data={}, timestamp=at)
    return refusal('send {"type": "ping"}, or nothing: all else is told without being asked for', at)


def refusal(why: str, at: datetime) -> Message:
    """Return the answer to what is wrong."""
    return Message(type="error", data={"error": "BadRequest", "message": why}, timestamp=at)


def cycle_start(payload: Mapping[str, Any], at: datetime) -> Message:
    """Return that a cycle has begun."""
    event = _Started.model_validate(payload)
    told = CycleStarted(cycle_id=event.cycle_id, started_at=event.started_at)
    return Message(type="cycle_start", data=told, timestamp=at)


def cycle_complete(payload: Mapping[str, Any], at: datetime) -> Message:
    """Return how a cycle ended."""
    event = _Completed.model_validate(payload)
    told = CycleEnded(
        cycle_id=event.cycle_id,
        status=STATUSES[event.status],
        duration_seconds=event.seconds or 0.0,
        llms_processed=event.entrants.asked,
        positions_opened=event.entrants.opened,
        positions_closed=event.entrants.closed,
        completed_at=event.ended_at,
    )
    return Message(type="cycle_complete", data=told, timestamp=at)


def llm_decision(payload: Mapping[str, Any], at: datetime) -> Message | None:
    """Return what a model decided; a model that gave no decision holds, and a baseline is not told of."""
    event = RunDecisionView.model_validate(payload)
    if event.baseline:
        return None
    wish = Wish(
        action=event.action or "HOLD",
        symbol=None if event.pair is None else event.pair.joined,
        side=None if event.side is None else SIDES[event.side],
        size_usd=event.size,
        leverage=None if event.leverage is None else whole(event.leverage),
        confidence=event.confidence or 0,
        reasoning=event.reasoning or event.reason or "",
    )
    told = Decided(
        llm_id=event.name,
        decision=wish,
        approved=event.outcome in APPROVED,
        executed=event.outcome == "executed",
    )
    return Message(type="llm_decision", data=told, timestamp=at)


def position_update(payload: Mapping[str, Any], at: datetime) -> Message | None:
    """Return what became of a position."""
    action = payload["action"]
    if action == "CLOSED":
        trade = RunTrade.model_validate(payload["position"])
        margin = trade.entry_price * trade.amount / trade.leverage
        return None if trade.baseline else _changed(action, trade, trade.trade_id, margin, at)
    held = RunPosition.model_validate(payload["position"])
    return None if held.baseline else _changed(action, held, held.position_id, held.margin, at)


def _changed(action: str, each: RunPosition | RunTrade, name: str, margin: Num, at: datetime) -> Message:
    position = Held(
        id=name,
        llm_id=each.name,
        symbol=each.pair.joined,
        side=SIDES[each.side],
        entry_price=each.entry_price,
        quantity=each.amount,
        leverage=whole(each.leverage),
        margin=margin,
    )
    told = PositionChanged(action=action, position=position)
    return Message(type="position_update", data=told, timestamp=at)


def _as(kind: str, tells: Callable[[Any, datetime], Any]) -> Callable[[Any, datetime], Message]:
    """Return what makes a message of a result that a path of this API tells as well."""
    return lambda told, at: Message(type=kind, data=tells(told, at), timestamp=at)


FEED = SocketDialect(
    path=SOCKET,
    greets=greeting,
    answers=answer,
    refuses=refusal,
    tells={
        "arena.cycle.started": cycle_start,
        "arena.cycle.completed": cycle_complete,
        "arena.decision": llm_decision,
        "arena.position": position_update,
    },
    queries={
        "get_status": (
            Query("arena.status", _as("scheduler_status", cycles.status)),
            Query("arena.accounts", _as("trading_status", trading.status)),
        ),
        "get_market": (Query("market.prices", _as("market_snapshot", markets.snapshot), markets.ALL),),
    },
)
"""What is told of the arena, to whoever listens."""
