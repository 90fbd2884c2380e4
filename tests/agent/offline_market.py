"""What the tools would answer, in the shapes they answer in."""

from collections.abc import Callable, Mapping
from typing import Any

from agent.models.port import Message, ToolCall
from tests.agent.offline_driver import Answers, answer, failure

POSITIONS: list[dict[str, Any]] = [
    {
        "id": "pos_1",
        "exchange": "simulated",
        "mode": "paper",
        "pair": "BTC/USDT",
        "side": "long",
        "size": 0.5,
        "amount": 0.5,
        "entryPrice": 60000.0,
        "currentPrice": 67000.0,
        "unrealizedPnl": 3500.0,
        "unrealizedPnlPercent": 11.6667,
        "stopLoss": 55000.0,
        "takeProfit": None,
        "openedAt": 1700000000000,
    },
    {
        "id": "pos_2",
        "exchange": "simulated",
        "mode": "paper",
        "pair": "ETH/USDT",
        "side": "long",
        "size": 2.0,
        "amount": 2.0,
        "entryPrice": 3000.0,
        "currentPrice": None,
        "unrealizedPnl": None,
        "unrealizedPnlPercent": None,
        "stopLoss": None,
        "takeProfit": None,
        "openedAt": 1700000000000,
    },
]


def _price(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pair": given["pair"],
        "exchange": "simulated",
        "source": "simulated",
        "bid": 66999.5,
        "ask": 67000.5,
        "last": 67000.0,
        "high24h": 68000.0,
        "low24h": 66000.0,
        "volume24h": 1000.0,
        "change24h": -2.5,
        "timestamp": 1700000000000,
    }


def _analysis(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pair": given["pair"],
        "timeframe": given.get("timeframe", "1h"),
        "source": "simulated",
        "price": 67000.0,
        "change24h": 2.5,
        "trend": "bullish",
        "indicators": {
            "rsi": {"value": 58.123456, "signal": "neutral"},
            "macd": {"value": 150.0, "signal": "bullish", "histogram": 25.5},
            "ma": {"ma20": 66500.0, "ma50": 65000.0, "ma200": None},
            "bb": {"upper": 69000.0, "middle": 66500.0, "lower": 64000.0},
            "atr": {"value": 400.0},
        },
        "support": [65500.0, 64000.0],
        "resistance": [69000.0],
        "signal": "buy",
        "confidence": 72,
        "reasons": ["the trend is up"],
    }


def _candles(given: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        {"timestamp": n, "open": 100 + n, "high": 103 + n, "low": 99 + n, "close": 101 + n, "volume": 1.0}
        for n in range(given["limit"])
    ]
    return {"pair": given["pair"], "timeframe": given["timeframe"], "source": "simulated", "candles": rows}


def _order(given: Mapping[str, Any]) -> dict[str, Any]:
    filled = given["type"] == "market"
    return {
        "orderId": "ord_1",
        "status": "filled" if filled else "pending",
        "mode": "paper",
        "pair": given["pair"],
        "side": given["action"],
        "type": given["type"],
        "amount": 0.0075,
        "price": given.get("price", 67000.0),
        "stopLoss": given.get("stopLoss"),
        "takeProfit": given.get("takeProfit"),
        "executedQty": 0.0075 if filled else 0.0,
        "executedPrice": 67000.0 if filled else None,
        "cost": 502.5 if filled else 0.0,
        "fees": 0.5025 if filled else 0.0,
        "reason": None,
    }


def _resting(given: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "orderId": "ord_3",
        "status": "pending",
        "state": "accepted",
        "mode": "paper",
        "pair": given.get("pair", "BTC/USDT"),
        "side": given.get("action", "sell"),
        "type": "trailing-stop",
        "amount": 0.5,
        "price": 66000.0,
        "stopPrice": 66000.0,
        "trailPercent": 2.0,
        "reduceOnly": True,
        "executedQty": 0.0,
        "reason": None,
        **more,
    }


def _orders(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"orders": [_resting(given)]}


def _approvals(given: Mapping[str, Any]) -> dict[str, Any]:
    run = {"kind": "run", "approvalId": "mdt_1", "run": "run_1", "mode": "paper", "currency": "USDT"}
    return {"approvals": [{"kind": "order"}, {**run, "perOrder": 1_000.0, "perDay": 3_000.0, "loss": 99.5}]}


def _pairing(given: Mapping[str, Any]) -> dict[str, Any]:
    limit, stop = (
        {"type": "limit", "price": given["price"]},
        {"type": "stop", "stopPrice": given["stopPrice"]},
    )
    return {"stop": _resting(given, **stop), "limit": _resting(given, **limit)}


def _amended(given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"stopLoss": "stop", "takeProfit": "limit"}
    found = [
        _resting({}, type=kept[name], stopPrice=given[name], price=given[name])
        for name in kept
        if name in given
    ]
    return {"positionId": given["positionId"], "orders": found}


def _canceled(given: Mapping[str, Any]) -> dict[str, Any]:
    return _resting({}, orderId=given["orderId"], status="cancelled")


def _closed(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "positionId": given["positionId"],
        "orderId": "ord_2",
        "status": "closed",
        "mode": "paper",
        "percentage": given["percentage"],
        "closedSize": 0.25,
        "remainingSize": 0.25,
        "exitPrice": 67000.0,
        "realizedPnl": 1742.5,
        "fees": 16.75,
    }


