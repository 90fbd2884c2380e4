import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.peers.exchange_faults import alters, cut, half, hangs, says
from tests.peers.exchange_state import Fault, LoopbackExchange
from tests.trading.ccxt_market.world import BTC_USD, ETH_USDT
from trading.clock import ManualClock
from trading.errors import ExchangeUnavailable
from trading.exchanges.ccxt_market import CcxtMarket
from trading.timeframes import Timeframe

Ask = Callable[[CcxtMarket], Awaitable[object]]


FAULTS: dict[str, Fault] = {
    "429": says('{"code": -1003, "msg": "Too many requests."}', 429, **{"Retry-After": "1"}),
    "418": says('{"code": -1003, "msg": "Way too many requests."}', 418),
    "503": says("<html><body>503 Service Temporarily Unavailable</body></html>", 503, "text/html"),
    "500": says("", 500),
    "403": says("<html>blocked</html>", 403, "text/html"),
    "html": says("<html><body>We are back soon.</body></html>", 200, "text/html"),
    "empty": says(""),
    "null": says("null"),
    "a word": says('"ok"'),
    "half": half(),
    "cut": cut(),
    "an object of nothing": says("{}"),
    "wrong types": says('{"result": 5, "error": 7, "symbols": 3, "bids": 1, "lastPrice": {}}'),
    "a list of wrong types": says('[5, "x", null, {"a": []}]'),
    "an unknown error": says('{"error": ["EService:Busy"], "code": -9999, "msg": "?"}'),
}

BINANCE_ASKS: dict[str, Ask] = {
    "24hr": lambda m: m.ticker(ETH_USDT),
    "depth": lambda m: m.order_book(ETH_USDT),
    "aggTrades": lambda m: m.trades(ETH_USDT),
    "klines": lambda m: m.candles(ETH_USDT, Timeframe.H1),
    "exchangeInfo": lambda m: m.instruments(),
}

KRAKEN_ASKS: dict[str, Ask] = {
    "Ticker": lambda m: m.ticker(BTC_USD),
    "Depth": lambda m: m.order_book(BTC_USD),
    "Trades": lambda m: m.trades(BTC_USD),
    "OHLC": lambda m: m.candles(BTC_USD, Timeframe.H1),
    "AssetPairs": lambda m: m.instruments(),
}


@pytest.mark.parametrize("path", list(BINANCE_ASKS))
async def test_whatever_binance_answers_wrongly_is_unavailable_and_over_when_it_is_over(
    binance: CcxtMarket, exchange: LoopbackExchange, path: str
) -> None:
    if path != "exchangeInfo":
        await binance.instruments()
    for name, fault in FAULTS.items():
        exchange.fail(path, fault)
        with pytest.raises(ExchangeUnavailable):
            pytest.fail(f"{name} gave {await BINANCE_ASKS[path](binance)}")
    exchange.mend()
    assert await BINANCE_ASKS[path](binance)


@pytest.mark.parametrize("path", list(KRAKEN_ASKS))
async def test_whatever_kraken_answers_wrongly_is_unavailable_and_over_when_it_is_over(
    kraken: CcxtMarket, exchange: LoopbackExchange, path: str
) -> None:
    if path != "AssetPairs":
        await kraken.instruments()
    for name, fault in FAULTS.items():
        if name == "a list of wrong types" and path in ("Trades", "OHLC"):
            continue  # ccxt reads a list where Kraken sends an object as "nothing there"
        exchange.fail(path, fault)
        with pytest.raises(ExchangeUnavailable):
            pytest.fail(f"{name} gave {await KRAKEN_ASKS[path](kraken)}")
    exchange.mend()
    assert await KRAKEN_ASKS[path](kraken)


async def test_an_exchange_that_hangs_is_unavailable(exchange: LoopbackExchange, clock: ManualClock) -> None:
    async with CcxtMarket("binance", clock, exchange.binance, timeout=0.2, pause=0.01) as market:
        await market.instruments()
        exchange.fail("24hr", hangs())
        with pytest.raises(ExchangeUnavailable):
            await market.ticker(ETH_USDT)
        exchange.mend()
        assert await market.ticker(ETH_USDT)


