"""The connection to Telegram: its HTTP client, and updates that can be read whatever is in them."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx
import structlog
from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

HOME = "https://api.telegram.org"
CONNECTIONS = 64
NUMBER = "update_id"

log = structlog.get_logger(__name__)


@asynccontextmanager
async def connected(token: str, base_url: str | None, answer_seconds: float) -> AsyncIterator[Bot]:
    """Open a bot's connections until the block ends; `answer_seconds` come on top of the time of a poll."""
    trust = {"verify": _trust()}
    polling = _Client(connection_pool_size=1, read_timeout=answer_seconds, httpx_kwargs=trust)
    asking = _Client(
        connection_pool_size=CONNECTIONS,
        read_timeout=answer_seconds,
        pool_timeout=answer_seconds,
        httpx_kwargs=trust,
    )
    root = (base_url or HOME).rstrip("/")
    # The SDK would ask who it is on entering its bot, and tell the token when it is refused.
    async with polling, asking:
        yield Bot(token, f"{root}/bot", f"{root}/file/bot", get_updates_request=polling, request=asking)


def update_of(body: bytes) -> Update | None:
    """Return the update that a webhook is called with, None when it is none."""
    try:
        data = json.loads(body)
    except ValueError:
        return None
    return Update.de_json(_readable(data)) if _is_update(data) else None


@cache
def _trust() -> ssl.SSLContext:
    # Each client would read all certificates there are for itself, which takes longer than all else here.
    return httpx.create_ssl_context()


class _Client(HTTPXRequest):
    """Takes only what answers are made of, and of an update that the SDK cannot read its number."""

    __slots__ = ()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or (answer.get("ok") and "result" not in answer):
            raise TelegramError("Its answer cannot be read")
        if isinstance(found := answer.get("result"), list) and all(_is_update(each) for each in found):
            answer["result"] = [_readable(each) for each in found]
        return answer


def _is_update(data: object) -> bool:
    return isinstance(data, dict) and isinstance(data.get(NUMBER), int)


def _readable(update: Mapping[str, Any]) -> dict[str, Any]:
    try:
        Update.de_json(dict(update))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        log.warning("an update cannot be read", update=update[NUMBER], error=type(error).__name__)
        return {NUMBER: update[NUMBER]}
    return dict(update)
