"""What a person wants to try on past prices, as values."""

from dataclasses import dataclass
from decimal import Decimal

from tools.words.pairs import Pair
from trading.timeframes import Timeframe


@dataclass(frozen=True, slots=True)
class Day:
    """A day as far as it was said: what is missing is the first of its kind as a beginning, else the last."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the past: `back` units up to now, a calendar unit `ago` units from this one, or two days.

    `unit` is hour, day, week, month, quarter or year; of the three the first that is given counts.
    """

    unit: str = ""
    back: int | None = None
    ago: int | None = None
    begin: Day | None = None
    end: Day | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known so far of a backtest, an optimisation or a comparison.

    `every` when all strategies are meant. `unknown` is the name of a strategy nobody here knows, `unread`
    what was not understood beside it. `params` have the spelling they were given in, `figures` the names of
    the tools. `currency` is that of the balance, where one was named.
    """

    strategies: tuple[str, ...] = ()
    every: bool = False
    unknown: str = ""
    unread: str = ""
    pairs: tuple[Pair, ...] = ()
    timeframe: Timeframe | None = None
    span: Span | None = None
    params: tuple[tuple[str, Decimal], ...] = ()
    figures: tuple[tuple[str, Decimal], ...] = ()
    currency: str = ""
    sizing: str = ""
    direction: str = ""
    metric: str = ""
