"""What the arena and its decisions might tell."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from memory.decision_records import DecisionAction
from tools.contests.views import (
    CycleView,
    Leaderboard,
    RunAccount,
    RunDecisionView,
    RunPosition,
    RunTrade,
    Standing,
)
from tools.decision_markets import Market
from tools.decisions import DecisionView
from trading.symbols import parse_symbol

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
EARLIER = AT - timedelta(minutes=30)
ETH, BTC = parse_symbol("ETH/USDT"), parse_symbol("BTC/USDT")


def position(name: str = "LLM-A", **more: Any) -> RunPosition:
    fields: dict[str, Any] = {
        "position_id": "pos_1",
        "name": name,
        "provider": "anthropic",
        "baseline": False,
        "pair": ETH,
        "side": "long",
        "entry_price": Decimal(2000),
        "current_price": Decimal(2050),
        "amount": Decimal("0.01"),
        "leverage": Decimal(5),
        "margin": Decimal(4),
        "unrealized": Decimal("0.5"),
        "unrealized_fraction": Decimal("0.125"),
        "liquidation_price": Decimal(1608),
        "stop_loss": Decimal(1960),
        "take_profit": None,
        "opened_at": EARLIER,
        "seconds": 1800.0,
        "reasoning": "up",
    }
    return RunPosition(**{**fields, **more})


def trade(name: str = "LLM-A", **more: Any) -> RunTrade:
    fields: dict[str, Any] = {
        "trade_id": "pos_0",
        "name": name,
        "baseline": False,
        "pair": ETH,
        "side": "short",
        "entry_price": Decimal(2000),
        "exit_price": Decimal(1950),
        "amount": Decimal("0.01"),
        "leverage": Decimal("2.5"),
        "pnl": Decimal("0.45"),
        "pnl_fraction": Decimal("0.05625"),
        "fees": Decimal("0.05"),
        "reason": "take_profit",
        "opened_at": EARLIER,
        "closed_at": AT,
        "seconds": 1800.0,
        "reasoning": "down",
    }
    return RunTrade(**{**fields, **more})


def account(name: str = "LLM-A", **more: Any) -> RunAccount:
    fields: dict[str, Any] = {
        "run_id": f"run_{name}",
        "name": name,
        "provider": "anthropic",
        "model": "claude-sonnet-4-20250514",
        "baseline": False,
        "state": "running",
        "enabled": True,
        "safe_mode": False,
        "initial": Decimal(100),
        "balance": Decimal("105.20"),
        "available": Decimal("90.20"),
        "margin": Decimal(15),
        "unrealized": Decimal("3.30"),
        "equity": Decimal("108.50"),
        "realized": Decimal("5.20"),
        "pnl": Decimal("8.50"),
        "pnl_fraction": Decimal("0.085"),
        "trades": 15,
        "won": 10,
        "lost": 5,
        "win_rate": Decimal(10) / 15,
        "fees": Decimal(1),
        "positions": [position(name)],
    }
    return RunAccount(**{**fields, **more})


def standing(name: str, rank: int, **more: Any) -> Standing:
    fields: dict[str, Any] = {
        "rank": rank,
        "run_id": f"run_{name}",
        "name": name,
        "provider": "offline",
        "model": "macd",
        "baseline": False,
        "state": "running",
        "safe_mode": False,
        "initial": Decimal(100),
        "equity": Decimal("108.50"),
        "pnl": Decimal("8.50"),
        "total_return": Decimal("0.085"),
        "max_drawdown": Decimal("0.052"),
        "sharpe": 1.25,
        "sharpe_per_cycle": 0.01,
        "trades": 15,
        "won": 10,
        "lost": 5,
        "win_rate": Decimal(2) / 3,
        "fees": Decimal(1),
        "input_tokens": 0,
        "output_tokens": 0,
        "model_cost": None,
        "interval": None,
        "verdict": None,
        "finding": None,
    }
    return Standing(**{**fields, **more})


def leaderboard(*lines: Standing) -> Leaderboard:
    return Leaderboard(
        contest_id="cst_1",
        name="arena",
        season=1,
        source="simulated",
        since=EARLIER,
        at=AT,
        cycles=6,
        interval_minutes=5,
        next_look=288,
        says="Too early.",
        lines=list(lines),
    )


def cycle(**more: Any) -> CycleView:
    fields: dict[str, Any] = {
        "cycle_id": "cyc_1",
        "number": 1,
        "kind": "slot",
        "status": "completed",
        "at": EARLIER,
        "started_at": EARLIER,
        "ended_at": EARLIER + timedelta(seconds=2),
        "seconds": 2.0,
        "asked": 7,
        "errors": 0,
        "opened": 3,
        "closed": 1,
        "digest": "d",
    }
    return CycleView(**{**fields, **more})


def decision(**more: Any) -> RunDecisionView:
    fields: dict[str, Any] = {
        "cycle_id": "cyc_1",
        "number": 1,
        "run_id": "run_LLM-A",
        "name": "LLM-A",
        "baseline": False,
        "at": AT,
        "action": "BUY",
        "pair": ETH,
        "side": "long",
        "size": Decimal(20),
        "leverage": Decimal(5),
        "stop_loss": Decimal("0.02"),
        "take_profit": Decimal("0.05"),
        "confidence": Decimal("0.75"),
        "reasoning": "Bullish",
        "style": None,
        "outcome": "executed",
        "fault": None,
        "reason": None,
        "order_ids": ["ord_1"],
        "decision_id": "dec_1",
        "equity": Decimal(100),
    }
    return RunDecisionView(**{**fields, **more})


def recorded(**more: Any) -> DecisionView:
    fields: dict[str, Any] = {
        "decision_id": f"dec_{'1234567890ab' * 2}",
        "at": AT,
        "source": "run",
        "model": "anthropic:claude-sonnet-4",
        "account": "acc_1",
        "action": DecisionAction.BUY,
        "pairs": [BTC],
        "confidence": Decimal("0.85"),
        "reasoning": "Oversold.",
        "status": "placed",
        "reason": None,
        "capability": None,
        "session_id": None,
        "turn_id": None,
        "call_id": None,
        "run": "run_1",
        "order_ids": [],
        "approval_ids": [],
        "answered_by": None,
        "answered_at": None,
        "input_tokens": 1250,
        "output_tokens": 180,
        "cached_tokens": 0,
        "latency_ms": 900,
        "cost": None,
        "outcome": None,
        "pnl": Decimal("250.5"),
        "pnl_currency": "USDT",
        "outcome_at": None,
        "result": "won",
        "market": {str(BTC): market("42000", rsi_14=Decimal("35.2"), macd=None)},
        "text": "It was.",
    }
    return DecisionView(**{**fields, **more})


def market(price: str, **indicators: Decimal | None) -> Market:
    return Market(
        price=Decimal(price), change_24h=None, volume_24h=Decimal(1_500), indicators=dict(indicators)
    )


BTC_DECISION = recorded()
HOLD_DECISION = recorded(
    action=DecisionAction.HOLD,
    pairs=[],
    confidence=None,
    result="pending",
    market={str(BTC): market("42000"), str(ETH): market("2000")},
)
