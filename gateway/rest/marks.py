"""What is noted on a request for those who answer it after its handler."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from gateway.limits import Standing
from gateway.rest.failure import Failure, Refused, failure_of
from tools.errors import CallError

REQUEST_ID = web.RequestKey("request_id", str)
CAPABILITY = web.RequestKey("capability", str)
PUBLIC = web.RequestKey("public", bool)
STANDING: web.RequestKey[Callable[[], Standing]] = web.RequestKey("standing")
"""Tells how the budget stands when the answer leaves."""


def failure_on(request: web.Request, error: CallError | Refused, at: datetime) -> Failure:
    """Return the failure that an error is for a request."""
    return failure_of(
        error,
        path=request.path,
        request_id=request[REQUEST_ID],
        at=at,
        capability=request.get(CAPABILITY),
        given=dict(request.match_info),
    )
