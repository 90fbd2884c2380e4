"""Which requests may be sent a second time, under the same frame id, when their answer was lost."""

from math import inf

JOURNALED_SECONDS = 55.0
"""The service gives a frame id of the last 60 seconds its stored answer; the rest is for the way there."""

READS = frozenset(
    {
        "health",
        "ping",
        "status",
        "agents.get",
        "alert.get",
        "alert.history",
        "alert.preview",
        "arena.accounts",
        "arena.decisions",
        "arena.leaderboard",
        "arena.positions",
        "arena.replay",
        "arena.stats",
        "arena.status",
        "arena.trades",
        "books.order",
        "books.orders",
        "books.positions",
        "chat.history",
        "config.get",
        "cron.get",
        "cron.history",
        "cron.templates",
        "decisions.get",
        "decisions.similar",
        "decisions.stats",
        "market.analyze",
        "market.candles",
        "market.data",
        "market.exchanges",
        "market.price",
        "market.prices",
        "memory.get",
        "memory.search",
        "portfolio.get",
        "portfolio.pnl",
        "portfolio.snapshot",
        "runner.details",
        "runner.results",
        "runner.status",
        "runs.get",
        "sessions.get",
        "skill.get",
        "trade.history",
        "trade.positions",
    }
)
JOURNALED = frozenset(
    {
        "alert.clear",
        "alert.create",
        "alert.delete",
        "alert.pause",
        "alert.resume",
        "alert.update",
        "backtest.optimize",
        "backtest.run",
        "books.cancel",
        "books.place",
        "chat.abort",
        "chat.send",
        "cron.add",
        "cron.remove",
        "cron.run",
        "cron.update",
        "sessions.compact",
        "sessions.create",
        "tool.invoke",
        "trade.close",
        "trade.execute",
    }
)


def repeatable_for(method: str) -> float:
    """Return for how many seconds after it was first sent a request may be sent again; 0 is never."""
    if method in READS or method.endswith(".list"):
        return inf
    return JOURNALED_SECONDS if method in JOURNALED else 0.0
