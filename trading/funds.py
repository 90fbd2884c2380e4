"""What an account can spend: what it holds without what its open orders may still need."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal

from trading.altered import altered
from trading.errors import InsufficientFunds, InvalidOrder
from trading.fees import FEE_UNIT
from trading.margin import closes, in_flight, most_notional, opening
from trading.matching import floor_to
from trading.model import ZERO, Balance, Order, OrderType, Position, Side
from trading.orders import UNDECIDED

_SPOKEN = Context(prec=100, rounding=ROUND_DOWN)
"""Room for what an absurd order would need, which is told before it is refused."""

_AT_ONCE = frozenset({OrderType.MARKET, OrderType.LIMIT})
"""Types that may trade the moment they are placed."""


def spends(order: Order) -> str:
    """Return the asset that an order gives away: base for a sale of a holding, quote for all others."""
    sale = order.side is Side.SELL and order.leverage is None
    return order.symbol.base if sale else order.symbol.quote


def locked(open_orders: Iterable[Order]) -> dict[str, Decimal]:
    """Return how much of each asset open orders have reserved; orders of one group need it once.

    As one of a group fills, the others shrink by as much.
    """
    most: dict[tuple[str, str], Decimal] = {}
    for order in open_orders:
        if order.reserved:
            key = (spends(order), order.group or order.id)
            most[key] = max(most.get(key, ZERO), order.reserved)
    sums: dict[str, Decimal] = {}
    for (asset, _), reserved in most.items():
        sums[asset] = sums.get(asset, ZERO) + reserved
    return sums


def holdings(balances: Mapping[str, Decimal], open_orders: Iterable[Order]) -> dict[str, Balance]:
    """Return what an account holds of each asset, and how much of it is reserved."""
    reserved = locked(open_orders)
    assets = sorted({asset for asset, total in balances.items() if total} | set(reserved))
    return {asset: Balance(asset, balances.get(asset, ZERO), reserved.get(asset, ZERO)) for asset in assets}


def reservation(order: Order, fee_rate: Decimal, opens: Decimal | None = None) -> Decimal:
    """Return what the unfilled part of an order may still need, fees included, in the asset it spends.

    Resting orders that only reduce reserve nothing: they share one holding and are cut when it shrinks. Of a
    margin order only what `opens` a position is reserved for (None: all that is unfilled).
    """
    if order.leverage is not None:
        most = most_notional(order, order.remaining if opens is None else opens)
        return (most / order.leverage).quantize(FEE_UNIT, rounding=ROUND_UP) + most * fee_rate
    if order.side is Side.SELL:
        holds = not order.reduce_only or (order.type in _AT_ONCE and order.status in UNDECIDED)
        return order.remaining if holds else ZERO
    if order.budget is not None:
        return (order.budget - order.cost) * (1 + fee_rate)
    return order.remaining * (order.price or ZERO) * (1 + fee_rate)


def secure(
    order: Order,
    estimate: Decimal,
    balances: Mapping[str, Decimal],
    open_orders: Sequence[Order],
    fee_rate: Decimal,
    position: Position | None = None,
) -> Order:
    """Return the order with its reservation made; raise InsufficientFunds when there is too little.

    An order without a limit reserves a cushion above its estimate, or less where the account holds less, but
    never less than the estimate. A margin order is measured against the margin `position` of its pair.
    """
    asset = spends(order)
    others = [each for each in open_orders if each.group is None or each.group != order.group]
    free = balances.get(asset, ZERO) - locked(others).get(asset, ZERO)
    opens = opening(order, position, open_orders)
    if order.leverage is not None and opens and _counted_on(order, position, open_orders):
        raise InsufficientFunds("another order that reduces this position is being placed")
    if order.budget is not None and spends(order) == order.symbol.quote and not order.quoted and opens:
        order = _within_reach(order, opens, estimate, free, fee_rate)
    needed = reservation(order, fee_rate, opens)
    if needed > free:
        raise InsufficientFunds(
            f"this order needs {_plain(needed)} {asset} with fees, and {_plain(max(free, ZERO))} is free"
        )
    return altered(order, reserved=needed)


def _counted_on(order: Order, position: Position | None, open_orders: Sequence[Order]) -> bool:
    return closes(order, position) and in_flight(position, open_orders) > 0


def _within_reach(order: Order, opens: Decimal, estimate: Decimal, free: Decimal, fee_rate: Decimal) -> Order:
    """Return an order with as much of its cushion as the account can pay for."""
    if free <= 0 or order.budget is None:
        return order
    if order.leverage is None:
        most = (free / (1 + fee_rate)).quantize(FEE_UNIT, rounding=ROUND_DOWN)
    else:
        # In prices: a margin order opens nothing above its budget per base.
        price = (free - FEE_UNIT) / (opens * (1 / order.leverage + fee_rate))
        most = order.amount * price.quantize(FEE_UNIT, rounding=ROUND_DOWN)
    return altered(order, budget=most) if estimate <= most < order.budget else order


def reducible(asset: str, balances: Mapping[str, Decimal], open_orders: Iterable[Order]) -> Decimal:
    """Return how much of a holding an order that only reduces may sell.

    What rests does not count against it, it gives way; orders whose answer is still to come do.
    """
    in_flight = [order for order in open_orders if order.status in UNDECIDED]
    return balances.get(asset, ZERO) - locked(in_flight).get(asset, ZERO)


def cut_to_holding(
    order: Order,
    step: Decimal,
    balances: Mapping[str, Decimal],
    open_orders: Sequence[Order],
    position: Position | None = None,
) -> Order:
    """Return an order that only reduces, cut to what there is to reduce; raise InvalidOrder for nothing.

    That is a holding, or for a margin order the margin `position` of its pair.
    """
    if order.leverage is None:
        there = ZERO if order.side is Side.BUY else reducible(order.symbol.base, balances, open_orders)
    elif position is not None and closes(order, position):
        there = position.amount - in_flight(position, open_orders)
    else:
        there = ZERO
    amount = floor_to(min(order.amount, max(there, ZERO)), step)
    if amount <= 0:
        raise InvalidOrder(f"there is no {order.symbol.base} to reduce")
    return altered(order, amount=amount)


def _plain(amount: Decimal) -> str:
    return f"{_SPOKEN.quantize(amount, FEE_UNIT).normalize(_SPOKEN):f}"
