"""Which sentences ask for a backtest, and what the next one adds to it."""

from collections.abc import Sequence
from dataclasses import replace

from agent.models.offline.intents import Intent, Kind
from agent.models.offline.near_coins import nearest_coin
from tools.words import backtest_words as words
from tools.words.backtests import Reading, nearest_strategy, read_trial
from tools.words.language import Language
from tools.words.pairs import TICKERS
from tools.words.trials import Trial

TRIALS = (Kind.BACKTEST, Kind.OPTIMIZE, Kind.COMPARE)
MAX_WORDS = 40
_NAME_WORDS = 3


def understand_trial(tokens: Sequence[str], language: Language) -> Intent | None:
    """Return the trial a sentence asks for, with what it lacks; None when it asks for none."""
    if not tokens or len(tokens) > MAX_WORDS:
        return None
    reading = read_trial(tokens, language)
    kind = _kind(reading, tokens)
    trial = _placed(reading, kind) if kind else None
    if kind is None or trial is None:
        return None
    return Intent(Kind.BAD_TIMEFRAME) if reading.bad_timeframe else Intent(kind, trial=trial)


def complete_trial(previous: Intent, tokens: Sequence[str], language: Language, asked: bool) -> Intent | None:
    """Return a trial with what a sentence of nothing else adds or changes; None for any other sentence."""
    reading = read_trial(tokens, language)
    if reading.bad_timeframe and not reading.unread:
        return Intent(Kind.BAD_TIMEFRAME)
    if reading.unread:
        nameless = asked and not previous.trial.strategies and len(tokens) <= _NAME_WORDS
        if not nameless or not reading.empty or nearest_coin(reading.unread[0]):
            return None
        return replace(previous, trial=replace(previous.trial, unknown=" ".join(reading.unread)))
    if reading.empty or not reading.verbs <= {"how", "judge"}:
        return None
    both = asked and previous.kind is Kind.COMPARE
    return replace(previous, trial=merge(previous.trial, reading.trial, both))


def confirm_strategy(previous: Intent) -> Intent | None:
    """Return a trial with the strategy that its unknown name comes nearest to, None without one."""
    near = nearest_strategy(previous.trial.unknown) if previous.trial.unknown else None
    if near is None:
        return None
    strategies = (*previous.trial.strategies, near)
    return replace(previous, trial=replace(previous.trial, strategies=strategies, unknown=""))


def merge(old: Trial, new: Trial, both: bool = False) -> Trial:
    """Return a trial in which what is said anew replaces what was said; with `both`, strategies add up."""
    strategies = tuple(dict.fromkeys((*old.strategies, *new.strategies))) if both else new.strategies
    changed = bool(new.strategies) and new.strategies != old.strategies
    return Trial(
        strategies=strategies or old.strategies,
        every=new.every or (old.every and not new.strategies),
        unknown="" if new.strategies else old.unknown,
        pairs=new.pairs or old.pairs,
        timeframe=new.timeframe or old.timeframe,
        span=new.span or old.span,
        params=new.params if changed else tuple({**dict(old.params), **dict(new.params)}.items()),
        figures=tuple({**dict(old.figures), **dict(new.figures)}.items()),
        currency=new.currency or old.currency,
        sizing=new.sizing or old.sizing,
        direction=new.direction or old.direction,
        metric=new.metric or old.metric,
    )


def _kind(reading: Reading, tokens: Sequence[str]) -> Kind | None:
    verbs, trial = set(reading.verbs), reading.trial
    known = bool(trial.strategies) or reading.named
    if "how" in verbs:
        verbs.discard("how")
        if not verbs and not words.MADE.isdisjoint(tokens) and trial.strategies and not reading.unread:
            verbs.add("run")
    if not verbs or not (known or reading.strong):
        return None
    if "optimize" in verbs or ("judge" in verbs and not words.PARAMETERS_AT_LARGE.isdisjoint(tokens)):
        return Kind.OPTIMIZE
    if verbs == {"judge"} and len(trial.strategies) == 1:
        return None
    several = len(trial.strategies) > 1 or trial.every
    return Kind.COMPARE if several or not verbs.isdisjoint({"compare", "judge"}) else Kind.BACKTEST


def _placed(reading: Reading, kind: Kind) -> Trial | None:
    """Return the trial with each word that was not read in its place, None where it has none."""
    trial = reading.trial
    strangers = [pair for pair in trial.pairs if pair.symbol.base not in TICKERS.values()]
    if not trial.strategies and not trial.every and len(strangers) == 1 < len(trial.pairs):
        # A strategy nobody knows, in capitals, looks like a coin.
        pairs = tuple(pair for pair in trial.pairs if pair not in strangers)
        return replace(trial, pairs=pairs, unknown=strangers[0].symbol.base.lower())
    if kind is Kind.COMPARE and not trial.strategies and not reading.unread:
        trial = replace(trial, every=True)
    if not reading.unread:
        return trial
    if not reading.begins or (not reading.strong and not trial.strategies):
        return None
    if trial.strategies and any(map(nearest_coin, reading.unread)):
        # Whether the coin was meant is asked first.
        return None
    rest = " ".join(reading.unread)
    lacks = len(trial.strategies) < (2 if kind is Kind.COMPARE else 1)
    return replace(trial, unknown=rest) if lacks else replace(trial, unread=rest)
