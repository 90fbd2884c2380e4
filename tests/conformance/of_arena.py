"""What must hold between the figures of the leaderboard reference, by the words of its vectors."""

from itertools import pairwise
from typing import Any

import pytest

from tests.conformance.invariants import Invariants, Payload


def near(value: float) -> Any:
    return pytest.approx(value, abs=1e-6)


def _each(payload: Any) -> list[Payload]:
    return payload if isinstance(payload, list) else [payload]


def _win_rate(account: Payload) -> float:
    return 100 * account["winning_trades"] / account["total_trades"] if account["total_trades"] else 0.0


def _moved(position: Payload) -> float:
    way = 1 if position["side"] == "LONG" else -1
    moved: float = (position["current_price"] - position["entry_price"]) * position["quantity"] * way
    return moved


INVARIANTS: Invariants = {
    "active_llms == count(accounts is_trading_enabled)": lambda payload, params: (
        payload["active_llms"] == sum(each["is_trading_enabled"] for each in payload["accounts"])
    ),
    "total_equity_usdt == sum(accounts[].equity_usdt)": lambda payload, params: (
        payload["total_equity_usdt"] == near(sum(each["equity_usdt"] for each in payload["accounts"]))
    ),
    "top-level totals == summary": lambda payload, params: (
        payload["summary"] == {name: payload[name] for name in payload["summary"]}
    ),
    "equity_usdt == balance_usdt + unrealized_pnl": lambda payload, params: all(
        each["equity_usdt"] == near(each["balance_usdt"] + each["unrealized_pnl"]) for each in _each(payload)
    ),
    "total_pnl == total_realized_pnl + unrealized_pnl": lambda payload, params: all(
        each["total_pnl"] == near(each["total_realized_pnl"] + each["unrealized_pnl"])
        for each in _each(payload)
    ),
    "win_rate == 100*winning_trades/total_trades": lambda payload, params: all(
        each["win_rate"] == pytest.approx(_win_rate(each), abs=1e-4) for each in _each(payload)
    ),
    "open_positions_count == len(open_positions)": lambda payload, params: all(
        each["open_positions_count"] == len(each["open_positions"]) for each in _each(payload)
    ),
    "margin == entry_price*quantity/leverage": lambda payload, params: all(
        each["margin"] == near(each["entry_price"] * each["quantity"] / each["leverage"]) for each in payload
    ),
    "unrealized_pnl_pct == 100*unrealized_pnl/margin": lambda payload, params: all(
        each["unrealized_pnl_pct"] == pytest.approx(100 * each["unrealized_pnl"] / each["margin"], abs=1e-4)
        for each in payload
    ),
    "unrealized_pnl == (current_price-entry_price)*quantity*(+1 LONG/-1 SHORT)": lambda payload, params: all(
        each["unrealized_pnl"] == near(_moved(each)) for each in payload
    ),
    "every llm_id == LLM-A": lambda payload, params: {each["llm_id"] for each in payload} == {"LLM-A"},
    "len <= limit": lambda payload, params: len(payload) <= int(params["limit"]),
    "rank 1..n": lambda payload, params: (
        [each["rank"] for each in payload] == list(range(1, len(payload) + 1))
    ),
    "roi_percentage descending": lambda payload, params: all(
        better["roi_percentage"] >= worse["roi_percentage"] for better, worse in pairwise(payload)
    ),
    "max_drawdown <= 0 (percent)": lambda payload, params: all(each["max_drawdown"] <= 0 for each in payload),
    "bollinger_lower < bollinger_middle < bollinger_upper": lambda payload, params: (
        payload["indicators"]["bollinger_lower"]
        < payload["indicators"]["bollinger_middle"]
        < payload["indicators"]["bollinger_upper"]
    ),
    "0 <= rsi_14 <= 100": lambda payload, params: 0 <= payload["indicators"]["rsi_14"] <= 100,
    "macd == ema_12-ema_26": lambda payload, params: (
        payload["indicators"]["macd"]
        == near(payload["indicators"]["ema_12"] - payload["indicators"]["ema_26"])
    ),
    "successful+failed == total_executions": lambda payload, params: (
        payload["successful_executions"] + payload["failed_executions"] == payload["total_executions"]
    ),
    "len(last_10_executions) <= 10": lambda payload, params: len(payload["last_10_executions"]) <= 10,
}
