"""What an alert waits for, in words, and where that stands."""

from decimal import Decimal

from bot.voice import Voice, plain
from tools.alert_params import AlertType, Condition, Figure, IndicatorOf, window_text
from tools.alert_rules import DAY
from tools.alert_views import ConditionView, CurrentView
from trading.alerts.conditions import Way

_PERCENT = frozenset({Condition.CHANGE, Condition.TRAILING})
_GOES = frozenset({Condition.CROSS, *_PERCENT})
_USUAL = IndicatorOf(name="rsi", params={"period": 14})
_LONGEST_SHORT = 5


def condition(found: ConditionView, voice: Voice) -> str:
    """Say what has to be true."""
    phrase = f"condition.{found.condition}"
    if found.condition in _GOES:
        phrase = f"{phrase}.{_way(found)}"
    said = voice.say(phrase, what=_what(found, voice), level=threshold(found, voice))
    if found.condition is not Condition.CHANGE:
        return said
    return f"{said} {voice.say('within', span=window_text(found.window or DAY))}"


def current(found: ConditionView, voice: Voice) -> str:
    """Say at what figure a condition stands, how old that is, and why it is not known."""
    now: CurrentView = found.current
    parts = [voice.say("line.now", value=figure(found, now.value, voice))]
    if now.source:
        parts.append(voice.name("source", now.source))
    if now.stale:
        parts.append(voice.say("alert.stale", time=voice.time(now.at)) if now.at else voice.say("alert.old"))
    return " · ".join([*parts, *([plain(now.problem)] if now.problem else [])])


def figure(found: ConditionView, value: Decimal | None, voice: Voice) -> str:
    """Write a figure that was seen, in the unit that a condition counts in."""
    if found.condition is Condition.CHANGE or found.figure is Figure.DRAWDOWN:
        return voice.percent(value, signed=found.condition is Condition.CHANGE)
    return voice.price(value) if found.type is AlertType.PRICE else voice.money(value)


def threshold(found: ConditionView, voice: Voice) -> str:
    """Write what a condition's figure is held against: another indicator, or a figure like it."""
    against = found.against
    if against is not None and against.indicator is not None:
        return indicator(against.indicator)
    value = found.value if against is None else against.value
    if _in_percent(found):
        # Which way it goes is said in words.
        return voice.percent(None if value is None else abs(value), signed=False)
    return voice.amount(value) if found.type is AlertType.INDICATOR else figure(found, value, voice)


def indicator(found: IndicatorOf) -> str:
    """Write an indicator as traders do: RSI(14), Volume SMA(20)."""
    if found.name == "volume":
        period = found.params.get("period", 20)
        return "Volume" if period == 1 else f"Volume SMA({period:g})"
    name = found.name.upper() if len(found.name) <= _LONGEST_SHORT else found.name.capitalize()
    given = f"({', '.join(f'{each:g}' for each in found.params.values())})" if found.params else ""
    return plain(f"{name}{given}{f' {found.line}' if found.line else ''}")


def _in_percent(found: ConditionView) -> bool:
    return found.condition in _PERCENT or found.figure is Figure.DRAWDOWN


def _way(found: ConditionView) -> Way:
    if found.direction is None and found.value is not None and found.value < 0:
        return Way.DOWN
    return found.direction or Way.EITHER


def _what(found: ConditionView, voice: Voice) -> str:
    pair = str(found.pair) if found.pair else ""
    if found.type is AlertType.INDICATOR:
        length = f" {found.timeframe.value}" if found.timeframe else ""
        return f"{indicator(found.indicator or _USUAL)} · {pair}{length}"
    if found.type is AlertType.PORTFOLIO:
        said = voice.say(f"figure.{found.figure or Figure.VALUE}")
        return f"{said} {pair}".rstrip()
    return pair
