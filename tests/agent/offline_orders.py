"""Sentences about orders in every form that the desk takes, with the calls they lead to first."""

from typing import Any

from agent.models.offline.intents import Kind
from tests.agent.offline_driver import Call

POSITIONS: list[Call] = [("trade_positions", {})]
PRICE: list[Call] = [("market_price", {"pair": "BTC/USDT"})]


def placed(action: str, kind: str, amount: float = 0.1, unit: str = "base", **more: Any) -> list[Call]:
    """Return an order of BTC of any type."""
    shape = {"action": action, "pair": "BTC/USDT", "type": kind, "amount": amount, "amountType": unit}
    return [("trade_execute", {**shape, **more})]


def listed(**which: Any) -> list[Call]:
    """Return a list of orders."""
    return [("trade_orders", which)]


def trailing(action: str = "sell", **distance: Any) -> list[Call]:
    """Return a trailing stop of BTC."""
    return placed(action, "trailing-stop", **distance)


CLOSED: list[Call] = listed(status="closed", limit=200)
ALL: list[Call] = listed(status="all", limit=200)
OF_BTC = {"pair": "BTC/USDT"}
STOP_LIMIT: list[Call] = placed("sell", "stop-limit", stopPrice=60000, price=59500)

ORDER_CALLS: list[tuple[str, list[Call]]] = [
    # A stop that trails
    ("sell 0.1 btc with a trailing stop of 2%", trailing(trailPercent=2)),
    ("sell 0.1 BTC trailing stop 2%", trailing(trailPercent=2)),
    ("sell 0.1 BTC with a 2% trailing stop", trailing(trailPercent=2)),
    ("sell 0.1 BTC with a trailing stop-loss at 2.5 percent", trailing(trailPercent=2.5)),
    ("sell 0.1 BTC trailing by 500 USDT", trailing(trailAmount=500)),
    ("sell 0.1 BTC with a trailing stop of $500", trailing(trailAmount=500)),
    ("trailing stop sell 0.1 BTC 2%", trailing(trailPercent=2)),
    ("trailing stop buy 0.1 BTC 2%", trailing("buy", trailPercent=2)),
    ("buy trailing stop 0.1 BTC 2%", trailing("buy", trailPercent=2)),
    ("verkaufe 0,1 BTC mit Trailing-Stop 2 %", trailing(trailPercent=2)),
    ("verkaufe 0,1 BTC mit einem Trailing-Stop von 2,5 %", trailing(trailPercent=2.5)),
    ("verkaufe 0,1 BTC mit 2 % Trailing-Stop", trailing(trailPercent=2)),
    ("verkaufe 0,1 BTC mit Trailing-Stop im Abstand von 500 USDT", trailing(trailAmount=500)),
    ("Trailing-Stop-Kauf 0,1 BTC 2 %", trailing("buy", trailPercent=2)),
    ("sell half my BTC with a trailing stop of 2%", POSITIONS),
    ("trail my BTC by 3 %", POSITIONS),
    ("trail my stop by 3%", POSITIONS),
    ("trailing stop BTC 3%", POSITIONS),
    ("set a trailing stop of 3% on BTC", POSITIONS),
    ("put a trailing stop on BTC at 3%", POSITIONS),
    ("ziehe den Stop bei BTC mit 3 % nach", POSITIONS),
    ("Stop von BTC mit 3 % nachziehen", POSITIONS),
    ("setze einen Trailing-Stop von 3 % für BTC", POSITIONS),
    # One cancels the other
    ("sell 0.1 BTC at 70000 or stop at 60000", PRICE),
    ("sell 0.1 BTC with stop 60000 or target 70000", PRICE),
    ("oco sell 0.1 BTC at 70000 stop 60000", PRICE),
    ("buy 0.1 BTC at 60000 or stop at 70000", PRICE),
    ("verkaufe 0,1 BTC bei 70000 oder Stop bei 60000", PRICE),
    ("kaufe 0,1 BTC bei 60.000 oder Stop bei 70.000", PRICE),
    ("sell half my BTC at 70000 or stop at 60000", POSITIONS),
    # What only reduces
    ("sell 0.1 BTC reduce only", POSITIONS),
    ("reduce-only sell 0.1 BTC at 70000", POSITIONS),
    ("verkaufe 0,1 BTC nur reduzieren", POSITIONS),
    ("short 0.1 BTC reduce only", placed("sell", "market", leverage=1, reduceOnly=True)),
    # What waits for a price
    ("buy stop 0.1 BTC at 70000", placed("buy", "stop", stopPrice=70000)),
    ("buy stop BTC at 70000 for 500", placed("buy", "stop", 500, "quote", stopPrice=70000)),
    ("buy 0.1 BTC stop order at 70k", placed("buy", "stop", stopPrice=70000)),
    ("buy 0.1 BTC trigger 70000", placed("buy", "stop", stopPrice=70000)),
    ("sell stop 0.1 BTC at 60000", placed("sell", "stop", stopPrice=60000)),
    ("stop sell 0.1 BTC at 60,000", placed("sell", "stop", stopPrice=60000)),
    ("buy stop 0.1 BTC at 70000 with stop 65000", placed("buy", "stop", stopPrice=70000, stopLoss=65000)),
    ("buy stop 0.1 BTC at 70000 with stop 10%", placed("buy", "stop", stopPrice=70000, stopLoss=63000)),
    (
        "long BTC 5x for 100 stop entry at 70000",
        placed("buy", "stop", 100, "quote", stopPrice=70000, leverage=5),
    ),
    ("Stop-Kauf 0,1 BTC bei 70000", placed("buy", "stop", stopPrice=70000)),
    ("kaufe 0,1 BTC mit einer Stop-Order bei 70.000", placed("buy", "stop", stopPrice=70000)),
    ("Stop-Verkauf 0,1 BTC bei 60000", placed("sell", "stop", stopPrice=60000)),
    ("sell 0.1 BTC stop-limit with stop 60000 and limit 59500", STOP_LIMIT),
    ("sell stop limit 0.1 BTC stop at 60000 limit at 59500", STOP_LIMIT),
    ("sell 0.1 BTC trigger 60000 limit 59500", STOP_LIMIT),
    ("sell stop 0.1 BTC at 60000 limit 59500", STOP_LIMIT),
    ("sell stop 0.1 BTC with limit 59500 and stop 60000", STOP_LIMIT),
    ("sell 0.1 BTC at 60000 stop order", placed("sell", "stop", stopPrice=60000)),
    ("verkaufe 0,1 BTC Stop-Limit mit Stop 60.000 und Limit 59.500", STOP_LIMIT),
    ("verkaufe 0,1 BTC mit Auslöser 60000 und Limit 59500", STOP_LIMIT),
    ("kaufe für 500 BTC mit Stop 60000", placed("buy", "market", 500, "quote", stopLoss=60000)),
    ("für 500 BTC kaufen, Stop 60000", placed("buy", "market", 500, "quote", stopLoss=60000)),
    # How orders ended
    ("show my filled orders", CLOSED),
    ("show my cancelled orders", CLOSED),
    ("which orders were cancelled?", CLOSED),
    ("show closed orders", CLOSED),
    ("my cancelled BTC orders", listed(status="closed", **OF_BTC, limit=200)),
    ("my last 5 orders", ALL),
    ("order history", ALL),
    ("order history of BTC", listed(status="all", **OF_BTC, limit=200)),
    ("show me the status of my orders", listed()),
    ("my BTC orders", listed(**OF_BTC)),
    ("meine stornierten Orders", CLOSED),
    ("zeig meine ausgeführten Aufträge", CLOSED),
    ("welche Aufträge wurden storniert", CLOSED),
    ("Orderverlauf", ALL),
    ("meine letzten 5 Orders", ALL),
    ("Orders für BTC", listed(**OF_BTC)),
    # What protects a position
    ("move target of BTC to 80000", POSITIONS),
    ("set take profit of BTC to 80000", POSITIONS),
    ("set a 10% take-profit on BTC", POSITIONS),
    ("remove the stop of BTC", POSITIONS),
    ("remove take profit on BTC", POSITIONS),
    ("ziehe den Stop von BTC auf 60000 nach", POSITIONS),
    ("Ziel von BTC auf 80000", POSITIONS),
    ("setze Take-Profit bei 80.000 für BTC", POSITIONS),
    ("entferne den Stop von BTC", POSITIONS),
    ("lösche das Ziel von BTC", POSITIONS),
    # Canceling and closing
    ("cancel all BTC orders", [("trade_cancelAll", OF_BTC)]),
    ("cancel my orders for BTC", [("trade_cancelAll", OF_BTC)]),
    ("cancel everything", [("trade_cancelAll", {})]),
    ("storniere alle BTC-Orders", [("trade_cancelAll", OF_BTC)]),
    ("alle Aufträge für BTC stornieren", [("trade_cancelAll", OF_BTC)]),
    ("cancel the BTC order", listed(**OF_BTC)),
    ("storniere die BTC-Order", listed(**OF_BTC)),
    ("close everything", POSITIONS),
    ("flatten all", POSITIONS),
    ("schließe alles", POSITIONS),
    ("alle Positionen schließen", POSITIONS),
]

