"""From a sentence to what it asks for, without looking at what was said before."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from agent.models.offline import sentences_de, sentences_en
from agent.models.offline.automation import unannounced, with_details
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.memory_words import with_text
from agent.models.offline.patterns import compile_pattern
from agent.models.offline.trial_sentences import understand_trial
from agent.models.offline.words import Sentence
from tools.words import backtest_words, order_words
from tools.words.language import Language, fold
from tools.words.orders import read_close, read_order
from tools.words.pairs import MARK, Pair, read_pair
from tools.words.periods import read_period, read_state, read_timeframe
from tools.words.wishes import Close, Form, Order, Unit

MAX_PAIRS = 5
MAX_TRADE_WORDS = 40


@dataclass(frozen=True, slots=True)
class Grammar:
    """The tables of both languages, compiled: plain sentences before those that end in free text."""

    patterns: tuple[tuple[Kind, re.Pattern[str]], ...]
    follow_ups: tuple[re.Pattern[str], ...]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]


@cache
def grammar() -> Grammar:
    """Compile the tables, once."""
    tables = (sentences_en, sentences_de)
    rows = [
        (kind, pattern, table.MACROS)
        for table in tables
        for kind, patterns in table.SENTENCES.items()
        for pattern in patterns
    ]
    rows.sort(key=lambda row: "{rest}" in row[1])
    return Grammar(
        patterns=tuple((kind, compile_pattern(pattern, macros)) for kind, pattern, macros in rows),
        follow_ups=tuple(
            compile_pattern(pattern, table.MACROS) for table in tables for pattern in table.FOLLOW_UPS
        ),
        prefixes=_polite(table.PREFIXES for table in tables),
        suffixes=_polite(table.SUFFIXES for table in tables),
    )


def understand(sentence: Sentence, language: Language) -> Intent:
    """Return what a sentence asks for, numbers read as `language` writes them; UNKNOWN if nothing."""
    return with_text(with_details(_understood(sentence, language), sentence, language), sentence)


def _understood(sentence: Sentence, language: Language) -> Intent:
    if sentence.too_long:
        return Intent(Kind.TOO_LONG)
    stripped = strip_politeness(sentence.tokens)
    first = stripped[0] if stripped else ""
    strong = not backtest_words.STRONG.isdisjoint(stripped)
    if strong and (trial := (_matched(sentence, stripped) or understand_trial(stripped, language))):
        return trial
    if first in order_words.SIDES or first in order_words.DIRECTIONS:
        return _trade(stripped, language) or _matched(sentence, stripped) or Intent(Kind.UNCLEAR_ORDER)
    found = _matched(sentence, stripped) or understand_trial(stripped, language)
    found = found or _trade(stripped, language) or unannounced(sentence, language)
    return found or Intent(Kind.UNKNOWN)


def strip_politeness(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the tokens without the polite words around them."""
    tables = grammar()
    text = "".join(f" {token}" for token in tokens)
    shorter = _strip_once(text, tables)
    while shorter != text:
        text, shorter = shorter, _strip_once(shorter, tables)
    return tuple(text.split())


def match_follow_up(sentence: Sentence) -> re.Match[str] | None:
    """Return how a sentence such as "and ETH?" or "on 4h" continues the one before, if it does."""
    for text in _variants(sentence, strip_politeness(sentence.tokens)):
        for pattern in grammar().follow_ups:
            match = pattern.fullmatch(text)
            if match and any(match.groups()):
                return match
    return None


def read_pairs(text: str) -> tuple[Pair, ...]:
    """Return the pairs of a `{pairs}` slot, each once."""
    return tuple(dict.fromkeys(read_pair(word) for word in text.split() if word.startswith(MARK)))[:MAX_PAIRS]


def slots(match: re.Match[str]) -> Mapping[str, str]:
    """Return the slots that a match filled."""
    return {name: text for name, text in match.groupdict().items() if text}


def _polite(tables: Iterator[str]) -> tuple[str, ...]:
    phrases = {fold(phrase) for table in tables for phrase in table.split("|")}
    return tuple(sorted(phrases, key=len, reverse=True))


def _strip_once(text: str, tables: Grammar) -> str:
    for phrase in tables.prefixes:
        if text.startswith(f" {phrase} "):
            return text[len(phrase) + 1 :]
    for phrase in tables.suffixes:
        if text.endswith(f" {phrase}") and len(text) > len(phrase) + 1:
            return text[: -len(phrase) - 1]
    return text


def _variants(sentence: Sentence, stripped: Sequence[str]) -> Iterator[str]:
    yield sentence.text
    polite = "".join(f" {token}" for token in stripped)
    if polite != sentence.text:
        yield polite


def _matched(sentence: Sentence, stripped: Sequence[str]) -> Intent | None:
    for text in _variants(sentence, stripped):
        for kind, pattern in grammar().patterns:
            match = pattern.fullmatch(text)
            if match:
                return _intent(kind, slots(match))
    return None


def _intent(kind: Kind, found: Mapping[str, str]) -> Intent:
    timeframe = read_timeframe(found["tf"]) if "tf" in found else None
    if "tf" in found and timeframe is None:
        return Intent(Kind.BAD_TIMEFRAME)
    return Intent(
        kind,
        pairs=read_pairs(found.get("pairs") or found.get("pair", "")),
        timeframe=timeframe,
        period=read_period(found["period"]) if "period" in found else None,
        number=int(found["n"]) if "n" in found else None,
        term=found.get("term", "").strip(),
        rest=found.get("rest", "").replace(MARK, ""),
        state=read_state(found["state"]) if "state" in found else "",
    )


def _trade(tokens: Sequence[str], language: Language) -> Intent | None:
    """Read an order or a close; None when the sentence is neither."""
    if not tokens or len(tokens) > MAX_TRADE_WORDS:
        return None
    if tokens[0] in order_words.CLOSERS or tokens[-1] in order_words.CLOSERS:
        close, unread = read_close(tokens, language)
        return _close(close) if not unread else _unclear(tokens[0] in order_words.CLOSERS, unread)
    reading = read_order(tokens, language)
    order = reading.order
    if order.side is None:
        return None
    begins = tokens[0] in order_words.SIDES or tokens[0] in order_words.DIRECTIONS
    if reading.unread:
        return _unclear(begins, reading.unread)
    if order.amount and order.amount.unit is Unit.SHARE and order.amount.value == 1 and not order.pair:
        plain = order.side.sign < 0 and order.at_once
        return _close(Close(everything=True)) if plain else Intent(Kind.ORDER, order=order)
    return traded(order)


def traded(order: Order) -> Intent:
    """Return the intent of an order: one with leverage is a margin order."""
    margin = order.margin or order.leverage is not None
    plain = Kind.OCO if order.form is Form.OCO else Kind.ORDER
    return Intent(Kind.MARGIN if margin else plain, order=replace(order, margin=margin))


def _close(close: Close) -> Intent:
    return Intent(Kind.CLOSE, close=close)


def _unclear(begins: bool, unread: Sequence[str]) -> Intent | None:
    if not begins:
        return None
    words = " ".join(word.removeprefix(MARK).upper() if word.startswith(MARK) else word for word in unread)
    return Intent(Kind.UNCLEAR_ORDER, rest=words)
