"""Everybody's own list of pairs."""

from collections.abc import Mapping

from memory.records import Watched
from tools.context import Context
from tools.errors import CallError, Code, NotFound
from tools.market import EVERYWHERE
from tools.registry import capability
from tools.wire import Millis, NoParams, Num, Pair, Params, Result, maybe_percent
from trading.errors import ExchangeUnavailable
from trading.moves import Move
from trading.symbols import Symbol

MOST = 50


class OfWatched(Params):
    """Which pair."""

    pair: Pair


class OnList(Result):
    """A pair, and whether it is watched now; `changed` tells whether that is new."""

    pair: Pair
    watched: bool
    changed: bool


class WatchedRow(Result):
    """A pair with its price of now and its change in percent, null where nobody tells them."""

    pair: Pair
    price: Num | None
    change_24h: Num | None
    added_at: Millis


class WatchList(Result):
    """The pairs that you watch, in the order they were added, and where their figures come from.

    Changes count from `since`, which is 24 hours ago, or midnight UTC where the exchange tells only that.
    """

    exchange: str
    source: str
    since: Millis | None
    timestamp: Millis
    pairs: list[WatchedRow]


@capability("watchlist.add", surfaces=EVERYWHERE, effects=True)
async def add(ctx: Context, params: OfWatched) -> OnList:
    """Put a pair on your own list."""
    services, who = ctx.services, ctx.principal.id
    await services.markets.default.market.instrument(params.pair)
    async with services.database.transact() as uow:
        watched = {each.symbol for each in await uow.watchlist.of(who)}
        if params.pair not in watched and len(watched) >= MOST:
            raise CallError(f"you watch {MOST} pairs, which is all there is room for", code=Code.CONFLICT)
        new = await uow.watchlist.add(Watched(who, params.pair, services.clock.now()))
    return OnList(pair=params.pair, watched=True, changed=new)


@capability("watchlist.remove", surfaces=EVERYWHERE, effects=True)
async def remove(ctx: Context, params: OfWatched) -> OnList:
    """Take a pair off your own list."""
    async with ctx.services.database.transact() as uow:
        gone = await uow.watchlist.remove(ctx.principal.id, params.pair)
    if not gone:
        raise NotFound(f"you do not watch {params.pair}; watchlist.list shows what you do")
    return OnList(pair=params.pair, watched=False, changed=True)


@capability("watchlist.list", surfaces=EVERYWHERE)
async def list_watched(ctx: Context, params: NoParams) -> WatchList:
    """Show the pairs on your own list, with their prices."""
    venue = ctx.services.markets.default
    async with ctx.services.database.read() as uow:
        watched = await uow.watchlist.of(ctx.principal.id)
    moves = await _moves(ctx) if watched else {}
    found = [moves[each.symbol] for each in watched if each.symbol in moves]
    return WatchList(
        exchange=venue.name,
        source=venue.market.source.value,
        since=min((each.since for each in found), default=None),
        timestamp=max((each.at for each in found), default=ctx.services.clock.now()),
        pairs=[_row(each, moves.get(each.symbol)) for each in watched],
    )


async def _moves(ctx: Context) -> Mapping[Symbol, Move]:
    """Return how pairs have moved, nothing while the exchange does not answer: the list itself is known."""
    try:
        return {each.symbol: each for each in await ctx.services.markets.default.market.moves()}
    except ExchangeUnavailable:
        return {}


def _row(watched: Watched, move: Move | None) -> WatchedRow:
    return WatchedRow(
        pair=watched.symbol,
        price=None if move is None else move.last,
        change_24h=maybe_percent(None if move is None else move.change),
        added_at=watched.added_at,
    )
