"""Indicators over candles as exact values, one for each close."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from trading.alerts.figures import Line, Reading, rounded
from trading.errors import UnknownIndicator
from trading.indicators import Bars, Series, indicator
from trading.model import Candle

LEAD: Final = 500
"""From how many candles before a close an indicator is reckoned: the same after every restart."""

LONGEST_PERIOD: Final = LEAD // 2

OWN: Final[Mapping[str, Callable[[Bars], Series]]] = {
    "open": lambda bars: bars.open,
    "high": lambda bars: bars.high,
    "low": lambda bars: bars.low,
    "close": lambda bars: bars.close,
}
"""What a candle tells by itself."""


def checked(line: Line) -> Line:
    """Return a line with its full name, parameters and line; raise UnknownIndicator."""
    name = line.name.strip().lower()
    if name in OWN:
        if line.params or line.line not in (None, "value"):
            raise UnknownIndicator(f"{name} has no parameters and only one line")
        return Line(name, (), "value")
    found = indicator(name)
    given = dict(line.params)
    if strange := set(given) - {each.name for each in found.parameters}:
        raise UnknownIndicator(f"{found.name} has no parameter {', '.join(sorted(strange))}")
    params = tuple((each.name, each.read(given.get(each.name, each.default))) for each in found.parameters)
    for parameter, (label, value) in zip(found.parameters, params, strict=True):
        if parameter.whole and value > LONGEST_PERIOD:
            raise UnknownIndicator(f"{label} is at most {LONGEST_PERIOD} in an alert")
    chosen = (line.line or found.lines[0]).strip().lower()
    if chosen not in found.lines:
        raise UnknownIndicator(f"{found.name} has no line {chosen!r}; it has {', '.join(found.lines)}")
    _tried(found.name, params)
    return Line(found.name, params, chosen)


def readings_of(
    candles: Sequence[Candle], figures: Iterable[Reading]
) -> Mapping[Reading, Sequence[Decimal | None]]:
    """Return each figure at each close, None where it has not warmed up."""
    bars = Bars.of(candles)
    lines: dict[Line, Sequence[Decimal | None]] = {}

    def of(line: Line) -> Sequence[Decimal | None]:
        if line not in lines:
            lines[line] = [
                rounded(float(each)) if np.isfinite(each) else None for each in _series(bars, line)
            ]
        return lines[line]

    return {each: _less(of(each.line), of(each.less)) if each.less else of(each.line) for each in figures}


def _series(bars: Bars, line: Line) -> Series:
    own = OWN.get(line.name)
    if own is not None:
        return own(bars)
    found = indicator(line.name)
    return found(bars, dict(line.params))[line.line or found.lines[0]]


def _less(left: Sequence[Decimal | None], right: Sequence[Decimal | None]) -> Sequence[Decimal | None]:
    return [
        None if one is None or other is None else one - other for one, other in zip(left, right, strict=True)
    ]


def _tried(name: str, params: tuple[tuple[str, float], ...]) -> None:
    """Raise UnknownIndicator where parameters do not fit each other."""
    empty = np.empty(0)
    indicator(name)(Bars(empty, empty, empty, empty, empty), dict(params))
