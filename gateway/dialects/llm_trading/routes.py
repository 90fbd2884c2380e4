"""The table of this API."""

from collections.abc import Callable
from typing import Any

from gateway.dialects.llm_trading import answers, cycles, markets, service, trading
from gateway.dialects.llm_trading.feed import FEED
from gateway.dialects.llm_trading.wording import STATUSES, Error, error
from gateway.rest.table import RestDialect, Route

NAME = {"llm_id": "name"}
SYMBOL = {"symbol": "pair"}
INTERVAL = {**SYMBOL, "interval": "timeframe"}
ENTRANTS = {"baselines": False}


def _get(path: str, capability: str, tells: Callable[..., Any], answer: Any, **more: Any) -> Route:
    return Route("GET", path, capability, tells=tells, answer=answer, **more)


def _market(path: str, capability: str, tells: Callable[..., Any], answer: Any, **more: Any) -> Route:
    return _get(f"/market/{path}", capability, tells, answer, public=True, **more)


def _post(path: str, capability: str, tells: Callable[..., Any], answer: Any) -> Route:
    return Route("POST", path, capability, tells=tells, answer=answer)


ROUTES = (
    _get("/", "status", service.root, answers.Root),
    _get("/health", "health", service.health, answers.ServiceHealth, unwell=service.unwell),
    _get("/trading/status", "arena.accounts", trading.status, answers.TradingStatus),
    _get("/trading/accounts", "arena.accounts", trading.accounts, list[answers.Account]),
    _get("/trading/accounts/{llm_id}", "arena.accounts", trading.account, answers.AccountNow, names=NAME),
    _get("/trading/positions", "arena.accounts", trading.positions, list[answers.Position]),
    _get(
        "/trading/positions/{llm_id}",
        "arena.accounts",
        trading.positions_of_one,
        list[answers.Position],
        names=NAME,
    ),
    _get("/trading/trades", "arena.trades", trading.trades, list[answers.Trade], fixed=ENTRANTS),
    _get(
        "/trading/trades/{llm_id}",
        "arena.trades",
        trading.trades,
        list[answers.Trade],
        names=NAME,
        fixed=ENTRANTS,
    ),
    _get(
        "/trading/leaderboard",
        "arena.leaderboard",
        trading.leaderboard,
        list[answers.Standing],
        public=True,
    ),
    _market("snapshot", "market.prices", markets.snapshot, answers.MarketSnapshot, fixed=markets.ALL),
    _market("prices", "market.prices", markets.prices, answers.Prices, fixed=markets.ALL),
    _market(
        "price/{symbol}", "market.price", markets.price, answers.Price, names=SYMBOL, asks=markets.of_one
    ),
    _market(
        "ticker/{symbol}", "market.price", markets.ticker, answers.Ticker, names=SYMBOL, asks=markets.of_one
    ),
    _market(
        "indicators/{symbol}",
        "market.analyze",
        markets.indicators,
        answers.IndicatorsOf,
        names=INTERVAL,
        asks=markets.of_indicators,
    ),
    _get("/scheduler/status", "arena.status", cycles.status, answers.SchedulerStatus),
    _get("/scheduler/stats", "arena.stats", cycles.statistics, answers.SchedulerStatistics),
    _get("/scheduler/next-run", "arena.status", cycles.next_run, answers.NextRun),
    _post("/scheduler/trigger", "arena.trigger", cycles.triggered, answers.Triggered),
    _post("/scheduler/pause", "arena.pause", cycles.paused, answers.Paused),
    _post("/scheduler/resume", "arena.resume", cycles.resumed, answers.Resumed),
    _get("/ws/stats", "status", cycles.sockets, answers.SocketStatistics),
)

LLM_TRADING = RestDialect(
    name="llm_trading",
    prefixes=("/trading", "/market", "/scheduler", "/ws/stats"),
    routes=ROUTES,
    error=Error,
    wording=error,
    rules=(),
    statuses=STATUSES,
    sockets=(FEED,),
)
"""Nobody's requests are limited here, as the reference has it; the key is looked for as everywhere."""
