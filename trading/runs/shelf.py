"""The books of accounts at hand: each is read on from where it was read last, however much it has traded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from trading.intents import account_of
from trading.model import Account
from trading.ports import Transact, UnitOfWork
from trading.runs.trades import Books, Folding

MOST = 1_000
"""Of how many accounts the trades are kept at hand."""


@dataclass(slots=True)
class _Known:
    """What was read of an account: who it is, which never changes, and its trades up to the fill `last`."""

    account: Account
    last: int = 0
    folding: Folding = field(default_factory=Folding)


class Shelf:
    """Reads the books of accounts; only what they have traded since the last time is read and folded.

    `brief` is how that little is read, `read` all that was traded by an account that is not at hand.
    """

    def __init__(self, read: Transact, brief: Transact | None = None) -> None:
        self._read = read
        self._brief = brief or read
        self._known: dict[str, _Known] = {}
        self._one_at_a_time = asyncio.Lock()

    async def of(self, account_id: str) -> Books:
        """Return what is on disk of an account; raise NotFound."""
        return (await self.of_all(account_id))[account_id]

    async def of_all(self, *account_ids: str) -> Mapping[str, Books]:
        """Return what is on disk of accounts at one moment, by their ids; raise NotFound."""
        async with self._one_at_a_time:
            at_hand = all(each in self._known for each in account_ids)
            async with self._brief() if at_hand else self._read() as uow:
                return {each: await self._books(uow, each) for each in account_ids}

    async def _books(self, uow: UnitOfWork, account_id: str) -> Books:
        known = self._known.pop(account_id, None)
        if known is None:
            known = _Known(await account_of(uow, account_id))
        while len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        known = await _read_on(uow, known)
        # The one that was asked for last stands last, and goes last.
        self._known[account_id] = known
        return Books(
            account=known.account,
            balances=await uow.ledger.balances(account_id),
            open_orders=await uow.orders.open(account_id),
            held=await uow.positions.open(account_id),
            trades=known.folding.trades,
        )


async def _read_on(uow: UnitOfWork, known: _Known) -> _Known:
    """Return what is known of an account with what it has traded since; another one, should that fail."""
    last, fills = await uow.fills.after(known.account.id, known.last)
    if not fills:
        return known
    if not known.folding.fits(fills):
        # What came late belongs before what was folded: all of it is folded again.
        return await _read_on(uow, _Known(known.account))
    if known.last:
        orders = {each: await uow.orders.get(each) for each in {fill.order_id for fill in fills}}
    else:
        orders = {each.id: each for each in await uow.orders.traded(known.account.id)}
    since = min(each.at for each in fills) if known.last else None
    positions = await uow.positions.of(known.account.id, since)
    found = {name: order for name, order in orders.items() if order is not None}
    known.folding.add(fills, found, positions)
    known.last = last
    return known
