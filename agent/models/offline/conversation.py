"""What the last message means after those before it: answers to our questions, "and ETH?", "on 4h"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.models.offline.automation import (
    AUTOMATIONS,
    MARK_OF_HEARTBEAT,
    checklist,
    completed,
    was_proposed,
)
from agent.models.offline.grammar import (
    match_follow_up,
    read_pairs,
    slots,
    strip_politeness,
    traded,
    understand,
)
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.memory_words import about_memory
from agent.models.offline.near_misses import near_miss
from agent.models.offline.questions import was_asked
from agent.models.offline.run_words import about_autonomy
from agent.models.offline.shown_orders import ORDER_ID, listed_order
from agent.models.offline.trial_sentences import TRIALS, complete_trial, confirm_strategy, merge
from agent.models.offline.words import Sentence, read_sentence
from tools.words.gaps import Gap, find_gap
from tools.words.language import Language
from tools.words.order_forms import levels_of
from tools.words.orders import read_close, read_order
from tools.words.pairs import MARK, read_pair
from tools.words.periods import read_period, read_timeframe
from tools.words.tokens import CURRENCIES
from tools.words.wishes import Amount, Order, Unit

DEPTH = 6
"""How many messages a chain of questions and answers can be long."""
PATIENCE = timedelta(minutes=10)
"""How long an answer of ours waits for a reply; after it the next message stands for itself."""
RECENT = timedelta(hours=1)
"""How long the language of a message holds for those that do not tell theirs."""

_TRADES = (Kind.ORDER, Kind.MARGIN, Kind.OCO)
_LOOKS = frozenset(
    {
        *(Kind.PRICE, Kind.ANALYSIS, Kind.OVERVIEW, Kind.ORDERS, Kind.WAITING, Kind.LIMITS, Kind.PORTFOLIO),
        *(Kind.HOLDING, Kind.POSITIONS, Kind.PNL, Kind.HISTORY, Kind.REPORT, Kind.WATCHLIST, Kind.BRIEFING),
        *(Kind.ALERT_LIST, Kind.ALERT_HISTORY, Kind.JOB_LIST, Kind.STATUS),
    }
)
_WITHDRAWN = (Kind.DENY, Kind.DROPPED)
_TIMED = (Kind.PRICE, Kind.ANALYSIS, Kind.ADVICE, Kind.CHART)
_ABOUT_PAIRS = (*_TIMED, Kind.HOLDING, Kind.HISTORY)
SHORT_ANSWER = 20
"""In words: what is longer stands for itself."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the person, what the assistant said to it at last, and when, where that is known."""

    text: str
    answer: str = ""
    at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said, split into words, with the language its numbers are read in."""

    sentence: Sentence
    language: Language
    answer: str
    order_id: str = ""
    """An order that was named by its id."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What the person wants now, and the language to answer in."""

    intent: Intent
    language: Language


def understand_conversation(said: Sequence[Said]) -> Understood:
    """Return what the last of these messages asks for."""
    if not said:
        return Understood(Intent(Kind.HELP), Language.EN)
    if MARK_OF_HEARTBEAT in said[-1].text:
        return _looked_around(said[-1])
    start = _start(said)
    heard = [
        Heard(
            read_sentence(ORDER_ID.sub("1", each.text), each.at),
            _language(said[: place + 1]),
            each.answer,
            next(iter(ORDER_ID.findall(each.text)), "").lower(),
        )
        for place, each in enumerate(said[start:], start)
    ]
    return Understood(_named(_resolve(heard), heard), heard[-1].language)


def _looked_around(said: Said) -> Understood:
    """Return the first point of a heartbeat's list that can be looked up; what changes things is left."""
    for point in checklist(said.text):
        sentence = read_sentence(point, said.at)
        language = sentence.language or Language.EN
        intent = understand(sentence, language)
        if intent.kind in _LOOKS:
            return Understood(intent, language)
    return Understood(Intent(Kind.HEARTBEAT), Language.EN)


def _named(intent: Intent, heard: Sequence[Heard]) -> Intent:
    """Put the name of an order in place of its number in the list that was shown last."""
    if intent.kind is not Kind.CANCEL_ORDER or intent.number is None:
        return intent
    shown = next((each.answer for each in reversed(heard[:-1]) if listed_order(each.answer, 1)), "")
    return replace(intent, rest=heard[-1].order_id or listed_order(shown, intent.number))


