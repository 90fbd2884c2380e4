"""The words behind a command: pairs, candle lengths, counts, names of things, and what is left over."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.asking import Misread, Plan
from bot.voice import Voice, plain
from tools.words import backtest_words, order_words, spans
from tools.words.pairs import MARK, Pair, read_pair
from tools.words.periods import LENGTH_UNITS, PERIODS, STATES, TIMEFRAMES, read_timeframe
from tools.words.tokens import CURRENCIES, UNITS, read_tokens

MOST_CHARS = 300
MOST_WORDS = 40
"""A command is short; what is longer is no command."""

UTC_ZONE = ZoneInfo("UTC")

_TABLES = (*PERIODS.values(), *STATES.values())
VOCABULARY = frozenset(
    {
        *order_words.VOCABULARY,
        *backtest_words.WORDS,
        *spans.WORDS,
        *TIMEFRAMES,
        *LENGTH_UNITS,
        *UNITS,
        *CURRENCIES,
        *(word for table in _TABLES for word in table.replace("|", " ").split()),
    }
)
"""Words with a meaning of their own, so that none of them is taken for a coin."""

_ID = re.compile(r"\b(?:pos|ord|apr|mdt|bt|opt|job)_[0-9a-z]{4,40}\b", re.IGNORECASE)
_COIN = re.compile(r"(?=[a-z0-9]*[a-z])[a-z0-9]{2,12}")
_LENGTH = re.compile(rf"(\d{{1,3}})({'|'.join(sorted(LENGTH_UNITS, key=len, reverse=True))})")


@dataclass(slots=True)
class Words:
    """What was typed behind a command, with whoever typed it.

    `tokens` are what is still to be read; `raw` is the text itself and `ids` the names of things in it.
    Times of the day that they name are by the clocks of `zone`.
    """

    raw: str
    voice: Voice
    now: datetime
    ids: tuple[str, ...] = ()
    tokens: list[str] = field(default_factory=list)
    zone: ZoneInfo = UTC_ZONE
    odd_length: bool = False

    @property
    def bare(self) -> bool:
        """Whether nothing was typed."""
        return not self.raw.strip()

    def take(self, wanted: Callable[[str], object]) -> list[str]:
        """Take out the tokens that are wanted."""
        found = [token for token in self.tokens if wanted(token)]
        self.tokens = [token for token in self.tokens if not wanted(token)]
        return found

    def take_pairs(self, guess: bool = True) -> list[Pair]:
        """Take out the pairs; with `guess` also a word that could be the name of a coin nobody here knows."""
        marked = self.take(lambda token: token.startswith(MARK))
        if not marked and guess:
            marked = [MARK + token for token in self.take(is_coin)]
        return list(dict.fromkeys(read_pair(token) for token in marked))

    def take_count(self) -> int | None:
        """Take out the first whole number."""
        found = next((token for token in self.tokens if token.isascii() and token.isdigit()), None)
        if found is None:
            return None
        self.tokens.remove(found)
        return int(found)

    def take_timeframe(self) -> str | None:
        """Take out the first candle length; `odd_length` tells that there was one nobody serves."""
        for place, token in enumerate(self.tokens):
            unit = self.tokens[place + 1] if place + 1 < len(self.tokens) else ""
            spread = token.isdecimal() and len(token) <= 3 and unit in LENGTH_UNITS
            if not spread and token not in TIMEFRAMES and not _LENGTH.fullmatch(token):
                continue
            del self.tokens[place : place + 1 + spread]
            found = read_timeframe(f"{token} {unit}" if spread else token)
            self.odd_length = found is None
            return found.value if found else None
        return None

    def unread(self) -> Misread | None:
        """Return what to answer when words are left over, None when all were read."""
        left = [token for token in self.tokens if token not in order_words.FILLERS]
        return misread(self.voice, "misread.words", words=shown(left)) if left else None


Reader = Callable[[Words], Plan | Misread]


def read_words(
    text: str, voice: Voice, now: datetime, zone: ZoneInfo = UTC_ZONE, most: int = MOST_CHARS
) -> Words | Misread:
    """Split what stands behind a command; what is too long is not looked at.

    Where a command takes more than usual it reads the text itself: that has no tokens.
    """
    said = text.strip()
    short = len(said) <= MOST_CHARS and len(said.split()) <= MOST_WORDS
    if len(said) > most or not (short or most > MOST_CHARS):
        return misread(voice, "misread.long")
    ids = tuple(each.lower() for each in _ID.findall(said))
    tokens = list(read_tokens(_ID.sub(" ", said), VOCABULARY)) if short else []
    return Words(said, voice, now, ids, tokens, zone)


def is_coin(token: str) -> bool:
    """Tell whether a token without a meaning of its own may be the name of a coin."""
    return token not in VOCABULARY and _COIN.fullmatch(token) is not None


def shown(tokens: Sequence[str]) -> str:
    """Return tokens as a person reads them."""
    words = (token.removeprefix(MARK).upper() if token.startswith(MARK) else token for token in tokens)
    return plain(" ".join(words)[:80])


def misread(voice: Voice, key: str, **values: object) -> Misread:
    """Return an answer to words that no call can be made of."""
    return Misread(voice.say(key, **values))
