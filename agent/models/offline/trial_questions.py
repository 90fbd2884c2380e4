"""What is asked back before a backtest, and what keeps one from being run."""

from datetime import datetime

from agent.models.offline.intents import Intent, Kind
from agent.models.offline.voice import Voice
from tools.words.backtests import nearest_strategy
from tools.words.spans import lay_out
from tools.words.trial_params import HOUSE
from tools.words.trials import Trial
from trading.backtest.catalog import BUILT_IN

_DOLLARS = frozenset({"usdt", "usdc", "usd", "busd", "tusd", "fdusd", "dai"})
_TUNED = {each.name: bool(each.parameters) for each in BUILT_IN}


def trial_question(intent: Intent, voice: Voice) -> str:
    """Return what must be asked before a trial can be run, empty when nothing is missing."""
    trial, names = intent.trial, ", ".join(strategy_name(each, voice) for each in HOUSE)
    if trial.unknown:
        near = nearest_strategy(trial.unknown)
        if near is None:
            return voice.say("trial_unknown", name=trial.unknown)
        return voice.say("trial_unknown_near", name=trial.unknown, near=strategy_name(near, voice))
    if not trial.every and not trial.strategies:
        return voice.say(f"ask_strategy.{intent.kind}", names=names)
    if not trial.every and intent.kind is Kind.COMPARE and len(trial.strategies) == 1:
        return voice.say(
            "ask_second_strategy", strategy=strategy_name(trial.strategies[0], voice), names=names
        )
    return "" if trial.pairs else voice.say(f"ask_market.{intent.kind}")


def trial_refusal(intent: Intent, voice: Voice, now: datetime | None) -> str:
    """Return why a trial cannot be run, empty when nothing speaks against it."""
    trial = intent.trial
    if trial.unread:
        return voice.say("trial_unread", rest=trial.unread)
    one = intent.kind is not Kind.BACKTEST
    if one and len(trial.pairs) > 1:
        return voice.say("trial_one_pair")
    if intent.kind is Kind.OPTIMIZE and (trial.every or len(trial.strategies) > 1):
        return voice.say("trial_one_strategy")
    if intent.kind is Kind.OPTIMIZE and not all(_TUNED.get(each, True) for each in trial.strategies):
        return voice.say("trial_nothing_to_tune", strategy=strategy_name(trial.strategies[0], voice))
    if intent.kind is Kind.COMPARE and trial.params:
        return voice.say("trial_no_params")
    return _currency(trial, voice) or _span(trial, voice, now)


def strategy_name(name: str, voice: Voice) -> str:
    """Return what people call a strategy, its own name where nobody has translated it."""
    return voice.name("strategy", name)


def _currency(trial: Trial, voice: Voice) -> str:
    for pair in trial.pairs:
        quote = pair.symbol.quote.lower()
        if trial.currency not in ("", quote) and not (trial.currency == "usd" and quote in _DOLLARS):
            values = {"pair": pair.symbol, "quote": pair.symbol.quote, "currency": trial.currency.upper()}
            return voice.say("trial_currency", **values)
    return ""


def _span(trial: Trial, voice: Voice, now: datetime | None) -> str:
    if trial.span is None:
        return ""
    if now is None:
        return voice.say("trial_no_clock")
    begin, end = lay_out(trial.span, now)
    early = begin[:10] <= now.date().isoformat() and (end is None or begin[:10] <= end)
    return "" if early else voice.say("trial_span")
