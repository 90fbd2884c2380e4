"""Positions as folds of fills, by average cost.

A buy adds its notional and fee to what is open. A sell takes out the sold share of both; what it brought,
less that share and less its own fee, is realized. The share is cut off to `_UNIT` and the last sell takes all
that is left, so that over a position's life realized P&L equals the change in cash to the last digit.

A position is never larger than what is held. What leaves by another pair, as bitcoin that buys ether, leaves
the oldest position at what it cost: its gain or loss shows in equity, and nothing is realized.

Margin positions are folds as well: a fill on a position's side sets margin aside, one on the other side gives
back its share, settles what that part has won or lost, and opens the opposite position with what is left.

A fee that is taken in the base itself leaves the position with it: a buy adds what it left of the amount, at
the notional without the fee, and the fee beside it; a sell takes out what it sold and the fee together, at
what both had cost. So the figures stay in quote, and what was won is what came in, whatever the fee was in.

A position is closed at exactly zero. Amounts are multiples of the venue's step on both sides and fees are
mostly in quote, so trading a pair leaves no dust; what a fee in base, another pair, or a venue that changes
its step, leaves below it stays visible as a position instead of vanishing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from trading.fees import FEE_UNIT
from trading.margin import set_aside
from trading.model import ZERO, Fill, Position, Side
from trading.ports import NewId

_UNIT = Decimal("0.000000000001")


@dataclass(frozen=True, slots=True)
class Folded:
    """A fill with what it realized, and the positions it touched as they stand after it.

    `margin` is the quote that it set aside (below zero: gave back) and `settled` the profit or loss, before
    its fee, that came with it; both zero for a spot fill. `opened` is the base that it added to a position.
    """

    fill: Fill
    positions: tuple[Position, ...] = ()
    margin: Decimal = ZERO
    settled: Decimal = ZERO
    opened: Decimal = ZERO


def fold(position: Position | None, fill: Fill, new_id: NewId) -> Folded:
    """Return what a fill made of a position.

    `position` is the open one of this account, pair and kind, None when there is none. One of amount zero is
    closed; what is traded later opens another one. A sell of what was never bought here touches none.
    """
    if fill.leverage is not None:
        return _fold_margin(position, fill, fill.leverage, new_id)
    if fill.side is Side.BUY:
        grown = _grown(position or _opened(fill, new_id("pos")), fill)
        return Folded(fill, (grown,), opened=fill.amount - fill.base_fee)
    if position is None or not position.amount:
        return Folded(fill)
    return _reduced(position, fill)


def fold_all(
    position: Position | None, fills: Iterable[Fill], new_id: NewId
) -> tuple[list[Position], list[Folded]]:
    """Fold fills of one pair and kind, oldest first; return positions touched as they end, and the folds."""
    touched: dict[str, Position] = {}
    done: list[Folded] = []
    for fill in fills:
        folded = fold(position, fill, new_id)
        done.append(folded)
        touched.update({each.id: each for each in folded.positions})
        last = folded.positions[-1] if folded.positions else None
        position = last if last is not None and last.amount else None
    return list(touched.values()), done


def within(positions: Sequence[Position], held: Decimal) -> list[Position]:
    """Return the holdings of one asset, oldest first, that must shrink because only `held` of it is left."""
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
        side="short" if fill.leverage is not None and fill.side is Side.SELL else "long",
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
        amount=position.amount + fill.amount - fill.base_fee,
        cost=position.cost + fill.notional - (fill.fee if fill.base_fee else ZERO),
        entry_fees=position.entry_fees + fill.fee,
    )


def _reduced(position: Position, fill: Fill) -> Folded:
    sold = min(fill.amount, position.amount)
    after = _without(position, min(sold + fill.base_fee, position.amount))
    paid = position.cost - after.cost + position.entry_fees - after.entry_fees
    # A fee in base has left at what it cost, as a part of what was paid.
    realized = sold * fill.price - paid - (ZERO if fill.base_fee else fill.fee)
    return Folded(replace(fill, realized=realized), (replace(after, realized=position.realized + realized),))


def _fold_margin(position: Position | None, fill: Fill, leverage: Decimal, new_id: NewId) -> Folded:
    if position is None or not position.amount:
        position = _opened(fill, new_id("pos"))
    if fill.side is not position.closing_side:
        grown = _margined(position, fill.amount, fill.price, fill.fee, leverage)
        return Folded(fill, (grown,), margin=grown.margin - position.margin, opened=fill.amount)
    closed = min(fill.amount, position.amount)
    rest = fill.amount - closed
    # Rounded down as any fee, so that it stays within what was reserved for the opening part.
    entry_fee = (fill.fee * rest / fill.amount).quantize(FEE_UNIT, rounding=ROUND_DOWN)
    folded = _settled(position, fill, closed, fill.fee - entry_fee)
    if not rest:
        return folded
    other = _margined(_opened(fill, new_id("pos")), rest, fill.price, entry_fee, leverage)
    return replace(
        folded, positions=(*folded.positions, other), margin=folded.margin + other.margin, opened=rest
    )


def _margined(
    position: Position, amount: Decimal, price: Decimal, fee: Decimal, leverage: Decimal
) -> Position:
    cost, margin = position.cost + amount * price, position.margin + set_aside(amount * price, leverage)
    if position.amount and leverage != position.leverage:
        leverage = (cost / margin).quantize(FEE_UNIT, rounding=ROUND_DOWN)
    return replace(
        position,
        amount=position.amount + amount,
        cost=cost,
        entry_fees=position.entry_fees + fee,
        leverage=leverage,
        margin=margin,
    )


def _settled(position: Position, fill: Fill, closed: Decimal, fee: Decimal) -> Folded:
    """Return a margin position without the part that a fill closed, and what came of it.

    The margin given back always pays for the loss and the fee: what it lacks, the venue bears.
    """
    after = _without(position, closed)
    released = position.margin - after.margin
    won = position.sign * (closed * fill.price - (position.cost - after.cost))
    settled = max(won, fee - released)
    realized = settled - fee - (position.entry_fees - after.entry_fees)
    return Folded(
        fill=replace(fill, realized=realized),
        positions=(replace(after, realized=position.realized + realized),),
        margin=-released,
        settled=settled,
    )


def _without(position: Position, gone: Decimal) -> Position:
    return replace(
        position,
        amount=position.amount - gone,
        cost=position.cost - _share(position.cost, gone, position.amount),
        entry_fees=position.entry_fees - _share(position.entry_fees, gone, position.amount),
        margin=position.margin - _share(position.margin, gone, position.amount),
    )


def _share(whole: Decimal, part: Decimal, of: Decimal) -> Decimal:
    return whole if part == of else (whole * part / of).quantize(_UNIT, rounding=ROUND_DOWN)
