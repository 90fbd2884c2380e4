"""Sentences people type, each with the calls it leads to first."""

from typing import Any

from tests.agent.offline_backtests import BACKTEST_CALLS
from tests.agent.offline_driver import Call
from tests.agent.offline_orders import ORDER_CALLS
from tests.agent.offline_runs import RUN_CALLS


def price(*pairs: str) -> list[Call]:
    """Return price calls."""
    return [("market_price", {"pair": pair}) for pair in pairs]


def analyze(pair: str, **more: Any) -> list[Call]:
    """Return an analysis call."""
    return [("market_analyze", {"pair": pair, **more})]


def candles(pair: str, timeframe: str = "1h") -> list[Call]:
    """Return a candles call."""
    return [("market_candles", {"pair": pair, "timeframe": timeframe, "limit": 48})]


def order(action: str, pair: str, amount: float, kind: str = "quote", **more: Any) -> list[Call]:
    """Return an order call, a limit one when it has a price."""
    shape = {"action": action, "pair": pair, "type": "limit" if "price" in more else "market"}
    return [("trade_execute", {**shape, "amount": amount, "amountType": kind, **more})]


def watch(*pairs: str, verb: str = "add") -> list[Call]:
    """Return the calls that put pairs on the list, or take them off it."""
    return [(f"watchlist_{verb}", {"pair": pair}) for pair in pairs]


def pnl(period: str) -> list[Call]:
    """Return a profit-and-loss call."""
    return [("portfolio_pnl", {"period": period})]


def history(limit: int = 10, **more: Any) -> list[Call]:
    """Return a history call."""
    return [("trade_history", {**more, "limit": limit})]


OVERVIEW: list[Call] = [("market_overview", {"limit": 3})]
WATCHLIST: list[Call] = [("watchlist_list", {})]
PLATFORMS: list[Call] = [("platforms_list", {})]
SETTINGS: list[Call] = [("settings_get", {})]
POSITIONS: list[Call] = [("trade_positions", {})]
PORTFOLIO: list[Call] = [("portfolio_get", {})]
WAITING: list[Call] = [("trade_orders", {}), ("approval_list", {})]
REPORT: list[Call] = [*PORTFOLIO, *pnl("24h")]

