"""A run: an account, what decides for it, on which pairs, how often and within which rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from trading.model import Mode
from trading.runs.errors import InvalidRun
from trading.runs.rules import RunRules
from trading.symbols import Symbol
from trading.timeframes import Timeframe

MOST_NAME = 64
MOST_SYMBOLS = 20

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=7)
"""How far apart cycles may lie."""

Setting = str | int | float | bool | None


class RunState(StrEnum):
    """Where a run stands; `trading.runs.states` holds which may follow which."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"


class DeciderKind(StrEnum):
    """What decides for a run."""

    STRATEGY = "strategy"
    MODEL = "model"
    BASELINE = "baseline"


class Ending(StrEnum):
    """What becomes of the open positions of a run that is stopped."""

    CLOSE = "close"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class DeciderSpec:
    """Which decider a run has: the name of a strategy or baseline, or `vendor:model`, and its settings."""

    kind: DeciderKind
    name: str
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a run has its cycles: `every` so often, until so many are done or a moment is reached."""

    every: timedelta = timedelta(minutes=5)
    cycles: int | None = None
    until: datetime | None = None

    def is_over(self, done: int, now: datetime) -> bool:
        """Tell whether there is no cycle left after `done` of them."""
        enough = self.cycles is not None and done >= self.cycles
        return enough or (self.until is not None and now >= self.until)


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands. Raises InvalidRun for what makes no sense.

    Its cycles are those of its `contest`, also when it is the only one there (`trading.runs.contest`).
    `reason` says why it stopped or failed, `ending` what became of its positions when it was stopped.
    `failures` counts the cycles in a row in which its decider gave no answer that could be read. `version`
    grows with every change.
    """

    id: str
    name: str
    contest: str
    account: str
    owner: str
    decider: DeciderSpec
    symbols: tuple[Symbol, ...]
    timeframe: Timeframe
    created_at: datetime
    mode: Mode = Mode.PAPER
    schedule: Schedule = field(default_factory=Schedule)
    rules: RunRules = field(default_factory=RunRules)
    state: RunState = RunState.IDLE
    started_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    ending: Ending | None = None
    reason: str | None = None
    failures: int = 0
    version: int = 0

    def __post_init__(self) -> None:
        """Raise InvalidRun for the first thing that is out of its bounds."""
        _check(self.name, self.symbols, self.schedule)

    @property
    def is_baseline(self) -> bool:
        """Whether it is what the others are measured against."""
        return self.decider.kind is DeciderKind.BASELINE


def _check(name: str, symbols: tuple[Symbol, ...], schedule: Schedule) -> None:
    if not name.strip() or len(name) > MOST_NAME:
        raise InvalidRun(f"a run has a name of 1 to {MOST_NAME} characters", name=name[:MOST_NAME])
    if not 1 <= len(symbols) <= MOST_SYMBOLS or len(set(symbols)) != len(symbols):
        raise InvalidRun(f"a run trades 1 to {MOST_SYMBOLS} different pairs", symbols=len(symbols))
    if not SHORTEST <= schedule.every <= LONGEST:
        raise InvalidRun(
            f"cycles lie between {SHORTEST} and {LONGEST} apart", seconds=schedule.every.total_seconds()
        )
    if schedule.cycles is not None and schedule.cycles < 1:
        raise InvalidRun("a run has at least one cycle", cycles=schedule.cycles)
