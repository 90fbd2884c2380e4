"""What a backtest still holds at its end."""

from collections.abc import Mapping

from tools.wire import Result
from trading.backtest.outcome import OpenPosition


class OpenRow(Result):
    """A position still open at the end, which is no trade: `lastPrice` is the last close.

    `unrealizedPnl` is what it has gained by then, less the fees of its opening; those of a closing are not in
    it.
    """

    pair: str
    side: str
    amount: float
    entry_price: float
    last_price: float
    opened_at: int
    fees: float
    unrealized_pnl: float


def open_rows(positions: Mapping[str, OpenPosition]) -> list[OpenRow]:
    """Return what is held at the end, pair by pair."""
    return [
        OpenRow(
            pair=pair,
            side="long" if each.amount > 0 else "short",
            amount=abs(each.amount),
            entry_price=each.entry,
            last_price=each.mark,
            opened_at=each.opened_at,
            fees=each.fees,
            unrealized_pnl=each.unrealized,
        )
        for pair, each in positions.items()
    ]
