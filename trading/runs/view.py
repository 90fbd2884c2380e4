"""An account of a run as its decider sees it; who it belongs to is not in it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trading.model import ZERO
from trading.symbols import Symbol


class ExitReason(StrEnum):
    """Why a position was closed."""

    DECISION = "decision"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    LIQUIDATION = "liquidation"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class OpenTrade:
    """A margin position that is open. Money in quote, prices as such; a level that is not set is None.

    `side` is long or short; `unrealized` is before the fees of closing. `order` is the id of what opened it.
    """

    symbol: Symbol
    side: str
    amount: Decimal
    entry_price: Decimal
    mark: Decimal
    leverage: Decimal
    margin: Decimal
    unrealized: Decimal
    opened_at: datetime
    liquidation_price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    reasoning: str = ""
    order: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """A position that was closed. `pnl` is net of the fees of both sides, which are `fees`.

    `reasoning` is what the decider said when it opened it, by the order of this id.
    """

    symbol: Symbol
    side: str
    amount: Decimal
    entry_price: Decimal
    exit_price: Decimal
    leverage: Decimal
    pnl: Decimal
    fees: Decimal
    reason: ExitReason
    opened_at: datetime
    closed_at: datetime
    reasoning: str = ""
    order: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account at the moment of a cycle, in its currency.

    `balance` is the initial money and what closed trades made of it, `available` what of that is no margin
    and not reserved, `equity` the balance with what is open at its marks. `trades` are the latest closed
    ones, oldest first; `closed` and `won` count all of them.
    """

    at: datetime
    initial: Decimal
    balance: Decimal
    available: Decimal
    equity: Decimal
    positions: tuple[OpenTrade, ...] = ()
    trades: tuple[ClosedTrade, ...] = ()
    closed: int = 0
    won: int = 0

    @property
    def margin(self) -> Decimal:
        """What is set aside for open positions."""
        return sum((each.margin for each in self.positions), ZERO)

    @property
    def pnl(self) -> Decimal:
        """What the account has won so far, open positions included."""
        return self.equity - self.initial

    @property
    def roi(self) -> Decimal:
        """The same as a fraction of the initial money; zero without any."""
        return self.pnl / self.initial if self.initial else ZERO

    @property
    def win_rate(self) -> Decimal:
        """The share of closed trades that won; zero when none was closed."""
        return Decimal(self.won) / self.closed if self.closed else ZERO

    def of(self, symbol: Symbol) -> OpenTrade | None:
        """Return the open position of a pair."""
        return next((each for each in self.positions if each.symbol == symbol), None)
