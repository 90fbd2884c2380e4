"""The types of params and results: Decimal and aware time inside, numbers and milliseconds on the wire."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from trading.clock import epoch_ms, from_epoch_ms, iso
from trading.errors import UnknownSymbol
from trading.symbols import Symbol, parse_symbol
from trading.timeframes import Timeframe


def camel(name: str) -> str:
    """Return the documented spelling of a field: high_24h is high24h, entry_price is entryPrice."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


class Params(BaseModel):
    """What a capability is asked: documented camelCase names, nothing unknown."""

    model_config = ConfigDict(
        alias_generator=camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        defer_build=True,
    )


class NoParams(Params):
    """Nothing is asked."""


class Result(BaseModel):
    """What a capability answers, in camelCase.

    The fields in `unrecorded` are kept out of every record, those in `not_for_models` are too long to be put
    before a model.
    """

    unrecorded: ClassVar[frozenset[str]] = frozenset()
    not_for_models: ClassVar[frozenset[str]] = frozenset()

    model_config = ConfigDict(
        alias_generator=camel,
        populate_by_name=True,
        serialize_by_alias=True,
        frozen=True,
        arbitrary_types_allowed=True,
        defer_build=True,
    )

    def for_models(self) -> dict[str, Any]:
        """Return what is put before a model, ready to be written as JSON."""
        return self.model_dump(mode="json", exclude=set(self.not_for_models))


def _pair(value: Any) -> Symbol:
    if isinstance(value, Symbol):
        return value
    if not isinstance(value, str):
        raise ValueError("a pair is text like BTC/USDT")
    if len(value) > 40:
        raise ValueError("a pair is short, like BTC/USDT")
    try:
        return parse_symbol(value)
    except UnknownSymbol as error:
        raise ValueError(str(error)) from None


def no_bool(value: Any) -> Any:
    """Return a value that is not true or false; raise ValueError for one that is."""
    if isinstance(value, bool):
        raise ValueError("a number is needed, not true or false")
    return value


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 4e12:
        raise ValueError("a time is Unix milliseconds")
    return from_epoch_ms(value)


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATES = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
_A_DATE = "a time is an ISO date, an ISO date and time, or Unix milliseconds"


def date_from(value: Any) -> datetime:
    """Return the moment of an ISO date (its midnight), an ISO date and time, or Unix milliseconds.

    It is in UTC where it names no other zone. Raises ValueError.
    """
    if isinstance(value, str) and re.fullmatch(r"\d{12,13}", value):
        value = int(value)
    if isinstance(value, str) and _DAY.match(value[:10]):
        moment = datetime.fromisoformat(value)
    elif isinstance(value, datetime):
        moment = value
    elif isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e13:
        moment = from_epoch_ms(value)
    else:
        raise ValueError(_A_DATE)
    # Near year 1 and 9999 another zone is out of what a moment can be, so the year is looked at first.
    if not 1970 <= moment.year < 2200:
        raise ValueError("a time lies between 1970 and 2200")
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not _DATES[0] <= moment < _DATES[1]:
        raise ValueError("a time lies between 1970 and 2200")
    return moment


def date_until(value: Any) -> datetime:
    """Return when a range ends: as `date_from`, but a date alone means the end of that day."""
    day = isinstance(value, str) and _DAY.fullmatch(value) is not None
    return date_from(value) + timedelta(days=day)


def _timeframe(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Pair = Annotated[
    Symbol,
    BeforeValidator(_pair),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["BTC/USDT"]}),
]
"""A trading pair in any spelling; printed BASE/QUOTE."""

Amount = Annotated[
    Decimal,
    BeforeValidator(no_bool),
    Field(gt=0, le=Decimal("1e15")),
    PlainSerializer(float),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1e15}),
]
"""A positive, finite number."""

Flag = Annotated[bool, Field(strict=True)]
"""True or false, and nothing that is only like one of them."""

Num = Annotated[Decimal, PlainSerializer(float, return_type=float), WithJsonSchema({"type": "number"})]
"""An exact number, printed as a JSON number."""

Millis = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(epoch_ms, return_type=int),
    WithJsonSchema(
        {"type": "number", "minimum": 0, "exclusiveMaximum": 4e12, "description": "Unix milliseconds"},
        mode="validation",
    ),
    WithJsonSchema({"type": "integer", "description": "Unix milliseconds"}, mode="serialization"),
]
"""A moment, as Unix milliseconds."""

IsoTime = Annotated[
    datetime,
    PlainSerializer(iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment, printed as ISO 8601 with Z."""

_DATE_SCHEMA = WithJsonSchema({"type": ["string", "number"], "description": _A_DATE})

Since = Annotated[datetime, BeforeValidator(date_from), PlainSerializer(iso, return_type=str), _DATE_SCHEMA]
"""When a range begins: an ISO date (its midnight, UTC), an ISO date and time, or Unix milliseconds."""

Until = Annotated[datetime, BeforeValidator(date_until), PlainSerializer(iso, return_type=str), _DATE_SCHEMA]
"""When a range ends, exclusive; a date alone is the whole of that day."""

CandleLength = Annotated[Timeframe, BeforeValidator(_timeframe)]
"""A candle length such as 1h."""

HUNDRED = Decimal(100)


def percent(fraction: Decimal) -> Decimal:
    """Return a fraction as percent, rounded to four places."""
    return round(fraction * HUNDRED, 4)


def maybe_percent(fraction: Decimal | None) -> Decimal | None:
    """Return a fraction as percent, None when it is not known."""
    return None if fraction is None else percent(fraction)


def unless_none() -> Any:
    """Declare a field of a result that is left out when there is nothing to say."""
    return Field(default=None, exclude_if=lambda value: value is None)
