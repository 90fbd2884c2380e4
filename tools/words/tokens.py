"""From a message to tokens: folded words, numbers apart from their units, coins marked."""

import re
from collections.abc import Iterator, Sequence, Set

from tools.words.language import fold
from tools.words.numbers import MULTIPLIERS
from tools.words.pairs import MARK, mark_pair, mark_shouted, with_quote
from trading.symbols import QUOTES

UNITS = {
    **dict.fromkeys(("$", "usd", "dollar", "dollars", "bucks"), "usd"),
    **dict.fromkeys(("usdt", "tether"), "usdt"),
    "usdc": "usdc",
    **dict.fromkeys(("€", "eur", "euro", "euros"), "eur"),
    **dict.fromkeys(("£", "gbp", "pound", "pounds", "pfund"), "gbp"),
    **dict.fromkeys(("chf", "franken", "francs"), "chf"),
    **dict.fromkeys(("%", "percent", "pct", "prozent"), "%"),
}
CURRENCIES = frozenset(UNITS.values()) - {"%"}

# Words dropped wherever they stand: they are polite and change nothing.
_NOISE = frozenset(["please", "pls", "plz", "kindly", "bitte", "mal", "doch", "denn", "eigentlich"])

_MERGED = {
    ("bit", "coin"): MARK + "btc",
    ("bitcoin", "cash"): MARK + "bch",
    ("ethereum", "classic"): MARK + "etc",
    ("shiba", "inu"): MARK + "shib",
    ("stop", "loss"): "stop",
    ("stopp", "loss"): "stop",
    ("take", "profit"): "target",
}
_ALIASES = {"stopp": "stop", "stoploss": "stop", "sl": "stop", "takeprofit": "target", "tp": "target"}
_COMPOUND = re.compile(r"([a-z]{3,12})(kurs|preis|kurses|position|bestand)")
_APOSTROPHES = re.compile(r"['’‘`´]")
_MINUS = re.compile(r"[−–—]")
_PROFIT_AND_LOSS = re.compile(r"\bp ?(?:&|/|and|n|und) ?l\b", re.IGNORECASE)
_SPREAD_PAIR = re.compile(rf"\b([a-z0-9]{{2,15}})(?: ?/ ?|%2f|[-_])({'|'.join(QUOTES)})\b", re.IGNORECASE)
_BREAKS = re.compile(r"[^\w.,:/%$€£&+\-]")
_NUMBER = re.compile(r"(-?)([$€£]?)(-?)([0-9][0-9.,]*)(\S*)")
_SUFFIX = re.compile(rf"({'|'.join(sorted(MULTIPLIERS, key=len, reverse=True))})?(.*)")
_WORD = re.compile(r"[^\W_]+")


def read_tokens(said: str, vocabulary: Set[str]) -> tuple[str, ...]:
    """Split a message into tokens; a word of the vocabulary is never taken for a coin in capitals."""
    found = _merge(list(_tokens(said, vocabulary)))
    return tuple(token for token in found if token not in _NOISE)


def words_in(said: str) -> Sequence[str]:
    """Return the folded words of a message, as they are written."""
    return _WORD.findall(fold(said))


def _tokens(message: str, vocabulary: Set[str]) -> Iterator[str]:
    text = _MINUS.sub("-", _APOSTROPHES.sub("", message)).replace("@", " at ")
    text = _PROFIT_AND_LOSS.sub("pnl", " ".join(text.split()))
    text = _SPREAD_PAIR.sub(r"\1/\2", text)
    runs = _BREAKS.sub(" ", text).split()
    # In a message all in capitals, capitals tell nothing.
    telling = any(char.islower() for char in text) or len(runs) == 1
    for run in runs:
        yield from _read_run(run, telling, vocabulary)


def _read_run(run: str, telling: bool, vocabulary: Set[str]) -> Iterator[str]:
    folded = fold(run).strip(".,:&+/_")
    coin = mark_pair(folded)
    if coin:
        yield coin
        return
    number = _NUMBER.fullmatch(folded)
    parts = _split_number(number) if number else None
    if parts:
        yield from parts
    elif number:
        yield folded
    elif folded.strip("-") in UNITS:
        yield UNITS[folded.strip("-")]
    else:
        for word in _WORD.findall(run):
            yield from _read_word(word, telling, vocabulary)


def _split_number(match: re.Match[str]) -> Sequence[str] | None:
    before, sign, after, digits, rest = match.groups()
    suffix = _SUFFIX.fullmatch(rest)
    # A dash between digits is a span or a date, not a number.
    if suffix is None or (before and after):
        return None
    multiplier, unit = suffix.group(1) or "", suffix.group(2).strip(".,:")
    value = f"{before or after}{digits.rstrip('.,')}{multiplier}"
    if not unit:
        return [value, UNITS[sign]] if sign else [value]
    known = UNITS.get(unit) or mark_pair(unit)
    return [value, known] if known and not sign else None


def _read_word(word: str, telling: bool, vocabulary: Set[str]) -> Iterator[str]:
    folded = fold(word)
    coin = mark_pair(folded)
    compound = _COMPOUND.fullmatch(folded)
    compound_coin = mark_pair(compound.group(1)) if compound else None
    if coin:
        yield coin
    elif folded in UNITS:
        yield UNITS[folded]
    elif compound and compound_coin:
        yield from (compound_coin, compound.group(2))
    elif telling and folded not in vocabulary and (shouted := mark_shouted(word)):
        yield shouted
    else:
        yield _ALIASES.get(folded, folded)


def _merge(tokens: list[str]) -> list[str]:
    merged: list[str] = []
    for token in tokens:
        previous = merged[-1] if merged else ""
        before = merged[-2] if len(merged) > 1 else ""
        plain = previous.removeprefix(MARK)
        if (known := _merged_name(plain, token)) is not None:
            merged[-1] = known
        elif token in CURRENCIES and previous.startswith(MARK) and not _is_number(before):
            merged[-1] = _quoted(previous, token)
        elif token in CURRENCIES and previous == "in" and before.startswith(MARK):
            merged[-2:] = [_quoted(before, token)]
        else:
            merged.append(token)
    return merged


def _merged_name(first: str, second: str) -> str | None:
    spelled = {"btc": "bitcoin", "eth": "ethereum", "shib": "shiba"}.get(first, first)
    return _MERGED.get((spelled, second))


def _quoted(coin: str, currency: str) -> str:
    # "BTC in USD" asks for dollars at large, which the default quote stands for.
    return coin if currency == "usd" else with_quote(coin, currency)


def _is_number(token: str) -> bool:
    return token[:1].isdigit() or (token[:1] == "-" and token[1:2].isdigit())
