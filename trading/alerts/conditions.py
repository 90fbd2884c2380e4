"""Conditions on figures, and what a value does to them: pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading.alerts.figures import Figure

HUNDRED = Decimal(100)


class Test(StrEnum):
    """How a figure is compared with a level.

    `above` and `below` hold for as long as it is there, `cross` at the moment it gets there. `moved` is at
    least so far from nothing, `trailing` percent away from the highest or lowest seen.
    """

    __test__ = False

    ABOVE = "above"
    BELOW = "below"
    CROSS = "cross"
    MOVED = "moved"
    TRAILING = "trailing"


class Way(StrEnum):
    """Which way a crossing or a move goes; a fall from the highest is a trailing `down`."""

    UP = "up"
    DOWN = "down"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Condition:
    """One figure against one level."""

    figure: Figure
    test: Test
    level: Decimal
    way: Way = Way.EITHER


@dataclass(frozen=True, slots=True)
class Seen:
    """What a condition has seen of its figure.

    `holds` is None before the first value. `side` is the last strict side of the level, 0 before there was
    one; `extreme` the highest or lowest so far.
    """

    holds: bool | None = None
    side: int = 0
    extreme: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Between which values, exclusive, nothing can happen to a condition; None is no bound."""

    low: Decimal | None
    high: Decimal | None


ALWAYS = Band(Decimal("Infinity"), Decimal("-Infinity"))
"""Every value may change something."""


def step(condition: Condition, seen: Seen, value: Decimal) -> Seen:
    """Return what has been seen once the figure has this value."""
    match condition.test:
        case Test.ABOVE:
            return Seen(value > condition.level)
        case Test.BELOW:
            return Seen(value < condition.level)
        case Test.MOVED:
            return Seen(_far(condition, value))
        case Test.CROSS:
            return _crossed(condition, seen, value)
        case Test.TRAILING:
            return _trailed(condition, seen, value)


def band(condition: Condition, seen: Seen) -> Band:
    """Return where the figure may go without changing anything, given the condition has seen its value.

    The bounds are where it has to be stepped, or a little before.
    """
    if seen.holds is None:
        return ALWAYS
    level = condition.level
    match condition.test:
        case Test.ABOVE:
            return Band(level, None) if seen.holds else Band(None, level)
        case Test.BELOW:
            return Band(None, level) if seen.holds else Band(level, None)
        case Test.CROSS:
            # One that has just crossed holds for this one value only.
            return ALWAYS if seen.holds or not seen.side else _side(level, seen.side)
        case Test.MOVED:
            return _moving(condition, seen.holds)
        case Test.TRAILING:
            return _trailing(condition, seen)


def together(parts: Sequence[bool | None], every: bool) -> bool | None:
    """Return whether every one (or any) of several conditions holds; None while that cannot be known."""
    decisive = not every
    if any(each is decisive for each in parts):
        return decisive
    return None if None in parts else every


def _side(level: Decimal, side: int) -> Band:
    return Band(level, None) if side > 0 else Band(None, level)


def _far(condition: Condition, value: Decimal) -> bool:
    up = condition.way is not Way.DOWN and value >= condition.level
    return up or (condition.way is not Way.UP and value <= -condition.level)


def _moving(condition: Condition, far: bool) -> Band:
    level = condition.level
    if far:
        return ALWAYS
    low = None if condition.way is Way.UP else -level
    high = None if condition.way is Way.DOWN else level
    return Band(low, high)


def _crossed(condition: Condition, seen: Seen, value: Decimal) -> Seen:
    side = (value > condition.level) - (value < condition.level)
    if side == 0:
        return Seen(False, seen.side)
    crossed = seen.side == -side
    fits = condition.way is Way.EITHER or (condition.way is Way.UP) == (side > 0)
    return Seen(crossed and fits, side)


def _trailed(condition: Condition, seen: Seen, value: Decimal) -> Seen:
    best = max if condition.way is Way.DOWN else min
    extreme = value if seen.extreme is None else best(seen.extreme, value)
    bound = _bound(condition, extreme)
    away = value <= bound if condition.way is Way.DOWN else value >= bound
    return Seen(away, extreme=extreme)


def _trailing(condition: Condition, seen: Seen) -> Band:
    if seen.holds or seen.extreme is None:
        return ALWAYS
    bound = _bound(condition, seen.extreme)
    if condition.way is Way.DOWN:
        return Band(bound, seen.extreme)
    return Band(seen.extreme, bound)


def _bound(condition: Condition, extreme: Decimal) -> Decimal:
    sign = -1 if condition.way is Way.DOWN else 1
    return extreme * (1 + sign * condition.level / HUNDRED)
