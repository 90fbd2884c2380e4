"""A contest: runs that have their cycles together, on the same market at the same moments.

The accounts of an arena are one contest; a run by itself is a contest of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from trading.runs.errors import ContestAlreadyPaused, ContestNotPaused, InvalidRun
from trading.runs.record import LONGEST, MOST_SYMBOLS, SHORTEST
from trading.symbols import Symbol
from trading.timeframes import Timeframe


class ContestKind(StrEnum):
    """Whether runs compete, or one trades by itself.

    Those of an arena trade at the prices of their cycles alone, so that all get the same ones and everything
    can be reckoned again; a run by itself trades at the market of the moment.
    """

    ARENA = "arena"
    SINGLE = "single"


@dataclass(frozen=True, slots=True)
class Contest:
    """A contest as it stands. Raises InvalidRun for what makes no sense.

    `number` counts the cycles that it has had. `next_at` is when the next one is due, None while it is
    paused and once it has ended. `terms` are frozen when it begins: the rules of its pairs at the venue, its
    fees and slippage. A later season is a contest of its own. `version` grows with every change.
    """

    id: str
    owner: str
    name: str
    kind: ContestKind
    symbols: tuple[Symbol, ...]
    timeframe: Timeframe
    every: timedelta
    created_at: datetime
    season: int = 1
    number: int = 0
    next_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0

    def __post_init__(self) -> None:
        """Raise InvalidRun for the first thing that is out of its bounds."""
        if not 1 <= len(self.symbols) <= MOST_SYMBOLS or len(set(self.symbols)) != len(self.symbols):
            raise InvalidRun(f"a contest has 1 to {MOST_SYMBOLS} different pairs", symbols=len(self.symbols))
        if not SHORTEST <= self.every <= LONGEST:
            seconds = self.every.total_seconds()
            raise InvalidRun(f"cycles lie between {SHORTEST} and {LONGEST} apart", seconds=seconds)

    def slot_after(self, moment: datetime) -> datetime:
        """Return the first moment after this one at which a cycle is due: whole multiples of `every`."""
        since = moment - EPOCH
        return EPOCH + (since // self.every + 1) * self.every


EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def paused(contest: Contest, at: datetime) -> Contest:
    """Return a contest that has no cycles until it goes on; raise ContestAlreadyPaused."""
    if contest.paused_at is not None:
        raise ContestAlreadyPaused(f"{contest.name} is paused already", contest=contest.id)
    return replace(contest, paused_at=at, next_at=None, version=contest.version + 1)


def resumed(contest: Contest, at: datetime) -> Contest:
    """Return a paused contest that goes on with the next slot; raise ContestNotPaused."""
    if contest.paused_at is None:
        raise ContestNotPaused(f"{contest.name} is not paused", contest=contest.id)
    return replace(contest, paused_at=None, next_at=contest.slot_after(at), version=contest.version + 1)


def counted(contest: Contest, at: datetime) -> Contest:
    """Return a contest one of whose cycles has just begun."""
    following = None if contest.next_at is None else contest.slot_after(at)
    return replace(contest, number=contest.number + 1, next_at=following, version=contest.version + 1)


def ended(contest: Contest, at: datetime) -> Contest:
    """Return a contest that has no cycles any more."""
    return replace(contest, ended_at=at, next_at=None, version=contest.version + 1)
