"""Accounts, positions, trades and the leaderboard, of those who compete: baselines are not shown here."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from gateway.dialects.llm_trading.answers import (
    Account,
    AccountInBrief,
    AccountNow,
    OpenPosition,
    Position,
    Standing,
    Totals,
    Trade,
    TradingStatus,
)
from gateway.dialects.llm_trading.words import ACTIONS, REASONS, SIDES, whole
from tools.contests.views import Leaderboard, RunAccount, RunAccounts, RunPosition, RunTrade, RunTrades
from tools.errors import NotFound
from tools.wire import percent

ZERO = Decimal(0)


def status(told: RunAccounts, at: datetime) -> TradingStatus:
    """Return all accounts with their totals."""
    shown = _entrants(told)
    totals = _totals(shown)
    accounts = [_in_brief(each) for each in shown]
    return TradingStatus(
        **totals.model_dump(),
        active_llms=sum(each.is_trading_enabled for each in accounts),
        accounts=accounts,
        summary=totals,
        timestamp=at,
    )


def accounts(told: RunAccounts, at: datetime) -> list[Account]:
    """Return all accounts."""
    return [_account(each) for each in _entrants(told)]


def account(told: RunAccounts, at: datetime) -> AccountNow:
    """Return the account that was asked for; raise NotFound."""
    return AccountNow(**_account(_one(told)).model_dump(), timestamp=at)


def positions(told: RunAccounts, at: datetime) -> list[Position]:
    """Return all open positions, the oldest first."""
    found = [each for account in _entrants(told) for each in account.positions]
    return [position(each) for each in sorted(found, key=lambda each: (each.opened_at, each.position_id))]


def positions_of_one(told: RunAccounts, at: datetime) -> list[Position]:
    """Return the open positions of the account that was asked for; raise NotFound."""
    _one(told)
    return positions(told, at)


def trades(told: RunTrades, at: datetime) -> list[Trade]:
    """Return closed positions, newest first."""
    return [_trade(each) for each in told.trades if not each.baseline]


def leaderboard(told: Leaderboard, at: datetime) -> list[Standing]:
    """Return who is ahead."""
    lines = [each for each in told.lines if not each.baseline]
    return [
        Standing(
            rank=rank,
            llm_id=line.name,
            provider=line.provider,
            model_name=line.model,
            balance_usdt=line.equity,
            equity_usdt=line.equity,
            total_pnl=line.pnl,
            roi_percentage=percent(line.total_return),
            total_trades=line.trades,
            win_rate=percent(line.win_rate),
            sharpe_ratio=line.sharpe,
            max_drawdown=ZERO - percent(line.max_drawdown),
        )
        for rank, line in enumerate(lines, 1)
    ]


def position(told: RunPosition) -> Position:
    """Return a position by itself."""
    return Position(
        **_open(told).model_dump(),
        llm_id=told.name,
        provider=told.provider,
        margin=told.margin,
        liquidation_price=told.liquidation_price,
        stop_loss=told.stop_loss,
        take_profit=told.take_profit,
    )


def _entrants(told: RunAccounts) -> list[RunAccount]:
    return [each for each in told.accounts if not each.baseline]


def _one(told: RunAccounts) -> RunAccount:
    for each in _entrants(told):
        return each
    raise NotFound("there is no such account")


def _in_brief(told: RunAccount) -> AccountInBrief:
    return AccountInBrief(
        llm_id=told.name,
        provider=told.provider,
        model_name=told.model,
        balance_usdt=told.balance,
        available_balance=told.balance - told.margin,
        margin_used=told.margin,
        equity_usdt=told.equity,
        total_pnl=told.pnl,
        total_pnl_pct=percent(told.pnl_fraction),
        total_trades=told.trades,
        win_rate=percent(told.win_rate),
        open_positions_count=len(told.positions),
        is_trading_enabled=told.enabled,
    )


def _account(told: RunAccount) -> Account:
    return Account(
        **_in_brief(told).model_dump(),
        unrealized_pnl=told.unrealized,
        winning_trades=told.won,
        losing_trades=told.lost,
        # What the wallet gained; fees of what is still open are in it.
        total_realized_pnl=told.balance - told.initial,
        open_positions=[_open(each) for each in told.positions],
    )


def _totals(shown: Sequence[RunAccount]) -> Totals:
    initial = sum((each.initial for each in shown), ZERO)
    pnl = sum((each.pnl for each in shown), ZERO)
    rates = [each.win_rate for each in shown if each.trades]
    return Totals(
        total_equity_usdt=sum((each.equity for each in shown), ZERO),
        total_pnl=pnl,
        total_pnl_pct=percent(pnl / initial) if initial else ZERO,
        total_trades=sum(each.trades for each in shown),
        average_win_rate=percent(sum(rates, ZERO) / len(rates)) if rates else ZERO,
    )


def _open(told: RunPosition) -> OpenPosition:
    return OpenPosition(
        id=told.position_id,
        symbol=told.pair.joined,
        side=SIDES[told.side],
        entry_price=told.entry_price,
        current_price=told.current_price,
        quantity=told.amount,
        leverage=whole(told.leverage),
        unrealized_pnl=told.unrealized,
        unrealized_pnl_pct=percent(told.unrealized_fraction),
        opened_at=told.opened_at,
        duration_seconds=told.seconds,
    )


def _trade(told: RunTrade) -> Trade:
    return Trade(
        id=told.trade_id,
        llm_id=told.name,
        symbol=told.pair.joined,
        action=ACTIONS[told.side],
        side=SIDES[told.side],
        entry_price=told.entry_price,
        exit_price=told.exit_price,
        quantity=told.amount,
        leverage=whole(told.leverage),
        realized_pnl=told.pnl,
        pnl_percentage=percent(told.pnl_fraction),
        fees=told.fees,
        exit_reason=REASONS[told.reason],
        executed_at=told.opened_at,
        closed_at=told.closed_at,
        duration_seconds=told.seconds,
    )
