"""Whether a strategy looks ahead: what it said may not change with what came later."""

from collections.abc import Sequence

import numpy as np

from trading.backtest.codes import Codes
from trading.backtest.history import History, as_moment
from trading.backtest.outcome import Leak
from trading.backtest.run import ready, signals, warm_up
from trading.backtest.strategy import Lines, Signals, Strategy, Values
from trading.backtest.tasks import Tell
from trading.indicators import Bars

CUTS = 40


def leaks(history: History, strategy: Strategy, values: Values, tell: Tell) -> Sequence[Leak]:
    """Return the first bar that each kind of other future changes; none for an honest strategy.

    The candles are cut off at many places, and the rest is replaced by one that goes up and one that goes
    down. Raises InvalidBacktest.
    """
    ready(strategy, values, history)
    truth = signals(strategy, values, Lines(history.bars))
    need = warm_up(strategy, [values]) + 2
    cuts = sorted({int(each) for each in np.linspace(need, len(history) - 1, CUTS)})
    found: dict[int, Leak] = {}
    for number, cut in enumerate(cuts):
        for future in (None, 1.5, 0.5):
            other = signals(strategy, values, Lines(_with_future(history.bars, cut, future)))
            at = _first_difference(truth, other, cut)
            if at is not None and at not in found:
                found[at] = Leak(
                    as_moment(int(history.times[at])).isoformat(),
                    as_moment(int(history.times[cut - 1])).isoformat(),
                    int(truth.codes[at]),
                    int(other.codes[at]),
                )
        tell(number + 1, len(cuts))
    return [found[at] for at in sorted(found)]


def _with_future(bars: Bars, cut: int, future: float | None) -> Bars:
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    if future is None:
        return Bars(*(each[:cut] for each in columns))
    drift = np.linspace(1, future, len(bars) - cut)
    return Bars(*(np.concatenate((each[:cut], each[cut:] * drift)) for each in columns))


def _first_difference(truth: Signals, other: Signals, cut: int) -> int | None:
    different: Codes = truth.codes[:cut] != other.codes[:cut]
    if truth.portions is not None and other.portions is not None:
        same = np.isclose(truth.portions[:cut], other.portions[:cut], rtol=1e-9, atol=0, equal_nan=True)
        different = different | ~same
    return int(np.argmax(different)) if different.any() else None
