"""What fills an order, and at which price: pure rules over a book, a trade or a candle.

Paper trading, replay and accounts that trade by themselves all use these; only the clock and the data differ.
With a known book the walk itself is the cost of a market order; slippage is added only where just a quote or
a candle is known.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from trading.model import ZERO, Candle, Level, Liquidity, Order, OrderType, PublicTrade, Side

INSTANT = timedelta(microseconds=1)
"""The shortest step of time: what has been searched up to `t - INSTANT` has not seen `t`."""

_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})


@dataclass(frozen=True, slots=True)
class Take:
    """So much base at this price."""

    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Hit:
    """What a bar did to an order: it traded at `price`, or (None) it only became a resting limit."""

    price: Decimal | None
    liquidity: Liquidity
    at: datetime


def floor_to(value: Decimal, unit: Decimal) -> Decimal:
    """Return `value` rounded down to a multiple of `unit`."""
    return (value // unit) * unit


def against(side: Side, price: Decimal, tick: Decimal) -> Decimal:
    """Return `price` on the tick, rounded to the worse side for whoever takes it."""
    rounding = ROUND_CEILING if side is Side.BUY else ROUND_FLOOR
    return (price / tick).to_integral_value(rounding) * tick


def slipped(side: Side, price: Decimal, slippage: Decimal, tick: Decimal) -> Decimal:
    """Return the price that a taker gets who slips by this fraction; never below one tick."""
    return max(against(side, price * (1 + side.sign * slippage), tick), tick)


def allows(side: Side, limit: Decimal | None, price: Decimal) -> bool:
    """Return whether a limit (None: no limit) lets an order of this side trade at `price`."""
    return limit is None or (price <= limit if side is Side.BUY else price >= limit)


def waiting(order: Order) -> bool:
    """Return whether the order is a stop that has not been triggered yet."""
    return order.type in _STOPS and not order.triggered


def triggers(order: Order, last: Decimal) -> bool:
    """Return whether a waiting stop starts at this last price."""
    stop = order.stop_price
    return stop is not None and (last >= stop if order.side is Side.BUY else last <= stop)


def behind(side: Side, best: Decimal, trail: Decimal, relative: bool, tick: Decimal) -> Decimal:
    """Return the trigger of a stop that follows the best price at a distance of at least one tick."""
    distance = max(best * trail if relative else trail, tick)
    # As any trigger it never starts later than it was asked to.
    rounding = ROUND_CEILING if side is Side.SELL else ROUND_FLOOR
    on_tick = ((best + side.sign * distance) / tick).to_integral_value(rounding) * tick
    return min(on_tick, best - tick) if side is Side.SELL else max(on_tick, best + tick)


def trailed(order: Order, price: Decimal, tick: Decimal) -> Order:
    """Return a waiting trailing stop after a price: it follows a better one and never goes back."""
    if order.trail is None or order.stop_price is None or not waiting(order):
        return order
    stop = behind(order.side, price, order.trail, order.trail_relative, tick)
    if (stop - order.stop_price) * order.side.sign >= 0:
        return order
    return replace(order, stop_price=stop)


def trailed_by_candle(order: Order, candle: Candle, tick: Decimal) -> Order:
    """Return a trailing stop after a whole bar that did not trigger it."""
    return trailed(order, candle.high if order.side is Side.SELL else candle.low, tick)


def walk(
    levels: Iterable[Level],
    side: Side,
    amount: Decimal,
    step: Decimal,
    *,
    limit: Decimal | None = None,
    budget: Decimal | None = None,
) -> tuple[Take, ...]:
    """Take opposite levels, best first: at most `amount`, nothing past `limit`, at most `budget` quote."""
    takes: list[Take] = []
    for level in levels:
        if amount <= 0 or not allows(side, limit, level.price):
            break
        wanted = min(level.amount, amount)
        part = floor_to(wanted if budget is None else min(wanted, budget / level.price), step)
        if part > 0:
            takes.append(Take(level.price, part))
            amount -= part
            budget = None if budget is None else budget - part * level.price
        if budget is not None and part < floor_to(wanted, step):
            break
    return tuple(takes)


def on_trade(order: Order, queue: Decimal, trade: PublicTrade, step: Decimal) -> tuple[Decimal, Decimal]:
    """Return how much of a resting limit one public trade fills, and what still rests before it.

    A trade through the price fills all of it. A touch first consumes the `queue` that was there before.
    """
    if order.price is None or not allows(order.side, order.price, trade.price):
        return ZERO, queue
    if trade.price != order.price:
        return order.remaining, ZERO
    reached = max(trade.amount - queue, ZERO)
    return floor_to(min(reached, order.remaining), step), max(queue - trade.amount, ZERO)


def on_candle(order: Order, candle: Candle, span: timedelta, slippage: Decimal, tick: Decimal) -> Hit | None:
    """Return what a whole bar does to an order that was resting when it opened, or None.

    A stop fills at the worse of stop and open, slipped; a limit at the better of limit and open, not slipped.
    What happens inside a bar is dated to its last instant.

    A trailing stop that a bar could both move and trigger triggers where the bar's open has left it, if the
    bar reaches that, and otherwise where the bar's own extreme has moved it, if the bar reaches that.
    """
    if order.trail is not None and waiting(order):
        return _trailing_on_candle(order, candle, span, slippage, tick)
    if waiting(order):
        return _stop_on_candle(order, candle, span, slippage, tick)
    if order.price is None:
        return None
    reached = candle.low if order.side is Side.BUY else candle.high
    if not allows(order.side, order.price, reached):
        return None
    if allows(order.side, order.price, candle.open):
        return Hit(candle.open, Liquidity.MAKER, candle.opened_at)
    return Hit(order.price, Liquidity.MAKER, candle.opened_at + span - INSTANT)


def _stop_on_candle(
    order: Order, candle: Candle, span: timedelta, slippage: Decimal, tick: Decimal
) -> Hit | None:
    stop = order.stop_price
    reached = candle.high if order.side is Side.BUY else candle.low
    if stop is None or not triggers(order, reached):
        return None
    gap = triggers(order, candle.open)
    price = slipped(order.side, candle.open if gap else stop, slippage, tick)
    if not allows(order.side, order.price, price):
        # A stop-limit may still trade at its limit where the trigger itself is within it.
        within = allows(order.side, order.price, candle.open if gap else stop)
        price_or_rest = order.price if within else None
    else:
        price_or_rest = price
    return Hit(price_or_rest, Liquidity.TAKER, candle.opened_at if gap else candle.opened_at + span - INSTANT)


def _trailing_on_candle(
    order: Order, candle: Candle, span: timedelta, slippage: Decimal, tick: Decimal
) -> Hit | None:
    opened = order if triggers(order, candle.open) else trailed(order, candle.open, tick)
    hit = _stop_on_candle(opened, candle, span, slippage, tick)
    if hit is not None:
        return hit
    moved = trailed_by_candle(opened, candle, tick)
    reached = candle.high if order.side is Side.BUY else candle.low
    if moved.stop_price is None or not triggers(moved, reached):
        return None
    price = slipped(order.side, moved.stop_price, slippage, tick)
    return Hit(price, Liquidity.TAKER, candle.opened_at + span - INSTANT)
