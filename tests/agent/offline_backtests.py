"""Sentences that ask for backtests, each with the calls it leads to."""

from typing import Any

LAST_YEAR = {"from": "2025-01-01", "to": "2025-12-31"}
MA = {"pair": "BTC/USDT", "strategy": "ma_crossover"}
RSI = {"pair": "ETH/USDT", "strategy": "rsi_reversion"}
BOTH = {"pair": "BTC/USDT", "strategies": ["ma_crossover", "rsi_reversion"]}

BACKTEST_CALLS: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    ("backtest ma crossover on BTC last year", [("backtest_run", {**MA, **LAST_YEAR})]),
    ("backtest an MA crossover on BTC for last year", [("backtest_run", {**MA, **LAST_YEAR})]),
    ("backteste ma crossover auf BTC letztes jahr", [("backtest_run", {**MA, **LAST_YEAR})]),
    (
        "backtest rsi on ETH 4h since january",
        [("backtest_run", {**RSI, "timeframe": "4h", "from": "2026-01-01"})],
    ),
    (
        "teste rsi auf ETH 4h seit januar",
        [("backtest_run", {**RSI, "timeframe": "4h", "from": "2026-01-01"})],
    ),
    (
        "backtest bollinger on SOL 1d from 2024-01-01 to 2024-06-30 with 5000 and 0.1% fees",
        [
            (
                "backtest_run",
                {
                    "pair": "SOL/USDT",
                    "strategy": "bollinger_reversion",
                    "timeframe": "1d",
                    "from": "2024-01-01",
                    "to": "2024-06-30",
                    "initialBalance": 5000,
                    "feePercent": 0.1,
                },
            )
        ],
    ),
    (
        "backtest buy and hold BTC 90 days",
        [("backtest_run", {"pair": "BTC/USDT", "strategy": "buy_and_hold", "from": "2026-08-22"})],
    ),
    (
        "backtest macd fast 8 slow 21 on BTC",
        [
            (
                "backtest_run",
                {"pair": "BTC/USDT", "strategy": "macd", "params": {"fast_period": 8, "slow_period": 21}},
            )
        ],
    ),
    (
        "backtest donchian on BTC with 5% stop loss",
        [("backtest_run", {"pair": "BTC/USDT", "strategy": "donchian_breakout", "stopLossPercent": 5})],
    ),
    ("optimize RSI on ETH 1h", [("backtest_optimize", {**RSI, "timeframe": "1h"})]),
    ("optimiere RSI auf ETH", [("backtest_optimize", RSI)]),
    (
        "optimize ma crossover on BTC last year by sharpe",
        [("backtest_optimize", {**MA, **LAST_YEAR, "metric": "sharpeRatio"})],
    ),
    ("compare ma crossover and rsi on BTC", [("backtest_compare", BOTH)]),
    ("vergleiche ma crossover und rsi auf BTC", [("backtest_compare", BOTH)]),
    ("which strategies are there", [("strategies_list", {})]),
    ("welche strategien gibt es", [("strategies_list", {})]),
    ("show my backtests", [("backtest_list", {"limit": 10})]),
    ("zeig meine backtests", [("backtest_list", {"limit": 10})]),
    ("show my last backtest", [("backtest_list", {"limit": 1})]),
    ("cancel the backtest", [("backtest_list", {"limit": 50})]),
    ("brich den backtest ab", [("backtest_list", {"limit": 50})]),
]
