"""What a strategy is: typed parameters, and a pure function from candles and parameters to signals."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from trading import indicators
from trading.backtest.codes import Codes, Floats
from trading.errors import InvalidBacktest
from trading.indicators import Bands, Bars, Macd, Series

T = TypeVar("T")
Values = Mapping[str, float]

MOST_TRIED = 400
"""How many combinations are tried where nobody says which."""

_AROUND = (0.5, 0.75, 1.0, 1.5, 2.0)


class Signals(NamedTuple):
    """What a strategy says at each close: bits of the kernel's codes, and for some how much of it.

    `portions` are per bar the share of the initial cash an entry takes, and of the position a leave gives up.
    """

    codes: Codes
    portions: Floats | None = None


class Lines:
    """The columns of some bars and indicators over them, each reckoned once."""

    def __init__(self, bars: Bars) -> None:
        self.bars = bars
        self._known: dict[tuple[Any, ...], Any] = {}

    @property
    def close(self) -> Series:
        """The closing prices."""
        return self.bars.close

    def sma(self, period: float) -> Series:
        """Return the simple moving average of the close."""
        return self._once(("sma", period), lambda: indicators.sma(self.close, int(period)))

    def ema(self, period: float) -> Series:
        """Return the exponential moving average of the close."""
        return self._once(("ema", period), lambda: indicators.ema(self.close, int(period)))

    def rsi(self, period: float) -> Series:
        """Return the relative strength index of the close, 0 to 100."""
        return self._once(("rsi", period), lambda: indicators.rsi(self.close, int(period)))

    def macd(self, fast: float, slow: float, signal: float) -> Macd:
        """Return the MACD's lines."""
        return self._once(
            ("macd", fast, slow, signal),
            lambda: indicators.macd(self.close, int(fast), int(slow), int(signal)),
        )

    def bollinger(self, period: float, width: float) -> Bands:
        """Return the Bollinger bands of the close."""
        return self._once(
            ("bollinger", period, width), lambda: indicators.bollinger(self.close, int(period), float(width))
        )

    def highest(self, period: float) -> Series:
        """Return the highest high of the `period` bars before each one."""
        return self._once(("highest", period), lambda: _before(self.bars.high, int(period), np.max))

    def lowest(self, period: float) -> Series:
        """Return the lowest low of the `period` bars before each one."""
        return self._once(("lowest", period), lambda: _before(self.bars.low, int(period), np.min))

    def crossed(self, fast: Series, slow: Series) -> Codes:
        """Return the signals of one line crossing another: up enters long, leaves short; down reversed."""
        # Compiled code is loaded where it runs.
        from trading.backtest.crossings import crossed

        return crossed(fast, slow)

    def _once(self, key: tuple[Any, ...], reckon: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = reckon()
        return cast(T, self._known[key])


@dataclass(frozen=True, slots=True)
class Crossing:
    """Signals that are nothing but one line, the first, crossing another; of many, a grid makes them at once.

    Lines are as long as the bars.
    """

    pair: Callable[[Lines, Values], tuple[Series, Series]]

    def __call__(self, lines: Lines, values: Values) -> Signals:
        """Return the signals with some parameters."""
        return Signals(lines.crossed(*self.pair(lines, values)))


def _before(values: Series, period: int, fold: Callable[..., Series]) -> Series:
    found = np.full(len(values), np.nan)
    if len(values) > period:
        found[period:] = fold(np.lib.stride_tricks.sliding_window_view(values[:-1], period), axis=-1)
    return found


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure a strategy is tuned by, with inclusive bounds; `aliases` are other names people give it.

    `tries` are the values an optimisation tries where nobody says which, else some around the default.
    """

    name: str
    default: float | None
    least: float
    most: float
    help: str
    whole: bool = True
    aliases: tuple[str, ...] = ()
    tries: tuple[float, ...] = ()

    def candidates(self) -> tuple[float, ...]:
        """Return the values to try where nobody says which, all within the bounds; none without a default."""
        if self.tries or self.default is None:
            return self.tries
        scaled = (self.default * factor for factor in _AROUND)
        rounded = (round(each) if self.whole else round(each, 6) for each in scaled)
        return tuple(dict.fromkeys(each for each in rounded if self.least <= each <= self.most))

    def read(self, value: Any) -> float:
        """Return a valid value; raise InvalidBacktest for any other."""
        good = (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and self.least <= value <= self.most
        )
        if not good or (self.whole and value % 1):
            kind = "a whole number" if self.whole else "a number"
            raise InvalidBacktest(
                f"{self.name} is {kind} from {self.least:g} to {self.most:g}, not {str(value)[:40]}",
                parameter=self.name,
            )
        return int(value) if self.whole else float(value)


@dataclass(frozen=True, slots=True)
class Rule:
    """A relation between parameters that has to hold."""

    holds: Callable[[Values], bool]
    says: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """A named way to trade. `warm_up` is how many bars come before the first signal can."""

    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    signals: Callable[[Lines, Values], Signals]
    warm_up: Callable[[Values], float]
    rules: tuple[Rule, ...] = ()
    aliases: tuple[str, ...] = ()
    examples: Mapping[str, float] = field(default_factory=dict)

    def read(self, given: Mapping[str, Any]) -> dict[str, float]:
        """Return every parameter's value under its own name; raise InvalidBacktest.

        Names are accepted in snake_case and camelCase, and by their aliases.
        """
        names = self.spellings()
        values: dict[str, float] = {
            each.name: each.default for each in self.parameters if each.default is not None
        }
        seen: set[str] = set()
        for spelling, value in given.items():
            parameter = names.get(plain(spelling))
            if parameter is None:
                known = ", ".join(each.name for each in self.parameters) or "none"
                raise InvalidBacktest(
                    f"{self.name} has no parameter {spelling[:40]!r}; it has {known}", parameter=spelling[:40]
                )
            if parameter.name in seen:
                raise InvalidBacktest(f"{parameter.name} is given twice", parameter=parameter.name)
            seen.add(parameter.name)
            if value is not None:
                values[parameter.name] = parameter.read(value)
        return values

    def check(self, values: Values) -> None:
        """Raise InvalidBacktest where parameters contradict each other."""
        broken: Sequence[str] = [rule.says for rule in self.rules if not rule.holds(values)]
        if broken:
            raise InvalidBacktest(f"{self.name}: {broken[0]}", parameters=dict(values))

    def grid(self, given: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
        """Return the values to try of each parameter that is not given, at most MOST_TRIED combinations."""
        names = {plain(name) for name in given}
        free = [each for each in self.parameters if names.isdisjoint(map(plain, (each.name, *each.aliases)))]
        found = {each.name: tried for each in free if (tried := each.candidates())}
        while math.prod(map(len, found.values())) > MOST_TRIED:
            found.popitem()
        return found

    def spellings(self) -> Mapping[str, Parameter]:
        """Return every spelling of every parameter, without case and underscores."""
        return {
            plain(name): parameter
            for parameter in self.parameters
            for name in (parameter.name, *parameter.aliases)
        }


def plain(name: str) -> str:
    """Return a name without case, spaces, dashes and underscores: fastPeriod and fast_period are one."""
    return "".join(each for each in name.lower() if each.isalnum())
