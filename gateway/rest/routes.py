"""Our own REST API: every capability of the wire as resources and verbs."""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.rest.problems import PROBLEM_TYPE, Problem, problem
from gateway.rest.table import RestDialect, Route

BASE = "/api/v2"
CREATED = 201

_ROWS: tuple[tuple[str, str, str], ...] = (
    ("GET", "/health", "health"),
    ("GET", "/status", "status"),
    ("GET", "/platforms", "platforms.list"),
    ("GET", "/sessions", "sessions.list"),
    ("POST", "/sessions", "sessions.create"),
    ("GET", "/sessions/{sessionId}", "sessions.get"),
    ("POST", "/sessions/{sessionId}/compact", "sessions.compact"),
    ("GET", "/sessions/{sessionId}/messages", "chat.history"),
    ("POST", "/sessions/{sessionId}/messages", "chat.send"),
    ("POST", "/sessions/{sessionId}/abort", "chat.abort"),
    ("GET", "/skills", "skill.list"),
    ("GET", "/skills/{id}", "skill.get"),
    ("POST", "/skills/{id}/enable", "skill.enable"),
    ("POST", "/skills/{id}/disable", "skill.disable"),
    ("POST", "/tools/{tool}", "tool.invoke"),
    ("GET", "/market/overview", "market.overview"),
    ("GET", "/market/exchanges", "market.exchanges"),
    ("GET", "/market/prices", "market.prices"),
    ("GET", "/market/{pair}/price", "market.price"),
    ("GET", "/market/{pair}/candles", "market.candles"),
    ("GET", "/market/{pair}/data", "market.data"),
    ("GET", "/market/{pair}/analysis", "market.analyze"),
    ("GET", "/datasets", "data.list"),
    ("POST", "/datasets", "data.download"),
    ("GET", "/orders", "trade.orders"),
    ("POST", "/orders", "trade.execute"),
    ("POST", "/orders/preview", "trade.preview"),
    ("POST", "/orders/oco", "trade.oco"),
    ("POST", "/orders/cancel-all", "trade.cancelAll"),
    ("DELETE", "/orders/{orderId}", "trade.cancel"),
    ("GET", "/positions", "trade.positions"),
    ("POST", "/positions/close-all", "trade.closeAll"),
    ("PATCH", "/positions/{positionId}", "trade.amend"),
    ("POST", "/positions/{positionId}/close", "trade.close"),
    ("GET", "/trades", "trade.history"),
    ("GET", "/books/orders", "books.orders"),
    ("POST", "/books/orders", "books.place"),
    ("GET", "/books/orders/{orderId}", "books.order"),
    ("DELETE", "/books/orders/{orderId}", "books.cancel"),
    ("GET", "/books/positions", "books.positions"),
    ("GET", "/approvals", "approval.list"),
    ("POST", "/approvals/{approvalId}/approve", "approval.approve"),
    ("POST", "/approvals/{approvalId}/deny", "approval.deny"),
    ("POST", "/approvals/{approvalId}/revoke", "approval.revoke"),
    ("GET", "/trading", "trading.status"),
    ("POST", "/trading/halt", "trading.halt"),
    ("POST", "/trading/reduce", "trading.reduce"),
    ("POST", "/trading/rearm", "trading.rearm"),
    ("GET", "/decisions", "decisions.list"),
    ("GET", "/decisions/stats", "decisions.stats"),
    ("GET", "/decisions/{decisionId}", "decisions.get"),
    ("GET", "/decisions/{decisionId}/similar", "decisions.similar"),
    ("POST", "/ledger/verify", "ledger.verify"),
    ("GET", "/agents", "agents.list"),
    ("GET", "/agents/{name}", "agents.get"),
    ("GET", "/arena", "arena.status"),
    ("GET", "/arena/statistics", "arena.stats"),
    ("GET", "/arena/leaderboard", "arena.leaderboard"),
    ("GET", "/arena/accounts", "arena.accounts"),
    ("GET", "/arena/positions", "arena.positions"),
    ("GET", "/arena/trades", "arena.trades"),
    ("GET", "/arena/decisions", "arena.decisions"),
    ("POST", "/arena/cycles", "arena.trigger"),
    ("POST", "/arena/pause", "arena.pause"),
    ("POST", "/arena/resume", "arena.resume"),
    ("POST", "/arena/seasons", "arena.season"),
    ("POST", "/arena/replay", "arena.replay"),
    ("GET", "/runs", "runs.list"),
    ("POST", "/runs", "runs.start"),
    ("POST", "/runs/open", "runs.open"),
    ("GET", "/runs/{name}", "runs.get"),
    ("POST", "/runs/{name}/pause", "runs.pause"),
    ("POST", "/runs/{name}/resume", "runs.resume"),
    ("POST", "/runs/{name}/stop", "runs.stop"),
    ("POST", "/runs/{name}/reset", "runs.reset"),
    ("GET", "/runner", "runner.status"),
    ("GET", "/runner/details", "runner.details"),
    ("GET", "/runner/results", "runner.results"),
    ("POST", "/runner/backtest", "runner.backtest"),
    ("POST", "/runner/trade", "runner.trade"),
    ("POST", "/runner/stop", "runner.stop"),
    ("POST", "/runner/reset", "runner.reset"),
    ("GET", "/risk/limits", "risk.limits"),
    ("PATCH", "/risk/limits", "risk.set"),
    ("GET", "/config", "config.get"),
    ("PATCH", "/config", "config.set"),
    ("GET", "/accounts", "account.list"),
    ("POST", "/accounts/{account}/arm", "live.arm"),
    ("POST", "/accounts/{account}/disarm", "live.disarm"),
    ("POST", "/accounts/{account}/check", "live.check"),
    ("POST", "/accounts/{account}/adopt", "live.adopt"),
    ("GET", "/portfolio", "portfolio.get"),
    ("GET", "/portfolio/pnl", "portfolio.pnl"),
    ("GET", "/portfolio/snapshot", "portfolio.snapshot"),
    ("GET", "/backtests", "backtest.list"),
    ("POST", "/backtests", "backtest.run"),
    ("POST", "/backtests/optimize", "backtest.optimize"),
    ("POST", "/backtests/compare", "backtest.compare"),
    ("POST", "/backtests/verify", "backtest.verify"),
    ("GET", "/backtests/{backtestId}", "backtest.get"),
    ("POST", "/backtests/{backtestId}/cancel", "backtest.cancel"),
    ("GET", "/charts/equity", "chart.equity"),
    ("GET", "/charts/leaderboard", "chart.leaderboard"),
    ("GET", "/charts/candles/{pair}", "chart.candles"),
    ("GET", "/charts/backtests/{backtestId}", "chart.backtest"),
    ("GET", "/charts/optimizations/{backtestId}", "chart.optimization"),
    ("GET", "/strategies", "strategies.list"),
    ("POST", "/strategies/enable", "strategies.enable"),
    ("POST", "/strategies/{name}/disable", "strategies.disable"),
    ("GET", "/notices", "notices.list"),
    ("GET", "/keys", "keys.list"),
    ("POST", "/keys", "keys.create"),
    ("DELETE", "/keys/{id}", "keys.revoke"),
    ("GET", "/access", "access.list"),
    ("GET", "/access/own", "access.own"),
    ("POST", "/access/approve", "access.approve"),
    ("POST", "/access/deny", "access.deny"),
    ("PATCH", "/access/{id}", "access.setRole"),
    ("DELETE", "/access/{id}", "access.revoke"),
    ("GET", "/alerts", "alert.list"),
    ("POST", "/alerts", "alert.create"),
    ("POST", "/alerts/preview", "alert.preview"),
    ("POST", "/alerts/clear", "alert.clear"),
    ("GET", "/alerts/history", "alert.history"),
    ("GET", "/alerts/{alertId}", "alert.get"),
    ("PATCH", "/alerts/{alertId}", "alert.update"),
    ("DELETE", "/alerts/{alertId}", "alert.delete"),
    ("POST", "/alerts/{alertId}/pause", "alert.pause"),
    ("POST", "/alerts/{alertId}/resume", "alert.resume"),
    ("GET", "/watchlist", "watchlist.list"),
    ("PUT", "/watchlist/{pair}", "watchlist.add"),
    ("DELETE", "/watchlist/{pair}", "watchlist.remove"),
    ("GET", "/settings", "settings.get"),
    ("PATCH", "/settings", "settings.set"),
    ("GET", "/jobs", "cron.list"),
    ("POST", "/jobs", "cron.add"),
    ("GET", "/jobs/{name}", "cron.get"),
    ("PATCH", "/jobs/{name}", "cron.update"),
    ("DELETE", "/jobs/{name}", "cron.remove"),
    ("POST", "/jobs/{name}/run", "cron.run"),
    ("GET", "/jobs/{name}/history", "cron.history"),
    ("GET", "/job-templates", "cron.templates"),
    ("GET", "/memories", "memory.list"),
    ("POST", "/memories", "memory.add"),
    ("GET", "/memories/search", "memory.search"),
    ("GET", "/memories/file", "memory.get"),
    ("POST", "/memories/forget", "memory.forget"),
    ("POST", "/memories/undo", "memory.undo"),
    ("POST", "/memories/sync", "memory.sync"),
)

