"""Backtests: a strategy's signals, filled on candles by the same rules as the paper exchange."""