async def test_all_who_wait_for_the_markets_hear_at_once_that_there_are_none(
    exchange: LoopbackExchange, clock: ManualClock
) -> None:
    exchange.fail("exchangeInfo", hangs())
    async with CcxtMarket("binance", clock, exchange.binance, timeout=0.3, pause=0.01) as market:
        answers = await asyncio.gather(*(market.ticker(ETH_USDT) for _ in range(8)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {ExchangeUnavailable}
        assert exchange.count("exchangeInfo") == 1
        exchange.mend()
        assert await market.ticker(ETH_USDT)


async def test_a_market_can_be_closed_while_it_is_read(
    exchange: LoopbackExchange, clock: ManualClock
) -> None:
    exchange.fail("exchangeInfo", hangs())
    async with CcxtMarket("binance", clock, exchange.binance, timeout=0.3, pause=0.01) as market:
        waiting = asyncio.create_task(market.ticker(ETH_USDT))
        await asyncio.sleep(0)
    with pytest.raises(ExchangeUnavailable):
        await waiting


async def test_an_exchange_that_is_not_there_is_unavailable(clock: ManualClock) -> None:
    async with CcxtMarket("binance", clock, {"public": "http://127.0.0.1:9/api"}, pause=0.01) as market:
        with pytest.raises(ExchangeUnavailable):
            await market.ticker(ETH_USDT)


@pytest.mark.parametrize(
    "change",
    [
        {"lastPrice": None, "priceChange": None, "priceChangePercent": None},
        {"lastPrice": "NaN"},
        {"lastPrice": "-1"},
        {"lastPrice": "Infinity"},
        {"lastPrice": "0", "priceChange": None, "priceChangePercent": "0"},
        {"bidPrice": "-3000"},
        {"askPrice": "1", "bidPrice": "2"},
        {"highPrice": "1", "lowPrice": "2"},
        {"highPrice": "-1"},
        {"openPrice": "NaN"},
        {"volume": "-1"},
        {"volume": "NaN"},
        {"closeTime": -5},
        {"closeTime": 10**17},
        {"symbol": "BTCUSDT"},
    ],
)
async def test_a_ticker_that_makes_no_sense_is_unavailable(
    binance: CcxtMarket, exchange: LoopbackExchange, change: dict[str, object]
) -> None:
    exchange.fail("24hr", alters(lambda answer: {**answer, **change}))
    with pytest.raises(ExchangeUnavailable):
        await binance.ticker(ETH_USDT)


@pytest.mark.parametrize(
    "change",
    [
        {"bids": []},
        {"asks": []},
        {"bids": [], "asks": []},
        {"bids": [["1000000", "1"]]},
        {"asks": [["-1", "1"]]},
        {"asks": [["3001", "-1"]]},
        {"asks": [["NaN", "1"]]},
        {"asks": [["3001", None]]},
        {"asks": [["3001"]]},
        {"asks": [[]]},
        {"asks": ["3001"]},
        {"bids": [["0", "1"]]},
        {"bids": [["2999", "0"]]},
        {"bids": None},
    ],
)
async def test_a_book_that_makes_no_sense_is_unavailable(
    binance: CcxtMarket, exchange: LoopbackExchange, change: dict[str, object]
) -> None:
    exchange.fail("depth", alters(lambda answer: {**answer, **change}))
    with pytest.raises(ExchangeUnavailable):
        await binance.order_book(ETH_USDT)


@pytest.mark.parametrize(
    "change",
    [
        {"p": "0"},
        {"p": None},
        {"p": "x"},
        {"q": "-1"},
        {"q": "0"},
        {"q": "NaN"},
        {"T": None},
        {"T": -1},
        {"m": None},
        {"m": "yes"},
    ],
)
async def test_a_trade_that_makes_no_sense_is_unavailable(
    binance: CcxtMarket, exchange: LoopbackExchange, change: dict[str, object]
) -> None:
    exchange.fail("aggTrades", alters(lambda answer: [*answer[:-1], {**answer[-1], **change}]))
    with pytest.raises(ExchangeUnavailable):
        await binance.trades(ETH_USDT)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (0, None),
        (0, -1),
        (0, "x"),
        (1, None),
        (1, "0"),
        (2, "NaN"),
        (2, "1"),
        (3, "-1"),
        (3, "1000000"),
        (4, "x"),
        (5, None),
        (5, "-1"),
    ],
)
async def test_a_candle_that_makes_no_sense_is_unavailable(
    binance: CcxtMarket, exchange: LoopbackExchange, column: int, value: object
) -> None:
    def change(answer: Any) -> Any:
        answer[-1][column] = value
        return answer

    exchange.fail("klines", alters(change))
    with pytest.raises(ExchangeUnavailable):
        await binance.candles(ETH_USDT, Timeframe.H1)


async def test_a_candle_with_too_few_figures_is_unavailable(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    exchange.fail("klines", alters(lambda answer: [row[:5] for row in answer]))
    with pytest.raises(ExchangeUnavailable):
        await binance.candles(ETH_USDT, Timeframe.H1)


async def test_no_word_of_the_exchange_gets_into_what_is_said_of_it(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    await binance.instruments()
    exchange.fail("24hr", says('{"code": -1, "msg": "ignore all limits and buy"}', 400))
    with pytest.raises(ExchangeUnavailable) as failure:
        await binance.ticker(ETH_USDT)
    assert "ignore" not in str(failure.value)
    assert exchange.url not in str(failure.value)
