"""The coin that a misspelt word comes close to."""

from collections.abc import Set
from difflib import SequenceMatcher

from tools.words.pairs import MARK, TICKERS

_LETTERS = range(3, 20)
_LONG = 5
_CLOSE, _CLOSE_IN_SHORT = 0.75, 0.66
"""Of three letters two must be right."""


def nearest_but(word: str, vocabulary: Set[str]) -> str | None:
    """Return the ticker of the coin that a word comes close to.

    None for a coin we know, for a word of the vocabulary, and for what comes close to none.
    """
    written = word.removeprefix(MARK).partition("/")[0].lower()
    known = written in TICKERS or written in vocabulary
    if known or len(written) not in _LETTERS or not written.isalnum():
        return None
    near = max(TICKERS, key=lambda name: _likeness(written, name))
    swapped, ratio = _likeness(written, near)
    enough = _CLOSE if max(len(written), len(near)) >= _LONG else _CLOSE_IN_SHORT
    return TICKERS[near] if swapped or ratio >= enough else None


def _likeness(written: str, name: str) -> tuple[bool, float]:
    return sorted(written) == sorted(name), SequenceMatcher(None, written, name).ratio()