def _start(said: Sequence[Said]) -> int:
    """Return where the exchange begins that the last message can belong to."""
    last = len(said) - 1
    for place in range(last, max(last - DEPTH + 1, 0), -1):
        before = said[place - 1]
        if _apart(before.answered_at or before.at, said[place].at, PATIENCE):
            return place
    return max(last - DEPTH + 1, 0)


def _language(said: Sequence[Said]) -> Language:
    """Return the language of the last message, or of the latest one before it that told and is recent."""
    now = said[-1].at
    recent = (each for each in reversed(said) if not _apart(each.at, now, RECENT))
    languages = (read_sentence(each.text).language for each in recent)
    return next((language for language in languages if language), Language.EN)


def _apart(before: datetime | None, after: datetime | None, allowed: timedelta) -> bool:
    return before is not None and after is not None and after - before > allowed


def _resolve(heard: Sequence[Heard]) -> Intent:
    sentence, language = heard[-1].sentence, heard[-1].language
    direct = understand(sentence, language)
    before = heard[:-1] if len(sentence.tokens) <= SHORT_ANSWER else ()
    previous = _resolve(before) if before else Intent(Kind.UNKNOWN)
    answer = before[-1].answer if before else ""
    talked_of = about_memory(previous, answer, sentence, direct) or about_autonomy(previous, answer, direct)
    if talked_of:
        return talked_of
    asked = bool(before) and was_asked(previous, answer)
    if before and previous.kind in AUTOMATIONS:
        pending = asked or was_proposed(previous, before[-1].answer)
        return (pending and _automated(previous, heard[-1], direct, asked)) or direct
    if previous.kind in TRIALS and (tried := _tried(previous, heard[-1], direct, asked)):
        return tried
    if not _may_continue(direct, sentence):
        return direct
    continued = _answered(previous, heard[-1], direct) if asked else _repeated(previous, sentence)
    if continued or direct.kind is not Kind.UNKNOWN:
        return continued or direct
    return near_miss(sentence, language) or direct


def _tried(previous: Intent, heard: Heard, direct: Intent, asked: bool) -> Intent | None:
    """Return what a sentence makes of the backtest before it, None when it stands for itself."""
    if direct.kind in TRIALS:
        new = direct.trial
        whole = new.strategies or new.every or new.unknown or new.unread
        return None if whole else replace(direct, trial=merge(previous.trial, new))
    if asked and direct.kind in _WITHDRAWN:
        return Intent(Kind.DROPPED)
    if asked and direct.kind is Kind.APPROVE:
        return confirm_strategy(previous)
    follows = direct.kind is Kind.UNKNOWN or match_follow_up(heard.sentence) is not None
    if not asked and not follows:
        return None
    return complete_trial(previous, strip_politeness(heard.sentence.tokens), heard.language, asked)


def _automated(previous: Intent, heard: Heard, direct: Intent, asked: bool) -> Intent | None:
    """Return what an answer makes of the alert or job asked about, None when it stands for itself."""
    if direct.kind in _WITHDRAWN:
        return Intent(Kind.DROPPED)
    if direct.kind is Kind.APPROVE and direct.number is None:
        # What was asked has no yes; what was shown is made just so.
        return None if asked else replace(previous, confirmed=True)
    plain = direct.kind in (Kind.UNKNOWN, Kind.PRICE, *AUTOMATIONS)
    known = direct.kind in AUTOMATIONS and (direct.alert or direct.job) is not None
    whole = known and (direct.alert or direct.job).gap is None  # type: ignore[union-attr]
    if not plain or whole:
        return None
    return completed(previous, heard.sentence.said, heard.language, heard.sentence.at)


def _may_continue(direct: Intent, sentence: Sentence) -> bool:
    if len(sentence.tokens) > SHORT_ANSWER:
        return False
    if direct.kind is Kind.UNKNOWN or direct.kind is Kind.APPROVE or direct.kind in _WITHDRAWN:
        return True
    return direct.kind in (Kind.PRICE, Kind.CHART) and match_follow_up(sentence) is not None


def _answered(previous: Intent, heard: Heard, direct: Intent) -> Intent | None:
    if direct.kind in _WITHDRAWN:
        return Intent(Kind.DROPPED)
    if previous.kind is Kind.NEAR_MISS or direct.kind is Kind.APPROVE:
        return _coin_confirmed(previous, heard, direct)
    tokens, language = strip_politeness(heard.sentence.tokens), heard.language
    if previous.kind is Kind.CLOSE:
        return _close_named(previous, tokens, language)
    order = _amount_named(previous.order, tokens) or _order_completed(previous.order, tokens, language)
    if order is None:
        return None
    return traded(order)


