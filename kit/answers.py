"""What comes back from the service: answers to read by key or attribute, and one error with a code."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kit.near import near, question

CONNECTION_FAILED = "CONNECTION_FAILED"
"""Nobody answered at the address."""
CONNECTION_LOST = "CONNECTION_LOST"
"""The connection is gone and will not come back by itself: connect again."""
NOT_CONNECTED = "NOT_CONNECTED"
"""Call `connect()` first."""
ANSWER_LOST = "ANSWER_LOST"
"""The connection is back, but not this call's answer, and sending it twice is not safe: look what it did."""
EVENTS_LOST = "EVENTS_LOST"
"""Some events of the time without a connection are no longer kept: fetch the state they changed."""
STREAM_INCOMPLETE = "STREAM_INCOMPLETE"
"""The pieces of a chat answer do not make up the whole; `details["message"]` holds the whole."""
UNKNOWN_METHOD = "UNKNOWN_METHOD"
"""Call a method that exists; `details["near"]` lists those that may have been meant."""
TIMEOUT = "TIMEOUT"
"""No answer came in time; it may still take effect."""


class Answer(dict[str, Any]):
    """A JSON object: `answer["totalValueUsd"]` and `answer.totalValueUsd` are the same.

    A field named like a method of dict (`items`, `values`, `keys`, ...) is read by key.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(_missing(name, self))

    def __missing__(self, key: str) -> Any:
        raise KeyError(_missing(key, self))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]


class KitError(Exception):
    """A call that failed. `code` is the service's, or one of this module's.

    `retryable` tells that the same call can succeed later, after `retry_after_ms` where that is known. In
    the service's errors `details["codes"]` holds the code in the words of both dialects, "000" and "001", and
    `details["http"]` the HTTP status that means the same.
    """

    def __init__(
        self,
        code: str,
        message: str,
        retryable: bool = False,
        retry_after_ms: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, retryable, retry_after_ms, details)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.retry_after_ms = retry_after_ms
        self.details: dict[str, Any] = dict(details or {})

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    @classmethod
    def from_wire(cls, error: Any) -> "KitError":
        """Return the error of an answer frame."""
        told = error if isinstance(error, dict) else {}
        return cls(
            str(told.get("code", "INTERNAL_ERROR")),
            str(told.get("message", "the service gave no reason")),
            bool(told.get("retryable", False)),
            told.get("retryAfterMs"),
            told.get("details"),
        )


def unknown_method(method: str, known: Iterable[str], told: KitError | None = None) -> KitError:
    """Return the error for a method that is not among the known ones, with those that may have been meant.

    `told` is what the service said of it.
    """
    told = told or KitError(UNKNOWN_METHOD, f"there is no method {method!r}")
    found = near(method, known)
    message = f"{told.message}{question(found)}"
    return KitError(told.code, message, details={**told.details, "near": list(found)})


def decode(text: str) -> Any:
    """Return the value of a JSON text, its objects as answers; raise ValueError when it is none."""
    return json.loads(text, object_hook=Answer)


def encode(method: str, frame: Mapping[str, Any]) -> str:
    """Return a frame as JSON: Decimal as number, datetime as Unix milliseconds, date as ISO text."""
    try:
        return json.dumps(frame, default=_plain, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, OverflowError) as error:
        raise KitError("INVALID_PARAMS", f"{method}: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == int(value) else float(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a time needs its time zone, such as datetime.UTC")
        return round(value.timestamp() * 1000)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"a {type(value).__name__} cannot be sent")


def _missing(name: str, answer: Mapping[str, Any]) -> str:
    return f"no {name!r} in this answer; it has: {', '.join(answer) or 'nothing'}"
