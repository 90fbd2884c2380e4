"""Orders that hang on others: stop-loss and take-profit, groups of which one cancels the rest, liquidations.

They are made when their entry fills, cut when a sibling fills, and cut when what they would give shrinks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from trading.fees import FEE_UNIT
from trading.funds import locked, reservation, spends
from trading.margin import closes, liquidation_trigger, opening
from trading.matching import INSTANT
from trading.model import ZERO, Order, OrderStatus, OrderType, Origin, Position, Side
from trading.orders import LIQUIDATION, OPEN, RESTING, UNDECIDED, advance, elsewhere, is_liquidation
from trading.ports import NewId

GONE = "what it was to give is gone"
CLOSED = "its position is closed"


def protect(
    entry: Order, opened: Decimal, open_orders: Iterable[Order], at: datetime, new_id: NewId
) -> tuple[list[Order], list[Order]]:
    """Return the protective orders to add, and those to change, for what an entry has `opened`, in base.

    Stop-loss and take-profit form one group under the entry's id; what fills later makes both larger. One
    that an exchange has, or may have, stays as it is there: one kept here, for all that the group protects,
    then waits to take its place.
    """
    existing = sorted((each for each in open_orders if each.group == entry.id), key=_size)
    ours = {order.type: order for order in existing if order.status in RESTING and not elsewhere(order)}
    theirs = {order.type: order for order in existing}
    new: list[Order] = []
    changed: list[Order] = []
    for kind, asked in ((OrderType.STOP, entry.stop_loss), (OrderType.LIMIT, entry.take_profit)):
        if asked is None:
            continue
        if kind in ours:
            order = ours[kind]
            changed.append(replace(order, amount=order.amount + opened, updated_at=at))
        else:
            level, amount = _beside(theirs.get(kind), asked, opened)
            made = guard(entry, entry.side.opposite, kind, level, amount, entry.id, at, new_id("ord"))
            new.append(replace(made, run=entry.run, by=entry.by))
    return new, changed


def _beside(there: Order | None, asked: Decimal, opened: Decimal) -> tuple[Decimal, Decimal]:
    """Return level and amount of a protective order: where one of the exchange stands by now, and its too.

    One whose fate is unknown protects nothing more: what it was sent for has been sold since, or its twin
    would still be kept here.
    """
    if there is None:
        return asked, opened
    protected = there.remaining if there.status in RESTING else ZERO
    return there.stop_price or there.price or asked, protected + opened


def _size(order: Order) -> Decimal:
    return order.remaining


def guard(
    protected: Order | Position,
    side: Side,
    kind: OrderType,
    level: Decimal,
    amount: Decimal,
    group: str,
    at: datetime,
    order_id: str,
) -> Order:
    """Return the order of a group that closes `amount` of an entry or a position at a level, from `at` on."""
    return Order(
        id=order_id,
        account=protected.account,
        symbol=protected.symbol,
        side=side,
        type=kind,
        status=OrderStatus.ACCEPTED,
        amount=amount,
        created_at=at,
        updated_at=at,
        mode=protected.mode,
        exchange=protected.exchange,
        price=level if kind is OrderType.LIMIT else None,
        stop_price=level if kind is OrderType.STOP else None,
        reduce_only=True,
        group=group,
        looked_at=at,
        leverage=protected.leverage,
        origin=Origin.GUARD,
    )


def liquidate(
    position: Position,
    open_orders: Iterable[Order],
    tick: Decimal,
    at: datetime,
    new_id: NewId,
    run: str | None = None,
) -> Order | None:
    """Return the order that liquidates a margin position, as it has to be now that the position has changed.

    One that no price liquidates has none; that of a closed one is canceled. `at` is the moment of the change,
    from which on the new trigger counts; for what is left of a position that got smaller, the trade that made
    it so counts as well, since it may have reached the trigger, too. `run` is the one that opened it.
    """
    group = f"{LIQUIDATION}{position.id}"
    found = next((order for order in open_orders if order.group == group), None)
    if not position.amount:
        return None if found is None else advance(found, OrderStatus.CANCELED, at, CLOSED)
    trigger = liquidation_trigger(position, tick)
    if found is None and trigger <= 0:
        return None
    order = found or Order(
        id=new_id("ord"),
        account=position.account,
        symbol=position.symbol,
        side=position.closing_side,
        type=OrderType.STOP,
        status=OrderStatus.ACCEPTED,
        amount=ZERO,
        created_at=at,
        updated_at=at,
        mode=position.mode,
        exchange=position.exchange,
        reduce_only=True,
        group=group,
        origin=Origin.GUARD,
        run=run,
    )
    amount = order.filled + position.amount
    since = at - INSTANT if amount < order.amount else at
    return replace(
        order,
        amount=amount,
        stop_price=trigger,
        leverage=position.leverage,
        looked_at=max(order.looked_at or since, since),
        updated_at=at,
    )


def cut_siblings(
    filled: Order, amount: Decimal, open_orders: Iterable[Order], fee_rate: Decimal, at: datetime
) -> list[Order]:
    """Return the other orders of an order's group, cut by what it has just filled."""
    if filled.group is None:
        return []
    siblings = [
        o for o in open_orders if o.group == filled.group and o.id != filled.id and o.status in RESTING
    ]
    return [_cut(order, amount, at, fee_rate) for order in siblings]


