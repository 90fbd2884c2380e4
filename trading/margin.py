"""Isolated margin in quote: what is set aside, where it is liquidated, which orders count on a position.

An account has at most one margin position per pair, beside what it holds of the base. An order with a
leverage grows it on its own side; on the other side it reduces it and opens the opposite one with the rest.

What closes a position needs no money: its fee comes out of the margin it gives back, and whatever a fill
lost beyond that margin, the fee included, is the venue's. So only the opening part of an order is reserved
for. Which part that is changes with the position: an order counts on closing what no older one closes.
"""

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal

from trading.errors import InvalidOrder
from trading.fees import FEE_UNIT
from trading.model import ZERO, Order, Position
from trading.orders import UNDECIDED

MAINTENANCE = Decimal("0.005")
"""The margin that a position must keep, as a fraction of its notional: one tier for all sizes."""

MOST_LEVERAGE = Decimal(125)
"""Beyond it a position would be liquidated by next to any move."""


def set_aside(notional: Decimal, leverage: Decimal) -> Decimal:
    """Return the initial margin of a notional, rounded down: parts stay within what the whole reserved."""
    return (notional / leverage).quantize(FEE_UNIT, rounding=ROUND_DOWN)


def liquidation_price(position: Position) -> Decimal:
    """Return the price at which a margin position is liquidated; zero when no price is low enough for it.

    That is where what is left of the margin equals the maintenance margin.
    """
    if not position.amount:
        return ZERO
    return _liquidated_at(position.sign, position.amount, position.cost, position.margin)


def _liquidated_at(sign: int, amount: Decimal, cost: Decimal, margin: Decimal) -> Decimal:
    return max((margin - sign * cost) / (amount * (MAINTENANCE - sign)), ZERO)


def check_stop_loss(order: Order, position: Position | None, opens: Decimal, market: Decimal) -> None:
    """Raise InvalidOrder when what an order opens would be liquidated before its stop-loss is reached.

    `opens` is how much that is, `position` the one of its pair, `market` the price of this moment.
    """
    if order.leverage is None or order.stop_loss is None or not opens:
        return
    sign = order.side.sign
    price = order.stop_price or order.price or market
    if order.stop_price is None:
        # A limit that is past the market trades there.
        price = min(price, market) if sign > 0 else max(price, market)
    amount, cost, margin = opens, opens * price, set_aside(opens * price, order.leverage)
    if position is not None and position.sign == sign:
        amount, cost = amount + position.amount, cost + position.cost
        margin += position.margin
    check_reached(order.stop_loss, sign, _liquidated_at(sign, amount, cost, margin))


def check_reached(stop_loss: Decimal, sign: int, liquidated: Decimal) -> None:
    """Raise InvalidOrder for a stop-loss at or beyond the price of the liquidation; zero is none."""
    if liquidated and (stop_loss - liquidated) * sign <= 0:
        words = "above" if sign > 0 else "below"
        raise InvalidOrder(
            f"the stop-loss must lie {words} {liquidated:.8g}, where the position would be liquidated; "
            f"{stop_loss} does not",
            stop_loss=float(stop_loss),
            liquidation_price=float(liquidated),
        )


def liquidation_trigger(position: Position, tick: Decimal) -> Decimal:
    """Return the first price on the tick that liquidates a position."""
    rounding = ROUND_FLOOR if position.sign > 0 else ROUND_CEILING
    return (liquidation_price(position) / tick).to_integral_value(rounding) * tick


def margin_of(positions: Iterable[Position]) -> Position | None:
    """Return the margin position among those of one pair."""
    return next((position for position in positions if position.leverage is not None), None)


def worth(position: Position, mark: Decimal | None) -> Decimal:
    """Return what a margin position is worth at a price: margin and what it has won; a holding: zero."""
    if position.leverage is None:
        return ZERO
    return position.margin + (ZERO if mark is None else position.unrealized(mark))


def closes(order: Order, position: Position | None) -> bool:
    """Return whether a margin order reduces this margin position."""
    return (
        position is not None
        and position.amount > 0
        and order.leverage is not None
        and (order.symbol, order.side) == (position.symbol, position.closing_side)
    )


def in_flight(position: Position | None, open_orders: Iterable[Order]) -> Decimal:
    """Return how much of a position orders whose answer is still to come may close."""
    coming = [o for o in open_orders if o.status in UNDECIDED and closes(o, position)]
    return sum((order.remaining for order in coming), ZERO)


def contested(order: Order, amount: Decimal, position: Position | None, open_orders: Iterable[Order]) -> bool:
    """Return whether `amount` of an order would close what one in flight counts on closing, too."""
    if position is None or not closes(order, position):
        return order.reduce_only
    others = in_flight(position, [each for each in open_orders if each.id != order.id])
    return amount + others > position.amount and (others > 0 or order.reduce_only)


def opening(order: Order, position: Position | None, older: Iterable[Order]) -> Decimal:
    """Return how much of an order opens a position, when `older` orders close theirs first."""
    if order.reduce_only:
        return ZERO
    if position is None or not closes(order, position):
        return order.remaining
    ahead: dict[str, Decimal] = {}
    for each in older:
        counts = not each.reduce_only or each.status in UNDECIDED
        if counts and closes(each, position) and (each.group is None or each.group != order.group):
            name = each.group or each.id
            ahead[name] = max(ahead.get(name, ZERO), each.remaining)
    return max(order.remaining - max(position.amount - sum(ahead.values(), ZERO), ZERO), ZERO)


def most_notional(order: Order, amount: Decimal) -> Decimal:
    """Return the most quote that `amount` of a margin order can trade, whichever part of it that is."""
    if order.budget is None:
        return amount * (order.price or ZERO)
    if order.quoted:
        return order.budget - order.cost if amount else ZERO
    return amount * order.budget / order.amount


def ceiling(order: Order) -> Decimal | None:
    """Return the highest price at which a margin order may open anything: more is not reserved for."""
    if order.leverage is None or order.budget is None or order.quoted:
        return None
    return order.budget / order.amount
