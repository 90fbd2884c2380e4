"""A small foreign API over the house's own capabilities, with words and headers of its own."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from gateway.rest.failure import Failure
from gateway.rest.table import RestDialect, Route


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


def shout(told: Any) -> dict[str, str]:
    return {"loud": told["text"].upper(), "by": told["principal"]}


def twice(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"text": 2 * str(fields.get("text", ""))}


TINY = RestDialect(
    name="tiny",
    prefixes=("/tiny", "/api/v2/tiny"),
    routes=(
        Route("GET", "/tiny/echo/{word}", "echo.say", names={"word": "text"}, tells=shout, answer=Shout),
        Route("GET", "/tiny/open", "echo.say", fixed={"text": "open"}, public=True),
        Route("GET", "/tiny/twice", "echo.say", asks=twice),
        Route("POST", "/tiny/echo", "echo.say", status=202),
        Route("POST", "/tiny/wait", "echo.wait"),
        Route("GET", "/tiny/flood", "echo.flood", streams=True),
        Route("GET", "/tiny/boom", "echo.boom"),
        Route("GET", "/tiny/unprintable", "echo.unprintable"),
        Route("GET", "/tiny/admin", "echo.admin"),
        Route("GET", "/tiny/nobody", "no.such"),
    ),
    error=Oops,
    wording=worded,
    key_headers=("X-Tiny-Key",),
    rules=((3, 60),),
)
