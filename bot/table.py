"""The table of commands: which words each takes, and which calls they become."""

from collections.abc import Mapping
from enum import StrEnum
from typing import cast

from bot.reading import (
    access,
    account,
    automation,
    backtests,
    market,
    memories,
    new_alerts,
    new_jobs,
    runs,
    trades,
)
from bot.rows import Row, Slot, led
from tools.market import OfCandles
from tools.orders import OfOrders
from tools.policy import Role
from tools.portfolio import OverPeriod
from tools.wire import Params


def _share(value: str) -> str:
    return f"{value.strip().rstrip('%').strip()}%" if value.strip()[:1].isdigit() else value


def _times(value: str) -> str:
    return f"{value.strip().rstrip('xX').strip()}x"


def choices_of(params: type[Params], name: str) -> tuple[str, ...]:
    """Return what a param of a capability may be."""
    return tuple(str(each) for each in cast(type[StrEnum], params.model_fields[name].annotation))


PAIR = Slot("pair", "pair", required=True)
ANY_PAIR = Slot("pair", "pair")
TIMEFRAME = Slot("timeframe", choices=choices_of(OfCandles, "timeframe"))
COUNT = Slot("count", "number")
REASON = Slot("reason")
ID = Slot("id", required=True)
AMOUNT = Slot("amount", required=True)
PRICES = (
    Slot("price", said=led("at")),
    Slot("stop", said=led("stop")),
    Slot("target", said=led("target")),
    Slot("leverage", "number", said=_times),
)
STRATEGY = Slot("strategy", required=True)
RANGE = Slot("range")

LONGEST_WISH = 4_000
"""Characters of an alert or job in somebody's own words, which may hold a prompt."""

_TRADES = ("trade.execute", "trade.oco", "market.price", "trade.positions", "trade.close")

