"""What people type, read by code: coins, amounts, orders, stretches of time, backtests."""
