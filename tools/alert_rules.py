"""Alerts as people ask for them, made into what the domain watches, and how far they have come as JSON."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from tools.alert_params import Against, AlertType, CreateAlert, Figure, IndicatorOf, OfCondition
from tools.alert_params import Condition as Asked
from trading.alerts.conditions import Condition, Seen, Test, Way, step
from trading.alerts.figures import Change, Holding, Line, Measure, Price, Reading
from trading.alerts.figures import Figure as Watched
from trading.alerts.readings import checked
from trading.alerts.rules import Frequency, Rule, Standing, fresh
from trading.symbols import Symbol
from trading.timeframes import Timeframe

DAY = timedelta(days=1)
USUAL = IndicatorOf(name="rsi")

_TESTS = {
    Asked.ABOVE: Test.ABOVE,
    Asked.BELOW: Test.BELOW,
    Asked.CROSS: Test.CROSS,
    Asked.CHANGE: Test.MOVED,
    Asked.TRAILING: Test.TRAILING,
}
_MEASURES = {Figure.VALUE: Measure.VALUE, Figure.DRAWDOWN: Measure.DRAWDOWN, Figure.PNL: Measure.PNL}
_STANDING = TypeAdapter(Standing)


def rule_of(params: CreateAlert, account: str, since: datetime) -> Rule:
    """Return what an alert watches; raise UnknownIndicator."""
    gated = params.frequency is Frequency.ONCE_PER_BAR_CLOSE
    bar = bar_of(params)
    return Rule(
        conditions=tuple(_condition(each, account, bar if gated else None) for each in params.parts),
        frequency=params.frequency,
        since=since,
        every_one=params.any is None,
        bar=bar,
        cooldown=timedelta(seconds=params.cooldown_seconds),
        expires_at=params.expires_at,
    )


def bar_of(params: CreateAlert) -> Timeframe:
    """Return whose candles an alert goes by: those it names first, else of an hour."""
    named = (each.timeframe for each in (params, *params.parts))
    return next((each for each in named if each is not None), Timeframe.H1)


def begun(rule: Rule, values: Mapping[Watched, Decimal]) -> Standing:
    """Return how an alert stands that is made while its figures have these values.

    A crossing needs the side it starts from, a trail where it begins; whatever else holds is told at once.
    """
    starts = (Test.CROSS, Test.TRAILING)
    seen = tuple(
        step(each, Seen(), values[each.figure]) if each.test in starts and each.figure in values else Seen()
        for each in rule.conditions
    )
    return Standing(seen) if any(seen) else fresh(rule)


def standing_out(standing: Standing) -> Mapping[str, Any]:
    """Return how an alert stands as JSON."""
    return _STANDING.dump_python(standing, mode="json")  # type: ignore[no-any-return]


def standing_in(stored: Mapping[str, Any] | None, rule: Rule) -> Standing:
    """Return how an alert stands from what is stored; one that has seen nothing starts."""
    return fresh(rule) if stored is None else _STANDING.validate_python(dict(stored))


def _condition(part: OfCondition, account: str, gate: Timeframe | None) -> Condition:
    assert part.condition is not None
    test = _TESTS[part.condition]
    usual = Way.DOWN if test is Test.TRAILING else Way.EITHER
    level = Decimal(0) if part.value is None else part.value
    if part.against is not None and part.against.value is not None:
        level = part.against.value
    return Condition(_figure(part, account, gate), test, level, part.direction or usual)


def _figure(part: OfCondition, account: str, gate: Timeframe | None) -> Watched:
    if part.type is AlertType.PORTFOLIO:
        return _holding(part, account)
    assert part.pair is not None
    if part.type is AlertType.INDICATOR:
        return _reading(part, part.pair, part.indicator or USUAL, part.timeframe or Timeframe.H1)
    if part.condition is Asked.CHANGE:
        return Change(part.pair, part.window or DAY, gate)
    if part.against is not None and part.against.indicator is not None:
        return _reading(part, part.pair, IndicatorOf(name="close"), part.timeframe or gate or Timeframe.H1)
    if gate is not None and part.condition is not Asked.TRAILING:
        return Reading(part.pair, gate, checked(Line("close")))
    return Price(part.pair)


def _reading(part: OfCondition, pair: Symbol, indicator: IndicatorOf, timeframe: Timeframe) -> Reading:
    return Reading(pair, timeframe, _line(indicator), _less(part.against))


def _less(against: Against | None) -> Line | None:
    return _line(against.indicator) if against is not None and against.indicator is not None else None


def _line(asked: IndicatorOf) -> Line:
    return checked(Line(asked.name, tuple(sorted(asked.params.items())), asked.line))


def _holding(part: OfCondition, account: str) -> Holding:
    if part.condition is Asked.CHANGE:
        return Holding(account, Measure.CHANGE, window=part.window or DAY)
    return Holding(account, _MEASURES[part.figure or Figure.VALUE], part.pair)
