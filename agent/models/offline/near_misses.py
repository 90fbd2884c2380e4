"""Coins that are misspelt or unknown: which one was meant, to be asked and never acted on."""

from dataclasses import replace
from difflib import SequenceMatcher

from agent.models.offline.grammar import understand
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.language import Language
from agent.models.offline.pairs import MARK, TICKERS, read_pair
from agent.models.offline.vocabulary import VOCABULARY
from agent.models.offline.words import Sentence

_LETTERS = range(3, 20)
_WORDS = 20
"""In longer sentences nobody is asked about a word."""
_LONG = 5
_CLOSE, _CLOSE_IN_SHORT = 0.75, 0.66
"""Of three letters two must be right."""

_NOTHING = (Kind.UNKNOWN, Kind.UNCLEAR_ORDER)
_TRADES = frozenset(
    {
        *(Kind.ORDER, Kind.MARGIN, Kind.OCO, Kind.CLOSE, Kind.TRAIL, Kind.CANCEL_ORDER, Kind.CANCEL_ALL),
        *(Kind.MOVE_STOP, Kind.MOVE_TARGET, Kind.DROP_STOP, Kind.DROP_TARGET),
    }
)


def nearest_coin(word: str) -> str | None:
    """Return the ticker of the coin that a word comes close to, None for a coin we know and other words."""
    written = word.removeprefix(MARK).partition("/")[0].lower()
    known = written in TICKERS or written in VOCABULARY
    if known or len(written) not in _LETTERS or not written.isalnum():
        return None
    near = max(TICKERS, key=lambda name: _likeness(written, name))
    swapped, ratio = _likeness(written, near)
    enough = _CLOSE if max(len(written), len(near)) >= _LONG else _CLOSE_IN_SHORT
    return TICKERS[near] if swapped or ratio >= enough else None


def near_miss(sentence: Sentence, language: Language) -> Intent | None:
    """Return the question whether a coin was meant, if a sentence makes sense with it and else does not.

    What it would ask for goes along, but no trade does: that must be said anew.
    """
    for place, token in enumerate(sentence.tokens if len(sentence.tokens) <= _WORDS else ()):
        coin = nearest_coin(token)
        if coin is None:
            continue
        tokens = (*sentence.tokens[:place], MARK + coin.lower(), *sentence.tokens[place + 1 :])
        meant = understand(replace(sentence, tokens=tokens), language)
        if meant.kind not in _NOTHING:
            trades = meant.kind in _TRADES
            pairs = (read_pair(MARK + coin),)
            return Intent(Kind.NEAR_MISS, pairs, rest=token, meant=None if trades else meant)
    return None


def _likeness(written: str, name: str) -> tuple[bool, float]:
    return sorted(written) == sorted(name), SequenceMatcher(None, written, name).ratio()
