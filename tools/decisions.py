"""What models have decided, and how it came out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from memory.decision_records import (
    Decision,
    DecisionAction,
    DecisionFilter,
    DecisionResult,
    DecisionSource,
)
from memory.decision_views import decision_text, result_of
from tools.chronicle import remembered_as, run_memory
from tools.context import Context
from tools.decision_markets import Market, market_view, markets_of
from tools.errors import NotFound
from tools.policy import Surface
from tools.registry import capability
from tools.trade import REST_OF_MILLISECOND, AccountName
from tools.wire import Flag, Millis, Num, Pair, Params, Result, unless_none
from trading.runs.snapshot import MarketView
from trading.symbols import Symbol

FOR_MODELS = frozenset({"decision_id", "at", "action", "pairs", "status", "pnl", "pnl_currency", "text"})
"""What a model is shown of a decision that is listed: the words tell the rest."""


class WhichDecisions(Params):
    """Which decisions are meant: those made in a range, both ends included, that fit all that is said.

    `sources` is where they were made: in a `run`, a `chat` or a `job`; with an empty list nothing is meant.
    `result` is `won`, `lost` or `pending`.
    """

    pair: Pair | None = None
    sources: Annotated[list[DecisionSource] | None, Field(max_length=len(DecisionSource))] = None
    model: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    action: DecisionAction | None = None
    account: AccountName = None
    run: Annotated[str | None, Field(min_length=1, max_length=128)] = None
    result: DecisionResult | None = None
    since: Annotated[Millis | None, Field(alias="from")] = None
    until: Annotated[Millis | None, Field(alias="to")] = None

    def filter(self) -> DecisionFilter:
        """Return them as they are looked for."""
        return DecisionFilter(
            symbol=self.pair,
            since=self.since,
            until=_whole(self.until),
            sources=None if self.sources is None else tuple(self.sources),
            model=self.model,
            action=self.action,
            account=self.account,
            run=self.run,
            result=self.result,
        )


class OfDecisions(WhichDecisions):
    """Which decisions, the newest first.

    `before` is the id of one to go on from, `offset` how many to leave out. With `asOf` they are shown as
    they were known then, whose `result` is not asked for. With `market` each that a run made says what its
    market was like.
    """

    as_of: Millis | None = None
    before: Annotated[str | None, Field(min_length=1, max_length=128)] = None
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 20
    market: Flag = False

    @model_validator(mode="after")
    def _is_of_now(self) -> "OfDecisions":
        if self.result is not None and self.as_of is not None:
            raise PydanticCustomError("value_error", "a result is that of now: ask for it without asOf")
        return self


class DecisionView(Result):
    """A decision of a model: `text` tells it in words.

    `confidence` is a fraction, `cost` in US dollars, `latencyMs` the model's own time; with the tokens they
    are those of the answer it was made in. `status` is `placed`, `done`, `held`, `approved`, `denied`,
    `expired`, `void`, `refused`, `failed` or `unknown`. Of `outcome` each entry has the moment `at` in which
    it became known; `pnl` is net of fees in `pnlCurrency`, and `result` says whether it is final: `won`,
    `lost` or `pending`. `market` has the market of its cycle by pair.
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
    result: str
    market: dict[str, Market] | None = unless_none()
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


class WholeDecision(OfDecision):
    """Which decision, and whether with the vector by which it is found."""

    embedding: Flag = False


class DecisionShown(Result):
    """A decision and what it rests on.

    `prompt` is what the model heard, cut to a bound, and `promptHash` the SHA-256 of the whole; `response` is
    its answer with the tools that it called, `context` what it had been shown. All of it is kept as it was.
    `embedding` is the vector of its words by which it is found, where it was asked for and there is one.
    """

    decision: DecisionView
    prompt: Mapping[str, Any]
    prompt_hash: str
    response: Mapping[str, Any]
    context: Mapping[str, Any]
    embedding: list[float] | None = unless_none()


@capability("decisions.list", surfaces=Surface.WIRE | Surface.MODEL, personal=True)
async def list_decisions(ctx: Context, params: OfDecisions) -> DecisionList:
    """List what models have decided about your money, why, and how each came out."""
    async with ctx.services.database.read() as uow:
        found = await uow.decisions.of(
            ctx.principal.id,
            params.limit + 1,
            params.filter(),
            before=params.before,
            offset=params.offset,
            as_of=_whole(params.as_of),
        )
        markets = await markets_of(uow, found[: params.limit]) if params.market else {}
    shown = [decision_view(each, markets.get(each.id)) for each in found[: params.limit]]
    return DecisionList(decisions=shown, has_more=len(found) > params.limit)


@capability("decisions.get", personal=True)
async def get(ctx: Context, params: WholeDecision) -> DecisionShown:
    """Show one decision with the prompt that the model heard and what it answered."""
    async with ctx.services.database.read() as uow:
        decision = await uow.decisions.get(ctx.principal.id, params.decision_id)
        basis = await uow.decisions.basis(params.decision_id)
        markets = await markets_of(uow, [decision]) if decision is not None else {}
    if decision is None or basis is None:
        raise NotFound(f"you have no decision {params.decision_id!r}")
    embedding = await _embedding(ctx, decision) if params.embedding else None
    return DecisionShown(
        decision=decision_view(decision, markets.get(decision.id)),
        prompt=basis.prompt,
        prompt_hash=basis.prompt_hash,
        response=basis.response,
        context=basis.context,
        embedding=None if embedding is None else list(embedding),
    )


def memory_of(ctx: Context, decision: Decision) -> str:
    """Return in whose memories a decision of the caller is: in those of its run, or in their own."""
    return ctx.principal.person if decision.run is None else run_memory(decision.run)


async def _embedding(ctx: Context, decision: Decision) -> Sequence[float] | None:
    index = ctx.services.memories.index
    return await index.vector(memory_of(ctx, decision), remembered_as(decision.id))


def decision_view(decision: Decision, market: Mapping[Symbol, MarketView] | None = None) -> DecisionView:
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
        result=result_of(decision).value,
        market=None if market is None else market_view(market),
        text=decision_text(decision),
    )


def _whole(moment: datetime | None) -> datetime | None:
    """Return the end of a millisecond, which is what a caller knows of a time."""
    return None if moment is None else moment + REST_OF_MILLISECOND