CALLS: list[tuple[str, list[Call]]] = [
    # Prices
    ("price BTC", price("BTC/USDT")),
    ("Price of bitcoin?", price("BTC/USDT")),
    ("BTC price", price("BTC/USDT")),
    ("btc", price("BTC/USDT")),
    ("BTC/USDT", price("BTC/USDT")),
    ("btcusdt", price("BTC/USDT")),
    ("  BTC /USDT   price ", price("BTC/USDT")),
    ("price of btc-usdt", price("BTC/USDT")),
    ("What's the price of ETH?", price("ETH/USDT")),
    ("what’s the current price of ETH???", price("ETH/USDT")),
    ("whats eth at", price("ETH/USDT")),
    ("how much is SOL", price("SOL/USDT")),
    ("How much is one Solana worth right now?", price("SOL/USDT")),
    ("hey kit, can you tell me the price of dogecoin please", price("DOGE/USDT")),
    ("Could you please check the price of Cardano, thanks!", price("ADA/USDT")),
    ("price of BTC in EUR", price("BTC/EUR")),
    ("price of BTC in USD", price("BTC/USDT")),
    ("price of bit coin", price("BTC/USDT")),
    ("price BTC, ETH and ripple", price("BTC/USDT", "ETH/USDT", "XRP/USDT")),
    ("price of NEWCOIN", price("NEWCOIN/USDT")),
    ("price abc/usdt", price("ABC/USDT")),
    ("PRICE BTC", price("BTC/USDT")),
    ("WHAT IS THE PRICE OF ETH", price("ETH/USDT")),
    ("preis BTC", price("BTC/USDT")),
    ("Preis von Bitcoin?", price("BTC/USDT")),
    ("was kostet ETH", price("ETH/USDT")),
    ("was ist bitcoin", price("BTC/USDT")),
    ("Was kostet ein Ethereum?", price("ETH/USDT")),
    ("kurs von SOL", price("SOL/USDT")),
    ("Bitcoinkurs", price("BTC/USDT")),
    ("zeig mir bitte mal den aktuellen Kurs von XRP", price("XRP/USDT")),
    ("wie viel ist BTC wert?", price("BTC/USDT")),
    ("Kannst du mir sagen, was kostet LTC?", price("LTC/USDT")),
    ("preis BTC und ETH", price("BTC/USDT", "ETH/USDT")),
    # Analyses
    ("analyze BTC", analyze("BTC/USDT")),
    ("Analyse BTC", analyze("BTC/USDT")),
    ("analysis of ETH on 4h", analyze("ETH/USDT", timeframe="4h")),
    ("analyze eth/usdt on the daily chart", analyze("ETH/USDT", timeframe="1d")),
    ("indicators for BTC", analyze("BTC/USDT")),
    ("what is the RSI of SOL", analyze("SOL/USDT")),
    ("show me the RSI of SOL on 15m", analyze("SOL/USDT", timeframe="15m")),
    ("is BTC bullish", analyze("BTC/USDT")),
    ("Is ETH oversold on 15 minutes?", analyze("ETH/USDT", timeframe="15m")),
    ("how is bitcoin doing today?", analyze("BTC/USDT")),
    ("what do you think about SOL?", analyze("SOL/USDT")),
    ("should I buy BTC?", analyze("BTC/USDT")),
    ("should i sell all my ETH", analyze("ETH/USDT")),
    ("do you recommend ETH", analyze("ETH/USDT")),
    ("would you buy BTC?", analyze("BTC/USDT")),
    ("is now a good time to buy ETH?", analyze("ETH/USDT")),
    ("analysiere BTC", analyze("BTC/USDT")),
    ("marktanalyse BTC", analyze("BTC/USDT")),
    ("wie steht ETH", analyze("ETH/USDT")),
    ("Wie sieht es mit SOL aus?", analyze("SOL/USDT")),
    ("indikatoren für BTC", analyze("BTC/USDT")),
    ("Ist BTC gerade überkauft?", analyze("BTC/USDT")),
    ("soll ich ETH kaufen?", analyze("ETH/USDT")),
    ("würdest du BTC kaufen", analyze("BTC/USDT")),
    ("Soll ich in Solana investieren?", analyze("SOL/USDT")),
    ("was soll ich mit meinen ETH machen", analyze("ETH/USDT")),
    ("analysiere ETH auf 4 Stunden", analyze("ETH/USDT", timeframe="4h")),
    # The market
    ("market overview", OVERVIEW),
    ("what's happening", OVERVIEW),
    ("What is going on in the market today?", OVERVIEW),
    ("top movers", OVERVIEW),
    ("what is the market doing?", OVERVIEW),
    ("marktübersicht", OVERVIEW),
    ("Marktuebersicht!", OVERVIEW),
    ("marktanalyse", OVERVIEW),
    ("was ist los am markt", OVERVIEW),
    # What is watched, connected and preferred
    ("watch BTC", watch("BTC/USDT")),
    ("keep an eye on bitcoin and SOL", watch("BTC/USDT", "SOL/USDT")),
    ("add ETH to my watchlist", watch("ETH/USDT")),
    ("überwache BTC", watch("BTC/USDT")),
    ("unwatch ETH", watch("ETH/USDT", verb="remove")),
    ("BTC nicht mehr überwachen", watch("BTC/USDT", verb="remove")),
    ("watchlist", WATCHLIST),
    ("zeig watchlist", WATCHLIST),
    ("platforms", PLATFORMS),
    ("plattformen", PLATFORMS),
    ("settings", SETTINGS),
    ("einstellungen", SETTINGS),
    # Charts
    ("chart BTC 4h", candles("BTC/USDT", "4h")),
    ("BTC 15m", candles("BTC/USDT", "15m")),
    ("show me ETH daily", candles("ETH/USDT", "1d")),
    ("show me the 5m chart of SOL", candles("SOL/USDT", "5m")),
    ("show me ETH", candles("ETH/USDT")),
    ("zeig mir ETH täglich", candles("ETH/USDT", "1d")),
    ("Zeige mir den ETH Chart auf 4h", candles("ETH/USDT", "4h")),
    ("BTC chart stündlich", candles("BTC/USDT", "1h")),
    # Buying
    ("long BTC 5x for 100", order("buy", "BTC/USDT", 100, leverage=5)),
    ("buy BTC for 100 with 5x leverage", order("buy", "BTC/USDT", 100, leverage=5)),
    ("kaufe BTC für 100 mit Hebel 5", order("buy", "BTC/USDT", 100, leverage=5)),
    ("buy BTC for 500", order("buy", "BTC/USDT", 500)),
    ("Buy $500 of bitcoin", order("buy", "BTC/USDT", 500)),
    ("buy 500 usd worth of BTC", order("buy", "BTC/USDT", 500)),
    ("buy 500 worth of BTC", order("buy", "BTC/USDT", 500)),
    ("buy BTC with 500 USDT", order("buy", "BTC/USDT", 500)),
    ("buy 5k USDT of ETH", order("buy", "ETH/USDT", 5000)),
    ("buy ETH for 1.5m", order("buy", "ETH/USDT", 1500000)),
    ("buy BTC for 1,000.50", order("buy", "BTC/USDT", 1000.5)),
    ("buy BTC for $1,000", order("buy", "BTC/USDT", 1000)),
    ("buy BTC for 1.000", order("buy", "BTC/USDT", 1)),
    ("BUY BTC FOR 500!", order("buy", "BTC/USDT", 500)),
    ("buy 0.1 ETH", order("buy", "ETH/USDT", 0.1, "base")),
    ("buy 0.1ETH", order("buy", "ETH/USDT", 0.1, "base")),
    ("buy 2 solana now please", order("buy", "SOL/USDT", 2, "base")),
    ("can you buy me some bitcoin for 50 bucks?", order("buy", "BTC/USDT", 50)),
    ("I'd like to buy BTC for 20 dollars", order("buy", "BTC/USDT", 20)),
    ("invest 250 in ETH", order("buy", "ETH/USDT", 250)),
    ("buy BTC/EUR for 500€", order("buy", "BTC/EUR", 500)),
    ("buy BTC for 500 on kraken", order("buy", "BTC/USDT", 500, exchange="kraken")),
    ("buy BTC at market for 500", order("buy", "BTC/USDT", 500)),
    ("buy 0.1 ETH at 2500", order("buy", "ETH/USDT", 0.1, "base", price=2500)),
    ("buy ETH for 500 at 2500", order("buy", "ETH/USDT", 500, price=2500)),
    ("buy 0.1 ETH @ 2500", order("buy", "ETH/USDT", 0.1, "base", price=2500)),
    ("buy 0.1 eth limit 2,500.50", order("buy", "ETH/USDT", 0.1, "base", price=2500.5)),
    ("buy BTC for 500 with stop 60000", order("buy", "BTC/USDT", 500, stopLoss=60000)),
    (
        "buy BTC for 500 stop loss at 60k take profit at 80k",
        order("buy", "BTC/USDT", 500, stopLoss=60000, takeProfit=80000),
    ),
    (
        "buy 0.1 ETH at 2500 with stop 5%",
        order("buy", "ETH/USDT", 0.1, "base", price=2500, stopLoss=2375),
    ),
    ("buy BTC for 500 with stop 5%", price("BTC/USDT")),
    ("sell SOL for 200$ with stop 5%", price("SOL/USDT")),
    ("kauf BTC für 500", order("buy", "BTC/USDT", 500)),
    ("Kaufe BTC für 1.000,50", order("buy", "BTC/USDT", 1000.5)),
    ("kaufe BTC für 1.000", order("buy", "BTC/USDT", 1000)),
    ("kaufe für 500 BTC", order("buy", "BTC/USDT", 500)),
    ("Kannst du bitte für 500 USDT Bitcoin kaufen?", order("buy", "BTC/USDT", 500)),
    ("ich möchte 0,5 ETH kaufen", order("buy", "ETH/USDT", 0.5, "base")),
    ("kaufe 0,1 ETH bei 2500", order("buy", "ETH/USDT", 0.1, "base", price=2500)),
    ("kaufe 2 SOL zum Preis von 150,5", order("buy", "SOL/USDT", 2, "base", price=150.5)),
    ("kaufe BTC für 500 mit Stop bei 60.000", order("buy", "BTC/USDT", 500, stopLoss=60000)),
    ("kaufe BTC für 5 tsd USDT", order("buy", "BTC/USDT", 5000)),
    ("kaufe BTC für 500 mit stop 5 %", price("BTC/USDT")),
    ("kaufe BTC für 500 mit 5 prozent stop", price("BTC/USDT")),
    # Selling
    ("sell 0.1 BTC", order("sell", "BTC/USDT", 0.1, "base")),
    ("sell SOL for 200$", order("sell", "SOL/USDT", 200)),
    ("sell 1,000 DOGE at 0.5", order("sell", "DOGE/USDT", 1000, "base", price=0.5)),
    ("sell half my BTC", POSITIONS),
    ("sell all my ETH", POSITIONS),
    ("sell 25% of my SOL", POSITIONS),
    ("sell everything", POSITIONS),
    ("verkauf 0,5 ETH", order("sell", "ETH/USDT", 0.5, "base")),
    ("verkaufe SOL für 200$", order("sell", "SOL/USDT", 200)),
    ("verkaufe die Hälfte meiner BTC", POSITIONS),
    ("alle meine ETH verkaufen", POSITIONS),
    ("verkaufe alles", POSITIONS),
    # Closing
    ("close BTC", POSITIONS),
    ("close all positions", POSITIONS),
    ("Close 50% of ETH.", POSITIONS),
    ("exit BTC", POSITIONS),
    ("exit all positions", POSITIONS),
    ("close half of my BTC position", POSITIONS),
    ("schließe BTC", POSITIONS),
    ("Schliesse alle Positionen!", POSITIONS),
    ("ETH Position schließen", POSITIONS),
    ("schließe 50 % von ETH", POSITIONS),
    # The account
    ("portfolio", PORTFOLIO),
    ("my portfolio please", PORTFOLIO),
    ("balance", PORTFOLIO),
    ("how much do I have", PORTFOLIO),
    ("how much BTC do I have?", PORTFOLIO),
    ("vermögen", PORTFOLIO),
    ("Guthaben?", PORTFOLIO),
    ("wie viel habe ich", PORTFOLIO),
    ("wieviel ETH habe ich noch", PORTFOLIO),
    ("how much is my BTC worth", PORTFOLIO),
    ("wie viel sind meine BTC wert?", PORTFOLIO),
    ("zeig mein portfolio", PORTFOLIO),
    ("my positions", POSITIONS),
    ("show my open positions", POSITIONS),
    ("meine positionen", POSITIONS),
    ("p&l today", pnl("24h")),
    ("P&L this week", pnl("7d")),
    ("pnl", pnl("7d")),
    ("how much did I make this month?", pnl("30d")),
    ("profit all time", pnl("all")),
    ("gewinn heute", pnl("24h")),
    ("Gewinn diese Woche", pnl("7d")),
    ("wie viel habe ich dieses Jahr verdient", pnl("ytd")),
    ("history", history()),
    ("trade history of BTC", history(pair="BTC/USDT")),
    ("my last 5 trades", history(5)),
    ("last trade", history()),
    ("mein letzter Trade", history()),
    ("verlauf", history()),
    ("zeig meine letzten 20 trades", history(20)),
    ("report", REPORT),
    ("bericht", REPORT),
    ("schick mir einen Bericht", REPORT),
    # The system
    ("status", [("status", {})]),
    ("list skills", [("skill_list", {})]),
    ("zeig deine Fähigkeiten", [("skill_list", {})]),
    # Orders that rest, the kill switch, limits
    ("my orders", [("trade_orders", {})]),
    ("meine orders", [("trade_orders", {})]),
    ("cancel order 3", [("trade_orders", {})]),
    ("storniere order 3", [("trade_orders", {})]),
    ("cancel all orders", [("trade_cancelAll", {})]),
    ("storniere alle", [("trade_cancelAll", {})]),
    ("move stop of BTC to 60000", [("trade_positions", {})]),
    ("stop von BTC auf 60000", [("trade_positions", {})]),
    ("set a stop loss at 60000", [("trade_positions", {})]),
    ("set a stop at 60000 for BTC", [("trade_positions", {})]),
    ("set a 5% stop-loss on my BTC position", [("trade_positions", {})]),
    ("put a stop on ETH at 5%", [("trade_positions", {})]),
    ("stop loss 60000", [("trade_positions", {})]),
    ("BTC stop to 60k", [("trade_positions", {})]),
    ("stop loss bei 60000 setzen", [("trade_positions", {})]),
    ("Setze einen Stop-Loss bei 60.000 für BTC", [("trade_positions", {})]),
    ("setz meinen BTC stop auf 60000", [("trade_positions", {})]),
    ("stop von BTC auf 60000 ziehen", [("trade_positions", {})]),
    ("put a stop to trading", [("trading_halt", {})]),
    ("no new positions", [("trading_reduce", {})]),
    ("only exits from now on", [("trading_reduce", {})]),
    ("keine neuen Positionen", [("trading_reduce", {})]),
    ("nur noch schließen", [("trading_reduce", {})]),
    *RUN_CALLS,
    ("stop trading", [("trading_halt", {})]),
    ("halt", [("trading_halt", {})]),
    ("stoppe trading", [("trading_halt", {})]),
    ("stop", [("trading_halt", {})]),
    ("show open orders", [("trade_orders", {})]),
    ("offene aufträge", [("trade_orders", {})]),
    ("handel stoppen", [("trading_halt", {})]),
    ("kill switch", [("trading_halt", {})]),
    ("handel pausieren", [("runs_pause", {})]),
    ("cancel order ord_1m7wd7tg00", [("trade_cancel", {"orderId": "ord_1m7wd7tg00"})]),
    ("storniere order ord_1m7wd7tg00", [("trade_cancel", {"orderId": "ord_1m7wd7tg00"})]),
    ("what are my limits", [("risk_limits", {})]),
    ("risk limits", [("risk_limits", {})]),
    ("was sind meine Limits", [("risk_limits", {})]),
    ("zeig Limits", [("risk_limits", {})]),
    ("what waits for approval", WAITING),
    ("what is waiting for my approval?", WAITING),
    ("pending approvals", WAITING),
    ("was wartet auf Freigabe", WAITING),
    ("offene Freigaben", WAITING),
    *ORDER_CALLS,
    *BACKTEST_CALLS,
    ("morning briefing", [("watchlist_list", {}), ("portfolio_get", {})]),
    ("morgenbriefing", [("watchlist_list", {}), ("portfolio_get", {})]),
    ("my weekly report", [("portfolio_get", {}), ("portfolio_pnl", {"period": "7d"})]),
    ("mein wochenbericht", [("portfolio_get", {}), ("portfolio_pnl", {"period": "7d"})]),
    ("create my daily portfolio report", [("portfolio_get", {}), ("portfolio_pnl", {"period": "24h"})]),
]
