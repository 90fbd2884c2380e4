"""What alerts mean, said as simply as can be: every alert is looked at for every value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from trading.alerts.conditions import Condition, Test, Way
from trading.alerts.figures import Figure
from trading.alerts.rules import Frequency, Rule

Fired = list[tuple[str, datetime]]
TEN_MINUTES = timedelta(minutes=10)


@dataclass
class Part:
    """One condition: whether it holds, None while unknown, and what it remembers."""

    of: Condition
    holds: bool | None = None
    side: int = 0
    extreme: Decimal | None = None

    def see(self, value: Decimal) -> None:
        """Take the next value."""
        level, way = self.of.level, self.of.way
        match self.of.test:
            case Test.ABOVE:
                self.holds = value > level
            case Test.BELOW:
                self.holds = value < level
            case Test.MOVED:
                ways = {Way.UP: value, Way.DOWN: -value, Way.EITHER: abs(value)}
                self.holds = ways[way] >= level
            case Test.CROSS:
                self._cross(value, level, way)
            case Test.TRAILING:
                self._trail(value, level, way)

    def _cross(self, value: Decimal, level: Decimal, way: Way) -> None:
        side = 1 if value > level else -1 if value < level else self.side
        turned = self.side not in (0, side)
        self.holds = turned and way in (Way.EITHER, Way.UP if side > 0 else Way.DOWN)
        self.side = side

    def _trail(self, value: Decimal, level: Decimal, way: Way) -> None:
        seen = value if self.extreme is None else self.extreme
        self.extreme = min(seen, value) if way is Way.UP else max(seen, value)
        away = abs(value - self.extreme) * 100
        self.holds = away >= level * self.extreme


@dataclass
class Alert:
    """One alert and all its firings."""

    name: str
    rule: Rule
    parts: list[Part] = field(default_factory=list)
    held: bool = False
    bars: set[int] = field(default_factory=set)
    fired: list[datetime] = field(default_factory=list)
    over: bool = False

    def __post_init__(self) -> None:
        self.parts = [Part(each) for each in self.rule.conditions]

    def see(self, values: Mapping[Figure, Decimal], at: datetime, bar: int, closing: bool) -> bool:
        """Take the values of a moment in a candle and tell whether it fires."""
        expires = self.rule.expires_at
        if at <= self.rule.since or (expires is not None and at >= expires):
            return False
        mine = [each for each in self.parts if each.of.figure in values]
        for each in self.parts:
            if each.of.test is Test.CROSS and each.holds:
                each.holds = False
        for each in mine:
            each.see(values[each.of.figure])
        gated = self.rule.frequency is Frequency.ONCE_PER_BAR_CLOSE
        if self.over or (not closing if gated else not mine):
            return False
        return self._judge(any(each.of.test is Test.CROSS and each.holds for each in mine), at, bar)

    def _judge(self, crossed: bool, at: datetime, bar: int) -> bool:
        told = [each.holds is True for each in self.parts]
        holds = all(told) if self.rule.every_one else any(told)
        became, self.held = holds and (crossed or not self.held), holds
        often = self.rule.frequency
        if often is Frequency.EVERY:
            fires = became and not (self.fired and at - self.fired[-1] < self.rule.cooldown)
        else:
            fires = holds and not (often is Frequency.ONCE_PER_BAR and bar in self.bars)
        if fires:
            self._fire(at, bar)
        return fires

    def _fire(self, at: datetime, bar: int) -> None:
        self.fired.append(at)
        self.bars.add(bar)
        for each in self.parts:
            each.extreme = None
        flood = len(self.fired) >= 10 and at - self.fired[-10] <= TEN_MINUTES
        self.over = flood or self.rule.frequency is Frequency.ONCE
