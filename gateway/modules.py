"""JavaScript that pages import, from wherever they come themselves: it holds nobody's secrets."""

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.rest.marks import PUBLIC
from gateway.tagged import tagged


def module(body: bytes) -> Handler:
    """Return a handler that answers with a module."""

    async def answered(request: web.Request) -> web.StreamResponse:
        request[PUBLIC] = True
        return tagged(request, body, "no-cache", "text/javascript")

    return answered
