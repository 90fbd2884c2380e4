"""The public endpoints of Binance spot, as its documentation shows them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.peers.exchange_state import Handler, LoopbackExchange, Refused
from tests.peers.exchange_tape import BURST_MS, MINUTE_MS, Pair, Tape
from trading.clock import epoch_ms, from_epoch_ms
from trading.model import Side

PAGE = 1000
INTERVALS = {
    **{f"{n}m": n for n in (1, 3, 5, 15, 30)},
    **{f"{n}h": n * 60 for n in (1, 2, 4, 6, 8, 12)},
    "1d": 1440,
}


def _tape(exchange: LoopbackExchange, query: Mapping[str, str]) -> Tape:
    tape = exchange.tape(query["symbol"])
    if tape is None:
        raise Refused(400, {"code": -1121, "msg": "Invalid symbol."})
    return tape


def _info(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    return {
        "timezone": "UTC",
        "serverTime": exchange.now_ms,
        "rateLimits": [],
        "exchangeFilters": [],
        "symbols": [_symbol(tape.pair) for tape in exchange.tapes.values()],
    }


def _symbol(pair: Pair) -> dict[str, Any]:
    return {
        "symbol": pair.name,
        "status": pair.status,
        "baseAsset": pair.base,
        "baseAssetPrecision": 8,
        "quoteAsset": pair.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT"],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": True,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": f"{pair.tick:.8f}",
                "maxPrice": "1000000.00000000",
                "tickSize": f"{pair.tick:.8f}",
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": f"{pair.step:.8f}",
                "maxQty": "9000.00000000",
                "stepSize": f"{pair.step:.8f}",
            },
            {
                "filterType": "NOTIONAL",
                "minNotional": f"{pair.min_notional:.8f}",
                "applyMinToMarket": True,
                "maxNotional": "9000000.00000000",
                "applyMaxToMarket": False,
                "avgPriceMins": 5,
            },
        ],
        "permissions": [],
        "permissionSets": [["SPOT", "MARGIN"]],
    }


def _tickers(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    names = [query["symbol"]] if "symbol" in query else [tape.pair.name for tape in exchange.tapes.values()]
    found = [_ticker(exchange, {"symbol": name}) for name in names]
    return found[0] if "symbol" in query else found


def _ticker(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    tape = _tape(exchange, query)
    day = tape.day(exchange.now_ms)
    bids, asks = tape.book(exchange.now_ms, 1)
    last = tape.price(exchange.now_ms // MINUTE_MS)
    return {
        "symbol": tape.pair.name,
        "priceChange": f"{last - day.open:.8f}",
        "priceChangePercent": f"{(last / day.open - 1) * 100:.3f}",
        "weightedAvgPrice": f"{(day.high + day.low) / 2:.8f}",
        "prevClosePrice": f"{day.open:.8f}",
        "lastPrice": f"{last:.8f}",
        "lastQty": f"{tape.pair.step:.8f}",
        "bidPrice": bids[0][0],
        "bidQty": bids[0][1],
        "askPrice": asks[0][0],
        "askQty": asks[0][1],
        "openPrice": f"{day.open:.8f}",
        "highPrice": f"{day.high:.8f}",
        "lowPrice": f"{day.low:.8f}",
        "volume": f"{day.volume:.8f}",
        "quoteVolume": f"{day.volume * last:.8f}",
        "openTime": exchange.now_ms - 86_400_000,
        "closeTime": exchange.now_ms,
        "firstId": 1,
        "lastId": 2,
        "count": 2,
    }


def _depth(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    tape = _tape(exchange, query)
    bids, asks = tape.book(exchange.now_ms, int(query.get("limit", 100)))
    return {"lastUpdateId": exchange.now_ms, "bids": bids, "asks": asks}


def _trades(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    tape = _tape(exchange, query)
    most = min(int(query.get("limit", 500)), PAGE)
    now = exchange.now_ms
    if "startTime" in query:
        found = tape.trades(int(query["startTime"]), min(int(query.get("endTime", now)), now), most)
    else:
        found = tape.trades(now - most * BURST_MS, now, 10 * most)[-most:]
    return [
        {
            "a": int(trade.id),
            "p": f"{trade.price:.8f}",
            "q": f"{trade.amount:.8f}",
            "f": int(trade.id),
            "l": int(trade.id),
            "T": epoch_ms(trade.at),
            "m": trade.side is Side.SELL,
            "M": True,
        }
        for trade in found
    ]


def _klines(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    tape = _tape(exchange, query)
    minutes = INTERVALS[query["interval"]]
    most = min(int(query.get("limit", 500)), PAGE)
    now = exchange.clock.now()
    stop = min(from_epoch_ms(int(query["endTime"])), now) if "endTime" in query else now
    if "startTime" in query:
        first = max(from_epoch_ms(int(query["startTime"])), tape.listed)
        found = tape.candles(first, stop, minutes, most, now)
    else:
        found = tape.candles(stop - most * timedelta(minutes=minutes), stop, minutes, most + 1, now)[-most:]
    return [
        [
            epoch_ms(candle.opened_at),
            f"{candle.open:.8f}",
            f"{candle.high:.8f}",
            f"{candle.low:.8f}",
            f"{candle.close:.8f}",
            f"{candle.volume:.8f}",
            epoch_ms(candle.opened_at) + minutes * MINUTE_MS - 1,
            "1.0",
            1,
            "1.0",
            "1.0",
            "0",
        ]
        for candle in found
    ]


def _time(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    return {"serverTime": exchange.now_ms}


BINANCE: dict[str, Handler] = {
    "/api/v3/exchangeInfo": _info,
    "/api/v3/time": _time,
    "/api/v3/ticker/24hr": _tickers,
    "/api/v3/depth": _depth,
    "/api/v3/aggTrades": _trades,
    "/api/v3/klines": _klines,
}
