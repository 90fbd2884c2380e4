"""Measures an entry of a run against what that run may trade without asking a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from trading.clock import midnight
from trading.mandates import Mandate, Use, profit, used
from trading.model import ZERO, Mode, Origin
from trading.ports import UnitOfWork
from trading.risk.figures import exposure
from trading.risk.proposal import OLDEST_PRICE, Proposal


@dataclass(frozen=True, slots=True)
class Allowance:
    """What was measured, as text by name, and what the order uses when it is within everything."""

    figures: Mapping[str, str] = field(default_factory=dict)
    use: Use | None = None


async def allowance(uow: UnitOfWork, proposal: Proposal) -> Allowance:
    """Measure an entry that passes the limits; without a mandate in force nothing allows it."""
    order, account = proposal.order, proposal.account
    if order.origin is not Origin.RUN or order.run is None:
        return Allowance()
    mandate = await uow.mandates.in_force(account.id, order.run)
    if mandate is None:
        return Allowance()
    value = exposure(proposal).order
    today = used(await uow.mandates.used(account.id, order.run, midnight(proposal.now))) + value
    lost = await _lost(uow, proposal, mandate)
    within = value <= mandate.per_order and today <= mandate.per_day
    # A loss that has reached its bound stops the run, as it does with the limits of an account.
    if lost is None or lost >= mandate.loss or not within:
        use = None
    else:
        use = Use(order.id, mandate.id, account.id, order.run, value, order.amount, proposal.now)
    return Allowance(
        {
            "mandate_order": f"{value:.6f} of {mandate.per_order:f}",
            "mandate_day": f"{today:.6f} of {mandate.per_day:f}",
            "mandate_loss": f"{UNKNOWN if lost is None else format(max(lost, ZERO), '.6f')} of "
            f"{mandate.loss:f}",
        },
        use,
    )


async def carried(uow: UnitOfWork, proposal: Proposal) -> Use | None:
    """Return what an order uses that is sent in the place of one that a mandate let pass.

    That one is cut as this one trades, so that both count together only while nobody knows.
    """
    order = proposal.order
    if order.origin is not Origin.GUARD or order.run is None or order.group is None:
        return None
    for each in proposal.others:
        if each.group == order.group and (use := await uow.mandates.use_of(each.id)) is not None:
            value = exposure(proposal).order
            return replace(use, order_id=order.id, value=value, amount=order.amount, at=proposal.now)
    return None


def fresh(
    prices: Mapping[str, Decimal], priced_at: Mapping[str, datetime], mode: Mode, now: datetime
) -> Mapping[str, Decimal]:
    """Return the prices that are young enough to judge by; one without a time is of now."""
    oldest = now - OLDEST_PRICE[mode]
    return {asset: price for asset, price in prices.items() if priced_at.get(asset, now) >= oldest}


async def _lost(uow: UnitOfWork, proposal: Proposal, mandate: Mandate) -> Decimal | None:
    """Return what a run has lost since it was approved; None when that cannot be told."""
    prices = fresh(proposal.prices, proposal.priced_at, proposal.account.mode, proposal.now)
    won = profit(await uow.mandates.tallies(mandate.account, mandate.run), prices)
    return None if won is None or mandate.baseline is None else mandate.baseline - won


UNKNOWN = "unknown"
"""What stands for a figure that could not be measured."""
