"""The description for people: Swagger UI and ReDoc, their files out of an installed package."""

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.http import refusal
from gateway.tagged import tagged

PACKAGE = "drf_spectacular_sidecar"
FILES = {
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "favicon-32x32.png": "swagger-ui-dist/favicon-32x32.png",
    "redoc.standalone.js": "redoc/bundles/redoc.standalone.js",
}
"""What is served of the package, by the name it is served under."""

DOCUMENT = "/openapi.json"
START_AT = "/docs/start.js"

_HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>K.I.T. API</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<link rel="icon" href="/docs/files/favicon-32x32.png">'
)
SWAGGER = (
    f'{_HEAD}<link rel="stylesheet" href="/docs/files/swagger-ui.css"></head><body><div id="ui"></div>'
    '<script src="/docs/files/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>'
    "</body></html>"
)
REDOC = (
    f'{_HEAD}</head><body><redoc spec-url="/openapi.json"></redoc>'
    '<script src="/docs/files/redoc.standalone.js"></script></body></html>'
)
START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#ui", validatorUrl: null});\n'

# Both write styles of their own, and ReDoc searches in a worker that it makes; nothing comes from elsewhere.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
KEPT = "public, max-age=86400"


class Descriptions:
    """Serves the document and its pages.

    `build` makes the document when it is first asked for, `guarded` a page of which no fault shows; all are
    under `prefix`.
    """

    def __init__(
        self,
        build: Callable[[], dict[str, Any]],
        guarded: Callable[[Handler], Handler],
        prefix: str = "",
    ) -> None:
        self._build = build
        self._guarded = guarded
        self._prefix = prefix
        self._document: bytes | None = None
        found = find_spec(PACKAGE)
        places = found.submodule_search_locations if found else None
        self._files = Path(places[0]) / "static" / PACKAGE if places else None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the document and of its pages."""
        at = self._prefix
        return [
            web.get(f"{at}/openapi.json", self._guarded(self.document)),
            web.get(f"{at}/docs", _html(SWAGGER.replace(START_AT, f"{at}{START_AT}"))),
            web.get(f"{at}/redoc", _html(REDOC.replace(DOCUMENT, f"{at}{DOCUMENT}"))),
            web.get(f"{at}{START_AT}", self.start),
            *([] if at else [web.get("/docs/files/{name}", self._guarded(self.file))]),
        ]

    async def document(self, request: web.Request) -> web.Response:
        """Return the OpenAPI document."""
        if self._document is None:
            self._document = await asyncio.to_thread(lambda: orjson.dumps(self._build()))
        return tagged(request, self._document, "no-cache")

    async def start(self, request: web.Request) -> web.Response:
        """Return the script that starts Swagger UI."""
        text = START.replace(DOCUMENT, f"{self._prefix}{DOCUMENT}")
        return web.Response(text=text, content_type="text/javascript", headers={"Cache-Control": KEPT})

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Return one file of the package."""
        known = FILES.get(request.match_info["name"])
        if known is None or self._files is None:
            return refusal(404, "there is no such file")
        return web.FileResponse(self._files / known, headers={"Cache-Control": KEPT})


def _html(page: str) -> Callable[[web.Request], Any]:
    async def answered(request: web.Request) -> web.Response:
        return web.Response(
            text=page, content_type="text/html", headers={"Content-Security-Policy": PAGE_POLICY}
        )

    return answered
