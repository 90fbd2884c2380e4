"""How an alert is asked for: the references' names, and those they leave open."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator
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
    is RSI(14) on 1h candles where nothing else is named; what is compared with an indicator is read when a
    candle closes. A change is counted from the price a `window` ago, 24 hours where none is named.
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

    def problem(self) -> str | None:
        """Return why this is no whole condition, None when it is."""
        if self.type is None or self.condition is None:
            return "an alert needs a type and a condition"
        allowed = ALLOWED[self.type]
        if self.condition not in allowed:
            return f"the condition of a {self.type} alert is one of {', '.join(allowed)}"
        checks = (_pair_problem, _value_problem, _extra_problem)
        return next((said for check in checks if (said := check(self)) is not None), None)


ALLOWED: Mapping[AlertType, tuple[Condition, ...]] = {
    AlertType.PRICE: tuple(Condition),
    AlertType.INDICATOR: (Condition.ABOVE, Condition.BELOW, Condition.CROSS),
    AlertType.PORTFOLIO: (Condition.ABOVE, Condition.BELOW, Condition.CHANGE),
}
"""What each type of alert can be compared by."""

FAR = Decimal(10_000)
WHOLE = Decimal(100)


def _pair_problem(part: OfCondition) -> str | None:
    of_position = part.type is AlertType.PORTFOLIO and part.figure is Figure.PNL
    if part.type is AlertType.PORTFOLIO and not of_position:
        return None if part.pair is None else "only the pnl of a portfolio alert is of a pair"
    return f"a {part.figure or part.type} alert needs a pair" if part.pair is None else None


def _value_problem(part: OfCondition) -> str | None:
    moves = part.condition in (Condition.CHANGE, Condition.TRAILING)
    if part.against is not None:
        return "against takes the place of value" if part.value is not None or moves else None
    if part.value is None:
        return "an alert needs a value"
    most = WHOLE if part.condition is Condition.TRAILING and part.direction is not Way.UP else FAR
    if moves and not 0 < part.value < most:
        return f"value is percent here: above 0 and below {most}; the direction says up or down"
    if part.type is AlertType.PRICE and part.value <= 0:
        return "a price is above 0"
    return None


def _extra_problem(part: OfCondition) -> str | None:
    allowed = {
        "indicator": part.type is AlertType.INDICATOR,
        "figure": part.type is AlertType.PORTFOLIO,
        "against": part.type is not AlertType.PORTFOLIO,
        "window": part.condition is Condition.CHANGE,
        "direction": part.condition in (Condition.CROSS, Condition.CHANGE, Condition.TRAILING),
    }
    for name, fits in allowed.items():
        if getattr(part, name) is not None and not fits:
            return f"{name} says nothing about a {part.type} alert with the condition {part.condition}"
    if part.condition is Condition.TRAILING and part.direction is Way.EITHER:
        return "a trailing alert goes down from the highest or up from the lowest"
    if part.condition is Condition.CHANGE and part.figure not in (None, Figure.VALUE):
        return "the change of a portfolio is that of its value"
    return None


def _whole(part: OfCondition) -> OfCondition:
    problem = part.problem()
    if problem is not None:
        raise ValueError(problem)
    return part


Conditions = Annotated[
    list[Annotated[OfCondition, AfterValidator(_whole)]], Field(min_length=2, max_length=8)
]


class Terms(Params):
    """What becomes of an alert whose condition is met, and how often.

    `prompt` asks the agent when it fires; `trade` proposes an order, which waits for a person's approval.
    """

    message: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    channels: Channels | None = None
    webhook: Webhook | None = None
    frequency: Frequency = Frequency.ONCE
    cooldown_seconds: Annotated[int, Field(ge=0, le=7 * 86_400, strict=True)] = 0
    expires_at: Until | None = None
    quiet_hours: QuietHours | None = None
    prompt: Annotated[str, Field(min_length=1, max_length=4_000)] | None = None
    trade: Execute | None = None


class CreateAlert(OfCondition, Terms):
    """An alert: one condition, or `all` or `any` of several."""

    all: Conditions | None = None
    any: Conditions | None = None

    @model_validator(mode="after")
    def _one_or_several(self) -> "CreateAlert":
        several = [each for each in (self.all, self.any) if each is not None]
        if len(several) == 2:
            raise PydanticCustomError("alert", "an alert has all or any of several conditions, not both")
        own = self.model_fields_set & OfCondition.model_fields.keys() - {"timeframe"}
        if several and own:
            raise PydanticCustomError("alert", "with all or any every condition stands in the list")
        problem = None if several else self.problem()
        if problem is not None:
            raise PydanticCustomError("alert", "{problem}", {"problem": problem})
        return self

    @property
    def parts(self) -> Sequence[OfCondition]:
        """The conditions, one or several."""
        return self.all or self.any or [self]
