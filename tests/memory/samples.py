"""Values to store."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from memory.decision_records import (
    Decision,
    DecisionAction,
    DecisionBasis,
    DecisionSource,
    DecisionStatus,
)
from memory.records import Call, MessageRole, NewEvent, Session, SessionMode, TranscriptMessage, Turn
from trading.model import (
    Account,
    EquityPoint,
    Fill,
    Liquidity,
    Mode,
    Order,
    OrderStatus,
    OrderType,
    Position,
    Side,
)
from trading.stores import Entry, Posting
from trading.symbols import Symbol

START = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
BTC = Symbol("BTC", "USDT")
ETH = Symbol("ETH", "USDT")
SOME = Decimal("0.10")


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def account(name: str = "main", **more: Any) -> Account:
    values: dict[str, Any] = {
        "owner": "ada",
        "currency": "USDT",
        "mode": Mode.PAPER,
        "initial": Decimal("100000.00"),
        "created_at": START,
        "settings": {"leverage": "3", "note": "süß ₿"},
    }
    return Account(name, **(values | more))


def order(name: str = "o1", **more: Any) -> Order:
    values: dict[str, Any] = {
        "account": "main",
        "symbol": BTC,
        "side": Side.BUY,
        "type": OrderType.LIMIT,
        "status": OrderStatus.INTENT,
        "amount": SOME,
        "created_at": START,
        "updated_at": START,
        "mode": Mode.PAPER,
        "exchange": "sim",
    }
    return Order(name, **(values | more))


def fill(name: str = "f1", **more: Any) -> Fill:
    values: dict[str, Any] = {
        "order_id": "o1",
        "account": "main",
        "symbol": BTC,
        "side": Side.SELL,
        "amount": SOME,
        "price": Decimal("50000.5"),
        "fee": Decimal("5.00005"),
        "liquidity": Liquidity.MAKER,
        "at": START,
        "exchange": "sim",
        "mode": Mode.PAPER,
        "order_type": OrderType.STOP_LIMIT,
    }
    return Fill(name, **(values | more))


def position(name: str = "p1", **more: Any) -> Position:
    values: dict[str, Any] = {
        "account": "main",
        "symbol": BTC,
        "side": "long",
        "amount": SOME,
        "cost": Decimal("5000.05"),
        "entry_fees": Decimal("5"),
        "realized": Decimal("-0.5"),
        "opened_at": START,
        "exchange": "sim",
        "mode": Mode.PAPER,
    }
    return Position(name, **(values | more))


def entry(name: str, *postings: tuple[str, str, str | Decimal]) -> Entry:
    return Entry(
        name,
        "trade",
        f"about-{name}",
        START,
        tuple(Posting(account, asset, Decimal(amount)) for account, asset, amount in postings),
    )


def point(seconds: float, equity: str) -> EquityPoint:
    return EquityPoint(later(seconds), Decimal(equity), Decimal("1.10"))


def session(session_id: str = "main", /, **more: Any) -> Session:
    values: dict[str, Any] = {
        "principal": "ada",
        "name": "Main",
        "mode": SessionMode.AUTO,
        "created_at": START,
        "updated_at": START,
    }
    return Session(session_id, **(values | more))


def message(name: str, **more: Any) -> TranscriptMessage:
    values: dict[str, Any] = {
        "principal": "ada",
        "session_id": "main",
        "role": MessageRole.USER,
        "content": f"text of {name}",
        "created_at": START,
    }
    return TranscriptMessage(name, **(values | more))


def turn(name: str = "t1", **more: Any) -> Turn:
    values: dict[str, Any] = {
        "principal": "ada",
        "session_id": "main",
        "model": "offline:1",
        "started_at": START,
    }
    return Turn(name, **(values | more))


def event(name: str = "chat.start", principal: str | None = None, **more: Any) -> NewEvent:
    values: dict[str, Any] = {"session_id": None, "payload": {"z": 1, "a": [True, None, "ü"]}}
    return NewEvent(START, name, principal, **(values | more))


def call(name: str, key: str | None = "k", **more: Any) -> Call:
    values: dict[str, Any] = {
        "principal": "ada",
        "capability": "trade.execute",
        "origin": "person",
        "body_hash": "abc",
        "started_at": START,
    }
    return Call(name, key, **(values | more))


def decision(name: str = "d1", **more: Any) -> Decision:
    values: dict[str, Any] = {
        "principal": "ada",
        "account": "main",
        "source": DecisionSource.CHAT,
        "model": "offline:1",
        "action": DecisionAction.BUY,
        "symbols": (BTC,),
        "at": START,
        "status": DecisionStatus.PLACED,
        "reasoning": "It has fallen far enough.",
    }
    return Decision(name, **(values | more))


def basis(name: str = "d1", **more: Any) -> DecisionBasis:
    values: dict[str, Any] = {
        "prompt": {"system": "Be brief.", "messages": [{"role": "user", "text": "buy ₿"}]},
        "prompt_hash": "abc",
        "response": {"text": "", "toolCalls": []},
        "context": {"tools": []},
    }
    return DecisionBasis(name, **(values | more))
