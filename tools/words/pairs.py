"""Pairs as people name them."""

import re
from dataclasses import dataclass

from trading.errors import UnknownSymbol
from trading.symbols import QUOTES, Symbol, parse_symbol

DEFAULT_QUOTE = "USDT"

MARK = "¤"
"""Opens the token of a pair, so that no pattern can mistake another word for one."""

_NAMES = {
    "BTC": "bitcoin bitcoins xbt",
    "ETH": "ethereum ether",
    "SOL": "solana",
    "XRP": "ripple",
    "DOGE": "dogecoin",
    "ADA": "cardano",
    "BNB": "binancecoin",
    "LTC": "litecoin",
    "DOT": "polkadot",
    "LINK": "chainlink",
    "AVAX": "avalanche",
    "POL": "",
    "MATIC": "polygon",
    "TRX": "tron",
    "SHIB": "shiba shibainu",
    "BCH": "bitcoincash",
    "ETC": "ethereumclassic",
    "XLM": "stellar",
    "XMR": "monero",
    "ATOM": "",
    "UNI": "uniswap",
    "AAVE": "",
    "ALGO": "algorand",
    "APT": "aptos",
    "ARB": "arbitrum",
    "FIL": "filecoin",
    "HBAR": "hedera",
    "ICP": "",
    "INJ": "injective",
    "PEPE": "",
    "SUI": "",
    "TON": "toncoin",
    "VET": "vechain",
    "WIF": "dogwifhat",
    "1INCH": "",
}
TICKERS = {word: ticker for ticker, names in _NAMES.items() for word in (ticker.lower(), *names.split())}
"""The ticker of every name that a coin is known by here, folded."""

# A single-coin quote such as BTC ends many plain words; these do not.
_TELLING_QUOTES = ("usdt", "usdc", "fdusd", "tusd", "busd")
_ASSET = re.compile(r"(?=[a-z0-9]*[a-z])[a-z0-9]{2,15}")
_SHOUTED = re.compile(r"[A-Z][A-Z0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair somebody named; `explicit` when they named its quote too."""

    symbol: Symbol
    explicit: bool = False

    def covers(self, other: Symbol) -> bool:
        """Tell whether `other` is meant: the same pair, or the same base when no quote was named."""
        return other == self.symbol if self.explicit else other.base == self.symbol.base


def read_pair(token: str) -> Pair:
    """Return the pair of a marked token.

    Raises UnknownSymbol when it is none.
    """
    name = token.removeprefix(MARK)
    return Pair(parse_symbol(name, DEFAULT_QUOTE), "/" in name)


def mark_pair(word: str) -> str | None:
    """Return the token of a folded word that names a coin or a pair, None for any other word."""
    base, slash, quote = word.partition("/")
    if slash:
        return _marked(base, quote) if quote.upper() in QUOTES and _ASSET.fullmatch(base) else None
    if word in TICKERS:
        return MARK + TICKERS[word].lower()
    return _joined(word)


def mark_shouted(word: str) -> str | None:
    """Return the token of a coin nobody here knows, written in capitals as exchanges do; else None."""
    return MARK + word.lower() if _SHOUTED.fullmatch(word) and word not in QUOTES else None


def with_quote(token: str, quote: str) -> str:
    """Return a bare coin's token with its quote named."""
    return token if "/" in token else f"{token}/{quote}"


def _joined(word: str) -> str | None:
    for quote in QUOTES:
        base = word[: -len(quote)]
        if word.endswith(quote.lower()) and base:
            known = base in TICKERS or (quote.lower() in _TELLING_QUOTES and _ASSET.fullmatch(base))
            return _marked(base, quote) if known else None
    return None


def _marked(base: str, quote: str) -> str | None:
    token = f"{MARK}{TICKERS.get(base, base).lower()}/{quote.lower()}"
    try:
        read_pair(token)
    except UnknownSymbol:
        return None
    return token
