"""The one way to an exchange, for whoever wants something done with an account."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

from trading.amending import Amending, Levels
from trading.begun import Begun
from trading.booking import Change
from trading.clock import Clock
from trading.closing import Closing, Wish
from trading.errors import (
    ExchangeUnavailable,
    InvalidOrder,
    NotFound,
    StaleOrder,
    TradingError,
    Unapproved,
)
from trading.granting import Granting
from trading.guards import Guards
from trading.held import Answer, HeldOrder, HeldOrders
from trading.intents import Preview, account_of, check_traded
from trading.locks import Locks
from trading.lookups import Lookups
from trading.markets import Markets
from trading.matching import floor_to
from trading.model import (
    Instrument,
    Mode,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Origin,
    Position,
    Side,
)
from trading.oco import split
from trading.orders import OPEN, RESTING, at_any_time, is_liquidation, kept_here
from trading.placing import OrderOutcome, Placing
from trading.ports import Exchange, MarketData, NewId, News, Report, Transact
from trading.risk.proposal import Check
from trading.settlement import Settled, Settlement
from trading.switchboard import Switchboard
from trading.symbols import Symbol
from trading.unwritten import Unwritten


class Desk:
    """Carries out what somebody wants done with an account.

    `exchanges` says where accounts of each mode trade: an account whose mode has none cannot. `checks` are
    asked about every order after its funds, in their order. `news` hears of every change in the transaction
    that makes it. `second` is where prices are compared before an entry, when there is such a place. An
    account is put into `locks` while one of its orders cannot be written down. Several desks share a database
    when each order is `mine` for one of them alone. A `frozen` market does nothing while its clock stands.
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
        news: News,
        checks: Sequence[Check] = (),
        second: MarketData | None = None,
        locks: Locks | None = None,
        mine: Callable[[Order], bool] = at_any_time,
        frozen: bool = False,
    ) -> None:
        self._exchanges = exchanges
        self._markets = markets
        self._read = read
        self._new_id = new_id
        self._begun = Begun()
        self._placing = Placing(
            exchanges=exchanges,
            markets=markets,
            transact=transact,
            clock=clock,
            new_id=new_id,
            news=news,
            checks=checks,
            second=second,
        )
        unwritten = partial(Unwritten, locks or Locks(), transact, clock, new_id)
        begun, places = self._begun, (exchanges, markets, transact, read, clock)
        books = self._placing.bookkeeper
        self._settlement = Settlement(*places, books, news.order, begun, unwritten(), mine, frozen)
        self._lookups = Lookups(exchanges, markets, self._placing, read, clock, begun, unwritten(), mine)
        self._guards = Guards(*places, new_id, news.order, self._carry_out, self._cancel_order, mine)
        self.held = HeldOrders(
            self._placing, markets, transact, read, clock, news, self._begun, self._guards.room
        )
        """Orders that wait for a person."""
        self._amending = Amending(markets, transact, read, clock, new_id, news.order)
        self.mandates = Granting(self._placing.value, transact, read, clock, new_id, news, self._begun)
        """What runs may trade without asking for each order."""
        self.switchboard = Switchboard(
            transact, read, clock, new_id, news, self.held, self.mandates, self._cancel_order, mine
        )
        """The kill switch."""

    async def execute(self, request: OrderRequest) -> OrderOutcome:
        """Place an order and return what became of it so far; one that has to be allowed first is held.

        A request whose key was used before makes nothing new and returns the order of the first time. Whoever
        stops waiting does not stop the order. Raises UnknownSymbol, UnknownExchange, InvalidOrder,
        InsufficientFunds, RiskLimitExceeded, TradingHalted, NotArmed, AccountLocked, NotFound (account) or
        ExchangeUnavailable.
        """
        if request.leverage is not None:
            # What the market did up to now is done to the position as it was.
            await self.settle()
        elif request.side is Side.SELL and request.origin is not Origin.GUARD:
            async with self._guards.room(request.account, request.symbol.base):
                return await self._carry_out(request)
        return await self._carry_out(request)

    async def execute_oco(self, request: OrderRequest) -> tuple[OrderOutcome, OrderOutcome]:
        """Place the stop and the limit of a request that has both prices; what fills first cuts the other.

        Raises as `execute`; when the limit is refused, the stop is taken back.
        """
        stop_request, limit_request = split(request, self._new_id("grp"))
        with self._guards.incomplete(stop_request.group):
            stop = await self.execute(stop_request)
            try:
                limit = await self.execute(limit_request)
            except TradingError:
                await self.cancel(request.account, stop.order.id)
                raise
        async with self._read() as uow:
            stop = replace(stop, order=await uow.orders.get(stop.order.id) or stop.order)
        if stop.order.filled and stop.order.status not in OPEN and limit.order.status in RESTING:
            # It fired while the limit was on its way, and could not cut it yet.
            limit = await self.cancel(request.account, limit.order.id)
        return stop, limit

    async def preview(self, request: OrderRequest) -> Preview:
        """Return an order exactly as `execute` would send it now, and keep nothing; raise as that does.

        Orders that protect a holding and rest at an exchange stay there, and what the market did to resting
        orders since they were looked at is not counted.
        """
        return await self._placing.preview(request)

    async def known(self, account: str, key: str | None) -> OrderOutcome | None:
        """Return what became of the wish of this name; None when nobody has had it."""
        if key is None:
            return None
        async with self._read() as uow:
            order = await uow.orders.by_key(account, key)
            if order is None:
                return None
            fills = await uow.fills.of_order(order.id)
            return OrderOutcome(order, tuple(fills), await uow.approvals.of_order(order.id))

    async def _carry_out(self, request: OrderRequest) -> OrderOutcome:
        try:
            plan = await self._placing.plan(request)
        except TradingError:
            # The market has moved on, or is silent: the order of the first time still stands.
            known = await self.known(request.account, request.key)
            if known is None:
                raise
            return known
        outcome = await self._begun.finish(self._placing.run(plan))
        return outcome or await self.known(request.account, request.key) or OrderOutcome(plan.order)

    async def close(
        self,
        account: str,
        position_id: str,
        percentage: Decimal = Decimal(100),
        wish: Wish | None = None,
    ) -> Closing:
        """Close a share of a position at the market, never more than is held.

        Raises NotFound when the account has no such open position, InvalidOrder for a share that is not above
        0 and at most 100, or that is below the venue's smallest step.
        """
        wish = wish or Wish()
        if not (percentage.is_finite() and 0 < percentage <= 100):
            raise InvalidOrder("close more than 0 and at most 100 percent of a position")
        async with self._read() as uow:
            position = await uow.positions.get(position_id)
            known = await uow.orders.by_key(account, wish.key) if wish.key is not None else None
        if position is None or position.account != account or not (position.amount or known):
            raise NotFound(f"there is no open position {position_id}")
        check_traded(account, position.mode, self._exchanges)
        instrument = await self._market(position.exchange).instrument(position.symbol)
        amount = _share(position, percentage, instrument)
        if amount <= 0 and known is None:
            raise InvalidOrder(
                f"{percentage} % of this position is below the smallest step, {instrument.step}"
            )
        outcome = await self.execute(
            OrderRequest(
                account=account,
                symbol=position.symbol,
                side=Side.SELL if position.side == "long" else Side.BUY,
                type=OrderType.MARKET,
                amount=amount,
                reduce_only=True,
                exchange=position.exchange,
                leverage=position.leverage,
                key=wish.key,
                origin=wish.origin,
                by=wish.by,
                session_id=wish.session_id,
                run=wish.run,
            )
        )
        async with self._read() as uow:
            return Closing(await uow.positions.get(position_id) or position, outcome)

    async def close_all(self, account: str, wish: Wish) -> Sequence[Closing | TradingError]:
        """Close every open position at the market; one that cannot be closed does not keep the others.

        Raises NotFound for the account.
        """
        async with self._read() as uow:
            await account_of(uow, account)
            positions = await uow.positions.open(account)
        closed: list[Closing | TradingError] = []
        for each in positions:
            own = replace(wish, key=wish.key and f"{wish.key}/{each.id}")
            try:
                closed.append(await self.close(account, each.id, wish=own))
            except TradingError as error:
                closed.append(error)
        return closed

    async def amend(self, account: str, position_id: str, levels: Levels) -> Sequence[Order]:
        """Move the stop-loss and take-profit of a position; raise NotFound or InvalidOrder."""
        await self.settle()
        async with self._read() as uow:
            position = await uow.positions.get(position_id)
        if position is None:
            raise NotFound(f"there is no open position {position_id}")
        check_traded(account, position.mode, self._exchanges)
        async with self._guards.room(account, position.symbol.base):
            return await self._begun.finish(self._amending.amend(account, position_id, levels))

    async def cancel_all(self, account: str, symbol: Symbol | None = None) -> Sequence[OrderOutcome]:
        """Take back every open order of an account, or of one pair, but not what protects a position.

        Raises NotFound for the account.
        """
        async with self._read() as uow:
            await account_of(uow, account)
            found = [order for order in await uow.orders.open(account) if symbol in (None, order.symbol)]
        mine = [
            each for each in found if not each.reduce_only and each.status in {*RESTING, OrderStatus.HELD}
        ]
        return [await self.cancel(account, each.id) for each in mine]

    async def orders(
        self, account: str, statuses: Collection[OrderStatus], symbol: Symbol | None, limit: int
    ) -> Sequence[Order]:
        """Return an account's newest orders, newest first; raise NotFound."""
        async with self._read() as uow:
            await account_of(uow, account)
            return await uow.orders.recent(account, statuses, symbol, limit)

    async def cancel(self, account: str, order_id: str, by: str | None = None) -> OrderOutcome:
        """Take back what is unfilled of an order, after what the market did to it up to now.

        One that waits for a person is denied; one that is already closed is returned as it stands. Raises
        NotFound, ExchangeUnavailable, and OutcomeUnknown when the exchange did not answer.
        """
        await self.settle()
        async with self._read() as uow:
            order = await uow.orders.get(order_id)
            approval = await uow.approvals.of_order(order_id)
        if order is None or order.account != account or is_liquidation(order):
            raise NotFound(f"there is no order {order_id}")
        if order.mode is Mode.CONTEST:
            check_traded(account, order.mode, self._exchanges)
        if order.status is OrderStatus.HELD and approval is not None:
            with suppress(Unapproved):
                # Where somebody has just answered, it is what became of the order that is canceled.
                held: HeldOrder = await self.held.deny(approval.id, Answer(by or account, "canceled"))
                return OrderOutcome(held.order)
        return await self._begun.finish(self._cancel(order_id))

    async def guard(self) -> Sequence[tuple[Order, str]]:
        """Look at every order that is kept here for an exchange; return those that could not be sent."""
        return await self._guards.step()

    async def settle(self) -> Settled:
        """Bring all resting orders up to now, also through a time when nobody was looking."""
        return await self._settlement.settle()

    async def recover(self, older_than: timedelta = timedelta(0)) -> Sequence[Order]:
        """Ask what became of orders that a crash cut off, or that were never answered.

        Call it at the start and again and again; where several processes share a database, with an age that
        no order has which is just being placed. Returns the orders that changed; one that cannot be written
        down locks its account, and is tried again with the next call.
        """
        return await self._lookups.look(older_than)

    async def drain(self) -> None:
        """Return once everything that was begun is on disk."""
        await self._begun.drain()

    async def _cancel_order(self, order: Order) -> Order:
        return (await self._begun.finish(self._cancel(order.id))).order

    async def _cancel(self, order_id: str) -> OrderOutcome:
        while True:
            try:
                return await self._take_back(order_id)
            except StaleOrder:
                # It traded, or was looked at, in between: what is unfilled now is taken back.
                continue

    async def _take_back(self, order_id: str) -> OrderOutcome:
        async with self._read() as uow:
            order = await uow.orders.get(order_id)
            if order is None:
                raise NotFound(f"there is no order {order_id}")
            account = await account_of(uow, order.account)
            fills = await uow.fills.of_order(order_id)
        if order.status not in RESTING:
            return OrderOutcome(order, tuple(fills))
        instrument = await self._market(order.exchange).instrument(order.symbol)
        report = Report(order.id, OrderStatus.CANCELED)
        if not kept_here(order):
            exchange = self._exchanges.get(order.mode)
            if exchange is None:
                raise ExchangeUnavailable(f"no exchange for {order.mode} money is configured here")
            report = await exchange.cancel(order)
        booked = await self._placing.record(account, Change(order, report, instrument), {})
        return OrderOutcome(booked.order, (*fills, *booked.fills))

    def _market(self, exchange: str) -> MarketData:
        return self._markets.venue(exchange).market


def _share(position: Position, percentage: Decimal, instrument: Instrument) -> Decimal:
    share = position.amount if percentage == 100 else position.amount * percentage / 100
    return floor_to(share, instrument.step)
