"""The table of this API."""

from collections.abc import Callable
from typing import Any

from gateway.dialects.cracktrader import answers, running, service
from gateway.dialects.cracktrader.feed import FEEDS
from gateway.dialects.cracktrader.requests import LiveTrading
from gateway.dialects.cracktrader.wording import LIMIT, STATUSES, Error, error
from gateway.dialects.cracktrader.words import NAMES
from gateway.rest.table import RestDialect, Route

BASE = "/api/v1"
MINUTE = 60


def _get(path: str, capability: str, tells: Callable[..., Any], answer: Any, **more: Any) -> Route:
    return Route("GET", path, capability, tells=tells, answer=answer, **more)


ROUTES = (
    _get(f"{BASE}/health", "health", service.health, answers.Health, unwell=service.unwell),
    _get(f"{BASE}/status", "runner.status", running.status, answers.Status),
    _get(f"{BASE}/status/detailed", "runner.details", running.detailed, answers.DetailedStatus),
    Route(
        "POST",
        f"{BASE}/run/backtest",
        "runner.backtest",
        names=NAMES,
        asks=running.of_backtest,
        tells=running.backtest_begun,
        answer=answers.Run,
    ),
    Route(
        "POST",
        f"{BASE}/run/live",
        "runner.trade",
        names=NAMES,
        asks=running.of_live,
        takes=LiveTrading,
        tells=running.trading_begun,
        answer=answers.Run,
    ),
    Route("POST", f"{BASE}/run/stop", "runner.stop", tells=running.stopped, answer=answers.Run),
    Route("DELETE", f"{BASE}/run/reset", "runner.reset", tells=running.put_away, answer=answers.Run),
    _get(f"{BASE}/results", "runner.results", running.results, answers.Results),
    _get(f"{BASE}/strategies", "strategies.list", service.strategies, answers.Strategies),
    _get(f"{BASE}/exchanges", "market.exchanges", service.exchanges, answers.Exchanges),
    _get("/api/account/balance", "portfolio.get", service.balance, answers.Balance),
    _get(f"{BASE}/account/balance", "portfolio.get", service.balance, answers.Balance),
)

CRACKTRADER = RestDialect(
    name="cracktrader",
    prefixes=(
        *(f"{BASE}/{name}" for name in ("health", "status", "run", "results", "strategies", "exchanges")),
        f"{BASE}/account",
        "/api/account",
    ),
    routes=ROUTES,
    error=Error,
    wording=error,
    rules=((LIMIT, MINUTE),),
    statuses=STATUSES,
    sockets=FEEDS,
    headers={"X-Cracktrader-API-Version": service.API_VERSION},
)
"""Its limit counts for each key; where none is asked for, for each address."""
