"""The small language that the tables of sentences are written in.

`word` must stand there, `[x]` may, `(x|y)` is one of them, `{slot}` is a value and `<name>` another pattern
by name. Every word carries the blank before it, so a pattern is one regular expression without nested
repeats.
"""

import re
from collections.abc import Iterable, Mapping

from agent.models.offline.glossary import MEANINGS
from agent.models.offline.language import fold
from agent.models.offline.pairs import MARK

TIMEFRAMES = {
    **dict.fromkeys(("hourly", "stuendlich", "stundenchart"), "1h"),
    **dict.fromkeys(("daily", "taeglich", "tageschart", "tagesbasis"), "1d"),
    **dict.fromkeys(("weekly", "woechentlich", "wochenchart"), "1w"),
    **dict.fromkeys(("monthly", "monatlich"), "1mo"),
}
_LENGTHS = {
    "m": "m min mins minute minutes minuten",
    "h": "h hr hrs hour hours stunde stunden",
    "d": "d day days tag tage",
    "w": "w week weeks woche wochen",
    "mo": "month months monat monate",
}
LENGTH_UNITS = {word: unit for unit, words in _LENGTHS.items() for word in words.split()}

PERIODS = {
    "24h": "today|daily|24h|24 h|24 hours|last 24 hours|last 24h|this day|1d|heute|24 stunden|"
    "letzten 24 stunden|letzte 24 stunden|letzte 24h|tages|last day",
    "7d": "week|this week|weekly|last week|7d|7 days|last 7 days|past week|woche|diese woche|dieser woche|"
    "letzte woche|7 tage|letzten 7 tage|letzte 7 tage|1w",
    "30d": "month|this month|monthly|last month|30d|30 days|last 30 days|past month|monat|diesen monat|"
    "dieser monat|letzten monat|30 tage|letzten 30 tage|letzte 30 tage|1m",
    "ytd": "ytd|this year|year|year to date|jahr|dieses jahr|seit jahresbeginn|diesem jahr",
    "all": "all time|alltime|overall|total|in total|all|ever|since start|insgesamt|gesamt|seit beginn|"
    "seit anfang|aller zeiten|bisher|so far",
}
_PERIOD_OF = {words: period for period, choices in PERIODS.items() for words in choices.split("|")}

STATES = {
    "open": "open|pending|resting|active|waiting|offen|offene|offenen|wartende|wartenden|aktive|aktiven",
    "filled": "filled|executed|completed|done|ausgefuehrt|ausgefuehrte|ausgefuehrten|gefuellt|gefuellte|"
    "gefuellten",
    "canceled": "cancelled|canceled|storniert|stornierte|stornierten|geloeschte|geloeschten|abgebrochene|"
    "abgebrochenen",
    "expired": "expired|abgelaufen|abgelaufene|abgelaufenen|verfallen|verfallene|verfallenen",
    "rejected": "rejected|denied|refused|failed|abgelehnt|abgelehnte|abgelehnten|gescheiterte|gescheiterten",
    "closed": "closed|finished|geschlossen|geschlossene|geschlossenen|erledigt|erledigte|erledigten|"
    "abgeschlossene|abgeschlossenen",
    "all": "past|old|previous|last|latest|recent|history|frueheren|fruehere|vergangene|vergangenen|letzte|"
    "letzten|alten|historie|verlauf|orderhistorie|orderverlauf|auftragshistorie|auftragsverlauf",
}
"""How orders are to stand, by the words that say so."""
_STATE_OF = {words: state for state, choices in STATES.items() for words in choices.split("|")}

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
    "period": rf" (?P<period>{_longest_first(_PERIOD_OF)})",
    "state": rf" (?P<state>{_longest_first(_STATE_OF)})",
    "orderlog": r" (?P<state>orderhistorie|orderverlauf|auftragshistorie|auftragsverlauf)",
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


def read_period(words: str) -> str:
    """Return the period that a `{period}` slot names."""
    return _PERIOD_OF[words.strip()]


def read_state(words: str) -> str:
    """Return how orders are to stand that a `{state}` slot names."""
    return _STATE_OF[words.strip()]


def _translate(token: str) -> str:
    if token in _BRACKETS:
        return _BRACKETS[token]
    if token.startswith("{"):
        return _SLOTS[token[1:-1]]
    return " " + re.escape(fold(token))
