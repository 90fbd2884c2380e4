"""What accounts are worth over time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from trading.clock import Clock
from trading.fees import FEE_UNIT
from trading.margin import worth
from trading.markets import Markets
from trading.model import ZERO, Account, EquityPoint, Mode, Position
from trading.ports import Transact, UnitOfWork
from trading.prices import price_assets
from trading.stores import Rebase, RiskState


def needed(balances: Mapping[str, Decimal], positions: Iterable[Position] = ()) -> set[str]:
    """Return the assets whose prices value an account: those it holds, and both of each margin position."""
    held = {asset for asset, amount in balances.items() if amount}
    margin = [each.symbol for each in positions if each.leverage is not None]
    return held | {asset for symbol in margin for asset in (symbol.base, symbol.quote)}


def value_of(
    balances: Mapping[str, Decimal], prices: Mapping[str, Decimal], positions: Iterable[Position] = ()
) -> Decimal | None:
    """Return holdings, margin and what margin positions have won at these prices; None when one lacks."""
    positions = tuple(positions)
    if needed(balances, positions) - prices.keys():
        return None
    held = sum((amount * prices[asset] for asset, amount in balances.items() if amount), ZERO)
    return held + sum((margin_value(position, prices) for position in positions), ZERO)


def margin_value(position: Position, prices: Mapping[str, Decimal]) -> Decimal:
    """Return what a margin position is worth in the currency of `prices`; zero for a holding.

    Without a price of its base that is its margin alone.
    """
    if position.leverage is None:
        return ZERO
    base, quote = prices.get(position.symbol.base), prices.get(position.symbol.quote)
    if quote is None or not quote:
        return ZERO
    return worth(position, None if base is None else base / quote) * quote


def point(
    at: datetime,
    currency: str,
    balances: Mapping[str, Decimal],
    prices: Mapping[str, Decimal],
    positions: Iterable[Position] = (),
) -> EquityPoint | None:
    """Return what an account is worth, or None when something has no price: no figure beats a wrong one."""
    equity = value_of(balances, prices, positions)
    return None if equity is None else EquityPoint(at, equity, balances.get(currency, ZERO))


def rebased(state: RiskState, before: Decimal, after: EquityPoint) -> Rebase:
    """Return what losses count from after a payment in or out: what was lost by then stays the same share.

    `before` is what the account was worth the moment before the payment, `state` as it was then. One that was
    worth nothing begins anew.
    """
    if before <= 0:
        return Rebase(after, after.equity, after.equity)
    peak, day_start = max(state.peak or before, before), state.day_start or before
    return Rebase(after, _share(peak, after.equity, before), _share(day_start, after.equity, before))


def _share(figure: Decimal, after: Decimal, before: Decimal) -> Decimal:
    return (figure * after / before).quantize(FEE_UNIT)


class EquityRecorder:
    """Writes down what every account is worth, whenever it is called; the desk adds a point at every fill.

    Accounts of contests are worth what the market of their cycles says, which is not for now.
    """

    def __init__(self, transact: Transact, read: Transact, markets: Markets, clock: Clock) -> None:
        self._transact = transact
        self._read = read
        self._markets = markets
        self._clock = clock

    async def record(self) -> int:
        """Add a point to each account that can be valued now; return how many."""
        async with self._read() as uow:
            accounts = [each for each in await uow.accounts.all() if each.mode is not Mode.CONTEST]
            held = [(each, needed(*await _holdings(uow, each))) for each in accounts]
        market = self._markets.default.market
        priced = [(account, await price_assets(market, account.currency, assets)) for account, assets in held]
        async with self._transact() as uow:
            points = [
                await self._add(uow, account, prices)
                for account, prices in sorted(priced, key=lambda each: each[0].id)
            ]
        return sum(points)

    async def _add(self, uow: UnitOfWork, account: Account, prices: Mapping[str, Decimal]) -> bool:
        # What was paid in or out since the prices were asked for must not look like a gain or a loss.
        await uow.accounts.lock(account.id)
        balances, positions = await _holdings(uow, account)
        worth = point(self._clock.now(), account.currency, balances, prices, positions)
        if worth is not None:
            await uow.equity.add(account.id, worth)
        return worth is not None


async def _holdings(uow: UnitOfWork, account: Account) -> tuple[Mapping[str, Decimal], Sequence[Position]]:
    return await uow.ledger.balances(account.id), await uow.positions.open(account.id)
