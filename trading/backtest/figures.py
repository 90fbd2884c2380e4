"""What is measured of a backtest, out of the kernel's sums; fractions and quote, units come at the edge."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trading.backtest import kernel
from trading.backtest.codes import Floats
from trading.backtest.outcome import Figures
from trading.timeframes import Timeframe

YEAR = 365 * 86_400


def measure(row: Floats, initial: float, bars: int, timeframe: Timeframe) -> Figures:
    """Return the figures of a run over so many measured bars."""
    final, trades = float(row[kernel.FINAL]), int(row[kernel.TRADES])
    gains, losses = float(row[kernel.GAINS]), float(row[kernel.LOSSES])
    drawdown = float(row[kernel.DRAWDOWN])
    years = bars * timeframe.seconds / YEAR
    annual = annualised(final / initial, years)
    scale = math.sqrt(YEAR / timeframe.seconds)
    return Figures(
        final=final,
        pnl=final - initial,
        total_return=final / initial - 1,
        annual_return=annual,
        max_drawdown=drawdown,
        sharpe=scale * sharpe(float(row[kernel.SUM]), float(row[kernel.SQUARES]), bars),
        sortino=scale * sortino(float(row[kernel.SUM]), float(row[kernel.DOWNSIDE]), bars),
        calmar=annual / drawdown if drawdown and annual is not None else None,
        win_rate=float(row[kernel.WON]) / trades if trades else 0.0,
        profit_factor=gains / losses if losses else None,
        expectancy=(gains - losses) / trades if trades else 0.0,
        trades=trades,
        wins=int(row[kernel.WON]),
        fees=float(row[kernel.FEES]),
        exposure=float(row[kernel.HELD]) / bars if bars else 0.0,
        open_amount=float(row[kernel.Q]),
    )


def with_trades(whole: Figures, pnls: Sequence[float], fees: float, exposure: float) -> Figures:
    """Return the figures of a curve with those of the trades that made it, one net profit or loss a trade."""
    trades, wins = len(pnls), sum(pnl > 0 for pnl in pnls)
    gains, losses = sum(max(pnl, 0.0) for pnl in pnls), -sum(min(pnl, 0.0) for pnl in pnls)
    return replace(
        whole,
        trades=trades,
        wins=wins,
        win_rate=wins / trades if trades else 0.0,
        profit_factor=gains / losses if losses else None,
        expectancy=(gains - losses) / trades if trades else 0.0,
        fees=fees,
        exposure=exposure,
    )


def annualised(growth: float, years: float) -> float | None:
    """Return what a growth to so many times as much comes to per year, None where no number holds it."""
    if growth <= 0:
        return -1.0
    try:
        return math.expm1(math.log(growth) / years) if years else 0.0
    except OverflowError:
        return None


def sharpe(total: float, squares: float, count: int) -> float:
    """Return mean over standard deviation (ddof 1) of returns per bar, from their sum and sum of squares."""
    if count < 2:
        return 0.0
    mean = total / count
    variance = (squares - total * mean) / (count - 1)
    # What is left of equal returns is rounding, not risk.
    return mean / math.sqrt(variance) if variance > squares * 1e-14 else 0.0


def sortino(total: float, downside: float, count: int) -> float:
    """Return mean over the root mean square of losses per bar."""
    if count < 1 or downside <= 0:
        return 0.0
    return (total / count) / math.sqrt(downside / count)


def of_curve(equity: Floats, initial: float) -> Floats:
    """Return the kernel's sums of an equity curve: final, returns, drawdown; nothing about trades."""
    row = np.zeros(kernel.FIGURES)
    before = np.concatenate(([initial], equity[:-1]))
    change = equity / before - 1
    peaks = np.maximum.accumulate(np.concatenate(([initial], equity)))[1:]
    row[kernel.FINAL] = equity[-1]
    row[kernel.SUM] = change.sum()
    row[kernel.SQUARES] = (change * change).sum()
    row[kernel.DOWNSIDE] = (np.minimum(change, 0) ** 2).sum()
    row[kernel.DRAWDOWN] = (1 - equity / peaks).max()
    return row
