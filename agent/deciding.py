"""The decisions of one turn: each call of a tool that trades, from what the model heard to what it came to.

A decision is on record before its call is made, so that no order is without one, and is completed in the
transaction that ends the turn, or leaves it waiting for a person. Its id follows from the turn, the step and
the call, so that nothing writes it twice.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent.basis import basis_of
from agent.models.port import Completion, ModelRequest, ToolCall
from agent.spending import Spent
from agent.toolbelt import ToolOutcome
from memory.conversations import RUNS_OWN
from memory.database import UnitOfWork
from memory.decision_records import Decision, DecisionAction, DecisionSource, DecisionStatus
from memory.records import Turn as TurnRecord
from tools.context import Context
from tools.decided import as_it_came, came_to, followed, pair_of
from tools.outcomes import SOON
from tools.services import Services
from trading.model import Order, Origin, Position
from trading.symbols import Symbol

REASONING_CHARS = 8_000

BY_ITS_SIDE = None
"""The action is the side that the call names."""

DECIDES: Mapping[str, DecisionAction | None] = {
    "trade.execute": BY_ITS_SIDE,
    "trade.oco": BY_ITS_SIDE,
    "trade.close": DecisionAction.CLOSE,
    "trade.closeAll": DecisionAction.CLOSE,
    "trade.cancel": DecisionAction.CANCEL,
    "trade.cancelAll": DecisionAction.CANCEL,
    "trade.amend": DecisionAction.AMEND,
}
"""The capabilities by which a model decides something about money, and what each means."""

TOOLS: Mapping[str, str] = {name.replace(".", "_"): name for name in DECIDES}
SIDES: Mapping[str, DecisionAction] = {"buy": DecisionAction.BUY, "sell": DecisionAction.SELL}


@dataclass(slots=True)
class Draft:
    """A call that decides something, with the request and answer it comes from."""

    call: ToolCall
    step: int
    at: datetime
    request: ModelRequest
    completion: Completion
    spent: Spent
    outcome: ToolOutcome | None = None


@dataclass(slots=True)
class Docket:
    """What one turn decides. `shown` is what else was put before the model, such as memories, by name."""

    services: Services
    turn: TurnRecord
    account: str
    source: DecisionSource
    resumed: bool = False
    shown: dict[str, Any] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)

    def heard(self, request: ModelRequest, completion: Completion, spent: Spent, step: int) -> None:
        """Take note of an answer whose calls will be made."""
        now = self.services.clock.now()
        self.drafts += [
            Draft(each, step, now, request, completion, spent)
            for each in completion.tool_calls
            if each.name in TOOLS
        ]

    async def begin(self, call: ToolCall) -> None:
        """Put a decision on record whose call is about to be made; any other call is none."""
        draft = self._draft(call)
        if draft is None:
            return
        async with self.services.database.transact() as uow:
            await self._add(uow, draft)

    def came(self, call: ToolCall, outcome: ToolOutcome) -> None:
        """Take note of what a call was answered first, which may be that it waits for a person."""
        draft = self._draft(call)
        if draft is not None:
            draft.outcome = outcome

    async def write(self, uow: UnitOfWork) -> None:
        """Write down what the decisions of the turn have come to by now."""
        if not self.drafts and not self.resumed:
            return
        for draft in self.drafts:
            await self._add(uow, draft)
        drafts = {self._id(each): each for each in self.drafts}
        for decision in await uow.decisions.of_turn(self.turn.id):
            after, own = decision, drafts.get(decision.id)
            if decision.status is DecisionStatus.UNKNOWN and own is not None and own.outcome is not None:
                came = came_to(decision.action, own.outcome.ok, own.outcome.content)
                after = as_it_came(decision, came)
            after = await followed(uow, after)
            if after != decision:
                # Who was faster has read the same on disk.
                await uow.decisions.change(after)

    def _draft(self, call: ToolCall) -> Draft | None:
        return next((each for each in reversed(self.drafts) if each.call.id == call.id), None)

    def _id(self, draft: Draft) -> str:
        name = f"{self.turn.id}:{draft.step}:{draft.call.id}"
        return f"dec_{hashlib.sha256(name.encode()).hexdigest()[:24]}"

    async def _add(self, uow: UnitOfWork, draft: Draft) -> None:
        decision = await self._decision(uow, draft)
        await uow.decisions.add(decision, basis_of(decision.id, draft.request, draft.completion, self.shown))

    async def _decision(self, uow: UnitOfWork, draft: Draft) -> Decision:
        given, spent, turn = draft.call.arguments, draft.spent, self.turn
        named = given.get("account")
        account = named if isinstance(named, str) and named else self.account
        symbol = pair_of(given.get("pair")) or await _referred(uow, account, given)
        return Decision(
            id=self._id(draft),
            principal=turn.principal,
            account=account,
            source=self.source,
            model=spent.model,
            action=_action(draft.call),
            symbols=() if symbol is None else (symbol,),
            at=draft.at,
            status=DecisionStatus.UNKNOWN,
            reasoning=draft.completion.text[:REASONING_CHARS],
            input_tokens=spent.usage.input,
            output_tokens=spent.usage.output,
            cached_tokens=spent.usage.cached,
            latency_ms=spent.latency_ms,
            cost=spent.cost,
            capability=TOOLS[draft.call.name],
            session_id=turn.session_id,
            turn_id=turn.id,
            call_id=draft.call.id,
            due_at=draft.at + SOON,
        )


def docket_of(ctx: Context, turn: TurnRecord, resumed: bool) -> Docket:
    """Return the docket of a turn; `resumed` says that it began in an earlier run of the service."""
    # One that goes on after a restart does not know any more what put it to the agent.
    unattended = ctx.origin is Origin.JOB or turn.session_id.startswith(RUNS_OWN)
    source = DecisionSource.JOB if unattended else DecisionSource.CHAT
    return Docket(ctx.services, turn, ctx.principal.account, source, resumed)


def _action(call: ToolCall) -> DecisionAction:
    known = DECIDES[TOOLS[call.name]]
    if known is not None:
        return known
    return SIDES.get(str(call.arguments.get("action")).lower(), DecisionAction.UNCLEAR)


async def _referred(uow: UnitOfWork, account: str, given: Mapping[str, Any]) -> Symbol | None:
    """Return the pair of the position or order that a call names by its id."""
    found: Position | Order | None = None
    if isinstance(name := given.get("positionId"), str):
        found = await uow.positions.get(name)
    elif isinstance(name := given.get("orderId"), str):
        found = await uow.orders.get(name)
    return found.symbol if found is not None and found.account == account else None
