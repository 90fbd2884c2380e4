"""Candles in bulk: whole ticks and steps in arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trading.exchanges.simulated.noise import Whole

OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)
_REDUCERS: Final = (np.maximum, np.minimum, np.add)


@dataclass(frozen=True, slots=True)
class Bars:
    """Candles of one length, oldest first: five rows (open, high, low, close in ticks, volume in steps)."""

    rows: Whole

    def __len__(self) -> int:
        return int(self.rows.shape[1])

    def part(self, start: int, stop: int) -> "Bars":
        """Return the candles from `start` up to before `stop`."""
        return Bars(self.rows[:, start:stop])

    def fold(self, size: int) -> "Bars":
        """Return candles each made of `size` of these; the last may hold fewer."""
        if size == 1 or not len(self):
            return self
        starts = np.arange(0, len(self), size)
        ends = np.minimum(starts + size, len(self)) - 1
        high, low, volume = (
            reducer.reduceat(self.rows[row], starts)
            for reducer, row in zip(_REDUCERS, (HIGH, LOW, VOLUME), strict=True)
        )
        return Bars(np.stack([self.rows[OPEN, starts], high, low, self.rows[CLOSE, ends], volume]))


def join(parts: Sequence[Bars]) -> Bars:
    """Return the candles of all parts in a row."""
    return Bars(np.concatenate([part.rows for part in parts], axis=1))
