"""The table of this API."""

from gateway.dialects.cryptofunk.dealing import TRADING
from gateway.dialects.cryptofunk.feed import FEED
from gateway.dialects.cryptofunk.insight import FACTS, INSIGHT
from gateway.dialects.cryptofunk.trading_words import STATUSES
from gateway.dialects.cryptofunk.wording import Error, error
from gateway.rest.table import RestDialect

ROUTES = (*TRADING, *INSIGHT, *FACTS)

CRYPTOFUNK = RestDialect(
    name="cryptofunk",
    prefixes=("/api/v1",),
    routes=ROUTES,
    error=Error,
    wording=error,
    rules=((100, 60),),
    statuses=STATUSES,
    sockets=(FEED,),
)
