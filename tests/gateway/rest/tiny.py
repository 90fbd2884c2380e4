"""A small foreign API over the house's own capabilities, with words and headers of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from gateway.rest.failure import Failure
from gateway.rest.table import RestDialect, Route
from gateway.sockets import Query, SocketDialect
from tools.system import SocketTraffic


class Oops(BaseModel):
    """How this API refuses."""

    error: str
    status: int
    echo: dict[str, str]


class Shout(BaseModel):
    """What it answers."""

    loud: str
    by: str


def worded(failure: Failure) -> Oops:
    return Oops(error=failure.code.lower(), status=failure.status, echo=dict(failure.given))


def shout(told: Any, at: datetime) -> dict[str, str]:
    return {"loud": told.text.upper(), "by": told.principal}


def guests(told: Any, at: datetime) -> SocketTraffic:
    found: SocketTraffic = told.sockets["/tiny/ws"]
    return found


def greeted(name: str, at: datetime) -> dict[str, str]:
    return {"hello": name.partition("_")[0], "at": at.isoformat()}


def echoed(frame: Mapping[str, Any], at: datetime) -> dict[str, Any] | None:
    return None if frame.get("type") == "hush" else {"back": frame}


def refused(why: str, at: datetime) -> dict[str, str]:
    return {"oops": why}


def news(payload: Mapping[str, Any], at: datetime) -> dict[str, Any] | None:
    return {"news": payload["text"], "at": at.isoformat()} if payload["text"] else None


def faint(told: Any) -> bool:
    return bool(told.text == "faint")


def twice(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"text": 2 * str(fields.get("text", ""))}


def said(told: Any, at: datetime) -> dict[str, str]:
    return {"said": told.text}


ONCE = Query("echo.say", said, {"text": "a"})

SOCKET = SocketDialect(
    "/tiny/ws",
    greeted,
    echoed,
    refused,
    {"news": news},
    queries={
        "once": (ONCE,),
        "twice": (ONCE, Query("echo.say", said, {"text": "b"})),
        "fail": (Query("echo.say", said, {"text": 5}), ONCE),
    },
)

TINY = RestDialect(
    name="tiny",
    prefixes=("/tiny", "/api/v2/tiny"),
    routes=(
        Route("GET", "/tiny/echo/{word}", "echo.say", names={"word": "text"}, tells=shout, answer=Shout),
        Route("GET", "/tiny/open", "echo.say", fixed={"text": "open"}, public=True),
        Route("GET", "/tiny/twice", "echo.say", asks=twice),
        Route("POST", "/tiny/echo", "echo.say", status=202),
        Route("POST", "/tiny/wait", "echo.wait"),
        Route("POST", "/tiny/order", "trade.execute", rules=((2, 1),)),
        Route("GET", "/tiny/pulse", "echo.say", unwell=faint),
        Route("GET", "/tiny/flood", "echo.flood", streams=True),
        Route("GET", "/tiny/boom", "echo.boom"),
        Route("GET", "/tiny/unprintable", "echo.unprintable"),
        Route("GET", "/tiny/admin", "echo.admin"),
        Route("GET", "/tiny/sockets", "status", tells=guests, answer=SocketTraffic),
        Route("GET", "/tiny/nobody", "no.such"),
    ),
    error=Oops,
    wording=worded,
    key_headers=("X-Tiny-Key",),
    rules=((3, 60),),
    statuses={("echo.flood", "MISSING_PARAMS"): 409, (None, "METHOD_NOT_ALLOWED"): 404},
    sockets=(SOCKET,),
)
