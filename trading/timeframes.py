"""Candle lengths."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Timeframe(StrEnum):
    """A candle length that every market here serves."""

    M1 = "1m"
    M3 = "3m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H2 = "2h"
    H4 = "4h"
    H6 = "6h"
    H8 = "8h"
    H12 = "12h"
    D1 = "1d"

    @property
    def seconds(self) -> int:
        """How long one candle lasts."""
        return int(self.value[:-1]) * {"m": 60, "h": 3_600, "d": 86_400}[self.value[-1]]

    @property
    def span(self) -> timedelta:
        """How long one candle lasts."""
        return _SPANS[self]

    def floor(self, moment: datetime) -> datetime:
        """Return when the candle that holds `moment` opened."""
        seconds = int(moment.timestamp())
        return datetime.fromtimestamp(seconds - seconds % self.seconds, UTC)


_SPANS = {each: timedelta(seconds=each.seconds) for each in Timeframe}
