"""What an account can spend: what it holds without what its open orders may still need."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, Context, Decimal

from trading.errors import InsufficientFunds, InvalidOrder
from trading.fees import FEE_UNIT
from trading.matching import floor_to
from trading.model import ZERO, Balance, Order, OrderType, Side
from trading.orders import IN_FLIGHT

_SPOKEN = Context(prec=100, rounding=ROUND_DOWN)
"""Room for what an absurd order would need, which is told before it is refused."""

_AT_ONCE = frozenset({OrderType.MARKET, OrderType.LIMIT})
"""Types that may trade the moment they are placed."""


def spends(order: Order) -> str:
    """Return the asset that an order gives away: quote for a buy, base for a sell."""
    return order.symbol.quote if order.side is Side.BUY else order.symbol.base


def locked(open_orders: Iterable[Order]) -> dict[str, Decimal]:
    """Return how much of each asset open orders have reserved."""
    sums: dict[str, Decimal] = {}
    for order in open_orders:
        if order.reserved:
            asset = spends(order)
            sums[asset] = sums.get(asset, ZERO) + order.reserved
    return sums


def holdings(balances: Mapping[str, Decimal], open_orders: Iterable[Order]) -> dict[str, Balance]:
    """Return what an account holds of each asset, and how much of it is reserved."""
    reserved = locked(open_orders)
    assets = sorted({asset for asset, total in balances.items() if total} | set(reserved))
    return {asset: Balance(asset, balances.get(asset, ZERO), reserved.get(asset, ZERO)) for asset in assets}


def reservation(order: Order, fee_rate: Decimal) -> Decimal:
    """Return what the unfilled part of an order may still need, fees included, in the asset it spends.

    Resting orders that only reduce reserve nothing: they share one holding and are cut when it shrinks.
    """
    if order.side is Side.SELL:
        holds = not order.reduce_only or (order.type in _AT_ONCE and order.status in IN_FLIGHT)
        return order.remaining if holds else ZERO
    if order.budget is not None:
        return (order.budget - order.cost) * (1 + fee_rate)
    return order.remaining * (order.price or ZERO) * (1 + fee_rate)


def secure(
    order: Order,
    estimate: Decimal,
    balances: Mapping[str, Decimal],
    open_orders: Iterable[Order],
    fee_rate: Decimal,
) -> Order:
    """Return the order with its reservation made; raise InsufficientFunds when there is too little.

    An order without a limit reserves a cushion above its estimate, or less where the account holds less, but
    never less than the estimate.
    """
    asset = spends(order)
    free = balances.get(asset, ZERO) - locked(open_orders).get(asset, ZERO)
    if order.budget is not None and order.side is Side.BUY:
        most = (free / (1 + fee_rate)).quantize(FEE_UNIT, rounding=ROUND_DOWN) if free > 0 else ZERO
        if estimate <= most < order.budget and not order.quoted:
            order = replace(order, budget=most)
    needed = reservation(order, fee_rate)
    if needed > free:
        raise InsufficientFunds(
            f"this order needs {_plain(needed)} {asset} with fees, and {_plain(max(free, ZERO))} is free"
        )
    return replace(order, reserved=needed)


def reducible(asset: str, balances: Mapping[str, Decimal], open_orders: Iterable[Order]) -> Decimal:
    """Return how much of a holding an order that only reduces may sell.

    What rests does not count against it, it gives way; orders whose answer is still to come do.
    """
    in_flight = [order for order in open_orders if order.status in IN_FLIGHT]
    return balances.get(asset, ZERO) - locked(in_flight).get(asset, ZERO)


def cut_to_holding(
    order: Order, step: Decimal, balances: Mapping[str, Decimal], open_orders: Iterable[Order]
) -> Order:
    """Return an order that only reduces, cut to what there is to reduce; raise InvalidOrder for nothing."""
    base = order.symbol.base
    amount = floor_to(min(order.amount, max(reducible(base, balances, open_orders), ZERO)), step)
    if order.side is Side.BUY or amount <= 0:
        raise InvalidOrder(f"there is no {base} to reduce")
    return replace(order, amount=amount)


def _plain(amount: Decimal) -> str:
    return f"{_SPOKEN.quantize(amount, FEE_UNIT).normalize(_SPOKEN):f}"
