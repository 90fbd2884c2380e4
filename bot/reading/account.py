"""What is held, ordered and earned; canceling, approvals and the kill switch."""

from collections.abc import Sequence
from typing import Any, cast

from bot.asking import Call, Misread, Plan
from bot.reading.words import Reader, Words, misread
from tools.orders import OrderList
from tools.wire import Result
from tools.words.order_words import EXCHANGES, FILLERS, SHARES
from tools.words.periods import PERIOD_OF, STATE_OF
from tools.words.tokens import CURRENCIES

MOST_ROWS = 100
LONGEST_REASON = 500
STANDING = {"open": "open", "all": "all"}


def nothing(*capabilities: str) -> Reader:
    """Return the reader of a command without words; what is typed behind it all the same is not read."""

    def read(words: Words) -> Plan | Misread:
        return Plan(tuple(Call(name, {}) for name in capabilities))

    return read


def portfolio(words: Words) -> Plan | Misread:
    """Read the currency of the total, if any."""
    named = words.take(lambda token: token in CURRENCIES)
    params = {"currency": named[0].upper()} if named and named[0] not in ("usd", "%") else {}
    return words.unread() or Plan((Call("portfolio.get", params),))


def positions(words: Words) -> Plan | Misread:
    """Read the exchange, if any."""
    named = words.take(lambda token: token in EXCHANGES)
    return words.unread() or Plan((Call("trade.positions", {"exchange": named[0]} if named else {}),))


def pnl(words: Words) -> Plan | Misread:
    """Read the period."""
    said = " ".join(words.tokens)
    period = PERIOD_OF.get(said) or PERIOD_OF.get(
        " ".join(each for each in words.tokens if each not in FILLERS)
    )
    if said and period is None:
        return misread(words.voice, "misread.period")
    return Plan((Call("portfolio.pnl", {"period": period} if period else {}),))


def orders(words: Words) -> Plan | Misread:
    """Read how the orders stand, of which pair, and how many."""
    states = [_standing(token) for token in words.take(_standing)]
    listed = _listed(words)
    if isinstance(listed, Misread):
        return listed
    if states:
        listed["status"] = states[0]
    return words.unread() or Plan((Call("trade.orders", listed),))


def _standing(token: str) -> str | None:
    """Return which orders a word means, None for one that means none."""
    if SHARES.get(token) == 1:
        return "all"
    state = STATE_OF.get(token)
    return STANDING.get(state, "closed") if state else None


def history(words: Words) -> Plan | Misread:
    """Read of which pair, and how many trades."""
    listed = _listed(words, usual=10)
    return listed if isinstance(listed, Misread) else words.unread() or Plan((Call("trade.history", listed),))


def counted(capability: str, usual: int) -> Reader:
    """Return the reader of a list that takes how many rows are wanted."""

    def read(words: Words) -> Plan | Misread:
        count = words.take_count() or usual
        if not 1 <= count <= MOST_ROWS:
            return misread(words.voice, "misread.count", least=1, most=MOST_ROWS)
        return words.unread() or Plan((Call(capability, {"limit": count}),))

    return read


def _listed(words: Words, usual: int | None = None) -> dict[str, Any] | Misread:
    count, pairs = words.take_count(), words.take_pairs()
    if len(pairs) > 1:
        return misread(words.voice, "misread.one_pair")
    if count is not None and not 1 <= count <= MOST_ROWS:
        return misread(words.voice, "misread.count", least=1, most=MOST_ROWS)
    limit = count if count is not None else usual
    return {
        **({"pair": str(pairs[0].symbol)} if pairs else {}),
        **({"limit": limit} if limit is not None else {}),
    }


def cancel(words: Words) -> Plan | Misread:
    """Read which order: by its name, the only one of a pair, or all."""
    if words.ids:
        return Plan((Call("trade.cancel", {"orderId": words.ids[0]}),))
    everything = words.take(lambda token: SHARES.get(token) == 1)
    pairs = words.take_pairs()
    if odd := words.unread():
        return odd
    which = {"pair": str(pairs[0].symbol)} if pairs else {}
    if everything:
        return Plan((Call("trade.cancelAll", which),))
    return (
        Plan((Call("trade.orders", which),), _only_one(words)) if pairs else Plan((Call("trade.orders", {}),))
    )


def _only_one(words: Words) -> Any:
    def then(answers: Sequence[Result]) -> Plan | Misread:
        # What protects a position goes only by its name.
        found = [each for each in cast(OrderList, answers[0]).orders if not each.reduce_only]
        if len(found) == 1:
            return Plan((Call("trade.cancel", {"orderId": found[0].order_id}),))
        return misread(words.voice, "misread.which_order" if found else "misread.no_order")

    return then


def answering(capability: str) -> Reader:
    """Return the reader of an answer to an approval: its name, a reason; without a name those that wait."""

    def read(words: Words) -> Plan | Misread:
        if words.bare:
            return Plan((Call("approval.list", {}),))
        if not words.ids:
            return misread(words.voice, "misread.approval")
        reason = " ".join(words.raw.split()[1:])[:LONGEST_REASON]
        return Plan(
            (Call(capability, {"approvalId": words.ids[0], **({"reason": reason} if reason else {})}),)
        )

    return read


def because(capability: str) -> Reader:
    """Return the reader of what takes a reason in free words."""

    def read(words: Words) -> Plan | Misread:
        return Plan((Call(capability, {"reason": words.raw} if words.raw else {}),))

    return read
