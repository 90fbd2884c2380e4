"""The words orders are made of, in both languages, folded."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from agent.models.offline.lists import split_words
from trading.model import Side


class Part(StrEnum):
    """What the next number of an order says."""

    AMOUNT = "amount"
    PRICE = "price"
    STOP = "stop"
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
}
PREPOSITIONS = frozenset(
    {
        *((part, Part.PRICE) for part in (Part.STOP, Part.TARGET, Part.LEVERAGE)),
        *((part, Part.AMOUNT) for part in (Part.STOP, Part.TARGET, Part.LEVERAGE)),
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
    ein eine einen der die das den dem des mir meine mein meinen meiner meines von im auf und etwas noch
    kurs preis betrag hoehe als um ein out it them davon ums today heute on
    """)
)
EXCHANGES = frozenset(
    split_words("binance kraken coinbase bybit okx kucoin bitfinex bitstamp gemini bitget mexc")
)
EXCHANGE_PREPOSITIONS = frozenset(split_words("on via auf bei ueber at"))

BREAKS_STOP = frozenset(split_words("order buy sell limit kauf kaufen verkauf verkaufen market"))
"""After these, "stop" names a kind of order and not a protective stop."""

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
    }
)
