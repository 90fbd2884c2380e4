"""What is done about each intent: one row each. An intent without a row is understood but not available."""

from collections.abc import Mapping, Sequence

from agent.models.offline import (
    plan_alerts,
    plan_jobs,
    telling_alerts,
    telling_backtests,
    telling_jobs,
    telling_lists,
    telling_market,
    telling_money,
    telling_orders,
)
from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.plan_backtests import LISTED, plan_cancel_backtest, plan_last, plan_trial
from agent.models.offline.plan_memory import plan_forget, plan_recall, plan_remember, plan_undo
from agent.models.offline.plan_orders import plan_cancel, plan_cancel_all, plan_orders
from agent.models.offline.plan_protection import STOP, TARGET, plan_drop, plan_level, plan_trail
from agent.models.offline.plan_trading import plan_close, plan_margin, plan_order
from agent.models.offline.rows import Row, said
from agent.models.offline.run_rows import RUN_ROWS
from agent.models.offline.steps import Ask, Call, Say, Step, each, once
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice

OVERVIEW_PAIRS = 3
CHART_CANDLES = 48
HISTORY_ROWS = 10
MAX_HISTORY_ROWS = 100


def _prices(intent: Intent) -> Sequence[Call]:
    return [Call("market_price", {"pair": str(pair.symbol)}) for pair in intent.pairs]


def _overview(intent: Intent) -> Sequence[Call]:
    return (Call("market_overview", {"limit": OVERVIEW_PAIRS}),)


def _watch(intent: Intent) -> Sequence[Call]:
    return [Call("watchlist_add", {"pair": str(pair.symbol)}) for pair in intent.pairs]


def _unwatch(intent: Intent, turn: Turn, voice: Voice) -> Step:
    if not intent.pairs:
        return Say(voice.say("unwatch_which"))
    return _UNWATCH(intent, turn, voice)


def _unwatched(intent: Intent) -> Sequence[Call]:
    return [Call("watchlist_remove", {"pair": str(pair.symbol)}) for pair in intent.pairs]


def _analyses(intent: Intent) -> Sequence[Call]:
    timeframe = {"timeframe": str(intent.timeframe)} if intent.timeframe else {}
    return [Call("market_analyze", {"pair": str(pair.symbol), **timeframe}) for pair in intent.pairs]


def _advice(intent: Intent, turn: Turn, voice: Voice) -> Step:
    step = _ADVICE(intent, turn, voice)
    told = [answer for answer in turn.done if answer.facts and not answer.failed]
    if isinstance(step, Ask) or not told or not all(map(turn.offers, ("trade_execute", "market_price"))):
        return step
    return Say(f"{step.text}\n{voice.say('advice_act', base=intent.pairs[0].symbol.base)}")


def _candles(intent: Intent) -> Sequence[Call]:
    timeframe = str(intent.timeframe or "1h")
    return [
        Call("market_candles", {"pair": str(pair.symbol), "timeframe": timeframe, "limit": CHART_CANDLES})
        for pair in intent.pairs
    ]


def _nothing_asked(tool: str) -> Sequence[Call]:
    return (Call(tool, {}),)


def _waiting(intent: Intent) -> Sequence[Call]:
    return (Call("trade_orders", {}), Call("approval_list", {}))


def _pnl(intent: Intent) -> Sequence[Call]:
    return (Call("portfolio_pnl", {"period": intent.period or "7d"}),)


def _report(intent: Intent) -> Sequence[Call]:
    return (Call("portfolio_get", {}), Call("portfolio_pnl", {"period": intent.period or "24h"}))


def _history(intent: Intent) -> Sequence[Call]:
    limit = min(intent.number or HISTORY_ROWS, MAX_HISTORY_ROWS) or HISTORY_ROWS
    pair = {"pair": str(intent.pairs[0].symbol)} if intent.pairs else {}
    return (Call("trade_history", {**pair, "limit": limit}),)


def _alerts(intent: Intent, facts: Facts, voice: Voice) -> str:
    return telling_alerts.listed(facts, voice)


def _cleared(intent: Intent, facts: Facts, voice: Voice) -> str:
    return voice.count("alerts.cleared", facts.number("deleted"))