ROWS: tuple[Row, ...] = (
    Row("price", "market", market.prices, ("market.price",), (PAIR,), ("preis", "kurs", "p"), refreshes=True),
    Row(
        "analyze",
        "market",
        market.analysis,
        ("market.analyze",),
        (PAIR, TIMEFRAME),
        ("analyse", "analysis", "analysiere"),
        refreshes=True,
    ),
    Row(
        "chart",
        "market",
        market.chart,
        ("chart.candles",),
        (PAIR, TIMEFRAME, COUNT, Slot("indicators")),
        ("diagramm",),
        refreshes=True,
    ),
    Row(
        "movers",
        "market",
        account.nothing("market.overview"),
        ("market.overview",),
        (),
        ("markt", "market"),
        refreshes=True,
    ),
    Row("watch", "market", market.of_pair("watchlist.add"), ("watchlist.add",), (PAIR,), ("beobachten",)),
    Row(
        "unwatch",
        "market",
        market.of_pair("watchlist.remove"),
        ("watchlist.remove",),
        (PAIR,),
        ("vergessen",),
    ),
    Row(
        "watchlist",
        "market",
        account.nothing("watchlist.list"),
        ("watchlist.list",),
        (),
        ("merkliste",),
        refreshes=True,
    ),
    Row(
        "buy",
        "trade",
        trades.trading("buy"),
        _TRADES,
        (PAIR, AMOUNT, *PRICES),
        ("kaufen", "kauf", "kaufe"),
    ),
    Row(
        "sell",
        "trade",
        trades.trading("sell"),
        _TRADES,
        (PAIR, AMOUNT, *PRICES),
        ("verkaufen", "verkauf", "verkaufe"),
    ),
    Row(
        "close",
        "trade",
        trades.closing,
        ("trade.close", "trade.positions", "trade.closeAll"),
        (Slot("position", "pair", required=True), Slot("share", said=_share)),
        ("schliessen", "schliesse"),
    ),
    Row(
        "cancel",
        "trade",
        account.cancel,
        ("trade.cancel", "trade.orders", "trade.cancelAll"),
        (Slot("order", required=True),),
        ("stornieren", "storno"),
    ),
    Row("positions", "account", account.positions, ("trade.positions",), (), ("positionen",), refreshes=True),
    Row(
        "orders",
        "account",
        account.orders,
        ("trade.orders",),
        (Slot("status", choices=choices_of(OfOrders, "status")), ANY_PAIR, COUNT),
        ("auftraege", "order"),
        refreshes=True,
    ),
    Row(
        "portfolio",
        "account",
        account.portfolio,
        ("portfolio.get",),
        (Slot("currency", choices=("USD", "EUR", "GBP", "CHF")),),
        ("balance", "guthaben", "depot", "vermoegen"),
        refreshes=True,
    ),
    Row(
        "pnl",
        "account",
        account.pnl,
        ("portfolio.pnl",),
        (Slot("period", choices=choices_of(OverPeriod, "period")),),
        ("gewinn", "profit"),
        refreshes=True,
    ),
    Row(
        "history",
        "account",
        account.history,
        ("trade.history",),
        (ANY_PAIR, COUNT),
        ("verlauf", "trades"),
        refreshes=True,
    ),
    Row(
        "backtest",
        "research",
        backtests.backtesting("run"),
        ("backtest.run", "chart.backtest"),
        (STRATEGY, PAIR, TIMEFRAME, RANGE),
        ("backteste", "rueckrechnung"),
    ),
    Row(
        "optimize",
        "research",
        backtests.backtesting("optimize"),
        ("backtest.optimize", "chart.optimization"),
        (STRATEGY, PAIR, TIMEFRAME, RANGE),
        ("optimise", "optimieren", "optimiere"),
    ),
    Row(
        "compare",
        "research",
        backtests.backtesting("compare"),
        ("backtest.compare",),
        (Slot("strategies", required=True), PAIR, TIMEFRAME, RANGE),
        ("vergleichen", "vergleiche", "vergleich"),
    ),
    Row(
        "backtests",
        "research",
        account.counted("backtest.list", 10),
        ("backtest.list",),
        (COUNT,),
        (),
        refreshes=True,
    ),
    Row(
        "strategies",
        "research",
        account.nothing("strategies.list"),
        ("strategies.list",),
        (),
        ("strategien",),
    ),
    Row(
        "alert",
        "automation",
        new_alerts.alert,
        ("alert.create", "alert.preview"),
        (Slot("words", required=True),),
        ("alarm",),
        longest=LONGEST_WISH,
    ),
    Row(
        "alerts",
        "automation",
        automation.alerts,
        (
            "alert.list",
            "alert.get",
            "alert.pause",
            "alert.resume",
            "alert.delete",
            "alert.clear",
            "alert.history",
        ),
        (
            Slot("action", choices=("show", "pause", "snooze", "resume", "delete", "history", "clear")),
            Slot("which"),
            Slot("minutes", "number"),
        ),
        ("alarme",),
        refreshes=True,
    ),
    Row(
        "job",
        "automation",
        new_jobs.job,
        ("cron.add", "cron.list"),
        (Slot("words", required=True),),
        ("aufgabe",),
        longest=LONGEST_WISH,
    ),
    Row(
        "jobs",
        "automation",
        automation.jobs,
        (
            "cron.list",
            "cron.get",
            "cron.run",
            "cron.update",
            "cron.remove",
            "cron.history",
            "cron.templates",
            "cron.add",
        ),
        (
            Slot("action", choices=("show", "run", "pause", "resume", "delete", "history", "templates")),
            Slot("which"),
        ),
        ("aufgaben",),
        refreshes=True,
    ),
    Row(
        "memory",
        "account",
        memories.memory,
        ("memory.list", "memory.search", "memory.forget", "memory.undo"),
        (Slot("action", choices=("list", "search", "forget", "undo")), Slot("about")),
        ("gedaechtnis", "erinnerungen"),
    ),
    Row(
        "leaderboard",
        "automation",
        account.nothing("arena.leaderboard"),
        ("arena.leaderboard", "chart.leaderboard"),
        (),
        ("rangliste",),
        refreshes=True,
    ),
    Row(
        "runs",
        "automation",
        runs.runs,
        ("runs.list", "runs.get", "runs.pause", "runs.resume", "runs.stop"),
        (Slot("action", choices=("show", "pause", "resume", "stop")), Slot("which")),
        ("laeufe",),
        refreshes=True,
    ),
    Row(
        "approve",
        "safety",
        account.answering("approval.approve"),
        ("approval.approve", "approval.list"),
        (Slot("id"),),
        ("bestaetigen", "genehmigen"),
    ),
    Row(
        "deny",
        "safety",
        account.answering("approval.deny"),
        ("approval.deny", "approval.list"),
        (Slot("id"), REASON),
        ("ablehnen",),
    ),
    Row(
        "revoke",
        "safety",
        account.answering("approval.revoke"),
        ("approval.revoke", "approval.list"),
        (Slot("id"), REASON),
        ("widerrufen",),
    ),
    Row(
        "halt",
        "safety",
        account.because("trading.halt"),
        ("trading.halt",),
        (REASON,),
        ("notaus", "anhalten"),
    ),
    Row(
        "resume",
        "safety",
        account.because("trading.rearm"),
        ("trading.rearm",),
        (REASON,),
        ("fortsetzen", "weiter"),
    ),
    Row(
        "status",
        "service",
        account.nothing("status", "trading.status"),
        ("status", "trading.status"),
        (),
        ("zustand",),
        refreshes=True,
    ),
    Row(
        "platforms",
        "service",
        account.nothing("platforms.list"),
        ("platforms.list",),
        (),
        ("plattformen",),
        refreshes=True,
    ),
    Row(
        "access",
        "service",
        access.access,
        ("access.list", "access.approve", "access.deny", "access.setRole", "access.revoke"),
        (
            Slot("action", choices=("approve", "deny", "role", "revoke")),
            Slot("who"),
            Slot("role", choices=tuple(Role)),
        ),
        ("zugang",),
        refreshes=True,
    ),
    Row("start", "chat", aliases=("los",)),
    Row("help", "chat", slots=(Slot("command"),), aliases=("hilfe",)),
    Row("new", "chat", aliases=("neu",)),
    Row("stop", "chat", aliases=("stopp",)),
    Row("model", "chat", slots=(Slot("name"),), aliases=("modell",)),
    Row("settings", "chat", slots=(Slot("setting"), Slot("value")), aliases=("einstellungen",)),
)

PICTURES: Mapping[str, tuple[str, str]] = {
    "arena.leaderboard": ("chart.leaderboard", ""),
    "backtest.run": ("chart.backtest", "backtestId"),
    "backtest.optimize": ("chart.optimization", "backtestId"),
    "portfolio.pnl": ("chart.equity", "period"),
}
"""What draws the answer of a call, and the word of the answer that it is told, if any."""
