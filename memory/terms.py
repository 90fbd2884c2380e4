"""The words by which a text in English or German is found: folded, stemmed, its figures and pairs kept."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from memory.stop_words import STOP_WORDS

MOST_CHARS = 20_000
"""How much of a text is read."""
MOST_TERMS = 600
MOST_LETTERS = 40

_SIGNS = str.maketrans({"€": " eur ", "$": " usd ", "£": " gbp ", "₿": " btc ", "’": "'", "\u2011": "-"})
_SPACED = re.compile(r"(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3})")
_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:[.,'][0-9]+)*)(?P<thousand>k)?"
    r"(?P<percent>\s?%|\s(?:pct|percent|per cent|prozent)\b)?(?![a-z0-9]|[-_/:][a-z0-9])"
    r"|(?P<word>[a-z0-9]+(?:[-_/:][a-z0-9]+)*)"
)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[.,'][0-9]{3})+")
_DECIMAL = re.compile(r"(?P<whole>.*)[.,](?P<part>[0-9]+)")
# 0.5 is written 0d5: full text of either database takes letters and digits for one word, and nothing else.
_FIGURE = re.compile(r"(?P<figure>[0-9]+(?:d[0-9]+)?)(?:pct)?")
_THOUSANDS = re.compile(r"[0-9]+k")
_RUN = re.compile(r"[a-z]{2,}|[0-9]{3,}")
_QUOTED = re.compile(r"(?P<base>[a-z0-9]{3,5})(?P<quote>usdt|usdc|usd|eur|btc|eth)")
_UMLAUT = re.compile(r"(?<=[ao])e+|(?<![aeouq]u)(?<=u)e+")
# Longest first; how many letters must be left.
_ENDINGS = (
    (re.compile(r"ies$"), "y", 3),
    (re.compile(r"(?:ungen|ings|ung|ing)$"), "", 4),
    (re.compile(r"(?:en|er|em|es|ed|ly)$"), "", 4),
    (re.compile(r"(?:e|(?<=[lr])n)$"), "", 4),
    (re.compile(r"(?<![is])s$"), "", 3),
    (re.compile(r"([bdfgklmnprtz])\1$"), r"\1", 3),
)


def terms(text: str) -> list[str]:
    """Return the terms of a text, each once, in the order they are met.

    A term is 1 to 40 characters of a-z and 0-9. What terms were made of gives the same terms again when it is
    read with spaces between, so that what is stored may be read like what is asked.
    """
    found: dict[str, None] = {}
    for token in _TOKEN.finditer(_folded(text[:MOST_CHARS])):
        for term in _of_token(token):
            found[term] = None
        if len(found) >= MOST_TERMS:
            break
    return list(found)[:MOST_TERMS]


def _folded(text: str) -> str:
    spread = unicodedata.normalize("NFKD", _SPACED.sub("'", text).translate(_SIGNS).casefold())
    return "".join(each for each in spread if not unicodedata.combining(each))


def _of_token(token: re.Match[str]) -> Iterator[str]:
    if token["number"]:
        figure = _figure(token["number"], bool(token["thousand"]))
        yield from _of_word(f"{figure}pct" if token["percent"] else figure)
        return
    parts = re.split(r"[-_/:]", token["word"])
    if len(parts) > 1:
        yield from _of_word("".join(parts))
    for part in parts:
        yield from _of_word(part)


def _figure(digits: str, thousand: bool) -> str:
    whole, part = digits, ""
    if not _GROUPED.fullmatch(digits) and (decimal := _DECIMAL.fullmatch(digits)):
        whole, part = decimal["whole"], decimal["part"].rstrip("0")
    whole = re.sub(r"[.,']", "", whole)
    if thousand:
        whole, part = (whole + part[:3].ljust(3, "0")).lstrip("0") or "0", part[3:]
    return f"{whole}d{part}" if part else whole


def _of_word(word: str) -> Iterator[str]:
    word = word[:MOST_LETTERS]
    if _THOUSANDS.fullmatch(word):
        word = _figure(word[:-1], thousand=True)[:MOST_LETTERS]
    if figure := _FIGURE.fullmatch(word):
        yield from dict.fromkeys((word, figure["figure"]))
        return
    stem = _stem(word)
    if len(stem) == 1 or stem in STOP_WORDS:
        return
    yield stem
    if pair := _QUOTED.fullmatch(stem):
        yield from _of_word(pair["base"])
        yield pair["quote"]
    elif not stem.isalpha():
        yield from (each for run in _RUN.findall(stem) for each in _of_word(run))


@lru_cache(20_000)
def _stem(word: str) -> str:
    """Strip endings until there are none; never down to a stop word."""
    # Before umlauts are folded: the English has vowels that look like them.
    if word in STOP_WORDS:
        return word
    word = _UMLAUT.sub("", word)
    while word.isalpha() and word not in STOP_WORDS:
        shorter = next(
            (short for ending, left, least in _ENDINGS if (short := _shorter(word, ending, left, least))),
            "",
        )
        if not shorter:
            break
        word = shorter
    return word


def _shorter(word: str, ending: re.Pattern[str], left: str, least: int) -> str:
    short = ending.sub(left, word)
    good = short != word and len(short) >= least and short not in STOP_WORDS
    return short if good else ""
