"""The books of somebody: orders and positions of their own account, and of all that runs for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from memory.database import UnitOfWork
from tools.contests.reading import views_of
from tools.context import Context
from tools.errors import CallError, Code
from tools.orders import OrderView
from tools.policy import Scope
from tools.positions import PositionView, position_view
from tools.registry import capability
from tools.trade import NO_SUCH_PAIR, AmountType, report
from tools.wire import Amount, Millis, Num, Pair, Params, Result
from trading.errors import NotFound, TradingError
from trading.model import Mode, Order, OrderRequest, OrderStatus, OrderType, Position, Side
from trading.orders import OPEN
from trading.portfolio import PositionLine
from trading.runs.record import Run, RunState

MOST_RUNS = 1_000
"""How many runs, the newest ones, are looked at for somebody's books."""

RunId = Annotated[str, Field(min_length=1, max_length=128)]


@dataclass(frozen=True, slots=True)
class Books:
    """Whose books they are: the account of their own, and their runs, newest first."""

    own: str
    runs: Sequence[Run]

    @property
    def accounts(self) -> Mapping[str, str | None]:
        """Every account, with the run that trades on it."""
        found: dict[str, str | None] = {each.account: each.id for each in self.runs if each.account}
        # What people trade themselves is no run's, even where a run trades beside them.
        return {**found, self.own: None}

    def run_of(self, order: Order) -> str | None:
        """Return the run that an order belongs to."""
        return order.run or self.accounts.get(order.account)

    def where(self, pair: Pair) -> str:
        """Return where an order that names no account goes: to the newest run of the pair, or to their own.

        Only a run on paper is joined: nobody trades real money without saying so.
        """
        joined = (
            each.account
            for each in self.runs
            if each.mode is Mode.PAPER and each.state is RunState.RUNNING and pair in each.symbols
        )
        return next(joined, self.own)


async def books_of(ctx: Context, uow: UnitOfWork, run: str | None = None) -> Books:
    """Return the caller's books, or what one run of theirs has: nothing where they have no such run."""
    if run is None:
        found = await uow.runs.of(ctx.principal.id, MOST_RUNS)
        return Books(ctx.principal.account, [each for each in found if each.mode is not Mode.CONTEST])
    one = await uow.runs.named(ctx.principal.id, run) or await uow.runs.get(run)
    return Books(ctx.principal.account, [one] if one is not None and one.owner == ctx.principal.id else [])


class OfBookedOrders(Params):
    """Which orders: those of a `run`, of a `pair`, in some exact `states`; what is named all has to hold."""

    run: RunId | None = None
    pair: Pair | None = None
    states: Annotated[tuple[OrderStatus, ...], Field(max_length=len(OrderStatus))] = ()
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class BookedOrder(OrderView):
    """An order with its account and its `run`; `limitPrice` is what it asks.

    `venueId` is the name that the venue has for it. `amount` is what has traded once it is closed;
    `remaining` is what was not. `positionId` is the position that it traded in, or that it protects.
    """

    account: str
    position_id: str | None
    limit_price: Num | None
    venue_id: str | None
    created_at: Millis
    updated_at: Millis


class BookedOrders(Result):
    """Orders, newest first."""

    orders: list[BookedOrder]


