"""One order's way to an exchange: plan, commit the intent, place once, record."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from trading.approvals import Approval
from trading.booking import Booked, Bookkeeper, Change, tell
from trading.clock import Clock
from trading.errors import ExchangeUnavailable, OutcomeUnknown, StaleOrder, TradingError, UnknownSymbol
from trading.intents import Committed, Intents, Plan, Preview, Unpriced, Valued
from trading.markets import Markets
from trading.model import Account, Fill, Mode, Order, OrderRequest, OrderStatus, OrderType
from trading.notices import OWNER, Notice
from trading.oco import stays_here
from trading.ports import Exchange, MarketData, NewId, News, Report, Transact
from trading.prices import dated_prices
from trading.risk.proposal import Check, Quote
from trading.sizing import Reference, Terms, terms
from trading.symbols import Symbol

T = TypeVar("T")

BOOK_DEPTH = 100
AT_ONCE = frozenset({OrderType.MARKET, OrderType.LIMIT})
"""Types that every exchange takes."""


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """An order as it stands on disk, all its fills so far, and the approval that it waits for."""

    order: Order
    fills: tuple[Fill, ...] = ()
    approval: Approval | None = None


class Placing:
    """Carries orders to their exchanges. `second` is where prices are compared, when there is one."""

    def __init__(
        self,
        *,
        exchanges: Mapping[Mode, Exchange],
        markets: Markets,
        transact: Transact,
        clock: Clock,
        new_id: NewId,
        news: News,
        checks: Sequence[Check],
        second: MarketData | None,
    ) -> None:
        self._exchanges = exchanges
        self._markets = markets
        self._transact = transact
        self._clock = clock
        self._new_id = new_id
        self._news = news
        self._second = second
        self._known: dict[str, frozenset[str]] = {}
        self._currency: dict[str, str] = {}
        self.bookkeeper = Bookkeeper(new_id)
        self.intents = Intents(transact, clock, new_id, news, checks, frozenset(exchanges))
        self.under_way: set[str] = set()
        """The orders that are being placed by this process right now."""
        self.cut_off: set[str] = set()
        """The orders that this process was to hand in and whose answer is not on disk."""

    async def plan(self, request: OrderRequest) -> Plan:
        """Judge a request by the venue's rules and the market of this moment; commit nothing."""
        venue = self._markets.venue(request.exchange)
        instrument = await venue.market.instrument(request.symbol)
        reference, at = await _reference(venue.market, request)
        figures = terms(request, instrument, reference)
        quote = await self._quote(request.symbol, reference, at)
        order = self._draft(request, figures, venue.name)
        return Plan(order, figures.estimate, instrument, quote, request.session_id)

    async def quote(self, order: Order) -> Quote:
        """Return the price of this moment that an order is measured by, the same as when it was planned."""
        reference, at = await _reference(self._markets.venue(order.exchange).market, order)
        return await self._quote(order.symbol, reference, at)

    async def _quote(self, symbol: Symbol, reference: Reference, at: datetime) -> Quote:
        if self._second is None:
            return Quote(reference.last, at)
        try:
            second = await self._second.ticker(symbol)
        except (ExchangeUnavailable, UnknownSymbol):
            # What only reduces needs no second opinion: the gate judges what that means.
            return Quote(reference.last, at, silent=True)
        return Quote(reference.last, at, second.last or None, silent=not second.last, second_at=second.at)

    async def run(self, plan: Plan) -> OrderOutcome | None:
        """Commit a plan, and place it unless a person has to allow it; None when its key is taken."""
        self.under_way.add(plan.order.id)
        try:
            committed = await self._commit(plan)
            if committed is None:
                return None
            if committed.approval is not None:
                return OrderOutcome(committed.order, (), committed.approval)
            return await self.place(committed)
        finally:
            self.under_way.discard(plan.order.id)

    async def preview(self, request: OrderRequest) -> Preview:
        """Return a request's order as it would be sent now; commit nothing, and raise as sending it would."""
        return await self._valued(await self.plan(request), self.intents.preview)

    async def _commit(self, plan: Plan) -> Committed | None:
        return await self._valued(plan, self.intents.commit)

    async def _valued(self, plan: Plan, work: Callable[[Plan, Valued], Awaitable[T]]) -> T:
        """Do some work with a plan and the prices by which its account is valued."""
        account = plan.order.account
        wanted = self._known.get(account, frozenset()) | {plan.order.symbol.base, plan.order.symbol.quote}
        valued = Valued()
        if account in self._currency:
            valued = await self.value(self._currency[account], wanted)
        while True:
            try:
                return await work(plan, valued)
            except Unpriced as more:
                # The set of what it holds changes seldom: the next order asks for the right prices at once.
                self._known[account] = more.assets
                self._currency[account] = more.currency
                valued = await self.value(more.currency, wanted | more.assets, more.again)

    async def value(self, currency: str, assets: frozenset[str], again: bool = False) -> Valued:
        """Return the prices of assets in a currency, as far as the default market knows them."""
        asked = assets | {currency}
        found = await dated_prices(self._markets.default.market, currency, asked)
        prices = {asset: price.value for asset, price in found.items()}
        times = {asset: price.at for asset, price in found.items() if price.at is not None}
        return Valued(asked, prices, times, again)

    async def place(self, committed: Committed) -> OrderOutcome:
        """Hand a committed order in, once, and write down what came of it."""
        account, order, instrument = committed.account, committed.order, committed.instrument
        exchange = self._exchanges[account.mode]
        self.cut_off.add(order.id)
        if order.type not in AT_ONCE | exchange.holds or stays_here(order):
            report = Report(order.id, OrderStatus.ACCEPTED)
            return await self._answered(account, Change(order, report, instrument), {})
        try:
            report = await exchange.place(order)
        except OutcomeUnknown as error:
            report = Report(order.id, OrderStatus.UNKNOWN, reason=str(error))
        except TradingError as error:
            refusal = Report(order.id, OrderStatus.REJECTED, reason=str(error))
            await self._answered(account, Change(order, refusal, instrument), {})
            raise
        return await self._answered(account, Change(order, report, instrument), committed.prices)

    async def _answered(
        self, account: Account, change: Change, prices: Mapping[str, Decimal]
    ) -> OrderOutcome:
        """Write down the answer to an order, also when somebody has given it up for lost meanwhile."""
        while True:
            try:
                booked = await self.record(account, change, prices)
                self.cut_off.discard(change.order.id)
                return OrderOutcome(booked.order, booked.fills)
            except StaleOrder:
                async with self._transact() as uow:
                    current = await uow.orders.get(change.order.id) or change.order
                    fills = await uow.fills.of_order(current.id)
                if current.status is not OrderStatus.UNKNOWN or change.report.status is current.status:
                    self.cut_off.discard(current.id)
                    return OrderOutcome(current, tuple(fills))
                change = replace(change, order=current)

    async def record(self, account: Account, change: Change, prices: Mapping[str, Decimal]) -> Booked:
        """Write down what an exchange reports of an order, and tell of it."""
        async with self._transact() as uow:
            await uow.accounts.lock(account.id)
            booked = await self.bookkeeper.book(uow, account, change, prices, self._clock.now())
            await tell(uow, self._news.order, booked)
            await uow.notices.add(*self._notices(change.order.status, booked.order))
        return booked

    def _notices(self, before: OrderStatus, order: Order) -> tuple[Notice, ...]:
        """Return what people have to be told of an order whose outcome became unknown, or known."""
        if OrderStatus.UNKNOWN not in (before, order.status) or before is order.status:
            return ()
        if order.status is OrderStatus.UNKNOWN:
            return self._both("order.unknown", order, UNANSWERED)
        return self._both("order.found", order, f"it is known now: {order.status}")

    def _both(self, kind: str, order: Order, text: str) -> tuple[Notice, ...]:
        """Return a message to the owner, and one to whoever wanted the order."""
        people = dict.fromkeys((OWNER, order.by or OWNER))
        words = f"{order.side} {order.amount} {order.symbol} on {order.exchange} ({order.id}): {text}"
        data = {"orderId": order.id, "account": order.account}
        now = self._clock.now()
        return tuple(Notice(self._new_id("ntc"), who, kind, words, now, data) for who in people)

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
            budget=figures.budget,
            quoted=figures.quoted,
            key=request.key,
            leverage=request.leverage,
            trail=request.trail,
            trail_relative=request.trail_relative,
            origin=request.origin,
            by=request.by,
            run=request.run,
        )


UNANSWERED = (
    "the exchange has not said whether it took this order. It is not sent again; its funds stay reserved "
    "until the exchange's own books tell what became of it."
)


async def _reference(market: MarketData, request: OrderRequest | Order) -> tuple[Reference, datetime]:
    """Return the market as far as an order of this type is measured against it, and of when it is."""
    if request.type is OrderType.MARKET:
        book = await market.order_book(request.symbol, BOOK_DEPTH)
        if book.bids and book.asks:
            bid, ask = book.bids[0].price, book.asks[0].price
            return Reference(bid, ask, (bid + ask) / 2, book.opposite(request.side)), book.at
    ticker = await market.ticker(request.symbol)
    return Reference(ticker.bid, ticker.ask, ticker.last), ticker.at
