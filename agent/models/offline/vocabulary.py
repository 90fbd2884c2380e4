"""Every word that some pattern knows, so that none of them is taken for a coin when written in capitals."""

from agent.models.offline import order_words, sentences_de, sentences_en
from agent.models.offline.patterns import LENGTH_UNITS, PERIODS, TIMEFRAMES, words_of

# Words that nobody means as a coin, though no pattern needs them.
_PLAIN = """
    ai api ath atl dca roi eur usd ok lol kit if asap fyi fomo hodl gmt utc est et al am pm no not never aber
    nein ist was auch nur sehr hier now yes nft etf sec fed ceo ki id ip faq tldr imo us uk eu ema sma ma
    vwap adx dont cant wont stop loss take profit buying selling
"""


def _sentence_words() -> set[str]:
    words: set[str] = set()
    for table in (sentences_en, sentences_de):
        for patterns in (*table.SENTENCES.values(), table.FOLLOW_UPS, tuple(table.MACROS.values())):
            for pattern in patterns:
                words |= words_of(pattern)
        words |= words_of(f"{table.PREFIXES} {table.SUFFIXES}")
    return words


VOCABULARY = frozenset(
    {
        *_sentence_words(),
        *order_words.VOCABULARY,
        *TIMEFRAMES,
        *LENGTH_UNITS,
        *words_of(" ".join(PERIODS.values())),
        *_PLAIN.split(),
    }
)
