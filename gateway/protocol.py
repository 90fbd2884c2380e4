"""Frames: what a request has to look like, and the bytes of answers and events."""

from collections.abc import Mapping
from struct import Struct
from typing import Any, NamedTuple

import orjson

from tools.errors import InvalidFrame

MAX_ID = 128
MAX_METHOD = 128

_HEADER_7 = Struct("!BB").pack
_HEADER_16 = Struct("!BBH").pack
_HEADER_64 = Struct("!BBQ").pack
_TEXT = 0x81
"""A whole text message: FIN and the opcode."""


class Request(NamedTuple):
    """A well-formed request frame."""

    id: str
    method: str
    params: dict[str, Any] | None


class BadFrame(InvalidFrame):
    """Send a well-formed request. `frame_id` is the frame's id where it has a usable one."""

    def __init__(self, message: str, frame_id: str | None = None) -> None:
        super().__init__(message)
        self.frame_id = frame_id


def parse(raw: bytes, max_bytes: int, max_depth: int) -> Request:
    """Return the request of a text message; raise BadFrame. Unknown fields of the frame are tolerated."""
    frame = read_object(raw, max_bytes)
    frame_id, method, params = frame.get("id"), frame.get("method"), frame.get("params")
    if not isinstance(frame_id, str) or not 0 < len(frame_id) <= MAX_ID:
        raise BadFrame(f"id is text of 1 to {MAX_ID} characters")
    if raw.count(b"{") + raw.count(b"[") > max_depth or b"\\u0000" in raw:
        _check_contents(frame, max_depth)
    if frame.get("type") != "req":
        raise BadFrame('type is "req"', frame_id)
    if not isinstance(method, str) or not 0 < len(method) <= MAX_METHOD:
        raise BadFrame(f"method is text of 1 to {MAX_METHOD} characters", frame_id)
    if params is not None and not isinstance(params, dict):
        raise BadFrame("params is an object", frame_id)
    return Request(frame_id, method, params)


def read_object(raw: bytes, max_bytes: int) -> dict[str, Any]:
    """Return the JSON object of a text message; raise BadFrame."""
    if len(raw) > max_bytes:
        raise BadFrame(f"a frame has at most {max_bytes} bytes; this one has {len(raw)}")
    try:
        frame = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadFrame(f"a frame is one JSON object: {error.msg} at character {error.pos}") from None
    if not isinstance(frame, dict):
        raise BadFrame("a frame is a JSON object")
    return frame


def _check_contents(frame: dict[str, Any], max_depth: int) -> None:
    wrong = unfit(frame, max_depth)
    if wrong is not None:
        raise BadFrame(f"a frame: {wrong}", frame["id"] if "\0" not in frame["id"] else None)


def unfit(value: Any, max_depth: int) -> str | None:
    """Return what is wrong inside a JSON value: deep nesting, or a NUL, which not every database can keep."""
    level: list[Any] = [value]
    depth = 0
    while level:
        depth += 1
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below += each.keys()
                below += each.values()
            elif isinstance(each, list):
                below += each
            elif isinstance(each, str) and "\0" in each:
                return "text contains a NUL character"
        level = below
        if depth >= max_depth and any(isinstance(each, dict | list) for each in level):
            return f"it is nested at most {max_depth} deep"
    return None


def text_message(payload: bytes) -> bytes:
    """Return a WebSocket text message from a server, header included (RFC 6455, 5.2)."""
    length = len(payload)
    if length < 126:
        return _HEADER_7(_TEXT, length) + payload
    if length < 65_536:
        return _HEADER_16(_TEXT, 126, length) + payload
    return _HEADER_64(_TEXT, 127, length) + payload


def answer(frame_id: str, payload: bytes) -> bytes:
    """Return the message that answers a request with a JSON payload."""
    return text_message(b'{"type":"res","id":%b,"ok":true,"payload":%b}' % (orjson.dumps(frame_id), payload))


def failure(frame_id: str | None, error: Mapping[str, Any]) -> bytes:
    """Return the message that refuses a request; `id` is null where the frame had no usable one."""
    return text_message(
        b'{"type":"res","id":%b,"ok":false,"error":%b}'
        % (orjson.dumps(frame_id), orjson.dumps(error, default=str))
    )


def event(name: str, payload: Mapping[str, Any], seq: int) -> bytes:
    """Return the message that tells of an event."""
    return text_message(
        b'{"type":"event","event":%b,"payload":%b,"seq":%d}'
        % (orjson.dumps(name), orjson.dumps(payload), seq)
    )