def _coin_confirmed(previous: Intent, heard: Heard, direct: Intent) -> Intent | None:
    if previous.meant is None:
        return None
    return previous.meant if direct.kind is Kind.APPROVE else _repeated(previous.meant, heard.sentence)


def _close_named(previous: Intent, tokens: Sequence[str], language: Language) -> Intent | None:
    close, unread = read_close(tokens, language)
    if unread or (close.pair is None and not close.everything):
        return None
    share = previous.close.share if close.share == 1 else close.share
    return replace(
        previous, close=replace(close, share=share, direction=close.direction or previous.close.direction)
    )


def _amount_named(order: Order, tokens: Sequence[str]) -> Order | None:
    """Take "USDT" or "BTC" as what a bare number of before counts."""
    if len(tokens) != 1 or order.amount is None or order.pair is None or find_gap(order) is not Gap.UNIT:
        return None
    token = tokens[0]
    if token in CURRENCIES:
        return replace(order, amount=Amount(order.amount.value, Unit.QUOTE, token))
    if token.startswith(MARK) and order.pair.covers(read_pair(token).symbol):
        return replace(order, amount=Amount(order.amount.value, Unit.BASE, order.pair.symbol.base))
    return None


def _order_completed(order: Order, tokens: Sequence[str], language: Language) -> Order | None:
    reading = read_order(tokens, language)
    new = reading.order
    if reading.unread or new == Order() or new.side is not None:
        return None
    foreign = new.pair is not None and order.pair is not None and not order.pair.covers(new.pair.symbol)
    if foreign and new.amount is not None:
        return None
    both = _reshaped(new) and (_reshaped(order) or levels_of(order))
    if both or (_reshaped(order) and levels_of(new)):
        # What both prices would make together, nobody has said.
        return None
    amount = new.amount
    if amount and amount.unit is Unit.BARE:
        # We asked how much money, so a bare number is money.
        amount = replace(amount, unit=Unit.QUOTE)
    keep_pair = order.pair is not None and not foreign
    return replace(
        order,
        pair=order.pair if keep_pair else new.pair or order.pair,
        amount=amount or order.amount,
        price=new.price or order.price,
        stop=new.stop or order.stop,
        target=new.target or order.target,
        leverage=new.leverage or order.leverage,
        exchange=new.exchange or order.exchange,
        trigger=new.trigger or order.trigger,
        trail=new.trail or order.trail,
        form=new.form or order.form,
        reduce=new.reduce or order.reduce,
    )


def _reshaped(order: Order) -> bool:
    """Tell whether words have made an order more than one at the market or at a limit."""
    return order.trigger is not None or order.trail is not None or order.form is not None


def _repeated(previous: Intent, sentence: Sentence) -> Intent | None:
    match = match_follow_up(sentence)
    if match is None:
        return None
    found = slots(match)
    if "pairs" in found:
        return _for_other_pairs(previous, found)
    if "tf" in found and previous.kind in _TIMED:
        return _with_timeframe(replace(previous, kind=_timed(previous.kind)), found)
    if "period" in found and previous.kind in (Kind.PNL, Kind.REPORT):
        return replace(previous, kind=Kind.PNL, period=read_period(found["period"]))
    return None


def _for_other_pairs(previous: Intent, found: Mapping[str, str]) -> Intent | None:
    pairs = read_pairs(found["pairs"])
    if previous.kind in _TRADES:
        # Only the direction carries over: how much of another coin is asked anew.
        order = Order(previous.order.side, pairs[0], margin=previous.order.margin)
        return traded(order) if len(pairs) == 1 else None
    if previous.kind in _ABOUT_PAIRS:
        return _with_timeframe(replace(previous, pairs=pairs), found)
    return _with_timeframe(Intent(Kind.CHART if "tf" in found else Kind.PRICE, pairs=pairs), found)


def _with_timeframe(intent: Intent, found: Mapping[str, str]) -> Intent:
    if "tf" not in found:
        return intent
    timeframe = read_timeframe(found["tf"])
    return replace(intent, timeframe=timeframe) if timeframe else Intent(Kind.BAD_TIMEFRAME)


def _timed(kind: Kind) -> Kind:
    return Kind.CHART if kind is Kind.PRICE else kind
