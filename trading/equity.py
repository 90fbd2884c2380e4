"""What accounts are worth over time."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from trading.clock import Clock
from trading.markets import Markets
from trading.model import ZERO, Account, EquityPoint
from trading.ports import Transact
from trading.prices import price_assets


def value_of(balances: Mapping[str, Decimal], prices: Mapping[str, Decimal]) -> Decimal | None:
    """Return the sum of all holdings at these prices, or None when one of them has no price."""
    held = {asset: amount for asset, amount in balances.items() if amount}
    if any(asset not in prices for asset in held):
        return None
    return sum((amount * prices[asset] for asset, amount in held.items()), ZERO)


def point(
    at: datetime, currency: str, balances: Mapping[str, Decimal], prices: Mapping[str, Decimal]
) -> EquityPoint | None:
    """Return what an account is worth, or None when a holding has no price: no figure beats a wrong one."""
    equity = value_of(balances, prices)
    return None if equity is None else EquityPoint(at, equity, balances.get(currency, ZERO))


class EquityRecorder:
    """Writes down what every account is worth, whenever it is called; the desk adds a point at every fill."""

    def __init__(self, transact: Transact, read: Transact, markets: Markets, clock: Clock) -> None:
        self._transact = transact
        self._read = read
        self._markets = markets
        self._clock = clock

    async def record(self) -> int:
        """Add a point to each account that can be valued now; return how many."""
        async with self._read() as uow:
            held = [(account, await uow.ledger.balances(account.id)) for account in await uow.accounts.all()]
        found = [(account, await self._point(account, balances)) for account, balances in held]
        points = [(account, worth) for account, worth in found if worth is not None]
        if points:
            async with self._transact() as uow:
                for account, worth in points:
                    await uow.equity.add(account.id, worth)
        return len(points)

    async def _point(self, account: Account, balances: Mapping[str, Decimal]) -> EquityPoint | None:
        held = [asset for asset, amount in balances.items() if amount]
        prices = await price_assets(self._markets.default.market, account.currency, held)
        return point(self._clock.now(), account.currency, balances, prices)
