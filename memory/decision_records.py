"""Decisions of models as they are remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from trading.symbols import Symbol


class DecisionSource(StrEnum):
    """Where a model decided: in a conversation, for a prompt that nobody typed, or in a run."""

    CHAT = "chat"
    JOB = "job"
    RUN = "run"


class DecisionAction(StrEnum):
    """What a model wanted; `UNCLEAR` where what it wrote cannot be read."""

    BUY = "BUY"
    SELL = "SELL"
    CLOSE = "CLOSE"
    HOLD = "HOLD"
    CANCEL = "CANCEL"
    AMEND = "AMEND"
    UNCLEAR = "UNCLEAR"


class DecisionStatus(StrEnum):
    """What became of a decision itself; how it fared in the market is its outcome.

    `placed` has orders, `done` needed none. One that is `held` waits for a person and becomes `approved`,
    `denied`, `expired` or `void` (approved, and yet it could not go). `refused` names a rule against it,
    `failed` a fault. Of an `unknown` one it is not known yet.
    """

    PLACED = "placed"
    DONE = "done"
    HELD = "held"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    VOID = "void"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


class DecisionResult(StrEnum):
    """How a decision ended: won or lost money once nothing of it is open, and pending before that.

    One that won nothing and lost nothing counts as lost. What trades nothing, such as a HOLD, stays pending.
    """

    WON = "won"
    LOST = "lost"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions are meant: those that fit everything that is said; times are inclusive.

    Of `sources` it is one; without any nothing is meant.
    """

    symbol: Symbol | None = None
    since: datetime | None = None
    until: datetime | None = None
    sources: tuple[DecisionSource, ...] | None = None
    model: str | None = None
    action: DecisionAction | None = None
    account: str | None = None
    run: str | None = None
    result: DecisionResult | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a model.

    Tokens, `latency_ms` (the model's own time, milliseconds) and `cost` (US dollars, None where a price is
    not known) are those of the answer it was made in: several decisions of one answer bear the same.
    `capability` is what the model called, `call_id` its name for that call. `confidence` is a fraction.
    `orders` and `approvals` are ids; `reason` says why it was refused, failed or denied, `answered_by` and
    `answered_at` who answered for a held one, and when.

    Each entry of `outcome` is an object with the moment `at` (ISO) in which it became known. `pnl` is in
    `pnl_currency`, and `outcome_at` is when the outcome last changed. `due_at` is when it is looked at next,
    None once nothing more will come. Whatever changes a decision, but that, gives it a new `revision`.
    """

    id: str
    principal: str
    account: str
    source: DecisionSource
    model: str
    action: DecisionAction
    symbols: tuple[Symbol, ...]
    at: datetime
    status: DecisionStatus
    reasoning: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    latency_ms: int = 0
    cost: Decimal | None = None
    confidence: Decimal | None = None
    capability: str | None = None
    session_id: str | None = None
    turn_id: str | None = None
    call_id: str | None = None
    run: str | None = None
    orders: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    reason: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    outcome: Mapping[str, Any] | None = None
    pnl: Decimal | None = None
    pnl_currency: str | None = None
    outcome_at: datetime | None = None
    due_at: datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class DecisionBasis:
    """What a decision rests on, which never changes.

    `prompt` is what the model heard, cut to a bound; `prompt_hash` is the SHA-256 of the whole. `response` is
    its answer with the tools that it called, `context` what it had been shown.
    """

    id: str
    prompt: Mapping[str, Any]
    prompt_hash: str
    response: Mapping[str, Any]
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PnlStatistics:
    """How decisions ended whose positions are closed, in one currency; `win_rate` is a fraction."""

    currency: str
    closed: int
    wins: int
    win_rate: Decimal
    average_pnl: Decimal
    pnl: Decimal


@dataclass(frozen=True, slots=True)
class DecisionFigures:
    """What many decisions come to.

    `confidence` is the mean of those that say one, a fraction. An answer that several decisions were made in
    counts once in `latency_ms`, the mean, and in `cost`, the sum in US dollars of those whose price is known;
    `unpriced` are the others.
    """

    total: int
    by_result: Mapping[DecisionResult, int]
    by_source: Mapping[DecisionSource, int]
    by_action: Mapping[DecisionAction, int]
    by_model: Mapping[str, int]
    confidence: float | None
    latency_ms: float | None
    cost: Decimal
    unpriced: int
    by_currency: tuple[PnlStatistics, ...]


@dataclass(frozen=True, slots=True)
class ModelStatistics:
    """How often a model decided, and how that ended by currency."""

    model: str
    decisions: int
    by_currency: tuple[PnlStatistics, ...]
