"""Stop-loss and take-profit as orders: made when their entry fills, cut when the holding shrinks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from trading.funds import spends
from trading.model import ZERO, Order, OrderStatus, OrderType, Side
from trading.orders import RESTING, advance
from trading.ports import NewId

GONE = "what it was to give is gone"
LIQUIDATION = "liq:"
"""How the group of an order that liquidates a position begins."""


def protect(
    entry: Order, bought: Decimal, open_orders: Iterable[Order], at: datetime, new_id: NewId
) -> tuple[list[Order], list[Order]]:
    """Return the protective orders to add, and those to change, for `bought` base of an entry.

    Stop-loss and take-profit form one group under the entry's id; what fills later makes both larger.
    """
    existing = {order.type: order for order in open_orders if order.group == entry.id}
    new: list[Order] = []
    changed: list[Order] = []
    for kind, level in ((OrderType.STOP, entry.stop_loss), (OrderType.LIMIT, entry.take_profit)):
        if level is None:
            continue
        if kind in existing:
            order = existing[kind]
            changed.append(replace(order, amount=order.amount + bought, updated_at=at))
        else:
            new.append(_protective(entry, kind, level, bought, at, new_id("ord")))
    return new, changed


def _protective(
    entry: Order, kind: OrderType, level: Decimal, amount: Decimal, at: datetime, order_id: str
) -> Order:
    return Order(
        id=order_id,
        account=entry.account,
        symbol=entry.symbol,
        side=Side.SELL,
        type=kind,
        status=OrderStatus.ACCEPTED,
        amount=amount,
        created_at=at,
        updated_at=at,
        mode=entry.mode,
        exchange=entry.exchange,
        price=level if kind is OrderType.LIMIT else None,
        stop_price=level if kind is OrderType.STOP else None,
        reduce_only=True,
        group=entry.id,
        looked_at=at,
    )


def is_liquidation(order: Order) -> bool:
    """Return whether an order is the exchange's own, which ends a margin position that has lost too much."""
    return order.group is not None and order.group.startswith(LIQUIDATION)


def after_sale(sold: Order, amount: Decimal, open_orders: Iterable[Order], at: datetime) -> list[Order]:
    """Return the group's other orders, cut by what one of them has just sold."""
    if sold.group is None:
        return []
    siblings = [o for o in open_orders if o.group == sold.group and o.id != sold.id and o.status in RESTING]
    return [_cut(order, amount, at) for order in siblings]


def fit(asset: str, held: Decimal, open_orders: Sequence[Order], at: datetime) -> list[Order]:
    """Return the resting orders that must be cut because only `held` of the asset they give away is left.

    Protective groups together never exceed the holding: the oldest give way first, as what was bought first
    counts as sold first. Neither does what all other orders have reserved: there the newest give way first,
    sells by a part, buys as a whole. Orders whose answer is still to come are never touched.
    """
    giving = [order for order in open_orders if spends(order) == asset]
    return _fit_groups(giving, held, at) + _fit_reserved(giving, held, at)


def _fit_groups(giving: Iterable[Order], held: Decimal, at: datetime) -> list[Order]:
    groups: dict[str, list[Order]] = {}
    for order in giving:
        if order.reduce_only and order.status in RESTING:
            groups.setdefault(order.group or order.id, []).append(order)
    sizes = {name: max(order.remaining for order in group) for name, group in groups.items()}
    excess = sum(sizes.values(), ZERO) - held
    cut: list[Order] = []
    for name, group in groups.items():
        if excess <= 0:
            break
        target = max(sizes[name] - excess, ZERO)
        excess -= sizes[name] - target
        cut += [_cut(order, order.remaining - target, at) for order in group if order.remaining > target]
    return cut


def _fit_reserved(giving: Iterable[Order], held: Decimal, at: datetime) -> list[Order]:
    reserving = [order for order in giving if order.reserved]
    excess = sum((order.reserved for order in reserving), ZERO) - held
    cut: list[Order] = []
    for order in reversed([each for each in reserving if each.status in RESTING]):
        if excess <= 0:
            break
        by = min(excess, order.remaining) if order.side is Side.SELL else order.remaining
        excess -= min(excess, order.reserved)
        cut.append(_cut(order, by, at))
    return cut


def _cut(order: Order, by: Decimal, at: datetime) -> Order:
    left = order.remaining - by
    if left <= 0:
        return advance(order, OrderStatus.CANCELED, at, GONE)
    reserved = left if order.reserved else ZERO
    return replace(order, amount=order.filled + left, reserved=reserved, updated_at=at)
