"""Runs, markets and accounts to decide for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from trading.model import Candle, EquityPoint
from trading.runs.performance import Entrant
from trading.runs.record import DeciderKind, DeciderSpec, Run
from trading.runs.snapshot import Snapshot, snapshot
from trading.runs.view import AccountView, ClosedTrade, ExitReason, OpenTrade
from trading.symbols import Symbol
from trading.timeframes import Timeframe

D = Decimal
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)
ETH, BNB, XRP = (Symbol(base, "USDT") for base in ("ETH", "BNB", "XRP"))
PAIRS = (ETH, BNB, XRP)


def a_run(**changes: Any) -> Run:
    """Return a run of a model over three pairs."""
    given: dict[str, Any] = {
        "id": "run_1",
        "name": "LLM-A",
        "account": "LLM-A",
        "contest": "cst_1",
        "owner": "local",
        "decider": DeciderSpec(DeciderKind.MODEL, "anthropic:claude"),
        "symbols": PAIRS,
        "timeframe": Timeframe.M5,
        "created_at": NOW,
    }
    return Run(**{**given, **changes})


def candles(closes: Sequence[Decimal | float | int], until: datetime = NOW, volume: int = 1) -> list[Candle]:
    """Return five-minute candles with these closes, the last of which closes at `until`."""
    prices = [Decimal(str(each)) for each in closes]
    start = until - FIVE * len(prices)
    return [
        Candle(start + FIVE * number, price, price + 1, price - 1, price, Decimal(volume))
        for number, price in enumerate(prices)
    ]


def a_snapshot(*symbols: Symbol, at: datetime = NOW, price: int = 2_000) -> Snapshot:
    """Return a market in which these pairs stand still at a price."""
    return snapshot(at, Timeframe.M5, {each: candles([price] * 30, at) for each in symbols or PAIRS})


def an_account(*held: Symbol, **changes: Any) -> AccountView:
    """Return an account of 100 with a position of 20 at leverage 5 in each of these pairs."""
    margin = D(4) * len(held)
    given: dict[str, Any] = {
        "at": NOW,
        "initial": D(100),
        "balance": D(100),
        "available": D(100) - margin,
        "equity": D(100),
        "positions": tuple(a_position(each) for each in held),
    }
    return AccountView(**{**given, **changes})


def a_position(symbol: Symbol, **changes: Any) -> OpenTrade:
    """Return a long position of 20 at leverage 5, bought at 2000."""
    given: dict[str, Any] = {
        "symbol": symbol,
        "side": "long",
        "amount": D("0.01"),
        "entry_price": D(2_000),
        "mark": D(2_000),
        "leverage": D(5),
        "margin": D(4),
        "unrealized": D(0),
        "opened_at": NOW - timedelta(hours=1),
    }
    return OpenTrade(**{**given, **changes})


def a_trade(pnl: str = "1", **changes: Any) -> ClosedTrade:
    """Return a closed position with a net profit or loss."""
    given: dict[str, Any] = {
        "symbol": ETH,
        "side": "long",
        "amount": D("0.01"),
        "entry_price": D(2_000),
        "exit_price": D(2_100),
        "leverage": D(5),
        "pnl": D(pnl),
        "fees": D("0.04"),
        "reason": ExitReason.DECISION,
        "opened_at": NOW - timedelta(hours=2),
        "closed_at": NOW - timedelta(hours=1),
    }
    return ClosedTrade(**{**given, **changes})


def curve(equities: Sequence[Decimal | float | int | str]) -> list[EquityPoint]:
    """Return one point every five minutes."""
    worth = [Decimal(str(each)) for each in equities]
    return [EquityPoint(NOW + FIVE * number, each, each) for number, each in enumerate(worth)]


def an_entrant(name: str, equities: Sequence[Decimal | float | int | str], **changes: Any) -> Entrant:
    """Return an account that began with 100."""
    return Entrant(name, D(100), curve(equities), **changes)
