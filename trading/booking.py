"""Writes down what an exchange reports: order, fills, ledger, position, protection and equity, at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from trading.altered import altered
from trading.equity import point
from trading.fees import worst_rate
from trading.funds import reservation, spends
from trading.ledger import Imbalance, trades
from trading.mandates import tally
from trading.model import ZERO, Account, Fill, Instrument, Mode, Order, OrderStatus, Position
from trading.orders import OPEN, advance
from trading.ports import Execution, NewId, Publish, Report, UnitOfWork
from trading.positions import Folded, fold_all, within
from trading.protection import cut_siblings, fit, fit_margin, liquidate, protect


@dataclass(frozen=True, slots=True)
class Change:
    """An order as its caller knew it, and what the exchange now says of it."""

    order: Order
    report: Report
    instrument: Instrument


@dataclass(frozen=True, slots=True)
class Booked:
    """What is on disk now: the order itself, the others that changed with it, and its new fills."""

    order: Order
    others: tuple[Order, ...] = ()
    fills: tuple[Fill, ...] = ()


@dataclass(frozen=True, slots=True)
class _Traded:
    """What an order's new fills made of the account: its balances, and its open positions of both kinds."""

    folds: Sequence[Folded]
    touched: Sequence[Position]
    balances: Mapping[str, Decimal]
    positions: Sequence[Position]

    @property
    def amount(self) -> Decimal:
        """How much base traded."""
        return sum((folded.fill.amount for folded in self.folds), ZERO)

    @property
    def opened(self) -> Decimal:
        """How much base it added to a position."""
        return sum((folded.opened for folded in self.folds), ZERO)

    @property
    def fills(self) -> tuple[Fill, ...]:
        """The new fills with what they realized."""
        return tuple(folded.fill for folded in self.folds)


async def tell(uow: UnitOfWork, publish: Publish, booked: Booked) -> None:
    """Let `publish` hear of everything that was booked, in the same transaction."""
    await publish(uow, booked.order, booked.fills)
    for other in booked.others:
        await publish(uow, other, ())


def applied(order: Order, report: Report, instrument: Instrument, at: datetime) -> Order:
    """Return the order after a report of new executions; raise StaleOrder when its status may not follow."""
    if order.status is OrderStatus.INTENT:
        order = advance(order, OrderStatus.SENT, at)
    executions = report.executions
    order = altered(
        order,
        filled=order.filled + sum((each.amount for each in executions), ZERO),
        cost=order.cost + sum((each.amount * each.price for each in executions), ZERO),
        fees=order.fees + sum((each.fee for each in executions), ZERO),
        looked_at=report.looked_at or order.looked_at,
        queue_ahead=report.queue_ahead,
        triggered=order.triggered or report.triggered,
        venue_id=report.venue_id or order.venue_id,
        stop_price=order.stop_price if report.stop_price is None else report.stop_price,
    )
    if report.status is OrderStatus.FILLED:
        # One that was sized in quote is filled when its budget is spent.
        order = altered(order, amount=order.filled)
    order = advance(order, report.status, at, report.reason)
    if order.status in OPEN and order.leverage is None:
        order = altered(order, reserved=reservation(order, worst_rate(instrument)))
    return order


