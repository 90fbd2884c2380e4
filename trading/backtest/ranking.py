"""What runs are ranked by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trading.backtest.outcome import Figures
from trading.backtest.strategy import plain
from trading.errors import InvalidBacktest


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that runs are ranked by, in the unit it is shown in; `sign` is -1 where less is better."""

    name: str
    of: Callable[[Figures], float | None]
    sign: int = 1
    percent: bool = False


METRICS: tuple[Metric, ...] = (
    Metric("sharpeRatio", lambda each: each.sharpe),
    Metric("sortinoRatio", lambda each: each.sortino),
    Metric("calmarRatio", lambda each: each.calmar),
    Metric("totalReturn", lambda each: each.total_return * 100, percent=True),
    Metric(
        "annualReturn",
        lambda each: None if each.annual_return is None else each.annual_return * 100,
        percent=True,
    ),
    Metric("maxDrawdown", lambda each: each.max_drawdown * 100, -1, percent=True),
    Metric("winRate", lambda each: each.win_rate * 100, percent=True),
    Metric("profitFactor", lambda each: each.profit_factor),
    Metric("expectancy", lambda each: each.expectancy),
    Metric("totalTrades", lambda each: each.trades),
)

_SHORT = {"sharpe": "sharpeRatio", "sortino": "sortinoRatio", "calmar": "calmarRatio"}
_MORE = {"return": "totalReturn", "profit": "totalReturn", "drawdown": "maxDrawdown", "trades": "totalTrades"}
_BY_NAME: Mapping[str, Metric] = {plain(each.name): each for each in METRICS}


def metric(name: str) -> Metric:
    """Return the metric of a name; raise InvalidBacktest."""
    key = plain(name)
    found = _BY_NAME.get(plain({**_SHORT, **_MORE}.get(key, key)))
    if found is None:
        known = ", ".join(each.name for each in METRICS)
        raise InvalidBacktest(f"there is no metric {name[:40]!r}; there are {known}", metric=name[:40])
    return found


def ranked(scores: Sequence[float | None], sign: int) -> list[int]:
    """Return places of scores, best first; equal ones stay in order, unknown ones come last."""
    known = [place for place, score in enumerate(scores) if score is not None]
    unknown = [place for place, score in enumerate(scores) if score is None]
    return sorted(known, key=lambda place: -sign * (scores[place] or 0.0)) + unknown
