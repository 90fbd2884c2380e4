"""Market data by one method with an action, as the gateway's reference has it."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from tools.analysis import AnalysisReport, OfAnalysis
from tools.analysis import analyze as analyze_capability
from tools.context import Context
from tools.market import CandleReport, OfCandles, OfPair, PriceReport, Quoted
from tools.market import candles as candles_capability
from tools.market import price as price_capability
from tools.registry import capability
from tools.wire import Millis, Num, Result
from trading.model import Level, PublicTrade


class DataAction(StrEnum):
    """What `market.data` can be asked for."""

    PRICE = "price"
    OHLCV = "ohlcv"
    ORDERBOOK = "orderbook"
    TICKER = "ticker"
    TRADES = "trades"
    ANALYZE = "analyze"


class OfData(OfAnalysis):
    """Which data: `timeframe` is for ohlcv and analyze, `limit` for ohlcv, orderbook and trades."""

    action: DataAction
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class BookReport(Quoted):
    """What rests in the market: [price, amount] rows, best first."""

    bids: list[tuple[Num, Num]]
    asks: list[tuple[Num, Num]]
    timestamp: Millis


class TradeRow(Result):
    """One trade of the market at large; `side` is the taker's."""

    id: str
    price: Num
    amount: Num
    side: str
    timestamp: Millis


class TapeReport(Quoted):
    """The latest trades of the market at large, oldest first."""

    trades: list[TradeRow]


DataReport = PriceReport | CandleReport | BookReport | TapeReport | AnalysisReport


@capability("market.data")
async def data(ctx: Context, params: OfData) -> DataReport:
    """Return market data: price, ohlcv, orderbook, ticker, trades or analyze."""
    return await _ACTIONS[params.action](ctx, params)


async def _price(ctx: Context, params: OfData) -> PriceReport:
    return await price_capability.run(ctx, OfPair(pair=params.pair, exchange=params.exchange))


async def _candles(ctx: Context, params: OfData) -> CandleReport:
    asked = OfCandles(
        pair=params.pair, exchange=params.exchange, timeframe=params.timeframe, limit=params.limit
    )
    return await candles_capability.run(ctx, asked)


async def _book(ctx: Context, params: OfData) -> BookReport:
    venue = ctx.services.markets.venue(params.exchange)
    book = await venue.market.order_book(params.pair, depth=params.limit)
    return BookReport(
        pair=params.pair,
        exchange=venue.name,
        source=book.source.value,
        bids=_rows(book.bids),
        asks=_rows(book.asks),
        timestamp=book.at,
    )


async def _trades(ctx: Context, params: OfData) -> TapeReport:
    venue = ctx.services.markets.venue(params.exchange)
    found = await venue.market.trades(params.pair, limit=params.limit)
    return TapeReport(
        pair=params.pair,
        exchange=venue.name,
        source=venue.market.source.value,
        trades=[_trade(trade) for trade in found],
    )


async def _analysis(ctx: Context, params: OfData) -> AnalysisReport:
    asked = OfAnalysis(
        pair=params.pair,
        exchange=params.exchange,
        timeframe=params.timeframe,
        indicators=params.indicators,
    )
    return await analyze_capability.run(ctx, asked)


def _rows(levels: tuple[Level, ...]) -> list[tuple[Num, Num]]:
    return [(level.price, level.amount) for level in levels]


def _trade(trade: PublicTrade) -> TradeRow:
    return TradeRow(
        id=trade.id, price=trade.price, amount=trade.amount, side=trade.side.value, timestamp=trade.at
    )


_ACTIONS: Mapping[DataAction, Callable[[Context, OfData], Awaitable[DataReport]]] = {
    DataAction.PRICE: _price,
    DataAction.TICKER: _price,
    DataAction.OHLCV: _candles,
    DataAction.ORDERBOOK: _book,
    DataAction.TRADES: _trades,
    DataAction.ANALYZE: _analysis,
}
