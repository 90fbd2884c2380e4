"""What executed of an order at a real exchange: read from its trades, never reckoned from an average."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from trading.clock import epoch_ms
from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.exchanges import ccxt_live_reading as reading
from trading.exchanges.ccxt_live_client import LiveClient
from trading.exchanges.ccxt_live_reading import Fee, Standing
from trading.exchanges.ccxt_live_venues import Venue
from trading.model import ZERO, Order
from trading.ports import Execution, MarketData
from trading.symbols import Symbol

_BEFORE: Final = timedelta(minutes=1)
_PAGE: Final = 1000
# An exchange that takes lists of trade ids takes twenty; ccxt asks for an empty list after a full one.
_IDS: Final = 19


class Executions:
    """Reads the trades of orders, and what their fees were worth in quote."""

    def __init__(self, client: LiveClient, venue: Venue, market: MarketData) -> None:
        self._client = client
        self._venue = venue
        self._market = market

    async def of(self, order: Order, seen: Standing) -> Sequence[Execution]:
        """Return all executions of an order that the exchange tells of; raise ExchangeUnavailable."""
        found = self._at_once(order, seen)
        if _sum(found) != seen.filled:
            raw = await self._trades(order, seen.venue_id, seen.trades)
            found = self._read(raw, order, seen.venue_id)
        prices: dict[str, Decimal] = {order.symbol.quote: Decimal(1)}
        valued: list[Execution] = []
        for execution, fee in found:
            valued.append(
                reading.valued(execution, fee, order, await self._price(execution, fee, order, prices))
            )
        return valued

    async def any(self, order: Order) -> bool:
        """Return whether the exchange tells of trades of an order that it has a name for."""
        if order.venue_id is None or self._venue.by_trade_ids:
            return False
        return bool(await self._trades(order, order.venue_id, ()))

    def _at_once(self, order: Order, seen: Standing) -> list[tuple[Execution, Fee]]:
        """Return the trades that came with the answer to a new order, where they are whole."""
        if seen.at is None or any(
            not isinstance(each, dict) or not each.get("price") for each in seen.trades
        ):
            return []
        return self._read(seen.trades, order, seen.venue_id, seen)

    def _read(
        self, raw: Sequence[Any], order: Order, venue_id: str, seen: Standing | None = None
    ) -> list[tuple[Execution, Fee]]:
        try:
            return reading.trades_of(raw, order, venue_id, None if seen is None else seen.at)
        except (ExchangeUnavailable, LookupError, TypeError, ValueError):
            pass
        raise ExchangeUnavailable(f"{self._client.id} gave trades that make no sense")

    async def _trades(self, order: Order, venue_id: str, known: Sequence[Any]) -> list[Any]:
        """Return the trades of an order; `known` came along with it."""
        symbol = str(order.symbol)
        if self._venue.by_trade_ids:
            return await self._by_ids(symbol, venue_id, known)
        if (await self._client.has()).get("fetchOrderTrades") is True:
            return await self._pages(symbol, venue_id)
        since = epoch_ms(order.created_at - _BEFORE)
        rows = await self._client.ask("fetch_my_trades", symbol, since, _PAGE)
        return [each for each in rows if each.get("order") == venue_id]

    async def _pages(self, symbol: str, venue_id: str) -> list[Any]:
        found = list(await self._client.ask("fetch_order_trades", venue_id, symbol, None, _PAGE))
        if len(found) >= _PAGE:
            raise ExchangeUnavailable(f"{self._client.id} has more trades of one order than it tells at once")
        return found

    async def _by_ids(self, symbol: str, venue_id: str, known: Sequence[Any]) -> list[Any]:
        if not known:
            known = (await self._client.ask("fetch_order", venue_id, symbol)).get("trades") or ()
        ids = [str(each["id"]) for each in known]
        found: list[Any] = []
        for start in range(0, len(ids), _IDS):
            named = {"trades": ids[start : start + _IDS]}
            found += await self._client.ask("fetch_order_trades", venue_id, symbol, None, None, named)
        return found

    async def _price(
        self, execution: Execution, fee: Fee, order: Order, prices: dict[str, Decimal]
    ) -> Decimal:
        """Return what one unit of a fee's asset is worth in the quote of the order."""
        if fee.asset == order.symbol.base:
            return execution.price
        if fee.asset not in prices:
            prices[fee.asset] = await self._of_asset(fee.asset, order.symbol.quote)
        return prices[fee.asset]

    async def _of_asset(self, asset: str, quote: str) -> Decimal:
        try:
            return (await self._market.ticker(Symbol(asset, quote))).last
        except UnknownSymbol:
            pass
        try:
            last = (await self._market.ticker(Symbol(quote, asset))).last
        except UnknownSymbol as error:
            raise ExchangeUnavailable(f"there is no price for a fee in {asset[:15]}") from error
        if last <= ZERO:
            raise ExchangeUnavailable(f"there is no price for a fee in {asset[:15]}")
        return 1 / last


def _sum(found: Sequence[tuple[Execution, Fee]]) -> Decimal:
    return sum((execution.amount for execution, _ in found), ZERO)
