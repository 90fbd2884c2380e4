"""Answers of the service, made up."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from tools.contests.views import RunView
from tools.orders import OrderList, OrderView
from tools.positions import PositionList, PositionView
from tools.wire import Result

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def position(
    side: str = "long", size: Decimal = Decimal("0.1"), leverage: Decimal | None = None, **more: Any
) -> PositionView:
    """Return a position of BTC/USDT."""
    return PositionView.model_validate(
        {
            **dict.fromkeys(PositionView.model_fields),
            "id": "pos_00abc123",
            "exchange": "simulated",
            "mode": "paper",
            "pair": "BTC/USDT",
            "side": side,
            "size": size,
            "amount": size,
            "entry_price": 60_000,
            "leverage": leverage,
            "opened_at": NOON,
            **more,
        }
    )


def positions(*held: PositionView) -> Result:
    """Return the answer that lists positions."""
    return PositionList(positions=list(held))


def resting(order_id: str, reduce_only: bool = False) -> OrderView:
    """Return an order of BTC/USDT that waits."""
    return OrderView.model_validate(
        {
            **dict.fromkeys(OrderView.model_fields),
            "order_id": order_id,
            "status": "pending",
            "exchange": "simulated",
            "mode": "paper",
            "pair": "BTC/USDT",
            "side": "sell",
            "type": "limit",
            "amount": 1,
            "amount_type": "base",
            "executed_qty": 0,
            "cost": 0,
            "fee": 0,
            "fees": 0,
            "timestamp_ms": NOON,
            "time": NOON,
            "state": "accepted",
            "remaining": 1,
            "reduce_only": reduce_only,
            "origin": "person",
        }
    )


def orders(*listed: OrderView) -> Result:
    """Return the answer that lists orders."""
    return OrderList(orders=list(listed))


def standing_in(**fields: Any) -> Result:
    """Return something with the fields of an answer."""
    return cast(Result, SimpleNamespace(**fields))


def a_run(state: str = "running", **more: Any) -> RunView:
    """Return a run of a strategy on paper."""
    return RunView.model_validate(
        {
            **dict.fromkeys(RunView.model_fields),
            "run_id": "run_00abc123",
            "name": "auto",
            "account": "run-1",
            "state": state,
            "mode": "paper",
            "decider": "strategy:ema_crossover",
            "provider": "offline",
            "model": "offline:ema_crossover",
            "settings": {},
            "pairs": ["BTC/USDT"],
            "timeframe": "1h",
            "interval_minutes": 60,
            "initial": 10_000,
            "cycles": 0,
            "trades": 0,
            "won": 0,
            "safe_mode": False,
            "created_at": NOON,
            **more,
        }
    )
