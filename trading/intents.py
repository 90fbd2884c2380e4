"""Putting an intent on disk: the account's lock is held while funds are reserved and risk is judged.

So concurrent orders never spend the same money or the same limit, and what a person has to allow first is on
disk exactly as it would be sent.
"""

from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trading.altered import altered
from trading.approvals import Approval, ApprovalStatus
from trading.clock import Clock
from trading.equity import needed
from trading.errors import InsufficientFunds, InvalidOrder, NotFound
from trading.fees import fee, worst_rate
from trading.funds import cut_to_holding, locked, secure, spends
from trading.mandates import assets
from trading.margin import check_stop_loss, opening
from trading.model import ZERO, Account, Instrument, Mode, Order, OrderStatus, OrderType, Origin
from trading.notices import OWNER
from trading.orders import OPEN, UNDECIDED
from trading.ports import NewId, News, Transact, UnitOfWork
from trading.protection import fit
from trading.risk.proposal import OLDEST_PRICE, Check, Proposal, Quote, Verdict

APPROVAL_TIME = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Plan:
    """An order as it would be sent, before anything was committed."""

    order: Order
    estimate: Decimal
    instrument: Instrument
    quote: Quote
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Valued:
    """Prices in an account's currency, by asset, and of when each is.

    `asked` names every asset whose price was asked for; `again` says that this was because they had become
    too old.
    """

    asked: frozenset[str] = frozenset()
    prices: Mapping[str, Decimal] | None = None
    at: Mapping[str, datetime] = field(default_factory=dict)
    again: bool = False

    @property
    def found(self) -> Mapping[str, Decimal]:
        """The prices that somebody knew."""
        return self.prices or {}


@dataclass(frozen=True, slots=True)
class Committed:
    """An order on disk, with what is needed to place it and to value the account afterwards."""

    account: Account
    order: Order
    instrument: Instrument
    prices: Mapping[str, Decimal]
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """An order exactly as it would be sent now, and nothing of it on disk.

    `cost` is the quote that it should trade, `fee` what that would cost and `reference` the price of this
    moment. One that is `held` would wait for a person.
    """

    order: Order
    cost: Decimal
    fee: Decimal
    reference: Decimal
    held: bool


class _TakenBack(Exception):
    """End a transaction without keeping anything of it."""


class Unpriced(Exception):
    """Ask for the prices of these assets, in the account's currency: it holds or trades them.

    `again` says that they were known, and have become too old since.
    """

    def __init__(self, assets: frozenset[str], currency: str, again: bool) -> None:
        super().__init__(", ".join(sorted(assets)))
        self.assets = assets
        self.currency = currency
        self.again = again


