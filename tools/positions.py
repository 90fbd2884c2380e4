"""Open positions: what they are worth, and closing them."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from tools.context import Context
from tools.market import EVERYWHERE, Exchange
from tools.policy import Scope
from tools.registry import capability
from tools.trade import AccountName, account_of, wish_of
from tools.wire import HUNDRED, Amount, IsoTime, Millis, Num, Pair, Params, Result, maybe_percent, unless_none
from trading.closing import Closing
from trading.portfolio import PositionLine


class OfExchange(Params):
    """Whose: of one exchange, or of all."""

    exchange: Exchange = None
    account: AccountName = None


class PositionView(Result):
    """A holding or a margin position: prices in quote, `unrealizedPnlPercent` in percent of what it cost.

    The current price and what rests on it are null while the market is silent. A margin position has its
    leverage, the margin set aside for it, the price that liquidates it and its return on that margin (`roe`,
    percent); a holding has none of these.
    """

    id: str
    exchange: str
    mode: str
    pair: Pair
    side: str
    size: Num
    amount: Num
    entry_price: Num
    current_price: Num | None
    unrealized_pnl: Num | None
    unrealized_pnl_percent: Num | None
    stop_loss: Num | None
    take_profit: Num | None
    leverage: Num | None
    margin: Num | None
    liquidation_price: Num | None
    roe: Num | None
    opened_at: Millis


class PositionList(Result):
    """Open positions, oldest first."""

    positions: list[PositionView]


def position_view(line: PositionLine) -> PositionView:
    """Return an open position in the words of the wire."""
    position = line.position
    return PositionView(
        id=position.id,
        exchange=position.exchange,
        mode=position.mode.value,
        pair=position.symbol,
        side=position.side,
        size=position.amount,
        amount=position.amount,
        entry_price=position.entry_price,
        current_price=line.mark,
        unrealized_pnl=line.unrealized,
        unrealized_pnl_percent=maybe_percent(line.unrealized_fraction),
        stop_loss=line.stop_loss,
        take_profit=line.take_profit,
        leverage=line.leverage,
        margin=line.margin,
        liquidation_price=line.liquidation_price,
        roe=maybe_percent(line.roe),
        opened_at=position.opened_at,
    )


@capability("trade.positions", surfaces=EVERYWHERE, personal=True)
async def positions(ctx: Context, params: OfExchange) -> PositionList:
    """List open positions with their profit or loss at the price of this moment."""
    name = ctx.services.markets.venue(params.exchange).name if params.exchange else None
    lines = await ctx.services.portfolio.positions(account_of(ctx, params.account))
    shown = [line for line in lines if name in (None, line.position.exchange)]
    return PositionList(positions=[position_view(line) for line in shown])


class Close(Params):
    """Which position, and how much of it in percent."""

    position_id: Annotated[str, Field(min_length=1, max_length=128)]
    percentage: Annotated[Amount, Field(le=100)] = HUNDRED
    account: AccountName = None


class CloseReport(Result):
    """A position that was closed, or a part of it: sizes in base, profit and fees in quote.

    One whose order a person has to allow first is pending under `approvalId` until `approvalExpiresAt`.
    """

    position_id: str
    order_id: str
    status: str
    exchange: str
    mode: str
    pair: Pair
    percentage: Num
    closed_size: Num
    remaining_size: Num
    exit_price: Num | None
    realized_pnl: Num
    fees: Num
    approval_id: str | None = unless_none()
    approval_expires_at: Millis | None = unless_none()
    timestamp_ms: Millis
    time: IsoTime


@capability("trade.close", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True, resumes=True)
async def close(ctx: Context, params: Close) -> CloseReport:
    """Close a position at the market, or a percentage of it."""
    closing = await ctx.services.desk.close(
        account_of(ctx, params.account), params.position_id, params.percentage, wish_of(ctx)
    )
    return close_report(closing, params.percentage)


def close_report(closing: Closing, percentage: Decimal) -> CloseReport:
    """Return what closing a position came to, in the words of the wire."""
    order, left, approval = closing.outcome.order, closing.position, closing.outcome.approval
    done = "partial" if left.amount else "closed"
    return CloseReport(
        position_id=left.id,
        order_id=order.id,
        status="pending" if approval else done,
        exchange=order.exchange,
        mode=order.mode.value,
        pair=order.symbol,
        percentage=percentage,
        closed_size=closing.closed,
        remaining_size=left.amount,
        exit_price=order.average,
        realized_pnl=closing.realized,
        fees=order.fees,
        approval_id=approval.id if approval else None,
        approval_expires_at=approval.expires_at if approval else None,
        timestamp_ms=order.updated_at,
        time=order.updated_at,
    )