_CREATING = frozenset(
    {
        "sessions.create",
        "data.download",
        "trade.execute",
        "trade.oco",
        "keys.create",
        "alert.create",
        "cron.add",
        "memory.add",
        "runs.start",
        "runs.open",
        "books.place",
    }
)
"""What is answered with 201."""

_PAGED: Mapping[str, tuple[str, int, str]] = {
    # Its pages are told from their oldest message on.
    "chat.history": ("messages", 0, "id"),
    "decisions.list": ("decisions", -1, "decision_id"),
    "runs.list": ("runs", -1, "run_id"),
    "alert.history": ("firings", -1, "id"),
    "cron.history": ("runs", -1, "id"),
    "memory.list": ("memories", -1, "id"),
    "trade.history": ("trades", -1, "id"),
    "arena.decisions": ("decisions", -1, "number"),
}
"""What is listed, which of them is the oldest, and what it is called by."""


def _older(capability: str) -> Callable[[Any], str | None] | None:
    """Return what tells of a page what the next one is before; None where there are no pages."""
    if capability not in _PAGED:
        return None
    listed, oldest, name = _PAGED[capability]

    def before(page: Any) -> str | None:
        found = getattr(page, listed)
        return str(getattr(found[oldest], name)) if page.has_more and found else None

    return before


_STREAMING = frozenset({"chat.send"})
"""What can be told by server-sent events while it runs."""

ROUTES = tuple(
    Route(
        method,
        f"{BASE}{path}",
        capability,
        CREATED if capability in _CREATING else 200,
        streams=capability in _STREAMING,
        older=_older(capability),
    )
    for method, path, capability in _ROWS
)

OWN = RestDialect(
    name="kit",
    prefixes=(BASE,),
    routes=ROUTES,
    error=Problem,
    wording=problem,
    error_type=PROBLEM_TYPE,
)
"""Our own API: limits are those of the WebSocket's groups."""
