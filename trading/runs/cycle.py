"""A cycle of a contest, and what each of its runs did in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trading.model import ZERO


class CycleKind(StrEnum):
    """Why a cycle takes place: its slot has come, somebody asked for it, or a run closes what it holds."""

    REGULAR = "regular"
    TRIGGERED = "triggered"
    CLOSING = "closing"


class CycleStatus(StrEnum):
    """Where a cycle stands.

    One that `failed` had no market. Of one that was `interrupted` by the end of its process too much time had
    passed to go on asking; what had been answered was still carried out.
    """

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle. `number` counts those of its contest from 1; `at` is the moment of its market.

    `market` is the canonical form of that (`trading.runs.cycle_market`) and `digest` its SHA-256, both None
    until it is frozen. The process `worker` is at it until `lease`, unless it says that it still is. `errors`
    counts the deciders that gave no decision; `reason` says why it failed or was interrupted.
    """

    id: str
    contest: str
    number: int
    kind: CycleKind
    at: datetime
    status: CycleStatus
    started_at: datetime
    worker: str | None = None
    lease: datetime | None = None
    market: Mapping[str, Any] | None = None
    digest: str | None = None
    ended_at: datetime | None = None
    asked: int = 0
    errors: int = 0
    opened: int = 0
    closed: int = 0
    reason: str | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it runs."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class CycleStatistics:
    """The cycles of a contest so far. `failed` counts the interrupted ones too.

    `errors` are those of all cycles; the seconds are of those that have ended, None where none has.
    """

    total: int = 0
    completed: int = 0
    failed: int = 0
    errors: int = 0
    mean_seconds: float | None = None
    min_seconds: float | None = None
    max_seconds: float | None = None


class Task(StrEnum):
    """What a run has to do in a cycle: decide, close all that it holds, or only be measured."""

    DECIDE = "decide"
    CLOSE = "close"
    MEASURE = "measure"


class Stage(StrEnum):
    """How far a run has got in a cycle. What it decided is on disk before it is carried out."""

    WAITING = "waiting"
    DECIDED = "decided"
    DONE = "done"


class Outcome(StrEnum):
    """What came of a run's part in a cycle.

    `silent`: its decider gave no decision that could be read, or none in time. `refused`: a rule of the run,
    the desk or an owner's limit is against it. `failed`: the exchange did not do it.
    """

    EXECUTED = "executed"
    HELD = "held"
    HOLD = "hold"
    REFUSED = "refused"
    SILENT = "silent"
    FAILED = "failed"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one run did in one cycle: its decision, what came of it, and what it was worth at its end.

    `decision` is the canonical form of a RunDecision, `decision_id` names the record of what it rests on.
    `fault` is the code of what was wrong with an answer, or of the first rule against the decision, and
    `reason` says it in words. `orders` are the ids of what was sent. `equity` and `cash` are in the currency
    of the account, at the moment of the cycle; both are None until it is done. Tokens and `cost` (US dollars,
    None where a price is not known) are those of all answers of this cycle, `latency_ms` the time they took.
    """

    cycle: str
    run: str
    contest: str
    number: int
    at: datetime
    task: Task
    stage: Stage = Stage.WAITING
    outcome: Outcome | None = None
    decision: Mapping[str, Any] | None = None
    decision_id: str | None = None
    fault: str | None = None
    reason: str | None = None
    orders: tuple[str, ...] = ()
    equity: Decimal | None = None
    cash: Decimal | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    latency_ms: int = 0
    answer: Mapping[str, Any] = field(default_factory=dict)
    """What the record of the decision is made of: prompt, response and what else was shown."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What a run's decider has taken in all its cycles; `cost` is None where a price is not known."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = ZERO
