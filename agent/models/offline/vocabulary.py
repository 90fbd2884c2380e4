"""Every word that some pattern knows, so that none of them is taken for a coin when written in capitals."""

from collections.abc import Mapping
from typing import Protocol

from agent.models.offline import sentences_de, sentences_en
from agent.models.offline.glossary import MEANINGS
from agent.models.offline.intents import Kind
from agent.models.offline.patterns import words_of
from tools.words import alerts, backtest_words, order_words, spans
from tools.words.periods import LENGTH_UNITS, PERIODS, STATES, TIMEFRAMES

# Words that nobody means as a coin, though no pattern needs them.
_PLAIN = """
    ai api ath atl dca roi eur usd ok lol kit if asap fyi fomo hodl gmt utc est et al am pm no not never aber
    nein ist was auch nur sehr hier now yes nft etf sec fed ceo ki id ip faq tldr imo us uk eu ema sma ma
    vwap adx dont cant wont stop loss take profit buying selling
"""


class Table(Protocol):
    """The sentences of a language."""

    SENTENCES: Mapping[Kind, tuple[str, ...]]
    FOLLOW_UPS: tuple[str, ...]
    MACROS: Mapping[str, str]
    PREFIXES: str
    SUFFIXES: str


def table_words(table: Table) -> frozenset[str]:
    """Return the words of a language's sentences, folded."""
    patterns = [
        *(pattern for patterns in table.SENTENCES.values() for pattern in patterns),
        *table.FOLLOW_UPS,
        *table.MACROS.values(),
        table.PREFIXES,
        table.SUFFIXES,
    ]
    return words_of(" ".join(patterns))


VOCABULARY = frozenset(
    {
        *table_words(sentences_en),
        *table_words(sentences_de),
        *order_words.VOCABULARY,
        *backtest_words.WORDS,
        *spans.WORDS,
        *alerts.WORDS,
        *TIMEFRAMES,
        *LENGTH_UNITS,
        *words_of(" ".join(PERIODS.values())),
        *words_of(" ".join(STATES.values())),
        *words_of(" ".join(MEANINGS)),
        *_PLAIN.split(),
    }
)
