"""How a decider is asked, and what it answers, whoever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from trading.model import Candle
from trading.runs.decision import RunDecision
from trading.runs.record import DeciderSpec, Run
from trading.runs.snapshot import Snapshot
from trading.runs.view import AccountView
from trading.symbols import Symbol


@dataclass(frozen=True, slots=True)
class Asked:
    """What a decider is shown: nothing of it is later than the moment of the snapshot.

    `similar` are past decisions of the same run in words, the most alike first. `candles` are the closed ones
    of the run's timeframe, oldest first, for deciders that reckon for themselves.
    """

    run: Run
    cycle: str
    snapshot: Snapshot
    view: AccountView
    similar: Sequence[str] = ()
    candles: Mapping[Symbol, Sequence[Candle]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a decider answered.

    Without a `decision` its `fault` is a code and `reason` says what was wrong in words. The record of the
    decision keeps `prompt`, `response` and `shown`; `prompt_hash` is the SHA-256 of the whole prompt and
    `shared_hash` that of the part which every run of the contest is told. Tokens and cost (US dollars, None
    where a price is not known) are those of all that was asked, `latency_ms` the time it took.
    """

    model: str
    decision: RunDecision | None
    fault: str | None = None
    reason: str | None = None
    prompt: Mapping[str, Any] = field(default_factory=dict)
    prompt_hash: str = ""
    shared_hash: str = ""
    response: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: Decimal | None = Decimal(0)
    latency_ms: int = 0


class Decides(Protocol):
    """Decides for a run."""

    @property
    def provider(self) -> str:
        """Who it is: the vendor of a model, or `offline` for what is no model."""
        ...

    @property
    def model(self) -> str:
        """Its name, as the vendor or the house calls it."""
        ...

    async def decide(self, asked: Asked) -> Answer:
        """Return an answer, within its own time-out; whatever goes wrong is an answer with a fault."""
        ...


class Deciders(Protocol):
    """Finds what decides for runs."""

    def of(self, spec: DeciderSpec) -> Decides:
        """Return the decider of a run; raise UnknownDecider for one that is not there (any more)."""
        ...
