"""Comparing our books with the exchange's: an account whose books differ does not trade."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trading.clock import Clock, midnight
from trading.equity import margin_value, needed, rebased
from trading.errors import ExchangeUnavailable, OutcomeUnknown
from trading.intents import account_of
from trading.ledger import adoption
from trading.locks import Locks
from trading.model import ZERO, Account, EquityPoint, Mode, Order, Position
from trading.notices import OWNER, Notice
from trading.orders import RESTING, UNDECIDED
from trading.ports import Exchange, MarketData, NewId, Statement, Transact, VenueOrder
from trading.prices import dated_prices

TOLERANCE = Decimal("0.00000001")
"""Exchanges cut off their own figures at eight places."""

NOT_YET = "its books have not been compared with the exchange's since the start"
BOOKS = "books"
"""Under which cause accounts are locked here."""

EVERY = timedelta(seconds=30)
"""How often the books of an account that is not locked are compared."""

PATIENCE = 2
"""How many comparisons in a row have to differ: a fill may be on one side only for a moment."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in which our books and the exchange's differ: an asset's total, or a resting order.

    `assets` are those of which it is not certain how much the account holds.
    """

    what: str
    ours: Decimal
    theirs: Decimal
    assets: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.what}: {self.ours.normalize():f} here, {self.theirs.normalize():f} at the exchange"


class Reconciliation:
    """Holds accounts with books elsewhere to those; each is locked until they were found to agree."""

    def __init__(
        self,
        accounts: Sequence[str],
        exchanges: Mapping[Mode, Exchange],
        transact: Transact,
        read: Transact,
        clock: Clock,
        new_id: NewId,
        settle: Callable[[], Awaitable[object]],
        locks: Locks,
        market: MarketData,
    ) -> None:
        self._accounts = tuple(accounts)
        self._locks = locks
        self._exchanges = exchanges
        self._transact = transact
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._settle = settle
        self._market = market
        self._differing: dict[str, int] = {}
        self._compared: dict[str, datetime] = {}
        for account in self._accounts:
            locks.put(account, BOOKS, NOT_YET)

    def locked(self, account: str) -> str | None:
        """Return why an account may not trade for now, whatever the cause; None when it may."""
        return self._locks.why(account)

    async def step(self) -> None:
        """Compare every armed account that is locked or due, and lock or unlock it by what was found."""
        for account in self._accounts:
            now = self._clock.now()
            if (
                self._locks.of(account, BOOKS) is None
                and account in self._compared
                and now < self._compared[account] + EVERY
            ):
                continue
            async with self._read() as uow:
                arming = await uow.risk.arming(account)
            if arming is not None and arming.armed:
                self._compared[account] = now
                await self.check(account)

    async def check(self, account_id: str) -> Sequence[Difference]:
        """Compare one account now; return what differs."""
        await self._settle()
        try:
            found = await self.compare(account_id)
        except (ExchangeUnavailable, OutcomeUnknown) as error:
            if self._locks.of(account_id, BOOKS) == NOT_YET:
                self._locks.put(account_id, BOOKS, f"{NOT_YET}: {error}")
            return ()
        if found is None:
            # Orders are on their way: what differs now may be just that.
            return ()
        if not found:
            self._differing.pop(account_id, None)
            reason = self._locks.of(account_id, BOOKS)
            self._locks.lift(account_id, BOOKS)
            if reason not in (None, NOT_YET):
                await self._tell(account_id, "account.unlocked", "its books agree with the exchange's again")
            return ()
        times = self._differing[account_id] = self._differing.get(account_id, 0) + 1
        if times >= PATIENCE or self._locks.of(account_id, BOOKS) is not None:
            await self._lock(account_id, found)
        return found

    async def compare(self, account_id: str) -> Sequence[Difference] | None:
        """Return what differs; None while orders of the account are on their way or changing."""
        account, balances, before = await self._books(account_id)
        if any(order.status in UNDECIDED for order in before):
            return None
        statement = await self._exchanges[account.mode].statement(
            [order.id for order in before if order.status in RESTING]
        )
        if statement is None:
            return ()
        _, again, after = await self._books(account_id)
        if again != balances or [(o.id, o.version) for o in after] != [(o.id, o.version) for o in before]:
            return None
        return [*_of_balances(balances, statement), *_of_orders(before, statement)]

    async def adopt(self, account_id: str, by: str) -> Sequence[Difference]:
        """Take the exchange's balances over as deposits and withdrawals; return what they were about.

        They are no profit or loss, for which they are valued at the prices of now: an asset that no market
        knows counts for nothing. Raises NotFound, and ExchangeUnavailable for a market that is silent.
        """
        found = await self.compare(account_id) or ()
        amounts = {each.what: each.theirs - each.ours for each in found if "/" not in each.what}
        if amounts:
            account, balances, _ = await self._books(account_id)
            async with self._read() as uow:
                assets = needed(balances, await uow.positions.open(account_id)) | amounts.keys()
            prices = await dated_prices(
                self._market, account.currency, assets | {account.currency}, strict=True
            )
            await self._take_over(account, amounts, by, {name: each.value for name, each in prices.items()})
        await self.check(account_id)
        return found

    async def _take_over(
        self, account: Account, amounts: Mapping[str, Decimal], by: str, prices: Mapping[str, Decimal]
    ) -> None:
        async with self._transact() as uow:
            await uow.accounts.lock(account.id)
            now = self._clock.now()
            state = await uow.risk.state(account.id, midnight(now), now)
            positions = await uow.positions.open(account.id)
            before = await uow.ledger.balances(account.id)
            await uow.ledger.append(adoption(account.id, amounts, by, now, self._new_id("ent")))
            after = await uow.ledger.balances(account.id)
            was, worth = (_worth(balances, prices, positions) for balances in (before, after))
            point = EquityPoint(now, worth, after.get(account.currency, ZERO))
            await uow.equity.rebase(account.id, rebased(state, was, point))

    async def _books(self, account_id: str) -> tuple[Account, Mapping[str, Decimal], Sequence[Order]]:
        async with self._read() as uow:
            account = await account_of(uow, account_id)
            return account, await uow.ledger.balances(account_id), await uow.orders.open(account_id)

    async def _lock(self, account_id: str, found: Sequence[Difference]) -> None:
        reason = "its books and the exchange's differ: " + "; ".join(str(each) for each in found[:5])
        if self._locks.of(account_id, BOOKS) != reason:
            unsure = {asset for each in found for asset in each.assets}
            self._locks.put(account_id, BOOKS, reason, unsure)
            await self._tell(account_id, "account.locked", reason)

    async def _tell(self, account_id: str, kind: str, text: str) -> None:
        words = f"account {account_id}: {text}"
        notice = Notice(self._new_id("ntc"), OWNER, kind, words, self._clock.now(), {"account": account_id})
        async with self._transact() as uow:
            await uow.notices.add(notice)


def _worth(
    balances: Mapping[str, Decimal], prices: Mapping[str, Decimal], positions: Sequence[Position]
) -> Decimal:
    """Return what an account is worth by the assets that have a price."""
    held = sum((amount * prices[asset] for asset, amount in balances.items() if asset in prices), ZERO)
    return held + sum((margin_value(each, prices) for each in positions), ZERO)


def _of_balances(balances: Mapping[str, Decimal], statement: Statement) -> list[Difference]:
    assets = sorted(balances.keys() | statement.balances.keys())
    pairs = ((a, balances.get(a, ZERO), statement.balances.get(a, ZERO)) for a in assets)
    return [
        Difference(asset, ours, theirs, (asset,))
        for asset, ours, theirs in pairs
        if abs(ours - theirs) > TOLERANCE
    ]


def _of_orders(open_orders: Sequence[Order], statement: Statement) -> list[Difference]:
    resting = {order.id: order for order in open_orders if order.status in RESTING and order.venue_id}
    theirs = {each.order_id: each for each in statement.orders if each.order_id is not None}
    found = [
        Difference(f"order {order.id} of {order.symbol}", order.remaining, ZERO, _assets(order))
        for order in resting.values()
        if order.id not in theirs
    ]
    found += [
        Difference(f"order {each.venue_id} of {each.symbol}, not ours", ZERO, each.remaining, _assets(each))
        for each in statement.orders
        if each.order_id not in resting
    ]
    return found


def _assets(order: Order | VenueOrder) -> tuple[str, ...]:
    return order.symbol.base, order.symbol.quote
