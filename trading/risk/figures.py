"""What an account holds, is worth and might still take on, for the risk gate: pure figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trading.funds import spends
from trading.margin import opening
from trading.model import ZERO, Account, Order, Side
from trading.risk.proposal import Proposal, receives, waiting_entries

DUST = Decimal(1)
"""Holdings worth less than this, in the account's currency, are no position."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Values in the account's currency.

    `assets` is what is held, and `pending` what open entries may still bring in, by asset or, for margin, by
    pair. `order` is what the proposed order would bring in, under `name`. Of both, `waiting` and `added` are
    the part that is new to the market: what one asset is spent on another only moves there.
    """

    equity: Decimal
    assets: dict[str, Decimal]
    pending: dict[str, Decimal]
    waiting: Decimal
    name: str
    order: Decimal
    added: Decimal

    @property
    def position(self) -> Decimal:
        """Everything of the asset that the order brings in, with it."""
        return self.assets.get(self.name, ZERO) + self.pending.get(self.name, ZERO) + self.order

    @property
    def total(self) -> Decimal:
        """Everything that is exposed to the market, with the order."""
        return sum(self.assets.values(), ZERO) + self.waiting + self.added

    @property
    def count(self) -> int:
        """How many positions there would be, with the order."""
        held = {name for name, value in self.assets.items() if value >= DUST}
        return len(held | self.pending.keys() | {self.name})


def unpriced(proposal: Proposal) -> list[str]:
    """Return the assets that the account holds or would trade and that have no price."""
    return sorted(_wanted(proposal) - proposal.prices.keys())


def oldest(proposal: Proposal) -> tuple[str, datetime] | None:
    """Return the asset with the oldest price of those that `unpriced` looks at, and of when that is."""
    times = [(at, asset) for asset in _wanted(proposal) if (at := proposal.priced_at.get(asset)) is not None]
    at, asset = min(times, default=(None, ""))
    return None if at is None else (asset, at)


def _wanted(proposal: Proposal) -> set[str]:
    wanted = {asset for asset, amount in proposal.balances.items() if amount}
    wanted |= {proposal.order.symbol.base, proposal.order.symbol.quote}
    wanted |= {part for each in proposal.positions for part in (each.symbol.base, each.symbol.quote)}
    return wanted


def exposure(proposal: Proposal) -> Exposure:
    """Return the exposure of an account with an order; everything must have a price."""
    prices, account, order = proposal.prices, proposal.account, proposal.order
    cash = sum((amount * prices[asset] for asset, amount in proposal.balances.items() if amount), ZERO)
    assets = {
        asset: amount * prices[asset]
        for asset, amount in proposal.balances.items()
        if amount and asset != account.currency
    }
    margin = ZERO
    for position in proposal.positions:
        if position.leverage is not None:
            mark, rate = _mark(proposal, position.symbol.base, position.symbol.quote)
            assets[_margin_name(position.symbol)] = position.amount * mark * rate
            margin += (position.margin + position.unrealized(mark)) * rate
    beside = tuple(each for each in proposal.open_orders if not _is_part(each, order))
    entries = waiting_entries(account, proposal.positions, beside)
    value = _proposed(proposal)
    return Exposure(
        equity=cash + margin,
        assets=assets,
        pending=_pending(proposal, entries),
        waiting=sum((_value(proposal, each) for each in entries if _adds(each, account)), ZERO),
        name=_name(order),
        order=value,
        added=value if _adds(order, account) else ZERO,
    )


def _is_part(other: Order, order: Order) -> bool:
    """Return whether another order is the proposed one, or shrinks as that fills."""
    return other.id == order.id or (order.group is not None and other.group == order.group)


def _proposed(proposal: Proposal) -> Decimal:
    """Return what the proposed order is worth; a sell is worth what it gives away, however low its limit.

    Of a margin order that is the share which opens a position.
    """
    order, prices = proposal.order, proposal.prices
    value = proposal.estimate * prices[order.symbol.quote]
    if order.side is Side.SELL:
        value = max(value, order.remaining * prices[order.symbol.base])
    if order.leverage is None:
        return value
    return value * opening(order, proposal.position, proposal.others) / order.remaining


def _adds(order: Order, account: Account) -> bool:
    return order.leverage is not None or spends(order) == account.currency


def _pending(proposal: Proposal, entries: Iterable[Order]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for order in entries:
        name = _name(order)
        sums[name] = sums.get(name, ZERO) + _value(proposal, order)
    return sums


def _value(proposal: Proposal, order: Order) -> Decimal:
    if order.leverage is None and order.side is Side.SELL:
        # What only reduces shares its holding and has nothing reserved.
        return order.remaining * proposal.prices.get(order.symbol.base, ZERO)
    reserved = order.reserved * proposal.prices.get(spends(order), ZERO)
    return reserved if order.leverage is None else reserved * order.leverage


def _mark(proposal: Proposal, base: str, quote: str) -> tuple[Decimal, Decimal]:
    rate = proposal.prices[quote]
    return proposal.prices[base] / rate, rate


def _name(order: Order) -> str:
    return receives(order) if order.leverage is None else _margin_name(order.symbol)


def _margin_name(symbol: object) -> str:
    return f"{symbol} on margin"
