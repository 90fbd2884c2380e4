"""What is held, what it is worth and how it does."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from tools.context import Context
from tools.errors import InvalidParams
from tools.market import EVERYWHERE
from tools.positions import PositionView, position_view
from tools.registry import capability
from tools.trade import AccountName, account_of
from tools.wire import Flag, IsoTime, Millis, Num, Params, Result, maybe_percent, percent, unless_none
from trading.model import EquityPoint
from trading.portfolio import AssetLine, Period, Portfolio, ProfitAndLoss
from trading.prices import price_assets

HISTORY = timedelta(days=30)
HISTORY_POINTS = 500


class AssetView(Result):
    """One asset: amounts in itself, value in US dollars, `allocation` and `change24h` in percent.

    What rests on a price is null when nobody prices the asset.
    """

    symbol: str
    amount: Num
    free: Num
    locked: Num
    total: Num
    value_usd: Num | None
    allocation: Num | None
    change_24h: Num | None
    exchange: str


class ValueAt(Result):
    """What the account was worth at a moment, in US dollars."""

    timestamp: Millis
    value: Num


class Holdings(Result):
    """An account at one moment: `margin` is set aside for margin positions and part of the total.

    `unpriced` names assets that are in no total because nobody prices them.
    """

    account: str
    mode: str
    source: str
    total_value_usd: Num
    total_value_btc: Num | None
    cash: Num
    margin: Num
    change_24h: Num
    change_7d: Num
    assets: list[AssetView]
    positions: list[PositionView]
    unpriced: list[str]


class PortfolioReport(Holdings):
    """An account with its value in the currency asked for, and its history, newest first, if asked."""

    currency: str
    total_value: Num
    timestamp: Millis
    history: list[ValueAt] | None = unless_none()


def _asset(line: AssetLine, exchange: str) -> AssetView:
    return AssetView(
        symbol=line.balance.asset,
        amount=line.balance.total,
        free=line.balance.free,
        locked=line.balance.locked,
        total=line.balance.total,
        value_usd=line.value,
        allocation=maybe_percent(line.allocation),
        change_24h=maybe_percent(line.change_24h),
        exchange=exchange,
    )


def _holdings(found: Portfolio) -> Holdings:
    return Holdings(
        account=found.account.id,
        mode=found.account.mode.value,
        source=found.source.value,
        total_value_usd=found.equity,
        total_value_btc=found.value_in_btc,
        cash=found.cash,
        margin=found.margin,
        change_24h=percent(found.change_24h),
        change_7d=percent(found.change_7d),
        assets=[_asset(line, found.exchange) for line in found.assets],
        positions=[position_view(line) for line in found.positions],
        unpriced=list(found.unpriced),
    )


def _thinned(points: Sequence[EquityPoint]) -> list[ValueAt]:
    """Return the points newest first, every n-th of them where there are too many."""
    every = -(-len(points) // HISTORY_POINTS) or 1
    return [ValueAt(timestamp=point.at, value=point.equity) for point in reversed(points)][::every]


async def _history(ctx: Context, account: str) -> list[ValueAt]:
    since = ctx.services.clock.now() - HISTORY
    return _thinned(await ctx.services.portfolio.history(account, since))


class GetPortfolio(Params):
    """Whether to show the last 30 days, and a currency for the total beside US dollars."""

    include_history: Flag = False
    currency: Annotated[str, Field(pattern="^[A-Za-z]{3,5}$")] = "USD"
    account: AccountName = None


@capability("portfolio.get", surfaces=EVERYWHERE, personal=True)
async def get(ctx: Context, params: GetPortfolio) -> PortfolioReport:
    """Show what is held, what it is worth and how it changed."""
    found = await ctx.services.portfolio.snapshot(account_of(ctx, params.account))
    currency = params.currency.upper()
    return PortfolioReport(
        **dict(_holdings(found)),
        currency=currency,
        total_value=found.equity * await _rate(ctx, found.account.currency, currency),
        timestamp=found.at,
        history=await _history(ctx, found.account.id) if params.include_history else None,
    )


async def _rate(ctx: Context, held: str, asked: str) -> Decimal:
    """Return what one unit of the account's dollars is worth in the currency asked for."""
    if asked in {"USD", held}:
        return Decimal(1)
    market = ctx.services.markets.default.market
    prices = await price_assets(market, asked, [held])
    if held not in prices:
        raise InvalidParams(f"nobody here prices {held} in {asked}; leave currency out for US dollars")
    return prices[held]


class OverPeriod(Params):
    """Over which time: 24h, 7d, 30d, ytd or all."""

    period: Period = Period.WEEK
    account: AccountName = None


class PnlReport(Result):
    """Profit and loss of a period in US dollars; `pnlPercent` and `winRate` in percent.

    `pnl` is the change in value; it splits into what closed (net of fees) and what is open.
    """

    mode: str
    period: str
    pnl: Num
    pnl_percent: Num
    realized_pnl: Num
    unrealized_pnl: Num
    start_value: Num
    end_value: Num
    fees: Num
    trades: int
    win_rate: Num
    since: Annotated[Millis, Field(alias="from")]
    until: Annotated[Millis, Field(alias="to")]
    unpriced: list[str]


def _pnl(found: ProfitAndLoss, period: Period) -> PnlReport:
    return PnlReport(
        mode=found.account.mode.value,
        period=period.value,
        pnl=found.pnl,
        pnl_percent=percent(found.fraction),
        realized_pnl=found.realized,
        unrealized_pnl=found.unrealized,
        start_value=found.start_value,
        end_value=found.end_value,
        fees=found.fees,
        trades=found.orders,
        win_rate=percent(found.win_rate),
        since=found.start,
        until=found.end,
        unpriced=list(found.unpriced),
    )


@capability("portfolio.pnl", surfaces=EVERYWHERE, personal=True)
async def pnl(ctx: Context, params: OverPeriod) -> PnlReport:
    """Show profit and loss over 24h, 7d, 30d, ytd or all."""
    found = await ctx.services.portfolio.pnl(account_of(ctx, params.account), params.period)
    return _pnl(found, params.period)


class SnapshotReport(Holdings):
    """An account at one moment, with what its action asks for beside it."""

    timestamp: IsoTime
    pnl: PnlReport | None = unless_none()
    history: list[ValueAt] | None = unless_none()


class SnapshotAction(StrEnum):
    """What a snapshot is asked for; every one shows the account."""

    SNAPSHOT = "snapshot"
    BALANCE = "balance"
    POSITIONS = "positions"
    PNL = "pnl"
    HISTORY = "history"


class OfSnapshot(Params):
    """What to show beside the account: its profit and loss of a period, or its history."""

    action: SnapshotAction = SnapshotAction.SNAPSHOT
    period: Period = Period.WEEK
    account: AccountName = None


@capability("portfolio.snapshot", personal=True)
async def snapshot(ctx: Context, params: OfSnapshot) -> SnapshotReport:
    """Show the account at this moment: assets with what is locked, positions and total value."""
    found = await ctx.services.portfolio.snapshot(account_of(ctx, params.account))
    beside: PnlReport | None = None
    if params.action is SnapshotAction.PNL:
        of_period = await ctx.services.portfolio.pnl(found.account.id, params.period)
        beside = _pnl(of_period, params.period)
    return SnapshotReport(
        **dict(_holdings(found)),
        timestamp=found.at,
        pnl=beside,
        history=await _history(ctx, found.account.id) if params.action is SnapshotAction.HISTORY else None,
    )
