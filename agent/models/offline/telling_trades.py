"""Words for what became of orders and closes."""

from dataclasses import replace

from agent.models.offline.facts import Facts
from agent.models.offline.steps import problem
from agent.models.offline.telling_market import base_of, quote_of
from agent.models.offline.telling_terms import terms
from agent.models.offline.turn import Done
from agent.models.offline.voice import Voice

_PLAIN_STATES = ("cancelled", "expired", "rejected")
_NOT_APPROVED = ("denied", "expired", "void")
_FILLING_STATES = ("filled", "partial", "pending")


def order_told(done: Done, voice: Voice) -> str:
    """Tell what became of an order."""
    facts = done.facts or Facts()
    answer = facts.inner("approval")
    if done.failed and (ended := answer.text("status")) in _NOT_APPROVED:
        return voice.say(f"not_approved.{ended}", reason=answer.text("reason").rstrip(". "))
    wrong = problem(done, voice)
    if wrong:
        return wrong
    sentences = [_outcome(facts, voice)]
    for key, name in (("stop", "stopLoss"), ("target", "takeProfit")):
        level = facts.number(name)
        if level is not None:
            sentences.append(voice.say(key, price=voice.price(level)))
    if order := facts.text("orderId"):
        sentences.append(voice.say("order_id", id=order))
    return " ".join(sentences)


def oco_told(done: Done, voice: Voice) -> str:
    """Tell what became of two orders of which one cancels the other."""
    facts = done.facts or Facts()
    both = (facts.inner("limit"), facts.inner("stop"))
    limit, stop = both
    waiting = all(each.text("status") == "pending" and not each.text("approvalId") for each in both)
    if done.failed or done.missing or not facts.data or not waiting:
        # A half that has traded, or waits for a person, is told for itself.
        told = (order_told(replace(done, facts=each), voice) for each in both if each.data)
        return "\n".join(told) or order_told(done, voice)
    return voice.say(
        "oco",
        mode=voice.mode(limit, stop),
        side=voice.name("word", limit.text("side")),
        amount=voice.amount(limit.number("amount")),
        base=base_of(limit),
        price=voice.price(limit.number("price")),
        stop=voice.price(stop.number("stopPrice")),
        quote=quote_of(limit),
        first=limit.id("orderId"),
        second=stop.id("orderId"),
    )


def close_told(done: Done, position: Facts, voice: Voice) -> str:
    """Tell what became of closing a position."""
    pair = position.text("pair")
    wrong = problem(done, voice)
    if wrong:
        return voice.say("close_failed", pair=pair, message=done.message or wrong.rstrip("."))
    facts = done.facts or Facts()
    quote = quote_of(position)
    return voice.say(
        "closed",
        mode=voice.mode(facts, position),
        share=voice.share(facts.number("percentage")),
        pair=pair,
        size=voice.amount(facts.number("closedSize")),
        price=voice.price(facts.number("exitPrice")),
        quote=quote,
        pnl=voice.result(facts.number("realizedPnl")),
        fees=voice.money(facts.number("fees")),
    )


def _ended(facts: Facts, status: str, voice: Voice) -> str:
    text = voice.say(status, mode=voice.mode(facts), pair=facts.text("pair"))
    executed = facts.number("executedQty")
    if executed:
        price = voice.price(facts.number("executedPrice"))
        text += " " + voice.say(
            "executed", done=voice.amount(executed), base=base_of(facts), price=price, quote=quote_of(facts)
        )
    reason = facts.text("reason").rstrip(". ")
    return f"{text} {voice.say('reason', reason=reason)}" if reason else text


def _outcome(facts: Facts, voice: Voice) -> str:
    status, side = facts.text("status").lower(), facts.text("side").lower()
    mode, pair = voice.mode(facts), facts.text("pair")
    if status == "pending" and facts.text("approvalId"):
        return voice.say("held", mode=mode, pair=pair, until=voice.moment(facts.number("approvalExpiresAt")))
    if status in _PLAIN_STATES:
        return _ended(facts, status, voice)
    if status not in _FILLING_STATES or side not in ("buy", "sell"):
        return voice.say("other_status", mode=mode, pair=pair, status=status or voice.amount(None))
    return voice.say(
        f"{status}.{side}",
        mode=mode,
        amount=voice.amount(facts.number("executedQty" if status == "filled" else "amount")),
        done=voice.amount(facts.number("executedQty")),
        base=base_of(facts),
        price=voice.price(facts.number("executedPrice")),
        cost=voice.money(facts.number("cost")),
        quote=quote_of(facts),
        fees=voice.money(facts.number("fees")),
        at=terms(facts, voice),
    )
