"""What is asked back before anything is traded, and how to tell that it was."""

from collections.abc import Mapping

from agent.models.offline.automation import AUTOMATIONS, automation_question
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.trial_questions import trial_question
from agent.models.offline.trial_sentences import TRIALS
from agent.models.offline.voice import Voice
from tools.words.gaps import Gap, find_gap, foreign_currency
from tools.words.language import Language
from tools.words.pairs import MARK
from tools.words.wishes import Order
from trading.model import Side

_TRADES = (Kind.ORDER, Kind.MARGIN, Kind.OCO)
_KEYS: Mapping[Gap, str] = {
    Gap.PAIR: "ask_pair.{side}",
    Gap.AMOUNT: "ask_amount.{side}",
    Gap.UNIT: "ask_unit",
    Gap.CURRENCY: "ask_currency",
    Gap.SHARE: "ask_share",
    Gap.BASE: "ask_base",
}
_REFUSALS: Mapping[Gap, str] = {
    Gap.LEVEL_CURRENCY: "level_currency",
    Gap.POSITIVE: "positive",
    Gap.SALE_STOP: "sale_stop",
    Gap.TRIGGER: "trigger_missing.{side}",
    Gap.STOP_LIMIT: "stop_limit_prices.{side}",
    Gap.TRIGGER_PERCENT: "trigger_percent",
    Gap.OCO: "oco_prices.{side}",
    Gap.OCO_ORDER: "oco_order.{side}",
    Gap.TRAIL_UNIT: "trail_unit",
    Gap.TRAIL_RANGE: "trail_range",
    Gap.TRAIL_OPENS: "trail_opens.{side}",
}


def question(intent: Intent, voice: Voice) -> str:
    """Return what must be asked before an intent can be acted on, empty when it is all there."""
    if intent.kind is Kind.NEAR_MISS:
        return _coin_meant(intent, voice)
    if intent.kind is Kind.CLOSE:
        named = intent.close.pair is not None or intent.close.everything
        return "" if named else voice.say("ask_close")
    if intent.kind in AUTOMATIONS:
        return automation_question(intent, voice)
    if intent.kind in TRIALS:
        return trial_question(intent, voice)
    gap = find_gap(intent.order) if intent.kind in _TRADES else None
    return _say(_KEYS[gap], intent.order, voice) if gap and gap in _KEYS else ""


def refusal(order: Order, voice: Voice) -> str:
    """Return why an order cannot be, empty when nothing speaks against it."""
    gap = find_gap(order)
    return _say(_REFUSALS[gap], order, voice) if gap and gap in _REFUSALS else ""


def was_asked(intent: Intent, answer: str) -> bool:
    """Tell whether `answer` is the question that an intent leads to, in either language."""
    asked = answer.strip()
    questions = [words for language in Language if (words := question(intent, Voice(language)))]
    # Behind the question about a strategy nobody knows stand those that there are.
    return any(asked == words or (intent.trial.unknown and asked.startswith(words)) for words in questions)


def _coin_meant(intent: Intent, voice: Voice) -> str:
    coin = intent.pairs[0].symbol.base
    word = intent.rest.removeprefix(MARK)
    key = "near_miss" if intent.meant else "near_miss_trade"
    return voice.say(key, word=word, coin=coin)


def _say(key: str, order: Order, voice: Voice) -> str:
    symbol = order.pair.symbol if order.pair else None
    return voice.say(
        key.format(side=order.side or Side.BUY),
        pair=symbol,
        base=symbol.base if symbol else "",
        quote=symbol.quote if symbol else "",
        number=voice.amount(order.amount.value) if order.amount else "",
        distance=voice.amount(order.trail.value) if order.trail else "",
        currency=foreign_currency(order),
    )
