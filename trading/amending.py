"""Moving the stop-loss and take-profit of an open position."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from trading.clock import Clock
from trading.errors import InvalidOrder, NotFound
from trading.margin import check_reached, liquidation_trigger
from trading.markets import Markets
from trading.matching import floor_to
from trading.model import Instrument, Order, OrderStatus, OrderType, Position, Side
from trading.orders import RESTING, advance, is_liquidation
from trading.ports import NewId, Publish, Transact, UnitOfWork
from trading.protection import guard


@dataclass(frozen=True, slots=True)
class Levels:
    """Where a position shall be closed by itself: a level to set, None to leave it, `drop_…` to remove it.

    `run` is the run that wants it so: what is made for that is its own.
    """

    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    drop_stop_loss: bool = False
    drop_take_profit: bool = False
    run: str | None = None


class Amending:
    """Changes protective orders in place; what is missing is made."""

    def __init__(
        self,
        markets: Markets,
        transact: Transact,
        read: Transact,
        clock: Clock,
        new_id: NewId,
        publish: Publish,
    ) -> None:
        self._markets = markets
        self._transact = transact
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._publish = publish

    async def amend(self, account: str, position_id: str, levels: Levels) -> Sequence[Order]:
        """Set the levels of a position and return its protective orders; raise NotFound or InvalidOrder.

        All resting orders must have been brought up to now before.
        """
        async with self._read() as uow:
            position = await uow.positions.get(position_id)
        if position is None or position.account != account or not position.amount:
            raise NotFound(f"there is no open position {position_id}")
        market = self._markets.venue(position.exchange).market
        instrument = await market.instrument(position.symbol)
        last = (await market.ticker(position.symbol)).last
        stop, target = _on_grid(position, levels, instrument, last)
        wanted = (
            (OrderType.STOP, stop, levels.drop_stop_loss),
            (OrderType.LIMIT, target, levels.drop_take_profit),
        )
        async with self._transact() as uow:
            await uow.accounts.lock(account)
            position = await uow.positions.get(position_id) or position
            guards = [each for each in await uow.orders.open(account) if _guards(each, position)]
            group = next((each.group for each in guards if each.group), None) or self._new_id("grp")
            for kind, level, drop in wanted:
                of_kind = [each for each in guards if each.type is kind]
                await self._apply(uow, position, of_kind, kind, level, drop, group, instrument, levels.run)
            return [each for each in await uow.orders.open(account) if _guards(each, position)]

    async def _apply(
        self,
        uow: UnitOfWork,
        position: Position,
        guards: Sequence[Order],
        kind: OrderType,
        level: Decimal | None,
        drop: bool,
        group: str,
        instrument: Instrument,
        run: str | None,
    ) -> None:
        now = self._clock.now()
        if drop:
            changed = [advance(each, OrderStatus.CANCELED, now, "removed") for each in guards]
        elif level is None:
            return
        elif guards:
            changed = [_moved(each, level, now) for each in guards]
        else:
            amount = floor_to(position.amount, instrument.step)
            if amount <= 0:
                raise InvalidOrder(f"what is left of this position is below the step, {instrument.step}")
            side = Side.SELL if position.side == "long" else Side.BUY
            new = guard(position, side, kind, level, amount, group, now, self._new_id("ord"))
            new = replace(new, run=run)
            await uow.orders.add(new)
            await self._publish(uow, new, ())
            return
        for each in changed:
            await self._publish(uow, await uow.orders.save(each), ())


def _guards(order: Order, position: Position) -> bool:
    """Return whether an order closes a position by itself."""
    same = order.symbol == position.symbol and (order.leverage is None) == (position.leverage is None)
    return same and order.reduce_only and order.status in RESTING and not is_liquidation(order)


def _moved(order: Order, level: Decimal, at: datetime) -> Order:
    # What the market did before is over: the new level counts from now on.
    place = {"stop_price": level} if order.type is OrderType.STOP else {"price": level}
    return replace(order, **place, queue_ahead=None, looked_at=at, updated_at=at)  # type: ignore[arg-type]


def _on_grid(
    position: Position, levels: Levels, instrument: Instrument, last: Decimal
) -> tuple[Decimal | None, Decimal | None]:
    """Return both levels on the venue's grid; raise InvalidOrder for one on the wrong side of the market."""
    long = position.side == "long"
    rounding = ROUND_CEILING if long else ROUND_FLOOR

    def rounded(level: Decimal | None) -> Decimal | None:
        if level is None:
            return None
        return (level / instrument.tick).to_integral_value(rounding) * instrument.tick

    stop, target = rounded(levels.stop_loss), rounded(levels.take_profit)
    if stop is not None and (stop >= last if long else stop <= last):
        side = "below" if long else "above"
        raise InvalidOrder(
            f"the stop-loss of a {position.side} lies {side} the market at {last}; {stop} does not"
        )
    if stop is not None and position.leverage is not None:
        check_reached(stop, position.sign, liquidation_trigger(position, instrument.tick))
    if target is not None and (target <= last if long else target >= last):
        side = "above" if long else "below"
        raise InvalidOrder(
            f"the take-profit of a {position.side} lies {side} the market at {last}; {target} does not"
        )
    return stop, target
