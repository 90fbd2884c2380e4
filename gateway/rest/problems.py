"""How our own API words a failure: RFC 9457 problem details with our code and the request's id."""

from typing import Any

from pydantic import ConfigDict, Field

from gateway.rest.failure import Failure
from tools.wire import Result, unless_none

PROBLEM_TYPE = "application/problem+json"


class Problem(Result):
    """What went wrong, for a person and for a program."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(default="about:blank", description="Nothing beyond the status")
    title: str = Field(description="HTTP's words for the status")
    status: int
    detail: str = Field(description="What a person reads")
    code: str = Field(description="What a program reads")
    request_id: str = Field(description="The X-Request-Id of the answer")
    retryable: bool = Field(description="Whether the same request can succeed later")
    retry_after_ms: int | None = unless_none()
    details: dict[str, Any] = Field(default_factory=dict)


def problem(failure: Failure) -> Problem:
    """Return the problem details of a failure."""
    return Problem(
        title=failure.title,
        status=failure.status,
        detail=failure.message,
        code=failure.code,
        request_id=failure.request_id,
        retryable=failure.retryable,
        retry_after_ms=failure.retry_after_ms,
        details=dict(failure.details),
    )
