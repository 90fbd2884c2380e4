"""The pairs of the simulated market: the rules they trade by and what moves them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Final

from trading.model import Instrument
from trading.symbols import Symbol

MARKET: Final = "market"
"""The walk that all coins share."""

VOLATILITY: Final[Mapping[str, float]] = {
    MARKET: 0.021,
    "BTC": 0.012,
    "ETH": 0.018,
    "SOL": 0.030,
    "BNB": 0.018,
    "XRP": 0.030,
    "DOGE": 0.034,
    "ADA": 0.028,
    "AVAX": 0.030,
    "DOT": 0.028,
    "LINK": 0.028,
    "LTC": 0.025,
    "TRX": 0.018,
    "EUR": 0.004,
}
"""Each walk's own deviation over a day, as a fraction."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One pair: its rules, the price its walk starts from, what a day trades in base units, its walks.

    The logarithm of its price is that of the anchor plus each walk times its weight.
    """

    instrument: Instrument
    anchor: Decimal
    daily_volume: Decimal
    weights: Mapping[str, float]

    @property
    def anchor_ticks(self) -> float:
        """The anchor in ticks."""
        return float(self.anchor / self.instrument.tick)

    @property
    def daily_steps(self) -> float:
        """A middling day's volume in steps of the amount."""
        return float(self.daily_volume / self.instrument.step)

    @property
    def volatility(self) -> float:
        """The deviation over a day, as a fraction."""
        parts = [(weight * VOLATILITY[walk]) ** 2 for walk, weight in self.weights.items()]
        return sqrt(sum(parts))


def _listing(
    symbol: Symbol,
    anchor: Decimal,
    tick: str,
    step: str,
    min_notional: str,
    daily_volume: str,
    weights: Mapping[str, float],
) -> Listing:
    fee = Decimal("0.001")
    rules = Instrument(
        symbol=symbol,
        tick=Decimal(tick),
        step=Decimal(step),
        min_amount=Decimal(step),
        min_notional=Decimal(min_notional),
        maker_fee=fee,
        taker_fee=fee,
    )
    return Listing(rules, anchor, Decimal(daily_volume), weights)


# base, anchor in USDT, tick, step, volume of a day in base, weight of the shared walk
_AGAINST_USDT: Final = (
    ("BTC", "68400", "0.01", "0.00001", "25000", 1.0),
    ("ETH", "3720", "0.01", "0.0001", "400000", 1.2),
    ("SOL", "165", "0.01", "0.001", "4000000", 1.5),
    ("BNB", "610", "0.01", "0.001", "500000", 0.9),
    ("XRP", "0.62", "0.0001", "0.1", "500000000", 1.2),
    ("DOGE", "0.16", "0.00001", "1", "2000000000", 1.5),
    ("ADA", "0.45", "0.0001", "0.1", "200000000", 1.3),
    ("AVAX", "35", "0.01", "0.01", "3000000", 1.4),
    ("DOT", "6.8", "0.001", "0.01", "10000000", 1.3),
    ("LINK", "16.5", "0.01", "0.01", "6000000", 1.3),
    ("LTC", "84", "0.01", "0.001", "800000", 1.1),
    ("TRX", "0.16", "0.0001", "0.1", "300000000", 0.7),
    ("EUR", "1.085", "0.0001", "0.1", "40000000", 0.0),
)


def _table() -> dict[Symbol, Listing]:
    listings = {}
    for base, anchor, tick, step, volume, shared in _AGAINST_USDT:
        symbol = Symbol(base, "USDT")
        weights = {base: 1.0} | ({MARKET: shared} if shared else {})
        listings[symbol] = _listing(symbol, Decimal(anchor), tick, step, "5", volume, weights)
    cross = Symbol("ETH", "BTC")
    listings[cross] = _cross(cross, listings, "0.00001", "0.0001", "0.0001", "30000")
    return listings


def _cross(
    symbol: Symbol,
    listings: Mapping[Symbol, Listing],
    tick: str,
    step: str,
    min_notional: str,
    daily_volume: str,
) -> Listing:
    """Return a pair whose price is, at each turn of a minute, that of its base over that of its quote."""
    base, quote = (listings[Symbol(asset, "USDT")] for asset in (symbol.base, symbol.quote))
    walks = base.weights.keys() | quote.weights.keys()
    weights = {walk: base.weights.get(walk, 0.0) - quote.weights.get(walk, 0.0) for walk in sorted(walks)}
    anchor = base.anchor / quote.anchor
    return _listing(symbol, anchor, tick, step, min_notional, daily_volume, weights)


LISTINGS: Final[Mapping[Symbol, Listing]] = _table()
"""Every pair traded here."""
