"""Errors as callers see them: one code each, looked up by class."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import ValidationError

from trading import errors as trading
from trading.runs import errors as runs


class Code(StrEnum):
    """Every code a call can fail with."""

    INVALID_FRAME = "INVALID_FRAME"
    UNKNOWN_METHOD = "UNKNOWN_METHOD"
    MISSING_PARAMS = "MISSING_PARAMS"
    INVALID_PARAMS = "INVALID_PARAMS"
    AUTH_REQUIRED = "AUTH_REQUIRED"
    AUTH_INVALID = "AUTH_INVALID"
    AUTH_EXPIRED = "AUTH_EXPIRED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    AGENT_BUSY = "AGENT_BUSY"
    EXCHANGE_ERROR = "EXCHANGE_ERROR"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    INVALID_ORDER = "INVALID_ORDER"
    RISK_LIMIT_EXCEEDED = "RISK_LIMIT_EXCEEDED"
    TRADING_HALTED = "TRADING_HALTED"
    NOT_ARMED = "NOT_ARMED"
    ACCOUNT_LOCKED = "ACCOUNT_LOCKED"
    CONFLICT = "CONFLICT"
    INTERNAL_ERROR = "INTERNAL_ERROR"


TELLS_BALANCES = frozenset({Code.INSUFFICIENT_FUNDS, Code.RISK_LIMIT_EXCEEDED, Code.INVALID_ORDER})
"""Errors whose words may tell what somebody has."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says to a program: the HTTP status, and whether the same call can succeed later."""

    http: int
    retryable: bool = False


MEANINGS: Mapping[Code, Meaning] = {
    Code.INVALID_FRAME: Meaning(400),
    Code.UNKNOWN_METHOD: Meaning(404),
    Code.MISSING_PARAMS: Meaning(400),
    Code.INVALID_PARAMS: Meaning(400),
    Code.AUTH_REQUIRED: Meaning(401),
    Code.AUTH_INVALID: Meaning(401),
    Code.AUTH_EXPIRED: Meaning(401),
    Code.FORBIDDEN: Meaning(403),
    Code.NOT_FOUND: Meaning(404),
    Code.RATE_LIMITED: Meaning(429, retryable=True),
    Code.AGENT_BUSY: Meaning(503, retryable=True),
    Code.EXCHANGE_ERROR: Meaning(502, retryable=True),
    Code.INSUFFICIENT_FUNDS: Meaning(400),
    Code.INVALID_ORDER: Meaning(400),
    Code.RISK_LIMIT_EXCEEDED: Meaning(403),
    Code.TRADING_HALTED: Meaning(403),
    Code.NOT_ARMED: Meaning(403),
    Code.ACCOUNT_LOCKED: Meaning(409, retryable=True),
    Code.CONFLICT: Meaning(409),
    Code.INTERNAL_ERROR: Meaning(500),
}


class CallError(Exception):
    """A call that failed, with the code and the words its caller sees."""

    code: ClassVar[Code] = Code.INTERNAL_ERROR

    def __init__(
        self,
        message: str,
        *,
        code: Code | None = None,
        retry_after_ms: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = code or type(self).code
        self.retry_after_ms = retry_after_ms
        self.details = dict(details or {})

    @property
    def message(self) -> str:
        """What a person reads."""
        return str(self)

    @property
    def meaning(self) -> Meaning:
        """What a program reads."""
        return MEANINGS[self.reason]


class InvalidFrame(CallError):
    """Send a well-formed request."""

    code = Code.INVALID_FRAME


class UnknownMethod(CallError):
    """Call a method that exists."""

    code = Code.UNKNOWN_METHOD


class MissingParams(CallError):
    """Add the parameter that is missing."""

    code = Code.MISSING_PARAMS


class InvalidParams(CallError):
    """Change the parameter that is wrong."""

    code = Code.INVALID_PARAMS


class Reused(InvalidParams):
    """Use a new id: this one stands for another call."""


class AuthRequired(CallError):
    """Connect with a token first."""

    code = Code.AUTH_REQUIRED


class AuthInvalid(CallError):
    """Use the right token."""

    code = Code.AUTH_INVALID


class AuthExpired(CallError):
    """Ask for a new key: this one was right, and is too old."""

    code = Code.AUTH_EXPIRED


class Forbidden(CallError):
    """Ask somebody with the right role."""

    code = Code.FORBIDDEN


class NotFound(CallError):
    """Name another one: it does not exist."""

    code = Code.NOT_FOUND


class RateLimited(CallError):
    """Wait and call again."""

    code = Code.RATE_LIMITED


class AgentBusy(CallError):
    """Wait until the session's turn has ended, or ask to queue."""

    code = Code.AGENT_BUSY


class InternalError(CallError):
    """Report it: the fault is ours, and its id is in the log."""


FROM_TRADING: Mapping[type[trading.TradingError], Code] = {
    trading.UnknownSymbol: Code.NOT_FOUND,
    trading.UnknownExchange: Code.INVALID_PARAMS,
    trading.UnsupportedTimeframe: Code.INVALID_PARAMS,
    trading.UnknownIndicator: Code.INVALID_PARAMS,
    trading.UnknownStrategy: Code.INVALID_PARAMS,
    trading.InvalidBacktest: Code.INVALID_PARAMS,
    trading.MissingHistory: Code.INVALID_PARAMS,
    trading.InvalidOrder: Code.INVALID_ORDER,
    trading.InvalidLimit: Code.INVALID_PARAMS,
    trading.InsufficientFunds: Code.INSUFFICIENT_FUNDS,
    trading.RiskLimitExceeded: Code.RISK_LIMIT_EXCEEDED,
    trading.TradingHalted: Code.TRADING_HALTED,
    trading.NotArmed: Code.NOT_ARMED,
    trading.AccountLocked: Code.ACCOUNT_LOCKED,
    trading.Unapproved: Code.CONFLICT,
    trading.OutcomeUnknown: Code.EXCHANGE_ERROR,
    trading.ExchangeUnavailable: Code.EXCHANGE_ERROR,
    trading.NotFound: Code.NOT_FOUND,
    runs.InvalidRun: Code.INVALID_PARAMS,
    runs.UnknownDecider: Code.INVALID_PARAMS,
    runs.ImpossibleMove: Code.CONFLICT,
    runs.ContestAlreadyPaused: Code.CONFLICT,
    runs.ContestNotPaused: Code.CONFLICT,
    runs.CycleRunning: Code.CONFLICT,
}


def from_trading(error: trading.TradingError, overrides: Mapping[type[Exception], Code]) -> CallError | None:
    """Return the caller's view of a domain error, by the nearest class in either table."""
    table: Mapping[type[Any], Code] = {**FROM_TRADING, **overrides}
    for kind in type(error).__mro__:
        if kind in table:
            return CallError(str(error), code=table[kind], details=error.details)
    return None


def from_validation(error: ValidationError) -> CallError:
    """Return the caller's view of parameters that do not fit: every problem named, missing ones first."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    missing = [problem for problem in problems if problem["type"] == "missing"]
    shown = [*missing, *(problem for problem in problems if problem["type"] != "missing")]
    lines = [
        f"{'.'.join(_path(problem['loc'])) or 'params'}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in shown[:10]
    ]
    details = {"fields": [".".join(_path(problem["loc"])) for problem in shown[:10]]}
    kind = MissingParams if missing else InvalidParams
    return kind("; ".join(lines), details=details)


def _path(location: tuple[int | str, ...]) -> Iterator[str]:
    return (str(part)[:64] for part in location)