def _jobs(intent: Intent, facts: Facts, voice: Voice) -> str:
    return telling_jobs.listed(facts, voice)


_ADVICE = once(_analyses, each(telling_market.advice, "\n\n"))
_UNWATCH = once(_unwatched, each(telling_lists.unwatched))

ROWS: Mapping[Kind, Row] = {
    Kind.PRICE: Row(
        once(_prices, each(telling_market.price_line)),
        ("market_price",),
        said("price BTC|what's the price of ETH", "preis BTC|was kostet ETH"),
    ),
    Kind.ANALYSIS: Row(
        once(_analyses, each(telling_market.analysis, "\n\n")),
        ("market_analyze",),
        said("analyze BTC|is ETH bullish on 4h", "analysiere BTC|wie steht ETH"),
    ),
    Kind.OVERVIEW: Row(
        once(_overview, each(telling_lists.overview)),
        ("market_overview",),
        said("market overview", "marktübersicht"),
    ),
    Kind.CHART: Row(
        once(_candles, each(telling_market.chart, "\n\n")),
        ("market_candles",),
        said("chart BTC 4h", "zeig mir ETH täglich"),
    ),
    Kind.ADVICE: Row(_advice, ("market_analyze",), said("should I buy BTC", "soll ich BTC kaufen")),
    Kind.ORDER: Row(
        plan_order,
        ("trade_execute",),
        said(
            "buy BTC for 500|buy 0.1 ETH at 2500|sell SOL for 200$|buy stop 0.1 ETH at 5000|"
            "sell 0.1 BTC stop-limit with stop 60000 and limit 59500|"
            "sell 0.1 BTC with a trailing stop of 2%",
            "kaufe BTC für 500|kaufe 0,1 ETH bei 2500|verkaufe SOL für 200$|Stop-Kauf 0,1 ETH bei 5000|"
            "verkaufe 0,1 BTC Stop-Limit mit Stop 60000 und Limit 59500|"
            "verkaufe 0,1 BTC mit Trailing-Stop 2 %",
        ),
        said("buy BTC for 500 with stop 5%", "kaufe BTC für 500 mit Stop 5%"),
    ),
    Kind.OCO: Row(
        plan_order,
        ("market_price", "trade_oco"),
        said("sell 0.1 BTC at 70000 or stop at 60000", "verkaufe 0,1 BTC bei 70000 oder Stop bei 60000"),
    ),
    Kind.MARGIN: Row(plan_margin, ("trade_execute",)),
    Kind.CLOSE: Row(
        plan_close,
        ("trade_positions", "trade_close"),
        said("close 50% of ETH|close all positions", "schließe 50% von ETH|schließe alle positionen"),
    ),
    Kind.ORDERS: Row(
        plan_orders,
        ("trade_orders",),
        said(
            "my orders|my filled orders|order history", "meine orders|meine stornierten orders|orderverlauf"
        ),
    ),
    Kind.CANCEL_ORDER: Row(
        plan_cancel, ("trade_orders", "trade_cancel"), said("cancel order 1", "storniere order 1")
    ),
    Kind.CANCEL_ALL: Row(
        plan_cancel_all,
        ("trade_cancelAll",),
        said("cancel all orders|cancel all BTC orders", "storniere alle|storniere alle BTC orders"),
    ),
    Kind.MOVE_STOP: Row(
        plan_level(STOP),
        ("trade_positions", "trade_amend"),
        said("move stop of BTC to 60000", "stop von BTC auf 60000"),
    ),
    Kind.MOVE_TARGET: Row(
        plan_level(TARGET),
        ("trade_positions", "trade_amend"),
        said("move target of BTC to 80000", "ziel von BTC auf 80000"),
    ),
    Kind.DROP_STOP: Row(
        plan_drop(STOP),
        ("trade_positions", "trade_amend"),
        said("remove stop of BTC", "entferne stop von BTC"),
    ),
    Kind.DROP_TARGET: Row(
        plan_drop(TARGET),
        ("trade_positions", "trade_amend"),
        said("remove target of BTC", "entferne ziel von BTC"),
    ),
    Kind.TRAIL: Row(
        plan_trail,
        ("trade_positions", "trade_orders", "trade_execute", "trade_cancel"),
        said("trail my BTC by 3%", "ziehe den Stop bei BTC mit 3 % nach"),
    ),
    Kind.BACKTEST: Row(
        plan_trial,
        ("backtest_run",),
        said("backtest MA crossover on BTC last year", "backteste MA-Crossover auf BTC letztes Jahr"),
    ),
    Kind.OPTIMIZE: Row(
        plan_trial, ("backtest_optimize",), said("optimize RSI on ETH 4h", "optimiere RSI auf ETH 4h")
    ),
    Kind.COMPARE: Row(
        plan_trial,
        ("backtest_compare",),
        said(
            "which strategy is best on BTC last year", "welche Strategie war letztes Jahr die beste auf BTC"
        ),
    ),
    Kind.STRATEGIES: Row(
        once(lambda intent: _nothing_asked("strategies_list"), each(telling_backtests.strategies)),
        ("strategies_list",),
        said("which strategies are there", "welche Strategien gibt es"),
    ),
    Kind.BACKTEST_LIST: Row(
        once(lambda intent: (Call("backtest_list", {"limit": LISTED}),), each(telling_backtests.backtests)),
        ("backtest_list",),
        said("show my backtests", "zeig meine Backtests"),
    ),
    Kind.BACKTEST_LAST: Row(
        plan_last,
        ("backtest_list", "backtest_get"),
        said("show my last backtest", "zeig meinen letzten Backtest"),
    ),
    Kind.BACKTEST_CANCEL: Row(
        plan_cancel_backtest,
        ("backtest_list", "backtest_cancel"),
        said("cancel the backtest", "brich den Backtest ab"),
    ),
    Kind.HALT: Row(
        once(lambda intent: _nothing_asked("trading_halt"), each(telling_orders.switched)),
        ("trading_halt",),
        said("stop trading", "stoppe trading"),
    ),
    Kind.REDUCE: Row(
        once(lambda intent: _nothing_asked("trading_reduce"), each(telling_orders.switched)),
        ("trading_reduce",),
        said("no new positions", "keine neuen Positionen"),
    ),
    **RUN_ROWS,
    Kind.LIMITS: Row(
        once(lambda intent: _nothing_asked("risk_limits"), each(telling_orders.limits)),
        ("risk_limits",),
        said("what are my limits", "zeig limits"),
    ),
    Kind.WAITING: Row(
        once(_waiting, telling_orders.waiting_list),
        ("trade_orders", "approval_list"),
        said("what waits for approval", "was wartet auf freigabe"),
    ),
    Kind.PORTFOLIO: Row(
        once(lambda intent: _nothing_asked("portfolio_get"), each(telling_money.portfolio)),
        ("portfolio_get",),
        said("portfolio", "portfolio"),
    ),
    Kind.HOLDING: Row(
        once(lambda intent: _nothing_asked("portfolio_get"), each(telling_money.holding)),
        ("portfolio_get",),
        said("how much BTC do I have", "wie viel BTC habe ich"),
    ),
    Kind.POSITIONS: Row(
        once(lambda intent: _nothing_asked("trade_positions"), each(telling_money.positions)),
        ("trade_positions",),
        said("my positions", "meine positionen"),
    ),
    Kind.PNL: Row(
        once(_pnl, each(telling_money.pnl)),
        ("portfolio_pnl",),
        said("p&l this week", "gewinn heute"),
    ),
    Kind.HISTORY: Row(
        once(_history, each(telling_money.history)), ("trade_history",), said("history", "verlauf")
    ),
    Kind.REPORT: Row(
        once(_report, telling_money.report), ("portfolio_get", "portfolio_pnl"), said("report", "bericht")
    ),
    Kind.WATCH: Row(
        once(_watch, each(telling_lists.watched)),
        ("watchlist_add",),
        said("watch BTC", "überwache BTC"),
    ),
    Kind.UNWATCH: Row(
        _unwatch,
        ("watchlist_remove",),
        said("unwatch ETH", "ETH nicht mehr überwachen"),
    ),
    Kind.WATCHLIST: Row(
        once(lambda intent: _nothing_asked("watchlist_list"), each(telling_lists.watchlist)),
        ("watchlist_list",),
        said("watchlist", "zeig watchlist"),
    ),
    Kind.ALERT_NEW: Row(
        plan_alerts.plan_alert,
        ("alert_preview", "alert_create"),
        said("alert if BTC above 100000|tell me when ETH drops 5% in 1h", "sag mir wenn BTC um 5% fällt"),
    ),
    Kind.ALERT_LIST: Row(
        once(lambda intent: _nothing_asked("alert_list"), each(_alerts)),
        ("alert_list",),
        said("show alerts", "zeig alarme"),
    ),
    Kind.ALERT_DELETE: Row(
        plan_alerts.plan_listed, ("alert_list", "alert_delete"), said("delete alert 2", "lösche alarm 2")
    ),
    Kind.ALERT_CLEAR: Row(
        once(lambda intent: _nothing_asked("alert_clear"), each(_cleared)),
        ("alert_clear",),
    ),
    Kind.ALERT_PAUSE: Row(plan_alerts.plan_listed, ("alert_list", "alert_pause")),
    Kind.ALERT_RESUME: Row(plan_alerts.plan_listed, ("alert_list", "alert_resume")),
    Kind.ALERT_HISTORY: Row(
        plan_alerts.plan_history,
        ("alert_list", "alert_history"),
        said("when did my alerts fire", "wann haben meine alarme ausgelöst"),
    ),
    Kind.JOB_NEW: Row(
        plan_jobs.plan_job,
        ("cron_list", "cron_add"),
        said("every day at 18:00 send my portfolio", "jeden tag um 18 uhr mein portfolio"),
    ),
    Kind.JOB_LIST: Row(
        once(lambda intent: _nothing_asked("cron_list"), each(_jobs)),
        ("cron_list",),
        said("show jobs", "zeig jobs"),
    ),
    Kind.JOB_DELETE: Row(
        plan_jobs.plan_listed_job, ("cron_list", "cron_remove"), said("delete job 1", "lösche job 1")
    ),
    Kind.JOB_PAUSE: Row(plan_jobs.plan_listed_job, ("cron_list", "cron_update")),
    Kind.JOB_RESUME: Row(plan_jobs.plan_listed_job, ("cron_list", "cron_update")),
    Kind.JOB_RUN: Row(
        plan_jobs.plan_listed_job, ("cron_list", "cron_run"), said("run job 1", "starte job 1")
    ),
    Kind.JOB_HISTORY: Row(plan_jobs.plan_listed_job, ("cron_list", "cron_history")),
    Kind.BRIEFING: Row(
        plan_jobs.plan_briefing, ("market_price",), said("morning briefing", "morgenbriefing")
    ),
    Kind.REMEMBER: Row(
        plan_remember,
        ("memory_add",),
        said("remember that I never trade at night", "merk dir, dass ich nie nachts handle"),
    ),
    Kind.RECALL: Row(
        plan_recall,
        ("memory_search", "memory_list"),
        said("what did I say about leverage", "was habe ich über Hebel gesagt"),
    ),
    Kind.FORGET: Row(
        plan_forget,
        ("memory_search", "memory_forget"),
        said("forget what I said about leverage", "vergiss, was ich über Hebel gesagt habe"),
    ),
    Kind.UNDO: Row(plan_undo, ("memory_undo",)),
    Kind.PLATFORMS: Row(
        once(lambda intent: _nothing_asked("platforms_list"), each(telling_lists.platforms)),
        ("platforms_list",),
        said("platforms", "plattformen"),
    ),
    Kind.SETTINGS: Row(
        once(lambda intent: _nothing_asked("settings_get"), each(telling_lists.settings)),
        ("settings_get",),
        said("settings", "einstellungen"),
    ),
    Kind.SKILLS: Row(
        once(lambda intent: _nothing_asked("skill_list"), each(telling_money.skills)),
        ("skill_list",),
        said("list skills", "zeig fähigkeiten"),
    ),
    Kind.STATUS: Row(
        once(lambda intent: _nothing_asked("status"), each(telling_money.status)),
        ("status",),
        said("status", "status"),
    ),
}
"""The rows, in the order in which examples are offered."""