class Intents:
    """Commits what is about to be sent. Only modes in `traded` can be."""

    def __init__(
        self,
        transact: Transact,
        clock: Clock,
        new_id: NewId,
        news: News,
        checks: Sequence[Check],
        traded: frozenset[Mode],
    ) -> None:
        self._transact = transact
        self._clock = clock
        self._new_id = new_id
        self._news = news
        self._checks = checks
        self._traded = traded

    async def commit(self, plan: Plan, valued: Valued) -> Committed | None:
        """Put the intent, its reservation and verdict on disk; None when its key is already taken.

        Raises Unpriced when the account holds what `valued` knows nothing of, or knows from too long ago
        unless it was asked for again, NotFound for the account,
        InvalidOrder, InsufficientFunds, and whatever a check refuses with.
        """
        draft = plan.order
        async with self._transact() as uow:
            account = await self._locked(uow, draft.account)
            if draft.key is not None and await uow.orders.by_key(account.id, draft.key) is not None:
                return None
            order, verdict, moved = await self._drafted(uow, account, plan, valued)
            await uow.orders.add(order)
            if verdict.use is not None and not verdict.hold:
                await uow.mandates.use(verdict.use)
            for each in moved:
                await self._news.order(uow, each, ())
            approval = await self._ask(uow, order, plan) if verdict.hold else None
        return Committed(account, order, plan.instrument, valued.found, approval)

    async def preview(self, plan: Plan, valued: Valued) -> Preview:
        """Return what `commit` would put on disk, and put nothing there; raise as that does."""
        preview: Preview | None = None
        with suppress(_TakenBack):
            async with self._transact() as uow:
                account = await self._locked(uow, plan.order.account)
                order, verdict, _ = await self._drafted(uow, account, plan, valued)
                cost = plan.estimate * order.amount / plan.order.amount
                costs = fee(cost, worst_rate(plan.instrument))
                preview = Preview(order, cost, costs, plan.quote.price, verdict.hold)
                # What it would sell was freed of other orders to judge it, and that must not stay so.
                raise _TakenBack
        assert preview is not None
        return preview

    async def _locked(self, uow: UnitOfWork, account_id: str) -> Account:
        """Return an account that is traded here, for this transaction alone."""
        await uow.accounts.lock(account_id)
        account = await account_of(uow, account_id)
        check_traded(account.id, account.mode, self._traded)
        return account

    async def _drafted(
        self, uow: UnitOfWork, account: Account, plan: Plan, valued: Valued
    ) -> tuple[Order, Verdict, list[Order]]:
        """Return an order as it would be sent, the verdict on it, and the orders that gave way to it."""
        plan = replace(plan, order=altered(plan.order, mode=account.mode))
        proposal, moved = await self._secured(uow, account, plan, valued)
        verdict = await self._judged(uow, proposal)
        status = OrderStatus.HELD if verdict.hold else OrderStatus.INTENT
        return altered(proposal.order, status=status, verdict=verdict.figures or None), verdict, moved

    async def let_go(self, uow: UnitOfWork, plan: Plan, account: Account, valued: Valued) -> Order:
        """Judge a held order again as all stands now, and make it an intent; raise as `commit` does."""
        held = plan.order
        others = [each for each in await uow.orders.open(account.id) if each.id != held.id]
        proposal = await self._proposal(uow, account, plan, valued, others)
        if held.leverage is not None:
            # What it opens, and so what it needs, has changed with its position.
            proposal = replace(proposal, order=_secured(proposal))
        else:
            _check_covered(held, proposal)
        # A person has allowed it: it takes nothing of what its run may trade without that.
        figures = (await self._judged(uow, proposal)).figures
        intent = altered(proposal.order, status=OrderStatus.INTENT, verdict=figures or None)
        return await uow.orders.save(altered(intent, updated_at=self._clock.now()))

    async def _secured(
        self, uow: UnitOfWork, account: Account, plan: Plan, valued: Valued
    ) -> tuple[Proposal, list[Order]]:
        """Reserve what an order needs; return what is to be judged, and the orders that gave way."""
        draft = plan.order
        open_orders: Sequence[Order] = await uow.orders.open(account.id)
        proposal = await self._proposal(uow, account, plan, valued, open_orders)
        moved: list[Order] = []
        if draft.reduce_only:
            step, position = plan.instrument.step, proposal.position
            draft = cut_to_holding(draft, step, proposal.balances, open_orders, position)
            if draft.leverage is None:
                open_orders, moved = await self._give_way(uow, draft, proposal.balances, open_orders)
        proposal = replace(proposal, order=draft, open_orders=open_orders)
        opens = opening(draft, proposal.position, open_orders)
        check_stop_loss(draft, proposal.position, opens, plan.quote.price)
        return replace(proposal, order=_secured(proposal)), moved

    async def _proposal(
        self, uow: UnitOfWork, account: Account, plan: Plan, valued: Valued, open_orders: Sequence[Order]
    ) -> Proposal:
        balances = await uow.ledger.balances(account.id)
        positions = [each for each in await uow.positions.open(account.id) if each.leverage is not None]
        wanted = needed(balances, positions) | {account.currency}
        wanted |= {plan.order.symbol.base, plan.order.symbol.quote}
        if plan.order.run is not None and plan.order.origin is Origin.RUN:
            wanted |= assets(await uow.mandates.tallies(account.id, plan.order.run))
        if not wanted <= valued.asked:
            raise Unpriced(frozenset(wanted), account.currency, again=False)
        now = self._clock.now()
        oldest = now - OLDEST_PRICE[account.mode]
        if not valued.again and any(valued.at.get(asset, now) < oldest for asset in wanted):
            raise Unpriced(frozenset(wanted), account.currency, again=True)
        return Proposal(
            order=plan.order,
            account=account,
            instrument=plan.instrument,
            estimate=plan.estimate,
            balances=balances,
            open_orders=open_orders,
            positions=positions,
            prices=valued.found,
            quote=plan.quote,
            now=now,
            priced_at=valued.at,
        )

    async def _judged(self, uow: UnitOfWork, proposal: Proposal) -> Verdict:
        """Let every check see an order; return all that they measured, held when one wants it held."""
        figures: dict[str, str] = {}
        hold, use = False, None
        for check in self._checks:
            verdict = await check(uow, proposal)
            if verdict is not None:
                figures |= verdict.figures
                hold, use = hold or verdict.hold, use or verdict.use
        return Verdict(figures, hold, use)

    async def _ask(self, uow: UnitOfWork, order: Order, plan: Plan) -> Approval:
        """Store a request for approval of an order that is held."""
        now = self._clock.now()
        approval = Approval(
            id=self._new_id("apr"),
            order_id=order.id,
            account=order.account,
            principal=order.by or OWNER,
            origin=order.origin,
            status=ApprovalStatus.PENDING,
            reference=plan.quote.price,
            cost=plan.estimate,
            fee=fee(plan.estimate, worst_rate(plan.instrument)),
            created_at=now,
            expires_at=now + APPROVAL_TIME,
            session_id=plan.session_id,
        )
        await uow.approvals.add(approval)
        await self._news.approval(uow, approval, order)
        return approval

    async def _give_way(
        self, uow: UnitOfWork, order: Order, balances: Mapping[str, Decimal], open_orders: Sequence[Order]
    ) -> tuple[Sequence[Order], list[Order]]:
        """Cut resting orders that have reserved what an order that trades at once is to sell."""
        if order.type not in (OrderType.MARKET, OrderType.LIMIT):
            return open_orders, []
        base = order.symbol.base
        plain = [each for each in open_orders if not each.reduce_only or each.status in UNDECIDED]
        left = balances.get(base, ZERO) - order.amount
        moved = [await uow.orders.save(each) for each in fit(base, left, plain, self._clock.now())]
        by_id = {each.id: each for each in moved}
        current = [by_id.get(each.id, each) for each in open_orders]
        return [each for each in current if each.status in OPEN], moved


