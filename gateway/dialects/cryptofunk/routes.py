"""The table of this API."""

from gateway.dialects.cryptofunk.insight import INSIGHT
from gateway.dialects.cryptofunk.wording import Error, error
from gateway.rest.table import RestDialect

ROUTES = INSIGHT

CRYPTOFUNK = RestDialect(
    name="cryptofunk",
    prefixes=("/api/v1",),
    routes=ROUTES,
    error=Error,
    wording=error,
    rules=((100, 60),),
)
