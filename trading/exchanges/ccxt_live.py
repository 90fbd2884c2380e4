"""Real orders on any exchange that ccxt knows and that lets orders be looked up by ids of ours."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

from trading.clock import Clock, epoch_ms
from trading.errors import ExchangeUnavailable, InvalidOrder, OutcomeUnknown, TradingError
from trading.exchanges import ccxt_live_reading as reading
from trading.exchanges.ccxt_live_client import Keys, LiveClient
from trading.exchanges.ccxt_live_executions import Executions
from trading.exchanges.ccxt_live_failures import CANCELING, PLACING
from trading.exchanges.ccxt_live_reading import Standing
from trading.exchanges.ccxt_live_venues import client_order_id, histories, venue
from trading.matching import floor_to
from trading.model import Instrument, Mode, Order, OrderStatus, OrderType
from trading.orders import RESTING
from trading.ports import MarketData, Report, Statement

_AT_ONCE: Final = frozenset({OrderType.MARKET, OrderType.LIMIT})
_CCXT_TYPE: Final[Mapping[OrderType, str]] = {
    OrderType.MARKET: "market",
    OrderType.LIMIT: "limit",
    OrderType.STOP: "market",
    OrderType.STOP_LIMIT: "limit",
}
# An exchange's clock may be behind ours.
_BEFORE: Final = timedelta(minutes=1)

_P = ParamSpec("_P")
_T = TypeVar("_T")


class CcxtExchange:
    """One account at one exchange, spot only.

    Every order carries `client_order_id` of its id and is sent once, by one request that nobody repeats.
    `holds` are the types besides market and limit that can rest there; `arrives_within` is how long after
    `place` ended an order that nobody has seen may still turn up, None when there is no bound. `market` gives
    the rules of pairs and what a fee in a third asset was worth. `urls`, `timeout` and `pause` are those of
    `CcxtMarket`. Loads ccxt when it is first asked, or by `open`.
    """

    mode = Mode.LIVE

    def __init__(
        self,
        exchange: str,
        keys: Keys,
        market: MarketData,
        clock: Clock,
        urls: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        pause: float | None = None,
    ) -> None:
        self.exchange = exchange
        self._market = market
        self._clock = clock
        self._venue = venue(exchange)
        self._client = LiveClient(exchange, keys, self._venue, clock, urls, timeout, pause)
        self._executions = Executions(self._client, self._venue, market)

    @property
    def holds(self) -> frozenset[OrderType]:
        """The types of order that wait for their trigger at the exchange itself."""
        return self._venue.holds

    @property
    def arrives_within(self) -> timedelta | None:
        """How late an order may still arrive that nobody has seen."""
        return self._venue.arrives_within

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def open(self) -> None:
        """Load ccxt and the markets.

        Raises UnknownExchange for one that is not fit for live orders, saying why, or ExchangeUnavailable.
        """
        await self._client.open()

    async def aclose(self) -> None:
        """Close the connections; every later question raises ExchangeUnavailable."""
        await self._client.aclose()

    async def place(self, order: Order) -> Report:
        """Hand in an order, once. What executed may be told only by a later look."""
        if order.type not in _AT_ONCE | self.holds:
            raise InvalidOrder(f"{self.exchange} holds no {order.type} orders: watch the market for it")
        instrument = await self._market.instrument(order.symbol)
        # From here on nothing but the order itself goes out.
        await self._client.open()
        request = self._request(order, instrument)
        raw = await self._client.ask("create_order", *request, table=PLACING)
        seen = self._sound(OutcomeUnknown, reading.standing, raw, order, self._venue.echoes)
        return await self._taken(order, seen)

    async def find(self, order: Order) -> Report | None:
        """Look for an order by its ids, then among open and closed ones, then by its trades.

        None is only for good once `arrives_within` is over. Raises ExchangeUnavailable when it cannot tell.
        """
        seen = await self._look(order)
        return None if seen is None else await self._report(order, seen)

    async def cancel(self, order: Order) -> Report:
        """Take back what is unfilled; one that was over before is told of as it ended.

        Raises OutcomeUnknown when it may or may not be cancelled, or its executions are not all told yet.
        """
        refused: TradingError | None = None
        try:
            await self._client.ask("cancel_order", *await self._named(order), table=CANCELING)
        except ExchangeUnavailable as error:
            refused = error
        try:
            seen = await self._look(order)
            found = None if seen is None else await self._report(order, seen)
        except ExchangeUnavailable as error:
            raise (refused or OutcomeUnknown(f"{self.exchange} did not tell what was cancelled")) from error
        if found is not None and found.status not in RESTING:
            return found
        if refused is not None and found is not None:
            raise refused
        raise OutcomeUnknown(f"{self.exchange} has not told yet what became of the order")

    async def watch(self, orders: Sequence[Order], until: datetime) -> Sequence[Report]:
        """Return where resting orders of one pair stand: one request for all of those that are unchanged."""
        if not orders:
            return []
        raw = await self._client.ask("fetch_open_orders", str(orders[0].symbol))
        rows = self._sound(ExchangeUnavailable, list, raw)
        return [await self._watched(order, rows, until) for order in orders]

    async def statement(self, orders: Collection[str] = ()) -> Statement:
        """Return all balances and open orders of the account; `orders` are ids of ours to recognise."""
        ours = {client_order_id(each): each for each in orders}
        held = await self._client.ask("fetch_balance")
        rows = await self._client.ask("fetch_open_orders")
        return Statement(
            balances=self._sound(ExchangeUnavailable, reading.balances, held),
            orders=self._sound(ExchangeUnavailable, reading.resting, rows, ours),
            at=self._clock.now(),
        )

    def _request(self, order: Order, instrument: Instrument) -> tuple[Any, ...]:
        # An order that was sized in quote is sent in base too: never for more than was reckoned.
        amount = floor_to(order.amount, instrument.step)
        if amount <= 0:
            raise InvalidOrder(f"too small: {order.symbol} trades in steps of {instrument.step}")
        extra = dict(self._venue.placing(self._clock.now()))
        extra["clientOrderId"] = client_order_id(order.id)
        if order.stop_price is not None:
            extra[self._venue.stop_key] = _text(order.stop_price)
        price = None if order.price is None else _text(order.price)
        return str(order.symbol), _CCXT_TYPE[order.type], order.side.value, _text(amount), price, extra

    async def _taken(self, order: Order, seen: Standing) -> Report:
        """Return the report on an order that the exchange has taken, whatever can be told of it by now."""
        try:
            if seen.filled is None:
                # The answer holds no more than a name.
                seen = await self._look(replace(order, venue_id=seen.venue_id)) or seen
            return await self._report(order, seen)
        except ExchangeUnavailable:
            # It was taken all the same: a later look tells the rest.
            return reading.report(order, replace(seen, status=OrderStatus.ACCEPTED), (), self._clock.now())

    async def _report(self, order: Order, seen: Standing) -> Report:
        raw = await self._executions.of(order, seen) if seen.filled else []
        return reading.report(order, seen, raw, self._clock.now())

    async def _watched(self, order: Order, rows: Iterable[Any], until: datetime) -> Report:
        seen = self._listed(rows, order) or await self._look(order)
        quiet = Report(
            order.id, order.status, looked_at=until, triggered=order.triggered, venue_id=order.venue_id
        )
        if seen is None:
            # It was taken once, so the exchange's own books are behind, or have forgotten it.
            return quiet
        if seen.status in RESTING and seen.filled == order.filled:
            return replace(quiet, venue_id=seen.venue_id)
        return replace(await self._report(order, seen), looked_at=until)

    async def _look(self, order: Order) -> Standing | None:
        """Return where an order stands; None when the exchange says on every way that it does not know it."""
        symbol, client = str(order.symbol), client_order_id(order.id)
        raw = None
        if order.venue_id is not None:
            raw = await self._client.look("fetch_order", order.venue_id, symbol)
        if raw is None and self._venue.asks_by_client:
            raw = await self._client.look("fetch_order", client, symbol, {"clientOrderId": client})
        if raw is not None:
            return self._sound(ExchangeUnavailable, reading.standing, raw, order)
        narrowed = {"clientOrderId": client} if self._venue.lists_by_client else {}
        for method in ("fetch_open_orders", *histories(self._venue, await self._client.has())):
            since = None if method == "fetch_open_orders" else epoch_ms(order.created_at - _BEFORE)
            rows = await self._client.ask(method, symbol, since, None, narrowed)
            seen = self._listed(rows, order)
            if seen is not None:
                return seen
            if self._sound(ExchangeUnavailable, reading.nameless, rows, order):
                raise ExchangeUnavailable(f"{self.exchange} lists orders without our names for them")
        if order.venue_id is not None and await self._executions.any(order):
            raise ExchangeUnavailable(f"{self.exchange} tells of trades of an order that it does not know")
        return None

    def _listed(self, rows: Iterable[Any], order: Order) -> Standing | None:
        def find() -> Standing | None:
            found = next((each for each in rows if reading.is_of(each, order)), None)
            return None if found is None else reading.standing(found, order)

        return self._sound(ExchangeUnavailable, find)

    async def _named(self, order: Order) -> tuple[Any, ...]:
        """Return how to name an order to the exchange."""
        symbol, client = str(order.symbol), client_order_id(order.id)
        if order.venue_id is not None:
            return order.venue_id, symbol
        if self._venue.cancels_by_client:
            return client, symbol, {"clientOrderId": client}
        seen = await self._look(order)
        if seen is None:
            raise OutcomeUnknown(f"{self.exchange} does not know the order yet")
        return seen.venue_id, symbol

    def _sound(
        self, kind: type[TradingError], read: Callable[_P, _T], *given: _P.args, **named: _P.kwargs
    ) -> _T:
        """Return what `read` makes of an answer, but no quote of what it cannot read: keys may be in it."""
        try:
            return read(*given, **named)
        except (ExchangeUnavailable, LookupError, TypeError, ValueError):
            pass
        raise kind(f"{self.exchange} gave an answer that makes no sense")


def _text(figure: Decimal) -> str:
    return f"{figure:f}"
