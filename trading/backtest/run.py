"""One backtest: a strategy over a history on some terms."""

import math
from collections.abc import Sequence

import numpy as np

from trading.backtest import kernel
from trading.backtest.codes import Floats
from trading.backtest.figures import measure
from trading.backtest.history import History
from trading.backtest.outcome import OpenPosition, Outcome, Trade
from trading.backtest.strategy import Lines, Signals, Strategy, Values
from trading.backtest.terms import Terms
from trading.errors import InvalidBacktest

REASONS = ("signal", "stop", "target", "trail", "liquidation")

_NONE = np.empty(0)
_NO_TRADES = np.empty((0, kernel.COLUMNS))


def ready(strategy: Strategy, values: Values, history: History) -> None:
    """Raise InvalidBacktest where parameters contradict each other or the candles are too few."""
    strategy.check(values)
    enough(strategy, [values], history)


def enough(strategy: Strategy, rows: Sequence[Values], history: History) -> None:
    """Raise InvalidBacktest where the candles are too few for one of the rows."""
    need = warm_up(strategy, rows) + 2
    if len(history) < need:
        raise InvalidBacktest(
            f"{strategy.name} needs at least {need} candles here, and there are {len(history)}",
            needed=need,
            found=len(history),
        )


def warm_up(strategy: Strategy, rows: Sequence[Values]) -> int:
    """Return how many bars the slowest row of parameters needs before its first signal.

    Raises InvalidBacktest where a strategy cannot tell.
    """
    needed = [strategy.warm_up(values) for values in rows]
    # A comparison with what is no number would pass it over.
    if not all(0 <= each < math.inf for each in needed):
        raise InvalidBacktest(f"{strategy.name} has to say how many candles it needs to warm up")
    return int(max(needed))


def signals(strategy: Strategy, values: Values, lines: Lines) -> Signals:
    """Return a strategy's signals, held to their shape."""
    found = strategy.signals(lines, values)
    codes = np.ascontiguousarray(found.codes, dtype=np.int8)
    portions = None if found.portions is None else np.ascontiguousarray(found.portions, dtype=np.float64)
    if codes.shape != lines.close.shape or (portions is not None and portions.shape != codes.shape):
        raise InvalidBacktest(f"{strategy.name} has to give one signal for each candle")
    if portions is not None and (portions[~np.isnan(portions)] <= 0).any():
        raise InvalidBacktest(f"{strategy.name} gave a portion that is not above 0")
    return Signals(codes, portions)


def run(history: History, strategy: Strategy, values: Values, terms: Terms, *, whole: bool = True) -> Outcome:
    """Run one backtest; without `whole` neither equity nor trades are kept.

    Raises InvalidBacktest.
    """
    ready(strategy, values, history)
    given = signals(strategy, values, Lines(history.bars))
    row = np.zeros(kernel.FIGURES)
    columns = terms.columns(history.lead)
    simulate(history, given, columns, _NONE, _NO_TRADES, row)
    equity, trades = _NONE, _NO_TRADES
    if whole:
        equity = np.empty(len(history))
        trades = np.empty((int(row[kernel.TRADES]), kernel.COLUMNS))
        simulate(history, given, columns, equity, trades, row)
    return Outcome(
        figures=measure(row, terms.initial, history.measured, history.timeframe),
        buy_and_hold=held(history),
        equity=equity[history.lead :],
        trades=[_trade(each, history) for each in trades],
        position=_position(row, history),
    )


def simulate(
    history: History, given: Signals, columns: Floats, equity: Floats, trades: Floats, row: Floats
) -> None:
    """Hand signals to the kernel."""
    bars = history.bars
    portions = _NONE if given.portions is None else given.portions
    kernel.simulate(
        bars.open, bars.high, bars.low, bars.close, given.codes, portions, columns, equity, trades, row
    )


def held(history: History) -> float:
    """Return what holding from the first measured close to the last returns, without a fee."""
    closes = history.bars.close
    return float(closes[-1] / closes[history.lead] - 1)


def hold(history: History, initial: float) -> Floats:
    """Return what holding since the first measured close is worth at each of them, without a fee."""
    closes = history.bars.close[history.lead :]
    worth: Floats = initial * (closes / closes[0])
    return worth


def _position(row: Floats, history: History) -> OpenPosition | None:
    amount, cost, fees = (float(row[each]) for each in (kernel.Q, kernel.COST, kernel.ENTRY_FEES))
    if not amount:
        return None
    mark = float(history.bars.close[-1])
    return OpenPosition(
        opened_at=int(history.times[int(row[kernel.SINCE])]),
        amount=amount,
        entry=cost / abs(amount),
        mark=mark,
        fees=fees,
        unrealized=amount * mark - math.copysign(cost, amount) - fees,
    )


def _trade(row: Floats, history: History) -> Trade:
    return Trade(
        opened_at=int(history.times[int(row[kernel.OPENED])]),
        closed_at=int(history.times[int(row[kernel.CLOSED])]),
        amount=float(row[kernel.AMOUNT]),
        entry=float(row[kernel.ENTRY]),
        exit=float(row[kernel.EXIT]),
        fees=float(row[kernel.COSTS]),
        pnl=float(row[kernel.PNL]),
        reason=REASONS[int(row[kernel.REASON])],
    )
