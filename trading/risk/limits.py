"""How much an account may risk: its owner's figures, or the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from trading.errors import InvalidLimit

_YES_OR_NO = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Limits:
    """What an account may do; shares are fractions of its equity.

    `order`, `position`, `exposure`: the value of one order, of all that is held of one asset, and of
    everything that is not the account's own currency, open entries included. `daily_loss` counts from the
    equity at midnight UTC, `drawdown` from its highest. `reference_distance` is how far the price may be from
    that of a second source, where one is configured. `symbols` are the pairs allowed, none means all.
    `ask_on_paper` lets a model's entries on paper wait for a person too.
    """

    order: Decimal = Decimal("0.2")
    position: Decimal = Decimal("0.25")
    exposure: Decimal = Decimal("0.8")
    open_positions: int = 10
    leverage: Decimal = Decimal(10)
    orders_per_minute: int = 60
    daily_loss: Decimal = Decimal("0.05")
    drawdown: Decimal = Decimal("0.15")
    reference_distance: Decimal = Decimal("0.02")
    symbols: tuple[str, ...] = ()
    ask_on_paper: bool = False


DEFAULTS = Limits()
Ranges = Mapping[str, tuple[Decimal, Decimal]]

RANGES: Ranges = {
    "order": (Decimal(0), Decimal(1)),
    "position": (Decimal(0), Decimal(100)),
    "exposure": (Decimal(0), Decimal(100)),
    "open_positions": (Decimal(0), Decimal(1_000)),
    "leverage": (Decimal(1), Decimal(125)),
    "orders_per_minute": (Decimal(0), Decimal(1_000_000)),
    "daily_loss": (Decimal(0), Decimal(1)),
    "drawdown": (Decimal(0), Decimal(1)),
    "reference_distance": (Decimal(0), Decimal(1)),
}
"""The least and the most that an owner may set."""

_ANY = (Decimal(0), Decimal(10_000))
WIDEST: Ranges = {**RANGES, "order": _ANY, "position": _ANY, "exposure": _ANY}
"""What an account can have: one of a contest is bounded by the rules of its run alone."""


def limits_of(stored: Mapping[str, str], ranges: Ranges = WIDEST) -> Limits:
    """Return the limits that were set over the defaults; raise InvalidLimit for one that is out of range."""
    known = {field.name for field in fields(Limits)}
    unknown = sorted(stored.keys() - known)
    if unknown:
        raise InvalidLimit(f"there is no limit {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    values: dict[str, Any] = {name: _read(name, text, ranges) for name, text in stored.items()}
    return replace(DEFAULTS, **values)


def stored_form(limits: Limits) -> dict[str, str]:
    """Return the limits that differ from the defaults, as text."""
    return {
        field.name: _text(getattr(limits, field.name))
        for field in fields(Limits)
        if getattr(limits, field.name) != getattr(DEFAULTS, field.name)
    }


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(name: str, text: str, ranges: Ranges) -> object:
    if name == "symbols":
        return tuple(part.strip().upper() for part in text.split(",") if part.strip())
    if name == "ask_on_paper":
        if text not in _YES_OR_NO:
            raise InvalidLimit(f"{name} is true or false, not {text[:40]!r}")
        return _YES_OR_NO[text]
    least, most = ranges[name]
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise InvalidLimit(f"{name} is a number, not {text[:40]!r}") from None
    if not (value.is_finite() and least <= value <= most):
        raise InvalidLimit(f"{name} lies between {least} and {most}; {text[:40]} does not")
    whole = isinstance(getattr(DEFAULTS, name), int)
    if whole and value != value.to_integral_value():
        raise InvalidLimit(f"{name} is a whole number, not {text[:40]}")
    return int(value) if whole else value
