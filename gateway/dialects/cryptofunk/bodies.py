"""What this API is asked in a body, in its own names and bounds."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from tools.errors import InvalidParams
from tools.wire import no_bool

MOST = Decimal("1e15")

Positive = Annotated[Decimal, BeforeValidator(no_bool), Field(gt=0, le=MOST)]
Symbol = Annotated[str, Field(min_length=1, max_length=40)]


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _word(*words: str) -> Any:
    return Annotated[Literal[words], BeforeValidator(_upper)]


class Body(BaseModel):
    """A body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class NewOrder(Body):
    """An order of `quantity` base."""

    symbol: Symbol
    side: _word("BUY", "SELL")  # type: ignore[valid-type]
    type: _word("MARKET", "LIMIT")  # type: ignore[valid-type]
    quantity: Positive
    price: Positive | None = None

    @model_validator(mode="after")
    def _has_its_price(self) -> "NewOrder":
        if self.type == "LIMIT" and self.price is None:
            raise PydanticCustomError("price", "Price is required for limit orders")
        return self


class NewSession(Body):
    """A session: what it trades, with how much money, and whether that is paper."""

    symbol: Symbol
    initial_capital: Positive
    mode: _word("PAPER", "LIVE") = "PAPER"  # type: ignore[valid-type]


class EndOfSession(Body):
    """Which session, and what its client says that it is worth."""

    session_id: str
    final_capital: Annotated[Decimal, BeforeValidator(no_bool), Field(ge=0, le=MOST)]


class OfSession(Body):
    """Which session."""

    session_id: str


class InvalidBody(InvalidParams):
    """Change the field that is wrong."""


B = TypeVar("B", bound=Body)

_WORDS: Mapping[str, str] = {
    "missing": "{field} is required",
    "greater_than": "{field} must be > {gt}",
    "greater_than_equal": "{field} must be >= {ge}",
    "less_than_equal": "{field} must be <= {le}",
    "literal_error": "{field} must be one of {expected}",
    "extra_forbidden": "{field} is not known here",
    "string_too_short": "{field} is required",
}
"""How it is said what is wrong with a field."""


def body(kind: type[B], fields: Mapping[str, Any]) -> B:
    """Return the body that fields are; raise InvalidBody with the words for the first one that is wrong."""
    try:
        return kind.model_validate(dict(fields))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        # What is not there is said before what is wrong.
        first = min(found, key=lambda each: each["type"] != "missing")
        field = str(first["loc"][0])[:64] if first["loc"] else first["type"]
        words = _worded(first, field)
        details = {"error": "invalid request body", "details": words, "fields": [field]}
        raise InvalidBody(words, details=details) from None


def _worded(problem: ErrorDetails, field: str) -> str:
    words = _WORDS.get(problem["type"])
    if words is not None:
        return words.format(field=field, **problem.get("ctx", {}))
    said = problem["msg"].removeprefix("Value error, ")
    return f"{field}: {said}" if problem["loc"] else said
