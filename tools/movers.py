"""What moves on a market."""

from typing import Annotated

from pydantic import Field

from tools.context import Context
from tools.errors import NotFound
from tools.market import EVERYWHERE, Exchange
from tools.registry import capability
from tools.wire import Millis, Num, Pair, Params, Result, percent
from trading.moves import Move, overview, usual_quote

QUOTE = "USDT"


class OfMarket(Params):
    """Which market, in which quote currency (USDT where it has that, else its usual one), how many pairs."""

    quote: Annotated[str, Field(pattern="^[A-Za-z0-9]{1,15}$", examples=[QUOTE])] | None = None
    limit: Annotated[int, Field(ge=1, le=50, strict=True)] = 5
    exchange: Exchange = None


class Mover(Result):
    """A pair that moves: `change24h` in percent, `turnover24h` in the quote currency."""

    pair: Pair
    price: Num
    change_24h: Num
    turnover_24h: Num


class MarketOverview(Result):
    """What rose, fell and traded most, of the pairs in one quote currency; `pairs` counts all that trade.

    Changes count from `since`, which is 24 hours ago, or midnight UTC where the exchange tells only that.
    """

    exchange: str
    source: str
    quote: str
    pairs: int
    since: Millis
    timestamp: Millis
    gainers: list[Mover]
    losers: list[Mover]
    most_traded: list[Mover]


def _row(move: Move) -> Mover:
    return Mover(
        pair=move.symbol,
        price=move.last,
        change_24h=percent(move.change),
        turnover_24h=round(move.turnover, 2),
    )


@capability("market.overview", surfaces=EVERYWHERE)
async def market_overview(ctx: Context, params: OfMarket) -> MarketOverview:
    """Tell which pairs rose, fell and traded most in the last 24 hours."""
    venue = ctx.services.markets.venue(params.exchange)
    moves = await venue.market.moves()
    quote = usual_quote(moves, QUOTE) if params.quote is None else params.quote.upper()
    found = overview(moves, quote, params.limit)
    if not found.pairs:
        raise NotFound(f"nothing trades in {quote} at {venue.name}")
    return MarketOverview(
        exchange=venue.name,
        source=venue.market.source.value,
        quote=quote,
        pairs=found.pairs,
        since=min(each.since for each in found.most_traded),
        timestamp=max(each.at for each in found.most_traded),
        gainers=[_row(each) for each in found.gainers],
        losers=[_row(each) for each in found.losers],
        most_traded=[_row(each) for each in found.most_traded],
    )
