"""What models have decided, and how it came out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from memory.decision_records import Decision, DecisionAction, DecisionBasis
from memory.decision_views import decision_text
from tools.context import Context
from tools.errors import NotFound
from tools.policy import Surface
from tools.registry import capability
from tools.trade import REST_OF_MILLISECOND, AccountName
from tools.wire import Millis, Num, Pair, Params, Result

FOR_MODELS = frozenset({"decision_id", "at", "action", "pairs", "status", "pnl", "pnl_currency", "text"})
"""What a model is shown of a decision that is listed: the words tell the rest."""


class OfDecisions(Params):
    """Which decisions: the newest ones in a range, both ends included; `before` is the id of one.

    With `asOf` they are shown as they were known then.
    """

    pair: Pair | None = None
    model: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    action: DecisionAction | None = None
    account: AccountName = None
    run: Annotated[str | None, Field(min_length=1, max_length=128)] = None
    since: Annotated[Millis | None, Field(alias="from")] = None
    until: Annotated[Millis | None, Field(alias="to")] = None
    as_of: Millis | None = None
    before: Annotated[str | None, Field(min_length=1, max_length=128)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 20


class DecisionView(Result):
    """A decision of a model: `text` tells it in words.

    `confidence` is a fraction, `cost` in US dollars, `latencyMs` the model's own time; with the tokens they
    are those of the answer it was made in. `status` is `placed`, `done`, `held`, `approved`, `denied`,
    `expired`, `void`, `refused`, `failed` or `unknown`. Of `outcome` each entry has the moment `at` in which
    it became known; `pnl` is net of fees in `pnlCurrency`.
    """

    decision_id: str
    at: Millis
    source: str
    model: str
    account: str
    action: DecisionAction
    pairs: list[Pair]
    confidence: Num | None
    reasoning: str
    status: str
    reason: str | None
    capability: str | None
    session_id: str | None
    turn_id: str | None
    call_id: str | None
    run: str | None
    order_ids: list[str]
    approval_ids: list[str]
    answered_by: str | None
    answered_at: Millis | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    latency_ms: int
    cost: Num | None
    outcome: Mapping[str, Any] | None
    pnl: Num | None
    pnl_currency: str | None
    outcome_at: Millis | None
    text: str


class DecisionList(Result):
    """Decisions, newest first; `hasMore` tells of older ones."""

    not_for_models: ClassVar[frozenset[str]] = frozenset(DecisionView.model_fields) - FOR_MODELS

    decisions: list[DecisionView]
    has_more: bool

    def for_models(self) -> dict[str, Any]:
        """Return each decision in words, with little beside them."""
        return self.model_dump(mode="json", exclude={"decisions": {"__all__": set(self.not_for_models)}})


class OfDecision(Params):
    """Which decision."""

    decision_id: Annotated[str, Field(min_length=1, max_length=128)]


class DecisionShown(Result):
    """A decision and what it rests on.

    `prompt` is what the model heard, cut to a bound, and `promptHash` the SHA-256 of the whole; `response` is
    its answer with the tools that it called, `context` what it had been shown. All of it is kept as it was.
    """

    decision: DecisionView
    prompt: Mapping[str, Any]
    prompt_hash: str
    response: Mapping[str, Any]
    context: Mapping[str, Any]


@capability("decisions.list", surfaces=Surface.WIRE | Surface.MODEL, personal=True)
async def list_decisions(ctx: Context, params: OfDecisions) -> DecisionList:
    """List what models have decided about your money, why, and how each came out."""
    async with ctx.services.database.read() as uow:
        found = await uow.decisions.of(
            ctx.principal.id,
            params.limit + 1,
            symbol=params.pair,
            since=params.since,
            until=_whole(params.until),
            model=params.model,
            action=params.action,
            account=params.account,
            run=params.run,
            before=params.before,
            as_of=_whole(params.as_of),
        )
    shown = [decision_view(each) for each in found[: params.limit]]
    return DecisionList(decisions=shown, has_more=len(found) > params.limit)


@capability("decisions.get", personal=True)
async def get(ctx: Context, params: OfDecision) -> DecisionShown:
    """Show one decision with the prompt that the model heard and what it answered."""
    async with ctx.services.database.read() as uow:
        decision = await uow.decisions.get(ctx.principal.id, params.decision_id)
        basis = await uow.decisions.basis(params.decision_id)
    if decision is None or basis is None:
        raise NotFound(f"you have no decision {params.decision_id!r}")
    return _shown(decision, basis)


def decision_view(decision: Decision) -> DecisionView:
    """Return a decision in the words of the wire."""
    return DecisionView(
        decision_id=decision.id,
        at=decision.at,
        source=decision.source.value,
        model=decision.model,
        account=decision.account,
        action=decision.action,
        pairs=list(decision.symbols),
        confidence=decision.confidence,
        reasoning=decision.reasoning,
        status=decision.status.value,
        reason=decision.reason,
        capability=decision.capability,
        session_id=decision.session_id,
        turn_id=decision.turn_id,
        call_id=decision.call_id,
        run=decision.run,
        order_ids=list(decision.orders),
        approval_ids=list(decision.approvals),
        answered_by=decision.answered_by,
        answered_at=decision.answered_at,
        input_tokens=decision.input_tokens,
        output_tokens=decision.output_tokens,
        cached_tokens=decision.cached_tokens,
        latency_ms=decision.latency_ms,
        cost=decision.cost,
        outcome=decision.outcome,
        pnl=decision.pnl,
        pnl_currency=decision.pnl_currency,
        outcome_at=decision.outcome_at,
        text=decision_text(decision),
    )


def _shown(decision: Decision, basis: DecisionBasis) -> DecisionShown:
    return DecisionShown(
        decision=decision_view(decision),
        prompt=basis.prompt,
        prompt_hash=basis.prompt_hash,
        response=basis.response,
        context=basis.context,
    )


def _whole(moment: datetime | None) -> datetime | None:
    """Return the end of a millisecond, which is what a caller knows of a time."""
    return None if moment is None else moment + REST_OF_MILLISECOND