def _secured(proposal: Proposal) -> Order:
    order = proposal.order
    # What only reduces does not wait for what a person has yet to allow: that is judged again anyway.
    others = [
        each for each in proposal.open_orders if not (order.reduce_only and each.status is OrderStatus.HELD)
    ]
    rate = worst_rate(proposal.instrument)
    return secure(order, proposal.estimate, proposal.balances, others, rate, proposal.position)


def _check_covered(held: Order, proposal: Proposal) -> None:
    """Raise InsufficientFunds when what was reserved for a held order has gone: exits do not wait for it."""
    asset = spends(held)
    free = proposal.balances.get(asset, ZERO) - locked(proposal.open_orders).get(asset, ZERO)
    if held.reserved > free:
        raise InsufficientFunds(
            f"this order needs {held.reserved:f} {asset}, and {max(free, ZERO):f} is free"
        )


def check_traded(account: str, mode: Mode, traded: Container[Mode]) -> None:
    """Raise InvalidOrder for an account whose mode is not traded here."""
    if mode in traded:
        return
    if mode is Mode.CONTEST:
        raise InvalidOrder(f"account {account} is in a contest and trades in the cycles of that alone")
    raise InvalidOrder(f"account {account} holds {mode} money, which is not traded here")


async def account_of(uow: UnitOfWork, account_id: str) -> Account:
    """Return an account; raise NotFound."""
    account = await uow.accounts.get(account_id)
    if account is None:
        raise NotFound(f"there is no account {account_id}")
    return account
