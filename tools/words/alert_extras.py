"""What an alert is to say and do beside telling: its message, a question to the agent, an order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tools.words.gaps import find_gap
from tools.words.language import Language
from tools.words.order_params import order_params
from tools.words.orders import read_order
from tools.words.pairs import Pair
from tools.words.wishes import Form, Order, Unit

_QUOTED = r"[\"“„«'](?P<quoted>[^\"“”„«»]{1,500})[\"”“»']"
_MESSAGE = re.compile(
    r"[\s,;.]*(?:\b(?:and|und|with|mit)\b\s*)?(?:then\s+|dann\s+)?"
    r"(?:\b(?:say|saying|write|sag|sage|schreib|schreibe)\b(?:\s+(?:me|mir|dann))?"
    r"|\b(?:the|a|der|die|einer|dem)?\s*\b(?:message|nachricht|text|note|notiz)\b(?:\s+(?:is|saying|ist|says|lautet))?)"
    rf"\s*(?::\s*(?:{_QUOTED}|(?P<plain>.+))|{_QUOTED.replace('quoted', 'bare')})\s*",
    re.IGNORECASE | re.DOTALL,
)
_SAID = re.compile(
    r"[\s,;]+(?:and|und)\s+(?:say|sag|sage)\s+(?!me\b|mir\b|bescheid\b)(?P<plain>[^:\"“„]+)$", re.IGNORECASE
)
_AND_THEN = r"[\s,;.]+(?:and|und|,)?\s*(?:then|dann)?\s*"
_ORDER = re.compile(
    rf"{_AND_THEN}(?P<order>\b(?:buy|sell|purchase|kauf|kaufe|verkauf|verkaufe|go long|go short|long|short"
    r"|close|schliesse|schließe|invest|investiere)\b.*)$",
    re.IGNORECASE | re.DOTALL,
)
_JOINED = re.compile(r"^[\s,;.]*(?:and|und|then|dann|,|;)", re.IGNORECASE)
_QUESTION = re.compile(
    r"[\s,;.]+(?:(?:and|und)\s+(?:then\s+|dann\s+)?)"
    r"(?P<ask>\b(?:analyze|analyse|analysiere|check|prüfe|pruefe|explain|erkläre|erklaere|summarize|report|ask|frag"
    r"|run|show me|zeig mir|tell me (?:why|what|how))\b.*)$",
    re.IGNORECASE | re.DOTALL,
)


def take_message(said: str) -> tuple[str, str]:
    """Return a sentence without what its alert is to say, and that; it runs to the end where not quoted."""
    match = _MESSAGE.search(said) or _SAID.search(said)
    if match is None:
        return said, ""
    found = match.groupdict()
    message = found.get("quoted") or found.get("bare") or found.get("plain") or ""
    return f"{said[: match.start()]} {said[match.end() :]}", message.strip()[:500]


def take_order(said: str) -> tuple[str, str]:
    """Return a sentence without the order that is to follow, and that order's words."""
    match = _ORDER.search(said)
    if match is None or not _JOINED.match(match[0]):
        return said, ""
    return said[: match.start()], match["order"].strip()


def take_question(said: str) -> tuple[str, str]:
    """Return a sentence without what the agent is asked when it fires, and that."""
    match = _QUESTION.search(said)
    return (said, "") if match is None else (said[: match.start()], match["ask"].strip())


def proposed(tokens: Sequence[str], language: Language, pair: Pair | None) -> Mapping[str, Any] | None:
    """Return an order as alerts propose it; a coin that it does not name is the alert's."""
    reading = read_order(tokens, language)
    order = reading.order
    if order.pair is None and pair is not None:
        order = replace(order, pair=pair)
    if reading.unread or order.side is None or not _whole(order):
        return None
    assert order.pair is not None
    assert order.amount is not None
    stop, target = (level.value if level else None for level in (order.stop, order.target))
    return order_params(order, order.pair, order.amount, stop, target)


def _whole(order: Order) -> bool:
    """Tell whether nothing is missing, and nothing in it hangs on a price that is not known yet."""
    distances = [level for level in (order.stop, order.target) if level and level.percent]
    parts = order.amount is not None and order.amount.unit in (Unit.SHARE, Unit.BARE)
    return find_gap(order) is None and not distances and not parts and order.form is not Form.OCO