def fit(asset: str, held: Decimal, open_orders: Sequence[Order], at: datetime) -> list[Order]:
    """Return the resting orders that must be cut because only `held` of the asset they give away is left.

    Protective groups together never exceed the holding: the oldest give way first, as what was bought first
    counts as sold first, but those last of which an exchange has, or may have, an order. Neither does what
    all other orders have reserved: there the newest give way first, sells by a part, all others as a whole.
    Orders whose answer is still to come are never touched.
    """
    giving = [order for order in open_orders if spends(order) == asset]
    spot = [order for order in giving if order.leverage is None]
    return _fit_groups(spot, held, at) + _fit_reserved(giving, held, at)


def fit_margin(
    position: Position | None, open_orders: Sequence[Order], fee_rate: Decimal, at: datetime
) -> list[Order]:
    """Return the orders of one pair that change with its margin position: those that only reduce it are cut
    to it, those of the other side go, and all others reserve anew for what they open.
    """
    current = {order.id: order for order in open_orders if not is_liquidation(order)}
    reducing = [order for order in current.values() if closes(order, position)]
    held = ZERO if position is None else position.amount
    wrong = [order for order in current.values() if not closes(order, position)]
    cut = _fit_groups(reducing, held, at) + _fit_groups(wrong, ZERO, at)
    current.update({order.id: order for order in cut})
    changed = {order.id: order for order in cut}
    coming = [order for order in current.values() if order.status not in RESTING and order.status in OPEN]
    older = list(coming)
    for order in current.values():
        if order.status in RESTING and not order.reduce_only:
            reserved = reservation(order, fee_rate, opening(order, position, older))
            older.append(order)
            if reserved != order.reserved:
                changed[order.id] = replace(order, reserved=reserved, updated_at=at)
    return list(changed.values())


def _fit_groups(giving: Iterable[Order], held: Decimal, at: datetime) -> list[Order]:
    groups: dict[str, list[Order]] = {}
    there: dict[str, Decimal] = {}
    for order in giving:
        name = order.group or order.id
        if order.reduce_only and order.status in RESTING:
            groups.setdefault(name, []).append(order)
        if order.reduce_only and (order.status in UNDECIDED or elsewhere(order)):
            there[name] = max(there.get(name, ZERO), order.remaining)
    sizes = {name: max(order.remaining for order in group) for name, group in groups.items()}
    excess = max(sum(sizes.values(), ZERO) - held, ZERO)
    # What an exchange has, or may have, protects its part whatever is written down here.
    for spared in (there, {}):
        for name, size in sizes.items():
            given = min(excess, size - min(size, spared.get(name, ZERO)))
            sizes[name], excess = size - given, excess - given
    return [
        _cut(order, order.remaining - sizes[name], at)
        for name, group in groups.items()
        for order in group
        if order.remaining > sizes[name]
    ]


def _fit_reserved(giving: Iterable[Order], held: Decimal, at: datetime) -> list[Order]:
    reserving = {order.id: order for order in giving if order.reserved}
    cut: list[Order] = []
    for order in reversed([each for each in reserving.values() if each.status in RESTING]):
        asset = spends(order)
        excess = locked(reserving.values()).get(asset, ZERO) - held
        if excess <= 0:
            break
        by = min(excess, order.remaining) if asset == order.symbol.base else order.remaining
        reserving[order.id] = _cut(order, by, at)
        cut.append(reserving[order.id])
    return cut


def _cut(order: Order, by: Decimal, at: datetime, fee_rate: Decimal | None = None) -> Order:
    """Return an order that gives `by` less; `fee_rate` is what a purchase reserves for fees."""
    left = order.remaining - by
    if left <= 0:
        return advance(order, OrderStatus.CANCELED, at, GONE)
    budget = order.budget
    if budget is not None:
        spare = ((budget - order.cost) * left / order.remaining).quantize(FEE_UNIT, rounding=ROUND_DOWN)
        budget = order.cost + spare
    smaller = replace(order, amount=order.filled + left, budget=budget, updated_at=at)
    if not order.reserved:
        return smaller
    return replace(smaller, reserved=left if fee_rate is None else reservation(smaller, fee_rate))
