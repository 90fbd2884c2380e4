"""Words for orders that rest, for the kill switch and for limits."""

from collections.abc import Mapping, Sequence

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.steps import problem
from agent.models.offline.telling_market import base_of, quote_of
from agent.models.offline.telling_terms import terms
from agent.models.offline.turn import Done
from agent.models.offline.voice import Voice
from trading.model import OrderStatus, OrderType
from trading.orders import OPEN as OPEN_ORDERS

MAX_ROWS = 10
MAX_PAST_ROWS = 100
HELD, OPEN, RUN = "held", "open", "run"
OCO = "oco:"
"""How the group of two orders begins that were placed to cancel each other."""

_ENDED: Mapping[str, frozenset[str]] = {
    "filled": frozenset({OrderStatus.FILLED}),
    "canceled": frozenset({OrderStatus.CANCELED}),
    "expired": frozenset({OrderStatus.EXPIRED}),
    "rejected": frozenset({OrderStatus.REJECTED, OrderStatus.DENIED}),
}
"""The states of orders by the word that asks for them; other words ask for every one."""
_OVER = frozenset(status for status in OrderStatus if status not in OPEN_ORDERS)
_LEVELS: Mapping[str, tuple[OrderType, str]] = {
    "stop": (OrderType.STOP, "stopPrice"),
    "target": (OrderType.LIMIT, "price"),
}
"""Which order keeps a level of a position, and where its price stands."""

_SHARES = ("order", "position", "exposure", "dailyLoss", "drawdown")
_COUNTS = ("openPositions", "ordersPerMinute", "leverage")


def order_list(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell orders: the open ones with the number by which each can be canceled, past ones as they ended."""
    rows = facts.rows("orders")
    if intent.state in ("", OPEN):
        return _numbered("orders", "orders_none", rows, voice)
    states = _ENDED.get(intent.state)
    past = [row for row in rows if states is None or row.text("state") in states]
    return _past(intent, past, voice)


def waiting_list(intent: Intent, done: Sequence[Done], voice: Voice) -> str:
    """Tell the orders and runs that wait for a person, and where they are answered."""
    wrong = next((said for each in done if (said := problem(each, voice))), "")
    if wrong:
        return wrong
    answers = [each.facts or Facts() for each in done]
    asked = [row for each in answers for row in each.rows("approvals")]
    names = {row.id("orderId"): row.id("approvalId") for row in asked}
    rows = [row for each in answers for row in each.rows("orders") if row.text("state") == HELD]
    # What is answered is the approval: an order is shown under that name here.
    held = [Facts({**row.data, "orderId": names.get(row.id("orderId"), row.id("orderId"))}) for row in rows]
    runs = [row for row in asked if row.text("kind") == RUN]
    if not runs and not held:
        return voice.say("waiting_none")
    told = [_numbered("waiting", "waiting_none", held, voice)] if held else []
    if runs:
        told += [voice.say("waiting_runs"), *(_run(row, voice) for row in runs[:MAX_ROWS])]
    return "\n".join([*told, voice.say("approve")])


def _run(row: Facts, voice: Voice) -> str:
    return voice.say(
        "waiting_run",
        mode=voice.mode(row),
        run=row.text("run"),
        order=voice.money(row.number("perOrder")),
        day=voice.money(row.number("perDay")),
        loss=voice.money(row.number("loss")),
        currency=row.text("currency"),
        id=row.id("approvalId"),
    )


def canceled_list(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell the orders that were canceled, and that what protects positions was not."""
    return _numbered("canceled", "canceled_none", facts.rows("orders"), voice)


def level_told(done: Done, held: Sequence[Facts], level: str, voice: Voice) -> str:
    """Tell where the stop or the target of a position is now, or that there is none any more."""
    row = next((each for each in held if each.id("id") == done.arguments.get("positionId")), Facts())
    wrong = problem(done, voice)
    if wrong:
        return wrong
    kind, name = _LEVELS[level]
    orders = (done.facts or Facts()).rows("orders")
    found = next((each.number(name) for each in orders if each.text("type") == kind), None)
    mode, pair = voice.mode(row, *orders), row.text("pair")
    if found is None and "remove" in done.arguments:
        return voice.say(f"{level}_dropped", mode=mode, pair=pair)
    return voice.say(f"{level}_moved", mode=mode, pair=pair, price=voice.price(found), quote=quote_of(row))


def switched(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell where the kill switch stands now, and what it has stopped."""
    state = facts.text("state")
    sentences = [voice.say(f"switch.{state}") if state in ("halted", "reducing") else state]
    for key, name in (
        ("switch_canceled", "canceled"),
        ("switch_denied", "denied"),
        ("switch_revoked", "revoked"),
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
    lines = [
        voice.say(head),
        *(_line(place, row, rows, voice) for place, row in enumerate(rows[:MAX_ROWS], 1)),
    ]
    more = len(rows) - MAX_ROWS
    return "\n".join([*lines, *([voice.say("more", count=more)] if more > 0 else [])])


def _line(place: int, row: Facts, rows: Sequence[Facts], voice: Voice) -> str:
    return voice.say("order_line", number=place, tied=_tied(row, rows, voice), **_figures(row, voice))


def _past(intent: Intent, rows: Sequence[Facts], voice: Voice) -> str:
    if not rows:
        return voice.say("past_none")
    shown = min(intent.number or MAX_ROWS, MAX_PAST_ROWS) or MAX_ROWS
    lines = [
        voice.say("past_line", when=voice.moment(row.number("timestampMs")), **_figures(row, voice))
        for row in rows[:shown]
    ]
    more = len(rows) - shown
    tail = [voice.say("more", count=more)] if more > 0 and intent.number is None else []
    return "\n".join([voice.say("past"), *lines, *tail])


def _figures(row: Facts, voice: Voice) -> dict[str, str]:
    return {
        "mode": voice.mode(row),
        "side": voice.name("word", row.text("side")),
        "amount": voice.amount(row.number("amount")),
        "base": base_of(row),
        "at": _traded_at(row, voice) or terms(row, voice),
        "state": voice.name("state", row.text("state") or row.text("status")),
        "id": row.id("orderId"),
    }


def _traded_at(row: Facts, voice: Voice) -> str:
    """Tell at which mean price an order that has ended traded, empty for others."""
    price = row.number("executedPrice")
    if price is None or row.text("state") not in _OVER:
        return ""
    return voice.say("at", price=voice.price(price), quote=quote_of(row))


def _tied(row: Facts, rows: Sequence[Facts], voice: Voice) -> str:
    """Tell what an order hangs on: the other one that its fill cancels, or the position that it reduces."""
    group = row.text("group")
    if row.data.get("liquidation") is True:
        return ""
    others = [
        str(place)
        for place, each in enumerate(rows[:MAX_ROWS], 1)
        if group and each.text("group") == group and each.id("orderId") != row.id("orderId")
    ]
    if others:
        return voice.say("oco_with" if group.startswith(OCO) else "tied", others=", ".join(others))
    return voice.say("reduces") if row.data.get("reduceOnly") is True else ""
