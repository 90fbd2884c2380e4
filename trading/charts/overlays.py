"""Indicators as a chart is asked for them: `rsi`, `sma:50`, `macd:12,26,9`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from trading.charts.pictures import Overlay, Panel
from trading.errors import UnknownIndicator
from trading.indicators import Bars, Indicator, indicator

_ASKED = re.compile(r"([a-z]+)(?:[ :]?(\d+(?:\.\d+)?(?:[,:]\d+(?:\.\d+)?)*))?", re.IGNORECASE)

# A smoothed figure has forgotten where it began after a few of its periods.
_PERIODS_TO_WARM: Final = 3

_PANELS: Final[Mapping[str, Panel]] = {
    "sma": Panel.PRICE,
    "ema": Panel.PRICE,
    "bollinger": Panel.PRICE,
    "volume": Panel.VOLUME,
}
_LEVELS: Final[Mapping[str, tuple[float, ...]]] = {"rsi": (30, 70), "macd": (0,)}
_NAMES: Final[Mapping[str, str]] = {"bollinger": "Bollinger", "volume": "mean volume"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An indicator and its figures."""

    indicator: Indicator
    given: Mapping[str, float]

    @property
    def lead(self) -> int:
        """How many candles before the first one shown it takes to warm up."""
        return _PERIODS_TO_WARM * int(sum(self._values()))

    @property
    def label(self) -> str:
        """Its name for people: RSI 14."""
        name = _NAMES.get(self.indicator.name, self.indicator.name.upper())
        return f"{name} {', '.join(f'{value:g}' for value in self._values())}"

    def over(self, bars: Bars, shown: int) -> Overlay:
        """Return it over the last `shown` bars; raise UnknownIndicator for figures it cannot take."""
        lines = {name: values[-shown:] for name, values in self.indicator(bars, self.given).items()}
        name = self.indicator.name
        return Overlay(self.label, _PANELS.get(name, Panel.OWN), lines, _LEVELS.get(name, ()))

    def _values(self) -> list[float]:
        return [self.given.get(each.name, each.default) for each in self.indicator.parameters]


def wanted(asked: str) -> Wanted:
    """Return the indicator that is asked for; raise UnknownIndicator."""
    match = _ASKED.fullmatch(asked.strip())
    if match is None:
        raise UnknownIndicator(
            f"an indicator is asked for like rsi, sma:50 or macd:12,26,9, not {asked[:40]!r}"
        )
    found = indicator(match[1])
    figures = [float(each) for each in re.split("[,:]", match[2])] if match[2] else []
    if len(figures) > len(found.parameters):
        raise UnknownIndicator(f"{found.name} takes {len(found.parameters)} figures, not {len(figures)}")
    named = zip(found.parameters, figures, strict=False)
    return Wanted(found, {each.name: each.read(value) for each, value in named})
