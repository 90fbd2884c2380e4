"""What the floors have in common: they do it at a desk, once per key."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from trading.closing import Wish
from trading.desk import Desk
from trading.errors import InvalidOrder, NotFound, TradingError
from trading.matching import floor_to
from trading.model import (
    Instrument,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Origin,
    Position,
    Side,
    Ticker,
)
from trading.orders import RESTING
from trading.placing import OrderOutcome
from trading.ports import Transact
from trading.runs.decision import RunDecision
from trading.runs.record import Run
from trading.symbols import Symbol

MOST = 1_000
"""The newest orders among which those of one wish are looked for."""


def entry(
    run: Run, decision: RunDecision, key: str, ticker: Ticker, instrument: Instrument, margin: bool = True
) -> OrderRequest:
    """Return the order of an entry: as much base as its size buys at the quote, levels as far from that.

    Raises InvalidOrder for a decision that is no entry or lacks its size.
    """
    if decision.symbol is None or decision.side is None or not decision.size:
        raise InvalidOrder(f"an entry names a pair and its size; this is {decision.action}")
    side = decision.side
    price = ticker.ask if side is Side.BUY else ticker.bid
    return OrderRequest(
        account=run.account,
        symbol=decision.symbol,
        side=side,
        type=OrderType.MARKET,
        amount=floor_to(decision.size / price, instrument.step),
        stop_loss=_away(price, decision.stop_loss, -side.sign),
        take_profit=_away(price, decision.take_profit, side.sign),
        leverage=(decision.leverage or Decimal(1)) if margin else None,
        key=key,
        origin=Origin.RUN,
        by=run.owner,
        run=run.id,
    )


def _away(price: Decimal, fraction: Decimal | None, sign: int) -> Decimal | None:
    return None if fraction is None else price * (1 + sign * fraction)


class Hands:
    """Carries out what runs decide at one desk."""

    def __init__(self, desk: Desk, read: Transact) -> None:
        self._desk = desk
        self._read = read

    async def known(self, run: Run, key: str) -> OrderOutcome | None:
        """Return what came of a key before; None when it is new."""
        return await self._desk.known(run.account, key)

    async def enter(self, request: OrderRequest) -> OrderOutcome:
        """Place the order of an entry; raise as the desk."""
        return await self._desk.execute(request)

    async def close(self, run: Run, symbol: Symbol | None, key: str) -> OrderOutcome:
        """Close the position of a pair by decision; raise NotFound, or as the desk."""
        async with self._read() as uow:
            held = [each for each in await uow.positions.open(run.account) if each.symbol == symbol]
        if not held:
            raise NotFound(f"there is no open position of {symbol}")
        wish = Wish(key, Origin.RUN, run.owner, run=run.id)
        return (await self._desk.close(run.account, held[0].id, wish=wish)).outcome

    async def leave(self, run: Run, key: str, own: Callable[[Position], bool]) -> Sequence[OrderOutcome]:
        """Take back the entries of a run, and close those of its positions that are its `own`, for its owner.

        One that cannot be closed keeps no other; then raises what kept it, once all others are closed.
        """
        async with self._read() as uow:
            waiting = [each for each in await uow.orders.open(run.account) if _is_entry(each, run)]
            held = [each for each in await uow.positions.open(run.account) if own(each)]
        for order in waiting:
            await self._desk.cancel(run.account, order.id, run.owner)
        failed: list[TradingError] = []
        for position in held:
            wish = Wish(f"{key}/{position.id}", Origin.PERSON, run.owner, run=run.id)
            try:
                await self._desk.close(run.account, position.id, wish=wish)
            except TradingError as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return await self._done(run, f"{key}/")

    async def _done(self, run: Run, prefix: str) -> Sequence[OrderOutcome]:
        """Return what came of all orders whose key begins so."""
        async with self._read() as uow:
            orders = await uow.orders.recent(run.account, frozenset(OrderStatus), None, MOST)
            mine = [each for each in orders if each.key is not None and each.key.startswith(prefix)]
            return [OrderOutcome(each, tuple(await uow.fills.of_order(each.id))) for each in reversed(mine)]


def _is_entry(order: Order, run: Run) -> bool:
    return order.run == run.id and not order.reduce_only and order.status in {*RESTING, OrderStatus.HELD}
