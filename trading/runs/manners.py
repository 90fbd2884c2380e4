"""How the strategies of the house trade in a run: what kind of trade each makes, and by which figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from trading.backtest.strategy import Lines, Values
from trading.indicators import Series
from trading.runs.decision import Style

Named = Iterator[tuple[str, Series]]


@dataclass(frozen=True, slots=True)
class Manner:
    """The kind of trade that a strategy makes, and the lines that it looks at, by name."""

    style: Style
    figures: Callable[[Lines, Values], Named]


def _simple(lines: Lines, values: Values) -> Named:
    for name in ("fast_period", "slow_period"):
        yield f"SMA {values[name]:g}", lines.sma(values[name])


def _exponential(lines: Lines, values: Values) -> Named:
    for name in ("fast_period", "slow_period"):
        yield f"EMA {values[name]:g}", lines.ema(values[name])


def _macd(lines: Lines, values: Values) -> Named:
    found = lines.macd(values["fast_period"], values["slow_period"], values["signal_period"])
    yield "MACD", found.line
    yield "signal line", found.signal


def _mean(lines: Lines, values: Values) -> Named:
    for name in ("period", "slow"):
        if name in values:
            yield f"SMA {values[name]:g}", lines.sma(values[name])


def _strength(lines: Lines, values: Values) -> Named:
    yield f"RSI {values['period']:g}", lines.rsi(values["period"])


def _bands(lines: Lines, values: Values) -> Named:
    bands = lines.bollinger(values["period"], values["width"])
    yield "lower band", bands.lower
    yield "middle band", bands.middle
    yield "upper band", bands.upper


def _channel(lines: Lines, values: Values) -> Named:
    yield f"high of {values['period']:g} candles", lines.highest(values["period"])
    yield f"low of {values['period']:g} candles", lines.lowest(values["period"])


def _none(lines: Lines, values: Values) -> Named:
    yield from ()


MANNERS: Mapping[str, Manner] = {
    "ma_crossover": Manner(Style.TREND_FOLLOWING, _simple),
    "ema_crossover": Manner(Style.TREND_FOLLOWING, _exponential),
    "macd": Manner(Style.MOMENTUM, _macd),
    "test_strategy": Manner(Style.TREND_FOLLOWING, _mean),
    "rsi_reversion": Manner(Style.MEAN_REVERSION, _strength),
    "bollinger_reversion": Manner(Style.MEAN_REVERSION, _bands),
    "donchian_breakout": Manner(Style.BREAKOUT, _channel),
    "bollinger_breakout": Manner(Style.BREAKOUT, _bands),
    "buy_and_hold": Manner(Style.SWING, _none),
}
"""By the name of the strategy. What buys in portions is not in it: a run has one position per pair."""
