"""Orders that wait for a person: let go once, exactly as they were asked for, or not at all."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from trading.approvals import ENDED, LATE, Approval, ApprovalStatus
from trading.begun import Begun
from trading.clock import Clock
from trading.errors import NotFound, TradingError, Unapproved
from trading.intents import Committed, Plan, Unpriced, Valued, account_of
from trading.markets import Markets
from trading.model import Order, OrderStatus, Side
from trading.orders import advance
from trading.placing import OrderOutcome, Placing
from trading.ports import News, Transact, UnitOfWork

DRIFT = Decimal("0.01")
"""How far the price may have moved since an approval was asked for, as a fraction."""

AS_ASKED = 0
"""The version of an order that nobody has changed since it was held."""

Room = Callable[[str, str], AbstractAsyncContextManager[None]]
"""Keeps what an account holds of an asset free to be sold until the block ends."""

Ruling = Callable[[Approval], tuple[ApprovalStatus, str]]
"""Says how a request that is still pending ends, and why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers a request for approval, and with which words."""

    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """A request for approval with the order that it holds."""

    approval: Approval
    order: Order


class HeldOrders:
    """Requests for approval. Of all answers the first one counts, whoever gives it wherever."""

    def __init__(
        self,
        placing: Placing,
        markets: Markets,
        transact: Transact,
        read: Transact,
        clock: Clock,
        news: News,
        begun: Begun,
        room: Room,
    ) -> None:
        self._placing = placing
        self._markets = markets
        self._transact = transact
        self._read = read
        self._clock = clock
        self._news = news
        self._begun = begun
        self._room = room

    async def get(self, approval_id: str) -> HeldOrder:
        """Return a request with its order; raise NotFound."""
        async with self._read() as uow:
            return await _held(uow, approval_id)

    async def listing(self, pending: bool, limit: int) -> list[HeldOrder]:
        """Return the newest requests, or all that nobody has answered, oldest first."""
        async with self._read() as uow:
            found = await (uow.approvals.pending() if pending else uow.approvals.recent(limit))
            return [await _held(uow, each.id) for each in found[:limit]]

    async def approve(self, approval_id: str, answer: Answer) -> OrderOutcome:
        """Let a held order go and return what became of it.

        Raises NotFound, and Unapproved when the request is not pending any more, has expired, or is void
        because the price has moved too far; whatever the order would be refused for now makes it void too.
        Also raises OutcomeUnknown or ExchangeUnavailable when what it is to sell could not be freed.
        """
        held = await self.get(approval_id)
        instrument = await self._markets.venue(held.order.exchange).market.instrument(held.order.symbol)
        quote = await self._placing.quote(held.order)
        plan = Plan(held.order, held.approval.cost, instrument, quote)
        if plan.order.side is Side.BUY or plan.order.leverage is not None:
            return await self._begun.finish(self._let_go(approval_id, plan, answer))
        async with self._room(plan.order.account, plan.order.symbol.base):
            return await self._begun.finish(self._let_go(approval_id, plan, answer))

    async def deny(self, approval_id: str, answer: Answer) -> HeldOrder:
        """Take a held order back; raise NotFound, or Unapproved when it is not pending any more."""

        def ruling(approval: Approval) -> tuple[ApprovalStatus, str]:
            if approval.expires_at <= self._clock.now():
                return ApprovalStatus.EXPIRED, LATE
            return ApprovalStatus.DENIED, answer.reason or "denied"

        return await self._begun.finish(self._end(approval_id, ruling, answer.by))

    async def deny_all(self, matching: Callable[[HeldOrder], bool], answer: Answer) -> list[HeldOrder]:
        """Take back every held order that matches."""
        denied = []
        for each in [each for each in await self.listing(pending=True, limit=10_000) if matching(each)]:
            try:
                denied.append(await self.deny(each.approval.id, answer))
            except Unapproved:
                # Somebody answered in between, and that counts.
                continue
        return denied

    async def expire(self) -> list[HeldOrder]:
        """Take back every held order whose time is over."""
        async with self._read() as uow:
            over = await uow.approvals.pending(self._clock.now())
        gone = []
        for each in over:
            try:
                gone.append(await self._end(each.id, _always(ApprovalStatus.EXPIRED, LATE)))
            except Unapproved:
                continue
        return gone

    async def _let_go(self, approval_id: str, plan: Plan, answer: Answer) -> OrderOutcome:
        order_id = plan.order.id
        self._placing.under_way.add(order_id)
        try:
            return await self._placing.place(await self._allowed(approval_id, plan, answer))
        finally:
            self._placing.under_way.discard(order_id)

    async def _allowed(self, approval_id: str, plan: Plan, answer: Answer) -> Committed:
        valued = Valued()
        while True:
            try:
                return await self._allow(approval_id, plan, answer, valued)
            except Unpriced as more:
                valued = await self._placing.value(more.currency, more.assets, more.again)
            except Unapproved:
                raise
            except TradingError as error:
                await self._end(approval_id, _always(ApprovalStatus.VOID, str(error)), answer.by)
                raise

    async def _allow(self, approval_id: str, plan: Plan, answer: Answer, valued: Valued) -> Committed:
        """Approve a request and make its order an intent, in one transaction."""
        void: str | None = None
        now = self._clock.now()
        async with self._transact() as uow:
            account = await account_of(uow, plan.order.account)
            await uow.accounts.lock(account.id)
            held = await _held(uow, approval_id)
            _check_pending(held)
            if held.approval.expires_at <= now:
                void = "it has expired"
                await self._close(uow, held, ApprovalStatus.EXPIRED, LATE, None)
            elif held.order.version != AS_ASKED:
                void = "its order is not the one that was asked for any more"
                await self._close(uow, held, ApprovalStatus.VOID, void, answer.by)
            elif (moved := abs(plan.quote.price / held.approval.reference - 1)) > DRIFT:
                void = f"the price has moved by {moved:.2%} since it was asked"
                await self._close(uow, held, ApprovalStatus.VOID, void, answer.by)
            else:
                current = replace(plan, order=held.order)
                order = await self._placing.intents.let_go(uow, current, account, valued)
                approved = _resolved(held.approval, ApprovalStatus.APPROVED, now, answer.by, answer.reason)
                await self._answer(uow, approved)
                await self._news.approval(uow, approved, order)
                await self._news.order(uow, order, ())
        if void is not None:
            raise Unapproved(f"approval {approval_id} lets nothing go: {void}")
        return Committed(account, order, plan.instrument, valued.found)

    async def _end(
        self,
        approval_id: str,
        ruling: Ruling,
        by: str | None = None,
    ) -> HeldOrder:
        async with self._transact() as uow:
            held = await _held(uow, approval_id)
            await uow.accounts.lock(held.order.account)
            held = await _held(uow, approval_id)
            _check_pending(held)
            status, reason = ruling(held.approval)
            return await self._close(uow, held, status, reason, by)

    async def _close(
        self, uow: UnitOfWork, held: HeldOrder, status: ApprovalStatus, reason: str, by: str | None
    ) -> HeldOrder:
        now = self._clock.now()
        resolved = _resolved(held.approval, status, now, by, reason)
        await self._answer(uow, resolved)
        order = await uow.orders.save(advance(held.order, OrderStatus.DENIED, now, reason))
        await self._news.approval(uow, resolved, order)
        await self._news.order(uow, order, ())
        return HeldOrder(resolved, order)

    async def _answer(self, uow: UnitOfWork, approval: Approval) -> None:
        if not await uow.approvals.resolve(approval):
            raise Unapproved(f"approval {approval.id} lets nothing go: somebody else was faster")


def _always(status: ApprovalStatus, reason: str) -> Ruling:
    return lambda _: (status, reason)


def _resolved(
    approval: Approval, status: ApprovalStatus, at: datetime, by: str | None, reason: str | None
) -> Approval:
    return replace(approval, status=status, resolved_at=at, resolved_by=by, reason=reason)


def _check_pending(held: HeldOrder) -> None:
    approval = held.approval
    if approval.status is not ApprovalStatus.PENDING:
        raise Unapproved(f"approval {approval.id} lets nothing go: {ENDED[approval.status]}")
    if held.order.status is not OrderStatus.HELD:
        raise Unapproved(f"approval {approval.id} lets nothing go: its order is {held.order.status}")


async def _held(uow: UnitOfWork, approval_id: str) -> HeldOrder:
    approval = await uow.approvals.get(approval_id)
    order = None if approval is None else await uow.orders.get(approval.order_id)
    if approval is None or order is None:
        raise NotFound(f"there is no approval {approval_id[:64]}")
    return HeldOrder(approval, order)