class Bookkeeper:
    """Turns reports into rows, inside a transaction that has locked the account."""

    def __init__(self, new_id: NewId) -> None:
        self._new_id = new_id

    async def book(
        self, uow: UnitOfWork, account: Account, change: Change, prices: Mapping[str, Decimal], now: datetime
    ) -> Booked:
        """Write one change down and return what is on disk now.

        `prices` values the account afterwards, in its currency. An execution that is on disk already is not
        booked again. Raises StaleOrder when the order has changed since its caller read it; the transaction
        must then be rolled back.
        """
        fresh = await _unbooked(uow, change.order, change.report.executions)
        change = replace(change, report=replace(change.report, executions=fresh))
        order = applied(change.order, change.report, change.instrument, now)
        if not fresh:
            return Booked(await uow.orders.save(order))
        traded = await self._enter(uow, change, order)
        others = await self._adjust(uow, account, change, order, traded)
        saved = await uow.orders.save(next((each for each in others if each.id == order.id), order))
        worth = point(now, account.currency, traded.balances, prices, traded.positions)
        if worth is not None:
            await uow.equity.add(account.id, worth)
        return Booked(saved, tuple(each for each in others if each.id != order.id), traded.fills)

    async def _enter(self, uow: UnitOfWork, change: Change, order: Order) -> _Traded:
        raw = [_fill(order, each, self._new_id("fill")) for each in change.report.executions]
        held = {position.id: position for position in await uow.positions.open(order.account)}
        touched, folds = fold_all(_own(order, held.values()), raw, self._new_id)
        await uow.fills.add(*(folded.fill for folded in folds))
        if order.run is not None:
            await uow.mandates.traded(order.id, tally(order, order.run, raw), order.updated_at)
        await uow.ledger.append(*trades(folds, self._new_id))
        balances = await uow.ledger.balances(order.account)
        # What a real exchange has done is written down, whatever it makes of our books.
        if order.mode is not Mode.LIVE and any(amount < 0 for amount in balances.values()):
            raise Imbalance(f"order {order.id} would leave account {order.account} owing: {dict(balances)}")
        held.update({position.id: position for position in touched})
        shrunk: dict[str, Position] = {}
        for asset in _left(order, raw):
            own = [each for each in held.values() if each.symbol.base == asset and each.leverage is None]
            shrunk.update({each.id: each for each in within(own, balances.get(asset, ZERO))})
        held.update(shrunk)
        for position in {**{each.id: each for each in touched}, **shrunk}.values():
            await uow.positions.save(position)
        return _Traded(folds, touched, balances, [each for each in held.values() if each.amount])

    async def _adjust(
        self, uow: UnitOfWork, account: Account, change: Change, order: Order, traded: _Traded
    ) -> list[Order]:
        """Make or cut the orders that hang on what this one traded; return them as they are on disk.

        The order itself may be among them, not yet saved.
        """
        if not _hangs(order, account, traded):
            return []
        at = change.report.executions[-1].at
        current = {each.id: each for each in await uow.orders.open(account.id) if each.id != order.id}
        if order.status in OPEN:
            current[order.id] = order
        before = dict(current)
        rate = worst_rate(change.instrument)
        new: list[Order] = []
        if traded.opened and (order.stop_loss is not None or order.take_profit is not None):
            new, grown = protect(order, traded.opened, current.values(), at, self._new_id)
            current.update({each.id: each for each in grown})
        current.update(_by_id(cut_siblings(order, traded.amount, current.values(), rate, at)))
        if order.leverage is not None:
            own = [each for each in _oldest_first(current.values()) if _same_margin(each, order)]
            current.update(_by_id(fit_margin(_own(order, traded.positions), own, rate, at)))
            for position in traded.touched:
                order_of_venue = liquidate(
                    position, current.values(), change.instrument.tick, at, self._new_id, order.run
                )
                if order_of_venue is not None and order_of_venue.id in current:
                    current[order_of_venue.id] = order_of_venue
                elif order_of_venue is not None:
                    new.append(order_of_venue)
        for asset in {spends(order): None, **dict.fromkeys(_left(order, traded.fills))}:
            held = traded.balances.get(asset, ZERO)
            current.update(_by_id(fit(asset, held, _oldest_first(current.values()), at)))
        changed = [each for key, each in current.items() if each != before[key]]
        if new:
            await uow.orders.add(*new)
        saved = [each if each.id == order.id else await uow.orders.save(each) for each in changed]
        return new + saved


async def _unbooked(uow: UnitOfWork, order: Order, executions: Sequence[Execution]) -> tuple[Execution, ...]:
    """Return the executions that are not on disk yet; one without a name of the venue is always new."""
    if all(each.venue_id is None for each in executions):
        return tuple(executions)
    known = {fill.venue_id for fill in await uow.fills.of_order(order.id)}
    fresh: list[Execution] = []
    for each in executions:
        if each.venue_id is None or each.venue_id not in known:
            fresh.append(each)
            known.add(each.venue_id)
    return tuple(fresh)


def _fill(order: Order, execution: Execution, fill_id: str) -> Fill:
    return Fill(
        id=fill_id,
        order_id=order.id,
        account=order.account,
        symbol=order.symbol,
        side=order.side,
        amount=execution.amount,
        price=execution.price,
        fee=execution.fee,
        liquidity=execution.liquidity,
        at=execution.at,
        exchange=order.exchange,
        mode=order.mode,
        order_type=order.type,
        venue_id=execution.venue_id,
        fee_asset=execution.fee_asset,
        fee_amount=execution.fee_amount,
        leverage=order.leverage,
    )


def _own(order: Order, positions: Iterable[Position]) -> Position | None:
    """Return the open position that an order trades: the margin position of its pair, or the holding."""
    margin = order.leverage is not None
    return next(
        (each for each in positions if each.symbol == order.symbol and (each.leverage is not None) == margin),
        None,
    )


def _left(order: Order, fills: Iterable[Fill]) -> list[str]:
    """Return the assets that have left the account by another way than its position of this pair."""
    fees = [fill.fee_paid[0] for fill in fills if fill.fee_paid[1]]
    paid = [] if order.leverage is not None else [spends(order)]
    return list(dict.fromkeys([*paid, *(asset for asset in fees if asset != order.symbol.quote)]))


def _hangs(order: Order, account: Account, traded: _Traded) -> bool:
    """Return whether anything can hang on what an order traded."""
    protected = order.stop_loss is not None or order.take_profit is not None
    grouped = order.leverage is not None or order.group is not None
    return protected or grouped or _left(order, traded.fills) != [account.currency]


def _same_margin(one: Order, other: Order) -> bool:
    return one.leverage is not None and one.symbol == other.symbol


def _oldest_first(orders: Iterable[Order]) -> list[Order]:
    return sorted(orders, key=lambda each: (each.created_at, each.id))


def _by_id(orders: Iterable[Order]) -> dict[str, Order]:
    return {order.id: order for order in orders}
