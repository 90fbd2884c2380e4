"""The ledger as a chain: each entry's hash covers the entry and the hash of the one before it.

One chain per account, from its first deposit on. So an entry of which any byte was changed no longer fits its
hash, and one that was taken out, put in or moved breaks the number or the hash of its neighbour. The newest
ones, taken out together with what they added to the balances, leave no trace in here.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

from trading.clock import EPOCH, MICROSECOND
from trading.ledger import totals
from trading.stores import ChainedEntry, Entry

FIRST = "0" * 64
"""What stands for the hash before the first entry."""

_EXACT = Context(prec=4_000)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in the ledger that is not as it was written: where, and what is wrong there."""

    account: str
    place: str
    problem: str


def owner(entry: Entry) -> str:
    """Return the account whose chain an entry belongs to."""
    return entry.postings[0].account.partition("/")[0]


def digest(previous: str, number: int, entry: Entry) -> str:
    """Return the hash of an entry after the one with the hash `previous`."""
    content = [
        previous,
        number,
        entry.id,
        entry.kind,
        entry.reference,
        (entry.at - EPOCH) // MICROSECOND,
        [[each.account, each.asset, _plain(each.amount)] for each in entry.postings],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()


def verify(links: Iterable[ChainedEntry], balances: Mapping[tuple[str, str], Decimal]) -> Iterator[Flaw]:
    """Yield everything that is not as it was written, in chains and in the balances kept beside them.

    `links` come by account, each account's in the order of their numbers.
    """
    ends: dict[str, tuple[int, str]] = {}
    sums: dict[tuple[str, str], Decimal] = {}
    for link in links:
        number, before = ends.get(link.account, (0, FIRST))
        yield from _flaws(link, number + 1, before)
        ends[link.account] = (link.number, link.hash)
        for key, amount in totals([link.entry]).items():
            sums[key] = _EXACT.add(sums.get(key, Decimal(0)), amount)
    for account, asset in sorted(sums.keys() | balances.keys()):
        kept, added = balances.get((account, asset), Decimal(0)), sums.get((account, asset), Decimal(0))
        if kept != added:
            problem = f"{_plain(kept)} is kept as the balance, and the entries add up to {_plain(added)}"
            yield Flaw(account.partition("/")[0], f"balance of {account} in {asset}", problem)


def _flaws(link: ChainedEntry, number: int, before: str) -> Iterator[Flaw]:
    entry, place = (
        link.entry,
        f"entry {link.number}, {link.entry.id} ({link.entry.kind} {link.entry.reference})",
    )
    if link.number != number:
        yield Flaw(link.account, place, f"entry {number} should stand here: one is missing or was put in")
    elif link.hash != digest(before, link.number, entry):
        yield Flaw(link.account, place, "it does not fit its hash: it, or the hash before it, was changed")
    off = {asset: amount for asset, amount in _by_asset(entry).items() if amount}
    if off:
        words = ", ".join(f"{_plain(amount)} {asset}" for asset, amount in sorted(off.items()))
        yield Flaw(link.account, place, f"its postings are off by {words}")


def _by_asset(entry: Entry) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for each in entry.postings:
        sums[each.asset] = _EXACT.add(sums.get(each.asset, Decimal(0)), each.amount)
    return sums


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(_EXACT) if amount else Decimal(0), "f")
