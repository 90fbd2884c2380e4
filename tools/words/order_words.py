"""The words orders are made of, in both languages, folded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tools.words.lists import split_words
from tools.words.wishes import Form
from trading.model import Side


class Part(StrEnum):
    """What the next number of an order says."""

    AMOUNT = "amount"
    PRICE = "price"
    STOP = "stop"
    TRIGGER = "trigger"
    TRAIL = "trailing stop"
    TARGET = "target"
    LEVERAGE = "leverage"


SIDES: Mapping[str, Side] = {
    **dict.fromkeys(
        split_words("buy purchase invest kauf kaufe kaufen investiere investieren erwerbe"), Side.BUY
    ),
    **dict.fromkeys(split_words("sell verkauf verkaufe verkaufen"), Side.SELL),
}
DIRECTIONS: Mapping[str, Side] = {
    "long": Side.BUY,
    "short": Side.SELL,
    "shorte": Side.SELL,
    "longe": Side.BUY,
}
OPENERS = frozenset(split_words("go open enter gehe geh eroeffne oeffne starte"))
"""Words that begin a long or short, and say nothing more."""

CLOSERS = frozenset(
    split_words(
        "close exit liquidate flatten schliesse schliess schliessen aufloesen glattstellen liquidiere"
    )
)
CLOSE_NOUNS = frozenset(split_words("position positions trade trades positionen holding holdings"))

PARTS: Mapping[str, Part] = {
    **dict.fromkeys(split_words("for with using worth fuer mit wert"), Part.AMOUNT),
    **dict.fromkeys(split_words("at limit zu zum bei limitpreis"), Part.PRICE),
    "stop": Part.STOP,
    **dict.fromkeys(split_words("target ziel kursziel gewinnziel gewinnmitnahme"), Part.TARGET),
    **dict.fromkeys(split_words("leverage hebel"), Part.LEVERAGE),
    **dict.fromkeys(split_words("trigger triggers ausloeser triggerpreis"), Part.TRIGGER),
}
_LED = (Part.STOP, Part.TARGET, Part.LEVERAGE, Part.TRIGGER, Part.TRAIL)
LIMIT_WORDS = frozenset(split_words("limit limitpreis"))
"""Words for a limit, where those beside them could as well lead to the price that starts a stop order."""
PREPOSITIONS = frozenset(
    {
        *((part, Part.PRICE) for part in _LED),
        *((part, Part.AMOUNT) for part in _LED),
    }
)
"""Second words that leave a part what it is: stop at 5%, stop mit 5%."""

BEHIND: Mapping[str, bool] = {"stop": True, "target": True, "ziel": True, "worth": False, "wert": False}
"""Words that may follow their number, and whether that must be a percentage: 5% stop, 500 worth."""

SHARES: Mapping[str, Decimal] = {
    **dict.fromkeys(split_words("half haelfte halb halbe halben"), Decimal("0.5")),
    **dict.fromkeys(split_words("quarter viertel"), Decimal("0.25")),
    **dict.fromkeys(
        split_words("all everything entire whole alle alles komplett gesamte gesamten ganze ganzen"),
        Decimal(1),
    ),
}

MARKET = frozenset(split_words("market marktpreis bestens marktkurs current aktuellen"))
FILLERS = frozenset(
    split_words("""
    a an the of my me some in to worth coins coin and from amount price order us position more
    ein eine einen einem einer der die das den dem des mir meine mein meinen meiner meines von im auf
    und etwas noch
    kurs preis betrag hoehe als um ein out it them davon ums today heute on
    """)
)
EXCHANGES = frozenset(
    split_words("binance kraken coinbase bybit okx kucoin bitfinex bitstamp gemini bitget mexc")
)
EXCHANGE_PREPOSITIONS = frozenset(split_words("on via auf bei ueber at"))

BREAKS_STOP = frozenset(split_words("buy sell limit kauf kaufen verkauf verkaufen"))
"""Before these, "stop" names a kind of order and not a protective stop."""

OR = frozenset(split_words("or oder"))
"""Between a limit and a stop: of both, the first that fills cancels the other."""

TRAIL_WORDS = frozenset(
    split_words("by behind distance abstand of von at with bei mit im in a an einem einer")
)
"""Words between a trailing stop and its distance."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What several words say together: the form of an order, that it trails, that it only reduces."""

    form: Form | None = None
    trails: bool = False
    reduces: bool = False


_REDUCES = "reduce only|only reduce|reduceonly|reducing only|nur reduzieren|nur reduzierend|nur reduziert"
_OCO = "oco|oco order|one cancels the other|eine storniert die andere"
_STOP_LIMIT = "stop limit|stop limit order|stoplimit|stop limit auftrag"
_STOP = "stop order|stop market|stop market order|stop auftrag|stop entry|stop einstieg"
_TRAILING = "trailing stop|trailing stop order|trailing|trailingstop|nachgezogenem stop|nachziehendem stop"
_TRAILING_ENTRY = "trailing entry|trailing stop entry|trailing einstieg|trailing stop einstieg"


def _phrases(spelled: str, meaning: Phrase) -> Mapping[tuple[str, ...], Phrase]:
    return {tuple(each.split()): meaning for each in spelled.split("|")}


PHRASES: Mapping[tuple[str, ...], Phrase] = {
    **_phrases(_REDUCES, Phrase(reduces=True)),
    **_phrases(_OCO, Phrase(Form.OCO)),
    **_phrases(_STOP_LIMIT, Phrase(Form.STOP_LIMIT)),
    **_phrases(_STOP, Phrase(Form.STOP)),
    **_phrases(_TRAILING, Phrase(trails=True)),
    **_phrases(_TRAILING_ENTRY, Phrase(Form.TRAILING, trails=True)),
}
_LONGEST = max(map(len, PHRASES))


def phrase_at(tokens: Sequence[str], index: int) -> tuple[Phrase, int] | None:
    """Return the longest phrase that begins at `index`, and its length.

    Before the side of an order, and right behind one that begins it, stop and trailing stop name its form:
    stop sell, buy stop.
    """
    for length in range(min(_LONGEST, len(tokens) - index), 0, -1):
        found = PHRASES.get(tuple(tokens[index : index + length]))
        if found is not None:
            beside = found.trails and _beside_side(tokens, index, length)
            return (Phrase(Form.TRAILING, trails=True) if beside else found), length
    if tokens[index] == "stop" and _beside_side(tokens, index, 1):
        return Phrase(Form.STOP), 1
    return None


def _beside_side(tokens: Sequence[str], index: int, length: int) -> bool:
    begins = tokens[:1] if index == 1 else ()
    neighbours = (*begins, *tokens[index + length : index + length + 1])
    return any(each in SIDES or each in DIRECTIONS for each in neighbours)


VOCABULARY = frozenset(
    {
        *SIDES,
        *DIRECTIONS,
        *OPENERS,
        *CLOSERS,
        *CLOSE_NOUNS,
        *PARTS,
        *SHARES,
        *MARKET,
        *FILLERS,
        *EXCHANGES,
        *EXCHANGE_PREPOSITIONS,
        *BREAKS_STOP,
        *OR,
        *TRAIL_WORDS,
        *(word for phrase in PHRASES for word in phrase),
    }
)
