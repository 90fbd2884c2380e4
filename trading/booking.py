"""Writes down what an exchange reports: order, fills, ledger, position, protection and equity, at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from trading.equity import point
from trading.fees import worst_rate
from trading.funds import reservation, spends
from trading.ledger import Imbalance, trades
from trading.model import ZERO, Account, Fill, Instrument, Order, OrderStatus, Side
from trading.orders import OPEN, advance
from trading.ports import NewId, Publish, Report, UnitOfWork
from trading.positions import fold_all, within
from trading.protection import after_sale, fit, protect


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


async def tell(uow: UnitOfWork, publish: Publish, booked: Booked) -> None:
    """Let `publish` hear of everything that was booked, in the same transaction."""
    await publish(uow, booked.order, booked.fills)
    for other in booked.others:
        await publish(uow, other, ())


def applied(order: Order, report: Report, instrument: Instrument, at: datetime) -> Order:
    """Return the order after a report; raise StaleOrder when its status may not follow."""
    if order.status is OrderStatus.INTENT:
        order = advance(order, OrderStatus.SENT, at)
    executions = report.executions
    order = replace(
        order,
        filled=order.filled + sum((each.amount for each in executions), ZERO),
        cost=order.cost + sum((each.amount * each.price for each in executions), ZERO),
        fees=order.fees + sum((each.fee for each in executions), ZERO),
        looked_at=report.looked_at or order.looked_at,
        queue_ahead=report.queue_ahead,
        triggered=order.triggered or report.triggered,
    )
    if report.status is OrderStatus.FILLED:
        # One that was sized in quote is filled when its budget is spent.
        order = replace(order, amount=order.filled)
    order = advance(order, report.status, at, report.reason)
    if order.status in OPEN:
        order = replace(order, reserved=reservation(order, worst_rate(instrument)))
    return order


class Bookkeeper:
    """Turns reports into rows, inside a transaction that has locked the account."""

    def __init__(self, new_id: NewId) -> None:
        self._new_id = new_id

    async def book(
        self, uow: UnitOfWork, account: Account, change: Change, prices: Mapping[str, Decimal], now: datetime
    ) -> Booked:
        """Write one change down and return what is on disk now.

        `prices` values the account afterwards, in its currency. Raises StaleOrder when the order has changed
        since its caller read it; the transaction must then be rolled back.
        """
        order = applied(change.order, change.report, change.instrument, now)
        if not change.report.executions:
            return Booked(await uow.orders.save(order))
        fills = await self._enter(uow, change, order)
        balances = await uow.ledger.balances(account.id)
        if any(amount < 0 for amount in balances.values()):
            raise Imbalance(f"order {order.id} would leave account {account.id} owing: {dict(balances)}")
        spent = spends(order)
        if order.side is Side.SELL or spent != account.currency:
            held = [each for each in await uow.positions.open(account.id) if each.symbol.base == spent]
            for position in within(held, balances.get(spent, ZERO)):
                await uow.positions.save(position)
        others = await self._adjust(uow, account, change, order, balances)
        saved = await uow.orders.save(next((each for each in others if each.id == order.id), order))
        worth = point(now, account.currency, balances, prices)
        if worth is not None:
            await uow.equity.add(account.id, worth)
        return Booked(saved, tuple(each for each in others if each.id != order.id), tuple(fills))

    async def _enter(self, uow: UnitOfWork, change: Change, order: Order) -> Sequence[Fill]:
        raw = [
            Fill(
                id=self._new_id("fill"),
                order_id=order.id,
                account=order.account,
                symbol=order.symbol,
                side=order.side,
                amount=each.amount,
                price=each.price,
                fee=each.fee,
                liquidity=each.liquidity,
                at=each.at,
                exchange=order.exchange,
                mode=order.mode,
                order_type=order.type,
            )
            for each in change.report.executions
        ]
        held = await uow.positions.open(order.account, order.symbol)
        positions, fills = fold_all(held[0] if held else None, raw, self._new_id)
        await uow.fills.add(*fills)
        await uow.ledger.append(*trades(fills, self._new_id))
        for position in positions:
            await uow.positions.save(position)
        return fills

    async def _adjust(
        self, uow: UnitOfWork, account: Account, change: Change, order: Order, balances: Mapping[str, Decimal]
    ) -> list[Order]:
        """Make or cut the orders that hang on what this one traded; return them as they are on disk.

        The order itself may be among them, not yet saved.
        """
        spent = spends(order)
        protected = order.stop_loss is not None or order.take_profit is not None
        if not (protected or order.side is Side.SELL or spent != account.currency):
            return []
        executed = change.report.executions
        at, amount = executed[-1].at, sum((each.amount for each in executed), ZERO)
        current = {each.id: each for each in await uow.orders.open(account.id) if each.id != order.id}
        if order.status in OPEN:
            current[order.id] = order
        before = dict(current)
        new: list[Order] = []
        if protected:
            new, grown = protect(order, amount, current.values(), at, self._new_id)
            current.update({each.id: each for each in grown})
        current.update({each.id: each for each in after_sale(order, amount, current.values(), at)})
        held = balances.get(spent, ZERO)
        oldest_first = sorted(
            (each for each in current.values()), key=lambda each: (each.created_at, each.id)
        )
        current.update({each.id: each for each in fit(spent, held, oldest_first, at)})
        changed = [each for key, each in current.items() if each != before[key]]
        if new:
            await uow.orders.add(*new)
        saved = [each if each.id == order.id else await uow.orders.save(each) for each in changed]
        return new + saved
