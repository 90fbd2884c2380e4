"""The two dialects of the protocol: error codes and the few payloads in which they differ."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import orjson

from tools.errors import CallError, Code
from tools.wire import Result

Payload = dict[str, Any]
Adapter = Callable[[Payload], Payload]


class Dialect(StrEnum):
    """Which words a connection speaks: those of a device, or those of a client program."""

    DEVICE = "000"
    CLIENT = "001"


CLIENT_CODES: Mapping[Code, str] = {
    Code.INVALID_FRAME: "INVALID_REQUEST",
    Code.UNKNOWN_METHOD: "INVALID_REQUEST",
    Code.MISSING_PARAMS: "INVALID_REQUEST",
    Code.INVALID_PARAMS: "INVALID_REQUEST",
    Code.AUTH_REQUIRED: "AUTH_FAILED",
    Code.AUTH_INVALID: "AUTH_FAILED",
    Code.AUTH_EXPIRED: "AUTH_FAILED",
    Code.FORBIDDEN: "AUTH_FAILED",
    Code.NOT_FOUND: "NOT_FOUND",
    Code.RATE_LIMITED: "RATE_LIMITED",
    Code.AGENT_BUSY: "RATE_LIMITED",
    Code.EXCHANGE_ERROR: "EXCHANGE_ERROR",
    Code.INSUFFICIENT_FUNDS: "INSUFFICIENT_FUNDS",
    Code.INVALID_ORDER: "INVALID_ORDER",
    Code.RISK_LIMIT_EXCEEDED: "RISK_LIMIT_EXCEEDED",
    Code.TRADING_HALTED: "RISK_LIMIT_EXCEEDED",
    Code.NOT_ARMED: "RISK_LIMIT_EXCEEDED",
    Code.ACCOUNT_LOCKED: "EXCHANGE_ERROR",
    Code.CONFLICT: "INVALID_REQUEST",
    Code.INTERNAL_ERROR: "INTERNAL_ERROR",
}
"""The client dialect's word for each code."""

TRADE_CODES: Mapping[Code, str] = {
    Code.MISSING_PARAMS: "INVALID_ORDER",
    Code.INVALID_PARAMS: "INVALID_ORDER",
}
"""The client dialect's words where the call was about trading."""


def codes(code: Code, capability: str | None) -> tuple[str, str]:
    """Return both dialects' words for a code: the device's and the client's."""
    table = {**CLIENT_CODES, **TRADE_CODES} if (capability or "").startswith("trade.") else CLIENT_CODES
    return code.value, table[code]


def error_body(error: CallError, dialect: Dialect, method: str | None) -> dict[str, Any]:
    """Return the `error` object of a refusal; a tool's own capability counts more than the method."""
    both = codes(error.reason, error.details.get("capability", method))
    body: dict[str, Any] = {
        "code": both[dialect is Dialect.CLIENT],
        "message": error.message,
        "retryable": error.meaning.retryable,
    }
    if error.retry_after_ms is not None:
        body["retryAfterMs"] = error.retry_after_ms
    body["details"] = {**error.details, "http": error.meaning.http, "codes": both}
    return body


def _told_in_milliseconds(payload: Payload) -> Payload:
    told = {**payload, "timestamp": payload["timestampMs"]}
    if "executedPrice" in payload and payload["executedPrice"] is None:
        told["executedPrice"] = payload.get("price")
    return told


def _told_in_text(payload: Payload) -> Payload:
    return {**payload, "timestamp": payload["time"]}


ADAPTERS: Mapping[tuple[Dialect, str], Adapter] = {
    (Dialect.DEVICE, "trade.execute"): _told_in_milliseconds,
    (Dialect.DEVICE, "trade.close"): _told_in_milliseconds,
    (Dialect.CLIENT, "trade.execute"): _told_in_text,
    (Dialect.CLIENT, "trade.close"): _told_in_text,
}
"""What a dialect makes of a capability's answer; all others are the same in both."""


def payload_of(result: Result, dialect: Dialect, capability: str | None) -> bytes:
    """Return the JSON of an answer in a connection's dialect."""
    plain: bytes = type(result).__pydantic_serializer__.to_json(result, by_alias=True)
    adapter = ADAPTERS.get((dialect, capability or ""))
    return orjson.dumps(adapter(orjson.loads(plain))) if adapter else plain
