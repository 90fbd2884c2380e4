"""The double-entry ledger on disk."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Executable, bindparam, select, text

from memory import schema
from memory.link import Link
from memory.sql import ExactSum, Insert, inserting
from memory.types import EXACT
from trading.chain import FIRST, digest, owner
from trading.ledger import Imbalance
from trading.stores import ChainedEntry, Entry, Posting

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

HOLD_CHAIN = text("SELECT pg_advisory_xact_lock(hashtext('ledger of ' || CAST(:owner AS text)))")
CHAIN_END = (
    select(ENTRIES.number, ENTRIES.hash)
    .where(ENTRIES.account == bindparam("owner"))
    .order_by(ENTRIES.number.desc())
    .limit(1)
)
# A missing posting is a flaw to be found, so its entry must not vanish with it.
CHAIN = (
    select(
        ENTRIES.id,
        ENTRIES.kind,
        ENTRIES.reference,
        ENTRIES.at,
        ENTRIES.number,
        ENTRIES.hash,
        POSTINGS.account,
        POSTINGS.asset,
        POSTINGS.amount,
    )
    .join_from(schema.entries, schema.postings, isouter=True)
    .where(ENTRIES.account == bindparam("owner"))
    .where(ENTRIES.number > bindparam("after"), ENTRIES.number <= bindparam("until"))
    .order_by(ENTRIES.number, ENTRIES.seq, POSTINGS.place)
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
        heads = await self._chained(entries)
        postings = [
            {"entry_id": entry.id, "place": place, "account": post.account, "asset": post.asset}
            | {"amount": post.amount}
            for entry in entries
            for place, post in enumerate(entry.postings)
        ]
        await self._connection.execute(INSERT_ENTRY, heads)
        await self._connection.execute(INSERT_POSTING, postings)
        await self._add(_sums(((p.account, p.asset), p.amount) for e in entries for p in e.postings))

    async def _chained(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """Return entries as rows, each at the end of the chain of its account."""
        # In one order always, so that two transactions do not wait for each other in a ring.
        ends = {account: await self._end(account) for account in sorted({owner(each) for each in entries})}
        rows = []
        for each in entries:
            account = owner(each)
            number, before = ends[account]
            ends[account] = number + 1, digest(before, number + 1, each)
            rows.append(
                {
                    "id": each.id,
                    "kind": each.kind,
                    "reference": each.reference,
                    "at": each.at,
                    "account": account,
                    "number": ends[account][0],
                    "hash": ends[account][1],
                }
            )
        return rows

    async def _end(self, account: str) -> tuple[int, str]:
        # SQLite has one writer at a time, and this transaction is it.
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(HOLD_CHAIN, {"owner": account})
        last = (await self._connection.execute(CHAIN_END, {"owner": account})).first()
        return (0, FIRST) if last is None else (last.number, last.hash)

    async def chain(self, account: str, after: int, limit: int) -> Sequence[ChainedEntry]:
        """Return the entries of an account's chain after a number, in their order."""
        values = {"owner": account, "after": after, "until": after + limit}
        rows = await self._connection.execute(CHAIN, values)
        groups = [list(group) for _, group in groupby(rows, key=lambda row: row.id)]
        return [ChainedEntry(account, rows[0].number, rows[0].hash, _entry(rows)) for rows in groups]

    async def chains(self) -> Sequence[str]:
        """Return the accounts that have a chain."""
        rows = await self._connection.execute(select(ENTRIES.account).distinct().order_by(ENTRIES.account))
        return [row.account for row in rows]

    async def all_balances(self) -> Mapping[tuple[str, str], Decimal]:
        """Return the sum of each asset on every ledger account."""
        rows = await self._connection.execute(select(BALANCES.account, BALANCES.asset, BALANCES.amount))
        return {(row.account, row.asset): row.amount for row in rows}

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
    postings = tuple(Posting(row.account, row.asset, row.amount) for row in rows if row.account is not None)
    return Entry(first.id, first.kind, first.reference, first.at, postings)