def booked_order(order: Order, run: str | None, position: str | None = None) -> BookedOrder:
    """Return an order in the words of the wire."""
    told = {**dict(report(order, AmountType.BASE)), "run": run}
    return BookedOrder(
        **told,
        state=order.status.value,
        remaining=order.remaining,
        reduce_only=order.reduce_only,
        origin=order.origin.value,
        account=order.account,
        position_id=position,
        limit_price=order.price,
        venue_id=order.venue_id,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


@capability("books.orders", personal=True)
async def orders(ctx: Context, params: OfBookedOrders) -> BookedOrders:
    """List orders of your own account and of your runs, whatever became of them, newest first."""
    states = params.states or tuple(OrderStatus)
    async with ctx.services.database.read() as uow:
        books = await books_of(ctx, uow, params.run)
        shown = {name for name, run in books.accounts.items() if params.run is None or run is not None}
        found = await uow.orders.among(shown, states, params.pair, params.limit)
    # On an account that others use, too, what is not the run's is not shown.
    own = {each.id for each in books.runs}
    mine = [each for each in found if params.run is None or books.run_of(each) in own]
    held = await _positions_of(ctx, mine)
    return BookedOrders(orders=[booked_order(each, books.run_of(each), held[each.id]) for each in mine])


class OfBookedOrder(Params):
    """Which order."""

    order_id: Annotated[str, Field(min_length=1, max_length=128)]


@capability("books.order", personal=True)
async def order(ctx: Context, params: OfBookedOrder) -> BookedOrder:
    """Show one order of your own account or of one of your runs as it stands."""
    async with ctx.services.database.read() as uow:
        found, books = await _one(ctx, uow, params.order_id)
    return await _booked_order(ctx, found, books)


async def _booked_order(ctx: Context, order: Order, books: Books) -> BookedOrder:
    return booked_order(order, books.run_of(order), (await _positions_of(ctx, [order]))[order.id])


async def _positions_of(ctx: Context, orders: Sequence[Order]) -> Mapping[str, str | None]:
    """Return the position of each order, None for one that has traded in none."""
    async with ctx.services.database.read() as uow:
        had = {name: await uow.positions.of(name) for name in {each.account for each in orders}}
    return {each.id: position_of(each, had[each.account]) for each in orders}


def position_of(order: Order, positions: Sequence[Position]) -> str | None:
    """Return the id of the position, of those that an account had, oldest first, which an order is about."""
    about = [each for each in positions if each.symbol == order.symbol and each.opened_at <= order.updated_at]
    if order.filled:
        return about[-1].id if about else None
    open_ones = [each.id for each in about if each.amount]
    # What waits to close a position is about the open one; an entry that waits has none yet.
    return open_ones[-1] if open_ones and order.reduce_only and order.status in OPEN else None


async def _one(ctx: Context, uow: UnitOfWork, order_id: str) -> tuple[Order, Books]:
    books = await books_of(ctx, uow)
    found = await uow.orders.get(order_id)
    if found is None or found.account not in books.accounts:
        raise NotFound(f"there is no order {order_id}", order=order_id)
    return found, books


class Place(Params):
    """An order for an `amount` of base; a limit order needs its `price`."""

    action: Side
    pair: Pair
    type: Literal["market", "limit"]
    amount: Amount
    price: Amount | None = None

    @model_validator(mode="after")
    def _has_its_price(self) -> "Place":
        if self.type == "limit" and self.price is None:
            raise PydanticCustomError("missing", "a limit order needs a price")
        return self


@capability("books.place", scope=Scope.TRADE, effects=True, errors=NO_SUCH_PAIR)
async def place(ctx: Context, params: Place) -> BookedOrder:
    """Place an order where your paper run of this pair trades, or else on your own account."""
    async with ctx.services.database.read() as uow:
        books = await books_of(ctx, uow)
    request = OrderRequest(
        account=books.where(params.pair),
        symbol=params.pair,
        side=params.action,
        type=OrderType(params.type),
        amount=params.amount,
        price=params.price if params.type == "limit" else None,
        key=ctx.wish,
        origin=ctx.origin,
        by=ctx.principal.id,
        session_id=ctx.session_id,
    )
    try:
        outcome = await ctx.services.desk.execute(request)
    except TradingError as error:
        told = {"pair": str(request.symbol), "side": request.side.value, "reason": str(error)}
        await ctx.services.events.publish("books.refused", told, ctx.principal.id)
        raise
    return await _booked_order(ctx, outcome.order, books)


@capability("books.cancel", scope=Scope.TRADE, effects=True)
async def cancel(ctx: Context, params: OfBookedOrder) -> BookedOrder:
    """Cancel what is unfilled of an open order of yours; one that is closed by then is refused."""
    async with ctx.services.database.read() as uow:
        found, books = await _one(ctx, uow, params.order_id)
    before = found.status
    if before in OPEN:
        outcome = await ctx.services.desk.cancel(found.account, found.id, by=ctx.principal.id)
        found = outcome.order
    if before not in OPEN or found.status not in (OrderStatus.CANCELED, OrderStatus.DENIED):
        raise CallError(
            f"order {found.id} is {found.status} and cannot be canceled",
            code=Code.CONFLICT,
            details={"order": found.id, "state": found.status.value},
        )
    return await _booked_order(ctx, found, books)


class OfBookedPositions(Params):
    """Which positions: those of a `run`, of a `pair`, or of a `base` and a `quote`; all has to hold."""

    run: RunId | None = None
    pair: Pair | None = None
    base: Annotated[str | None, Field(min_length=1, max_length=20)] = None
    quote: Annotated[str | None, Field(min_length=1, max_length=20)] = None


class BookedPosition(PositionView):
    """A position with its account and its `run`.

    `realizedPnl` is of what was closed of it, `fees` are those of entering. `reasoning` is what its run said
    when it opened it.
    """

    account: str
    run: str | None
    realized_pnl: Num
    fees: Num
    reasoning: str | None


class BookedPositions(Result):
    """Open positions, oldest first."""

    positions: list[BookedPosition]


@capability("books.positions", personal=True)
async def positions(ctx: Context, params: OfBookedPositions) -> BookedPositions:
    """List what is held open on your own account and by your runs, at the price of this moment."""
    async with ctx.services.database.read() as uow:
        books = await books_of(ctx, uow, params.run)
        shown = {name: run for name, run in books.accounts.items() if params.run is None or run is not None}
        held = {each.account for each in await uow.positions.among(shown)}
    lines = [line for name in sorted(held) for line in await ctx.services.portfolio.positions(name)]
    wanted = [each for each in lines if _is_wanted(params, each)]
    wanted.sort(key=lambda each: (each.position.opened_at, each.position.id))
    named = {shown[each.position.account] for each in wanted}
    said = await _said(ctx, [each for each in books.runs if each.id in named])
    return BookedPositions(
        positions=[_booked(each, shown[each.position.account], said.get(each.position.id)) for each in wanted]
    )


async def _said(ctx: Context, runs: Sequence[Run]) -> Mapping[str, str]:
    """Return what runs said when they opened what they hold, by the ids of positions."""
    parts, found = ctx.services.contests.parts, dict[str, str]()
    for each in runs:
        async with ctx.services.database.read() as uow:
            contest = await uow.contests.get(each.contest)
        if contest is not None and (view := (await views_of(parts, contest, [each])).get(each.id)):
            found |= {held.id: held.reasoning for held in view.positions if held.reasoning}
    return found


def _is_wanted(params: OfBookedPositions, line: PositionLine) -> bool:
    symbol = line.position.symbol
    given = ((params.pair, symbol), (params.base, symbol.base), (params.quote, symbol.quote))
    return all(wanted is None or str(wanted).upper() == str(found) for wanted, found in given)


def _booked(line: PositionLine, run: str | None, reasoning: str | None) -> BookedPosition:
    return BookedPosition(
        **dict(position_view(line)),
        account=line.position.account,
        run=run,
        realized_pnl=line.position.realized,
        fees=line.position.entry_fees,
        reasoning=reasoning,
    )
