import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.peers.exchange_faults import alters, says
from tests.peers.exchange_state import LoopbackExchange
from tests.trading.ccxt_market.world import (
    BTC_USD,
    BTC_USDT,
    ETH,
    ETH_USDT,
    NOW,
    PEPE,
    PEPE_USDT,
    QUIET,
    XBT,
    expected,
)
from trading.clock import ManualClock, epoch_ms
from trading.errors import UnknownExchange, UnknownSymbol
from trading.exchanges.ccxt_client import known_exchanges
from trading.exchanges.ccxt_market import CcxtMarket
from trading.model import Instrument, Level, Source, Ticker
from trading.ports import MarketData
from trading.symbols import Symbol
from trading.timeframes import Timeframe

Ask = Callable[[CcxtMarket], Awaitable[object]]


def test_every_exchange_of_ccxt_is_known_without_loading_it() -> None:
    known = known_exchanges()
    assert {"binance", "kraken", "coinbase", "okx", "bybit"} <= known
    assert not known & {"base", "__init__", "prediction", ""}


@pytest.mark.parametrize("name", ["", "mtgox", "Binance", "base", "__init__", "../ccxt", "binance.py"])
def test_an_unknown_exchange_is_refused(name: str, clock: ManualClock) -> None:
    with pytest.raises(UnknownExchange):
        CcxtMarket(name, clock)


async def test_the_rules_of_a_pair_are_read(binance: CcxtMarket) -> None:
    market: MarketData = binance
    assert await market.instrument(ETH_USDT) == Instrument(
        symbol=ETH_USDT,
        tick=Decimal("0.01"),
        step=Decimal("0.0001"),
        min_amount=Decimal("0.0001"),
        min_notional=Decimal(5),
        maker_fee=Decimal("0.001"),
        taker_fee=Decimal("0.001"),
    )
    assert (await market.instrument(PEPE_USDT)).tick == Decimal("0.00000001")
    assert (market.exchange, market.source) == ("binance", Source.LIVE)


async def test_kraken_names_its_pairs_and_fees_its_own_way(kraken: CcxtMarket) -> None:
    assert await kraken.instruments() == {
        symbol: Instrument(
            symbol=symbol,
            tick=tick,
            step=Decimal("0.0001"),
            min_amount=Decimal("0.001"),
            min_notional=Decimal("0.5"),
            maker_fee=Decimal("0.0025"),
            taker_fee=Decimal("0.004"),
        )
        for symbol, tick in ((BTC_USD, Decimal("0.1")), (Symbol("ETH", "USD"), Decimal("0.01")))
    }


async def test_only_pairs_that_trade_and_can_be_named_are_offered(binance: CcxtMarket) -> None:
    assert set(await binance.instruments()) == {
        ETH_USDT,
        BTC_USDT,
        PEPE_USDT,
        BTC_USD,
        Symbol("ETH", "USD"),
    }


@pytest.mark.parametrize("symbol", [Symbol("LUNA", "USDT"), Symbol("NO", "USDT"), Symbol("ETHUSDT", "")])
async def test_a_pair_that_is_not_traded_is_unknown(binance: CcxtMarket, symbol: Symbol) -> None:
    asks: tuple[Ask, ...] = (
        lambda m: m.instrument(symbol),
        lambda m: m.ticker(symbol),
        lambda m: m.order_book(symbol),
        lambda m: m.trades(symbol),
        lambda m: m.candles(symbol, Timeframe.H1),
    )
    for ask in asks:
        with pytest.raises(UnknownSymbol):
            await ask(binance)


