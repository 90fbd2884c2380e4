"""The one way to an exchange: check, commit the intent, place once, record, tell.

Two transactions make a trade. The first holds the account's lock while funds and risk are judged and commits
the intent with its reservation, so that concurrent orders never spend the same money and nothing reaches an
exchange that is not on disk. The second writes down everything that came of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trading.begun import Begun
from trading.booking import Booked, Bookkeeper, Change, tell
from trading.clock import Clock
from trading.equity import needed
from trading.errors import InvalidOrder, NotFound, StaleOrder, TradingError
from trading.fees import worst_rate
from trading.funds import cut_to_holding, secure
from trading.margin import margin_of
from trading.markets import Markets
from trading.matching import floor_to
from trading.model import (
    ZERO,
    Account,
    Fill,
    Instrument,
    Mode,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Position,
)
from trading.orders import IN_FLIGHT, OPEN, RESTING, advance, is_liquidation
from trading.ports import Exchange, MarketData, NewId, Publish, Report, Transact, UnitOfWork
from trading.prices import price_assets
from trading.protection import fit
from trading.risk import Check, Proposal
from trading.settlement import Settled, Settlement
from trading.sizing import Reference, Terms, terms


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """An order as it stands on disk, and all its fills so far."""

    order: Order
    fills: tuple[Fill, ...] = ()


@dataclass(frozen=True, slots=True)
class Closing:
    """A position that was closed, or as much of it as was asked: `position` is what is left of it."""

    position: Position
    outcome: OrderOutcome

    @property
    def closed(self) -> Decimal:
        """How much base was sold."""
        return self.outcome.order.filled

    @property
    def realized(self) -> Decimal:
        """What it won or lost, net of the fees of both sides."""
        return sum((fill.realized or ZERO for fill in self.outcome.fills), ZERO)


@dataclass(frozen=True, slots=True)
class _Plan:
    order: Order
    estimate: Decimal
    instrument: Instrument


class Desk:
    """Carries out what somebody wants done with an account.

    `exchanges` says where accounts of each mode trade: an account whose mode has none cannot. `checks` are
    asked about every order after its funds, in their order. `publish` hears of every change in the
    transaction that makes it.
    """

    def __init__(
        self,
        *,
        exchanges: Mapping[Mode, Exchange],
        markets: Markets,
        transact: Transact,
        read: Transact,
        clock: Clock,
        new_id: NewId,
        publish: Publish,
        checks: Sequence[Check] = (),
    ) -> None:
        self._exchanges = exchanges
        self._markets = markets
        self._transact = transact
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._publish = publish
        self._checks = checks
        self._bookkeeper = Bookkeeper(new_id)
        self._begun = Begun()
        self._settlement = Settlement(
            exchanges, markets, transact, read, clock, self._bookkeeper, publish, self._begun
        )
        self._placing: set[str] = set()

    async def execute(self, request: OrderRequest) -> OrderOutcome:
        """Place an order and return what became of it so far.

        A request whose key was used before makes nothing new and returns the order of the first time. Whoever
        stops waiting does not stop the order. Raises UnknownSymbol, UnknownExchange, InvalidOrder,
        InsufficientFunds, RiskLimitExceeded, NotFound (account) or ExchangeUnavailable.
        """
        if request.leverage is not None:
            # What the market did up to now has been done to the position as it was.
            await self.settle()
        try:
            plan = await self._plan(request)
        except TradingError:
            # The market has moved on, or is silent: the order of the first time still stands.
            known = await self._known(request)
            if known is None:
                raise
            return known
        return await self._begun.finish(self._run(request, plan))

    async def close(
        self,
        account: str,
        position_id: str,
        percentage: Decimal = Decimal(100),
        key: str | None = None,
    ) -> Closing:
        """Sell a share of a position at the market, never more than is held.

        Raises NotFound when the account has no such open position, InvalidOrder for a share that is not above
        0 and at most 100, or that is below the venue's smallest step.
        """
        if not (percentage.is_finite() and 0 < percentage <= 100):
            raise InvalidOrder("close more than 0 and at most 100 percent of a position")
        async with self._read() as uow:
            position = await uow.positions.get(position_id)
            known = await uow.orders.by_key(account, key) if key is not None else None
        if position is None or position.account != account or not (position.amount or known):
            raise NotFound(f"there is no open position {position_id}")
        instrument = await self._market(position.exchange).instrument(position.symbol)
        share = position.amount if percentage == 100 else position.amount * percentage / 100
        amount = floor_to(share, instrument.step)
        if amount <= 0 and known is None:
            raise InvalidOrder(
                f"{percentage} % of this position is below the smallest step, {instrument.step}"
            )
        outcome = await self.execute(
            OrderRequest(
                account=account,
                symbol=position.symbol,
                side=position.closing_side,
                type=OrderType.MARKET,
                amount=amount,
                reduce_only=True,
                leverage=position.leverage,
                exchange=position.exchange,
                key=key,
            )
        )
        async with self._read() as uow:
            return Closing(await uow.positions.get(position_id) or position, outcome)

    async def cancel(self, account: str, order_id: str) -> OrderOutcome:
        """Take back what is unfilled of an order, after what the market did to it up to now.

        One that is already closed is returned as it stands. Raises NotFound.
        """
        await self.settle()
        return await self._begun.finish(self._cancel(account, order_id))

    async def settle(self) -> Settled:
        """Bring all resting orders up to now, also through a time when nobody was looking."""
        return await self._settlement.settle()

    async def recover(self, older_than: timedelta = timedelta(0)) -> Sequence[Order]:
        """Cancel paper orders whose placing a crash cut off, and free what they had reserved.

        Call it at the start; where several processes share a database, with an age that no living order has.
        """
        now = self._clock.now()
        async with self._read() as uow:
            accounts = {order.account for order in await uow.orders.open() if order.status in IN_FLIGHT}
        saved: list[Order] = []
        for account in sorted(accounts):
            async with self._transact() as uow:
                await uow.accounts.lock(account)
                for order in await uow.orders.open(account):
                    if self._cut_off(order, now - older_than):
                        canceled = advance(order, OrderStatus.CANCELED, now, "interrupted")
                        saved.append(await uow.orders.save(canceled))
                        await self._publish(uow, saved[-1], ())
        return saved

    def _cut_off(self, order: Order, oldest: datetime) -> bool:
        waiting = order.status in IN_FLIGHT and order.created_at <= oldest
        return waiting and order.mode is Mode.PAPER and order.id not in self._placing

    async def drain(self) -> None:
        """Return once everything that was begun is on disk."""
        await self._begun.drain()

    async def _plan(self, request: OrderRequest) -> _Plan:
        """Judge a request by the venue's rules and the market of this moment; commit nothing."""
        venue = self._markets.venue(request.exchange)
        instrument = await venue.market.instrument(request.symbol)
        figures = terms(request, instrument, await _reference(venue.market, request))
        return _Plan(self._draft(request, figures, venue.name), figures.estimate, instrument)

    def _draft(self, request: OrderRequest, figures: Terms, exchange: str) -> Order:
        now = self._clock.now()
        return Order(
            id=self._new_id("ord"),
            account=request.account,
            symbol=request.symbol,
            side=request.side,
            type=request.type,
            status=OrderStatus.INTENT,
            amount=figures.amount,
            created_at=now,
            updated_at=now,
            mode=Mode.PAPER,
            exchange=exchange,
            price=figures.price,
            stop_price=figures.stop_price,
            stop_loss=figures.stop_loss,
            take_profit=figures.take_profit,
            reduce_only=request.reduce_only,
            group=request.group,
            leverage=request.leverage,
            trail=request.trail,
            trail_relative=request.trail_relative,
            budget=figures.budget,
            quoted=figures.quoted,
            key=request.key,
        )

    async def _run(self, request: OrderRequest, plan: _Plan) -> OrderOutcome:
        self._placing.add(plan.order.id)
        try:
            committed = await self._commit(plan)
            if committed is None:
                return await self._known(request) or OrderOutcome(plan.order)
            account, order, held = committed
            return await self._place(account, order, plan.instrument, held)
        finally:
            self._placing.discard(plan.order.id)

    async def _commit(self, plan: _Plan) -> tuple[Account, Order, frozenset[str]] | None:
        """Put the intent and its reservation on disk; None when its key is already taken."""
        draft = plan.order
        async with self._transact() as uow:
            await uow.accounts.lock(draft.account)
            account = await _account(uow, draft.account)
            if account.mode not in self._exchanges:
                raise InvalidOrder(
                    f"account {account.id} holds {account.mode} money, which is not traded here"
                )
            if draft.key is not None and await uow.orders.by_key(account.id, draft.key) is not None:
                return None
            balances = await uow.ledger.balances(account.id)
            open_orders = await uow.orders.open(account.id)
            draft = replace(draft, mode=account.mode)
            moved: list[Order] = []
            position = None
            if draft.leverage is not None:
                position = margin_of(await uow.positions.open(account.id, draft.symbol))
            if draft.reduce_only:
                draft = cut_to_holding(draft, plan.instrument.step, balances, open_orders, position)
            if draft.reduce_only and draft.leverage is None:
                open_orders, moved = await self._give_way(uow, draft, balances, open_orders)
            rate = worst_rate(plan.instrument)
            order = secure(draft, plan.estimate, balances, open_orders, rate, position)
            proposal = Proposal(order, account, plan.instrument, plan.estimate, balances, open_orders)
            for check in self._checks:
                await check(uow, proposal)
            await uow.orders.add(order)
            for each in moved:
                await self._publish(uow, each, ())
        held = needed(balances, open_orders)
        return account, order, frozenset(held | {order.symbol.base, order.symbol.quote})

    async def _give_way(
        self, uow: UnitOfWork, order: Order, balances: Mapping[str, Decimal], open_orders: Sequence[Order]
    ) -> tuple[Sequence[Order], list[Order]]:
        """Cut resting orders that have reserved what an order that trades at once is to sell."""
        if order.type not in (OrderType.MARKET, OrderType.LIMIT):
            return open_orders, []
        base = order.symbol.base
        plain = [each for each in open_orders if not each.reduce_only or each.status in IN_FLIGHT]
        left = balances.get(base, ZERO) - order.amount
        moved = [await uow.orders.save(each) for each in fit(base, left, plain, self._clock.now())]
        by_id = {each.id: each for each in moved}
        current = [by_id.get(each.id, each) for each in open_orders]
        return [each for each in current if each.status in OPEN], moved

    async def _place(
        self, account: Account, order: Order, instrument: Instrument, held: frozenset[str]
    ) -> OrderOutcome:
        try:
            report = await self._exchanges[account.mode].place(order)
        except TradingError as error:
            await self._record(account, Change(order, _refusal(order, error), instrument), {})
            raise
        prices = {}
        if report.executions:
            prices = await price_assets(self._markets.default.market, account.currency, held)
        booked = await self._record(account, Change(order, report, instrument), prices)
        return OrderOutcome(booked.order, booked.fills)

    async def _record(self, account: Account, change: Change, prices: Mapping[str, Decimal]) -> Booked:
        async with self._transact() as uow:
            await uow.accounts.lock(account.id)
            booked = await self._bookkeeper.book(uow, account, change, prices, self._clock.now())
            await tell(uow, self._publish, booked)
        return booked

    async def _cancel(self, account_id: str, order_id: str) -> OrderOutcome:
        while True:
            try:
                return await self._take_back(account_id, order_id)
            except StaleOrder:
                # It traded, or was looked at, in between: what is unfilled now is taken back.
                continue

    async def _take_back(self, account_id: str, order_id: str) -> OrderOutcome:
        async with self._read() as uow:
            account = await _account(uow, account_id)
            order = await uow.orders.get(order_id)
            fills = await uow.fills.of_order(order_id)
        if order is None or order.account != account_id:
            raise NotFound(f"there is no order {order_id}")
        if is_liquidation(order):
            raise InvalidOrder("a position is liquidated by the venue: close it instead")
        if order.status not in RESTING:
            return OrderOutcome(order, tuple(fills))
        instrument = await self._market(order.exchange).instrument(order.symbol)
        report = await self._exchanges[order.mode].cancel(order)
        booked = await self._record(account, Change(order, report, instrument), {})
        return OrderOutcome(booked.order, (*fills, *booked.fills))

    async def _known(self, request: OrderRequest) -> OrderOutcome | None:
        if request.key is None:
            return None
        async with self._read() as uow:
            order = await uow.orders.by_key(request.account, request.key)
            return None if order is None else OrderOutcome(order, tuple(await uow.fills.of_order(order.id)))

    def _market(self, exchange: str) -> MarketData:
        return self._markets.venue(exchange).market


async def _reference(market: MarketData, request: OrderRequest) -> Reference:
    """Return the market as far as an order of this type is measured against it."""
    if request.type is OrderType.MARKET:
        book = await market.order_book(request.symbol, 100)
        if book.bids and book.asks:
            bid, ask = book.bids[0].price, book.asks[0].price
            return Reference(bid, ask, (bid + ask) / 2, book.opposite(request.side))
    ticker = await market.ticker(request.symbol)
    return Reference(ticker.bid, ticker.ask, ticker.last)


async def _account(uow: UnitOfWork, account_id: str) -> Account:
    account = await uow.accounts.get(account_id)
    if account is None:
        raise NotFound(f"there is no account {account_id}")
    return account


def _refusal(order: Order, error: TradingError) -> Report:
    return Report(order.id, OrderStatus.REJECTED, reason=str(error))
