"""What went wrong with a request over HTTP, before an API words it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from tools.errors import CallError

WORDS: Mapping[int, str] = {
    400: "INVALID_FRAME",
    401: "AUTH_REQUIRED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "REQUEST_TIMEOUT",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
    503: "UNAVAILABLE",
}
"""The code of what HTTP itself refuses."""

UNAVAILABLE_MS = 5_000


class Refused(Exception):
    """A request that is refused before any capability is asked."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Failure:
    """A refused request: the HTTP status, one of our codes or of HTTP's, and the words for a person.

    `given` is what the path named, `capability` what was asked for where it came that far.
    """

    status: int
    code: str
    message: str
    path: str
    request_id: str
    at: datetime
    retryable: bool = False
    retry_after_ms: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    capability: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """HTTP's own words for the status."""
        return HTTPStatus(self.status).phrase

    @property
    def all_headers(self) -> dict[str, str]:
        """The headers that go with it."""
        told = dict(self.headers)
        if self.retry_after_ms is not None:
            told.setdefault("Retry-After", str(-(-self.retry_after_ms // 1000)))
        if self.status == HTTPStatus.UNAUTHORIZED:
            told.setdefault("WWW-Authenticate", "Bearer")
        return told


def failure_of(error: CallError | Refused, path: str, request_id: str, at: datetime, **more: Any) -> Failure:
    """Return the failure that an error is; `more` are further fields of it."""
    if isinstance(error, CallError):
        return Failure(
            status=error.meaning.http,
            code=error.reason.value,
            message=error.message,
            path=path,
            request_id=request_id,
            at=at,
            retryable=error.meaning.retryable,
            retry_after_ms=error.retry_after_ms,
            details=error.details,
            **more,
        )
    busy = error.status == HTTPStatus.SERVICE_UNAVAILABLE
    return Failure(
        status=error.status,
        code=WORDS.get(error.status, WORDS[400]),
        message=str(error),
        path=path,
        request_id=request_id,
        at=at,
        retryable=busy or error.status == HTTPStatus.REQUEST_TIMEOUT,
        retry_after_ms=UNAVAILABLE_MS if busy else None,
        headers=error.headers,
        **more,
    )
