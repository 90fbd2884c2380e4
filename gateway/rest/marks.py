"""What is noted on a request for those who answer it after its handler."""

from aiohttp import web

from gateway.limits import Standing

REQUEST_ID = web.RequestKey("request_id", str)
CAPABILITY = web.RequestKey("capability", str)
PUBLIC = web.RequestKey("public", bool)
STANDING = web.RequestKey("standing", Standing)
