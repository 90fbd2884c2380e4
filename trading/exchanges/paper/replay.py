"""Runs resting orders of one account through a tape, up to the first thing that happens to one of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from trading.fees import fee, rate
from trading.margin import ceiling
from trading.matching import (
    INSTANT,
    Take,
    floor_to,
    on_candle,
    on_trade,
    trailed,
    trailed_by_candle,
    triggers,
    waiting,
)
from trading.model import ZERO, Candle, Instrument, Liquidity, Order, OrderBook, OrderStatus, Side
from trading.ports import Execution, Report
from trading.tape import MINUTE, Moment, Tape


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an order at `at`.

    It traded (`takes`, perhaps none), or its stop was triggered by a trade at `price` and what follows is for
    the book to say (`takes` is None).
    """

    order: Order
    at: datetime
    looked_at: datetime
    takes: tuple[Take, ...] | None = None
    liquidity: Liquidity = Liquidity.MAKER
    price: Decimal | None = None


class Filler:
    """Turns what an order took into what the exchange reports, by the rules of one pair."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument

    def budget_left(self, order: Order) -> Decimal | None:
        """Return how much quote the order may still trade, None for no bound."""
        return None if order.budget is None else order.budget - order.cost

    def whole(self, order: Order, price: Decimal) -> tuple[Take, ...]:
        """Return everything that is left of the order at one price, as far as its budget goes.

        A margin order trades nothing above what is reserved for it: a purchase waits, a sale gets no better.
        """
        highest = ceiling(order)
        if highest is not None and price > highest:
            if order.side is Side.BUY:
                return ()
            price = floor_to(highest, self._instrument.tick)
        budget = self.budget_left(order)
        amount = order.remaining if budget is None else min(order.remaining, budget / price)
        amount = floor_to(amount, self._instrument.step)
        return (Take(price, amount),) if amount > 0 else ()

    def queued(self, order: Order, book: OrderBook) -> Order:
        """Return a limit order with what rests before it at its price.

        Beyond what the book shows, as much is assumed as its deepest level holds.
        """
        if order.price is None:
            return order
        own = book.own(order.side)
        ahead = next((level.amount for level in own if level.price == order.price), ZERO)
        if own and (own[-1].price - order.price) * order.side.sign > 0:
            ahead = own[-1].amount
        return replace(order, queue_ahead=ahead)

    def report(
        self,
        order: Order,
        takes: Sequence[Take],
        liquidity: Liquidity,
        at: datetime,
        seen: datetime,
        *,
        short: bool = False,
        spent: bool = False,
    ) -> Report:
        """Return the report of an order after these takes.

        `short` says that a book held no more, `spent` that what was reserved reached no further.
        """
        fraction = rate(self._instrument, liquidity)
        filled = order.filled + sum((take.amount for take in takes), ZERO)
        status, reason = _outcome(order, filled, short, spent)
        return Report(
            order_id=order.id,
            status=status,
            executions=tuple(
                Execution(take.amount, take.price, fee(take.amount * take.price, fraction), liquidity, at)
                for take in takes
            ),
            looked_at=seen,
            queue_ahead=order.queue_ahead,
            triggered=order.triggered,
            reason=reason,
            stop_price=order.stop_price,
        )


def _outcome(order: Order, filled: Decimal, short: bool, spent: bool) -> tuple[OrderStatus, str | None]:
    if filled >= order.amount:
        return OrderStatus.FILLED, None
    if order.price is not None and not spent:
        return (OrderStatus.PARTIAL if filled else OrderStatus.ACCEPTED), None
    if short:
        return OrderStatus.CANCELED, "the book holds no more"
    # Only its budget can have stopped it: that completes an order which was sized by it.
    if order.quoted and filled:
        return OrderStatus.FILLED, None
    return OrderStatus.CANCELED, "the price ran away from what was reserved"


def looked_at(order: Order) -> datetime:
    """Return the last moment that has been searched for this order."""
    return order.looked_at or order.created_at


def replay(
    orders: Sequence[Order], tape: Tape, instrument: Instrument, slippage: Decimal
) -> tuple[list[Order], Event | None]:
    """Return the account's orders as they stood just before its first event, without that one, and the event.

    Without an event all of them have been looked at as far as the tape is complete. When several orders are
    due in one moment, stops come first, then the oldest.
    """
    state = {order.id: order for order in orders}
    for moment in tape.moments:
        due: list[Event] = []
        after = dict(state)
        for order in state.values():
            if moment.is_news(looked_at(order)):
                after[order.id], event = _react(order, moment, instrument, slippage)
                due += [event] if event is not None else []
        if due:
            first = min(due, key=_priority)
            del state[first.order.id]
            return [_seen(order, moment.at - INSTANT) for order in state.values()], first
        state = after
    return [_seen(order, tape.seen) for order in state.values()], None


def _priority(event: Event) -> tuple[bool, datetime, str]:
    stop = event.takes is None or event.liquidity is Liquidity.TAKER
    return (not stop, event.order.created_at, event.order.id)


def _seen(order: Order, at: datetime) -> Order:
    return replace(order, looked_at=max(at, looked_at(order)))


def _react(
    order: Order, moment: Moment, instrument: Instrument, slippage: Decimal
) -> tuple[Order, Event | None]:
    if moment.candle is not None:
        event = _on_candle(order, moment.candle, moment, instrument, slippage)
        return (trailed_by_candle(order, moment.candle, instrument.tick) if event is None else order), event
    if waiting(order):
        return _on_trades(order, moment, instrument)
    queue, filled = order.queue_ahead or ZERO, ZERO
    left = order
    for trade in moment.trades:
        part, queue = on_trade(left, queue, trade, instrument.step)
        filled += part
        left = replace(order, filled=order.filled + filled)
    after = replace(order, queue_ahead=queue)
    if not filled or order.price is None:
        return after, None
    return after, Event(after, moment.at, moment.at, (Take(order.price, filled),))


def _on_trades(order: Order, moment: Moment, instrument: Instrument) -> tuple[Order, Event | None]:
    """Return a waiting stop after trades of one instant: each may trigger it, and otherwise moves it."""
    for trade in moment.trades:
        if triggers(order, trade.price):
            running = replace(order, triggered=True)
            return order, Event(running, moment.at, moment.at, price=trade.price)
        order = trailed(order, trade.price, instrument.tick)
    return order, None


def _on_candle(
    order: Order, candle: Candle, moment: Moment, instrument: Instrument, slippage: Decimal
) -> Event | None:
    hit = on_candle(order, candle, MINUTE.span, slippage, instrument.tick)
    if hit is None:
        return None
    running = replace(order, triggered=order.triggered or waiting(order))
    takes = () if hit.price is None else Filler(instrument).whole(running, hit.price)
    return Event(running, hit.at, moment.end, takes, hit.liquidity)
