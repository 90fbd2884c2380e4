"""The double-entry ledger on disk."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Executable, bindparam, select

from memory import schema
from memory.link import Link
from memory.sql import ExactSum, Insert, inserting
from memory.types import EXACT
from trading.ledger import Imbalance
from trading.stores import Entry, Posting

K = TypeVar("K")

ENTRIES = schema.entries.c
POSTINGS = schema.postings.c
BALANCES = schema.balances.c

JOINED = (
    select(
        ENTRIES.id,
        ENTRIES.kind,
        ENTRIES.reference,
        ENTRIES.at,
        POSTINGS.account,
        POSTINGS.asset,
        POSTINGS.amount,
    )
    .join_from(schema.entries, schema.postings)
    .order_by(ENTRIES.seq, POSTINGS.place)
)

BALANCES_OF = (
    select(BALANCES.asset, BALANCES.amount)
    .where(BALANCES.account == bindparam("owner"))
    .order_by(BALANCES.asset)
)
INSERT_ENTRY = schema.entries.insert()
INSERT_POSTING = schema.postings.insert()


def _adding(insert: Insert) -> Executable:
    total = ExactSum(BALANCES.amount, insert.excluded.amount)
    return insert.on_conflict_do_update(index_elements=["account", "asset"], set_={"amount": total})


ADD = inserting(schema.balances, _adding)


class Ledger:
    """Entries, their postings, and the balances that they add up to."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def append(self, *entries: Entry) -> None:
        """Append entries; raise Imbalance unless the postings of each sum to zero per asset."""
        for each in entries:
            if not each.postings or any(_sums((post.asset, post.amount) for post in each.postings).values()):
                raise Imbalance(f"ledger entry {each.id} does not balance")
        if not entries:
            return
        heads = [{"id": e.id, "kind": e.kind, "reference": e.reference, "at": e.at} for e in entries]
        postings = [
            {"entry_id": entry.id, "place": place, "account": post.account, "asset": post.asset}
            | {"amount": post.amount}
            for entry in entries
            for place, post in enumerate(entry.postings)
        ]
        await self._connection.execute(INSERT_ENTRY, heads)
        await self._connection.execute(INSERT_POSTING, postings)
        await self._add(_sums(((p.account, p.asset), p.amount) for e in entries for p in e.postings))

    async def _add(self, changes: Mapping[tuple[str, str], Decimal]) -> None:
        # In one order always, so that two transactions that touch the same balances do not wait in a ring.
        rows = [
            {"account": account, "asset": asset, "amount": amount}
            for (account, asset), amount in sorted(changes.items())
        ]
        await self._connection.execute(ADD[self._connection.dialect.name], rows)

    async def balances(self, account: str) -> Mapping[str, Decimal]:
        """Return the sum of each asset on a ledger account."""
        rows = await self._connection.execute(BALANCES_OF, {"owner": account})
        return {row.asset: row.amount for row in rows}

    async def entries(self, account: str | None = None) -> Sequence[Entry]:
        """Return entries in the order they were written; with an account those that touch it."""
        query = JOINED
        if account is not None:
            query = query.where(ENTRIES.id.in_(select(POSTINGS.entry_id).where(POSTINGS.account == account)))
        rows = await self._connection.execute(query)
        return [_entry(list(group)) for _, group in groupby(rows, key=lambda row: row.id)]


def _sums(amounts: Iterable[tuple[K, Decimal]]) -> dict[K, Decimal]:
    sums: dict[K, Decimal] = {}
    for name, amount in amounts:
        sums[name] = EXACT.add(sums.get(name, Decimal(0)), amount)
    return sums


def _entry(rows: Sequence[Any]) -> Entry:
    first = rows[0]
    postings = tuple(Posting(row.account, row.asset, row.amount) for row in rows)
    return Entry(first.id, first.kind, first.reference, first.at, postings)
