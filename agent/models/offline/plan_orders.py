"""Plans for orders that rest and for stops of positions."""

from decimal import Decimal

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Close, Intent, Level
from agent.models.offline.orders import read_quantity
from agent.models.offline.plan_trading import json_number, level_price, meant_positions, open_positions
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.telling_orders import order_list, stop_moved
from agent.models.offline.telling_trades import order_told
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice


def plan_cancel(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Cancel the order that is meant; where none was listed before, list them and cancel nothing."""
    if canceled := turn.of("trade_cancel"):
        return Say(order_told(canceled[-1], voice))
    if intent.rest:
        return Ask((Call("trade_cancel", {"orderId": intent.rest}),))
    listed = turn.of("trade_orders")
    if not listed:
        return Ask((Call("trade_orders", {}),))
    facts = listed[0].facts or Facts()
    shown = problem(listed[0], voice) or order_list(intent, facts, voice)
    return Say(f"{shown}\n{voice.say('which_order')}" if facts.rows("orders") else shown)


def plan_stop(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Look up the position, move its stop, tell where it is."""
    level = _level(intent, voice)
    if level is None:
        return Say(voice.say("stop_level"))
    looked = open_positions(turn, voice)
    if not isinstance(looked, Facts):
        return looked
    pair = intent.pairs[0] if intent.pairs else None
    held = meant_positions(Close(pair), looked)
    if not held:
        key = "nothing_open" if pair is None else "nothing_to_close"
        return Say(voice.say(key, pair=pair.symbol if pair and pair.explicit else pair and pair.symbol.base))
    if pair is None and len(held) > 1:
        return Say(voice.say("which_position", pairs=", ".join(row.text("pair") for row in held)))
    if moved := turn.of("trade_amend"):
        return Say("\n".join(stop_moved(done, held, voice) for done in moved))
    calls = tuple(_moving(row, level) for row in held)
    return Ask(tuple(call for call in calls if call)) if all(calls) else Say(voice.say("bad_level"))


def _level(intent: Intent, voice: Voice) -> Level | None:
    """Return where the stop is to be, None when that was not said or not understood."""
    tokens = intent.rest.split()
    quantity = read_quantity(tokens, 0, voice.language) if tokens else None
    if quantity is None or quantity.length != len(tokens) or quantity.value <= 0:
        return None
    return Level(quantity.value, percent=quantity.unit == "%")


def _moving(row: Facts, level: Level) -> Call | None:
    down = -1 if row.text("side").lower() != "short" else 1
    price = level_price(level, row.number("entryPrice"), down)
    if price is None or not Decimal(0) < price:
        return None
    return Call("trade_amend", {"positionId": row.id("id"), "stopLoss": json_number(price)})
