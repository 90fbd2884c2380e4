"""Coins that are misspelt or unknown: which one was meant, to be asked and never acted on."""

from dataclasses import replace

from agent.models.offline.grammar import understand
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.near_coins import nearest_coin
from agent.models.offline.words import Sentence
from tools.words.language import Language
from tools.words.pairs import MARK, read_pair

_WORDS = 20
"""In longer sentences nobody is asked about a word."""

_NOTHING = (Kind.UNKNOWN, Kind.UNCLEAR_ORDER)
_TRADES = frozenset(
    {
        *(Kind.ORDER, Kind.MARGIN, Kind.OCO, Kind.CLOSE, Kind.TRAIL, Kind.CANCEL_ORDER, Kind.CANCEL_ALL),
        *(Kind.MOVE_STOP, Kind.MOVE_TARGET, Kind.DROP_STOP, Kind.DROP_TARGET),
    }
)


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
