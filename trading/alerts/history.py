"""What prices were a while ago, read from candles and remembered."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from trading.alerts.conditions import HUNDRED
from trading.alerts.figures import Change, rounded
from trading.ports import MarketData
from trading.symbols import Symbol
from trading.timeframes import Timeframe

GRIDS: Final = (
    (timedelta(days=1), Timeframe.M1),
    (timedelta(days=7), Timeframe.M5),
    (timedelta(days=30), Timeframe.M30),
)
"""Up to which window which candles say what the price was."""

AHEAD: Final = 1_000
"""How many candles are read at once."""

GAP: Final = 10
"""How many candles may be missing before the price a window ago counts as unknown."""


@dataclass(slots=True)
class _Past:
    """Closes of one pair by the moment of each; up to `read` all are known."""

    times: list[datetime] = field(default_factory=list)
    closes: list[Decimal] = field(default_factory=list)
    start: datetime | None = None
    read: datetime | None = None


class Histories:
    """The past prices that changes are counted from."""

    def __init__(self) -> None:
        self._past: dict[tuple[Symbol, timedelta], _Past] = {}

    async def change(
        self, market: MarketData, figure: Change, price: Decimal, at: datetime
    ) -> Decimal | None:
        """Return how far a price is from the one a window before `at`, in percent; None where nobody knows.

        What counts is the last candle that had closed by then. Raises ExchangeUnavailable.
        """
        before = await self.price(market, figure.symbol, figure.window, at - figure.window)
        return None if not before else rounded((price / before - 1) * HUNDRED)

    async def price(
        self, market: MarketData, symbol: Symbol, window: timedelta, at: datetime
    ) -> Decimal | None:
        """Return the close of the last candle at or before a moment, None where there was none lately."""
        grid = next(timeframe for longest, timeframe in GRIDS if window <= longest)
        past = self._past.setdefault((symbol, window), _Past())
        moment = grid.floor(at)
        if past.start is None or past.read is None or not past.start <= moment <= past.read:
            await self._read(market, symbol, grid, past, moment, at + window)
        index = bisect_right(past.times, moment) - 1
        if index < 0 or moment - past.times[index] > GAP * grid.span:
            return None
        return past.closes[index]

    async def _read(
        self,
        market: MarketData,
        symbol: Symbol,
        grid: Timeframe,
        past: _Past,
        moment: datetime,
        now: datetime,
    ) -> None:
        start = moment - GAP * grid.span
        end = min(start + AHEAD * grid.span, grid.floor(now))
        count = max(int((end - start) / grid.span), 1)
        candles = await market.candles(symbol, grid, since=start, until=end, limit=count)
        whole = [each for each in candles if each.opened_at + grid.span <= end]
        past.times = [each.opened_at + grid.span for each in whole]
        past.closes = [each.close for each in whole]
        past.start, past.read = moment, max(end, moment)
