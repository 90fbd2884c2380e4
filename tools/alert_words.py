"""Alerts in an English sentence: what is waited for, and what has come."""

from decimal import Decimal

from tools.alert_params import (
    AlertType,
    Condition,
    CreateAlert,
    Figure,
    IndicatorOf,
    OfCondition,
    window_text,
)
from tools.alert_rules import DAY, USUAL, bar_of
from tools.words.language import Language
from tools.words.render import format_number
from trading.alerts.conditions import Way
from trading.alerts.figures import Line
from trading.alerts.readings import checked
from trading.alerts.rules import Frequency
from trading.timeframes import Timeframe

_OWN = frozenset({"open", "high", "low", "close"})
_AVERAGES = {"sma": "SMA", "ema": "EMA", "rsi": "RSI", "macd": "MACD", "atr": "ATR", "bollinger": "Bollinger"}
_FIGURES = {
    Figure.VALUE: "portfolio value",
    Figure.DRAWDOWN: "drawdown in percent",
    Figure.PNL: "profit of the position",
}
_OFTEN = {
    Frequency.ONCE: "once",
    Frequency.ONCE_PER_BAR: "once per {bar} candle",
    Frequency.ONCE_PER_BAR_CLOSE: "at each close of a {bar} candle",
    Frequency.EVERY: "every time",
}
_WAYS = {Way.UP: " upwards", Way.DOWN: " downwards", Way.EITHER: ""}
_MOVES = {Way.UP: "rises", Way.DOWN: "falls", Way.EITHER: "moves"}


def conditions_text(params: CreateAlert) -> str:
    """Return what an alert waits for, such as `BTC/USDT above 70,000`."""
    return f" {'or' if params.any else 'and'} ".join(map(condition_text, params.parts))


def alert_text(params: CreateAlert) -> str:
    """Return what an alert waits for and how often it tells of it."""
    often = _OFTEN[params.frequency].format(bar=bar_of(params).value)
    words = f"{conditions_text(params)}, {often}"
    if params.expires_at is not None:
        words += f", until {params.expires_at:%Y-%m-%d %H:%M} UTC"
    return words


def condition_text(part: OfCondition) -> str:
    """Return what one condition waits for."""
    subject = _subject(part)
    level = _against(part)
    way = part.direction or Way.EITHER
    match part.condition:
        case Condition.CROSS:
            return f"{subject} crosses {level}{_WAYS[way]}"
        case Condition.CHANGE:
            return f"{subject} {_MOVES[way]} {level}% within {window_text(part.window or DAY)}"
        case Condition.TRAILING:
            start = "above its lowest" if way is Way.UP else "below its highest"
            return f"{subject} {level}% {start}"
        case _:
            return f"{subject} {part.condition} {level}"


def figure_text(value: Decimal | None) -> str:
    """Return an observed figure, `unknown` where there is none."""
    return "unknown" if value is None else format_number(value, Language.EN)


def _subject(part: OfCondition) -> str:
    if part.type is AlertType.PORTFOLIO:
        name = _FIGURES[part.figure or Figure.VALUE]
        return f"{name} {part.pair}" if part.pair else name
    if part.type is AlertType.INDICATOR:
        timeframe = (part.timeframe or Timeframe.H1).value
        return f"{_indicator(part.indicator or USUAL)} of {part.pair} on {timeframe}"
    return str(part.pair)


def _against(part: OfCondition) -> str:
    against = part.against
    if against is not None and against.indicator is not None:
        bar = f" on {(part.timeframe or Timeframe.H1).value}" if part.type is AlertType.PRICE else ""
        return f"its {_indicator(against.indicator)}{bar}"
    value = part.value if against is None else against.value
    return figure_text(value)


def _indicator(asked: IndicatorOf) -> str:
    line = checked(Line(asked.name, tuple(asked.params.items()), asked.line))
    if line.name in _OWN:
        return line.name
    figures = ", ".join(f"{value:g}" for _, value in line.params)
    if line.name == "volume":
        return "volume" if figures == "1" else f"volume SMA({figures})"
    name = f"{_AVERAGES.get(line.name, line.name)}({figures})"
    return name if line.line in (None, "value", "line") else f"{name} {line.line}"
