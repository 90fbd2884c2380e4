"""What the orders of one decision have won, out of all that was traded in an account.

A position is kept at mean cost (`trading.positions`), so orders of several decisions share it. Of each fill
that closes a part of it, a decision has two kinds of profit or loss:

- Its own fills that close: all that they realized, the sum of r.
- What its own fills have opened, its lot: by the share of it in the position. A fill that closes c of a
  position of amount Q at mean entry price m, and realized r, takes x = c * L / Q off a lot of amount L, and
  the lot has won r * L / Q + s * (m - e) * x, with s = +1 for a long position, -1 for a short one, and e the
  lot's own mean entry price. The second term gives a dearer lot less of it and a cheaper one more; over all
  lots of a position the terms cancel, and the sum is r.

So a position that one decision opened gives it all that was realized, whoever closed it: another order, its
stop-loss, the venue by liquidation. P&L is in quote, net of fees, to eight places.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trading.fees import FEE_UNIT
from trading.model import ZERO, Fill, Position
from trading.positions import Folded, fold


@dataclass(frozen=True, slots=True)
class Gain:
    """What some orders have won in one pair and kind of position.

    `pnl` is None while nothing was closed. `open` is the base of their lot that is still open, at the mean
    price `entry`, `sign` +1 where that is long. `closed_at` is when the last part of all was closed, None
    while some is open.
    """

    pnl: Decimal | None = None
    open: Decimal = ZERO
    entry: Decimal = ZERO
    sign: int = 1
    closed_at: datetime | None = None

    def unrealized(self, mark: Decimal) -> Decimal:
        """Return what closing the rest at `mark` would win or lose before fees, in quote."""
        return ((mark - self.entry) * self.open * self.sign).quantize(FEE_UNIT)


@dataclass(slots=True)
class _Lot:
    pnl: Decimal | None = None
    amount: Decimal = ZERO
    cost: Decimal = ZERO
    sign: int = 1
    closed_at: datetime | None = None

    def won(self, gain: Decimal, at: datetime) -> None:
        self.pnl = (self.pnl or ZERO) + gain
        self.closed_at = at

    def close(self, before: Position, after: Position, realized: Decimal) -> Decimal:
        """Take off what a fill closed, and return what that part has won."""
        share = self.amount / before.amount
        part = self.amount if not after.amount else (before.amount - after.amount) * share
        entry = self.cost / self.amount
        self.cost -= entry * part
        self.amount -= part
        return realized * share + before.sign * (before.entry_price - entry) * part

    def open(self, folded: Folded) -> None:
        position = folded.positions[-1]
        fill = folded.fill
        paid = fill.notional - (fill.fee if fill.base_fee else ZERO)
        self.cost += paid * folded.opened / (fill.amount - fill.base_fee)
        self.amount += folded.opened
        self.sign = position.sign


def gained(fills: Sequence[Fill], own: Collection[str]) -> Gain:
    """Return what the orders `own` have won.

    `fills` are all of one account and pair, oldest first, and all of them spot or all on margin.
    """
    position: Position | None = None
    lot = _Lot()
    for fill in fills:
        folded = fold(position, fill, lambda kind: kind)
        if fill.realized is not None:
            part = ZERO
            if lot.amount and position is not None and folded.positions:
                part = lot.close(position, folded.positions[0], fill.realized)
                lot.won(part, fill.at)
            if fill.order_id in own:
                # What it closed of its own lot is in that already.
                lot.won(fill.realized - part, fill.at)
        if folded.opened and fill.order_id in own:
            lot.open(folded)
        last = folded.positions[-1] if folded.positions else None
        position = last if last is not None and last.amount else None
    return Gain(
        pnl=None if lot.pnl is None else lot.pnl.quantize(FEE_UNIT),
        open=lot.amount,
        entry=lot.cost / lot.amount if lot.amount else ZERO,
        sign=lot.sign,
        closed_at=None if lot.amount else lot.closed_at,
    )
