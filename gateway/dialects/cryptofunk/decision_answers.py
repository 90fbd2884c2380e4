"""What this API answers of decisions: its own names, and ids as UUIDs."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.wire import IsoTime, Num, unless_none


class Told(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(frozen=True, protected_namespaces=(), defer_build=True)


class DecisionInBrief(Told):
    """A decision of a model.

    `context` is the market of its pair as it was then: price, RSI, MACD, base volume, all indicators; of a
    decision that no run made it is empty. `actual_pnl` is null until nothing of it is open any more.
    """

    id: str
    agent_name: str
    symbol: str
    decision_type: str
    decision: str
    confidence: Num
    reasoning: str
    context: dict[str, Any]
    prompt_tokens: int
    completion_tokens: int
    model: str
    outcome: str
    actual_pnl: Num | None
    created_at: IsoTime


class Decision(DecisionInBrief):
    """A decision with what its model heard and said.

    `prompt_embedding` is the vector by which it is found, empty where it has none.
    """

    prompt: str
    response: str
    prompt_embedding: list[float]


class Filter(Told):
    """What was asked for."""

    symbol: str | None = unless_none()
    decision_type: str | None = unless_none()
    outcome: str | None = unless_none()
    model: str | None = unless_none()
    from_date: str | None = unless_none()
    to_date: str | None = unless_none()
    limit: int
    offset: int


class DecisionPage(Told):
    """Decisions, newest first."""

    decisions: list[DecisionInBrief]
    count: int
    filter: Filter


class SimilarDecision(Told):
    """A decision, and how much it is like another one."""

    id: str
    symbol: str
    decision: str
    confidence: Num
    outcome: str
    similarity: float
    created_at: IsoTime


class SimilarDecisions(Told):
    """The decisions most like one; `by` is `meaning`, or `words` where there are no vectors."""

    decision_id: str
    similar: list[SimilarDecision]
    count: int
    by: str


class Statistics(Told):
    """What decisions come to: rates are fractions, `total_cost` is in US dollars.

    `avg_pnl` is that of decisions that ended in `pnl_currency`. What nothing can be reckoned from is 0.
    """

    total_decisions: int
    by_outcome: dict[str, int]
    by_decision_type: dict[str, int]
    avg_confidence: float
    success_rate: float
    avg_pnl: Num
    pnl_currency: str | None
    by_model: dict[str, int]
    total_cost: Num
    avg_latency_ms: float
