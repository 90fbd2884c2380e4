"""Figures and names as charts and their captions have them."""

import re
from datetime import datetime, timedelta

import numpy as np

from tools.backtest_reports import BacktestReport, OptimizeReport, Period


def percent(value: float) -> str:
    """Return a change in percent with its sign."""
    return f"{round(value, 1) or 0.0:+.1f} %"


def figure(value: float) -> str:
    """Return a price or an amount, never in powers of ten."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 1 or not value:
        return f"{value:,.2f}"
    return str(np.format_float_positional(value, precision=4, fractional=False, trim="-"))


def trades(count: int) -> str:
    """Return how many trades there were: 1 trade, 2 trades."""
    return f"{count:,} trade{'' if count == 1 else 's'}"


def spaced(name: str) -> str:
    """Return a name of the wire in words: fastPeriod is fast period."""
    return re.sub("([A-Z])", r" \1", name).lower()


def market(report: BacktestReport | OptimizeReport) -> str:
    """Return what a backtest traded: BTC/USDT 1h."""
    more = len(report.pairs) - 1 if isinstance(report, BacktestReport) else 0
    return f"{report.pair}{f' and {more} more,' if more else ''} {report.timeframe}"


def between(period: Period) -> str:
    """Return the days a period has candles of."""
    # It ends when the day after its last one begins.
    last = datetime.fromisoformat(period.end) - timedelta(milliseconds=1)
    return f"{period.start[:10]} to {last:%Y-%m-%d}"


def given(params: dict[str, int | float]) -> str:
    """Return parameters in words."""
    return ", ".join(f"{spaced(name)} {value:g}" for name, value in params.items())
