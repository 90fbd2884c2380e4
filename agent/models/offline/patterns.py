"""The small language that the tables of sentences are written in.

`word` must stand there, `[x]` may, `(x|y)` is one of them, `{slot}` is a value and `<name>` another pattern
by name. Every word carries the blank before it, so a pattern is one regular expression without nested
repeats.
"""

import re
from collections.abc import Iterable, Mapping

from agent.models.offline.glossary import MEANINGS
from tools.words.language import fold
from tools.words.pairs import MARK
from tools.words.periods import LENGTH_UNITS, PERIOD_OF, STATE_OF, TIMEFRAMES

_ANY_COIN = rf"{MARK}\S+"


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


_SLOTS = {
    "pair": rf" (?P<pair>{_ANY_COIN})",
    "pairs": rf"(?P<pairs> {_ANY_COIN}(?:(?: and| und| or| oder)? {_ANY_COIN}){{0,4}})",
    "tf": rf" (?P<tf>\d{{1,3}} ?(?:{_longest_first(LENGTH_UNITS)})|{_longest_first(TIMEFRAMES)})",
    "level": r" (?P<rest>\d\S*(?: %| k)?)",
    "n": r" (?P<n>\d{1,9})",
    "term": rf" (?P<term>{_longest_first(MEANINGS)})",
    "clock": r" \d{1,2}(?::\d\d)?",
    "period": rf" (?P<period>{_longest_first(PERIOD_OF)})",
    "state": rf" (?P<state>{_longest_first(STATE_OF)})",
    "orderlog": r" (?P<state>orderhistorie|orderverlauf|auftragshistorie|auftragsverlauf)",
    "weeklog": r" (?P<period>wochenbericht|woechentlichen bericht|woechentlicher bericht)",
    "auto": r" (?P<rest>auto)",
    "rest": r" (?P<rest>\S.*?)",
}
_TOKEN = re.compile(r"[\[\]()|]|\{\w+\}|<\w+>|[^\s\[\]()|{}<>]+")
_BRACKETS = {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}
_MAX_NESTING = 5


def compile_pattern(pattern: str, macros: Mapping[str, str]) -> re.Pattern[str]:
    """Return the regular expression of a pattern; match it with `fullmatch` against a sentence's text."""
    return re.compile("".join(_translate(token) for token in _TOKEN.findall(expand(pattern, macros))))


def expand(pattern: str, macros: Mapping[str, str]) -> str:
    """Put the named patterns in."""
    for _ in range(_MAX_NESTING):
        pattern = re.sub(r"<(\w+)>", lambda name: f"({macros[name.group(1)]})", pattern)
    return pattern


def words_of(pattern: str) -> frozenset[str]:
    """Return the words a pattern knows, folded."""
    bare = re.sub(r"\{\w+\}|<\w+>|[\[\]()|]", " ", pattern)
    return frozenset(fold(bare).split())


def _translate(token: str) -> str:
    if token in _BRACKETS:
        return _BRACKETS[token]
    if token.startswith("{"):
        return _SLOTS[token[1:-1]]
    return " " + re.escape(fold(token))
