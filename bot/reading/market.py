"""Prices, analyses, charts and the list of watched pairs."""

import re
from collections.abc import Mapping
from typing import Any

from bot.asking import Call, Misread, Plan
from bot.reading.words import Reader, Words, misread

MOST_PAIRS = 5
MOST_CANDLES = 300

_INDICATOR = re.compile(
    r"\b(rsi|sma|ema|ma|macd|atr|bollinger|bbands|bb|volume)"
    r"(?::(\d{1,4}(?:[.,]\d{1,4}){0,3}))?\b",
    re.IGNORECASE,
)
_KNOWN_AS = {"ma": "sma", "bb": "bollinger", "bbands": "bollinger"}


def prices(words: Words) -> Plan | Misread:
    """Read one pair or a few, each of which is asked for."""
    pairs = words.take_pairs()
    if not pairs:
        return misread(words.voice, "missing.pair")
    if len(pairs) > MOST_PAIRS:
        return misread(words.voice, "misread.many_pairs", count=MOST_PAIRS)
    calls = tuple(Call("market.price", {"pair": str(pair.symbol)}) for pair in pairs)
    return words.unread() or Plan(calls)


def of_pair(capability: str) -> Reader:
    """Return the reader of what takes one pair and nothing else."""

    def read(words: Words) -> Plan | Misread:
        pair = _one_pair(words)
        if isinstance(pair, Misread):
            return pair
        return words.unread() or Plan((Call(capability, {"pair": pair}),))

    return read


def analysis(words: Words) -> Plan | Misread:
    """Read a pair and a candle length."""
    found = _pair_and_length(words)
    if isinstance(found, Misread):
        return found
    return words.unread() or Plan((Call("market.analyze", found),))


def chart(words: Words) -> Plan | Misread:
    """Read a pair, a candle length, how many candles, and indicators such as rsi or sma:50."""
    asked = [
        (found[1].lower(), (found[2] or "").replace(".", ",")) for found in _INDICATOR.finditer(words.raw)
    ]
    figures = {figure for _, numbers in asked for figure in numbers.split(",") if figure}
    names = {name for name, _ in asked} | {"bollinger"}
    words.take(lambda token: token in names or (token in figures and ":" in words.raw))
    found = _pair_and_length(words)
    if isinstance(found, Misread):
        return found
    limit = words.take_count()
    if limit is not None and not 2 <= limit <= MOST_CANDLES:
        return misread(words.voice, "misread.count", least=2, most=MOST_CANDLES)
    indicators = [f"{_KNOWN_AS.get(name, name)}{':' if numbers else ''}{numbers}" for name, numbers in asked]
    more = {"limit": limit, "indicators": list(dict.fromkeys(indicators))[:8]}
    params = {**found, **{name: value for name, value in more.items() if value}}
    return words.unread() or Plan((Call("chart.candles", params),))


def _one_pair(words: Words) -> str | Misread:
    pairs = words.take_pairs()
    if len(pairs) == 1:
        return str(pairs[0].symbol)
    return misread(words.voice, "misread.one_pair" if pairs else "missing.pair")


def _pair_and_length(words: Words) -> Mapping[str, Any] | Misread:
    timeframe = words.take_timeframe()
    if words.odd_length:
        return misread(words.voice, "misread.timeframe")
    pair = _one_pair(words)
    if isinstance(pair, Misread):
        return pair
    return {"pair": pair, **({"timeframe": timeframe} if timeframe else {})}
