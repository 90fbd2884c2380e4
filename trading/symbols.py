"""Pairs: one canonical spelling inside, many spellings outside."""

import re
from dataclasses import dataclass

from trading.errors import UnknownSymbol

# Longest first, so that BTCUSDT is BTC/USDT and never BTCUS/DT or BTCUSD/T.
QUOTES = ("USDT", "USDC", "FDUSD", "TUSD", "BUSD", "DAI", "USD", "EUR", "GBP", "CHF", "BTC", "ETH", "BNB")

_ASSET = re.compile(r"[A-Z0-9]{1,15}")
_SEPARATORS = re.compile(r"%2F|[/\-_: ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A trading pair: so much quote for one base."""

    base: str
    quote: str

    def __str__(self) -> str:
        return f"{self.base}/{self.quote}"

    @property
    def joined(self) -> str:
        """The spelling without a separator, as exchanges print it: BTCUSDT."""
        return f"{self.base}{self.quote}"


def parse_symbol(text: str, default_quote: str | None = None) -> Symbol:
    """Read BTC/USDT, btc-usdt, BTC_USDT, BTC%2FUSDT or BTCUSDT; with a default quote also a bare BTC.

    Raises UnknownSymbol when the text cannot be a pair.
    """
    parts = [part for part in _SEPARATORS.split(text.strip().upper()) if part]
    if len(parts) == 1:
        parts = _split_joined(parts[0], default_quote)
    if len(parts) != 2 or not all(_ASSET.fullmatch(part) for part in parts) or parts[0] == parts[1]:
        raise UnknownSymbol(f"{text!r} is not a trading pair; write it like BTC/USDT")
    return Symbol(*parts)


def _split_joined(text: str, default_quote: str | None) -> list[str]:
    for quote in QUOTES:
        if text.endswith(quote) and len(text) > len(quote):
            return [text[: -len(quote)], quote]
    return [text, default_quote] if default_quote else [text]
