"""The public endpoints of Kraken spot, as its documentation shows them."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.peers.exchange_state import Handler, LoopbackExchange, Refused
from tests.peers.exchange_tape import BURST_MS, MINUTE_MS, Tape
from trading.clock import epoch_ms, from_epoch_ms

# So many candles of each length are kept, and no more.
KEPT = 720
TRADE_PAGE = 1000
INTERVALS = (1, 5, 15, 30, 60, 240, 1440)


def _tape(exchange: LoopbackExchange, query: Mapping[str, str]) -> Tape:
    tape = exchange.tape(query["pair"])
    if tape is None or not tape.pair.kraken:
        raise Refused(200, {"error": ["EQuery:Unknown asset pair"]})
    return tape


def _result(result: Any) -> Any:
    return {"error": [], "result": result}


def _places(step: Decimal) -> int:
    return max(0, -int(step.as_tuple().exponent))


def _assets(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    names = {"XXBT": "XBT", "XETH": "ETH", "ZUSD": "USD"}
    return _result(
        {
            name: {
                "aclass": "currency",
                "altname": other,
                "decimals": 10,
                "display_decimals": 5,
                "status": "enabled",
            }
            for name, other in names.items()
        }
    )


def _pairs(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    return _result(
        {
            tape.pair.kraken: {
                "altname": tape.pair.kraken.replace("XX", "X").replace("XE", "E").replace("ZUSD", "USD"),
                "wsname": f"{tape.pair.kraken[1:4]}/USD",
                "aclass_base": "currency",
                "base": tape.pair.kraken[:4],
                "aclass_quote": "currency",
                "quote": "ZUSD",
                "lot": "unit",
                "cost_decimals": 5,
                "pair_decimals": _places(tape.pair.tick),
                "lot_decimals": _places(tape.pair.step),
                "lot_multiplier": 1,
                "leverage_buy": [2, 3],
                "leverage_sell": [2, 3],
                "fees": [[0, 0.4], [10000, 0.35]],
                "fees_maker": [[0, 0.25], [10000, 0.2]],
                "fee_volume_currency": "ZUSD",
                "margin_call": 80,
                "margin_stop": 40,
                "ordermin": str(tape.pair.step * 10),
                "costmin": "0.5",
                "tick_size": str(tape.pair.tick),
                "status": "online",
            }
            for tape in exchange.tapes.values()
            if tape.pair.kraken
        }
    )


def _ticker(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    every = [tape for tape in exchange.tapes.values() if tape.pair.kraken]
    tapes = [_tape(exchange, query)] if "pair" in query else every
    return _result({tape.pair.kraken: _figures(exchange, tape) for tape in tapes})


def _figures(exchange: LoopbackExchange, tape: Tape) -> Any:
    day = tape.day(exchange.now_ms)
    bids, asks = tape.book(exchange.now_ms, 1)
    midnight = tape.price(exchange.now_ms // 86_400_000 * 1440)
    return {
        "a": [asks[0][0], "1", "1.000"],
        "b": [bids[0][0], "1", "1.000"],
        "c": [str(tape.price(exchange.now_ms // MINUTE_MS)), "0.1"],
        "v": [str(day.volume), str(day.volume)],
        "p": [str(day.open), str(day.open)],
        "t": [1, 2],
        "l": [str(day.low), str(day.low)],
        "h": [str(day.high), str(day.high)],
        "o": str(midnight),
    }


def _depth(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    tape = _tape(exchange, query)
    seconds = exchange.now_ms // 1000
    bids, asks = tape.book(exchange.now_ms, int(query.get("count", 100)))
    return _result(
        {
            tape.pair.kraken: {
                "asks": [[*row, seconds] for row in asks],
                "bids": [[*row, seconds] for row in bids],
            }
        }
    )


def _trades(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    tape = _tape(exchange, query)
    most = min(int(query.get("count", TRADE_PAGE)), TRADE_PAGE)
    now = exchange.now_ms
    if "since" in query:
        found = tape.trades(int(query["since"]) * 1000, now, most)
    else:
        found = tape.trades(now - most * BURST_MS, now, 10 * most)[-most:]
    rows = [
        [
            str(trade.price),
            str(trade.amount),
            epoch_ms(trade.at) / 1000,
            trade.side.value[0],
            "l",
            "",
            int(trade.id),
        ]
        for trade in found
    ]
    return _result({tape.pair.kraken: rows, "last": str(now * 1_000_000)})


def _ohlc(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    tape = _tape(exchange, query)
    minutes = int(query.get("interval", 1))
    if minutes not in INTERVALS:
        raise Refused(200, {"error": ["EGeneral:Invalid arguments"]})
    now = exchange.clock.now()
    since = from_epoch_ms(int(query.get("since", 0)) * 1000 + 1)
    # The newest opens within one length before now.
    kept = tape.candles(now - KEPT * timedelta(minutes=minutes), now, minutes, KEPT + 1, now)[-KEPT:]
    rows = [
        [
            epoch_ms(candle.opened_at) // 1000,
            str(candle.open),
            str(candle.high),
            str(candle.low),
            str(candle.close),
            str(candle.open),
            str(candle.volume),
            3,
        ]
        for candle in kept
        if candle.opened_at > since
    ]
    return _result({tape.pair.kraken: rows, "last": epoch_ms(now) // 1000})


def _time(exchange: LoopbackExchange, query: Mapping[str, str]) -> Any:
    return _result({"unixtime": exchange.now_ms // 1000, "rfc1123": ""})


KRAKEN: dict[str, Handler] = {
    "/0/public/Time": _time,
    "/0/public/Assets": _assets,
    "/0/public/AssetPairs": _pairs,
    "/0/public/Ticker": _ticker,
    "/0/public/Depth": _depth,
    "/0/public/Trades": _trades,
    "/0/public/OHLC": _ohlc,
}
