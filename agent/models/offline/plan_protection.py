"""Plans for what protects a position: its stop and target, and a stop that trails."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.plan_trading import (
    meant_positions,
    open_positions,
    pair_of,
)
from agent.models.offline.questions import refusal
from agent.models.offline.steps import Ask, Call, Plan, Say, Step, problem
from agent.models.offline.telling_orders import level_told
from agent.models.offline.telling_trades import order_told
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice
from tools.words.order_params import distance_params, json_number, level_price
from tools.words.orders import read_quantity
from tools.words.wishes import Close, Level, Order
from trading.model import OrderType, Side


@dataclass(frozen=True, slots=True)
class Guard:
    """A level of a position: its name at the tools and in words, and the side of the entry it lies on."""

    name: str
    word: str
    sign: int


STOP = Guard("stopLoss", "stop", -1)
TARGET = Guard("takeProfit", "target", 1)


def plan_level(guard: Guard) -> Plan:
    """Return the plan that looks up the position, moves its level and tells where it is."""

    def plan(intent: Intent, turn: Turn, voice: Voice) -> Step:
        level = _read_level(intent, voice)
        if level is None:
            return Say(voice.say(f"{guard.word}_level"))
        held = _held(intent, turn, voice)
        if isinstance(held, Ask | Say):
            return held
        if moved := turn.of("trade_amend"):
            return Say("\n".join(level_told(done, held, guard.word, voice) for done in moved))
        wrong = refusal(Order(Side.BUY, pair_of(held[0]), price=level), voice)
        if wrong:
            return Say(wrong)
        calls = tuple(_moving(row, guard, level) for row in held)
        return Ask(tuple(call for call in calls if call)) if all(calls) else Say(voice.say("bad_level"))

    return plan


def plan_drop(guard: Guard) -> Plan:
    """Return the plan that looks up the position, takes its level away and tells so."""

    def plan(intent: Intent, turn: Turn, voice: Voice) -> Step:
        held = _held(intent, turn, voice)
        if isinstance(held, Ask | Say):
            return held
        if dropped := turn.of("trade_amend"):
            return Say("\n".join(level_told(done, held, guard.word, voice) for done in dropped))
        return Ask(
            tuple(Call("trade_amend", {"positionId": row.id("id"), "remove": [guard.name]}) for row in held)
        )

    return plan


def plan_trail(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Look up the position and its orders, let a stop follow it, tell what became of that."""
    trail = _read_level(intent, voice)
    if trail is None:
        return Say(voice.say("trail_level"))
    held = _held(intent, turn, voice)
    if isinstance(held, Ask | Say):
        return held
    wrong = refusal(Order(Side.SELL, pair_of(held[0]), trail=trail, reduce=True), voice)
    if wrong:
        return Say(wrong)
    listed = turn.of("trade_orders")
    if not listed:
        return Ask((Call("trade_orders", {"pair": held[0].text("pair")}),))
    wrong = problem(listed[0], voice)
    return Say(wrong) if wrong else _follow(held, trail, listed[0].facts or Facts(), turn, voice)


def _follow(held: Sequence[Facts], trail: Level, orders: Facts, turn: Turn, voice: Voice) -> Step:
    """Place trailing stops, and only then cancel those before them: nothing is unprotected meanwhile."""
    placed, canceled = turn.of("trade_execute"), turn.of("trade_cancel")
    if not placed:
        return Ask(tuple(Call("trade_execute", _trailing(row, trail)) for row in held))
    before = _trailing_before(orders)
    if before and not canceled and not any(problem(done, voice) for done in placed):
        return Ask(tuple(Call("trade_cancel", {"orderId": each}) for each in before))
    return Say("\n".join(order_told(done, voice) for done in (*placed, *canceled)))


def _read_level(intent: Intent, voice: Voice) -> Level | None:
    """Return the price or distance that was said, None when there is none or it is not understood."""
    tokens = intent.rest.split()
    quantity = read_quantity(tokens, 0, voice.language) if tokens else None
    if quantity is None or quantity.length != len(tokens) or quantity.value <= 0 or quantity.unit == "x":
        return None
    percent = quantity.unit == "%"
    return Level(quantity.value, percent, None if percent else quantity.unit or None)


def _held(intent: Intent, turn: Turn, voice: Voice) -> Sequence[Facts] | Step:
    """Return the positions that are meant, one or more, or the step that comes before knowing them."""
    looked = open_positions(turn, voice)
    if not isinstance(looked, Facts):
        return looked
    pair = intent.pairs[0] if intent.pairs else None
    held = meant_positions(Close(pair), looked)
    if not held and pair is None:
        return Say(voice.say("nothing_open"))
    if not held:
        named = pair.symbol if pair and pair.explicit else pair and pair.symbol.base
        return Say(voice.say("nothing_to_close", pair=named))
    if pair is None and len(held) > 1:
        return Say(voice.say("which_position", pairs=", ".join(row.text("pair") for row in held)))
    return held


def _moving(row: Facts, guard: Guard, level: Level) -> Call | None:
    sign = guard.sign if row.text("side").lower() != "short" else -guard.sign
    price = level_price(level, row.number("entryPrice"), sign)
    if price is None or price <= 0:
        return None
    return Call("trade_amend", {"positionId": row.id("id"), guard.name: json_number(price)})


def _trailing(row: Facts, trail: Level) -> dict[str, Any]:
    side = Side.BUY if row.text("side").lower() == "short" else Side.SELL
    size, leverage = row.number("size"), row.number("leverage")
    return {
        "action": str(side),
        "pair": row.text("pair"),
        "type": str(OrderType.TRAILING_STOP),
        "amount": json_number(size) if size is not None else None,
        "amountType": "base",
        "reduceOnly": True,
        **distance_params(trail),
        **({"leverage": json_number(leverage)} if leverage else {}),
        **({"exchange": row.text("exchange")} if row.text("exchange") else {}),
    }


def _trailing_before(facts: Facts) -> list[str]:
    """Return the trailing stops that protected a position until now."""
    kind = str(OrderType.TRAILING_STOP)
    found = [row for row in facts.rows("orders") if row.text("type") == kind and row.data.get("reduceOnly")]
    return [row.id("orderId") for row in found if row.id("orderId")]
