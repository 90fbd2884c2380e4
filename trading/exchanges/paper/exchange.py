"""Fills orders by the market's own prices, without a state of its own.

The orders and the ledger on disk are the whole truth. What a resting order lived through is a function of
the market since it was last looked at: nothing is lost while the process is down, and asking again gives the
same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trading.clock import Clock
from trading.exchanges.paper.replay import Event, Filler, looked_at, replay
from trading.margin import ceiling
from trading.markets import Markets
from trading.matching import Take, allows, slipped, waiting, walk
from trading.model import ZERO, Instrument, Liquidity, Mode, Order, OrderBook, OrderStatus, OrderType, Side
from trading.ports import MarketData, Report, Statement
from trading.tape import ReadTape, Tape, read_tape

SLIPPAGE = Decimal("0.0005")
"""What a taker loses where only a quote is known, as a fraction of the price."""

DEPTH = 100
"""How many levels of a book an order can walk."""


@dataclass(frozen=True, slots=True)
class _Pair:
    market: MarketData
    instrument: Instrument
    filler: Filler


class PaperExchange:
    """An exchange that fills at the prices of the markets it is handed, for accounts of one mode.

    `read` tells what the market did to an order that rests.
    """

    arrives_within: timedelta | None = timedelta(0)
    holds: frozenset[OrderType] = frozenset(OrderType)

    def __init__(
        self,
        markets: Markets,
        clock: Clock,
        slippage: Decimal = SLIPPAGE,
        depth: int = DEPTH,
        mode: Mode = Mode.PAPER,
        read: ReadTape = read_tape,
    ) -> None:
        self.mode = mode
        self._read = read
        self._markets = markets
        self._clock = clock
        self._slippage = slippage
        self._depth = depth

    async def place(self, order: Order) -> Report:
        """Fill what the market gives at once; let the rest of a limit order rest."""
        if waiting(order):
            return Report(order.id, OrderStatus.ACCEPTED, looked_at=self._clock.now())
        now = self._clock.now()
        return await self._at_market(order, await self._pair(order), now, now)

    async def find(self, order: Order) -> Report | None:
        """Return nothing: an order that was cut off before its answer was on disk has never existed here."""
        return None

    async def statement(self, orders: Collection[str] = ()) -> Statement | None:
        """Return nothing: the desk's books are the only ones."""
        return None

    async def cancel(self, order: Order) -> Report:
        """Take back what is unfilled."""
        return Report(
            order.id,
            OrderStatus.CANCELED,
            looked_at=order.looked_at,
            queue_ahead=order.queue_ahead,
            triggered=order.triggered,
        )

    async def watch(self, orders: Sequence[Order], until: datetime) -> Sequence[Report]:
        """Return what happened to resting orders of one pair, up to the first event of each account."""
        if not orders:
            return ()
        pair = await self._pair(orders[0])
        orders = await self._queued(orders, pair)
        seen = [looked_at(each) for each in orders]
        tape = await self._read(pair.market, pair.instrument.symbol, seen, until)
        reports: list[Report] = []
        for account in dict.fromkeys(order.account for order in orders):
            own = [order for order in orders if order.account == account]
            progressed, event = replay(own, tape, pair.instrument, self._slippage)
            if event is not None:
                reports.append(await self._resolve(event, pair, tape))
            reports += [_progress(order) for order in progressed]
        return reports

    async def _pair(self, order: Order) -> _Pair:
        market = self._markets.venue(order.exchange).market
        instrument = await market.instrument(order.symbol)
        return _Pair(market, instrument, Filler(instrument))

    async def _queued(self, orders: Sequence[Order], pair: _Pair) -> Sequence[Order]:
        """Return the orders, measuring the queue before each limit where nobody has yet."""
        unknown = {o.id for o in orders if o.queue_ahead is None and o.price is not None and not waiting(o)}
        if not unknown:
            return orders
        book = await self._book(pair)
        return [pair.filler.queued(order, book) if order.id in unknown else order for order in orders]

    async def _resolve(self, event: Event, pair: _Pair, tape: Tape) -> Report:
        if event.takes is not None:
            return pair.filler.report(event.order, event.takes, event.liquidity, event.at, event.looked_at)
        if event.price is not None and (event.at < tape.live or (await self._book(pair)).at < event.at):
            # The book of that moment is gone, or is still the one before it: the trade that started the stop
            # is all that is known of it.
            return self._at_quote(event.order, pair, event.price, event.at)
        # Dated to what started it, so that an account's fills are told in the order they are booked in.
        return await self._at_market(event.order, pair, event.at, tape.until)

    async def _at_market(self, order: Order, pair: _Pair, at: datetime, seen: datetime) -> Report:
        book = await self._book(pair)
        levels = book.opposite(order.side)
        if not levels:
            ticker = await pair.market.ticker(order.symbol)
            return self._at_quote(order, pair, ticker.ask if order.side is Side.BUY else ticker.bid, at)
        step, budget = pair.instrument.step, pair.filler.budget_left(order)
        deep = walk(levels, order.side, order.remaining, step, limit=order.price)
        limit = ceiling(order) if order.price is None and order.side is Side.BUY else order.price
        takes = walk(levels, order.side, order.remaining, step, limit=limit, budget=budget)
        short = takes == deep and _sum(deep) < order.remaining
        order = pair.filler.queued(order, book)
        return pair.filler.report(order, takes, Liquidity.TAKER, at, seen, short=short, spent=takes != deep)

    def _at_quote(self, order: Order, pair: _Pair, quote: Decimal, at: datetime) -> Report:
        price = slipped(order.side, quote, self._slippage, pair.instrument.tick)
        takes: tuple[Take, ...] = ()
        if allows(order.side, order.price, price):
            takes = pair.filler.whole(order, price)
        return pair.filler.report(order, takes, Liquidity.TAKER, at, at)

    async def _book(self, pair: _Pair) -> OrderBook:
        return await pair.market.order_book(pair.instrument.symbol, self._depth)


def _sum(takes: Sequence[Take]) -> Decimal:
    return sum((take.amount for take in takes), ZERO)


def _progress(order: Order) -> Report:
    return Report(
        order.id,
        order.status,
        looked_at=order.looked_at,
        queue_ahead=order.queue_ahead,
        triggered=order.triggered,
        stop_price=order.stop_price,
    )
