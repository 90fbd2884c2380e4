"""Every alert of a pair looked at for every price, a column at a time: nothing is left out, nobody sleeps."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import numpy as np

from trading.alerts.conditions import Test
from trading.alerts.rules import FLOOD, FLOOD_SPAN, Frequency, Rule

CENTS = 100
HOUR = 3_600
NO_BAR = -1


class Scan:
    """The alerts of one pair, without trails or bounds of time, as columns; prices are whole cents."""

    def __init__(self, rules: Sequence[tuple[str, Rule]]) -> None:
        conditions = [rule.conditions[0] for _, rule in rules]
        self._names = [name for name, _ in rules]
        self._levels = np.array([int(each.level * CENTS) for each in conditions])
        self._above = np.array([each.test is Test.ABOVE for each in conditions])
        self._cross = np.array([each.test is Test.CROSS for each in conditions])
        self._once = np.array([rule.frequency is Frequency.ONCE for _, rule in rules])
        self._per_bar = np.array([rule.frequency is Frequency.ONCE_PER_BAR for _, rule in rules])
        self._alive = np.ones(len(rules), dtype=bool)
        self._held = np.zeros(len(rules), dtype=bool)
        self._side = np.zeros(len(rules), dtype=np.int64)
        self._bar = np.full(len(rules), NO_BAR)
        self._recent: dict[int, list[datetime]] = {}

    def see(self, price: Decimal, at: datetime) -> list[tuple[str, datetime]]:
        """Take a price and return who fires."""
        side = np.sign(int(price * CENTS) - self._levels)
        crossed = (side != 0) & (self._side == -side)
        holds = np.where(self._cross, crossed, np.where(self._above, side > 0, side < 0))
        bar = int(at.timestamp()) // HOUR
        due = np.where(self._per_bar, self._bar != bar, self._once | self._cross | ~self._held)
        fires = self._alive & holds & due
        self._side = np.where(side != 0, side, self._side)
        self._held = holds
        self._bar[fires] = bar
        self._alive &= ~(fires & self._once)
        found = np.flatnonzero(fires).tolist()
        for number in found:
            self._stop_a_flood(number, at)
        return [(self._names[number], at) for number in found]

    def _stop_a_flood(self, number: int, at: datetime) -> None:
        recent = self._recent.setdefault(number, [])
        recent.append(at)
        if len(recent) >= FLOOD and at - recent[-FLOOD] <= FLOOD_SPAN:
            self._alive[number] = False
