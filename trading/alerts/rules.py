"""When an alert fires: how often, from when, until when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from trading.alerts.conditions import Condition, Seen, Test, step, together
from trading.alerts.figures import Figure, Reading
from trading.matching import INSTANT
from trading.timeframes import Timeframe

FLOOD = 10
FLOOD_SPAN = timedelta(minutes=10)
"""An alert that fires FLOOD times within FLOOD_SPAN is stopped."""


class Frequency(StrEnum):
    """How often an alert fires; `every` is each time its condition becomes true."""

    ONCE = "once"
    ONCE_PER_BAR = "once_per_bar"
    ONCE_PER_BAR_CLOSE = "once_per_bar_close"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Rule:
    """What has to hold, and how often that is told.

    All of the conditions have to hold, or any without `every_one`. Values up to and including `since` do not
    count, nor any from `expires_at` on. `bar` is whose candles the frequency counts.
    """

    conditions: tuple[Condition, ...]
    frequency: Frequency
    since: datetime
    every_one: bool = True
    bar: Timeframe = Timeframe.H1
    cooldown: timedelta = timedelta(0)
    expires_at: datetime | None = None

    @property
    def gated(self) -> bool:
        """Whether it fires when a candle closes and at no other time."""
        return self.frequency is Frequency.ONCE_PER_BAR_CLOSE


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an alert has come. `recent` are its last firings, as many as a flood takes."""

    seen: tuple[Seen, ...]
    held: bool = False
    at: datetime | None = None
    bar: datetime | None = None
    fired_at: datetime | None = None
    recent: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """An alert after a moment: how it stands, and whether it fires."""

    standing: Standing
    fires: bool = False


def fresh(rule: Rule) -> Standing:
    """Return how an alert stands that has seen nothing."""
    return Standing(tuple(Seen() for _ in rule.conditions))


def look(rule: Rule, standing: Standing, values: Mapping[Figure, Decimal], at: datetime) -> Step:
    """Return an alert after some of its figures have got new values.

    What fires at the close of a candle only looks.
    """
    if standing.at is not None and at < standing.at:
        at = standing.at
    seen = tuple(
        step(each, past, values[each.figure]) if each.figure in values else past
        for each, past in zip(rule.conditions, _now(rule, standing, at), strict=True)
    )
    looked = replace(standing, seen=seen, at=at)
    if rule.gated:
        return Step(looked)
    crossed = any(
        each.test is Test.CROSS and after.holds and each.figure in values
        for each, after in zip(rule.conditions, seen, strict=True)
    )
    # What a close says belongs to the candle that closes, not to the one that opens at that moment.
    closing = any(isinstance(each, Reading) for each in values)
    return _judged(rule, looked, crossed, at, rule.bar.floor(at - INSTANT if closing else at))


def closed(rule: Rule, standing: Standing, at: datetime) -> Step:
    """Return an alert after a candle of its length has closed."""
    holding = replace(standing, seen=_now(rule, standing, at), at=at)
    return _judged(rule, holding, crossed=True, at=at, bar=rule.bar.floor(at - INSTANT))


def floods(standing: Standing) -> bool:
    """Tell whether an alert fires so often that it has to be stopped."""
    recent = standing.recent
    return len(recent) >= FLOOD and recent[-1] - recent[-FLOOD] <= FLOOD_SPAN


def _now(rule: Rule, standing: Standing, at: datetime) -> tuple[Seen, ...]:
    """Return what holds at a moment: a crossing is over as soon as time goes on."""
    if standing.at is None or at <= standing.at:
        return standing.seen
    return tuple(
        replace(seen, holds=False) if each.test is Test.CROSS and seen.holds else seen
        for each, seen in zip(rule.conditions, standing.seen, strict=True)
    )


def _judged(rule: Rule, standing: Standing, crossed: bool, at: datetime, bar: datetime) -> Step:
    holds = together([each.holds for each in standing.seen], rule.every_one) is True
    due = holds and _due(rule, standing, crossed, at, bar)
    after = replace(standing, held=holds)
    if not due:
        return Step(after)
    recent = (*standing.recent, at)[-FLOOD:]
    return Step(
        replace(
            after,
            seen=tuple(map(_again, rule.conditions, after.seen)),
            bar=bar,
            fired_at=at,
            recent=recent,
        ),
        fires=True,
    )


def _due(rule: Rule, standing: Standing, crossed: bool, at: datetime, bar: datetime) -> bool:
    last = standing.fired_at
    if last is not None and at - last < rule.cooldown:
        return False
    match rule.frequency:
        case Frequency.ONCE:
            return last is None
        case Frequency.ONCE_PER_BAR:
            return standing.bar != bar
        case Frequency.ONCE_PER_BAR_CLOSE:
            return True
        case Frequency.EVERY:
            return crossed or not standing.held


def _again(condition: Condition, seen: Seen) -> Seen:
    """Return what counts as seen once this has been told: a trail begins anew."""
    return replace(seen, extreme=None) if condition.test is Test.TRAILING else seen