def _portfolio(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "mode": "paper",
        "source": "simulated",
        "totalValueUsd": 100000.0,
        "change24h": 0.5,
        "assets": [
            {"symbol": "USDT", "amount": 66500.0, "valueUsd": 66500.0, "allocation": 66.5, "change24h": 0.0},
            {"symbol": "BTC", "amount": 0.5, "valueUsd": 33500.0, "allocation": 33.5, "change24h": 2.5},
            {"symbol": "XYZ", "amount": 7.0, "valueUsd": None, "allocation": None, "change24h": None},
        ],
        "positions": POSITIONS,
    }


def _pnl(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "period": given["period"],
        "pnl": -12.5,
        "pnlPercent": -0.0125,
        "realizedPnl": 2.0,
        "unrealizedPnl": -14.5,
        "startValue": 100012.5,
        "endValue": 100000.0,
        "fees": 1.0,
        "trades": 3,
        "winRate": 66.6667,
    }


def _history(given: Mapping[str, Any]) -> dict[str, Any]:
    trade = {
        "id": "trd_1",
        "orderId": "ord_1",
        "mode": "paper",
        "pair": "BTC/USDT",
        "side": "sell",
        "type": "market",
        "amount": 0.1,
        "price": 66000.0,
        "fee": 6.6,
        "realizedPnl": 12.0,
        "timestamp": 1700000000000,
    }
    return {"trades": [trade] * 12, "hasMore": False}


def _positions(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"positions": POSITIONS}


def _skills(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"skills": [{"id": "market", "name": "Market", "description": "Looks.", "status": "loaded"}]}


def _status(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"gateway": "running", "clients": 1, "skills": 6, "tools": 11, "uptime": 1.5}


def _overview(given: Mapping[str, Any]) -> dict[str, Any]:
    def rows(*changes: float) -> list[dict[str, Any]]:
        return [
            {"pair": f"C{place}/USDT", "price": 1.5, "change24h": change, "turnover24h": 9.0}
            for place, change in enumerate(changes)
        ]

    return {
        "exchange": "simulated",
        "source": "simulated",
        "quote": "USDT",
        "pairs": 12,
        "since": 1699913600000,
        "timestamp": 1700000000000,
        "gainers": rows(7.25),
        "losers": rows(-3.5, -1.0),
        "mostTraded": rows(0.0),
    }


def _watched(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"pair": given["pair"], "watched": True, "changed": True}


def _watchlist(given: Mapping[str, Any]) -> dict[str, Any]:
    pairs = [
        {"pair": "BTC/USDT", "price": 67000.0, "change24h": 2.5, "addedAt": 1700000000000},
        {"pair": "OLD/USDT", "price": None, "change24h": None, "addedAt": 1700000000000},
    ]
    return {"exchange": "binance", "source": "live", "since": 1699913600000, "pairs": pairs}


def _platforms(given: Mapping[str, Any]) -> dict[str, Any]:
    account = {"mode": "live", "currency": "USDT", "locked": None}
    return {
        "exchanges": {
            "binance": {"connected": True, "latency": 5.0, "source": "live", "reason": None},
            "kraken": {"connected": False, "latency": None, "source": "live", "reason": "away"},
        },
        "live": [{**account, "id": "live", "armed": True}, {**account, "id": "spare", "armed": False}],
        "models": ["offline:kit"],
        "chats": [
            {"name": "telegram", "state": "running", "problem": None},
            {"name": "discord", "state": "failed", "problem": "the token is refused"},
        ],
    }


def _settings(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "notifications": {"fills": "silent"},
        "quietHours": None,
        "busy": "queue",
        "groupBalances": False,
    }


ANSWERS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "market_price": _price,
    "market_analyze": _analysis,
    "market_candles": _candles,
    "trade_execute": _order,
    "trade_oco": _pairing,
    "trade_orders": _orders,
    "approval_list": _approvals,
    "trade_amend": _amended,
    "trade_cancel": _canceled,
    "trade_cancelAll": _orders,
    "trade_positions": _positions,
    "trade_close": _closed,
    "trade_history": _history,
    "portfolio_get": _portfolio,
    "portfolio_pnl": _pnl,
    "skill_list": _skills,
    "status": _status,
    "market_overview": _overview,
    "watchlist_add": _watched,
    "watchlist_remove": _watched,
    "watchlist_list": _watchlist,
    "platforms_list": _platforms,
    "settings_get": _settings,
}


def play(call: ToolCall) -> Message:
    """Answer a call as its tool would."""
    return answer(call, ANSWERS[call.name](call.arguments))


def playing(**changed: dict[str, Any] | str | None) -> Answers:
    """Answer as the market does, but these tools with this: an object, raw text, or None for a failure."""

    def play_changed(call: ToolCall) -> Message:
        if call.name not in changed:
            return play(call)
        content = changed[call.name]
        if content is None:
            return failure(call, "EXCHANGE_ERROR", "the exchange is away")
        if isinstance(content, str):
            return Message(play(call).role, content, tool_call_id=call.id)
        return answer(call, content)

    return play_changed
