"""How this API refuses."""

from collections.abc import Mapping

from gateway.dialects.llm_trading.answers import Told
from gateway.rest.failure import Failure
from tools.errors import Code
from tools.wire import IsoTime, unless_none

STATUSES: Mapping[tuple[str | None, str], int] = {
    ("arena.pause", Code.CONFLICT): 400,
    ("arena.resume", Code.CONFLICT): 400,
    ("market.price", Code.NOT_FOUND): 400,
    ("market.analyze", Code.NOT_FOUND): 400,
    (None, Code.EXCHANGE_ERROR): 503,
}
"""Where the HTTP status is another one than ours."""

MESSAGES: Mapping[tuple[str | None, str], str] = {
    ("arena.trigger", Code.CONFLICT): "Trading cycle already in progress",
    ("arena.pause", Code.CONFLICT): "Scheduler already paused",
    ("arena.resume", Code.CONFLICT): "Scheduler is not paused",
    ("arena.accounts", Code.NOT_FOUND): "LLM ID '{llm_id}' not found",
    ("arena.trades", Code.NOT_FOUND): "LLM ID '{llm_id}' not found",
    ("market.price", Code.NOT_FOUND): "Invalid trading symbol '{symbol}'",
    ("market.analyze", Code.NOT_FOUND): "Invalid trading symbol '{symbol}'",
}
"""This API's own words for a failure, with what the path named."""


class ErrorDetails(Told):
    """Which field is wrong."""

    field: str


class Error(Told):
    """What went wrong: its kind, and words for a person."""

    error: str
    message: str
    details: ErrorDetails | None = unless_none()
    timestamp: IsoTime


def error(failure: Failure) -> Error:
    """Return the body of a failure."""
    fields = failure.details.get("fields")
    return Error(
        error="".join(word for word in failure.title.split()),
        message=_message(failure),
        details=ErrorDetails(field=str(fields[0])) if fields else None,
        timestamp=failure.at,
    )


def _message(failure: Failure) -> str:
    words = MESSAGES.get((failure.capability, failure.code))
    try:
        return failure.message if words is None else words.format(**failure.given)
    except KeyError:
        # The path named nothing: it is about something else.
        return failure.message
