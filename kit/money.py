"""Everything about money of one service: the desk, what judges its orders, and the works beside it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial

from kit.background.loop import Loop
from kit.settings import Settings
from memory.database import Database
from tools.policy import LOCAL_OWNER
from tools.trade_events import Herald
from trading.accounts import open_account
from trading.clock import Clock
from trading.desk import Desk
from trading.equity import EquityRecorder
from trading.exchanges.paper import PaperExchange
from trading.locks import Locks
from trading.markets import Markets
from trading.model import Account, Mode
from trading.portfolio import PortfolioReader
from trading.ports import Exchange, MarketData, NewId
from trading.reconciliation import Reconciliation
from trading.risk.gate import RiskGate
from trading.switch import SwitchState

MAIN = "main"
LIVE = "live"
OPENING_BALANCE = Decimal(100_000)
CURRENCY = "USDT"
CUT_OFF_AFTER = timedelta(minutes=5)
HALT_FILE = "HALT"
"""While a file of this name lies in the home, trading is halted."""


@dataclass(frozen=True, slots=True)
class Money:
    """The money of a service; `gate` judges the orders of every desk, and `locks` are on their accounts."""

    desk: Desk
    reconciliation: Reconciliation
    portfolio: PortfolioReader
    gate: RiskGate
    locks: Locks
    loops: Sequence[Loop]


async def build_money(
    settings: Settings,
    database: Database,
    markets: Markets,
    live: Exchange | None,
    second: MarketData | None,
    herald: Herald,
    clock: Clock,
    new_id: NewId,
) -> Money:
    """Return what trades, with its accounts opened; `live` is where real money does, None for nowhere.

    `second` is where prices are compared before an entry, None for nowhere.
    """
    exchanges: dict[Mode, Exchange] = {Mode.PAPER: PaperExchange(markets, clock)}
    if live is not None:
        exchanges[Mode.LIVE] = live

    async def settle() -> None:
        await desk.settle()

    locks = Locks()
    reconciliation = Reconciliation(
        [LIVE] if live is not None else [],
        exchanges,
        database.transact,
        database.read,
        clock,
        new_id,
        settle,
        locks,
        markets.default.market,
    )
    tripped = partial(os.path.exists, settings.home / HALT_FILE)
    gate = RiskGate(tripped, locks)
    desk = Desk(
        exchanges=exchanges,
        markets=markets,
        transact=database.transact,
        read=database.read,
        clock=clock,
        new_id=new_id,
        news=herald,
        checks=[gate],
        second=second,
        locks=locks,
    )
    await _open_accounts(database, live is not None, clock, new_id)
    loops = _loops(
        desk, reconciliation, EquityRecorder(database.transact, database.read, markets, clock), tripped, clock
    )
    portfolio = PortfolioReader(database.read, markets, clock)
    return Money(desk, reconciliation, portfolio, gate, locks, loops)


def _loops(
    desk: Desk,
    reconciliation: Reconciliation,
    equity: EquityRecorder,
    tripped: Callable[[], bool],
    clock: Clock,
) -> Sequence[Loop]:
    return (
        Loop("resting orders", desk.settle, 1.0, clock),
        Loop("orders without an answer", partial(desk.recover, CUT_OFF_AFTER), 2.0, clock),
        Loop("orders kept here", desk.guard, 1.0, clock),
        Loop("approvals", desk.held.expire, 1.0, clock),
        Loop("approvals of runs", desk.mandates.expire, 1.0, clock),
        Loop("kill switch", partial(_hold, desk, tripped), 1.0, clock),
        Loop("exchange's books", reconciliation.step, 3.0, clock),
        Loop("equity", equity.record, 300.0, clock),
    )


async def _open_accounts(database: Database, live: bool, clock: Clock, new_id: NewId) -> None:
    now = clock.now()
    main = Account(MAIN, LOCAL_OWNER.id, CURRENCY, Mode.PAPER, OPENING_BALANCE, now)
    await open_account(database.transact, main, new_id)
    if live:
        real = Account(LIVE, LOCAL_OWNER.id, CURRENCY, Mode.LIVE, Decimal(0), now)
        await open_account(database.transact, real, new_id)


async def _hold(desk: Desk, tripped: Callable[[], bool]) -> None:
    """Keep open entries from coming back while trading is not active; a file can halt it too."""
    if tripped() and (await desk.switchboard.state()).state is not SwitchState.HALTED:
        await desk.switchboard.put(SwitchState.HALTED, "file", f"a file {HALT_FILE} lies in the home")
    await desk.switchboard.sweep()