REFUSED: list[tuple[str, Kind]] = [
    # The distance of a trailing stop: none, of what, too far; or not what it would do.
    ("sell 0.1 BTC with a trailing stop", Kind.UNCLEAR_ORDER),
    ("sell 0.1 BTC with a trailing stop of 500", Kind.ORDER),
    ("sell 0.1 BTC with a trailing stop of 200 %", Kind.ORDER),
    ("sell 0.1 BTC with a trailing stop of 100%", Kind.ORDER),
    ("sell 0.1 BTC with a trailing stop of 0%", Kind.ORDER),
    ("sell 0.1 BTC with a trailing stop of -2%", Kind.ORDER),
    ("sell 0.1 BTC with a trailing stop of 500€", Kind.ORDER),
    ("sell 0.1 BTC at 70000 with a trailing stop of 2%", Kind.UNCLEAR_ORDER),
    ("sell 0.1 BTC with a trailing stop of 2% or stop at 60000", Kind.UNCLEAR_ORDER),
    ("sell 0.1 BTC trailing stop 2% trailing stop 3%", Kind.UNCLEAR_ORDER),
    ("trailing stop sell BTC 50% 2%", Kind.UNKNOWN),
    ("sell trailing stop BTC 50% 2%", Kind.UNCLEAR_ORDER),
    ("buy 0.1 BTC with a trailing stop of 2%", Kind.ORDER),
    ("short 0.1 BTC with a trailing stop of 2%", Kind.MARGIN),
    ("kaufe 0,1 BTC mit Trailing-Stop 2 %", Kind.ORDER),
    ("verkaufe 0,1 BTC mit Trailing-Stop 200 %", Kind.ORDER),
    ("trail my BTC", Kind.TRAIL),
    ("trail my BTC by a lot", Kind.TRAIL),
    ("Trailing-Stop für BTC setzen", Kind.TRAIL),
    # Both prices of one that cancels the other
    ("sell 0.1 BTC at 70000 or stop at 80000", Kind.OCO),
    ("sell 0.1 BTC at 70000 or stop at 70000", Kind.OCO),
    ("buy 0.1 BTC at 60000 or stop at 50000", Kind.OCO),
    ("verkaufe 0,1 BTC bei 70000 oder Stop bei 80000", Kind.OCO),
    ("sell 0.1 BTC at 70000 or stop 5%", Kind.OCO),
    ("sell BTC at 70000 or stop at 60000", Kind.OCO),
    ("sell BTC for 500 at 70000 or stop at 60000", Kind.OCO),
    ("oco sell 0.1 BTC at 70000", Kind.OCO),
    ("sell 0.1 BTC at 70000 or 60000", Kind.UNCLEAR_ORDER),
    ("sell 0.1 BTC at 70000 or market", Kind.UNCLEAR_ORDER),
    ("sell 0.1 BTC oco 70000 60000", Kind.UNCLEAR_ORDER),
    ("sell 0.1 BTC or stop at 60000", Kind.UNCLEAR_ORDER),
    ("sell 0.1 BTC at 70000 stop at 60000 or", Kind.UNCLEAR_ORDER),
    ("sell 0.1 BTC at 70000 or stop at 60000 or stop at 50000", Kind.UNCLEAR_ORDER),
    # A trigger or a limit that is missing
    ("sell 0.1 BTC stop at 60000", Kind.ORDER),
    ("sell 0.1 BTC at 70000 with stop 60000", Kind.ORDER),
    ("verkaufe 0,1 BTC mit Stop 60.000", Kind.ORDER),
    ("buy stop 0.1 BTC", Kind.ORDER),
    ("stop buy BTC for 500", Kind.ORDER),
    ("sell 0.1 BTC stop limit at 60000", Kind.ORDER),
    ("sell 0.1 BTC stop limit 59500", Kind.UNCLEAR_ORDER),
    ("sell stop 0.1 BTC limit 59500", Kind.ORDER),
    ("sell 0.1 BTC limit 59500 stop order", Kind.ORDER),
    ("sell stop 0.1 BTC at 60000 at 59500", Kind.UNCLEAR_ORDER),
    ("verkaufe 0,1 BTC Stop-Limit bei 60000", Kind.ORDER),
    ("buy stop 0.1 BTC at 5%", Kind.ORDER),
    ("buy 0.1 BTC trigger 5%", Kind.ORDER),
    ("buy 0.1 BTC only reduce reduce", Kind.UNCLEAR_ORDER),
    ("sell 0.1 BTC if it falls to 60000", Kind.UNCLEAR_ORDER),
    # A level that is missing
    ("move target of BTC to the moon", Kind.MOVE_TARGET),
    ("Ziel für BTC setzen", Kind.MOVE_TARGET),
]
