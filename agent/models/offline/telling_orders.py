"""Words for orders that rest, for the kill switch and for limits."""

from collections.abc import Sequence

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.steps import problem
from agent.models.offline.telling_market import base_of, quote_of
from agent.models.offline.turn import Done
from agent.models.offline.voice import Voice

MAX_ROWS = 10
HELD = "held"

_SHARES = ("order", "position", "exposure", "dailyLoss", "drawdown")
_COUNTS = ("openPositions", "ordersPerMinute", "leverage")


def order_list(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell the open orders, each with the number and the name by which it can be canceled."""
    return _numbered("orders", "orders_none", facts.rows("orders"), voice)


def waiting_list(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell the orders that wait for a person, and where they are answered."""
    held = [row for row in facts.rows("orders") if row.text("state") == HELD]
    told = _numbered("waiting", "waiting_none", held, voice)
    return f"{told}\n{voice.say('approve')}" if held else told


def canceled_list(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell the orders that were canceled."""
    return _numbered("canceled", "orders_none", facts.rows("orders"), voice)


def stop_moved(done: Done, held: Sequence[Facts], voice: Voice) -> str:
    """Tell where the stop of a position is now."""
    row = next((each for each in held if each.id("id") == done.arguments.get("positionId")), Facts())
    wrong = problem(done, voice)
    if wrong:
        return wrong
    orders = (done.facts or Facts()).rows("orders")
    level = next((stop for each in orders if (stop := each.number("stopPrice")) is not None), None)
    mode, pair = voice.mode(row, *orders), row.text("pair")
    return voice.say("stop_moved", mode=mode, pair=pair, price=voice.price(level), quote=quote_of(row))


def switched(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell where the kill switch stands now, and what it has stopped."""
    state = facts.text("state")
    sentences = [voice.say(f"switch.{state}") if state in ("halted", "reducing") else state]
    for key, name in (
        ("switch_canceled", "canceled"),
        ("switch_denied", "denied"),
        ("switch_open", "stillOpen"),
    ):
        number = facts.count(name)
        if number:
            sentences.append(voice.count(key, number))
    return " ".join([*sentences, voice.say("resume")])


def limits(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell how much the account may risk."""
    head = voice.say(
        "limits",
        mode=voice.mode(facts),
        account=facts.text("account"),
        switch=voice.name("word", facts.text("switch")),
    )
    lines = [
        _limit(name, voice.share(number * 100), voice) for name in _SHARES if (number := facts.number(name))
    ]
    lines += [_limit(name, voice.amount(number), voice) for name in _COUNTS if (number := facts.number(name))]
    return "\n".join([head, *lines, voice.say("limits_set")])


def _limit(name: str, figure: str, voice: Voice) -> str:
    return voice.say("limit", name=voice.say(f"limit.{name}"), figure=figure)


def _numbered(head: str, none: str, rows: Sequence[Facts], voice: Voice) -> str:
    if not rows:
        return voice.say(none)
    lines = [voice.say(head), *(_line(place, row, voice) for place, row in enumerate(rows[:MAX_ROWS], 1))]
    more = len(rows) - MAX_ROWS
    return "\n".join([*lines, *([voice.say("more", count=more)] if more > 0 else [])])


def _line(place: int, row: Facts, voice: Voice) -> str:
    price = row.number("price") if row.number("price") is not None else row.number("stopPrice")
    market = price is None or row.text("type") == "market"
    return voice.say(
        "order_line",
        number=place,
        mode=voice.mode(row),
        side=voice.name("word", row.text("side")),
        amount=voice.amount(row.number("amount")),
        base=base_of(row),
        at="" if market else voice.say("at", price=voice.price(price), quote=quote_of(row)),
        state=voice.name("state", row.text("state") or row.text("status")),
        id=row.id("orderId"),
    )
