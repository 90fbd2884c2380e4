"""The whole market of a cycle, as it is stored: enough to have the cycle again, to the last unit."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from trading.model import Candle
from trading.runs import snapshot as view
from trading.runs.snapshot import Snapshot, text_of
from trading.symbols import Symbol, parse_symbol


@dataclass(frozen=True, slots=True)
class Quote:
    """What a pair costs at the moment of a cycle."""

    bid: Decimal
    ask: Decimal
    last: Decimal


@dataclass(frozen=True, slots=True)
class CycleMarket:
    """The market of one cycle.

    `quotes` are those of the pairs that can be traded: all that the snapshot has a price of. `marks` are the
    last known prices of all pairs, also of those that are silent now. `bars` are the closed candles of one
    minute since the cycle before, up to `until` of each pair, without a gap: they tell which stops, targets
    and liquidations came in between. A pair that is silent has none, and the next cycle makes up for it.
    """

    snapshot: Snapshot
    quotes: Mapping[Symbol, Quote]
    marks: Mapping[Symbol, Decimal] = field(default_factory=dict)
    bars: Mapping[Symbol, Sequence[Candle]] = field(default_factory=dict)
    until: Mapping[Symbol, datetime] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """The moment of the cycle."""
        return self.snapshot.at


def plain(market: CycleMarket) -> dict[str, Any]:
    """Return a market in its canonical form: figures as text, pairs in the order of the snapshot."""
    return {
        "snapshot": view.plain(market.snapshot),
        "quotes": {
            str(symbol): [text_of(each.bid), text_of(each.ask), text_of(each.last)]
            for symbol, each in market.quotes.items()
        },
        "marks": {str(symbol): text_of(price) for symbol, price in market.marks.items()},
        "bars": {str(symbol): [_bar(each) for each in bars] for symbol, bars in market.bars.items()},
        "until": {str(symbol): moment.isoformat() for symbol, moment in market.until.items()},
    }


def from_plain(stored: Mapping[str, Any]) -> CycleMarket:
    """Return the market of a canonical form."""
    return CycleMarket(
        snapshot=view.from_plain(stored["snapshot"]),
        quotes={parse_symbol(name): Quote(*map(Decimal, each)) for name, each in stored["quotes"].items()},
        marks={parse_symbol(name): Decimal(price) for name, price in stored["marks"].items()},
        bars={
            parse_symbol(name): tuple(_candle(each) for each in bars) for name, bars in stored["bars"].items()
        },
        until={parse_symbol(name): datetime.fromisoformat(each) for name, each in stored["until"].items()},
    )


def digest(stored: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, of a canonical form."""
    return hashlib.sha256(orjson.dumps(stored, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _bar(candle: Candle) -> list[str]:
    figures = (candle.open, candle.high, candle.low, candle.close, candle.volume)
    return [candle.opened_at.isoformat(), *map(text_of, figures)]


def _candle(stored: Sequence[str]) -> Candle:
    opened_at, *figures = stored
    return Candle(datetime.fromisoformat(opened_at), *map(Decimal, figures))
