"""Positions as folds of fills, by average cost.

A buy adds its notional and fee to what is open. A sell takes out the sold share of both; what it brought,
less that share and less its own fee, is realized. The share is cut off to `_UNIT` and the last sell takes all
that is left, so that over a position's life realized P&L equals the change in cash to the last digit.

A position is closed at exactly zero. Amounts are multiples of the venue's step on both sides and fees are in
quote, so trading leaves no dust; should a venue change its step, what is left below it stays visible as a
position instead of vanishing.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from trading.model import ZERO, Fill, Position, Side
from trading.ports import NewId

_UNIT = Decimal("0.000000000001")


def fold(position: Position | None, fill: Fill, new_id: NewId) -> tuple[Position | None, Fill]:
    """Return the position after a fill, and the fill with what it realized.

    `position` is the open one of this account and pair, None when there is none; the answer is None when
    there still is none (a sell of what was never bought here). A position of amount zero is closed; what is
    bought later opens another one.
    """
    if fill.side is Side.BUY:
        return _grown(position or _opened(fill, new_id("pos")), fill), fill
    if position is None or not position.amount:
        return None, fill
    return _reduced(position, fill)


def fold_all(
    position: Position | None, fills: Iterable[Fill], new_id: NewId
) -> tuple[list[Position], list[Fill]]:
    """Fold fills of one pair, oldest first; return each position touched as it ends, and the fills."""
    touched: dict[str, Position] = {}
    done: list[Fill] = []
    for fill in fills:
        after, filled = fold(position, fill, new_id)
        done.append(filled)
        if after is not None:
            touched[after.id] = after
        position = after if after is not None and after.amount else None
    return list(touched.values()), done


def _opened(fill: Fill, position_id: str) -> Position:
    return Position(
        id=position_id,
        account=fill.account,
        symbol=fill.symbol,
        side="long",
        amount=ZERO,
        cost=ZERO,
        entry_fees=ZERO,
        realized=ZERO,
        opened_at=fill.at,
        exchange=fill.exchange,
        mode=fill.mode,
    )


def _grown(position: Position, fill: Fill) -> Position:
    return replace(
        position,
        amount=position.amount + fill.amount,
        cost=position.cost + fill.notional,
        entry_fees=position.entry_fees + fill.fee,
    )


def _reduced(position: Position, fill: Fill) -> tuple[Position, Fill]:
    sold = min(fill.amount, position.amount)
    cost = _share(position.cost, sold, position.amount)
    entry_fees = _share(position.entry_fees, sold, position.amount)
    realized = sold * fill.price - cost - entry_fees - fill.fee
    after = replace(
        position,
        amount=position.amount - sold,
        cost=position.cost - cost,
        entry_fees=position.entry_fees - entry_fees,
        realized=position.realized + realized,
    )
    return after, replace(fill, realized=realized)


def _share(whole: Decimal, part: Decimal, of: Decimal) -> Decimal:
    return whole if part == of else (whole * part / of).quantize(_UNIT, rounding=ROUND_DOWN)
