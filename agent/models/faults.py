"""Turns what the SDKs raise into our own errors, without any secret in the words.

The SDKs raise classes of the same names, so one table by class name serves both and nothing heavy is
imported.
"""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from agent.models.errors import (
    ModelBusy,
    ModelError,
    ModelKeyRejected,
    ModelRejected,
    ModelUnavailable,
    StreamCut,
)

MAX_REASON_CHARS = 300

STATUSES: Mapping[int, type[ModelError]] = {
    400: ModelRejected,
    401: ModelKeyRejected,
    402: ModelKeyRejected,
    403: ModelKeyRejected,
    404: ModelRejected,
    408: ModelUnavailable,
    409: ModelUnavailable,
    413: ModelRejected,
    422: ModelRejected,
    425: ModelUnavailable,
    429: ModelBusy,
    499: ModelUnavailable,
    529: ModelBusy,
}
"""What a status of HTTP means; other 5xx are ModelUnavailable, other 4xx ModelRejected."""

MONEY: frozenset[str] = frozenset({"insufficient_quota", "billing_error", "billing_not_active"})
"""Codes that mean an empty account, whatever the status; OpenAI sends one of them with 429."""

KINDS: Mapping[str, type[ModelError]] = {
    "api_error": ModelUnavailable,
    "authentication_error": ModelKeyRejected,
    "invalid_api_key": ModelKeyRejected,
    "invalid_request_error": ModelRejected,
    "not_found_error": ModelRejected,
    "overloaded_error": ModelBusy,
    "permission_error": ModelKeyRejected,
    "rate_limit_error": ModelBusy,
    "rate_limit_exceeded": ModelBusy,
    "server_error": ModelUnavailable,
    "timeout_error": ModelUnavailable,
}
"""What an error means that comes inside a stream which began with status 200, by its code or type."""

CLASSES: Mapping[str, type[ModelError]] = {
    "APITimeoutError": ModelUnavailable,
    "APIConnectionError": ModelUnavailable,
    "APIResponseValidationError": StreamCut,
    "JSONDecodeError": StreamCut,
    "UnicodeDecodeError": StreamCut,
    "InvalidURL": ModelRejected,
    "HTTPError": ModelUnavailable,
}
"""What an error means that carries no answer of the vendor, by the first of its classes found here."""


def translate(error: Exception, model: str, secret: str, begun: bool) -> ModelError:
    """Return our error for one that an SDK or its HTTP client raised.

    `model` names who failed, `secret` is cut out of the words, `begun` tells that the answer had started: a
    connection that fails then has cut the stream.
    """
    kind = _kind(error)
    if begun and kind is ModelUnavailable and _status(error) == 0:
        kind = StreamCut
    reason = redacted(_reason(error), secret)
    return kind(f"{model}: {reason}", _retry_after(error))


def redacted(text: str, secret: str) -> str:
    """Return a text on one short line, with the secret replaced wherever it stands."""
    if secret:
        text = text.replace(secret, "[key]")
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= MAX_REASON_CHARS else f"{text[:MAX_REASON_CHARS]}…"


def _kind(error: Exception) -> type[ModelError]:
    labels = _labels(error)
    if MONEY.intersection(labels):
        return ModelKeyRejected
    status = _status(error)
    if status:
        return STATUSES.get(status, ModelUnavailable if status >= 500 else ModelRejected)
    named = [KINDS[label] for label in labels if label in KINDS]
    classes = [CLASSES[each.__name__] for each in type(error).__mro__ if each.__name__ in CLASSES]
    return next(iter([*named, *classes]), ModelUnavailable)


def _status(error: Exception) -> int:
    """Return the failing status, or 0; inside a stream OpenRouter puts it where others put a code."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:
        return status
    code = getattr(error, "code", None)
    return int(code) if isinstance(code, str) and re.fullmatch(r"[45]\d\d", code) else 0


def _labels(error: Exception) -> list[str]:
    body = _body(error)
    found = (getattr(error, "code", None), body.get("code"), getattr(error, "type", None), body.get("type"))
    return [label for label in found if isinstance(label, str)]


def _body(error: Exception) -> Mapping[str, Any]:
    """Return the error object of the vendor's answer; one SDK leaves it wrapped, the other does not."""
    body = getattr(error, "body", None)
    if not isinstance(body, Mapping):
        return {}
    inner = body.get("error")
    return inner if isinstance(inner, Mapping) else body


def _reason(error: Exception) -> str:
    message = _body(error).get("message")
    status = _status(error)
    words = message if isinstance(message, str) and message else str(error) or type(error).__name__
    return f"{words} (HTTP {status})" if status else words


def _retry_after(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    precise = _seconds(headers.get("retry-after-ms"))
    if precise is not None:
        return precise / 1000
    plain = headers.get("retry-after")
    seconds = _seconds(plain)
    return seconds if seconds is not None else _until(plain, headers.get("date"))


def _seconds(text: str | None) -> float | None:
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _until(moment: str | None, now: str | None) -> float | None:
    """Return the seconds between two dates of HTTP; the vendor's own clock tells what now is."""
    try:
        seconds = (parsedate_to_datetime(moment or "") - parsedate_to_datetime(now or "")).total_seconds()
    except (ValueError, TypeError):
        return None
    return max(0.0, seconds)
