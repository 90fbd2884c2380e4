"""Imported where workers are forked from: everything that one loads and compiles for its first tasks."""

import trading.backtest.perform
import trading.charts.draw
from trading.backtest.warm import warm

__all__ = ["trading"]

warm()
