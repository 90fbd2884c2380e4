"""Histories over a scripted market and real files, and candles to fill it with."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from memory.candles import CandleFiles
from memory.datasets import Datasets
from trading.backtest.histories import Histories
from trading.backtest.history import History
from trading.clock import ManualClock
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.markets import Markets
from trading.model import Candle
from trading.symbols import Symbol
from trading.timeframes import Timeframe

BTC = Symbol("BTC", "USDT")
DAWN = datetime(2025, 12, 1, tzinfo=UTC)
NOW = datetime(2026, 2, 1, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: int) -> datetime:
    """Return the moment so many hours after the market's first candle."""
    return DAWN + hours * HOUR


def candle(hours: int, close: int | None = None) -> Candle:
    """Return the candle of an hour; its close tells which one it is."""
    price = Decimal(1000 + hours if close is None else close)
    return Candle(at(hours), price, price, price, price, Decimal(1))


@dataclass
class Archive:
    """A market of hourly candles, a folder, and histories of both."""

    folder: Path
    hours: Iterable[int] = range((NOW - DAWN) // HOUR + 1)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))

    def __post_init__(self) -> None:
        self.market = ScriptedMarket(self.clock, {instrument(): 1000})
        self.market.set_candles(BTC, Timeframe.H1, [candle(each) for each in self.hours])
        self.store = CandleFiles(self.folder / "cache")
        self.histories = self.reopened()

    def reopened(self) -> Histories:
        """Return histories over the same folder that remember nothing else."""
        return Histories(Markets(self.market), self.store, Datasets(self.folder), self.clock)

    async def get(self, first: int, last: int, lead: int = 0) -> History:
        """Return the history of some hours."""
        return await self.histories.get(BTC, Timeframe.H1, at(first), at(last), lead)

    def asked(self) -> int:
        """Return how many questions the market was asked since this was asked last."""
        count = len(self.market.candle_requests)
        self.market.candle_requests.clear()
        return count


def closes(history: History) -> list[int]:
    """Return the hours whose candles a history has."""
    return [round(each) - 1000 for each in history.bars.close.tolist()]
