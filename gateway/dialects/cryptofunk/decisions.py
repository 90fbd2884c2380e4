"""Decisions of models, those most like one, and what they come to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.dialects.cryptofunk.decision_answers import (
    Decision,
    DecisionInBrief,
    DecisionPage,
    Filter,
    SimilarDecision,
    SimilarDecisions,
    Statistics,
)
from gateway.dialects.cryptofunk.uuids import from_uuid, to_uuid
from tools.decision_alike import AlikeDecision, AlikeDecisions
from tools.decision_figures import DecisionTotals, PnlView
from tools.decisions import DecisionList, DecisionShown, DecisionView
from tools.errors import InvalidParams

OUTCOMES: Mapping[str, str] = {"won": "SUCCESS", "lost": "FAILURE", "pending": "PENDING"}
TYPES: Mapping[str, str] = {"run": "signal", "chat": "chat", "job": "job"}
"""The kind of a decision, by where it was made."""

AGENTS: Mapping[str, str] = {"run": "trend-agent", "chat": "chat-agent", "job": "job-agent"}
"""Who asked the model."""

PAGE, MOST = 50, 500
ALIKE, MOST_ALIKE = 10, 50

_KINDS = {kind: source for source, kind in TYPES.items()}
_RESULTS = {outcome: result for result, outcome in OUTCOMES.items()}


def of_list(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `decisions.list` is asked; a limit beyond the most is the most."""
    paging = {"limit": _bounded(fields.get("limit", PAGE), MOST), "offset": fields.get("offset", 0)}
    return {**of_statistics(fields), **paging, "market": True}


def of_one(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `decisions.get` is asked; raise InvalidParams for what is no UUID."""
    return {**fields, "decisionId": from_uuid(str(fields["decisionId"]), "dec")}


def of_similar(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `decisions.similar` is asked; raise InvalidParams for what is no UUID."""
    return {**of_one(fields), "limit": _bounded(fields.get("limit", ALIKE), MOST_ALIKE)}


def of_statistics(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `decisions.stats` is asked."""
    asked: dict[str, Any] = {}
    if "symbol" in fields:
        asked["pair"] = fields["symbol"]
    if "model" in fields:
        asked["model"] = fields["model"]
    if "decision_type" in fields:
        # Of a kind that is not made here there are none.
        known = _KINDS.get(fields["decision_type"])
        asked["sources"] = [] if known is None else [known]
    if "outcome" in fields:
        asked["result"] = _result(fields["outcome"])
    for name, inside in (("from_date", "from"), ("to_date", "to")):
        if name in fields:
            asked[inside] = _moment(name, fields[name])
    return asked


def page(told: DecisionList, at: datetime, fields: Mapping[str, Any]) -> DecisionPage:
    """Return decisions, newest first, with what was asked for."""
    asked = {name: fields[name] for name in Filter.model_fields if name in fields}
    asked |= {"limit": _bounded(fields.get("limit", PAGE), MOST), "offset": fields.get("offset", 0)}
    return DecisionPage(
        decisions=[_brief(each) for each in told.decisions],
        count=len(told.decisions),
        filter=Filter(**asked),
    )


def one(told: DecisionShown, at: datetime) -> Decision:
    """Return a decision with what its model heard and said."""
    shown = told.decision
    return Decision(
        **_brief(shown).model_dump(),
        prompt=_prompt(told.prompt),
        response=str(told.response.get("text", "")),
        prompt_embedding=told.embedding or [],
    )


def similar(told: AlikeDecisions, at: datetime) -> SimilarDecisions:
    """Return the decisions most like one, the most alike first."""
    return SimilarDecisions(
        decision_id=to_uuid(told.decision_id),
        similar=[_similar(each) for each in told.similar],
        count=len(told.similar),
        by=told.by,
    )


def statistics(told: DecisionTotals, at: datetime) -> Statistics:
    """Return what decisions come to; P&L is in the currency in which most of them ended."""
    ended: PnlView | None = max(told.by_currency, key=lambda each: each.closed, default=None)
    won, lost = told.by_result.get("won", 0), told.by_result.get("lost", 0)
    return Statistics(
        total_decisions=told.total,
        by_outcome={shown: told.by_result.get(result, 0) for result, shown in OUTCOMES.items()},
        by_decision_type={TYPES[source]: many for source, many in told.by_source.items()},
        avg_confidence=told.confidence or 0.0,
        success_rate=won / (won + lost) if won + lost else 0.0,
        avg_pnl=0 if ended is None else ended.mean,
        pnl_currency=None if ended is None else ended.currency,
        by_model=told.by_model,
        total_cost=told.cost,
        avg_latency_ms=told.latency_ms or 0.0,
    )


def _result(outcome: str) -> str:
    known = _RESULTS.get(outcome)
    if known is None:
        raise InvalidParams(f"outcome is one of {', '.join(_RESULTS)}", details={"fields": ["outcome"]})
    return known


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 <= moment.year < 2200:
        words = f"{name} is a time as RFC 3339 has it, such as 2025-01-15T00:00:00Z"
        raise InvalidParams(words, details={"fields": [name]})
    return moment


def _bounded(limit: Any, most: int) -> Any:
    return min(limit, most) if isinstance(limit, int) else limit


def _brief(told: DecisionView) -> DecisionInBrief:
    final = told.result != "pending"
    return DecisionInBrief(
        id=to_uuid(told.decision_id),
        agent_name=AGENTS[told.source],
        symbol=_symbol(told),
        decision_type=TYPES[told.source],
        decision=told.action.value,
        confidence=told.confidence or 0,
        reasoning=told.reasoning,
        context=_context(told),
        prompt_tokens=told.input_tokens,
        completion_tokens=told.output_tokens,
        model=told.model,
        outcome=OUTCOMES[told.result],
        actual_pnl=told.pnl if final else None,
        created_at=told.at,
    )


def _symbol(told: DecisionView) -> str:
    """Return its pair; of a HOLD, which is about all pairs of its run, the first."""
    return next(map(str, [*told.pairs, *(told.market or {})]), "")


def _context(told: DecisionView) -> dict[str, Any]:
    """Return the market of its pair as it was known then; nothing where that is not known."""
    seen = (told.market or {}).get(_symbol(told))
    if seen is None:
        return {}
    known = {name: float(each) for name, each in seen.indicators.items() if each is not None}
    figures: dict[str, Any] = {
        "price": float(seen.price),
        "volume_24h": float(seen.volume_24h),
        "rsi": known.get("rsi_14"),
        "macd": known.get("macd"),
    }
    return {name: each for name, each in figures.items() if each is not None} | {"indicators": known}


def _prompt(prompt: Mapping[str, Any]) -> str:
    """Return what a model heard as one text."""
    said = [str(each.get("text", "")) for each in prompt.get("messages", ())]
    return "\n\n".join(each for each in [str(prompt.get("system", "")), *said] if each)


def _similar(told: AlikeDecision) -> SimilarDecision:
    decision = told.decision
    return SimilarDecision(
        id=to_uuid(decision.decision_id),
        symbol=_symbol(decision),
        decision=decision.action.value,
        confidence=decision.confidence or 0,
        outcome=OUTCOMES[decision.result],
        similarity=told.similarity,
        created_at=decision.at,
    )