async def test_a_pair_that_was_taken_down_since_is_unknown(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    await binance.instruments()
    del exchange.tapes["ETHUSDT"]
    with pytest.raises(UnknownSymbol):
        await binance.ticker(ETH_USDT)


async def test_markets_are_read_once_however_many_ask(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    await asyncio.gather(*(binance.ticker(symbol) for symbol in (ETH_USDT, BTC_USDT, PEPE_USDT)))
    await binance.order_book(ETH_USDT)
    assert exchange.count("exchangeInfo") == 1


async def test_one_who_gives_up_waiting_does_not_take_the_markets_from_the_others(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    impatient = asyncio.create_task(binance.ticker(ETH_USDT))
    patient = asyncio.create_task(binance.ticker(BTC_USDT))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).symbol == BTC_USDT
    assert impatient.cancelled()


async def test_a_ticker_is_read_digit_by_digit(binance: CcxtMarket) -> None:
    minute = epoch_ms(NOW) // 60_000
    day = PEPE.day(epoch_ms(NOW))
    last, tick = PEPE.price(minute), PEPE.pair.tick
    assert await binance.ticker(PEPE_USDT) == Ticker(
        symbol=PEPE_USDT,
        bid=last - tick,
        ask=last + tick,
        last=last,
        high_24h=day.high,
        low_24h=day.low,
        open_24h=day.open,
        volume_24h=day.volume,
        at=NOW,
        source=Source.LIVE,
        exchange="binance",
    )


async def test_krakens_ticker_opens_24_hours_ago_and_not_at_midnight(
    kraken: CcxtMarket, clock: ManualClock, exchange: LoopbackExchange
) -> None:
    found = await kraken.ticker(BTC_USD)
    quarter = Timeframe.M15.floor(NOW - timedelta(days=1))
    assert found.open_24h == XBT.price(epoch_ms(quarter) // 60_000)
    day = XBT.day(epoch_ms(NOW))
    assert (found.high_24h, found.low_24h, found.volume_24h) == (day.high, day.low, day.volume)
    assert found.at == NOW
    # The candles behind it are not asked for again within a minute.
    await clock.advance(50)
    await kraken.ticker(BTC_USD)
    assert exchange.count("OHLC") == 1
    await clock.advance(10)
    await kraken.ticker(BTC_USD)
    assert exchange.count("OHLC") == 2


@pytest.mark.parametrize("missing", [["bidPrice"], ["askPrice"], ["bidPrice", "askPrice"]])
async def test_a_missing_bid_or_ask_comes_from_the_book(
    binance: CcxtMarket, exchange: LoopbackExchange, missing: list[str]
) -> None:
    whole = await binance.ticker(ETH_USDT)
    exchange.fail("24hr", alters(lambda answer: {**answer, **dict.fromkeys(missing, "0.00000000")}))
    assert await binance.ticker(ETH_USDT) == whole
    assert exchange.count("depth") == 1


async def test_missing_figures_of_the_day_come_from_candles(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    day = ("priceChange", "priceChangePercent", "openPrice", "highPrice", "lowPrice", "volume")
    exchange.fail("24hr", alters(lambda answer: {k: v for k, v in answer.items() if k not in day}))
    found = await binance.ticker(ETH_USDT)
    first = Timeframe.M15.floor(NOW - timedelta(days=1))
    quarters = expected(ETH, Timeframe.M15, first, NOW)
    assert found.open_24h == quarters[0].open
    assert found.high_24h == max(candle.high for candle in quarters)
    assert found.low_24h == min(candle.low for candle in quarters)
    assert found.volume_24h == sum(candle.volume for candle in quarters)


async def test_a_day_without_a_trade_stands_where_it_stood(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    exchange.fail("24hr", alters(lambda answer: {**answer, "highPrice": None}))
    exchange.fail("klines", says("[]"))
    found = await binance.ticker(ETH_USDT)
    assert found.high_24h == found.last


async def test_a_book_is_cut_to_its_depth_best_first(binance: CcxtMarket, exchange: LoopbackExchange) -> None:
    exchange.fail("depth", alters(lambda answer: {**answer, "bids": answer["bids"][::-1]}))
    book = await binance.order_book(ETH_USDT, depth=3)
    price, tick, step = ETH.price(epoch_ms(NOW) // 60_000), ETH.pair.tick, ETH.pair.step
    assert book.bids == tuple(Level(price - tick * n, step * n) for n in (1, 2, 3))
    assert book.asks == tuple(Level(price + tick * n, step * 2 * n) for n in (1, 2, 3))
    assert (book.symbol, book.at, book.source) == (ETH_USDT, NOW, Source.LIVE)
    assert exchange.asked[-1].query["limit"] == "3"


async def test_levels_without_an_amount_are_left_out(kraken: CcxtMarket, exchange: LoopbackExchange) -> None:
    whole = await kraken.order_book(BTC_USD, depth=2)

    def with_ghost(answer: Any) -> Any:
        answer["result"]["XXBTZUSD"]["bids"].insert(0, [str(whole.asks[0].price), "0.0000", 1])
        return answer

    exchange.fail("Depth", alters(with_ghost))
    assert (await kraken.order_book(BTC_USD, depth=2)).bids == whole.bids


@pytest.mark.parametrize("limit", [1, 100, 7])
async def test_without_a_beginning_the_latest_trades_come_oldest_first(
    binance: CcxtMarket, kraken: CcxtMarket, limit: int
) -> None:
    newest = epoch_ms(NOW) // 20_000 * 3 + 2
    numbers = range(newest + 1 - limit, newest + 1)
    assert await binance.trades(ETH_USDT, limit=limit) == [ETH.trade(n) for n in numbers]
    assert await kraken.trades(BTC_USD, limit=limit) == [XBT.trade(n) for n in numbers]


async def test_trades_from_a_beginning_go_over_pages_that_cut_a_moment_in_two(
    binance: CcxtMarket, kraken: CcxtMarket
) -> None:
    since = NOW - timedelta(hours=20)
    first = -(-epoch_ms(since) // 20_000) * 3
    for market, symbol, tape in ((binance, ETH_USDT, ETH), (kraken, BTC_USD, XBT)):
        found = await market.trades(symbol, since, limit=2500)
        assert found == [tape.trade(n) for n in range(first, first + 2500)]


async def test_the_last_trades_are_all_there_are(binance: CcxtMarket, exchange: LoopbackExchange) -> None:
    since = NOW - timedelta(minutes=3)
    found = await binance.trades(ETH_USDT, since, limit=1000)
    assert found == ETH.trades(epoch_ms(since), epoch_ms(NOW), 1000)
    assert exchange.count("aggTrades") == 1


async def test_a_silence_of_hours_does_not_end_the_trades(binance: CcxtMarket) -> None:
    found = await binance.trades(ETH_USDT, QUIET[0] - timedelta(seconds=30), limit=8)
    assert found == ETH.trades(epoch_ms(QUIET[0]) - 30_000, epoch_ms(NOW), 8)
    assert found[-1].at >= QUIET[1]


async def test_there_are_no_trades_in_the_future(binance: CcxtMarket) -> None:
    assert await binance.trades(ETH_USDT, NOW + timedelta(days=1)) == []


async def test_trades_without_ids_get_some_that_do_not_change(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    def nameless(answer: Any) -> Any:
        return [{**answer[0], "a": None}, {**answer[0], "a": None}, {**answer[1], "a": None}]

    exchange.fail("aggTrades", alters(nameless))
    found = await binance.trades(ETH_USDT, limit=5)
    assert len({trade.id for trade in found}) == 3
    assert await binance.trades(ETH_USDT, limit=5) == found
