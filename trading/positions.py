"""Positions as folds of fills, by average cost.

A buy adds its notional and fee to what is open. A sell takes out the sold share of both; what it brought,
less that share and less its own fee, is realized. The share is cut off to `_UNIT` and the last sell takes all
that is left, so that over a position's life realized P&L equals the change in cash to the last digit.

A position is never larger than what is held. What leaves by another pair, as bitcoin that buys ether, leaves
the oldest position at what it cost: its gain or loss shows in equity, and nothing is realized.

A position is closed at exactly zero. Amounts are multiples of the venue's step on both sides and fees are in
quote, so trading a pair leaves no dust; what another pair, or a venue that changes its step, leaves below it
stays visible as a position instead of vanishing.
"""

from collections.abc import Iterable, Sequence
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


def within(positions: Sequence[Position], held: Decimal) -> list[Position]:
    """Return the positions of one asset, oldest first, that must shrink because only `held` of it is left."""
    excess = sum((position.amount for position in positions), ZERO) - held
    shrunk: list[Position] = []
    for position in positions:
        if excess <= 0:
            break
        gone = min(excess, position.amount)
        excess -= gone
        shrunk.append(_without(position, gone))
    return shrunk


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
    after = _without(position, sold)
    paid = position.cost - after.cost + position.entry_fees - after.entry_fees
    realized = sold * fill.price - paid - fill.fee
    return replace(after, realized=position.realized + realized), replace(fill, realized=realized)


def _without(position: Position, gone: Decimal) -> Position:
    return replace(
        position,
        amount=position.amount - gone,
        cost=position.cost - _share(position.cost, gone, position.amount),
        entry_fees=position.entry_fees - _share(position.entry_fees, gone, position.amount),
    )


def _share(whole: Decimal, part: Decimal, of: Decimal) -> Decimal:
    return whole if part == of else (whole * part / of).quantize(_UNIT, rounding=ROUND_DOWN)
