"""The WebSocket of this API: how the runner stands, and orders to who subscribes to them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.dialects.cracktrader.answers import Order, Told
from gateway.dialects.cracktrader.wording import Problem, refused
from gateway.dialects.cracktrader.words import ORDER_STATES
from gateway.sockets import Frame, SocketDialect
from tools.trade_events import OrderChanged
from tools.wire import IsoTime

PATHS = ("/api/v1/ws/status", "/ws/status")

STATUS, ORDERS = "status", "orders"
CHANNELS: Mapping[str, str] = {STATUS: "runner.status", ORDERS: "trade.order"}
"""What can be subscribed to, and the event that is told there; the status is told to everybody."""

MOST = 10
"""Subscriptions of one connection; one that is repeated counts again."""


class Greeting(Told):
    """The first message of a connection."""

    type: str = "connected"
    connection_id: str
    channels: tuple[str, ...] = tuple(CHANNELS)
    timestamp: IsoTime


class Subscription(Told):
    """A channel that is heard from now on, or no more."""

    type: str
    channel: str
    timestamp: IsoTime


class Pong(Told):
    """The answer to a ping."""

    type: str = "pong"
    timestamp: IsoTime


class Refusal(Told):
    """What was wrong."""

    type: str = "error"
    error: Problem
    timestamp: IsoTime


class Standing(Told):
    """How the runner stands."""

    status: str
    run_id: str | None
    mode: str | None


class StatusUpdate(Standing):
    """The runner stands elsewhere now; what it is says both for itself and in `payload`."""

    type: str = "status_update"
    payload: Standing
    timestamp: IsoTime


class OrderFrame(Told):
    """An order has changed."""

    channel: str = ORDERS
    data: Order


class Listener:
    """What one connection has subscribed to."""

    def __init__(self) -> None:
        self._channels: list[str] = []

    def answer(self, frame: Frame, at: datetime) -> Told:
        """Return the answer to what a client says."""
        action, channel = frame.get("action", frame.get("type")), frame.get("channel")
        if action == "ping":
            return Pong(timestamp=at)
        if action not in ("subscribe", "unsubscribe"):
            return refusal('send {"action": "subscribe", "channel": "orders"}', at)
        if not isinstance(channel, str) or channel not in CHANNELS:
            return refusal(f"the channels are {', '.join(CHANNELS)}", at)
        return self._subscribe(channel, at) if action == "subscribe" else self._unsubscribe(channel, at)

    def hears(self, event: str) -> bool:
        """Tell whether an event of this name is told here."""
        return event == CHANNELS[STATUS] or event in {CHANNELS[each] for each in self._channels}

    def _subscribe(self, channel: str, at: datetime) -> Told:
        if len(self._channels) >= MOST:
            return _refusal("RATE_LIMITED", f"{MOST} subscriptions per connection", at)
        self._channels.append(channel)
        return Subscription(type="subscribed", channel=channel, timestamp=at)

    def _unsubscribe(self, channel: str, at: datetime) -> Told:
        self._channels = [each for each in self._channels if each != channel]
        return Subscription(type="unsubscribed", channel=channel, timestamp=at)


def greeting(name: str, at: datetime) -> Greeting:
    """Return the first message of a connection."""
    return Greeting(connection_id=name, timestamp=at)


def refusal(why: str, at: datetime) -> Refusal:
    """Return the answer to what is wrong."""
    return _refusal("INVALID_REQUEST", why, at)


def status_update(payload: Mapping[str, Any], at: datetime) -> StatusUpdate:
    """Return how the runner stands now."""
    standing = Standing(status=payload["status"], run_id=payload["runId"], mode=payload["mode"])
    return StatusUpdate(**standing.model_dump(), payload=standing, timestamp=at)


def order(payload: Mapping[str, Any], at: datetime) -> OrderFrame:
    """Return an order as it stands now; its price is what has just traded, None where nothing has."""
    told = OrderChanged.model_validate(payload)
    traded = sum((each.amount for each in told.fills), Decimal(0))
    cost = sum((each.amount * each.price for each in told.fills), Decimal(0))
    return OrderFrame(
        data=Order(
            order_id=told.order_id,
            status=ORDER_STATES[told.state],
            symbol=str(told.pair),
            side=told.side,
            amount=told.amount,
            price=cost / traded if traded else None,
            timestamp=told.updated_at,
        )
    )


def _refusal(code: str, why: str, at: datetime) -> Refusal:
    return Refusal(error=refused(code, why).error, timestamp=at)


FEEDS = tuple(
    SocketDialect(
        path=path,
        greets=greeting,
        answers=lambda frame, at: None,
        refuses=refusal,
        tells={CHANNELS[STATUS]: status_update, CHANNELS[ORDERS]: order},
        listens=Listener,
    )
    for path in PATHS
)
"""The same at both addresses."""
