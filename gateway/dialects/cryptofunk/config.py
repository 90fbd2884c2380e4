"""The configuration of the service, in the groups and names of this API; it has no secrets to show."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.dialects.cryptofunk.decision_answers import Told
from tools.config import Config as InForce
from tools.wire import Num

NAMES: Mapping[str, str] = {
    "trading_mode": "mode",
    "initial_capital": "initialCapital",
    "max_positions": "maxPositions",
    "max_position_size": "position",
    "max_daily_loss": "dailyLoss",
    "max_drawdown": "drawdown",
    "default_stop_loss": "stopLoss",
    "default_take_profit": "takeProfit",
    "min_confidence": "minConfidence",
    "llm_approval_required": "approval",
    "llm_temperature": "temperature",
    "llm_max_tokens": "maxTokens",
}
"""What can be set, and what the capability calls it."""

OWN: Mapping[str, str] = {inside: name for name, inside in NAMES.items()}

VENDORS_OWN = 1
"""The temperature of models that nobody has said one of."""

NOTE = (
    "Changes are kept across restarts. Limits (max_position_size, max_daily_loss, max_drawdown) and "
    "llm_approval_required hold at once for the main account and for that of real money. All but "
    "llm_approval_required holds for trading sessions that are started from now on, and not for those that "
    "are under way."
)


class App(Told):
    """The program; `environment` is where its prices come from."""

    name: str
    version: str
    environment: str
    log_level: str


class Trading(Told):
    """How sessions trade; an order always names its quantity, so that there is no default: 0."""

    mode: str
    symbols: list[str]
    exchange: str
    initial_capital: Num
    max_positions: int
    default_quantity: Num


class Risk(Told):
    """What may be risked, all fractions; a default of 0 is none."""

    max_position_size: Num
    max_daily_loss: Num
    max_drawdown: Num
    default_stop_loss: Num
    default_take_profit: Num
    llm_approval_required: bool
    min_confidence: Num


class Llm(Told):
    """The models that answer, and how they are asked."""

    gateway: str
    primary_model: str
    fallback_model: str | None
    temperature: Num
    max_tokens: int
    enable_caching: bool


class Configuration(Told):
    """Everything that is in force."""

    app: App
    trading: Trading
    risk: Risk
    llm: Llm


class Whole(Told):
    """The configuration."""

    config: Configuration


class Changed(Told):
    """What was set."""

    message: str = "Configuration updated successfully"
    updates: dict[str, Any]
    note: str = NOTE


def of_changes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `config.set` is asked."""
    return {NAMES.get(name, name): value for name, value in fields.items()}


def whole(told: InForce, at: datetime) -> Whole:
    """Return what is in force."""
    return Whole(
        config=Configuration(app=_app(told), trading=_trading(told), risk=_risk(told), llm=_llm(told))
    )


def changed(told: InForce, at: datetime, fields: Mapping[str, Any]) -> Changed:
    """Return what was asked for and is in force now."""
    updates = dict(fields)
    if isinstance(updates.get("trading_mode"), str):
        updates["trading_mode"] = updates["trading_mode"].lower()
    return Changed(updates=updates)


def _app(told: InForce) -> App:
    return App(name="K.I.T.", version=told.version, environment=told.source, log_level=told.log_level)


def _trading(told: InForce) -> Trading:
    return Trading(
        mode=told.mode,
        symbols=told.pairs,
        exchange="PAPER" if told.mode == "paper" else told.mode.upper(),
        initial_capital=told.initial_capital,
        max_positions=told.max_positions,
        default_quantity=0,
    )


def _risk(told: InForce) -> Risk:
    return Risk(
        max_position_size=told.position,
        max_daily_loss=told.daily_loss,
        max_drawdown=told.drawdown,
        default_stop_loss=told.stop_loss or 0,
        default_take_profit=told.take_profit or 0,
        llm_approval_required=told.approval,
        min_confidence=told.min_confidence,
    )


def _llm(told: InForce) -> Llm:
    first, second, *_ = [*told.models, None, None]
    return Llm(
        gateway="K.I.T.",
        primary_model=first or "",
        fallback_model=second,
        temperature=VENDORS_OWN if told.temperature is None else told.temperature,
        max_tokens=told.max_tokens,
        # What models are told again and again is marked for their vendors' caches.
        enable_caching=True,
    )
