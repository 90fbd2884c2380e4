"""Bodies with an ETag, which need not be sent twice."""

import hashlib

from aiohttp import hdrs, web

KEPT_PRIVATELY = "private, no-cache"
"""A reader may keep it for itself, and asks each time whether it is still good."""


def tagged(
    request: web.Request, body: bytes, cache: str = KEPT_PRIVATELY, kind: str = "application/json"
) -> web.Response:
    """Return a body with its ETag, or 304 without it for who has it already."""
    tag = hashlib.blake2b(body, digest_size=16).hexdigest()
    response = web.Response(body=body, content_type=kind)
    if any(each.value in (tag, "*") for each in request.if_none_match or ()):
        response = web.Response(status=304)
    response.etag = tag
    response.headers[hdrs.CACHE_CONTROL] = cache
    return response
