"""Plans for orders that rest: listing them by how they stand, and canceling them."""

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.telling_orders import canceled_list, order_list
from agent.models.offline.telling_trades import order_told
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice

LOOKED_THROUGH = 200
"""Among how many of the newest orders those of a state are looked for."""


def plan_orders(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """List the open orders, or the past ones as they ended."""
    if listed := turn.of("trade_orders"):
        return Say(problem(listed[0], voice) or order_list(intent, listed[0].facts or Facts(), voice))
    pair = _pair(intent)
    if intent.state in ("", "open"):
        return Ask((Call("trade_orders", pair),))
    status = "all" if intent.state == "all" else "closed"
    return Ask((Call("trade_orders", {"status": status, **pair, "limit": LOOKED_THROUGH}),))


def plan_cancel(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Cancel the order that is meant; where that is not sure, list what there is and cancel nothing."""
    if canceled := turn.of("trade_cancel"):
        return Say(order_told(canceled[-1], voice))
    if intent.rest:
        return Ask((Call("trade_cancel", {"orderId": intent.rest}),))
    listed = turn.of("trade_orders")
    if not listed:
        return Ask((Call("trade_orders", _pair(intent)),))
    facts = listed[0].facts or Facts()
    rows = [row for row in facts.rows("orders") if row.id("orderId")]
    # What protects a position goes only by its number.
    sure = intent.pairs and len(rows) == 1 and rows[0].data.get("reduceOnly") is False
    if sure and not listed[0].failed:
        return Ask((Call("trade_cancel", {"orderId": rows[0].id("orderId")}),))
    shown = problem(listed[0], voice) or order_list(intent, facts, voice)
    return Say(f"{shown}\n{voice.say('which_order')}" if rows else shown)


def plan_cancel_all(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Cancel all open orders, or those of one pair, and tell which they were."""
    if canceled := turn.of("trade_cancelAll"):
        return Say(problem(canceled[0], voice) or canceled_list(intent, canceled[0].facts or Facts(), voice))
    return Ask((Call("trade_cancelAll", _pair(intent)),))


def _pair(intent: Intent) -> dict[str, str]:
    return {"pair": str(intent.pairs[0].symbol)} if intent.pairs else {}
