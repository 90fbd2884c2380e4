"""How an alert is asked for: the references' names, and those they leave open."""

import re
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from tools.channels import Channels, Webhook
from tools.preferences import QuietHours
from tools.trade import Execute
from tools.wire import CandleLength, Pair, Params, Until, no_bool
from trading.alerts.conditions import Way
from trading.alerts.rules import Frequency


class AlertType(StrEnum):
    """What an alert looks at."""

    PRICE = "price"
    INDICATOR = "indicator"
    PORTFOLIO = "portfolio"


class Condition(StrEnum):
    """How a figure is compared.

    `above` and `below` hold for as long as it is there, `cross` at the moment it gets there. `change` is
    percent within a window, `trailing` percent from the highest or lowest since the alert began.
    """

    ABOVE = "above"
    BELOW = "below"
    CROSS = "cross"
    CHANGE = "change"
    TRAILING = "trailing"


class Figure(StrEnum):
    """A figure of the account: money but `drawdown`, percent from the peak. `pnl` is of a position."""

    VALUE = "value"
    DRAWDOWN = "drawdown"
    PNL = "pnl"


_SPANS = {"m": 60, "h": 3_600, "d": 86_400}
LONGEST_WINDOW = timedelta(days=30)


def _window(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = (
        re.fullmatch(r"([1-9][0-9]{0,3})([mhd])", value.strip().lower()) if isinstance(value, str) else None
    )
    if found is None:
        raise ValueError("a window is a number of minutes, hours or days such as 15m, 1h or 7d")
    span = timedelta(seconds=int(found[1]) * _SPANS[found[2]])
    if span > LONGEST_WINDOW:
        raise ValueError(f"a window is at most {LONGEST_WINDOW.days} days")
    return span


def window_text(span: timedelta) -> str:
    """Return a window as it is asked for."""
    seconds = int(span.total_seconds())
    unit = next(unit for unit in ("d", "h", "m") if seconds % _SPANS[unit] == 0)
    return f"{seconds // _SPANS[unit]}{unit}"


Window = Annotated[
    timedelta,
    BeforeValidator(_window),
    PlainSerializer(window_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,3}[mhd]$", "examples": ["1h"]}),
]
"""How far back a change is counted."""

Level = Annotated[
    Decimal,
    BeforeValidator(no_bool),
    Field(ge=Decimal("-1e15"), le=Decimal("1e15"), allow_inf_nan=False),
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number"}),
]
"""A figure to compare with, of any sign."""


class IndicatorOf(Params):
    """An indicator by name, with its parameters and which of its lines, the first where none is named."""

    name: Annotated[str, Field(min_length=1, max_length=40, examples=["rsi"])]
    params: Annotated[dict[str, float], Field(max_length=8)] = Field(default_factory=dict)
    line: Annotated[str | None, Field(max_length=40)] = None


class Against(Params):
    """What a figure is compared with: another indicator, or a number."""

    indicator: IndicatorOf | None = None
    value: Level | None = None

    @model_validator(mode="after")
    def _one(self) -> "Against":
        if (self.indicator is None) == (self.value is None):
            raise PydanticCustomError("against", "against is an indicator or a value")
        return self


class OfCondition(Params):
    """One condition.

    `value` is a price, a figure of the indicator or account, or percent for change and trailing. An indicator
    is RSI(14) on 1h candles where nothing else is named.
    """

    type: AlertType
    pair: Pair | None = None
    condition: Condition
    value: Level | None = None
    direction: Way | None = None
    window: Window | None = None
    timeframe: CandleLength | None = None
    indicator: IndicatorOf | None = None
    against: Against | None = None
    figure: Figure | None = None


Conditions = Annotated[list[OfCondition], Field(min_length=2, max_length=8)]


class Terms(Params):
    """What becomes of an alert whose condition is met, and how often."""

    message: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    channels: Channels | None = None
    webhook: Webhook | None = None
    frequency: Frequency = Frequency.ONCE
    cooldown_seconds: Annotated[int, Field(ge=0, le=7 * 86_400, strict=True)] = 0
    expires_at: Until | None = None
    quiet_hours: QuietHours | None = None
    prompt: Annotated[str, Field(min_length=1, max_length=4_000)] | None = None
    trade: Execute | None = None


class CreateAlert(Terms):
    """An alert: one condition, or `all` or `any` of several.

    `prompt` asks the agent when it fires; `trade` proposes an order, which waits for a person's approval.
    """

    type: AlertType | None = None
    pair: Pair | None = None
    condition: Condition | None = None
    value: Level | None = None
    direction: Way | None = None
    window: Window | None = None
    timeframe: CandleLength | None = None
    indicator: IndicatorOf | None = None
    against: Against | None = None
    figure: Figure | None = None
    all: Conditions | None = None
    any: Conditions | None = None
