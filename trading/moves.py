"""How the pairs of a market have moved, and which of them most."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from trading.model import Instrument, Ticker
from trading.symbols import Symbol

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Move:
    """How a pair has moved: from `open`, at `since`, to `last`, at `at`.

    `since` is 24 hours before, or where an exchange tells only of the day the midnight UTC before. `turnover`
    is what traded in the last 24 hours, in the quote currency.
    """

    symbol: Symbol
    last: Decimal
    open: Decimal
    turnover: Decimal
    since: datetime
    at: datetime

    @property
    def change(self) -> Decimal:
        """How far it has moved, as a fraction."""
        return self.last / self.open - 1


@dataclass(frozen=True, slots=True)
class Overview:
    """The pairs of one quote currency that moved and traded most, most first; `pairs` counts all of them."""

    quote: str
    pairs: int
    gainers: Sequence[Move]
    losers: Sequence[Move]
    most_traded: Sequence[Move]


class Tickers(Protocol):
    """Has tickers, one at a time."""

    async def instruments(self) -> Mapping[Symbol, Instrument]:
        """Return the rules of every pair traded here."""
        ...

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return the market of this moment."""
        ...


async def moves_by_tickers(market: Tickers) -> list[Move]:
    """Return how every pair of a market has moved, where asking for each costs nothing."""
    tickers = [await market.ticker(symbol) for symbol in await market.instruments()]
    return [
        Move(each.symbol, each.last, each.open_24h, each.volume_24h * each.last, each.at - DAY, each.at)
        for each in tickers
        if each.open_24h
    ]


def usual_quote(moves: Iterable[Move], wanted: str) -> str:
    """Return the quote currency `wanted` where something trades in it, else that of most pairs."""
    counts = Counter(each.symbol.quote for each in moves)
    if wanted in counts or not counts:
        return wanted
    return min(counts, key=lambda quote: (-counts[quote], quote))


def overview(moves: Iterable[Move], quote: str, limit: int) -> Overview:
    """Return the pairs quoted in `quote` that moved and traded most, up to `limit` of each."""
    traded = sorted(
        (each for each in moves if each.symbol.quote == quote and each.turnover > 0),
        key=lambda each: (-each.turnover, str(each.symbol)),
    )
    risen = sorted(traded, key=lambda each: -each.change)
    return Overview(
        quote=quote,
        pairs=len(traded),
        gainers=[each for each in risen if each.change > 0][:limit],
        losers=[each for each in reversed(risen) if each.change < 0][:limit],
        most_traded=traded[:limit],
    )
