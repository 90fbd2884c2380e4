"""Backtests, optimisations and comparisons of strategies."""

import re
from dataclasses import replace

from bot.asking import Call, Misread, Plan
from bot.reading.trades import with_coin
from bot.reading.words import Reader, Words, misread, shown
from tools.words.backtests import nearest_strategy, read_trial
from tools.words.spans import lay_out
from tools.words.trial_params import HOUSE, trial_params
from tools.words.trials import Trial

_OWN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]{1,40}")
_DOLLARS = frozenset({"USDT", "USDC", "USD"})


def backtesting(kind: str) -> Reader:
    """Return the reader of a backtest of one kind: run, optimize or compare."""

    def read(words: Words) -> Plan | Misread:
        if words.bare:
            return misread(words.voice, f"missing.{kind}", names=_names(words))
        reading = read_trial(words.tokens, words.voice.language)
        trial, unread = _named(words, reading.trial, reading.unread)
        if reading.bad_timeframe:
            return misread(words.voice, "misread.timeframe")
        if unread:
            return _odd(words, trial, unread)
        return _lacking(kind, trial, words) or Plan(
            (Call(f"backtest.{kind}", trial_params(kind, trial, words.now)),)
        )

    return read


def _named(words: Words, trial: Trial, unread: list[str]) -> tuple[Trial, list[str]]:
    """Return a trial with a strategy of one's own that is named, and a coin that nobody here knows."""
    own = _OWN_NAME.search(words.raw)
    if own and not trial.strategies:
        parts = set(own[0].lower().split("_"))
        trial, unread = replace(trial, strategies=(own[0],)), [each for each in unread if each not in parts]
    if unread and not trial.pairs:
        again = read_trial(with_coin(unread), words.voice.language)
        trial, unread = replace(trial, pairs=again.trial.pairs), again.unread
    return trial, unread


def _odd(words: Words, trial: Trial, unread: list[str]) -> Misread:
    near = None if trial.strategies else nearest_strategy(" ".join(unread))
    if near:
        return misread(words.voice, "misread.strategy", words=shown(unread), near=spoken(near))
    return misread(words.voice, "misread.words", words=shown(unread))


def _lacking(kind: str, trial: Trial, words: Words) -> Misread | None:
    voice, several = words.voice, kind == "compare"
    count = len(HOUSE) if trial.every else len(trial.strategies)
    if count < (2 if several else 1) or (count > 1 and not several):
        return misread(voice, f"missing.{kind}", names=_names(words))
    if not trial.pairs:
        return misread(voice, "missing.pair")
    if kind != "run" and len(trial.pairs) > 1:
        return misread(voice, "misread.one_pair")
    quote, paid = trial.pairs[0].symbol.quote, trial.currency.upper()
    if paid and paid != quote and not (paid == "USD" and quote in _DOLLARS):
        return misread(voice, "gap.currency", base="", quote=quote, currency=paid)
    if trial.span is not None and not _in_the_past(trial, words):
        return misread(voice, "misread.span")
    return None


def _in_the_past(trial: Trial, words: Words) -> bool:
    begin, end = lay_out(trial.span, words.now) if trial.span else ("", None)
    return begin[:10] <= words.now.date().isoformat() and (end is None or begin[:10] <= end)


def _names(words: Words) -> str:
    return ", ".join(spoken(each) for each in HOUSE)


def spoken(strategy: str) -> str:
    """Return what a strategy is called."""
    return strategy.replace("_", " ")
